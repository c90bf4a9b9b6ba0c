"""Meetings, what waits for them and what they decided, for other systems: read, as the pages show them."""

from __future__ import annotations

from typing import Any

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from action_plans.commitments.presenters import said
from action_plans.models import CommitmentState
from areas.api import SHORT_NAME, asked_of
from councils.meetings import presenters
from councils.meetings.things import CODES, KINDS, named
from councils.models import AgendaItem, Decision, Matter, Meeting, MeetingState, Outcome, Section
from partners.levels import DecisionKind

MOST = 200


class MeetingFacts(serializers.Serializer):
    id = serializers.IntegerField()
    collaboration = serializers.SlugField()
    number = serializers.IntegerField()
    group = serializers.CharField()
    series = serializers.CharField(allow_blank=True)
    state = serializers.ChoiceField(choices=MeetingState.choices)
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    where = serializers.CharField(allow_blank=True)
    closed_at = serializers.DateTimeField(allow_null=True)
    adjust_until = serializers.DateField(allow_null=True)


class ItemFacts(serializers.Serializer):
    id = serializers.IntegerField()
    section = serializers.ChoiceField(choices=Section.choices)
    title = serializers.CharField()
    matter = serializers.IntegerField(allow_null=True, help_text="Null: a part every agenda has.")
    times_postponed = serializers.IntegerField()
    outcome = serializers.ChoiceField(choices=Outcome.choices, allow_blank=True)
    note = serializers.CharField(allow_blank=True)
    seconds = serializers.IntegerField(help_text="How long it was talked of.")


class MeetingWithItems(MeetingFacts):
    items = ItemFacts(many=True, help_text="The agenda, once the meeting has been opened.")


class PartFacts(serializers.Serializer):
    organisation = serializers.CharField()
    text = serializers.CharField()
    due_on = serializers.DateField(allow_null=True)
    state = serializers.ChoiceField(choices=CommitmentState.choices, help_text="As the ledger shows it to the reader.")


class DecisionFacts(serializers.Serializer):
    id = serializers.IntegerField()
    collaboration = serializers.SlugField()
    number = serializers.IntegerField()
    meeting = serializers.IntegerField(allow_null=True, help_text="Null where the reader does not read the meeting.")
    group = serializers.CharField()
    outcome = serializers.ChoiceField(choices=Outcome.choices)
    kind = serializers.ChoiceField(choices=DecisionKind.choices, allow_blank=True)
    change = serializers.CharField(allow_blank=True, help_text="The step that was taken in the same moment.")
    about = serializers.ChoiceField(choices=CODES, allow_blank=True)
    about_id = serializers.IntegerField(allow_null=True, help_text="Null where the reader does not see it.")
    text = serializers.CharField()
    motive = serializers.CharField(allow_blank=True)
    organisation = serializers.CharField(allow_blank=True)
    function = serializers.CharField(allow_blank=True, help_text="Who does it: a function, never a name.")
    due_on = serializers.DateField(allow_null=True)
    done_at = serializers.DateTimeField(allow_null=True)
    made_at = serializers.DateTimeField()
    parts = PartFacts(many=True, help_text="What it asks of organisations. It binds those that accept.")


class MatterFacts(serializers.Serializer):
    id = serializers.IntegerField()
    collaboration = serializers.SlugField()
    group = serializers.CharField()
    area = serializers.SlugField(allow_null=True)
    section = serializers.ChoiceField(choices=Section.choices)
    title = serializers.CharField()
    about = serializers.ChoiceField(choices=CODES, allow_blank=True)
    about_id = serializers.IntegerField(allow_null=True, help_text="Null where the reader does not see it.")
    times_postponed = serializers.IntegerField()
    raised_at = serializers.DateTimeField()
    settled_at = serializers.DateTimeField(allow_null=True)


class ListOfMeetings(serializers.Serializer):
    results = MeetingFacts(many=True)


class ListOfDecisions(serializers.Serializer):
    results = DecisionFacts(many=True)


class ListOfMatters(serializers.Serializer):
    results = MatterFacts(many=True)


class _MeetingQuery(serializers.Serializer):
    collaboration = serializers.SlugField(required=False)
    state = serializers.ChoiceField(choices=MeetingState.choices, required=False)


class _DecisionQuery(serializers.Serializer):
    collaboration = serializers.SlugField(required=False)
    outcome = serializers.ChoiceField(choices=Outcome.choices, required=False)


class _MatterQuery(serializers.Serializer):
    collaboration = serializers.SlugField(required=False)
    waiting = serializers.BooleanField(required=False)


_HERE = OpenApiParameter("collaboration", SHORT_NAME, description="Short name; all one's own when left out.")


def _asked(query: type[serializers.Serializer], request: Request, rows: Any) -> tuple[dict[str, Any], Any]:
    asked = asked_of(query, request)
    return asked, rows.filter(collaboration__slug=asked["collaboration"]) if "collaboration" in asked else rows


