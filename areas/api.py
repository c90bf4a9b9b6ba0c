"""Areas and places as GeoJSON for other systems. Read-only, and nothing the user's pages would not show."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from areas.models import Area, AreaKind, Place, PlaceKind
from areas.places import search_places
from areas.presenters import collection, geometry_of
from areas.queries import areas_with_boundaries, latest_police_list
from common.errors import NotPossible
from partners.models import Collaboration

MOST_PLACES = 5000
# What the description says of short names and of words typed, so that it promises no more than is taken.
SHORT_NAME = {"type": "string", "pattern": r"^[-a-zA-Z0-9_]+$"}
WORDS = {"type": "string", "pattern": r"^[^\x00]*$", "maxLength": 200}


class _Polygon(serializers.Serializer):
    """A GeoJSON geometry in WGS 84, longitude first."""

    type = serializers.ChoiceField(choices=["Polygon", "MultiPolygon"])
    coordinates = serializers.ListField(child=serializers.JSONField())


class _Point(serializers.Serializer):
    type = serializers.ChoiceField(choices=["Point"])
    coordinates = serializers.ListField(child=serializers.FloatField(), min_length=2, max_length=2)


class _BoundaryFacts(serializers.Serializer):
    source = serializers.CharField()  # type: ignore[assignment]
    is_approximate = serializers.BooleanField()
    valid_from = serializers.DateField()
    valid_to = serializers.DateField(allow_null=True)


class _PoliceListFacts(serializers.Serializer):
    list_year = serializers.IntegerField()
    category = serializers.CharField(
        allow_null=True, help_text="UO, RO or SUO; null when the area was not on the list."
    )
    trend = serializers.CharField(allow_blank=True)
    is_verified = serializers.BooleanField(help_text="Checked against the police's own report.")


class _AreaFacts(serializers.Serializer):
    collaboration = serializers.SlugField()
    slug = serializers.SlugField()
    name = serializers.CharField()
    kind = serializers.ChoiceField(choices=AreaKind.choices)
    code = serializers.CharField(allow_blank=True)
    parent = serializers.SlugField(allow_null=True)  # type: ignore[assignment]
    population = serializers.IntegerField(allow_null=True)
    boundary = _BoundaryFacts(allow_null=True)
    police_list = _PoliceListFacts(allow_null=True)


class AreaFeature(serializers.Serializer):
    type = serializers.ChoiceField(choices=["Feature"])
    id = serializers.IntegerField()
    geometry = _Polygon(allow_null=True)
    properties = _AreaFacts()


class AreaCollection(serializers.Serializer):
    type = serializers.ChoiceField(choices=["FeatureCollection"])
    features = AreaFeature(many=True)


class _PlaceFacts(serializers.Serializer):
    collaboration = serializers.SlugField()
    name = serializers.CharField()
    kind = serializers.ChoiceField(choices=PlaceKind.choices)
    area = serializers.SlugField(allow_null=True)
    owner = serializers.CharField(allow_null=True)
    manager = serializers.CharField(allow_null=True)
    other_names = serializers.CharField(allow_blank=True)


class PlaceFeature(serializers.Serializer):
    type = serializers.ChoiceField(choices=["Feature"])
    id = serializers.IntegerField()
    geometry = _Point()
    properties = _PlaceFacts()


class PlaceCollection(serializers.Serializer):
    type = serializers.ChoiceField(choices=["FeatureCollection"])
    features = PlaceFeature(many=True)


class _AreaQuery(serializers.Serializer):
    collaboration = serializers.SlugField(required=False)
    kind = serializers.ChoiceField(choices=AreaKind.choices, required=False)
    on = serializers.DateField(required=False)


class _PlaceQuery(serializers.Serializer):
    collaboration = serializers.SlugField(required=False)
    area = serializers.SlugField(required=False)
    kind = serializers.ChoiceField(choices=PlaceKind.choices, required=False)
    q = serializers.CharField(required=False, max_length=200, allow_blank=True)


def asked_of(query: type[serializers.Serializer], request: Request) -> dict[str, Any]:
    """The values of an address's query, checked; a filter that does not exist is refused, not ignored."""
    unknown = set(request.query_params) - set(query().fields)
    if unknown:
        raise ValidationError({name: [_("There is no such filter.")] for name in sorted(unknown)})
    if repeated := [name for name, values in request.query_params.lists() if len(values) > 1]:
        raise ValidationError({name: [_("Give this filter once.")] for name in sorted(repeated)})
    asked = query(data=request.query_params.dict())
    asked.is_valid(raise_exception=True)
    return asked.validated_data


