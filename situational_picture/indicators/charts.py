"""A series as a figure: its values with their intervals, in the order of time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from situational_picture.indicators.presenters import period_words, unit_words
from situational_picture.indicators.telling import SHOWN, Told
from situational_picture.models import Indicator
from ui import charts
from ui.numbers import number_words

# Fewer than these are read sooner in the table.
FEWEST_DRAWN = 2
# So many values are drawn one by one with a bar each; more are a line with a band.
MOST_BARS = 24


def series(indicator: Indicator, told: Sequence[Told]) -> dict[str, Any] | None:
    """The series with its 95 % intervals; None with too few values to draw. What is protected leaves a gap."""
    if sum(one.status == SHOWN for one in told) < FEWEST_DRAWN:
        return None
    scale = 100 if indicator.is_share else 1
    values = [_scaled(one.value, scale) for one in told]
    lower, upper = ([_scaled(limit, scale) for limit in limits] for limits in _limits(told))
    has_interval = any(limit is not None for limit in lower)
    # “40 000”, not “40k”: nobody writes kronor so.
    layout: dict[str, Any] = {"yaxis": {"title": {"text": unit_words(indicator)}, "exponentformat": "none"}}
    if len(told) > MOST_BARS:
        days = [one.point.first.isoformat() for one in told]
        layout["xaxis"] = {"type": "date"}
        lines = charts.band(days, lower, upper, name=_("95 % interval")) if has_interval else []
        # A mark at each of a hundred months hides the line.
        drawn = {**charts.line(days, values, name=indicator.name), "mode": "lines"}
        return charts.figure_json([*lines, drawn], layout)
    names = [_under_the_axis(indicator, one) for one in told]
    layout["xaxis"] = {"type": "category", "categoryorder": "array", "categoryarray": names}
    line = charts.line(names, values, name=indicator.name)
    if has_interval:
        line["error_y"] = {
            "type": "data",
            "symmetric": False,
            "array": [_less(high, value) for high, value in zip(upper, values, strict=True)],
            "arrayminus": [_less(value, low) for low, value in zip(lower, values, strict=True)],
            "color": charts.EXPECTED,
            "thickness": 1.5,
            "width": 6,
        }
        line["name"] = _("%(name)s, with 95 %% interval") % {"name": indicator.name}
    return charts.figure_json([line], {**layout, "showlegend": False})


def _under_the_axis(indicator: Indicator, told: Told) -> str:
    """The period, and of a survey how many answered: a share is never shown without them."""
    first, last = told.point.first, told.point.last
    is_month = (first.year, first.month) == (last.year, last.month)
    words = date_format(first, "M Y") if is_month else period_words(first, last)
    if not indicator.is_share or told.n is None:
        return words
    return f"{words}<br>{_('n')} {number_words(told.n)}"


def _limits(told: Sequence[Told]) -> tuple[list[float | None], list[float | None]]:
    return [one.lower for one in told], [one.upper for one in told]


def _scaled(value: float | None, scale: int) -> float | None:
    return None if value is None else value * scale


def _less(one: float | None, other: float | None) -> float | None:
    return None if one is None or other is None else one - other
