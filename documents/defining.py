"""Definitions of a document's numbers: a mark where each number stands, and at the end what they say.

Every writer begins here, so that a number has the same mark in every format. A document without definitions comes back
as it is, and its files stay the bytes they were.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import singledispatch
from typing import Any

from django.utils.translation import gettext as _

from documents.model import (
    BarChart,
    Block,
    Cell,
    Column,
    Columns,
    Definition,
    Document,
    Facts,
    GridChart,
    Heading,
    LineChart,
    MapDrawing,
    Table,
)

# Raised numbers are letters of their own: they mean the same in a file, a chart and what is copied out of them, and
# no program takes them for a part of the number beside them.
_RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
Numbers = Mapping[Definition, int]


def mark(number: int) -> str:
    """The raised number that leads to a definition."""
    return str(number).translate(_RAISED)


def definitions_of(document: Document) -> tuple[Definition, ...]:
    """Every definition once, in the order a reader comes to them, then those that stand at no number."""
    found = [*_found(document.blocks), *document.definitions]
    return tuple(dict.fromkeys(found))


def numbered(definitions: Sequence[Definition]) -> Numbers:
    return {definition: number for number, definition in enumerate(definitions, start=1)}


def with_definitions(document: Document) -> Document:
    """The document with a mark at each number that is defined, and a list of the definitions at its end."""
    definitions = definitions_of(document)
    if not definitions:
        return document
    numbers = numbered(definitions)
    blocks = tuple(_marked(block, numbers) for block in document.blocks)
    return replace(document, blocks=(*blocks, Heading(_("Definitions")), _listed(numbers)))


def in_words(definition: Definition, number: int) -> str:
    """One definition as a line of its own."""
    time = f" {definition.time}" if definition.time else ""
    return f"{mark(number)} {definition.term}: {definition.text}{time}"


def of_block(block: Block) -> tuple[Definition, ...]:
    """What stands at the numbers of one block."""
    return tuple(dict.fromkeys(_found((block,))))


def _listed(numbers: Numbers) -> Table:
    columns = [Column(_("Mark")), Column(_("What")), Column(_("What it counts"))]
    has_time = any(definition.time for definition in numbers)
    columns += [Column(_("Time"))] if has_time else []
    rows = [
        (
            Cell(mark(number)),
            Cell(definition.term),
            Cell(definition.text),
            *((Cell(definition.time or "–"),) if has_time else ()),
        )
        for definition, number in numbers.items()
    ]
    return Table("", tuple(columns), tuple(rows))


def _found(blocks: Iterable[Block]) -> Iterator[Definition]:
    for block in blocks:
        if isinstance(block, Columns):
            yield from _found((*block.left, *block.right))
        elif isinstance(block, Facts):
            yield from (fact.definition for fact in block.facts if fact.definition)
        else:
            own: Definition | None = getattr(block, "definition", None)
            yield from [own] if own else []
            if isinstance(block, Table):
                yield from (column.definition for column in block.columns if column.definition)


def _with(text: str, definition: Definition | None, numbers: Numbers) -> str:
    return f"{text}{mark(numbers[definition])}" if definition else text


@singledispatch
def _marked(block: Any, numbers: Numbers) -> Any:
    return block


@_marked.register
def _facts(block: Facts, numbers: Numbers) -> Facts:
    facts = (replace(fact, label=_with(fact.label, fact.definition, numbers)) for fact in block.facts)
    return replace(block, facts=tuple(facts))


@_marked.register
def _table(block: Table, numbers: Numbers) -> Table:
    columns = [replace(column, label=_with(column.label, column.definition, numbers)) for column in block.columns]
    if block.caption:
        return replace(block, caption=_with(block.caption, block.definition, numbers), columns=tuple(columns))
    if columns:
        columns[0] = replace(columns[0], label=_with(columns[0].label, block.definition, numbers))
    return replace(block, columns=tuple(columns))


@_marked.register
def _grid(block: GridChart, numbers: Numbers) -> GridChart:
    if block.caption:
        return replace(block, caption=_with(block.caption, block.definition, numbers))
    return replace(block, corner=_with(block.corner, block.definition, numbers))


@_marked.register
def _line(block: LineChart, numbers: Numbers) -> LineChart:
    return replace(block, observed_name=_with(block.observed_name, block.definition, numbers))


@_marked.register
def _bars(block: BarChart, numbers: Numbers) -> BarChart:
    if block.unit:
        return replace(block, unit=_with(block.unit, block.definition, numbers))
    series = tuple((_with(name, block.definition, numbers), values) for name, values in block.series)
    return replace(block, series=series)


@_marked.register
def _map(block: MapDrawing, numbers: Numbers) -> MapDrawing:
    return replace(block, unit=_with(block.unit, block.definition, numbers))


@_marked.register
def _columns(block: Columns, numbers: Numbers) -> Columns:
    left = tuple(_marked(inner, numbers) for inner in block.left)
    return replace(block, left=left, right=tuple(_marked(inner, numbers) for inner in block.right))
