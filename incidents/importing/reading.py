"""Open a file of rows: tell what it is, refuse in words what cannot be one, and give its rows chunk by chunk.

Nothing here knows what the columns mean. Every row of the file comes out exactly once: as a row of a chunk, or as a
refusal with its line.
"""

from __future__ import annotations

import codecs
import csv
import datetime as dt
import io
import zipfile
from collections import deque
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from django.conf import settings
from django.template.defaultfilters import filesizeformat
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from openpyxl.cell.read_only import EmptyCell
from openpyxl.utils.datetime import WINDOWS_EPOCH

from common.errors import NotPossible

# What is held at once: so many rows, cells and characters at most, so that a worker keeps within its 500 MB.
ROWS_IN_CHUNK = 20_000
CELLS_IN_CHUNK = 400_000
CHARACTERS_IN_CHUNK = 32 * 1024 * 1024
MAX_ROWS = 5_000_000
MOST_SHEETS = 50
MAX_COLUMNS = 500
MAX_LINE = 16 * 1024 * 1024  # characters; a million headings still fit, so that they can be counted
MAX_UNPACKED_BYTES = 500 * 1024 * 1024
MAX_SHARED_TEXTS_BYTES = 100 * 1024 * 1024  # openpyxl holds this part in memory
MAX_PACKING_RATIO = 150  # ordinary sheets pack 5–40 times
SMALL_ENOUGH_BYTES = 20 * 1024 * 1024
MAX_CELL = 32_767  # characters; Excel's own limit

_DELIMITERS = ";,\t|"
_SAMPLE_LINES = 20
LONGEST_SAMPLE = 100_000
# A title, a date of printing and the like, above the headings.
MOST_TITLES = 10


class UnreadableFile(NotPossible):
    """The whole file is refused; the sentence says what it is and what to do."""


@dataclass
class Chunk:
    """Some rows of a file as they stand there. Cells are text (numbers, where the file keeps numbers); none is NaN."""

    lines: np.ndarray
    frame: pd.DataFrame
    # Rows that could not be taken apart: line and sentence.
    refused: list[tuple[int, str]] = field(default_factory=list)
    share_read: float = 0.0

    @property
    def rows(self) -> int:
        return len(self.lines) + len(self.refused)


@dataclass
class Table:
    """A file that could be opened: its headings, and its rows when somebody asks."""

    kind: str
    columns: list[str]
    chunks: Generator[Chunk]
    close_file: Callable[[], object] = bool
    # What whoever sent the file should know before its rows are read.
    notes: list[str] = field(default_factory=list)
    # The day a spreadsheet counts its days from: a date in a cell without a date's format is that many days later.
    day_zero: dt.datetime = WINDOWS_EPOCH

    def close(self) -> None:
        """Let go of the file, whether or not its rows were read."""
        self.chunks.close()
        self.close_file()


def quoted(text: object) -> str:
    """A word of the file within the quotation marks of the reader's language."""
    return _("“%(text)s”") % {"text": text}


def open_table(path: Path, *, kinds: tuple[str, ...], rows_in_chunk: int = 0) -> Table:
    """Open the file as one of `kinds` (csv, xlsx, parquet), or say in words why it cannot be one."""
    kind = kind_of_file(path)
    if kind not in kinds:
        raise UnreadableFile(_wrong_kind(kinds))
    open_kind = {"csv": _open_csv, "xlsx": _open_xlsx, "parquet": _open_parquet}[kind]
    table = open_kind(path, rows_in_chunk or ROWS_IN_CHUNK)
    if len(table.columns) > MAX_COLUMNS:
        table.close()
        raise UnreadableFile(
            _("The file has more than %(limit)s columns. Keep those that are needed, and delete the others.")
            % {"limit": MAX_COLUMNS}
        )
    return table


def kind_of_file(path: Path) -> str:
    """What a file of rows is: csv, xlsx or parquet. One that is too large, or none of them, is refused."""
    _check_size(path)
    return _kind_of(path)


def _no_chunks() -> Generator[Chunk]:
    """The rows of a file that will not be read."""
    yield from ()


