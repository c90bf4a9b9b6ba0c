"""Figures are plain JSON in the house's dress, and say nothing about what is missing."""

import json
import subprocess
import sys
from datetime import date

import numpy as np
import pandas as pd

from ui import charts


def test_a_figure_is_plain_json_with_missing_values_as_null():
    figure = charts.figure_json(
        [charts.line(pd.Series([date(2025, 1, 1), date(2025, 2, 1)]), np.array([1.0, np.nan]), name="n")]
    )
    assert figure == json.loads(json.dumps(figure, allow_nan=False))
    assert figure["data"][0]["x"] == ["2025-01-01", "2025-02-01"]
    assert figure["data"][0]["y"] == [1.0, None]


def test_a_missing_value_breaks_the_line():
    assert charts.line([1], [None], name="n")["connectgaps"] is False


def test_the_layout_given_wins_and_keeps_the_rest_of_the_axis():
    figure = charts.figure_json([], {"xaxis": {"type": "date"}, "hovermode": "closest", "yaxis2": {"overlaying": "y"}})
    assert figure["layout"]["hovermode"] == "closest"
    assert figure["layout"]["xaxis"]["type"] == "date"
    assert figure["layout"]["xaxis"]["gridcolor"] == charts.GRID
    assert figure["layout"]["yaxis2"]["overlaying"] == "y"
    assert figure["layout"]["yaxis"]["rangemode"] == "tozero"


def test_the_band_stands_between_its_two_edges_and_is_named_once():
    lower, upper = charts.band([1, 2], [3, 4], [5, 6], name="Expected")
    assert lower["showlegend"] is False
    assert upper["fill"] == "tonexty"
    assert upper["name"] == "Expected"


def test_every_colour_is_one_the_style_sheet_knows(settings):
    figure = charts.figure_json(
        [
            *charts.band([1], [2], [3], name="b"),
            charts.line([1], [2], name="l", dashed=True),
            charts.bars(["a"], [1], name="r", compared=True),
            charts.heat_grid(["a"], ["b"], [[1]], name="h"),
        ],
        {**charts.missing_periods([(1, 2)], text="none")},
    )
    text = json.dumps(figure)
    style = (settings.BASE_DIR / "static" / "css" / "est.css").read_text()
    used = {part.split(")")[0] for part in text.split("var(")[1:]}
    assert len(used) > 8
    assert [name for name in sorted(used) if f"{name}:" not in style] == []
    assert "#" not in text


def test_horizontal_bars_lie_down():
    bar = charts.bars(["a", "b"], [1, 2], name="n", horizontal=True)
    assert (bar["orientation"], bar["x"], bar["y"]) == ("h", [1, 2], ["a", "b"])


def test_plotly_is_not_imported_until_a_figure_is_made():
    code = "import ui.charts, sys; sys.exit('plotly' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
