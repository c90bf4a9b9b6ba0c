"""What this room itself knows of a problem when it takes a step: asked of the database, never taken from who asks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cause_analysis.models import Cause, CauseAnalysis, Evidence, Problem, RoundProblem, State
from cause_analysis.problems.definition import QUESTIONS
from cause_analysis.rules import facts_asked


def _answers(problem: Problem) -> int | None:
    """How many questions of the definition are answered, once all are."""
    answered = [name for name in QUESTIONS if getattr(problem, name).strip()]
    return len(answered) if len(answered) == len(QUESTIONS) else None


def _adopted(problem: Problem) -> CauseAnalysis | None:
    """The version adopted last."""
    adopted = CauseAnalysis.objects.filter(problem=problem, adopted_at__isnull=False)
    return adopted.order_by("-version").first()


def _analysis(problem: Problem) -> int | None:
    adopted = _adopted(problem)
    return adopted.pk if adopted else None


def _chosen_causes(problem: Problem) -> int:
    """How many causes a group has chosen to act on, with evidence that still stands."""
    chosen = Cause.objects.kept().filter(analysis=_adopted(problem), chosen_at__isnull=False)
    rests = Evidence.objects.kept().filter(cause__in=chosen, direction=Evidence.Direction.FOR, strength__gt=0)
    return rests.values("cause").distinct().count()


def _decision(problem: Problem) -> int | None:
    """The decision that it comes first, made since it was last described: an old one lifts nothing twice."""
    first = RoundProblem.objects.filter(problem=problem, decision=RoundProblem.Decision.FIRST)
    described = problem.moves.filter(to_state=State.DESCRIBED).order_by("-at", "-pk").first()
    if described is not None:
        first = first.filter(decided_at__gte=described.at)
    return first.order_by("-decided_at").values_list("pk", flat=True).first()


# Each fact by its name in `rules.GATES`, and where it is looked up.
KNOWN_HERE: dict[str, Callable[[Problem], Any]] = {
    "answers": _answers,
    "decision": _decision,
    "analysis": _analysis,
    "chosen_causes": _chosen_causes,
}


def facts_of(problem: Problem, to: State, passed: dict[str, Any]) -> dict[str, Any]:
    """What a step to this state rests on: what the taking room has passed on, and over it what is known here."""
    asked = facts_asked(State(problem.state), to)
    return {
        name: KNOWN_HERE[name](problem) if name in KNOWN_HERE else passed[name]
        for name in asked
        if name in KNOWN_HERE or name in passed
    }
