"""Rounds of prioritisation for other systems, read-only. Of silent scores nothing is told, not even one's own."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from areas.api import SHORT_NAME, asked_of
from cause_analysis.models.prioritising import (
    HIGHEST,
    Criterion,
    PrioritisationRound,
    RoundProblem,
    RoundQuerySet,
    Score,
)
from cause_analysis.prioritising import queries
from cause_analysis.prioritising.permissions import READ_PRIORITIES
from cause_analysis.prioritising.presenters import who

MOST_ROUNDS = 200


class RoundFacts(serializers.Serializer):
    id = serializers.IntegerField()
    collaboration = serializers.SlugField()
    group = serializers.CharField()
    status = serializers.ChoiceField(choices=PrioritisationRound.Status.choices)
    started_at = serializers.DateTimeField()
    shown_at = serializers.DateTimeField(allow_null=True, help_text="Null while the group scores in silence.")


class _Score(serializers.Serializer):
    criterion = serializers.ChoiceField(choices=Criterion.choices)
    value = serializers.IntegerField(min_value=0, max_value=HIGHEST)
    seat = serializers.CharField(help_text="The member's function and organisation.")
    reason = serializers.CharField(allow_blank=True, help_text="Blank: as the data say.")


class _RoundProblem(serializers.Serializer):
    problem = serializers.IntegerField(help_text="The problem's id.")
    decision = serializers.ChoiceField(choices=RoundProblem.Decision.choices, allow_blank=True)
    reason = serializers.CharField(allow_blank=True)
    decided_at = serializers.DateTimeField(allow_null=True)
    scores = _Score(many=True, help_text="Empty while the group scores in silence.")


class WholeRound(RoundFacts):
    """A round with its problems, what everybody thought once it is shown to all, and what the group decided."""

    problems = _RoundProblem(many=True, help_text="Those the user reads.")


class ListOfRounds(serializers.Serializer):
    results = RoundFacts(many=True)


class _Query(serializers.Serializer):
    collaboration = serializers.SlugField(required=False)
    status = serializers.ChoiceField(choices=PrioritisationRound.Status.choices, required=False)


def _rounds(user: Any) -> RoundQuerySet:
    """The rounds whose pages the user reads."""
    reads = [m.collaboration_id for m in user.active_memberships if m.role in READ_PRIORITIES]
    rows = PrioritisationRound.objects.visible_to(user).filter(collaboration__in=reads)
    return rows.select_related("collaboration", "group")


class RoundListView(APIView):
    """The rounds of prioritisation the user reads, newest first, at most 200."""

    @extend_schema(
        operation_id="prioritisations_list",
        parameters=[
            OpenApiParameter("collaboration", SHORT_NAME, description="Short name; all one's own when left out."),
            OpenApiParameter("status", str, enum=PrioritisationRound.Status.values),
        ],
        responses=ListOfRounds,
    )
    def get(self, request: Request) -> Response:
        asked = asked_of(_Query, request)
        lookups = {"collaboration": "collaboration__slug"}
        rows = _rounds(request.user).filter(**{lookups.get(name, name): value for name, value in asked.items()})
        return Response({"results": [_facts(row) for row in rows[:MOST_ROUNDS]]})


class RoundView(APIView):
    """One round of prioritisation, whole."""

    @extend_schema(operation_id="prioritisations_read", responses=WholeRound)
    def get(self, request: Request, pk: int) -> Response:
        round_ = _rounds(request.user).filter(pk=pk).first()
        if round_ is None:
            raise Http404
        below: dict[int, list[dict[str, Any]]] = {}
        if round_.status != PrioritisationRound.Status.SCORING:
            for score in queries.scores_of(request.user, round_):
                below.setdefault(score.round_problem_id, []).append(_score(score))
        return Response(
            {
                **_facts(round_),
                "problems": [
                    {
                        "problem": row.problem_id,
                        "decision": row.decision,
                        "reason": row.reason,
                        "decided_at": row.decided_at,
                        "scores": below.get(row.pk, []),
                    }
                    for row in queries.problems_of(request.user, round_)
                ],
            }
        )


def _facts(round_: PrioritisationRound) -> dict[str, Any]:
    return {
        "id": round_.pk,
        "collaboration": round_.collaboration.slug,
        "group": round_.group.name,
        "status": round_.status,
        "started_at": round_.started_at,
        "shown_at": round_.shown_at,
    }


def _score(score: Score) -> dict[str, Any]:
    return {"criterion": score.criterion, "value": score.value, "seat": who(score.seat), "reason": score.reason}
