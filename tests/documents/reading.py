"""Read files back: a PDF's text and tags and what it says of itself, and any of the four formats to compare them."""

from __future__ import annotations

import datetime as dt
import io
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise, zip_longest
from typing import Any, Literal

import pikepdf
from django.utils.translation import gettext as _
from django.utils.translation import override
from docx.oxml.ns import qn
from pypdf import PdfReader
from pypdf.generic import DictionaryObject

from tests.documents import reading_excel, reading_slides, reading_word
from tests.documents.reading_structure import Element, structure
from ui.numbers import number_words


def reader(file: bytes) -> PdfReader:
    return PdfReader(io.BytesIO(file))


def words(file: bytes) -> str:
    """All text of all pages, with each stretch of white space as one space."""
    return " ".join(" ".join(page.extract_text() for page in reader(file).pages).split())


def bare(text: str) -> str:
    """The text without white space: where lines are broken is the page's matter."""
    return "".join(text.split())


def elements(file: bytes) -> Iterator[DictionaryObject]:
    """Every element of the structure that a screen reader follows."""
    waiting: list[Any] = [reader(file).trailer["/Root"]["/StructTreeRoot"]]
    while waiting:
        one = waiting.pop().get_object()
        if isinstance(one, DictionaryObject):
            if "/S" in one:
                yield one
            inside = one.get("/K", [])
            waiting += inside if isinstance(inside, list) else [inside]


def tags(file: bytes) -> list[str]:
    """The kinds of the structure's elements: /H1, /P, /Table, /TH, /Figure …"""
    return [str(one["/S"]) for one in elements(file)]


def alternatives(file: bytes) -> list[str]:
    """The texts that stand for what is drawn."""
    return [str(one["/Alt"]) for one in elements(file) if "/Alt" in one]


# One document in four formats, read so that they can be compared. -----------------------------------------------------

_NUMBER = re.compile(r"\d{1,3}(?: \d{3})+(?:,\d+)?|\d+(?:[.,]\d+)?")
Kind = Literal["pdf", "docx", "pptx", "xlsx"]


@dataclass
class Said:
    """What a file says to its reader, the same way for every format.

    Large numbers with their judgement are cards in PDF and slides and a table in Word and Excel: they are texts here.
    The name of a table is left out: where it has none, some formats name it after its heading.
    What is drawn in one format and a chart with numbers of its own in another is compared by its alternative text, and
    its numbers stand in `charts`.
    """

    headings: list[str] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    # Header first. What goes on on another page or slide is one table.
    tables: list[list[list[str]]] = field(default_factory=list)
    alternatives: list[str] = field(default_factory=list)
    # The numbers of each line chart, series by series, where the format holds them.
    charts: list[dict[str, list[float | None]]] = field(default_factory=list)


def said_in(file: bytes, kind: Kind, language: str = "sv") -> Said:
    """The whole file, with the words our own writers put around what is said in `language`."""
    with override(language):
        said = {"pdf": _said_in_pdf, "docx": _said_in_word, "pptx": _said_in_slides, "xlsx": _said_in_excel}[kind](file)
        said.alternatives = _whole_drawings(said.alternatives)
    said.texts = [text for text in map(_bare_line, said.texts) if text]
    said.tables = [[[_bare_line(cell) for cell in row] for row in table] for table in said.tables]
    said.headings = [_bare_line(heading) for heading in said.headings]
    return said


def numbers_in(text: str) -> list[str]:
    return [found.replace(" ", "").replace(",", ".") for found in _NUMBER.findall(_bare_line(text))]


def numbers_of(file: bytes, kind: Kind, language: str = "sv") -> Counter[str]:
    """Every number of its texts and tables, and how often it stands there."""
    said = said_in(file, kind, language)
    cells = [cell for table in said.tables for row in table for cell in row]
    return Counter(number for text in (*said.texts, *cells) for number in numbers_in(text))


def headings_of(file: bytes, kind: Kind, language: str = "sv") -> list[str]:
    """Title and headings in their order."""
    return said_in(file, kind, language).headings


def table_headers_of(file: bytes, kind: Kind, language: str = "sv") -> list[list[str]]:
    """The header row of each table in their order."""
    return [table[0] for table in said_in(file, kind, language).tables]


def alternative_texts_of(file: bytes, kind: Kind, language: str = "sv") -> list[str]:
    """What each chart, map and drawing says in words, in their order."""
    return said_in(file, kind, language).alternatives


def _bare_line(text: str) -> str:
    return " ".join(text.split())


def _whole_drawings(alternatives: list[str]) -> list[str]:
    """Each drawing once: how many parts a tree is drawn in is the format's matter."""
    part = _template(_("Part %(number)s of %(many)s."))
    bare = [_bare_line(part.sub("", one)) for one in alternatives]
    return [one for place, one in enumerate(bare) if not place or one != bare[place - 1]]


def _template(text: str) -> re.Pattern[str]:
    """What our own words look like with anything in their places."""
    return re.compile(re.sub(r"%\\?\((\w+)\\?\)s", r"(?P<\1>.+?)", re.escape(text)))


def _said_in_pdf(file: bytes) -> Said:
    said = Said()

    def walk(element: Element) -> None:
        if element.tag in {"H1", "H2", "H3"}:
            said.headings.append(element.text())
        elif element.tag == "Table":
            rows = [[cell.text() for cell in row.all("TH", "TD")] for row in element.all("TR")]
            said.tables.append(rows)
        elif element.tag == "Figure":
            said.alternatives.append(element.alt)
        elif element.tag != "Lbl":
            said.texts.append(" ".join(one.own for one in element.inside if not one.tag))
            for one, after in zip_longest(element.inside, element.inside[1:]):
                is_caption = one.tag == "Span" and after is not None and after.tag == "Table"
                if not is_caption:
                    walk(one)

    walk(structure(file))
    return said


