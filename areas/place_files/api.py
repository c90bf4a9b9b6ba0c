"""Place files over `/api/v1/`: what places are like and who answers for them; the same actions as the pages."""

from __future__ import annotations

from typing import Any, cast

from django.core.exceptions import ValidationError as Refusal
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from areas.api import SHORT_NAME, asked_of
from areas.models import Place, PlaceFeature, PlaceManager
from areas.place_files import actions
from areas.place_files.permissions import check_may_keep_place_file, organisations_that_saw
from common.errors import NotPossible
from common.json_fields import StrictBoolean, StrictDate, StrictInteger, StrictText
from partners.models import Organisation, User

MOST_ROWS = 5000
LARGEST_ID = 2**63 - 1
NUMBER = {"type": "integer", "minimum": 1, "maximum": LARGEST_ID}
COLLABORATION = OpenApiParameter("collaboration", SHORT_NAME, description="Short name; all one's own when left out.")
PLACE = OpenApiParameter("place", NUMBER, description="The number of a place.")


class ObservedFeature(serializers.Serializer):
    """A feature of a place as an organisation saw it on a day."""

    id = serializers.IntegerField()
    collaboration = serializers.SlugField()
    place = serializers.IntegerField()
    kind = serializers.ChoiceField(choices=PlaceFeature.Kind.choices)
    detail = serializers.CharField(allow_blank=True, help_text="Which part of the place.")
    state = serializers.ChoiceField(choices=PlaceFeature.State.choices)
    note = serializers.CharField(allow_blank=True)
    observed_on = serializers.DateField()
    source = serializers.ChoiceField(choices=PlaceFeature.Source.choices)  # type: ignore[assignment]
    organisation = serializers.CharField(help_text="Who saw it.")
    is_taken_back = serializers.BooleanField(help_text="It was a mistake, and holds no longer.")


class ListOfFeatures(serializers.Serializer):
    results = ObservedFeature(many=True)


class NewFeature(serializers.Serializer):
    """What was seen of a place. It holds until somebody sees it again."""

    place = StrictInteger(min_value=1, max_value=LARGEST_ID, help_text="The number of the place.")
    kind = serializers.ChoiceField(choices=PlaceFeature.Kind.choices)
    detail = StrictText(
        required=False, allow_blank=True, max_length=80,
        help_text="Which part of the place; needed for something else. The same words are the same feature.",
    )  # fmt: skip
    state = serializers.ChoiceField(choices=PlaceFeature.State.choices)
    note = StrictText(
        required=False, allow_blank=True, max_length=500,
        help_text="About the place, never about persons: such a text is refused.",
    )  # fmt: skip
    observed_on = StrictDate(help_text="The day it was seen.")
    organisation = StrictInteger(
        required=False, min_value=1, max_value=LARGEST_ID,
        help_text="Who saw it. Needed only when the caller may write for several organisations.",
    )  # fmt: skip
    is_text_confirmed = StrictBoolean(
        required=False, default=False, help_text="The writer has read the text again: it does not point at a person."
    )


class AnsweringParty(serializers.Serializer):
    """Who answers for a place on some weekdays between two hours."""

    id = serializers.IntegerField()
    collaboration = serializers.SlugField()
    place = serializers.IntegerField()
    party = serializers.ChoiceField(choices=PlaceManager.Party.choices)
    name = serializers.CharField(allow_null=True, help_text="A partner's or somebody else's name; null for nobody.")
    task = serializers.CharField(allow_blank=True)
    weekdays = serializers.ListField(child=serializers.IntegerField(), help_text="0 is Monday.")
    from_hour = serializers.IntegerField()
    to_hour = serializers.IntegerField(help_text="Not after the first hour: past midnight.")
    valid_from = serializers.DateField()
    valid_to = serializers.DateField(allow_null=True, help_text="The first day it no longer holds.")


class ListOfParties(serializers.Serializer):
    results = AnsweringParty(many=True)


class _FeatureQuery(serializers.Serializer):
    collaboration = serializers.SlugField(required=False)
    place = serializers.IntegerField(required=False, min_value=1, max_value=LARGEST_ID)
    kind = serializers.ChoiceField(choices=PlaceFeature.Kind.choices, required=False)
    state = serializers.ChoiceField(choices=PlaceFeature.State.choices, required=False)
    history = serializers.ChoiceField(choices=["true"], required=False)


class _PartyQuery(serializers.Serializer):
    collaboration = serializers.SlugField(required=False)
    place = serializers.IntegerField(required=False, min_value=1, max_value=LARGEST_ID)


