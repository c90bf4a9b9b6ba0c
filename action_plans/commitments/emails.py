"""The letter that reminds of commitments: numbers, days and a link. What is promised stands behind the sign-in."""

from __future__ import annotations

from collections.abc import Sequence

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from action_plans.commitments import presenters
from action_plans.commitments.news import REMINDERS
from action_plans.models import CommitmentReminder
from partners.mailing import send_text
from partners.models import Collaboration, User

Kind = CommitmentReminder.Kind


def send_reminder(collaboration: Collaboration, person: User, reminders: Sequence[CommitmentReminder]) -> None:
    """Remind one person of what they answer for, or stand in for, today, and of requests that nobody has answered."""
    site = settings.SITE_URL.rstrip("/")
    with override(settings.LANGUAGE_CODE):
        rows = [
            {
                "name": presenters.name_of(one.commitment),
                "day": presenters.day(one.due_on),
                "kind": one.kind,
                "url": site + presenters.url_of(one.commitment),
            }
            for one in sorted(reminders, key=lambda one: (one.due_on, one.commitment.number))
        ]
        context = {
            "late": [row for row in rows if row["kind"] == Kind.LATE],
            "near": [row for row in rows if row["kind"] == Kind.BEFORE],
            "unanswered": [row for row in rows if row["kind"] == Kind.ANSWER],
            "collaboration": collaboration,
            "notice": collaboration.notice,
            "url": site + reverse("my_work", args=[collaboration.slug]),
        }
        text = render_to_string("action_plans/email/reminder.txt", context)
        has_day = any(row["kind"] != Kind.ANSWER for row in rows)
        subject = _("A commitment of yours has its day") if has_day else _("A request waits for an answer")
    send_text(subject, text, person=person, topic=REMINDERS, collaboration=collaboration)
