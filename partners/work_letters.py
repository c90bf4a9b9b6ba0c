"""Letters of what waits: when they are due, to whom they go, and that nobody gets two.

Each is computed as the person it goes to, in their language. Nothing in it says what is kept inside: titles that a room
has marked as fit to leave (`mail_title`), and addresses that say nothing.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from smtplib import SMTPException
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from audit.actions import record
from common.errors import NotPossible
from partners import emails, work
from partners.mailing import NOT_TAKEN, leads_nowhere, stop_token
from partners.models import (
    Collaboration,
    Membership,
    Notification,
    NotificationQuerySet,
    User,
    WorkLetter,
    WorkLetterChoice,
    WorkLetterRule,
)
from partners.notifications import sending
from partners.notifications.choices import choices_for
from partners.notifications.queries import News, shown
from partners.notifications.topics import How
from partners.permissions import check_may_keep_work_letters

logger = logging.getLogger(__name__)

HowOften = WorkLetterChoice.HowOften
# A letter that could not leave within so long is no news any more: the next one tells of the same.
WITHIN = dt.timedelta(hours=12)
# The topic under which people choose whether tasks stand in the gathered letter.
WORK = "work"


@dataclass(frozen=True, slots=True)
class Occasion:
    """A letter that is due: how often its reader wants one, its name, and the day it was due."""

    how_often: HowOften
    name: str
    day: dt.date


def rule_of(collaboration: Collaboration) -> WorkLetterRule:
    """When the collaboration's letters leave; Monday at seven where nobody has chosen."""
    found = WorkLetterRule.objects.filter(collaboration=collaboration).first()
    return found or WorkLetterRule(collaboration=collaboration)


def rule_in_words(rule: WorkLetterRule) -> str:
    """“on Mondays at 07:00”."""
    return _("%(weekday)s at %(time)s") % {"weekday": _on_weekday(rule.weekday), "time": f"{rule.hour:02}:00"}


def _on_weekday(weekday: int) -> str:
    return [
        _("on Mondays"),
        _("on Tuesdays"),
        _("on Wednesdays"),
        _("on Thursdays"),
        _("on Fridays"),
        _("on Saturdays"),
        _("on Sundays"),
    ][weekday]


def choice_of(person: User) -> WorkLetterChoice:
    """What the person has chosen; weekly letters in the platform's language where they have chosen nothing."""
    return WorkLetterChoice.objects.filter(person=person).first() or WorkLetterChoice(person=person)


def due_at(rule: WorkLetterRule, day: dt.date) -> dt.datetime:
    """The moment the letters of a day leave: the hour that clocks in Sweden show, in winter and in summer."""
    moment = dt.datetime.combine(day, dt.time(rule.hour), tzinfo=timezone.get_default_timezone())
    # In UTC: two moments of the same zone would be compared by their clocks alone, and one night has an hour twice.
    return moment.astimezone(dt.UTC)


def occasions(rule: WorkLetterRule, now: dt.datetime) -> list[Occasion]:
    """The letters that should have left by now and are still news."""
    today = timezone.localdate(now)
    found = []
    for day in (today - dt.timedelta(days=1), today):
        if not due_at(rule, day) <= now < due_at(rule, day) + WITHIN:
            continue
        if day.weekday() == rule.weekday:
            year, week, _weekday = day.isocalendar()
            found.append(Occasion(HowOften.WEEKLY, f"{year}-W{week:02}", day))
        if day.weekday() < 5:
            found.append(Occasion(HowOften.DAILY, day.isoformat(), day))
    return found


def readers(collaboration: Collaboration, today: dt.date) -> dict[int, HowOften]:
    """Everybody with an open account and a role here today who wants letters, by id, with how often."""
    ids = (
        Membership.objects.active(today)
        .filter(collaboration=collaboration, user__is_active=True, user__is_service=False)
        .values_list("user_id", flat=True)
    )
    chosen = dict(WorkLetterChoice.objects.filter(person__in=ids).values_list("person_id", "how_often"))
    wanted = {pk: HowOften(chosen.get(pk, HowOften.WEEKLY)) for pk in ids}
    return {pk: how_often for pk, how_often in wanted.items() if how_often != HowOften.NEVER}


def send_letters(collaboration: Collaboration, now: dt.datetime) -> int:
    """Send the letters that are due, and say how many were sent. Safe to run again, and twice at once.

    At most once each: whoever claims the row sends the letter, and a row that has been claimed is not touched again,
    since its letter may have left before the worker died. What the mail server did not take waits for the next run.
    """
    due = occasions(rule_of(collaboration), now)
    if not due:
        return 0
    wanted = readers(collaboration, timezone.localdate(now))
    names = []
    for one in due:
        people = [pk for pk, how_often in wanted.items() if how_often == one.how_often]
        # All of them first: also who has nothing to do now, and is not written to later in the day.
        WorkLetter.objects.bulk_create(
            [WorkLetter(collaboration=collaboration, person_id=pk, occasion=one.name, day=one.day) for pk in people],
            ignore_conflicts=True,
        )
        names.append(one.name)
    waiting = WorkLetter.objects.filter(
        collaboration=collaboration, occasion__in=names, person__in=wanted, claimed_at=None
    )
    sent = 0
    for pk in list(waiting.order_by("pk").values_list("pk", flat=True)):
        if WorkLetter.objects.filter(pk=pk, claimed_at=None).update(claimed_at=timezone.now()):
            sent += _send(WorkLetter.objects.select_related("person", "collaboration").get(pk=pk), now)
    if sent:
        record("work_letters_sent", subject=collaboration, people=sent)
    return sent


