"""Reports over `/api/v1/incidents/`: the same actions, filters, fields and sentences as the pages."""

from __future__ import annotations

import datetime as dt
from typing import Any, cast

from django.core.exceptions import ValidationError as Refusal
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django_filters.rest_framework import DjangoFilterBackend
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema, extend_schema_view
from rest_framework import serializers, status
from rest_framework.exceptions import ValidationError
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param
from rest_framework.viewsets import GenericViewSet

from areas.models import Place
from common.errors import NotPossible
from common.json_fields import StrictBoolean, StrictInteger, StrictNumber, StrictText, StrictUUID
from incidents import actions, permissions, presenters, queries, rules
from incidents.models import Category, Incident, IncidentQuerySet, Status
from incidents.reading import note_reading, note_reading_of_page
from incidents.rules import Report
from incidents.selections import MOST_OF_A_KIND
from partners.models import Collaboration, Organisation, Unit, User
from partners.purposes import purpose_of_token

LARGEST_ID = 2**63 - 1
CURSOR_PATTERN = r"^[ab][0-9]{8}-[0-9]{1,19}$"


# --- What goes in -----------------------------------------------------------------------------------------------------


class Moment(serializers.DateTimeField):
    """A moment with its offset, or by the clocks here. One that no calendar holds is too early, as the rules say it."""

    def to_internal_value(self, value: Any) -> dt.datetime:
        if not isinstance(value, str):
            self.fail("invalid", format="YYYY-MM-DDThh:mm[:ss][+HH:MM|Z]")
        try:
            return super().to_internal_value(value)
        except ValidationError as error:
            if "overflow" in cast(list[str], error.get_codes()):
                return dt.datetime(1800, 1, 1, tzinfo=dt.UTC)
            raise


class ReportSerializer(serializers.Serializer):
    """A new report: what, where and when. `client_uuid` is the sender's own number for it."""

    client_uuid = StrictUUID(
        help_text="The sender's own number. The same report sent again under it is stored once; another is a conflict."
    )
    collaboration = serializers.SlugField(
        required=False, max_length=40, help_text="Needed only when the caller takes part in several."
    )
    organisation = StrictInteger(
        required=False,
        min_value=1,
        max_value=LARGEST_ID,
        help_text="Needed only when the caller reports for several organisations.",
    )
    category = serializers.RegexField(
        rules.CODE_PATTERN, help_text="The category's code.", error_messages={"invalid": rules.UNKNOWN_CATEGORY.text}
    )
    occurred_from = Moment(help_text="When it happened, or the earliest it can have happened.")
    occurred_to = Moment(required=False, allow_null=True, help_text="The latest it can have happened, when not known.")
    is_day_only = StrictBoolean(required=False, default=False, help_text="Only the day is known.")
    lon = StrictNumber(
        required=False, allow_null=True, min_value=-180, max_value=180, help_text="WGS 84, degrees east."
    )
    lat = StrictNumber(required=False, allow_null=True, min_value=-90, max_value=90, help_text="WGS 84, degrees north.")
    place = StrictInteger(
        required=False, allow_null=True, min_value=1, max_value=LARGEST_ID, help_text="The number of a named place."
    )
    place_type = serializers.ChoiceField(
        required=False,
        choices=Incident.PlaceType.choices,
        help_text="Left out: as usual for the category. A private dwelling is kept by block only.",
    )
    unit = StrictInteger(required=False, allow_null=True, min_value=1, max_value=LARGEST_ID)
    source_kind = serializers.ChoiceField(
        required=False, choices=Incident.SourceKind.choices, default=Incident.SourceKind.OWN
    )
    certainty = serializers.ChoiceField(required=False, choices=Incident.Certainty.choices)
    unsafety = StrictInteger(required=False, allow_null=True, min_value=1, max_value=5)
    persons = serializers.ChoiceField(required=False, choices=Incident.Persons.choices)
    cost_sek = StrictInteger(required=False, allow_null=True, min_value=0, max_value=rules.HIGHEST_COST_SEK)
    description = StrictText(
        required=False,
        allow_blank=True,
        max_length=rules.LONGEST_TEXT,
        help_text="No names, identity numbers or registration plates: such a text is refused.",
    )
    is_text_confirmed = StrictBoolean(
        required=False, default=False, help_text="The writer has read the text again: it does not point at a person."
    )


# --- What comes out ---------------------------------------------------------------------------------------------------


