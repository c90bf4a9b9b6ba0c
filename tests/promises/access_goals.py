"""Who gets what at the addresses of goals: in West, where security lead, police and coordinator are the circle."""

from __future__ import annotations

from typing import Any

from tests import factories as make
from tests.promises.access_rows import Row, everybody, seen_by
from tests.world import World

CIRCLE = ("security_lead", "police", "coordinator")


def _goal(world: World) -> None:
    world.plan = make.PlanFactory(collaboration=world.here, area=world.west)
    world.goal = make.GoalFactory(plan=world.plan)


def _agreeable(world: World) -> None:
    _goal(world)
    membership: Any = world.people["coordinator"].memberships.get()
    world.group = make.GroupFactory(collaboration=world.here)
    for who in ("security_lead", "police"):
        make.GroupMemberFactory(group=world.group, membership=world.people[who].memberships.get())
    world.goal.source, world.goal.owner, world.goal.organisation = "enkäten", membership, membership.organisation
    world.goal.save()


def _problem(world: World) -> None:
    _goal(world)
    world.problem = make.ProblemFactory(collaboration=world.here, area=world.west)
    # Several plans run, so that one is chosen on the page.
    make.PlanFactory(collaboration=world.here, area=world.west, last_day="2990-01-01")
    make.PlanFactory(collaboration=world.here, area=world.west, last_day="2990-01-01")


def _said(world: World) -> dict[str, Any]:
    return {"row_version": "0", "kind": "process", "direction": "increase", "measured": "entered", "indicator": "besök"}


def _at(world: World) -> list[Any]:
    return [world.plan.number, world.goal.number]


GOALS = {
    "goal_list": Row(seen_by(*CIRCLE, "council"), lambda world: [world.plan.number], before=_goal),
    "goal": Row(seen_by(*CIRCLE, "council"), _at, before=_goal),
    "goal_new": Row({**seen_by(*CIRCLE), "council": 403}, lambda world: [world.plan.number], before=_goal),
    "goal_new POST": Row(
        {**seen_by(*CIRCLE, code=302), "council": 403},
        lambda world: [world.plan.number],
        method="post",
        body=_said,
        before=_goal,
    ),
    "goal_change": Row({**seen_by(*CIRCLE), "council": 403}, _at, before=_goal),
    "goal_change POST": Row(
        {**seen_by(*CIRCLE, code=302), "council": 403}, _at, method="post", body=_said, before=_goal
    ),
    "goal_agree": Row(
        {**seen_by(*CIRCLE, code=302), "council": 403},
        _at,
        method="post",
        body=lambda world: {"row_version": "0", "group": world.group.pk},
        before=_agreeable,
    ),
    "goal_remove": Row({**seen_by(*CIRCLE, code=302), "council": 403}, _at, method="post", before=_goal),
    "problem_goal_new": Row(
        {**seen_by(*CIRCLE), "council": 403}, lambda world: [world.problem.number], before=_problem
    ),
    "api-goal-list": Row(everybody(), is_outside=True, is_api=True),
}
