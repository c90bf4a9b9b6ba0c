"""What of process support's comments waits for somebody: to answer, and for the coach that an answer has come."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.db.models import Count, Max, Min
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cause_analysis.models import CoachComment
from partners.models import Collaboration
from partners.roles import MAY_COMPILE, Role

# Nobody marks an answer as read: it is told of for so long, in two weekly letters.
TOLD_DAYS = 14
_PROBLEM = ("analysis__problem__number", "analysis__problem__title", "collaboration_id")


def items(user: Any, collaborations: Sequence[Collaboration]) -> dict[int, list[dict[str, Any]]]:
    """The problems with comments to answer, for those who lead the work; and with answers, for who commented."""
    slugs = {one.pk: one.slug for one in collaborations}
    leads = [one.pk for one in collaborations if user.has_role(one, MAY_COMPILE)]
    coaches = [one.pk for one in collaborations if user.has_role(one, {Role.COACH})]
    rows: dict[int, list[dict[str, Any]]] = {}
    if leads:
        waiting = CoachComment.objects.visible_to(user).waiting().filter(collaboration__in=leads).order_by()
        for found in waiting.values(*_PROBLEM).annotate(count=Count("pk"), oldest=Min("written_at")):
            text = ngettext(
                "%(number)s comment from process support to answer",
                "%(number)s comments from process support to answer",
                found["count"],
            )
            title = text % {"number": found["count"]}
            row = {"title": title, "asked_by": _("process support"), "since": timezone.localdate(found["oldest"])}
            rows.setdefault(found["collaboration_id"], []).append(_row(found, slugs, row))
    if coaches:
        since = timezone.now() - dt.timedelta(days=TOLD_DAYS)
        settled = CoachComment.objects.visible_to(user).filter(
            collaboration__in=coaches, written_by=user, settled_at__gte=since
        )
        for found in settled.order_by().values(*_PROBLEM).annotate(count=Count("pk"), latest=Max("settled_at")):
            text = ngettext(
                "%(number)s comment of yours has been answered",
                "%(number)s comments of yours have been answered",
                found["count"],
            )
            row = {"title": text % {"number": found["count"]}, "since": timezone.localdate(found["latest"])}
            rows.setdefault(found["collaboration_id"], []).append(_row(found, slugs, row))
    return rows


def _row(found: dict[str, Any], slugs: dict[int, str], row: dict[str, Any]) -> dict[str, Any]:
    slug = slugs[found["collaboration_id"]]
    return {
        "text": found["analysis__problem__title"],
        "mail_title": row["title"],
        "url": reverse("analysis_comments", args=[slug, found["analysis__problem__number"]]),
        **row,
    }
