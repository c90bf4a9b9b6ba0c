"""Every change of a commitment. Each locks the line first, and keeps it whole as it stands afterwards."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Max
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from action_plans.commitments import news
from action_plans.commitments.absences import working_here
from action_plans.models import Commitment, CommitmentMove, CommitmentRules, CommitmentState, Measure
from action_plans.permissions import (
    check_is_of,
    check_may_answer,
    check_may_ask,
    check_may_keep_rules,
    check_may_plan_in,
    check_may_report,
    check_speaks_for,
    may_ask,
)
from action_plans.rules import (
    NOT_LEADING,
    PROMISED,
    STILL_WRITTEN,
    check_commitment_move,
    check_days,
    is_overdue,
)
from areas.models import Area
from audit.actions import record
from cause_analysis.causes.permissions import check_may_decide_for
from cause_analysis.texts import check_texts
from cause_analysis.versions import check_version
from common.errors import NotPossible
from partners.models import Collaboration, Group, Membership, Organisation

Kind = CommitmentMove.Kind
State = CommitmentState
LONGEST_REASON = 300
LONGEST_TEXT = 500
# What of a line others read as it stood some days ago; see `ledger.py`.
LINE = (
    "state", "text", "due_on", "asked_by_id", "asked_of_id", "asked_at", "answered_at", "answer", "offered_due_on",
    "owner_says_kept", "owner_says", "reported_at", "asker_says_kept", "asker_says", "confirmed_at",
)  # fmt: skip


def locked(commitment: Commitment) -> Commitment:
    """The commitment as it is now, and nobody else's until the transaction ends."""
    rows = Commitment.objects.select_for_update(of=("self",), no_key=True)
    return rows.select_related("area", "asked_by", "asked_of", "collaboration").get(pk=commitment.pk)


def _with_its_measure(commitment: Commitment) -> Commitment:
    """The commitment, locked after its measure as every step of the measure locks them. Nobody is asked for a part of
    what has ended."""
    if commitment.measure_id is not None:
        measure = Measure.objects.select_for_update(of=("self",), no_key=True).get(pk=commitment.measure_id)
        if measure.removed_at is not None:
            raise NotPossible(_("The measure has been taken away."))
        if measure.state not in STILL_WRITTEN:
            raise NotPossible(
                _("The measure is %(state)s. Nobody is asked for a part of it any more.")
                % {"state": measure.get_state_display()}
            )
    commitment = locked(commitment)
    if commitment.is_lead:
        # Whoever has declined is asked anew as long as no other has been asked since.
        _check_nobody_leads(Commitment.objects.filter(measure=commitment.measure_id).exclude(pk=commitment.pk))
    return commitment


def _check_nobody_leads(parts: Any) -> None:
    if parts.filter(is_lead=True).exclude(state__in=NOT_LEADING).exists():
        raise NotPossible({"is_lead": _("The measure already has an organisation that leads it.")})


def _check_seen(commitment: Commitment, row_version: int | None) -> None:
    """Whoever answers answers what they have read: the locked line has not been changed since. None: not asked."""
    if row_version is not None:
        check_version(commitment, row_version)


def _keep(
    by: Any, commitment: Commitment, kind: CommitmentMove.Kind, was: str, organisation: Organisation | None
) -> None:
    """Save the locked commitment and how the whole line now stands."""
    commitment.changed_by = by
    commitment.row_version += 1
    commitment.save()
    CommitmentMove.objects.create(
        collaboration_id=commitment.collaboration_id,
        commitment=commitment,
        kind=kind,
        from_state=was,
        to_state=commitment.state,
        by=by,
        for_organisation=organisation,
        line={name: getattr(commitment, name) for name in LINE},
    )


def _say(
    by: Any, commitment: Commitment, texts: dict[str, str], *, is_confirmed: bool, longest: int = LONGEST_TEXT
) -> dict[str, str]:
    said = {name: text.replace("\r\n", "\n").strip() for name, text in texts.items()}
    check_texts(by, commitment.collaboration_id, said, is_confirmed=is_confirmed, longest=longest)
    return said


