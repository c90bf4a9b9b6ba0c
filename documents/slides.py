"""A document as slides for PowerPoint: the fourth writer, for whoever shows what the PDF says and goes on from it.

Each heading begins a slide and is its title; what has no room goes on on further slides of the same title, numbered, a
table with its header row again. Tables are tables and charts are charts with their own numbers, so both can be changed
in PowerPoint. Only maps, trees and time plans are pictures. Definitions of a slide's numbers stand in its notes.

Nobody has seen what PowerPoint makes of a text when this file is written, so heights are reckoned, rather too high than
too low: what stands on a slide has room there.
"""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache, singledispatch
from typing import Any

from django.utils.translation import gettext as _

from documents import drawing, model, trees
from documents.defining import Numbers, definitions_of, in_words, numbered, of_block, with_definitions
from documents.texts import one_line, paragraphs, plain
from documents.word import LANGUAGES, LOGO_WIDEST_MM, LONGEST_PROPERTY, TONES, ZIP_DATE
from ui.numbers import number_words

CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.presentationml.presentation"

_FONT = "Calibri"
_ACCENT, _SUBTLE, _INK, _GRID, _BAND, _EDGE = "0062BA", "54575A", "1F2224", "DFE0E2", "DDE9F4", "5F7E9E"
# The slide, 16 by 9, and on it from the top: title, what it says, foot.
WIDTH_MM, HEIGHT_MM, EDGE_MM = 338.667, 190.5, 16.0
_TITLE_MM, _TITLE_HEIGHT_MM = 11.0, 20.0
TOP_MM, BOTTOM_MM = 34.0, 170.0
_FOOT_MM, _FOOT_HEIGHT_MM, _NUMBER_MM = 173.5, 12.5, 24.0
ROOM_MM = WIDTH_MM - 2 * EDGE_MM
_GAP_MM = 4.0
# The logotype above it is no higher than this.
_LOGO_MM = 9.0
# Beside the title: a word such as “Draft”.
_WORD_MM = 50.0
_POINT_MM = 25.4 / 72
_LINE, _SIDE_MM, _UP_MM = 1.22, 2.5, 1.3
# Our own widths of letters are those of a wide font; Calibri is narrower, and this is still more than it needs.
_NARROW = 0.84
_SIZES = {"body": 16.0, "lead": 20.0, "small": 12.0}
_TABLE_PT, _SMALL_TABLE_PT, _MANY_COLUMNS = 13.0, 10.5, 8
# What is lower than this is not worth beginning on what is left of a slide.
_LOWEST_MM, _CHART_MM, _STRIP_MM = 72.0, 104.0, 34.0
_FACTS_BESIDE = 4
# Named one by one below a chart; more than these are counted.
_DAYS_NAMED = 12


def write(document: model.Document, *, look: model.Look | None = None) -> bytes:
    """The document as a .pptx file, in a municipality's own look where it has one. Equal documents give equal bytes."""
    deck = _Deck(with_definitions(document), numbered(definitions_of(document)), look)
    deck.begin()
    deck.write(deck.document.blocks)
    return deck.file()


@dataclass(frozen=True)
class _Run:
    """A stretch of text and how it is set."""

    text: str
    size: float = _SIZES["body"]
    colour: str = _INK
    is_bold: bool = False
    is_italic: bool = False


@dataclass(frozen=True)
class _Paragraph:
    run: _Run
    # From 0; a list's items have a bullet.
    level: int | None = None
    after_pt: float = 5.0

    def room(self, width_mm: float) -> float:
        return width_mm - 7.0 * ((self.level or 0) + 1) if self.level is not None else width_mm

    def lines(self, width_mm: float) -> tuple[str, ...]:
        return _lines(self.run.text, self.run.size, self.room(width_mm), is_bold=self.run.is_bold)

    def height_mm(self, width_mm: float) -> float:
        return max(1, len(self.lines(width_mm))) * _line_mm(self.run.size) + self.after_pt * _POINT_MM


def _line_mm(size: float) -> float:
    return size * _LINE * _POINT_MM


@lru_cache(maxsize=4096)
def _lines(text: str, size: float, width_mm: float, *, is_bold: bool = False) -> tuple[str, ...]:
    """The lines a text takes in letters of this size."""
    room = width_mm / (size * _POINT_MM * _NARROW) / (1.06 if is_bold else 1)
    return tuple(line for part in plain(text).split("\n") for line in trees.wrapped(part, room) or ("",))


