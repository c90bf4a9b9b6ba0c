"""Disclosure control for pictures (DESIGN rule 5): what those outside the circle may see of the stored figures.

An area's figures add up with its siblings' to their parent's, so what may be shown is decided for all areas of the
collaboration at once, when the picture is computed, and stored with it. Showing is then a matter of leaving numbers
out. A protected count is the word "protected" in the place of a number; None still means that the source has none.
"""

from __future__ import annotations

import copy
from collections.abc import Hashable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from analysis.disclosure import Status, protect_areas, protect_counts, protect_table

PROTECTED = "protected"
# Who looks: those who see counts of sensitive categories (the council), and those who do not (a reporter).
COUNTS, NO_SENSITIVE = "counts", "no_sensitive"
_PARTS_OF_DAY_H = 6
# The layers that are told of outside the circle, whoever has reported.
LAYERS_TOLD = ("police", "partners")


def decide_for_all(
    table: pd.DataFrame, parents: Mapping[Hashable, Hashable], *, sensitive: set[int], largest: int
) -> dict[str, dict[str, dict[str, Any]]]:
    """Which counts of each area are protected, for each kind of viewer: viewer → area (as text) → total, categories.

    `table` holds the period's counted events, the smallest areas in rows and categories in columns; `parents` leads
    from each area to the one it is part of. What lies in an area but in none of its parts has a row of its own.
    """
    decisions = {}
    for viewer, forced in ((COUNTS, set()), (NO_SENSITIVE, sensitive)):
        result = protect_areas(table, parents, largest=largest, forced=forced)
        totals = result.totals["status"] == Status.PROTECTED
        hidden = result.statuses == Status.PROTECTED
        decisions[viewer] = {
            str(area): {"total": bool(totals[area]), "categories": [int(pk) for pk in table.columns[hidden.loc[area]]]}
            for area in result.totals.index
        }
    return decisions


def decide(
    *,
    area: int,
    parts: list[int],
    for_all: Mapping[str, Mapping[str, Mapping[str, Any]]],
    trend_families: list[pd.DataFrame],
    largest: int,
) -> dict[str, Any]:
    """What of that concerns one area's picture, with its parts and its trend.

    `trend_families` hold totals of areas that add up to a shown total: areas in columns, the trend's periods in rows.
    """
    trend = _trend(area, trend_families, largest)
    nothing: Mapping[str, Any] = {"total": False, "categories": []}
    return {
        viewer: {
            **areas.get(str(area), nothing),
            "parts": [part for part in parts if areas.get(str(part), nothing)["total"]],
            "trend": trend,
        }
        for viewer, areas in for_all.items()
    }


def _trend(area: int, families: list[pd.DataFrame], largest: int) -> list[int]:
    """The places in the trend whose total would give a sibling or a part away."""
    found: set[int] = set()
    for totals in families:
        small = ((totals >= 1) & (totals <= largest)).any(axis=1).to_numpy()
        for place in np.flatnonzero(small):
            family = protect_counts(totals.iloc[place], largest=largest)
            status = family.cells["status"][area] if area in totals.columns else family.total.status
            if status == Status.PROTECTED:
                found.add(int(place))
    return sorted(found)


def protected_figures(figures: Mapping[str, Any], *, largest: int, viewer: str) -> dict[str, Any]:
    """The figures as somebody outside the circle may see them: same shape, with the word "protected" for counts.

    Expected ranges, earlier counts and judgements leave with the counts they belong to.
    """
    shown = copy.deepcopy(dict(figures))
    decisions = shown.pop("protection", None) or {}
    decision = decisions.get(viewer) or {"total": True, "categories": [], "parts": [], "trend": []}
    hidden = set(decision["categories"])
    _hide(shown["total"], decision["total"])
    for row in shown["categories"]:
        _hide(row, row["category"] in hidden or (viewer == NO_SENSITIVE and row["is_sensitive"]))
    # The order of what is hidden would tell which is larger.
    shown["categories"].sort(key=lambda row: (row["count"] == PROTECTED, _order(row["count"]), row["code"]))
    for row in shown["others"]:
        if 1 <= row["count"] <= largest or (viewer == NO_SENSITIVE and row["is_sensitive"]):
            row["count"] = PROTECTED
    # A layer's count and the total give the other layer, here and in the areas around: outside the circle only that
    # there are two is told, and not who has reported. Pictures stored before 2026.2 have no layers.
    if "layers" in shown:
        shown["layers"] = [
            {"layer": key, "organisations": [], "count": PROTECTED, "months_only": False, "categories": {}}
            for key in LAYERS_TOLD
        ]
    for row in shown["subareas"]:
        _hide(row, row["area"] in decision["parts"])
    _protect_trend(shown["trend"], set(decision["trend"]), largest, last_hidden=decision["total"])
    # Everything is left out that would have to add up to a protected total.
    is_total_hidden = shown["total"]["count"] == PROTECTED
    shown["clock"] = None if is_total_hidden else protected_clock(shown["clock"], largest)
    shown["map"] = _protected_map(shown["map"], largest, everything=is_total_hidden)
    shown["places"] = _protected_places(shown["places"], shown["map"], largest, everything=is_total_hidden)
    shown["not_drawn"] = {
        key: PROTECTED if 1 <= count <= largest else count for key, count in shown["not_drawn"].items()
    }
    visible_categories = {row["category"] for row in shown["categories"] if row["count"] != PROTECTED}
    visible_places = {row["place"] for row in shown["places"] if row["count"] != PROTECTED}
    shown["changes"] = [
        change
        for change in shown["changes"]
        if change["subject"] in (visible_categories if change["kind"] == "category" else visible_places)
    ]
    # Who reports what is the circle's: beside the total, the constant panel's events would give the others' away.
    if shown.get("coverage"):
        shown["coverage"]["panel"] = None
    shown["is_protected"] = True
    return shown