def _reason(by: Any, commitment: Commitment, text: str, *, is_confirmed: bool) -> str:
    return _say(by, commitment, {"reason": text}, is_confirmed=is_confirmed, longest=LONGEST_REASON)["reason"]


# --- Asking -----------------------------------------------------------------------------------------------------------


@transaction.atomic
def draft_part(
    *,
    by: Any,
    measure: Measure,
    asked_by: Organisation,
    asked_of: Organisation,
    text: str,
    due_on: dt.date | None = None,
    is_lead: bool = False,
    responsible: Membership | None = None,
    is_confirmed: bool = False,
) -> Commitment:
    """Write down an organisation's part of a measure; it is asked when the measure is proposed, or by itself."""
    area = Area.objects.get(pk=measure.plan.area_id)
    return _new(
        by, area, measure, asked_by, asked_of, text, due_on,
        is_lead=is_lead, responsible=responsible, is_confirmed=is_confirmed,
    )  # fmt: skip


@transaction.atomic
def make_request(
    *,
    by: Any,
    area: Area,
    asked_by: Organisation,
    asked_of: Organisation,
    text: str,
    due_on: dt.date,
    today: dt.date | None = None,
    is_confirmed: bool = False,
) -> Commitment:
    """Ask something of a partner that is no part of a measure. `today` is the day it was asked, if that was before."""
    if asked_by.pk == asked_of.pk:
        raise NotPossible({"asked_of": _("Choose another partner than your own.")})
    if due_on < (today or timezone.localdate()):
        raise NotPossible({"due_on": _("The day has passed. Choose a later one.")})
    # One at a time, so that the same form sent twice, by a double press or the back button, asks once.
    Collaboration.objects.select_for_update(no_key=True).get(pk=area.collaboration_id)
    said = text.replace("\r\n", "\n").strip()
    same = Commitment.objects.filter(
        area=area, asked_by=asked_by, asked_of=asked_of, measure=None, text=said, due_on=due_on, created_by=by
    )
    # Also when it has been answered meanwhile: somebody went back to the page and pressed again.
    if (sent_before := same.filter(state__in=[State.ASKED, State.ACCEPTED, State.COUNTER_OFFERED]).first()) is not None:
        return sent_before
    commitment = _new(by, area, None, asked_by, asked_of, text, due_on, is_confirmed=is_confirmed)
    return ask(by=by, commitment=commitment)


@transaction.atomic
def ask_by_decision(
    *,
    by: Any,
    group: Group,
    area: Area,
    asked_by: Organisation,
    asked_of: Organisation,
    text: str,
    due_on: dt.date,
    is_confirmed: bool = False,
) -> Commitment:
    """Ask for what a group's decision leaves to an organisation, also the asker's own. It binds those who accept."""
    check_may_decide_for(by, group)
    if group.collaboration_id != area.collaboration_id:
        raise NotPossible({"area": _("Choose an area of this collaboration.")})
    if due_on < timezone.localdate():
        raise NotPossible({"due_on": _("The day has passed. Choose a later one.")})
    commitment = _new(by, area, None, asked_by, asked_of, text, due_on, is_decided=True, is_confirmed=is_confirmed)
    return ask(by=by, commitment=commitment)


