"""From stored figures to charts: plain dictionaries in the house's dress."""

from __future__ import annotations

from collections.abc import Mapping
from textwrap import wrap
from typing import Any

from django.utils.html import escape
from django.utils.translation import gettext as _

from analysis.periods import SEASON_LENGTH, PeriodKind, parse
from situational_picture.coverage import presenters as coverage_presenters
from situational_picture.coverage.figures import MISSING, NOTHING, REPORTED
from situational_picture.presenters import category_name, hour_names, missing_spans, weekday_names
from situational_picture.protecting import PROTECTED
from ui import charts

# More rows than this make a chart nobody reads; the table has them all.
CATEGORIES_SHOWN = 12
# Fewer than these are read sooner in the table.
FEWEST_DRAWN = 3


def _drawn(value: Any) -> Any:
    return None if value == PROTECTED else value


def trend(figures: Mapping[str, Any]) -> dict[str, Any]:
    """Events period by period with the range that was to be expected; what the source lacks is shaded, never zero."""
    data = figures["trend"]
    days = [parse(code).start.isoformat() for code in data["periods"]]
    layout: dict[str, Any] = {"yaxis": {"title": {"text": _("events")}}, "xaxis": {"type": "date"}}
    spans = [(start.isoformat(), end.isoformat()) for start, end in missing_spans(figures)]
    layout.update(charts.missing_periods(spans, text=_("missing")))
    hidden = [day for day, value in zip(days, data["observed"], strict=True) if value == PROTECTED]
    observed = [_drawn(value) for value in data["observed"]]
    running = observed[-1] if data["last_is_running"] else None
    lines = [
        *charts.band(days, data["lower"], data["upper"], name=_("Expected range")),
        charts.line(days, [*observed[:-1], None] if running is not None else observed, name=_("Events")),
    ]
    if running is not None:
        # A period that still runs has fewer events than it will have: a ring apart from the line.
        ring = {"symbol": "circle-open", "size": 9, "color": charts.OBSERVED, "line": {"width": 2}}
        lines.append(
            {"type": "scatter", "mode": "markers", "x": days[-1:], "y": [running], "name": _("So far"), "marker": ring}
        )
    if hidden:
        lines.append(
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
    return charts.figure_json(*_with_strip(lines, layout, figures, days, first=0))


# Of the height of a chart, what the strip under its time axis takes, and where the chart above it begins.
_STRIP, _ABOVE = 0.1, 0.17


def _with_strip(
    lines: list[dict[str, Any]], layout: dict[str, Any], figures: Mapping[str, Any], days: list[str], *, first: int
) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """The trend with a strip under its time axis: which share of the units reported, had nothing, or are missing.

    Each kind has a pattern of its own, and the table says the same in words. Without coverage nothing is added.
    """
    coverage = figures.get("coverage")
    if not coverage:
        return lines, layout
    places = range(first, first + len(days))
    shares = [coverage_presenters.shares(coverage, place) for place in places]
    words = [coverage_presenters.answer_words(coverage, place) for place in places]
    # One bar a period, a little apart. Plotly counts time in thousandths of a second.
    width = [0.9 * parse(code).days * 86_400_000 for code in figures["trend"]["periods"][first:]]
    bars = []
    hatched = {"shape": "/", "fgcolor": charts.TEXT, "bgcolor": charts.SURFACE, "size": 4}
    markers = {
        REPORTED: {"color": charts.OBSERVED},
        NOTHING: {"color": charts.BAND, "line": {"width": 1, "color": charts.OBSERVED}},
        MISSING: {"color": charts.SURFACE, "pattern": hatched},
    }
    for state, name in coverage_presenters.STRIP.items():
        hover = {"customdata": words, "hovertemplate": "%{customdata}"} if state == REPORTED else {"hoverinfo": "skip"}
        bars.append(
            {
                "type": "bar",
                "x": days,
                "y": [one[state] for one in shares],
                "width": width,
                "yaxis": "y2",
                "name": str(name),
                "marker": markers[state],
                **hover,
            }
        )
    strip = {"domain": [0, _STRIP], "range": [0, 1], "visible": False, "fixedrange": True}
    return [*lines, *bars], {
        **layout,
        "barmode": "stack",
        "yaxis": {**layout.get("yaxis", {}), "domain": [_ABOVE, 1]},
        "yaxis2": strip,
        "xaxis": {**layout.get("xaxis", {}), "anchor": "y2"},
    }


def panel(figures: Mapping[str, Any]) -> dict[str, Any] | None:
    """The compared periods for the units that answered for all of them, with everybody beside."""
    coverage = figures.get("coverage") or {}
    stored = coverage.get("panel")
    if not stored or not stored["units"]:
        return None
    days = [parse(code).start.isoformat() for code in coverage["compared"]]
    lines = [
        charts.line(days, stored["all"], name=_("All"), compared=True),
        charts.line(days, stored["observed"], name=_("The same units")),
    ]
    return charts.figure_json(lines, {"yaxis": {"title": {"text": _("events")}}, "xaxis": {"type": "date"}})


def categories(figures: Mapping[str, Any]) -> dict[str, Any] | None:
    """Each category's count as a dot beside the range that was to be expected."""
    rows = [row for row in figures["categories"] if row["count"] not in (None, PROTECTED)]
    rows = [row for row in rows if row["count"] or row["judgement"] in {"more", "fewer"}][:CATEGORIES_SHOWN]
    if len(rows) < FEWEST_DRAWN:
        return None
    rows = rows[::-1]
    # Long names on one line would leave the chart no room on a phone. Plotly reads a few tags in what it writes.
    names = ["<br>".join(map(escape, wrap(category_name(row), 30))) for row in rows]
    ranged = [(name, row) for name, row in zip(names, rows, strict=True) if row["lower"] is not None]
    bars = {
        "type": "bar",
        "orientation": "h",
        "y": [name for name, _row in ranged],
        "base": [row["lower"] for _name, row in ranged],
        "x": [row["upper"] - row["lower"] for _name, row in ranged],
        "marker": {"color": charts.BAND},
        "name": _("Expected range"),
        "hoverinfo": "skip",
        "width": 0.5,
    }
    dots = {
        "type": "scatter",
        "mode": "markers",
        "y": names,
        "x": [row["count"] for row in rows],
        "name": _("Events"),
        "marker": {"color": charts.OBSERVED, "size": 11},
        "hovertemplate": "%{y}: %{x}<extra></extra>",
    }
    layout = {
        "xaxis": {"title": {"text": _("events")}, "rangemode": "tozero"},
        "yaxis": {"rangemode": "normal", "tickfont": {"size": 12}},
        "hovermode": "closest",
    }
    return charts.figure_json([bars, dots], layout)


def clock(figures: Mapping[str, Any]) -> dict[str, Any] | None:
    """Weekday × hour in shades."""
    data = figures["clock"]
    if data is None:
        return None
    hours = hour_names(data.get("hours", 1))
    grid = [[_drawn(value) for value in row] for row in data["grid"]]
    figure = charts.heat_grid(hours, weekday_names(), grid, name=_("Events"))
    return charts.figure_json(
        [figure],
        {
            "yaxis": {"autorange": "reversed", "rangemode": "normal"},
            "xaxis": {"type": "category"},
            "hovermode": "closest",
        },
    )


def spark(figures: Mapping[str, Any]) -> dict[str, Any]:
    """The last year of the trend as a small line beside an area's name."""
    data = figures["trend"]
    last = SEASON_LENGTH[PeriodKind(data["kind"])]
    days = [parse(code).start.isoformat() for code in data["periods"]][-last:]
    bare = {"visible": False, "fixedrange": True}
    lines = [
        *charts.band(days, data["lower"][-last:], data["upper"][-last:], name=_("Expected range")),
        charts.line(days, [_drawn(value) for value in data["observed"][-last:]], name=_("Events")) | {"mode": "lines"},
    ]
    layout = {"xaxis": bare, "yaxis": bare, "showlegend": False, "margin": {"l": 0, "r": 0, "t": 2, "b": 2}}
    first = len(data["periods"]) - len(days)
    return charts.figure_json(*_with_strip(lines, layout, figures, days, first=first))
