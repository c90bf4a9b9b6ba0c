"""Dates and times as people write them, a column at a time."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

import numpy as np
import pandas as pd
from django.utils import timezone
from openpyxl.utils.datetime import WINDOWS_EPOCH

_TIME = r"(?:kl\.?\s*)?(?P<hour>\d{1,2})(?:[:.](?P<minute>\d{2}))(?:[:.](?P<second>\d{2})(?:[.,]\d{1,9})?)?"
_HALF = r"(?:\s*(?P<half>[ap])\.?m\.?)?"
_ZONE = r"(?:\s*(?P<zone>Z|UTC|[+-]\d{2}:?\d{2}))?"
_WITH_TIME = rf"(?:(?:\s*[T,]\s*|\s+){_TIME}{_HALF}{_ZONE})?"
_YEAR_FIRST = re.compile(rf"(?P<year>\d{{4}})[-/.](?P<month>\d{{1,2}})[-/.](?P<day>\d{{1,2}}){_WITH_TIME}", re.I)
_COMPACT = re.compile(
    r"(?P<year>(?:19|20)\d{2})(?P<month>\d{2})(?P<day>\d{2})"
    r"(?:[T ]?(?P<hour>\d{2}):?(?P<minute>\d{2})(?::?(?P<second>\d{2}))?(?P<half>\b)?" + _ZONE + r")?",
    re.I,
)
_YEAR_LAST = re.compile(
    rf"(?P<first>\d{{1,2}})\s*[-/. ]\s*(?P<other>\d{{1,2}})\s*[-/. ]\s*(?P<year>\d{{4}}){_WITH_TIME}", re.I
)
_SHORT_YEAR = re.compile(rf"(?P<first>\d{{1,2}})/(?P<other>\d{{1,2}})\s*[- ]\s*(?P<year>\d{{2}}){_WITH_TIME}", re.I)
_SHORT_COMPACT = re.compile(rf"(?P<year>\d{{2}})(?P<month>\d{{2}})(?P<day>\d{{2}}){_WITH_TIME}", re.I)
_WEEKDAY = r"(?:(?:må|ti|on|to|fr|lö|sö|mo|tu|we|th|sa|su)[a-zåäö]*\.?,?\s+)?(?:den\s+)?"
_NAMED = re.compile(
    rf"{_WEEKDAY}(?P<day>\d{{1,2}})\.?\s+(?P<name>[a-zé]{{3,9}})\.?,?\s+(?P<year>\d{{4}}){_WITH_TIME}", re.I
)
_TIME_ALONE = re.compile(_TIME + _HALF, re.I)
_HOUR_ALONE = re.compile(r"(?:kl\.?\s*)?(?P<hour>\d{1,2})(?P<minute>\b)", re.I)
_TIME_COMPACT = re.compile(r"(?P<hour>[01]\d|2[0-3])(?P<minute>[0-5]\d)")
# What people write in the column of the time of day when they do not know it.
_NOT_KNOWN = {"-", "–", "?", "okänd", "okänt", "okänd tid", "vet ej", "saknas", "unknown", "n/a"}
_NUMBER = re.compile(r"\d+(?:[.,]\d+)?")

# The first three letters tell the months apart, in Swedish and in English.
_MONTHS = {
    "jan": 1, "feb": 2, "mar": 3, "apr": 4, "maj": 5, "may": 5, "jun": 6, "jul": 7, "aug": 8, "sep": 9, "okt": 10,
    "oct": 10, "nov": 11, "dec": 12,
}  # fmt: skip
# A spreadsheet keeps a date as a number of days; 1954–2119, so that no year or case number is taken for one.
_EXCEL_SERIALS = (20_000, 80_000)


@dataclass
class Moments:
    """A column of times: when in UTC, whether the clock time was given, and where day or clock could not be read."""

    # Missing where the cell is empty or cannot be read.
    at: pd.Series
    has_time: np.ndarray
    is_empty: np.ndarray
    is_unreadable: np.ndarray
    is_unreadable_clock: np.ndarray


@dataclass(frozen=True)
class _Read:
    local: dt.datetime
    has_time: bool
    zone: dt.timezone | None = None


def is_day_first(texts: pd.Series) -> bool:
    """Whether 3/11 2026 is the third of November, judged by the dates that can only be read one way."""
    found = texts.str.extract(r"^\s*(\d{1,2})\s*[-/. ]\s*(\d{1,2})\s*[-/. ]\s*\d{4}").dropna().astype(int)
    month_first = ((found[1] > 12) & (found[0] <= 12)).sum()
    day_first = ((found[0] > 12) & (found[1] <= 12)).sum()
    return not month_first > day_first


def read_moments(
    days: pd.Series,
    clock: pd.Series | None = None,
    *,
    day_first: bool = True,
    takes_later: bool = False,
    day_zero: dt.datetime = WINDOWS_EPOCH,
) -> Moments:
    """Read a column of dates or dates with times, with the time in a column of its own if `clock` is given.

    Times without a zone are local. The hour that comes twice in October is the earlier one, or with `takes_later` the
    later; the hour that never comes in March cannot be read. A bare number counts days from `day_zero`.
    """
    days = days.fillna("").astype("str").str.strip()
    known = {text: _read_day(text, day_first, day_zero) for text in days.unique()}
    read: list[_Read | None] = [known[text] for text in days]
    is_empty = (days == "").to_numpy(dtype=bool)
    unreadable = np.array([r is None for r in read], dtype=bool) & ~is_empty
    unreadable_clock = np.zeros(len(days), dtype=bool)
    if clock is not None:
        clock = clock.fillna("").astype("str").str.strip()
        clock = clock.mask(clock.str.casefold().isin(_NOT_KNOWN), "")
        times = {text: _read_time(text) for text in clock.unique()}
        for position, text in enumerate(clock):
            day = read[position]
            if not text or day is None:
                continue
            time = times[text]
            if time is None:
                unreadable_clock[position] = True
            elif not day.has_time:
                read[position] = _Read(day.local + time, has_time=True, zone=day.zone)
    at = pd.Series(pd.NaT, index=days.index, dtype="datetime64[us, UTC]")
    zoned = np.array([r is not None and r.zone is not None for r in read], dtype=bool)
    local = np.array([r is not None and r.zone is None for r in read], dtype=bool)
    if zoned.any():
        moments = [r.local.replace(tzinfo=r.zone).astimezone(dt.UTC) for r in read if r is not None and r.zone]
        at[zoned] = pd.Series(moments, index=at.index[zoned], dtype="datetime64[us, UTC]")
    if local.any():
        walls = pd.Series([r.local for r in read if r is not None and r.zone is None], dtype="datetime64[us]")
        zone = str(timezone.get_default_timezone())
        first = np.full(len(walls), not takes_later)
        at[local] = (
            walls.dt.tz_localize(zone, ambiguous=first, nonexistent="NaT")
            .dt.tz_convert("UTC")
            .set_axis(at.index[local])
        )
    unreadable |= at.isna().to_numpy() & ~is_empty
    at[unreadable] = pd.NaT
    has_time = np.array([r is not None and r.has_time for r in read], dtype=bool)
    return Moments(at, has_time, is_empty, unreadable, unreadable_clock)


def _read_day(text: str, day_first: bool, day_zero: dt.datetime) -> _Read | None:
    try:
        if found := _YEAR_FIRST.fullmatch(text) or _COMPACT.fullmatch(text):
            return _made(found, int(found["month"]), int(found["day"]))
        if found := _SHORT_COMPACT.fullmatch(text):
            return _made(found, int(found["month"]), int(found["day"]))
        if found := _YEAR_LAST.fullmatch(text) or _SHORT_YEAR.fullmatch(text):
            first, other = int(found["first"]), int(found["other"])
            day, month = (first, other) if day_first else (other, first)
            return _made(found, month, day)
        if (found := _NAMED.fullmatch(text)) and found["name"][:3].lower() in _MONTHS:
            return _made(found, _MONTHS[found["name"][:3].lower()], int(found["day"]))
        if _NUMBER.fullmatch(text):
            serial = float(text.replace(",", "."))
            if _EXCEL_SERIALS[0] <= serial <= _EXCEL_SERIALS[1]:
                moment = day_zero + dt.timedelta(minutes=round(serial * 24 * 60))
                return _Read(moment, has_time=not serial.is_integer())
    except (ValueError, OverflowError):
        pass
    return None


def _made(found: re.Match[str], month: int, day: int) -> _Read:
    year = int(found["year"])
    local = dt.datetime(year if year > 99 else 2000 + year, month, day)  # noqa: DTZ001
    if found["hour"] is None:
        return _Read(local, has_time=False)
    return _Read(local + _time_of(found), has_time=True, zone=_zone_of(found["zone"]))


def _time_of(found: re.Match[str]) -> dt.timedelta:
    hour, minute = int(found["hour"]), int(found["minute"] or 0)
    second = int(found.groupdict().get("second") or 0)
    half = (found.groupdict().get("half") or "").lower()
    if half and not 1 <= hour <= 12:
        raise ValueError(hour)
    if half:
        hour = hour % 12 + (12 if half == "p" else 0)
    is_end_of_day = hour == 24 and minute == second == 0
    if minute > 59 or second > 59 or (hour > 23 and not is_end_of_day):
        raise ValueError(hour)
    return dt.timedelta(hours=hour, minutes=minute, seconds=second)


def _zone_of(text: str | None) -> dt.timezone | None:
    if not text:
        return None
    if text.upper() in {"Z", "UTC"}:
        return dt.UTC
    sign = -1 if text[0] == "-" else 1
    return dt.timezone(sign * dt.timedelta(hours=int(text[1:3]), minutes=int(text[-2:])))


def _read_time(text: str) -> dt.timedelta | None:
    try:
        if found := _TIME_ALONE.fullmatch(text) or _TIME_COMPACT.fullmatch(text):
            return _time_of(found)
        if _NUMBER.fullmatch(text):
            share = float(text.replace(",", "."))
            if share < 1:
                return dt.timedelta(minutes=round(share * 24 * 60))
        if found := _HOUR_ALONE.fullmatch(text):
            return _time_of(found)
    except ValueError:
        pass
    return None
