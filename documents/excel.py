"""A document as an Excel workbook: the third writer, for whoever goes on sorting and counting what the PDF says.

The first sheet is read from the top down as the PDF is: title, notices, texts, drawings, and where each table lies.
Each table, and the numbers of each chart, has a sheet of its own with a header row that stays when one scrolls. Numbers
are numbers and days are days; what is protected or missing stands as its word, never as nothing and never as 0. No text
is ever a formula. What people have written is set letter by letter.
"""

from __future__ import annotations

import datetime as dt
import io
import math
import re
import zipfile
from collections.abc import Iterable, Sequence
from functools import singledispatch
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from documents import drawing, model, trees
from documents.defining import with_definitions
from documents.texts import one_line, paragraphs, plain
from documents.word import LANGUAGES, LONGEST_PROPERTY, TONES, ZIP_DATE
from ui.numbers import number_words

if TYPE_CHECKING:
    from openpyxl.workbook import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

# What Excel allows in a cell, in the name of a sheet, in a table's header and in what is printed on every page.
LONGEST_CELL, LONGEST_NAME, _LONGEST_HEAD, _LONGEST_MARGIN = 32_767, 31, 255, 100
_TEXT_WIDTH, _NOTE_WIDTH, _NARROWEST, _WIDEST = 96, 40, 9, 60
_POINTS_A_ROW, _PIXELS_MM = 15.0, 96 / 25.4
_INK, _SUBTLE, _ACCENT, _HEADER = "FF1F2224", "FF54575A", "FF0062BA", "FFEAEBEC"
_DAY = "yyyy-mm-dd"
# Letters that would make a text a formula if somebody opened its cell and pressed Enter.
_BEGINS_A_FORMULA = ("=", "+", "-", "@", "−")
# Behind a number its unit may stand, as in “12,5 %”.
_DECIMALS = re.compile(r"(?<=\d[,.])\d+")
# Excel reads “_x0041_” in a file as the letter A.
_ESCAPE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
_NO_NAME = str.maketrans(dict.fromkeys(r"\/?*[]:", " "))


def write(document: model.Document, *, look: model.Look | None = None) -> bytes:
    """The document as an .xlsx file. Equal documents give equal bytes.

    Of a municipality's own look it has the colour and the line above each page; a picture would lie over the cells.
    """
    document = with_definitions(document)
    book = _Book(document, look)
    book.begin()
    for block in document.blocks:
        _write(block, book)
    return book.file()


