"""What is unusual about one place or area beside comparable ones: what happens there, when, and how often again."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from analysis.aoristic import weekday_hour
from analysis.clustered import Range, count_range, differing_each

# A place with fewer events than this has no profile, and is nothing to compare with.
FEWEST_EVENTS = 20
# With fewer comparable places nobody knows how much places differ anyway.
FEWEST_COMPARABLE = 5
# What is so rare that fewer than this were both seen and to be expected is not tested.
FEWEST_TO_TEST = 5

# Findings with p-values below this are equally certain.
CERTAIN = 1e-12

PARTS_OF_DAY = 4
HOURS_IN_PART = 24 // PARTS_OF_DAY
SEASONS = {1: (12, 1, 2), 2: (3, 4, 5), 3: (6, 7, 8), 4: (9, 10, 11)}
# An interval as long as this says nothing of the hour, and is left out of the week.
LONGEST_H = 24
AGAIN_WITHIN_DAYS = 3
# Where a larger part than this would come again if all came evenly, nothing can be said of how much comes again.
MOST_AGAIN = 0.8


class Dimension(StrEnum):
    """What is looked at: each with its subjects, in the order in which equal findings come."""

    CATEGORY = "category"  # the category's key
    WEEKDAY_PART = "weekday_part"  # weekday (0 is Monday) and part of the day (0 is the night), as 4·weekday + part
    WEEKDAY = "weekday"
    PART = "part"
    MONTH = "month"
    SEASON = "season"  # 1 is December to February
    AGAIN = "again"  # the number of days within which an event has another one before it at the same spot


# Dimensions that are about the same thing: more on Friday evening is also more on Friday and in the evening.
_ABOUT = {
    Dimension.WEEKDAY_PART: "week",
    Dimension.WEEKDAY: "week",
    Dimension.PART: "week",
    Dimension.MONTH: "year",
    Dimension.SEASON: "year",
}


@dataclass(frozen=True)
class Unusual:
    """One thing that is unusual. Of `of` events `observed` are so; at comparable places `expected` would be."""

    dimension: Dimension
    subject: Hashable
    direction: Literal["more", "fewer"]
    observed: int
    of: int
    expected: float
    lower: float
    upper: float
    p_adjusted: float


@dataclass(frozen=True)
class Profile:
    """What is unusual, the most certain first; nothing found is an answer, and so is `too_few` with its reason.

    `left_out` says of each dimension how many of the place's events are not in it, because their time is not known
    closely enough. `tests` is how many things were looked at.
    """

    events: int
    comparable: int
    found: list[Unusual]
    tests: int
    too_few: Literal["", "events", "comparable"] = ""
    left_out: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class _Table:
    """Counts by place (rows, the place asked about first) and subject (columns), and each place's total."""

    subjects: list[Hashable]
    counts: NDArray[np.float64]
    # The finest cells the subjects are made of, and which of them each subject holds.
    cells: NDArray[np.float64]
    holds: NDArray[np.bool_]

    def without(self, gone: NDArray[np.bool_]) -> "_Table":
        """The same where the events of some cells are left out."""
        cells = self.cells * ~gone
        return _Table(self.subjects, cells @ self.holds.T, cells, self.holds)


