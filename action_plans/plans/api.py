"""Plans for other systems. Read-only, with the same numbers protected as on the user's pages."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from action_plans.models import MeasureState, Plan, PlanVersion, Verdict
from action_plans.plans.content import now_of, working_content
from action_plans.plans.protecting import content_for, version_for
from areas.api import SHORT_NAME, asked_of

MOST = 200


class _SignatureFacts(serializers.Serializer):
    function = serializers.CharField()
    organisation = serializers.CharField()
    signed_on = serializers.DateField()


class PlanVersionFacts(serializers.Serializer):
    id = serializers.IntegerField()
    plan = serializers.IntegerField(help_text="The plan's id.")
    number = serializers.IntegerField()
    collaboration = serializers.SlugField()
    area = serializers.SlugField()
    decided_on = serializers.DateField()
    decided_by = serializers.CharField(help_text="The group.")
    reason = serializers.CharField(allow_blank=True, help_text="What had changed, and why.")


class WholePlanVersion(PlanVersionFacts):
    """A decided version: its content never changes."""

    content = serializers.JSONField(
        help_text="Goals, causes and measures in the names and words of the day. Protected counts are the word "
        "protected."
    )
    signatures = _SignatureFacts(many=True)


class PlanFacts(serializers.Serializer):
    id = serializers.IntegerField()
    number = serializers.IntegerField(help_text="The number people say to each other, once in each collaboration.")
    collaboration = serializers.SlugField()
    area = serializers.SlugField()
    title = serializers.CharField()
    first_day = serializers.DateField()
    last_day = serializers.DateField()
    versions = serializers.ListField(child=serializers.IntegerField(), help_text="Numbers of the decided versions.")


class _Standing(serializers.Serializer):
    measure = serializers.IntegerField(help_text="The measure's number in the plan.")
    state = serializers.ChoiceField(choices=MeasureState.choices)
    is_overdue = serializers.BooleanField()
    carried_out = serializers.ChoiceField(choices=Verdict.choices, allow_blank=True)
    good_result = serializers.ChoiceField(choices=Verdict.choices, allow_blank=True)
    followed_up_on = serializers.DateField(allow_null=True)


class WholePlan(PlanFacts):
    """The plan as it is worked on, with drafts and proposals, and where each measure stands."""

    content = serializers.JSONField(help_text="The same shape as a version's content.")
    standing = _Standing(many=True)


class ListOfPlans(serializers.Serializer):
    results = PlanFacts(many=True)


class ListOfPlanVersions(serializers.Serializer):
    results = PlanVersionFacts(many=True)


class _Query(serializers.Serializer):
    collaboration = serializers.SlugField(required=False)
    area = serializers.SlugField(required=False)


_PARAMETERS = [
    OpenApiParameter("collaboration", SHORT_NAME, description="Short name; all one's own when left out."),
    OpenApiParameter("area", SHORT_NAME, description="The area's slug."),
]


class PlanListView(APIView):
    """The plans the user reads, newest first, at most 200."""

    @extend_schema(operation_id="plans_list", parameters=_PARAMETERS, responses=ListOfPlans)
    def get(self, request: Request) -> Response:
        asked = asked_of(_Query, request)
        lookups = {"collaboration": "collaboration__slug", "area": "area__slug"}
        rows = Plan.objects.visible_to(request.user).filter(**{lookups[name]: value for name, value in asked.items()})
        plans = rows.select_related("area", "collaboration").order_by("-created_at", "-pk")[:MOST]
        return Response({"results": _plans(list(plans))})


class PlanView(APIView):
    """One plan as it is worked on."""

    @extend_schema(operation_id="plans_read", responses=WholePlan)
    def get(self, request: Request, pk: int) -> Response:
        rows = Plan.objects.visible_to(request.user).filter(pk=pk)
        plan = rows.select_related("area", "collaboration").first()
        if plan is None:
            raise Http404
        content = content_for(request.user, plan, working_content(plan))
        standing = [{"measure": number, **row} for number, row in sorted(now_of(plan).items())]
        (facts,) = _plans([plan])
        return Response({**facts, "content": content, "standing": _Standing(standing, many=True).data})


class PlanVersionListView(APIView):
    """The decided versions the user reads, the latest decision first, at most 200."""

    @extend_schema(operation_id="plan_versions_list", parameters=_PARAMETERS, responses=ListOfPlanVersions)
    def get(self, request: Request) -> Response:
        asked = asked_of(_Query, request)
        lookups = {"collaboration": "collaboration__slug", "area": "plan__area__slug"}
        rows = PlanVersion.objects.visible_to(request.user).defer("content")
        found = rows.filter(**{lookups[name]: value for name, value in asked.items()})
        versions = found.select_related("collaboration", "plan__area", "decided_by_group")
        return Response({"results": [_version(one) for one in versions.order_by("-decided_on", "-pk")[:MOST]]})


class PlanVersionView(APIView):
    """One decided version with everything it says and who has signed it."""

    @extend_schema(operation_id="plan_versions_read", responses=WholePlanVersion)
    def get(self, request: Request, pk: int) -> Response:
        rows = PlanVersion.objects.visible_to(request.user).filter(pk=pk)
        version = rows.select_related("collaboration", "plan__area", "plan__collaboration", "decided_by_group").first()
        if version is None:
            raise Http404
        signatures = version.signatures.select_related("organisation")
        return Response(
            {
                **_version(version),
                "content": version_for(request.user, version),
                "signatures": [
                    {"function": one.function, "organisation": one.organisation.name, "signed_on": one.signed_on}
                    for one in signatures
                ],
            }
        )


def _plans(plans: list[Plan]) -> list[dict[str, Any]]:
    versions: dict[int, list[int]] = {}
    for plan_id, number in PlanVersion.objects.filter(plan__in=plans).order_by("number").values_list("plan", "number"):
        versions.setdefault(plan_id, []).append(number)
    return [
        {
            "id": plan.pk,
            "number": plan.number,
            "collaboration": plan.collaboration.slug,
            "area": plan.area.slug,
            "title": plan.title,
            "first_day": plan.first_day,
            "last_day": plan.last_day,
            "versions": versions.get(plan.pk, []),
        }
        for plan in plans
    ]


def _version(version: PlanVersion) -> dict[str, Any]:
    return {
        "id": version.pk,
        "plan": version.plan_id,
        "number": version.number,
        "collaboration": version.collaboration.slug,
        "area": version.plan.area.slug,
        "decided_on": version.decided_on,
        "decided_by": version.decided_by_group.name,
        "reason": version.reason,
    }