def _new(
    by: Any,
    area: Area,
    measure: Measure | None,
    asked_by: Organisation,
    asked_of: Organisation,
    text: str,
    due_on: dt.date | None,
    *,
    is_lead: bool = False,
    is_decided: bool = False,
    responsible: Membership | None = None,
    is_confirmed: bool = False,
) -> Commitment:
    if not is_decided:
        check_may_plan_in(by, area)
    check_speaks_for(by, asked_by, area.collaboration_id)
    is_partner = asked_of.is_active and asked_of.kind != Organisation.Kind.OPEN_DATA
    if asked_of.collaboration_id != area.collaboration_id or not is_partner:
        raise NotPossible({"asked_of": _("Choose a partner who takes part here.")})
    check_is_of(responsible, asked_of)
    check_days(due_on=due_on)
    # One at a time, so that no two get the same number.
    collaboration = Collaboration.objects.select_for_update(no_key=True).get(pk=area.collaboration_id)
    if is_lead and measure is not None:
        _check_nobody_leads(measure.parts)
    last = Commitment.objects.filter(collaboration=collaboration).aggregate(last=Max("number"))["last"]
    commitment = Commitment(
        collaboration=collaboration,
        area=area,
        measure=measure,
        is_lead=is_lead,
        number=(last or 0) + 1,
        asked_by=asked_by,
        asked_of=asked_of,
        responsible=responsible,
        due_on=due_on,
        created_by=by,
        changed_by=by,
    )
    commitment.text = _say(by, commitment, {"text": text}, is_confirmed=is_confirmed)["text"]
    if not commitment.text:
        raise NotPossible({"text": _("Say what is asked.")})
    commitment.save()
    record("commitment_drafted", by=by, subject=commitment)
    return commitment


@transaction.atomic
def ask(*, by: Any, commitment: Commitment) -> Commitment:
    """Send the request, for the first time or again after an answer."""
    commitment = _with_its_measure(commitment)
    check_may_ask(by, commitment)
    was = commitment.state
    check_commitment_move(commitment, State.ASKED)
    if commitment.due_on is None:
        raise NotPossible({"due_on": _("Say until when.")})
    commitment.state, commitment.asked_at = State.ASKED, timezone.now()
    commitment.answered_at, commitment.answer, commitment.offered_due_on = None, "", None
    _keep(by, commitment, Kind.STATE, was, commitment.asked_by)
    record("commitment_asked", by=by, subject=commitment)
    news.tell_owner(commitment, "asked", by=by)
    return commitment


def ask_drafted_parts(*, by: Any, measure: Measure) -> list[Commitment]:
    """Ask the parts of a measure that are written and have a day. Those of others than one's own organisation wait."""
    drafted = measure.parts.filter(state=State.DRAFT, due_on__isnull=False).select_related("asked_by")
    return [ask(by=by, commitment=part) for part in drafted.order_by("pk") if may_ask(by, part)]


@transaction.atomic
def change_request(
    *, by: Any, commitment: Commitment, row_version: int, text: str, due_on: dt.date | None, is_confirmed: bool = False
) -> Commitment:
    """Change what is asked, before anybody has promised it. What was answered no longer holds and is asked anew."""
    commitment = _with_its_measure(commitment)
    check_may_ask(by, commitment)
    check_version(commitment, row_version)
    if commitment.state not in {State.DRAFT, State.ASKED, State.COUNTER_OFFERED, State.DECLINED}:
        raise NotPossible(_("What has been promised stands. Withdraw the request and ask anew instead."))
    said = _say(by, commitment, {"text": text}, is_confirmed=is_confirmed)["text"]
    if not said:
        raise NotPossible({"text": _("Say what is asked.")})
    if due_on is None and commitment.state != State.DRAFT:
        raise NotPossible({"due_on": _("Say until when.")})
    if due_on != commitment.due_on:
        _check_lies_ahead(due_on)
    was = commitment.state
    commitment.text, commitment.due_on = said, due_on
    if commitment.state in {State.COUNTER_OFFERED, State.DECLINED}:
        commitment.state, commitment.asked_at = State.ASKED, timezone.now()
        commitment.answered_at, commitment.answer, commitment.offered_due_on = None, "", None
    _keep(by, commitment, Kind.CHANGED, was, commitment.asked_by)
    record("commitment_changed", by=by, subject=commitment)
    return commitment


