"""Measures for other systems: what the pages show, and the same gates when one is decided or takes a step."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from action_plans.commitments.lines import states_shown
from action_plans.evaluating.pages import help_for_api
from action_plans.evaluating.presenters import kept_words
from action_plans.evaluating.zones import LONGEST_RING_M
from action_plans.measures import actions, queries
from action_plans.measures.actions import LONGEST_REASON
from action_plans.measures.facts import missing_of
from action_plans.models import CommitmentState, EvaluationPlan, Measure, MeasureState, Verdict
from action_plans.permissions import check_may_work_on_plan
from action_plans.rules import ANSWERED_YES, BY_HAND, NOT_LEADING, NotDecidable, is_measure_overdue
from areas.access import is_in_circle
from areas.api import SHORT_NAME, asked_of
from areas.models import Area, Place
from partners.models import Group, Level

MOST = 200
LARGEST_ID = 2**62


class MeasurePart(serializers.Serializer):
    number = serializers.IntegerField(help_text="The commitment's number.")
    organisation = serializers.CharField()
    is_lead = serializers.BooleanField()
    text = serializers.CharField()
    due_on = serializers.DateField(allow_null=True)
    state = serializers.ChoiceField(
        choices=CommitmentState.choices, help_text="Whether a promise was kept shows some days late to others."
    )
    is_promised = serializers.BooleanField(help_text="False is an unfilled hole in the plan.")


class MeasureFacts(serializers.Serializer):
    id = serializers.IntegerField()
    collaboration = serializers.SlugField()
    plan = serializers.IntegerField(help_text="The plan's number.")
    area = serializers.SlugField()
    number = serializers.IntegerField(help_text="Within the plan.")
    state = serializers.ChoiceField(choices=MeasureState.choices)
    is_overdue = serializers.BooleanField()
    title = serializers.CharField()
    problem = serializers.IntegerField(allow_null=True, help_text="The problem's id.")
    causes = serializers.ListField(child=serializers.CharField())
    goals = serializers.ListField(child=serializers.CharField())
    mechanism = serializers.CharField(allow_blank=True)
    indicator = serializers.CharField(allow_blank=True)
    baseline = serializers.FloatField(allow_null=True)
    baseline_from = serializers.DateField(allow_null=True)
    baseline_to = serializers.DateField(allow_null=True)
    technique = serializers.CharField(allow_blank=True, help_text="SP01–SP25 situational, SO01–SO12 social.")
    level = serializers.ChoiceField(choices=Level.choices, allow_blank=True)
    operation = serializers.ChoiceField(choices=Measure.Operation.choices, allow_blank=True)
    recurrence = serializers.ChoiceField(choices=Measure.Recurrence.choices, allow_blank=True)
    start_on = serializers.DateField(allow_null=True)
    due_on = serializers.DateField(allow_null=True)
    follow_up_on = serializers.DateField(allow_null=True)
    cost_sek = serializers.IntegerField(allow_null=True)
    hours = serializers.IntegerField(allow_null=True)
    parts = MeasurePart(many=True)


class _PlaceId(serializers.IntegerField):
    """The id of a place."""

    def __init__(self, **more: Any) -> None:
        super().__init__(min_value=1, max_value=LARGEST_ID, **more)


class _MeasureNote(serializers.Serializer):
    on = serializers.DateField()
    carried_out = serializers.ChoiceField(choices=Verdict.choices)
    good_result = serializers.ChoiceField(choices=Verdict.choices)
    text = serializers.CharField(allow_blank=True)


class MeasureGap(serializers.Serializer):
    code = serializers.CharField()
    field = serializers.CharField(help_text="Where it is mended.")
    sentence = serializers.CharField()


class _MeasureStep(serializers.Serializer):
    to = serializers.ChoiceField(choices=MeasureState.choices)
    at = serializers.DateTimeField()
    group = serializers.CharField(allow_blank=True, help_text="Who decided it; only of the step to decided.")
    reason = serializers.CharField(allow_blank=True)
    overridden = serializers.ListField(child=serializers.CharField(), help_text="Codes of what was let pass.")


class _EvaluationChange(serializers.Serializer):
    at = serializers.DateTimeField()
    reason = serializers.CharField()


class _MeasureEvaluation(serializers.Serializer):
    row_version = serializers.IntegerField(help_text="Sent back with a change, so that nobody else's is lost.")
    indicator = serializers.CharField()
    selection = serializers.CharField(
        allow_blank=True,
        help_text="Which reports are counted, as the filters of a list of reports; empty: every event.",
    )
    treated_places = serializers.ListField(
        child=serializers.IntegerField(), help_text="Ids of places; none: the whole area."
    )
    comparison_areas = serializers.ListField(child=serializers.SlugField())
    comparison_places = serializers.ListField(child=serializers.IntegerField())
    ring_m = serializers.IntegerField(allow_null=True)
    before_from = serializers.DateField()
    before_to = serializers.DateField()
    after_from = serializers.DateField()
    after_to = serializers.DateField()
    decision_rule = serializers.CharField()
    fixed_at = serializers.DateTimeField(
        allow_null=True, help_text="When the measure was decided, or the plan was written where that was later."
    )
    changes = _EvaluationChange(many=True, help_text="Changes after that.")
    said = serializers.ListField(
        child=serializers.CharField(), help_text="What the helper showed and warned of when it was written."
    )


class WholeMeasure(MeasureFacts):
    """A measure with its places, its history, its follow-ups, and what it lacks before it can be decided."""

    description = serializers.CharField(allow_blank=True)
    places = serializers.ListField(child=serializers.IntegerField(), help_text="Ids of places.")
    missing = MeasureGap(many=True, help_text="Once it is decided: of what it was decided on, what has gone since.")
    steps = _MeasureStep(many=True)
    follow_ups = _MeasureNote(many=True)
    evaluation_plan = _MeasureEvaluation(allow_null=True)


class _Comparable(serializers.Serializer):
    area = serializers.SlugField(allow_null=True, help_text="Of an area.")
    place = serializers.IntegerField(allow_null=True, help_text="The id of a place.")
    name = serializers.CharField()
    words = serializers.CharField(allow_blank=True, help_text="How like it was before, as the reader sees it.")
    is_chosen = serializers.BooleanField()
    refused = serializers.CharField(allow_blank=True, help_text="Why it is not compared with.")


class _Suggested(serializers.Serializer):
    before_from = serializers.DateField()
    before_to = serializers.DateField()
    after_from = serializers.DateField()
    after_to = serializers.DateField()
    ring_m = serializers.IntegerField(allow_null=True)
    selection = serializers.CharField(allow_blank=True)
    treated_places = serializers.ListField(child=serializers.IntegerField())


class EvaluationHelp(serializers.Serializer):
    """What the evaluation plan's helper shows: of the plan as it is written, or of what it suggests."""

    headline = serializers.CharField()
    needed = serializers.CharField(help_text="What it rests on, or what would be needed.")
    half = serializers.FloatField(
        allow_null=True, help_text="The reduction that would be seen half of the times: a share."
    )
    eight_of_ten = serializers.FloatField(allow_null=True, help_text="The one that would be seen eight times in ten.")
    warnings = serializers.ListField(child=serializers.CharField())
    counted = _Suggested(help_text="What was counted.")
    candidates = _Comparable(many=True)


