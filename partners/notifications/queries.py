"""What is new for somebody, computed as that somebody."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.paginator import InvalidPage, Page, Paginator

from partners.models import Collaboration, Notification, NotificationQuerySet
from partners.notifications.topics import Topic, Words, topic_with

PAGE_SIZE = 30


@dataclass(frozen=True, slots=True)
class News:
    """A row with what it says to its reader."""

    row: Notification
    topic: Topic
    words: Words

    @property
    def mail_title(self) -> str:
        return self.topic.mail_title(self.row.what)


def news_of(user: Any, collaboration: Collaboration) -> NotificationQuerySet:
    """The rows told to the user here, whether or not they may still see them."""
    rows: NotificationQuerySet = Notification.objects.visible_to(user).filter(collaboration=collaboration)
    return rows


def shown(user: Any, rows: Sequence[Notification]) -> list[News]:
    """Those of the rows that the user may see now, with their words; a question or two a topic, however many rows.

    Whether a row can be seen is noted with it, so that the number in the menu is what the page shows.
    """
    by_topic: dict[str, list[Notification]] = {}
    for row in rows:
        by_topic.setdefault(row.topic, []).append(row)
    words: dict[int, tuple[Topic, Words]] = {}
    for key, of_topic in by_topic.items():
        topic = topic_with(key)
        if topic is not None:
            words.update({pk: (topic, said) for pk, said in topic.shown(user, of_topic).items()})
    _note(row.pk for row in rows if row.pk not in words and not row.is_hidden)
    _note((row.pk for row in rows if row.pk in words and row.is_hidden), is_hidden=False)
    return [News(row, *words[row.pk]) for row in rows if row.pk in words]


def _note(ids: Iterable[int], *, is_hidden: bool = True) -> None:
    if wanted := list(ids):
        Notification.objects.filter(pk__in=wanted).update(is_hidden=is_hidden)


def page_of(user: Any, collaboration: Collaboration, *, number: str, only_unread: bool) -> tuple[Page, list[News]]:
    """A page of rows, newest first, and what they say."""
    rows = news_of(user, collaboration).select_related("stands_in_for")
    if only_unread:
        rows = rows.filter(read_at=None)
    paginator = Paginator(rows, PAGE_SIZE)
    try:
        page = paginator.page(number or 1)
    except InvalidPage:
        page = paginator.page(1)
    return page, shown(user, list(page.object_list))


def count_again(user: Any, collaboration: Collaboration) -> int:
    """How much is new, asked after the rows were looked at: the menu of the same page then says the same."""
    number: int = news_of(user, collaboration).unread().count()
    for membership in user.memberships_in(collaboration):
        membership.unread_news = number
    return number


def number_in_menu(user: Any, collaboration: Collaboration) -> str:
    """How much is new, as it was fetched with the user's role; nothing for none."""
    number = max((m.unread_news for m in user.memberships_in(collaboration)), default=0)
    return "99+" if number > 99 else str(number or "")