def protected_trend(figures: Mapping[str, Any], *, largest: int, viewer: str) -> dict[str, Any]:
    """Only the trend of the figures, as `protected_figures` gives it: for pages that show many pictures' trends."""
    decision = (figures.get("protection") or {}).get(viewer) or {"total": True, "trend": []}
    trend = copy.deepcopy(dict(figures["trend"]))
    _protect_trend(trend, set(decision["trend"]), largest, last_hidden=decision["total"])
    return trend


def _hide(row: dict[str, Any], is_hidden: bool) -> None:
    # Earlier counts would need the earlier picture's decision, and what has come since yesterday is a small number.
    row["previous"] = row["compared"] = None
    if is_hidden and row["count"] is not None:
        row.update(
            count=PROTECTED, expected=None, lower=None, upper=None, reason="protected", judgement="too_few_to_say"
        )


def _protect_trend(trend: dict[str, Any], hidden: set[int], largest: int, *, last_hidden: bool) -> None:
    observed = trend["observed"]
    last = len(observed) - 1
    for place, count in enumerate(observed):
        small = count is not None and 1 <= count <= largest
        if count is not None and (small or place in hidden or (place == last and last_hidden)):
            observed[place] = PROTECTED


def protected_clock(clock: dict[str, Any] | None, largest: int) -> dict[str, Any] | None:
    """Weekday by quarter of the day in whole events, with small numbers protected."""
    if clock is None:
        return None
    grid = np.array(clock["grid"]).reshape(7, 24 // _PARTS_OF_DAY_H, _PARTS_OF_DAY_H).sum(axis=2)
    whole = np.floor(grid).astype(int)
    # Largest remainders, so that the whole numbers still add up to the events.
    for place in np.argsort(-(grid - whole), axis=None, kind="stable")[: max(0, clock["events"] - int(whole.sum()))]:
        whole.flat[place] += 1
    table = protect_table(pd.DataFrame(whole), row_totals=False, column_totals=False, largest=largest)
    values = np.where(table.statuses == Status.PROTECTED, PROTECTED, whole.astype(object))
    unknown = PROTECTED if 1 <= clock["unknown"] <= largest else clock["unknown"]
    return {"grid": values.tolist(), "events": clock["events"], "unknown": unknown, "hours": _PARTS_OF_DAY_H}


def _protected_map(data: dict[str, Any], largest: int, *, everything: bool) -> dict[str, Any]:
    if everything:
        return {
            **data,
            "cells": dict.fromkeys(data["cells"], PROTECTED),
            "drawn": PROTECTED,
            "without_point": PROTECTED,
        }
    cells = pd.Series({**data["cells"], "": data["without_point"]}, dtype="float64")
    result = protect_counts(cells, largest=largest)
    values = {
        key: PROTECTED if status == Status.PROTECTED else int(count)
        for key, count, status in zip(cells.index, cells, result.cells["status"], strict=True)
    }
    without_point = values.pop("")
    drawn = PROTECTED if PROTECTED in (without_point, result.total.status) else data["drawn"]
    return {**data, "cells": values, "drawn": drawn, "without_point": without_point}


def _protected_places(
    places: list[dict[str, Any]], map_shown: dict[str, Any], largest: int, *, everything: bool
) -> list[dict[str, Any]]:
    if not places:
        return places
    counts = pd.Series([row["count"] for row in places], dtype="float64")
    statuses = protect_counts(counts, largest=largest, total_shown=map_shown["drawn"] != PROTECTED).cells["status"]
    shown = []
    for row, status in zip(places, statuses, strict=True):
        is_hidden = everything or status == Status.PROTECTED
        count = PROTECTED if is_hidden else row["count"]
        shown.append(
            {**row, "previous": None, "lower": None, "upper": None, "verdict": "too_few_to_say", "count": count}
        )
    # The order of what is hidden would tell which is larger.
    return sorted(shown, key=lambda row: (row["count"] == PROTECTED, _order(row["count"]), row["name"]))


def _order(count: Any) -> int:
    """Most first; what is protected or missing has no order of its own."""
    return 0 if count in (None, PROTECTED) else -count


def cell(value: Any) -> dict[str, Any]:
    """A count for page, file and API: its value, and whether it is shown, protected or missing."""
    if value == PROTECTED:
        return {"value": None, "status": "protected"}
    if value is None:
        return {"value": None, "status": "missing"}
    return {"value": value, "status": "shown"}
