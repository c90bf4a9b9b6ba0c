"""Letters of what is new: at once, or gathered in the letter of what waits. Each row is put in one letter at most."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Collection
from smtplib import SMTPException

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import override

from audit.actions import record
from partners import emails
from partners.mailing import NOT_TAKEN, leads_nowhere, stop_token
from partners.models import Collaboration, Notification, NotificationQuerySet, TopicChoice, User, WorkLetterChoice
from partners.notifications.choices import Choices, choices_of
from partners.notifications.queries import news_of, shown
from partners.notifications.topics import How, registered

logger = logging.getLogger(__name__)

# What could not leave within so long stands on the page, and is no news for a letter at once.
WITHIN = dt.timedelta(days=7)


def waiting(person: User, collaboration: Collaboration, topics: Collection[str]) -> NotificationQuerySet:
    """The person's unread rows of these topics that have been in no letter."""
    return news_of(person, collaboration).filter(topic__in=list(topics), read_at=None, mail_claimed_at=None)


@transaction.atomic
def claim(rows: NotificationQuerySet) -> list[Notification]:
    """Make the rows ours to put in a letter. Of two who try at once, one gets them all and the other none."""
    ours = list(rows.select_for_update(skip_locked=True, of=("self",)))
    Notification.objects.filter(pk__in=[row.pk for row in ours]).update(mail_claimed_at=timezone.now())
    return ours


def give_back(rows: Collection[Notification]) -> None:
    """Let rows that are certain to be in no letter wait again."""
    Notification.objects.filter(pk__in=[row.pk for row in rows]).update(mail_claimed_at=None)


def send_at_once(now: dt.datetime) -> int:
    """Send what people want at once and are not too quiet for, one letter a person and collaboration; say how many.

    At most once each. Safe to run twice, twice at once, and to kill: what has been claimed is in no other letter, since
    its own may have left before the worker died.
    """
    proposed = [topic.key for topic in registered() if topic.default == How.AT_ONCE]
    chosen = TopicChoice.objects.filter(person=OuterRef("person_id"), topic=OuterRef("topic"))
    stopped = WorkLetterChoice.objects.filter(person=OuterRef("person_id"), how_often=WorkLetterChoice.HowOften.NEVER)
    rows = Notification.objects.filter(
        Exists(chosen.filter(how=How.AT_ONCE)) | Q(topic__in=proposed) & ~Exists(chosen),
        read_at=None,
        mail_claimed_at=None,
        happened_at__gt=now - WITHIN,
    ).exclude(Exists(stopped))
    pairs = sorted(set(rows.order_by().values_list("person_id", "collaboration_id")))
    choices = choices_of([person for person, _collaboration in pairs])
    sent: dict[int, int] = {}
    for person_id, collaboration_id in pairs:
        if choices[person_id].is_quiet(now):
            continue
        try:
            sent[collaboration_id] = sent.get(collaboration_id, 0) + _send(
                person_id, collaboration_id, choices[person_id], now
            )
        except Exception:
            # What one person's rows cannot do must not keep the others' letters.
            logger.exception("A letter of what is new in collaboration %s could not be put together.", collaboration_id)
    for collaboration_id, people in sent.items():
        if people:
            record("news_sent", collaboration_id=collaboration_id, people=people)
    return sum(sent.values())


def _send(person_id: int, collaboration_id: int, choices: Choices, now: dt.datetime) -> int:
    person = User.objects.get(pk=person_id)
    collaboration = Collaboration.objects.get(pk=collaboration_id)
    topics = choices.topics(How.AT_ONCE)
    if not topics or not person.memberships_in(collaboration) or leads_nowhere(person.email):
        return 0
    rows = waiting(person, collaboration, topics).filter(happened_at__gt=now - WITHIN)
    for chosen in choices.by_topic.values():
        # What had happened before has been told in the way that was chosen then.
        rows = rows.exclude(topic=chosen.topic, happened_at__lt=chosen.chosen_at)
    claimed = claim(rows)
    with override(choices.general.language):
        news = shown(person, claimed)
        if not news:
            return 0
        try:
            emails.send_letter(person, collaboration, [], news, stop_token=stop_token(person))
        except (OSError, SMTPException) as problem:
            # The others get theirs; the log of the machine names nobody.
            logger.warning("A letter of what is new could not be sent in collaboration %s.", collaboration.pk)
            if isinstance(problem, NOT_TAKEN):
                give_back(claimed)
            return 0
    return 1


def for_the_digest(person: User, collaboration: Collaboration, choices: Choices) -> NotificationQuerySet:
    """What the person's next gathered letter tells of, as far as they may still see it."""
    return waiting(person, collaboration, choices.topics(How.DIGEST))
