"""The invitation by letter: which group meets, when and where, with the meeting for one's calendar beside it."""

from __future__ import annotations

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import override

from councils.meetings import calendars, presenters
from councils.meetings.news import TOPIC
from councils.models import Meeting
from partners.mailing import deliver
from partners.models import User


def send_invitation(person: User, meeting: Meeting, what: str) -> None:
    """Invite somebody, or tell them that the meeting is held at another time or not at all."""
    site = settings.SITE_URL.rstrip("/")
    with override(settings.LANGUAGE_CODE):
        subjects = {
            "planned": _("You are invited to a meeting"),
            "moved": _("A meeting of yours has been moved"),
            "cancelled": _("A meeting of yours has been called off"),
        }
        context = {
            "what": what,
            "name": meeting.series.name if meeting.series else meeting.group.name,
            "when": presenters.when(meeting.starts_at),
            "where": meeting.where,
            "url": site + presenters.url_of(meeting),
            "collaboration": meeting.collaboration,
            "notice": meeting.collaboration.notice,
        }
        text = render_to_string("councils/email/invitation.txt", context)
        letter = EmailMessage(subjects[what], text, None, [person.email])
        # Calendars read what to do with it in the part's own type.
        letter.attach(
            f"mote-{meeting.number}.ics",
            calendars.invitation(meeting, person=person).decode(),
            f"text/calendar; method={calendars.method_of(meeting, person)}",
        )
    deliver(letter, person=person, topic=TOPIC, collaboration=meeting.collaboration)