class _Deck:
    """Slides that are being written, each from the top down."""

    def __init__(self, document: model.Document, numbers: Numbers, look: model.Look | None) -> None:
        # Some 25 MB with the XML library beneath it: only those who make documents pay for it.
        import pptx

        self.document, self.numbers = document, numbers
        self.show: Any = pptx.Presentation()
        self.accent = look.accent.lstrip("#").upper() if look and look.accent else _ACCENT
        _set_up(self.show, self.accent)
        if look:
            _set_head(self.show, look)
        self.slide: Any = None
        self.title = one_line(document.title)
        self._part = 0
        self._drawn = 0
        self.y = TOP_MM
        self._is_empty = True
        # What stands at the numbers of the block that is written, and of each slide.
        self._defined: tuple[model.Definition, ...] = ()
        self._said: dict[int, list[model.Definition]] = {}

    def write(self, blocks: Sequence[model.Block]) -> None:
        for block in blocks:
            if not isinstance(block, model.Columns):
                self._defined = of_block(block)
            _write(block, self)

    # Slides

    def begin(self) -> None:
        """The first slide: what the document is."""
        said = self.document
        self.slide = self.show.slides.add_slide(self.show.slide_layouts[0])
        title, under = self.slide.placeholders[0], self.slide.placeholders[1]
        size = 40.0 if len(self.title) < 60 else 32.0 if len(self.title) < 120 else 24.0
        _fill_in(title.text_frame, [_Paragraph(_Run(self.title, size, _INK, is_bold=True), after_pt=0)])
        lines = [
            _Paragraph(_Run(said.eyebrow, 16, _SUBTLE)) if said.eyebrow else None,
            _Paragraph(_Run(said.lead, 20)) if said.lead else None,
            _Paragraph(_Run(said.watermark, 20, TONES["warning"][1], is_bold=True)) if said.watermark else None,
            _Paragraph(_Run(said.notice, 16, is_bold=True)) if said.notice else None,
        ]
        there = [line for line in lines if line]
        if there:
            _fill_in(under.text_frame, there)
        else:
            under._element.getparent().remove(under._element)
        self._foot()
        # What stands before the first heading begins on a slide of its own.
        self._part, self.y, self._is_empty = 1, BOTTOM_MM, False

    def heading(self, text: str) -> None:
        self.title, self._part = one_line(text), 0
        self._next()

    def _next(self) -> None:
        self._part += 1
        self.slide = self.show.slides.add_slide(self.show.slide_layouts[1])
        title = self.title if self._part == 1 else f"{self.title} ({self._part})"
        size = 28.0 if len(title) < 70 else 22.0 if len(title) < 130 else 16.0
        frame = self.slide.shapes.title
        if self.document.watermark:
            _place(frame, EDGE_MM, _TITLE_MM, ROOM_MM - _WORD_MM, _TITLE_HEIGHT_MM)
            word = [_Paragraph(_Run(self.document.watermark, 16, TONES["warning"][1], is_bold=True), after_pt=0)]
            self._text_box(word, WIDTH_MM - EDGE_MM - _WORD_MM + 2, _TITLE_MM, _WORD_MM - 2, 10.0, is_right=True)
        _fill_in(frame.text_frame, [_Paragraph(_Run(title, size, _INK, is_bold=True), after_pt=0)])
        self._foot()
        self.y, self._is_empty = TOP_MM, True

    def _foot(self) -> None:
        """What stands on every slide: what nobody may miss, which document it is, and the slide's number."""
        said = self.document
        number = _copied(self.slide, "sldNum")
        number.text_frame.paragraphs[0]._p.append(_field())
        lines = [_Run(said.notice, 11, _INK, is_bold=True)] if said.notice else []
        lines += [_Run(said.footer, 10, _SUBTLE)] if said.footer else []
        if lines:
            foot = _copied(self.slide, "ftr")
            _fill_in(foot.text_frame, [_Paragraph(line, after_pt=0) for line in lines])

    @property
    def left(self) -> float:
        """How much room there is below what stands on the slide."""
        return BOTTOM_MM - self.y

    def place(self, height: float) -> float:
        """From where to draw something of this height: on this slide if it has room for it, or else on the next."""
        if height > self.left and not self._is_empty:
            self._next()
        top = self.y
        self.y += height + _GAP_MM
        self._is_empty = False
        said = self._said.setdefault(len(self.show.slides), [])
        said += [one for one in self._defined if one not in said]
        return top

    # What stands on them

    def text(self, lines: Sequence[_Paragraph], *, fill: str = "", edge: str = "", name: str = "") -> None:
        """Paragraphs below each other; those that have no room go on on the next slide, also in their middle."""
        waiting = list(lines)
        width = ROOM_MM - 2 * _SIDE_MM
        lowest = 2 * _UP_MM + 2 * _line_mm(_SIZES["lead"])
        while waiting:
            if self.left < lowest and not self._is_empty:
                self._next()
            here, height = [], 2 * _UP_MM
            while waiting and height + waiting[0].height_mm(width) <= self.left:
                height += waiting[0].height_mm(width)
                here.append(waiting.pop(0))
            if waiting and not here:
                whole = waiting[0].height_mm(width)
                if whole + 2 * _UP_MM <= BOTTOM_MM - TOP_MM and not self._is_empty:
                    self._next()
                    continue
                first, rest = _torn(waiting.pop(0), width, self.left - 2 * _UP_MM)
                here, height = [first], 2 * _UP_MM + first.height_mm(width)
                waiting.insert(0, rest)
            top = self.place(height)
            self._text_box(here, EDGE_MM, top, ROOM_MM, height, fill=fill, edge=edge, name=name)

    def _text_box(
        self,
        lines: Sequence[_Paragraph],
        left: float,
        top: float,
        width: float,
        height: float,
        *,
        fill: str = "",
        edge: str = "",
        is_right: bool = False,
        name: str = "",
    ) -> None:
        from pptx.enum.text import PP_ALIGN

        box = self.slide.shapes.add_textbox(*_emu(left, top, width, height))
        box.name = self._name(name or _("Text %(number)s"))
        if fill:
            box.fill.solid()
            box.fill.fore_color.rgb = _colour(fill)
        if edge:
            box.line.color.rgb = _colour(edge)
        _fill_in(box.text_frame, lines)
        if is_right:
            for paragraph in box.text_frame.paragraphs:
                paragraph.alignment = PP_ALIGN.RIGHT

    def cards(self, facts: Sequence[model.Fact]) -> None:
        """Large numbers beside each other, each with its judgement."""
        beside = min(_FACTS_BESIDE, len(facts))
        width = (ROOM_MM - (beside - 1) * _GAP_MM) / beside
        for first in range(0, len(facts), beside):
            row = [(fact, list(_card(fact))) for fact in facts[first : first + beside]]
            inner = width - 2 * _SIDE_MM
            height = max(sum(line.height_mm(inner) for line in lines) for _fact, lines in row) + 2 * _UP_MM
            height = min(height, BOTTOM_MM - TOP_MM)
            top = self.place(height)
            for at, (fact, lines) in enumerate(row):
                fill, edge = TONES[fact.tone]
                self._text_box(lines, EDGE_MM + at * (width + _GAP_MM), top, width, height, fill=fill, edge=edge)

    def picture(self, png: bytes, alt: str) -> None:
        """A drawing as large as the slide has room for."""
        from PIL import Image

        with Image.open(io.BytesIO(png)) as image:
            shape = image.height / image.width
        wanted = min(ROOM_MM * shape, BOTTOM_MM - TOP_MM)
        height = wanted if wanted <= self.left else self.left if self.left >= _LOWEST_MM else wanted
        top = self.place(height)
        width = min(ROOM_MM, height / shape)
        shown = self.slide.shapes.add_picture(io.BytesIO(png), *_emu(EDGE_MM, top, width, height))
        self._describe(shown, alt, _("Drawing %(number)s"))

    def chart(self, kind: Any, numbers: Any, alt: str, *, height: float) -> Any:
        top = self.place(height)
        frame = self.slide.shapes.add_chart(kind, *_emu(EDGE_MM, top, ROOM_MM, height), numbers)
        self._describe(frame, alt, _("Chart %(number)s"))
        return frame.chart

    def table(
        self, columns: Sequence[model.Column], rows: Sequence[Sequence[_Cell]], *, title: str, note: str = ""
    ) -> None:
        """A table; its header stands on each slide it goes on to."""
        title = plain(title).strip() or self.title
        size = _SMALL_TABLE_PT if len(columns) > _MANY_COLUMNS else _TABLE_PT
        widths = _widths(columns, rows)
        head = [_Cell(column.label, is_bold=True) for column in columns]
        head_mm = _row_mm(head, widths, size)
        caption = _Paragraph(_Run(title, 12, _SUBTLE), after_pt=2) if title != self.title else None
        caption_mm = caption.height_mm(ROOM_MM - 2 * _SIDE_MM) + 2 * _UP_MM if caption else 0.0
        most = BOTTOM_MM - TOP_MM - caption_mm - head_mm
        waiting = [part for row in rows for part in _torn_row(row, widths, size, most)]
        while True:
            first = _row_mm(waiting[0], widths, size) if waiting else 0.0
            if caption_mm + head_mm + first > self.left and not self._is_empty:
                self._next()
            here: list[Sequence[_Cell]] = []
            height = head_mm
            while waiting and (not here or caption_mm + height + _row_mm(waiting[0], widths, size) <= self.left):
                height += _row_mm(waiting[0], widths, size)
                here.append(waiting.pop(0))
            if caption:
                top = self.place(caption_mm)
                self._text_box([caption], EDGE_MM, top, ROOM_MM, caption_mm)
                self.y -= _GAP_MM
            self._one_table(columns, [head, *here], widths, size, title, self.place(height))
            if not waiting:
                break
        if note:
            self.text([_Paragraph(_Run(note, _SIZES["small"], _SUBTLE))])

    def _one_table(
        self,
        columns: Sequence[model.Column],
        rows: Sequence[Sequence[_Cell]],
        widths: Sequence[float],
        size: float,
        title: str,
        top: float,
    ) -> None:
        from pptx.enum.text import MSO_ANCHOR, PP_ALIGN

        heights = [_row_mm(row, widths, size) for row in rows]
        frame = self.slide.shapes.add_table(len(rows), len(columns), *_emu(EDGE_MM, top, sum(widths), sum(heights)))
        self._describe(frame, one_line(title), _("Table %(number)s"))
        table = frame.table
        table.first_row, table.horz_banding = True, True
        for column, width in zip(table.columns, widths, strict=True):
            column.width = _emu(width)[0]
        for place, (row, cells, height) in enumerate(zip(table.rows, rows, heights, strict=True)):
            row.height = _emu(height)[0]
            for cell, one, column in zip(row.cells, cells, columns, strict=True):
                cell.margin_left = cell.margin_right = _emu(_SIDE_MM)[0]
                cell.margin_top = cell.margin_bottom = _emu(_UP_MM)[0]
                cell.vertical_anchor = MSO_ANCHOR.TOP
                colour = "FFFFFF" if one.is_light or not place else _SUBTLE if one.is_quiet else _INK
                run = _Run(one.text, size, colour, is_bold=one.is_bold, is_italic=one.is_quiet)
                _fill_in(cell.text_frame, [_Paragraph(run, after_pt=0)], has_margins=False)
                if column.is_number:
                    cell.text_frame.paragraphs[0].alignment = PP_ALIGN.RIGHT
                if one.fill:
                    cell.fill.solid()
                    cell.fill.fore_color.rgb = _colour(one.fill)

    def _describe(self, shape: Any, alt: str, name: str) -> None:
        shape.name = self._name(name)
        shape._element.xpath(".//p:cNvPr")[0].set("descr", plain(alt))

    def _name(self, name: str) -> str:
        self._drawn += 1
        return name % {"number": self._drawn}

    # The whole

    def file(self) -> bytes:
        """The file, with nothing in it of when it was packed."""
        relations = self.show.part.package._rels
        for key in [key for key, one in relations.items() if one.reltype.endswith("/thumbnail")]:
            # A picture of the library's own empty slide.
            relations.pop(key)
        self._say_definitions()
        self._set_properties()
        _set_language(self.show, LANGUAGES.get(self.document.language, self.document.language))
        raw = io.BytesIO()
        self.show.save(raw)
        return _packed(raw.getvalue(), self._made_at())

    def _say_definitions(self) -> None:
        """In the notes of each slide, what the numbers on it count."""
        for number, slide in enumerate(self.show.slides, start=1):
            # The foot is read after what the slide says.
            tree = slide.shapes._spTree
            for shape in [one for one in slide.placeholders if one.placeholder_format.type.name in _FEET]:
                tree.append(shape._element)
            if said := self._said.get(number):
                ordered = sorted(said, key=self.numbers.__getitem__)
                lines = [plain(in_words(one, self.numbers[one])) for one in ordered]
                slide.notes_slide.notes_text_frame.text = "\n".join(lines)

    def _made_at(self) -> dt.datetime:
        made_at = self.document.made_at.replace(microsecond=0)
        return made_at.astimezone(dt.UTC).replace(tzinfo=None) if made_at.tzinfo is not None else made_at

    def _set_properties(self) -> None:
        said, about = self.document, self.show.core_properties
        about.title = one_line(said.title)[:LONGEST_PROPERTY]
        about.author = about.last_modified_by = plain(said.author)[:LONGEST_PROPERTY]
        about.subject = plain(said.eyebrow)[:LONGEST_PROPERTY]
        about.language = LANGUAGES.get(said.language, said.language)
        about.comments = about.keywords = about.category = ""
        about.created = about.modified = self._made_at()
        about.revision = 1


