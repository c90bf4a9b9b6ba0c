"""The results as tables for docs/performance.md, between two markers; what stands around them is written by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

BEGIN, END = "<!-- script/bench: begin -->", "<!-- script/bench: end -->"


def fill(path: Path, results: dict[str, Any]) -> None:
    """Replace what stands between the markers."""
    text = path.read_text(encoding="utf-8")
    if text.count(BEGIN) != 1 or text.count(END) != 1 or text.index(BEGIN) > text.index(END):
        raise SystemExit(f"{path} needs the lines {BEGIN} and {END}, once each and in this order.")
    before, rest = text.split(BEGIN)
    after = rest.split(END)[1]
    path.write_text(f"{before}{BEGIN}\n\n{tables(results)}\n{END}{after}", encoding="utf-8")


def tables(results: dict[str, Any]) -> str:
    """Budgets, measurements, comparison and circumstances."""
    sizes = results["sizes"]
    parts = [
        f"Measured {results['when'][:16].replace('T', ' ')} on version `{results['commit']}` by `script/bench`. "
        "Three numbers with strokes between are smallest / middle / largest of the repeats.",
        "## Budgets",
        _budgets(results["budgets"]),
        "## By size",
        _table(["", *[_number(size["rows"]) for size in sizes]], _by_size(sizes)),
        "## Pages",
        f"{_pages(sizes, of_plan=False)}\n\n{sizes[-1]['pages']['how']}",
        "## The action plan",
        _pages(sizes, of_plan=True),
        "## Beside DuckDB and pandas",
        _aggregations(sizes),
        "## Circumstances",
        _circumstances(results),
    ]
    return "\n\n".join(parts) + "\n"


def _table(head: list[str], rows: list[list[str]]) -> str:
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _number(value: float) -> str:
    if value >= 100 or value == int(value):
        return f"{value:,.0f}"
    return f"{value:.2f}" if value >= 1 else f"{value:.3f}"


def _spread(values: dict[str, float]) -> str:
    return " / ".join(_number(values[name]) for name in ("min", "median", "max"))


def _budgets(lines: list[dict[str, Any]]) -> str:
    sizes = sorted({line["rows"] for line in lines})
    by_name: dict[str, dict[int, dict[str, Any]]] = {}
    for line in lines:
        by_name.setdefault(line["name"], {})[line["rows"]] = line

    def cell(line: dict[str, Any]) -> str:
        words = f"{_number(line['measured'])} {line['unit']}"
        return words if line["met"] else f"**{words}, missed**"

    rows = []
    for name, at in by_name.items():
        limits = list(dict.fromkeys(f"{at[s]['is']} {_number(at[s]['limit'])} {at[s]['unit']}" for s in sizes))
        rows.append([name, "; ".join(limits), *[cell(at[size]) for size in sizes]])
    return _table(["budget", "limit", *[_number(size) for size in sizes]], rows)


def _by_size(sizes: list[dict[str, Any]]) -> list[list[str]]:
    def row(name: str, value: Any) -> list[str]:
        return [name, *[value(size) for size in sizes]]

    return [
        row("import, rows/s", lambda s: _spread(s["import"]["rows_per_s"])),
        row("import, s", lambda s: _spread(s["import"]["seconds"])),
        row("memory of the importing worker, MB", lambda s: _number(s["import"]["peak_memory_mb"])),
        row("one area rebuilt, s", lambda s: _spread(s["rebuild"]["one_area_s"])),
        row("the whole rebuilt, s", lambda s: _spread(s["rebuild"]["top_s"])),
        row("all areas rebuilt, s", lambda s: _spread(s["rebuild"]["all_areas_s"])),
        row("memory of the rebuilding worker, MB", lambda s: _number(s["rebuild"]["peak_memory_mb"])),
        row("approved report in the picture, s", lambda s: _spread(s["approve"]["approved_to_picture_s"])),
        row("table and indexes, MB", lambda s: _number(s["import"]["table_bytes"] / 1e6)),
    ]


def _pages(sizes: list[dict[str, Any]], *, of_plan: bool) -> str:
    names = [name for name, page in sizes[-1]["pages"]["pages"].items() if (page["kind"] == "plan") is of_plan]
    rows = []
    for name in names:
        at = [size["pages"]["pages"][name] for size in sizes]
        weight = f"{at[-1]['transferred'] / 1000:,.0f} kB"
        times = [f"{_number(p['p50_ms'])} / {_number(p['p95_ms'])} ms" for p in at]
        rows.append([name, *times, f"{_number(at[-1]['cpu_p50_ms'])} ms", str(at[-1]["queries"]), weight])
    head = ["p50 / p95 of server time", *[_number(size["rows"]) for size in sizes],
            "Python alone, p50, largest size", "queries", "transferred, empty cache"]  # fmt: skip
    return _table(head, rows)


def _aggregations(sizes: list[dict[str, Any]]) -> str:
    rows = []
    for size in sizes:
        for name, found in size["aggregate"].items():
            if not isinstance(found, dict):
                continue
            seconds = [_spread({k: 1000 * v for k, v in found["seconds"][who].items()}) for who in
                       ("platform", "duckdb", "pandas")]  # fmt: skip
            ratios = [f"{found['platform_to_duckdb']:.2f}", f"{found['platform_to_pandas']:.2f}"]
            rows.append([name, _number(size["rows"]), *seconds, *ratios])
    head = ["milliseconds", "rows", "platform", "DuckDB", "pandas", "platform : DuckDB", "platform : pandas"]
    return _table(head, rows)


def _circumstances(results: dict[str, Any]) -> str:
    machine = results["machine"]
    versions = ", ".join(f"{name} {version}" for name, version in results["versions"].items())
    load = f"load {machine['load_before'][0]} before and {machine['load_after'][0]} after"
    return (
        f"{machine['cores']} cores ({machine['processor']}), {machine['memory_mb']:,} MB of memory, {load}. "
        f"{versions}. "
        f"{results['rounds']} repeats, seed {results['seed']}, {results['years']} years, "
        f"{results['sizes'][-1]['rebuild']['areas']} areas. It took {results['took_s'] / 60:.0f} minutes."
    )
