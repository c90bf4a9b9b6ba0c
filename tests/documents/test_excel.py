"""Workbooks read back: the words of the PDF, numbers as numbers, nothing that counts or runs by itself."""

import datetime as dt
import io
import subprocess
import sys
import time

import pytest
import time_machine
from django.utils.translation import override
from hypothesis import example, given, settings
from hypothesis import strategies as st
from PIL import Image

from documents import excel, model, texts
from tests.documents import reading, reading_excel
from tests.documents.examples import EVERYTHING, LINE, MADE_AT, MAP, TABLE, TIME_PLAN, TREE, WEEKS, document
from tests.documents.test_drawing import _environment
from tests.documents.test_word import SAID, _said
from tests.promises.house import ROOT

FORMULAS = ("=1+1", "+46 11 15 00 00", "-2", "@SUM(A1)", '=HYPERLINK("http://x")', "=cmd|' /C calc'!A0", "#N/A", "007")


@pytest.fixture(scope="module")
def file():
    with override("sv"):
        return excel.write(document(*EVERYTHING, TIME_PLAN, **SAID))


def test_every_word_of_the_document_is_in_the_workbook(file):
    with override("sv"):
        whole = document(*EVERYTHING, TIME_PLAN, **SAID)
    said_there = reading.bare(reading_excel.words(file) + "".join(reading_excel.alternatives(file)))
    said_there += reading.bare(reading_excel.on_every_page(file))
    found = {f"{number:g}" for number in reading_excel.numbers(file)}
    # What is drawn in a time plan stands in a table beside it, which whoever writes the document adds.
    bars = {bar.label for bar in TIME_PLAN.bars} | {TIME_PLAN.bar_name, TIME_PLAN.mark_name, TIME_PLAN.open_name}
    said = [reading.bare(text) for text in _said(whole) if text and text not in bars]
    assert len(said) > 45
    assert [text for text in said if text not in said_there and text.replace("\xa0", "") not in found] == []


def test_the_first_sheet_is_what_a_reader_meets_and_each_table_has_one_of_its_own(file):
    lines = reading_excel.first_sheet(file)
    assert lines[:5] == [
        "Lägesbild", "The west, week 47", "31 händelser.", "Utkast", "Exempeldata: inget här har hänt.",
    ]  # fmt: skip
    sheet = reading_excel.opened(file).worksheets[0]
    styles = [(cell.style, cell.value) for cell in sheet["A"] if cell.value]
    assert ("Title", "The west, week 47") in styles
    assert [text for style, text in styles if style == "Headline 1"] == ["What has changed", "Where", "Places"]
    assert [text for style, text in styles if style == "Headline 2"] == ["Details"]
    names = reading_excel.opened(file).sheetnames
    assert names[1:] == ["De viktigaste siffrorna", "Events per period", "Places", "When"]
    links = {cell.hyperlink.location for cell in sheet["A"] if cell.hyperlink}
    assert links == {f"'{name}'!A1" for name in names[1:]}


def test_every_table_is_one_with_a_header_that_stays_and_is_printed_on_every_page(file):
    for sheet in reading_excel.opened(file).worksheets[1:]:
        (table,) = sheet.tables.values()
        assert table.headerRowCount == 1
        assert table.ref.startswith("A1:")
        assert [column.name for column in table.tableColumns] == [cell.value for cell in sheet[1]]
        assert sheet.freeze_panes == "A2"
        assert sheet.print_title_rows == "$1:$1"
        assert all(9 <= sheet.column_dimensions[cell.column_letter].width <= 60 for cell in sheet[1])


def test_numbers_are_numbers_days_are_days_and_three_kinds_of_nothing_are_words(file):
    rows = reading_excel.tables(file)["Places"]
    assert rows == [
        ["Place", "Events"],
        ["The square", 0], ["The garage", "skyddat"], ["The school", "saknas"], ["The library", 1234],
    ]  # fmt: skip
    sheet = reading_excel.opened(file)["Places"]
    assert [cell.data_type for cell in sheet["B"][1:5]] == ["n", "s", "s", "n"]
    by_period = reading_excel.tables(file)["Events per period"]
    assert by_period[0] == ["Perioden från", "Events", "Expected range, från", "Expected range, till"]
    assert [row[0] for row in by_period[1:]] == [dt.datetime.combine(day, dt.time()) for day in WEEKS]
    assert [row[1] for row in by_period[1:7]] == [5, 7, "saknas", "saknas", 8, "skyddat"]
    assert reading_excel.tables(file)["When"][1:] == [["Monday", 3, 17], ["Tuesday", "skyddat", 0]]


