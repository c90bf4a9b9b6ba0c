"""How complete an area's figures are: the units' states gathered by the trend's periods. No database, no clock.

A trend period is covered by the reporting periods that end in it, or, where reporting periods are longer, by the one
that holds its last day. Each unit is expected to answer once for each of them.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.change import compare_counts
from analysis.periods import Period, PeriodKind

REPORTED, NOTHING, MISSING, WAITING = "reported", "nothing", "missing", "waiting"
STATES = (REPORTED, NOTHING, MISSING, WAITING)
# How many of the latest whole periods are compared with each other: a quarter of weeks, a year and the same month of
# the year before, a year and the same tertial of the year before.
COMPARED = {PeriodKind.WEEK: 13, PeriodKind.MONTH: 13, PeriodKind.TERTIAL: 4}


@dataclass(frozen=True)
class UnitStates:
    """What the picture knows of who reports about an area.

    `states` has a column for each reporting period (its number in `periods`) and a row for each unit, by its id;
    a cell is a state, or None where the unit is not expected. `names` are the units' names, `every` is how often they
    report. `daily` holds the area's counted events by unit and day: unit, day, by_month, count; unit 0 is everybody
    else.
    """

    every: str = ""
    periods: Sequence[Period] = ()
    states: pd.DataFrame = field(default_factory=pd.DataFrame)
    names: Mapping[int, str] = field(default_factory=dict)
    daily: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=["unit", "day", "by_month", "count"]))

    @property
    def is_followed(self) -> bool:
        """Whether any unit is expected to report about the area at all."""
        return not self.states.empty

    @cached_property
    def cells(self) -> NDArray[np.object_]:
        """The states as an array, units by periods: asking a frame so often takes longer than all the rest."""
        return self.states.to_numpy(dtype=object)

    @cached_property
    def is_expected(self) -> NDArray[np.bool_]:
        """Units by periods: whether the unit is expected at all."""
        return self.states.notna().to_numpy(dtype=bool)

    @cached_property
    def totals(self) -> dict[str, NDArray[np.int64]]:
        """How many units have each state, period by period."""
        return {state: (self.cells == state).sum(axis=0) for state in STATES}

    @cached_property
    def _starts_and_ends(self) -> tuple[list[dt.date], list[dt.date]]:
        return [one.start for one in self.periods], [one.end for one in self.periods]

    def slots(self, period: Period) -> list[int]:
        """The numbers of the reporting periods that a trend period is covered by. They stand in the order of time."""
        starts, ends = self._starts_and_ends
        inside = range(bisect_right(ends, period.start), bisect_right(ends, period.end))
        if inside:
            return list(inside)
        around = bisect_right(starts, period.last_day) - 1
        return [around] if around >= 0 and period.last_day < ends[around] else []


def silent_spans(units: UnitStates, daily: pd.DataFrame) -> tuple[tuple[dt.date, dt.date], ...]:
    """The stretches in which every unit is missing and nothing was counted either: no zero, but nobody's word.

    `daily` holds the area's counted events by day (column day). Stretches that follow each other are one.
    """
    spans: list[tuple[dt.date, dt.date]] = []
    if not units.is_followed:
        return ()
    days = np.sort(daily["day"].to_numpy().astype("datetime64[D]"))
    missing, expected = units.totals[MISSING], units.is_expected.sum(axis=0)
    for number in np.flatnonzero((missing > 0) & (missing == expected)).tolist():
        period = units.periods[number]
        first, after = np.searchsorted(days, [np.datetime64(period.start), np.datetime64(period.end)])
        if after > first:
            continue
        if spans and spans[-1][1] == period.start:
            spans[-1] = (spans[-1][0], period.end)
        else:
            spans.append((period.start, period.end))
    return tuple(spans)


def coverage_figures(
    units: UnitStates, trend: Mapping[str, Any], periods: Sequence[Period], *, is_silent: bool
) -> dict[str, Any] | None:
    """What is stored with a picture: how many answers there are in each of the trend's periods, and what follows.

    None where nobody is expected to report. `trend` is the picture's own, `periods` the same periods as values;
    `is_silent` says that the picture's period has nothing because nobody has answered.
    """
    if not units.is_followed:
        return None
    slots = [units.slots(period) for period in periods]
    counts = {state: [int(units.totals[state][numbers].sum()) for numbers in slots] for state in STATES}
    kind = PeriodKind(trend["kind"])
    compared = _compared(counts, kind)
    compared_slots = [slots[place] for place in compared]
    covered = _covered(units, compared_slots)
    return {
        "every": units.every,
        # Whether each unit answers once in a period of the trend, so that answers are units.
        "is_once": max(map(len, slots), default=0) <= 1,
        **counts,
        "compared": [trend["periods"][place] for place in compared],
        "is_silent": is_silent,
        "changes": _changes(units, covered, compared_slots, [trend["periods"][place] for place in compared]),
        "panel": _panel(units, covered, [periods[place] for place in compared], kind),
    }


def _compared(counts: Mapping[str, Sequence[int]], kind: PeriodKind) -> list[int]:
    """The places of the latest periods that are over and answered for: those that are compared with each other."""
    totals = np.array([counts[state] for state in STATES]).sum(axis=0)
    over = [
        place
        for place, (total, waiting) in enumerate(zip(totals, counts[WAITING], strict=True))
        if total > 0 and waiting == 0
    ]
    latest: list[int] = []
    for place in reversed(over):
        # Only periods in an unbroken row are compared.
        if latest and place != latest[-1] - 1:
            break
        latest.append(place)
    return latest[: COMPARED[kind]][::-1]


def _covered(units: UnitStates, slots: Sequence[list[int]]) -> pd.DataFrame:
    """Units by compared periods: whether the unit has answered for all of the period, by a report or by its word."""
    answered = (units.cells == REPORTED) | (units.cells == NOTHING)
    return pd.DataFrame(
        {place: answered[:, numbers].all(axis=1) for place, numbers in enumerate(slots)}, index=units.states.index
    )


def _changes(
    units: UnitStates, covered: pd.DataFrame, slots: Sequence[list[int]], codes: Sequence[str]
) -> list[dict[str, Any]]:
    """Where the set of units that answer has changed: who came and stayed, and who went and stayed away.

    One period alone is no change, neither one that was missed nor one that was answered, unless that is when the unit
    was first, or no longer, expected to report.
    """
    joined, left = dict.fromkeys(codes, 0), dict.fromkeys(codes, 0)
    for is_expected, answers in zip(units.is_expected, covered.to_numpy(), strict=True):
        expected = [bool(is_expected[numbers].all()) for numbers in slots]
        begins = int(np.argmax(answers)) if answers.any() else 0
        if begins > 0 and answers[begins:].all():
            is_lasting = begins > 1 and len(answers) - begins > 1
            joined[codes[begins]] += is_lasting or not expected[begins - 1]
        ends = int(np.argmin(answers)) if not answers.all() else 0
        if ends > 0 and not answers[ends:].any():
            is_lasting = ends > 1 and len(answers) - ends > 1
            left[codes[ends]] += is_lasting or not expected[ends]
    return [
        {"period": code, "joined": joined[code], "left": left[code]} for code in codes if joined[code] or left[code]
    ]


def _panel(
    units: UnitStates, covered: pd.DataFrame, periods: Sequence[Period], kind: PeriodKind
) -> dict[str, Any] | None:
    """The events of those units that have answered for every compared period, and of everybody, period by period."""
    if len(periods) < 2:
        return None
    constant = [int(pk) for pk in covered.index[covered.all(axis=1)]]
    daily = units.daily
    if kind == PeriodKind.WEEK:
        daily = daily[~daily["by_month"].astype(bool)]
    own = _by_period(daily[daily["unit"].isin(constant)], periods)
    everybody = _by_period(daily, periods)
    return {
        "units": sorted(units.names[pk] for pk in constant),
        "of": len(covered.index[covered.any(axis=1)]),
        "observed": own,
        "all": everybody,
        "change": _change(own, periods) if constant else None,
        "change_of_all": _change(everybody, periods),
    }


def _by_period(daily: pd.DataFrame, periods: Iterable[Period]) -> list[int]:
    days = daily["day"].to_numpy().astype("datetime64[D]")
    counts = daily["count"].to_numpy()
    return [
        int(counts[(days >= np.datetime64(period.start)) & (days < np.datetime64(period.end))].sum())
        for period in periods
    ]


def _change(counts: Sequence[int], periods: Sequence[Period]) -> dict[str, Any]:
    """The last period beside those before it, as a count and what they gave reason to expect."""
    days_before = sum(period.days for period in periods[:-1])
    result = compare_counts(sum(counts[:-1]), counts[-1], days_before=days_before, days_after=periods[-1].days)
    ratio, lower, upper = (float(value) for value in (result.ratio, result.ratio_lower, result.ratio_upper))
    judgement = "too_few_to_say" if np.isnan(ratio) else "more" if lower > 1 else "fewer" if upper < 1 else "no_change"
    return {"count": counts[-1], "expected": round(float(result.expected), 1), "judgement": judgement}
