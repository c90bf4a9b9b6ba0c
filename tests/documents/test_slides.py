"""Slides read back: editable, titled, with room for what they say, and the same every time."""

import datetime as dt
import io
import itertools
import re
import zipfile

import openpyxl
import pytest
from django.utils.translation import override
from hypothesis import example, given, settings
from hypothesis import strategies as st
from lxml import etree
from PIL import ImageFont

from documents import model, slides
from documents.texts import font_folder, plain
from tests.documents import reading_slides as reading
from tests.documents.examples import (
    BARS,
    COMPARED,
    EVERYTHING,
    GRID,
    LINE,
    MAP,
    TABLE,
    TIME_PLAN,
    TREE,
    WEEKS,
    document,
)

A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
NOTICE = "Exempeldata: inget här har hänt."
LONG = "Någon har sett till att lampan lyser igen. "


@pytest.fixture(scope="module")
def file():
    with override("sv"):
        return slides.write(
            document(
                *EVERYTHING,
                model.Heading("Compared"),
                COMPARED,
                BARS,
                TIME_PLAN,
                eyebrow="Lägesbild",
                lead="31 händelser.",
                author="EST Ekstad",
                notice=NOTICE,
                footer="Väster, 2026-W47",
                watermark="Utkast",
            )
        )


def test_the_slides_are_wide(file):
    show = reading.opened(file)
    assert round(show.slide_width / show.slide_height, 3) == round(16 / 9, 3)
    assert "type" not in show.element.xpath("p:sldSz")[0].attrib


def test_each_heading_is_the_title_of_a_slide_and_what_goes_on_is_numbered(file):
    titles = reading.titles(file)
    assert titles[0] == "The west, week 47"
    for heading in ("What has changed", "Details", "Where", "Places", "Compared"):
        assert heading in titles
    assert len(titles) == len(set(titles))


def test_titles_stand_in_the_places_for_titles(file):
    for slide in reading.shapes(file):
        assert sum(s.is_placeholder and "TITLE" in s.placeholder_format.type.name.split("_") for s in slide) == 1


def test_every_slide_says_the_notice_which_document_it_is_and_its_number(file):
    for said in reading.feet(file):
        assert NOTICE in said
        assert "Väster, 2026-W47" in said
    for name, content in reading.parts(file).items():
        if re.fullmatch(r"ppt/slides/slide\d+\.xml", name):
            assert b'type="slidenum"' in content
            assert b"Utkast" in content


def test_a_foot_is_read_after_what_the_slide_says(file):
    for slide in reading.shapes(file):
        are_feet = [reading.is_foot(shape) for shape in slide]
        assert are_feet == sorted(are_feet)


def test_a_chart_holds_its_numbers_and_the_range_that_was_expected(file):
    chart = reading.charts(file)[0]
    # Days stand as far apart as they lie, also where a period has nothing.
    assert chart._chartSpace.xpath(".//c:dateAx")
    numbers = reading.chart_numbers(chart)
    assert numbers["Events"] == [5, 7, None, None, 8, None, 9, 12, 6, 7, 0, 4]
    assert numbers["Expected range, från"] == [3] * 12
    assert numbers["Expected range, till"] == [11] * 12


def test_the_workbook_behind_a_chart_has_the_same_numbers(file):
    chart = reading.charts(file)[0]
    sheet = openpyxl.load_workbook(io.BytesIO(chart.part.chart_workbook.xlsx_part.blob)).active
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert rows[0][1:] == ["Events", "Expected range, från", "Expected range, till"]
    assert [row[0].date() for row in rows[1:]] == list(WEEKS)
    assert [row[1] for row in rows[1:]] == [5, 7, None, None, 8, None, 9, 12, 6, 7, 0, 4]


def test_what_no_line_can_say_stands_in_words_below_it(file):
    said = reading.words(file)
    assert "Skyddat: 2026-02-09." in said
    assert "Saknas: 2026-01-19, 2026-01-26." in said
    assert "2026-02-16: It starts." in said
    assert "2026-01-05 – 2026-02-09: Before." in said
    # A day outside the chart is not in the drawing of the PDF either.
    assert "Later" not in said


def test_a_gap_in_a_line_is_a_gap(file):
    for chart in reading.charts(file)[:2]:
        blanks = chart._chartSpace.xpath(".//c:dispBlanksAs")
        assert [one.get("val") for one in blanks] == ["gap"]


def test_bars_hold_their_numbers(file):
    assert reading.chart_numbers(reading.charts(file)[-1]) == {"Before": [100, 100], "After": [45, None]}


def test_coverage_has_a_chart_of_its_own_in_percent():
    strip = (
        model.Shares("Reported", (0.5, 1.0, None) * 4, "full"),
        model.Shares("Silent", (0.5, 0.0, None) * 4, "hatched"),
    )
    line = model.LineChart(**{**vars(LINE), "strip": strip})
    with override("sv"):
        charts = reading.charts(slides.write(document(line)))
    assert reading.chart_numbers(charts[1]) == {
        "Reported, %": [50, 100, None] * 4,
        "Silent, %": [50, 0, None] * 4,
    }


