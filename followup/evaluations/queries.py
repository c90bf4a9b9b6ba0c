"""Evaluations out of the database: which the user reads, which are due, and which measures stand in one together."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.db.models import Prefetch, Q, QuerySet

from action_plans.models import EvaluationPlan, Measure, MeasureMove, MeasurePlace, MeasureState
from action_plans.rules import DECIDED_ONCE
from followup.models import EvaluatedMeasure, Evaluation, EvaluationCheck, Lesson
from partners.models import Collaboration


def evaluations_for(user: Any, collaboration: Collaboration) -> QuerySet[Evaluation]:
    """The evaluations of one collaboration that the user reads, the newest first."""
    rows = Evaluation.objects.visible_to(user).filter(collaboration=collaboration)
    return with_row(rows).order_by("-due_on", "-number")


def with_row(rows: QuerySet[Evaluation]) -> QuerySet[Evaluation]:
    """Evaluations with all that a row of a list or their page tells: as many questions however many there are."""
    measures = EvaluatedMeasure.objects.select_related(
        "measure__problem", "measure__plan__area", "measure__collaboration"
    )
    return rows.select_related("plan__area", "collaboration", "evaluation_plan", "adopted_by_group").prefetch_related(
        Prefetch("evaluated_measures", measures.order_by("measure__number")),
        Prefetch("lessons", Lesson.objects.select_related("place").order_by("pk")),
        Prefetch("checks", EvaluationCheck.objects.order_by("number")),
    )


def measures_of(evaluation: Evaluation) -> list[Measure]:
    """The measures it is about, in their order."""
    return [row.measure for row in evaluation.evaluated_measures.all()]


# --- When their day comes ---------------------------------------------------------------------------------------------


def plans_due(today: dt.date) -> QuerySet[EvaluationPlan]:
    """The plans whose period after has ended, whose measure was decided, and which no evaluation holds yet."""
    return (
        EvaluationPlan.objects.filter(
            after_to__lt=today, measure__state__in=[*DECIDED_ONCE, MeasureState.ABORTED], fixed_at__isnull=False
        )
        .filter(measure__evaluated_in=None)
        .select_related("measure__plan")
        .order_by("after_to", "pk")
    )


def open_evaluations() -> QuerySet[Evaluation]:
    """Those that are kept up to date."""
    return Evaluation.objects.filter(adopted_at=None).order_by("pk")


def adopted_with_plan() -> QuerySet[Evaluation]:
    """Those that are computed again every half year."""
    return Evaluation.objects.adopted().filter(evaluation_plan__isnull=False).order_by("pk")


def days_in_force(measures: Sequence[Measure]) -> dict[int, tuple[dt.date | None, dt.date | None]]:
    """When each measure was started, and when it was over; None where it has not been, as its steps say."""
    found: dict[int, tuple[dt.date | None, dt.date | None]] = {measure.pk: (None, None) for measure in measures}
    moves = MeasureMove.objects.filter(measure__in=list(found)).order_by("at", "pk")
    for measure_id, to, at in moves.values_list("measure_id", "to_state", "at"):
        began, over = found[measure_id]
        day = at.date()
        if to == MeasureState.ONGOING and began is None:
            began = day
        if to in {MeasureState.CARRIED_OUT, MeasureState.ABORTED}:
            over = day
        found[measure_id] = (began, over)
    return found


def measures_together(plan: EvaluationPlan) -> list[Measure]:
    """Other measures at the same place whose evaluation would count the same days after.

    Their effects cannot be told apart, so they stand in one evaluation. A measure without a plan of its own is none of
    them: the warnings of the plan name it.
    """
    places = plan.treated_places.values("place_id")
    others = EvaluationPlan.objects.filter(
        collaboration=plan.collaboration_id,
        fixed_at__isnull=False,
        measure__state__in=DECIDED_ONCE,
        after_from__lte=plan.after_to,
        after_to__gte=plan.after_from,
    ).exclude(pk=plan.pk)
    if plan.treated_places.exists():
        at_places = MeasurePlace.objects.filter(place__in=places).values("measure_id")
        others = others.filter(Q(treated_places__place__in=places) | Q(measure__in=at_places))
    else:
        # A whole area: those that treat the same whole area.
        others = others.filter(measure__plan__area=plan.measure.plan.area_id, treated_places=None)
    rows = Measure.objects.filter(pk__in=others.values("measure_id")).select_related("plan")
    return list(rows.order_by("plan", "number"))


def coming(user: Any, collaboration: Collaboration, today: dt.date) -> QuerySet[EvaluationPlan]:
    """The evaluations that are planned and not due yet, the next first."""
    return (
        EvaluationPlan.objects.visible_to(user)
        .filter(
            collaboration=collaboration,
            fixed_at__isnull=False,
            after_to__gte=today,
            measure__state__in=DECIDED_ONCE,
            measure__evaluated_in=None,
        )
        .select_related("measure__plan__area", "measure__collaboration")
        .order_by("after_to", "pk")
    )
