"""Many at the same moment: each goal has a number of its own, and nobody's writing is lost."""

from __future__ import annotations

import pytest

from action_plans.goals import actions
from action_plans.models import Goal
from audit.models import Event
from cause_analysis.versions import Conflict
from tests import factories as make
from tests.action_plans.cast import PlanWorld
from tests.at_once import at_once

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def world(transactional_db):
    return PlanWorld()


def test_twenty_goals_at_once_have_a_number_each_and_the_same_form_is_one(world):
    def add(indicator):
        return lambda: actions.add_goal(by=world.officer, plan=world.plan, measured="entered", indicator=indicator)

    answers = at_once(*[add(f"mått {number}") for number in range(10)], *[add("samma") for _ in range(10)])
    assert all(isinstance(answer, Goal) for answer in answers)
    numbers = list(Goal.objects.filter(plan=world.plan).values_list("number", flat=True))
    assert sorted(numbers) == list(range(1, 12))


def test_twenty_changes_of_one_goal_at_once_change_it_once(world):
    goal = make.GoalFactory(plan=world.plan)
    answers = at_once(
        *[
            lambda n=number: actions.change_goal(by=world.officer, goal=goal, row_version=0, target=float(n))
            for number in range(1, 21)
        ]
    )
    assert sum(isinstance(answer, Goal) for answer in answers) == 1
    assert sum(isinstance(answer, Conflict) for answer in answers) == 19


def test_forty_presses_agree_once(world):
    goal = make.GoalFactory(
        plan=world.plan,
        problem=world.problem,
        source="enkäten",
        organisation=world.municipality,
        owner=world.officer.memberships.get(),
    )
    answers = at_once(
        *[
            lambda: actions.agree_on_goal(by=world.coordinator, goal=goal, group=world.group, row_version=0)
            for _ in range(40)
        ]
    )
    assert all(isinstance(answer, Goal) for answer in answers)
    assert Event.objects.filter(action="goal_agreed").count() == 1
