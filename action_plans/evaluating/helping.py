"""Everything the helper has to show of a draft: counts, what could be shown, warnings, and what is like it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import pandas as pd
from django.utils import timezone

from action_plans.evaluating import proposing, warnings
from action_plans.evaluating.drafting import Draft, add_months, days_in, months_of
from action_plans.evaluating.others import OtherMeasure, Others, lineages
from action_plans.evaluating.proposing import HISTORY_MONTHS, Candidate
from action_plans.evaluating.series import counts_of
from action_plans.evaluating.zones import Design
from analysis.evaluation import detectable_reduction
from areas.models import Area
from situational_picture.figures import Source, source_of
from situational_picture.queries import months_by_source

SCHEMA = 1
HALF, EIGHT_OF_TEN = 0.5, 0.8
# As far as a longer period is thought of when this one is too short.
LONGEST_MONTHS = 60


@dataclass(frozen=True)
class Showable:
    """Which reductions would be shown half of the times and eight times in ten: shares, or None. `months` is how many
    would be needed for any to be shown eight times in ten, None where it is enough or five years are too few."""

    half: float | None
    eight_of_ten: float | None
    months: int | None = None


@dataclass(frozen=True)
class Help:
    """What the helper shows. `counts` are the months of the history and of the period before; whole, for the circle."""

    draft: Draft
    design: Design
    source: Source
    counts: pd.DataFrame
    showable: Showable
    warnings: tuple[dict[str, Any], ...]
    candidates: tuple[Candidate, ...]
    today: dt.date

    @property
    def before(self) -> pd.DataFrame:
        """The months of the period before."""
        return self.counts[self.counts.index >= self.draft.before[0].replace(day=1)]

    @property
    def keys(self) -> list[str]:
        """The columns of what is compared with."""
        return [unit.key for unit in self.design.units]

    @property
    def treated(self) -> int:
        return int(self.before["treated"].sum())

    @property
    def ring(self) -> int | None:
        """Events in the ring; None where there is none."""
        return int(self.before["ring"].sum()) if self.design.zones.ring else None

    @property
    def control(self) -> int | None:
        """Events in everything that is compared with; None where nothing is."""
        return int(self.before[self.keys].to_numpy().sum()) if self.keys else None


def source_for(area: Area, *, today: dt.date) -> Source:
    """What the collaboration's sources cover."""
    return source_of(months_by_source(area.collaboration), today)


def help_with(draft: Draft, *, now: dt.datetime, source: Source | None = None, with_candidates: bool = True) -> Help:
    """Count a draft and look for what may be wrong with it. A bounded number of questions, whatever is chosen."""
    today = timezone.localdate(now)
    source = source or source_for(draft.area, today=today)
    found = draft.design()
    first = _history_from(draft, source)
    counts = counts_of(found, first, draft.before[1])
    shown = showable(draft, counts, [unit.key for unit in found.units])
    help_ = Help(draft, found, source, counts, shown, (), (), today)
    listed = proposing.candidates(draft, found.zones, first=first, today=today) if with_candidates else []
    said = [
        *warnings.about_comparison(len(found.units), help_.ring, shown.half, shown.eight_of_ten),
        *warnings.about_goal(draft),
        *warnings.about_periods(draft, source, today=today),
        *warnings.about_peak(counts["treated"], help_.treated, draft.before),
        *warnings.about_reporting(draft, source, now=now),
        *warnings.about_others(at_work(draft)),
    ]
    return Help(draft, found, source, counts, shown, tuple(said), tuple(listed), today)


def _history_from(draft: Draft, source: Source) -> dt.date:
    """The first month of the history: three years before the period, or where the sources begin."""
    start = draft.before[0].replace(day=1)
    earliest = add_months(start, -HISTORY_MONTHS)
    if source.first_day is None:
        return start
    # A month the sources begin in the middle of is not whole.
    known = source.first_day if source.first_day.day == 1 else add_months(source.first_day.replace(day=1), 1)
    return min(start, max(earliest, known.replace(day=1)))


def at_work(draft: Draft) -> list[OtherMeasure]:
    """The other decided measures at the treated places or in the treated area."""
    others = Others(draft.measure, draft.before[0], draft.after[1])
    lineage = lineages(list(Area.objects.filter(collaboration=draft.measure.collaboration_id)))
    if draft.places:
        found = [one for place in draft.places for one in others.at_place(place, lineage.get(place.area_id or 0, []))]
    else:
        below = [pk for pk, chain in lineage.items() if draft.area.pk in chain]
        found = others.in_area(lineage[draft.area.pk], below)
    return sorted({one.pk: one for one in found}.values(), key=lambda one: one.pk)


# --- Whether it could be shown ----------------------------------------------------------------------------------------


def showable(draft: Draft, counts: pd.DataFrame, keys: Iterable[str]) -> Showable:
    """What the comparison would show, from the counts of the period before.

    What is compared with is weighed to the level of the treated: with C events for R, its chance is that of R²/C
    events. Where the period after is shorter, both are what that many days would have given.
    """
    before = counts[counts.index >= draft.before[0].replace(day=1)]
    treated, control = float(before["treated"].sum()), float(before[list(keys)].to_numpy().sum())
    if not treated or not control:
        return Showable(None, None)
    share = min(1.0, days_in(draft.after) / days_in(draft.before))
    weighed = treated**2 / control
    half, eight = (
        detectable_reduction(treated * share, weighed * share, power=power) for power in (HALF, EIGHT_OF_TEN)
    )
    months = None
    if eight is None:
        at_hand = len(months_of(*draft.before))
        months = next(
            (
                longer
                for longer in range(at_hand + 1, LONGEST_MONTHS + 1)
                if detectable_reduction(treated * longer / at_hand, weighed * longer / at_hand, power=EIGHT_OF_TEN)
            ),
            None,
        )
    return Showable(half, eight, months)


# --- What is kept -----------------------------------------------------------------------------------------------------


def facts_kept(help_: Help) -> dict[str, Any]:
    """What was shown and warned of, as a plan keeps it: whole, for whoever evaluates it later."""
    return {
        "schema": SCHEMA,
        "counted_on": help_.today.isoformat(),
        "treated": help_.treated,
        "ring": help_.ring,
        "control": help_.control,
        "units": [
            {"key": unit.key, "name": unit.name, "count": int(help_.before[unit.key].sum())}
            for unit in help_.design.units
        ],
        "months": [month.isoformat() for month in help_.counts.index],
        "series": {name: help_.counts[name].tolist() for name in help_.counts.columns if name != "days"},
        "showable": {
            "half": help_.showable.half,
            "eight_of_ten": help_.showable.eight_of_ten,
            "months": help_.showable.months,
        },
        "warnings": list(help_.warnings),
        "candidates": [_candidate(one) for one in help_.candidates],
    }


def _candidate(one: Candidate) -> dict[str, Any]:
    like = one.likeness
    told = like is not None and not like.is_too_few
    return {
        "key": one.key,
        "name": one.name,
        "count": like.count if like else 0,
        "level": round(like.level, 2) if like and told else None,
        "trend": round(like.trend, 2) if like and told else None,
        "trend_differs": bool(like and like.trend_differs),
        "mix": round(like.mix, 2) if like and told else None,
        "likeness": round(like.likeness, 2) if like and told else None,
        "refused": one.refused,
        "measures": [measure.pk for measure in one.measures],
    }
