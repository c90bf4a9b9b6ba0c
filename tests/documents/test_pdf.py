"""PDF files read back: tagged for screen readers, literal, the same every time."""

import subprocess
import sys
import unicodedata

import pytest
from django.utils.translation import override
from hypothesis import example, given, settings
from hypothesis import strategies as st

from documents import model, pdf
from tests.documents import reading
from tests.documents.examples import EVERYTHING, GRID, LINE, MAP, TREE, document


@pytest.fixture(scope="module")
def file():
    with override("sv"):
        return pdf.write(
            document(
                *EVERYTHING, eyebrow="Lägesbild", lead="31 händelser.", author="EST Ekstad", footer="Väster, 2026-W47"
            )
        )


def test_it_says_of_itself_that_it_is_tagged_and_in_swedish(file):
    root = reading.reader(file).trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "sv"
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert reading.reader(file).metadata.title == "The west, week 47"
    assert b"pdfuaid" in root["/Metadata"].get_data()


def test_headings_paragraphs_lists_tables_and_figures_are_tagged(file):
    tags = reading.tags(file)
    assert tags.count("/H1") == 1
    assert tags.count("/H2") == 3
    assert tags.count("/H3") == 1
    assert tags.count("/LI") == 6
    assert tags.count("/Table") == 2
    assert tags.count("/TH") == 5
    assert tags.count("/Figure") == 3


def test_what_is_drawn_says_in_words_what_it_shows(file):
    assert sorted(reading.alternatives(file)) == sorted([LINE.alt, MAP.alt, TREE.alt])


def test_a_table_says_protected_missing_and_zero_apart(file):
    text = reading.words(file)
    for said in ("The square 0", "The garage skyddat", "The school saknas"):
        assert said in text
    assert reading.bare("1 234") in reading.bare(text)


def test_a_grid_is_a_table_with_its_numbers(file):
    assert "Monday 3 17" in reading.words(file)
    assert "Tuesday skyddat 0" in reading.words(file)


def test_equal_documents_are_equal_files(file):
    def twice():
        return pdf.write(document(*EVERYTHING))

    assert twice() == twice()
    assert pdf.write(document(model.Text("Another."))) != pdf.write(document(model.Text("One.")))


def test_nothing_of_when_or_where_it_was_made_is_in_it(file):
    info = reading.reader(file).metadata
    # A PDF knows whole seconds.
    made_at = document().made_at.replace(microsecond=0)
    assert info.creation_date == made_at
    assert info.modification_date in (None, made_at)


def test_notice_footer_and_draft_stand_on_every_page():
    long = document(
        *[model.Text("A sentence that takes its place. " * 8)] * 60,
        notice="Example data: nothing here has happened.", footer="The west, draft.", watermark="Utkast",
    )  # fmt: skip
    pages = reading.reader(pdf.write(long)).pages
    assert len(pages) > 2
    for number, page in enumerate(pages, start=1):
        text = reading.bare(page.extract_text())
        assert reading.bare("Example data: nothing here has happened.") in text
        assert reading.bare("The west, draft.") in text
        assert "Utkast" in text
        assert f"{number}({len(pages)})" in text


LETTERS = st.characters(codec="latin-1", exclude_categories=["Cc", "Cf"]) | st.sampled_from(
    "–—“”’…€ŠšŽž•#$*_`<>@=+/\\[]{}~^\"'"
)


@settings(max_examples=60)
@given(text=st.text(LETTERS, min_size=1, max_size=120))
@example("#set page(width: 1cm) = Not a heading *not bold* $x^2$ @nobody <nowhere>")
@example('#read("/etc/passwd") #sys.inputs // not a comment /* nor this */')
@example("1. not a list\n- nor this\n/ or: this\n+ or this")
@example("-- --- ... ~ \\u{2603} \\ `raw` http://example.se/?a=b#c")
@example("\"straight\" and 'straight' stay straight, and so do <b>tags</b> & &amp; entities")
def test_whatever_people_write_stands_there_letter_by_letter(text):
    for block in (model.Text(text), model.Points((text,)), model.Notice(text)):
        found = reading.bare(reading.words(pdf.write(document(block))))
        assert _same(text) in _same(found)


def _same(text):
    """A PDF may tell a letter with its accent as one sign or two, and the soft spaces as any space."""
    return reading.bare(unicodedata.normalize("NFKC", text))


@settings(max_examples=60)
@given(text=st.text(max_size=200))
@example("\x00\x07\u200d\ufeff\U0001f600 日本語 \ud800 العربية \ue000 e\u0301\u0301")
@example("\n\n\n")
def test_no_text_at_all_stops_a_document(text):
    file = pdf.write(document(model.Heading(text or "x"), model.Text(text), title=text, footer=text, notice=text))
    assert file.startswith(b"%PDF-")