def _narrowed(rows: Any, asked: dict[str, Any]) -> Any:
    if "collaboration" in asked:
        rows = rows.filter(collaboration__slug=asked["collaboration"])
    if "place" in asked:
        rows = rows.filter(place_id=asked["place"])
    return rows


class PlaceFeatureListView(APIView):
    """What places are like: the latest observation of each feature, at most 5,000 at a time."""

    @extend_schema(
        operation_id="place_features_list",
        parameters=[
            COLLABORATION,
            PLACE,
            OpenApiParameter("kind", str, enum=PlaceFeature.Kind.values),
            OpenApiParameter("state", str, enum=PlaceFeature.State.values),
            OpenApiParameter(
                "history", str, enum=["true"], description="Every observation, also those that hold no longer."
            ),
        ],
        responses=ListOfFeatures,
    )
    def get(self, request: Request) -> Response:
        asked = asked_of(_FeatureQuery, request)
        readable = PlaceFeature.objects.visible_to(request.user)
        rows = _narrowed(readable, asked)
        if "history" not in asked:
            # What holds is asked first: a defect that has been mended since is no defect.
            rows = readable.filter(pk__in=rows.holding().values("pk"))
        for name in ("kind", "state"):
            if name in asked:
                rows = rows.filter(**{name: asked[name]})
        rows = rows.select_related("collaboration", "organisation").order_by("place_id", "-observed_on", "-pk")
        return Response({"results": [_feature(row) for row in rows[:MOST_ROWS]]})

    @extend_schema(operation_id="place_features_create", request=NewFeature, responses={201: ObservedFeature})
    def post(self, request: Request) -> Response:
        sent = NewFeature(data=request.data)
        sent.is_valid(raise_exception=True)
        body, by = sent.validated_data, cast(User, request.user)
        place = Place.objects.visible_to(by).select_related("collaboration").filter(pk=body["place"]).first()
        if place is None:
            raise Http404
        check_may_keep_place_file(by, place)
        try:
            row = actions.observe_feature(
                place=place,
                kind=body["kind"],
                detail=body.get("detail", ""),
                state=body["state"],
                note=body.get("note", ""),
                observed_on=body["observed_on"],
                source=PlaceFeature.Source.ENTERED,
                organisation=_organisation(by, place, body.get("organisation")),
                is_text_confirmed=body["is_text_confirmed"],
                by=by,
            )
        except NotPossible:
            raise
        except Refusal as refusal:
            raise NotPossible(refusal) from refusal
        return Response(_feature(row), status=status.HTTP_201_CREATED)


def _organisation(by: User, place: Place, pk: int | None) -> Organisation:
    """The organisation that saw it: the one named, the only one, or for a coordinator the own one."""
    if pk is not None:
        named = Organisation.objects.filter(collaboration_id=place.collaboration_id, pk=pk).first()
        if named is None:
            raise Http404
        return named
    own = {m.organisation_id for m in by.memberships_in(place.collaboration_id)}
    found = [one for one in organisations_that_saw(by, place) if one.pk in own]
    if len(found) != 1:
        raise NotPossible({"organisation": [_("You write for several organisations. Say which one.")]}, code="which")
    return found[0]


def _feature(row: PlaceFeature) -> dict[str, Any]:
    return {
        "id": row.pk,
        "collaboration": row.collaboration.slug,
        "place": row.place_id,
        "kind": row.kind,
        "detail": row.detail,
        "state": row.state,
        "note": row.note,
        "observed_on": row.observed_on.isoformat(),
        "source": row.source,
        "organisation": row.organisation.name,
        "is_taken_back": row.taken_back_at is not None,
    }


class PlaceManagerListView(APIView):
    """Who answers for places hour by hour today, at most 5,000 at a time. An hour without a row is not known."""

    @extend_schema(operation_id="place_managers_list", parameters=[COLLABORATION, PLACE], responses=ListOfParties)
    def get(self, request: Request) -> Response:
        asked = asked_of(_PartyQuery, request)
        rows = PlaceManager.objects.visible_to(request.user).in_force(timezone.localdate())
        rows = _narrowed(rows, asked).select_related("collaboration", "organisation")
        return Response({"results": [_party(row) for row in rows[:MOST_ROWS]]})


def _party(row: PlaceManager) -> dict[str, Any]:
    return {
        "id": row.pk,
        "collaboration": row.collaboration.slug,
        "place": row.place_id,
        "party": row.party,
        "name": None if row.party == PlaceManager.Party.NOBODY else row.party_name,
        "task": row.task,
        "weekdays": row.weekdays,
        "from_hour": row.from_hour,
        "to_hour": row.to_hour,
        "valid_from": row.valid_from.isoformat(),
        "valid_to": row.valid_to.isoformat() if row.valid_to else None,
    }