class IncidentSerializer(serializers.Serializer):
    """A report as the caller's role sees it. What is not the caller's to see is left out, not empty."""

    id = serializers.IntegerField()
    ref = serializers.CharField(help_text="The number people say to each other.")
    status = serializers.CharField()
    category = serializers.CharField(help_text="The category's code.")
    kind = serializers.ChoiceField(choices=Category.Kind.choices)
    occurred_from = serializers.DateTimeField()
    occurred_to = serializers.DateTimeField(allow_null=True)
    occurred_on = serializers.DateField(help_text="The local day it is counted on.")
    time_precision = serializers.ChoiceField(choices=Incident.TimePrecision.choices)
    location = serializers.ChoiceField(choices=Incident.Location.choices)
    lon = serializers.FloatField(allow_null=True, help_text="Null without a point, and for a private dwelling.")
    lat = serializers.FloatField(allow_null=True)
    precision = serializers.ChoiceField(choices=Incident.Precision.choices)
    place_type = serializers.ChoiceField(choices=Incident.PlaceType.choices)
    place = serializers.IntegerField(allow_null=True)
    area = serializers.CharField(allow_null=True, help_text="The area's short name.")
    organisation = serializers.IntegerField(required=False)
    unit = serializers.IntegerField(required=False, allow_null=True)
    source_kind = serializers.ChoiceField(required=False, choices=Incident.SourceKind.choices)
    certainty = serializers.CharField(required=False)
    unsafety = serializers.IntegerField(required=False, allow_null=True)
    persons = serializers.CharField(required=False)
    severity = serializers.IntegerField(required=False)
    cost_sek = serializers.IntegerField(required=False, allow_null=True)
    description = serializers.CharField(required=False)
    is_text_removed = serializers.BooleanField(required=False)
    sharing = serializers.ChoiceField(required=False, choices=Organisation.Sharing.choices)
    source = serializers.CharField(required=False)  # type: ignore[assignment]
    created_at = serializers.DateTimeField(required=False)
    submitted_at = serializers.DateTimeField(required=False, allow_null=True)
    reviewed_at = serializers.DateTimeField(required=False, allow_null=True)
    review_reason = serializers.CharField(required=False)
    photos = serializers.IntegerField(
        required=False, help_text="How many approved photos it has. They are seen on its page, never here."
    )
    reporter_function = serializers.CharField(required=False)
    reporter_name = serializers.CharField(required=False)

    def to_representation(self, incident: Incident) -> dict[str, Any]:
        shown = presenters.values_shown_to(self.context["request"].user, incident)
        return {
            name: None if value is None else self.fields[name].to_representation(value) for name, value in shown.items()
        }


class KeysetPagination(BasePagination):
    """Pages by mark: quick however far down, and new reports do not shift them."""

    largest = 200

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any]:
        self.request = request
        try:
            self.page = queries.page_of(queryset, request.query_params.get("cursor", ""), size=self._size(request))
        except queries.BadCursor:
            raise Http404 from None
        return self.page.rows

    def _size(self, request: Request) -> int:
        wanted = request.query_params.get("page_size", str(queries.PAGE_SIZE))
        if not (wanted.isascii() and wanted.isdigit() and len(wanted) <= 9 and 1 <= int(wanted) <= self.largest):
            raise ValidationError({"page_size": [_("A page holds between 1 and 200 reports.")]})
        return int(wanted)

    def get_paginated_response(self, data: Any) -> Response:
        return Response(
            {"next": self._address(self.page.next), "previous": self._address(self.page.previous), "results": data}
        )

    def _address(self, cursor: str) -> str | None:
        address = self.request.build_absolute_uri()
        return replace_query_param(address, "cursor", cursor) if cursor else None

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        return [
            {
                "name": "cursor",
                "in": "query",
                "required": False,
                "description": "The mark of a page, as `next` and `previous` give it.",
                "schema": {"type": "string", "pattern": CURSOR_PATTERN},
            },
            {
                "name": "page_size",
                "in": "query",
                "required": False,
                "schema": {"type": "integer", "minimum": 1, "maximum": self.largest, "default": queries.PAGE_SIZE},
            },
        ]

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        address = {"type": "string", "format": "uri", "nullable": True}
        return {
            "type": "object",
            "required": ["next", "previous", "results"],
            "properties": {"next": address, "previous": address, "results": schema},
        }


# --- The view ---------------------------------------------------------------------------------------------------------

