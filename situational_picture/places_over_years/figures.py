"""A place's figures across all years as one plain dictionary. No database, no clock.

Counts are whole numbers, and None means that the source lacks the year (never zero). A year's expected range comes from
the place's own years before it, by the same method as the pictures' (`analysis.expected`, with a year for a period).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.aoristic import weekday_hour
from analysis.expected import expected_band, judge
from analysis.periods import PeriodKind, containing
from situational_picture.figures import LONGEST_INTERVAL_H, Source

# A first day, and the first day after.
Days = tuple[dt.date, dt.date]

# So many years are shown, and used for the expected ranges.
MOST_YEARS = 10
# Fewer years than these before it give a year no range.
FEWEST_YEARS = 3
# When in the week things happen is read from the latest years: habits change.
CLOCK_YEARS = 3
# Fewer answers than these give no mean.
FEWEST_ANSWERS = 10
# From this severity on (of 1–4) an event is called serious.
SERIOUS_FROM = 3
# Fewer events than these say nothing of when in the week it is busiest, or of how often something happens.
FEWEST_TO_DESCRIBE = 20
# The busiest part of the week is told in so many hours.
_PART_H = 6


def months_over(source: Source, today: dt.date) -> tuple[int, int] | None:
    """The latest year with data, and how many of its months are over; None where there is no data at all."""
    if source.first_day is None or source.last_day is None:
        return None
    last = min(source.last_day, today)
    # The day itself is not over while it is today.
    end = last + dt.timedelta(days=0 if last == today else 1)
    return last.year, 12 if end.year > last.year else end.month - 1


def clock_window(source: Source, today: dt.date, *, whole_years: bool) -> Days | None:
    """The days from which it is read when in the week things happen: up to, not including, the last.

    `whole_years` leaves the running year out, for those who see no single events.
    """
    over = months_over(source, today)
    if over is None or source.last_day is None:
        return None
    year, months = over
    if whole_years:
        end = dt.date(year + 1 if months == 12 else year, 1, 1)
        return end.replace(year=end.year - CLOCK_YEARS), end
    end = min(source.last_day, today) + dt.timedelta(days=1)
    # 29 February has no day in the year before.
    return end.replace(year=end.year - CLOCK_YEARS, day=min(end.day, 28)), end


def compute(
    daily: pd.DataFrame,
    moments: pd.DataFrame,
    *,
    source: Source,
    today: dt.date,
    window: tuple[dt.date, dt.date] | None,
) -> dict[str, Any]:
    """All the figures of one place. `daily` and `moments` as in `queries`; `window` is the days of `moments`."""
    years, is_partial = _years(daily, source, today)
    return {
        "total": int(daily["count"].sum()),
        "years": years,
        "has_partial_year": is_partial,
        "months_only": source.months_only,
        "exact_from": source.exact_from.isoformat() if source.exact_from else None,
        "clock": _clock(moments, source),
        "window": {"start": window[0].isoformat(), "end": window[1].isoformat()} if window else None,
        "unsafety": _unsafety(_between(daily, window)),
        "recurrence": _recurrence(daily, source, today),
        "is_protected": False,
    }


# Years


def _years(daily: pd.DataFrame, source: Source, today: dt.date) -> tuple[list[dict[str, Any]], bool]:
    """Each year with its count, its serious events and what was to be expected; and whether the last is not over."""
    over = months_over(source, today)
    if over is None or source.first_day is None:
        return [], False
    last, months = over
    years = list(range(max(source.first_day.year, last - MOST_YEARS + 1), last + 1))
    grid = _by_month(daily, years)
    serious = _by_month(daily[daily["severity"] >= SERIOUS_FROM], years)
    weight = _by_month(daily.assign(count=daily["count"] * daily["severity"]), years)
    known = np.array([[_has(source, year, month) for month in range(1, 13)] for year in years])
    # What the last year is compared by: the months that are over, of every year.
    is_partial = months < 12
    counts, lacking = _whole(grid, known, 12)
    ranges = _ranges(counts, years)
    serious_ranges = _ranges(_whole(serious, known, 12)[0], years)
    compared, serious_compared = counts.copy(), serious.sum(axis=1)
    if is_partial:
        part, serious_part = (_whole(table, known, months)[0] for table in (grid, serious))
        ranges, serious_ranges = (
            pd.concat([table.iloc[:-1], _range_of_part(series, years, months)])
            for table, series in ((ranges, part), (serious_ranges, serious_part))
        )
        compared[-1], serious_compared[-1] = (part[-1], serious_part[-1]) if months else (np.nan, np.nan)
    rows = []
    for place, year in enumerate(years):
        is_last_partial = is_partial and place == len(years) - 1
        row = {
            "year": year,
            # What has come so far, also in the month that is not over.
            "count": int(grid[place].sum()) if known[place].any() else None,
            "is_partial": is_last_partial,
            "months_over": months if is_last_partial else 12,
            "missing_months": int(lacking[place]) if not is_last_partial else 0,
            "serious": int(serious[place].sum()) if known[place].any() else None,
            "weight": int(weight[place].sum()) if known[place].any() else None,
            **_judged(compared[place], ranges.iloc[place]),
            "serious_compared": _number(serious_compared[place]),
            "weight_compared": _number(weight[place, : months if is_last_partial else 12].sum()),
        }
        row["serious_judgement"] = _judged(serious_compared[place], serious_ranges.iloc[place])["judgement"]
        rows.append(row)
    return rows, is_partial


def _by_month(daily: pd.DataFrame, years: list[int]) -> NDArray[np.float64]:
    """Counts by year (rows) and month (columns)."""
    table = np.zeros((len(years), 12))
    year, month = daily["day"].dt.year.to_numpy(), daily["day"].dt.month.to_numpy()
    inside = (year >= years[0]) & (year <= years[-1])
    np.add.at(table, (year[inside] - years[0], month[inside] - 1), daily["count"].to_numpy()[inside])
    return table


def _has(source: Source, year: int, month: int) -> bool:
    """Whether any source has delivered for the month."""
    first = dt.date(year, month, 1)
    assert source.first_day is not None
    assert source.last_day is not None
    return source.first_day.replace(day=1) <= first <= source.last_day and first not in source.missing_months


def _whole(
    grid: NDArray[np.float64], known: NDArray[np.bool_], months: int
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """The years' counts in their first months, NaN where the source lacks any of them; and how many it lacks."""
    lacking = (~known[:, :months]).sum(axis=1)
    counts = np.where(lacking == 0, grid[:, :months].sum(axis=1), np.nan)
    return counts, lacking