class _Book:
    """A workbook that is being written: the first sheet from the top down, and a sheet for each table it comes to."""

    def __init__(self, document: model.Document, look: model.Look | None) -> None:
        # Some 15 MB: only those who make documents pay for it.
        import openpyxl

        self.document = document
        self._accent = f"FF{look.accent[1:].upper()}" if look and look.accent else _ACCENT
        self._head = look.header if look else ""
        self.book: Workbook = openpyxl.Workbook()
        self.text: Worksheet = self.book.active
        self._names = {"history"}
        self.text.title = self._name(_("The document"))
        self._row = 0
        self._drawn = 0
        self._tables = 0
        self._heading = ""
        self._looks: dict[tuple[Any, ...], Any] = {}

    # The first sheet

    def begin(self) -> None:
        said = self.document
        self.text.column_dimensions["A"].width = _TEXT_WIDTH
        self.text.column_dimensions["B"].width = _NOTE_WIDTH
        self.text.sheet_view.showGridLines = False
        if said.eyebrow:
            self.line(said.eyebrow, colour=_SUBTLE)
        self.line(one_line(said.title), style="Title")
        if said.lead:
            self.line(said.lead, size=12.5)
        if said.watermark:
            self.line(said.watermark, is_bold=True, fill=TONES["warning"][0])
        if said.notice:
            _write(model.Notice(said.notice), self)
        if said.footer:
            self.line(said.footer, colour=_SUBTLE)

    def line(
        self,
        text: str,
        *,
        note: str = "",
        style: str = "",
        indent: int = 0,
        link: str = "",
        fill: str = "",
        colour: str = _INK,
        size: float = 11,
        is_bold: bool = False,
    ) -> None:
        """A row of the first sheet; a text that is longer than a cell can hold goes on in the next."""
        from openpyxl.worksheet.hyperlink import Hyperlink

        for place, piece in enumerate(_pieces(plain(text))):
            self._row += 1
            cell = self.text.cell(self._row, 1)
            if style:
                cell.style = style
            else:
                cell.font = self._font(size=size, color=colour, bold=is_bold, underline="single" if link else None)
            if fill:
                cell.fill = self._fill(fill)
            cell.alignment = self._alignment(wrap_text=True, vertical="top", indent=indent)
            # Last: a style would take away that it is a text.
            _set_text(cell, piece)
            if link and not place:
                where = f"'{link.replace(chr(39), chr(39) * 2)}'!A1"
                cell.hyperlink = Hyperlink(ref=cell.coordinate, location=where)
            if note and not place:
                beside = self.text.cell(self._row, 2)
                _set_text(beside, plain(note)[: LONGEST_CELL // 2])
                beside.font = self._font(size=9, color=_SUBTLE)
                beside.alignment = self._alignment(wrap_text=True, vertical="top")

    def space(self) -> None:
        self._row += 1

    def heading(self, text: str, level: int) -> None:
        self._heading = one_line(text)
        self.space()
        self.line(self._heading, style=f"Headline {level - 1}")

    def picture(self, png: bytes, alt: str, width_mm: float) -> None:
        """A drawing, with its words both for whoever hears it read and in the row above it."""
        from openpyxl.drawing.image import Image
        from openpyxl.drawing.spreadsheet_drawing import AnchorMarker, OneCellAnchor, SpreadsheetDrawing
        from openpyxl.drawing.xdr import XDRPositiveSize2D
        from openpyxl.utils.units import pixels_to_EMU

        self.line(alt, colour=_SUBTLE)
        image = Image(io.BytesIO(png))
        width = round(width_mm * _PIXELS_MM)
        height = round(width * image.height / image.width)
        self._drawn += 1
        frame = SpreadsheetDrawing()._picture_frame(self._drawn)
        about = frame.nvPicPr.cNvPr
        about.name, about.descr = _("Drawing %(number)s") % {"number": self._drawn}, one_line(alt)
        anchor = OneCellAnchor(
            _from=AnchorMarker(col=0, row=self._row), ext=XDRPositiveSize2D(pixels_to_EMU(width), pixels_to_EMU(height))
        )
        anchor.pic = frame
        image.width, image.height, image.anchor = width, height, anchor
        self.text.add_image(image)
        # Rows of a height that is said, so that what follows stands below the drawing in every program.
        for _row in range(math.ceil(height * 0.75 / _POINTS_A_ROW) + 1):
            self._row += 1
            self.text.row_dimensions[self._row].height = _POINTS_A_ROW

    # The other sheets

    def table(
        self, columns: Sequence[model.Column], rows: Sequence[Sequence[model.Cell]], *, name: str, note: str = ""
    ) -> None:
        """A sheet with a table, and on the first sheet a line that leads to it."""
        name = one_line(name) if name.strip() else self._heading or _("Table")
        title = self._name(name)
        sheet: Worksheet = self.book.create_sheet(title)
        heads = _heads(columns)
        for at, (column, head) in enumerate(zip(columns, heads, strict=True), start=1):
            cell = sheet.cell(1, at)
            _set_text(cell, head)
            cell.font, cell.fill = self._font(size=11, color=_INK, bold=True), self._fill(_HEADER[2:])
            cell.alignment = self._alignment(
                wrap_text=True, vertical="top", horizontal="right" if column.is_number else None
            )
        is_cut = False
        for down, row in enumerate(rows, start=2):
            for at, (column, one) in enumerate(zip(columns, row, strict=True), start=1):
                is_cut |= self._fill_in(sheet.cell(down, at), one, column)
        last = max(2, len(rows) + 1)
        if columns:
            self._make_table(sheet, heads, last)
            sheet.freeze_panes = "A2"
            sheet.print_title_rows = "1:1"
        for at, width in enumerate(_widths(columns, rows), start=1):
            sheet.column_dimensions[_letter(at)].width = width
        below = [note, self.document.notice]
        if is_cut:
            below.append(_("A cell holds no more than its beginning. The whole text stands in the PDF and Word files."))
        for said in filter(None, below):
            last += 2
            cell = sheet.cell(last, 1)
            _set_text(cell, plain(said)[: LONGEST_CELL // 2])
            cell.font = self._font(size=9, color=_SUBTLE)
        self._set_up_page(sheet, is_wide=True)
        self.line(
            _("Table: %(name)s. It lies on the sheet “%(sheet)s”.") % {"name": name, "sheet": title},
            link=title,
            colour=self._accent,
        )
        if note:
            self.line(note, colour=_SUBTLE, size=9)

    def _make_table(self, sheet: Worksheet, heads: Sequence[str], last: int) -> None:
        """What screen readers and filters know as a table, with its first row as headers."""
        from openpyxl.worksheet.table import Table, TableStyleInfo

        self._tables += 1
        table = Table(displayName=f"Table{self._tables}", ref=f"A1:{_letter(len(heads))}{last}")
        table._initialise_columns()
        for column, head in zip(table.tableColumns, heads, strict=True):
            column.name = _ESCAPE.sub("_x005F_", head)
        table.tableStyleInfo = TableStyleInfo(name="TableStyleLight1", showRowStripes=False)
        sheet.add_table(table)

    def _fill_in(self, cell: Any, one: model.Cell, column: model.Column) -> bool:
        """Write a cell; whether its text had to be cut."""
        is_quiet = one.kind in {"protected", "missing"}
        is_cut = False
        value = one.value
        if isinstance(value, dt.date) and value.year >= 1900:
            cell.value, cell.number_format = value, _DAY
        elif isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value):
            cell.value, cell.number_format = value, _number_format(value, one.text)
        else:
            text = plain(one.text)
            is_cut = _length(text) > LONGEST_CELL
            _set_text(cell, _pieces(text)[0] + "…" if is_cut else text)
        cell.alignment = self._alignment(
            wrap_text=True, vertical="top", horizontal="right" if column.is_number else "left"
        )
        if is_quiet:
            cell.font = self._font(size=11, color=_SUBTLE, italic=True)
        return is_cut

    def _name(self, wanted: str) -> str:
        """A name for a sheet that Excel takes and no other sheet has."""
        cleaned = " ".join(one_line(wanted).translate(_NO_NAME).split()).strip("'") or _("Table")
        number = 1
        while True:
            ending = f" {number}" if number > 1 else ""
            name = cleaned
            while _length(name + ending) > LONGEST_NAME:
                name = name[:-1]
            name = (name.strip(" '") or "T") + ending
            if name.casefold() not in self._names:
                self._names.add(name.casefold())
                return name
            number += 1

    # The whole

    def _set_up_page(self, sheet: Worksheet, *, is_wide: bool) -> None:
        sheet.page_setup.paperSize = 9
        sheet.page_setup.orientation = "landscape" if is_wide else "portrait"
        sheet.sheet_properties.pageSetUpPr.fitToPage = True
        sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
        above, below = sheet.oddHeader, sheet.oddFooter
        if said := " · ".join(filter(None, [self.document.watermark, self.document.notice])):
            above.left.text = _margin(said)
        if self._head:
            above.right.text = _margin(self._head)
        if self.document.footer:
            below.left.text = _margin(self.document.footer)
        below.right.text = "&P (&N)"

    def file(self) -> bytes:
        """The file, with nothing in it of when it was packed."""
        from openpyxl.writer.excel import ExcelWriter

        self._set_up_page(self.text, is_wide=False)
        self._set_properties()
        raw, file = io.BytesIO(), io.BytesIO()
        ExcelWriter(self.book, zipfile.ZipFile(raw, "w")).save()
        with zipfile.ZipFile(raw) as before, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as after:
            for name in before.namelist():
                info = zipfile.ZipInfo(name, ZIP_DATE)
                info.compress_type = zipfile.ZIP_DEFLATED
                after.writestr(info, before.read(name))
        return file.getvalue()

    def _set_properties(self) -> None:
        said, about = self.document, self.book.properties
        made_at = said.made_at.replace(microsecond=0)
        if made_at.tzinfo is not None:
            made_at = made_at.astimezone(dt.UTC).replace(tzinfo=None)
        about.title = one_line(said.title)[:LONGEST_PROPERTY]
        about.creator = about.lastModifiedBy = plain(said.author)[:LONGEST_PROPERTY]
        about.subject = plain(said.eyebrow)[:LONGEST_PROPERTY]
        about.language = LANGUAGES.get(said.language, said.language)
        about.created = about.modified = made_at

    # Looks are shared: a workbook with thousands of cells has a handful of them.

    def _font(self, **how: Any) -> Any:
        from openpyxl.styles import Font

        return self._look(Font, name="Calibri", **how)

    def _fill(self, colour: str) -> Any:
        from openpyxl.styles import PatternFill

        return self._look(PatternFill, fill_type="solid", start_color=f"FF{colour}", end_color=f"FF{colour}")

    def _alignment(self, **how: Any) -> Any:
        from openpyxl.styles import Alignment

        return self._look(Alignment, **how)

    def _look(self, kind: Any, **how: Any) -> Any:
        key = (kind, *sorted(how.items(), key=lambda pair: pair[0]))
        if key not in self._looks:
            self._looks[key] = kind(**how)
        return self._looks[key]


def _set_text(cell: Any, text: str) -> None:
    """A text and nothing else: never a formula, an error or a number, whatever it begins with."""
    cell.value = _ESCAPE.sub("_x005F_", text) or None
    if cell.value is not None:
        cell.data_type = "s"
        cell.quotePrefix = text.lstrip().startswith(_BEGINS_A_FORMULA)


def _length(text: str) -> int:
    """As Excel counts: letters outside the first 65,536 are two."""
    return len(text.encode("utf-16-le")) // 2


def _pieces(text: str) -> list[str]:
    """The text in parts that a cell can hold, also after what had to be escaped; at least one."""
    if _length(text) <= LONGEST_CELL // 4:
        return [text]
    most = LONGEST_CELL // 8
    return [text[at : at + most] for at in range(0, len(text), most)]


def _heads(columns: Sequence[model.Column]) -> list[str]:
    """The columns' names, each once and none empty, as a table has to have them."""
    heads: list[str] = []
    taken: set[str] = set()
    for column in columns:
        name = one_line(column.label)
        name = name if _length(name) <= _LONGEST_HEAD // 2 else name[: _LONGEST_HEAD // 8] + "…"
        head, number = name, 1
        while head.casefold() in taken:
            number += 1
            head = f"{name} {number}"
        taken.add(head.casefold())
        heads.append(head)
    return heads


def _number_format(value: float, text: str) -> str:
    if value == int(value):
        return "#,##0"
    decimals = max(map(len, _DECIMALS.findall(text)), default=1)
    return "#,##0." + "0" * max(1, min(decimals, 6))


def _margin(text: str) -> str:
    """What stands on every page that is printed, where an & begins a code."""
    text = one_line(text)
    text = text if len(text) <= _LONGEST_MARGIN else text[: _LONGEST_MARGIN - 1] + "…"
    # A number at the beginning would be read as the size of the letters.
    return ("\u2060" if text[0].isdigit() else "") + text.replace("&", "&&")


def _letter(column: int) -> str:
    from openpyxl.utils import get_column_letter

    return get_column_letter(column)


def _widths(columns: Sequence[model.Column], rows: Sequence[Sequence[model.Cell]]) -> Iterable[float]:
    """Wide enough for its longest line, within bounds: longer texts are wrapped."""
    for at, column in enumerate(columns):
        lines = [line for row in rows for line in plain(row[at].text).split("\n")]
        header = max(map(len, column.label.split()), default=0) + 4
        yield min(_WIDEST, max(_NARROWEST, header, max(map(len, lines), default=0) + 2))


# Blocks


@singledispatch
def _write(block: Any, book: _Book) -> None:
    raise TypeError(f"A workbook has no place for {type(block).__name__}.")


@_write.register
def _heading(block: model.Heading, book: _Book) -> None:
    book.heading(block.text, block.level)


@_write.register
def _text(block: model.Text, book: _Book) -> None:
    sizes = {"body": 11, "lead": 12.5, "small": 9}
    for paragraph in paragraphs(block.text):
        book.line(paragraph, size=sizes[block.size], colour=_SUBTLE if block.size == "small" else _INK)


@_write.register
def _points(block: model.Points, book: _Book) -> None:
    for point in block.points:
        book.line(f"• {point}", size=9 if block.size == "small" else 11)


@_write.register
def _nested(block: model.NestedList, book: _Book) -> None:
    for level, text, note in block.lines():
        book.line(text, indent=level, note=note)


@_write.register
def _notice(block: model.Notice, book: _Book) -> None:
    fill, _edge = TONES[block.tone]
    if block.title:
        book.line(block.title, fill=fill, is_bold=True)
    for paragraph in paragraphs(block.text):
        book.line(paragraph, fill=fill)


@_write.register
def _facts(block: model.Facts, book: _Book) -> None:
    if not block.facts:
        return
    columns = [model.Column(_("What")), model.Column(_("Value"), True)]
    more = [("judgement", _("Judgement")), ("note", _("Remark"))]
    more = [(name, label) for name, label in more if any(getattr(fact, name) for fact in block.facts)]
    columns += [model.Column(label) for _name, label in more]
    rows = [
        [model.Cell(fact.label), fact.value, *(model.Cell(getattr(fact, name)) for name, _label in more)]
        for fact in block.facts
    ]
    book.table(columns, rows, name=_("The most important figures"))


@_write.register
def _table(block: model.Table, book: _Book) -> None:
    book.table(block.columns, block.rows, name=block.caption, note=block.note)


@_write.register
def _grid(block: model.GridChart, book: _Book) -> None:
    columns = [model.Column(block.corner), *(model.Column(column, True) for column in block.columns)]
    rows = [[model.Cell(label), *map(_counted, values)] for label, values in zip(block.rows, block.values, strict=True)]
    book.table(columns, rows, name=block.caption)


def _counted(value: model.Value) -> model.Cell:
    if value is None or value == model.PROTECTED:
        return model.counted(None, value or "missing")
    return model.counted(float(value))


@_write.register
def _chart(block: model.LineChart, book: _Book) -> None:
    """The drawing, and what it is drawn from as a table."""
    book.picture(drawing.draw_png(block), block.alt, drawing.WHOLE_MM)
    told = numbers_of(block)
    book.table(told.columns, told.rows, name=told.caption, note=told.note)


def numbers_of(block: model.LineChart) -> model.Table:
    """What a chart is drawn from, as a table."""
    bounds = (_("%(range)s, from"), _("%(range)s, to")) if block.range_name else ()
    columns = (
        model.Column(_("Period from")),
        model.Column(block.observed_name, True),
        *(model.Column(bound % {"range": block.range_name}, True) for bound in bounds),
        *(model.Column(line.name, True) for line in block.lines),
        *(model.Column(f"{shares.name}, %", True) for shares in block.strip),
    )
    rows = tuple(
        (
            model.dated(day),
            _counted(block.observed[at]),
            *((_counted(block.lower[at]), _counted(block.upper[at])) if bounds else ()),
            *(model.counted(line.values[at]) for line in block.lines),
            *(_share(shares.values[at]) for shares in block.strip),
        )
        for at, day in enumerate(block.days)
    )
    note = _("The last period still runs and will have more.") if block.last_is_running else ""
    return model.Table(_("%(what)s by period") % {"what": block.observed_name}, columns, rows, note)


def _share(value: float | None) -> model.Cell:
    """A part of a whole in percent."""
    if value is None:
        return model.counted(None)
    return model.Cell(number_words(100 * value, 0), "number", round(100 * value))


@_write.register(model.BarChart)
@_write.register(model.MapDrawing)
@_write.register(model.TimePlan)
def _drawing(block: model.BarChart | model.MapDrawing | model.TimePlan, book: _Book) -> None:
    book.picture(drawing.draw_png(block), block.alt, drawing.WHOLE_MM)


@_write.register
def _tree(block: model.TreeDrawing, book: _Book) -> None:
    for part, alt in trees.on_pages(block):
        book.picture(drawing.draw_png(part), alt, drawing.WHOLE_MM)


@_write.register
def _columns(block: model.Columns, book: _Book) -> None:
    for inner in (*block.left, *block.right):
        _write(inner, book)
