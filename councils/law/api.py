"""The duties of the law for other systems: how each stands, and writing down a decision."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from action_plans.models import Agreement, PlanVersion
from action_plans.models.plans import LONGEST_OUTSIDE_PARTIES
from action_plans.plans.agreements import make_agreement
from areas.api import SHORT_NAME, asked_of
from common.errors import NotPossible
from councils.law import actions, presenters, queries
from councils.law.permissions import check_may_read_law
from councils.law.queries import Line
from councils.law.rules import Standing
from councils.models import READ_LAW, StatutoryDecision
from councils.models.law import FIRST_PARAGRAPH, LAST_PARAGRAPH
from partners.models import Collaboration
from partners.requests import person
from situational_picture.models import Picture

LARGEST_ID = 2**62


class StatutoryDecisionFacts(serializers.Serializer):
    id = serializers.IntegerField()
    decided_on = serializers.DateField()
    decided_by = serializers.ChoiceField(choices=StatutoryDecision.Body.choices)
    registry_number = serializers.CharField(allow_blank=True)
    document = serializers.CharField(allow_blank=True, help_text="What it is called.")
    address = serializers.CharField(allow_blank=True, help_text="Where it is read: a page here, or outside.")
    next_due_on = serializers.DateField(allow_null=True, help_text="Null: until somebody decides otherwise.")
    due_reason = serializers.CharField(allow_blank=True, help_text="Why that day, where it is not after 24 months.")
    is_struck = serializers.BooleanField(help_text="Written down by mistake; it does not hold.")


class StatutoryItemFacts(serializers.Serializer):
    """A duty of the Act. The first decision that is not struck out holds."""

    collaboration = serializers.SlugField()
    paragraph = serializers.IntegerField()
    title = serializers.CharField()
    requires = serializers.CharField(help_text="In short words, not a quotation.")
    is_checked = serializers.BooleanField(help_text="False: check against the text of the law.")
    standing = serializers.ChoiceField(choices=Standing.choices)
    begun_on = serializers.DateField(allow_null=True)
    next_due_on = serializers.DateField(allow_null=True)
    decisions = StatutoryDecisionFacts(many=True)


class ListOfStatutoryItems(serializers.Serializer):
    results = StatutoryItemFacts(many=True)


class StatutoryDecisionWritten(serializers.Serializer):
    """A decision, and one document here, an address outside or a registry number."""

    collaboration = serializers.SlugField()
    paragraph = serializers.IntegerField(min_value=FIRST_PARAGRAPH, max_value=LAST_PARAGRAPH)
    decided_on = serializers.DateField()
    decided_by = serializers.ChoiceField(choices=StatutoryDecision.Body.choices)
    registry_number = serializers.CharField(required=False, allow_blank=True, max_length=40, default="")
    document = serializers.CharField(required=False, allow_blank=True, max_length=200, default="")
    address = serializers.URLField(required=False, allow_blank=True, max_length=500, default="")
    picture = serializers.IntegerField(required=False, min_value=1, max_value=LARGEST_ID)
    plan_version = serializers.IntegerField(required=False, min_value=1, max_value=LARGEST_ID)
    agreement = serializers.IntegerField(required=False, min_value=1, max_value=LARGEST_ID)
    client_uuid = serializers.UUIDField(required=False, help_text="Sent twice, it is one decision.")
    is_text_confirmed = serializers.BooleanField(
        required=False, default=False, help_text="The words have been read again: they point at no person."
    )


class AgreementPartyFacts(serializers.Serializer):
    organisation = serializers.CharField()
    function = serializers.CharField(allow_blank=True, help_text="Which function has signed. Never a name.")
    signed_on = serializers.DateField(allow_null=True)


class AgreementFacts(serializers.Serializer):
    id = serializers.IntegerField()
    collaboration = serializers.SlugField()
    title = serializers.CharField()
    kind = serializers.ChoiceField(choices=Agreement.Kind.choices)
    first_day = serializers.DateField()
    last_day = serializers.DateField()
    next_review_on = serializers.DateField(allow_null=True)
    registry_number = serializers.CharField(allow_blank=True)
    address = serializers.CharField(allow_blank=True)
    parties = AgreementPartyFacts(many=True)
    outside_parties = serializers.ListField(child=serializers.CharField())


class ListOfAgreements(serializers.Serializer):
    results = AgreementFacts(many=True)


class AgreementWritten(serializers.Serializer):
    """An agreement. Its parties are written down on its page, where each says who has signed."""

    collaboration = serializers.SlugField()
    title = serializers.CharField(max_length=120)
    kind = serializers.ChoiceField(choices=Agreement.Kind.choices, required=False, default=Agreement.Kind.POLICE)
    first_day = serializers.DateField()
    last_day = serializers.DateField()
    next_review_on = serializers.DateField(required=False)
    registry_number = serializers.CharField(required=False, allow_blank=True, max_length=40)
    address = serializers.URLField(required=False, allow_blank=True, max_length=500)
    outside_parties = serializers.CharField(
        required=False, allow_blank=True, max_length=LONGEST_OUTSIDE_PARTIES, help_text="Organisations, one a line."
    )
    is_text_confirmed = serializers.BooleanField(
        required=False, default=False, help_text="The words have been read again: they point at no person."
    )


class _AgreementQuery(serializers.Serializer):
    collaboration = serializers.SlugField(required=False)


class _Query(serializers.Serializer):
    collaboration = serializers.SlugField(required=False)
    standing = serializers.ChoiceField(choices=Standing.choices, required=False)


class StatutoryItemListView(APIView):
    """Each duty of the Act in the collaborations where the user reads them, with all decisions, the latest first."""

    @extend_schema(
        operation_id="statutory_items_list",
        parameters=[
            OpenApiParameter("collaboration", SHORT_NAME, description="Short name; all one's own when left out."),
            OpenApiParameter("standing", str, enum=Standing.values),
        ],
        responses=ListOfStatutoryItems,
    )
    def get(self, request: Request) -> Response:
        asked = asked_of(_Query, request)
        here = {m.collaboration for m in person(request).active_memberships if m.role in READ_LAW}
        if "collaboration" in asked:
            here = {one for one in here if one.slug == asked["collaboration"]}
        listed = sorted(here, key=lambda one: one.slug)
        register = queries.register_of(request.user, listed, today=timezone.localdate())
        return Response(
            {
                "results": [
                    _facts(one, line)
                    for one in listed
                    for line in register[one.pk]
                    if asked.get("standing") in (None, line.standing)
                ]
            }
        )


class StatutoryDecisionView(APIView):
    """Write down a decision on a duty. It stands beside the former one."""

    @extend_schema(
        operation_id="statutory_decisions_create", request=StatutoryDecisionWritten, responses={201: StatutoryItemFacts}
    )
    def post(self, request: Request) -> Response:
        sent = StatutoryDecisionWritten(data=request.data)
        sent.is_valid(raise_exception=True)
        said = dict(sent.validated_data)
        collaboration = Collaboration.objects.visible_to(request.user).filter(slug=said.pop("collaboration")).first()
        if collaboration is None:
            raise Http404
        check_may_read_law(request.user, collaboration)
        actions.decide_duty(
            by=request.user,
            collaboration=collaboration,
            decided_by_body=said.pop("decided_by"),
            rests_on=_document(request.user, collaboration, said),
            is_confirmed=said.pop("is_text_confirmed"),
            **said,
        )
        lines = queries.lines_for(request.user, collaboration, today=timezone.localdate())
        line = next(line for line in lines if line.paragraph == said["paragraph"])
        return Response(_facts(collaboration, line), status=status.HTTP_201_CREATED)


class AgreementListView(APIView):
    """The agreements of the collaborations where the user reads what the law asks for; and writing one down."""

    @extend_schema(
        operation_id="agreements_list",
        parameters=[
            OpenApiParameter("collaboration", SHORT_NAME, description="Short name; all one's own when left out."),
        ],
        responses=ListOfAgreements,
    )
    def get(self, request: Request) -> Response:
        asked = asked_of(_AgreementQuery, request)
        here = [m.collaboration for m in person(request).active_memberships if m.role in READ_LAW]
        listed = [one for one in here if asked.get("collaboration") in (None, one.slug)]
        held = queries.held_agreements(request.user, listed, today=timezone.localdate())
        return Response({"results": [_agreement(one.agreement) for rows in held.values() for one in rows]})

    @extend_schema(operation_id="agreements_create", request=AgreementWritten, responses={201: AgreementFacts})
    def post(self, request: Request) -> Response:
        sent = AgreementWritten(data=request.data)
        sent.is_valid(raise_exception=True)
        said = dict(sent.validated_data)
        collaboration = Collaboration.objects.visible_to(request.user).filter(slug=said.pop("collaboration")).first()
        if collaboration is None:
            raise Http404
        made = make_agreement(
            by=request.user, collaboration=collaboration, is_confirmed=said.pop("is_text_confirmed"), **said
        )
        return Response(_agreement(made), status=status.HTTP_201_CREATED)


def _agreement(agreement: Agreement) -> dict[str, Any]:
    names = ("title", "kind", "first_day", "last_day", "next_review_on", "registry_number", "address")
    return {
        "id": agreement.pk,
        "collaboration": agreement.collaboration.slug,
        **{name: getattr(agreement, name) for name in names},
        "parties": [
            {"organisation": one.organisation.name, "function": one.function, "signed_on": one.signed_on}
            for one in agreement.parties.all()
        ],
        "outside_parties": agreement.outside_names,
    }


def _document(user: Any, collaboration: Collaboration, said: dict[str, Any]) -> Any:
    """The one document that is named by its id; what the user does not see is not there."""
    named: list[tuple[Any, int]] = [
        (model, said.pop(name))
        for name, model in (("picture", Picture), ("plan_version", PlanVersion), ("agreement", Agreement))
        if name in said
    ]
    if len(named) > 1:
        raise NotPossible({"document": _("Name one document.")})
    for model, pk in named:
        found = model.objects.visible_to(user).filter(collaboration=collaboration, pk=pk).first()
        if found is None:
            raise Http404
        return found
    return None


def _facts(collaboration: Collaboration, line: Line) -> dict[str, Any]:
    decisions = ([line.decision] if line.decision else []) + line.history
    return {
        "collaboration": collaboration.slug,
        "paragraph": line.paragraph,
        "title": str(line.duty.title),
        "requires": line.requires,
        "is_checked": line.is_checked,
        "standing": line.standing,
        "begun_on": line.item.begun_on if line.item else None,
        "next_due_on": line.due_on,
        "decisions": [
            _decision(one) for one in sorted(decisions, key=lambda one: (one.decided_on, one.pk), reverse=True)
        ],
    }


def _decision(decision: StatutoryDecision) -> dict[str, Any]:
    document = presenters.document_of(decision)
    return {
        "id": decision.pk,
        "decided_on": decision.decided_on,
        "decided_by": decision.decided_by_body,
        "registry_number": decision.registry_number,
        "document": document["title"],
        "address": document["url"],
        "next_due_on": decision.next_due_on,
        "due_reason": decision.due_reason,
        "is_struck": decision.struck_at is not None,
    }
