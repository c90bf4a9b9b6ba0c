"""Every change of a question between two levels. Each locks it first: two answers at once are one."""

from __future__ import annotations

import datetime as dt
import json
import uuid
from typing import Any

from django.db import transaction
from django.db.models import Max, Q
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from action_plans.checks import check_row
from action_plans.commitments import actions as commitments
from action_plans.models import Commitment, CommitmentState, Measure
from action_plans.permissions import check_speaks_for
from action_plans.rules import ANSWERED_YES, check_days
from areas.models import Area
from audit.actions import record
from cause_analysis.texts import check_texts
from cause_analysis.versions import check_version
from common.errors import NotPossible
from councils.escalations import news, subjects
from councils.escalations.permissions import (
    check_may_answer,
    check_may_escalate_from,
    check_may_note,
    check_may_take_back,
    check_may_take_back_no,
)
from councils.models import Answer, Ending, Escalation, Subject
from councils.models.escalations import LONGEST_QUESTION, LONGEST_REASON
from partners.levels import DecisionKind, check_level_decides, rank
from partners.models import Collaboration, Group, GroupMember, Membership

_FILLED = (
    "collaboration", "from_group", "to_group", "recipient", "area", "commitment", "agreed_commitment", "created_by",
    "answered_by", "taken_back_by", "returned_seen_by",
)  # fmt: skip


def locked(escalation: Escalation) -> Escalation:
    """The question as it is now, and nobody else's until the transaction ends."""
    rows = Escalation.objects.select_for_update(of=("self",), no_key=True)
    related = rows.select_related("from_group", "to_group", "area", "collaboration", "commitment__asked_of")
    return related.get(pk=escalation.pk)


def _said(by: Any, collaboration_id: int, texts: dict[str, str], is_confirmed: bool, longest: int) -> dict[str, str]:
    said = {name: text.replace("\r\n", "\n").strip() for name, text in texts.items()}
    check_texts(by, collaboration_id, said, is_confirmed=is_confirmed, longest=longest)
    return said


# --- Asking -----------------------------------------------------------------------------------------------------------


@transaction.atomic
def escalate(
    *,
    by: Any,
    from_group: Group,
    to_group: Group,
    question: str,
    answer_by: dt.date,
    recommended_decision: str = "",
    decision_kind: str = DecisionKind.REQUEST,
    area: Area | None = None,
    recipient: Membership | None = None,
    subject_kind: str = "",
    subject_id: int | None = None,
    commitment: Commitment | None = None,
    client_uuid: uuid.UUID | None = None,
    is_confirmed: bool = False,
) -> Escalation:
    """Take a question to a group above, or give one to a group below, and say until when it is to be answered.

    `commitment` is a request that was declined: the no is taken further, and nobody's no is overruled. The same form
    sent again, under its own number, is the same question.
    """
    if commitment is not None:
        _lock_request(commitment)
    # One at a time, so that no two get the same number.
    collaboration = Collaboration.objects.select_for_update(no_key=True).get(pk=from_group.collaboration_id)
    check_may_escalate_from(by, from_group)
    number = client_uuid or uuid.uuid4()
    texts = {"question": question, "recommended_decision": recommended_decision}
    same = [
        from_group.pk, to_group.pk, *(text.replace("\r\n", "\n").strip() for text in texts.values()), str(answer_by),
        str(decision_kind), area and area.pk, recipient and recipient.pk, subject_kind, subject_id,
        commitment and commitment.pk,
    ]  # fmt: skip
    body_hash = salted_hmac("councils.escalation", json.dumps(same), algorithm="sha256").hexdigest()
    known = Escalation.objects.filter(collaboration=collaboration, client_uuid=number).first()
    if known is not None:
        if known.created_by_id != by.pk or known.client_body_hash != body_hash:
            raise NotPossible(
                _("This has already been asked, in other words. Open the page again to ask more."), code="number_taken"
            )
        return known
    _check_to(from_group, to_group, decision_kind)
    _check_day(answer_by)
    _check_recipient(recipient, to_group)
    if area is not None and not Area.objects.visible_to(by).filter(pk=area.pk, collaboration=collaboration).exists():
        raise NotPossible({"area": _("Choose an area here.")})
    if subject_kind and subjects.find(by, collaboration, subject_kind, subject_id) is None:
        raise NotPossible(_("What the question is about is not there, or you do not see it."))
    if commitment is not None:
        subject_kind, subject_id = Subject.COMMITMENT, commitment.pk
        commitment = _refused(by, collaboration, commitment)
        area = area or commitment.area
    said = _said(by, collaboration.pk, texts, is_confirmed, LONGEST_QUESTION)
    if not said["question"]:
        raise NotPossible({"question": _("Say what is asked.")})
    if not said["recommended_decision"] and rank(to_group.level) > rank(from_group.level):
        raise NotPossible({"recommended_decision": _("Say what you recommend that they decide.")})
    last = Escalation.objects.filter(collaboration=collaboration).aggregate(last=Max("number"))["last"]
    made = Escalation(
        collaboration=collaboration,
        number=(last or 0) + 1,
        from_group=from_group,
        to_group=to_group,
        recipient=recipient,
        area=area,
        subject_kind=subject_kind,
        subject_id=subject_id if subject_kind else None,
        commitment=commitment,
        decision_kind=decision_kind,
        answer_by=answer_by,
        client_uuid=number,
        client_body_hash=body_hash,
        created_by=by,
        **said,
    )
    check_row(made, without=_FILLED)
    made.save()
    record(
        "escalation_made", by=by, subject=made, from_group=from_group.pk, to_group=to_group.pk, answer_by=str(answer_by)
    )
    news.tell_asked(made, "asked", by=by)
    return made


