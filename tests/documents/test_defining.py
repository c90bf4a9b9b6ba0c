"""What a number counts: a mark where it stands, and the same list in every format."""

import pytest
from django.utils.translation import override

from documents import defining, excel, model, pdf, slides, word
from tests.documents import reading, reading_excel, reading_slides, reading_word
from tests.documents.examples import EVERYTHING, GRID, LINE, MAP, document

EVENTS = model.Definition("Events", "Approved reports of what has happened.", "Week 47, fetched on 23 November 2026.")
TOLD = model.Definition("Told", "Reports by more than one partner.")
PROTECTED = model.Definition("Protected", "Counts from 1 to 4 are not shown.")


def _defined(block, definition):
    return type(block)(**{**vars(block), "definition": definition})


def _document():
    facts = model.Facts((model.Fact("All events", model.counted(31), definition=EVENTS),))
    table = model.Table(
        "Places",
        (model.Column("Place"), model.Column("Events", True, EVENTS), model.Column("Told", True, TOLD)),
        ((model.Cell("The square"), model.counted(12), model.counted(7)),),
    )
    line = _defined(LINE, EVENTS)
    return document(
        model.Heading("Numbers"), facts, model.Columns((table,), (line,)), model.Heading("More"),
        _defined(GRID, TOLD), model.Heading("Where"), _defined(MAP, EVENTS), definitions=(PROTECTED,),
    )  # fmt: skip


def test_each_definition_has_one_number_in_the_order_a_reader_comes_to_it():
    assert defining.definitions_of(_document()) == (EVENTS, TOLD, PROTECTED)
    assert defining.mark(120) == "¹²⁰"


def test_a_document_without_definitions_stays_as_it_is():
    plain = document(*EVERYTHING)
    assert defining.with_definitions(plain) is plain


@pytest.mark.parametrize(
    "said",
    [
        lambda: reading.words(pdf.write(_document())),
        lambda: reading_word.words(word.write(_document())),
        lambda: reading_excel.words(excel.write(_document())),
        lambda: reading_slides.words(slides.write(_document())),
    ],
    ids=["pdf", "word", "excel", "slides"],
)
def test_every_format_marks_the_numbers_and_lists_what_they_count(said):
    with override("en"):
        told = said()
    for marked in ("All events¹", "Events¹", "Told²", "When²"):
        assert marked in told
    for definition in (EVENTS, TOLD, PROTECTED):
        assert definition.text in told
    assert EVENTS.time in told


def test_the_workbook_has_a_sheet_of_definitions():
    with override("sv"):
        tables = reading_excel.tables(excel.write(_document()))
    assert tables["Definitioner"] == [
        ["Märke", "Vad", "Det här räknas", "Tid"],
        ["¹", EVENTS.term, EVENTS.text, EVENTS.time],
        ["²", TOLD.term, TOLD.text, "–"],
        ["³", PROTECTED.term, PROTECTED.text, "–"],
    ]


def test_the_notes_of_a_slide_define_its_own_numbers_and_no_others():
    with override("en"):
        file = slides.write(_document())
    notes = dict(zip(reading_slides.titles(file), reading_slides.notes(file), strict=True))
    events, told = defining.in_words(EVENTS, 1), defining.in_words(TOLD, 2)
    assert notes["Numbers"] == f"{events}\n{told}"
    # The line stands on a slide of its own, where nothing was told by more than one.
    assert notes["Numbers (2)"] == events
    assert notes["More"] == told
    assert notes["Where"] == events
    assert notes["The west, week 47"] == notes["Definitions"] == ""


def test_a_definition_without_a_number_still_makes_a_list():
    with override("en"):
        file = slides.write(document(model.Text("One."), definitions=(PROTECTED,)))
    assert reading_slides.tables(file) == [[["Mark", "What", "What it counts"], ["¹", "Protected", PROTECTED.text]]]