def test_tables_have_a_header_row_and_tell_protected_missing_and_zero_apart(file):
    places, when = reading.tables(file)[:2]
    assert places == [
        ["Place", "Events"],
        ["The square", "0"],
        ["The garage", "skyddat"],
        ["The school", "saknas"],
        ["The library", plain(model.counted(1234).text)],
    ]
    assert when[0] == ["Weekday", "00–12", "12–24"]
    assert when[2] == ["Tuesday", "skyddat", "0"]
    for slide in reading.shapes(file):
        for shape in slide:
            assert not shape.has_table or shape.table.first_row


def test_what_is_drawn_says_in_words_what_it_shows(file):
    assert reading.alternatives(file) == [LINE.alt, MAP.alt, TREE.alt, COMPARED.alt, BARS.alt, TIME_PLAN.alt]
    for slide in reading.shapes(file):
        for shape in slide:
            assert shape.has_text_frame or reading.description(shape)


@pytest.mark.parametrize(("language", "tag"), [("sv", "sv-SE"), ("en", "en-GB")])
def test_every_text_says_its_language(language, tag):
    with override(language):
        file = slides.write(document(*EVERYTHING, language=language, definitions=(model.Definition("A", "B"),)))
    found = 0
    for name, content in reading.parts(file).items():
        if name.endswith(".xml") and name.startswith(("ppt/slides/", "ppt/notesSlides/", "ppt/charts/")):
            root = etree.fromstring(content)
            for run in root.iter(f"{A}r"):
                assert run.find(f"{A}rPr").get("lang") == tag
                found += 1
    assert found > 20
    assert reading.opened(file).core_properties.language == tag


def _long_table(rows):
    cells = [(model.Cell(f"Place {number}"), model.counted(number)) for number in range(rows)]
    return model.Table("Many", TABLE.columns, tuple(cells), note="All of them.")


def test_a_long_table_goes_on_with_its_header_and_no_row_is_lost():
    tables = reading.tables(slides.write(document(model.Heading("Places"), _long_table(70))))
    assert len(tables) > 3
    assert all(table[0] == ["Place", "Events"] for table in tables)
    assert [row[0] for table in tables for row in table[1:]] == [f"Place {number}" for number in range(70)]


def test_a_long_text_goes_on_and_no_word_is_lost():
    file = slides.write(document(model.Heading("Said"), model.Text(LONG * 400), model.Text(LONG * 300)))
    assert reading.words(file).count("lampan") == 700
    assert len(reading.titles(file)) > 5


def test_a_cell_higher_than_a_slide_goes_on_in_the_next_row():
    row = (model.Cell("The square"), model.Cell(LONG * 200))
    table = model.Table("T", (model.Column("Place"), model.Column("Said")), (row,))
    file = slides.write(document(table))
    assert reading.words(file).count("lampan") == 200
    assert sum("The square" in cell for rows in reading.tables(file) for one in rows for cell in one) == 1


WORDS = st.text(st.sampled_from("abcdefgåäö WM"), min_size=1, max_size=600)
BLOCKS = st.one_of(
    st.builds(model.Heading, WORDS),
    st.builds(model.Text, WORDS, st.sampled_from(["body", "lead", "small"])),
    st.builds(lambda points: model.Points(tuple(points)), st.lists(WORDS, min_size=1, max_size=6)),
    st.builds(model.Notice, WORDS, st.just("warning"), WORDS),
    st.builds(
        lambda facts: model.Facts(tuple(facts)),
        st.lists(
            st.builds(model.Fact, WORDS, st.builds(model.Cell, WORDS.map(lambda said: said[:30])), WORDS, WORDS),
            max_size=5,
        ),
    ),
    st.builds(_long_table, st.integers(0, 40)),
    st.sampled_from([LINE, COMPARED, BARS, GRID, MAP, TREE, TIME_PLAN]),
)


def _boxes(slide):
    return [(s.left, s.top, s.left + s.width, s.top + s.height, s.name) for s in slide]


@settings(max_examples=12, deadline=None)
@given(blocks=st.lists(BLOCKS, min_size=1, max_size=7))
@example([model.Heading("A"), *EVERYTHING, COMPARED, BARS, TIME_PLAN, model.Text(LONG * 90), LINE, GRID])
def test_nothing_stands_outside_its_slide_or_on_top_of_something_else(blocks):
    with override("sv"):
        file = slides.write(document(*blocks, watermark="Utkast", notice=NOTICE, footer="Väster", lead=LONG))
    show = reading.opened(file)
    for slide in show.slides:
        boxes = _boxes(slide.shapes)
        for left, top, right, bottom, name in boxes:
            assert 0 <= left < right <= show.slide_width, name
            assert 0 <= top < bottom <= show.slide_height, name
        for one, other in itertools.combinations(boxes, 2):
            is_apart = one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] or other[3] <= one[1]
            assert is_apart, (one, other)


