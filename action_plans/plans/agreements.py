"""Every change of a collaboration agreement: what it says, which problems it is about, and who is party to it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from action_plans.checks import check_row
from action_plans.models import Agreement, AgreementParty, AgreementProblem
from action_plans.permissions import check_may_keep_agreements
from audit.actions import record
from cause_analysis.models import Problem
from cause_analysis.texts import check_texts
from cause_analysis.versions import check_version
from common.errors import NotPossible
from partners.models import Collaboration, Organisation

TEXTS = {
    "title": 120, "registry_number": 40, "outside_parties": 400, "probable_causes": 2000, "goals_agreed": 2000,
    "documented_how": 2000, "followed_up_how": 2000,
}  # fmt: skip
WRITTEN = {*TEXTS, "first_day", "last_day", "kind", "next_review_on", "address"}
LONGEST_FUNCTION = 80


def locked(agreement: Agreement) -> Agreement:
    """The agreement as it is now, and nobody else's until the transaction ends."""
    return Agreement.objects.select_for_update(no_key=True).get(pk=agreement.pk)


@transaction.atomic
def make_agreement(
    *,
    by: Any,
    collaboration: Collaboration,
    problems: Sequence[Problem] = (),
    is_confirmed: bool = False,
    **values: Any,
) -> Agreement:
    """Write down what the partners have agreed on. The same name for the same days is the same agreement."""
    check_may_keep_agreements(by, collaboration)
    # One at a time, so that a form sent twice makes one.
    Collaboration.objects.select_for_update(no_key=True).get(pk=collaboration.pk)
    agreement = Agreement(collaboration=collaboration, created_by=by)
    _write(by, agreement, values, is_confirmed=is_confirmed)
    same = Agreement.objects.filter(
        collaboration=collaboration, title=agreement.title, first_day=agreement.first_day, last_day=agreement.last_day
    ).first()
    if same is not None:
        # A form sent twice makes one; what another has written is not taken for one's own.
        if any(getattr(same, name) != getattr(agreement, name) for name in WRITTEN):
            raise NotPossible({"title": _("There is an agreement of this name for these days already.")})
        return same
    agreement.save()
    _choose_problems(by, agreement, problems)
    record("agreement_made", by=by, subject=agreement)
    return agreement


@transaction.atomic
def change_agreement(
    *,
    by: Any,
    agreement: Agreement,
    row_version: int,
    problems: Sequence[Problem],
    is_confirmed: bool = False,
    **values: Any,
) -> Agreement:
    """Write in the agreement, unless somebody else has since `row_version`."""
    agreement = locked(agreement)
    check_may_keep_agreements(by, agreement.collaboration_id)
    check_version(agreement, row_version)
    _write(by, agreement, values, is_confirmed=is_confirmed)
    agreement.row_version += 1
    agreement.save()
    _choose_problems(by, agreement, problems)
    record("agreement_changed", by=by, subject=agreement, fields=sorted(values))
    return agreement


def _write(by: Any, agreement: Agreement, values: dict[str, Any], *, is_confirmed: bool) -> None:
    if unknown := set(values) - WRITTEN:
        raise ValueError(f"{sorted(unknown)} are not written by this action")
    texts = {name: str(values[name]).replace("\r\n", "\n").strip() for name in TEXTS if name in values}
    if not texts.get("title", agreement.title):
        raise NotPossible({"title": _("Say what the agreement is called.")})
    for name, text in texts.items():
        if text != getattr(agreement, name):
            check_texts(by, agreement.collaboration_id, {name: text}, is_confirmed=is_confirmed, longest=TEXTS[name])
    for name, value in {**values, **texts}.items():
        setattr(agreement, name, value)
    check_row(agreement, without=["collaboration", "created_by"])


def _choose_problems(by: Any, agreement: Agreement, problems: Sequence[Problem]) -> None:
    """The focus problems, of those the writer reads; others stand as they are."""
    if any(problem.collaboration_id != agreement.collaboration_id for problem in problems):
        raise NotPossible({"problems": _("The problem belongs to another collaboration.")})
    theirs = AgreementProblem.objects.filter(
        agreement=agreement, problem__in=Problem.objects.visible_to(by).values("pk")
    )
    theirs.exclude(problem__in=problems).delete()
    known = set(theirs.values_list("problem_id", flat=True))
    AgreementProblem.objects.bulk_create(
        AgreementProblem(collaboration_id=agreement.collaboration_id, agreement=agreement, problem=problem)
        for problem in problems
        if problem.pk not in known
    )


@transaction.atomic
def add_party(
    *,
    by: Any,
    agreement: Agreement,
    organisation: Organisation,
    function: str = "",
    signed_on: dt.date | None = None,
    is_confirmed: bool = False,
) -> AgreementParty:
    """Write down a party, and which function has signed for it. Signing fills the line the party has."""
    agreement = locked(agreement)
    check_may_keep_agreements(by, agreement.collaboration_id)
    if organisation.collaboration_id != agreement.collaboration_id:
        raise NotPossible({"organisation": _("Choose a partner who takes part here.")})
    function = " ".join(function.split())
    check_texts(
        by, agreement.collaboration_id, {"function": function}, is_confirmed=is_confirmed, longest=LONGEST_FUNCTION
    )
    if signed_on is not None and not function:
        raise NotPossible({"function": _("Say which function has signed, never a name.")})
    if signed_on is not None and signed_on > timezone.localdate():
        raise NotPossible({"signed_on": _("The day has not come yet.")})
    there = AgreementParty.objects.filter(agreement=agreement, organisation=organisation)
    party = there.filter(function=function).first() or there.filter(function="").first()
    if party is None:
        party = AgreementParty(
            collaboration_id=agreement.collaboration_id, agreement=agreement, organisation=organisation
        )
    if party.pk and (party.function, party.signed_on) == (function, signed_on or party.signed_on):
        return party
    party.function, party.signed_on = function or party.function, signed_on or party.signed_on
    check_row(party, without=["collaboration"])
    party.save()
    record("agreement_party_added", by=by, subject=agreement, organisation=organisation.pk)
    return party


@transaction.atomic
def remove_party(*, by: Any, party: AgreementParty) -> None:
    """Take a party out of the agreement."""
    agreement = locked(party.agreement)
    check_may_keep_agreements(by, agreement.collaboration_id)
    gone, _rows = AgreementParty.objects.filter(pk=party.pk).delete()
    if gone:
        record("agreement_party_removed", by=by, subject=agreement, organisation=party.organisation_id)
