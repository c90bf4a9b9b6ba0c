"""Who comments on an analysis. Those who work on it answer: `cause_analysis.permissions.check_may_work_on`."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from cause_analysis.models import CoachInvitation, Problem
from common.errors import NotAllowed
from common.permissions import as_question
from partners.roles import Role


def check_may_comment(user: Any, problem: Problem) -> None:
    """A coach comments where the partners have invited them."""
    coaching = [m.pk for m in user.memberships_in(problem.collaboration_id) if m.role == Role.COACH]
    if not CoachInvitation.objects.filter(problem=problem, membership__in=coaching).exists():
        raise NotAllowed(_("Only somebody in process support who is invited to the problem comments on its analysis."))


may_comment = as_question(check_may_comment)