@transaction.atomic
def withdraw(*, by: Any, commitment: Commitment, reason: str, is_confirmed: bool = False) -> Commitment:
    """The asker no longer asks for it, and says why."""
    commitment = locked(commitment)
    check_may_ask(by, commitment)
    reason = _reason(by, commitment, reason, is_confirmed=is_confirmed)
    was = commitment.state
    check_commitment_move(commitment, State.WITHDRAWN, reason=reason)
    commitment.state, commitment.asker_says = State.WITHDRAWN, reason
    _keep(by, commitment, Kind.STATE, was, commitment.asked_by)
    record("commitment_withdrawn", by=by, subject=commitment)
    if was != State.DRAFT:
        news.tell_owner(commitment, "withdrawn", by=by)
    return commitment


def withdraw_parts(*, by: Any, measure: Measure) -> None:
    """What was asked for a measure that is aborted and nobody has promised yet is asked no more. A no stands."""
    waiting = measure.parts.filter(state__in=[State.ASKED, State.COUNTER_OFFERED])
    # Kept with the line and read by people of several languages.
    with translation.override(settings.LANGUAGE_CODE):
        why = _("The measure was aborted.")
    for part in waiting.order_by("pk"):
        part = locked(part)
        was = part.state
        if was not in {State.ASKED, State.COUNTER_OFFERED}:
            # Answered while it was waited for.
            continue
        part.state, part.asker_says = State.WITHDRAWN, why
        _keep(by, part, Kind.STATE, was, part.asked_by)
        record("commitment_withdrawn", by=by, subject=part)
        news.tell_owner(part, "withdrawn", by=by)


# --- Answering --------------------------------------------------------------------------------------------------------


@transaction.atomic
def accept(
    *,
    by: Any,
    commitment: Commitment,
    responsible: Membership | None = None,
    is_mine: bool = False,
    row_version: int | None = None,
) -> Commitment:
    """Promise what is asked, for one's own organisation, and say who answers for it.

    Nobody named is whoever was meant from the beginning and still works there, and else oneself; `is_mine` is oneself
    whoever was meant.
    """
    commitment = locked(commitment)
    check_may_answer(by, commitment)
    check_is_of(responsible, commitment.asked_of)
    _check_is_there(responsible)
    was = commitment.state
    # The asker takes an offer by an action of its own.
    if was != State.ASKED:
        check_commitment_move(commitment, State.ACCEPTED)
        raise NotPossible(_("The organisation that asked takes the offer."))
    _check_seen(commitment, row_version)
    commitment.state, commitment.answered_at = State.ACCEPTED, timezone.now()
    meant = None if is_mine else working_here().filter(pk=commitment.responsible_id or 0).first()
    commitment.responsible = responsible or meant or _own_membership(by, commitment.asked_of)
    _keep(by, commitment, Kind.STATE, was, commitment.asked_of)
    record("commitment_accepted", by=by, subject=commitment)
    news.tell_asker(commitment, "accepted", by=by)
    return commitment


def _check_is_there(responsible: Membership | None) -> None:
    """Nothing is given to somebody who has left."""
    if responsible is not None and not working_here().filter(pk=responsible.pk).exists():
        raise NotPossible({"responsible": _("Choose somebody who works there today.")})


def _own_membership(by: Any, organisation: Organisation) -> Membership | None:
    mine = [m for m in by.memberships_in(organisation.collaboration_id) if m.organisation_id == organisation.pk]
    return mine[0] if mine else None


@transaction.atomic
def decline(
    *, by: Any, commitment: Commitment, reason: str, row_version: int | None = None, is_confirmed: bool = False
) -> Commitment:
    """Say no, with the reason. It stands, or is taken up at a meeting."""
    return _answer(by, commitment, State.DECLINED, reason, None, row_version, is_confirmed=is_confirmed)


@transaction.atomic
def counter_offer(
    *,
    by: Any,
    commitment: Commitment,
    offer: str,
    due_on: dt.date | None = None,
    row_version: int | None = None,
    is_confirmed: bool = False,
) -> Commitment:
    """Offer something else, or another day."""
    _check_lies_ahead(due_on)
    return _answer(by, commitment, State.COUNTER_OFFERED, offer, due_on, row_version, is_confirmed=is_confirmed)


