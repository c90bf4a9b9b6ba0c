"""What this room itself knows of a problem when it takes a step: asked of the database, never taken from who asks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cause_analysis.models import Problem, State
from cause_analysis.problems.definition import QUESTIONS
from cause_analysis.rules import facts_asked


def _answers(problem: Problem) -> int | None:
    """How many questions of the definition are answered, once all are."""
    answered = [name for name in QUESTIONS if getattr(problem, name).strip()]
    return len(answered) if len(answered) == len(QUESTIONS) else None


# Each fact by its name in `rules.GATES`, and where it is looked up.
KNOWN_HERE: dict[str, Callable[[Problem], Any]] = {
    "answers": _answers,
    # A group's decision, an adopted analysis and a chosen cause come with the parts of the room that make them.
    "decision": lambda problem: None,
    "analysis": lambda problem: None,
    "chosen_causes": lambda problem: None,
}


def facts_of(problem: Problem, to: State, passed: dict[str, Any]) -> dict[str, Any]:
    """What a step to this state rests on: what the taking room has passed on, and over it what is known here."""
    asked = facts_asked(State(problem.state), to)
    return {
        name: KNOWN_HERE[name](problem) if name in KNOWN_HERE else passed[name]
        for name in asked
        if name in KNOWN_HERE or name in passed
    }
