"""Figures for `<est-chart>`: plain dictionaries in the house's dress, through Plotly's own JSON.

Colours are given as `var(--…)`: the element looks them up when it draws, so the same figure works in light and dark.
A figure always stands above a table with the same numbers (`{% chart %}`), and never shows more than that table.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

OBSERVED = "var(--est-chart-1)"
COMPARED = "var(--est-chart-2)"
EXPECTED = "var(--est-chart-expected)"
BAND = "var(--est-chart-band)"
GRID = "var(--est-chart-grid)"
TEXT = "var(--est-chart-text)"
MISSING = "var(--est-chart-missing)"
SURFACE = "var(--est-chart-surface)"
# From nothing to much, each step lighter or darker than the one before in both schemes.
SCALE = [[i / 5, f"var(--est-scale-{i})"] for i in range(6)]

_AXIS: dict[str, Any] = {
    "gridcolor": GRID,
    "linecolor": GRID,
    "zerolinecolor": GRID,
    "tickcolor": GRID,
    "automargin": True,
    "fixedrange": True,
    "title": {"standoff": 8},
}


def figure_json(data: Sequence[Mapping[str, Any]], layout: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """A figure as plain JSON values, with the house's layout where `layout` says nothing else.

    It goes through Plotly's own encoder, which writes NaN as null and understands frames, arrays and dates.
    """
    # Plotly takes a moment to import, and most pages have no figure.
    from plotly.io import to_json

    given = dict(layout or {})
    merged = {
        "margin": {"l": 8, "r": 8, "t": 12, "b": 8},
        "font": {"size": 13, "color": TEXT},
        "paper_bgcolor": "transparent",
        "plot_bgcolor": "transparent",
        "colorway": [OBSERVED, COMPARED],
        "hovermode": "x unified",
        "showlegend": len(data) > 1,
        # Where bars are stacked, Plotly would begin with the last of them.
        "legend": {"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom", "traceorder": "normal"},
        "bargap": 0.25,
        **{key: value for key, value in given.items() if not key.startswith(("xaxis", "yaxis"))},
    }
    # Hours and weekdays are words here; Plotly would otherwise read "08" as a number.
    kind = {"type": "category"} if any(trace.get("type") == "heatmap" for trace in data) else {}
    axes = {key for key in given if key.startswith(("xaxis", "yaxis"))} | {"xaxis", "yaxis"}
    for axis in axes:
        merged[axis] = {
            **_AXIS,
            **kind,
            **({"rangemode": "tozero"} if axis.startswith("yaxis") else {}),
            **given.get(axis, {}),
        }
    return dict(json.loads(to_json({"data": list(data), "layout": merged}, validate=False, engine="json")))


def band(x: Sequence[Any], low: Sequence[Any], high: Sequence[Any], *, name: str) -> list[dict[str, Any]]:
    """The expected range as a filled band, with one entry in the legend. Draw it before what was observed."""
    edge = {"mode": "lines", "line": {"width": 0}, "hoverinfo": "skip", "x": list(x), "connectgaps": False}
    return [
        {"type": "scatter", **edge, "y": list(low), "showlegend": False},
        {"type": "scatter", **edge, "y": list(high), "fill": "tonexty", "fillcolor": BAND, "name": name},
    ]


def line(
    x: Sequence[Any], y: Sequence[Any], *, name: str, compared: bool = False, dashed: bool = False
) -> dict[str, Any]:
    """A line with a mark at each value; a missing value breaks the line, it is never drawn as zero."""
    color = EXPECTED if dashed else COMPARED if compared else OBSERVED
    style: dict[str, Any] = {"color": color, "width": 1.5 if dashed or compared else 2.25}
    if dashed:
        style["dash"] = "dash"
    return {
        "type": "scatter",
        "mode": "lines" if dashed else "lines+markers",
        "x": list(x),
        "y": list(y),
        "name": name,
        "line": style,
        "marker": {"size": 5, "color": color},
        "connectgaps": False,
    }


def bars(
    labels: Sequence[Any], values: Sequence[Any], *, name: str, horizontal: bool = False, compared: bool = False
) -> dict[str, Any]:
    """Bars from zero. `horizontal` suits labels that are words."""
    x, y = (list(values), list(labels)) if horizontal else (list(labels), list(values))
    return {
        "type": "bar",
        "orientation": "h" if horizontal else "v",
        "x": x,
        "y": y,
        "name": name,
        "marker": {"color": COMPARED if compared else OBSERVED},
    }


def heat_grid(
    columns: Sequence[Any], rows: Sequence[Any], values: Sequence[Sequence[Any]], *, name: str, hover: str = ""
) -> dict[str, Any]:
    """A grid in shades, for example weekday × hour. Missing cells stay empty."""
    return {
        "type": "heatmap",
        "x": list(columns),
        "y": list(rows),
        "z": [list(row) for row in values],
        "name": name,
        "colorscale": SCALE,
        "xgap": 2,
        "ygap": 2,
        "hoverongaps": False,
        "zmin": 0,
        "hovertemplate": hover or "%{y} %{x}: %{z}<extra></extra>",
        # Plotly's own colour bar writes style attributes, which the page's policy refuses; the element draws a legend.
        "showscale": False,
    }


def missing_periods(spans: Iterable[tuple[Any, Any]], *, text: str) -> dict[str, list[dict[str, Any]]]:
    """Shapes and annotations for `layout`: spans (from, to) the source lacks, shaded and named, never zero."""
    shapes, annotations = [], []
    for start, end in spans:
        shapes.append(
            {
                "type": "rect",
                "xref": "x",
                "yref": "paper",
                "x0": start,
                "x1": end,
                "y0": 0,
                "y1": 1,
                "layer": "below",
                "fillcolor": MISSING,
                "line": {"width": 1, "dash": "dot", "color": GRID},
            }
        )
        annotations.append(
            {
                "x": start,
                "y": 1,
                "xref": "x",
                "yref": "paper",
                "text": text,
                "showarrow": False,
                "xanchor": "left",
                "yanchor": "top",
                "textangle": 90,
                "font": {"size": 11, "color": TEXT},
            }
        )
    return {"shapes": shapes, "annotations": annotations}


def mark(x: Any, *, text: str) -> dict[str, list[dict[str, Any]]]:
    """Shapes and annotations for `layout`: a dotted line at a moment, with what happened then in words."""
    return {
        "shapes": [
            {
                "type": "line",
                "xref": "x",
                "yref": "paper",
                "x0": x,
                "x1": x,
                "y0": 0,
                "y1": 1,
                "line": {"width": 1.5, "dash": "dot", "color": TEXT},
            }
        ],
        "annotations": [
            {
                "x": x,
                "y": 1,
                "xref": "x",
                "yref": "paper",
                "text": text,
                "showarrow": False,
                "xanchor": "left",
                "yanchor": "bottom",
                "font": {"size": 12, "color": TEXT},
            }
        ],
    }
