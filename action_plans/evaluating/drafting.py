"""An evaluation plan as it is thought of, before it is written: where, which reports, and over which months."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeGuard

from action_plans.evaluating.zones import Design, counted_selection, design
from action_plans.models import EvaluationPlan, Measure
from action_plans.rules import FIRST_DAY, LAST_DAY
from areas.models import Area, Place
from incidents.selections import Selection
from situational_picture.figures import Source

# Far enough to see what moves away or spreads, near enough to be about this place.
SUGGESTED_RING_M = 200
# A whole year has every season once; half a year is the least that is suggested.
SUGGESTED_MONTHS = (12, 6)
# Longer periods than this are another question.
LONGEST_D = 10 * 366
Days = tuple[dt.date, dt.date]


@dataclass(frozen=True)
class Draft:
    """What somebody has chosen so far."""

    measure: Measure
    selection: Selection
    places: tuple[Place, ...]
    areas: tuple[Area, ...]
    compared_places: tuple[Place, ...]
    ring_m: int | None
    before: Days
    after: Days

    @property
    def area(self) -> Area:
        return self.measure.plan.area

    def design(self) -> Design:
        """What it counts."""
        return design(
            self.area,
            selection=self.selection,
            places=self.places,
            ring_m=self.ring_m,
            areas=self.areas,
            compared_places=self.compared_places,
        )


def draft_of(plan: EvaluationPlan) -> Draft:
    """A written plan as a draft."""
    return draft_with(
        plan,
        [link.place for link in plan.treated_places.all()],
        [link.area for link in plan.comparison_areas.all()],
        [link.place for link in plan.comparison_places.all()],
    )


def draft_with(
    plan: EvaluationPlan, places: Sequence[Place], areas: Sequence[Area], compared_places: Sequence[Place]
) -> Draft:
    """A plan that is about to be written, with what it is tied to."""
    return Draft(
        measure=plan.measure,
        selection=counted_selection(plan.selection),
        places=tuple(places),
        areas=tuple(areas),
        compared_places=tuple(compared_places),
        ring_m=plan.ring_m,
        before=(plan.before_from, plan.before_to),
        after=(plan.after_from, plan.after_to),
    )


# --- Months -----------------------------------------------------------------------------------------------------------


def add_months(month: dt.date, number: int) -> dt.date:
    """The first day of the month so many months later, or earlier."""
    at = month.year * 12 + month.month - 1 + number
    return dt.date(at // 12, at % 12 + 1, 1)


def first_of_next(day: dt.date) -> dt.date:
    """The first day of a month on this day or after it."""
    return day if day.day == 1 else add_months(day.replace(day=1), 1)


def suggested_periods(measure: Measure, source: Source, *, today: dt.date) -> tuple[Days, Days]:
    """Whole months: after, from when the measure works; before, the same months of the latest year before it began.

    What is done once works when it is done, what is done again and again from when it starts. A year, or half a year
    where the sources do not reach back over one.
    """
    start = measure.start_on or measure.due_on or today
    works_on = start if measure.recurrence or measure.due_on is None else measure.due_on
    first = first_of_next(works_on)
    found = [_periods(first, start, months) for months in SUGGESTED_MONTHS]
    covered = [pair for pair in found if not source_lacks(source, *pair[0])]
    return (covered or found)[0]


def _periods(first: dt.date, start: dt.date, months: int) -> tuple[Days, Days]:
    after = first, _day_before(add_months(first, months))
    years = 1
    while _day_before(add_months(first, months - 12 * years)) >= start:
        years += 1
    back = add_months(first, -12 * years)
    return (back, _day_before(add_months(back, months))), after


def _day_before(day: dt.date) -> dt.date:
    return day - dt.timedelta(days=1)


def months_of(first: dt.date, last: dt.date) -> list[dt.date]:
    """The first day of each month between two days."""
    month, found = first.replace(day=1), []
    while month <= last:
        found.append(month)
        month = add_months(month, 1)
    return found


def are_countable(days: Sequence[dt.date | None]) -> TypeGuard[list[dt.date]]:
    """Whether the first and last days of before and after can be counted between: in order, and not for ever."""
    if len(days) != 4 or any(day is None or not FIRST_DAY <= day <= LAST_DAY for day in days):
        return False
    first, last, after_first, after_last = (day for day in days if day is not None)
    longest = dt.timedelta(days=LONGEST_D)
    in_order = first <= last < after_first <= after_last
    return in_order and last - first <= longest and after_last - after_first <= longest


def are_whole_months(days: Days) -> bool:
    """Whether the days begin and end with a month."""
    return days[0].day == 1 and (days[1] + dt.timedelta(days=1)).day == 1


def are_same_season(before: Days, after: Days) -> bool:
    """Whether both are the same months of the year, once each or as many times."""
    return sorted(m.month for m in months_of(*before)) == sorted(m.month for m in months_of(*after))


def lacking_months(source: Source, first: dt.date, last: dt.date) -> Sequence[dt.date]:
    """The months of these days that no source has: before the first, after the last, or in between."""
    if source.first_day is None or source.last_day is None:
        return months_of(first, last)
    start, end = source.first_day.replace(day=1), source.last_day
    return [m for m in months_of(first, last) if m < start or m > end or m in source.missing_months]


def source_lacks(source: Source, first: dt.date, last: dt.date) -> bool:
    """Whether the sources lack any of these months."""
    return bool(lacking_months(source, first, last))


def days_in(days: Days) -> int:
    """How many days there are, both ends among them."""
    return (days[1] - days[0]).days + 1