def _height_pt(paragraph, width_pt):
    """How high a paragraph is in a font wider than the one it will be set in, measured letter by letter."""
    size = max((run.font.size.pt for run in paragraph.runs), default=0)
    if not size:
        return 0
    font = ImageFont.truetype(str(font_folder() / "DejaVuSans.ttf"), round(size * 10))
    lines = 1
    line = ""
    for word in " ".join(run.text for run in paragraph.runs).split():
        longer = f"{line} {word}".strip()
        # Calibri is a sixth narrower than DejaVu.
        if font.getlength(longer) / 10 * 0.86 > width_pt and line:
            lines, line = lines + 1, word
        else:
            line = longer
    after = paragraph.space_after.pt if paragraph.space_after is not None else 0
    return lines * size * 1.2 + after


def test_texts_have_room_in_their_shapes():
    sentences = [LONG * number for number in (1, 3, 9, 27)]
    blocks = [model.Heading("Said")]
    blocks += [model.Text(sentence, size) for sentence in sentences for size in ("body", "lead", "small")]
    blocks += [model.Points(tuple(sentences)), model.Notice(LONG * 4, "info", LONG)]
    facts = [model.Fact("Reports of the week", model.counted(number), LONG, LONG * 2) for number in (1, 22, 333, 4444)]
    blocks.append(model.Facts(tuple(facts)))
    seen = 0
    for slide in reading.shapes(slides.write(document(*blocks, lead=LONG * 3, notice=NOTICE, footer=LONG * 2))):
        for shape in slide:
            if not shape.has_text_frame or (reading.is_foot(shape) and "‹#›" in shape.text_frame.text):
                continue
            width = shape.width.pt - 15
            height = sum(_height_pt(paragraph, width) for paragraph in shape.text_frame.paragraphs)
            assert height <= shape.height.pt, shape.text_frame.text[:60]
            seen += 1
    assert seen > 20


def test_equal_documents_are_equal_files_also_when_made_another_day(time_machine):
    def made():
        return slides.write(document(*EVERYTHING, COMPARED, BARS, definitions=(model.Definition("A", "B"),)))

    time_machine.move_to(dt.datetime(2026, 11, 23, tzinfo=dt.UTC))
    first = made()
    time_machine.move_to(dt.datetime(2027, 3, 1, 12, tzinfo=dt.UTC))
    assert made() == first
    assert slides.write(document(model.Text("Another."))) != slides.write(document(model.Text("One.")))


def test_nothing_of_when_or_where_it_was_made_is_in_it(file):
    about = reading.opened(file).core_properties
    made_at = document().made_at.replace(microsecond=0, tzinfo=None)
    assert (about.created, about.modified) == (made_at, made_at)
    assert (about.title, about.author, about.subject) == ("The west, week 47", "EST Ekstad", "Lägesbild")
    for name, content in reading.parts(file).items():
        assert b"thumbnail" not in content, name
        if name.endswith(".xlsx"):
            with zipfile.ZipFile(io.BytesIO(content)) as inner:
                assert b"2026-11-23T09:30:00Z" in inner.read("docProps/core.xml")


@settings(max_examples=40, deadline=None)
@given(text=st.text(max_size=200))
@example("\x00\x07\u200d\ufeff\U0001f600 日本語 \ud800 العربية \ue000 e\u0301\u0301 _x0041_ =1+1")
@example("\n\n\n")
def test_no_text_at_all_stops_a_document(text):
    table = model.Table(text, (model.Column(text), model.Column(text)), ((model.Cell(text), model.Cell(text)),))
    blocks = (
        model.Heading(text or "x"),
        model.Text(text),
        model.Points((text,)),
        table,
        model.Notice(text, title=text),
    )
    line = model.LineChart(**{**vars(LINE), "alt": text, "observed_name": text})
    file = slides.write(document(*blocks, line, title=text, footer=text, notice=text, eyebrow=text))
    assert reading.opened(file).slides[0]


@settings(max_examples=40, deadline=None)
@given(text=st.text(st.characters(codec="latin-1", exclude_categories=["Cc", "Cf"]), min_size=1, max_size=120))
@example("<a:t>no</a:t> & &amp; \"straight\" 'quotes'")
def test_whatever_people_write_stands_there_letter_by_letter(text):
    table = model.Table("T", (model.Column("A"),), ((model.Cell(text),),))
    file = slides.write(document(model.Text(text), table))
    bare = "".join(text.split())
    assert bare in "".join("".join(reading.texts(file)).split())
    assert "".join(reading.tables(file)[0][1][0].split()) == bare
