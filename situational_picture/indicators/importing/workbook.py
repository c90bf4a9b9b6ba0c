"""Brå's workbook “Indikatorer för kommuners lägesbild”, by the layout that is described of it.

Not tried on Brå's own file, which cannot be fetched from here: what the reader takes for granted stands in
docs/how-to/indicator-files.md. A sheet that looks otherwise is refused by its name, and the others are read.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import openpyxl
from django.utils.translation import gettext as _

from analysis.change import count_interval
from incidents.importing.reading import UnreadableFile, kind_of_file, quoted
from situational_picture.indicators.importing.hostile import check_no_macros
from situational_picture.indicators.importing.series import (
    SUPPRESSED,
    ZERO,
    ReadFile,
    ReadValue,
    Series,
    Unread,
    number_in,
    period_in,
    suppressed,
)
from situational_picture.indicators.rules import Figures
from situational_picture.models import Indicator

MOST_SHEETS = 60
MOST_ROWS = 2_000
MOST_COLUMNS = 120
MOST_CELLS = 400_000

COUNT, RATE = "antal", "antal per 100 000"
# Sheets of the national survey hold one column, or one row, a question.
_SURVEY_SHEETS = ("utsatthet", "otrygghet", "oro", "problem i bostadsområdet")
_PERIOD_HEADINGS = {"år", "period", "mätperiod", "mätår", "årtal"}
_TOPIC_HEADINGS = {"brott", "brottstyp", "fråga", "indikator", "typ"}
_REGION = "region"


@dataclass(frozen=True)
class _Cell:
    """What stands in a cell: text, and whether it is shown as percent or computed."""

    text: str
    is_percent: bool = False
    is_formula: bool = False


@dataclass(frozen=True)
class _Column:
    """What a column of numbers holds: which measure, of which period (or the row says which)."""

    measure: str
    period: tuple[dt.date, dt.date] | None = None


def read_workbook(path: Path) -> ReadFile:
    """Every number of every sheet that has the layout; the rest is refused with its sheet and cell."""
    if kind_of_file(path) != "xlsx":
        raise UnreadableFile(_("Brå's workbook is an Excel file (.xlsx). Choose the file as it was fetched."))
    check_no_macros(path)
    found = ReadFile()
    file = path.open("rb")
    try:
        workbook = openpyxl.load_workbook(file, read_only=True, data_only=False, keep_links=False)
        sheets = workbook.worksheets
        if len(sheets) > MOST_SHEETS:
            raise UnreadableFile(
                _("The workbook has more than %(limit)s sheets, which Brå's has not.") % {"limit": MOST_SHEETS}
            )
        held = 0
        for sheet in sheets:
            rows = list(_rows_of(sheet))
            held += sum(len(row) for row in rows)
            if held > MOST_CELLS:
                raise UnreadableFile(_too_large())
            _read_sheet(found, str(sheet.title), rows)
    except UnreadableFile:
        raise
    except Exception:  # openpyxl raises whatever its parser met
        raise UnreadableFile(_("The file is damaged and cannot be opened. Save it again and try once more.")) from None
    finally:
        file.close()
    if not found.values:
        raise UnreadableFile(
            _("No sheet has the layout of Brå's workbook: regions in the first column, headings in the second row.")
        )
    return found


def _too_large() -> str:
    return _("The workbook is larger than Brå's ever is. Choose the file as it was fetched.")


def _rows_of(sheet: Any) -> Iterator[list[_Cell]]:
    # What the file says of its own size is not to be trusted.
    sheet.reset_dimensions()
    for number, cells in enumerate(sheet.iter_rows(max_col=MOST_COLUMNS + 1), start=1):
        row = [_cell_of(cell) for cell in cells]
        while row and not (row[-1].text or row[-1].is_formula):
            row.pop()
        if number > MOST_ROWS or len(row) > MOST_COLUMNS:
            raise UnreadableFile(_too_large())
        yield row


def _cell_of(cell: Any) -> _Cell:
    value = getattr(cell, "value", None)
    if value is None:
        return _Cell("")
    if cell.data_type == "f":
        return _Cell("", is_formula=True)
    is_percent = isinstance(value, int | float) and "%" in str(getattr(cell, "number_format", "") or "")
    if isinstance(value, float) and value.is_integer():
        return _Cell(str(int(value)), is_percent)
    return _Cell(f"{value:.12f}".rstrip("0") if isinstance(value, float) else str(value)[:500].strip(), is_percent)


# --- A sheet ----------------------------------------------------------------------------------------------------------


def _read_sheet(found: ReadFile, title: str, rows: Sequence[Sequence[_Cell]]) -> None:
    # Row 1 is a title of its own.
    head = next((number for number in (1, 2) if number < len(rows) and _is_head(rows[number])), None)
    if head is None:
        if any(cell.text for row in rows for cell in row[1:]):
            found.notes.append(
                _("The sheet %(sheet)s was not read: no heading “Region” in its second or third row.")
                % {"sheet": quoted(title)}
            )
        return
    above = [cell.text for cell in rows[head - 1]] if head == 2 else []
    period_at, topic_at, columns = _columns_of([cell.text for cell in rows[head]], above)
    if not columns or (period_at is None and any(column.period is None for column in columns.values())):
        found.notes.append(
            _("The sheet %(sheet)s was not read: its columns name no periods.") % {"sheet": quoted(title)}
        )
        return
    for number, row in enumerate(rows[head + 1 :], start=head + 2):
        if row and row[0].text:
            _read_row(found, title, number, row, period_at, topic_at, columns)


def _is_head(row: Sequence[_Cell]) -> bool:
    return bool(row) and row[0].text.casefold() == _REGION


def _columns_of(headings: Sequence[str], above: Sequence[str]) -> tuple[int | None, int | None, dict[int, _Column]]:
    """Where the row says its period and its topic, and what each column of numbers holds."""
    period_at = topic_at = None
    columns: dict[int, _Column] = {}
    group = ""
    for at, heading in enumerate(headings):
        # A heading over several columns stands above the first of them.
        if at < len(above) and above[at]:
            group = above[at]
        word = " ".join(heading.split())
        if at == 0 or not word:
            continue
        if word.casefold() in _PERIOD_HEADINGS:
            period_at = at
        elif word.casefold() in _TOPIC_HEADINGS:
            topic_at = at
        elif (period := period_in(word)) is not None:
            columns[at] = _Column(group, period)
        elif match := re.fullmatch(r"(.*?)[ ,]+(\d{4}(?:\s?/\s?\d{4})?)", word):
            columns[at] = _Column(match[1].strip(" ,"), period_in(match[2]))
        else:
            columns[at] = _Column(word)
    return period_at, topic_at, columns


def _read_row(
    found: ReadFile,
    title: str,
    number: int,
    row: Sequence[_Cell],
    period_at: int | None,
    topic_at: int | None,
    columns: dict[int, _Column],
) -> None:
    where = _("sheet %(sheet)s, row %(row)s") % {"sheet": quoted(title), "row": number}
    said_period = row[period_at].text if period_at is not None and period_at < len(row) else ""
    period = period_in(said_period) if period_at is not None else None
    if period_at is not None and period is None:
        # A line of text below the table is no row of it.
        if any(cell.text or cell.is_formula for cell in row[1:]):
            found.refuse(where, _("%(text)s is no period.") % {"text": quoted(said_period[:40])})
        return
    topic = row[topic_at].text if topic_at is not None and topic_at < len(row) else ""
    counts = _counts_of(row, columns, period)
    for at, column in columns.items():
        cell = row[at] if at < len(row) else _Cell("")
        days = column.period or period
        if days is None or not (cell.text or cell.is_formula):
            continue
        try:
            if cell.is_formula:
                raise Unread(_("A cell holds a formula. Only numbers are read: choose the file as it was fetched."))
            series = _series_of(title, row[0].text, topic, column.measure)
            figures = _figures_of(cell, series, days, counts.get(days))
        except Unread as no:
            found.refuse(where, str(no))
        else:
            found.values.append(ReadValue(where, series, figures))


def _is_count(measure: str) -> bool:
    return " ".join(measure.split()).casefold() == COUNT


def _is_rate(measure: str) -> bool:
    return re.sub(r"\s", "", measure).casefold().startswith("antalper100000")


def _counts_of(
    row: Sequence[_Cell], columns: dict[int, _Column], period: tuple[dt.date, dt.date] | None
) -> dict[tuple[dt.date, dt.date], float]:
    """The row's counts by period: what tells how sure its rates are."""
    counts = {}
    for at, column in columns.items():
        days = column.period or period
        if days is None or not _is_count(column.measure) or at >= len(row) or row[at].is_formula:
            continue
        try:
            number = number_in(row[at].text)
        except Unread:
            continue
        if number is not None and number.is_integer() and number >= 0:
            counts[days] = number
    return counts


