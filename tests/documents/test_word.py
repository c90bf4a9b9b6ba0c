"""Word files read back: the words of the PDF, real styles, nothing that only the eye finds, the same every time."""

import datetime as dt
import io
import subprocess
import sys
import time
import zipfile
from itertools import pairwise

import pytest
import time_machine
from django.utils.translation import override
from docx.oxml.ns import qn
from hypothesis import example, given, settings
from hypothesis import strategies as st
from PIL import Image

from documents import model, pdf, texts, word
from tests.documents import reading, reading_word
from tests.documents.examples import EVERYTHING, LINE, MADE_AT, MAP, NESTED, TABLE, TREE, document
from tests.documents.test_drawing import _environment
from tests.promises.house import ROOT

SAID = {
    "eyebrow": "Lägesbild",
    "lead": "31 händelser.",
    "author": "EST Ekstad",
    "footer": "Väster, 2026-W47",
    "notice": "Exempeldata: inget här har hänt.",
    "watermark": "Utkast",
}


@pytest.fixture(scope="module")
def file():
    with override("sv"):
        return word.write(document(*EVERYTHING, **SAID))


def _said(part):
    """Every text of a document's parts that a reader meets, however deep it lies; drawings by what stands for them."""
    if isinstance(part, str):
        yield part
    elif isinstance(part, tuple):
        for one in part:
            yield from _said(one)
    elif isinstance(part, model.LineChart | model.MapDrawing | model.TreeDrawing):
        yield part.alt
    elif isinstance(part, model.GridChart):
        yield from (part.caption, part.corner, *part.columns, *part.rows)
        yield from (f"{value}" for row in part.values for value in row if isinstance(value, int))
    elif isinstance(part, model.Fact):
        yield from (part.label, part.value.text, part.judgement, part.note)
    elif isinstance(part, model.Cell | model.Column | model.Heading | model.Text | model.Notice | model.Points):
        yield from (
            getattr(part, name) for name in ("text", "label", "title") if isinstance(getattr(part, name, 0), str)
        )
        yield from getattr(part, "points", ())
    elif hasattr(part, "__dataclass_fields__"):
        for name in part.__dataclass_fields__:
            if name not in {"language", "author", "size", "tone", "kind", "look"}:
                yield from _said(getattr(part, name))


def test_every_word_and_number_of_the_document_is_in_the_word_file_and_in_the_pdf(file):
    with override("sv"):
        whole = document(*EVERYTHING, **SAID)
        printed = pdf.write(whole)
    in_word = reading.bare(
        reading_word.words(file) + reading_word.on_every_page(file) + "".join(reading_word.alternatives(file))
    )
    in_pdf = reading.bare(reading.words(printed) + "".join(reading.alternatives(printed)))
    said = [reading.bare(text) for text in _said(whole) if text]
    assert len(said) > 45
    assert [text for text in said if text not in in_word] == []
    assert [text for text in said if text not in in_pdf] == []


def test_titles_headings_lists_and_captions_are_words_own(file):
    styles = reading_word.styled(file)
    assert styles[:2] == [("EST Eyebrow", "Lägesbild"), ("Title", "The west, week 47")]
    assert ("Subtitle", "31 händelser.") in styles
    assert [text for name, text in styles if name == "Heading 1"] == ["What has changed", "Where", "Places"]
    assert [text for name, text in styles if name == "Heading 2"] == ["Details"]
    assert ("Caption", TABLE.caption) in styles
    assert sum(name == "List Bullet" for name, _text in styles) == 2 + 4


def test_headings_are_one_level_at_a_time(file):
    levels = [int(name[-1]) for name, _text in reading_word.styled(file) if name.startswith("Heading")]
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_every_table_has_a_name_and_a_header_row_that_is_repeated_and_rows_that_are_not_torn(file):
    tables = reading_word.opened(file).tables
    assert len(tables) == 3
    for table in tables:
        first, *others = table._tbl.iter(qn("w:tr"))
        assert first.find(f"{qn('w:trPr')}/{qn('w:tblHeader')}") is not None
        assert all(row.find(f".//{qn('w:tblHeader')}") is None for row in others)
        assert all(row.find(f"{qn('w:trPr')}/{qn('w:cantSplit')}") is not None for row in (first, *others))
        assert table._tbl.tblPr.find(qn("w:tblLook")).get(qn("w:firstRow")) == "1"
        assert table._tbl.tblPr.find(qn("w:tblCaption")).get(qn("w:val"))
        assert table.style.name == "EST Table"


