"""Citizen promises for other systems: those the user works with. Read-only, and no more than the pages show."""

from __future__ import annotations

from typing import Any

from django.db.models import Prefetch
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from action_plans.models import Promise, PromiseItem, PromiseItemMeasure, PromiseState, Publication
from areas.api import SHORT_NAME, asked_of

MOST = 200


class PromiseItemFacts(serializers.Serializer):
    id = serializers.IntegerField()
    organisation = serializers.CharField()
    text_sv = serializers.CharField()
    text_en = serializers.CharField(allow_blank=True)
    amount_sv = serializers.CharField(allow_blank=True)
    amount_en = serializers.CharField(allow_blank=True)
    due_on = serializers.DateField(allow_null=True)
    measures = serializers.ListField(child=serializers.IntegerField(), help_text="The measures that carry it.")


class PromiseFacts(serializers.Serializer):
    id = serializers.IntegerField()
    collaboration = serializers.SlugField()
    number = serializers.IntegerField()
    area = serializers.SlugField()
    state = serializers.ChoiceField(choices=PromiseState.choices)
    title_sv = serializers.CharField()
    title_en = serializers.CharField(allow_blank=True)
    first_day = serializers.DateField()
    last_day = serializers.DateField()
    follow_up_on = serializers.DateField(allow_null=True)
    published_version = serializers.IntegerField(allow_null=True, help_text="What residents read now, if anything.")
    items = PromiseItemFacts(many=True)


class PromiseList(serializers.Serializer):
    results = PromiseFacts(many=True)


class _Query(serializers.Serializer):
    collaboration = serializers.SlugField(required=False)
    area = serializers.SlugField(required=False)
    state = serializers.ChoiceField(choices=PromiseState.choices, required=False)


class PromiseListView(APIView):
    """Promises in the making and published, the latest first, at most 200 at a time."""

    @extend_schema(
        operation_id="promises_list",
        parameters=[
            OpenApiParameter("collaboration", SHORT_NAME, description="Short name; all one's own when left out."),
            OpenApiParameter("area", SHORT_NAME, description="The area's slug."),
            OpenApiParameter("state", enum=PromiseState.values, description="How far it has come."),
        ],
        responses=PromiseList,
    )
    def get(self, request: Request) -> Response:
        asked = asked_of(_Query, request)
        rows = Promise.objects.visible_to(request.user)
        lookups = (("collaboration", "collaboration__slug"), ("area", "area__slug"), ("state", "state"))
        for name, lookup in lookups:
            if name in asked:
                rows = rows.filter(**{lookup: asked[name]})
        items = PromiseItem.objects.select_related("organisation").prefetch_related(
            Prefetch("item_measures", PromiseItemMeasure.objects.order_by("pk"))
        )
        rows = rows.select_related("collaboration", "area").prefetch_related(
            Prefetch("items", items), Prefetch("publications", Publication.objects.open(), to_attr="open_now")
        )
        return Response({"results": [_facts(promise) for promise in rows.order_by("-pk")[:MOST]]})


def _facts(promise: Any) -> dict[str, Any]:
    return {
        "id": promise.pk,
        "collaboration": promise.collaboration.slug,
        "number": promise.number,
        "area": promise.area.slug,
        "state": promise.state,
        "title_sv": promise.title_sv,
        "title_en": promise.title_en,
        "first_day": promise.first_day,
        "last_day": promise.last_day,
        "follow_up_on": promise.follow_up_on,
        "published_version": promise.open_now[0].number if promise.open_now else None,
        "items": [
            {
                "id": item.pk,
                "organisation": item.organisation.name,
                "text_sv": item.text_sv,
                "text_en": item.text_en,
                "amount_sv": item.amount_sv,
                "amount_en": item.amount_en,
                "due_on": item.due_on,
                "measures": [link.measure_id for link in item.item_measures.all()],
            }
            for item in promise.items.all()
        ],
    }
