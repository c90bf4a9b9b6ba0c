"""What a document says, told once: headings, texts, tables, charts and maps, without a word on how they look.

A room above builds a `Document` from figures that are already what its reader may see. Each writer (`pdf`, …) makes one
format of it, so every format says the same. Everything is frozen and plain: equal documents become equal files.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from django.utils.translation import gettext as _

from documents import colours
from ui.numbers import number_words

Tone = Literal["neutral", "danger", "warning", "success", "info"]
# A point, longitude first.
Point = tuple[float, float]
Ring = tuple[Point, ...]
# A count that may not be shown stands as this word in charts and maps as well, never as a number.
PROTECTED: Literal["protected"] = "protected"
# Word knows this many levels of a list, and so every file has them.
DEEPEST_LEVELS = 9
# A drawn time plan has no more rows than this, to go on one page: the table beside it holds all of them.
MOST_BARS = 36
Value = float | Literal["protected"] | None


@dataclass(frozen=True)
class Cell:
    """One cell of a table. A number, a protected one and a missing one are three things, and look so."""

    text: str
    kind: Literal["words", "number", "protected", "missing"] = "words"
    # The number or day that `text` says, for files that go on counting. What is protected or missing has none.
    value: float | dt.date | None = None

    def __post_init__(self) -> None:
        if self.value is not None and self.kind in {"protected", "missing"}:
            raise ValueError(f"A cell that is {self.kind} holds no number.")


def dated(day: dt.date | None, *, none: str = "–") -> Cell:
    """A day as a cell, written so that days sort; `none` where there is none."""
    return Cell(none) if day is None else Cell(day.isoformat(), value=day)


def counted(value: float | None, status: str = "shown", *, decimals: int | None = None) -> Cell:
    """A count as a cell: the number (zero is a number), “protected”, or “missing”."""
    if status == "protected":
        return Cell(_("protected"), "protected")
    if status == "missing" or value is None:
        return Cell(_("missing"), "missing")
    return Cell(number_words(value, decimals), "number", value)


def counted_of(count: Mapping[str, Any]) -> Cell:
    """The same of what disclosure control gives: a mapping with `value` and `status`."""
    return counted(count["value"], count["status"])


@dataclass(frozen=True)
class Definition:
    """What a number counts, and of which time: said once in a document, wherever the number stands."""

    term: str
    text: str
    # The days it is about and when it was fetched, in words.
    time: str = ""


@dataclass(frozen=True)
class Column:
    label: str
    is_number: bool = False
    definition: Definition | None = None


@dataclass(frozen=True)
class Heading:
    """The title of a section; level 1 is the document's own title, which every document has already."""

    text: str
    level: Literal[2, 3] = 2


@dataclass(frozen=True)
class Text:
    """Plain text. A line break begins a new paragraph; nothing in it is read as anything but letters."""

    text: str
    size: Literal["body", "lead", "small"] = "body"


@dataclass(frozen=True)
class Points:
    """A list of sentences."""

    points: tuple[str, ...]
    size: Literal["body", "small"] = "body"


@dataclass(frozen=True)
class ListItem:
    """One item of a nested list, what is said under it in small, and the items that belong to it."""

    text: str
    note: str = ""
    items: tuple[ListItem, ...] = ()


@dataclass(frozen=True)
class NestedList:
    """A tree in words: each item with those that hang on it, to any depth."""

    items: tuple[ListItem, ...]

    def lines(self) -> Iterator[tuple[int, str, str]]:
        """Level from 0, text and note, from the top. What lies deeper than a file's lists can go says its level."""
        waiting = [(item, 0) for item in reversed(self.items)]
        while waiting:
            item, level = waiting.pop()
            text = item.text
            if level >= DEEPEST_LEVELS:
                text = _("Level %(level)s: %(text)s") % {"level": level + 1, "text": text}
            yield min(level, DEEPEST_LEVELS - 1), text, item.note
            waiting += [(inner, level + 1) for inner in reversed(item.items)]


@dataclass(frozen=True)
class Notice:
    """A framed sentence: what the reader must know before the rest."""

    text: str
    tone: Tone = "info"
    title: str = ""


