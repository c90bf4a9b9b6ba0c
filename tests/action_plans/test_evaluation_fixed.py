"""An evaluation plan is fixed when its measure is decided, and what is changed afterwards stands beside it."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import translation

from action_plans.measures import actions as measures
from action_plans.models import EvaluationChange, EvaluationPlan, Measure, MeasureState
from action_plans.plans.content import content_of
from cause_analysis.texts import TextsRefused
from common.errors import NotAllowed, NotPossible
from tests import factories as make
from tests.action_plans.cast import PlanWorld

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(db):
    with translation.override("sv"):
        world = PlanWorld()
        world.measure_ = world.decidable()
        # Too far away for the ring to reach.
        world.far = make.AreaFactory(collaboration=world.here, name="Långt bort")
        yield world


def write(world, by=None, **more):
    stored = EvaluationPlan.objects.filter(measure=world.measure_).first()
    said = {
        "indicator": "rapporter om skadegörelse",
        "selection": "category=SKA",
        "ring_m": 150,
        "before_from": dt.date(2025, 3, 1),
        "before_to": dt.date(2025, 8, 31),
        "after_from": dt.date(2026, 3, 1),
        "after_to": dt.date(2026, 8, 31),
        "decision_rule": "Om det inte är en tredjedel färre prövas något annat.",
        "comparison_areas": [world.far],
        **more,
    }
    return measures.write_evaluation_plan(
        by=by or world.officer, measure=world.measure_, row_version=stored.row_version if stored else 0, **said
    )


def decide(world):
    return measures.decide(by=world.coordinator, measure=world.measure_, group=world.group)


def test_it_is_open_until_the_measure_is_decided_and_fixed_then(world):
    write(world)
    plan = write(world, ring_m=200)
    assert plan.fixed_at is None
    decide(world)
    plan.refresh_from_db()
    decided = world.measure_.moves.get(to_state=MeasureState.DECIDED)
    assert plan.fixed_at is not None
    assert abs(plan.fixed_at - decided.at) < dt.timedelta(minutes=1)
    assert not EvaluationChange.objects.exists()


def test_afterwards_only_a_coordinator_changes_it_with_a_reason_that_stands_beside_it(world):
    write(world)
    decide(world)
    fixed_at = EvaluationPlan.objects.get().fixed_at
    with pytest.raises(NotAllowed):
        write(world, ring_m=300, reason="Bygget blev sent.")
    with pytest.raises(NotPossible) as refused:
        write(world, by=world.coordinator, ring_m=300, reason="  ")
    assert list(refused.value.message_dict) == ["reason"]
    with pytest.raises(TextsRefused):
        write(world, by=world.coordinator, ring_m=300, reason="Ring 811218-9876")
    assert EvaluationPlan.objects.get().ring_m == 150
    plan = write(world, by=world.coordinator, ring_m=300, comparison_areas=[], reason="Bygget blev sent.")
    change = EvaluationChange.objects.get()
    assert (plan.ring_m, plan.fixed_at) == (300, fixed_at)
    assert (change.by, change.reason) == (world.coordinator, "Bygget blev sent.")
    assert (change.before["ring_m"], change.before["areas"]) == (150, [world.far.name])
    assert change.before["before_from"] == "2025-03-01"


def test_one_that_is_first_written_after_the_decision_is_fixed_at_once(world):
    decide(world)
    plan = write(world)
    decided = world.measure_.moves.get(to_state=MeasureState.DECIDED)
    assert plan.fixed_at > decided.at
    with pytest.raises(NotAllowed):
        write(world, reason="En gång till.")


def test_what_is_counted_is_kept_without_where_and_when(world):
    plan = write(world, selection="since=2025-01-01&category=SKA&area=vast&place=3&hour_from=18")
    assert plan.selection == "category=SKA&hour_from=18"
    with pytest.raises(NotPossible) as refused:
        write(world, selection="weekday=9")
    assert list(refused.value.message_dict) == ["selection"]


def test_places_of_others_are_not_compared_with(world):
    with pytest.raises(NotPossible):
        write(world, comparison_places=[make.PlaceFactory()])
    near = make.PlaceFactory(collaboration=world.here, area=world.east, lon=16.3)
    assert [link.place for link in write(world, comparison_places=[near]).comparison_places.all()] == [near]


def test_a_version_says_which_reports_are_counted_and_which_places_it_is_compared_with(world):
    stop = make.PlaceFactory(collaboration=world.here, area=world.east, lon=16.3, name="Hållplatsen")
    write(world, comparison_places=[stop], selection="category=SKA&weekday=5&weekday=6&hour_from=18&hour_to=2")
    decide(world)
    told = content_of(world.plan)["measures"][0]["evaluation"]
    assert told["counted"] == "Skadegörelse; Fredag, lördag; 18–02"
    assert (told["areas"], told["compared_places"]) == ([world.far.name], ["Hållplatsen"])
    # A plan that says neither is written as it was before there was a helper.
    EvaluationPlan.objects.update(selection="")
    EvaluationPlan.objects.get().comparison_places.all().delete()
    assert "counted" not in content_of(world.plan)["measures"][0]["evaluation"]
    assert "compared_places" not in content_of(world.plan)["measures"][0]["evaluation"]


def test_an_aborted_measure_leaves_its_plan_as_it_was(world):
    write(world)
    decide(world)
    measures.abort(by=world.coordinator, measure=world.measure_, reason="Pengarna togs bort.")
    assert Measure.objects.get(pk=world.measure_.pk).state == MeasureState.ABORTED
    with pytest.raises(NotPossible):
        write(world, by=world.coordinator, reason="För sent.")
