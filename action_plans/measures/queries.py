"""Measures out of the database: whose, of which plan, for which cause, at which place."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet
from django.utils import timezone

from action_plans.models import (
    Absence,
    Commitment,
    CommitmentState,
    FollowUpNote,
    Measure,
    MeasureCause,
    MeasureGoal,
    MeasureMove,
    MeasurePlace,
    MeasureState,
    Plan,
)
from action_plans.models.commitments import SPEAK_FOR_OWN
from action_plans.rules import ANSWERED_YES, DECIDED_ONCE, IN_FORCE, latest_overdue_day
from areas.access import circle_area_ids
from areas.models import InspectionItem, Place
from cause_analysis.models import Cause, Problem
from partners.models import Collaboration, Membership


def with_row(rows: QuerySet[Measure]) -> QuerySet[Measure]:
    """Measures with everything a row of a list or a plan tells: as many questions however many there are."""
    parts = Commitment.objects.exclude(state=CommitmentState.WITHDRAWN).select_related(
        "asked_of", "asked_by", "responsible__user", "collaboration"
    )
    return (
        rows.select_related("plan__area", "collaboration", "problem")
        .defer("problem__figures")
        .prefetch_related(
            Prefetch("parts", parts.order_by("-is_lead", "number")),
            Prefetch("measure_causes", MeasureCause.objects.filter(cause__removed_at=None).select_related("cause")),
            Prefetch("measure_goals", MeasureGoal.objects.filter(goal__removed_at=None).select_related("goal")),
            Prefetch("follow_up_notes", FollowUpNote.objects.order_by("measure", "-on", "-pk")),
        )
    )


def measures_for(user: Any, collaboration: Collaboration) -> QuerySet[Measure]:
    """The measures of one collaboration that the user reads: plan by plan, in their agreed order."""
    rows = Measure.objects.visible_to(user).kept().filter(collaboration=collaboration)
    return with_row(rows).order_by("-plan__number", "position", "number")


def late(rows: QuerySet[Measure], today: dt.date) -> QuerySet[Measure]:
    """Those of them that are decided and not done by their day."""
    return rows.filter(state__in=IN_FORCE, due_on__lte=latest_overdue_day(today))


def done_by(rows: QuerySet[Measure], organisation_id: int) -> QuerySet[Measure]:
    """Those in which the organisation leads or has a part that was asked of it and not declined."""
    parts = Commitment.objects.filter(measure=OuterRef("pk"), asked_of=organisation_id)
    return rows.filter(Exists(parts.exclude(state__in=[CommitmentState.WITHDRAWN, CommitmentState.DECLINED])))


def overrides(user: Any, collaboration: Collaboration) -> QuerySet[MeasureMove]:
    """The decisions taken although something was missing, of the measures the user reads, the latest first."""
    rows = MeasureMove.objects.visible_to(user).filter(
        collaboration=collaboration, to_state=MeasureState.DECIDED, measure__removed_at=None
    )
    return rows.exclude(overridden=[]).select_related("measure", "group").order_by("-at", "-pk")


def decisions(user: Any, collaboration: Collaboration) -> QuerySet[MeasureMove]:
    """All decisions on measures the user reads: what overrides are counted against."""
    return MeasureMove.objects.visible_to(user).filter(
        collaboration=collaboration, to_state=MeasureState.DECIDED, measure__removed_at=None
    )


# --- What a measure is made from, and found by ------------------------------------------------------------------------


def plans_to_write_in(user: Any, collaboration: Collaboration | int, *, area_id: int | None = None) -> QuerySet[Plan]:
    """The plans whose measures the user writes, the newest first; those of one area where one is named."""
    pk = collaboration if isinstance(collaboration, int) else collaboration.pk
    rows = Plan.objects.filter(collaboration=pk).select_related("area")
    area_ids = circle_area_ids(user, pk)
    if area_ids is not None:
        rows = rows.filter(area__in=area_ids)
    if area_id is not None:
        rows = rows.filter(area=area_id)
    return rows.order_by("-number")


def problems_to_choose(user: Any, plan: Plan) -> QuerySet[Problem]:
    """The problems of the plan's area the user reads."""
    rows = Problem.objects.visible_to(user).filter(collaboration_id=plan.collaboration_id, area_id=plan.area_id)
    return rows.defer("figures").order_by("-number")


def causes_to_choose(measure: Measure) -> QuerySet[Cause]:
    """The causes a group has chosen in the newest adopted analysis of the measure's problem, and those it names."""
    there = measure.measure_causes.values("cause")
    if measure.problem is None:
        return Cause.objects.filter(pk__in=there)
    newest = measure.problem.analyses.filter(adopted_at__isnull=False).order_by("-version").values("pk")[:1]
    chosen = Q(analysis__in=newest, chosen_at__isnull=False, removed_at=None)
    return Cause.objects.filter(chosen | Q(pk__in=there)).select_related("analysis").order_by("text", "pk")


