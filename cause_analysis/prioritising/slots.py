"""What prioritisation has to say on the page of a problem."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cause_analysis.models import Problem
from cause_analysis.models.prioritising import PrioritisationRound, RoundProblem
from cause_analysis.prioritising import presenters


def decisions_on_problems(user: Any, problems: Sequence[Problem]) -> dict[int, list[dict[str, Any]]]:
    """What groups have decided on each problem, latest first, with a link for those who read the round."""
    found: dict[int, list[dict[str, Any]]] = {}
    rows = (
        RoundProblem.objects.visible_to(user)
        .filter(problem__in=problems)
        .exclude(decision="")
        .select_related("round__group", "problem__collaboration")
        .order_by("-decided_at")
    )
    rounds = set(PrioritisationRound.objects.visible_to(user).values_list("pk", flat=True))
    for row in rows:
        slug = row.problem.collaboration.slug
        found.setdefault(row.problem_id, []).append(
            {
                "template": "cause_analysis/_decision_card.html",
                "row": row,
                "tag": presenters.decision_tag(row),
                "url": presenters.url_of(row.round, slug) if row.round_id in rounds else "",
            }
        )
    return found
