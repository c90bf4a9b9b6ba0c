"""How many people use a place, from hours in which somebody counted; and how often something happens for so many."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from analysis.change import count_interval


@dataclass(frozen=True)
class HourlyMean:
    """People in an hour, on average of the counted hours; no interval where too few were counted."""

    mean: float
    ci_low: float | None
    ci_high: float | None
    hours: int


@dataclass(frozen=True)
class PeopleRate:
    """Events per so many people, counted in the same hours of the week."""

    rate: float
    ci_low: float
    ci_high: float
    events: int
    people: float
    hours_of_week: int


def mean_per_hour(counts: pd.DataFrame, *, fewest_hours: int = 5, confidence: float = 0.95) -> HourlyMean | None:
    """People in an hour on average of the hours that were counted; None where none was.

    Input: columns people (as counted) and minutes (for how long). Unit: people an hour. The interval is Student's for
    the mean of the counted hours, never below zero; none with fewer than `fewest_hours`.

    Assumes that the counted hours are like those that were not. Misleads where people were counted only when many, or
    few, were expected. See docs/methods/people-counted.md.
    """
    if counts.empty:
        return None
    an_hour = _people_an_hour(counts).to_numpy()
    mean, hours = float(an_hour.mean()), len(an_hour)
    if hours < fewest_hours:
        return HourlyMean(mean, None, None, hours)
    half = float(stats.t.ppf(0.5 + confidence / 2, hours - 1) * an_hour.std(ddof=1) / np.sqrt(hours))
    return HourlyMean(mean, max(0.0, mean - half), mean + half, hours)


def rate_per_people(
    counts: pd.DataFrame,
    events: pd.DataFrame,
    *,
    first: dt.date,
    last: dt.date,
    per: int = 1000,
    fewest_hours: int = 5,
    confidence: float = 0.95,
) -> PeopleRate | None:
    """Events per `per` people at a place, in the hours of the week in which people were counted.

    Input: counts with the columns weekday (0 is Monday), hour, people and minutes; events with weekday and hour, those
    between `first` and `last` whose hour is known. The average hour of each counted hour of the week stands for all
    such hours of the days from `first` to `last`; only events in the same hours of the week are taken. Unit: events
    per `per` people. None with fewer than `fewest_hours` counted, or where nobody was there.

    The interval is the exact one of the events; that the number of people is itself an estimate is not in it, so it is
    somewhat too narrow. Assumes that people were counted on ordinary days. See docs/methods/people-counted.md.
    """
    if len(counts) < fewest_hours:
        return None
    by_slot = _people_an_hour(counts).groupby([counts["weekday"], counts["hour"]]).mean()
    days = pd.date_range(first, last)
    times = pd.Series(days.day_of_week).value_counts()
    each = times.reindex(by_slot.index.get_level_values(0), fill_value=0).to_numpy()
    people = float((by_slot.to_numpy() * each).sum())
    if not people > 0:
        return None
    slots = set(by_slot.index)
    happened = sum((weekday, hour) in slots for weekday, hour in zip(events["weekday"], events["hour"], strict=True))
    low, high = count_interval(happened, confidence=confidence)
    scale = per / people
    return PeopleRate(happened * scale, float(low) * scale, float(high) * scale, happened, people, len(slots))


def _people_an_hour(counts: pd.DataFrame) -> pd.Series:
    return counts["people"].astype("float64") * 60 / counts["minutes"].astype("float64")
