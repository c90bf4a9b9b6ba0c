"""A prediction held against the reports: which test its template is, and the numbers as they are kept."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from analysis import predictions as tests
from analysis.predictions import Claim, Comparison, Tested, Verdict
from areas.models import Place
from cause_analysis.models import Prediction, Problem, Template
from cause_analysis.predictions import queries
from cause_analysis.predictions.queries import Around

# Numbers drawn by chance are the same each time: a test that is made again on the same reports says the same.
SEED = 4


def test_now(prediction: Prediction, problem: Problem, *, today: dt.date) -> dict[str, Any]:
    """What the reports of today say of a prediction, as one plain dictionary of whole numbers."""
    found = queries.around(problem, today)
    if found is None:
        nothing = Tested(0, 0, math.nan, math.nan, math.nan, math.nan, Verdict.TOO_FEW, Comparison.OTHERS)
        return _kept(nothing, None)
    return _kept(_TESTS[Template(prediction.template)](prediction, problem, found), found)


def _kept(tested: Tested, found: Around | None) -> dict[str, Any]:
    def number(value: float, decimals: int) -> float | None:
        return None if math.isnan(value) else round(float(value), decimals)

    return {
        "observed": tested.observed,
        "of": tested.of,
        "expected": number(tested.expected, 1),
        "lower": number(tested.lower, 0),
        "upper": number(tested.upper, 0),
        "p_value": number(tested.p_value, 4),
        "verdict": tested.verdict.value,
        "comparison": tested.comparison.value,
        "left_out": {name: int(count) for name, count in tested.left_out.items()},
        "first": found.first.isoformat() if found else None,
        "last": found.last.isoformat() if found else None,
    }


def _claim(prediction: Prediction) -> Claim:
    return Claim(prediction.claim)


def _others(prediction: Prediction, found: Around) -> Any:
    """The other events of the area, or none where the hours or days themselves are the comparison."""
    return None if prediction.parameters.get("compared_with") == "time" else found.others


def _near(prediction: Prediction, problem: Problem, found: Around) -> Tested:
    said = prediction.parameters
    place = Place.objects.filter(pk=said["place"], collaboration_id=problem.collaboration_id).first()
    if place is None:
        return _nothing(len(found.events), Comparison.OTHERS)
    return tests.within_distance(
        queries.in_metres(found.events, place),
        queries.in_metres(found.others, place),
        x_m=0.0,
        y_m=0.0,
        distance_m=said["distance_m"],
        from_h=said.get("from_h"),
        to_h=said.get("to_h"),
        claim=_claim(prediction),
    )


def _hours(prediction: Prediction, problem: Problem, found: Around) -> Tested:
    said = prediction.parameters
    return tests.in_hours(
        found.events,
        _others(prediction, found),
        from_h=said["from_h"],
        to_h=said["to_h"],
        weekdays=said.get("weekdays") or None,
        claim=_claim(prediction),
    )


def _weekdays(prediction: Prediction, problem: Problem, found: Around) -> Tested:
    return tests.on_weekdays(
        found.events,
        _others(prediction, found),
        weekdays=prediction.parameters["weekdays"],
        claim=_claim(prediction),
    )


def _season(prediction: Prediction, problem: Problem, found: Around) -> Tested:
    months = set(prediction.parameters["months"])
    covered = {day.month for day in _days_in([(found.first, found.last)])}
    if not covered & months or covered <= months:
        return _nothing(len(found.events), Comparison.OTHERS)
    return tests.in_season(
        found.events,
        _others(prediction, found),
        months=months,
        first=found.first,
        last=found.last,
        claim=_claim(prediction),
    )


def _school(prediction: Prediction, problem: Problem, found: Around) -> Tested:
    dates = queries.school_dates(problem.collaboration_id, prediction.parameters["kind"])
    written = queries.written_years(dates, found.first, found.last)
    days = _days_in(written)
    inside = _days_in([(max(begins, found.first), min(ends, found.last)) for begins, ends in dates])
    if not inside or inside >= days:
        return _nothing(len(found.events), Comparison.OTHERS)
    return tests.in_terms(
        found.events,
        _others(prediction, found),
        terms=dates,
        written=written,
        first=found.first,
        last=found.last,
        claim=_claim(prediction),
    )


def _days_in(spans: list[queries.Span]) -> set[dt.date]:
    return {begins + dt.timedelta(days=at) for begins, ends in spans for at in range((ends - begins).days + 1)}


def _since(prediction: Prediction, problem: Problem, found: Around) -> Tested:
    day = dt.date.fromisoformat(prediction.parameters["day"])
    if not found.first < day <= found.last:
        return _nothing(len(found.events), Comparison.OTHERS)
    return tests.since_date(
        found.events,
        _others(prediction, found),
        day=day,
        first=found.first,
        last=found.last,
        claim=_claim(prediction),
    )


def _feature(prediction: Prediction, problem: Problem, found: Around) -> Tested:
    said = prediction.parameters
    places = queries.places_with(problem, said["feature"], said["states"], found.last)
    events, others = (frame.assign(place=frame["named"]) for frame in (found.events, found.others))
    return tests.at_feature(events, places, others, claim=_claim(prediction), rng=np.random.default_rng(SEED))


def _again(prediction: Prediction, problem: Problem, found: Around) -> Tested:
    return tests.repeats(
        found.events,
        within_days=prediction.parameters["within_days"],
        claim=_claim(prediction),
        rng=np.random.default_rng(SEED),
    )


def _after(prediction: Prediction, problem: Problem, found: Around) -> Tested:
    said = prediction.parameters
    triggers = queries.of_category(problem, said["category"], found)
    # What is of that category itself calls forth nothing of its own.
    events = found.events[~found.events["id"].isin(triggers["id"])]
    tested = tests.after_category(
        events,
        triggers,
        within_days=said["within_days"],
        at_same_place=said.get("at_same_place", False),
        first=found.first,
        last=found.last,
        claim=_claim(prediction),
    )
    same = len(found.events) - len(events)
    return replace(tested, left_out={**tested.left_out, "same_category": same}) if same else tested


def _nothing(of: int, comparison: Comparison) -> Tested:
    return Tested(0, of, math.nan, math.nan, math.nan, math.nan, Verdict.TOO_FEW, comparison)


_TESTS: dict[Template, Callable[[Prediction, Problem, Around], Tested]] = {
    Template.NEAR: _near,
    Template.HOURS: _hours,
    Template.WEEKDAYS: _weekdays,
    Template.SEASON: _season,
    Template.SCHOOL: _school,
    Template.SINCE: _since,
    Template.FEATURE: _feature,
    Template.AGAIN: _again,
    Template.AFTER: _after,
}
