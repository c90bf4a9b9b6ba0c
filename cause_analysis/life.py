"""The life of a problem as a page for people, drawn from the table of steps."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.translation import override

from cause_analysis.facts import KNOWN_HERE
from cause_analysis.models import State
from cause_analysis.rules import BACK, BY_HAND, NEXT, asks_why, facts_asked

PAGE = Path(settings.BASE_DIR) / "docs" / "problem-life.md"

_HEAD = """# The life of a problem

Drawn from `NEXT` and `GATES` in `cause_analysis/rules.py` by `manage.py write_problem_life`; a test compares the two.

A problem goes from the first look to the watch afterwards, and can come back. That a group has chosen to act on a
cause is no state of the problem but a mark of the cause. `move_problem` in `cause_analysis/problems/actions.py` is the
one way to take a step. The facts a step rests on come from where its work is done: those this room knows itself are
looked up in the database (`cause_analysis/facts.py`), whatever anybody passes on; the others are passed on by the room
above that takes the step. Until that room exists its steps cannot be reached.

"""


def drawn_life(
    states: Any, steps: Mapping[Any, Any], *, first: Any, mark: Callable[[Any, Any], str] = lambda at, to: ""
) -> list[str]:
    """A table of steps as a diagram, line by line; `mark` stands on an arrow. Rooms above draw theirs so too."""
    lines = ["```mermaid", "stateDiagram-v2", f"    [*] --> {first}"]
    lines += [f'    state "{at.label}" as {at}' for at in states]
    for at in states:
        for to in sorted(steps[at], key=list(states).index):
            lines.append(f"    {at} --> {to}{mark(at, to)}")
    return [*lines, "```"]


def as_markdown() -> str:
    """The page as it should stand, in English."""
    with override("en"):
        drawn = drawn_life(
            State, NEXT, first=State.IDENTIFIED, mark=lambda at, to: " : back" if (at, to) in BACK else ""
        )
        rows = ["| from | to | rests on | taken by | says why |", "|---|---|---|---|---|"]
        for at in State:
            for to in sorted(NEXT[at], key=list(State).index):
                facts = ", ".join(
                    f"{name} ({'looked up' if name in KNOWN_HERE else 'passed on'})" for name in facts_asked(at, to)
                )
                taken = "a page of this room" if to in BY_HAND else "the action whose facts it rests on"
                rows.append(
                    f"| {at.label} | {to.label} | {facts or '–'} | {taken} | {'yes' if asks_why(at, to) else ''} |"
                )
    return _HEAD + "\n".join(drawn) + "\n\n" + "\n".join(rows) + "\n"