# Small parts


def _emu(*millimetres: float) -> tuple[Any, ...]:
    from pptx.util import Emu

    return tuple(Emu(round(one * 36_000)) for one in millimetres)


def _colour(code: str) -> Any:
    from pptx.dml.color import RGBColor

    return RGBColor.from_string(code)


def _place(shape: Any, left: float, top: float, width: float, height: float) -> None:
    shape.left, shape.top, shape.width, shape.height = _emu(left, top, width, height)


def _fill_in(frame: Any, lines: Sequence[_Paragraph], *, has_margins: bool = True) -> None:
    """The paragraphs as the text of a shape, each set as text and nothing else."""
    from pptx.enum.text import MSO_AUTO_SIZE
    from pptx.util import Pt

    frame.word_wrap, frame.auto_size = True, MSO_AUTO_SIZE.NONE
    if has_margins:
        frame.margin_left = frame.margin_right = _emu(_SIDE_MM)[0]
        frame.margin_top = frame.margin_bottom = _emu(_UP_MM)[0]
    for place, line in enumerate(lines):
        paragraph = frame.paragraphs[0] if not place else frame.add_paragraph()
        layout = paragraph._p.get_or_add_pPr()
        if line.level is not None:
            indent = round(7.0 * 36_000)
            layout.set("marL", str(indent * (line.level + 1)))
            layout.set("indent", str(-indent))
            layout.set("lvl", str(min(line.level, 8)))
            bullet = layout.makeelement(f"{{{_A}}}buChar", {"char": "•" if line.level % 2 == 0 else "–"})
            layout.append(bullet)
        else:
            layout.append(layout.makeelement(f"{{{_A}}}buNone", {}))
        # Before the bullet, which is the order its schema knows.
        paragraph.space_after, paragraph.space_before = Pt(line.after_pt), Pt(0)
        for number, piece in enumerate(plain(line.run.text).split("\n")):
            if number:
                paragraph.add_line_break()
            run = paragraph.add_run()
            run.text = piece
            font = run.font
            font.size, font.bold, font.italic = Pt(line.run.size), line.run.is_bold, line.run.is_italic
            font.color.rgb = _colour(line.run.colour)


