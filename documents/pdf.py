"""A document as PDF: tagged for screen readers (PDF/UA-1), set by Typst with `page.typ`.

What people have written never meets Typst's markup: the page's rules are constant, and the document travels beside
them as JSON whose strings Typst sets letter by letter, in a process of its own (`typesetting.py`).
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from functools import singledispatch
from pathlib import Path
from typing import Any

from documents import drawing, model, trees
from documents.defining import with_definitions
from documents.texts import UNKNOWN, font_folder, printable
from ui.numbers import number_words

_PAGE = Path(__file__).with_name("page.typ")
_TYPESETTING = Path(__file__).with_name("typesetting.py")
# Before a web server gives up on the request.
LONGEST_S = 90
# A table with fewer signs than this is never broken; it is sure to have room on a page.
SHORT_TABLE = 2400
# Texts up to this many signs are not worth breaking to make room for others.
SHORT_CELL = 24
SHORT_NUMBER = 4
# A letter of a table, and the longest word that is never broken.
LETTER_MM = 1.5
LONGEST_WORD = 24


def write(document: model.Document, *, wanted_pages: int | None = None, look: model.Look | None = None) -> bytes:
    """The document as a PDF file, in a municipality's own look where it has one. Equal documents give equal bytes.

    One that would be longer than `wanted_pages` is set closer. Nothing is ever left out for it: what people have
    written at length may still need more pages.
    """
    document = with_definitions(document)
    file = _compiled(document, look, is_close=False)
    if wanted_pages is not None and pages_of(file) > wanted_pages:
        file = _compiled(document, look, is_close=True)
    return file


def pages_of(file: bytes) -> int:
    """How many pages one of our files has."""
    return len(re.findall(rb"/Type\s*/Page\b", file))


def _compiled(document: model.Document, look: model.Look | None, *, is_close: bool) -> bytes:
    contents = {
        "title": _never_empty(document.title),
        "language": document.language,
        "author": printable(document.author),
        "eyebrow": printable(document.eyebrow),
        "lead": printable(document.lead),
        "notice": printable(document.notice),
        "footer": printable(document.footer),
        "watermark": printable(document.watermark),
        "is_close": is_close,
        "accent": look.accent if look else "",
        "header": printable(look.header) if look else "",
        "logo": list(look.logo) if look else [],
        "made_at": list(document.made_at.timetuple()[:6]),
        "blocks": [_plain(block, drawing.WHOLE_MM) for block in document.blocks],
    }
    order = {
        "page": _PAGE.read_text(encoding="utf-8"),
        "document": json.dumps(contents),
        "fonts": [str(font_folder())],
        "made_at": document.made_at.replace(microsecond=0).isoformat(),
    }
    return _set(json.dumps(order).encode())


def _set(order: bytes) -> bytes:
    """What Typst makes of the order. Its process knows no setting and no secret of ours, and is stopped in time."""
    # Our own script; what people have written goes in beside it.
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-I", str(_TYPESETTING)],
        input=order,
        capture_output=True,
        timeout=LONGEST_S,
        check=False,
        env={},
    )
    if done.returncode:
        raise RuntimeError(f"The PDF could not be set: {done.stderr.decode(errors='replace')[-500:]}")
    return done.stdout


def _never_empty(text: str) -> str:
    """A title or heading on one line; the standard wants a word in each."""
    return " ".join(printable(text).split()) or UNKNOWN


def _paragraphs(text: str) -> list[str]:
    return [line.strip() for line in printable(text).split("\n") if line.strip()]


def _cell(cell: model.Cell) -> dict[str, str]:
    return {"kind": cell.kind, "text": printable(cell.text)}


@singledispatch
def _plain(block: Any, width_mm: float) -> dict[str, Any]:
    raise TypeError(f"A PDF has no place for {type(block).__name__}.")


@_plain.register
def _heading(block: model.Heading, width_mm: float) -> dict[str, Any]:
    return {"block": "heading", "level": block.level, "text": _never_empty(block.text)}


@_plain.register
def _text(block: model.Text, width_mm: float) -> dict[str, Any]:
    return {"block": "text", "size": block.size, "paragraphs": _paragraphs(block.text)}


@_plain.register
def _points(block: model.Points, width_mm: float) -> dict[str, Any]:
    return {"block": "points", "size": block.size, "points": [printable(point) for point in block.points]}


@_plain.register
def _notice(block: model.Notice, width_mm: float) -> dict[str, Any]:
    paragraphs = _paragraphs(block.text)
    return {"block": "notice", "tone": block.tone, "title": printable(block.title), "paragraphs": paragraphs}


@_plain.register
def _facts(block: model.Facts, width_mm: float) -> dict[str, Any]:
    facts = [
        {
            "label": printable(fact.label),
            "value": _cell(fact.value),
            "judgement": printable(fact.judgement),
            "note": printable(fact.note),
            "tone": fact.tone,
        }
        for fact in block.facts
    ]
    return {"block": "facts", "facts": facts}


def _share(table: model.Table, place: int) -> int:
    """How much of the width a column takes: 0 for as much as it needs, more the longer its texts are."""
    longest = max((len(row[place].text) for row in table.rows), default=0)
    # The first column says what a row is about, unless it merely numbers them.
    if table.columns[place].is_number or longest <= (SHORT_CELL if place else SHORT_NUMBER):
        return 0
    # The longest cell says how high a row is: a column of long texts gets more, and none less than it can be read in.
    return max(20, min(longest, 90) + min(max(0, longest - 90) // 8, 70))


def _shares(table: model.Table, width_mm: float) -> list[float]:
    """Each column's share of what those leave that take what they need; none is narrower than its longest word.

    Typst lets a word that has no room run into the next column. How wide words are is reckoned, a bit too wide.
    """
    shares = [float(_share(table, place)) for place in range(len(table.columns))]
    texts = [[column.label, *(row[place].text for row in table.rows)] for place, column in enumerate(table.columns)]
    lines = [max(len(line) for text in said for line in text.split("\n")) for said in texts]
    words = [min(max((len(word) for text in said for word in text.split()), default=0), LONGEST_WORD) for said in texts]
    free = width_mm - sum(_reckoned_mm(line) for line, share in zip(lines, shares, strict=True) if not share)
    wide, set_mm = {place for place, share in enumerate(shares) if share}, dict[int, float]()
    while wide:
        whole = sum(shares[place] for place in wide)
        tight = {place for place in wide if shares[place] / whole * free < _reckoned_mm(words[place])}
        if not tight:
            return [set_mm.get(place, share / whole * free) for place, share in enumerate(shares)]
        set_mm |= {place: _reckoned_mm(words[place]) for place in tight}
        free -= sum(set_mm[place] for place in tight)
        wide -= tight
    # There is no more room to give away.
    return [set_mm.get(place, 0) for place in range(len(shares))]


def _reckoned_mm(letters: int) -> float:
    """How wide a text of so many letters is in a cell, with the cell's own edges."""
    return letters * LETTER_MM + 2.4


