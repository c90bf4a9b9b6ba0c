"""Goals for other systems. Read-only, with counted baselines told as on the user's pages."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from action_plans.goals import queries, telling
from action_plans.models import Goal
from areas.api import SHORT_NAME, asked_of
from situational_picture.api import Count
from situational_picture.protecting import PROTECTED, cell

MOST_GOALS = 500
NUMBER = {"type": "integer", "minimum": 1, "maximum": 2**31 - 1}


class GoalFacts(serializers.Serializer):
    id = serializers.IntegerField()
    number = serializers.IntegerField(help_text="Once in each plan.")
    collaboration = serializers.SlugField()
    area = serializers.SlugField()
    plan = serializers.IntegerField(help_text="The plan's number.")
    problem = serializers.IntegerField(allow_null=True, help_text="The problem's number; null for the plan as a whole.")
    kind = serializers.ChoiceField(choices=Goal.Kind.choices)
    direction = serializers.ChoiceField(choices=Goal.Direction.choices)
    text = serializers.CharField(help_text="The goal in a sentence.")
    indicator = serializers.CharField(allow_blank=True)
    unit = serializers.CharField(allow_blank=True)
    source = serializers.CharField(allow_blank=True)  # type: ignore[assignment]
    measured = serializers.ChoiceField(choices=Goal.Measured.choices)
    selection = serializers.CharField(allow_blank=True, help_text="As the filters of the list of reports.")
    baseline = Count(allow_null=True, help_text="Null: not said yet. A counted one is whole for the circle alone.")
    baseline_at_least = serializers.IntegerField(
        allow_null=True, help_text="Outside the circle: the whole tens it is at least, where they may be told."
    )
    baseline_lower = serializers.FloatField(allow_null=True)
    baseline_upper = serializers.FloatField(allow_null=True)
    baseline_from = serializers.DateField(allow_null=True)
    baseline_to = serializers.DateField(allow_null=True)
    target = serializers.FloatField(allow_null=True)
    target_on = serializers.DateField(allow_null=True)
    organisation = serializers.CharField(allow_blank=True)
    function = serializers.CharField(allow_blank=True, help_text="Who answers for it there. Never a name.")
    agreed_at = serializers.DateTimeField(allow_null=True)
    agreed_by = serializers.CharField(allow_blank=True, help_text="The group.")


class ListOfGoals(serializers.Serializer):
    results = GoalFacts(many=True)


class _Query(serializers.Serializer):
    collaboration = serializers.SlugField(required=False)
    area = serializers.SlugField(required=False)
    plan = serializers.IntegerField(required=False, min_value=1, max_value=2**31 - 1)


class GoalListView(APIView):
    """The goals of the plans the user reads, newest plan first, at most 500."""

    @extend_schema(
        operation_id="goals_list",
        parameters=[
            OpenApiParameter("collaboration", SHORT_NAME, description="Short name; all one's own when left out."),
            OpenApiParameter("area", SHORT_NAME, description="The area's slug."),
            OpenApiParameter("plan", NUMBER, description="The plan's number."),
        ],
        responses=ListOfGoals,
    )
    def get(self, request: Request) -> Response:
        asked = asked_of(_Query, request)
        lookups = {"collaboration": "plan__collaboration__slug", "area": "plan__area__slug", "plan": "plan__number"}
        goals = (
            queries.goals_for(request.user)
            .filter(**{lookups[name]: value for name, value in asked.items()})
            .order_by("-plan__first_day", "-plan_id", "number")
        )
        listed = telling.with_place_names(list(goals[:MOST_GOALS]))
        return Response({"results": [_facts(request.user, goal) for goal in listed]})


def _facts(user: Any, goal: Goal) -> dict[str, Any]:
    viewer = telling.viewer_of(user, goal.plan)
    told = telling.baseline_told(goal, viewer)
    names = (
        "number", "kind", "direction", "indicator", "unit", "source", "measured", "selection", "baseline_from",
        "baseline_to", "target", "target_on", "agreed_at",
    )  # fmt: skip
    return {
        "id": goal.pk,
        **{name: getattr(goal, name) for name in names},
        "collaboration": goal.plan.collaboration.slug,
        "area": goal.plan.area.slug,
        "plan": goal.plan.number,
        "problem": goal.problem.number if goal.problem else None,
        "text": telling.sentence_for(goal, viewer),
        "baseline": None if told.value is None else cell(told.value),
        "baseline_at_least": told.at_least or None if told.value == PROTECTED else None,
        "baseline_lower": told.lower,
        "baseline_upper": told.upper,
        "organisation": goal.organisation.name if goal.organisation else "",
        "function": goal.owner.user.function if goal.owner else "",
        "agreed_by": goal.agreed_by_group.name if goal.agreed_by_group else "",
    }