def test_what_no_font_has_is_a_square_and_the_rest_stays():
    assert pdf.printable("Brand \U0001f525 i källaren\r\nTvå\x00") == "Brand □ i källaren\nTvå"


def _deep(levels):
    item = model.ListItem("The last")
    for level in range(levels - 1, 0, -1):
        item = model.ListItem(f"Cause {level}", items=(item,))
    return model.NestedList((item,))


def test_what_hangs_on_an_item_is_a_list_inside_it():
    file = pdf.write(document(_deep(3)))
    assert reading.tags(file).count("/L") == 3
    assert "Cause 1" in reading.words(file)


def test_a_list_deeper_than_any_page_can_set_in_says_its_levels():
    with override("en"):
        said = reading.words(pdf.write(document(_deep(40))))
    assert "Level 40: The last" in said
    assert "Level 10: Cause 10" in said
    assert "Level 9" not in said


def test_a_grid_alone_is_shaded_without_a_drawing():
    file = pdf.write(document(GRID))
    assert "/Figure" not in reading.tags(file)


def _paragraphs(number):
    return document(*(model.Text("Veckan liknar de föregående, och det mesta händer efter skoltid. " * 3),) * number)


def test_what_spills_over_a_little_is_set_closer_and_all_of_it_is_there():
    fits, spills = (next(n for n in range(10, 90) if pages(_paragraphs(n)) == wanted) for wanted in (2, 3))
    assert fits < spills
    long = _paragraphs(spills)
    close = pdf.write(long, wanted_pages=2)
    assert pdf.pages_of(close) == len(reading.reader(close).pages) == 2
    assert reading.words(close).count("Veckan") == 3 * spills
    # What fits as it is, or is wanted at any length, stays as it was.
    assert pdf.write(_paragraphs(fits), wanted_pages=2) == pdf.write(_paragraphs(fits))
    assert pdf.pages_of(pdf.write(long)) == 3


def test_what_is_much_too_long_keeps_every_word():
    long = pdf.write(_paragraphs(120), wanted_pages=2)
    assert pdf.pages_of(long) > 2
    assert reading.words(long).count("Veckan") == 360


def pages(of):
    return pdf.pages_of(pdf.write(of))


def test_typst_has_a_process_of_its_own_and_leaves_nothing_in_ours():
    pdf.write(document(model.Text("Torget")))
    assert "typst" not in sys.modules


def test_what_cannot_be_set_is_an_error_without_what_people_wrote(monkeypatch, tmp_path):
    page = tmp_path / "page.typ"
    page.write_text('#let doc = json(bytes(sys.inputs.document))\n#panic("broken")')
    monkeypatch.setattr(pdf, "_PAGE", page)
    with pytest.raises(RuntimeError, match="broken") as error:
        pdf.write(document(model.Text("Trasdocka")))
    assert "Trasdocka" not in str(error.value)


def test_a_document_that_takes_too_long_is_stopped(monkeypatch):
    monkeypatch.setattr(pdf, "LONGEST_S", 0.01)
    with pytest.raises(subprocess.TimeoutExpired):
        pdf.write(document(model.Text("Torget")))


def test_a_column_of_long_texts_is_wider_than_one_of_short_ones():
    rows = ((model.Cell("Kort text om något"), model.Cell("ord " * 200), model.Cell("ord " * 25)),)
    table = model.Table("T", (model.Column("A"), model.Column("B"), model.Column("C")), rows)
    first, long, middle = (pdf._share(table, place) for place in range(3))
    assert first < middle < long < 3 * middle


def test_no_word_runs_into_the_next_column():
    """The plan's six columns: a partner's name beside a follow-up that is told at length."""
    said = ["Torget är mörkt", "Byt armaturerna. " * 6, "–", "2 mar 2026 – 30 sep 2026", "Bostadsbolaget (leder), lead"]
    labels = ["Orsak", "Åtgärd", "Operativa mål", "När", "Vem", "Uppföljning"]
    columns = tuple(model.Column(label) for label in labels)
    table = model.Table("", columns, (tuple(map(model.Cell, [*said, "Mäts med rapporter. " * 5])),))
    widths = pdf._shares(table, 170)
    assert widths[4] >= len("Bostadsbolaget") * pdf.LETTER_MM
    assert widths[1] > widths[0]
    # What is left stays with the long texts, and no more is given away than there is.
    taken = sum(pdf._reckoned_mm(len(said[place])) for place in range(5) if not widths[place])
    assert sum(widths) + taken <= 172
    # A word no column has room for takes what it can get.
    assert all(pdf._shares(table, 40)[place] >= 0 for place in range(6))
