"""A document on a page says what its files say, and what people have written stays letters."""

import typing

import pytest
from django.template.loader import render_to_string
from django.utils.translation import override

from documents import model, pdf, web
from tests.documents import reading
from tests.documents.examples import LINE, TREE, document
from tests.documents.reading_web import said_on
from tests.documents.test_pack_formats import RICH


def page(shown, language="sv"):
    with override(language):
        return render_to_string(
            "documents/web/document.html", {"document": shown, "sections": web.sections(shown)}
        )  # fmt: skip


@pytest.fixture(scope="module")
def both():
    with override("sv"):
        return said_on(page(RICH)), reading.said_in(pdf.write(RICH), "pdf")


def test_page_has_the_headings_tables_and_words_for_drawings_of_the_pdf(both):
    shown, printed = both
    # The title is the page's own.
    assert shown.headings == printed.headings[1:]
    bare = [[[reading.bare(cell) for cell in row] for row in table] for table in shown.tables]
    assert bare == [[[reading.bare(cell) for cell in row] for row in table] for table in printed.tables]
    # A tree is drawn as a part of the page, whose texts are text.
    assert shown.alternatives == [one for one in printed.alternatives if one != TREE.alt]


def test_protected_and_missing_look_so_and_every_cell_says_its_column(both):
    told = page(RICH)
    assert 'data-status="protected"' in told
    assert 'data-status="missing"' in told
    assert 'data-label="Timmar" class="number"' in told


def test_what_people_have_written_stays_letters():
    told = page(document(model.Text("<script>alert(1)</script>"), model.Heading("<b>Fet</b>"), model.Points(("<i>",))))
    assert "<script>" not in told
    assert "<b>Fet" not in told
    assert "<i>" not in told
    assert "&lt;script&gt;" in told


def test_every_block_has_a_place_on_a_page():
    def kinds(blocks):
        for block in blocks:
            yield type(block)
            if isinstance(block, model.Columns):
                yield from kinds((*block.left, *block.right))

    assert set(kinds(RICH.blocks)) == set(typing.get_args(model.Block))
    assert page(RICH).count("<section") > 3


def test_document_speaks_its_own_language_whoever_reads_it_first():
    def drawn(language):
        (section,) = web.sections(document(LINE, language=language))
        return [row["address"] for row in section.rows if "address" in row]

    # "So far" and "Protected" stand in the drawing: what is kept for one language is not handed out in another.
    with override("en"):
        swedish, english = drawn("sv"), drawn("en")
    assert swedish != english
    with override("sv"):
        assert (drawn("sv"), drawn("en")) == (swedish, english)
    assert "Visa som tabell" in page(RICH, "en")
    assert page(RICH, "en") == page(RICH, "sv")
