import json
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.aoristic import share_of_time, weekday_hour

PUBLISHED = Path(__file__).parents[1] / "data" / "published" / "aoristic"
WEEKDAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]

moments = st.datetimes(datetime(1965, 1, 1), datetime(2030, 1, 1)).map(lambda moment: moment.replace(microsecond=0))  # noqa: DTZ001
ends = st.one_of(st.none(), st.integers(-60 * 24, 60 * 24 * 9).map(lambda minutes: timedelta(minutes=minutes)))
events = st.lists(st.tuples(moments, ends), max_size=15)


def frame_of(pairs):
    starts = [start for start, _ in pairs]
    return pd.DataFrame(
        {
            "occurred_from": pd.Series(starts, dtype="datetime64[us]"),
            "occurred_to": pd.Series(
                [start + length if length is not None else None for start, length in pairs], dtype="datetime64[us]"
            ),
        }
    )


def between(first, last):
    return pd.DataFrame({"occurred_from": pd.to_datetime([first]), "occurred_to": pd.to_datetime([last])})


def minute_by_minute(frame):
    """The slow twin: walk every minute of every interval."""
    grid = np.zeros((7, 24))
    for start, end in zip(frame["occurred_from"], frame["occurred_to"], strict=True):
        start = start.floor("min")
        end = start if pd.isna(end) else end.floor("min")
        minutes = int((end - start) / pd.Timedelta(minutes=1))
        if minutes <= 0:
            grid[start.weekday(), start.hour] += 1
        elif minutes >= 168 * 60:
            grid += 1 / 168
        else:
            for minute in range(minutes):
                moment = start + pd.Timedelta(minutes=minute)
                grid[moment.weekday(), moment.hour] += 1 / minutes
    return grid


@given(st.lists(st.tuples(moments, st.one_of(st.none(), st.integers(-90, 600).map(lambda m: timedelta(minutes=m))))))
def test_agrees_with_walking_every_minute(pairs):
    frame = frame_of(pairs[:6])
    np.testing.assert_allclose(weekday_hour(frame).grid, minute_by_minute(frame), atol=1e-9)


@pytest.mark.parametrize("minutes", [60 * 24, 60 * 100 + 17, 60 * 168 - 1, 60 * 168, 60 * 168 + 1])
def test_long_intervals_agree_with_walking_every_minute(minutes):
    start = datetime(2026, 11, 20, 22, 30)  # noqa: DTZ001
    frame = frame_of([(start, timedelta(minutes=minutes))])
    np.testing.assert_allclose(weekday_hour(frame).grid, minute_by_minute(frame), atol=1e-9)


@given(events)
def test_every_event_weighs_one_and_order_does_not_matter(pairs):
    answer = weekday_hour(frame_of(pairs))
    assert answer.events == len(pairs)
    assert answer.unknown == 0
    assert answer.grid.to_numpy().sum() == pytest.approx(len(pairs))
    assert (answer.grid.to_numpy() >= 0).all()
    np.testing.assert_allclose(weekday_hour(frame_of(pairs[::-1])).grid, answer.grid, atol=1e-9)


@given(events, st.integers(-300, 300))
def test_whole_weeks_later_looks_the_same(pairs, weeks):
    later = [(start + timedelta(weeks=weeks), length) for start, length in pairs]
    np.testing.assert_allclose(weekday_hour(frame_of(later)).grid, weekday_hour(frame_of(pairs)).grid, atol=1e-9)


@given(events)
def test_with_a_longest_interval_nothing_is_lost(pairs):
    answer = weekday_hour(frame_of(pairs), longest_h=168)
    week = timedelta(hours=168)
    too_long = [
        1 for start, length in pairs if length and (start + length).replace(second=0) - start.replace(second=0) >= week
    ]
    assert answer.unknown == len(too_long)
    assert answer.events == len(pairs) - len(too_long)
    assert answer.grid.to_numpy().sum() == pytest.approx(answer.events)


def test_friday_evening_to_saturday_morning():
    grid = weekday_hour(between("2026-11-20 22:00", "2026-11-21 06:00")).grid
    expected = np.zeros((7, 24))
    expected[4, 22:] = expected[5, :6] = 0.125
    np.testing.assert_array_almost_equal(grid, expected, decimal=12)


