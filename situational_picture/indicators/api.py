"""Indicators and counts of people over `/api/v1/`, told as on the user's pages. Counts are also sent in."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from areas.api import SHORT_NAME, asked_of
from areas.models import Place
from situational_picture.indicators import queries, telling
from situational_picture.indicators.place_counts.actions import count_people
from situational_picture.indicators.presenters import source_words, unit_words
from situational_picture.models import Indicator, PlaceCount
from situational_picture.models.indicators import MOST_PEOPLE

MOST_INDICATORS = 1000
MOST_COUNTS = 5000
LARGEST_ID = 2**63 - 1
NUMBER = {"type": "integer", "minimum": 1, "maximum": LARGEST_ID}
COLLABORATION = OpenApiParameter("collaboration", SHORT_NAME, description="Short name; all one's own when left out.")
STATUSES = [telling.SHOWN, telling.PROTECTED, telling.SUPPRESSED, telling.MISSING]


class IndicatorFacts(serializers.Serializer):
    """What is followed: a number is never given without where it comes from."""

    id = serializers.IntegerField()
    number = serializers.IntegerField(help_text="Once in each collaboration.")
    collaboration = serializers.SlugField()
    name = serializers.CharField()
    kind = serializers.ChoiceField(choices=Indicator.Kind.choices)
    unit = serializers.CharField(allow_blank=True)
    source = serializers.CharField(allow_blank=True)  # type: ignore[assignment]
    level = serializers.ChoiceField(choices=Indicator.Level.choices)
    area = serializers.SlugField(allow_null=True)
    place = serializers.IntegerField(allow_null=True)
    region = serializers.CharField(allow_blank=True, help_text="What a file calls the municipality, county or country.")
    better = serializers.ChoiceField(choices=Indicator.Better.choices)
    selection = serializers.CharField(allow_blank=True, help_text="As the filters of the list of reports.")


class ListOfIndicators(serializers.Serializer):
    results = IndicatorFacts(many=True)


class ValueFacts(serializers.Serializer):
    """One number of a series, or why there is none."""

    period_from = serializers.DateField()
    period_to = serializers.DateField(help_text="The last day of the period.")
    status = serializers.ChoiceField(
        choices=STATUSES, help_text="suppressed: the source does not tell. protected: not told to this user."
    )
    value = serializers.FloatField(allow_null=True, help_text="Of a survey: a share, 0–1.")
    at_least = serializers.IntegerField(allow_null=True, help_text="The whole tens a protected count is at least.")
    ci_low = serializers.FloatField(allow_null=True, help_text="95 % interval; null where nobody can tell.")
    ci_high = serializers.FloatField(allow_null=True)
    n = serializers.IntegerField(allow_null=True, help_text="How many it rests on: answers, events or counted hours.")
    successes = serializers.IntegerField(allow_null=True)
    design_effect = serializers.FloatField()
    note = serializers.CharField(allow_blank=True)


class WholeIndicator(IndicatorFacts):
    values = ValueFacts(many=True)


class _Query(serializers.Serializer):
    collaboration = serializers.SlugField(required=False)
    area = serializers.SlugField(required=False)
    kind = serializers.ChoiceField(choices=Indicator.Kind.choices, required=False)


class IndicatorListView(APIView):
    """The indicators the user reads, at most 1,000."""

    @extend_schema(
        operation_id="indicators_list",
        parameters=[
            COLLABORATION,
            OpenApiParameter("area", SHORT_NAME, description="The area's slug."),
            OpenApiParameter("kind", str, enum=Indicator.Kind.values),
        ],
        responses=ListOfIndicators,
    )
    def get(self, request: Request) -> Response:
        asked = asked_of(_Query, request)
        lookups = {"collaboration": "collaboration__slug", "area": "area__slug", "kind": "kind"}
        rows = _readable(request.user).filter(**{lookups[name]: value for name, value in asked.items()})
        return Response({"results": [_facts(one) for one in rows[:MOST_INDICATORS]]})


class IndicatorView(APIView):
    """One indicator with its series, oldest first."""

    @extend_schema(operation_id="indicators_read", responses=WholeIndicator)
    def get(self, request: Request, pk: int) -> Response:
        found = _readable(request.user).filter(pk=pk).first() if pk <= LARGEST_ID else None
        if found is None:
            raise Http404
        points = queries.values_of(found)
        told = telling.told_points(found, points, telling.viewer_of(request.user, found))
        return Response({**_facts(found), "values": [_value(one) for one in told]})


def _readable(user: Any) -> Any:
    rows = Indicator.objects.visible_to(user).kept().select_related("area", "place__area", "collaboration")
    return rows.order_by("collaboration_id", "number")


def _facts(one: Indicator) -> dict[str, Any]:
    names = ("number", "name", "kind", "level", "region", "better", "selection")
    return {
        "id": one.pk,
        **{name: getattr(one, name) for name in names},
        "collaboration": one.collaboration.slug,
        "unit": unit_words(one),
        "source": source_words(one),
        "area": one.area.slug if one.area else None,
        "place": one.place_id,
    }


def _value(told: telling.Told) -> dict[str, Any]:
    return {
        "period_from": told.point.first.isoformat(),
        "period_to": told.point.last.isoformat(),
        "status": told.status,
        "value": told.value,
        "at_least": told.at_least or None,
        "ci_low": told.lower,
        "ci_high": told.upper,
        "n": told.n,
        "successes": told.successes,
        "design_effect": told.point.design_effect,
        "note": told.point.row.note if told.point.row is not None else "",
    }


class PeopleCount(serializers.Serializer):
    """How many people used a place in an hour: a number only."""

    id = serializers.IntegerField()
    collaboration = serializers.SlugField()
    place = serializers.IntegerField()
    counted_on = serializers.DateField()
    hour = serializers.IntegerField(help_text="The hour begins; 23 is the last.")
    minutes = serializers.IntegerField(help_text="For how much of the hour somebody counted.")
    people = serializers.IntegerField()
    organisation = serializers.CharField(help_text="Who counted.")


class ListOfPeopleCounts(serializers.Serializer):
    results = PeopleCount(many=True)


class _CountQuery(serializers.Serializer):
    collaboration = serializers.SlugField(required=False)
    place = serializers.IntegerField(required=False, min_value=1, max_value=LARGEST_ID)


class PeopleCounted(serializers.Serializer):
    """How many people used a place in an hour. Sent again with the same `client_uuid` it is the same count."""

    place = serializers.IntegerField(min_value=1, max_value=LARGEST_ID)
    counted_on = serializers.DateField()
    hour = serializers.IntegerField(min_value=0, max_value=23, help_text="The hour begins; 23 is the last.")
    minutes = serializers.ChoiceField(
        choices=PlaceCount.Minutes.choices, help_text="For how much of the hour somebody counted."
    )
    people = serializers.IntegerField(min_value=0, max_value=MOST_PEOPLE)
    client_uuid = serializers.UUIDField(help_text="The sender's own number for it.")


class PlaceCountListView(APIView):
    """The counts the user reads, the latest first, at most 5,000, without those taken back; and one more."""

    @extend_schema(
        operation_id="place_counts_list",
        parameters=[COLLABORATION, OpenApiParameter("place", NUMBER, description="The number of a place.")],
        responses=ListOfPeopleCounts,
    )
    def get(self, request: Request) -> Response:
        asked = asked_of(_CountQuery, request)
        lookups = {"collaboration": "collaboration__slug", "place": "place_id"}
        rows = (
            PlaceCount.objects.visible_to(request.user)
            .standing()
            .filter(**{lookups[name]: value for name, value in asked.items()})
            .select_related("collaboration", "organisation")
            .order_by("-counted_on", "-hour", "-pk")
        )
        return Response({"results": [_count(one) for one in rows[:MOST_COUNTS]]})

    @extend_schema(
        operation_id="place_counts_add", request=PeopleCounted, responses={200: PeopleCount, 201: PeopleCount}
    )
    def post(self, request: Request) -> Response:
        sent = PeopleCounted(data=request.data)
        sent.is_valid(raise_exception=True)
        said = dict(sent.validated_data)
        places = Place.objects.visible_to(request.user).in_use().select_related("area", "collaboration")
        place = places.filter(pk=said.pop("place")).first()
        if place is None:
            raise Http404
        # Only for the answer's status: that it is stored once is the action's.
        is_known = PlaceCount.objects.filter(
            collaboration_id=place.collaboration_id, client_uuid=said["client_uuid"]
        ).exists()
        made = count_people(by=request.user, place=place, **said)
        return Response(_count(made), status=status.HTTP_200_OK if is_known else status.HTTP_201_CREATED)


def _count(one: PlaceCount) -> dict[str, Any]:
    names = ("counted_on", "hour", "minutes", "people")
    return {
        "id": one.pk,
        "collaboration": one.collaboration.slug,
        "place": one.place_id,
        **{name: getattr(one, name) for name in names},
        "organisation": one.organisation.name,
    }
