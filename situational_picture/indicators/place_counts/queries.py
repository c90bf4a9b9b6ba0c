"""Counts of people out of the database, as frames for `analysis.presence`."""

from __future__ import annotations

import datetime as dt

import pandas as pd

from analysis.periods import PeriodKind, containing
from analysis.presence import mean_per_hour
from areas.models import Place
from situational_picture.indicators.queries import MOST_MONTHS, Point
from situational_picture.models import Indicator, PlaceCount


def counts_of(place: Place) -> pd.DataFrame:
    """The standing counts of a place: day, weekday (0 is Monday), hour, people, minutes."""
    rows = PlaceCount.objects.standing().filter(place=place).order_by("counted_on", "hour")
    frame = pd.DataFrame.from_records(
        list(rows.values_list("counted_on", "hour", "people", "minutes")), columns=["day", "hour", "people", "minutes"]
    )
    return frame.assign(weekday=[day.weekday() for day in frame["day"]])


def people_by_month(indicator: Indicator, today: dt.date) -> list[Point]:
    """People an hour on average of each month's counted hours; months without any are left out."""
    if indicator.place is None:
        return []
    frame = counts_of(indicator.place)
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
