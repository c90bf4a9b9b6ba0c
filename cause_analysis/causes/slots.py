"""What an analysis has to say on the page of its problem."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from cause_analysis.causes.presenters import page_url
from cause_analysis.models import CauseAnalysis, Problem, State
from cause_analysis.permissions import may_work_on


def _newest(user: Any, problems: Sequence[Problem]) -> dict[int, CauseAnalysis]:
    rows = CauseAnalysis.objects.visible_to(user).filter(problem__in=problems)
    ordered = rows.select_related("problem", "collaboration", "adopted_by_group").order_by("version")
    return {analysis.problem_id: analysis for analysis in ordered}


def analyses_of_problems(user: Any, problems: Sequence[Problem]) -> dict[int, list[dict[str, Any]]]:
    """The newest version of each problem's analysis, and how far it has come."""
    return {pk: [_row(analysis)] for pk, analysis in _newest(user, problems).items()}


def way_to_the_causes(user: Any, problems: Sequence[Problem]) -> dict[int, list[dict[str, Any]]]:
    """A button to each problem's analysis; where there is none yet, to where it begins, for who may."""
    newest = _newest(user, problems)
    found: dict[int, list[dict[str, Any]]] = {}
    for problem in problems:
        if problem.pk in newest:
            text, url = _("Cause analysis"), page_url(newest[problem.pk])
        elif problem.state == State.PRIORITISED and may_work_on(user, problem):
            text = _("Look for the causes")
            url = reverse("analysis", args=[problem.collaboration.slug, problem.number])
        else:
            continue
        found[problem.pk] = [{"template": "cause_analysis/_next_button.html", "url": url, "text": text}]
    return found


def _row(analysis: CauseAnalysis) -> dict[str, Any]:
    row = {"template": "cause_analysis/_analysis_card.html", "url": page_url(analysis)}
    if analysis.adopted_by_group is None:
        return {**row, "tag": _("being worked on"), "tone": "info", "symbol": "half"}
    group = _("adopted by %(group)s") % {"group": analysis.adopted_by_group.name}
    return {**row, "tag": group, "tone": "success", "symbol": "check"}
