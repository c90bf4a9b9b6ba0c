"""Letters of invitation, with the meeting for one's calendar; and what a night has to do about meetings."""

from __future__ import annotations

import datetime as dt
import logging
from collections import defaultdict
from smtplib import SMTPException

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from action_plans.commitments.absences import working_here
from action_plans.rules import latest_overdue_day
from audit.actions import record
from councils.meetings import emails, news
from councils.meetings.planning import plan_next
from councils.models import Decision, Meeting, MeetingInvitation, MeetingSeries, MeetingState, Outcome
from partners import notifications
from partners.mailing import NOT_TAKEN, leads_nowhere
from partners.models import Collaboration, GroupMember

logger = logging.getLogger(__name__)


def invite(collaboration: Collaboration, *, now: dt.datetime) -> int:
    """Tell those who sit in a group of its coming meetings as they stand; say how many letters left.

    Each is told once of a meeting, and again each time it is moved or called off. Safe to run twice, twice at once, and
    to kill: whoever claims the row tells them, and what has been claimed is not touched again.
    """
    _note_who_is_invited(collaboration, now)
    waiting = MeetingInvitation.objects.filter(
        collaboration=collaboration, claimed_at=None, sequence=F("meeting__sequence"), meeting__starts_at__gt=now
    ).filter(meeting__state__in=[MeetingState.PLANNED, MeetingState.CANCELLED])
    related = ("meeting__group", "meeting__series", "meeting__collaboration", "person")
    rows = waiting.select_related(*related).defer("meeting__content").order_by("meeting__starts_at", "pk")
    return sum(_tell(row, now) for row in rows)


def _note_who_is_invited(collaboration: Collaboration, now: dt.datetime) -> None:
    ahead = Meeting.objects.filter(collaboration=collaboration, starts_at__gt=now).defer("content")
    there = working_here().filter(collaboration=collaboration)
    rows = []
    for meeting in ahead.filter(state=MeetingState.PLANNED):
        seats = GroupMember.objects.in_force(timezone.localdate(meeting.starts_at)).filter(
            group=meeting.group_id, membership__in=there
        )
        rows += [(meeting, person) for person in set(seats.values_list("membership__user_id", flat=True))]
    # Of a meeting that is called off those are told who were invited.
    off = {one.pk: one for one in ahead.filter(state=MeetingState.CANCELLED)}
    told = MeetingInvitation.objects.filter(meeting__in=off, claimed_at__isnull=False)
    known: dict[int, set[int]] = defaultdict(set)
    for meeting_id, person in told.values_list("meeting_id", "person_id"):
        known[meeting_id].add(person)
    rows += [(off[pk], person) for pk, people in known.items() for person in people]
    MeetingInvitation.objects.bulk_create(
        [
            MeetingInvitation(collaboration=collaboration, meeting=meeting, person_id=person, sequence=meeting.sequence)
            for meeting, person in rows
        ],
        ignore_conflicts=True,
    )


def _tell(row: MeetingInvitation, now: dt.datetime) -> int:
    meeting, person = row.meeting, row.person
    if not Meeting.objects.visible_to(person).filter(pk=meeting.pk).exists():
        return 0
    mine = MeetingInvitation.objects.filter(pk=row.pk)
    if not mine.filter(claimed_at=None).update(claimed_at=timezone.now()):
        return 0
    before = MeetingInvitation.objects.filter(meeting=meeting, person=person, claimed_at__isnull=False)
    is_known = before.exclude(pk=row.pk).exists()
    what = "cancelled" if meeting.state == MeetingState.CANCELLED else "moved" if is_known else "planned"
    is_mailed = bool(notifications.written_to_now([person], news.TOPIC, now)) and not leads_nowhere(person.email)
    news.tell_invited(row, what, is_mailed=is_mailed)
    if is_mailed:
        try:
            emails.send_invitation(person, meeting, what)
        except (OSError, SMTPException) as problem:
            # The log of the machine names nobody.
            logger.warning("An invitation in collaboration %s could not be sent.", meeting.collaboration_id)
            if isinstance(problem, NOT_TAKEN):
                mine.update(claimed_at=None)
            return 0
    mine.update(sent_at=timezone.now())
    return int(is_mailed)


def plan_ahead(collaboration: Collaboration, *, today: dt.date) -> int:
    """Plan the next meeting of each series that has none; say how many. Safe to run twice, and twice at once."""
    goes_on = MeetingSeries.objects.filter(collaboration=collaboration, ended_on=None, group__is_active=True)
    return sum(_plan(pk, today) for pk in goes_on.order_by("pk").values_list("pk", flat=True))


@transaction.atomic
def _plan(pk: int, today: dt.date) -> int:
    # One at a time: the second finds what the first has planned.
    series = MeetingSeries.objects.select_for_update(of=("self",), no_key=True).select_related("group").get(pk=pk)
    known = set(series.meetings.values_list("pk", flat=True))
    meeting = plan_next(series, today=today)
    if meeting is None or meeting.pk in known:
        return 0
    record("meeting_planned", subject=meeting, group=series.group_id, series=series.pk)
    return 1


def remind_of_assignments(collaboration: Collaboration, *, today: dt.date) -> int:
    """Tell of assignments whose day has passed, once each; say how many people. Safe to run again."""
    late = Decision.objects.filter(
        collaboration=collaboration,
        outcome=Outcome.ASSIGNMENT,
        done_at=None,
        due_on__lte=latest_overdue_day(today),
    )
    return sum(news.tell_late(one) for one in late.select_related("organisation", "responsible").order_by("pk"))
