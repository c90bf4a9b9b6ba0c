"""What a person is to find out, for the page of what waits for them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from cause_analysis.knowing.presenters import gap_url, gap_words
from cause_analysis.knowing.queries import gaps_given_to
from partners.models import Collaboration


def gaps_to_find_out(user: Any, collaborations: Sequence[Collaboration]) -> dict[int, list[dict[str, Any]]]:
    """The knowledge gaps that one of the user's roles in each collaboration is to close, with their day."""
    memberships = [membership for one in collaborations for membership in user.memberships_in(one)]
    rows: dict[int, list[dict[str, Any]]] = {}
    for gap in gaps_given_to(user, memberships):
        row = {
            "title": gap_words(gap),
            "mail_title": _("Something to find out about a problem"),
            "url": gap_url(gap),
            "text": " · ".join(
                part for part in (gap.analysis.problem.title, gap.place.name if gap.place else "") if part
            ),
            "due_on": gap.due_on,
        }
        rows.setdefault(gap.collaboration_id, []).append(row)
    return rows
