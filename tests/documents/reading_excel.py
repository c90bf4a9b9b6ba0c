"""Read a workbook back: its words, its sheets and tables, the kinds of its cells and its alternative texts."""

from __future__ import annotations

import io
import re
import zipfile
from typing import Any

import openpyxl
from lxml import etree

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_DRAWN = "{http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing}cNvPr"


def opened(file: bytes) -> Any:
    return openpyxl.load_workbook(io.BytesIO(file))


def parts(file: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(file)) as packed:
        return {name: packed.read(name) for name in packed.namelist()}


def words(file: bytes) -> str:
    """All texts of all cells as Excel shows them, from the file itself and not by the library that wrote it."""
    said = []
    for name, content in sorted(parts(file).items()):
        if not name.startswith("xl/worksheets/sheet"):
            continue
        for text in etree.fromstring(content).iter(f"{_MAIN}t"):
            said.append(re.sub(r"_x([0-9A-Fa-f]{4})_", lambda found: chr(int(found[1], 16)), text.text or ""))
    return " ".join(" ".join(said).split())


def numbers(file: bytes) -> list[float]:
    """Every number of every sheet, days among them."""
    return [
        float(cell.find(f"{_MAIN}v").text)
        for name, content in parts(file).items()
        if name.startswith("xl/worksheets/sheet")
        for cell in etree.fromstring(content).iter(f"{_MAIN}c")
        if cell.get("t", "n") == "n" and cell.find(f"{_MAIN}v") is not None
    ]


def first_sheet(file: bytes) -> list[str]:
    """The lines of the first sheet, from the top."""
    sheet = opened(file).worksheets[0]
    return [str(row[0].value) for row in sheet.iter_rows() if row[0].value is not None]


def tables(file: bytes) -> dict[str, list[list[Any]]]:
    """Each table by its sheet: the values of its header and rows."""
    found = {}
    for sheet in opened(file).worksheets[1:]:
        for table in sheet.tables.values():
            found[sheet.title] = [[cell.value for cell in row] for row in sheet[table.ref]]
    return found


def alternatives(file: bytes) -> list[str]:
    """The texts that stand for what is drawn."""
    return [
        str(one.get("descr"))
        for name, content in sorted(parts(file).items())
        if re.fullmatch(r"xl/drawings/drawing\d+\.xml", name)
        for one in etree.fromstring(content).iter(_DRAWN)
    ]


def on_every_page(file: bytes) -> str:
    """What is printed above and below each sheet."""
    said = []
    for sheet in opened(file).worksheets:
        said += [part.text or "" for whole in (sheet.oddHeader, sheet.oddFooter) for part in (whole.left, whole.right)]
    return " ".join(said).replace("&&", "&")
