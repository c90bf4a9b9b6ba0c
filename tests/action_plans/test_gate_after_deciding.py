"""What a measure was decided on stays with it; what others take away is said wherever the measure is read."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.urls import reverse
from django.utils import timezone

from action_plans.commitments import actions as commitments
from action_plans.goals import actions as goals
from action_plans.measures import actions
from action_plans.measures.facts import facts_of_each, missing_of
from action_plans.models import EvaluationPlan, Goal, Measure, MeasureState
from action_plans.plans.content import content_of
from action_plans.plans.deciding import lacks
from action_plans.plans.queries import numbers_run_by
from cause_analysis.models import CauseAnalysis
from common.errors import NotAllowed, NotPossible
from tests import factories as make
from tests.action_plans.test_plan_content import DecidableWorld

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(db):
    world = DecidableWorld()
    # It stands on its own indicator, not on the goal's.
    actions.choose_goals(by=world.officer, measure=world.decided, goals=[])
    return world


def change(world, **values):
    measure = world.decided
    actions.change_measure(by=world.officer, measure=measure, row_version=measure.row_version, **values)


@pytest.mark.parametrize(
    ("field", "empty"),
    [
        ("mechanism", lambda w: change(w, mechanism="  ")),
        ("indicator", lambda w: change(w, indicator="")),
        ("baseline", lambda w: change(w, baseline=None, baseline_from=None, baseline_to=None)),
        ("due_on", lambda w: change(w, due_on=None)),
        ("follow_up_on", lambda w: change(w, follow_up_on=None)),
        ("causes", lambda w: actions.choose_causes(by=w.officer, measure=w.decided, causes=[])),
        ("causes", lambda w: actions.choose_problem(by=w.officer, measure=w.decided, problem=None)),
    ],
)
def test_what_it_was_decided_on_is_not_taken_out_of_it(world, field, empty):
    with pytest.raises(NotPossible) as refused:
        empty(world)
    assert list(refused.value.message_dict) == [field]
    assert missing_of(world.decided) == []


def test_a_decided_measure_gets_a_place_once_its_evaluation_is_planned(world):
    bare = world.decidable()
    actions.decide(by=world.police, measure=bare, group=world.group)
    bare.refresh_from_db()
    with pytest.raises(NotPossible) as refused:
        actions.choose_places(by=world.officer, measure=bare, places=[world.square])
    assert list(refused.value.message_dict) == ["evaluation_plan"]
    assert not bare.measure_places.exists()
    make.EvaluationPlaceFactory(evaluation_plan__measure=bare, place=world.square)
    actions.choose_places(by=world.officer, measure=bare, places=[world.square])


def test_words_of_a_decided_measure_are_changed_and_a_hole_that_was_let_pass_stays_open(world):
    change(world, mechanism="När det är ljust syns säljarna från fönstren.")
    passed = world.decidable(mechanism="", follow_up_on=None)
    actions.decide(by=world.coordinator, measure=passed, group=world.group, override_reason="Det brådskar.")
    passed.refresh_from_db()
    actions.change_measure(by=world.officer, measure=passed, row_version=passed.row_version, title="Nytt namn")
    assert missing_of(passed) == []


def leave(membership):
    membership.valid_to = dt.date(2026, 1, 2)
    membership.save()


def let_go(world):
    """In the next version of the analysis nobody has chosen the cause."""
    following = make.CauseAnalysisFactory(problem=world.problem, version=2)
    make.CauseFactory(analysis=following, text=world.chosen.text, copied_from=world.chosen)
    CauseAnalysis.objects.filter(pk=following.pk).update(adopted_at=timezone.now(), adopted_by_group=world.group)


@pytest.mark.parametrize(
    ("code", "take"),
    [
        ("cause", let_go),
        ("owner", lambda w: leave(w.security_lead.memberships.get())),
        (
            "owner",
            lambda w: commitments.withdraw(
                by=w.officer, commitment=w.decided.parts.get(is_lead=True), reason="Vi gör det själva."
            ),
        ),
        ("evaluation_plan", lambda w: EvaluationPlan.objects.filter(measure=w.decided).delete()),
        ("evaluation_plan", lambda w: w.decided.evaluation_plan.treated_places.all().delete()),
    ],
)
def test_what_others_take_away_is_said_of_the_measure_in_the_plan_and_in_the_api(world, client, code, take):
    take(world)
    world.decided.refresh_from_db()
    (gap,) = missing_of(world.decided)
    assert gap.code == code
    client.force_login(world.coordinator)
    plan = [world.here.slug, world.plan.number]
    for address in (
        reverse("measure_detail", args=[world.here.slug, world.decided.pk]),
        reverse("plan", args=plan),
        reverse("plan_decide", args=plan),
    ):
        words = re.sub(r"\s+", " ", client.get(address).content.decode())
        assert gap.sentence in words
    answer = client.get(reverse("api-measure", args=[world.decided.pk])).json()
    assert [row["code"] for row in answer["missing"]] == [code]


def test_a_goal_that_is_taken_away_leaves_the_measures_that_stood_on_it_without_an_indicator(world):
    measure = world.decidable(indicator="", baseline=None, baseline_from=None, baseline_to=None)
    Goal.objects.filter(pk=world.goal.pk).update(baseline=40, baseline_from=dt.date(2025, 1, 1))
    actions.choose_goals(by=world.officer, measure=measure, goals=[world.goal])
    actions.decide(by=world.police, measure=measure, group=world.group)
    goals.remove_goal(by=world.officer, goal=world.goal)
    measure.refresh_from_db()
    assert [gap.code for gap in missing_of(measure)] == ["indicator", "baseline"]


def test_a_plan_is_not_decided_with_a_lead_that_has_only_been_asked(world):
    lead = world.decided.parts.get(is_lead=True)
    commitments.withdraw(by=world.officer, commitment=lead, reason="Någon annan tar det.")
    assert any("leder" in sentence for sentence in lacks(content_of(world.plan), None))
    part = world.part(world.decided, world.police_authority, text="Leda arbetet.", is_lead=True)
    commitments.ask(by=world.officer, commitment=part)
    assert any("inte tackat ja" in sentence for sentence in lacks(content_of(world.plan), None))
    # Nor does it run the measure before it has answered.
    with pytest.raises(NotAllowed):
        actions.run(by=world.police, measure=world.decided, to=MeasureState.ONGOING)
    assert numbers_run_by(world.police, world.plan) == set()
    commitments.accept(by=world.police, commitment=part)
    assert lacks(content_of(world.plan), None) == []
    assert numbers_run_by(world.police, world.plan) == {world.decided.number}
    actions.run(by=world.police, measure=world.decided, to=MeasureState.ONGOING)


def test_the_facts_of_many_take_as_many_questions_as_those_of_one(world, django_assert_num_queries):
    measures = [world.decided, *(world.decidable() for _ in range(3))]
    with django_assert_num_queries(8):
        facts_of_each(measures[:1])
    with django_assert_num_queries(8):
        facts_of_each(measures)


def test_two_who_choose_from_what_they_saw_keep_each_others_choices(world, client):
    measure = world.measure()
    first, second = world.goal, make.GoalFactory(plan=world.plan)
    client.force_login(world.officer)
    address = reverse("measure_choose", args=[world.here.slug, measure.pk, "goals"])
    # Both opened the form while nothing was chosen.
    assert 'name="seen"' in client.get(address).content.decode()
    for goal in (first, second, second):
        assert client.post(address, {"seen": "", "chosen": [goal.pk]}).status_code == 302
    chosen = measure.measure_goals.values_list("goal_id", flat=True)
    assert set(chosen) == {first.pk, second.pk}
    # Whoever saw both lets go of the first; what is said of others than those seen changes nothing.
    client.post(address, {"seen": f"{first.pk} {second.pk} x 99999999999999999999", "chosen": [second.pk]})
    assert set(chosen.all()) == {second.pk}
    # Another has let go of it meanwhile.
    client.post(address, {"seen": str(second.pk), "chosen": []})
    client.post(address, {"seen": str(second.pk), "chosen": [first.pk, second.pk]})
    assert set(chosen.all()) == {first.pk}
    assert Measure.objects.filter(pk=measure.pk).exists()