@dataclass(frozen=True)
class Fact:
    """One large number with its judgement in words."""

    label: str
    value: Cell
    judgement: str = ""
    note: str = ""
    tone: Tone = "neutral"
    definition: Definition | None = None


@dataclass(frozen=True)
class Facts:
    facts: tuple[Fact, ...]


@dataclass(frozen=True)
class Table:
    """A table with a name. Every row has as many cells as there are columns."""

    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    # What the table leaves out, in a sentence.
    note: str = ""
    definition: Definition | None = None

    def __post_init__(self) -> None:
        if any(len(row) != len(self.columns) for row in self.rows):
            raise ValueError(f"The table “{self.caption}” has rows that are not as long as its columns.")


@dataclass(frozen=True)
class Shares:
    """A part of a whole (0–1) period by period, None where there is no whole. Each look holds without colours."""

    name: str
    values: tuple[float | None, ...]
    look: Literal["full", "light", "hatched"]


@dataclass(frozen=True)
class Line:
    """A further line of a chart: one value a period, None where there is none. Each look holds without colours."""

    name: str
    values: tuple[float | None, ...]
    look: Literal["dashed", "thin"] = "thin"


@dataclass(frozen=True)
class Mark:
    """A day that stands out in a chart, and what happened then."""

    day: dt.date
    text: str


@dataclass(frozen=True)
class Span:
    """Days a shade apart in a chart, and what they are."""

    first: dt.date
    last: dt.date
    text: str


@dataclass(frozen=True)
class LineChart:
    """Counts over time with the range that was to be expected, and under the axis how complete they are.

    `alt` says in words what the chart shows: it is all that somebody who cannot see it gets. Without a name for it
    there is no range.
    """

    alt: str
    days: tuple[dt.date, ...]
    observed: tuple[Value, ...]
    lower: tuple[float | None, ...]
    upper: tuple[float | None, ...]
    observed_name: str
    range_name: str
    # The last period still runs and will have more.
    last_is_running: bool = False
    height_mm: int = 44
    # Stacked in a strip under the time axis, the first at the bottom.
    strip: tuple[Shares, ...] = ()
    # What the observed is laid beside, and days to know of.
    lines: tuple[Line, ...] = ()
    marks: tuple[Mark, ...] = ()
    spans: tuple[Span, ...] = ()
    definition: Definition | None = None

    def __post_init__(self) -> None:
        lengths = {len(shares.values) for shares in self.strip} | {len(line.values) for line in self.lines}
        if lengths - {len(self.days)}:
            raise ValueError("A line of a chart, or of the strip under it, has a value for each of its periods.")


@dataclass(frozen=True)
class BarChart:
    """Bars beside each other: for each name a group, and in it a bar for each series. A table stands beside it."""

    alt: str
    names: tuple[str, ...]
    # What each bar of a group is called, and its values, one for each name.
    series: tuple[tuple[str, tuple[float | None, ...]], ...]
    unit: str = ""
    height_mm: int = 40
    definition: Definition | None = None

    def __post_init__(self) -> None:
        if any(len(values) != len(self.names) for _name, values in self.series):
            raise ValueError("A series of bars has a value for each name.")


@dataclass(frozen=True)
class GridChart:
    """Rows by columns in shades with the number in each cell: a table that is its own chart."""

    caption: str
    corner: str
    columns: tuple[str, ...]
    rows: tuple[str, ...]
    values: tuple[tuple[Value, ...], ...]
    definition: Definition | None = None

    def __post_init__(self) -> None:
        if len(self.values) != len(self.rows) or any(len(row) != len(self.columns) for row in self.values):
            raise ValueError(f"The grid “{self.caption}” has other values than rows and columns.")


@dataclass(frozen=True)
class MapDrawing:
    """Areas as outlines and hexagons in shades, in degrees (WGS 84), drawn true to shape."""

    alt: str
    outline: tuple[Ring, ...]
    cells: tuple[tuple[Ring, Value], ...]
    # The parts of the area, thinner.
    parts: tuple[Ring, ...] = ()
    unit: str = ""
    height_mm: int = 84
    definition: Definition | None = None


