"""Problems for other systems. Read-only, and with the same numbers protected as on the user's pages."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from areas.api import SHORT_NAME, asked_of
from cause_analysis.models import Problem, State
from cause_analysis.problems import protecting
from cause_analysis.problems.definition import QUESTIONS
from situational_picture.api import Count
from situational_picture.protecting import cell

MOST_PROBLEMS = 200


class ProblemFacts(serializers.Serializer):
    id = serializers.IntegerField()
    number = serializers.IntegerField(help_text="The number people say to each other, once in each collaboration.")
    collaboration = serializers.SlugField()
    area = serializers.SlugField()
    title = serializers.CharField()
    state = serializers.ChoiceField(choices=State.choices)
    outcome = serializers.ChoiceField(choices=Problem.Outcome.choices, allow_blank=True)
    selection = serializers.CharField(help_text="What it counts, as the filters of the list of reports.")
    counted_at = serializers.DateTimeField(help_text="When its numbers were frozen.")
    total = Count()


class _ProblemCategory(serializers.Serializer):
    code = serializers.CharField()
    name = serializers.CharField()
    count = Count()


class _ProblemPlace(serializers.Serializer):
    id = serializers.IntegerField(allow_null=True, help_text="Null: elsewhere in the area.")
    name = serializers.CharField(allow_blank=True)
    count = Count()


class _ProblemMonth(serializers.Serializer):
    month = serializers.CharField()
    count = Count()


class _ProblemAnswer(serializers.Serializer):
    question = serializers.CharField()
    answer = serializers.CharField(allow_blank=True)


class _ProblemView(serializers.Serializer):
    organisation = serializers.CharField()
    text = serializers.CharField()


class _ProblemMove(serializers.Serializer):
    at = serializers.DateTimeField()
    from_state = serializers.ChoiceField(choices=State.choices)
    to_state = serializers.ChoiceField(choices=State.choices)
    reason = serializers.CharField(allow_blank=True)


class WholeProblem(ProblemFacts):
    """Everything a problem's page shows."""

    is_protected = serializers.BooleanField(help_text="Whether small counts are left out for this reader.")
    categories = _ProblemCategory(many=True)
    places = _ProblemPlace(many=True)
    months = _ProblemMonth(many=True)
    definition = _ProblemAnswer(many=True)
    partner_views = _ProblemView(many=True)
    moves = _ProblemMove(many=True)


class ListOfProblems(serializers.Serializer):
    results = ProblemFacts(many=True)


class _Query(serializers.Serializer):
    collaboration = serializers.SlugField(required=False)
    area = serializers.SlugField(required=False)
    state = serializers.ChoiceField(choices=State.choices, required=False)


class ProblemListView(APIView):
    """The problems the user reads, newest first, at most 200."""

    @extend_schema(
        operation_id="problems_list",
        parameters=[
            OpenApiParameter("collaboration", SHORT_NAME, description="Short name; all one's own when left out."),
            OpenApiParameter("area", SHORT_NAME, description="The area's slug."),
            OpenApiParameter("state", str, enum=State.values),
        ],
        responses=ListOfProblems,
    )
    def get(self, request: Request) -> Response:
        asked = asked_of(_Query, request)
        lookups = {"collaboration": "collaboration__slug", "area": "area__slug"}
        problems = (
            Problem.objects.visible_to(request.user)
            .filter(**{lookups.get(name, name): value for name, value in asked.items()})
            .select_related("area", "collaboration")
            .order_by("-created_at", "-pk")
        )
        return Response({"results": [_facts(request.user, problem) for problem in problems[:MOST_PROBLEMS]]})


class ProblemView(APIView):
    """One problem with its frozen numbers, its definition and its history."""

    @extend_schema(operation_id="problems_read", responses=WholeProblem)
    def get(self, request: Request, pk: int) -> Response:
        problem = Problem.objects.visible_to(request.user).filter(pk=pk).select_related("area", "collaboration").first()
        if problem is None:
            raise Http404
        figures = protecting.figures_for(request.user, problem)
        views = problem.partner_views.select_related("organisation").order_by("organisation__name")
        return Response(
            {
                **_facts(request.user, problem),
                "is_protected": figures["is_protected"],
                "categories": [
                    {"code": row["code"], "name": row["name_sv"], "count": cell(row["count"])}
                    for row in figures["categories"]
                ],
                "places": [
                    {"id": row["place"], "name": row["name"], "count": cell(row["count"])} for row in figures["places"]
                ],
                "months": [{"month": month, "count": cell(count)} for month, count in figures["months"]],
                "definition": [
                    {"question": str(question), "answer": getattr(problem, name)}
                    for name, question in QUESTIONS.items()
                ],
                "partner_views": [{"organisation": view.organisation.name, "text": view.text} for view in views],
                "moves": list(problem.moves.values("at", "from_state", "to_state", "reason").order_by("at", "pk")),
            }
        )


def _facts(user: Any, problem: Problem) -> dict[str, Any]:
    return {
        "id": problem.pk,
        "number": problem.number,
        "collaboration": problem.collaboration.slug,
        "area": problem.area.slug,
        "title": problem.title,
        "state": problem.state,
        "outcome": problem.outcome,
        "selection": problem.selection,
        "counted_at": problem.counted_at,
        "total": cell(protecting.figures_for(user, problem)["total"]),
    }