@transaction.atomic
def take_back_no(*, by: Any, commitment: Commitment) -> Commitment:
    """The organisation that declined promises after all: the request stands again as it was asked, and is accepted."""
    commitment = _with_its_measure(commitment)
    check_may_answer(by, commitment)
    was = commitment.state
    if was != State.DECLINED:
        raise NotPossible(_("There is no “no” to take back."))
    if is_overdue(commitment.due_on, timezone.localdate()):
        # Promised now it would be late at once.
        raise NotPossible(_("The day of the request has passed. Let it be asked anew, with a day that lies ahead."))
    commitment.state, commitment.answered_at, commitment.answer = State.ASKED, None, ""
    _keep(by, commitment, Kind.STATE, was, commitment.asked_of)
    record("commitment_no_taken_back", by=by, subject=commitment)
    return accept(by=by, commitment=commitment)


def _check_lies_ahead(due_on: dt.date | None) -> None:
    """Nobody is asked, or offers, to have done something by a day that has passed."""
    check_days(due_on=due_on)
    if due_on is not None and due_on < timezone.localdate():
        raise NotPossible({"due_on": _("The day has passed. Choose a later one.")})


def _answer(
    by: Any,
    commitment: Commitment,
    to: CommitmentState,
    text: str,
    due_on: dt.date | None,
    row_version: int | None,
    *,
    is_confirmed: bool,
) -> Commitment:
    commitment = locked(commitment)
    check_may_answer(by, commitment)
    said = _say(by, commitment, {"reason": text}, is_confirmed=is_confirmed)["reason"]
    was = commitment.state
    check_commitment_move(commitment, to, reason=said)
    _check_seen(commitment, row_version)
    commitment.state, commitment.answered_at = to, timezone.now()
    commitment.answer, commitment.offered_due_on = said, due_on
    _keep(by, commitment, Kind.STATE, was, commitment.asked_of)
    record("commitment_declined" if to == State.DECLINED else "commitment_countered", by=by, subject=commitment)
    news.tell_asker(commitment, str(to), by=by)
    return commitment


@transaction.atomic
def take_offer(*, by: Any, commitment: Commitment, row_version: int | None = None) -> Commitment:
    """The asker takes what was offered instead: it becomes what is promised."""
    commitment = locked(commitment)
    check_may_ask(by, commitment)
    was = commitment.state
    if was != State.COUNTER_OFFERED:
        raise NotPossible(_("There is no offer to take. Somebody else may have been here before you."))
    _check_seen(commitment, row_version)
    commitment.due_on = commitment.offered_due_on or commitment.due_on
    if is_overdue(commitment.due_on, timezone.localdate()):
        # Taken now it would be late at once, and nobody promised that.
        raise NotPossible(_("The day of the offer has passed. Ask anew, with a day that lies ahead."))
    commitment.state = State.ACCEPTED
    commitment.text = commitment.answer
    _keep(by, commitment, Kind.STATE, was, commitment.asked_by)
    record("commitment_offer_taken", by=by, subject=commitment)
    news.tell_owner(commitment, "offer_taken", by=by)
    return commitment


@transaction.atomic
def hand_over(*, by: Any, commitment: Commitment, responsible: Membership) -> Commitment:
    """Somebody else in the same organisation answers for it from now on."""
    commitment = locked(commitment)
    check_may_answer(by, commitment)
    check_is_of(responsible, commitment.asked_of)
    _check_is_there(responsible)
    if commitment.state in {State.KEPT, State.NOT_KEPT, State.WITHDRAWN}:
        raise NotPossible(_("Nothing is left to answer for here."))
    if commitment.responsible_id != responsible.pk:
        commitment.responsible = responsible
        _keep(by, commitment, Kind.HANDED_OVER, commitment.state, commitment.asked_of)
        record("commitment_handed_over", by=by, subject=commitment, membership=responsible.pk)
        if commitment.state != State.DRAFT:
            news.tell_owner(commitment, "handed_over", by=by)
    return commitment


