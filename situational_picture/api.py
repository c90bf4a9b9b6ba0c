"""Pictures for other systems. Read-only, and with the same numbers protected as on the user's pages."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from areas.api import SHORT_NAME, asked_of
from situational_picture import selecting
from situational_picture.coverage.presenters import counted_answers
from situational_picture.models import Picture
from situational_picture.protecting import cell

MOST_PICTURES = 200


class Count(serializers.Serializer):
    """A count, or why there is none: protected and missing are not zero."""

    value = serializers.FloatField(allow_null=True)
    status = serializers.ChoiceField(choices=["shown", "protected", "missing"])


class PictureFacts(serializers.Serializer):
    id = serializers.IntegerField()
    collaboration = serializers.SlugField()
    area = serializers.SlugField()
    period = serializers.CharField(help_text="2026-W47, 2026-11, 2026-T3 or 2026-01-05--2026-02-01.")
    status = serializers.ChoiceField(choices=Picture.Status.choices)
    version = serializers.IntegerField(help_text="0 for the draft.")
    computed_at = serializers.DateTimeField()
    published_at = serializers.DateTimeField(allow_null=True)
    total = Count()


class _Expected(serializers.Serializer):
    count = Count()
    expected = serializers.FloatField(allow_null=True)
    lower = serializers.FloatField(allow_null=True)
    upper = serializers.FloatField(allow_null=True)
    judgement = serializers.ChoiceField(choices=["more", "fewer", "as_expected", "too_few_to_say"])


class _Category(_Expected):
    code = serializers.CharField()
    name = serializers.CharField()


class _Answers(serializers.Serializer):
    """How many answers were expected of the reporting units, by what became of them."""

    reported = serializers.IntegerField()
    nothing = serializers.IntegerField(help_text="Said that there was nothing to report.")
    missing = serializers.IntegerField(help_text="Neither reported nor said anything: not the same as nothing.")
    waiting = serializers.IntegerField(help_text="The deadline has not passed.")


class _Period(serializers.Serializer):
    period = serializers.CharField()
    count = Count()
    lower = serializers.FloatField(allow_null=True)
    upper = serializers.FloatField(allow_null=True)
    coverage = _Answers(allow_null=True, help_text="Null where nobody was expected to report.")


class _Place(serializers.Serializer):
    id = serializers.IntegerField()
    name = serializers.CharField()
    count = Count()


class _Hexagon(serializers.Serializer):
    h3 = serializers.CharField()
    count = Count()


class WholePicture(PictureFacts):
    """Everything a picture's page shows."""

    is_protected = serializers.BooleanField(help_text="Whether small counts are left out for this reader.")
    expected = _Expected(help_text="All events together.")
    categories = _Category(many=True)
    trend = _Period(many=True)
    places = _Place(many=True)
    hexagons = _Hexagon(many=True)
    weekday_hour = serializers.ListField(child=Count(many=True), allow_null=True, help_text="Monday first.")


class ListOfPictures(serializers.Serializer):
    results = PictureFacts(many=True)


class _Query(serializers.Serializer):
    collaboration = serializers.SlugField(required=False)
    area = serializers.SlugField(required=False)
    kind = serializers.ChoiceField(choices=Picture.PeriodKind.choices, required=False)
    status = serializers.ChoiceField(choices=Picture.Status.choices, required=False)


class PictureListView(APIView):
    """The pictures the user may see, latest first, at most 200."""

    @extend_schema(
        operation_id="pictures_list",
        parameters=[
            OpenApiParameter("collaboration", SHORT_NAME, description="Short name; all one's own when left out."),
            OpenApiParameter("area", SHORT_NAME, description="The area's slug."),
            OpenApiParameter("kind", str, enum=Picture.PeriodKind.values),
            OpenApiParameter("status", str, enum=Picture.Status.values),
        ],
        responses=ListOfPictures,
    )
    def get(self, request: Request) -> Response:
        asked = asked_of(_Query, request)
        lookups = {"collaboration": "collaboration__slug", "area": "area__slug", "kind": "period_kind"}
        pictures = (
            Picture.objects.visible_to(request.user)
            .filter(figures__isnull=False, **{lookups.get(name, name): value for name, value in asked.items()})
            .select_related("area", "collaboration")
        )
        return Response({"results": [_facts(request.user, picture) for picture in pictures[:MOST_PICTURES]]})


class PictureView(APIView):
    """One picture with all its figures."""

    @extend_schema(operation_id="pictures_read", responses=WholePicture)
    def get(self, request: Request, pk: int) -> Response:
        picture = (
            Picture.objects.visible_to(request.user)
            .filter(pk=pk, figures__isnull=False)
            .select_related("area", "collaboration")
            .first()
        )
        if picture is None:
            raise Http404
        return Response(_whole(request.user, picture))


def _facts(user: Any, picture: Picture) -> dict[str, Any]:
    return {
        "id": picture.pk,
        "collaboration": picture.collaboration.slug,
        "area": picture.area.slug,
        "period": picture.period.code,
        "status": picture.status,
        "version": picture.version,
        "computed_at": picture.computed_at,
        "published_at": picture.published_at,
        "total": cell(selecting.figures_for(user, picture)["total"]["count"]),
    }


def _expected(row: dict[str, Any]) -> dict[str, Any]:
    kept = {key: row[key] for key in ("expected", "lower", "upper", "judgement")}
    return {"count": cell(row["count"]), **kept}


def _whole(user: Any, picture: Picture) -> dict[str, Any]:
    figures = selecting.figures_for(user, picture)
    trend, clock = figures["trend"], figures["clock"]
    return {
        **_facts(user, picture),
        "is_protected": figures["is_protected"],
        "expected": _expected(figures["total"]),
        "categories": [
            {"code": row["code"], "name": row["name_sv"], **_expected(row)} for row in figures["categories"]
        ],
        "trend": [
            {"period": code, "count": cell(observed), "lower": lower, "upper": upper, "coverage": answered}
            for code, observed, lower, upper, answered in zip(
                trend["periods"],
                trend["observed"],
                trend["lower"],
                trend["upper"],
                counted_answers(figures),
                strict=True,
            )
        ],
        "places": [{"id": row["place"], "name": row["name"], "count": cell(row["count"])} for row in figures["places"]],
        "hexagons": [{"h3": key, "count": cell(value)} for key, value in figures["map"]["cells"].items()],
        "weekday_hour": None if clock is None else [[cell(value) for value in row] for row in clock["grid"]],
    }
