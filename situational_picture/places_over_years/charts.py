"""A place's years as a figure: what happened, with what was to be expected beside it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from situational_picture.protecting import PROTECTED
from ui import charts

# Fewer years than these are read sooner in the table.
FEWEST_DRAWN = 2


def years(figures: Mapping[str, Any]) -> dict[str, Any] | None:
    """Bars for the years' counts, and before them the ranges that were to be expected; None with too few to draw."""
    rows = figures["years"]
    if len(rows) < FEWEST_DRAWN or figures["total"] == 0:
        return None
    names = [str(row["year"]) for row in rows]
    ranged = [row for row in rows if row["lower"] is not None]
    band: dict[str, Any] = {
        "type": "bar",
        "x": [str(row["year"]) for row in ranged],
        "base": [row["lower"] for row in ranged],
        "y": [row["upper"] - row["lower"] for row in ranged],
        "marker": {"color": charts.BAND},
        "name": _("Expected range"),
        "hoverinfo": "skip",
        "width": 0.6,
    }
    compared = [row["compared"] if row["is_partial"] and row["compared"] is not None else row["count"] for row in rows]
    dots: dict[str, Any] = {
        "type": "scatter",
        "mode": "markers",
        "x": names,
        "y": [None if value == PROTECTED else value for value in compared],
        "name": _("Events"),
        # A year that is not over is a ring: it is counted in the months that are.
        "marker": {
            "color": charts.OBSERVED, "size": 11,
            "symbol": ["circle-open" if row["is_partial"] else "circle" for row in rows],
        },
        "hovertemplate": "%{x}: %{y}<extra></extra>",
    }  # fmt: skip
    traces: list[dict[str, Any]] = [band, dots] if ranged else [dots]
    hidden = [name for name, value in zip(names, compared, strict=True) if value == PROTECTED]
    if hidden:
        traces.append(
            {
                "type": "scatter",
                "mode": "markers",
                "x": hidden,
                "y": [0] * len(hidden),
                "name": _("Protected"),
                "marker": {"symbol": "x-thin-open", "size": 7, "color": charts.TEXT},
                "hovertemplate": _("protected") + "<extra></extra>",
            }
        )
    layout = {
        "xaxis": {"type": "category", "categoryorder": "array", "categoryarray": names},
        "yaxis": {"title": {"text": _("events")}},
        "barmode": "overlay",
        "hovermode": "closest",
    }
    return charts.figure_json(traces, layout)
