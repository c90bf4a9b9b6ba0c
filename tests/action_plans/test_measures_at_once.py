"""Many at the same moment: a step is taken once, and nobody's writing is lost."""

from __future__ import annotations

import pytest

from action_plans.commitments import actions as commitments
from action_plans.measures import actions
from action_plans.models import CommitmentMove, Measure, MeasureMove, MeasureState
from cause_analysis.versions import Conflict
from common.errors import NotPossible
from tests.action_plans.cast import PlanWorld
from tests.at_once import at_once

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def world(transactional_db):
    return PlanWorld()


def test_forty_presses_on_one_step_take_it_once(world):
    measure = world.decidable()
    answers = at_once(
        *[lambda: actions.decide(by=world.coordinator, measure=measure, group=world.group) for _ in range(40)]
    )
    assert sum(isinstance(answer, Measure) for answer in answers) == 1
    assert sum(isinstance(answer, NotPossible) for answer in answers) == 39
    assert MeasureMove.objects.filter(measure=measure, to_state=MeasureState.DECIDED).count() == 1


def test_forty_answers_to_one_request_are_one(world):
    part = commitments.ask(by=world.officer, commitment=world.part(world.measure(), world.housing))
    answers = at_once(
        *[lambda: commitments.accept(by=world.security_lead, commitment=part) for _ in range(20)],
        *[
            lambda: commitments.decline(by=world.security_lead, commitment=part, reason="Vi hinner inte.")
            for _ in range(20)
        ],
    )
    assert sum(not isinstance(answer, Exception) for answer in answers) == 1
    assert CommitmentMove.objects.filter(commitment=part).exclude(to_state="asked").count() == 1


def test_twenty_who_write_in_a_plan_at_once_lose_nothing(world):
    measures = [world.measure() for _ in range(10)]
    answers = at_once(
        *[
            lambda m=measure, n=number: actions.change_measure(
                by=world.officer, measure=m, row_version=0, title=f"Skrivet av {n}"
            )
            for number, measure in enumerate([*measures, *measures])
        ]
    )
    saved = [answer for answer in answers if isinstance(answer, Measure)]
    told = [answer for answer in answers if isinstance(answer, Conflict)]
    assert (len(saved), len(told)) == (10, 10)
    standing = {row.pk: row.title for row in Measure.objects.filter(plan=world.plan)}
    assert standing == {row.pk: row.title for row in saved}
    assert {answer.row.pk for answer in told} == set(standing)


def test_twenty_measures_added_at_once_are_twenty_in_one_order(world):
    answers = at_once(
        *[lambda n=n: actions.add_measure(by=world.officer, plan=world.plan, title=f"Åtgärd {n}") for n in range(20)]
    )
    assert all(isinstance(answer, Measure) for answer in answers)
    rows = Measure.objects.filter(plan=world.plan)
    assert sorted(rows.values_list("number", flat=True)) == list(range(1, 21))
    assert sorted(rows.values_list("position", flat=True)) == list(range(20))


def test_nobody_is_left_asked_for_a_part_of_what_is_aborted_at_the_same_moment(world):
    measure = world.decidable()
    parts = [world.part(measure, world.police_authority, text=f"Pass {number} på torget.") for number in range(10)]
    answers = at_once(
        *[lambda p=part: commitments.ask(by=world.officer, commitment=p) for part in parts],
        lambda: actions.abort(by=world.officer, measure=measure, reason="Torget byggs om."),
    )
    assert not [one for one in answers if isinstance(one, Exception) and not isinstance(one, NotPossible)]
    assert set(measure.parts.filter(is_lead=False).values_list("state", flat=True)) <= {"draft", "withdrawn"}


def test_of_ten_who_ask_another_to_lead_after_a_no_one_does(world):
    measure = world.measure()
    actions.propose(by=world.officer, measure=measure)
    declined = commitments.ask(by=world.officer, commitment=world.part(measure, world.housing, is_lead=True))
    commitments.decline(by=world.security_lead, commitment=declined, reason="Torget är inte vårt.")
    answers = at_once(
        *[
            lambda n=number: actions.write_part(
                by=world.officer, measure=measure, asked_by=world.municipality, asked_of=world.police_authority,
                text=f"Led det, {n}.", due_on=declined.due_on, is_lead=True,
            )
            for number in range(9)
        ],
        lambda: commitments.ask(by=world.officer, commitment=declined),
    )  # fmt: skip
    assert not [one for one in answers if isinstance(one, Exception) and not isinstance(one, NotPossible)]
    assert measure.parts.filter(is_lead=True, state="asked").count() == 1
