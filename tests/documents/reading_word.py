"""Read a Word file back: its words in order, its styles, its tables and its alternative texts."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from typing import Any

import docx
from docx.oxml.ns import qn


def opened(file: bytes) -> Any:
    return docx.Document(io.BytesIO(file))


def _text(element: Any) -> str:
    """The text of an element with its line breaks, as a reader meets it."""
    said = []
    for one in element.iter(qn("w:t"), qn("w:br"), qn("w:tab")):
        said.append((one.text or "") if one.tag == qn("w:t") else "\n" if one.tag == qn("w:br") else "\t")
    return "".join(said)


def paragraphs(file: bytes) -> Iterator[str]:
    """Every paragraph of the document, those in tables too, from the top."""
    for paragraph in opened(file).element.body.iter(qn("w:p")):
        yield _text(paragraph)


def words(file: bytes) -> str:
    """All text of the document itself, with each stretch of white space as one space."""
    return " ".join(" ".join(paragraphs(file)).split())


def on_every_page(file: bytes) -> str:
    """What header and footer say."""
    section = opened(file).sections[0]
    return " ".join(_text(part._element) for part in (section.header, section.footer))


def styled(file: bytes) -> list[tuple[str, str]]:
    """Each paragraph outside tables with its style."""
    return [(paragraph.style.name, paragraph.text) for paragraph in opened(file).paragraphs]


def tables(file: bytes) -> list[list[list[str]]]:
    return [
        [[_text(cell) for cell in row.iter(qn("w:tc"))] for row in table._tbl.iter(qn("w:tr"))]
        for table in opened(file).tables
    ]


def alternatives(file: bytes) -> list[str]:
    """The texts that stand for what is drawn."""
    return [drawn.get("descr") for drawn in opened(file).element.body.iter(qn("wp:docPr"))]


def part(file: bytes, name: str) -> str:
    with zipfile.ZipFile(io.BytesIO(file)) as packed:
        return packed.read(name).decode()
