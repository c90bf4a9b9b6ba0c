"""A document as a part of a page: what the files say, for whoever reads it in a browser.

Each section is a card under its heading. Tables are tables, and each drawing is the one of the files with its words for
whoever cannot see it. Nothing is written as HTML here: templates do that, and escape what people have written.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import singledispatch
from typing import Any

from django.core.cache import cache
from django.utils.translation import get_language, override

from documents import drawing, model, plain
from documents.defining import with_definitions
from documents.excel import numbers_of
from documents.texts import one_line, paragraphs

# Drawing takes a tenth of a second, and what is frozen looks the same tomorrow.
KEPT_S = 24 * 3600
Row = dict[str, Any]


@dataclass
class Section:
    """What stands under one heading; the first has none."""

    title: str = ""
    rows: list[Row] = field(default_factory=list)


def sections(document: model.Document) -> list[Section]:
    """The document's blocks by heading, each as its template takes it. They speak the document's language."""
    found = [Section()]
    with override(document.language):
        for block in with_definitions(document).blocks:
            if isinstance(block, model.Heading) and block.level == 2:
                found.append(Section(one_line(block.text)))
            else:
                found[-1].rows += _rows(block, found[-1].title)
    return [one for one in found if one.title or one.rows]


def _row(name: str, **said: Any) -> Iterator[Row]:
    yield {"template": f"documents/web/{name}.html", **said}


def _level(title: str) -> int:
    """Of what stands right below its section, or below the page's own title where there is none."""
    return 3 if title else 2


@singledispatch
def _rows(block: Any, title: str) -> Iterator[Row]:
    raise TypeError(f"A page has no place for {type(block).__name__}.")


@_rows.register
def _heading(block: model.Heading, title: str) -> Iterator[Row]:
    return _row("heading", text=one_line(block.text), level=_level(title))


@_rows.register
def _text(block: model.Text, title: str) -> Iterator[Row]:
    return _row("text", size=block.size, paragraphs=paragraphs(block.text))


@_rows.register
def _points(block: model.Points, title: str) -> Iterator[Row]:
    return _row("points", size=block.size, points=block.points)


@_rows.register
def _nested(block: model.NestedList, title: str) -> Iterator[Row]:
    return _row("nested", items=block.items)


@_rows.register
def _notice(block: model.Notice, title: str) -> Iterator[Row]:
    return _row("notice", tone=block.tone, title=block.title, paragraphs=paragraphs(block.text), level=_level(title))


@_rows.register
def _facts(block: model.Facts, title: str) -> Iterator[Row]:
    return _row("facts", facts=block.facts, level=_level(title))


@_rows.register
def _table(block: model.Table, title: str) -> Iterator[Row]:
    # A table called as its section needs no second title for the eye.
    caption = one_line(block.caption) if block.caption.strip() else title
    return _row(
        "table",
        label=caption,
        has_caption=caption != title,
        columns=block.columns,
        lines=[list(zip(block.columns, cells, strict=True)) for cells in block.rows],
        note=block.note,
    )


@_rows.register
def _grid(block: model.GridChart, title: str) -> Iterator[Row]:
    columns = (model.Column(block.corner), *(model.Column(one, True) for one in block.columns))
    rows = tuple(
        (model.Cell(label), *(_counted(value) for value in values))
        for label, values in zip(block.rows, block.values, strict=True)
    )
    return _table(model.Table(block.caption, columns, rows), title)


def _counted(value: model.Value) -> model.Cell:
    return model.counted(None, value or "missing") if value is None or value == "protected" else model.counted(value)


@_rows.register
def _chart(block: model.LineChart, title: str) -> Iterator[Row]:
    yield from _drawn(block)
    for row in _table(numbers_of(block), title):
        yield {"template": "documents/web/folded.html", "row": row}


@_rows.register(model.BarChart)
@_rows.register(model.MapDrawing)
@_rows.register(model.TimePlan)
def _drawing(block: Any, title: str) -> Iterator[Row]:
    return _drawn(block)


@_rows.register
def _tree(block: model.TreeDrawing, title: str) -> Iterator[Row]:
    return _row("tree", tree=block)


@_rows.register
def _columns(block: model.Columns, title: str) -> Iterator[Row]:
    left = [row for inner in block.left for row in _inner(inner, title)]
    right = [row for inner in block.right for row in _inner(inner, title)]
    return _row("columns", columns=[left, right])


def _inner(block: model.Block, title: str) -> Iterator[Row]:
    return _heading(block, title) if isinstance(block, model.Heading) else _rows(block, title)


def _drawn(block: Any) -> Iterator[Row]:
    """The drawing of the files, as a picture that is a part of the page."""
    # A drawing has words of its own, such as those for months.
    key = f"drawn:{get_language()}:{plain.digest(plain.part_as_data(block))}"
    address = cache.get(key)
    if address is None:
        svg = drawing.draw(block).encode()
        address = f"data:image/svg+xml;base64,{base64.b64encode(svg).decode()}"
        cache.set(key, address, KEPT_S)
    return _row("drawing", address=address, alt=block.alt)
