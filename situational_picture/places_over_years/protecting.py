"""What those outside the circle may see of a place's figures (DESIGN rule 5): whole years, with small counts protected.

Nothing of the running year is told: what has come since yesterday is a small number, whatever the count is.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

import pandas as pd

from analysis.disclosure import Status, protect_counts
from situational_picture.protecting import PROTECTED, protected_clock


def protected_figures(figures: Mapping[str, Any], *, largest: int) -> dict[str, Any]:
    """The same dictionary with the word “protected” for small counts, and without what would tell of single events.

    `figures` are computed with a window of whole years.
    """
    shown = copy.deepcopy(dict(figures))
    shown["years"] = [_bare(row) for row in shown["years"] if not row["is_partial"]]
    shown["has_partial_year"] = False
    counts = pd.Series([row["count"] for row in shown["years"]], dtype="float64")
    # No total of the years stands anywhere the reader can see.
    hidden = protect_counts(counts, largest=largest, total_shown=False).cells["status"] == Status.PROTECTED
    for row, is_hidden in zip(shown["years"], hidden, strict=True):
        if hidden.any():
            # A range is made from the years before it.
            row.update(expected=None, lower=None, upper=None, compared=None, reason="protected")
            row["judgement"] = "too_few_to_say"
        if is_hidden:
            row["count"] = PROTECTED
    shown["total"] = None
    shown["recurrence"] = None
    shown["unsafety"] |= {"answers": None, "events": None, "lower": None, "upper": None}
    # The events of the window are those of its years, so they would give a protected year away.
    in_window = _in_window(shown)
    is_told = bool(in_window) and all(row["count"] not in (None, PROTECTED) for row in in_window)
    clock = protected_clock(shown["clock"], largest) if is_told else None
    if clock is not None and shown["clock"]["busiest"]:
        clock["busiest"] = {**shown["clock"]["busiest"], "events": None}
    shown["clock"] = clock
    if not is_told:
        shown["unsafety"]["mean"] = None
    shown["is_protected"] = True
    return shown


def _bare(row: Mapping[str, Any]) -> dict[str, Any]:
    """How many of a year's events are serious is a part of its count: with it the rest would be told."""
    bare = dict.fromkeys(("serious", "weight", "serious_compared", "weight_compared"))
    return {**row, **bare, "serious_judgement": "too_few_to_say"}


def _in_window(figures: Mapping[str, Any]) -> list[dict[str, Any]]:
    if figures["window"] is None:
        return []
    first, end = (int(figures["window"][side][:4]) for side in ("start", "end"))
    return [row for row in figures["years"] if first <= row["year"] < end]
