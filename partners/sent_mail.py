"""What letters were sent to whom and what came of them: for oneself, and what failed for those who keep the letters."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from partners.models import Collaboration, Membership, SentMail, SentMailQuerySet
from partners.notifications.topics import topic_with
from partners.permissions import may_keep_work_letters

SHOWN = 100
# A letter that failed longer ago is no task any more; the page still has it.
TOLD_DAYS = 7


def sent_to(user: Any) -> list[dict[str, Any]]:
    """The latest letters to the user, newest first."""
    mine = SentMail.objects.visible_to(user).filter(person=user)
    return _rows(mine.select_related("collaboration")[:SHOWN], timezone.now())


def failed_in(user: Any, collaboration: Collaboration, now: dt.datetime) -> SentMailQuerySet:
    """The letters of a collaboration that did not leave, or of which nobody knows."""
    return SentMail.objects.visible_to(user).filter(collaboration=collaboration).failed(now)


def failures(user: Any, collaboration: Collaboration) -> list[dict[str, Any]]:
    """What failed, newest first, with whom it should have reached: function and organisation, never name or address."""
    now = timezone.now()
    found = list(failed_in(user, collaboration, now).select_related("person")[:SHOWN])
    seats = Membership.objects.filter(collaboration=collaboration, user__in=[one.person_id for one in found])
    organisations = dict(seats.values_list("user_id", "organisation__name"))
    rows = _rows(found, now)
    for one, row in zip(found, rows, strict=True):
        row["who"], row["organisation"] = one.person.function, organisations.get(one.person_id, "")
    return rows


def _rows(letters: Iterable[SentMail], now: dt.datetime) -> list[dict[str, Any]]:
    rows = []
    for one in letters:
        topic = topic_with(one.topic)
        is_cut_off = one.outcome == SentMail.Outcome.BEGUN and one.at < now - SentMail.UNKNOWN_AFTER
        outcome = SentMail.Outcome.UNKNOWN if is_cut_off else SentMail.Outcome(one.outcome)
        rows.append(
            {
                "at": one.at,
                "topic": topic.label if topic is not None else _("What is new"),
                "outcome": outcome.label,
                "answer": one.answer,
                "has_failed": outcome in {SentMail.Outcome.REFUSED, SentMail.Outcome.UNKNOWN},
                "collaboration": one.collaboration,
            }
        )
    return rows


def my_work_items(user: Any, collaborations: Sequence[Collaboration]) -> dict[int, list[dict[str, Any]]]:
    """On the page of what waits, for those who keep the letters: how many have not arrived lately."""
    now = timezone.now()
    found = {}
    for one in collaborations:
        if not may_keep_work_letters(user, one):
            continue
        failed = failed_in(user, one, now).filter(at__gte=now - dt.timedelta(days=TOLD_DAYS)).order_by("at")
        times = list(failed.values_list("at", flat=True))
        if not times:
            continue
        title = ngettext(
            "%(number)s letter may not have arrived", "%(number)s letters may not have arrived", len(times)
        ) % {"number": len(times)}
        url = reverse("mail_failures", args=[one.slug])
        found[one.pk] = [{"title": title, "mail_title": title, "url": url, "since": timezone.localdate(times[0])}]
    return found
