"""People counted at a place: by hand, and where too few hours were counted."""

import datetime as dt

import pandas as pd
import pytest
from scipy import stats

from analysis.change import count_interval
from analysis.presence import mean_per_hour, rate_per_people


def counts(*rows):
    return pd.DataFrame(rows, columns=["weekday", "hour", "people", "minutes"])


def test_the_mean_of_counted_hours_by_hand():
    found = mean_per_hour(counts((0, 8, 30, 60), (0, 9, 10, 15), (1, 8, 20, 30), (2, 8, 50, 60), (3, 8, 40, 60)))
    an_hour = pd.Series([30, 40, 40, 50, 40])
    assert found.mean == 40
    assert found.hours == 5
    half = stats.t.ppf(0.975, 4) * an_hour.std() / 5**0.5
    assert (found.ci_low, found.ci_high) == pytest.approx((40 - half, 40 + half))


def test_few_hours_have_no_interval_and_none_no_mean():
    found = mean_per_hour(counts((0, 8, 30, 60), (0, 9, 10, 60)))
    assert (found.mean, found.ci_low, found.ci_high, found.hours) == (20, None, None, 2)
    assert mean_per_hour(counts()) is None


def test_the_rate_by_hand():
    # Mondays at eight: 30 and 50, so 40; Fridays at 22: 100. Four weeks have four of each.
    counted = counts((0, 8, 30, 60), (0, 8, 50, 60), (4, 22, 25, 15), (4, 22, 100, 60), (4, 22, 100, 60))
    happened = pd.DataFrame([(0, 8), (4, 22), (4, 22), (4, 23), (2, 8)], columns=["weekday", "hour"])
    found = rate_per_people(counted, happened, first=dt.date(2026, 10, 5), last=dt.date(2026, 11, 1))
    assert found.people == 4 * 40 + 4 * 100
    assert found.events == 3
    assert found.rate == pytest.approx(1000 * 3 / 560)
    low, high = count_interval(3)
    assert (found.ci_low, found.ci_high) == pytest.approx((1000 * low / 560, 1000 * high / 560))
    assert found.hours_of_week == 2


def test_there_is_no_rate_without_people_or_with_few_hours():
    happened = pd.DataFrame([(0, 8)], columns=["weekday", "hour"])
    days = {"first": dt.date(2026, 10, 5), "last": dt.date(2026, 11, 1)}
    assert rate_per_people(counts(*[(0, 8, 0, 60)] * 6), happened, **days) is None
    assert rate_per_people(counts((0, 8, 30, 60)), happened, **days) is None
    assert rate_per_people(counts(*[(0, 8, 30, 60)] * 5), happened, **days).events == 1
