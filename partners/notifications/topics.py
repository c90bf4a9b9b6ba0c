"""What people can be told of: each room registers its topics, and says what a row is about, as its reader."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db import models
from django.utils.translation import gettext as _

from partners.models import TopicChoice

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

    from partners.models import Notification


How = TopicChoice.How


@dataclass(frozen=True, slots=True)
class Words:
    """What a row says inside the platform: what has happened, where it is read, and perhaps about what."""

    title: str
    url: str
    text: str = ""


# The rows the reader may see now, by id, each with its words. What is left out is neither shown nor mailed.
Shown = Callable[[Any, Sequence["Notification"]], Mapping[int, Words]]


def _nothing(user: Any, rows: Sequence[Notification]) -> dict[int, Words]:
    return {}


@dataclass(frozen=True)
class Topic:
    """One kind of news. `mail_titles` says by `what` what may leave the platform: no place, no text, no organisation.

    A topic without `shown` has letters of its room's own and no rows. One that `is_must` cannot be turned off.
    """

    key: str
    label: str | _StrPromise
    tells: str | _StrPromise
    mail_titles: Mapping[str, str | _StrPromise] = field(default_factory=dict)
    shown: Shown = _nothing
    default: How = How.DIGEST
    # What a person may choose between.
    ways: tuple[How, ...] = tuple(How)
    is_must: bool = False
    order: int = 0

    def mail_title(self, what: str) -> str:
        """What a letter says of such a row."""
        return str(self.mail_titles.get(what) or _("Something new for you"))


_topics: dict[str, Topic] = {}


def register(topic: Topic) -> None:
    """Let people be told of this. Doing it twice changes nothing."""
    _topics[topic.key] = topic


def registered() -> list[Topic]:
    """All topics, in the order in which people choose."""
    return sorted(_topics.values(), key=lambda topic: (topic.order, topic.key))


def topic_with(key: str) -> Topic | None:
    """The topic of a row; None when no room knows it any longer."""
    return _topics.get(key)


def shown_by(
    model: type[models.Model],
    words: Callable[[Any, str], Words | None],
    *,
    with_related: Sequence[str] = (),
    without: Sequence[str] = (),
) -> Shown:
    """What shows rows about one model: what the reader may see of it, in `words(thing, what)`.

    `with_related` is fetched with the things, and `without` is not fetched at all.
    """

    def shown(user: Any, rows: Sequence[Notification]) -> dict[int, Words]:
        wanted = {row.subject_id for row in rows if row.kind == model._meta.label_lower}
        if not wanted:
            return {}
        visible: Any = model._default_manager
        things = visible.visible_to(user).filter(pk__in=wanted).select_related(*with_related).defer(*without)
        known = {thing.pk: thing for thing in things}
        found = {}
        for row in rows:
            if row.kind != model._meta.label_lower or row.subject_id not in known:
                continue
            if (said := words(known[row.subject_id], row.what)) is not None:
                found[row.pk] = said
        return found

    return shown