def _figures_of(cell: _Cell, series: Series, days: tuple[dt.date, dt.date], count: float | None) -> Figures:
    first, last = days
    if cell.text in SUPPRESSED:
        return suppressed(first, last)
    number = number_in(cell.text)
    if number is None:
        raise Unread(_("%(text)s is no number.") % {"text": quoted(cell.text[:40])})
    if number < 0 and cell.text not in ZERO:
        raise Unread(_("%(text)s is below zero.") % {"text": quoted(cell.text[:40])})
    if cell.is_percent:
        number *= 100
    if series.unit == "procent":
        if number > 100:
            raise Unread(_("%(text)s is more than 100 percent.") % {"text": quoted(cell.text[:40])})
        # The workbook does not say how many answered, so nobody can tell how sure the share is.
        return Figures(first, last, number)
    if series.unit == "antal" and not number.is_integer():
        raise Unread(_("%(text)s is no whole number.") % {"text": quoted(cell.text[:40])})
    if count is None or not (series.unit == "antal" or (count > 0) == (number > 0)):
        return Figures(first, last, number)
    low, high = (float(limit) for limit in count_interval(count))
    scale = 1.0 if series.unit == "antal" else (number / count if count else 0.0)
    if not scale:
        return Figures(first, last, number)
    return Figures(
        first, last, number, n=int(count) or None, ci_low=min(low * scale, number), ci_high=max(high * scale, number)
    )


