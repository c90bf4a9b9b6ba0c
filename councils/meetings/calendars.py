"""A meeting in the calendar that people use every day, as RFC 5545 and 5546 have it."""

from __future__ import annotations

import datetime as dt
from email.utils import parseaddr
from urllib.parse import urlsplit

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from icalendar import Calendar, Event, vCalAddress, vText

from councils.meetings.presenters import url_of
from councils.models import Meeting, MeetingState
from documents.texts import one_line
from partners.models import User
from situational_picture.documents import notice_words


def method_of(meeting: Meeting, person: User | None = None) -> str:
    """What a calendar is to do with it: ask the person invited, or note what is published; or take it away."""
    if meeting.state == MeetingState.CANCELLED:
        return "CANCEL"
    return "REQUEST" if person is not None else "PUBLISH"


def invitation(meeting: Meeting, *, person: User | None = None, now: dt.datetime | None = None) -> bytes:
    """The meeting as a calendar takes it in; sent again it moves the one that is there, or takes it away.

    It says which group meets, when and where, and nothing of what the meeting is about. `person` is whoever is invited
    by letter, the only one it names; the platform asks for no answer.
    """
    is_off = meeting.state == MeetingState.CANCELLED
    site = settings.SITE_URL.rstrip("/")
    calendar = Calendar()
    calendar.add("prodid", "-//EST//Meetings//EN")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", method_of(meeting, person))
    event = Event()
    event.add("uid", f"{meeting.uid}@{urlsplit(site).hostname or 'est'}")
    event.add("dtstamp", (now or timezone.now()).astimezone(dt.UTC).replace(microsecond=0))
    event.add("sequence", meeting.sequence)
    organizer = vCalAddress(f"mailto:{parseaddr(settings.DEFAULT_FROM_EMAIL)[1]}")
    organizer.params["CN"] = vText(one_line(meeting.collaboration.name))
    event["organizer"] = organizer
    if person is not None:
        attendee = vCalAddress(f"mailto:{person.email}")
        attendee.params["PARTSTAT"] = vText("NEEDS-ACTION")
        attendee.params["RSVP"] = vText("FALSE")
        event.add("attendee", attendee, encode=False)
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
