"""What may make an evaluation say something that is not so: codes and numbers, said in words by `presenters.py`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pandas as pd

from action_plans.evaluating.drafting import (
    Days,
    Draft,
    add_months,
    are_same_season,
    are_whole_months,
    days_in,
    lacking_months,
    months_of,
)
from action_plans.evaluating.others import OtherMeasure
from action_plans.evaluating.zones import counted_selection
from action_plans.models import Goal
from analysis.evaluation import Peak, recent_peak
from analysis.periods import PeriodKind, containing, free
from areas.models import Area
from incidents.selections import Selection
from situational_picture.coverage.queries import AreaUnits
from situational_picture.figures import Source

Warning_ = dict[str, Any]
# A difference in the share that answered, in percent units, that is told; and how many answers there must be.
COVERAGE_APART, FEWEST_ANSWERS = 10, 6
# Fewer events than this in the ring say nothing of what moved away.
FEWEST_IN_RING = 10
# With fewer to compare with, how far areas drift apart by themselves is guessed: docs/methods/evaluation-headline.md.
ENOUGH_COMPARISONS = 3
EARLIER_YEARS = 3


def about_periods(draft: Draft, source: Source, *, today: dt.date) -> list[Warning_]:
    """Other seasons, a measure that has begun already, months that the sources lack or that have not been yet."""
    found: list[Warning_] = []
    before, after = draft.before, draft.after
    if not (are_whole_months(before) and are_whole_months(after)):
        found.append({"code": "not_whole_months"})
    if not are_same_season(before, after):
        found.append({"code": "season"})
    if (start := draft.measure.start_on) is not None:
        if before[1] >= start:
            found.append({"code": "before_has_begun", "day": start.isoformat()})
        if after[0] < start:
            found.append({"code": "after_begins_early", "day": start.isoformat()})
    if before[1] >= today:
        found.append({"code": "before_runs", "day": before[1].isoformat()})
    # Months to come are nobody's lack.
    lacks = [m for m in lacking_months(source, *before) if m <= today]
    if lacks:
        found.append({"code": "lacks", "months": [month.isoformat() for month in lacks]})
    if source.exact_from is not None and before[0] < source.exact_from and (draft.places or draft.ring_m):
        found.append({"code": "purged", "day": source.exact_from.isoformat()})
    return found


def about_goal(draft: Draft) -> list[Warning_]:
    """Whether other reports are counted than those by which a goal of the measure is measured."""
    goals = Goal.objects.kept().filter(measure_goals__measure=draft.measure, measured=Goal.Measured.REPORTS)
    aimed_at = {_which(counted_selection(query)) for query in goals.values_list("selection", flat=True)}
    return [{"code": "not_as_goal"}] if aimed_at and _which(draft.selection) not in aimed_at else []


def _which(selection: Selection) -> str:
    return replace(selection, category=tuple(sorted(selection.category))).query


def about_peak(earlier: pd.Series, count: int, before: Days) -> list[Warning_]:
    """Whether the treated place was at its worst in the period before. `earlier`: its months before that, by month.

    Compared are the same months of up to three earlier years that the sources cover.
    """
    days, total = 0, 0
    months = months_of(*before)
    for years in range(1, EARLIER_YEARS + 1):
        back = [add_months(month, -12 * years * _years_in(before)) for month in months]
        if any(month not in earlier.index for month in back):
            break
        total += int(sum(earlier[month] for month in back))
        days += sum((add_months(month, 1) - month).days for month in back)
    peak: Peak | None = recent_peak(count, days_in(before), total, days) if days else None
    if peak is None:
        return [{"code": "no_history"}]
    if not peak.is_peak:
        return []
    return [
        {"code": "peak", "count": count, "expected": round(peak.expected, 1), "by_itself": round(peak.by_itself, 2)}
    ]


def _years_in(days: Days) -> int:
    """How many years the period takes, begun ones too: so far back lies the one before it."""
    return -(-len(months_of(*days)) // 12)


def about_reporting(draft: Draft, source: Source, *, now: dt.datetime) -> list[Warning_]:
    """Where the units that report answered otherwise in one half of the period before than in the other, or in an area
    that is compared than in the treated one."""
    shares = {area.pk: _answered(area, draft.before, source, now) for area in (draft.area, *draft.areas)}
    found: list[Warning_] = []
    own = shares[draft.area.pk]
    for area in (draft.area, *draft.areas):
        halves = shares[area.pk]
        if halves is not None and abs(halves[0] - halves[1]) >= COVERAGE_APART:
            found.append(
                {
                    "code": "reporting_changed", "area": area.pk, "name": area.name,
                    "first": halves[0], "second": halves[1],
                }
            )  # fmt: skip
    for area in draft.areas:
        theirs = shares[area.pk]
        if own is None or theirs is None:
            continue
        apart = sum(theirs) - sum(own)
        if abs(apart) >= 2 * COVERAGE_APART:
            found.append(
                {
                    "code": "reporting_differs", "area": area.pk, "name": area.name,
                    "own": round(sum(own) / 2), "theirs": round(sum(theirs) / 2),
                }
            )  # fmt: skip
    return found


def _answered(area: Area, days: Days, source: Source, now: dt.datetime) -> tuple[int, int] | None:
    """The percent of the expected answers that came, in each half of the period; None where too few were expected."""
    units = AreaUnits(area, now).for_period(containing(days[1], PeriodKind.MONTH), source)
    if not units.is_followed:
        return None
    middle = days[0] + (days[1] - days[0]) / 2
    halves = (days[0], middle), (middle + dt.timedelta(days=1), days[1])
    shares = []
    for first, last in halves:
        slots = units.slots(free(first, last))
        expected = int(units.is_expected[:, slots].sum())
        if expected < FEWEST_ANSWERS:
            return None
        answered = int((units.totals["reported"][slots] + units.totals["nothing"][slots]).sum())
        shares.append(round(100 * answered / expected))
    return shares[0], shares[1]


def about_others(at_work: Sequence[OtherMeasure]) -> list[Warning_]:
    """Other measures at the treated place or in the treated area while it is counted."""
    return [{"code": "other_measures", "measures": [one.pk for one in at_work]}] if at_work else []


def about_comparison(compared: int, ring: int | None, half: float | None, eight: float | None) -> list[Warning_]:
    """Nothing or little to compare with, a ring with too little in it, or too few events for anything to be shown.

    `compared` is how many areas and places are compared with, `ring` the events there.
    """
    found: list[Warning_] = []
    if not compared:
        found.append({"code": "no_comparison"})
    elif eight is None:
        found.append({"code": "too_few" if half is None else "coin_toss"})
    if 0 < compared < ENOUGH_COMPARISONS:
        found.append({"code": "few_comparisons", "number": compared})
    if ring is not None and ring < FEWEST_IN_RING:
        found.append({"code": "ring_few"})
    return found
