"""What a person is to find out, for the page of what waits for them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from cause_analysis.knowing.presenters import gap_url, gap_words
from cause_analysis.knowing.queries import gaps_given_to
from partners.models import Membership


def gaps_of_memberships(user: Any, memberships: Sequence[Membership]) -> dict[int, list[dict[str, Any]]]:
    """The knowledge gaps each of the user's roles is to close, the nearest day first."""
    today = timezone.localdate()
    rows: dict[int, list[dict[str, Any]]] = {}
    for gap in gaps_given_to(user, memberships):
        is_late = gap.due_on is not None and gap.due_on < today
        until = _("until %(day)s") % {"day": date_format(gap.due_on, "j F Y")} if gap.due_on else ""
        row = {
            "title": gap_words(gap),
            "url": gap_url(gap),
            "text": " · ".join(
                part for part in (gap.analysis.problem.title, gap.place.name if gap.place else "", until) if part
            ),
            "tag": pgettext("a task", "late") if is_late else "",
            "tone": "warning" if is_late else "",
        }
        rows.setdefault(gap.membership_id or 0, []).append(row)
    return rows