class AreaListView(APIView):
    """The areas of the collaborations the user takes part in, with the boundaries in force on a day."""

    @extend_schema(
        operation_id="areas_list",
        parameters=[
            OpenApiParameter("collaboration", SHORT_NAME, description="Short name; all one's own when left out."),
            OpenApiParameter("kind", str, enum=AreaKind.values),
            OpenApiParameter("on", dt.date, description="Boundaries in force on this day; today when left out."),
        ],
        responses=AreaCollection,
    )
    def get(self, request: Request) -> Response:
        asked = asked_of(_AreaQuery, request)
        areas = Area.objects.visible_to(request.user).select_related("collaboration")
        if "collaboration" in asked:
            areas = areas.filter(collaboration__slug=asked["collaboration"])
        if "kind" in asked:
            areas = areas.filter(kind=asked["kind"])
        found = areas_with_boundaries(areas, asked.get("on") or timezone.localdate())
        statuses = latest_police_list(found)
        return Response(collection(_area_feature(area, statuses.get(area.pk)) for area in found))


def _area_feature(area: Any, status: Any) -> dict[str, Any]:
    boundary = next(iter(area.boundaries_in_force), None)
    return {
        "type": "Feature",
        "id": area.pk,
        "geometry": geometry_of(boundary.polygon, digits=6) if boundary else None,
        "properties": {
            "collaboration": area.collaboration.slug,
            "slug": area.slug,
            "name": area.name,
            "kind": area.kind,
            "code": area.code,
            "parent": area.parent.slug if area.parent else None,
            "population": area.population,
            "boundary": _BoundaryFacts(boundary).data if boundary else None,
            "police_list": {
                "list_year": status.list_year,
                "category": status.category.code if status.category else None,
                "trend": status.trend,
                "is_verified": status.is_verified,
            }
            if status
            else None,
        },
    }


class PlaceListView(APIView):
    """The places in use of the collaborations the user takes part in, at most 5,000 at a time."""

    @extend_schema(
        operation_id="places_list",
        parameters=[
            OpenApiParameter("collaboration", SHORT_NAME, description="Short name; all one's own when left out."),
            OpenApiParameter("area", SHORT_NAME, description="The area's slug."),
            OpenApiParameter("kind", str, enum=PlaceKind.values),
            OpenApiParameter("q", WORDS, description="The beginning of the words of a name; needs `collaboration`."),
        ],
        responses=PlaceCollection,
    )
    def get(self, request: Request) -> Response:
        asked = asked_of(_PlaceQuery, request)
        places = Place.objects.visible_to(request.user).in_use()
        places = places.select_related("collaboration", "area", "owner", "manager")
        for name, lookup in (("collaboration", "collaboration__slug"), ("area", "area__slug"), ("kind", "kind")):
            if name in asked:
                places = places.filter(**{lookup: asked[name]})
        found: Any = places[:MOST_PLACES]
        if "q" in asked:
            own = Collaboration.objects.visible_to(request.user).filter(slug=asked.get("collaboration", "")).first()
            if own is None:
                raise NotPossible({"collaboration": [_("Say in which collaboration to search.")]})
            found = search_places(own, asked["q"], places=places, most=50)
        return Response(collection(_place_feature(place) for place in found))


def _place_feature(place: Place) -> dict[str, Any]:
    return {
        "type": "Feature",
        "id": place.pk,
        "geometry": {"type": "Point", "coordinates": [place.lon, place.lat]},
        "properties": {
            "collaboration": place.collaboration.slug,
            "name": place.name,
            "kind": place.kind,
            "area": place.area.slug if place.area else None,
            "owner": place.owner.name if place.owner else None,
            "manager": place.manager.name if place.manager else None,
            "other_names": place.other_names,
        },
    }
