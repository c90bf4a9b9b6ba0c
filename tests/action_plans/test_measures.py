"""What a measure rests on, and its life."""

from __future__ import annotations

import datetime as dt

import pytest

from action_plans.commitments import actions as commitments
from action_plans.measures import actions
from action_plans.measures.facts import facts_of
from action_plans.models import CommitmentState, Measure, MeasureMove, MeasureState
from action_plans.rules import GAPS, MEASURE_NEXT, gaps_of, is_measure_overdue, last_moment_day
from cause_analysis.models import CauseAnalysis, Evidence, State
from cause_analysis.versions import Conflict
from common.errors import NotAllowed, NotPossible
from tests import factories as make
from tests.action_plans.cast import PlanWorld

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(db):
    return PlanWorld()


def codes(measure):
    measure = Measure.objects.get(pk=measure.pk)
    return [gap.code for gap in gaps_of(measure, facts_of(measure))]


def test_a_measure_with_nothing_is_proposed_and_says_all_it_lacks(world):
    measure = actions.add_measure(by=world.officer, plan=world.plan, title="Bättre ljus på torget")
    actions.choose_places(by=world.officer, measure=measure, places=[world.square])
    actions.propose(by=world.officer, measure=measure)
    measure.refresh_from_db()
    assert measure.state == MeasureState.PROPOSED
    everything = [code for code in GAPS if code != "lead_accepted"]
    assert codes(measure) == everything
    with pytest.raises(NotPossible) as refused:
        actions.decide(by=world.coordinator, measure=measure, group=world.group)
    assert len(refused.value.messages) == len(everything)
    measure.refresh_from_db()
    assert measure.state == MeasureState.PROPOSED


@pytest.mark.parametrize(
    ("code", "spoil"),
    [
        ("cause", lambda w, m: m.measure_causes.all().delete()),
        ("mechanism", lambda w, m: Measure.objects.filter(pk=m.pk).update(mechanism=" ")),
        ("indicator", lambda w, m: Measure.objects.filter(pk=m.pk).update(indicator="")),
        ("baseline", lambda w, m: Measure.objects.filter(pk=m.pk).update(baseline=None)),
        ("owner", lambda w, m: m.parts.update(responsible=None)),
        ("lead_accepted", lambda w, m: m.parts.update(state="asked")),
        ("due_on", lambda w, m: Measure.objects.filter(pk=m.pk).update(due_on=None)),
        ("follow_up_on", lambda w, m: Measure.objects.filter(pk=m.pk).update(follow_up_on=None)),
        ("evaluation_plan", lambda w, m: make.MeasurePlaceFactory(measure=m, place=w.square)),
    ],
)
def test_each_gap_alone_keeps_it_from_being_decided(world, code, spoil):
    measure = world.decidable()
    assert codes(measure) == []
    spoil(world, measure)
    assert codes(measure) == [code]
    with pytest.raises(NotPossible) as refused:
        actions.decide(by=world.coordinator, measure=measure, group=world.group)
    assert refused.value.messages == [str(GAPS[code][1])]


def test_a_whole_measure_is_decided_and_its_problem_goes_on(world):
    measure = world.decidable()
    make.GoalFactory(plan=world.plan, problem=world.problem, agreed_at="2026-02-02T10:00Z")
    actions.decide(by=world.police, measure=measure, group=world.group)
    measure.refresh_from_db()
    world.problem.refresh_from_db()
    assert (measure.state, world.problem.state) == (MeasureState.DECIDED, State.MEASURES_DECIDED)
    step = MeasureMove.objects.get(measure=measure, to_state="decided")
    assert (step.group, step.overridden) == (world.group, [])
    actions.run(by=world.security_lead, measure=measure, to=MeasureState.ONGOING)
    world.problem.refresh_from_db()
    assert world.problem.state == State.UNDER_WAY


