"""On which days a series meets."""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Iterator

from django.utils import timezone

from councils.models import Cadence, MeetingSeries
from incidents.coverage.deadlines import is_working_day

_DAYS = {Cadence.WEEKLY: 7, Cadence.FORTNIGHTLY: 14}
_MONTHS = {Cadence.MONTHLY: 1, Cadence.TERTIAL: 4, Cadence.YEARLY: 12}


def planned_days(cadence: str, first_on: dt.date) -> Iterator[dt.date]:
    """The days of the rhythm, the first one first, before holidays move any.

    Weeks count from the first day. By the month it is the same weekday as often into the month, such as the second
    Tuesday; where a month has no fifth one, the last.
    """
    number = 0
    while True:
        if cadence in _DAYS:
            yield first_on + dt.timedelta(days=number * _DAYS[Cadence(cadence)])
        else:
            months = first_on.month - 1 + number * _MONTHS[Cadence(cadence)]
            yield _same_weekday(first_on, first_on.year + months // 12, months % 12 + 1)
        number += 1


def _same_weekday(like: dt.date, year: int, month: int) -> dt.date:
    first_weekday, length = calendar.monthrange(year, month)
    day = 1 + (like.weekday() - first_weekday) % 7 + (like.day - 1) // 7 * 7
    return dt.date(year, month, day if day <= length else day - 7)


def moved(day: dt.date) -> dt.date:
    """The day itself, or the next one on which people work."""
    while not is_working_day(day):
        day += dt.timedelta(days=1)
    return day


def next_day(series: MeetingSeries, after: dt.date) -> dt.date | None:
    """The first day on which the series meets after a day; None once it has ended.

    A day when nobody works moves to the next working day, and the rhythm stays as it was.
    """
    for day in planned_days(series.cadence, series.first_on):
        if series.ended_on is not None and day >= series.ended_on:
            return None
        if moved(day) > after:
            return moved(day)
    return None


def moment(day: dt.date, at: dt.time) -> dt.datetime:
    """The moment the clock shows `at` here on a day."""
    return dt.datetime.combine(day, at, tzinfo=timezone.get_default_timezone())