def _check_size(path: Path) -> None:
    size = path.stat().st_size
    if size == 0:
        raise UnreadableFile(_("The file is empty."))
    if size > settings.IMPORT_MAX_BYTES:
        raise UnreadableFile(too_large(size))


def too_large(size: int) -> str:
    """What to say of a file that is too large to be taken in."""
    return _("The file is %(size)s; the limit is %(limit)s. Divide it, for example by year.") % {
        "size": filesizeformat(size),
        "limit": filesizeformat(settings.IMPORT_MAX_BYTES),
    }


def _wrong_kind(kinds: tuple[str, ...]) -> str:
    names = {"csv": "CSV", "xlsx": "Excel (.xlsx)", "parquet": "Parquet"}
    wanted = _(" or ").join(names[kind] for kind in kinds)
    return _("The file is of another kind than this profile reads. Save it as %(kinds)s.") % {"kinds": wanted}


# By their first bytes. The last piece says what to do.
_OTHER_KINDS = [
    (b"\xd0\xcf\x11\xe0", "old_excel"),
    (b"%PDF", "picture"),
    (b"\x89PNG", "picture"),
    (b"\xff\xd8\xff", "picture"),
    (b"GIF8", "picture"),
    (b"\x1f\x8b", "packed"),
    (b"7z\xbc\xaf", "packed"),
    (b"Rar!", "packed"),
    (b"BZh", "packed"),
    (b"\xfd7zXZ", "packed"),
    (b"\x28\xb5\x2f\xfd", "packed"),
    (b"SQLite format 3", "database"),
    (b"\x7fELF", "program"),
    (b"MZ", "program"),
]


def _kind_of(path: Path) -> str:
    with path.open("rb") as file:
        start = file.read(4096)
    if start.startswith(b"PAR1"):
        return "parquet"
    if start.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _kind_of_zip(path)
    for first, other in _OTHER_KINDS:
        if start.startswith(first):
            # “MZ” may also begin a heading; a program has bytes that no text has.
            if other == "program" and b"\x00" not in start:
                continue
            raise UnreadableFile(_other_kind(other))
    text = start.lstrip(b"\xef\xbb\xbf \t\r\n")
    if text.startswith((b"{", b"[")):
        raise UnreadableFile(_("The file is JSON, not a table. Save it as CSV."))
    if text[:200].lower().startswith((b"<?xml", b"<!doctype", b"<html", b"<kml", b"<gpx")):
        raise UnreadableFile(_("The file is a web page or XML, not a table. Save it as CSV."))
    return "csv"


def _other_kind(other: str) -> str:
    return {
        "old_excel": _("The file is an old or password-protected Excel file. Save it as .xlsx without a password."),
        "picture": _("The file is a document or a picture, not a table. Save the table as CSV or Excel (.xlsx)."),
        "packed": _("The file is packed. Unpack it and choose the file inside."),
        "other_sheet": _("The file comes from another spreadsheet program. Save it as Excel (.xlsx) or CSV."),
        "database": _("The file is a database. Export the table as CSV."),
        "program": _("The file is a program. Only tables can be imported."),
    }[other]


def _kind_of_zip(path: Path) -> str:
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        raise UnreadableFile(_("The file is damaged and cannot be opened. Save it again and try once more.")) from None
    names = {part.filename for part in parts}
    if "xl/workbook.xml" not in names:
        # OpenDocument, Excel's binary format and Numbers; and Word or a presentation.
        is_sheet = names & {"content.xml", "xl/workbook.bin", "Index/Document.iwa"}
        is_text = names & {"word/document.xml", "ppt/presentation.xml"}
        raise UnreadableFile(_other_kind("other_sheet" if is_sheet else "picture" if is_text else "packed"))
    unpacked = sum(part.file_size for part in parts)
    packed = max(1, sum(part.compress_size for part in parts))
    shared = sum(part.file_size for part in parts if part.filename.lower().endswith("sharedstrings.xml"))
    if (
        unpacked > MAX_UNPACKED_BYTES
        or shared > MAX_SHARED_TEXTS_BYTES
        or len(parts) > 10_000
        or len(names) < len(parts)
        or (unpacked > SMALL_ENOUGH_BYTES and unpacked / packed > MAX_PACKING_RATIO)
    ):
        raise UnreadableFile(
            _("The Excel file unpacks to %(size)s, which is more than can be read safely. Save it as CSV.")
            % {"size": filesizeformat(unpacked)}
        )
    return "xlsx"