def _check_to(from_group: Group, to_group: Group, kind: str) -> None:
    """Upwards or downwards, to another group that meets here and that decides such things."""
    if not from_group.is_active:
        raise NotPossible({"from_group": _("The group no longer meets.")})
    if to_group.collaboration_id != from_group.collaboration_id or not to_group.is_active:
        raise NotPossible({"to_group": _("Choose a group that meets here.")})
    if rank(to_group.level) == rank(from_group.level):
        raise NotPossible({"to_group": _("Choose a group of another level. Within a level you ask each other.")})
    if kind not in DecisionKind.values:
        raise NotPossible({"decision_kind": _("Choose from the list.")})
    try:
        check_level_decides(to_group, kind)
    except NotPossible as no:
        raise NotPossible({"to_group": no.messages}) from no


def _check_day(answer_by: dt.date) -> None:
    check_days(answer_by=answer_by)
    if answer_by < timezone.localdate():
        raise NotPossible({"answer_by": _("The day has passed. Choose a later one.")})


def _check_recipient(recipient: Membership | None, to_group: Group) -> None:
    if recipient is None:
        return
    seats = GroupMember.objects.in_force(timezone.localdate()).filter(group=to_group)
    if not seats.filter(Q(membership=recipient) | Q(deputy=recipient)).exists():
        raise NotPossible({"recipient": _("Choose somebody who sits in %(group)s.") % {"group": to_group.name}})


def _refused(by: Any, collaboration: Collaboration, commitment: Commitment) -> Commitment:
    """The request, locked, where it has been declined and waits for no answer already."""
    if not Commitment.objects.visible_to(by).filter(pk=commitment.pk, collaboration=collaboration).exists():
        raise NotPossible(_("What the question is about is not there, or you do not see it."))
    commitment = commitments.locked(commitment)
    if commitment.state != CommitmentState.DECLINED:
        raise NotPossible(_("The request has not been declined, so there is no answer to take further."))
    if Escalation.objects.open().filter(commitment=commitment).exists():
        raise NotPossible(_("The no has already been taken further and waits for its answer."))
    return commitment


@transaction.atomic
def take_back(*, by: Any, escalation: Escalation, reason: str, is_confirmed: bool = False) -> Escalation:
    """The group that asked no longer asks, and says why. Said twice it is said once."""
    escalation = locked(escalation)
    check_may_take_back(by, escalation)
    if escalation.taken_back_at is not None:
        return escalation
    _check_open(escalation)
    said = _said(by, escalation.collaboration_id, {"reason": reason}, is_confirmed, LONGEST_REASON)["reason"]
    if not said:
        raise NotPossible({"reason": _("Say why.")})
    escalation.taken_back_at, escalation.taken_back_by, escalation.taken_back_reason = timezone.now(), by, said
    _save(escalation, "taken_back_at", "taken_back_by", "taken_back_reason")
    record("escalation_taken_back", by=by, subject=escalation)
    news.tell_asked(escalation, "taken_back", by=by)
    return escalation


# --- Answering --------------------------------------------------------------------------------------------------------


def _check_open(escalation: Escalation) -> None:
    if escalation.answered_at is not None:
        raise NotPossible(
            _("%(group)s has already answered: %(answer)s.")
            % {"group": escalation.to_group.name, "answer": escalation.get_answer_display()}
        )
    if escalation.taken_back_at is not None:
        raise NotPossible(_("%(group)s has taken the question back.") % {"group": escalation.from_group.name})


@transaction.atomic
def answer(
    *,
    by: Any,
    escalation: Escalation,
    answer: str,
    text: str = "",
    ends: str = "",
    agreed_commitment: Commitment | None = None,
    row_version: int | None = None,
    is_confirmed: bool = False,
) -> Escalation:
    """Write down what the group that was asked answers; it comes back to the group that asked.

    Of a no that was taken further `ends` says what becomes of it: agreed otherwise with what the organisation has
    promised instead, it stands with its reason, or the organisation itself takes it back.
    """
    escalation = _locked_with_request(escalation)
    check_may_answer(by, escalation)
    _check_open(escalation)
    if row_version is not None:
        check_version(escalation, row_version)
    if answer not in Answer.values:
        raise NotPossible({"answer": _("Choose what the group answers.")})
    said = _said(by, escalation.collaboration_id, {"text": text}, is_confirmed, LONGEST_QUESTION)["text"]
    # Whoever is asked from above is asked to explain: a bare yes would say nothing.
    if not said and (answer != Answer.YES or not escalation.is_upwards):
        raise NotPossible({"text": _("Say why.") if escalation.is_upwards else _("Say what the group answers.")})
    _end_no(by, escalation, answer, ends, agreed_commitment)
    return _answered(by, escalation, answer, said)


