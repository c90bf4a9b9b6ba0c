"""Every change of predictions: stating one, testing it, and taking it away. A test keeps its result as evidence."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from areas.models import Area
from audit.actions import record
from cause_analysis import tasks
from cause_analysis.causes.actions import opened_cause, settle
from cause_analysis.causes.permissions import organisations_to_bring_for
from cause_analysis.models import (
    Cause,
    CauseAnalysis,
    Evidence,
    Prediction,
    PredictionTest,
    SchoolDates,
    Template,
    Verdict,
)
from cause_analysis.predictions.permissions import check_may_keep_school_dates
from cause_analysis.predictions.rules import check_parameters
from cause_analysis.predictions.testing import test_now
from cause_analysis.predictions.words import asked_in_words, names_of
from cause_analysis.texts import check_texts
from common.errors import NotAllowed, NotPossible
from partners.models import Collaboration, Organisation

# What a test says of its cause. One that says neither is no evidence.
DIRECTIONS = {Verdict.SUPPORTED: Evidence.Direction.FOR, Verdict.CONTRADICTED: Evidence.Direction.AGAINST}

# What a prediction takes with it to the next version of its analysis.
COPIED = ("text", "template", "claim", "parameters", "organisation_id", "result", "tested_at", "created_by_id")


@transaction.atomic
def state_prediction(
    *,
    by: Any,
    cause: Cause,
    template: str,
    claim: str,
    parameters: Mapping[str, Any],
    organisation: Organisation,
    text: str = "",
    is_confirmed: bool = False,
) -> Prediction:
    """Say what the reports should show if the cause is true. It is tested at once."""
    cause = opened_cause(by, cause)
    if not organisations_to_bring_for(by, cause.collaboration_id).filter(pk=organisation.pk).exists():
        raise NotAllowed(_("You state predictions for your own organisation."))
    problem = cause.analysis.problem
    check_parameters(problem, template, parameters)
    check_texts(by, cause.collaboration_id, {"text": text.strip()}, is_confirmed=is_confirmed)
    # Asked twice, the same answer would weigh double.
    known = Prediction.objects.kept().filter(cause=cause, template=template, claim=claim, parameters=dict(parameters))
    if (asked_before := known.first()) is not None:
        if (asked_before.text, asked_before.organisation_id) == (text.strip(), organisation.pk):
            return asked_before
        raise NotPossible(_("The reports have already been asked this for the cause. It stands beside it."))
    prediction = Prediction(
        collaboration_id=cause.collaboration_id,
        cause=cause,
        text=text.strip(),
        template=template,
        claim=claim,
        parameters=dict(parameters),
        organisation=organisation,
        created_by=by,
    )
    prediction.full_clean(exclude=["cause", "organisation", "created_by", "evidence"])
    prediction.save()
    record("prediction_stated", by=by, subject=prediction, template=template, claim=claim)
    _keep(prediction, cause, test_now(prediction, problem, today=timezone.localdate()), wanted=1, by=by)
    # A report that was being saved meanwhile has not seen the prediction, nor the test the report.
    _send(prediction.pk, anyway=True)
    return prediction


@transaction.atomic
def remove_prediction(*, by: Any, prediction: Prediction) -> Prediction:
    """Take a prediction away, with what it showed. It stays in the history; what rested on it alone falls back."""
    cause = opened_cause(by, prediction.cause)
    prediction = Prediction.objects.select_for_update().get(pk=prediction.pk)
    if prediction.removed_at is not None:
        raise NotPossible(_("The prediction has already been taken away."))
    prediction.removed_at, prediction.removed_by = timezone.now(), by
    prediction.save(update_fields=["removed_at", "removed_by"])
    record("prediction_removed", by=by, subject=prediction)
    _take_away(prediction, cause, _("The prediction was taken away."), by=by)
    return prediction


def want_tests(collaboration_id: int, area_ids: Iterable[int | None]) -> None:
    """Note that reports of these areas have changed: predictions about them, or a larger area, are tested again."""
    areas = _with_ancestors(collaboration_id, area_ids)
    if areas:
        rows = Prediction.objects.worked_on().filter(collaboration_id=collaboration_id)
        _want(rows.filter(cause__analysis__problem__area_id__in=areas))


def want_all_tests() -> int:
    """Have every prediction that is worked on tested again; how many they are."""
    return _want(Prediction.objects.worked_on())


@transaction.atomic
def _want(rows: Any) -> int:
    # In one order, so that two changes at once cannot lock each other out.
    found = list(rows.order_by("pk").select_for_update(of=("self",)).values_list("pk", "tested", "wanted"))
    Prediction.objects.filter(pk__in=[pk for pk, _tested, _wanted in found]).update(
        wanted=F("wanted") + 1, wanted_at=timezone.now()
    )
    # Many changes in a row become one test: only what did not wait already sends a task.
    for pk, tested, wanted in found:
        if tested == wanted:
            _send(pk)
    return len(found)


def _send(prediction_id: int, *, anyway: bool = False) -> None:
    said = {"anyway": True} if anyway else {}
    send = partial(tasks.ask_again.apply_async, (prediction_id,), said, countdown=settings.REBUILD_DELAY_S)
    transaction.on_commit(send)


def _with_ancestors(collaboration_id: int, area_ids: Iterable[int | None]) -> set[int]:
    asked = {pk for pk in area_ids if pk is not None}
    if not asked or not Prediction.objects.filter(collaboration_id=collaboration_id).exists():
        return set()
    parents = dict(Area.objects.filter(collaboration_id=collaboration_id).values_list("pk", "parent_id"))
    found: set[int] = set()
    for pk in asked:
        up: int | None = pk
        while up is not None and up not in found:
            found.add(up)
            up = parents.get(up)
    return found


def carry_out_test(prediction_id: int, *, anyway: bool = False) -> str:
    """Test a prediction on the reports as they are now until nothing waits; the verdict. Safe to repeat, also at once.

    It is tested only if it waits, or `anyway`.
    """
    verdict = ""
    while True:
        rows = Prediction.objects.worked_on() if anyway else Prediction.objects.waiting()
        found = rows.select_related("cause__analysis__problem__area", "cause__analysis__problem__collaboration")
        prediction = found.filter(pk=prediction_id).first()
        if prediction is None:
            return verdict
        verdict, anyway = _test(prediction), False


def _test(prediction: Prediction) -> str:
    wanted, problem = prediction.wanted, prediction.cause.analysis.problem
    result = test_now(prediction, problem, today=timezone.localdate())
    with transaction.atomic():
        # The same lock as people take: the analysis first.
        analysis = CauseAnalysis.objects.select_for_update(of=("self",)).get(pk=prediction.cause.analysis_id)
        row = Prediction.objects.select_for_update(of=("self",)).get(pk=prediction.pk)
        cause = Cause.objects.select_for_update(of=("self",)).get(pk=row.cause_id)
        # Another may have tested it on newer reports meanwhile, or somebody adopted the analysis.
        is_left = analysis.is_adopted or row.removed_at is not None or cause.removed_at is not None
        if is_left or row.tested > wanted or (row.tested == wanted and row.result == result):
            return row.verdict
        if row.result != result:
            analysis.change += 1
            analysis.save(update_fields=["change"])
        _keep(row, cause, result, wanted=wanted, by=None)
    return str(result["verdict"])


def _keep(prediction: Prediction, cause: Cause, result: dict[str, Any], *, wanted: int, by: Any) -> None:
    """Write down what a test has shown: the numbers, the history, and the evidence for or against the cause."""
    now = timezone.now()
    # A report more changes the numbers each time: the history is of answers.
    if prediction.verdict != result["verdict"]:
        PredictionTest.objects.create(
            collaboration_id=prediction.collaboration_id, prediction=prediction, at=now, result=result
        )
        record("prediction_tested", by=by, subject=prediction, verdict=result["verdict"])
    prediction.result, prediction.tested_at, prediction.tested = result, now, wanted
    direction = DIRECTIONS.get(Verdict(result["verdict"]))
    if direction is None:
        _take_away(prediction, cause, _("The reports no longer show it."), by=by)
    else:
        prediction.evidence = _evidence(prediction, cause, direction, by=by)
    prediction.save(update_fields=["result", "tested_at", "tested", "evidence"])
    settle(cause, by=by)


def _evidence(prediction: Prediction, cause: Cause, direction: str, *, by: Any) -> Evidence:
    """The test as evidence: the same row as long as it speaks in the same direction.

    Its text says what was asked, and why, without what came out of it: that is told from `figures` to whoever may see
    the numbers.
    """
    kept = prediction.evidence
    now = timezone.now()
    if kept is not None and kept.removed_at is None and kept.direction == direction:
        if kept.figures != prediction.result:
            kept.figures, kept.counted_at = prediction.result, now
            kept.save(update_fields=["figures", "counted_at"])
        return kept
    if kept is not None and kept.removed_at is None:
        _remove(kept, _("The reports now show the opposite."), by=by)
    return Evidence.objects.create(
        collaboration_id=prediction.collaboration_id,
        cause=cause,
        kind=Evidence.Kind.PREDICTION_TEST,
        direction=direction,
        strength=kept.strength if kept is not None else Evidence.Strength.SOME,
        organisation_id=prediction.organisation_id,
        text=" ".join(part for part in (asked_in_words(prediction, names_of([prediction])), prediction.text) if part),
        figures=prediction.result,
        counted_at=now,
        created_by=by,
        changed_by=by,
    )


def _take_away(prediction: Prediction, cause: Cause, reason: str, *, by: Any) -> None:
    kept = prediction.evidence
    if kept is not None and kept.removed_at is None:
        _remove(kept, reason, by=by)
        settle(cause, by=by)


def _remove(evidence: Evidence, reason: str, *, by: Any) -> None:
    evidence.removed_at, evidence.removed_by, evidence.removed_reason = timezone.now(), by, reason
    evidence.save(update_fields=["removed_at", "removed_by", "removed_reason"])
    record("evidence_removed", by=by, subject=evidence)


def copy_predictions(causes: Mapping[int, Cause], evidence: Mapping[int, Evidence]) -> None:
    """Let the next version of an analysis go on asking what the one before it asked."""
    for one in Prediction.objects.kept().filter(cause__in=list(causes)).order_by("pk"):
        copied = Prediction.objects.create(
            collaboration_id=one.collaboration_id,
            cause=causes[one.cause_id],
            evidence=evidence.get(one.evidence_id) if one.evidence_id is not None else None,
            copied_from=one,
            tested=1,
            **{name: getattr(one, name) for name in COPIED},
        )
        PredictionTest.objects.create(
            collaboration_id=one.collaboration_id,
            prediction=copied,
            at=copied.tested_at or timezone.now(),
            result=copied.result,
        )
        # The reports have changed since the version before was adopted, and were not asked.
        _send(copied.pk, anyway=True)


# --- The school's dates -----------------------------------------------------------------------------------------------


@transaction.atomic
def add_school_dates(*, by: Any, collaboration: Collaboration, kind: str, first_on: Any, last_on: Any) -> SchoolDates:
    """Write down a term or a holiday; predictions about the school's dates are tested again."""
    check_may_keep_school_dates(by, collaboration)
    dates = SchoolDates(collaboration=collaboration, kind=kind, first_on=first_on, last_on=last_on)
    dates.full_clean()
    dates.save()
    record("school_dates_added", by=by, subject=dates)
    _test_school(collaboration)
    return dates


@transaction.atomic
def remove_school_dates(*, by: Any, dates: SchoolDates) -> None:
    """Take a term or a holiday away."""
    check_may_keep_school_dates(by, dates.collaboration)
    collaboration = dates.collaboration
    record("school_dates_removed", by=by, subject=dates)
    dates.delete()
    _test_school(collaboration)


def _test_school(collaboration: Collaboration) -> None:
    _want(Prediction.objects.worked_on().filter(collaboration=collaboration, template=Template.SCHOOL))
