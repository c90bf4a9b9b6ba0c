"""What an analysis has to say on the page of its problem."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from cause_analysis.causes.presenters import page_url
from cause_analysis.models import CauseAnalysis, Problem, State
from cause_analysis.permissions import may_work_on


def analyses_of_problems(user: Any, problems: Sequence[Problem]) -> dict[int, list[dict[str, Any]]]:
    """The newest version of each problem's analysis; where there is none yet, the way to begin for who may."""
    rows = CauseAnalysis.objects.visible_to(user).filter(problem__in=problems)
    newest: dict[int, CauseAnalysis] = {}
    for analysis in rows.select_related("problem", "collaboration", "adopted_by_group").order_by("version"):
        newest[analysis.problem_id] = analysis
    found: dict[int, list[dict[str, Any]]] = {}
    for problem in problems:
        if problem.pk in newest:
            found[problem.pk] = [_row(newest[problem.pk])]
        elif problem.state == State.PRIORITISED and may_work_on(user, problem):
            address = reverse("analysis", args=[problem.collaboration.slug, problem.number])
            found[problem.pk] = [{"title": _("Look for the causes"), "url": address}]
    return found


def _row(analysis: CauseAnalysis) -> dict[str, Any]:
    if analysis.adopted_by_group is None:
        return {"title": _("Cause analysis"), "url": page_url(analysis), "tag": _("being worked on"), "tone": "info"}
    group = _("adopted by %(group)s") % {"group": analysis.adopted_by_group.name}
    return {"title": _("Cause analysis"), "url": page_url(analysis), "tag": group, "tone": "success"}
