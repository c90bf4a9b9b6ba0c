"""Plans out of the database: whose, and what they hold."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Max, Q, QuerySet
from django.db.models.fields.json import KT

from action_plans.measures.facts import missing_of_each
from action_plans.models import Agreement, Commitment, CommitmentState, Measure, Plan, PlanQuerySet, PlanVersion
from action_plans.permissions import organisations_spoken_for
from action_plans.rules import ANSWERED_YES, DECIDED_ONCE, IN_FORCE
from partners.models import Collaboration
from partners.roles import MAY_COMPILE


def plans_for(user: Any, collaboration: Collaboration) -> PlanQuerySet:
    """The plans of one collaboration that the user reads, the latest period first."""
    rows = Plan.objects.visible_to(user).filter(collaboration=collaboration)
    return rows.select_related("area", "collaboration", "agreement").order_by("-last_day", "-number")


def with_numbers(rows: PlanQuerySet) -> QuerySet[Plan]:
    """The plans with how many measures are decided and which version is in force."""
    decided = Q(measures__state__in=DECIDED_ONCE, measures__removed_at=None)
    return rows.annotate(
        decided_measures=Count("measures", filter=decided, distinct=True), version_in_force=Max("versions__number")
    )


def versions_for(user: Any, collaboration: Collaboration) -> QuerySet[PlanVersion]:
    """The decided versions of one collaboration that the user reads, the newest of each plan first."""
    rows = PlanVersion.objects.visible_to(user).filter(collaboration=collaboration)
    return rows.select_related("plan__area", "plan__collaboration", "decided_by_group").order_by("plan_id", "-number")


def in_force_for(user: Any, collaboration: Collaboration) -> QuerySet[Any]:
    """The newest version of each plan the user reads, with what the plan was called (`decided_title`)."""
    return newest_of(versions_for(user, collaboration))


def newest_of(rows: QuerySet[PlanVersion]) -> QuerySet[Any]:
    """The newest version of each plan, by the plan. Its name is the decided one: the draft's is not everybody's."""
    named = rows.defer("content").annotate(decided_title=KT("content__plan__title"))
    return named.order_by("plan_id", "-number").distinct("plan_id")


def agreements_for(user: Any, collaboration: Collaboration) -> QuerySet[Agreement]:
    """The agreements of one collaboration, the latest period first."""
    return Agreement.objects.visible_to(user).filter(collaboration=collaboration)


def gone_since_decided(plan: Plan) -> dict[int, list[str]]:
    """What the plan's decided measures have lost of what they were decided on, as sentences, by their numbers."""
    measures = list(Measure.objects.kept().filter(plan=plan, state__in=IN_FORCE))
    missing = missing_of_each(measures)
    return {one.number: [gap.sentence for gap in missing[one.pk]] for one in measures if missing[one.pk]}


def numbers_of_mine(user: Any, plan: Plan) -> tuple[set[int], set[int]]:
    """The plan's measures the user answers for a part of, and those the user's organisations have a part in."""
    memberships = user.memberships_in(plan.collaboration_id)
    mine = {membership.pk for membership in memberships}
    organisations = {membership.organisation_id for membership in memberships}
    parts = Commitment.objects.filter(measure__plan=plan).exclude(state=CommitmentState.WITHDRAWN)
    rows = list(parts.values_list("measure__number", "responsible", "asked_of"))
    return (
        {number for number, responsible, _of in rows if responsible in mine},
        {number for number, _responsible, of in rows if of in organisations},
    )


def numbers_run_by(user: Any, plan: Plan) -> set[int] | None:
    """The measures the user says the steps of, since an organisation of theirs leads it; None means all."""
    if user.has_role(plan.collaboration_id, MAY_COMPILE):
        return None
    own = [organisation.pk for organisation in organisations_spoken_for(user, plan.collaboration_id)]
    led = Commitment.objects.filter(measure__plan=plan, is_lead=True, asked_of__in=own, state__in=ANSWERED_YES)
    return set(led.values_list("measure__number", flat=True))