_FEET = {"FOOTER", "SLIDE_NUMBER"}
_A = "http://schemas.openxmlformats.org/drawingml/2006/main"


def _torn(line: _Paragraph, width: float, height: float) -> tuple[_Paragraph, _Paragraph]:
    """A paragraph that is longer than a slide, as what has room and the rest."""
    lines = line.lines(width)
    most = max(1, int((height - line.after_pt * _POINT_MM) / _line_mm(line.run.size)))
    first, rest = " ".join(lines[:most]), " ".join(lines[most:])
    return replace(line, run=replace(line.run, text=first)), replace(line, run=replace(line.run, text=rest))


def _card(fact: model.Fact) -> Iterator[_Paragraph]:
    is_quiet = fact.value.kind in {"protected", "missing"}
    yield _Paragraph(_Run(fact.label, 13, _SUBTLE), after_pt=2)
    size = 32.0 if len(fact.value.text) < 12 else 18.0
    yield _Paragraph(_Run(fact.value.text, size, _SUBTLE if is_quiet else _INK, not is_quiet, is_quiet), after_pt=2)
    if fact.judgement:
        yield _Paragraph(_Run(fact.judgement, 15, is_bold=True), after_pt=2)
    if fact.note:
        yield _Paragraph(_Run(fact.note, 12, _SUBTLE), after_pt=0)


# Tables