class EvaluationPlanWritten(serializers.Serializer):
    """An evaluation plan, whole: what is left out is empty afterwards. Once it is fixed, with the reason."""

    row_version = serializers.IntegerField(min_value=0, max_value=LARGEST_ID, help_text="0 the first time.")
    indicator = serializers.CharField(max_length=200)
    selection = serializers.CharField(
        required=False, allow_blank=True, max_length=2000, default="",
        help_text="Which reports are counted, as the filters of a list of reports; empty: every event.",
    )  # fmt: skip
    treated_places = serializers.ListField(child=_PlaceId(), max_length=MOST, default=list)
    comparison_areas = serializers.ListField(child=serializers.SlugField(), max_length=MOST, default=list)
    comparison_places = serializers.ListField(child=_PlaceId(), max_length=MOST, default=list)
    ring_m = serializers.IntegerField(
        required=False, allow_null=True, default=None, min_value=1, max_value=LONGEST_RING_M
    )
    before_from = serializers.DateField()
    before_to = serializers.DateField()
    after_from = serializers.DateField()
    after_to = serializers.DateField()
    decision_rule = serializers.CharField(help_text="Which result would change the decision, and how.")
    reason = serializers.CharField(
        required=False, allow_blank=True, default="", max_length=LONGEST_REASON,
        help_text="Why it is changed although the measure is decided.",
    )  # fmt: skip
    is_text_confirmed = serializers.BooleanField(required=False, default=False)


class ListOfMeasures(serializers.Serializer):
    results = MeasureFacts(many=True)


class _Query(serializers.Serializer):
    collaboration = serializers.SlugField(required=False)
    state = serializers.ChoiceField(choices=MeasureState.choices, required=False)
    area = serializers.SlugField(required=False)
    overdue = serializers.ChoiceField(choices=["true"], required=False)


