"""Frozen packs for other systems: which there are, what they say as plain data, and their files."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from areas.api import SHORT_NAME, asked_of
from audit.actions import record
from councils.models import FileKind, Pack, PackAbout
from councils.packs import files
from documents.answers import file_answer

MOST = 200


class PackFileFacts(serializers.Serializer):
    format = serializers.ChoiceField(choices=FileKind.choices)
    url = serializers.URLField(help_text="Where the file is fetched, with the same token.")
    sha256 = serializers.CharField()
    size_bytes = serializers.IntegerField()


class PackFacts(serializers.Serializer):
    id = serializers.IntegerField()
    collaboration = serializers.SlugField()
    number = serializers.IntegerField()
    about = serializers.ChoiceField(choices=PackAbout.choices)
    title = serializers.CharField()
    meeting = serializers.IntegerField(allow_null=True, help_text="The number of the meeting it was frozen for.")
    plan_version = serializers.IntegerField(allow_null=True, help_text="The id of the plan version it is of.")
    audience = serializers.CharField(help_text="For which role its numbers were computed.")
    made_at = serializers.DateTimeField()
    made_by = serializers.CharField(help_text="The function, never a name.")
    sha256 = serializers.CharField(help_text="Of the content, as JSON with sorted names and without spaces.")
    files = PackFileFacts(many=True)


class WholePack(PackFacts):
    content = serializers.DictField(help_text="The document: blocks, tables, charts and their numbers.")


class ListOfPacks(serializers.Serializer):
    results = PackFacts(many=True)


class _Query(serializers.Serializer):
    collaboration = serializers.SlugField(required=False)


class PackListView(APIView):
    """The frozen packs one reads, the latest first, at most 200."""

    @extend_schema(
        operation_id="pack_list",
        parameters=[
            OpenApiParameter("collaboration", SHORT_NAME, description="Short name; all one's own when left out.")
        ],
        responses=ListOfPacks,
    )
    def get(self, request: Request) -> Response:
        asked = asked_of(_Query, request)
        rows = Pack.objects.visible_to(request.user).without_content()
        if "collaboration" in asked:
            rows = rows.filter(collaboration__slug=asked["collaboration"])
        rows = rows.select_related("collaboration", "meeting").prefetch_related("files")
        return Response({"results": [_facts(request, one) for one in rows.order_by("-made_at", "-pk")[:MOST]]})


class PackView(APIView):
    """One frozen pack with what it says."""

    @extend_schema(operation_id="pack_read", responses=WholePack)
    def get(self, request: Request, pk: int) -> Response:
        one = _found(request, pk)
        return Response({**_facts(request, one), "content": one.content})


class PackFileView(APIView):
    """One of a pack's files, as the bytes it was made into when the pack was frozen."""

    @extend_schema(
        operation_id="pack_file",
        parameters=[OpenApiParameter("kind", str, OpenApiParameter.PATH, enum=FileKind.values)],
        responses={(200, "application/octet-stream"): OpenApiTypes.BINARY},
    )
    def get(self, request: Request, pk: int, kind: str) -> HttpResponse:
        one = _found(request, pk)
        row = get_object_or_404(one.files, kind=kind)
        data = files.read_whole(row)
        record("pack_downloaded", by=request.user, subject=one, number=one.number, kind=kind)
        return file_answer(data, f"underlag-{one.number}.{kind}")


def _found(request: Request, pk: int) -> Pack:
    rows = Pack.objects.visible_to(request.user).select_related("collaboration", "meeting")
    found: Pack = get_object_or_404(rows.prefetch_related("files"), pk=pk)
    return found


def _facts(request: Request, one: Pack) -> dict[str, Any]:
    return {
        "id": one.pk,
        "collaboration": one.collaboration.slug,
        "number": one.number,
        "about": one.about,
        "title": one.title,
        "meeting": one.meeting.number if one.meeting else None,
        "plan_version": one.plan_version_id,
        "audience": one.audience,
        "made_at": one.made_at,
        "made_by": one.made_by_function,
        "sha256": one.sha256,
        "files": [
            {
                "format": row.kind,
                "url": request.build_absolute_uri(reverse("api-pack-file", args=[one.pk, row.kind])),
                "sha256": row.sha256,
                "size_bytes": row.size_bytes,
            }
            for row in one.files.all()
        ],
    }
