"""The figures of an evaluation: what is stored with it, frozen when it is adopted, and read by every page and file.

Three steps: the months are fetched, assessed, and written down as plain values. Names are those of the day.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from dateutil.relativedelta import relativedelta

from action_plans.evaluating.series import counts_of
from action_plans.evaluating.zones import Design, design_of
from action_plans.models import EvaluationPlan, Measure
from analysis.change import count_interval
from analysis.evaluation import poisson_rate_ratio
from analysis.evaluation.headline import AFTER, BEFORE, BETWEEN, EARLIER, Assessment, Verdict, assess
from followup.evaluations import queries, rules
from followup.models import Evaluation
from situational_picture.figures import Source, source_of
from situational_picture.queries import months_by_source

SCHEMA = 1
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
    months = _months(design, days, source)
    before_from, before_to, after_from, after_to = days
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
        "measures": _measures(queries.measures_of(evaluation)),
        "source_last_day": source.last_day.isoformat() if source.last_day else None,
        "warnings": list((plan.facts or {}).get("warnings", [])),
    }
    has_both = (known & (months["part"] == BEFORE)).any() and (known & (months["part"] == AFTER)).any()
    if not has_both:
        row = {"code": "covered", "holds": False, "numbers": {}}
        return {
            **figures,
            "months": _month_rows(months, [None] * len(months), design),
            "counts": {},
            "results": {},
            "headline": {"verdict": str(Verdict.NOT_ASSESSABLE), "rules": [row]},
        }
    found = assess(months.drop(columns=["month", "first"]), has_ring=bool(plan.ring_m))
    return {
        **figures,
        "months": _month_rows(months, found.expected, design),
        "counts": _counts(months, design, has_ring=bool(plan.ring_m)),
        "results": _results(found),
        "headline": _headline(found),
    }


# --- The months -------------------------------------------------------------------------------------------------------


def _months(design: Design, days: tuple[dt.date, dt.date, dt.date, dt.date], source: Source) -> pd.DataFrame:
    """A row for each month or part of one, in order: its period and its counts; NaN where the sources lack it."""
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
    return months


def _is_lacking(month: dt.date, source: Source) -> bool:
    """Whether the sources have nothing of a month: it lies outside them, or none has delivered it."""
    if source.first_day is None or source.last_day is None:
        return True
    if month < source.first_day.replace(day=1) or month > source.last_day:
        return True
    return month in source.missing_months


def _whole(value: float) -> int | None:
    return None if math.isnan(value) else int(value)


def _month_rows(months: pd.DataFrame, expected: Sequence[float | None], design: Design) -> list[dict[str, Any]]:
    units = [unit.key for unit in design.units]
    rows = []
    level = _level(months, units)
    for number, row in enumerate(months.to_dict("records")):
        compared = [_whole(row[key]) for key in units]
        together = None if not units or None in compared else sum(one for one in compared if one is not None)
        said = expected[number]
        is_after = row["part"] == AFTER
        rows.append(
            {
                "month": row["month"].isoformat(),
                "first": row["first"].isoformat(),
                "days": int(row["days"]),
                "part": row["part"],
                "treated": _whole(row["treated"]),
                "ring": _whole(row["ring"]),
                "compared": together,
                "expected": None if said is None or math.isnan(said) or not is_after else round(said, 2),
                "level": None if together is None or level is None else round(together * level, 2),
                "is_missing": _whole(row["treated"]) is None,
                "covered": None,
            }
        )
    return rows


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


_RESULTS = (
    "change", "relative", "difference", "weighted", "quotient", "net", "interrupted", "synthetic", "dispersion",
    "detectable_half", "detectable_eight_of_ten", "observed_after", "expected_after",
)  # fmt: skip
# What of a result is as long as the series, and stands in the months already or is read by nobody.
_LONG = {"fitted", "counterfactual", "synthetic"}


def _results(found: Assessment) -> dict[str, Any]:
    told = {}
    for name in _RESULTS:
        value = _plain(getattr(found, name))
        if isinstance(value, dict):
            value = {key: one for key, one in value.items() if key not in _LONG}
        told[name] = value
    return told


def _headline(found: Assessment) -> dict[str, Any]:
    return {"verdict": str(found.verdict), "rules": [_plain(rule) for rule in found.rules]}


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
