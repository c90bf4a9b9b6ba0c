"""Letters that remind of commitments: before their day, once when they are late, and once when nobody answers."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable
from smtplib import SMTPException

from django.db.models import Q
from django.utils import timezone

from action_plans.commitments import emails, news
from action_plans.commitments.absences import working_here
from action_plans.commitments.lines import rules_of
from action_plans.models import Absence, Commitment, CommitmentReminder, CommitmentState
from action_plans.models.commitments import SPEAK_FOR_OWN
from action_plans.rules import is_commitment_overdue, last_moment_day, unanswered_since
from common.days import is_working_day
from partners import notifications
from partners.mailing import NOT_TAKEN, leads_nowhere
from partners.models import Collaboration, User

logger = logging.getLogger(__name__)
Kind = CommitmentReminder.Kind


def kind_due(
    commitment: Commitment, *, remind_days: int, today: dt.date
) -> tuple[CommitmentReminder.Kind, dt.date] | None:
    """Which reminder is due today, and the day it is of; None where none is."""
    if commitment.state == CommitmentState.ASKED and commitment.asked_at is not None:
        asked_on = timezone.localdate(commitment.asked_at)
        first, last = unanswered_since(today)
        return (Kind.ANSWER, asked_on) if first <= asked_on <= last else None
    if commitment.state != CommitmentState.ACCEPTED or commitment.due_on is None:
        return None
    if is_commitment_overdue(commitment, today):
        return Kind.LATE, commitment.due_on
    is_near = last_moment_day(commitment.due_on) - dt.timedelta(days=remind_days) <= today
    return (Kind.BEFORE, commitment.due_on) if is_near else None


def receivers(commitments: list[Commitment]) -> dict[int, list[User]]:
    """Who is written to about each: whoever answers for it, or who stands in today. Nobody who has left.

    Of a request that nobody has answered: whom it is meant for, or else all who can answer, and whoever asked.
    """
    wanted = {one.responsible_id for one in commitments if one.responsible_id is not None}
    deputies = dict(Absence.objects.today().filter(membership__in=wanted).values_list("membership_id", "deputy_id"))
    there = {m.pk: m.user for m in working_here().filter(pk__in={*wanted, *deputies.values()}).select_related("user")}
    # A deputy who has left stands in for nobody.
    meant = {pk: there.get(deputies.get(pk, pk)) or there.get(pk) for pk in wanted}
    speakers = _speakers([one for one in commitments if one.state == CommitmentState.ASKED])
    found = {}
    for one in commitments:
        person = meant.get(one.responsible_id or 0)
        people = [person] if person is not None else []
        if one.state == CommitmentState.ASKED:
            askers = speakers.get(one.asked_by_id, {})
            people = people or list(speakers.get(one.asked_of_id, {}).values())
            people += [askers[one.created_by_id]] if one.created_by_id in askers else list(askers.values())
        if people:
            found[one.pk] = list(dict.fromkeys(people))
    return found


def _speakers(requests: list[Commitment]) -> dict[int, dict[int, User]]:
    """Those who speak for each organisation that asks or is asked, by id."""
    found: dict[int, dict[int, User]] = {}
    organisations = {pk for one in requests for pk in (one.asked_by_id, one.asked_of_id)}
    rows = working_here().filter(organisation__in=organisations, role__in=SPEAK_FOR_OWN).select_related("user")
    for membership in rows.order_by("pk"):
        found.setdefault(membership.organisation_id, {})[membership.user_id] = membership.user
    return found


def remind(collaboration: Collaboration, *, today: dt.date) -> int:
    """Send what is due in a collaboration; say how many letters left. Safe to run twice, twice at once, and to kill.

    Each reminder is sent at most once: whoever claims its row sends it, and what has been claimed is not touched again,
    since its letter may have left before the worker died. What is certain not to have left waits for the next run.
    """
    if not is_working_day(today):
        return 0
    days = rules_of(collaboration).remind_days
    near, (first, last) = today + dt.timedelta(days=days), unanswered_since(today)
    promised = Q(state=CommitmentState.ACCEPTED, due_on__lte=near, responsible__isnull=False)
    unanswered = Q(state=CommitmentState.ASKED, asked_at__date__gte=first, asked_at__date__lte=last)
    rows = Commitment.objects.filter(promised | unanswered, collaboration=collaboration)
    due = {one: found for one in rows if (found := kind_due(one, remind_days=days, today=today)) is not None}
    people = receivers(list(due))
    wanted = [(one, found, person) for one, found in due.items() for person in people.get(one.pk, [])]
    CommitmentReminder.objects.bulk_create(
        [
            CommitmentReminder(collaboration=collaboration, commitment=one, person=person, kind=kind, due_on=day)
            for one, (kind, day), person in wanted
        ],
        ignore_conflicts=True,
    )
    by_person: dict[int, set[int]] = {}
    for one, _found, person in wanted:
        by_person.setdefault(person.pk, set()).add(one.pk)

    def is_due(reminder: CommitmentReminder) -> bool:
        found = kind_due(reminder.commitment, remind_days=days, today=today)
        return found == (reminder.kind, reminder.due_on)

    return sum(_send_to(collaboration, person_id, ids, is_due) for person_id, ids in by_person.items())


def _send_to(
    collaboration: Collaboration, person_id: int, ids: set[int], is_due: Callable[[CommitmentReminder], bool]
) -> int:
    """One letter to one person about everything that is due for them, read as they may read it now."""
    person = User.objects.get(pk=person_id)
    if leads_nowhere(person.email):
        return 0
    readable = Commitment.objects.visible_to(person).filter(pk__in=ids)
    claimed: list[CommitmentReminder] = []
    waiting = CommitmentReminder.objects.filter(person=person, commitment__in=readable).waiting()
    for reminder in waiting.select_related("commitment__collaboration"):
        if is_due(reminder) and CommitmentReminder.objects.filter(pk=reminder.pk).waiting().update(
            claimed_at=timezone.now()
        ):
            claimed.append(reminder)
    if not claimed:
        return 0
    mine = CommitmentReminder.objects.filter(pk__in=[reminder.pk for reminder in claimed])
    is_mailed = bool(notifications.written_to_now([person], news.REMINDERS, timezone.now()))
    for reminder in claimed:
        news.tell_reminded(reminder, is_mailed=is_mailed)
    if not is_mailed:
        mine.update(sent_at=timezone.now())
        return 0
    try:
        emails.send_reminder(collaboration, person, claimed)
    except (OSError, SMTPException) as problem:
        # The log of the machine names nobody.
        logger.warning("A reminder of commitments in collaboration %s could not be sent.", collaboration.pk)
        if isinstance(problem, NOT_TAKEN):
            mine.update(claimed_at=None)
        return 0
    mine.update(sent_at=timezone.now())
    return 1
