"""Somebody's deadlines in the calendar they use every day: a secret address that they make, and can revoke.

Whoever knows the address reads what a letter may say (`mail_title`) and the days, and no more.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override
from icalendar import Calendar, Event, vText

from audit.actions import record
from common.errors import NotPossible
from documents.texts import one_line
from partners import work, work_letters
from partners.models import CalendarKey, Collaboration, User
from partners.permissions import check_may_have_calendar

# An address works so long; whoever still wants it makes a new one.
VALID_FOR = dt.timedelta(days=365)
# How often a calendar program is asked to fetch the days again.
REFRESH = dt.timedelta(hours=6)


def key_of(person: User, collaboration: Collaboration, today: dt.date) -> CalendarKey | None:
    """The key that works now."""
    return CalendarKey.objects.visible_to(person).valid(today).filter(collaboration=collaboration).first()


@transaction.atomic
def make_key(*, by: User, collaboration: Collaboration) -> tuple[CalendarKey, str]:
    """Make an address, and return what is shown this once. One made before stops working."""
    check_may_have_calendar(by, collaboration)
    # Two presses at once take turns, so that one key works afterwards.
    User.objects.select_for_update(no_key=True).get(pk=by.pk)
    _revoke(by, collaboration)
    secret = CalendarKey.new_key()
    key = CalendarKey.objects.create(
        collaboration=collaboration,
        person=by,
        hash=CalendarKey.hash_of(secret),
        expires_on=timezone.localdate() + VALID_FOR,
    )
    record("calendar_key_made", by=by, subject=key, expires_on=key.expires_on.isoformat())
    return key, secret


@transaction.atomic
def revoke_key(*, by: User, collaboration: Collaboration) -> None:
    """Stop one's address at once."""
    if not _revoke(by, collaboration):
        raise NotPossible(_("There is no address that works any more."))


def _revoke(by: User, collaboration: Collaboration) -> int:
    keys = CalendarKey.objects.visible_to(by).select_for_update().filter(collaboration=collaboration, revoked_at=None)
    ended = 0
    for key in keys:
        ended += CalendarKey.objects.filter(pk=key.pk).update(revoked_at=timezone.now())
        record("calendar_key_revoked", by=by, subject=key)
    return ended


def address_of(secret: str) -> str:
    """Where a calendar program finds the days."""
    return settings.SITE_URL.rstrip("/") + reverse("calendar_feed", args=[secret])


def open_key(secret: str, today: dt.date) -> CalendarKey | None:
    """The key an address holds, if it works: neither revoked nor too old, of somebody who still takes part."""
    rows = CalendarKey.objects.valid(today).select_related("person", "collaboration")
    key = rows.filter(hash=CalendarKey.hash_of(secret)).first()
    if key is None or key.person.is_service or not key.person.memberships_in(key.collaboration):
        return None
    return key


@transaction.atomic
def note_use(key: CalendarKey, today: dt.date) -> None:
    """Note that a calendar was fetched, once a day however often it asks."""
    not_today = Q(last_used_on=None) | Q(last_used_on__lt=today)
    if CalendarKey.objects.filter(not_today, pk=key.pk).update(last_used_on=today):
        record("calendar_read", by=key.person, subject=key)


def calendar_for(key: CalendarKey, now: dt.datetime) -> bytes:
    """The deadlines of whoever made the key, computed as them and in their language, as RFC 5545 has it."""
    person, collaboration = key.person, key.collaboration
    with override(work_letters.choice_of(person).language):
        tasks = work.tasks_of(person, collaboration, today=timezone.localdate(now))
        # A name may hold a line break or worse, and the library escapes no property that is newer than RFC 5545.
        words = {"collaboration": one_line(collaboration.name)}
        name = vText(_("What I have promised in %(collaboration)s") % words)
        calendar = Calendar()
        calendar.add("prodid", "-//EST//My work//EN")
        calendar.add("version", "2.0")
        calendar.add("calscale", "GREGORIAN")
        # The name twice: in the words of RFC 7986, and in those that programs knew before it.
        calendar.add("name", name)
        calendar.add("x-wr-calname", name)
        if notice := _notice(collaboration):
            calendar.add("description", notice)
            calendar.add("x-wr-caldesc", notice)
        calendar.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
        for task in tasks:
            if task["due_on"] is not None:
                calendar.add_component(_event(key, task, now))
    return bytes(calendar.to_ical())


def _event(key: CalendarKey, task: dict[str, Any], now: dt.datetime) -> Event:
    site = settings.SITE_URL.rstrip("/")
    event = Event()
    whose = f"{key.collaboration_id} {key.person_id} {task['id']}"
    event.add("uid", f"{hashlib.sha256(whose.encode()).hexdigest()[:32]}@{urlsplit(site).hostname or 'est'}")
    event.add("dtstamp", now.astimezone(dt.UTC).replace(microsecond=0))
    # A day without hours, in whichever zone it is read: from it, until the day after.
    event.add("dtstart", task["due_on"])
    event.add("dtend", task["due_on"] + dt.timedelta(days=1))
    event.add("summary", work.neutral_title(task))
    if words := _notice(key.collaboration):
        event.add("description", words)
    event.add("url", site + reverse("my_task", args=[key.collaboration.slug, task["id"]]))
    event.add("transp", "TRANSPARENT")
    return event


def _notice(collaboration: Collaboration) -> str:
    return {
        Collaboration.Notice.INVENTED: _("Example data: nothing here has happened."),
        Collaboration.Notice.OPEN_DATA: _(
            "Real open data (data.police.uk); organisations, measures and assessments are invented."
        ),
    }.get(Collaboration.Notice(collaboration.notice), "")
