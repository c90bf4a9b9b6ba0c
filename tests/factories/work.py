"""What waits, by letter and in a calendar."""

from __future__ import annotations

import datetime as dt

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from partners.models import (
    CalendarKey,
    Notification,
    SentMail,
    TopicChoice,
    WorkLetter,
    WorkLetterChoice,
    WorkLetterRule,
)
from tests.factories import CollaborationFactory, UserFactory

__all__ = [
    "CalendarKeyFactory",
    "NotificationFactory",
    "SentMailFactory",
    "TopicChoiceFactory",
    "WorkLetterChoiceFactory",
    "WorkLetterFactory",
    "WorkLetterRuleFactory",
]


class WorkLetterRuleFactory(DjangoModelFactory):
    class Meta:
        model = WorkLetterRule

    collaboration = factory.SubFactory(CollaborationFactory)


class WorkLetterChoiceFactory(DjangoModelFactory):
    class Meta:
        model = WorkLetterChoice

    person = factory.SubFactory(UserFactory)


class WorkLetterFactory(DjangoModelFactory):
    class Meta:
        model = WorkLetter

    collaboration = factory.SubFactory(CollaborationFactory)
    person = factory.SubFactory(UserFactory)
    day = factory.LazyFunction(timezone.localdate)
    occasion = factory.LazyAttribute(lambda letter: letter.day.isoformat())


class CalendarKeyFactory(DjangoModelFactory):
    class Meta:
        model = CalendarKey

    class Params:
        secret = factory.Sequence(lambda n: f"a-secret-that-nobody-guesses-{n}")

    collaboration = factory.SubFactory(CollaborationFactory)
    person = factory.SubFactory(UserFactory)
    hash = factory.LazyAttribute(lambda key: CalendarKey.hash_of(key.secret))
    expires_on = factory.LazyFunction(lambda: timezone.localdate() + dt.timedelta(days=30))


class NotificationFactory(DjangoModelFactory):
    """Something about the collaboration itself, unless the test says what."""

    class Meta:
        model = Notification

    collaboration = factory.SubFactory(CollaborationFactory)
    person = factory.SubFactory(UserFactory)
    topic = "measures"
    what = "decided"
    kind = "action_plans.measure"
    subject_id = factory.Sequence(lambda n: n + 1)
    key = factory.Sequence(str)
    happened_at = factory.LazyFunction(timezone.now)


class TopicChoiceFactory(DjangoModelFactory):
    class Meta:
        model = TopicChoice

    person = factory.SubFactory(UserFactory)
    topic = "measures"
    how = TopicChoice.How.AT_ONCE


class SentMailFactory(DjangoModelFactory):
    class Meta:
        model = SentMail

    collaboration = factory.SubFactory(CollaborationFactory)
    person = factory.SubFactory(UserFactory)
    topic = "work"
    outcome = SentMail.Outcome.SENT
