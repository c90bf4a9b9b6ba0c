"""The numbers of a problem for those who read it from outside the circle (DESIGN rule 5).

They are stored whole. Outside the circle small counts are the word "protected", and so are others from which they could
be worked out: each table adds up to the total. When in the week things happen is told by quarters of the day. What has
come since the problem was made is left out: the difference of two counts is a small number.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from analysis.disclosure import Status, protect_counts
from areas.access import is_in_circle
from cause_analysis.models import Problem
from partners.roles import SEE_SENSITIVE, Role
from situational_picture.protecting import COUNTS, NO_SENSITIVE, PROTECTED, protected_clock
from situational_picture.selecting import CIRCLE


def viewer_of(user: Any, problem: Problem) -> str:
    """Who looks: the circle, those who see counts of sensitive categories, and others."""
    if is_in_circle(user, problem.area):
        return CIRCLE
    is_told = user.has_role(problem.collaboration_id, SEE_SENSITIVE | {Role.COUNCIL})
    return COUNTS if is_told else NO_SENSITIVE


def figures_for(user: Any, problem: Problem) -> dict[str, Any]:
    """The frozen numbers as this reader may see them."""
    viewer = viewer_of(user, problem)
    if viewer == CIRCLE:
        return {**problem.figures, "is_protected": False}
    return protected(problem.figures, largest=problem.collaboration.protect_counts_up_to, viewer=viewer)


def protected(figures: Mapping[str, Any], *, largest: int, viewer: str = COUNTS) -> dict[str, Any]:
    """The same numbers for whoever is outside: same shape, with the word in the place of what is not told."""
    total = figures["total"]
    forced = [viewer == NO_SENSITIVE and row["is_sensitive"] for row in figures["categories"]]
    tables = {
        "categories": _hidden(figures["categories"], largest, forced),
        "places": _hidden(figures["places"], largest),
        "years": _hidden(years_of(figures["months"]), largest),
    }
    # Where a table cannot hide its small counts beside the total, nothing is told that adds up to it.
    is_total_hidden = 1 <= total <= largest or any(is_total for _rows, is_total in tables.values())

    def told(count: int) -> Any:
        is_small = 1 <= count <= largest or 1 <= total - count <= largest
        return PROTECTED if is_total_hidden or is_small else count

    return {
        **figures,
        "total": PROTECTED if is_total_hidden else total,
        **{name: _shown(rows, everything=is_total_hidden) for name, (rows, _is_total) in tables.items()},
        # Months add up to years: told together they would give each other away.
        "months": [[month, PROTECTED] for month, _count in figures["months"]],
        "clock": None if is_total_hidden else protected_clock(figures["clock"], largest),
        "unknown": {name: told(count) for name, count in figures["unknown"].items()},
        # What was counted earlier would need the protection of that day.
        "before": None,
        "before_missing": PROTECTED,
        "is_protected": True,
    }


def years_of(months: list[list[Any]]) -> list[dict[str, Any]]:
    """The months' counts by year."""
    years: dict[str, int] = {}
    for month, count in months:
        years[month[:4]] = years.get(month[:4], 0) + count
    return [{"year": year, "count": count} for year, count in years.items()]


def _hidden(
    rows: list[dict[str, Any]], largest: int, forced: list[bool] | None = None
) -> tuple[list[tuple[dict[str, Any], bool]], bool]:
    """Each row with whether its count is protected, and whether the total has to be as well."""
    if not rows:
        return [], False
    counts = pd.Series([row["count"] for row in rows], dtype="float64")
    decided = protect_counts(counts, largest=largest, forced=pd.Series(forced) if forced else None)
    hidden = decided.cells["status"] == Status.PROTECTED
    return list(zip(rows, hidden.tolist(), strict=True)), decided.total.status == Status.PROTECTED


def _shown(rows: list[tuple[dict[str, Any], bool]], *, everything: bool) -> list[dict[str, Any]]:
    told = [row for row, is_hidden in rows if not (is_hidden or everything)]
    hidden = [{**row, "count": PROTECTED} for row, is_hidden in rows if is_hidden or everything]
    # The order of what is hidden would tell which is larger.
    return [*told, *sorted(hidden, key=lambda row: str(row.get("name") or row.get("code") or row.get("year", "")))]
