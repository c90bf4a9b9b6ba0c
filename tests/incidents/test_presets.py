"""Now, in the night, at the weekend: what they mean at any moment of a week, and when the clocks change."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidents.presets import PRESETS, When, times_of

HERE = ZoneInfo("Europe/Stockholm")
FIRST = dt.datetime(2024, 1, 1, tzinfo=dt.UTC)


def at(text):
    return dt.datetime.fromisoformat(text).replace(tzinfo=HERE)


@pytest.mark.parametrize(
    ("preset", "asked", "begins", "ends"),
    [
        # 2026-11-20 is a Friday.
        (When.NOW, "2026-11-20 14:02:31", "2026-11-20 14:02", None),
        (When.NIGHT, "2026-11-20 07:00", "2026-11-19 22:00", "2026-11-20 06:00"),
        (When.NIGHT, "2026-11-20 21:59", "2026-11-19 22:00", "2026-11-20 06:00"),
        (When.NIGHT, "2026-11-20 23:30", "2026-11-20 22:00", "2026-11-20 23:30"),
        (When.NIGHT, "2026-11-20 03:15", "2026-11-19 22:00", "2026-11-20 03:15"),
        (When.WEEKEND, "2026-11-23 08:00", "2026-11-20 18:00", "2026-11-23 06:00"),
        (When.WEEKEND, "2026-11-23 05:00", "2026-11-20 18:00", "2026-11-23 05:00"),
        (When.WEEKEND, "2026-11-22 12:00", "2026-11-20 18:00", "2026-11-22 12:00"),
        (When.WEEKEND, "2026-11-20 17:00", "2026-11-13 18:00", "2026-11-16 06:00"),
        # The clocks go back in the night between Saturday and Sunday, and forward in spring.
        (When.WEEKEND, "2026-10-26 09:00", "2026-10-23 18:00", "2026-10-26 06:00"),
        (When.NIGHT, "2026-03-29 09:00", "2026-03-28 22:00", "2026-03-29 06:00"),
    ],
)
def test_what_people_mean(preset, asked, begins, ends):
    assert times_of(preset, at(asked)) == (at(begins), at(ends) if ends else None)


@given(
    preset=st.sampled_from(sorted(PRESETS)),
    asked=st.integers(0, 4 * 366 * 24 * 60).map(lambda minutes: FIRST + dt.timedelta(minutes=minutes)),
)
def test_a_preset_never_lies_ahead_and_never_further_back_than_a_week_and_a_weekend(preset, asked):
    begins, ends = times_of(preset, asked)
    assert begins.astimezone(dt.UTC) <= asked
    assert asked - begins.astimezone(dt.UTC) < dt.timedelta(days=7, hours=2)
    if ends is not None:
        assert begins.astimezone(dt.UTC) <= ends.astimezone(dt.UTC) <= asked


def test_another_time_is_no_preset():
    with pytest.raises(ValueError, match="other"):
        times_of(When.OTHER, at("2026-11-20 07:00"))