def _series_of(title: str, region: str, topic: str, measure: str) -> Series:
    subject = re.sub(r"^\d+[.\s]*", "", " ".join(title.split())).strip() or title
    name = " ".join(region.split())
    level = level_of(name)
    common: dict[str, Any] = {"kind": Indicator.Kind.IMPORTED, "level": level, "region": name[:100]}
    if _is_count(measure) or _is_rate(measure):
        unit = "antal" if _is_count(measure) else "per 100 000 invånare"
        subject = f"{subject}: {topic}" if topic else subject
        return Series(name=subject[:200], source="Brå, anmälda brott", unit=unit, **common)
    if not subject.casefold().startswith(_SURVEY_SHEETS):
        raise Unread(_("The measure %(measure)s is not known on this sheet.") % {"measure": quoted(measure[:60])})
    question = ": ".join(part for part in (topic, measure) if part and part.casefold() not in {"andel", "procent"})
    return Series(
        name=(f"{subject}: {question}" if question else subject)[:200], source="Brå, NTU", unit="procent", **common
    )


def level_of(region: str) -> str:
    """The level a region's name tells: riket, a county, or else a municipality."""
    word = region.casefold()
    if word in {"riket", "hela riket", "hela landet", "sverige"}:
        return Indicator.Level.COUNTRY
    if word.endswith(" län"):
        return Indicator.Level.COUNTY
    return Indicator.Level.MUNICIPALITY