@dataclass(frozen=True)
class _Cell:
    text: str
    fill: str = ""
    is_light: bool = False
    is_quiet: bool = False
    is_bold: bool = False

    @classmethod
    def of(cls, cell: model.Cell) -> _Cell:
        return cls(cell.text, is_quiet=cell.kind in {"protected", "missing"})


def _cell_lines(cell: _Cell, width: float, size: float) -> tuple[str, ...]:
    return _lines(cell.text, size, max(4.0, width - 2 * _SIDE_MM), is_bold=cell.is_bold)


def _row_mm(row: Sequence[_Cell], widths: Sequence[float], size: float) -> float:
    lines = max((len(_cell_lines(cell, width, size)) for cell, width in zip(row, widths, strict=True)), default=1)
    return max(1, lines) * _line_mm(size) + 2 * _UP_MM


def _torn_row(row: Sequence[_Cell], widths: Sequence[float], size: float, most_mm: float) -> Iterator[Sequence[_Cell]]:
    """The row, or where it is higher than a slide several: what has no room in its cells stands in the next."""
    if _row_mm(row, widths, size) <= most_mm:
        yield row
        return
    most = max(1, int((most_mm - 2 * _UP_MM) / _line_mm(size)))
    lines = [_cell_lines(cell, width, size) for cell, width in zip(row, widths, strict=True)]
    for first in range(0, max(map(len, lines)), most):
        yield [replace(cell, text=" ".join(said[first : first + most])) for cell, said in zip(row, lines, strict=True)]


def _widths(columns: Sequence[model.Column], rows: Sequence[Sequence[_Cell]]) -> list[float]:
    """How the slide's width is shared out: more to columns with longer texts, to each at least its header."""
    wanted = []
    for place, column in enumerate(columns):
        longest = max((len(row[place].text) for row in rows), default=0)
        header = max(map(len, column.label.split()), default=0)
        wanted.append(float(max(6, min(longest, 60), min(header + 2, 20))))
    whole = sum(wanted)
    return [ROOM_MM * share / whole for share in wanted]


# The house's looks


def _set_up(show: Any, accent: str) -> None:
    """Three layouts of our own size and letters; the library's others are for another size of slide."""
    show.slide_width, show.slide_height = _emu(WIDTH_MM, HEIGHT_MM)
    # The library's slide is 4 by 3, and says so beside its size.
    show.element.find(f"{{{_P}}}sldSz").attrib.pop("type", None)
    layouts = {layout.name: layout for layout in show.slide_layouts}
    kept = [layouts["Title Slide"], layouts["Title Only"], layouts["Title and Content"]]
    for layout in layouts.values():
        if layout not in kept:
            show.slide_layouts.remove(layout)
    order = show.slide_master._element.find(f"{{{_P}}}sldLayoutIdLst")
    ids = {show.slide_master.part.related_part(one.rId).slide_layout.name: one for one in order}
    for layout in kept:
        order.append(ids[layout.name])
    for sheet in (show.slide_master, *kept):
        is_first = sheet is kept[0]
        for shape in list(sheet.placeholders):
            kind = shape.placeholder_format.type
            _lay(shape, kind.name, is_first=is_first)
    _set_theme(show, accent)


_P = "http://schemas.openxmlformats.org/presentationml/2006/main"


def _lay(shape: Any, kind: str, *, is_first: bool) -> None:
    """Where each kind of text stands, and to which side."""
    places = {
        "TITLE": (EDGE_MM, _TITLE_MM, ROOM_MM, _TITLE_HEIGHT_MM),
        "CENTER_TITLE": (EDGE_MM, 44.0, ROOM_MM, 46.0),
        "SUBTITLE": (EDGE_MM, 94.0, ROOM_MM, 74.0),
        "BODY": (EDGE_MM, TOP_MM, ROOM_MM, BOTTOM_MM - TOP_MM),
        "OBJECT": (EDGE_MM, TOP_MM, ROOM_MM, BOTTOM_MM - TOP_MM),
        "FOOTER": (EDGE_MM, _FOOT_MM, ROOM_MM - _NUMBER_MM, _FOOT_HEIGHT_MM),
        "SLIDE_NUMBER": (WIDTH_MM - EDGE_MM - _NUMBER_MM, _FOOT_MM, _NUMBER_MM, _FOOT_HEIGHT_MM),
    }
    if kind not in places:
        # A date that changes by itself has no place in a document that does not.
        shape._element.getparent().remove(shape._element)
        return
    _place(shape, *places[kind])
    body = shape.text_frame._txBody.bodyPr
    body.set("anchor", "b" if kind == "CENTER_TITLE" else "t")
    for name in ("normAutofit", "spAutoFit"):
        for one in body.findall(f"{{{_A}}}{name}"):
            body.remove(one)
    for looks in shape._element.iter(f"{{{_A}}}lvl1pPr"):
        looks.set("algn", "r" if kind == "SLIDE_NUMBER" else "l")


