"""What is unusual about a place: against counting by hand, on made-up places that are alike, and by its laws."""

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.profile import FEWEST_EVENTS, Dimension, what_is_unusual
from tests.analysis import made_up
from tests.analysis.made_up import DAYS, FIRST

COMPARABLE = 14
WRONG_AT_MOST = 37  # of 500: the 99 % limit of a true 5 %
FRIDAY_EVENING = 4 * 4 + 3
CATEGORIES = np.array([0.35, 0.25, 0.15, 0.1, 0.08, 0.04, 0.03])


def street(rng, *, habit=25.0):
    """Fifteen places with the same seasons and rhythms, each with own habits and bursts; the first is asked about."""
    days = made_up.days_weights(rng)
    frames = []
    for place in range(COMPARABLE + 1):
        number = int(rng.integers(40, 220)) if place else 150
        frame = made_up.events(
            rng,
            number,
            at=np.zeros((1, 2)),
            weights=np.ones(1),
            days=days,
            hours=made_up.HOURS * rng.gamma(habit, size=24) / habit,
        )
        own = CATEGORIES * rng.gamma(habit, size=len(CATEGORIES)) / habit
        frames.append(
            frame.assign(unit=place, spot=place + 1, category=rng.choice(len(own), number, p=own / own.sum()))
        )
    return pd.concat(frames, ignore_index=True)


def friday_evenings(rng, frame, share=0.4):
    """The first place with that share of its events moved to Friday evening."""
    moved = np.flatnonzero((frame["unit"] == 0).to_numpy() & (rng.random(len(frame)) < share))
    starts = frame["occurred_from"].copy()
    monday = starts.iloc[moved].dt.normalize() - pd.to_timedelta(starts.iloc[moved].dt.day_of_week, unit="D")
    minutes = rng.integers(18 * 60, 24 * 60, len(moved))
    starts.iloc[moved] = monday + pd.to_timedelta(4 * 24 * 60 + minutes, unit="min")
    return frame.assign(occurred_from=starts)


@pytest.mark.slow
def test_where_nothing_is_unusual_something_is_seldom_named():
    rng = np.random.default_rng(20261122)
    assert sum(bool(what_is_unusual(street(rng), 0, days=DAYS).found) for _ in range(500)) <= WRONG_AT_MOST


def test_where_nothing_is_unusual_something_is_seldom_named_in_a_few_runs():
    rng = np.random.default_rng(2)
    # 6 of 40 is the 99 % limit of a true 5 %.
    assert sum(bool(what_is_unusual(street(rng), 0, days=DAYS).found) for _ in range(40)) <= 6


@pytest.mark.slow
def test_a_dominance_of_friday_evening_is_named_first():
    rng = np.random.default_rng(3)
    first = [what_is_unusual(friday_evenings(rng, street(rng)), 0, days=DAYS).found[:1] for _ in range(200)]
    named = [one[0].dimension == Dimension.WEEKDAY_PART and one[0].subject == FRIDAY_EVENING for one in first if one]
    assert sum(named) >= 190


def test_a_dominance_of_friday_evening_is_named_first_and_explains_the_rest():
    rng = np.random.default_rng(4)
    frame = friday_evenings(rng, street(rng))
    found = what_is_unusual(frame, 0, days=DAYS).found
    assert (found[0].dimension, found[0].subject, found[0].direction) == (
        Dimension.WEEKDAY_PART,
        FRIDAY_EVENING,
        "more",
    )
    here = frame[frame["unit"] == 0]["occurred_from"]
    assert found[0].observed == ((here.dt.day_of_week == 4) & (here.dt.hour >= 18)).sum()
    assert found[0].of == 150
    assert found[0].lower <= found[0].expected <= found[0].upper < found[0].observed
    # Neither Friday, nor the evening, nor fewer on Monday is said besides.
    assert not any(one.dimension in {Dimension.WEEKDAY, Dimension.PART} for one in found[1:])


@pytest.mark.parametrize("dimension", [Dimension.CATEGORY, Dimension.MONTH])
def test_other_dominances_are_named_too(dimension):
    rng = np.random.default_rng(5)
    frame = street(rng)
    some = (frame["unit"] == 0).to_numpy() & (rng.random(len(frame)) < 0.4)
    if dimension == Dimension.CATEGORY:
        frame.loc[some, "category"] = 5
    else:
        frame.loc[some, "occurred_from"] = pd.Timestamp("2024-05-01 12:00") + pd.to_timedelta(
            rng.integers(0, 31, some.sum()), unit="D"
        )
    found = what_is_unusual(frame, 0, days=DAYS).found
    assert (found[0].dimension, found[0].subject) == (dimension, 5)
    # May explains the spring.
    assert Dimension.SEASON not in {one.dimension for one in found}


