"""Many at the same moment: a plan is decided once, and no edit of it is lost."""

from __future__ import annotations

import pytest

from action_plans.models import Measure, Plan, PlanVersion
from action_plans.plans import actions
from action_plans.plans.deciding import decide_plan
from cause_analysis.versions import Conflict
from common.errors import NotPossible
from tests.action_plans.test_plan_content import DAY, DecidableWorld
from tests.at_once import at_once

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def world(transactional_db):
    return DecidableWorld()


def test_forty_presses_on_decide_make_one_version(world):
    answers = at_once(
        *[
            lambda: decide_plan(by=world.police, plan=world.plan, group=world.group, decided_on=DAY, reason="Nu.")
            for _ in range(40)
        ]
    )
    assert sum(isinstance(answer, PlanVersion) for answer in answers) == 1
    assert sum(isinstance(answer, NotPossible) for answer in answers) == 39
    assert list(PlanVersion.objects.values_list("number", flat=True)) == [1]


def test_twenty_who_change_a_plan_at_once_lose_nothing(world):
    answers = at_once(
        *[
            lambda n=n: actions.change_plan(by=world.officer, plan=world.plan, row_version=0, title=f"Namn {n}")
            for n in range(20)
        ]
    )
    (saved,) = [answer for answer in answers if isinstance(answer, Plan)]
    assert sum(isinstance(answer, Conflict) for answer in answers) == 19
    assert Plan.objects.get(pk=world.plan.pk).title == saved.title


def test_twenty_who_order_at_once_leave_one_order_with_all_measures(world):
    numbers = [world.measure().number for _ in range(10)]
    answers = at_once(
        *[
            lambda n=n: actions.move_before(by=world.officer, plan=world.plan, number=n, before=world.decided.number)
            for n in [*numbers, *numbers]
        ]
    )
    assert not [answer for answer in answers if isinstance(answer, Exception)]
    rows = Measure.objects.filter(plan=world.plan).order_by("position")
    assert list(rows.values_list("position", flat=True)) == list(range(11))
    # Each was put before the first one, and nobody was lost on the way.
    assert rows.last().number == world.decided.number
