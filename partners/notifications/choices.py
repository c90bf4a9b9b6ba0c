"""How somebody wants to be told, topic by topic; every room's letters ask here before they leave."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from audit.actions import record
from common.errors import NotPossible
from partners.models import TopicChoice, User, WorkLetterChoice
from partners.notifications import quiet
from partners.notifications.topics import How, Topic, registered, topic_with


@dataclass(frozen=True)
class Choices:
    """What one person has chosen."""

    general: WorkLetterChoice
    by_topic: Mapping[str, TopicChoice]

    def how(self, key: str) -> How:
        """How the person is told of a topic: as they chose, or as the room proposes. No letters is no letters."""
        topic = topic_with(key)
        if topic is None:
            return How.PAGE
        if topic.is_must:
            return How.AT_ONCE
        if self.general.how_often == WorkLetterChoice.HowOften.NEVER:
            return How.PAGE
        return self.chosen(topic)

    def chosen(self, topic: Topic) -> How:
        """What the person has said of a topic, or what is proposed, whether or not letters are off."""
        chosen = self.by_topic.get(topic.key)
        return How(chosen.how) if chosen is not None and chosen.how in topic.ways else topic.default

    def topics(self, how: How) -> list[str]:
        """The topics the person is told of in this way."""
        return [topic.key for topic in registered() if self.how(topic.key) == how]

    def is_quiet(self, now: dt.datetime) -> bool:
        """Whether letters at once wait."""
        return quiet.is_quiet(self.general, now)


def choices_of(people: Iterable[User | int]) -> dict[int, Choices]:
    """What each of them has chosen, by id: two questions however many they are."""
    ids = {person if isinstance(person, int) else person.pk for person in people}
    general = {choice.person_id: choice for choice in WorkLetterChoice.objects.filter(person__in=ids)}
    topics: dict[int, dict[str, TopicChoice]] = {pk: {} for pk in ids}
    for choice in TopicChoice.objects.filter(person__in=ids):
        topics[choice.person_id][choice.topic] = choice
    return {pk: Choices(general.get(pk) or WorkLetterChoice(person_id=pk), topics[pk]) for pk in ids}


def choices_for(person: User) -> Choices:
    """What one person has chosen."""
    return choices_of([person])[person.pk]


def choosable() -> list[Topic]:
    """The topics people choose for themselves."""
    return [topic for topic in registered() if not topic.is_must]


@transaction.atomic
def choose_topics(*, by: User, wanted: Mapping[str, str]) -> None:
    """Say how one wants to be told of some topics. What stays as it was is left alone, with its day."""
    User.objects.select_for_update(no_key=True).get(pk=by.pk)
    allowed = {topic.key: topic for topic in choosable()}
    now_chosen = choices_for(by)
    changed = {}
    for key, how in wanted.items():
        if key not in allowed or how not in allowed[key].ways:
            raise NotPossible(_("Choose from the list."))
        stands = now_chosen.by_topic.get(key)
        if how != (stands.how if stands is not None else allowed[key].default):
            changed[key] = how
    for key, how in changed.items():
        TopicChoice.objects.filter(person=by, topic=key).delete()
        TopicChoice.objects.create(person=by, topic=key, how=how)
    if changed:
        record("topics_chosen", by=by, subject=by, now=changed)


def written_to_now(people: Iterable[User | int], topic: str, now: dt.datetime) -> set[int]:
    """Those whom a room's own letter may reach now: they want the topic at once, and it is no quiet hour of theirs.

    The others are told by their row: in a letter when the quiet hours end, in the gathered one, or on the page alone.
    """
    return {
        pk
        for pk, choices in choices_of(people).items()
        if choices.how(topic) == How.AT_ONCE and not choices.is_quiet(now)
    }
