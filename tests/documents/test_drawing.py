"""Charts and maps as SVG: the same every time, and nothing drawn that is protected or missing."""

import dataclasses
import subprocess
import sys
import xml.etree.ElementTree as ET

import pytest

from documents import drawing, model
from tests.documents.examples import LINE, MAP, SQUARE, hexagon
from tests.promises.house import ROOT

SVG = "{http://www.w3.org/2000/svg}"


@pytest.mark.parametrize("block", [LINE, MAP], ids=["line", "map"])
def test_the_same_drawing_is_the_same_bytes(block):
    assert drawing.draw(block) == drawing.draw(block)


def test_another_process_draws_the_same_bytes():
    """What is kept with a picture today must be made again tomorrow, on another worker."""
    code = (
        "import hashlib, django; django.setup();"
        "from documents import drawing; from tests.documents.examples import LINE, MAP;"
        "print(hashlib.sha256((drawing.draw(LINE) + drawing.draw(MAP)).encode()).hexdigest())"
    )
    runs = [
        subprocess.run(
            [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True, env=_environment(seed)
        ).stdout
        for seed in ("1", "2")
    ]
    assert runs[0] == runs[1] != ""


def _environment(seed):
    import os

    return {**os.environ, "PYTHONHASHSEED": seed, "DJANGO_SETTINGS_MODULE": "est_platform.settings"}


@pytest.mark.parametrize("block", [LINE, MAP], ids=["line", "map"])
def test_it_is_as_wide_as_asked_and_has_no_date(block):
    svg = drawing.draw(block, 100)
    points = float(ET.fromstring(svg).get("width").removesuffix("pt"))
    assert points == pytest.approx(100 / 25.4 * 72, abs=0.1)
    assert "date" not in svg.lower().replace("updated", "")


def test_what_is_protected_or_missing_gives_no_height_away():
    """Two charts that differ only in what they may not show are the same chart, as no number reaches the drawing."""
    hidden = dataclasses.replace(LINE, observed=tuple(model.PROTECTED if v == 8 else v for v in LINE.observed))
    assert drawing.draw(hidden) != drawing.draw(LINE)
    assert drawing._numbers([model.PROTECTED, None, 8])[2] == 8
    assert all(number != number for number in drawing._numbers([model.PROTECTED, None]))


def test_a_map_of_nothing_is_drawn():
    assert ET.fromstring(drawing.draw(dataclasses.replace(MAP, outline=(), parts=(), cells=()))).tag == f"{SVG}svg"
    assert ET.fromstring(drawing.draw(dataclasses.replace(MAP, cells=()))).tag == f"{SVG}svg"


def test_a_chart_of_one_period_or_none_is_drawn():
    for many in (0, 1):
        short = dataclasses.replace(
            LINE,
            **{name: getattr(LINE, name)[:many] for name in ("days", "observed", "lower", "upper")},
            last_is_running=False,
        )
        assert ET.fromstring(drawing.draw(short)).tag == f"{SVG}svg"


def test_the_legends_steps_hold_every_number_once_and_as_it_is_drawn():
    for largest in (1, 2, 5, 6, 17, 140):
        steps = drawing.steps(largest)
        numbers = [number for low, high, _color in steps for number in range(low, high + 1)]
        assert numbers == list(range(1, largest + 1))
        assert all(drawing.shade(n, largest) == color for low, high, color in steps for n in range(low, high + 1))


def test_metres_are_as_long_north_as_east():
    flat = drawing._Flat([SQUARE, hexagon(16.12, 58.58)])
    east, north = flat.point((16.14, 58.60))
    assert east == pytest.approx(0.04 * 111_320 * 0.5215, rel=0.01)
    assert north == pytest.approx(0.03 * 111_320, rel=0.01)


def test_no_room_imports_matplotlib_or_typst_until_a_document_is_made():
    code = (
        "import sys, django; django.setup();"
        "from django.urls import get_resolver; get_resolver().url_patterns;"
        "print([name for name in ('matplotlib', 'typst') if name in sys.modules])"
    )
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True, env=_environment("0")
    )
    assert run.stdout.strip() == "[]"
