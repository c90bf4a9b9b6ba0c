"""Letters about reporting, in the platform's default language."""

from __future__ import annotations

import logging
from smtplib import SMTPException

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from analysis.periods import Period
from incidents.coverage import deadlines
from incidents.coverage.news import TOPIC
from incidents.coverage.presenters import period_name
from incidents.models import ReportingUnit
from partners.mailing import send_text
from partners.models import User

logger = logging.getLogger(__name__)


def send_report_reminder(unit: ReportingUnit, period: Period, people: list[User]) -> int:
    """Ask those who report for a unit for the period's reports; return how many letters the mail server took."""
    rhythm = deadlines.rhythm_of(unit.collaboration_id)
    deadline = deadlines.deadline_of(rhythm, period)
    site = settings.SITE_URL.rstrip("/")
    sent = 0
    with override(settings.LANGUAGE_CODE):
        context = {
            "unit": unit.unit,
            "collaboration": unit.collaboration,
            "period": period_name(period),
            "deadline": deadline,
            "is_late": deadline <= timezone.now(),
            "url": site + reverse("reporting", args=[unit.collaboration.slug]),
            "notice": unit.collaboration.notice,
        }
        words = {"unit": unit.unit.name, "period": period_name(period)}
        # A name may hold a line break, and a letter's head may not.
        subject = " ".join((_("Report or say “nothing to report”: %(unit)s, %(period)s") % words).split())
        text = render_to_string("incidents/email/report_reminder.txt", context)
        for person in people:
            try:
                send_text(subject, text, person=person, topic=TOPIC, collaboration=unit.collaboration)
                sent += 1
            except (OSError, SMTPException):
                # The others get theirs; who was reminded is not written to the log of the machine.
                logger.warning("A reminder about %s could not be sent.", period.code)
    return sent