def test_what_comes_again_is_counted_by_hand_and_held_against_coming_evenly():
    """Events in spells of ten days and quiet between; the others' come as they come."""
    rng = np.random.default_rng(5)
    frame = street(rng)
    here = (frame["unit"] == 0).to_numpy()
    begins = np.linspace(20, DAYS - 40, 8)[rng.integers(0, 8, here.sum())].round()
    days = (begins + rng.integers(0, 10, here.sum())).astype(int)
    frame.loc[here, "occurred_from"] = FIRST + pd.to_timedelta(days * 24 + 14, unit="h")
    everything = what_is_unusual(frame, 0, at_most=200, level=1.1, days=DAYS).found
    (again,) = [one for one in everything if one.dimension == Dimension.AGAIN]
    # Two of a day may be one event reported twice: they count once.
    in_order = sorted(set(days))
    assert len(in_order) < 150
    assert again.observed == sum(later - earlier <= 3 for earlier, later in pairwise(in_order))
    assert (again.of, again.direction) == (len(in_order), "more")
    assert again.observed > again.upper


def test_the_numbers_are_those_counted_by_hand():
    rng = np.random.default_rng(6)
    frame = street(rng)
    here = frame["unit"] == 0
    frame.loc[here & (rng.random(len(frame)) < 0.5), "category"] = 6
    (first, *_rest) = what_is_unusual(frame, 0, days=DAYS).found
    rest = frame[~here]
    assert first.observed == (frame[here]["category"] == 6).sum()
    assert first.expected == pytest.approx(150 * ((rest["category"] == 6).sum() + 0.5) / (len(rest) + 1))


@settings(max_examples=10)
@given(st.integers(0, 10**6))
def test_neither_the_order_of_the_rows_nor_the_names_of_the_others_matter(seed):
    rng = np.random.default_rng(seed)
    frame = friday_evenings(rng, street(rng), share=0.15)
    there = frame.sample(frac=1, random_state=seed).assign(
        unit=lambda one: one["unit"].where(one["unit"] == 0, -one["unit"])
    )
    one, two = what_is_unusual(frame, 0, days=DAYS), what_is_unusual(there, 0, days=DAYS)
    assert [(a.dimension, a.subject, a.observed) for a in one.found] == [
        (a.dimension, a.subject, a.observed) for a in two.found
    ]
    assert [a.p_adjusted for a in one.found] == pytest.approx([a.p_adjusted for a in two.found])


def test_a_source_of_months_alone_has_a_profile_of_months_alone():
    """A source that knows only months says nothing of weekdays, hours and repeats, and something of the months."""
    rng = np.random.default_rng(7)
    frame = street(rng)
    by_month = frame.assign(
        occurred_from=frame["occurred_from"].dt.to_period("M").dt.to_timestamp(), time_precision="month"
    )
    some = (by_month["unit"] == 0) & (rng.random(len(by_month)) < 0.4)
    by_month.loc[some, "occurred_from"] = pd.Timestamp("2025-03-01")
    answer = what_is_unusual(by_month, 0, days=DAYS)
    assert {one.dimension for one in answer.found} <= {Dimension.MONTH, Dimension.SEASON, Dimension.CATEGORY}
    assert answer.found[0].subject == 3
    assert answer.left_out == {Dimension.WEEKDAY_PART: 150, Dimension.WEEKDAY: 150, Dimension.PART: 150}


def test_a_day_without_an_hour_is_in_the_weekdays_and_not_in_the_hours():
    rng = np.random.default_rng(8)
    frame = street(rng)
    here = np.flatnonzero(frame["unit"] == 0)
    frame.loc[here[:60], "time_precision"] = "day"
    frame.loc[here[60:70], "time_precision"] = "interval"
    frame.loc[here[60:70], "occurred_to"] = frame.loc[here[60:70], "occurred_from"] + pd.Timedelta(hours=30)
    answer = what_is_unusual(frame, 0, days=DAYS)
    assert answer.left_out == {Dimension.WEEKDAY_PART: 70, Dimension.WEEKDAY: 10, Dimension.PART: 70}


def test_too_few_is_an_answer():
    rng = np.random.default_rng(9)
    frame = street(rng)
    here = frame["unit"] == 0
    few = frame[~here | (here.cumsum() < FEWEST_EVENTS)]
    answer = what_is_unusual(few, 0)
    assert (answer.too_few, answer.events, answer.found) == ("events", FEWEST_EVENTS - 1, [])
    alone = frame[frame["unit"] <= 4]
    answer = what_is_unusual(alone, 0)
    assert (answer.too_few, answer.comparable, answer.found) == ("comparable", 4, [])
    assert what_is_unusual(frame, "nowhere").too_few == "events"


def test_at_most_as_many_as_asked_for_are_named():
    rng = np.random.default_rng(10)
    frame = friday_evenings(rng, street(rng), share=0.5)
    here = frame["unit"] == 0
    frame.loc[here, "category"] = rng.choice([4, 5, 6], here.sum())
    everything = what_is_unusual(frame, 0, at_most=50, days=DAYS).found
    assert len(everything) > 2
    assert what_is_unusual(frame, 0, at_most=2, days=DAYS).found == everything[:2]
    certain = [max(one.p_adjusted, 1e-9) for one in everything]
    assert certain == sorted(certain)