def test_facts_are_a_table_and_a_grid_is_one_with_shades(file):
    facts, _places, grid = reading_word.tables(file)
    assert facts == [
        ["Vad", "Värde", "Bedömning", "Anmärkning"],
        ["All events", "31", "More than expected", "Expected 12–25"],
    ]
    assert grid == [["Weekday", "00–12", "12–24"], ["Monday", "3", "17"], ["Tuesday", "skyddat", "0"]]
    cells = list(reading_word.opened(file).tables[2]._tbl.iter(qn("w:tc")))
    fills = [shade.get(qn("w:fill")) for cell in cells if (shade := cell.find(f".//{qn('w:shd')}")) is not None]
    assert len(fills) == len(set(fills)) == 3


def test_a_table_says_protected_missing_and_zero_apart(file):
    rows = reading_word.tables(file)[1][1:]
    assert rows == [
        ["The square", "0"], ["The garage", "skyddat"], ["The school", "saknas"], ["The library", "1\xa0234"],
    ]  # fmt: skip


def test_tables_are_as_wide_as_the_page_and_no_wider(file):
    for table in reading_word.opened(file).tables:
        widths = [int(column.get(qn("w:w"))) for column in table._tbl.iter(qn("w:gridCol"))]
        assert sum(widths) == pytest.approx(174 / 25.4 * 1440, abs=len(widths))
        assert min(widths) > 400


def test_what_is_drawn_is_a_sharp_picture_that_says_in_words_what_it_shows(file):
    assert reading_word.alternatives(file) == [LINE.alt, MAP.alt, TREE.alt]
    with zipfile.ZipFile(io.BytesIO(file)) as packed:
        drawn = [name for name in packed.namelist() if name.startswith("word/media/")]
        assert len(drawn) == 3
        for name in drawn:
            assert Image.open(io.BytesIO(packed.read(name))).width == pytest.approx(1370, abs=2)
    numbers = [one.get("id") for one in reading_word.opened(file).element.body.iter(qn("wp:docPr"))]
    assert len(set(numbers)) == 3


def test_footer_notice_page_number_and_draft_are_on_every_page(file):
    said = reading_word.on_every_page(file)
    assert SAID["notice"] in said
    assert SAID["footer"] in said
    assert "Utkast" in said
    footer = reading_word.opened(file).sections[0].footer._element
    assert [field.get(qn("w:instr")) for field in footer.iter(qn("w:fldSimple"))] == ["PAGE", "NUMPAGES"]
    header = reading_word.opened(file).sections[0].header._element
    across = [one.get("string") for one in header.iter("{urn:schemas-microsoft-com:vml}textpath") if one.get("string")]
    assert across == ["Utkast"]
    assert len(reading_word.opened(file).sections) == 1


def test_what_is_no_draft_says_nothing_of_one():
    made = word.write(document(model.Text("One.")))
    with zipfile.ZipFile(io.BytesIO(made)) as packed:
        assert [name for name in packed.namelist() if b"textpath" in packed.read(name)] == []


@pytest.mark.parametrize(("language", "code"), [("sv", "sv-SE"), ("en", "en-GB")])
def test_it_says_of_itself_what_it_is_in_which_language_and_from_when(language, code):
    about = reading_word.opened(word.write(document(language=language, author="EST Ekstad"))).core_properties
    assert about.title == "The west, week 47"
    assert about.author == about.last_modified_by == "EST Ekstad"
    assert about.language == code
    made_at = MADE_AT.replace(microsecond=0)
    assert about.created.replace(tzinfo=dt.UTC) == about.modified.replace(tzinfo=dt.UTC) == made_at
    assert about.comments == about.keywords == ""
    styles = reading_word.part(word.write(document(language=language)), "word/styles.xml")
    assert f'<w:lang w:val="{code}"' in styles


def test_equal_documents_are_equal_files_also_years_later():
    first = word.write(document(*EVERYTHING, **SAID))
    with time_machine.travel(dt.datetime(2031, 5, 1, tzinfo=dt.UTC)):
        assert word.write(document(*EVERYTHING, **SAID)) == first
    assert word.write(document(model.Text("Another."))) != word.write(document(model.Text("One.")))