def _set_theme(show: Any, accent: str) -> None:
    """The house's colours and letters, so that what is added in PowerPoint looks the same."""
    from lxml import etree

    for relation in show.slide_master.part.rels.values():
        if not relation.reltype.endswith("/theme"):
            continue
        part = relation.target_part
        theme = etree.fromstring(part.blob)
        colours = {"dk1": _INK, "dk2": _SUBTLE, "accent1": accent, "accent2": _SUBTLE}
        for name, code in colours.items():
            for one in theme.iter(f"{{{_A}}}{name}"):
                for inner in list(one):
                    one.remove(inner)
                etree.SubElement(one, f"{{{_A}}}srgbClr", val=code)
        for font in theme.iter(f"{{{_A}}}latin"):
            font.set("typeface", _FONT)
        part._blob = etree.tostring(theme, xml_declaration=True, encoding="UTF-8", standalone=True)
    # Titles are set at the left, and so is what is added under them.
    for styles in show.slide_master._element.iter(f"{{{_P}}}titleStyle"):
        for level in styles.iter(f"{{{_A}}}lvl1pPr"):
            level.set("algn", "l")


def _set_head(show: Any, look: model.Look) -> None:
    """Above each slide, on its layout: the municipality's line at the left, its logotype at the right."""
    from PIL import Image

    for layout in show.slide_layouts:
        tree = layout.shapes._spTree
        if look.header:
            _add_head(layout, look.header)
        if look.logo:
            with Image.open(io.BytesIO(look.logo)) as image:
                shape = image.width / image.height
            height = min(_LOGO_MM, LOGO_WIDEST_MM / shape)
            _image, relation = layout.part.get_or_add_image_part(io.BytesIO(look.logo))
            left, top, width, high = _emu(
                WIDTH_MM - EDGE_MM - height * shape, (_TITLE_MM - height) / 2, height * shape, height
            )
            words = plain(look.header) or _("Logotype")
            tree.add_pic(len(tree) + 2, _("Logotype"), words, relation, left, top, width, high)


def _add_head(layout: Any, text: str) -> None:
    from pptx.oxml.shapes.autoshape import CT_Shape
    from pptx.shapes.autoshape import Shape

    tree = layout.shapes._spTree
    element = CT_Shape.new_textbox_sp(
        len(tree) + 2, _("Header"), *_emu(EDGE_MM, 2.0, ROOM_MM - LOGO_WIDEST_MM - _GAP_MM, _TITLE_MM - 2.5)
    )
    tree.append(element)
    _fill_in(Shape(element, layout.shapes).text_frame, [_Paragraph(_Run(text, 11, _SUBTLE), after_pt=0)])


def _copied(slide: Any, kind: str) -> Any:
    """The foot or number of the slide's layout, as the slide's own: only what a slide has itself is shown on it."""
    from copy import deepcopy

    from pptx.shapes.placeholder import SlidePlaceholder

    for shape in slide.slide_layout.placeholders:
        found = shape._element.find(f".//{{{_P}}}ph")
        if found is not None and found.get("type") == kind:
            element = deepcopy(shape._element)
            slide.shapes._spTree.append(element)
            copied = SlidePlaceholder(element, slide.shapes)
            element.xpath(".//p:cNvPr")[0].set("id", str(900 + len(slide.shapes._spTree)))
            for paragraph in list(copied.text_frame._txBody.findall(f"{{{_A}}}p"))[1:]:
                paragraph.getparent().remove(paragraph)
            for inner in list(copied.text_frame.paragraphs[0]._p):
                copied.text_frame.paragraphs[0]._p.remove(inner)
            return copied
    raise LookupError(f"The layout has no {kind}.")


def _field() -> Any:
    """The slide's number, which PowerPoint keeps."""
    from lxml import etree

    field = etree.Element(
        f"{{{_A}}}fld", {"id": "{B6F15528-21DE-4FAA-801E-634DDDAF4B2B}", "type": "slidenum"}, nsmap={"a": _A}
    )
    looks = etree.SubElement(field, f"{{{_A}}}rPr", sz="1000")
    etree.SubElement(etree.SubElement(looks, f"{{{_A}}}solidFill"), f"{{{_A}}}srgbClr", val=_SUBTLE)
    etree.SubElement(field, f"{{{_A}}}t").text = "‹#›"
    return field


def _set_language(show: Any, language: str) -> None:
    """Every text says which language it is in, for spelling and for reading aloud."""
    roots = [show.element, show.slide_master._element, *(layout._element for layout in show.slide_layouts)]
    for slide in show.slides:
        roots.append(slide._element)
        if slide.has_notes_slide:
            roots.append(slide.notes_slide._element)
        roots += [shape.chart._chartSpace for shape in slide.shapes if shape.has_chart]
    if any(slide.has_notes_slide for slide in show.slides):
        roots.append(show.notes_master._element)
    for root in roots:
        for run in root.iter(f"{{{_A}}}r"):
            if run.find(f"{{{_A}}}rPr") is None:
                run.insert(0, run.makeelement(f"{{{_A}}}rPr", {}))
        for looks in root.iter(f"{{{_A}}}rPr", f"{{{_A}}}endParaRPr", f"{{{_A}}}defRPr"):
            looks.set("lang", language)