def test_a_number_keeps_its_decimals_and_a_day_its_format():
    cells = (model.counted(2.5), model.counted(1234567), model.dated(dt.date(2018, 5, 3)), model.dated(None))
    table = model.Table("T", tuple(model.Column(str(n)) for n in range(4)), (cells,))
    sheet = reading_excel.opened(excel.write(document(table)))["T"]
    assert [str(cell.value) for cell in sheet[2]] == ["2.5", "1234567", "2018-05-03 00:00:00", "–"]
    assert [cell.number_format for cell in sheet[2]] == ["#,##0.0", "#,##0", "yyyy-mm-dd", "General"]


@pytest.mark.parametrize("kind", ["protected", "missing"])
def test_a_cell_that_is_protected_or_missing_can_hold_no_number(kind):
    with pytest.raises(ValueError, match=kind):
        model.Cell("3", kind, 3)


@pytest.mark.parametrize("text", FORMULAS)
def test_no_text_is_ever_a_formula_a_number_or_an_error(text):
    table = model.Table(text, (model.Column(text),), ((model.Cell(text),),), text)
    nested = model.NestedList((model.ListItem(text, text),))
    made = excel.write(
        document(model.Heading(text), model.Text(text), model.Notice(text, title=text), nested, table, title=text)
    )
    book = reading_excel.opened(made)
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} == {"s"}
    for name, content in reading_excel.parts(made).items():
        if name.startswith("xl/worksheets/"):
            assert b"<f>" not in content
            assert b"<f " not in content
    held = [cell for cell in cells if cell.value == text]
    assert len(held) >= 7
    if text[0] in "=+-@":
        assert all(cell.quotePrefix for cell in held)


def test_nothing_in_it_leads_out_of_it(file):
    for name, content in reading_excel.parts(file).items():
        assert b'TargetMode="External"' not in content, name
        assert b"externalLink" not in content, name


def test_what_is_drawn_is_a_picture_that_says_in_words_what_it_shows(file):
    assert reading_excel.alternatives(file) == [LINE.alt, MAP.alt, TREE.alt, TIME_PLAN.alt]
    lines = reading_excel.first_sheet(file)
    assert all(alt in lines for alt in reading_excel.alternatives(file))
    drawn = [content for name, content in reading_excel.parts(file).items() if name.startswith("xl/media/")]
    assert len(drawn) == 4
    assert all(Image.open(io.BytesIO(content)).width > 1300 for content in drawn)


def test_what_follows_a_drawing_stands_below_it():
    made = excel.write(document(MAP, model.Text("After the map.")))
    sheet = reading_excel.opened(made).worksheets[0]
    row = next(cell.row for cell in sheet["A"] if cell.value == "After the map.")
    (image,) = sheet._images
    height_pt = image.anchor.ext.height / 12_700
    first = image.anchor._from.row + 1
    assert sum(sheet.row_dimensions[at].height or 15 for at in range(first, row)) >= height_pt


def test_a_tree_in_words_is_set_in_by_its_levels(file):
    sheet = reading_excel.opened(file).worksheets[0]
    indents = {cell.value: cell.alignment.indent for cell in sheet["A"] if cell.value}
    assert (indents["The place gives shelter"], indents["Free wifi"], indents["Nobody is responsible"]) == (0, 1, 0)
    beside = {sheet.cell(cell.row, 1).value: cell.value for cell in sheet["B"] if cell.value}
    assert beside == {"The place gives shelter": "Confirmed", "Free wifi": "Supported"}


def test_notice_footer_and_draft_are_printed_on_every_sheet_and_stand_on_each(file):
    book = reading_excel.opened(file)
    for sheet in book.worksheets:
        assert SAID["notice"] in sheet.oddHeader.left.text
        assert "Utkast" in sheet.oddHeader.left.text
        assert SAID["footer"] in sheet.oddFooter.left.text
        assert any(SAID["notice"] == cell.value for cell in sheet["A"])


@pytest.mark.parametrize(("language", "code"), [("sv", "sv-SE"), ("en", "en-GB")])
def test_it_says_of_itself_what_it_is_in_which_language_and_from_when(language, code):
    about = reading_excel.opened(excel.write(document(language=language, author="EST Ekstad"))).properties
    assert (about.title, about.creator, about.lastModifiedBy, about.language) == (
        "The west, week 47", "EST Ekstad", "EST Ekstad", code,
    )  # fmt: skip
    assert about.created == about.modified == MADE_AT.replace(microsecond=0, tzinfo=None)


def test_equal_documents_are_equal_files_also_years_later(file):
    with override("sv"), time_machine.travel(dt.datetime(2031, 5, 1, tzinfo=dt.UTC)):
        assert excel.write(document(*EVERYTHING, TIME_PLAN, **SAID)) == file
    assert excel.write(document(model.Text("Another."))) != excel.write(document(model.Text("One.")))


