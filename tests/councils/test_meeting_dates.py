"""On which days a series meets."""

import datetime as dt
from itertools import islice

import pytest

from councils.meetings.dates import moved, next_day, planned_days
from councils.models import MeetingSeries


def days(cadence, first_on, number):
    return list(islice(planned_days(cadence, first_on), number))


def test_weeks_count_from_the_first_day_and_months_keep_the_weekday():
    tuesday = dt.date(2026, 1, 13)
    assert days("weekly", tuesday, 3) == [tuesday, dt.date(2026, 1, 20), dt.date(2026, 1, 27)]
    assert days("fortnightly", tuesday, 2)[1] == dt.date(2026, 1, 27)
    # The second Tuesday of each month, and of every fourth.
    assert days("monthly", tuesday, 3) == [tuesday, dt.date(2026, 2, 10), dt.date(2026, 3, 10)]
    assert days("tertial", tuesday, 3) == [tuesday, dt.date(2026, 5, 12), dt.date(2026, 9, 8)]
    assert days("yearly", tuesday, 2)[1] == dt.date(2027, 1, 12)


def test_a_fifth_weekday_that_a_month_lacks_is_its_last():
    assert days("monthly", dt.date(2026, 1, 29), 2)[1] == dt.date(2026, 2, 26)


@pytest.mark.parametrize(
    ("day", "held"),
    [
        (dt.date(2026, 4, 3), dt.date(2026, 4, 7)),  # Good Friday, and then Easter.
        (dt.date(2026, 6, 19), dt.date(2026, 6, 22)),  # Midsummer's Eve.
        (dt.date(2026, 11, 24), dt.date(2026, 11, 24)),
    ],
)
def test_a_day_when_nobody_works_moves_to_the_next_when_somebody_does(day, held):
    assert moved(day) == held


def test_the_rhythm_stays_when_a_holiday_has_moved_a_meeting_and_ends_with_its_series():
    friday = MeetingSeries(cadence="weekly", first_on=dt.date(2026, 3, 27))
    assert next_day(friday, dt.date(2026, 3, 27)) == dt.date(2026, 4, 7)
    assert next_day(friday, dt.date(2026, 4, 7)) == dt.date(2026, 4, 10)
    friday.ended_on = dt.date(2026, 4, 8)
    assert next_day(friday, dt.date(2026, 4, 7)) is None
