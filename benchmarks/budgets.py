"""DESIGN's budgets, line by line, against what was measured."""

from __future__ import annotations

from typing import Any

# What the budgets are promised for; smaller sizes are held against the same limits.
PROMISED_ROWS, EXPLORED_ROWS = 1_000_000, 200_000
MB = 1_000_000


def budgets(size: dict[str, Any]) -> list[dict[str, Any]]:
    """One line a budget: its name, limit, what was measured (middle of the repeats, or the slowest page), and whether
    it is met."""
    pages = size["pages"]["pages"]
    rows = size["rows"]
    explored_ms = 200 if rows <= EXPLORED_ROWS else 500

    def slowest(*kinds: str) -> float:
        return max(page["p95_ms"] for page in pages.values() if page["kind"] in kinds)

    def heaviest(*, has_map_or_chart: bool) -> int:
        return max(p["transferred"] for p in pages.values() if p.get("has_map_or_chart") is has_map_or_chart)

    lines = [
        ("picture page, p95 (the slowest of them)", "ms", "<=", 50, slowest("picture")),
        ("exploration: each list and panel, p95 (the slowest)", "ms", "<=", explored_ms, slowest("list", "panel")),
        ("action plan, ledger, my work and promise, p95 (the slowest)", "ms", "<=", 200, slowest("plan")),
        ("the council's page, p95", "ms", "<=", 100, slowest("council")),
        ("one area's picture rebuilt (the largest area)", "s", "<=", 2, size["rebuild"]["one_area_s"]["median"]),
        ("all areas' pictures rebuilt", "s", "<=", 15, size["rebuild"]["all_areas_s"]["median"]),
        (
            "an approved report in the picture", "s", "<=", 3, size["approve"]["approved_to_picture_s"]["median"],
        ),
        ("import through the whole pipeline", "rows/s", ">=", 10_000, size["import"]["rows_per_s"]["median"]),
        ("memory of a worker that imports", "MB", "<=", 500, size["import"]["peak_memory_mb"]),
        ("memory of a worker that rebuilds", "MB", "<=", 500, size["rebuild"]["peak_memory_mb"]),
        ("heaviest page without charts", "kB", "<=", 150, heaviest(has_map_or_chart=False) / 1000),
        ("heaviest page with map and charts", "kB", "<=", 1200, heaviest(has_map_or_chart=True) / 1000),
        ("files of the pages that cannot be cached", "files", "<=", 0, len(size["pages"]["files_not_cacheable"])),
    ]  # fmt: skip
    return [
        {
            "rows": rows,
            "name": name,
            "limit": limit,
            "unit": unit,
            "is": {"<=": "at most", ">=": "at least"}[sign],
            "measured": round(measured, 2),
            "met": measured <= limit if sign == "<=" else measured >= limit,
        }
        for name, unit, sign, limit, measured in lines
    ]
