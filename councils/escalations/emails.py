"""The letter to a deputy about late questions: numbers, days and a link. The question stands behind the sign-in."""

from __future__ import annotations

from collections.abc import Sequence

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from action_plans.commitments.presenters import day
from councils.escalations import presenters
from councils.escalations.news import LATE
from councils.models import Escalation
from partners.mailing import send_text
from partners.models import Collaboration, User


def send_late(collaboration: Collaboration, person: User, late: Sequence[Escalation]) -> None:
    """Tell one deputy of the questions whose day has passed."""
    site = settings.SITE_URL.rstrip("/")
    with override(settings.LANGUAGE_CODE):
        address = [collaboration.slug]
        rows = [
            {
                "name": presenters.name_of(one),
                "day": day(one.answer_by),
                "url": site + reverse("escalation", args=[*address, one.number]),
            }
            for one in sorted(late, key=lambda one: (one.answer_by, one.number))
        ]
        context = {
            "rows": rows,
            "collaboration": collaboration,
            "notice": collaboration.notice,
            "url": site + reverse("my_work", args=address),
        }
        text = render_to_string("councils/email/late.txt", context)
        subject = _("A question to a group you stand in for is late")
    send_text(subject, text, person=person, topic=LATE, collaboration=collaboration)
