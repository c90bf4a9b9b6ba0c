"""A plan's content for those who read it from outside the circle (DESIGN rule 5): baselines counted from the reports.

They are stored whole, and told whole to the circle alone. Others read the word "protected", as goals/telling.py has it:
two whole counts differ by what may be a small one. Those who see counts of sensitive categories are told the tens it is
at least; which categories it counts is not kept here, so others are told nothing.
"""

from __future__ import annotations

import copy
from typing import Any

from action_plans.goals.telling import TENS, viewer_of
from action_plans.models import Plan, PlanVersion
from situational_picture.protecting import NO_SENSITIVE, PROTECTED
from situational_picture.selecting import CIRCLE


def content_for(user: Any, plan: Plan, content: dict[str, Any]) -> dict[str, Any]:
    """A plan's content, frozen or as it stands, as this reader may see it. Same shape."""
    viewer = viewer_of(user, plan)
    if viewer == CIRCLE:
        return content
    return protected(content, largest=plan.collaboration.protect_counts_up_to, viewer=viewer)


def version_for(user: Any, version: PlanVersion) -> dict[str, Any]:
    """A version's content as this reader may see it."""
    return content_for(user, version.plan, version.content)


def told_outside(plan: Plan, content: dict[str, Any]) -> dict[str, Any]:
    """A plan's content for a paper that leaves the circle, whoever takes it out."""
    return protected(content, largest=plan.collaboration.protect_counts_up_to, viewer=NO_SENSITIVE)


def protected(content: dict[str, Any], *, largest: int, viewer: str) -> dict[str, Any]:
    """The same content without the counts that are not told outside the circle."""
    told = copy.deepcopy(content)
    for goal in told["goals"]:
        baseline = goal["baseline"]
        value = baseline["value"]
        if not baseline["is_counted"] or value is None:
            continue
        least = int(value) // TENS * TENS
        is_told = viewer != NO_SENSITIVE and least > largest
        # The interval would tell the count it is worked out from.
        baseline.update(value=PROTECTED, lower=None, upper=None, at_least=least if is_told else 0)
    return told
