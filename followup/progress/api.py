"""What is told of measures, for other systems: read, and told by the same action as on the page."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from action_plans.models import Commitment, Measure
from areas.api import SHORT_NAME, asked_of
from common.errors import NotPossible
from followup.models import Course, DoseKind, ObstacleCode, ProgressNote
from followup.models.progress import LONGEST_NEWS
from followup.progress import actions
from followup.progress.permissions import check_may_tell, organisations_that_tell

MOST = 200
LARGEST = 2_147_483_647
LARGEST_ID = 2**62
NUMBER = {"type": "integer", "minimum": 1, "maximum": LARGEST_ID}


class ProgressDose(serializers.Serializer):
    kind = serializers.ChoiceField(choices=DoseKind.choices)
    word = serializers.CharField(allow_blank=True, help_text="What is counted, where the kind is an own word.")
    amount = serializers.IntegerField()


class ProgressObstacle(serializers.Serializer):
    code = serializers.ChoiceField(choices=ObstacleCode.choices)
    since = serializers.DateField()
    resolved_on = serializers.DateField(allow_null=True)


class ProgressFacts(serializers.Serializer):
    id = serializers.IntegerField()
    collaboration = serializers.SlugField()
    measure = serializers.IntegerField()
    part = serializers.IntegerField(allow_null=True, help_text="The commitment's number; null: the whole measure.")
    on = serializers.DateField()
    course = serializers.ChoiceField(choices=Course.choices)
    text = serializers.CharField(allow_blank=True)
    hours = serializers.IntegerField(allow_null=True, help_text="Since the note before.")
    cost_sek = serializers.IntegerField(allow_null=True, help_text="Since the note before.")
    organisation = serializers.CharField()
    written_at = serializers.DateTimeField()
    doses = ProgressDose(many=True, help_text="Done since the note before.")
    obstacle = ProgressObstacle(allow_null=True)
    photos = serializers.IntegerField(help_text="How many photos there are. The photos themselves are on the page.")


class ListOfProgress(serializers.Serializer):
    results = ProgressFacts(many=True)


class ProgressDoseDone(serializers.Serializer):
    """How many of a planned dose were done since the note before."""

    kind = serializers.ChoiceField(choices=DoseKind.choices)
    word = serializers.CharField(
        required=False, allow_blank=True, max_length=40, help_text="What is counted, where the kind is an own word."
    )
    amount = serializers.IntegerField(min_value=1, max_value=LARGEST)


class ProgressTold(serializers.Serializer):
    """What somebody tells of a measure. Sent again with the same `client_uuid` it is the same note."""

    measure = serializers.IntegerField(min_value=1, max_value=LARGEST_ID)
    part = serializers.IntegerField(min_value=1, max_value=LARGEST, required=False, allow_null=True)
    on = serializers.DateField(required=False, help_text="Today when left out.")
    course = serializers.ChoiceField(choices=Course.choices)
    text = serializers.CharField(required=False, allow_blank=True, max_length=LONGEST_NEWS)
    hours = serializers.IntegerField(required=False, allow_null=True, min_value=0, max_value=LARGEST)
    cost_sek = serializers.IntegerField(required=False, allow_null=True, min_value=0, max_value=LARGEST)
    organisation = serializers.IntegerField(
        required=False,
        min_value=1,
        max_value=LARGEST_ID,
        help_text="Whose news it is; for who speaks for several.",
    )
    doses = ProgressDoseDone(many=True, required=False, help_text="Of what is planned for the measure.")
    obstacle = serializers.ChoiceField(choices=ObstacleCode.choices, required=False, allow_null=True)
    since = serializers.DateField(required=False, allow_null=True)
    client_uuid = serializers.UUIDField()
    is_text_confirmed = serializers.BooleanField(required=False, default=False)


class _Query(serializers.Serializer):
    collaboration = serializers.SlugField(required=False)
    measure = serializers.IntegerField(min_value=1, max_value=LARGEST_ID, required=False)


class ProgressListView(APIView):
    """What has been told of measures, the latest first, at most 200; and telling more."""

    @extend_schema(
        operation_id="progress_list",
        parameters=[
            OpenApiParameter("collaboration", SHORT_NAME, description="Short name; all one's own when left out."),
            OpenApiParameter("measure", NUMBER, description="The measure's id."),
        ],
        responses=ListOfProgress,
    )
    def get(self, request: Request) -> Response:
        asked = asked_of(_Query, request)
        lookups = {"collaboration": "collaboration__slug", "measure": "measure"}
        rows = ProgressNote.objects.visible_to(request.user).filter(
            **{lookup: asked[name] for name, lookup in lookups.items() if name in asked}
        )
        rows = rows.select_related("collaboration", "part", "organisation", "obstacle")
        rows = rows.prefetch_related("doses__dose", "photos")
        return Response({"results": [_facts(note) for note in rows.order_by("-written_at", "-pk")[:MOST]]})

    @extend_schema(
        operation_id="progress_tell", request=ProgressTold, responses={200: ProgressFacts, 201: ProgressFacts}
    )
    def post(self, request: Request) -> Response:
        sent = ProgressTold(data=request.data)
        sent.is_valid(raise_exception=True)
        said: dict[str, Any] = dict(sent.validated_data)
        measure, part = _measure_and_part(request.user, said.pop("measure"), said.pop("part", None))
        check_may_tell(request.user, measure, part)
        own = organisations_that_tell(request.user, measure, part)
        asked = said.pop("organisation", None)
        chosen = [one for one in own if asked in (None, one.pk)]
        if len(chosen) != 1:
            raise NotPossible({"organisation": _("Say for which of your organisations you tell it.")})
        obstacle = said.pop("obstacle", None)
        told = actions.tell(
            by=request.user,
            measure=measure,
            part=part,
            organisation=chosen[0],
            course=Course(said.pop("course")),
            doses=_doses(measure, said.pop("doses", [])),
            obstacle=ObstacleCode(obstacle) if obstacle else None,
            is_confirmed=said.pop("is_text_confirmed"),
            **said,
        )
        code = status.HTTP_201_CREATED if told.is_new else status.HTTP_200_OK
        return Response(_facts(told.note), status=code)


def _measure_and_part(user: Any, pk: int, number: int | None) -> tuple[Measure, Commitment | None]:
    """A measure the user reads; or one of which the user reads that part and no more."""
    rows = Measure.objects.kept().filter(pk=pk).select_related("plan__area__collaboration")
    if number is None:
        measure = rows.filter(pk__in=Measure.objects.visible_to(user).values("pk")).first()
        if measure is None:
            raise Http404
        return measure, None
    parts = Commitment.objects.visible_to(user).filter(measure=pk, number=number)
    part = parts.select_related("asked_of", "measure").first()
    measure = rows.first()
    if part is None or measure is None:
        raise Http404
    return measure, part


def _doses(measure: Measure, sent: list[dict[str, Any]]) -> dict[int, int]:
    """What was done by the planned dose's id; what nobody has planned is refused, and nothing is told twice."""
    planned = {(one.kind, one.word.lower()): one.pk for one in measure.doses.all()}
    done: dict[int, int] = {}
    for one in sent:
        pk = planned.get((one["kind"], " ".join(one.get("word", "").lower().split())))
        if pk is None or pk in done:
            raise NotPossible({"doses": _("Say how much was done of each thing that is planned, once.")})
        done[pk] = one["amount"]
    return done


def _facts(note: ProgressNote) -> dict[str, Any]:
    obstacle = getattr(note, "obstacle", None)
    names = ("id", "on", "course", "text", "hours", "cost_sek", "written_at")
    return {
        **{name: getattr(note, name) for name in names},
        "collaboration": note.collaboration.slug,
        "measure": note.measure_id,
        "part": note.part.number if note.part else None,
        "organisation": note.organisation.name,
        "doses": [{"kind": done.dose.kind, "word": done.dose.word, "amount": done.amount} for done in note.doses.all()],
        "photos": sum(bool(photo.file) for photo in note.photos.all()),
        "obstacle": obstacle and {"code": obstacle.code, "since": obstacle.since, "resolved_on": obstacle.resolved_on},
    }
