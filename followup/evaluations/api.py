"""Evaluations for other systems: read as the pages tell them, with the numbers this reader may see."""

from __future__ import annotations

from typing import Any

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from action_plans.goals.telling import viewer_of
from areas.api import SHORT_NAME, asked_of
from followup.evaluations import numbers
from followup.evaluations.queries import measures_of, with_row
from followup.models import Evaluation, Headline, Outcome, Standing

MOST = 200


class EvaluationCount(serializers.Serializer):
    zone = serializers.CharField(help_text="treated, ring or compared")
    before = serializers.IntegerField(allow_null=True, help_text="Whole for the circle, at least so many for others.")
    after = serializers.IntegerField(allow_null=True)
    is_whole = serializers.BooleanField()


class EvaluationFacts(serializers.Serializer):
    id = serializers.IntegerField()
    collaboration = serializers.SlugField()
    number = serializers.IntegerField()
    area = serializers.SlugField()
    measures = serializers.ListField(child=serializers.IntegerField(), help_text="The measures evaluated together.")
    due_on = serializers.DateField()
    headline = serializers.ChoiceField(choices=Headline.choices)
    reasons = serializers.ListField(
        child=serializers.CharField(), help_text="The rules that stood against a stronger headline."
    )
    needs = serializers.ListField(child=serializers.CharField(), help_text="What would make an answer possible.")
    text = serializers.CharField(help_text="The sentences under the headline.")
    counts = EvaluationCount(many=True)
    outcome = serializers.ChoiceField(choices=Outcome.choices, allow_blank=True, help_text="What the group says.")
    adopted_at = serializers.DateTimeField(allow_null=True)
    standing = serializers.ChoiceField(
        choices=Standing.choices, allow_null=True, help_text="Whether it held when it was last counted again."
    )


class ListOfEvaluations(serializers.Serializer):
    results = EvaluationFacts(many=True)


class _Query(serializers.Serializer):
    collaboration = serializers.SlugField(required=False)
    headline = serializers.ChoiceField(choices=Headline.choices, required=False)


class EvaluationListView(APIView):
    """The evaluations one reads, the latest first, at most 200."""

    @extend_schema(
        operation_id="evaluation_list",
        parameters=[
            OpenApiParameter("collaboration", SHORT_NAME, description="Short name; all one's own when left out."),
            OpenApiParameter("headline", str, enum=Headline.values),
        ],
        responses=ListOfEvaluations,
    )
    def get(self, request: Request) -> Response:
        asked = asked_of(_Query, request)
        lookups = {"collaboration": "collaboration__slug", "headline": "headline"}
        rows = Evaluation.objects.visible_to(request.user).filter(
            **{lookup: asked[name] for name, lookup in lookups.items() if name in asked}
        )
        found = with_row(rows).order_by("-due_on", "-pk")[:MOST]
        return Response({"results": [_facts(request.user, one) for one in found]})


class EvaluationView(APIView):
    """One evaluation."""

    @extend_schema(operation_id="evaluation", responses=EvaluationFacts)
    def get(self, request: Request, pk: int) -> Response:
        found = get_object_or_404(with_row(Evaluation.objects.visible_to(request.user)), pk=pk)
        return Response(_facts(request.user, found))


def _facts(user: Any, evaluation: Evaluation) -> dict[str, Any]:
    told = numbers.Telling(evaluation.figures, viewer_of(user, evaluation.plan))
    checks = list(evaluation.checks.all())
    is_adopted = evaluation.adopted_at is not None
    return {
        "id": evaluation.pk,
        "collaboration": evaluation.collaboration.slug,
        "number": evaluation.number,
        "area": evaluation.plan.area.slug,
        "measures": [measure.pk for measure in measures_of(evaluation)],
        "due_on": evaluation.due_on,
        "headline": evaluation.headline,
        "reasons": evaluation.figures["headline"].get("reasons", []),
        "needs": evaluation.figures["headline"].get("needs", []),
        "text": told.sentences(),
        "counts": [
            {
                "zone": row["zone"],
                "before": row["before"]["value"],
                "after": row["after"]["value"],
                "is_whole": told.exact,
            }
            for row in told.count_rows()
        ],
        # What a group is still thinking about is read on the page, by those who write it.
        "outcome": evaluation.outcome if is_adopted else "",
        "adopted_at": evaluation.adopted_at,
        "standing": checks[-1].standing if checks else None,
    }