def test_another_process_makes_the_same_file():
    code = (
        "import hashlib, django; django.setup();"
        "from documents import word; from tests.documents.examples import EVERYTHING, document;"
        "print(hashlib.sha256(word.write(document(*EVERYTHING))).hexdigest())"
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
@example("<w:p>&amp; <b>tags</b> & entities ]]> <!-- -->")
@example("\x00\x01\x0b\x1b[31m\x85 control\u2028signs\u202e turned\ufeff")
@example("Brand \U0001f525 i källaren \U0001f468\u200d\U0001f469\u200d\U0001f467")
@example("\ud800 half \udfff \ufffe \uffff")
@example("Ord" * 400)
@example("PAGE \\* MERGEFORMAT { PAGE } <w:fldSimple w:instr='x'/>")
def test_whatever_people_write_stands_there_letter_by_letter(text):
    wanted = reading.bare(texts.plain(text))
    table = model.Table(text, (model.Column(text), model.Column("2")), ((model.Cell(text), model.Cell(text)),), text)
    nested = model.NestedList((model.ListItem(text, text, (model.ListItem(text),)),))
    for block, times in ((model.Text(text), 1), (model.Points((text,)), 1), (nested, 3), (table, 5)):
        found = reading.bare(reading_word.words(word.write(document(block, title="T"))))
        assert found.count(wanted) >= times if wanted else found


@settings(max_examples=30, deadline=None)
@given(text=st.text(max_size=300))
@example("")
@example("\x00")
@example("A" * 400)
def test_titles_notices_footers_and_properties_hold_whatever_is_written(text):
    made = word.write(
        document(
            model.Heading(text), model.Notice(text, title=text),
            title=text, author=text, eyebrow=text, lead=text, footer=text, notice=text, watermark=text,
        )
    )  # fmt: skip
    assert reading.bare(texts.one_line(text)) in reading.bare(reading_word.words(made))


def test_a_document_of_nothing_is_a_file_with_a_title():
    made = word.write(document())
    assert reading_word.words(made) == "The west, week 47"
    empty = model.Table("None", (model.Column("Place"),), ())
    blocks = (empty, empty, model.Facts(()), model.Points(()), model.NestedList(()), model.Text(""), model.Notice(""))
    made = word.write(document(*blocks, model.GridChart("", "", (), (), ())))
    assert reading_word.tables(made) == [[["Place"]], [["Place"]], [[""]]]


def test_two_tables_never_touch_or_word_would_make_them_one():
    bare = model.Table("", (model.Column("Place"),), ((model.Cell("The square"),),))
    body = reading_word.opened(word.write(document(bare, bare, bare))).element.body
    kinds = [one.tag for one in body]
    assert kinds.count(qn("w:tbl")) == 3
    assert all((kinds[at], kinds[at + 1]) != (qn("w:tbl"), qn("w:tbl")) for at in range(len(kinds) - 1))


def test_an_item_is_as_many_levels_in_as_it_hangs():
    made = word.write(document(NESTED))
    items = [one for one in reading_word.opened(made).paragraphs if one.style.name == "List Bullet"]
    assert [(one._p.pPr.numPr.ilvl.val, one.text.split("\n")[0]) for one in items] == [
        (0, "The place gives shelter"), (1, "Free wifi"), (1, "Bushes"), (0, "Nobody is responsible"),
    ]  # fmt: skip
    (used,) = {one._p.pPr.numPr.numId.val for one in items}
    assert f'<w:num w:numId="{used}"' in reading_word.part(made, "word/numbering.xml")


def test_a_long_table_takes_little_time():
    rows = tuple((model.Cell(f"Cause {n}"), model.counted(n), model.Cell("words " * 20)) for n in range(1000))
    table = model.Table("Evidence", (model.Column("Cause"), model.Column("Number", True), model.Column("What")), rows)
    began = time.process_time()
    made = word.write(document(table))
    assert time.process_time() - began < 10
    assert len(reading_word.tables(made)[0]) == 1001


def test_a_block_that_is_none_is_refused():
    with pytest.raises(TypeError, match="str"):
        word.write(document("no block"))
