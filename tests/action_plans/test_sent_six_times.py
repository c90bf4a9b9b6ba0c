"""Every form of a plan sent six times at the same moment makes one row, and those who do different things never lock
each other out."""

from __future__ import annotations

import datetime as dt

import pytest

from action_plans.goals import actions as goals
from action_plans.measures import actions as measures
from action_plans.models import (
    Agreement,
    AgreementParty,
    Commitment,
    FollowUpNote,
    Goal,
    Measure,
    MeasureGoal,
    MeasureState,
    Plan,
    PlanSignature,
)
from action_plans.plans import actions as plans
from action_plans.plans.agreements import add_party, make_agreement
from action_plans.plans.deciding import Signature, decide_plan, sign_version
from common.errors import NotPossible
from tests import factories as make
from tests.action_plans.test_plan_content import DAY, DecidableWorld
from tests.at_once import at_once

pytestmark = pytest.mark.django_db(transaction=True)
FIRST, LAST = dt.date(2026, 1, 1), dt.date(2026, 12, 31)


@pytest.fixture
def world(transactional_db):
    return DecidableWorld()


def test_each_form_sent_six_times_at_once_makes_one_row(world):
    version = world.decide()
    agreement = make.AgreementFactory(collaboration=world.here)
    by, keeper, muni = world.officer, world.coordinator, world.municipality
    signed = Signature(function="kommundirektör", organisation=muni, signed_on=DAY)
    asked = {"asked_by": muni, "asked_of": world.police_authority}
    entered = {"measured": "entered", "indicator": "otrygghet", "baseline": 40.0, "source": "enkät"}
    seen = {"on": DAY, "carried_out": "yes", "good_result": "no"}
    forms = {
        Plan: lambda: plans.make_plan(by=by, area=world.west, title="Ny", first_day=FIRST, last_day=LAST),
        Goal: lambda: goals.add_goal(by=by, plan=world.plan, **entered),
        Measure: lambda: measures.begin_measure(by=by, plan=world.plan, title="Ny", cause=world.chosen),
        Commitment: lambda: measures.write_part(by=by, measure=world.decided, text="Vara där.", due_on=LAST, **asked),
        FollowUpNote: lambda: measures.follow_up(by=by, measure=world.decided, organisation=muni, **seen),
        Agreement: lambda: make_agreement(
            by=keeper, collaboration=world.here, title="Ny", first_day=FIRST, last_day=LAST
        ),
        AgreementParty: lambda: add_party(by=keeper, agreement=agreement, organisation=muni),
        PlanSignature: lambda: sign_version(by=keeper, version=version, signature=signed),
    }
    before = {model: model.objects.count() for model in forms}
    for model, send in forms.items():
        answers = at_once(*[send] * 6)
        assert not [one for one in answers if isinstance(one, Exception) and not isinstance(one, NotPossible)], model
        assert model.objects.count() == before[model] + 1, model


def test_different_things_done_at_once_all_happen_in_some_order(world):
    drafts = [world.measure(title=f"Utkast {number}") for number in range(4)]
    aims = [make.GoalFactory(plan=world.plan) for _ in range(4)]
    numbers = [draft.number for draft in drafts]
    answers = at_once(
        *[
            lambda m=draft: measures.change_measure(by=world.officer, measure=m, row_version=0, title="Skrivet")
            for draft in drafts
        ],
        *[
            lambda g=goal: measures.choose_goals(by=world.officer, measure=drafts[0], goals=[g], seen=[])
            for goal in aims
        ],
        *[
            lambda n=number: plans.move_before(by=world.officer, plan=world.plan, number=n, before=world.decided.number)
            for number in numbers
        ],
        *[lambda n=n: measures.add_measure(by=world.officer, plan=world.plan, title=f"Ny {n}") for n in range(4)],
        lambda: decide_plan(by=world.police, plan=world.plan, group=world.group, decided_on=DAY),
        lambda: measures.run(by=world.security_lead, measure=world.decided, to=MeasureState.ONGOING),
        lambda: measures.propose(by=world.officer, measure=drafts[1]),
        lambda: plans.change_plan(by=world.officer, plan=world.plan, row_version=0, title="Annat namn"),
    )
    assert not [answer for answer in answers if isinstance(answer, Exception)]
    assert set(MeasureGoal.objects.filter(measure=drafts[0]).values_list("goal_id", flat=True)) == {
        goal.pk for goal in aims
    }
    rows = Measure.objects.filter(plan=world.plan)
    assert sorted(rows.values_list("number", flat=True)) == sorted({row.number for row in rows})
    assert rows.filter(title="Skrivet").count() == len(drafts)
    assert rows.get(pk=world.decided.pk).state == MeasureState.ONGOING
    assert rows.get(pk=drafts[1].pk).state == MeasureState.PROPOSED
