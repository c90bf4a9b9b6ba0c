"""What prioritisation has to say on the page of a problem."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from cause_analysis.models import Problem, State
from cause_analysis.models.prioritising import PrioritisationRound, RoundProblem
from cause_analysis.prioritising import presenters
from cause_analysis.prioritising.permissions import may_start_round


def way_to_a_round(user: Any, problems: Sequence[Problem]) -> dict[int, list[dict[str, Any]]]:
    """From a described problem to the round that goes through it, or to where one is begun."""
    waiting = [problem for problem in problems if problem.state == State.DESCRIBED]
    rows = RoundProblem.objects.filter(problem__in=waiting).exclude(round__status=PrioritisationRound.Status.DECIDED)
    readable = set(PrioritisationRound.objects.visible_to(user).values_list("pk", flat=True))
    rounds = {row.problem_id: row.round for row in rows.select_related("round")}
    found: dict[int, list[dict[str, Any]]] = {}
    for problem in waiting:
        slug, round_ = problem.collaboration.slug, rounds.get(problem.pk)
        if round_ is not None and round_.pk in readable:
            text, url = _("To the prioritisation"), presenters.url_of(round_, slug)
        elif round_ is None and may_start_round(user, problem.collaboration_id):
            text, url = _("Begin a round"), reverse("prioritisation_new", args=[slug])
        else:
            continue
        found[problem.pk] = [{"template": "cause_analysis/_next_button.html", "url": url, "text": text}]
    return found


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