def _ranges(counts: NDArray[np.float64], years: list[int]) -> pd.DataFrame:
    return expected_band(
        pd.Series(counts, index=pd.Index(years)), season_length=1, seasons=MOST_YEARS, fewest=FEWEST_YEARS
    )


def _range_of_part(counts: NDArray[np.float64], years: list[int], months: int) -> pd.DataFrame:
    """The running year's range, from its months that are over; none before the first of them is."""
    last = _ranges(counts, years).iloc[[-1]]
    return last if months else last.assign(expected=np.nan, lower=np.nan, upper=np.nan)


def _judged(compared: float, expected: Mapping[Any, Any] | pd.Series) -> dict[str, Any]:
    return {
        "compared": _number(compared),
        "expected": _number(round(expected["expected"], 1)),
        "lower": _number(expected["lower"]),
        "upper": _number(expected["upper"]),
        "reason": "" if np.isnan(compared) else str(expected["reason"]),
        "judgement": judge(compared, expected["lower"], expected["upper"]),
    }


def _number(value: float) -> float | int | None:
    if value is None or np.isnan(value):
        return None
    return int(value) if float(value).is_integer() else round(float(value), 2)


# When in the week


def _clock(moments: pd.DataFrame, source: Source) -> dict[str, Any] | None:
    """Weekday by hour, each event spread over the hours in which it may have happened; None without any hours."""
    if source.months_only or moments.empty:
        return None
    one_row_each = moments.iloc[np.repeat(np.arange(len(moments)), moments["count"].to_numpy())]
    result = weekday_hour(one_row_each, longest_h=LONGEST_INTERVAL_H)
    grid = result.grid.to_numpy()
    parts = grid.reshape(7, 24 // _PART_H, _PART_H).sum(axis=2)
    day, part = np.unravel_index(int(parts.argmax()), parts.shape)
    return {
        "grid": [[round(float(value), 3) for value in hours] for hours in grid],
        "events": result.events,
        "unknown": result.unknown,
        "busiest": {
            "weekday": int(day), "from_hour": int(part) * _PART_H, "to_hour": (int(part) + 1) * _PART_H,
            "events": round(float(parts.max()), 1),
        } if result.events >= FEWEST_TO_DESCRIBE else None,
    }  # fmt: skip


# Unsafety


def _between(daily: pd.DataFrame, window: Days | None) -> pd.DataFrame:
    if window is None:
        return daily.iloc[:0]
    return daily[(daily["day"] >= pd.Timestamp(window[0])) & (daily["day"] < pd.Timestamp(window[1]))]


def _unsafety(daily: pd.DataFrame) -> dict[str, Any]:
    """The mean of how unsafe it made people feel (1–5) with its 95 % interval; no mean with too few answers."""
    answers, events = int(daily["answers"].sum()), int(daily["count"].sum())
    found: dict[str, Any] = {"answers": answers, "events": events, "mean": None, "lower": None, "upper": None}
    if answers < FEWEST_ANSWERS:
        return found
    mean = daily["unsafety"].sum() / answers
    variance = max(0.0, (daily["unsafety_squared"].sum() - answers * mean**2) / (answers - 1))
    half = 1.96 * float(np.sqrt(variance / answers))
    return {
        **found,
        "mean": round(float(mean), 1),
        "lower": round(max(1.0, float(mean) - half), 1),
        "upper": round(min(5.0, float(mean) + half), 1),
    }


# How often


def _recurrence(daily: pd.DataFrame, source: Source, today: dt.date) -> dict[str, Any] | None:
    """In how many of the last 52 weeks with data something happened, and the longest calm; None without days.

    Weeks that reach back before the data, or into months of which only the counts are left, are not asked about.
    """
    if source.months_only or source.first_day is None or source.last_day is None:
        return None
    last = min(source.last_day, today)
    week = containing(last, PeriodKind.WEEK)
    end = week.end if last == week.last_day and last < today else week.start
    start = end - dt.timedelta(weeks=52)
    if start < source.first_day or source.is_blurred(start, end):
        return None
    if any(start <= month < end for month in source.missing_months):
        return None
    rows = daily[~daily["by_month"]]
    rows = rows[(rows["day"] >= pd.Timestamp(start)) & (rows["day"] < pd.Timestamp(end))]
    by_month_too = bool(_between(daily[daily["by_month"]], (start, end))["count"].sum())
    days = np.unique(rows["day"].to_numpy().astype("datetime64[D]"))
    offsets = (days - np.datetime64(start)).astype(int)
    # Days without anything between two that had something, and before the first and after the last.
    edges = np.concatenate([[-1], offsets, [(end - start).days]])
    return {
        "start": start.isoformat(),
        "end": end.isoformat(),
        "events": int(rows["count"].sum()),
        "weeks": len(np.unique(offsets // 7)),
        "of": 52,
        "longest_calm_days": int(np.diff(edges).max() - 1),
        "leaves_out_months": by_month_too,
    }