class MeetingListView(APIView):
    """The meetings one reads or is called in to, the latest first, at most 200."""

    @extend_schema(
        operation_id="meeting_list",
        parameters=[_HERE, OpenApiParameter("state", str, enum=MeetingState.values)],
        responses=ListOfMeetings,
    )
    def get(self, request: Request) -> Response:
        asked, rows = _asked(_MeetingQuery, request, Meeting.objects.visible_to(request.user))
        if "state" in asked:
            rows = rows.filter(state=asked["state"])
        rows = rows.select_related("collaboration", "group", "series").defer("content")
        return Response({"results": [_meeting(one) for one in rows.order_by("-starts_at", "-pk")[:MOST]]})


class MeetingView(APIView):
    """One meeting with its agenda, or the matters of it one is called in to."""

    @extend_schema(operation_id="meeting", responses=MeetingWithItems)
    def get(self, request: Request, pk: int) -> Response:
        rows = Meeting.objects.visible_to(request.user).select_related("collaboration", "group", "series")
        one = get_object_or_404(rows.defer("content"), pk=pk)
        items = AgendaItem.objects.visible_to(request.user).filter(meeting=one).order_by("position", "pk")
        return Response({**_meeting(one), "items": [_item(item) for item in items]})


class DecisionListView(APIView):
    """What was decided at meetings one reads, and what one was given to do, the latest first, at most 200."""

    @extend_schema(
        operation_id="decision_list",
        parameters=[
            _HERE,
            OpenApiParameter("outcome", str, enum=Outcome.values),
        ],
        responses=ListOfDecisions,
    )
    def get(self, request: Request) -> Response:
        asked, rows = _asked(_DecisionQuery, request, Decision.objects.visible_to(request.user))
        if "outcome" in asked:
            rows = rows.filter(outcome=asked["outcome"])
        related = ("collaboration", "meeting__group", "organisation", "responsible__user")
        found = list(rows.select_related(*related).defer("meeting__content").order_by("-made_at", "-pk")[:MOST])
        return Response({"results": _decisions(request.user, found)})


class MatterListView(APIView):
    """What groups are to take up or have settled, the latest first, at most 200."""

    @extend_schema(
        operation_id="matter_list",
        parameters=[
            _HERE,
            OpenApiParameter("waiting", bool, description="Only those not settled, or only those that are."),
        ],
        responses=ListOfMatters,
    )
    def get(self, request: Request) -> Response:
        asked, rows = _asked(_MatterQuery, request, Matter.objects.visible_to(request.user))
        if "waiting" in asked:
            rows = rows.filter(settled_at__isnull=asked["waiting"])
        found = list(rows.select_related("collaboration", "group", "area").order_by("-raised_at", "-pk")[:MOST])
        return Response({"results": _matters(request.user, found)})


def _meeting(one: Meeting) -> dict[str, Any]:
    return {
        **{name: getattr(one, name) for name in ("id", "number", "state", "starts_at", "ends_at", "where")},
        "closed_at": one.closed_at,
        "adjust_until": one.adjust_until,
        "collaboration": one.collaboration.slug,
        "group": one.group.name,
        "series": one.series.name if one.series else "",
    }


def _item(item: AgendaItem) -> dict[str, Any]:
    names = ("id", "section", "title", "times_postponed", "outcome", "seconds")
    return {
        **{name: getattr(item, name) for name in names},
        "matter": item.matter_id,
        "note": said(item.note),
    }


def _about(one: Decision | Matter, seen: Any) -> dict[str, Any]:
    is_known = (one.about_kind, one.about_id or 0) in seen
    return {"about": one.about_kind if one.about_kind in KINDS else "", "about_id": one.about_id if is_known else None}


def _decisions(user: Any, rows: list[Decision]) -> list[dict[str, Any]]:
    seen = named(user, [(one.about_kind, one.about_id) for one in rows])
    meetings = Meeting.objects.visible_to(user).filter(pk__in={one.meeting_id for one in rows})
    readable = set(meetings.values_list("pk", flat=True))
    parts = presenters.parts_of(user, rows)
    names = ("id", "number", "outcome", "kind", "change", "text", "motive", "due_on", "done_at", "made_at")
    return [
        {
            **{name: getattr(one, name) for name in names},
            **_about(one, seen),
            "collaboration": one.collaboration.slug,
            "meeting": one.meeting_id if one.meeting_id in readable else None,
            "group": one.meeting.group.name,
            "organisation": one.organisation.name if one.organisation else "",
            "function": one.responsible.user.function if one.responsible else "",
            "parts": [
                {
                    "organisation": part["who"],
                    "text": part["text"],
                    "due_on": part["due_on"],
                    "state": part["state"],
                }
                for part in parts.get(one.pk, {"rows": []})["rows"]
            ],
        }
        for one in rows
    ]


def _matters(user: Any, rows: list[Matter]) -> list[dict[str, Any]]:
    seen = named(user, [(one.about_kind, one.about_id) for one in rows])
    names = ("id", "section", "title", "times_postponed", "raised_at", "settled_at")
    return [
        {
            **{name: getattr(one, name) for name in names},
            **_about(one, seen),
            "collaboration": one.collaboration.slug,
            "group": one.group.name,
            "area": one.area.slug if one.area else None,
        }
        for one in rows
    ]
