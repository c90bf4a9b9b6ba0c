"""Suggestions of the same event: near in place and time and alike in kind, the same whoever is asked first."""

from __future__ import annotations

import dataclasses
import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidents.reviewing.same_event import Sighting, distance_between, likeness
from incidents.reviewing.unusual import WEEKS_BEFORE, first_day_judged, is_judged, standings

NOON = dt.datetime(2026, 11, 20, 12, 0, tzinfo=dt.UTC)
HERE = Sighting(category=1, heading=9, begins=NOON, ends=NOON, lon=16.12, lat=58.585)
# At this latitude.
METRE_EAST = 1 / (111_320 * 0.5213)


def moved(**changes):
    return dataclasses.replace(HERE, **changes)


def hours(number):
    return dt.timedelta(hours=number)


@pytest.mark.parametrize(
    ("other", "is_suggested"),
    [
        (moved(), True),
        (moved(category=2), True),
        (moved(category=2, heading=8), False),
        (moved(lon=16.12 + 95 * METRE_EAST), True),
        (moved(lon=16.12 + 105 * METRE_EAST), False),
        (moved(lon=16.12 + 105 * METRE_EAST, within_m=150), True),
        (moved(lon=16.12 + 175 * METRE_EAST, is_block=True), True),
        (moved(begins=NOON + hours(71), ends=NOON + hours(71)), True),
        (moved(begins=NOON + hours(73), ends=NOON + hours(73)), False),
        (moved(begins=NOON + hours(73), ends=NOON + hours(73), within_hours=100), True),
        (moved(begins=NOON - hours(200), ends=NOON + hours(1)), True),
        (moved(lon=None, lat=None), False),
        (moved(lon=None, lat=None, place=4), False),
    ],
)
def test_what_is_suggested(other, is_suggested):
    assert (likeness(HERE, other) is not None) is is_suggested


def test_at_the_same_named_place_the_pins_do_not_matter():
    far = moved(place=4, lon=16.13)
    assert likeness(moved(place=4), far).distance_m == 0
    assert likeness(moved(place=5), far) is None
    assert likeness(moved(place=4, lon=None, lat=None), far) is not None


def test_the_same_category_comes_before_a_nearer_neighbour():
    same = likeness(HERE, moved(lon=16.12 + 90 * METRE_EAST))
    neighbour = likeness(HERE, moved(category=2))
    assert sorted([neighbour, same], key=lambda one: one.rank) == [same, neighbour]


sightings = st.builds(
    lambda category, east, start, length, block, within: moved(
        category=category, heading=category % 2, lon=16.12 + east * METRE_EAST, is_block=block, within_m=within,
        begins=NOON + hours(start), ends=NOON + hours(start + length),
    ),
    st.integers(1, 4), st.integers(-200, 200), st.integers(-100, 100), st.integers(0, 50), st.booleans(),
    st.sampled_from([50, 100, 300]),
)  # fmt: skip


@given(one=sightings, other=sightings)
def test_it_does_not_matter_which_is_asked_first(one, other):
    assert likeness(one, other) == likeness(other, one)
    assert distance_between(one, other) == distance_between(other, one)


@given(one=sightings)
def test_a_report_is_like_itself(one):
    found = likeness(one, one)
    assert (found.distance_m, found.hours_apart, found.is_same_category) == (0, 0, True)


# --- What is unusual --------------------------------------------------------------------------------------------------

TODAY = dt.date(2026, 11, 18)  # a Wednesday
days_before = st.dictionaries(
    st.tuples(st.sampled_from([1, 2]), st.sampled_from([7, 8]), st.integers(0, 120)), st.integers(1, 5), max_size=25
)


@given(found=days_before, back=st.integers(0, 30))
def test_days_are_counted_as_by_hand(found, back):
    per_day = {(area, kind, TODAY - dt.timedelta(days=ago)): n for (area, kind, ago), n in found.items()}
    per_week = {}
    for (area, kind, on), n in per_day.items():
        week = (area, kind, on - dt.timedelta(days=on.weekday()))
        whole, begun = per_week.get(week, (0, 0))
        per_week[week] = whole + n, begun + (n if on.weekday() <= TODAY.weekday() else 0)
    day = TODAY - dt.timedelta(days=back)
    monday = day - dt.timedelta(days=day.weekday())
    [standing] = standings([(1, 7, monday)], per_week, today=TODAY).values()
    weekdays = range(7) if monday + dt.timedelta(days=6) <= TODAY else range(TODAY.weekday() + 1)

    def of_week(first):
        return sum(per_day.get((1, 7, first + dt.timedelta(days=n)), 0) for n in weekdays)

    assert standing.count == of_week(monday)
    before = sum(of_week(monday - dt.timedelta(weeks=n)) for n in range(1, WEEKS_BEFORE + 1))
    assert standing.usual == pytest.approx(before / WEEKS_BEFORE)


def test_what_is_old_or_ahead_is_not_judged():
    assert is_judged(TODAY, TODAY)
    assert not is_judged(TODAY + dt.timedelta(days=1), TODAY)
    assert not is_judged(TODAY - dt.timedelta(days=200), TODAY)
    # Whole weeks are judged, so that a week does not stand in two places of the queue.
    first = first_day_judged(TODAY)
    assert (first.weekday(), is_judged(first, TODAY), is_judged(first - dt.timedelta(days=1), TODAY)) == (
        0,
        True,
        False,
    )