class MeasureDecision(serializers.Serializer):
    group = serializers.IntegerField(min_value=1, max_value=LARGEST_ID, help_text="The group that has decided it.")
    override_reason = serializers.CharField(
        required=False,
        allow_blank=True,
        max_length=LONGEST_REASON,
        help_text="Why it is decided although something is missing; of a coordinator. It stands, and is counted.",
    )
    is_text_confirmed = serializers.BooleanField(required=False, default=False)


class MeasureStep(serializers.Serializer):
    to = serializers.ChoiceField(choices=[(state.value, state.label) for state in BY_HAND])
    reason = serializers.CharField(required=False, allow_blank=True, max_length=LONGEST_REASON)
    is_text_confirmed = serializers.BooleanField(required=False, default=False)


class MeasureNotDecidable(serializers.Serializer):
    """A problem (RFC 9457) that lists everything the measure lacks."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()
    missing = MeasureGap(many=True)


def _measures(user: Any) -> Any:
    return queries.with_row(Measure.objects.visible_to(user).kept())


def _measure(request: Request, pk: int) -> Measure:
    measure = _measures(request.user).filter(pk=pk).first()
    if measure is None:
        raise Http404
    found: Measure = measure
    return found


class MeasureListView(APIView):
    """The measures the user reads, the newest first, at most 200."""

    @extend_schema(
        operation_id="measures_list",
        parameters=[
            OpenApiParameter("collaboration", SHORT_NAME, description="Short name; all one's own when left out."),
            OpenApiParameter("state", str, enum=MeasureState.values),
            OpenApiParameter("area", SHORT_NAME, description="The slug of the plan's area."),
            OpenApiParameter("overdue", str, enum=["true"], description="Decided, and not done by their day."),
        ],
        responses=ListOfMeasures,
    )
    def get(self, request: Request) -> Response:
        asked = asked_of(_Query, request)
        rows = _measures(request.user)
        lookups = {"collaboration": "collaboration__slug", "state": "state", "area": "plan__area__slug"}
        rows = rows.filter(**{lookup: asked[name] for name, lookup in lookups.items() if name in asked})
        if "overdue" in asked:
            rows = queries.late(rows, timezone.localdate())
        listed = list(rows.order_by("-pk")[:MOST])
        shown = states_shown(request.user, [part for one in listed for part in one.parts.all()])
        return Response({"results": [_facts(one, shown) for one in listed]})


class MeasureView(APIView):
    """One measure, whole."""

    @extend_schema(operation_id="measures_read", responses=WholeMeasure)
    def get(self, request: Request, pk: int) -> Response:
        return Response(_whole(request, _measure(request, pk)))


class MeasureEvaluationHelpView(APIView):
    """What could be shown, what may mislead and what can be compared with; and writing the plan."""

    @extend_schema(operation_id="measures_evaluation_help", responses=EvaluationHelp)
    def get(self, request: Request, pk: int) -> Response:
        measure = _measure(request, pk)
        check_may_work_on_plan(request.user, measure.plan)
        return Response(help_for_api(request.user, measure, now=timezone.now()))

    @extend_schema(operation_id="measures_evaluation_write", request=EvaluationPlanWritten, responses=WholeMeasure)
    def post(self, request: Request, pk: int) -> Response:
        sent = EvaluationPlanWritten(data=request.data)
        sent.is_valid(raise_exception=True)
        said, measure = dict(sent.validated_data), _measure(request, pk)
        places = Place.objects.visible_to(request.user).filter(collaboration=measure.collaboration_id)
        areas = Area.objects.visible_to(request.user).filter(collaboration=measure.collaboration_id)
        actions.write_evaluation_plan(
            by=request.user,
            measure=measure,
            treated_places=_named(places, "pk", said.pop("treated_places")),
            comparison_areas=_named(areas, "slug", said.pop("comparison_areas")),
            comparison_places=_named(places, "pk", said.pop("comparison_places")),
            is_confirmed=said.pop("is_text_confirmed"),
            **said,
        )
        return Response(_whole(request, _measure(request, pk)))


def _named(rows: Any, name: str, asked: list[Any]) -> list[Any]:
    """The places or areas that are named; one that the user does not see is not there."""
    found = list(rows.filter(**{f"{name}__in": asked}))
    if len(found) != len(set(asked)):
        raise Http404
    return found


class MeasureDecideView(APIView):
    """Write down that a group has decided a measure. With gaps it answers 409 and lists all of them."""

    @extend_schema(
        operation_id="measures_decide",
        request=MeasureDecision,
        responses={200: WholeMeasure, (409, "application/problem+json"): MeasureNotDecidable},
    )
    def post(self, request: Request, pk: int) -> Response:
        sent = MeasureDecision(data=request.data)
        sent.is_valid(raise_exception=True)
        body, measure = sent.validated_data, _measure(request, pk)
        group = Group.objects.filter(collaboration_id=measure.collaboration_id, pk=body["group"]).first()
        if group is None:
            raise Http404
        try:
            actions.decide(
                by=request.user,
                measure=measure,
                group=group,
                override_reason=body.get("override_reason", ""),
                is_confirmed=body["is_text_confirmed"],
            )
        except NotDecidable as no:
            return Response(_lacking(no), status=status.HTTP_409_CONFLICT, content_type="application/problem+json")
        return Response(_whole(request, _measure(request, pk)))


def _lacking(no: NotDecidable) -> dict[str, Any]:
    return {
        "type": "about:blank",
        "title": "Conflict",
        "status": status.HTTP_409_CONFLICT,
        "detail": " ".join(no.messages),
        "missing": [vars(gap) for gap in no.gaps],
    }


class MeasureMoveView(APIView):
    """Propose, take back, start, pause, carry out or abort a measure; deciding has an address of its own."""

    @extend_schema(operation_id="measures_move", request=MeasureStep, responses=WholeMeasure)
    def post(self, request: Request, pk: int) -> Response:
        sent = MeasureStep(data=request.data)
        sent.is_valid(raise_exception=True)
        body = sent.validated_data
        actions.move(
            by=request.user,
            measure=_measure(request, pk),
            to=MeasureState(body["to"]),
            reason=body.get("reason", ""),
            is_confirmed=body["is_text_confirmed"],
        )
        return Response(_whole(request, _measure(request, pk)))


def _facts(measure: Measure, shown: dict[int, str]) -> dict[str, Any]:
    names = (
        "number", "state", "title", "mechanism", "indicator", "baseline", "baseline_from", "baseline_to", "technique",
        "level", "operation", "recurrence", "start_on", "due_on", "follow_up_on", "cost_sek", "hours",
    )  # fmt: skip
    return {
        "id": measure.pk,
        "collaboration": measure.collaboration.slug,
        "plan": measure.plan.number,
        "area": measure.plan.area.slug,
        "is_overdue": is_measure_overdue(measure, timezone.localdate()),
        "problem": measure.problem_id,
        "causes": [link.cause.text for link in measure.measure_causes.all()],
        "goals": [link.goal.text for link in measure.measure_goals.all()],
        **{name: getattr(measure, name) for name in names},
        "parts": [
            {
                "number": part.number,
                "organisation": part.asked_of.name,
                "is_lead": part.is_lead and part.state not in NOT_LEADING,
                "text": part.text,
                "due_on": part.due_on,
                "state": shown[part.pk],
                "is_promised": shown[part.pk] in ANSWERED_YES,
            }
            for part in measure.parts.all()
        ],
    }


def _whole(request: Request, measure: Measure) -> dict[str, Any]:
    plan = (
        EvaluationPlan.objects.filter(measure=measure)
        .prefetch_related("treated_places", "comparison_areas__area", "comparison_places", "changes")
        .first()
    )
    return {
        **_facts(measure, states_shown(request.user, list(measure.parts.all()))),
        "description": measure.description,
        "places": [link.place_id for link in measure.measure_places.all()],
        "missing": [vars(gap) for gap in missing_of(measure)],
        "steps": [
            {
                "to": move.to_state,
                "at": move.at,
                "group": move.group.name if move.group else "",
                "reason": move.reason,
                "overridden": move.overridden,
            }
            for move in measure.moves.select_related("group")
        ],
        "follow_ups": [
            {"on": note.on, "carried_out": note.carried_out, "good_result": note.good_result, "text": note.text}
            for note in measure.follow_up_notes.all()
        ],
        "evaluation_plan": _evaluation(plan, is_in_circle=is_in_circle(request.user, measure.plan.area))
        if plan is not None
        else None,
    }


def _evaluation(plan: EvaluationPlan, *, is_in_circle: bool) -> dict[str, Any]:
    names = (
        "row_version", "indicator", "selection", "ring_m", "before_from", "before_to", "after_from", "after_to",
        "decision_rule", "fixed_at",
    )  # fmt: skip
    return {
        **{name: getattr(plan, name) for name in names},
        "treated_places": [link.place_id for link in plan.treated_places.all()],
        "comparison_areas": [link.area.slug for link in plan.comparison_areas.all()],
        "comparison_places": [link.place_id for link in plan.comparison_places.all()],
        "changes": [{"at": change.at, "reason": change.reason} for change in plan.changes.all()],
        "said": kept_words(plan.facts, is_in_circle=is_in_circle),
    }