def test_published_small_cases():
    cases = pd.read_csv(PUBLISHED / "small_cases.csv", parse_dates=["start", "end"])
    expected = json.loads((PUBLISHED / "small_cases_expected.json").read_text(encoding="utf-8"))
    assert set(cases["case"]) == set(expected)
    cases = cases.rename(columns={"start": "occurred_from", "end": "occurred_to"})
    for name, cells in expected.items():
        grid = weekday_hour(cases[cases["case"] == name]).grid
        for cell, weight in cells.items():
            if cell == "every hour of week":
                np.testing.assert_allclose(grid, weight)
            elif cell == "each of the 25 hours":
                assert grid.to_numpy()[grid.to_numpy() > 0] == pytest.approx([weight] * 25)
            else:
                weekday, hour = cell.split()
                assert grid.loc[WEEKDAYS.index(weekday), int(hour)] == pytest.approx(weight), name
        assert grid.to_numpy().sum() == pytest.approx(1)


def test_published_burglaries_in_washington():
    burglaries = pd.read_csv(PUBLISHED / "dc_burglaries_2016h1.csv", parse_dates=["start", "end"])
    expected = pd.read_csv(PUBLISHED / "dc_expected_24x7.csv", index_col="hour")[WEEKDAYS].T
    figures = json.loads((PUBLISHED / "aoristic_expected.json").read_text(encoding="utf-8"))["dc"]
    burglaries = burglaries.rename(columns={"start": "occurred_from", "end": "occurred_to"})

    answer = weekday_hour(burglaries)
    np.testing.assert_allclose(answer.grid, expected, atol=1e-6)
    np.testing.assert_allclose(answer.grid.sum(axis=1), figures["by_weekday_mon_sun"], atol=5e-5)
    np.testing.assert_allclose(answer.grid.sum(axis=0), figures["by_hour"], atol=5e-5)
    assert answer.events == figures["n"]
    peak = answer.grid.stack().idxmax()
    assert peak == (figures["peak"]["weekday_mon0"], figures["peak"]["hour"])
    assert answer.grid.loc[peak] == pytest.approx(figures["peak_value"])
    assert weekday_hour(burglaries, longest_h=168).unknown == figures["over_one_week"]


def test_wall_clock_is_what_counts():
    naive = between("2026-03-29 01:30", "2026-03-29 04:30")
    local = naive.apply(lambda column: column.dt.tz_localize("Europe/Stockholm"))
    pd.testing.assert_frame_equal(weekday_hour(naive).grid, weekday_hour(local).grid)
    # The night the clocks go back an interval can end "before" it starts: it stays in its start hour.
    back = pd.DataFrame(
        {
            "occurred_from": pd.to_datetime(["2026-10-25T00:30Z"]).tz_convert("Europe/Stockholm"),
            "occurred_to": pd.to_datetime(["2026-10-25T01:10Z"]).tz_convert("Europe/Stockholm"),
        }
    )
    assert weekday_hour(back).grid.loc[6, 2] == 1


def test_a_missing_start_is_unknown_and_nothing_is_nothing():
    frame = pd.DataFrame(
        {"occurred_from": pd.to_datetime([None, "2026-11-20 22:10"]), "occurred_to": pd.to_datetime([None, None])}
    )
    for longest_h in (None, 168):
        answer = weekday_hour(frame, longest_h=longest_h)
        assert (answer.events, answer.unknown) == (1, 1)
        assert answer.grid.loc[4, 22] == answer.grid.to_numpy().sum() == 1
    empty = weekday_hour(frame.iloc[:0])
    assert (empty.events, empty.unknown, empty.grid.to_numpy().sum()) == (0, 0, 0)
    assert empty.grid.shape == (7, 24)


def test_columns_of_plain_objects_are_read_too():
    frame = pd.DataFrame({"occurred_from": [datetime(2026, 11, 20, 22, 10)], "occurred_to": [None]}, dtype=object)  # noqa: DTZ001
    assert weekday_hour(frame).grid.loc[4, 22] == 1


@given(events, st.lists(st.booleans(), min_size=168, max_size=168))
def test_the_share_of_time_agrees_with_walking_every_minute(pairs, hours):
    frame = frame_of(pairs)
    mask = np.array(hours)
    found = share_of_time(frame, mask)
    for at in range(len(frame)):
        weights = minute_by_minute(frame.iloc[[at]])
        length = frame["occurred_to"].iloc[at] - frame["occurred_from"].iloc[at]
        if pd.isna(length) or length < pd.Timedelta(hours=168):
            assert found[at] == pytest.approx(weights.ravel()[mask].sum())
        assert 0 <= found[at] <= 1


def test_the_share_of_time_of_more_than_a_week_and_of_no_time():
    late = np.tile(np.arange(24) >= 18, 7)
    frame = pd.concat([between("2026-11-20 18:00", "2026-12-04 18:00"), between("2026-11-20 18:00", None)])
    assert share_of_time(frame, late) == pytest.approx([0.25, 1])
    assert np.isnan(share_of_time(between(None, None), late)).all()
    with pytest.raises(ValueError, match="168"):
        share_of_time(frame, late[:24])
