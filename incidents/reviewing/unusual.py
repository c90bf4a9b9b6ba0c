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


def days_compared(day: dt.date, today: dt.date) -> tuple[dt.date, int]:
    """The Monday of a report's week, and how many of its days have come: a running week is compared so far."""
    monday = monday_of(day)
    return monday, min(7, max((today - monday).days + 1, 1))


def first_day_needed(day: dt.date) -> dt.date:
    """From when on counts must be known to judge a report of that day."""
    return monday_of(day) - dt.timedelta(days=7 * WEEKS_BEFORE)


def is_judged(day: dt.date, today: dt.date) -> bool:
    """Whether a report of that day is compared at all."""
    return today - dt.timedelta(days=JUDGED_DAYS) <= day <= today


def standings(keys: Iterable[Key], per_day: Mapping[Key, int], *, today: dt.date) -> dict[Key, Standing]:
    """Where each area, category and day stands, given the reports of every day. Days not judged are left out."""
    asked = sorted({key for key in keys if is_judged(key[2], today)})
    # The days of a week stand alike, so a week is counted once.
    weeks = sorted({(area, category, monday_of(day)) for area, category, day in asked})
    if not weeks:
        return {}
    counts = []
    for area, category, monday in weeks:
        _monday, days = days_compared(monday, today)
        each = [
            sum(per_day.get((area, category, monday + dt.timedelta(days=n - 7 * back)), 0) for n in range(days))
            for back in range(WEEKS_BEFORE + 1)
        ]
        counts.append((each[0], sum(each[1:])))
    chances = chance_of_as_many([now for now, _ in counts], [then for _, then in counts], periods_before=WEEKS_BEFORE)
    found = {
        week: Standing(now, then / WEEKS_BEFORE, float(chance))
        for week, (now, then), chance in zip(weeks, counts, chances, strict=True)
    }
    return {(area, category, day): found[area, category, monday_of(day)] for area, category, day in asked}