def named_columns(cells: list[str]) -> list[str]:
    """Headings as they can be told apart: trimmed, an empty one gets its number, a repeated one a number behind it."""
    names: list[str] = []
    for number, cell in enumerate(cells, start=1):
        name = " ".join(str(cell).replace("\x00", "").split())[:100] or _("column %(number)s") % {"number": number}
        wanted, again = name, 1
        while wanted in names:
            again += 1
            wanted = f"{name} ({again})"
        names.append(wanted)
    return names


def first_values(table: Table) -> dict[str, str]:
    """For each heading the first thing that stands below it in the first chunk. Takes the chunk from the table."""
    chunk = next(table.chunks, None)
    if chunk is None:
        return {}
    found = {name: (str(cell).strip() for cell in chunk.frame[name]) for name in chunk.frame.columns}
    return {name: value for name, cells in found.items() if (value := next(filter(None, cells), ""))}


# CSV


def _encoding_of(path: Path) -> str:
    """utf-8-sig, utf-16 or cp1252: a byte order mark decides, then zero bytes, then whether it all reads as UTF-8."""
    with path.open("rb") as file:
        start = file.read(4096)
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if len(start) >= 4 and start.count(0) > len(start) // 3:
        even, odd = start[0::2].count(0), start[1::2].count(0)
        if even == 0 or odd == 0:
            return "utf-16-le" if even == 0 else "utf-16-be"
        raise UnreadableFile(_("The file is not text. Save the table as CSV or Excel (.xlsx)."))
    for encoding in ("utf-8", "cp1252"):
        if _reads_as(path, encoding):
            return "utf-8-sig" if encoding == "utf-8" else encoding
    raise UnreadableFile(_("The letters of the file cannot be told. Save it as CSV with the encoding UTF-8."))


