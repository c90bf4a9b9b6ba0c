"""The measures library for other systems. Read-only, in the language the system asks for."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from action_plans.library import queries
from action_plans.library.cards import HEADS, Card, of_row, shipped
from action_plans.models import Effect, MethodCard, SourceKind
from action_plans.models.library import READ_METHODS
from areas.api import SHORT_NAME, asked_of
from cause_analysis.models import Controller, Side
from partners.requests import person

KEY = r"^[-a-z0-9]+$"


class MethodSource(serializers.Serializer):
    kind = serializers.ChoiceField(choices=SourceKind.choices)
    title = serializers.CharField()
    url = serializers.CharField()
    read_on = serializers.DateField()
    read = serializers.CharField(allow_blank=True, help_text="Which part of it was read.")


class MethodFacts(serializers.Serializer):
    """A card by the heads effect, mechanism, moderators, implementation and economy."""

    key = serializers.RegexField(KEY, help_text="What a measure's method holds.")
    collaboration = serializers.SlugField(
        allow_null=True, help_text="Whose own card it is; null: the platform ships with it."
    )
    title = serializers.CharField()
    what = serializers.CharField()
    technique = serializers.CharField(allow_blank=True)
    sides = serializers.ListField(child=serializers.ChoiceField(choices=Side.choices))
    controllers = serializers.ListField(child=serializers.ChoiceField(choices=Controller.choices))
    effect = serializers.ChoiceField(choices=Effect.choices)
    strength = serializers.IntegerField(min_value=0, max_value=3, help_text="0 is no evidence, 3 is strong.")
    evidence = serializers.CharField(allow_blank=True)
    mechanism = serializers.CharField(allow_blank=True)
    moderators = serializers.CharField(allow_blank=True)
    implementation = serializers.CharField(allow_blank=True)
    economy = serializers.CharField(allow_blank=True)
    sources = MethodSource(many=True)


class ListOfMethods(serializers.Serializer):
    results = MethodFacts(many=True)


class _Query(serializers.Serializer):
    collaboration = serializers.SlugField(required=False)
    side = serializers.ChoiceField(choices=Side.choices, required=False)
    controller = serializers.ChoiceField(choices=Controller.choices, required=False)
    technique = serializers.SlugField(required=False, max_length=20)
    strength = serializers.IntegerField(required=False, min_value=0, max_value=3)


class MethodListView(APIView):
    """The cards the user reads: those the platform ships with, and those the user's collaborations have written."""

    @extend_schema(
        operation_id="methods_list",
        parameters=[
            OpenApiParameter("collaboration", SHORT_NAME, description="Short name; all one's own when left out."),
            OpenApiParameter("side", str, enum=Side.values),
            OpenApiParameter("controller", str, enum=Controller.values),
            OpenApiParameter("technique", {**SHORT_NAME, "maxLength": 20}),
            OpenApiParameter(
                "strength", {"type": "integer", "minimum": 0, "maximum": 3}, description="At least so strong."
            ),
        ],
        responses=ListOfMethods,
    )
    def get(self, request: Request) -> Response:
        asked = asked_of(_Query, request)
        slug = asked.pop("collaboration", None)
        reads = {m.collaboration.slug for m in person(request).active_memberships if m.role in READ_METHODS}
        if not reads or (slug is not None and slug not in reads):
            return Response({"results": []})
        rows = MethodCard.objects.visible_to(request.user).kept().select_related("collaboration")
        own = rows.filter(collaboration__slug=slug) if slug is not None else rows
        cards = [*shipped(), *(of_row(row) for row in own.order_by("collaboration__slug", "number"))]
        return Response({"results": [_facts(card) for card in queries.matching(cards, **asked)]})


class MethodView(APIView):
    """One of the cards the platform ships with."""

    @extend_schema(operation_id="methods_read", responses=MethodFacts)
    def get(self, request: Request, key: str) -> Response:
        may_read = any(m.role in READ_METHODS for m in person(request).active_memberships)
        card = next((one for one in shipped() if one.key == key), None)
        if card is None or not may_read:
            raise Http404
        return Response(_facts(card))


def _facts(card: Card) -> dict[str, Any]:
    return {
        "key": card.key,
        "collaboration": card.own.collaboration.slug if card.own is not None else None,
        "title": card.title,
        "what": card.what,
        "technique": card.technique,
        "sides": list(card.sides),
        "controllers": list(card.controllers),
        "effect": card.effect,
        "strength": int(card.strength),
        **{head: card.heads.get(head, "") for head in HEADS},
        "sources": [
            {"kind": one.kind, "title": one.title, "url": one.url, "read_on": one.read_on, "read": one.read}
            for one in card.sources
        ],
    }
