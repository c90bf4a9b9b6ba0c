"""Problems and their analyses for other systems. Read-only, with the same numbers protected as on the user's pages."""

from __future__ import annotations

from typing import Any

from django.db.models import Count as Count_
from django.db.models import Q
from django.http import Http404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from areas.api import SHORT_NAME, asked_of
from cause_analysis.causes import presenters as cause_presenters
from cause_analysis.causes import queries as cause_queries
from cause_analysis.causes.rules import METHOD
from cause_analysis.chain.queries import links_of
from cause_analysis.drawings import numbers_of
from cause_analysis.knowing.presenters import gap_words
from cause_analysis.knowing.queries import closed_gaps, open_gaps
from cause_analysis.models import (
    CauseAnalysis,
    CauseState,
    Claim,
    Controller,
    Evidence,
    Prediction,
    Problem,
    Side,
    State,
    Template,
    Verdict,
)
from cause_analysis.predictions.queries import predictions_of
from cause_analysis.problems import protecting
from cause_analysis.problems.definition import QUESTIONS
from situational_picture.api import Count
from situational_picture.protecting import cell
from situational_picture.selecting import CIRCLE

MOST_PROBLEMS = MOST_ANALYSES = 200
LARGEST_ID = 2**63 - 1
NUMBER = {"type": "integer", "minimum": 1, "maximum": LARGEST_ID}


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


# --- Analyses ---------------------------------------------------------------------------------------------------------


class AnalysisFacts(serializers.Serializer):
    id = serializers.IntegerField()
    collaboration = serializers.SlugField()
    area = serializers.SlugField()
    problem = serializers.IntegerField(help_text="The problem's id.")
    version = serializers.IntegerField()
    begun_at = serializers.DateTimeField()
    adopted_at = serializers.DateTimeField(allow_null=True, help_text="Null while it is worked on.")
    adopted_by = serializers.CharField(allow_blank=True, help_text="The group.")
    causes = serializers.IntegerField(help_text="How many it has.")


class _Evidence(serializers.Serializer):
    id = serializers.IntegerField()
    direction = serializers.ChoiceField(choices=Evidence.Direction.choices)
    kind = serializers.ChoiceField(choices=Evidence.Kind.choices)
    strength = serializers.IntegerField(min_value=0, max_value=3, help_text="0 is an assumption, 3 is strong.")
    organisation = serializers.CharField(help_text="Who brought it.")
    text = serializers.CharField()
    place = serializers.IntegerField(allow_null=True)
    selection = serializers.CharField(allow_blank=True, help_text="As the filters of the list of reports.")
    counted_at = serializers.DateTimeField(allow_null=True, help_text="When its numbers were frozen.")
    events = Count(allow_null=True, help_text="Null where it rests on no selection.")


class _Cause(serializers.Serializer):
    id = serializers.IntegerField()
    under = serializers.IntegerField(allow_null=True, help_text="A cause; null: directly under the problem.")
    number = serializers.CharField(help_text="Its place in the tree, such as 2.1.3.")
    text = serializers.CharField()
    side = serializers.ChoiceField(choices=Side.choices)
    controller = serializers.ChoiceField(choices=Controller.choices)
    is_direct = serializers.BooleanField()
    state = serializers.ChoiceField(choices=CauseState.choices)
    chosen_at = serializers.DateTimeField(allow_null=True, help_text="When a group chose to act on it.")
    chosen_by = serializers.CharField(allow_blank=True, help_text="The group.")
    chosen_reason = serializers.CharField(allow_blank=True)
    evidence = _Evidence(many=True)


class _Prediction(serializers.Serializer):
    """What the reports should show if the cause is true; its numbers are told to the circle alone."""

    id = serializers.IntegerField()
    cause = serializers.IntegerField()
    template = serializers.ChoiceField(choices=Template.choices)
    claim = serializers.ChoiceField(choices=Claim.choices)
    text = serializers.CharField(allow_blank=True)
    verdict = serializers.ChoiceField(choices=Verdict.choices, allow_blank=True)
    tested_at = serializers.DateTimeField(allow_null=True)
    observed = serializers.FloatField(allow_null=True)
    of = serializers.FloatField(allow_null=True)
    expected = serializers.FloatField(allow_null=True)
    lower = serializers.FloatField(allow_null=True)
    upper = serializers.FloatField(allow_null=True)
    p_value = serializers.FloatField(allow_null=True)


class _Link(serializers.Serializer):
    text = serializers.CharField()
    is_intervention_point = serializers.BooleanField()
    cause = serializers.IntegerField(allow_null=True)


class _Gap(serializers.Serializer):
    id = serializers.IntegerField()
    text = serializers.CharField()
    place = serializers.IntegerField(allow_null=True)
    due_on = serializers.DateField(allow_null=True)
    is_open = serializers.BooleanField()
    answer = serializers.CharField(allow_blank=True)


class _Method(serializers.Serializer):
    why_chosen = serializers.CharField(allow_blank=True)
    sources = serializers.CharField(allow_blank=True)
    selection_limits = serializers.CharField(allow_blank=True)
    significance = serializers.CharField(allow_blank=True)


class WholeAnalysis(AnalysisFacts):
    """A version of an analysis: its tree in the order of the list, the evidence, and what limits it."""

    tree = _Cause(many=True)
    predictions = _Prediction(many=True)
    chain = _Link(many=True)
    gaps = _Gap(many=True)
    method = _Method()