def _reads_as(path: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    with path.open("rb") as file:
        try:
            while piece := file.read(1 << 20):
                decoder.decode(piece)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return False
    return True


class _Lines:
    """The physical lines of a text, numbered, with a way back when a quote was opened and never closed."""

    def __init__(self, text: Any) -> None:
        self._text = text
        self._waiting: deque[str] = deque()
        self.taken: list[str] = []
        self.number = 0

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        if self._waiting:
            line = self._waiting.popleft()
        else:
            try:
                line = self._text.readline(MAX_LINE + 1)
            except UnicodeDecodeError:
                raise UnreadableFile(
                    _("The letters of the file cannot be told. Save it as CSV with the encoding UTF-8.")
                ) from None
            if len(line) > MAX_LINE:
                raise UnreadableFile(
                    _("Line %(line)s is so long that the file cannot be a table.") % {"line": self.number + 1}
                )
        if not line:
            raise StopIteration
        self.number += 1
        self.taken.append(line)
        return line

    def go_back_to_second(self) -> None:
        """Give back every line of the latest record except its first."""
        given_back = self.taken[1:]
        self._waiting.extendleft(reversed(given_back))
        self.number -= len(given_back)


def _delimiter_of(sample: list[str]) -> str:
    """The sign that divides the headings, and as many times the lines below them."""

    def score(sign: str) -> tuple[int, int]:
        counts = [len(next(csv.reader([line], delimiter=sign), [])) - 1 for line in sample]
        agreeing = sum(1 for count in counts if count == counts[0])
        return (agreeing if counts[0] else 0, counts[0])

    return max(_DELIMITERS, key=score)


def _titles_above(sample: list[str]) -> int:
    """How many lines stand above the headings: each is alone on its line, and the headings are not."""
    for number, line in enumerate(sample[:MOST_TITLES]):
        if len(line) >= LONGEST_SAMPLE or line.count('"') % 2:
            return 0
        cells = next(csv.reader([line], delimiter=_delimiter_of(_usable(sample[number:]) or [""])), [])
        if is_heading_row(cells):
            return number
    return 0


def is_heading_row(cells: list[str]) -> bool:
    """Whether these may be headings: two or more, and none of them a number or a date."""
    filled = [cell.strip() for cell in cells if cell.strip()]
    return len(filled) >= 2 and not any(cell[0].isdigit() for cell in filled)


def _usable(sample: list[str]) -> list[str]:
    return [line for line in sample if len(line) < LONGEST_SAMPLE and line.strip()]


def _open_csv(path: Path, rows_in_chunk: int) -> Table:
    encoding = _encoding_of(path)
    with path.open(encoding=encoding, newline="") as text:
        lines = _Lines(text)
        first = next(lines, "")
        while first and not first.strip("\ufeff \t\r\n"):
            first = next(lines, "")
        if not first:
            raise UnreadableFile(_("The file is empty."))
        delimiter, skipped = "", lines.number - 1
        if first.strip().lower().startswith("sep=") and len(first.strip()) == 5:
            delimiter, skipped = first.strip()[4], lines.number
            first = next(lines, "")
        sample = [first, *(line for line, _i in zip(lines, range(_SAMPLE_LINES), strict=False))]
    if max(first.count(sign) for sign in _DELIMITERS) > 10 * MAX_COLUMNS:
        # Too many to take apart with care; their number is answer enough.
        columns = named_columns([])
        columns += [str(i) for i in range(max(first.count(sign) for sign in _DELIMITERS) + 1)]
        return Table("csv", columns, _no_chunks())
    if not delimiter:
        titles = _titles_above(sample)
        skipped, sample = skipped + titles, sample[titles:]
        first = sample[0]
        delimiter = _delimiter_of(_usable(sample))
    headings = next(csv.reader([first], delimiter=delimiter), [])
    columns = named_columns(headings)
    return Table("csv", columns, _csv_chunks(path, encoding, delimiter, skipped, columns, rows_in_chunk))


def _csv_chunks(
    path: Path, encoding: str, delimiter: str, skipped: int, columns: list[str], rows_in_chunk: int
) -> Generator[Chunk]:
    size, width, rows_read, held = path.stat().st_size, len(columns), 0, 0
    rows_in_chunk = min(rows_in_chunk, max(1, CELLS_IN_CHUNK // width))
    with path.open("rb") as raw:
        lines = _Lines(io.TextIOWrapper(raw, encoding=encoding, newline=""))
        for _number in range(skipped):
            next(lines)
        reader = csv.reader(lines, delimiter=delimiter, strict=True)
        next(reader)
        numbers: list[int] = []
        rows: list[list[str]] = []
        refused: list[tuple[int, str]] = []
        while True:
            lines.taken.clear()
            start = lines.number + 1
            try:
                row = next(reader)
            except StopIteration:
                break
            except csv.Error:
                is_long = any(len(line) > csv.field_size_limit() for line in lines.taken)
                lines.go_back_to_second()
                refused.append((start, _too_long_a_cell() if is_long else _stray_quote()))
            else:
                if any("\x00" in line for line in lines.taken):
                    refused.append((start, _("The row holds a character that is not text.")))
                elif not any(cell.strip() for cell in row):
                    continue
                elif len(row) == width:
                    numbers.append(start)
                    rows.append(row)
                elif len(row) > width and not any(cell.strip() for cell in row[width:]):
                    numbers.append(start)
                    rows.append(row[:width])
                else:
                    lines.go_back_to_second()
                    refused.append((start, _wrong_width(len(row), width)))
            held += sum(map(len, lines.taken))
            if len(rows) + len(refused) >= rows_in_chunk or held >= CHARACTERS_IN_CHUNK:
                rows_read += len(rows) + len(refused)
                _check_rows(rows_read)
                yield _text_chunk(numbers, rows, columns, refused, raw.tell() / size)
                numbers, rows, refused, held = [], [], [], 0
        if rows or refused:
            yield _text_chunk(numbers, rows, columns, refused, 1.0)


def _wrong_width(cells: int, width: int) -> str:
    counts = {"cells": cells, "width": width}
    if cells < width:
        return _("The row has %(cells)s cells where the headings are %(width)s. Add what is missing.") % counts
    return (
        _(
            "The row has %(cells)s cells where the headings are %(width)s. The sign between the columns may stand "
            "within a cell: save the file as Excel (.xlsx)."
        )
        % counts
    )


def _stray_quote() -> str:
    return _("A quotation mark on the row opens or closes in the wrong place. Take it away, or write it twice.")


def _too_long_a_cell() -> str:
    return _("A cell on the row holds more than %(limit)s characters. Shorten the text, or leave it empty.") % {
        "limit": number_format(csv.field_size_limit(), force_grouping=True)
    }


def _check_rows(rows: int) -> None:
    if rows > MAX_ROWS:
        raise UnreadableFile(
            _("The file has more than %(limit)s rows. Divide it, for example by year.")
            % {"limit": number_format(MAX_ROWS, force_grouping=True)}
        )


def _text_chunk(
    numbers: list[int], rows: list[list[str]], columns: list[str], refused: list[tuple[int, str]], share: float
) -> Chunk:
    by_column = list(zip(*rows, strict=True)) if rows else [()] * len(columns)
    frame = pd.DataFrame(
        {name: pd.array(cells, dtype="str") for name, cells in zip(columns, by_column, strict=True)}, columns=columns
    )
    return Chunk(np.array(numbers, dtype=np.int64), frame, refused, share)


# Excel


def _open_xlsx(path: Path, rows_in_chunk: int) -> Table:
    # openpyxl forgets to close what it could not read, so the file is ours.
    file = path.open("rb")
    try:
        workbook = openpyxl.load_workbook(file, read_only=True, data_only=False, keep_links=False)
        sheets = [sheet for sheet in workbook.worksheets if sheet.sheet_state == "visible"]
        found = [(sheet, *_headings_of(sheet)) for sheet in sheets[:MOST_SHEETS]]
        filled = [(sheet, row, headings) for sheet, row, headings in found if headings]
        if not filled:
            raise UnreadableFile(_("The file is empty."))
        # A cover sheet has a title, but no headings beside each other.
        sheet, heading_row, headings = next((one for one in filled if is_heading_row(one[2])), filled[0])
        others = [other.title for other, _row, _headings in filled if other is not sheet]
        rows = sheet.iter_rows(min_row=heading_row + 1, max_col=MAX_COLUMNS + 1)
    except UnreadableFile:
        file.close()
        raise
    except Exception:  # openpyxl raises whatever its parser met
        file.close()
        raise UnreadableFile(_("The file is damaged and cannot be opened. Save it again and try once more.")) from None
    while not headings[-1].strip():
        headings.pop()
    columns = named_columns(headings)
    chunks = _xlsx_chunks(rows, heading_row, columns, rows_in_chunk)
    notes = [_other_sheets(sheet.title, others)] if others else []
    return Table("xlsx", columns, chunks, file.close, notes, workbook.epoch)


def _headings_of(sheet: Any) -> tuple[int, list[str]]:
    """The row of a sheet's headings and what they say: the first row with something in it, below any titles."""
    # What the file says of its own size is not to be trusted.
    sheet.reset_dimensions()
    first: tuple[int, list[str]] = (0, [])
    for number, cells in enumerate(sheet.iter_rows(max_col=MAX_COLUMNS + 1), start=1):
        texts = [_cell_text(cell) for cell in cells]
        if not any(text.strip() for text in texts):
            continue
        first = first if first[0] else (number, texts)
        if is_heading_row(texts):
            return number, texts
        if number >= first[0] + MOST_TITLES or sum(1 for text in texts if text.strip()) > 1:
            break
    return first


def _other_sheets(sheet: str, others: list[str]) -> str:
    return _(
        "Only the sheet %(sheet)s is read. The file also has: %(others)s. "
        "Send each sheet you need as a file of its own."
    ) % {"sheet": quoted(sheet), "others": ", ".join(map(quoted, others[:10]))}


def _xlsx_chunks(
    sheet_rows: Iterator[Any], heading_row: int, columns: list[str], rows_in_chunk: int
) -> Generator[Chunk]:
    width, rows_read, held = len(columns), 0, 0
    rows_in_chunk = min(rows_in_chunk, max(1, CELLS_IN_CHUNK // width))
    numbers: list[int] = []
    rows: list[list[str]] = []
    refused: list[tuple[int, str]] = []
    number = heading_row
    try:
        for cells in sheet_rows:
            number += 1
            texts = [_cell_text(cell) for cell in cells]
            if not any(text.strip() for text in texts):
                continue
            if any(text.strip() for text in texts[width:]):
                refused.append((number, _wrong_width(len(texts), width)))
            else:
                numbers.append(number)
                rows.append((texts + [""] * width)[:width])
            held += sum(map(len, texts))
            if len(rows) + len(refused) >= rows_in_chunk or held >= CHARACTERS_IN_CHUNK:
                rows_read += len(rows) + len(refused)
                _check_rows(rows_read)
                yield _text_chunk(numbers, rows, columns, refused, min(0.9, rows_read / 1_048_576))
                numbers, rows, refused, held = [], [], [], 0
    except (UnreadableFile, GeneratorExit):
        raise
    except Exception:
        raise UnreadableFile(
            _("The file is damaged at row %(line)s. Save it again and try once more.") % {"line": number}
        ) from None
    if rows or refused:
        yield _text_chunk(numbers, rows, columns, refused, 1.0)


def _cell_text(cell: Any) -> str:
    """A cell as the text it would have in a CSV file. A formula keeps its equals sign, so that it is refused."""
    if isinstance(cell, EmptyCell) or cell.value is None:
        return ""
    value = cell.value
    if cell.data_type == "f":
        text = str(getattr(value, "text", None) or value)
        return text if text.startswith("=") else f"={text}"
    if isinstance(value, dt.datetime):
        return value.isoformat(sep=" ", timespec="seconds") if value.time() != dt.time() else value.date().isoformat()
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value)[:MAX_CELL]


# Parquet


def _open_parquet(path: Path, rows_in_chunk: int) -> Table:
    try:
        file = pq.ParquetFile(path)
        schema, metadata = file.schema_arrow, file.metadata
        if metadata.num_rows == 0:
            raise UnreadableFile(_("The file has headings but no rows."))
        _check_rows(metadata.num_rows)
        if metadata.num_columns > MAX_COLUMNS:
            file.close()
            return Table("parquet", [str(i) for i in range(metadata.num_columns)], _no_chunks())
        # Texts are read as numbers into a list of distinct texts, so that a small file cannot grow without limit.
        texts = [c.name for c in schema if pa.types.is_string(c.type) or pa.types.is_large_string(c.type)]
        file.close()
        file = pq.ParquetFile(path, read_dictionary=texts)
    except (pa.ArrowException, OSError):
        raise UnreadableFile(_("The file is damaged and cannot be opened. Save it again and try once more.")) from None
    return Table("parquet", list(schema.names), _parquet_chunks(file, rows_in_chunk), file.close)


def _parquet_chunks(file: pq.ParquetFile, rows_in_chunk: int) -> Generator[Chunk]:
    first, rows = 1, file.metadata.num_rows
    try:
        with file:
            for batch in file.iter_batches(batch_size=rows_in_chunk):
                for column in batch.columns:
                    if pa.types.is_dictionary(column.type):
                        _check_cells(column.dictionary)
                lines = np.arange(first, first + batch.num_rows, dtype=np.int64)
                first += batch.num_rows
                # A frame that was saved with an index says so in the file; here every column stays a column.
                yield Chunk(lines, batch.to_pandas(ignore_metadata=True), [], (first - 1) / rows)
    except (pa.ArrowException, OSError):
        raise UnreadableFile(
            _("The file is damaged at row %(line)s. Save it again and try once more.") % {"line": first}
        ) from None


def _check_cells(texts: pa.Array) -> None:
    longest = pa.compute.max(pa.compute.binary_length(texts)).as_py() or 0
    if longest > MAX_CELL or texts.nbytes > 4 * CHARACTERS_IN_CHUNK:
        raise UnreadableFile(_("The file has a cell that is too long to be part of a table of incidents."))
