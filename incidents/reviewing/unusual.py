"""How unusual a report's kind is in its area that week, beside the same days of weeks before."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from analysis.unusual import chance_of_as_many

WEEKS_BEFORE = 12
# What happened longer ago is not judged: what is unusual matters while something can be done.
JUDGED_DAYS = 182

# Area, category and day.
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


def first_day_needed(day: dt.date) -> dt.date:
    """From when on counts must be known to judge a report of that day."""
    return monday_of(day) - dt.timedelta(days=7 * WEEKS_BEFORE)


def is_judged(day: dt.date, today: dt.date) -> bool:
    """Whether a report of that day is compared at all."""
    return today - dt.timedelta(days=JUDGED_DAYS) <= day <= today


def standings(
    keys: Iterable[Key], per_week: Mapping[tuple[int, int, dt.date], tuple[int, int]], *, today: dt.date
) -> dict[Key, Standing]:
    """Where each area, category and day stands. Days not judged are left out.

    `per_week` has the reports by area, category and Monday: of the whole week, and of its first `days_come(today)`
    days.
    """
    asked = sorted({key for key in keys if is_judged(key[2], today)})
    # The days of a week stand alike, so a week is counted once.
    weeks = sorted({(area, category, monday_of(day)) for area, category, day in asked})
    if not weeks:
        return {}
    running = monday_of(today)
    # By the number of the week: thousands of weeks with twelve before each are looked up.
    numbered = {
        part: {
            (area, category, monday.toordinal() // 7): numbers[part]
            for (area, category, monday), numbers in per_week.items()
        }
        for part in (0, 1)
    }
    counts = []
    for area, category, monday in weeks:
        found, week = numbered[int(monday == running)], monday.toordinal() // 7
        before = sum(found.get((area, category, week - back), 0) for back in range(1, WEEKS_BEFORE + 1))
        counts.append((found.get((area, category, week), 0), before))
    chances = chance_of_as_many([now for now, _ in counts], [then for _, then in counts], periods_before=WEEKS_BEFORE)
    standing = {
        week: Standing(now, then / WEEKS_BEFORE, float(chance))
        for week, (now, then), chance in zip(weeks, counts, chances, strict=True)
    }
    return {(area, category, day): standing[area, category, monday_of(day)] for area, category, day in asked}
