"""Comments on figures for other systems, as the pages show them."""

from __future__ import annotations

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from action_plans.commitments.presenters import said
from areas.api import SHORT_NAME, asked_of
from councils.models import Figure, FigureComment

MOST = 200


class FigureCommentFacts(serializers.Serializer):
    id = serializers.IntegerField()
    collaboration = serializers.SlugField()
    area = serializers.SlugField()
    picture = serializers.IntegerField()
    period = serializers.CharField(help_text="The picture's period, as 2026-10 or 2026-W47.")
    version = serializers.IntegerField()
    figure = serializers.ChoiceField(choices=Figure.choices)
    text = serializers.CharField()
    function = serializers.CharField(help_text="The author's function; never a name.")
    organisation = serializers.CharField()
    written_at = serializers.DateTimeField()


class ListOfFigureComments(serializers.Serializer):
    results = FigureCommentFacts(many=True)


class _Query(serializers.Serializer):
    collaboration = serializers.SlugField(required=False)
    picture = serializers.IntegerField(required=False, min_value=1, max_value=2**63 - 1)


class FigureCommentListView(APIView):
    """The comments on figures one reads, the latest first, at most 200."""

    @extend_schema(
        operation_id="figure_comment_list",
        parameters=[
            OpenApiParameter("collaboration", SHORT_NAME, description="Short name; all one's own when left out."),
            OpenApiParameter("picture", {"type": "integer", "minimum": 1, "maximum": 2**63 - 1}),
        ],
        responses=ListOfFigureComments,
    )
    def get(self, request: Request) -> Response:
        asked = asked_of(_Query, request)
        lookups = {"collaboration": "collaboration__slug", "picture": "picture"}
        rows = FigureComment.objects.visible_to(request.user).filter(
            **{lookup: asked[name] for name, lookup in lookups.items() if name in asked}
        )
        rows = rows.select_related("collaboration", "picture__area", "organisation").defer("picture__figures")
        return Response({"results": [_facts(one) for one in rows.order_by("-written_at", "-pk")[:MOST]]})


def _facts(one: FigureComment) -> dict[str, object]:
    return {
        "id": one.pk,
        "collaboration": one.collaboration.slug,
        "area": one.picture.area.slug,
        "picture": one.picture_id,
        "period": one.picture.period.code,
        "version": one.picture.version,
        "figure": one.figure,
        "text": said(one.text),
        "function": one.function,
        "organisation": one.organisation.name,
        "written_at": one.written_at,
    }
