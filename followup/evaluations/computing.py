"""The figures of an evaluation: what is stored with it, frozen when it is adopted, and read by every page and file.

Three steps: the months are fetched, assessed, and written down as plain values. Names are those of the day.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from dateutil.relativedelta import relativedelta
from django.utils import timezone

from action_plans.evaluating.series import counts_of, months_without_points
from action_plans.evaluating.zones import Design, design_of
from action_plans.models import EvaluationPlan, Measure
from analysis.change import count_interval
from analysis.evaluation import (
    Headline,
    InterruptedSeries,
    SyntheticComparison,
    Verdict,
    assess,
    detectable_reduction,
    interrupted_time_series,
    poisson_rate_ratio,
    relative_effect,
    synthetic_comparison,
    weighted_displacement_quotient,
)
from followup.evaluations import beside, queries, rules
from followup.models import Evaluation
from situational_picture.figures import Source, source_of
from situational_picture.queries import months_by_source

SCHEMA = 1
# Which part of the time a month is of.
EARLIER, BEFORE, BETWEEN, AFTER = "earlier", "before", "between", "after"
# How far back of the period before the months are fetched: the past of the series, and whether both went the same way.
EARLIER_MONTHS = 24
COMPARED, PROCESS = "compared", "process"


def figures_of(evaluation: Evaluation, *, today: dt.date) -> dict[str, Any]:
    """Everything computed for an evaluation, from the reports as they are now."""
    plan = evaluation.evaluation_plan
    if plan is None:
        return _of_process(evaluation)
    days = (plan.before_from, plan.before_to, plan.after_from, plan.after_to)
    return _figures(evaluation, plan, days, today=today)


def figures_again(evaluation: Evaluation, *, until: dt.date, today: dt.date) -> dict[str, Any]:
    """The same with the latest days after, for an adopted evaluation."""
    plan = evaluation.evaluation_plan
    if plan is None:
        return _of_process(evaluation)
    return _figures(evaluation, plan, rules.days_again(evaluation, until), today=today)


def _of_process(evaluation: Evaluation) -> dict[str, Any]:
    return {
        "schema": SCHEMA,
        "design": PROCESS,
        "measures": _measures(queries.measures_of(evaluation)),
        "headline": {
            "verdict": str(Verdict.NOT_ASSESSABLE),
            "rules": [{"code": "planned", "holds": False, "numbers": {}}],
        },
    }


def _figures(
    evaluation: Evaluation, plan: EvaluationPlan, days: tuple[dt.date, dt.date, dt.date, dt.date], *, today: dt.date
) -> dict[str, Any]:
    design = design_of(plan)
    source = source_of(months_by_source(plan.collaboration), today)
    months = _months(design, days, source, plan.facts or {})
    before_from, before_to, after_from, after_to = days
    measures = queries.measures_of(evaluation)
    reporting = beside.Reporting(plan.measure.plan.area, source, now=timezone.now())
    known = months["treated"].notna()
    figures: dict[str, Any] = {
        "schema": SCHEMA,
        "design": COMPARED,
        "indicator": plan.indicator,
        "treated": [link.place.name for link in plan.treated_places.select_related("place")],
        "area": plan.measure.plan.area.name,
        "compared": [{"key": unit.key, "name": unit.name} for unit in design.units],
        "ring_m": plan.ring_m,
        "days": {
            "before": [before_from.isoformat(), before_to.isoformat()],
            "after": [after_from.isoformat(), after_to.isoformat()],
        },
        "measures": _measures(measures),
        "cost": beside.cost_of(measures),
        "surveys": beside.surveys_of(plan, (before_from, before_to), (after_from, after_to)),
        "source_last_day": source.last_day.isoformat() if source.last_day else None,
        "warnings": list((plan.facts or {}).get("warnings", [])),
    }
    has_both = (known & (months["part"] == BEFORE)).any() and (known & (months["part"] == AFTER)).any()
    if not has_both:
        row = {"code": "covered", "holds": False, "numbers": {}}
        return {
            **figures,
            "months": _month_rows(months, design, None, reporting),
            "counts": {},
            "results": {},
            "headline": {"verdict": str(Verdict.NOT_ASSESSABLE), "rules": [row], "reasons": ["covered"], "needs": []},
        }
    has_ring = bool(plan.ring_m)
    shares = [
        reporting.share(first, last, fewest=beside.FEWEST_ANSWERS)
        for first, last in ((before_from, before_to), (after_from, after_to))
    ]
    found = assess(
        _assessed(months, has_ring=has_ring),
        before=(before_from, before_to),
        after=(after_from, after_to),
        coverage_before=shares[0],
        coverage_after=shares[1],
        comparison_touched=beside.is_comparison_touched(plan, design, (before_from, after_to), measures),
    )
    units = [unit.key for unit in design.units]
    sums = _sums(months, units) if has_ring and units else None
    interrupted = _interrupted(months)
    return {
        **figures,
        "months": _month_rows(months, design, None if units else interrupted, reporting),
        "counts": _counts(months, design, has_ring=has_ring),
        "results": {
            **_results(found),
            "ring": _ring(sums, found.dispersion) if sums else None,
            **_detectable(found, months),
            "quotient": _quotient(sums) if sums else None,
            "interrupted": _told(interrupted),
            "synthetic": _told(_synthetic(months, units)),
        },
        "headline": _headline(found),
    }


# --- The months -------------------------------------------------------------------------------------------------------


def _months(
    design: Design, days: tuple[dt.date, dt.date, dt.date, dt.date], source: Source, facts: Mapping[str, Any]
) -> pd.DataFrame:
    """A row for each month or part of one, in order: its period and its counts; NaN where the sources lack it.

    Of months whose points have been purged since, what the plan kept when it was fixed; NaN where it kept nothing.
    """
    before_from, before_to, after_from, after_to = days
    one = dt.timedelta(days=1)
    first = before_from - relativedelta(months=EARLIER_MONTHS)
    if source.first_day is not None:
        first = max(first, min(source.first_day.replace(day=1), before_from))
    spans = [
        (EARLIER, first, before_from - one),
        (BEFORE, before_from, before_to),
        (BETWEEN, before_to + one, after_from - one),
        (AFTER, after_from, after_to),
    ]
    frames = []
    for part, start, end in spans:
        if start > end:
            continue
        frame = counts_of(design, start, end).astype({"treated": float, "ring": float})
        frame.insert(0, "part", part)
        frame.insert(0, "first", [max(month, start) for month in frame.index])
        frames.append(frame.reset_index(names="month"))
    months = pd.concat(frames, ignore_index=True)
    counted = [column for column in months.columns if column not in {"month", "first", "part", "days"}]
    months[counted] = months[counted].astype(float)
    lacking = [_is_lacking(month, source) for month in months["month"]]
    months.loc[lacking, counted] = np.nan
    purged = months_without_points(design, first, after_to)
    for number, month, covered in months[["month", "days"]].itertuples():
        if month in purged:
            kept = _kept_of(facts, month, covered, counted)
            months.loc[number, counted] = np.nan if kept is None else kept
    return months


def _kept_of(facts: Mapping[str, Any], month: dt.date, days: int, columns: Sequence[str]) -> list[float] | None:
    """The counts of a whole month, as the plan kept them after it had ended."""
    if not facts or month.isoformat() not in facts["months"] or not set(columns) <= set(facts["series"]):
        return None
    following = month + relativedelta(months=1)
    if days != (following - month).days or facts["counted_on"] < following.isoformat():
        return None
    return [float(facts["series"][name][facts["months"].index(month.isoformat())]) for name in columns]


def _is_lacking(month: dt.date, source: Source) -> bool:
    """Whether the sources have nothing of a month: it lies outside them, or none has delivered it."""
    if source.first_day is None or source.last_day is None:
        return True
    if month < source.first_day.replace(day=1) or month > source.last_day:
        return True
    return month in source.missing_months


def _whole(value: float) -> int | None:
    return None if math.isnan(value) else int(value)


def _assessed(months: pd.DataFrame, *, has_ring: bool) -> pd.DataFrame:
    """The frame the headline is decided from: indexed by the first counted day of each month, or part of one."""
    left = ["month", "first", "part"] if has_ring else ["month", "first", "part", "ring"]
    return months.drop(columns=left).set_index(pd.DatetimeIndex(pd.to_datetime(months["first"])))


def _month_rows(
    months: pd.DataFrame, design: Design, alone: InterruptedSeries | None, reporting: beside.Reporting
) -> list[dict[str, Any]]:
    """The months as plain rows: `level` is the comparison at the treated level before, `expected` what was to be
    expected after without the measure."""
    units = [unit.key for unit in design.units]
    rows = []
    level = _level(months, units)
    modelled = _modelled(months, alone)
    for number, row in enumerate(months.to_dict("records")):
        compared = [_whole(row[key]) for key in units]
        together = None if not units or None in compared else sum(one for one in compared if one is not None)
        at_level = None if together is None or level is None else round(together * level, 2)
        expected = at_level if units else modelled[number]
        rows.append(
            {
                "month": row["month"].isoformat(),
                "first": row["first"].isoformat(),
                "days": int(row["days"]),
                "part": row["part"],
                "treated": _whole(row["treated"]),
                "ring": _whole(row["ring"]),
                "compared": together,
                "expected": expected if row["part"] == AFTER else None,
                "level": at_level,
                "is_missing": _whole(row["treated"]) is None,
                "covered": reporting.share(row["first"], row["first"] + dt.timedelta(days=int(row["days"]) - 1)),
            }
        )
    return rows


def _modelled(months: pd.DataFrame, alone: InterruptedSeries | None) -> list[float | None]:
    """What the place's own past leads one to expect, row by row."""
    if alone is None:
        return [None] * len(months)
    told = iter(alone.counterfactual)
    found: list[float | None] = []
    for part in months["part"]:
        value = math.nan if part == BETWEEN else next(told)
        found.append(None if math.isnan(value) else round(value, 2))
    return found


