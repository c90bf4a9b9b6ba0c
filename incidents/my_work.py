"""What of the reports waits for somebody: to review, to change, to answer for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Count, Min
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from incidents.coverage import answers, deadlines
from incidents.coverage.permissions import may_remind
from incidents.coverage.presenters import period_name, unit_words
from incidents.models import ImportBatch, Incident, Status
from incidents.photos.queries import left_behind
from incidents.reviewing.queries import waiting
from partners.models import Collaboration
from partners.roles import MAY_IMPORT, MAY_REPORT, MAY_REVIEW

# So many returned reports and unconfirmed files are named one by one.
NAMED = 10
# People answer for the period that is due, and for the one before.
PERIODS = 2


def items(user: Any, collaborations: Sequence[Collaboration]) -> dict[int, list[dict[str, Any]]]:
    """Everything of the reports that waits for the user in each collaboration."""
    return {
        one.pk: [*_to_review(user, one), *_returned(user, one), *_files(user, one), *_unanswered(user, one)]
        for one in collaborations
    }


def _to_review(user: Any, collaboration: Collaboration) -> list[dict[str, Any]]:
    if not user.has_role(collaboration, MAY_REVIEW):
        return []
    rows = []
    found = waiting(user, collaboration).order_by().aggregate(number=Count("pk"), oldest=Min("submitted_at"))
    if found["number"]:
        text = ngettext("%(number)s report to review", "%(number)s reports to review", found["number"])
        rows.append(
            {
                "title": text % {"number": found["number"]},
                "mail_title": text % {"number": found["number"]},
                "asked_by": _("those who have reported"),
                "url": reverse("review_queue", args=[collaboration.slug]),
                "since": timezone.localdate(found["oldest"]) if found["oldest"] else None,
            }
        )
    photos = left_behind(user, collaboration).order_by().aggregate(number=Count("pk"), oldest=Min("created_at"))
    if photos["number"]:
        text = ngettext("%(number)s photo to look at", "%(number)s photos to look at", photos["number"])
        rows.append(
            {
                "title": text % {"number": photos["number"]},
                "mail_title": text % {"number": photos["number"]},
                "text": _("They came after their reports were decided on."),
                "url": reverse("photo_queue", args=[collaboration.slug]),
                "since": timezone.localdate(photos["oldest"]),
            }
        )
    return rows


def _returned(user: Any, collaboration: Collaboration) -> list[dict[str, Any]]:
    """One's own reports that came back; those of colleagues are theirs."""
    if not user.has_role(collaboration, MAY_REPORT):
        return []
    mine = Incident.objects.visible_to(user).filter(collaboration=collaboration, reporter=user, status=Status.RETURNED)
    return [
        {
            "title": _("Your report H-%(number)s came back: change it and send it again") % {"number": incident.pk},
            "mail_title": _("A report of yours came back: change it and send it again"),
            "text": str(incident.category),
            "url": reverse("incident_change", args=[collaboration.slug, incident.pk]),
            "since": timezone.localdate(incident.reviewed_at) if incident.reviewed_at else None,
        }
        for incident in mine.select_related("category").order_by("reviewed_at", "pk")[:NAMED]
    ]


def _files(user: Any, collaboration: Collaboration) -> list[dict[str, Any]]:
    """Files of one's own that are checked and wait to be confirmed."""
    if not user.has_role(collaboration, MAY_IMPORT):
        return []
    mine = ImportBatch.objects.visible_to(user).filter(
        collaboration=collaboration, started_by=user, status=ImportBatch.Status.CHECKED
    )
    return [
        {
            "title": _("The file %(name)s is checked: confirm it or throw it away") % {"name": batch.file_name},
            # A file's name may say anything.
            "mail_title": _("A file of yours is checked: confirm it or throw it away"),
            "url": reverse("import_detail", args=[collaboration.slug, batch.pk]),
            "since": timezone.localdate(batch.created_at),
        }
        for batch in mine.order_by("created_at")[:NAMED]
    ]


def _unanswered(user: Any, collaboration: Collaboration) -> list[dict[str, Any]]:
    """The own units' periods without an answer; for whoever reminds, how many units everybody waits for."""
    now, rhythm = timezone.now(), deadlines.rhythm_of(collaboration)
    listed, own = answers.own_rows(user, collaboration, now=now, periods=PERIODS)
    silent = {answers.State.WAITING, answers.State.MISSING}
    rows = [
        {
            "title": _("%(unit)s has not answered for %(period)s")
            % {"unit": unit_words(row["unit"]), "period": period_name(period)},
            "mail_title": _("Report for %(period)s, or say that there was nothing") % {"period": period_name(period)},
            "text": _("Report, or say that there was nothing."),
            "url": reverse("reporting", args=[collaboration.slug]),
            "key": f"reporting {row['unit'].pk} {period.code}",
            "answers": [
                {
                    "label": _("Nothing to report"),
                    "url": reverse("reporting_nothing", args=[collaboration.slug, row["unit"].pk]),
                    "fields": {"period": period.code},
                }
            ],
            "due_on": timezone.localdate(deadlines.deadline_of(rhythm, period)),
        }
        for row in own
        for period, state in zip(listed, row["states"], strict=True)
        if state in silent
    ]
    if may_remind(user, collaboration):
        closed = listed[-PERIODS]
        missing = answers.coverage(collaboration, first_day=closed.start, now=now).missing(0)
        if missing:
            text = ngettext(
                "%(number)s unit is missing for %(period)s",
                "%(number)s units are missing for %(period)s",
                len(missing),
            )
            title = text % {"number": len(missing), "period": period_name(closed)}
            rows.append(
                {
                    "title": title,
                    "mail_title": title,
                    "url": reverse("coverage", args=[collaboration.slug]),
                    "since": timezone.localdate(deadlines.deadline_of(rhythm, closed)),
                }
            )
    return rows