def what_is_unusual(
    events: pd.DataFrame, unit: Hashable, *, at_most: int = 5, level: float = 0.05, days: int | None = None
) -> Profile:
    """What is unusual at the place or area `unit` beside the others in the frame.

    Input columns: `unit` (the place or area each event belongs to: the one asked about and those comparable to it, over
    the same days), `spot` (the place itself, 0 for none: where an event can come again), `category`, `occurred_from`,
    `occurred_to` (local wall clock) and `time_precision` (exact, interval, day or month). `days` is the length of the
    period; without it, from the first event to the last. Unit: events.

    Looked at are the share of each category, weekday, part of the day, weekday and part together, month and season, and
    how many events have another one at their spot one to three days before. A share is held against the pooled share of
    the comparable units, and the range is as wide as they differ among themselves (`differing_each`), so that bursts
    and places' own habits are in it. All looked at are corrected for together (Holm): when nothing is unusual,
    something is found at most in one run of twenty. More on Friday evening is not said again as more on Friday, nor as
    fewer on Monday: what a finding explains is left out and the rest looked at anew.

    An interval is spread over its hours (`weekday_hour`); one of a day or more, and what is known only to the day,
    says nothing of the part of the day; what is known only to the month nothing of the week. It misleads where the
    comparable units are not alike in who reports. See docs/methods/profile.md.
    """
    events = events.reset_index(drop=True)
    per_unit = events["unit"].value_counts()
    here = int(per_unit.get(unit, 0))
    others = sorted((name for name, count in per_unit.items() if name != unit and count >= FEWEST_EVENTS), key=str)
    if here < FEWEST_EVENTS or len(others) < FEWEST_COMPARABLE:
        return Profile(here, len(others), [], 0, too_few="events" if here < FEWEST_EVENTS else "comparable")
    units = [unit, *others]
    events = events[events["unit"].isin(units)].reset_index(drop=True)
    row = pd.Index(units).get_indexer(pd.Index(events["unit"]))
    tables = _tables(events, row, len(units))

    looked_at = [one for dimension, table in tables.items() for one in _look(dimension, table) if one is not None]
    again = _again(events, row, len(units), days)
    looked_at += [again] if again is not None else []
    adjusted = _holm(np.array([one.p_adjusted for one in looked_at]))
    # Of what is equally certain, what there is more of explains what there is less of.
    order = sorted(
        range(len(looked_at)),
        key=lambda at: (max(looked_at[at].p_adjusted, CERTAIN), looked_at[at].direction == "fewer"),
    )
    candidates = [(looked_at[at], adjusted[at]) for at in order if adjusted[at] < level]

    found: list[Unusual] = []
    gone = {name: np.zeros(table.cells.shape[1], dtype=bool) for name, table in tables.items()}
    for one, p_adjusted in candidates:
        if len(found) == at_most:
            break
        if any((one.dimension, one.subject) == (known.dimension, known.subject) for known in found):
            continue
        if one.dimension in tables:
            if gone[one.dimension].any() and not _still(one, tables[one.dimension].without(gone[one.dimension]), level):
                continue
            one, p_adjusted = _sharpest((one, p_adjusted), candidates, tables, gone, level)
            explained = _held(one, tables)
            for name in tables:
                if _about(name) == _about(one.dimension):
                    gone[name] |= explained
        found.append(_with_p(one, float(p_adjusted)))
    without = {name.value: here - round(table.cells[0].sum()) for name, table in tables.items()}
    left_out = {name: count for name, count in without.items() if count}
    return Profile(here, len(others), found, len(looked_at), left_out=left_out)


