"""What the readers of files hand on: numbers of named series, and what could not be read with where it stands."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from incidents.importing.reading import quoted
from situational_picture.indicators.rules import Figures
from situational_picture.models import Indicator


@dataclass(frozen=True)
class Series:
    """A series as a file names it."""

    name: str
    kind: str
    source: str
    level: str
    unit: str = ""
    region: str = ""
    better: str = Indicator.Better.LOWER
    area: Any = None
    place: Any = None

    @property
    def key(self) -> str:
        """By what the same series is found again in the next file."""
        ground = f"area:{self.area.pk}" if self.area else f"place:{self.place.pk}" if self.place else self.region
        parts = (self.kind, self.source, self.name, self.unit, self.level, ground)
        return "|".join(" ".join(str(part).split()).casefold() for part in parts)[:400]

    @property
    def ground(self) -> str:
        return str((self.area or self.place).name if self.area or self.place else self.region)


def series_of(row: Indicator) -> Series:
    """A stored indicator as a file would name it."""
    return Series(
        name=row.name, kind=row.kind, source=row.source, level=row.level, unit=row.unit, region=row.region,
        better=row.better, area=row.area, place=row.place,
    )  # fmt: skip


@dataclass(frozen=True)
class ReadValue:
    """One number of the file, and where in it."""

    where: str
    series: Series
    figures: Figures
    note: str = ""


@dataclass(frozen=True)
class Refusal:
    """What could not be read: where it stands, and why."""

    where: str
    sentence: str


@dataclass
class ReadFile:
    """All that a file says."""

    values: list[ReadValue] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def refuse(self, where: str, sentence: str) -> None:
        self.refusals.append(Refusal(where, sentence))


class Unread(ValueError):
    """A cell says something that cannot be taken in; the sentence says what."""


SUPPRESSED, ZERO = {"..", "…"}, {"-", "–", "−", "—"}
_SPACES = re.compile(r"[\s\u00a0\u202f]")


def number_in(text: str) -> float | None:
    """The number a cell says: “1 234,5”; None for an empty one. `..` is asked about before."""
    bare = _SPACES.sub("", text)
    if bare in ZERO:
        return 0.0
    bare = bare.removesuffix("%")
    if not bare:
        return None
    if not re.fullmatch(r"[-−]?\d{1,15}([.,]\d{1,12})?", bare):
        raise Unread(_("%(text)s is no number.") % {"text": quoted(text.strip()[:40])})
    return float(bare.replace(",", ".").replace("−", "-"))


def whole_in(text: str) -> int | None:
    """The whole number a cell says, or None."""
    number = number_in(text)
    if number is None:
        return None
    if not number.is_integer():
        raise Unread(_("%(text)s is no whole number.") % {"text": quoted(text.strip()[:40])})
    return int(number)


def period_in(text: str) -> tuple[dt.date, dt.date] | None:
    """The days of “2025”, “2017/2018”, “2017–2018”, “2025-11” or “2025 kv 3”; None for anything else."""
    said = " ".join(text.split())
    if match := re.fullmatch(r"(\d{4})(?:\.0)?", said):
        return _years(int(match[1]), int(match[1]))
    if match := re.fullmatch(r"(\d{4})\s?[/–-]\s?(\d{4})", said):
        return _years(int(match[1]), int(match[2]))
    if match := re.fullmatch(r"(\d{4})-(\d{2})", said):
        return _months(int(match[1]), int(match[2]), 1)
    if match := re.fullmatch(r"(\d{4})\s?-?(?:kv|q|kvartal)\s?([1-4])", said, re.IGNORECASE):
        return _months(int(match[1]), 3 * int(match[2]) - 2, 3)
    return None


def _years(first: int, last: int) -> tuple[dt.date, dt.date] | None:
    if not 1900 <= first <= last <= 2199:
        return None
    return dt.date(first, 1, 1), dt.date(last, 12, 31)


def _months(year: int, month: int, number: int) -> tuple[dt.date, dt.date] | None:
    if not (1900 <= year <= 2199 and 1 <= month <= 12):
        return None
    end = month + number - 1
    return dt.date(year, month, 1), dt.date(year, end, calendar.monthrange(year, end)[1])


def suppressed(first: dt.date, last: dt.date) -> Figures:
    """What the source knows and does not tell."""
    return Figures(first, last, None, is_suppressed=True)
