"""Comments as a page needs them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from cause_analysis.causes.presenters import page_url
from cause_analysis.models import CauseAnalysis, CoachComment


def comment_rows(comments: Iterable[CoachComment], shown: CauseAnalysis) -> list[dict[str, Any]]:
    """Each comment with where it points: at the page of its own version."""
    rows = []
    for comment in comments:
        version = comment.analysis.version if comment.analysis_id != shown.pk else None
        is_there = comment.cause is not None and comment.cause.removed_at is None
        # Both analyses are of the shown one's problem and collaboration: no more is asked of the database.
        address = page_url(shown, version=version, cause=comment.cause_id if is_there else None)
        rows.append(
            {
                "comment": comment,
                "url": f"{address}#cause-{comment.cause_id}" if is_there else address,
                "other_version": version,
                "is_waiting": comment.settled_at is None,
            }
        )
    return rows
