"""Weeks, months, tertials and free periods as half-open ranges of local dates.

A period holds dates, never moments: which local day an event belongs to is settled before it comes here. `end` is the
first day after the period, so periods that follow each other share no day and leave none out. There is no clock here;
"this week" is `containing(today, "week")` with `today` passed in.
"""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import lru_cache


class PeriodKind(StrEnum):
    """The kinds of period a situational picture can be about. Equal to their plain strings."""

    WEEK = "week"
    MONTH = "month"
    TERTIAL = "tertial"
    FREE = "free"


#: How many periods make a year, which is the `season_length` of `analysis.expected`.
SEASON_LENGTH = {PeriodKind.WEEK: 52, PeriodKind.MONTH: 12, PeriodKind.TERTIAL: 3}

_MONTHS_IN = {PeriodKind.MONTH: 1, PeriodKind.TERTIAL: 4}
_ONE_DAY = timedelta(days=1)
# 1900–2999: a period at the calendar's own first or last day has no neighbours.
_YEAR = "(?:19|2[0-9])[0-9]{2}"
_WEEK_CODE = re.compile(f"({_YEAR})-W([0-9]{{2}})")
_MONTH_CODE = re.compile(f"({_YEAR})-([0-9]{{2}})")
_TERTIAL_CODE = re.compile(f"({_YEAR})-T([1-3])")
_FREE_CODE = re.compile(f"({_YEAR}-[0-9]{{2}}-[0-9]{{2}})--({_YEAR}-[0-9]{{2}}-[0-9]{{2}})")


@dataclass(frozen=True)
class Period:
    """The days from `start` up to, but not including, `end`.

    A week starts on a Monday and has seven days; a month and a tertial start on the first of a month (tertials in
    January, May and September). A `Period` that breaks this cannot be made.
    """

    kind: PeriodKind
    start: date
    end: date

    def __post_init__(self) -> None:
        object.__setattr__(self, "kind", PeriodKind(self.kind))
        if self.end <= self.start:
            raise ValueError(f"A period ends after it starts, not {self.start} to {self.end}.")
        if self.kind != PeriodKind.FREE and (self.start, self.end) != _bounds(self.start, self.kind):
            raise ValueError(f"{self.start} to {self.end} is not a whole {self.kind}.")

    @property
    def last_day(self) -> date:
        """The last day that belongs to the period."""
        return self.end - _ONE_DAY

    @property
    def days(self) -> int:
        """How many days the period has. Months and tertials differ: compare them per day."""
        return (self.end - self.start).days

    @property
    def year(self) -> int | None:
        """The year in the period's name. For a week the ISO year, which differs from the calendar's around New Year."""
        if self.kind == PeriodKind.FREE:
            return None
        return self.start.isocalendar().year if self.kind == PeriodKind.WEEK else self.start.year

    @property
    def number(self) -> int | None:
        """The number within `year`: 1–53 for a week, 1–12 for a month, 1–3 for a tertial, none for a free period."""
        if self.kind == PeriodKind.FREE:
            return None
        if self.kind == PeriodKind.WEEK:
            return self.start.isocalendar().week
        return (self.start.month - 1) // _MONTHS_IN[self.kind] + 1

    @property
    def code(self) -> str:
        """The period's name in addresses, files and commands: 2026-W47, 2026-11, 2026-T3, 2026-01-05--2026-02-01.

        A free period is written with its last day, since that is how people say it.
        """
        if self.kind == PeriodKind.WEEK:
            return f"{self.year:04d}-W{self.number:02d}"
        if self.kind == PeriodKind.MONTH:
            return f"{self.year:04d}-{self.number:02d}"
        if self.kind == PeriodKind.TERTIAL:
            return f"{self.year:04d}-T{self.number}"
        return f"{self.start.isoformat()}--{self.last_day.isoformat()}"

    def __str__(self) -> str:
        return self.code

    def __contains__(self, day: date) -> bool:
        return self.start <= day < self.end

    def previous(self) -> "Period":
        """The period of the same kind just before; for a free period as many days, ending where this one starts."""
        if self.kind == PeriodKind.FREE:
            return Period(self.kind, self.start - (self.end - self.start), self.start)
        return containing(self.start - _ONE_DAY, self.kind)

    def next(self) -> "Period":
        """The period of the same kind just after; for a free period as many days, starting where this one ends."""
        if self.kind == PeriodKind.FREE:
            return Period(self.kind, self.end, self.end + (self.end - self.start))
        return containing(self.end, self.kind)

    def same_last_year(self) -> "Period":
        """The period with the same name a year earlier.

        Week 53 becomes week 52 when the year before has no week 53. A free period keeps its dates; 29 February becomes
        28 February, so the two may differ by a day.
        """
        if self.kind == PeriodKind.WEEK:
            year = self.start.isocalendar().year - 1
            monday = date.fromisocalendar(year, min(self.start.isocalendar().week, weeks_in_year(year)), 1)
            return containing(monday, self.kind)
        if self.kind == PeriodKind.FREE:
            return Period(self.kind, _a_year_before(self.start), _a_year_before(self.last_day) + _ONE_DAY)
        return containing(_a_year_before(self.start), self.kind)


