"""When in the week something happens, when the time of each event is only known to lie between two moments."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

HOURS_IN_WEEK = 168

_MINUTES_IN_WEEK = HOURS_IN_WEEK * 60
# Minutes are counted from Thursday 1 January 1970; the week's first minute is Monday 00:00.
_EPOCH_INTO_WEEK = 3 * 24 * 60
_MISSING = np.iinfo(np.int64).min


@dataclass(frozen=True)
class AoristicGrid:
    """A week of hours, and how many events are in it and how many are not.

    `grid` has the weekdays 0 (Monday) to 6 as index and the hours 0 to 23 as columns; its values are events and add up
    to `events`. `unknown` counts the events left out because nobody knows when in the week they happened.
    """

    grid: pd.DataFrame
    events: int
    unknown: int


def weekday_hour(frame: pd.DataFrame, *, longest_h: float | None = None) -> AoristicGrid:
    """Events by weekday and hour, each event spread over the hours in which it may have happened.

    Input columns: `occurred_from` and `occurred_to`, either without time zone and then taken as local wall-clock time,
    or with a time zone and then already converted to the local one (the wall clock of that zone is used). Seconds are
    dropped. Unit: events.

    Each event weighs 1 in all, shared between the hours by minutes. A missing end, or one at or before the start, puts
    the whole event in the start hour. An interval of 168 hours or more is spread evenly over the week; with `longest_h`
    an interval of that many hours or more is left out and counted as `unknown` instead. A missing start is `unknown`.

    Assumes that every minute of the interval is equally likely. It misleads when intervals have a habit: break-ins
    found on Monday morning smear over the whole weekend, and a time entered as 00:00 for want of a better one makes a
    peak at midnight. Source: Ratcliffe 2000, the rules as in the R package aoristic. See docs/methods/aoristic.md.
    """
    start, end = _minutes(frame["occurred_from"]), _minutes(frame["occurred_to"])
    known = start != _MISSING
    # NaT has the smallest number there is, so a missing end is an end before the start.
    end = np.where(end > start, end, start)
    if longest_h is not None:
        known &= end - np.where(known, start, end) < longest_h * 60
    start, length = start[known], (end - start)[known]

    hours = np.zeros(2 * HOURS_IN_WEEK)
    into_week = (start + _EPOCH_INTO_WEEK) % _MINUTES_IN_WEEK

    at_once = length == 0
    hours += np.bincount(into_week[at_once] // 60, minlength=2 * HOURS_IN_WEEK)

    spread = ~at_once & (length < _MINUTES_IN_WEEK)
    hours += _spread(into_week[spread], length[spread])

    week = hours[:HOURS_IN_WEEK] + hours[HOURS_IN_WEEK:]
    week += np.count_nonzero(length >= _MINUTES_IN_WEEK) / HOURS_IN_WEEK
    grid = pd.DataFrame(
        week.reshape(7, 24),
        index=pd.RangeIndex(7, name="weekday"),
        columns=pd.RangeIndex(24, name="hour"),
    )
    events = int(known.sum())
    return AoristicGrid(grid=grid, events=events, unknown=len(frame) - events)


def share_of_time(frame: pd.DataFrame, hours: ArrayLike) -> NDArray[np.float64]:
    """How much of each event's time lies in some of the week's hours: 0 none of it, 1 all.

    Input columns as `weekday_hour`; `hours` says for each of the 168 hours from Monday 0:00 whether it is one of them.
    Unit: a share. An event without an end, or with one at or before its start, lies in its start hour; without a start
    the share is NaN. The same assumption: every minute of the interval is equally likely. See docs/methods/aoristic.md.
    """
    inside = np.asarray(hours, dtype=bool)
    if inside.shape != (HOURS_IN_WEEK,):
        raise ValueError("A week has 168 hours.")
    start, end = _minutes(frame["occurred_from"]), _minutes(frame["occurred_to"])
    known = start != _MISSING
    start = np.where(known, start, 0)
    end = np.where(known & (end > start), end, start)
    # Minutes inside since Monday 0:00, and for whole weeks besides.
    since_monday = np.r_[0, np.cumsum(np.repeat(inside, 60))]

    def until(minute: NDArray[np.int64]) -> NDArray[np.int64]:
        weeks, into_week = np.divmod(minute + _EPOCH_INTO_WEEK, _MINUTES_IN_WEEK)
        return np.asarray(weeks * since_monday[-1] + since_monday[into_week], dtype=np.int64)

    length = end - start
    at_once = inside[(start + _EPOCH_INTO_WEEK) % _MINUTES_IN_WEEK // 60].astype(np.float64)
    share = np.divide(until(end) - until(start), length, out=at_once, where=length > 0)
    return np.where(known, share, np.nan)


def _spread(first: NDArray[np.int64], length: NDArray[np.int64]) -> NDArray[np.float64]:
    """Events per hour over two weeks, for intervals that start in the first week and are shorter than a week.

    Only the first and last hour of an interval are partly filled; for the whole hours between, the change is booked
    where they begin and where they end, and added up once for all intervals. The work does not grow with their length.
    """
    weeks_two = 2 * HOURS_IN_WEEK
    after = first + length
    first_hour, last_hour = first // 60, (after - 1) // 60
    per_minute = 1 / length
    in_first = np.minimum(after, (first_hour + 1) * 60) - first
    in_last = np.where(last_hour > first_hour, after - last_hour * 60, 0)
    filled = np.bincount(first_hour, in_first * per_minute, weeks_two)
    filled += np.bincount(last_hour, in_last * per_minute, weeks_two)
    whole = last_hour > first_hour + 1
    rise = np.bincount(first_hour[whole] + 1, 60 * per_minute[whole], weeks_two)
    rise -= np.bincount(last_hour[whole], 60 * per_minute[whole], weeks_two)
    between = np.cumsum(rise)
    # One minute of the longest interval weighs 1e-4; anything this small is what rounding left behind.
    between[np.abs(between) < 1e-9] = 0
    return np.asarray(filled + between, dtype=np.float64)


def _minutes(column: pd.Series) -> NDArray[np.int64]:
    """Whole minutes of wall-clock time since 1970; the smallest integer where the time is missing."""
    times = pd.to_datetime(column)
    if times.dt.tz is not None:
        times = times.dt.tz_localize(None)
    return times.to_numpy().astype("datetime64[m]").astype(np.int64)