def _by(rows: QuerySet[Any], name: str, ids: Iterable[int]) -> dict[int, list[Measure]]:
    """Measures the user reads, by what they are tied to: one question for the ties and those of `with_row`."""
    found: dict[int, list[Measure]] = {pk: [] for pk in ids}
    ties = list(rows.filter(**{f"{name}__in": list(found)}).values_list(f"{name}_id", "measure_id"))
    kept = with_row(Measure.objects.kept().filter(pk__in={pk for _thing, pk in ties}))
    measures = {measure.pk: measure for measure in kept.order_by("-plan__number", "position", "number")}
    for pk in measures:
        for thing in dict.fromkeys(thing for thing, measure_id in ties if measure_id == pk):
            found[thing].append(measures[pk])
    return found


def at_places(user: Any, places: Sequence[Place]) -> dict[int, list[Measure]]:
    """The measures at each place."""
    return _by(MeasurePlace.objects.visible_to(user), "place", [place.pk for place in places])


def for_causes(user: Any, causes: Sequence[Cause]) -> dict[int, list[Measure]]:
    """The measures that are to affect each cause, also those that named it in an earlier version of the analysis."""
    found: dict[int, list[Measure]] = {cause.pk: [] for cause in causes}
    # Each cause with those it was copied from. As many questions as there are versions before.
    before = {cause.pk: {cause.pk} for cause in causes}
    at = {cause.copied_from_id: {cause.pk} for cause in causes if cause.copied_from_id is not None}
    while at:
        earlier: dict[int, set[int]] = {}
        for pk, copied_from in Cause.objects.filter(pk__in=list(at)).values_list("pk", "copied_from_id"):
            for cause_id in at[pk]:
                before[cause_id].add(pk)
                if copied_from is not None:
                    earlier.setdefault(copied_from, set()).add(cause_id)
        at = earlier
    named = _by(MeasureCause.objects.visible_to(user), "cause", {pk for several in before.values() for pk in several})
    for cause_id, several in before.items():
        measures = {measure.pk: measure for pk in sorted(several) for measure in named[pk]}
        found[cause_id] = list(measures.values())
    return found


def for_problems(user: Any, problems: Sequence[Problem]) -> dict[int, list[Measure]]:
    """The measures about each problem."""
    found: dict[int, list[Measure]] = {problem.pk: [] for problem in problems}
    rows = with_row(Measure.objects.visible_to(user).kept().filter(problem__in=list(found)))
    for measure in rows.order_by("-plan__number", "position", "number"):
        found[measure.problem_id or 0].append(measure)
    return found


def for_defects(user: Any, items: Sequence[InspectionItem]) -> dict[int, list[Measure]]:
    """The measures that are to mend each defect."""
    found: dict[int, list[Measure]] = {item.pk: [] for item in items}
    rows = Measure.objects.visible_to(user).kept().filter(defect__in=list(found))
    for measure in rows.select_related("collaboration").order_by("-pk"):
        found[measure.defect_id or 0].append(measure)
    return found


# --- Whose turn it is -------------------------------------------------------------------------------------------------


def answered_for_by(user: Any, collaborations: Sequence[Collaboration], today: dt.date) -> QuerySet[Measure]:
    """Decided measures the user leads: as who answers for the lead's part, or as deputy of somebody away today."""
    mine = [m.pk for m in user.active_memberships]
    away = Absence.objects.filter(deputy__in=mine, first_day__lte=today, back_on__gt=today).values("membership_id")
    # Also once their own part is reported: the measure still has to be ended and followed up.
    lead = Commitment.objects.filter(measure=OuterRef("pk"), is_lead=True, state__in=ANSWERED_YES).filter(
        Q(responsible__in=mine) | Q(responsible__in=away)
    )
    return (
        Measure.objects.visible_to(user)
        .kept()
        .filter(Exists(lead), collaboration__in=[one.pk for one in collaborations], state__in=DECIDED_ONCE)
        .select_related("collaboration")
    )


def not_followed_up(rows: QuerySet[Measure], today: dt.date) -> QuerySet[Measure]:
    """Those whose day to be followed up has come, without a note from that day or later."""
    noted = FollowUpNote.objects.filter(measure=OuterRef("pk"), on__gte=OuterRef("follow_up_on"))
    return rows.filter(~Exists(noted), follow_up_on__lte=today).exclude(state=MeasureState.EVALUATED)


def people_of(collaboration_id: int) -> QuerySet[Membership]:
    """Who can answer for a part: the active roles of the collaboration that speak for their organisation."""
    today = timezone.localdate()
    rows = Membership.objects.active(today).filter(
        collaboration_id=collaboration_id, role__in=SPEAK_FOR_OWN, user__is_active=True, user__is_service=False
    )
    return rows.select_related("user", "organisation").order_by("organisation__name", "user__function", "pk")
