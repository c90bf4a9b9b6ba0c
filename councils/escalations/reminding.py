"""A letter to whoever stands in, once, when a question is late and the seat has not answered."""

from __future__ import annotations

import datetime as dt
import logging
from smtplib import SMTPException

from django.utils import timezone

from action_plans.commitments.absences import working_here
from common.days import is_working_day
from councils.escalations import emails, news
from councils.escalations.queries import seats_today
from councils.models import Escalation, EscalationReminder
from partners import notifications
from partners.mailing import NOT_TAKEN, leads_nowhere
from partners.models import Collaboration, User

logger = logging.getLogger(__name__)


def deputies_of(escalations: list[Escalation]) -> dict[int, list[int]]:
    """Who stands in where each question is asked: for who is named, else for every seat. Nobody who has left."""
    seats = seats_today([one.to_group_id for one in escalations]).exclude(deputy=None)
    by_group: dict[int, list[tuple[int, int]]] = {}
    for group, membership, deputy in seats.values_list("group_id", "membership_id", "deputy_id"):
        by_group.setdefault(group, []).append((membership, deputy))
    there = dict(
        working_here()
        .filter(pk__in={deputy for pairs in by_group.values() for _seat, deputy in pairs})
        .values_list("pk", "user_id")
    )
    return {
        one.pk: [
            there[deputy]
            for membership, deputy in by_group.get(one.to_group_id, [])
            if deputy in there and one.recipient_id in {None, membership}
        ]
        for one in escalations
    }


def remind(collaboration: Collaboration, *, today: dt.date) -> int:
    """Tell the deputies of what is late; say how many letters left. Safe to run twice, twice at once, and to kill.

    Each is told of a question at most once: whoever claims the row sends the letter, and what has been claimed is not
    touched again. What is certain not to have left waits for the next run.
    """
    if not is_working_day(today):
        return 0
    late = list(Escalation.objects.late(today).filter(collaboration=collaboration))
    people = deputies_of(late)
    EscalationReminder.objects.bulk_create(
        [
            EscalationReminder(collaboration=collaboration, escalation=one, person_id=person, due_on=one.answer_by)
            for one in late
            for person in people[one.pk]
        ],
        ignore_conflicts=True,
    )
    wanted = {person for ids in people.values() for person in ids}
    return sum(_send_to(collaboration, person, today) for person in sorted(wanted))


def _send_to(collaboration: Collaboration, person_id: int, today: dt.date) -> int:
    """One letter to one person about all that is late for them, as they may read it now."""
    person = User.objects.get(pk=person_id)
    if leads_nowhere(person.email):
        return 0
    readable = Escalation.objects.visible_to(person).late(today).filter(collaboration=collaboration)
    waiting = EscalationReminder.objects.filter(person=person, escalation__in=readable, claimed_at=None)
    claimed = [
        reminder
        for reminder in waiting.select_related("escalation__from_group", "escalation__to_group", "collaboration")
        if EscalationReminder.objects.filter(pk=reminder.pk, claimed_at=None).update(claimed_at=timezone.now())
    ]
    if not claimed:
        return 0
    mine = EscalationReminder.objects.filter(pk__in=[reminder.pk for reminder in claimed])
    is_mailed = bool(notifications.written_to_now([person], news.LATE, timezone.now()))
    for reminder in claimed:
        news.tell_late(reminder, is_mailed=is_mailed)
    if not is_mailed:
        mine.update(sent_at=timezone.now())
        return 0
    try:
        emails.send_late(collaboration, person, [reminder.escalation for reminder in claimed])
    except (OSError, SMTPException) as problem:
        # The log of the machine names nobody.
        logger.warning("A letter on late questions in collaboration %s could not be sent.", collaboration.pk)
        if isinstance(problem, NOT_TAKEN):
            mine.update(claimed_at=None)
        return 0
    mine.update(sent_at=timezone.now())
    return 1