def _level(months: pd.DataFrame, units: Sequence[str]) -> float | None:
    """How many treated events there were for each compared one in the period before."""
    before = months[(months["part"] == BEFORE) & months["treated"].notna()]
    compared = float(before[list(units)].to_numpy(dtype=float).sum()) if units else 0.0
    return float(before["treated"].sum()) / compared if compared else None


def _counts(months: pd.DataFrame, design: Design, *, has_ring: bool) -> dict[str, Any]:
    """Before and after for the treated, the ring and what is compared: counts, days, and how the rate changed."""
    units = [unit.key for unit in design.units]
    zones = {
        "treated": ["treated"],
        **({"ring": ["ring"]} if has_ring else {}),
        **({"compared": units} if units else {}),
    }
    rows = {}
    for name, columns in zones.items():
        told = {}
        for part in (BEFORE, AFTER):
            used = months[(months["part"] == part) & months[columns].notna().all(axis=1)]
            count = int(used[columns].to_numpy(dtype=float).sum())
            low, high = count_interval(count)
            told[part] = {"count": count, "low": float(low), "high": float(high), "days": int(used["days"].sum())}
        rows[name] = {**told, "change": _change(told[BEFORE], told[AFTER])}
    return rows


def _change(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any] | None:
    if not before["days"] or not after["days"] or not (before["count"] or after["count"]):
        return None
    return _plain(poisson_rate_ratio(after["count"], after["days"], before["count"], before["days"]))