def _said_in_word(file: bytes) -> Said:
    said = Said(alternatives=reading_word.alternatives(file))
    opened = reading_word.opened(file)
    for name, text in reading_word.styled(file):
        is_heading = name == "Title" or name.startswith("Heading")
        if name != "Caption":
            (said.headings if is_heading else said.texts).append(text)
    captions = [one.get(qn("w:val")) for one in opened.element.body.iter(qn("w:tblCaption"))]
    named = [bool(list(table._tbl.iter(qn("w:tblCaption")))) for table in opened.tables]
    names = iter(captions)
    for table, has_name in zip(reading_word.tables(file), named, strict=True):
        if has_name and next(names) == _("The most important figures"):
            said.texts += [cell for row in table[1:] for cell in row]
        else:
            said.tables.append(table)
    return said


def _said_in_slides(file: bytes) -> Said:
    said = Said()
    # Its name while a table may go on, and the start of the names of shapes that say in words what is in a chart.
    last = ""
    beside = _("Beside the chart %(number)s").partition("%")[0]
    for slide in reading_slides.shapes(file):
        for shape in slide:
            if shape.has_table:
                rows = [[cell.text.replace("\v", "\n") for cell in row.cells] for row in shape.table.rows]
                caption = reading_slides.description(shape)
                name = f"{caption}: {rows[0]}"
                if said.texts and said.texts[-1] == caption:
                    said.texts.pop()
                if name == last:
                    said.tables[-1] += rows[1:]
                else:
                    said.tables.append(rows)
                last = name
            elif shape.has_chart or shape.shape_type.name == "PICTURE":
                said.alternatives.append(reading_slides.description(shape) or "")
                if shape.has_chart and shape.chart._chartSpace.xpath(".//c:lineChart"):
                    said.charts.append(reading_slides.chart_numbers(shape.chart))
                last = ""
            elif shape.is_placeholder and "TITLE" in shape.placeholder_format.type.name.split("_"):
                title = shape.text_frame.text
                goes_on = said.headings and re.fullmatch(re.escape(said.headings[-1]) + r" \(\d+\)", title)
                if not goes_on:
                    said.headings.append(title)
                    last = ""
            elif not reading_slides.is_foot(shape) and not shape.name.startswith(beside):
                said.texts += [paragraph.text for paragraph in shape.text_frame.paragraphs]
    return said


def _said_in_excel(file: bytes) -> Said:
    said = Said(alternatives=reading_excel.alternatives(file))
    first, *others = reading_excel.opened(file).worksheets
    # A long one is cut short at the foot of a printed sheet.
    foot = (first.oddFooter.left.text or "").replace("&&", "&").lstrip("\u2060").removesuffix("…")
    for row in first.iter_rows():
        text, note = ([str(cell.value or "") for cell in row] + [""])[:2]
        is_said_elsewhere = text in said.alternatives or (foot and text.startswith(foot)) or row[0].hyperlink
        if row[0].style == "Title" or row[0].style.startswith("Headline"):
            said.headings.append(text)
        elif not is_said_elsewhere:
            said.texts += [text, note]
    for sheet in others:
        (table,) = sheet.tables.values()
        rows = [[_shown(cell) for cell in row] for row in sheet[table.ref]]
        if rows[0][0] == _("Period from"):
            said.charts.append(_series([[cell.value for cell in row] for row in sheet[table.ref]]))
        elif sheet.title == _("The most important figures"):
            said.texts += [cell for row in rows[1:] for cell in row]
        else:
            said.tables.append(rows)
    return said


def _series(rows: list[list[Any]]) -> dict[str, list[float | None]]:
    """Each column of a chart's sheet; a word, such as “protected”, is no number."""
    numbers = [[one if isinstance(one, int | float) else None for one in row[1:]] for row in rows[1:]]
    return dict(zip(rows[0][1:], map(list, zip(*numbers, strict=True)), strict=True))


def _shown(cell: Any) -> str:
    """A cell as Excel shows it."""
    if cell.value is None:
        return ""
    if isinstance(cell.value, dt.date | dt.datetime):
        return cell.value.strftime("%Y-%m-%d")
    if isinstance(cell.value, int | float):
        return number_words(cell.value, len(cell.number_format.partition(".")[2]) or None)
    return str(cell.value)


def faults_of_pdf(file: bytes) -> list[str]:
    """What a PDF lacks to be read aloud: marks, language, title, words for figures, and headers with their scope."""
    faults = []
    with pikepdf.open(io.BytesIO(file)) as pdf:
        root = pdf.Root
        if not ("/MarkInfo" in root and root.MarkInfo.get("/Marked")):
            faults.append("not tagged")
        if not str(root.get("/Lang", "")):
            faults.append("no language")
        if not ("/ViewerPreferences" in root and root.ViewerPreferences.get("/DisplayDocTitle")):
            faults.append("title not shown")
        with pdf.open_metadata() as about:
            if not about.get("dc:title"):
                faults.append("no title")
            if str(about.get("pdfuaid:part")) != "1":
                faults.append("no PDF/UA mark")
    tree = structure(file)
    faults += ["a figure without words" for one in tree.all("Figure") if not one.alt.strip()]
    faults += [f"header {one.text()} without scope" for one in tree.all("TH") if not one.attributes.get("Scope")]
    faults += ["a table without headers" for one in tree.all("Table") if not list(one.all("TH"))]
    levels = [int(one.tag[1]) for one in tree.all("H1", "H2", "H3", "H4", "H5", "H6")]
    faults += ["headings skip a level" for one, after in pairwise([0, *levels]) if after > one + 1]
    return faults
