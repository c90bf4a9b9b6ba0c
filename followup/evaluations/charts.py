"""The picture of an evaluation: what happened, what was to be expected without the measure, and who reported."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from followup.evaluations.computing import AFTER
from ui import charts

# Of the height of the picture: the strip of who reported, and where the lines above it begin.
_STRIP, _ABOVE = 0.08, 0.16


def _middle(month: str) -> str:
    return dt.date.fromisoformat(month).replace(day=15).isoformat()


def picture(figures: Mapping[str, Any], marks: Sequence[tuple[str, str]]) -> dict[str, Any] | None:
    """The treated, what was to be expected, and the compared at the treated's level, month by month.

    `marks` are days and what happened then. Only for the circle: the months are counts.
    """
    months = figures["months"]
    if not months:
        return None
    days = [_middle(row["month"]) for row in months]
    lines = [charts.line(days, [row["treated"] for row in months], name=_("What happened"))]
    if any(row["expected"] is not None for row in months):
        expected = [row["expected"] for row in months]
        lines.append(charts.line(days, expected, name=_("To be expected without the measure"), dashed=True))
    # Afterwards the two are the same: what happened elsewhere, at the place's own level.
    level = [row["level"] if row["part"] != AFTER else None for row in months]
    if any(one is not None for one in level):
        lines.append(charts.line(days, level, name=_("Compared with, at the same level"), compared=True))
    layout: dict[str, Any] = {
        "xaxis": {"type": "date"},
        "yaxis": {"title": {"text": _("events in a month")}},
        "shapes": [],
        "annotations": [],
    }
    missing = [(row["month"], _next_month(row["month"])) for row in months if row["is_missing"]]
    for part in (
        charts.missing_periods(missing, text=_("missing")),
        *(charts.mark(day, text=text) for day, text in marks),
    ):
        layout["shapes"] += part["shapes"]
        layout["annotations"] += part["annotations"]
    # Each mark a line lower than the one before, so that two near each other can both be read.
    placed = [one for one in layout["annotations"] if one.get("yanchor") == "bottom"]
    for number, one in enumerate(placed):
        one["yanchor"], one["y"] = "top", 1 - 0.07 * (number % 4)
    return charts.figure_json(*_with_strip(lines, layout, months, days))


def _span(first: str, last: str) -> dict[str, Any]:
    """The days before or after, a shade apart."""
    return {
        "type": "rect", "xref": "x", "yref": "paper", "x0": first, "x1": last, "y0": _ABOVE, "y1": 1, "layer": "below",
        "fillcolor": charts.BAND, "opacity": 0.7, "line": {"width": 0},
    }  # fmt: skip


def _next_month(month: str) -> str:
    day = dt.date.fromisoformat(month)
    return (day + dt.timedelta(days=32)).replace(day=1).isoformat()


def _with_strip(
    lines: list[dict[str, Any]], layout: dict[str, Any], months: Sequence[Mapping[str, Any]], days: list[str]
) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """The picture with a strip under its time axis: which share of those who report had answered."""
    shares = [row["covered"] for row in months]
    if all(share is None for share in shares):
        return lines, layout
    width = [26 * 86_400_000] * len(days)
    hatched = {"shape": "/", "fgcolor": charts.TEXT, "bgcolor": charts.SURFACE, "size": 4}
    answered = {"type": "bar", "x": days, "width": width, "yaxis": "y2", "hoverinfo": "skip"}
    bars = [
        {**answered, "y": shares, "name": _("Have reported"), "marker": {"color": charts.BAND}},
        {
            **answered,
            "y": [None if share is None else 1 - share for share in shares],
            "name": _("Have not reported"),
            "marker": {"color": charts.SURFACE, "pattern": hatched},
        },
    ]
    return [*lines, *bars], {
        **layout,
        "barmode": "stack",
        "yaxis": {**layout["yaxis"], "domain": [_ABOVE, 1]},
        "yaxis2": {"domain": [0, _STRIP], "range": [0, 1], "visible": False, "fixedrange": True},
        "xaxis": {**layout["xaxis"], "anchor": "y2"},
    }


def before_and_after(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any] | None:
    """How each zone changed, the time before as 100, in steps of five: for readers who see no whole count."""
    drawn = [row for row in rows if row["index"] is not None]
    if not drawn:
        return None
    names = [row["name"] for row in drawn]
    bars = [
        charts.bars(names, [100] * len(drawn), name=pgettext("the measure", "Before"), compared=True),
        charts.bars(names, [row["index"] for row in drawn], name=pgettext("the measure", "After")),
    ]
    return charts.figure_json(bars, {"yaxis": {"title": {"text": _("before = 100")}}, "barmode": "group"})
