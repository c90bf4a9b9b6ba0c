"""What goals have to say on the page of a problem."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from action_plans.goals import presenters, queries
from action_plans.goals.telling import viewer_of, with_place_names
from action_plans.permissions import may_plan_in
from cause_analysis.models import Problem, State


def goals_on_problems(user: Any, problems: Sequence[Problem]) -> dict[int, list[dict[str, Any]]]:
    """The goals set for each problem, each in its sentence."""
    found = queries.goals_of_problems(user, problems)
    with_place_names([goal for goals in found.values() for goal in goals])
    return {
        pk: [
            {
                "template": "action_plans/goals/_problem_goals.html",
                "goals": [presenters.row_of(goal, viewer_of(user, goal.plan)) for goal in goals],
            }
        ]
        for pk, goals in found.items()
    }


def way_to_a_goal(user: Any, problems: Sequence[Problem]) -> dict[int, list[dict[str, Any]]]:
    """From a problem whose causes are known to where a goal is set for it."""
    return {
        problem.pk: [
            {
                "template": "cause_analysis/_next_button.html",
                "url": reverse("problem_goal_new", args=[problem.collaboration.slug, problem.number]),
                "text": _("Set a goal"),
            }
        ]
        for problem in problems
        if problem.state in {State.ANALYSED, State.GOALS_SET} and may_plan_in(user, problem.area)
    }
