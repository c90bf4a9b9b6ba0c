"""Each month a sample of what was read and taken out, drawn by lot, for data protection to go through.

The lots are drawn with the seal of the month's last day: nobody can know beforehand which lines they fall on, and
whoever draws again gets the same ones.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Count, F, Q, TextField, Value
from django.db.models.functions import MD5, Cast, Concat
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from audit.actions import record
from audit.models import DaySeal, Event, EventQuerySet
from common.days import midnight
from common.errors import NotPossible
from partners import log
from partners.models import Collaboration, LogReview, User
from partners.permissions import check_may_go_through_log, may_go_through_log
from privacy import guard

# How many lines of each sort: what people read, what systems' keys read, and what was taken out as a file.
READINGS, READINGS_OF_SYSTEMS, EXPORTS = 20, 5, 10
# Months longer ago than this are nobody's task any more; the whole log can still be asked about them.
MONTHS_BACK = 12
LONGEST_NOTE = 300
READERS_SHOWN = 10
# Reading the log is not reading reports: such lines would fill the sample with whoever goes through it.
_OF_THE_LOG = {"log_read", "log_sample_read"}


@dataclass(frozen=True, slots=True)
class Sample:
    """The lines of a month that the lots fell on, in order of time, and how many they were drawn from."""

    seed: str
    events: list[Event]
    drawn_from: int


def month_of(day: dt.date) -> dt.date:
    """The first day of a day's month."""
    return day.replace(day=1)


def month_named(text: str) -> dt.date | None:
    """The month that an address names as 2026-10; None when it names none."""
    try:
        return dt.date.fromisoformat(f"{text}-01") if len(text) == len("2026-10") else None
    except ValueError:
        return None


def next_month(month: dt.date) -> dt.date:
    """The first day of the month after."""
    return (month + dt.timedelta(days=31)).replace(day=1)


def ended_months(collaboration: Collaboration, today: dt.date) -> list[dt.date]:
    """The months that have ended since the log began, at most a year of them, the latest first."""
    first = Event.objects.filter(collaboration_id=collaboration.pk).order_by("at", "pk").values_list("at").first()
    if first is None:
        return []
    began, month = month_of(timezone.localdate(first[0])), month_of(today)
    months: list[dt.date] = []
    while len(months) < MONTHS_BACK:
        month = month_of(month - dt.timedelta(days=1))
        if month < began:
            break
        months.append(month)
    return months


def not_gone_through(collaboration: Collaboration, today: dt.date) -> list[dt.date]:
    """The months that have ended and that nobody has gone through, the latest first."""
    months = ended_months(collaboration, today)
    done = set(LogReview.objects.filter(collaboration=collaboration, month__in=months).values_list("month", flat=True))
    return [month for month in months if month not in done]


def number_in_menu(user: Any, collaboration: Collaboration) -> str:
    """How many months wait for whoever goes through them; nothing for others and for none."""
    if not may_go_through_log(user, collaboration):
        return ""
    return str(len(not_gone_through(collaboration, timezone.localdate())) or "")


def months_to_go_through(user: Any, collaborations: Sequence[Collaboration]) -> dict[int, list[dict[str, Any]]]:
    """On the page of what waits: each ended month nobody has gone through, for whoever does."""
    today = timezone.localdate()
    return {
        one.pk: [
            {
                "title": _("Go through the log of %(month)s") % {"month": date_format(month, "F Y")},
                "mail_title": _("Go through the log of %(month)s") % {"month": date_format(month, "F Y")},
                "url": reverse("log_sample", args=[one.slug, f"{month:%Y-%m}"]),
                "since": next_month(month),
            }
            for month in not_gone_through(one, today)
        ]
        for one in collaborations
        if may_go_through_log(user, one)
    }


def read_and_taken_out(user: Any, collaboration: Collaboration, month: dt.date) -> EventQuerySet:
    """Every line of the month about something that was read or taken out."""
    codes = {*log.codes_of(log.Kind.READS), *log.codes_of(log.Kind.EXPORTS)} - _OF_THE_LOG
    return Event.objects.visible_to(user).filter(
        collaboration_id=collaboration.pk,
        action__in=codes,
        at__gte=midnight(month),
        at__lt=midnight(next_month(month)),
    )