def _tables(events: pd.DataFrame, row: NDArray[np.intp], units: int) -> dict[Dimension, _Table]:
    """Every dimension's counts. Those about the same thing share their cells, so that one can be taken from another."""
    categories, code = np.unique(events["category"].to_numpy(), return_inverse=True)
    by_category = np.bincount(row * len(categories) + code, minlength=units * len(categories)).reshape(units, -1)

    starts = pd.to_datetime(events["occurred_from"])
    month_of = starts.dt.month.to_numpy() - 1
    by_month = np.bincount(row * 12 + month_of, minlength=units * 12).reshape(units, 12)

    precision = events["time_precision"].to_numpy()
    by_part = np.stack(
        [
            weekday_hour(events[(row == at) & ~np.isin(precision, ["day", "month"])], longest_h=LONGEST_H)
            .grid.to_numpy()
            .reshape(7 * PARTS_OF_DAY, HOURS_IN_PART)
            .sum(axis=1)
            for at in range(units)
        ]
    )
    # Only weekdays count the days without an hour: a cell more for each day, which is empty where hours are asked for.
    is_day = precision == "day"
    weekday = starts.dt.day_of_week.to_numpy()
    day_only = np.bincount(row[is_day] * 7 + weekday[is_day], minlength=units * 7).reshape(units, 7)

    parts = np.arange(7 * PARTS_OF_DAY)
    without_days = ((0, 0), (0, 7))
    week, week_and_days = np.pad(by_part, without_days), np.hstack([by_part, day_only])
    every = np.pad(np.eye(len(parts), dtype=bool), without_days)
    in_part = np.pad(parts[None] % PARTS_OF_DAY == np.arange(PARTS_OF_DAY)[:, None], without_days)
    on_weekday = np.hstack([parts[None] // PARTS_OF_DAY == np.arange(7)[:, None], np.eye(7, dtype=bool)])
    seasons = np.array([[month + 1 in SEASONS[season] for month in range(12)] for season in SEASONS])
    return {
        Dimension.CATEGORY: _table(categories.tolist(), by_category, np.eye(len(categories), dtype=bool)),
        Dimension.WEEKDAY_PART: _table(parts.tolist(), week, every),
        Dimension.WEEKDAY: _table(list(range(7)), week_and_days, on_weekday),
        Dimension.PART: _table(list(range(PARTS_OF_DAY)), week, in_part),
        Dimension.MONTH: _table(list(range(1, 13)), by_month, np.eye(12, dtype=bool)),
        Dimension.SEASON: _table(list(SEASONS), by_month, seasons),
    }


def _table(subjects: Sequence[Hashable], cells: NDArray, holds: NDArray[np.bool_]) -> _Table:
    cells = cells.astype(np.float64)
    return _Table(list(subjects), cells @ holds.T, cells, holds)


def _look(dimension: Dimension, table: _Table) -> list[Unusual | None]:
    """Each subject's share at the place against the others'; None where there is too little to look at."""
    totals = table.cells.sum(axis=1)
    of = int(totals[0] + 1e-6)
    rest_totals = totals[1:]
    enough = rest_totals >= FEWEST_EVENTS
    if of < FEWEST_EVENTS or enough.sum() < FEWEST_COMPARABLE:
        return [None] * len(table.subjects)
    rest, rest_totals = table.counts[1:][enough], rest_totals[enough]
    pool = rest_totals.sum()
    shares = (rest.sum(axis=0) + 0.5) / (pool + 1)
    differ = differing_each(rest, rest_totals)
    least = shares * (1 - shares)
    # A rare subject says little of how much places differ in it; the dimension as a whole says more.
    differ = np.maximum(differ, (differ * least).sum() / least.sum())
    uneven = float(((rest_totals / pool) ** 2).sum())
    found: list[Unusual | None] = []
    for at, subject in enumerate(table.subjects):
        share = float(shares[at])
        expected = of * share
        seen = float(table.counts[0, at])
        # Spread over hours, a count is no whole number: the one nearer to what is expected is the careful one.
        observed = min(of, int(np.floor(seen + 1e-6) if seen > expected else np.ceil(seen - 1e-6)))
        if max(observed, expected) < FEWEST_TO_TEST or share >= 1:
            found.append(None)
            continue
        one = of * share * (1 - share)
        variance = one * (1 + of / pool + (of - 1 + of * uneven) * float(differ[at]))
        found.append(_unusual(dimension, subject, observed, of, share, variance))
    return found


def _unusual(dimension: Dimension, subject: Hashable, observed: int, of: int, share: float, variance: float) -> Unusual:
    ranged: Range = count_range(observed, of=of, share=share, variance=variance)
    expected = of * share
    return Unusual(
        dimension=dimension,
        subject=subject,
        direction="more" if observed > expected else "fewer",
        observed=observed,
        of=of,
        expected=expected,
        lower=ranged.lower,
        upper=ranged.upper,
        p_adjusted=min(1.0, 2 * min(ranged.at_least, ranged.at_most)),
    )


def _about(dimension: Dimension) -> str:
    return _ABOUT.get(dimension, dimension.value)


def _held(one: Unusual, tables: Mapping[Dimension, _Table]) -> NDArray[np.bool_]:
    """The cells a finding is made of."""
    table = tables[one.dimension]
    return np.asarray(table.holds[table.subjects.index(one.subject)], dtype=bool)


def _sharpest(
    found: tuple[Unusual, float],
    candidates: list[tuple[Unusual, float]],
    tables: Mapping[Dimension, _Table],
    gone: Mapping[Dimension, NDArray[np.bool_]],
    level: float,
) -> tuple[Unusual, float]:
    """The finding, or the part of it that explains it: Friday evening, where Friday is usual without its evening."""
    one, _p_adjusted = found
    held, table = _held(one, tables), tables[one.dimension]
    for inner in candidates:
        part = inner[0]
        if part.dimension not in tables or _about(part.dimension) != _about(one.dimension):
            continue
        cells = _held(part, tables)
        is_part = (cells & ~held).sum() == 0 and cells.sum() < held.sum() and part.direction == one.direction
        if is_part and not _still(one, table.without(gone[one.dimension] | cells), level):
            return inner
    return found


def _still(one: Unusual, table: _Table, level: float) -> bool:
    """Whether it stands out the same way among what the findings before it do not explain."""
    at = table.subjects.index(one.subject)
    again = _look(one.dimension, table)[at]
    return again is not None and again.direction == one.direction and again.p_adjusted < level


def _again(events: pd.DataFrame, row: NDArray[np.intp], units: int, days: int | None) -> Unusual | None:
    """How many events have one before them at their spot, beside how many would if each spot's came evenly.

    What came at one spot on one day counts as one: two reports of a day may be one event. Busy spots have more by
    themselves, so it is the excess over evenly that is compared between the units: the logarithm of how many times
    more, with what differs between the others as its scatter.
    """
    starts = pd.to_datetime(events["occurred_from"])
    spot = events["spot"].to_numpy()
    length = (pd.to_datetime(events["occurred_to"]) - starts).dt.days.fillna(0).to_numpy()
    known = (events["time_precision"] != "month").to_numpy() & (spot != 0) & (length < 7)
    day = starts.to_numpy().astype("datetime64[D]").astype(np.int64)[known]
    if not len(day):
        return None
    span = max(days or 0, int(day.max() - day.min()) + 1)
    row, spot, day = np.unique(np.column_stack([row[known], spot[known].astype(np.int64), day]), axis=0).T
    spots, at_spot, in_spot = np.unique(np.column_stack([row, spot]), axis=0, return_inverse=True, return_counts=True)
    at_spot = at_spot.ravel()
    order = np.lexsort((day, at_spot))
    gap = np.diff(day[order])
    follows = (np.diff(at_spot[order]) == 0) & (gap <= AGAIN_WITHIN_DAYS)
    unit_of_spot = spots[:, 0]
    seen = np.bincount(unit_of_spot[at_spot[order][1:]], follows, units)
    # Of events thrown evenly on a line, a gap is longer than a part of it with this chance.
    could = in_spot - 1
    evenly = could * (1 - (1 - min(1.0, AGAIN_WITHIN_DAYS / span)) ** in_spot)
    expected = np.bincount(unit_of_spot, evenly, units)
    of = np.bincount(row, minlength=units)
    room = np.bincount(unit_of_spot, could, units)
    usable = (of >= FEWEST_EVENTS) & (expected > 0) & (expected < MOST_AGAIN * room)
    if not usable[0] or usable[1:].sum() < FEWEST_COMPARABLE or max(seen[0], expected[0]) < FEWEST_TO_TEST:
        return None
    times = np.log((seen + 0.5) / (expected + 0.5))
    # Where nearly all come again anyway, chance has little room.
    chance = (1 - expected / np.maximum(room, 1)) / (expected + 0.5)
    rest = np.flatnonzero(usable[1:]) + 1
    freedom = len(rest) - 1
    differ = max(0.0, float(times[rest].var(ddof=1) - chance[rest].mean()))
    weight = 1 / (chance[rest] + differ)
    usual = float((weight * times[rest]).sum() / weight.sum())
    apart = float(np.sqrt(chance[0] + differ + 1 / weight.sum()))
    p_value = float(2 * stats.t.sf(abs(times[0] - usual) / apart, freedom))
    edge = float(stats.t.ppf(0.975, freedom)) * apart
    most = float(room[0])
    likely, lower, upper = (
        min(most, max(0.0, float(np.exp(usual + by) * (expected[0] + 0.5) - 0.5))) for by in (0.0, -edge, edge)
    )
    return Unusual(
        dimension=Dimension.AGAIN,
        subject=AGAIN_WITHIN_DAYS,
        direction="more" if seen[0] > likely else "fewer",
        observed=int(seen[0]),
        of=int(of[0]),
        expected=likely,
        lower=float(np.floor(lower)),
        upper=float(np.ceil(upper)),
        p_adjusted=p_value,
    )


def _holm(p_values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Corrected for being many, so that nothing at all is found by chance more often than the level says."""
    many = len(p_values)
    order = np.argsort(p_values, kind="stable")
    stepped = np.maximum.accumulate(p_values[order] * (many - np.arange(many)))
    adjusted = np.empty(many)
    adjusted[order] = np.minimum(stepped, 1.0)
    return adjusted


def _with_p(one: Unusual, p_adjusted: float) -> Unusual:
    return Unusual(
        one.dimension, one.subject, one.direction, one.observed, one.of, one.expected, one.lower, one.upper, p_adjusted
    )