@_plain.register
def _table(block: model.Table, width_mm: float) -> dict[str, Any]:
    shares = _shares(block, width_mm)
    return {
        "block": "table",
        "caption": printable(block.caption),
        "columns": [
            {"label": printable(column.label), "is_number": column.is_number, "share": share}
            for column, share in zip(block.columns, shares, strict=True)
        ],
        "rows": [[_cell(cell) for cell in row] for row in block.rows],
        "is_short": sum(len(cell.text) + 20 for row in block.rows for cell in row) < SHORT_TABLE,
        "note": printable(block.note),
    }


@_plain.register
def _grid(block: model.GridChart, width_mm: float) -> dict[str, Any]:
    numbers = [float(v) for row in block.values for v in row if v is not None and v != model.PROTECTED]
    largest = max(numbers, default=0.0)
    return {
        "block": "grid",
        "caption": printable(block.caption),
        "corner": printable(block.corner),
        "columns": [printable(column) for column in block.columns],
        "rows": [
            {"label": printable(label), "cells": [_grid_cell(value, largest) for value in values]}
            for label, values in zip(block.rows, block.values, strict=True)
        ],
    }


def _grid_cell(value: model.Value, largest: float) -> dict[str, Any]:
    if value is None or value == model.PROTECTED:
        return {**_cell(model.counted(None, value or "missing")), "fill": "#ffffff"}
    number = float(value)
    is_dark = drawing.is_dark(number, largest)
    return {
        "kind": "dark" if is_dark else "number",
        "text": number_words(number),
        "fill": drawing.shade(number, largest),
    }


@_plain.register(model.LineChart)
@_plain.register(model.BarChart)
@_plain.register(model.MapDrawing)
@_plain.register(model.TimePlan)
def _drawing(
    block: model.LineChart | model.BarChart | model.MapDrawing | model.TimePlan, width_mm: float
) -> dict[str, Any]:
    return {"block": "drawing", "alt": printable(block.alt), "svg": drawing.draw(block, width_mm)}


@_plain.register
def _tree(block: model.TreeDrawing, width_mm: float) -> dict[str, Any]:
    parts = [
        {"block": "drawing", "alt": printable(alt), "svg": drawing.draw(part, width_mm)}
        for part, alt in trees.on_pages(block, width=width_mm)
    ]
    return {"block": "several", "blocks": parts}


@_plain.register
def _nested(block: model.NestedList, width_mm: float) -> dict[str, Any]:
    items = [{"level": level, "text": printable(text), "note": printable(note)} for level, text, note in block.lines()]
    return {"block": "nested", "items": items}


@_plain.register
def _columns(block: model.Columns, width_mm: float) -> dict[str, Any]:
    gap = drawing.WHOLE_MM - 2 * drawing.HALF_MM
    left_mm = (width_mm - gap) * block.left_share
    return {
        "block": "columns",
        "left_mm": left_mm,
        "gap_mm": gap,
        "left": [_plain(inner, left_mm) for inner in block.left],
        "right": [_plain(inner, width_mm - gap - left_mm) for inner in block.right],
    }
