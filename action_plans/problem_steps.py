"""The steps of a problem's life whose work is done in this room: goals set, measures decided, under way."""

from __future__ import annotations

from typing import Any

from action_plans.models import Goal, Measure, MeasureState
from action_plans.rules import DECIDED_ONCE
from cause_analysis.models import Problem, State
from cause_analysis.problems.actions import move_problem
from common.errors import NotPossible

_STARTED = DECIDED_ONCE - {MeasureState.DECIDED}


def _goals(problem: Problem) -> int:
    return Goal.objects.kept().filter(problem=problem, agreed_at__isnull=False).count()


def _decided(problem: Problem) -> int:
    return Measure.objects.filter(problem=problem, state__in=DECIDED_ONCE).count()


def _started(problem: Problem) -> int:
    return Measure.objects.filter(problem=problem, state__in=_STARTED).count()


# The step each state waits for here, and the fact it rests on.
_STEPS = {
    State.ANALYSED: (State.GOALS_SET, "goals", _goals),
    State.GOALS_SET: (State.MEASURES_DECIDED, "measures", _decided),
    State.MEASURES_DECIDED: (State.UNDER_WAY, "started", _started),
}


def take_steps(*, by: Any, problem: Problem) -> Problem:
    """Take the steps that what is done in this room allows now: one press may open several."""
    problem = Problem.objects.get(pk=problem.pk)
    while (at := State(problem.state)) in _STEPS:
        to, name, count = _STEPS[at]
        if not (number := count(problem)):
            break
        try:
            problem = move_problem(problem=problem, to=to, by=by, facts={name: number})
        except NotPossible:
            # What the room below knows of it is missing: its page says what.
            break
    return problem