def _packed(raw: bytes, made_at: dt.datetime) -> bytes:
    """A file of parts with one time for all of them; in it each chart's workbook the same."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(raw)) as before, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as after:
        for name in before.namelist():
            content = before.read(name)
            if name.endswith(".xlsx"):
                content = _packed(content, made_at)
            elif name == "docProps/core.xml" and b"W3CDTF" in content:
                content = re.sub(rb"(?<=W3CDTF\">)[^<]*", f"{made_at:%Y-%m-%dT%H:%M:%SZ}".encode(), content)
            info = zipfile.ZipInfo(name, ZIP_DATE)
            info.compress_type = zipfile.ZIP_DEFLATED
            after.writestr(info, content)
    return file.getvalue()


# Blocks


@singledispatch
def _write(block: Any, deck: _Deck) -> None:
    raise TypeError(f"Slides have no place for {type(block).__name__}.")


@_write.register
def _heading(block: model.Heading, deck: _Deck) -> None:
    deck.heading(block.text)


@_write.register
def _text(block: model.Text, deck: _Deck) -> None:
    colour = _SUBTLE if block.size == "small" else _INK
    deck.text([_Paragraph(_Run(line, _SIZES[block.size], colour)) for line in paragraphs(block.text)])


@_write.register
def _points(block: model.Points, deck: _Deck) -> None:
    deck.text([_Paragraph(_Run(one_line(point), _SIZES[block.size]), level=0) for point in block.points])


@_write.register
def _nested(block: model.NestedList, deck: _Deck) -> None:
    lines = []
    for level, text, note in block.lines():
        lines.append(_Paragraph(_Run(text), level=level, after_pt=0 if note else 4))
        if note:
            lines.append(_Paragraph(_Run(note, _SIZES["small"], _SUBTLE), level=level, after_pt=4))
    deck.text(lines)


@_write.register
def _notice(block: model.Notice, deck: _Deck) -> None:
    fill, edge = TONES[block.tone]
    lines = [_Paragraph(_Run(block.title, is_bold=True))] if block.title else []
    deck.text([*lines, *(_Paragraph(_Run(line)) for line in paragraphs(block.text))], fill=fill, edge=edge)


@_write.register
def _facts(block: model.Facts, deck: _Deck) -> None:
    if block.facts:
        deck.cards(block.facts)


@_write.register
def _table(block: model.Table, deck: _Deck) -> None:
    rows = [[_Cell.of(cell) for cell in row] for row in block.rows]
    deck.table(block.columns, rows, title=block.caption, note=block.note)


@_write.register
def _grid(block: model.GridChart, deck: _Deck) -> None:
    numbers = [float(v) for row in block.values for v in row if v is not None and v != model.PROTECTED]
    largest = max(numbers, default=0.0)
    columns = [model.Column(block.corner), *(model.Column(column, True) for column in block.columns)]
    rows = [
        [_Cell(label), *(_shaded(value, largest) for value in values)]
        for label, values in zip(block.rows, block.values, strict=True)
    ]
    deck.table(columns, rows, title=block.caption)


def _shaded(value: model.Value, largest: float) -> _Cell:
    if value is None or value == model.PROTECTED:
        return replace(_Cell.of(model.counted(None, value or "missing")), fill="FFFFFF")
    number = float(value)
    fill = drawing.shade(number, largest).lstrip("#").upper()
    return _Cell(number_words(number), fill=fill, is_light=drawing.is_dark(number, largest))


@_write.register
def _line_chart(block: model.LineChart, deck: _Deck) -> None:
    """A chart with the range as lines of its own, and in words what a line cannot say."""
    from pptx.chart.data import CategoryChartData
    from pptx.enum.chart import XL_CHART_TYPE

    numbers = CategoryChartData(number_format="General")
    numbers.categories = list(block.days)
    numbers.add_series(one_line(block.observed_name), [_shown(value) for value in block.observed])
    looks = [{"colour": deck.accent, "width": 2.25, "has_marker": True}]
    if block.range_name:
        for name, values in ((_("%(range)s, from"), block.lower), (_("%(range)s, to"), block.upper)):
            numbers.add_series(one_line(name % {"range": block.range_name}), list(values))
            looks.append({"colour": _EDGE, "width": 1.5, "dash": "sysDash"})
    for line in block.lines:
        numbers.add_series(one_line(line.name), list(line.values))
        dash = {"dash": "dash"} if line.look == "dashed" else {"has_marker": True}
        looks.append({"colour": _INK if line.look == "dashed" else _SUBTLE, "width": 1.5, **dash})
    said = list(_said_of(block))
    width = ROOM_MM - 2 * _SIDE_MM
    below = sum(line.height_mm(width) for line in said) + 2 * _UP_MM + _GAP_MM if said else 0.0
    below += _STRIP_MM + _GAP_MM if block.strip else 0.0
    chart = deck.chart(XL_CHART_TYPE.LINE_MARKERS, numbers, block.alt, height=_chart_height(deck, below))
    _set_chart(chart, looks)
    if block.strip:
        shares = CategoryChartData(number_format="0")
        shares.categories = list(block.days)
        for one in block.strip:
            shares.add_series(f"{one_line(one.name)}, %", [None if v is None else round(100 * v) for v in one.values])
        strip = deck.chart(XL_CHART_TYPE.COLUMN_STACKED, shares, block.alt, height=_STRIP_MM)
        _set_chart(strip, [{"fill": code} for code in (deck.accent, _BAND, _GRID)], most=100)
    if said:
        deck.text(said, name=_("Beside the chart %(number)s"))


def _chart_height(deck: _Deck, below: float) -> float:
    """As high as there is room for with what stands under it, within reason."""
    if deck.left - below >= _LOWEST_MM:
        return min(_CHART_MM, deck.left - below)
    return max(50.0, min(_CHART_MM, BOTTOM_MM - TOP_MM - below))


def _shown(value: model.Value) -> float | None:
    return None if value is None or value == model.PROTECTED else float(value)


def _said_of(block: model.LineChart) -> Iterator[_Paragraph]:
    """What is protected, missing or still running, and which days stand out: never a number, never nothing."""
    kinds: tuple[tuple[str, model.Value], ...] = ((_("protected"), model.PROTECTED), (_("missing"), None))
    for word, kind in kinds:
        days = [day for day, value in zip(block.days, block.observed, strict=True) if value == kind]
        if days:
            yield _small(_("%(what)s: %(days)s.") % {"what": word.capitalize(), "days": _named(days)})
    if block.last_is_running:
        yield _small(_("The last period still runs and will have more."))
    for span in block.spans:
        yield _small(f"{span.first.isoformat()} – {span.last.isoformat()}: {one_line(span.text)}.")
    first, last = (block.days[0], block.days[-1]) if block.days else (dt.date.max, dt.date.min)
    for mark in block.marks:
        if first <= mark.day <= last:
            yield _small(f"{mark.day.isoformat()}: {one_line(mark.text)}.")


def _small(text: str) -> _Paragraph:
    return _Paragraph(_Run(text, _SIZES["small"], _SUBTLE), after_pt=2)


def _named(days: Sequence[dt.date]) -> str:
    named = ", ".join(day.isoformat() for day in days[:_DAYS_NAMED])
    more = len(days) - _DAYS_NAMED
    return named if more <= 0 else _("%(days)s and %(count)s more") % {"days": named, "count": more}


def _set_chart(chart: Any, looks: Sequence[dict[str, Any]], *, most: float | None = None) -> None:
    from pptx.enum.chart import XL_LEGEND_POSITION, XL_MARKER_STYLE, XL_TICK_LABEL_POSITION
    from pptx.enum.dml import MSO_LINE
    from pptx.util import Pt

    chart.font.size, chart.font.name = Pt(12), _FONT
    chart.font.color.rgb = _colour(_SUBTLE)
    chart.has_title = False
    chart.has_legend = True
    chart.legend.position, chart.legend.include_in_layout = XL_LEGEND_POSITION.BOTTOM, False
    values, names = chart.value_axis, chart.category_axis
    values.minimum_scale = 0
    if most is not None:
        values.maximum_scale, values.major_unit = most, most / 2
    values.major_gridlines.format.line.color.rgb = _colour(_GRID)
    values.format.line.fill.background()
    names.format.line.color.rgb = _colour(_GRID)
    names.tick_label_position = XL_TICK_LABEL_POSITION.LOW
    values.tick_labels.number_format, values.tick_labels.number_format_is_linked = "#,##0", False
    dashes = {"dash": MSO_LINE.DASH, "sysDash": MSO_LINE.ROUND_DOT}
    for series, look in zip(chart.plots[0].series, looks, strict=False):
        if "fill" in look:
            series.format.fill.solid()
            series.format.fill.fore_color.rgb = _colour(look["fill"])
            series.format.line.color.rgb = _colour(_SUBTLE)
            series.format.line.width = Pt(0.5)
            continue
        series.smooth = False
        series.format.line.color.rgb = _colour(look["colour"])
        series.format.line.width = Pt(look["width"])
        if "dash" in look:
            series.format.line.dash_style = dashes[look["dash"]]
        if look.get("has_marker"):
            series.marker.style, series.marker.size = XL_MARKER_STYLE.CIRCLE, 5
            series.marker.format.fill.solid()
            series.marker.format.fill.fore_color.rgb = _colour(look["colour"])
            series.marker.format.line.color.rgb = _colour(look["colour"])
        else:
            series.marker.style = XL_MARKER_STYLE.NONE


@_write.register
def _bar_chart(block: model.BarChart, deck: _Deck) -> None:
    from pptx.chart.data import CategoryChartData
    from pptx.enum.chart import XL_CHART_TYPE, XL_LABEL_POSITION
    from pptx.util import Pt

    numbers = CategoryChartData(number_format="General")
    numbers.categories = [one_line(name) for name in block.names]
    for name, values in block.series:
        numbers.add_series(one_line(name), list(values))
    unit = [_small(block.unit)] if block.unit else []
    below = 2 * _UP_MM + _GAP_MM + sum(line.height_mm(ROOM_MM) for line in unit) if unit else 0.0
    chart = deck.chart(XL_CHART_TYPE.COLUMN_CLUSTERED, numbers, block.alt, height=_chart_height(deck, below))
    _set_chart(chart, [{"fill": code} for code in (_BAND, deck.accent) * len(block.series)])
    plot = chart.plots[0]
    plot.gap_width, plot.has_data_labels = 60, True
    plot.data_labels.position, plot.data_labels.font.size = XL_LABEL_POSITION.OUTSIDE_END, Pt(12)
    plot.data_labels.number_format, plot.data_labels.number_format_is_linked = "#,##0.##", False
    if unit:
        deck.text(unit, name=_("Beside the chart %(number)s"))


@_write.register(model.MapDrawing)
@_write.register(model.TimePlan)
def _drawing(block: model.MapDrawing | model.TimePlan, deck: _Deck) -> None:
    deck.picture(drawing.draw_png(block, _PICTURE_MM), block.alt)


# Drawn narrower than the slide, its letters are larger on it.
_PICTURE_MM = 200.0


@_write.register
def _tree(block: model.TreeDrawing, deck: _Deck) -> None:
    page = _PICTURE_MM * (BOTTOM_MM - TOP_MM) / ROOM_MM
    for part, alt in trees.on_pages(block, width=_PICTURE_MM, page=page):
        deck.picture(drawing.draw_png(part, _PICTURE_MM), alt)


@_write.register
def _columns(block: model.Columns, deck: _Deck) -> None:
    deck.write((*block.left, *block.right))