def test_a_problem_without_goals_waits_for_them(world):
    actions.decide(by=world.police, measure=world.decidable(), group=world.group)
    world.problem.refresh_from_db()
    assert world.problem.state == State.ANALYSED


def test_only_a_coordinator_lets_gaps_pass_and_the_reason_stands_with_the_decision(world):
    measure = world.decidable(mechanism="", baseline=None)
    with pytest.raises(NotAllowed):
        actions.decide(by=world.police, measure=measure, group=world.group, override_reason="Det brådskar.")
    actions.decide(by=world.coordinator, measure=measure, group=world.group, override_reason="Det brådskar.")
    step = MeasureMove.objects.get(measure=measure, to_state="decided")
    assert (step.overridden, step.reason) == (["mechanism", "baseline"], "Det brådskar.")


def test_nobody_is_committed_by_an_override(world):
    measure = world.measure()
    world.part(measure, world.housing, is_lead=True)
    actions.propose(by=world.officer, measure=measure)
    with pytest.raises(NotPossible) as refused:
        actions.decide(by=world.coordinator, measure=measure, group=world.group, override_reason="Det brådskar.")
    assert str(GAPS["lead_accepted"][1]) in refused.value.messages


def test_an_override_that_was_not_needed_is_not_counted(world):
    actions.decide(
        by=world.coordinator, measure=world.decidable(), group=world.group, override_reason="För säkerhets skull."
    )
    step = MeasureMove.objects.get(to_state="decided")
    assert (step.overridden, step.reason) == ([], "")


def test_parts_nobody_has_accepted_are_no_hindrance_but_the_leads_is(world):
    measure = world.decidable()
    part = world.part(measure, world.police_authority, text="Vara på torget på kvällarna.")
    commitments.ask(by=world.officer, commitment=part)
    commitments.decline(by=world.police, commitment=part, reason="Vi har inte folk till det.")
    actions.decide(by=world.coordinator, measure=measure, group=world.group)
    part.refresh_from_db()
    assert part.state == CommitmentState.DECLINED


def test_a_cause_whose_evidence_falls_away_in_the_next_version_no_longer_carries(world):
    measure = world.decidable()
    following = make.CauseAnalysisFactory(problem=world.problem, version=2)
    copy = make.CauseFactory(
        analysis=following,
        text=world.chosen.text,
        copied_from=world.chosen,
        chosen_at=world.chosen.chosen_at,
        chosen_by_group=world.group,
    )
    assert codes(measure) == []
    CauseAnalysis.objects.filter(pk=following.pk).update(
        adopted_at=world.chosen.chosen_at, adopted_by_group=world.group
    )
    assert not Evidence.objects.filter(cause=copy).exists()
    assert codes(measure) == ["cause"]


def test_causes_of_other_problems_and_causes_nobody_chose_are_refused(world):
    measure = world.measure()
    for cause in (world.other_cause, make.CauseFactory()):
        with pytest.raises(NotPossible):
            actions.choose_causes(by=world.officer, measure=measure, causes=[cause])
    assert not measure.measure_causes.exists()


def test_of_two_who_change_the_same_measure_the_second_is_told(world):
    measure = world.measure()
    actions.change_measure(by=world.officer, measure=measure, row_version=0, title="Ljus på torget")
    with pytest.raises(Conflict):
        actions.change_measure(by=world.police, measure=measure, row_version=0, title="Lampor på torget")
    measure.refresh_from_db()
    assert measure.title == "Ljus på torget"


def test_a_text_with_a_person_in_it_is_refused_and_nothing_changes(world):
    measure = world.measure()
    with pytest.raises(NotPossible):
        actions.change_measure(
            by=world.officer, measure=measure, row_version=0, description="Prata med 811218-9876 först."
        )
    measure.refresh_from_db()
    assert (measure.description, measure.row_version) == ("", 0)