def draw(user: Any, collaboration: Collaboration, month: dt.date) -> Sample | None:
    """The month's sample; None until the night has sealed its last day."""
    last_day = next_month(month) - dt.timedelta(days=1)
    seal = DaySeal.objects.filter(day=last_day).first()
    if seal is None:
        return None
    # The seal is every collaboration's: each draws lots of its own.
    seed = hashlib.sha256(f"{seal.hash}:{collaboration.pk}".encode()).hexdigest()
    rows = read_and_taken_out(user, collaboration, month)
    of_systems, exports = Q(details__has_key="token"), Q(action__in=log.codes_of(log.Kind.EXPORTS))
    parts = (
        (rows.exclude(exports).exclude(of_systems), READINGS),
        (rows.exclude(exports).filter(of_systems), READINGS_OF_SYSTEMS),
        (rows.filter(exports), EXPORTS),
    )
    found: list[Event] = []
    for part, number in parts:
        lot = MD5(Concat(Value(seed), Cast("pk", TextField())))
        found += part.order_by(lot, "pk")[:number]
    return Sample(seed, sorted(found, key=lambda event: (event.at, event.pk)), rows.order_by().count())


def readers(user: Any, collaboration: Collaboration, month: dt.date) -> list[Any]:
    """Who read and took out most in the month: numbers to look at, and no judgement."""
    exports = Q(action__in=log.codes_of(log.Kind.EXPORTS))
    return list(
        read_and_taken_out(user, collaboration, month)
        .order_by()
        .values("actor_id", who=F("actor_label"), organisation=F("organisation_label"))
        .annotate(read=Count("pk", filter=~exports), taken_out=Count("pk", filter=exports))
        .order_by("-read", "-taken_out", "who", "actor_id")[:READERS_SHOWN]
    )


def lines_of_review(user: Any, review: LogReview) -> list[Event]:
    """The lines that were gone through, as long as the log still has them."""
    rows = Event.objects.visible_to(user).filter(collaboration_id=review.collaboration_id, pk__in=review.event_ids)
    return list(rows.order_by("at", "pk"))


@transaction.atomic
def go_through(
    *, collaboration: Collaboration, month: dt.date, finding: str, note: str, seen: Sequence[int], by: User
) -> LogReview:
    """Say that a month's sample was gone through and what was found; `seen` are the lines the page showed."""
    check_may_go_through_log(by, collaboration)
    note = note.strip()
    if month not in ended_months(collaboration, timezone.localdate()):
        raise NotPossible(_("Only a month that has ended, since the log began, can be gone through."))
    if finding == LogReview.Finding.FOLLOW_UP and not note:
        raise NotPossible(_("Write what is followed up."), code="note")
    if len(note) > LONGEST_NOTE:
        raise NotPossible(_("The note is longer than 300 characters. Shorten it."), code="note")
    if guard.verdict(note, strict=True).strong:
        raise NotPossible(_("The note points at a person. Write a case number instead."), code="note")
    # Two who press at once: the second is told.
    Collaboration.objects.select_for_update(no_key=True).get(pk=collaboration.pk)
    if LogReview.objects.filter(collaboration=collaboration, month=month).exists():
        raise NotPossible(_("The month has already been gone through."))
    sample = draw(by, collaboration, month)
    if sample is None:
        raise NotPossible(_("The month's last day is not sealed yet. The sample is drawn in the night."))
    ids = [event.pk for event in sample.events]
    if list(seen) != ids:
        raise NotPossible(_("The sample is another than the page showed. Read it again."))
    review = LogReview.objects.create(
        collaboration=collaboration,
        month=month,
        finding=finding,
        note=note,
        seed=sample.seed,
        event_ids=ids,
        drawn_from=sample.drawn_from,
        by=by,
    )
    record("log_sample_gone_through", by=by, subject=review, rows=len(ids), finding=finding)
    return review