COLLABORATION = OpenApiParameter(
    "collaboration",
    {"type": "string", "pattern": r"^[-a-zA-Z0-9_]{1,40}$"},
    description="The short name of a collaboration. Needed only when the caller takes part in several.",
)
# What has a list of answers that is the same for everybody.
_CLOSED_LISTS = {"status", "location", "mine", "weekday", "hour_from", "hour_to"}
# The schema's types for the filters; the filters themselves are `queries.IncidentFilter`.
_CODE = {"type": "string", "pattern": rules.CODE_PATTERN}
_SLUG = {"type": "string", "pattern": r"^[-a-zA-Z0-9_]{1,60}$"}
_NUMBER = {"type": "integer", "minimum": 1, "maximum": LARGEST_ID}


def _several(schema: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": schema, "minItems": 1, "maxItems": MOST_OF_A_KIND}


FILTER_PARAMETERS = [
    COLLABORATION,
    OpenApiParameter(
        "category",
        _several(_CODE),
        description="The code of a category, or of a group of categories. Named several times: any of them.",
    ),
    OpenApiParameter("area", _SLUG, description="The short name of an area; larger areas hold the smaller ones."),
    OpenApiParameter("place", _several(_NUMBER), description="A place's number. Named several times: any of them."),
    OpenApiParameter(
        "organisation", _NUMBER, description="An organisation's number, among those the caller may tell apart."
    ),
    OpenApiParameter("batch", _NUMBER, description="The number of an import."),
    OpenApiParameter("status", OpenApiTypes.STR, enum=[value for value in Status if value != Status.PURGED]),
    OpenApiParameter("location", OpenApiTypes.STR, enum=list(Incident.Location), description="Whether it has a place."),
    OpenApiParameter("mine", OpenApiTypes.STR, enum=["true"], description="Only what the caller has reported."),
    OpenApiParameter("since", OpenApiTypes.DATE, description="The first day."),
    OpenApiParameter("until", OpenApiTypes.DATE, description="The last day."),
    OpenApiParameter(
        "weekday",
        _several({"type": "integer", "minimum": 1, "maximum": 7}),
        description="1 is Monday, 7 Sunday. Named several times: any of them. What is known to the month alone is left "
        "out.",
    ),
    OpenApiParameter(
        "hour_from",
        {"type": "integer", "minimum": 0, "maximum": 23},
        description="The hour from which, by the clock. What has no known time is left out; what is only known to lie "
        "between two moments is there when both are.",
    ),
    OpenApiParameter(
        "hour_to",
        {"type": "integer", "minimum": 1, "maximum": 24},
        description="The hour up to which. Smaller than `hour_from`: over midnight.",
    ),
]


@extend_schema_view(
    list=extend_schema(
        summary="Reports the caller may see, latest first",
        description="Filtered by the listed parameters only; any other parameter is refused.",
        parameters=FILTER_PARAMETERS,
    ),
    retrieve=extend_schema(summary="One report", parameters=[OpenApiParameter("id", _NUMBER, OpenApiParameter.PATH)]),
    create=extend_schema(
        summary="Send in a report",
        description="The same body under the same `client_uuid` answers 200 with the report that was stored the first "
        "time; another body is a conflict. A report that breaks a rule is answered 409 with the form's sentences.",
        request=ReportSerializer,
        responses={
            201: IncidentSerializer,
            200: OpenApiResponse(IncidentSerializer, description="It was stored before."),
        },
    ),
)
class IncidentViewSet(GenericViewSet):
    """Reports: read by role, sent in by those who report."""

    serializer_class = IncidentSerializer
    pagination_class = KeysetPagination
    filter_backends = [DjangoFilterBackend]
    filterset_class = queries.IncidentFilter
    queryset = Incident.objects.none()
    lookup_value_regex = r"[0-9]{1,18}"
    # Anything else in the address is a mistake worth hearing about.
    known_parameters = frozenset({*queries.IncidentFilter.base_filters, "cursor", "page_size", "collaboration"})

    def list(self, request: Request) -> Response:
        unknown = sorted(set(request.query_params) - self.known_parameters)
        if unknown:
            raise ValidationError({name: [_("There is no such parameter.")] for name in unknown})
        empty = sorted(name for name, values in request.query_params.lists() if not all(values))
        if empty:
            # An empty filter would be no filter: more rows than were asked for.
            raise ValidationError({name: [_("Give a value, or leave the parameter out.")] for name in empty})
        collaboration = self._collaboration(request, request.query_params.get("collaboration"))
        permissions.check_may_read_reports(request.user, collaboration)
        rows = self.paginate_queryset(queries.with_photos(self._chosen(request, collaboration))) or []
        note_reading_of_page(request.user, rows, where="api", **purpose_of_token(request.auth))
        return self.get_paginated_response(self.get_serializer(rows, many=True).data)

    def retrieve(self, request: Request, pk: str) -> Response:
        rows = Incident.objects.visible_to(request.user).select_related(*queries.WITH_ROW)
        incident = get_object_or_404(queries.with_photos(rows), pk=int(pk))
        note_reading(request.user, incident, where="api", **purpose_of_token(request.auth))
        return Response(self.get_serializer(incident).data)

    def create(self, request: Request) -> Response:
        serializer = ReportSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        body = serializer.validated_data
        collaboration = self._collaboration(request, body.get("collaboration"))
        organisation = self._organisation(request, collaboration, body.get("organisation"))
        try:
            incident, is_new = actions.submit_incident(
                by=cast(User, request.user),
                organisation=organisation,
                report=_report_of(body, collaboration, organisation),
                client_uuid=body["client_uuid"],
            )
        except NotPossible:
            raise
        except Refusal as refusal:
            raise NotPossible(refusal) from refusal
        answer = Response(
            self.get_serializer(incident).data, status=status.HTTP_201_CREATED if is_new else status.HTTP_200_OK
        )
        answer["Location"] = request.build_absolute_uri(f"{request.path}{incident.pk}/")
        return answer

    def _chosen(self, request: Request, collaboration: Collaboration) -> IncidentQuerySet:
        try:
            return queries.incidents_for(request.user, collaboration, request.query_params)
        except Refusal as refusal:
            codes = {error.code for errors in refusal.error_dict.values() for error in errors}
            if codes == {"invalid_choice"} and not _CLOSED_LISTS & set(refusal.error_dict):
                # A category, area or place that is not there for the caller: nothing, not a malformed question.
                raise Http404 from None
            raise ValidationError(refusal.message_dict) from refusal

    def _collaboration(self, request: Request, slug: str | None) -> Collaboration:
        mine = list({m.collaboration_id: m.collaboration for m in cast(User, request.user).active_memberships}.values())
        if slug is not None:
            found = [collaboration for collaboration in mine if collaboration.slug == slug]
            if not found:
                raise Http404
            return found[0]
        if not mine:
            raise Http404
        if len(mine) > 1:
            raise NotPossible(
                {"collaboration": [_("You take part in several collaborations. Say which one.")]}, code="which"
            )
        return mine[0]

    def _organisation(self, request: Request, collaboration: Collaboration, pk: int | None) -> Organisation:
        own = [m.organisation for m in permissions.reporting_memberships(request.user, collaboration)]
        if pk is not None:
            organisation = Organisation.objects.filter(collaboration=collaboration, pk=pk).first()
            if organisation is None:
                raise Http404
            return organisation
        if not own:
            permissions.check_may_report_in(request.user, collaboration)
        if len(own) > 1:
            raise NotPossible(
                {"organisation": [_("You report for several organisations. Say which one.")]}, code="which"
            )
        return own[0]


def _report_of(body: dict[str, Any], collaboration: Collaboration, organisation: Organisation) -> Report:
    """A well-formed body as a report; what it names and the collaboration does not have is refused."""
    category = Category.objects.filter(collaboration=collaboration, code=body["category"]).first()
    missing: dict[str, list[str]] = {}
    if category is None:
        missing["category"] = [rules.UNKNOWN_CATEGORY.say()]
    place = None
    if body.get("place") is not None:
        place = Place.objects.filter(collaboration=collaboration, pk=body["place"]).first()
        if place is None:
            missing["place"] = [rules.UNKNOWN_PLACE.say()]
    unit = None
    if body.get("unit") is not None:
        unit = Unit.objects.filter(organisation=organisation, pk=body["unit"]).first()
        if unit is None:
            missing["unit"] = [_("The unit belongs to another organisation.")]
    if missing:
        raise NotPossible(missing)
    return Report(
        category=category,
        occurred_from=body["occurred_from"],
        occurred_to=body.get("occurred_to"),
        is_day_only=body["is_day_only"],
        lon=body.get("lon"),
        lat=body.get("lat"),
        place=place,
        place_type=body.get("place_type", ""),
        unit=unit,
        source_kind=body["source_kind"],
        certainty=body.get("certainty", ""),
        unsafety=body.get("unsafety"),
        persons=body.get("persons", ""),
        cost_sek=body.get("cost_sek"),
        description=body.get("description", ""),
        is_text_confirmed=body["is_text_confirmed"],
    )
