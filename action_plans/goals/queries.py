"""Goals out of the database: of a plan, for a problem, and who can answer for one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Q
from django.utils import timezone

from action_plans.models import Goal, Plan
from areas.models import Area, AreaScope
from cause_analysis.models import Problem
from partners.models import Collaboration, Membership
from partners.roles import SEE_EVERYTHING, SEE_OWN_AREAS

_WITH = (
    "plan__area",
    "plan__collaboration",
    "problem__collaboration",
    "organisation",
    "owner__user",
    "agreed_by_group",
)


def plans_for(user: Any, collaboration: Collaboration) -> Any:
    """The plans of one collaboration that the user reads."""
    rows = Plan.objects.visible_to(user).filter(collaboration=collaboration)
    return rows.select_related("area", "collaboration")


def goals_for(user: Any) -> Any:
    """The goals the user reads that nobody has taken away, with what a page says of them."""
    return Goal.objects.visible_to(user).kept().select_related(*_WITH)


def goals_of_plan(user: Any, plan: Plan) -> list[Goal]:
    """The plan's goals, in the order they were written."""
    return list(goals_for(user).filter(plan=plan).order_by("number"))


def goals_of_problems(user: Any, problems: Sequence[Problem]) -> dict[int, list[Goal]]:
    """The goals set for each problem. One question, however many problems."""
    found: dict[int, list[Goal]] = {}
    for goal in goals_for(user).filter(problem__in=problems).order_by("plan_id", "number"):
        found.setdefault(goal.problem_id, []).append(goal)
    return found


def owners_for(plan: Plan) -> Any:
    """Those who work with the plan's area: the whole circle."""
    lineage: list[int] = []
    area: Area | None = plan.area
    while area is not None:
        lineage.append(area.pk)
        area = area.parent
    scoped = AreaScope.objects.filter(collaboration=plan.collaboration_id, area__in=lineage)
    rows = Membership.objects.active(timezone.localdate()).filter(
        Q(role__in=SEE_EVERYTHING) | Q(role__in=SEE_OWN_AREAS, pk__in=scoped.values("membership")),
        collaboration=plan.collaboration_id,
        user__is_active=True,
        user__is_service=False,
    )
    return rows.select_related("user", "organisation").order_by("organisation__name", "user__function", "pk")
