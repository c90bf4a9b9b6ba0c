"""Charts and maps as SVG: the same every time, and nothing drawn that is protected or missing."""

import dataclasses
import re
import subprocess
import sys
import xml.etree.ElementTree as ET

import pytest

from documents import drawing, model, pdf, word
from tests.documents import reading, reading_word
from tests.documents.examples import BARS, COMPARED, LINE, MAP, SQUARE, TIME_PLAN, document, hexagon
from tests.promises.house import ROOT

SVG = "{http://www.w3.org/2000/svg}"


@pytest.mark.parametrize(
    "block", [LINE, COMPARED, BARS, MAP, TIME_PLAN], ids=["line", "compared", "bars", "map", "time plan"]
)
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


@pytest.mark.parametrize(
    "block", [LINE, COMPARED, BARS, MAP, TIME_PLAN], ids=["line", "compared", "bars", "map", "time plan"]
)
def test_it_is_as_wide_as_asked_and_has_no_date(block):
    svg = drawing.draw(block, 100)
    points = float(ET.fromstring(svg).get("width").removesuffix("pt"))
    assert points == pytest.approx(100 / 25.4 * 72, abs=0.1)
    assert "date" not in svg.lower().replace("updated", "")


@pytest.mark.parametrize("part", ["lines", "marks", "spans"])
def test_what_a_chart_is_compared_with_is_drawn_and_needs_a_value_for_each_period(part):
    assert drawing.draw(dataclasses.replace(COMPARED, **{part: ()})) != drawing.draw(COMPARED)
    with pytest.raises(ValueError, match="each of its periods"):
        dataclasses.replace(COMPARED, lines=(model.Line("Expected", (1.0,)),))
    with pytest.raises(ValueError, match="each name"):
        dataclasses.replace(BARS, names=("The square",))


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


FULL, LIGHT, HATCHED = "#0062ba", "#dde9f4", "url(#"
STRIP = (
    model.Shares("Reported", (0.5,) * 11 + (None,), "full"),
    model.Shares("Nothing to report", (0.25,) * 11 + (None,), "light"),
    model.Shares("Not reported", (0.25,) * 11 + (None,), "hatched"),
)


def _heights(svg: str, look: str) -> list[float]:
    """How high each bar of the strip is that is filled so: the four corners of its outline."""
    found = []
    for path in ET.fromstring(svg).iter(f"{SVG}path"):
        outline = path.get("d") or ""
        numbers = re.findall(r"-?[0-9.]+", outline)
        is_box = outline.count("L") == 3 and outline.strip().endswith("z")
        if is_box and f"fill: {look}" in path.get("style", "") and "clip-path" in path.attrib:
            found.append(max(map(float, numbers[1::2])) - min(map(float, numbers[1::2])))
    return found


def test_the_strip_under_a_chart_is_as_high_as_its_parts_are_large():
    svg = drawing.draw(dataclasses.replace(LINE, strip=STRIP))
    assert svg == drawing.draw(dataclasses.replace(LINE, strip=STRIP))
    full, light, hatched = (_heights(svg, look)[:11] for look in (FULL, LIGHT, HATCHED))
    assert full == pytest.approx([full[0]] * 11)
    assert [high / full[0] for high in (light[0], hatched[0])] == pytest.approx([0.5, 0.5], abs=0.01)
    assert full[0] == pytest.approx(drawing._STRIP_MM / 25.4 * 72 / 2, abs=0.1)


def test_a_strip_has_a_value_for_every_period():
    with pytest.raises(ValueError, match="each of its periods"):
        dataclasses.replace(LINE, strip=(model.Shares("Reported", (1.0,), "full"),))


@pytest.mark.parametrize("many", [0, 1])
def test_a_strip_under_one_period_or_none_is_drawn(many):
    values = {name: getattr(LINE, name)[:many] for name in ("days", "observed", "lower", "upper")}
    strip = tuple(dataclasses.replace(shares, values=shares.values[:many]) for shares in STRIP)
    assert ET.fromstring(drawing.draw(dataclasses.replace(LINE, strip=strip, **values))).tag == f"{SVG}svg"


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


def test_a_time_plan_draws_each_bar_once_and_no_more_than_a_page_holds():
    many = dataclasses.replace(TIME_PLAN, bars=TIME_PLAN.bars * 40)
    one, whole = (ET.fromstring(drawing.draw(plan)) for plan in (TIME_PLAN, many))
    height = float(whole.get("height").removesuffix("pt")) / 72 * 25.4
    assert float(one.get("height").removesuffix("pt")) / 72 * 25.4 < height < 225
    figure = drawing._drawn(TIME_PLAN, 174)
    first, second = figure.axes[0].patches
    assert (first.get_hatch(), second.get_hatch()) == (None, "////////")
    named = {text.get_text() for text in figure.legends[0].get_texts()}
    assert named == {TIME_PLAN.bar_name, TIME_PLAN.mark_name, TIME_PLAN.open_name}


def test_a_time_plan_that_ends_before_it_begins_is_refused():
    with pytest.raises(ValueError, match="ends"):
        dataclasses.replace(TIME_PLAN, last_day=TIME_PLAN.first_day.replace(year=2025))


def test_a_time_plan_says_what_it_shows_in_every_file():
    assert reading.alternatives(pdf.write(document(TIME_PLAN))) == [TIME_PLAN.alt]
    assert reading_word.alternatives(word.write(document(TIME_PLAN))) == [TIME_PLAN.alt]
