"""Inspections for other systems: what was found at a place on a day. Read-only, and no more than the pages show."""

from __future__ import annotations

import datetime as dt
from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from areas.api import SHORT_NAME, asked_of
from areas.inspections.checklists import items_of
from areas.models import ItemState, SafetyInspection

MOST = 200
# What the description says of a number, so that it promises no more than is taken.
LARGEST = 2**62
NUMBER = {"type": "integer", "minimum": 1, "maximum": LARGEST}


class InspectionItemFacts(serializers.Serializer):
    id = serializers.IntegerField(help_text="Stays the same: what is done about a defect points at it.")
    key = serializers.CharField()
    text = serializers.CharField(help_text="The item in the words of the checklist's version.")
    feature = serializers.CharField(allow_blank=True, help_text="The kind of place feature it speaks of.")
    state = serializers.ChoiceField(choices=ItemState.choices)
    note = serializers.CharField(allow_blank=True)
    photos = serializers.IntegerField(help_text="How many photos there are. The photos themselves are on the page.")


class InspectionFacts(serializers.Serializer):
    id = serializers.IntegerField()
    collaboration = serializers.SlugField()
    place = serializers.IntegerField()
    place_name = serializers.CharField()
    area = serializers.SlugField(allow_null=True)
    organisation = serializers.CharField()
    inspected_on = serializers.DateField()
    checklist = serializers.CharField(help_text="inspection or walk")
    checklist_version = serializers.IntegerField()
    walk = serializers.IntegerField(allow_null=True, help_text="The walk it is a stop of.")
    stop_number = serializers.IntegerField(allow_null=True)
    safety = serializers.IntegerField(allow_null=True, help_text="How safe a stop felt, 1 to 5.")
    items = InspectionItemFacts(many=True)


class InspectionList(serializers.Serializer):
    results = InspectionFacts(many=True)


class _Query(serializers.Serializer):
    collaboration = serializers.SlugField(required=False)
    area = serializers.SlugField(required=False)
    place = serializers.IntegerField(required=False, min_value=1, max_value=LARGEST)
    since = serializers.DateField(required=False)


class InspectionListView(APIView):
    """Finished inspections and stops of walks that the user reads, the latest first, at most 200 at a time."""

    @extend_schema(
        operation_id="inspections_list",
        parameters=[
            OpenApiParameter("collaboration", SHORT_NAME, description="Short name; all one's own when left out."),
            OpenApiParameter("area", SHORT_NAME, description="The area's slug."),
            OpenApiParameter("place", NUMBER, description="The number of a place."),
            OpenApiParameter("since", dt.date, description="Inspected on this day or later."),
        ],
        responses=InspectionList,
    )
    def get(self, request: Request) -> Response:
        asked = asked_of(_Query, request)
        rows = SafetyInspection.objects.visible_to(request.user).finished()
        lookups = (
            ("collaboration", "collaboration__slug"),
            ("area", "place__area__slug"),
            ("place", "place_id"),
            ("since", "inspected_on__gte"),
        )
        for name, lookup in lookups:
            if name in asked:
                rows = rows.filter(**{lookup: asked[name]})
        rows = rows.select_related("collaboration", "place__area", "organisation", "checklist_version__checklist")
        found = rows.prefetch_related("items__photos").order_by("-inspected_on", "-pk")[:MOST]
        return Response({"results": [_facts(inspection) for inspection in found]})


def _facts(inspection: SafetyInspection) -> dict[str, Any]:
    asked = {item.key: item for item in items_of(inspection.checklist_version)}
    return {
        "id": inspection.pk,
        "collaboration": inspection.collaboration.slug,
        "place": inspection.place_id,
        "place_name": inspection.place.name,
        "area": inspection.place.area.slug if inspection.place.area else None,
        "organisation": inspection.organisation.name,
        "inspected_on": inspection.inspected_on,
        "checklist": inspection.checklist_version.checklist.kind,
        "checklist_version": inspection.checklist_version.number,
        "walk": inspection.walk_id,
        "stop_number": inspection.stop_number,
        "safety": inspection.safety,
        "items": [
            {
                "id": item.pk,
                "key": item.key,
                "text": asked[item.key].text if item.key in asked else item.key,
                "feature": asked[item.key].feature if item.key in asked else "",
                "state": item.state,
                "note": item.note,
                "photos": sum(bool(photo.file) for photo in item.photos.all()),
            }
            for item in inspection.items.all()
        ],
    }
