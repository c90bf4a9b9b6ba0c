"""Comments out of the database, with what a page says of each."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Q

from cause_analysis.comments.permissions import may_comment
from cause_analysis.models import CoachComment, CommentQuerySet, Problem
from partners.roles import Role


def comments_on(user: Any, problem: Problem) -> CommentQuerySet:
    """All comments on the problem's analyses, whichever version they are of, the newest first."""
    rows = CoachComment.objects.visible_to(user).filter(analysis__problem=problem)
    return rows.select_related("analysis", "cause", "written_by", "settled_by").order_by("-written_at", "-pk")


def comments_in_brief(user: Any, problem: Problem) -> dict[str, Any]:
    """Whether there are comments on the problem's analyses, how many wait, and whether the user may write one."""
    counts = CoachComment.objects.filter(analysis__problem=problem).aggregate(
        all=Count("pk"), waiting=Count("pk", filter=Q(settled_at=None))
    )
    is_coach = any(m.role == Role.COACH for m in user.memberships_in(problem.collaboration_id))
    return {
        "has_any": counts["all"] > 0,
        "waiting": counts["waiting"],
        "may_write": is_coach and may_comment(user, problem),
    }
