"""How unusual a report's kind is in its area that week, beside the same days of weeks before."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

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


def standings(keys: Iterable[Key], per_week: Mapping[Key, tuple[int, int]], *, today: dt.date) -> dict[Key, Standing]:
    """Where each area, category and week stands, beside the weeks before.

    `per_week` has the reports by area, category and Monday: of the whole week, and of its first `days_come(today)`
    days.
    """
    asked = sorted(keys)
    if not asked:
        return {}
    # The weeks of an area and category by number: thousands of weeks with twelve before each are looked up.
    rows: dict[tuple[int, int], tuple[dict[int, int], dict[int, int]]] = {}
    for (area, category, monday), (whole, begun) in per_week.items():
        found, so_far = rows.setdefault((area, category), ({}, {}))
        number = monday.toordinal() // 7
        found[number], so_far[number] = whole, begun
    running = monday_of(today)
    nothing: tuple[dict[int, int], dict[int, int]] = ({}, {})
    counts, before = [], []
    for area, category, monday in asked:
        numbers = rows.get((area, category), nothing)[monday == running]
        week = monday.toordinal() // 7
        counts.append(numbers.get(week, 0))
        before.append(sum([numbers.get(at, 0) for at in range(week - WEEKS_BEFORE, week)]))
    chances = chance_of_as_many(counts, before, periods_before=WEEKS_BEFORE).tolist()
    return {
        key: Standing(now, then / WEEKS_BEFORE, chance)
        for key, now, then, chance in zip(asked, counts, before, chances, strict=True)
    }
