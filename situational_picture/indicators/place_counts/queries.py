"""Counts of people out of the database, as frames for `analysis.presence`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import pandas as pd
from django.db.models.functions import ExtractHour, ExtractIsoWeekDay

from analysis.periods import PeriodKind, containing
from analysis.presence import PeopleRate, mean_per_hour, rate_per_people
from areas.models import Place
from incidents.models import Incident
from situational_picture.figures import Source
from situational_picture.indicators.queries import MOST_MONTHS, Point
from situational_picture.models import Indicator, PlaceCount

# A rate is of a year at most: what a place is used for changes.
YEAR_D = 365
# So many of a place's counts are listed.
MOST_LISTED = 200
_COLUMNS = ["place", "day", "hour", "people", "minutes"]


def counts_at(user: Any, places: Sequence[Place]) -> dict[int, pd.DataFrame]:
    """The standing counts of each place the user reads: day, weekday (0 is Monday), hour, people, minutes.

    One question, however many places.
    """
    rows = PlaceCount.objects.visible_to(user).standing().filter(place__in=[place.pk for place in places])
    frame = _frame(rows)
    return {place.pk: frame[frame["place"] == place.pk] for place in places}


def counts_of(place: Place) -> pd.DataFrame:
    """The same of one place, for what is computed for nobody in particular."""
    return _frame(PlaceCount.objects.standing().filter(place=place))


def _frame(rows: Any) -> pd.DataFrame:
    listed = rows.order_by("counted_on", "hour").values_list("place_id", "counted_on", "hour", "people", "minutes")
    frame = pd.DataFrame.from_records(list(listed), columns=_COLUMNS)
    return frame.assign(weekday=[day.weekday() for day in frame["day"]])


def latest_counts(user: Any, place: Place) -> list[PlaceCount]:
    """The place's counts, the latest first; those taken back are not among them."""
    rows = PlaceCount.objects.visible_to(user).standing().filter(place=place).select_related("organisation")
    return list(rows.order_by("-counted_on", "-hour")[:MOST_LISTED])


def people_by_month(indicator: Indicator) -> list[Point]:
    """People an hour on average of each month's counted hours; months without any are left out."""
    return _by_month(counts_of(indicator.place)) if indicator.place is not None else []


def latest_people(indicators: Sequence[Indicator]) -> dict[int, Point]:
    """The latest month of each series of people counted at a place. One question, however many indicators."""
    asked = [one for one in indicators if one.kind == Indicator.Kind.PLACE_COUNT]
    if not asked:
        return {}
    frame = _frame(PlaceCount.objects.standing().filter(place__in={one.place_id for one in asked}))
    by_place = {one.pk: _by_month(frame[frame["place"] == one.place_id]) for one in asked}
    return {pk: points[-1] for pk, points in by_place.items() if points}


def _by_month(frame: pd.DataFrame) -> list[Point]:
    points = []
    months = frame["day"].map(lambda day: day.replace(day=1))
    for month in sorted(set(months)):
        found = mean_per_hour(frame[months == month])
        if found is None:
            continue
        period = containing(month, PeriodKind.MONTH)
        points.append(
            Point(period.start, period.last_day, found.mean, n=found.hours, lower=found.ci_low, upper=found.ci_high)
        )
    return points[-MOST_MONTHS:]


# --- Events for so many people ----------------------------------------------------------------------------------------


def days_of_rate(counts: pd.DataFrame, source: Source) -> tuple[dt.date, dt.date] | None:
    """The whole months around the latest year of counts that the sources cover; None where there are none."""
    if counts.empty or source.first_day is None or source.last_day is None or source.months_only:
        return None
    last_count = max(counts["day"])
    first_count = min(day for day in counts["day"] if (last_count - day).days < YEAR_D)
    first = containing(first_count, PeriodKind.MONTH).start
    last = min(containing(last_count, PeriodKind.MONTH).last_day, source.last_day)
    # Of months purged to statistics nobody knows the hours.
    if last < last_count or first < source.first_day or (source.exact_from is not None and first < source.exact_from):
        return None
    return first, last


def rate_at(place: Place, counts: pd.DataFrame, source: Source) -> PeopleRate | None:
    """Events for every 1,000 people in the counted hours of the week, whole; None where it takes more to tell."""
    days = days_of_rate(counts, source)
    if days is None:
        return None
    first, last = days
    within = counts[[first <= day <= last for day in counts["day"]]]
    rows = (
        Incident.objects.counted()
        .filter(
            collaboration_id=place.collaboration_id,
            place=place,
            occurred_on__gte=first,
            occurred_on__lte=last,
            time_precision=Incident.TimePrecision.EXACT,
        )
        .order_by()
        .values_list(ExtractIsoWeekDay("occurred_from"), ExtractHour("occurred_from"))
    )
    events = pd.DataFrame.from_records(list(rows), columns=["weekday", "hour"])
    return rate_per_people(within, events.assign(weekday=events["weekday"] - 1), first=first, last=last)