class ListOfAnalyses(serializers.Serializer):
    results = AnalysisFacts(many=True)


class _AnalysisQuery(serializers.Serializer):
    collaboration = serializers.SlugField(required=False)
    area = serializers.SlugField(required=False)
    problem = serializers.IntegerField(required=False, min_value=1, max_value=LARGEST_ID)


def _analyses(user: Any) -> Any:
    kept = Count_("causes", filter=Q(causes__removed_at=None))
    rows = CauseAnalysis.objects.visible_to(user).annotate(kept_causes=kept)
    return rows.select_related("problem__area", "problem__collaboration", "collaboration", "adopted_by_group")


class AnalysisListView(APIView):
    """The analyses the user reads, in all their versions, newest first, at most 200."""

    @extend_schema(
        operation_id="analyses_list",
        parameters=[
            OpenApiParameter("collaboration", SHORT_NAME, description="Short name; all one's own when left out."),
            OpenApiParameter("area", SHORT_NAME, description="The area's slug."),
            OpenApiParameter("problem", NUMBER, description="The problem's id."),
        ],
        responses=ListOfAnalyses,
    )
    def get(self, request: Request) -> Response:
        asked = asked_of(_AnalysisQuery, request)
        lookups = {"collaboration": "collaboration__slug", "area": "problem__area__slug"}
        rows = _analyses(request.user).filter(**{lookups.get(name, name): value for name, value in asked.items()})
        return Response({"results": [_analysis(row) for row in rows.order_by("-begun_at", "-pk")[:MOST_ANALYSES]]})


class AnalysisView(APIView):
    """One version of an analysis, whole."""

    @extend_schema(operation_id="analyses_read", responses=WholeAnalysis)
    def get(self, request: Request, pk: int) -> Response:
        analysis = _analyses(request.user).filter(pk=pk).first()
        if analysis is None:
            raise Http404
        nodes = cause_queries.tree_of(analysis, with_evidence=True)
        numbers = numbers_of(nodes)
        viewer = protecting.viewer_of(request.user, analysis.problem)
        below: dict[int, list[dict[str, Any]]] = {}
        kept = Evidence.objects.kept().filter(cause__in=numbers).select_related("organisation")
        for row in kept.order_by("pk"):
            below.setdefault(row.cause_id, []).append(_evidence(row, analysis, viewer))
        return Response(
            {
                **_analysis(analysis),
                "tree": [_cause(node.cause, numbers, below.get(node.cause.pk, [])) for node in nodes],
                "predictions": [
                    _prediction(one, is_told=viewer == CIRCLE)
                    for stated in predictions_of(list(numbers)).values()
                    for one in stated
                    if one.removed_at is None
                ],
                "chain": [
                    {
                        "text": link.text,
                        "is_intervention_point": link.is_intervention_point,
                        "cause": link.cause_id if link.cause_id in numbers else None,
                    }
                    for link in links_of(analysis)
                ],
                "gaps": [
                    {
                        "id": gap.pk,
                        "text": gap_words(gap),
                        "place": gap.place_id,
                        "due_on": gap.due_on,
                        "is_open": is_open,
                        "answer": "" if is_open else gap.answer,
                    }
                    for is_open, gaps in ((True, open_gaps(analysis)), (False, closed_gaps(analysis)))
                    for gap in gaps
                ],
                "method": {name: getattr(analysis, name) for name in METHOD},
            }
        )


def _analysis(analysis: Any) -> dict[str, Any]:
    return {
        "id": analysis.pk,
        "collaboration": analysis.collaboration.slug,
        "area": analysis.problem.area.slug,
        "problem": analysis.problem_id,
        "version": analysis.version,
        "begun_at": analysis.begun_at,
        "adopted_at": analysis.adopted_at,
        "adopted_by": analysis.adopted_by_group.name if analysis.adopted_by_group else "",
        "causes": analysis.kept_causes,
    }


def _cause(cause: Any, numbers: dict[int, str], evidence: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "id": cause.pk,
        "under": cause.parent_id if cause.parent_id in numbers else None,
        "number": numbers[cause.pk],
        "text": cause.text,
        "side": cause.side,
        "controller": cause.controller,
        "is_direct": cause.is_direct,
        "state": cause.state,
        "chosen_at": cause.chosen_at,
        "chosen_by": cause.chosen_by_group.name if cause.chosen_by_group else "",
        "chosen_reason": cause.chosen_reason,
        "evidence": evidence,
    }


def _prediction(one: Prediction, *, is_told: bool) -> dict[str, Any]:
    numbers = ("observed", "of", "expected", "lower", "upper", "p_value")
    return {
        "id": one.pk,
        "cause": one.cause_id,
        "template": one.template,
        "claim": one.claim,
        "text": one.text,
        "verdict": one.verdict,
        "tested_at": one.tested_at,
        **{name: one.result.get(name) if is_told else None for name in numbers},
    }


def _evidence(row: Evidence, analysis: CauseAnalysis, viewer: str) -> dict[str, Any]:
    told = cause_presenters.events_told(row, analysis, viewer)
    return {
        "id": row.pk,
        "direction": row.direction,
        "kind": row.kind,
        "strength": row.strength,
        "organisation": row.organisation.name,
        "text": row.text,
        "place": row.place_id,
        "selection": row.selection,
        "counted_at": row.counted_at,
        "events": None if told is None else cell(told),
    }
