"""Deciding a version of a plan, and signing it. What was decided is written down whole and never changes."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from action_plans.checks import EARLIEST, check_row, wrong_year
from action_plans.models import Plan, PlanSignature, PlanVersion
from action_plans.permissions import check_may_sign
from action_plans.plans.actions import locked
from action_plans.plans.content import Content, content_of
from action_plans.plans.diff import differences
from audit.actions import record
from cause_analysis.causes.permissions import check_may_decide_for
from cause_analysis.texts import check_texts
from common.errors import NotPossible
from partners.models import Group, Organisation

LONGEST_REASON = 300
LONGEST_FUNCTION = 80


@dataclass(frozen=True)
class Signature:
    """A function of an organisation that signs a version, and when. Never a name."""

    function: str
    organisation: Organisation
    signed_on: dt.date


def last_version(plan: Plan) -> PlanVersion | None:
    """The version in force, if the plan has been decided."""
    return PlanVersion.objects.filter(plan=plan).order_by("-number").first()


def mark_of(content: Content) -> str:
    """What tells this content from any other."""
    written = json.dumps(content, sort_keys=True, cls=DjangoJSONEncoder)
    return hashlib.sha256(written.encode()).hexdigest()


def lacks(content: Content, last: PlanVersion | None) -> list[str]:
    """Everything that keeps this content from being decided now, as sentences."""
    found = []
    if not content["goals"]:
        found.append(_("No goal has been agreed on. A group agrees on at least one."))
    if not content["measures"]:
        found.append(_("No measure has been decided. A group decides at least one."))
    for goal in content["goals"]:
        if goal["target_on"] is None:
            found.append(_("Goal %(number)s has no day by which it is to be reached.") % goal)
        if not goal["organisation"]:
            found.append(_("Nobody owns goal %(number)s.") % goal)
    for measure in content["measures"]:
        # A lead may have been withdrawn after the measure was decided, and another asked.
        leads = [part["answer"]["code"] for part in measure["parts"] if part["is_lead"]]
        if not leads:
            found.append(_("Nobody leads measure %(number)s.") % measure)
        elif "accepted" not in leads:
            found.append(_("Whoever is to lead measure %(number)s has not accepted yet.") % measure)
    if last is not None and not differences(last.content, content):
        found.append(_("Nothing has changed since version %(number)s.") % {"number": last.number})
    return found


@transaction.atomic
def decide_plan(
    *,
    by: Any,
    plan: Plan,
    group: Group,
    decided_on: dt.date,
    reason: str = "",
    seen: str = "",
    signatures: Sequence[Signature] = (),
    is_confirmed: bool = False,
) -> PlanVersion:
    """Freeze what the plan agrees to as its next version. All that is missing is said at once.

    Drafts and proposals nobody has decided stay in the plan and are no part of the version; it says which they are.
    `seen` is the mark of the content that was read when it was decided: no other is frozen.
    """
    plan = locked(plan)
    if group.collaboration_id != plan.collaboration_id or not group.is_active:
        raise NotPossible({"group": _("Choose a group that meets here.")})
    check_may_decide_for(by, group)
    reason = reason.replace("\r\n", "\n").strip()
    check_texts(by, plan.collaboration_id, {"reason": reason}, is_confirmed=is_confirmed, longest=LONGEST_REASON)
    last = last_version(plan)
    content = content_of(plan)
    if seen and seen != mark_of(content):
        raise NotPossible(_("The plan has changed since you opened the page. Read what it holds now, and decide that."))
    _check_decidable(content, last, decided_on=decided_on, reason=reason)
    version = PlanVersion.objects.create(
        collaboration_id=plan.collaboration_id,
        plan=plan,
        number=last.number + 1 if last else 1,
        content=content,
        decided_on=decided_on,
        decided_by_group=group,
        decided_by=by,
        reason=reason,
    )
    record("plan_decided", by=by, subject=plan, version=version.number, group=group.pk)
    for one in signatures:
        sign_version(by=by, version=version, signature=one, is_confirmed=is_confirmed)
    return version


def _check_decidable(content: Content, last: PlanVersion | None, *, decided_on: dt.date, reason: str) -> None:
    faults: dict[str, list[str]] = {}
    if found := lacks(content, last):
        faults["__all__"] = found
    if decided_on > timezone.localdate():
        faults["decided_on"] = [_("The day has not come yet.")]
    elif decided_on < EARLIEST:
        faults["decided_on"] = [wrong_year()]
    elif last is not None and decided_on < last.decided_on:
        faults["decided_on"] = [_("Version %(number)s was decided after that day.") % {"number": last.number}]
    if last is not None and not reason:
        faults["reason"] = [_("Say what has changed, and why.")]
    if faults:
        raise NotPossible(faults)


@transaction.atomic
def sign_version(*, by: Any, version: PlanVersion, signature: Signature, is_confirmed: bool = False) -> PlanSignature:
    """Note that a function of an organisation has signed a version: at deciding or later."""
    # One at a time, so that a signature sent twice is one.
    locked(version.plan)
    organisation, function = signature.organisation, " ".join(signature.function.split())
    check_may_sign(by, organisation, version.collaboration_id)
    if organisation.collaboration_id != version.collaboration_id:
        raise NotPossible({"organisation": _("Choose a partner who takes part here.")})
    if not function:
        raise NotPossible({"function": _("Say which function has signed, never a name.")})
    check_texts(
        by, version.collaboration_id, {"function": function}, is_confirmed=is_confirmed, longest=LONGEST_FUNCTION
    )
    if signature.signed_on > timezone.localdate():
        raise NotPossible({"signed_on": _("The day has not come yet.")})
    if signature.signed_on < version.decided_on:
        raise NotPossible({"signed_on": _("The version was decided after that day.")})
    written = PlanSignature(
        collaboration_id=version.collaboration_id,
        version=version,
        function=function,
        organisation=organisation,
        signed_on=signature.signed_on,
        written_by=by,
    )
    check_row(written, without=["collaboration", "written_by"])
    written.save()
    record("plan_signed", by=by, subject=version.plan, version=version.number, organisation=organisation.pk)
    return written
