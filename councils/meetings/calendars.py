"""A meeting in the calendar that people use every day, as RFC 5545 and 5546 have it."""

from __future__ import annotations

import datetime as dt
from urllib.parse import urlsplit

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from icalendar import Calendar, Event

from councils.meetings.presenters import url_of
from councils.models import Meeting, MeetingState
from documents.texts import one_line
from situational_picture.documents import notice_words


def invitation(meeting: Meeting, *, now: dt.datetime | None = None) -> bytes:
    """The meeting as a calendar takes it in; sent again it moves the one that is there, or takes it away.

    It says which group meets, when and where, and nothing of what the meeting is about.
    """
    is_off = meeting.state == MeetingState.CANCELLED
    site = settings.SITE_URL.rstrip("/")
    calendar = Calendar()
    calendar.add("prodid", "-//EST//Meetings//EN")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "CANCEL" if is_off else "PUBLISH")
    event = Event()
    event.add("uid", f"{meeting.uid}@{urlsplit(site).hostname or 'est'}")
    event.add("dtstamp", (now or timezone.now()).astimezone(dt.UTC).replace(microsecond=0))
    event.add("sequence", meeting.sequence)
    event.add("dtstart", meeting.starts_at.astimezone(dt.UTC))
    event.add("dtend", meeting.ends_at.astimezone(dt.UTC))
    event.add("summary", one_line(meeting.series.name if meeting.series else meeting.group.name))
    if meeting.where:
        event.add("location", one_line(meeting.where))
    notice = notice_words(meeting.collaboration)
    event.add("description", "\n".join(filter(None, [_("The agenda is on the platform."), notice])))
    event.add("url", site + url_of(meeting))
    event.add("status", "CANCELLED" if is_off else "CONFIRMED")
    calendar.add_component(event)
    return bytes(calendar.to_ical())