# --- What is written down ---------------------------------------------------------------------------------------------


def _plain(value: Any) -> Any:
    """A result as plain values: what is not bounded or does not exist is None."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: _plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, dict):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, np.integer | int):
        return int(value)
    if isinstance(value, np.floating | float):
        return float(value) if math.isfinite(value) else None
    return str(value)


# What of a result is as long as the series, and stands in the months already or is read by nobody.
_LONG = {"fitted", "counterfactual", "synthetic"}


def _told(result: Any) -> Any:
    value = _plain(result)
    return {key: one for key, one in value.items() if key not in _LONG} if isinstance(value, dict) else value


def _results(found: Headline) -> dict[str, Any]:
    """The estimates behind the headline, by the names the pages know them by."""
    return {
        "change": _told(found.ratio),
        "relative": _told(found.relative),
        "difference": _told(found.series) if found.difference is not None else None,
        "weighted": _told(found.difference),
        "net": _told(found.net) if found.net is not None and found.net.ring is not None else None,
        "dispersion": found.dispersion,
        "drift": found.drift,
        "observed_after": found.treated_after,
        "expected_after": found.expected,
        "times_as_many": found.times_as_many,
    }


def _detectable(found: Headline, months: pd.DataFrame) -> dict[str, Any]:
    """The reductions that would be shown half of the times and eight times in ten, as the rule `showable` asks."""
    days = [
        float(months.loc[(months["part"] == part) & months["treated"].notna(), "days"].sum())
        for part in (BEFORE, AFTER)
    ]
    shorter = min(1.0, days[1] / days[0]) if days[0] else 1.0
    treated = found.treated_before * shorter
    control = found.control_before or 0
    weighed = found.treated_before**2 / control * shorter if control else 0.0
    return {
        "detectable_half": detectable_reduction(treated, weighed, power=0.5),
        "detectable_eight_of_ten": detectable_reduction(treated, weighed, power=0.8),
    }


def _headline(found: Headline) -> dict[str, Any]:
    """The verdict, each row of the table that was asked, what stood against it, and what would be needed."""
    rules = [
        {"code": str(step.rule), "holds": step.holds, "points": step.points, "numbers": _plain(step.numbers)}
        for step in found.steps
        if step.holds is not None
    ]
    return {
        "verdict": str(found.verdict),
        "rules": rules,
        "reasons": [str(rule) for rule in found.reasons],
        "needs": [str(need) for need in found.needs],
    }


# --- Beside the headline ----------------------------------------------------------------------------------------------

SEASON_MONTHS = 12
FEWEST_MONTHS_AFTER = 3
# How far apart months may be alike.
LAGS = 3


def _interrupted(months: pd.DataFrame) -> InterruptedSeries | None:
    """The treated place beside its own past, neighbouring months allowed to be alike; None where it is too short."""
    used = months[months["part"] != BETWEEN]
    began = int((used["part"] != AFTER).sum())
    past, later = used["treated"].iloc[:began].notna().sum(), used["treated"].iloc[began:].notna().sum()
    if past < SEASON_MONTHS or later < FEWEST_MONTHS_AFTER:
        return None
    season: dict[str, Any] = {"season_period": SEASON_MONTHS, "harmonics": 1} if past >= 2 * SEASON_MONTHS else {}
    try:
        return interrupted_time_series(
            used["treated"], intervention_index=began, exposure=used["days"], hac_lags=LAGS, **season
        )
    except ValueError:
        return None


def _synthetic(months: pd.DataFrame, units: Sequence[str]) -> SyntheticComparison | None:
    """The treated place beside a mixture of several; None with fewer than two."""
    used = months[(months["part"] != BETWEEN) & months[["treated", *units]].notna().all(axis=1)]
    began = int((used["part"] != AFTER).sum())
    if len(units) < 2:
        return None
    try:
        return synthetic_comparison(used["treated"], used[list(units)], intervention_index=began)
    except ValueError:
        return None


def _quotient(sums: Mapping[str, tuple[float, float]]) -> Any:
    return _told(weighted_displacement_quotient(*sums["treated"], *sums["compared"], *sums["ring"]))


def _ring(sums: Mapping[str, tuple[float, float]], dispersion: float | None) -> dict[str, float] | None:
    """The ring's rate over what the comparison leads one to expect there, above 1 for more; None where one is zero."""
    if not all((*sums["ring"], *sums["compared"])):
        return None
    found = relative_effect(*sums["ring"], *sums["compared"], dispersion=max(1.0, dispersion or 1.0))
    if not (found.estimate and found.ci_low and found.ci_high):
        return None
    # The other way round, as the change of the treated place is told.
    return {"estimate": 1 / found.estimate, "ci_low": 1 / found.ci_high, "ci_high": 1 / found.ci_low}


def _sums(months: pd.DataFrame, units: Sequence[str]) -> dict[str, tuple[float, float]]:
    """Counts before and after in each zone, of the months that all of them have."""
    known = months[["treated", "ring", *units]].notna().all(axis=1)
    rows = [months[known & (months["part"] == part)] for part in (BEFORE, AFTER)]
    zones = {"treated": ["treated"], "compared": list(units), "ring": ["ring"]}
    return {
        zone: (float(rows[0][columns].to_numpy().sum()), float(rows[1][columns].to_numpy().sum()))
        for zone, columns in zones.items()
    }


def _measures(measures: Sequence[Measure]) -> list[dict[str, Any]]:
    days = queries.days_in_force(measures)
    rows = []
    for measure in measures:
        began, over = days[measure.pk]
        began = began or measure.start_on
        rows.append(
            {
                "id": measure.pk,
                "title": measure.title,
                "state": measure.state,
                "started_on": began.isoformat() if began else None,
                "over_on": over.isoformat() if over else None,
            }
        )
    return rows