def containing(day: date, kind: PeriodKind | str) -> Period:
    """The week, month or tertial that `day` belongs to."""
    kind = PeriodKind(kind)
    if kind == PeriodKind.FREE:
        raise ValueError("Many free periods hold a day; say which by its first and last day.")
    start, end = _bounds(day, kind)
    return Period(kind, start, end)


def free(first_day: date, last_day: date) -> Period:
    """The period from `first_day` to `last_day`, both included."""
    return Period(PeriodKind.FREE, first_day, last_day + _ONE_DAY)


# A page names the same hundred periods many times over.
@lru_cache(maxsize=4096)
def parse(code: str) -> Period:
    """The period a code names (see `Period.code`). `ValueError` when it names none, such as 2025-W53 or 0001-T1."""
    if match := _WEEK_CODE.fullmatch(code):
        return containing(date.fromisocalendar(int(match[1]), int(match[2]), 1), PeriodKind.WEEK)
    if match := _MONTH_CODE.fullmatch(code):
        return containing(date(int(match[1]), int(match[2]), 1), PeriodKind.MONTH)
    if match := _TERTIAL_CODE.fullmatch(code):
        return containing(date(int(match[1]), 4 * int(match[2]) - 3, 1), PeriodKind.TERTIAL)
    if match := _FREE_CODE.fullmatch(code):
        return free(date.fromisoformat(match[1]), date.fromisoformat(match[2]))
    raise ValueError(f"{code!r} is not a period. Write 2026-W47, 2026-11, 2026-T3 or 2026-01-05--2026-02-01.")


def periods_back(period: Period, n: int) -> list[Period]:
    """`period` and those before it, `n` in all, oldest first."""
    periods: list[Period] = []
    while len(periods) < n:
        periods.append(period)
        period = period.previous()
    return periods[::-1]


def periods_between(first_day: date, last_day: date, kind: PeriodKind | str) -> list[Period]:
    """Every week, month or tertial that holds any of the days from `first_day` to `last_day`, in order."""
    periods = [containing(first_day, kind)]
    while periods[-1].end <= last_day:
        periods.append(periods[-1].next())
    return periods


def weeks_in_year(year: int) -> int:
    """How many ISO weeks the year has, 52 or 53."""
    return date(year, 12, 28).isocalendar().week


def _bounds(day: date, kind: PeriodKind) -> tuple[date, date]:
    if kind == PeriodKind.WEEK:
        monday = day - timedelta(days=day.weekday())
        return monday, monday + timedelta(days=7)
    length = _MONTHS_IN[kind]
    first = (day.month - 1) // length * length
    after = first + length
    return date(day.year, first + 1, 1), date(day.year + after // 12, after % 12 + 1, 1)


def _a_year_before(day: date) -> date:
    if (day.month, day.day) == (2, 29):
        return date(day.year - 1, 2, 28)
    return day.replace(year=day.year - 1)