def _locked_with_request(escalation: Escalation) -> Escalation:
    """The question, locked after its request and that request's measure, in the order every step locks them."""
    found = Escalation.objects.select_related("commitment").get(pk=escalation.pk)
    if found.commitment is not None:
        _lock_request(found.commitment)
    return locked(escalation)


def _lock_request(commitment: Commitment) -> None:
    """The request after its measure, and both before the collaboration: in the order every step locks them."""
    if commitment.measure_id is not None:
        Measure.objects.select_for_update(of=("self",), no_key=True).get(pk=commitment.measure_id)
    commitments.locked(commitment)


def _end_no(by: Any, escalation: Escalation, answer: str, ends: str, agreed: Commitment | None) -> None:
    """Say on the locked question what becomes of the no; nothing where it is about none, or goes back for more."""
    no = escalation.commitment
    if no is None:
        if ends or agreed is not None:
            raise NotPossible({"ends": _("The question is about nobody's no.")})
        return
    if answer == Answer.SENT_BACK:
        if ends:
            raise NotPossible({"ends": _("What is sent back has not ended. Leave this empty.")})
        return
    if ends not in Ending.values:
        raise NotPossible({"ends": _("Say what becomes of the no.")})
    if ends == Ending.TAKEN_BACK:
        check_speaks_for(by, no.asked_of, escalation.collaboration_id)
        commitments.take_back_no(by=by, commitment=no)
    elif ends == Ending.STANDS:
        if no.state != CommitmentState.DECLINED:
            raise NotPossible({"ends": _("The request is no longer declined. Link what was agreed instead.")})
    else:
        escalation.agreed_commitment = _agreed(by, escalation, no, agreed)
    escalation.ends = ends


def _agreed(by: Any, escalation: Escalation, no: Commitment, agreed: Commitment | None) -> Commitment:
    """What the organisation that said no has promised since, of its own free will."""
    if agreed is None or agreed.pk not in set(promised_since(by, escalation).values_list("pk", flat=True)):
        raise NotPossible(
            {
                "agreed_commitment": _(
                    "Choose what %(organisation)s has promised since. What it has not promised itself binds nobody."
                )
                % {"organisation": no.asked_of.name}
            }
        )
    return agreed


def promised_since(user: Any, escalation: Escalation) -> Any:
    """What the organisation that said no has promised since the question was asked, for whoever may read it."""
    if escalation.commitment is None:
        return Commitment.objects.none()
    return Commitment.objects.visible_to(user).filter(
        collaboration=escalation.collaboration_id,
        asked_of=escalation.commitment.asked_of_id,
        state__in=ANSWERED_YES,
        answered_at__gte=escalation.created_at,
    )


def _answered(by: Any, escalation: Escalation, answer: str, text: str) -> Escalation:
    escalation.answer, escalation.answer_text = answer, text
    escalation.answered_at, escalation.answered_by = timezone.now(), by
    _save(escalation, "answer", "answer_text", "answered_at", "answered_by", "ends", "agreed_commitment")
    record("escalation_answered", by=by, subject=escalation, answer=str(answer), ends=str(escalation.ends))
    news.tell_asker(escalation, "answered", by=by)
    return escalation


@transaction.atomic
def take_back_no(*, by: Any, escalation: Escalation, row_version: int | None = None) -> Escalation:
    """The organisation that said no says yes after all, before the group has answered: the question is settled."""
    escalation = _locked_with_request(escalation)
    check_may_take_back_no(by, escalation)
    _check_open(escalation)
    if row_version is not None:
        check_version(escalation, row_version)
    _end_no(by, escalation, Answer.YES, Ending.TAKEN_BACK, None)
    return _answered(by, escalation, Answer.YES, "")


@transaction.atomic
def note_answer(*, by: Any, escalation: Escalation) -> Escalation:
    """The group that asked takes note of the answer. Noted twice it is noted once."""
    escalation = locked(escalation)
    check_may_note(by, escalation)
    if escalation.answered_at is None:
        raise NotPossible(_("There is no answer yet."))
    if escalation.returned_seen_at is None:
        escalation.returned_seen_at, escalation.returned_seen_by = timezone.now(), by
        _save(escalation, "returned_seen_at", "returned_seen_by")
        record("escalation_noted", by=by, subject=escalation)
    return escalation


def _save(escalation: Escalation, *fields: str) -> None:
    escalation.row_version += 1
    check_row(escalation, without=_FILLED)
    escalation.save(update_fields=[*fields, "row_version"])
