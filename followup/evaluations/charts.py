"""The picture of an evaluation: what happened, what was to be expected without the measure, and who reported."""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from followup.evaluations.computing import AFTER
from ui import charts

# Of the height of the picture: the strip of who reported, and where the lines above it begin.
_STRIP, _ABOVE = 0.08, 0.16


def picture(figures: Mapping[str, Any], marks: Sequence[tuple[str, str]]) -> dict[str, Any] | None:
    """The treated, what was to be expected, and the compared at the treated's level, month by month.

    `marks` are days and what happened then. Only for the circle: the months are counts.
    """
    months = drawn_months(figures)
    if not months:
        return None
    days = [dt.date.fromisoformat(row["month"]).replace(day=15).isoformat() for row in months]
    lines = [charts.line(days, [row["treated"] for row in months], name=_("What happened"))]
    if any(row["expected"] is not None for row in months):
        expected = [row["expected"] for row in months]
        line = charts.line(days, expected, name=_("To be expected without the measure"), dashed=True)
        # What is asked of the picture is how far this lies from what happened.
        lines.append({**line, "line": {**line["line"], "width": 2.25}})
    level = [row["level"] for row in months]
    if any(one is not None for one in level):
        lines.append(charts.line(days, level, name=_("Compared with, at the same level"), compared=True))
    layout: dict[str, Any] = {
        "xaxis": {"type": "date"},
        "yaxis": {"title": {"text": _("events in a month")}},
        "shapes": [],
        "annotations": [],
    }
    is_covered = any(row["covered"] is not None for row in months)
    missing = [(row["month"], _next_month(row["month"])) for row in months if row["is_missing"]]
    for part in (
        _span(*figures["days"]["before"], text=pgettext("the measure", "Before"), low=_ABOVE if is_covered else 0),
        _span(*figures["days"]["after"], text=pgettext("the measure", "After"), low=_ABOVE if is_covered else 0),
        charts.missing_periods(missing, text=_("missing")),
        *(charts.mark(day, text=text) for day, text in marks),
    ):
        layout["shapes"] += part["shapes"]
        layout["annotations"] += part["annotations"]
    # Under the names of the periods, each a line lower than the one before, so that two near each other can be read.
    placed = [one for one in layout["annotations"] if one.get("yanchor") == "bottom"]
    for number, one in enumerate(placed, start=1):
        one["yanchor"], one["y"] = "top", 1 - 0.07 * number
    return charts.figure_json(*(_with_strip(lines, layout, months, days) if is_covered else (lines, layout)))


def drawn_months(figures: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What is drawn of each calendar month: month, treated, expected, level, covered (a share), is_missing.

    A month that a period cuts in two is added up. One that is not counted whole is empty: it would look like a fall.
    """
    months = _calendar_months(figures["months"])
    began = next((number for number, row in enumerate(months) if row["expected"] is not None), len(months))
    # What is expected goes on from where the comparison ends: afterwards the two are the same.
    if 0 < began < len(months):
        months[began - 1]["expected"] = months[began - 1]["level"]
    for row in months[began:]:
        row["level"] = None
    return months


def _calendar_months(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    by_month: dict[str, list[Mapping[str, Any]]] = {}
    for row in rows:
        by_month.setdefault(row["month"], []).append(row)
    found = []
    for month, parts in by_month.items():
        is_whole = sum(part["days"] for part in parts) == _length(month)
        shares = [part["covered"] for part in parts if part["covered"] is not None]
        is_after = any(part["part"] == AFTER for part in parts)
        level = _added(part["level"] for part in parts) if is_whole else None
        modelled = _added(part["expected"] for part in parts) if is_whole else None
        found.append(
            {
                "month": month,
                "treated": _added(part["treated"] for part in parts) if is_whole else None,
                "level": level,
                "expected": (level if level is not None else modelled) if is_after else None,
                "is_missing": any(part["is_missing"] for part in parts),
                "covered": sum(shares) / len(shares) if shares else None,
            }
        )
    return found


def _added(values: Iterable[float | None]) -> float | None:
    known = list(values)
    return None if None in known else sum(one for one in known if one is not None)


def _length(month: str) -> int:
    first = dt.date.fromisoformat(month)
    return calendar.monthrange(first.year, first.month)[1]


def _span(first: str, last: str, *, text: str, low: float) -> dict[str, list[dict[str, Any]]]:
    """The days before or after, a shade apart and named, from `low` of the height."""
    shape = {
        "type": "rect", "xref": "x", "yref": "paper", "x0": first, "x1": last, "y0": low, "y1": 1, "layer": "below",
        "fillcolor": charts.BAND, "opacity": 0.6, "line": {"width": 0},
    }  # fmt: skip
    name = {
        "x": first, "y": 1, "xref": "x", "yref": "paper", "text": f"<b>{text}</b>", "showarrow": False,
        "xanchor": "left", "yanchor": "top", "font": {"size": 12, "color": charts.TEXT},
    }  # fmt: skip
    return {"shapes": [shape], "annotations": [name]}


def _next_month(month: str) -> str:
    day = dt.date.fromisoformat(month)
    return (day + dt.timedelta(days=32)).replace(day=1).isoformat()


def _with_strip(
    lines: list[dict[str, Any]], layout: dict[str, Any], months: Sequence[Mapping[str, Any]], days: list[str]
) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """The picture with a strip under its time axis: which share of those who report had answered."""
    shares = [row["covered"] for row in months]
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