def test_another_process_makes_the_same_file():
    code = (
        "import hashlib, django; django.setup();"
        "from documents import excel; from tests.documents.examples import EVERYTHING, document;"
        "print(hashlib.sha256(excel.write(document(*EVERYTHING))).hexdigest())"
    )
    runs = [
        subprocess.run(
            [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True, env=_environment(seed)
        ).stdout
        for seed in ("1", "2")
    ]
    assert runs[0] == runs[1] != ""


@settings(max_examples=30, deadline=None)
@given(text=st.text(min_size=1, max_size=120))
@example("<is>&amp; <b>tags</b> & entities ]]> <!-- -->")
@example("\x00\x01\x0b\x1b[31m\x85 control\u2028signs\u202e turned\ufeff")
@example("Brand \U0001f525 i källaren \U0001f468\u200d\U0001f469\u200d\U0001f467")
@example("\ud800 half \udfff \ufffe \uffff")
@example("_x0041_x0042_ _x005F_ _x000D_")
@example("  =1+1  ")
@example("O'Brien's [plan]: a/b\\c?*")
def test_whatever_people_write_stands_there_letter_by_letter(text):
    wanted = reading.bare(texts.plain(text))
    table = model.Table(text, (model.Column(text), model.Column(text)), ((model.Cell(text), model.Cell(text)),), text)
    nested = model.NestedList((model.ListItem(text, text, (model.ListItem(text),)),))
    for block, times in ((model.Text(text), 1), (model.Points((text,)), 1), (nested, 3), (table, 4)):
        made = excel.write(document(block, title="T"))
        found = reading.bare(reading_excel.words(made))
        assert found.count(wanted) >= times if wanted else found
        assert reading_excel.opened(made).sheetnames


@settings(max_examples=30, deadline=None)
@given(text=st.text(max_size=300))
@example("")
@example("\x00")
@example("A" * 400)
@example("'" * 40)
@example("History")
@example("\U0001f525" * 40)
def test_titles_notices_footers_names_and_properties_hold_whatever_is_written(text):
    bare = model.Table(text, (model.Column("Place"),), ((model.Cell("The square"),),))
    made = excel.write(
        document(
            model.Heading(text), model.Notice(text, title=text), bare, bare, bare,
            title=text, author=text, eyebrow=text, lead=text, footer=text, notice=text, watermark=text,
        )
    )  # fmt: skip
    assert reading.bare(texts.one_line(text)) in reading.bare(reading_excel.words(made))
    names = reading_excel.opened(made).sheetnames
    assert len({name.casefold() for name in names}) == 4
    assert all(0 < len(name.encode("utf-16-le")) // 2 <= 31 and not set(name) & set(r"\/?*[]:") for name in names)
    assert not any(name.startswith("'") or name.endswith("'") for name in names)


def test_a_document_of_nothing_is_a_workbook_with_a_title():
    assert reading_excel.first_sheet(excel.write(document())) == ["The west, week 47"]
    empty = model.Table("None", (model.Column("Place"), model.Column("Place")), ())
    bare = model.Table("", (), ())
    blocks = (empty, bare, model.Facts(()), model.Points(()), model.NestedList(()), model.Text(""), model.Notice(""))
    made = excel.write(document(*blocks, model.GridChart("", "", (), (), ())))
    assert reading_excel.tables(made)["None"] == [["Place", "Place 2"], [None, None]]


def test_a_text_longer_than_a_cell_goes_on_in_the_next_and_one_in_a_table_says_where_it_is_whole():
    long = "Ord och åter ord. " * 4000
    made = excel.write(document(model.Text(long)))
    assert reading.bare(long) in reading.bare(reading_excel.words(made))
    made = excel.write(document(model.Table("T", (model.Column("What"),), ((model.Cell(long),),))))
    sheet = reading_excel.opened(made)["T"]
    assert str(sheet["A2"].value).endswith("…")
    assert len(str(sheet["A2"].value)) < 32_767
    assert sheet.max_row > 2


def test_a_long_table_takes_little_time():
    rows = tuple((model.Cell(f"Cause {n}"), model.counted(n), model.Cell("words " * 20)) for n in range(1000))
    table = model.Table("Evidence", (model.Column("Cause"), model.Column("Number", True), model.Column("What")), rows)
    began = time.process_time()
    made = excel.write(document(table))
    assert time.process_time() - began < 10
    assert len(reading_excel.tables(made)["Evidence"]) == 1001


def test_a_block_that_is_none_is_refused():
    with pytest.raises(TypeError, match="str"):
        excel.write(document("no block"))


def test_the_table_of_the_example_is_the_pdfs(file):
    labels = [row[0] for row in reading_excel.tables(file)["Places"][1:]]
    assert labels == [row[0].text for row in TABLE.rows]
