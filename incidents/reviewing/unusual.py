"""How unusual a report's kind is in its area that week, beside the same days of weeks before."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from analysis.unusual import chance_of_as_many

WEEKS_BEFORE = 12
# What happened longer ago is not judged: what is unusual matters while something can be done.
JUDGED_DAYS = 182

# Area, category and the Monday of the week: the days of a week stand alike.
Key = tuple[int, int, dt.date]


@dataclass(frozen=True, slots=True)
class Standing:
    """How many there were that week, how many there usually are, and the chance of as many."""

    count: int
    usual: float
    chance: float


def monday_of(day: dt.date) -> dt.date:
    """The first day of a report's week."""
    return day - dt.timedelta(days=day.weekday())


def days_come(today: dt.date) -> int:
    """How many days of the running week have come: it is compared so far, with as many days of the weeks before."""
    return today.weekday() + 1


def first_day_judged(today: dt.date) -> dt.date:
    """From when on reports are compared: whole weeks."""
    return monday_of(today - dt.timedelta(days=JUDGED_DAYS))


def first_day_needed(monday: dt.date) -> dt.date:
    """From when on counts must be known to judge a report of that week."""
    return monday - dt.timedelta(days=7 * WEEKS_BEFORE)


def is_judged(day: dt.date, today: dt.date) -> bool:
    """Whether a report of that day is compared at all."""
    return first_day_judged(today) <= day <= today


def standings(keys: Iterable[Key], per_week: Mapping[Key, Sequence[int]], *, today: dt.date) -> dict[Key, Standing]:
    """Where each area, category and week stands, beside the weeks before.

    `per_week` has the reports by area, category and Monday: of the whole week, and of its first `days_come(today)`
    days.
    """
    asked = sorted(keys)
    if not asked:
        return {}
    # Weeks as columns, those before the first asked about too; an area and category a row: all sums are taken at once.
    rows: dict[tuple[int, int], int] = {}
    at = [(rows.setdefault((area, category), len(rows)), _week(monday)) for area, category, monday in asked]
    weeks = [week for _row, week in at]
    first, width = min(weeks) - WEEKS_BEFORE, max(weeks) - min(weeks) + WEEKS_BEFORE + 1
    found = [
        (row, _week(monday) - first, *counts)
        for (area, category, monday), counts in per_week.items()
        if (row := rows.get((area, category))) is not None and 0 <= _week(monday) - first < width
    ]
    # Of each: the whole week, and as many of its days as have come of the running one.
    table = np.zeros((2, len(rows), width + 1), dtype=np.int64)
    if found:
        row, column, whole, begun = np.array(found).T
        table[0, row, column + 1], table[1, row, column + 1] = whole, begun
    sums = table.cumsum(axis=2)
    running = _week(monday_of(today))
    kind = np.array([week == running for week in weeks]).astype(int)
    row, column = np.array(at).T - np.array([[0], [first]])
    counts = sums[kind, row, column + 1] - sums[kind, row, column]
    before = sums[kind, row, column] - sums[kind, row, column - WEEKS_BEFORE]
    chances = chance_of_as_many(counts, before, periods_before=WEEKS_BEFORE)
    return {
        key: Standing(now, then / WEEKS_BEFORE, chance)
        for key, now, then, chance in zip(asked, counts.tolist(), before.tolist(), chances.tolist(), strict=True)
    }


def _week(monday: dt.date) -> int:
    return monday.toordinal() // 7