# --- What came of it --------------------------------------------------------------------------------------------------


@transaction.atomic
def report(*, by: Any, commitment: Commitment, is_kept: bool, text: str = "", is_confirmed: bool = False) -> Commitment:
    """The owner says whether it was kept, and why where it was not."""
    commitment = locked(commitment)
    check_may_report(by, commitment)
    said = _reason(by, commitment, text, is_confirmed=is_confirmed)
    to, was = (State.KEPT if is_kept else State.NOT_KEPT), commitment.state
    if was == to:
        return commitment
    check_commitment_move(commitment, to, reason=said)
    commitment.state, commitment.owner_says_kept, commitment.owner_says = to, is_kept, said
    commitment.reported_at = timezone.now()
    # Who agreed did so with another report. What was said in words of one's own stands, however the owner turns it.
    if not commitment.asker_says:
        commitment.asker_says_kept, commitment.confirmed_at = None, None
    _keep(by, commitment, Kind.OWNER_SAID, was, commitment.asked_of)
    record("commitment_reported", by=by, subject=commitment, kept=is_kept)
    news.tell_asker(commitment, "kept" if is_kept else "not_kept", by=by)
    return commitment


@transaction.atomic
def confirm(
    *,
    by: Any,
    commitment: Commitment,
    is_kept: bool,
    text: str = "",
    row_version: int | None = None,
    is_confirmed: bool = False,
) -> Commitment:
    """The asker says how it sees what the owner has reported. Where they differ both stand."""
    commitment = locked(commitment)
    check_may_ask(by, commitment)
    said = _reason(by, commitment, text, is_confirmed=is_confirmed)
    was = commitment.state
    if was in PROMISED:
        raise NotPossible(_("Its owner has not said yet how it went. Remind them, or withdraw the request."))
    if was not in {State.KEPT, State.NOT_KEPT}:
        check_commitment_move(commitment, State.KEPT)
    _check_seen(commitment, row_version)
    # Whoever agrees with the owner needs no words for it.
    if not is_kept and was == State.KEPT and not said:
        raise NotPossible({"reason": _("Say why.")})
    is_said = commitment.asker_says_kept == is_kept and commitment.asker_says == said
    of_this = commitment.confirmed_at and commitment.reported_at and commitment.confirmed_at >= commitment.reported_at
    if is_said and of_this:
        return commitment
    commitment.asker_says_kept, commitment.asker_says, commitment.confirmed_at = is_kept, said, timezone.now()
    _keep(by, commitment, Kind.ASKER_SAID, was, commitment.asked_by)
    record("commitment_confirmed", by=by, subject=commitment, kept=is_kept)
    news.tell_owner(commitment, "confirmed", by=by)
    return commitment


# --- What has been decided on the ledger ------------------------------------------------------------------------------


@transaction.atomic
def change_rules(
    *, by: Any, collaboration: Collaboration, shown_after_days: int, remind_days: int, silent_after_days: int = 21
) -> CommitmentRules:
    """Write down after how many days others see a line, how many days before its day somebody is reminded, and after
    how many days without news a measure is taken up."""
    check_may_keep_rules(by, collaboration)
    Collaboration.objects.select_for_update(no_key=True).get(pk=collaboration.pk)
    rules = CommitmentRules.objects.filter(collaboration=collaboration).first()
    rules = rules or CommitmentRules(collaboration=collaboration)
    values = {
        "shown_after_days": shown_after_days,
        "remind_days": remind_days,
        "silent_after_days": silent_after_days,
    }
    changed = {name: value for name, value in values.items() if getattr(rules, name) != value}
    for name, value in changed.items():
        setattr(rules, name, value)
    rules.full_clean()
    if changed:
        rules.save()
        record("commitment_rules_changed", by=by, subject=rules, changed=changed)
    return rules