def _send(letter: WorkLetter, now: dt.datetime) -> int:
    """Send one letter that has been claimed, if there is still something to tell and somebody who wants it."""
    person, collaboration = letter.person, letter.collaboration
    contents = Contents([], [])
    claimed: list[Notification] = []
    try:
        claimed = sending.claim(_news_waiting(person, collaboration))
        contents = contents_of(person, collaboration, claimed, today=timezone.localdate(now))
    except Exception:
        # What one person's tasks cannot do must not keep the others' letters; the next letter tries again.
        logger.exception("The tasks of a letter in collaboration %s could not be put together.", collaboration.pk)
        sending.give_back(claimed)
    WorkLetter.objects.filter(pk=letter.pk).update(tasks=len(contents.tasks), news=len(contents.news))
    if not contents or leads_nowhere(person.email):
        return 0
    with override(choice_of(person).language):
        try:
            emails.send_letter(
                person, collaboration, work.grouped(contents.tasks), contents.news, stop_token=stop_token(person)
            )
        except (OSError, SMTPException) as problem:
            # The others get theirs; the log of the machine names nobody.
            logger.warning("A letter of what waits could not be sent in collaboration %s.", collaboration.pk)
            if isinstance(problem, NOT_TAKEN):
                sending.give_back(claimed)
                WorkLetter.objects.filter(pk=letter.pk).update(claimed_at=None)
            return 0
    WorkLetter.objects.filter(pk=letter.pk).update(sent_at=timezone.now())
    return 1


# --- What stands in a letter ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Contents:
    """What a letter tells of: tasks as on the page of what waits, and what is new as on its own page."""

    tasks: list[dict[str, Any]]
    news: list[News]

    def __bool__(self) -> bool:
        return bool(self.tasks or self.news)


def _news_waiting(person: User, collaboration: Collaboration) -> NotificationQuerySet:
    return sending.for_the_digest(person, collaboration, choices_for(person))


def contents_of(
    person: User, collaboration: Collaboration, rows: Sequence[Notification], *, today: dt.date
) -> Contents:
    """What a letter with these rows would say to the person, computed as that person and in their language."""
    choices = choices_for(person)
    if choices.general.how_often == HowOften.NEVER or not person.memberships_in(collaboration):
        # The person may have left, or said no, since the rows were written.
        return Contents([], [])
    with override(choices.general.language):
        tasks = work.tasks_of(person, collaboration, today=today) if choices.how(WORK) == How.DIGEST else []
        return Contents(tasks, shown(person, list(rows)))


def preview(person: User, collaboration: Collaboration, now: dt.datetime) -> EmailMultiAlternatives | None:
    """The gathered letter that would leave now; None where there is nothing to tell. Nothing is sent or noted."""
    rows = list(_news_waiting(person, collaboration))
    contents = contents_of(person, collaboration, rows, today=timezone.localdate(now))
    if not contents:
        return None
    with override(choice_of(person).language):
        groups = work.grouped(contents.tasks)
        return emails.letter_of(person, collaboration, groups, contents.news, stop_token=stop_token(person))


# --- What people choose -----------------------------------------------------------------------------------------------


@transaction.atomic
def choose_letters(
    *,
    by: User,
    how_often: str,
    language: str,
    quiet_from: int | None = None,
    quiet_until: int | None = None,
    is_quiet_on_days_off: bool | None = None,
) -> WorkLetterChoice:
    """Say how often one wants the gathered letter, in which language, and when letters at once wait."""
    if how_often not in HowOften.values or language not in dict(settings.LANGUAGES):
        raise NotPossible(_("Choose from the list."))
    said = {"quiet_from": quiet_from, "quiet_until": quiet_until, "is_quiet_on_days_off": is_quiet_on_days_off}
    values = {"how_often": how_often, "language": language, **{k: v for k, v in said.items() if v is not None}}
    if any(hour is not None and not 0 <= hour <= 23 for hour in (quiet_from, quiet_until)):
        raise NotPossible(_("Choose from the list."))
    choice, _is_new = WorkLetterChoice.objects.update_or_create(person=by, defaults=values)
    record("work_letters_chosen", by=by, subject=choice, now=how_often)
    return choice


@transaction.atomic
def stop_letters(person: User) -> bool:
    """Turn the letters off for whoever's letter it was; whether they were on."""
    choice, _is_new = WorkLetterChoice.objects.select_for_update().get_or_create(person=person)
    if choice.how_often == HowOften.NEVER:
        return False
    choice.how_often = HowOften.NEVER
    choice.save(update_fields=["how_often"])
    record("work_letters_stopped", by=person, subject=choice)
    return True


@transaction.atomic
def change_rule(*, by: User, collaboration: Collaboration, weekday: int, hour: int) -> WorkLetterRule:
    """Say on which weekday and at which hour the collaboration's letters leave."""
    check_may_keep_work_letters(by, collaboration)
    if weekday not in WorkLetterRule.Weekday.values or not 0 <= hour <= 23:
        raise NotPossible(_("Choose from the list."))
    rule, _is_new = WorkLetterRule.objects.update_or_create(
        collaboration=collaboration, defaults={"weekday": weekday, "hour": hour}
    )
    record("work_letter_rule_changed", by=by, subject=rule, changed={"weekday": weekday, "hour": hour})
    return rule
