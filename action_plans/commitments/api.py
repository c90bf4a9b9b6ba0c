"""Commitments and their ledger for other systems. Read-only, and each line as its reader may see it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from action_plans.commitments import ledger, queries
from action_plans.commitments.lines import Line
from action_plans.commitments.seen import SeenLines
from action_plans.models import CommitmentState
from action_plans.permissions import READ_DECIDED_PLANS, READ_PLANS
from areas.api import SHORT_NAME, asked_of
from areas.models import Area
from partners.models import Collaboration

MOST_COMMITMENTS = 1000


class CommitmentFacts(serializers.Serializer):
    id = serializers.IntegerField()
    number = serializers.IntegerField(help_text="The number people say to each other, once in each collaboration.")
    collaboration = serializers.SlugField()
    area = serializers.SlugField()
    measure = serializers.IntegerField(allow_null=True, help_text="The measure it is a part of; null: it stands alone.")
    asked_by = serializers.CharField(help_text="The organisation that asks.")
    asked_of = serializers.CharField(help_text="The organisation that is asked.")
    as_of = serializers.DateField(help_text="The day the line is shown as of: today to the two it is between.")
    state = serializers.ChoiceField(choices=CommitmentState.choices)
    text = serializers.CharField()
    due_on = serializers.DateField(allow_null=True)
    is_late = serializers.BooleanField(help_text="Promised, its day passed, and nothing said by its owner.")
    asked_at = serializers.DateTimeField(allow_null=True)
    answered_at = serializers.DateTimeField(allow_null=True)
    answer = serializers.CharField(allow_blank=True, help_text="Why it was declined, or what is offered instead.")
    offered_due_on = serializers.DateField(allow_null=True)
    owner_says_kept = serializers.BooleanField(allow_null=True)
    owner_says = serializers.CharField(allow_blank=True)
    reported_at = serializers.DateTimeField(allow_null=True)
    asker_says_kept = serializers.BooleanField(allow_null=True)
    asker_says = serializers.CharField(allow_blank=True)
    confirmed_at = serializers.DateTimeField(allow_null=True)


class ListOfCommitments(serializers.Serializer):
    results = CommitmentFacts(many=True)


class LedgerFigures(serializers.Serializer):
    collaboration = serializers.SlugField()
    asked_by = serializers.CharField(allow_null=True, help_text="Null: whoever asked.")
    asked_of = serializers.CharField()
    asked = serializers.IntegerField()
    unanswered = serializers.IntegerField()
    accepted = serializers.IntegerField(help_text="Promises given: kept, not kept, or not reported yet.")
    counter_offered = serializers.IntegerField()
    declined = serializers.IntegerField()
    withdrawn = serializers.IntegerField()
    kept = serializers.IntegerField()
    kept_after_day = serializers.IntegerField(help_text="Of those kept: reported after their day.")
    late = serializers.IntegerField(help_text="The day has passed without a word from the owner.")
    not_kept = serializers.IntegerField()
    differ = serializers.IntegerField(help_text="Owner and asker say different things.")
    answered = serializers.IntegerField()
    half_within_days = serializers.IntegerField(allow_null=True)
    most_within_days = serializers.IntegerField(allow_null=True, help_text="Three in four of the answers.")


class Ledger(serializers.Serializer):
    """Ordered by name: nothing is ranked."""

    organisations = LedgerFigures(many=True)
    pairs = LedgerFigures(many=True)


class _Query(serializers.Serializer):
    collaboration = serializers.SlugField(required=False)
    area = serializers.SlugField(required=False)
    state = serializers.ChoiceField(choices=CommitmentState.choices, required=False)
    since = serializers.DateField(required=False)
    until = serializers.DateField(required=False)


class _LedgerQuery(serializers.Serializer):
    collaboration = serializers.SlugField(required=False)
    area = serializers.SlugField(required=False)
    since = serializers.DateField(required=False)
    until = serializers.DateField(required=False)


_PARAMETERS = [
    OpenApiParameter("collaboration", SHORT_NAME, description="Short name; all one's own when left out."),
    OpenApiParameter("area", SHORT_NAME, description="With the areas in it."),
    OpenApiParameter("since", dt.date, description="Asked on this day or later."),
    OpenApiParameter("until", dt.date, description="Asked on this day or earlier."),
]


def _found(user: Any, asked: dict[str, Any], roles: set[Any]) -> list[tuple[Collaboration, SeenLines]]:
    """The lines asked for, for each collaboration in which the user holds one of the roles."""
    slug, area_slug = asked.get("collaboration"), asked.get("area")
    found = []
    for one in sorted({m.collaboration for m in user.active_memberships if m.role in roles}, key=lambda one: one.slug):
        if slug and one.slug != slug:
            continue
        area = None
        if area_slug:
            area = Area.objects.visible_to(user).filter(collaboration=one, slug=area_slug).first()
            if area is None:
                continue
        wanted = queries.Asked(
            area=area, state=asked.get("state", ""), since=asked.get("since"), until=asked.get("until")
        )
        found.append((one, queries.seen_lines(user, one, wanted, now=timezone.now())))
    return found


class CommitmentListView(APIView):
    """The commitments the user reads, newest first, at most 1,000, each as the reader may see it."""

    @extend_schema(
        operation_id="commitments_list",
        parameters=[*_PARAMETERS, OpenApiParameter("state", str, enum=CommitmentState.values)],
        responses=ListOfCommitments,
    )
    def get(self, request: Request) -> Response:
        found = _found(request.user, asked_of(_Query, request), READ_DECIDED_PLANS)
        rows = [
            _facts(one, line)
            for one, lines in found
            for line in queries.these(request.user, one, lines.newest(most=MOST_COMMITMENTS), now=timezone.now())
        ]
        return Response({"results": rows[:MOST_COMMITMENTS]})


class LedgerView(APIView):
    """What was asked, promised and kept, for each organisation and each pair, counted from the same lines."""

    @extend_schema(operation_id="ledger_read", parameters=_PARAMETERS, responses=Ledger)
    def get(self, request: Request) -> Response:
        found = _found(request.user, asked_of(_LedgerQuery, request), READ_PLANS)
        counted = [(one, ledger.counted(lines)) for one, lines in found]
        return Response(
            {
                "organisations": [row for one, book in counted for row in _figures(one, book.organisations)],
                "pairs": [row for one, book in counted for row in _figures(one, book.pairs)],
            }
        )


_SEEN = (
    "state", "text", "due_on", "is_late", "asked_at", "answered_at", "answer", "offered_due_on", "owner_says_kept",
    "owner_says", "reported_at", "asker_says_kept", "asker_says", "confirmed_at",
)  # fmt: skip


def _facts(collaboration: Collaboration, line: Line) -> dict[str, Any]:
    one = line.commitment
    return {
        "id": one.pk,
        "number": one.number,
        "collaboration": collaboration.slug,
        "area": one.area.slug,
        "measure": one.measure_id,
        "asked_by": one.asked_by.name,
        "asked_of": one.asked_of.name,
        "as_of": line.on,
        **{name: getattr(line, name) for name in _SEEN},
    }


def _figures(collaboration: Collaboration, rows: Sequence[ledger.Row]) -> list[dict[str, Any]]:
    return [
        {
            "collaboration": collaboration.slug,
            "asked_by": row.asked_by.name if row.asked_by is not None else None,
            "asked_of": row.asked_of.name,
            **asdict(row.figures),
        }
        for row in rows
    ]
