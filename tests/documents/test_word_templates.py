"""Word templates: what is refused and in which words, and what a file written with one looks like."""

import io
import struct
import zipfile

import pytest
from django.utils.translation import override
from docx.oxml.ns import qn
from docx.shared import Pt

from common.errors import NotPossible
from documents import model, word, word_templates
from tests.documents import reading_word, templates
from tests.documents.examples import EVERYTHING, TIME_PLAN, document
from tests.documents.test_word import SAID


def _lying(file: bytes) -> bytes:
    """A file whose directory says that a part is small, when it is not."""
    large = bytearray(templates.added(file, "word/large.xml", b"<a>" + b" " * 60_000_000 + b"</a>"))
    at = large.rfind(b"word/large.xml") - 46
    struct.pack_into("<I", large, at + 24, 100)
    return bytes(large)


def _bomb(file: bytes) -> bytes:
    return templates.added(file, "word/media/a.png", b"\x00" * 60_000_000)


def _packed_otherwise(file: bytes) -> bytes:
    """A file packed in a way no Word does, and damaged where it is."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_LZMA) as packed:
        for name, content in templates.parts(file).items():
            packed.writestr(name, content)
        at = packed.getinfo("word/document.xml").header_offset + 30 + len("word/document.xml") + 9
    damaged = bytearray(made.getvalue())
    damaged[at + 20 : at + 220] = b"\xff" * 200
    return bytes(damaged)


BASE = templates.municipal()
MAIN = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
REFUSED = {
    "no zip": (b"not a word file", "ingen Word-fil"),
    "empty": (b"", "ingen Word-fil"),
    "half": (BASE[: len(BASE) // 2], "ingen Word-fil"),
    "another zip": (templates.packed({"a.txt": b"a"}), "ingen Word-fil"),
    "an old doc": (b"\xd0\xcf\x11\xe0" + b"\x00" * 600, "gammal .doc"),
    "large": (b"PK" + b"\x00" * (6 * 1024 * 1024), "större än 5 MB"),
    "a bomb": (_bomb(BASE), "för stor"),
    "a bomb that lies": (_lying(BASE), "ingen Word-fil|för stor"),
    "packed otherwise and damaged": (_packed_otherwise(BASE), "ingen Word-fil"),
    "many parts": (
        templates.packed({**templates.parts(BASE), **{f"word/{n}.xml": b"<a/>" for n in range(500)}}), "för stor",
    ),
    "macros": (templates.added(BASE, "word/vbaProject.bin", b"x"), "makron"),
    "macros by type": (
        templates.changed(BASE, "[Content_Types].xml", MAIN, "application/vnd.ms-word.document.macroEnabled.main+xml"),
        "makron",
    ),
    "a dotx": (
        templates.changed(BASE, "[Content_Types].xml", MAIN, MAIN.replace("document.main", "template.main")), "dotx",
    ),
    "active x": (templates.added(BASE, "word/activeX/activeX1.xml", b"<a/>"), "makron"),
    "another file": (templates.added(BASE, "word/embeddings/book.xlsx", b"x"), "föremål|objekt"),
    "a strange part": (templates.added(BASE, "word/run.js", b"x"), "run.js"),
    "out of the file": (templates.added(BASE, "../../etc/cron.xml", b"<a/>"), "ingen Word-fil"),
    "a link": (templates.with_relation("hyperlink", "https://example.org/"), "en länk"),
    "a tied template": (templates.with_relation("attachedTemplate", "https://example.org/a.dotm"), "annan mall"),
    "a picture elsewhere": (templates.with_relation("image", "https://example.org/a.png"), "en bild"),
    "elsewhere without saying so": (templates.with_relation("image", "file://server/a.png", mode=""), "en bild"),
    "a share": (templates.with_relation("image", "\\\\server\\a.png", mode=""), "en bild"),
    "a program as field": (templates.with_field("DDEAUTO c:\\\\windows cmd"), "DDEAUTO"),
    "a program in pieces": (templates.with_field("D", "DE", "AUTO", " cmd"), "DDEAUTO"),
    "text from elsewhere": (templates.with_field(' INCLUDETEXT "c:\\\\a.docx" '), "INCLUDETEXT"),
    "a link as field": (templates.with_field(' HYPERLINK "https://example.org" '), "en länk"),
    "entities": (
        templates.added(BASE, "word/extra.xml", b'<!DOCTYPE a [<!ENTITY b "c"><!ENTITY d "&b;&b;">]><a>&d;</a>'),
        "ingen Word-fil",
    ),
    "a file of the machine": (
        templates.added(BASE, "word/extra.xml", b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>'),
        "ingen Word-fil",
    ),
    "no xml": (templates.added(BASE, "word/extra.xml", b"<a><b></a>"), "ingen Word-fil"),
    "a chunk of another file": (
        templates.changed(BASE, "word/document.xml", "<w:body>", '<w:body><w:altChunk xmlns:r="r" r:id="rId9"/>'),
        "föremål|objekt",
    ),
    "parts that lack": (
        templates.packed({n: c for n, c in templates.parts(BASE).items() if n != "word/styles.xml"}), "inte skriva",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_refused_is_told_in_words(name):
    data, words = REFUSED[name]
    with override("sv"), pytest.raises(NotPossible, match=words):
        word_templates.checked(data)


@pytest.mark.parametrize("name", REFUSED)
def test_nothing_is_refused_by_an_error_nobody_understands(name):
    with override("en"), pytest.raises(NotPossible) as no:
        word_templates.checked(REFUSED[name][0])
    (sentence,) = no.value.messages
    assert sentence.endswith(".")


@pytest.mark.parametrize("template", [templates.municipal, templates.bare])
def test_a_template_is_taken_as_it_is(template):
    # Made once: a zip says when it was packed.
    file = template()
    assert word_templates.checked(file) == file


def _written(template, **said):
    with override("sv"):
        return word.write(document(*EVERYTHING, TIME_PLAN, **{**SAID, **said}), template=template)


def test_page_header_footer_and_headings_are_the_municipalitys():
    file = _written(BASE)
    made = reading_word.opened(file)
    (section,) = made.sections
    assert round(section.left_margin.mm) == 35
    said = reading_word.on_every_page(file)
    assert "Ekstads kommun" in said
    assert "Stora torget 1, Ekstad" in said
    assert made.styles["Heading 1"].font.name == "Georgia"
    assert made.styles["Heading 1"].font.size == Pt(17)
    headings = [text for style, text in reading_word.styled(file) if style == "Heading 1"]
    assert headings == ["What has changed", "Where", "Places"]
    assert any(name.startswith("word/media/") for name in templates.parts(file))


def test_what_nobody_may_miss_stands_under_the_municipalitys_own_words():
    said = reading_word.on_every_page(_written(BASE))
    for words in (SAID["notice"], SAID["footer"], SAID["watermark"]):
        assert words in said
    header = reading_word.opened(_written(BASE)).sections[0].header._element
    assert [one.get("string") for one in header.iter("{urn:schemas-microsoft-com:vml}textpath") if one.get("string")]
    footer = reading_word.opened(_written(BASE)).sections[0].footer._element
    assert [field.get(qn("w:instr")) for field in footer.iter(qn("w:fldSimple"))] == ["PAGE", "NUMPAGES"]


def test_a_first_page_of_its_own_says_it_too():
    template = templates.changed(BASE, "word/document.xml", "</w:sectPr>", "<w:titlePg/></w:sectPr>")
    section = reading_word.opened(_written(template)).sections[0]
    first = " ".join(p.text for part in (section.first_page_header, section.first_page_footer) for p in part.paragraphs)
    assert SAID["notice"] in first
    assert SAID["watermark"] in first


def test_nothing_of_the_templates_own_text_or_of_whoever_wrote_it_is_left():
    whole = b"".join(templates.parts(_written(BASE)).values()).decode("utf-8", "replace")
    assert "Handläggarsson" not in whole
    assert "Skriv rubriken" not in whole
    assert "docProps/app.xml" not in templates.parts(_written(BASE))


def test_a_file_with_a_template_says_what_the_same_file_says_without():
    with override("sv"):
        plain = word.write(document(*EVERYTHING, TIME_PLAN, **SAID))
    for template in (BASE, templates.bare()):
        file = _written(template)
        assert reading_word.words(file) == reading_word.words(plain)
        assert reading_word.tables(file) == reading_word.tables(plain)
        assert reading_word.alternatives(file) == reading_word.alternatives(plain)
        assert [name for name, _text in reading_word.styled(file)] == [
            name for name, _text in reading_word.styled(plain)
        ]


def test_what_a_template_lacks_is_ours():
    made = reading_word.opened(_written(templates.bare()))
    for name in ("Title", "Heading 1", "Heading 2", "List Bullet", "Caption"):
        assert made.styles[name].font.size is not None, name
    level = made.styles["Heading 1"].element.find(f"{qn('w:pPr')}/{qn('w:outlineLvl')}")
    assert level.get(qn("w:val")) == "0"
    items = [one for one in made.paragraphs if one.style.name == "List Bullet"]
    assert {one._p.pPr.numPr.ilvl.val for one in items} == {0, 1}


def test_tables_and_drawings_are_no_wider_than_the_templates_text():
    made = reading_word.opened(_written(BASE))
    width = 210 - 2 * 35
    for table in made.tables:
        widths = [int(column.get(qn("w:w"))) for column in table._tbl.iter(qn("w:gridCol"))]
        assert sum(widths) / 1440 * 25.4 == pytest.approx(width, abs=1)
    drawn = [int(one.get("cx")) / 36_000 for one in made.element.body.iter(qn("wp:extent"))]
    assert max(drawn) == pytest.approx(width, abs=1)


def test_drawings_are_numbered_on_from_those_in_the_header():
    made = reading_word.opened(_written(BASE))
    section = made.sections[0]
    elements = (made.element.body, section.header._element)
    numbers = [one.get("id") for element in elements for one in element.iter(qn("wp:docPr"))]
    assert len(numbers) == len(set(numbers)) == 5


def test_the_same_document_in_the_same_template_is_the_same_file():
    assert _written(BASE) == _written(BASE)
    assert _written(BASE) != _written(templates.bare())


def test_a_template_that_is_locked_gives_a_file_that_can_be_written_in():
    w = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    locked = f'<w:documentProtection {w} w:edit="readOnly" w:enforcement="1"/></w:settings>'
    template = templates.changed(BASE, "word/settings.xml", "</w:settings>", locked)
    assert b"documentProtection" not in templates.parts(_written(template))["word/settings.xml"]


def test_a_file_made_with_a_template_can_be_a_template():
    again = word_templates.checked(_written(BASE))
    assert reading_word.words(_written(again)) == reading_word.words(_written(BASE))


def test_the_example_shows_every_kind_of_text_a_template_gives_looks_to():
    with override("sv"):
        made = word.write(word_templates.example_document(notice="Exempel."), template=BASE)
    styles = {name for name, _text in reading_word.styled(made)}
    assert {"Title", "Subtitle", "Heading 1", "Heading 2", "Normal", "List Bullet", "Caption", "EST Notice"} <= styles
    assert isinstance(word_templates.example_document(), model.Document)