@dataclass(frozen=True)
class TreeGroup:
    """What a box of a tree belongs to, in words; the first four have a colour of their own beside them."""

    key: str
    name: str


@dataclass(frozen=True)
class TreeNode:
    """One box of a tree. `parent` is the key of the box it hangs on, and nothing for what hangs on the root."""

    key: str
    text: str
    parent: str = ""
    group: str = ""
    # The rest is said under the text in small: where it stands, in words, and numbers.
    state: str = ""
    note: str = ""
    is_chosen: bool = False


@dataclass(frozen=True)
class TreeDrawing:
    """Boxes that hang on each other, as a tree or as a fishbone with one bone for each group.

    `alt` says in words what the drawing shows; whoever cannot see it also needs the nodes as a `NestedList` beside it.
    A parent stands before what hangs on it, and so the tree has no circles.
    """

    alt: str
    root: str
    nodes: tuple[TreeNode, ...]
    groups: tuple[TreeGroup, ...] = ()
    root_note: str = ""
    # What a box says that is chosen.
    chosen: str = ""
    shape: Literal["tree", "fishbone"] = "tree"

    def __post_init__(self) -> None:
        known, groups = {""}, {"", *(group.key for group in self.groups)}
        for node in self.nodes:
            if node.parent not in known or node.key in known or node.group not in groups:
                raise ValueError(f"“{node.key}” has no place in the tree “{self.root}”.")
            known.add(node.key)


@dataclass(frozen=True)
class Bar:
    """One row of a time plan: from when to when, and days of its own beside."""

    label: str
    first: dt.date | None = None
    last: dt.date | None = None
    # A day that stands out, such as when it is followed up.
    mark: dt.date | None = None
    # Has not been decided: drawn with a hatched bar.
    is_open: bool = False


@dataclass(frozen=True)
class TimePlan:
    """Bars over the months of a period. `alt` says in words what is drawn; a table with the days stands beside it."""

    alt: str
    first_day: dt.date
    last_day: dt.date
    bars: tuple[Bar, ...]
    bar_name: str
    mark_name: str
    open_name: str = ""

    def __post_init__(self) -> None:
        if self.last_day < self.first_day:
            raise ValueError("A time plan ends after it has begun.")


Drawing = LineChart | BarChart | MapDrawing | TreeDrawing | TimePlan


@dataclass(frozen=True)
class Columns:
    """Two stacks beside each other; read left first. `left_share` is the left one's part of the width."""

    left: tuple[Block, ...]
    right: tuple[Block, ...]
    left_share: float = 0.5


Block = (
    Heading
    | Text
    | Points
    | NestedList
    | Notice
    | Facts
    | Table
    | LineChart
    | BarChart
    | GridChart
    | MapDrawing
    | TreeDrawing
    | TimePlan
    | Columns
)


@dataclass(frozen=True)
class Look:
    """A municipality's own look. Empty parts look as ours; a picture is a PNG or JPEG that has been made anew."""

    # As “#0062ba”: for headings and what is to be found, so it can be read on white.
    accent: str = ""
    # A line above every page.
    header: str = ""
    logo: bytes = b""

    def __post_init__(self) -> None:
        if self.accent and not (colours.is_code(self.accent) and colours.is_readable(self.accent)):
            raise ValueError(f"“{self.accent}” cannot be read on white.")


@dataclass(frozen=True)
class Document:
    """A whole document. `made_at` is when what it says was fixed, so that the same document gives the same file."""

    title: str
    language: str
    made_at: dt.datetime
    blocks: tuple[Block, ...]
    # Above the title: what kind of document it is, about what and when.
    eyebrow: str = ""
    lead: str = ""
    author: str = ""
    # On every page: what nobody may miss whichever page they hold, for example that the data are examples.
    notice: str = ""
    # At the foot of every page: which document this is.
    footer: str = ""
    # Across every page: a word such as “Draft”.
    watermark: str = ""
    # What is defined besides what stands at its numbers, such as what “protected” means.
    definitions: tuple[Definition, ...] = ()
