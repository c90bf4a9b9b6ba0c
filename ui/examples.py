"""Invented figures for the component gallery: enough to show every variant, and nothing from anywhere."""

from __future__ import annotations

import math
from typing import Any

from django import forms
from django.core.paginator import Page, Paginator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from ui import charts

MONTHS = [f"2025-{month:02d}-01" for month in range(1, 13)]
OBSERVED = [31, 28, None, None, 35, 44, 52, 49, 38, 33, 30, 27]
LOW = [22, 21, 23, 25, 28, 32, 34, 33, 29, 26, 23, 21]
HIGH = [38, 36, 39, 42, 46, 51, 53, 52, 47, 43, 39, 36]
CENTRE = (16.1924, 58.5877)


class ExampleForm(forms.Form):
    """One field of each sort."""

    what = forms.CharField(label=gettext_lazy("What happened?"), help_text=gettext_lazy("No names, please."))
    when = forms.DateField(label=gettext_lazy("Which day?"), widget=forms.DateInput(attrs={"type": "date"}))
    category = forms.ChoiceField(
        label=gettext_lazy("Category"),
        choices=[("", "–"), ("damage", gettext_lazy("Damage")), ("fire", gettext_lazy("Fire"))],
    )
    certainty = forms.ChoiceField(
        label=gettext_lazy("How sure are you?"),
        choices=[("seen", gettext_lazy("I saw it")), ("heard", gettext_lazy("Somebody told me"))],
        widget=forms.RadioSelect,
    )
    sources = forms.MultipleChoiceField(
        label=gettext_lazy("Who else knows?"),
        choices=[("police", gettext_lazy("The police")), ("school", gettext_lazy("The school"))],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    more = forms.CharField(
        label=gettext_lazy("Anything more?"), widget=forms.Textarea(attrs={"rows": 3}), required=False
    )
    is_urgent = forms.BooleanField(label=gettext_lazy("It is still going on"), required=False)
    lon = forms.FloatField(label=gettext_lazy("Longitude"), required=False)
    lat = forms.FloatField(label=gettext_lazy("Latitude"), required=False)


def bound_form() -> ExampleForm:
    """The form as it looks when it has been sent with two mistakes."""
    return ExampleForm({"when": "2025-11-20", "category": "damage", "more": _("Broken glass."), "is_urgent": "on"})


def trend_figure() -> dict[str, Any]:
    """A line against its expected range, with two months the source lacks and one event marked."""
    gap = charts.missing_periods([("2025-02-15", "2025-04-15")], text=_("no data"))
    event = charts.mark("2025-06-01", text=_("new lighting"))
    data = [
        *charts.band(MONTHS, LOW, HIGH, name=_("Expected")),
        charts.line(MONTHS, OBSERVED, name=_("Incidents")),
    ]
    layout = {
        "xaxis": {"type": "date", "tickformat": "%b"},
        "shapes": gap["shapes"] + event["shapes"],
        "annotations": gap["annotations"] + event["annotations"],
    }
    return charts.figure_json(data, layout)


def bar_figure() -> dict[str, Any]:
    """Counts for words."""
    labels = [_("Fire"), _("Disorder"), _("Damage")]
    return charts.figure_json(
        [charts.bars(labels, [4, 11, 31], name=_("Incidents"), horizontal=True)], {"hovermode": "closest"}
    )


def heat_figure() -> dict[str, Any]:
    """Weekday by hour."""
    days = [_("Sunday"), _("Saturday"), _("Friday"), _("Thursday"), _("Wednesday"), _("Tuesday"), _("Monday")]
    values = [
        [
            round(4 + 4 * math.sin((hour - 14) / 24 * 2 * math.pi) + (3 if day < 3 and hour > 19 else 0), 1)
            for hour in range(24)
        ]
        for day in range(7)
    ]
    grid = charts.heat_grid([f"{hour:02d}" for hour in range(24)], days, values, name=_("Incidents"))
    return charts.figure_json([grid], {"hovermode": "closest", "yaxis": {"rangemode": "normal"}})


def _hexagon(lon: float, lat: float, size: float) -> list[list[float]]:
    stretch = 1 / math.cos(math.radians(lat))
    corners = [math.radians(30 + 60 * corner) for corner in range(7)]
    return [[lon + size * stretch * math.cos(a), lat + size * math.sin(a)] for a in corners]


def _collection(features: list[dict[str, Any]]) -> dict[str, Any]:
    return {"type": "FeatureCollection", "features": features}


def _feature(kind: str, coordinates: Any, **properties: Any) -> dict[str, Any]:
    return {"type": "Feature", "geometry": {"type": kind, "coordinates": coordinates}, "properties": properties}


def map_areas() -> dict[str, Any]:
    """Two invented areas side by side."""
    west, south = CENTRE[0] - 0.016, CENTRE[1] - 0.0075
    ring: list[list[float]] = [[0, 0], [0.017, -0.001], [0.018, 0.015], [0.002, 0.016], [0, 0]]
    other = [[0.017, -0.001], [0.033, 0.001], [0.031, 0.014], [0.018, 0.015], [0.017, -0.001]]
    place = [[[west + dx, south + dy] for dx, dy in shape] for shape in (ring, other)]
    return _collection(
        [
            _feature("Polygon", [place[0]], name=_("Example area"), is_current=True, url="#maps"),
            _feature("Polygon", [place[1]], name=_("Neighbouring area"), is_current=False),
        ]
    )


def map_hexagons() -> dict[str, Any]:
    """A hot spot, with protected and missing cells at its edge."""
    size = 0.00115
    features = []
    for row in range(-4, 5):
        for column in range(-4, 5):
            lat = CENTRE[1] + row * 1.5 * size
            step = math.sqrt(3) * size / math.cos(math.radians(CENTRE[1]))
            lon = CENTRE[0] - 0.007 + (column + (row % 2) / 2) * step
            distance = math.hypot(column + (row % 2) / 2 - 0.5, row)
            if distance > 4.4:
                continue
            value = round(38 * math.exp(-((distance / 1.9) ** 2)))
            properties: dict[str, Any] = {
                "name": _("Square %(row)s:%(column)s") % {"row": row + 5, "column": column + 5}
            }
            if row == 4:
                properties["status"] = "missing"
            elif 0 < value < 5:
                properties["status"] = "protected"
            else:
                properties["value"] = value
            features.append(_feature("Polygon", [_hexagon(lon, lat, size)], **properties))
    return _collection(features)


def map_points() -> dict[str, Any]:
    """Named places."""
    return _collection(
        [
            _feature(
                "Point", [CENTRE[0] - 0.007, CENTRE[1]], name=_("The square"), text=_("38 incidents"), url="#maps"
            ),
            _feature("Point", [CENTRE[0] + 0.006, CENTRE[1] + 0.002], name=_("The car park"), text=_("8 incidents")),
        ]
    )


def page() -> Page[int]:
    """The third of nine pages."""
    return Paginator(range(87), 10).page(3)


def _judged(text: str, tone: str) -> dict[str, str]:
    return {"text": text, "tone": tone}


def everything() -> dict[str, Any]:
    """All that the gallery's template shows."""
    return {
        "page": page(),
        "trend": trend_figure(),
        "bar": bar_figure(),
        "trend_columns": [
            _("Month"), {"label": _("Incidents"), "number": True}, {"label": _("Expected"), "number": True},
        ],
        "trend_rows": [
            [month[:7], value, f"{low}–{high}"]
            for month, value, low, high in zip(MONTHS, OBSERVED, LOW, HIGH, strict=True)
        ],
        "place_columns": [
            _("Place"),
            {"label": _("28 days"), "number": True},
            {"label": pgettext("difference", "Change"), "number": True},
            _("Judgement"),
        ],
        "place_rows": [
            [{"text": _("The square"), "url": "#tables"}, 14, "+9", _judged(_("More than expected"), "danger")],
            [_("The car park"), 8, "+5", _judged(_("As expected"), "neutral")],
            [_("The school yard"), {"value": None, "status": "protected"}, "–", _judged(_("Too few to say"), "info")],
            [_("The park"), {"value": None, "status": "missing"}, "–", _judged(_("Not reported"), "warning")],
            [_("The library"), 0, "−2", _judged(_("Fewer than expected"), "success")],
        ],
        "steps_all": [
            {"step": "mapping", "state": "current", "text": _("Updated 06:00"), "url": "#process"},
            {"step": "cause_analysis", "state": "done", "text": _("2 confirmed"), "url": "#process"},
            {"step": "measures", "text": _("7 ongoing, 1 late"), "url": "#process"},
            {"step": "follow_up", "text": _("1 to evaluate")},
            {"step": "feedback", "text": _("Not yet")},
        ],
        "steps_first": [{"step": "mapping", "state": "current", "text": _("Updated 06:00")}],
        "kinds": [("week", _("Week")), ("month", _("Month")), ("tertial", _("Tertial"))],
        "empty_form": ExampleForm(prefix="empty"),
        "tones": ["neutral", "accent", "info", "success", "warning", "danger"],
        "bounds": [CENTRE[0] - 0.017, CENTRE[1] - 0.009, CENTRE[0] + 0.018, CENTRE[1] + 0.009],
        "centre": CENTRE,
    }  # fmt: skip
