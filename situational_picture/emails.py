"""The letter that tells of a published picture: a link, and only what its reader may see."""

from __future__ import annotations

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from partners.mailing import send_text
from partners.models import User
from situational_picture import presenters, selecting
from situational_picture.models import Picture
from situational_picture.news import TOPIC
from situational_picture.period_names import period_name


def picture_path(picture: Picture) -> str:
    """A published version's own address: it never changes."""
    path = reverse("picture", args=[picture.collaboration.slug, picture.area.slug])
    return f"{path}?period={picture.period.code}&version={picture.version}"


def send_picture(picture: Picture, person: User, *, own_reports: int, is_reporter: bool) -> None:
    """Tell one person, in their own words about their own reports. The subject says nothing about any area."""
    with override(settings.LANGUAGE_CODE):
        context = {
            "area": picture.area_name,
            "period": period_name(picture.period),
            "version": picture.version,
            # Computed as this person: what is protected for them is protected here too.
            "lead": presenters.lead(selecting.figures_for(person, picture)),
            # What people have judged is published for every reader; the motive stands on the page.
            "state": picture.get_assessed_state_display(),
            "own_reports": own_reports,
            "is_reporter": is_reporter,
            "collaboration": picture.collaboration_name,
            "notice": picture.collaboration.notice,
            "url": settings.SITE_URL.rstrip("/") + picture_path(picture),
        }
        if is_reporter:
            subject = _("What your reports led to")
        else:
            subject = _("A joint situational picture has been published")
        text = render_to_string("situational_picture/email/picture.txt", context)
    send_text(subject, text, person=person, topic=TOPIC, collaboration=picture.collaboration)
