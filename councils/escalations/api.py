"""Questions between the levels for other systems: read, and asked and answered by people by the pages' own actions."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from action_plans.models import Commitment
from areas.api import SHORT_NAME, asked_of
from areas.models import Area
from common.errors import NotPossible
from councils.escalations import actions, queries, subjects
from councils.models import Answer, Ending, Escalation, Subject
from councils.models.escalations import LONGEST_QUESTION
from partners.levels import DecisionKind
from partners.models import Collaboration, Group, Membership

MOST = 200
LARGEST_ID = 2**62


class EscalationFacts(serializers.Serializer):
    id = serializers.IntegerField()
    collaboration = serializers.SlugField()
    number = serializers.IntegerField()
    direction = serializers.ChoiceField(
        choices=["up", "down"], help_text="up: an escalation; down: an assignment to a group below."
    )
    from_group = serializers.CharField()
    to_group = serializers.CharField()
    area = serializers.SlugField(allow_null=True)
    about = serializers.ChoiceField(choices=Subject.choices, allow_blank=True)
    about_id = serializers.IntegerField(allow_null=True, help_text="Null where the reader does not see it.")
    decision_kind = serializers.ChoiceField(choices=DecisionKind.choices)
    question = serializers.CharField()
    recommended_decision = serializers.CharField(allow_blank=True)
    answer_by = serializers.DateField()
    is_late = serializers.BooleanField()
    answer = serializers.ChoiceField(choices=Answer.choices, allow_blank=True)
    answer_text = serializers.CharField(allow_blank=True)
    answered_at = serializers.DateTimeField(allow_null=True)
    ends = serializers.ChoiceField(choices=Ending.choices, allow_blank=True, help_text="What became of a no.")
    taken_back_at = serializers.DateTimeField(allow_null=True)
    returned_seen_at = serializers.DateTimeField(
        allow_null=True, help_text="When the group that asked took note of the answer."
    )
    created_at = serializers.DateTimeField()
    row_version = serializers.IntegerField()


class ListOfEscalations(serializers.Serializer):
    results = EscalationFacts(many=True)


class EscalationAsked(serializers.Serializer):
    """A question to another level. Sent again with the same `client_uuid` it is the same question."""

    collaboration = serializers.SlugField()
    from_group = serializers.IntegerField(min_value=1, max_value=LARGEST_ID)
    to_group = serializers.IntegerField(min_value=1, max_value=LARGEST_ID)
    question = serializers.CharField(max_length=LONGEST_QUESTION)
    recommended_decision = serializers.CharField(required=False, allow_blank=True, max_length=LONGEST_QUESTION)
    decision_kind = serializers.ChoiceField(choices=DecisionKind.choices, required=False)
    answer_by = serializers.DateField()
    area = serializers.SlugField(required=False, allow_null=True)
    recipient = serializers.IntegerField(required=False, allow_null=True, min_value=1, max_value=LARGEST_ID)
    about = serializers.ChoiceField(choices=Subject.choices, required=False, allow_blank=True)
    about_id = serializers.IntegerField(required=False, allow_null=True, min_value=1, max_value=LARGEST_ID)
    declined = serializers.IntegerField(
        required=False,
        allow_null=True,
        min_value=1,
        max_value=LARGEST_ID,
        help_text="The id of a request that was declined and is taken further.",
    )
    client_uuid = serializers.UUIDField()
    is_text_confirmed = serializers.BooleanField(required=False, default=False)


class EscalationAnswered(serializers.Serializer):
    """What the group answers."""

    row_version = serializers.IntegerField(min_value=0, max_value=2**31 - 1)
    answer = serializers.ChoiceField(choices=Answer.choices)
    text = serializers.CharField(required=False, allow_blank=True, max_length=LONGEST_QUESTION)
    ends = serializers.ChoiceField(choices=Ending.choices, required=False, allow_blank=True)
    agreed_commitment = serializers.IntegerField(required=False, allow_null=True, min_value=1, max_value=LARGEST_ID)
    is_text_confirmed = serializers.BooleanField(required=False, default=False)


class _Query(serializers.Serializer):
    collaboration = serializers.SlugField(required=False)
    state = serializers.ChoiceField(choices=[queries.OPEN, queries.LATE, queries.ANSWERED], required=False)


class EscalationListView(APIView):
    """The questions between the levels one reads, the latest first, at most 200; and asking another."""

    @extend_schema(
        operation_id="escalation_list",
        parameters=[
            OpenApiParameter("collaboration", SHORT_NAME, description="Short name; all one's own when left out."),
            OpenApiParameter("state", str, enum=[queries.OPEN, queries.LATE, queries.ANSWERED]),
        ],
        responses=ListOfEscalations,
    )
    def get(self, request: Request) -> Response:
        asked = asked_of(_Query, request)
        rows = Escalation.objects.visible_to(request.user)
        if "collaboration" in asked:
            rows = rows.filter(collaboration__slug=asked["collaboration"])
        rows = queries.narrowed(rows, queries.Asked(asked.get("state", "")), timezone.localdate())
        found = rows.select_related(*queries.RELATED).order_by("-created_at", "-pk")[:MOST]
        return Response({"results": _facts(request.user, list(found))})

    @extend_schema(
        operation_id="escalation_ask",
        request=EscalationAsked,
        responses={200: EscalationFacts, 201: EscalationFacts},
    )
    def post(self, request: Request) -> Response:
        sent = EscalationAsked(data=request.data)
        sent.is_valid(raise_exception=True)
        said: dict[str, Any] = dict(sent.validated_data)
        user: Any = request.user
        here = next(
            (m.collaboration for m in user.active_memberships if m.collaboration.slug == said["collaboration"]), None
        )
        if here is None:
            raise Http404
        groups = Group.objects.visible_to(user).filter(collaboration=here)
        before = Escalation.objects.filter(collaboration=here, client_uuid=said["client_uuid"]).exists()
        made = actions.escalate(
            by=user,
            from_group=get_object_or_404(groups, pk=said["from_group"]),
            to_group=get_object_or_404(groups, pk=said["to_group"]),
            question=said["question"],
            recommended_decision=said.get("recommended_decision", ""),
            decision_kind=said.get("decision_kind", DecisionKind.REQUEST),
            answer_by=said["answer_by"],
            area=_area(user, here, said.get("area")),
            recipient=_recipient(here, said.get("recipient")),
            subject_kind=said.get("about", ""),
            subject_id=said.get("about_id"),
            commitment=_commitment(user, here, said.get("declined")),
            client_uuid=said["client_uuid"],
            is_confirmed=said["is_text_confirmed"],
        )
        code = status.HTTP_200_OK if before else status.HTTP_201_CREATED
        return Response(_facts(user, [made])[0], status=code)


class EscalationView(APIView):
    """One question between two levels."""

    @extend_schema(operation_id="escalation", responses=EscalationFacts)
    def get(self, request: Request, pk: int) -> Response:
        return Response(_facts(request.user, [_found(request.user, pk)])[0])


class EscalationAnswerView(APIView):
    """Answer for the group that is asked."""

    @extend_schema(operation_id="escalation_answer", request=EscalationAnswered, responses=EscalationFacts)
    def post(self, request: Request, pk: int) -> Response:
        one = _found(request.user, pk)
        sent = EscalationAnswered(data=request.data)
        sent.is_valid(raise_exception=True)
        said: dict[str, Any] = dict(sent.validated_data)
        done = actions.answer(
            by=request.user,
            escalation=one,
            answer=said["answer"],
            text=said.get("text", ""),
            ends=said.get("ends", ""),
            agreed_commitment=_commitment(request.user, one.collaboration, said.get("agreed_commitment")),
            row_version=said["row_version"],
            is_confirmed=said["is_text_confirmed"],
        )
        return Response(_facts(request.user, [done])[0])


def _found(user: Any, pk: int) -> Escalation:
    rows = Escalation.objects.visible_to(user).select_related(*queries.RELATED)
    found: Escalation = get_object_or_404(rows, pk=pk)
    return found


def _area(user: Any, here: Collaboration, slug: str | None) -> Area | None:
    if not slug:
        return None
    area = Area.objects.visible_to(user).filter(collaboration=here, slug=slug).first()
    if area is None:
        raise NotPossible({"area": _("Choose an area here.")})
    return area


def _recipient(here: Collaboration, pk: int | None) -> Membership | None:
    """Whoever holds a seat somewhere here; whether it is in that group, the action says."""
    if pk is None:
        return None
    seated = Q(seats__isnull=False) | Q(deputy_seats__isnull=False)
    found = Membership.objects.filter(seated, collaboration=here, pk=pk).distinct().first()
    if found is None:
        raise NotPossible({"recipient": _("Choose somebody who sits in the group that is asked.")})
    return found


def _commitment(user: Any, here: Collaboration, pk: int | None) -> Commitment | None:
    if pk is None:
        return None
    found = Commitment.objects.visible_to(user).filter(collaboration=here, pk=pk).first()
    if found is None:
        raise NotPossible(_("What the question is about is not there, or you do not see it."))
    return found


_SAME = (
    "id", "number", "decision_kind", "question", "recommended_decision", "answer_by", "answer", "answer_text",
    "answered_at", "ends", "taken_back_at", "returned_seen_at", "created_at", "row_version",
)  # fmt: skip


def _facts(user: Any, rows: list[Escalation]) -> list[dict[str, Any]]:
    today = timezone.localdate()
    seen = subjects.seen(user, rows)
    return [
        {
            **{name: getattr(one, name) for name in _SAME},
            "collaboration": one.collaboration.slug,
            "direction": "up" if one.is_upwards else "down",
            "from_group": one.from_group.name,
            "to_group": one.to_group.name,
            "area": one.area.slug if one.area else None,
            "about": one.subject_kind,
            "about_id": one.subject_id if (one.subject_kind, one.subject_id) in seen else None,
            "is_late": one.is_late(today),
        }
        for one in rows
    ]