def test_what_is_carried_out_is_not_written_anew(world):
    measure = world.decidable()
    actions.decide(by=world.coordinator, measure=measure, group=world.group)
    for to in (MeasureState.ONGOING, MeasureState.CARRIED_OUT):
        actions.run(by=world.security_lead, measure=measure, to=to)
    with pytest.raises(NotPossible):
        actions.change_measure(by=world.officer, measure=measure, row_version=0, title="Något annat")


def test_only_who_leads_it_and_who_keeps_the_plan_start_a_measure(world):
    measure = world.decidable()
    actions.decide(by=world.coordinator, measure=measure, group=world.group)
    for stranger in ("police", "other_housing", "council", "coach", "reporter", "stranger"):
        with pytest.raises(NotAllowed):
            actions.run(by=world.people[stranger], measure=measure, to=MeasureState.ONGOING)
    actions.run(by=world.security_lead, measure=measure, to=MeasureState.ONGOING)


def test_pausing_and_aborting_say_why(world):
    measure = world.decidable()
    actions.decide(by=world.coordinator, measure=measure, group=world.group)
    actions.run(by=world.security_lead, measure=measure, to=MeasureState.ONGOING)
    with pytest.raises(NotPossible):
        actions.run(by=world.security_lead, measure=measure, to=MeasureState.PAUSED)
    with pytest.raises(NotPossible):
        actions.abort(by=world.security_lead, measure=measure, reason="  ")
    waiting = commitments.ask(by=world.officer, commitment=world.part(measure, world.police_authority))
    actions.abort(by=world.security_lead, measure=measure, reason="Torget byggs om.")
    waiting.refresh_from_db()
    assert waiting.state == CommitmentState.WITHDRAWN
    assert measure.parts.get(is_lead=True).state == CommitmentState.ACCEPTED


def test_a_day_nobody_works_moves_to_the_next_when_somebody_does(world):
    midsummer_eve, monday = dt.date(2026, 6, 19), dt.date(2026, 6, 22)
    assert last_moment_day(midsummer_eve) == monday
    measure = Measure(state=MeasureState.ONGOING, due_on=midsummer_eve)
    assert not is_measure_overdue(measure, monday)
    assert is_measure_overdue(measure, dt.date(2026, 6, 23))
    assert not is_measure_overdue(Measure(state=MeasureState.CARRIED_OUT, due_on=midsummer_eve), dt.date(2026, 7, 1))


def test_every_state_has_a_next_step_or_is_an_end():
    assert set(MEASURE_NEXT) == set(MeasureState)
    assert {state for state, steps in MEASURE_NEXT.items() if not steps} == {
        MeasureState.EVALUATED,
        MeasureState.ABORTED,
    }


def test_the_order_is_the_agreed_one_and_what_is_not_named_comes_after(world):
    first, second, third = (world.measure() for _ in range(3))
    actions.order_measures(by=world.officer, plan=world.plan, numbers=[third.number, first.number])
    assert list(Measure.objects.filter(plan=world.plan).order_by("position")) == [third, first, second]


def test_a_follow_up_is_a_dated_note_of_what_has_been_seen(world):
    measure = world.decidable()
    said = {"measure": measure, "organisation": world.municipality, "carried_out": "partly", "good_result": "too_early"}
    with pytest.raises(NotPossible):
        actions.follow_up(by=world.officer, on=dt.date(2026, 3, 1), **said)
    actions.decide(by=world.coordinator, measure=measure, group=world.group)
    with pytest.raises(NotPossible):
        actions.follow_up(by=world.officer, on=dt.date(2100, 1, 1), **said)
    with pytest.raises(NotAllowed):
        actions.follow_up(by=world.officer, on=dt.date(2026, 3, 1), **{**said, "organisation": world.housing})
    actions.follow_up(by=world.officer, on=dt.date(2026, 3, 1), text="Hälften av lamporna är bytta.", **said)
    assert measure.follow_up_notes.get().text == "Hälften av lamporna är bytta."
