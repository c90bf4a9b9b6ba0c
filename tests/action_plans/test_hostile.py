"""Somebody hurried, and somebody who means no good: nothing that was said is lost, and nothing waits for nobody."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from action_plans.commitments import actions as commitments
from action_plans.commitments.steps import open_steps
from action_plans.measures import actions as measures
from action_plans.measures import my_work
from action_plans.models import CommitmentState, MeasureState
from action_plans.plans import actions as plans
from action_plans.plans.agreements import make_agreement
from action_plans.promises import actions as promises
from common.errors import NotPossible
from tests.action_plans.cast import PlanWorld
from tests.action_plans.promises_cast import PromiseWorld

pytestmark = pytest.mark.django_db
State = CommitmentState


@pytest.fixture
def world(db):
    return PlanWorld()


def in_days(days: int) -> dt.date:
    return timezone.localdate() + dt.timedelta(days=days)


# --- What somebody has said stands ------------------------------------------------------------------------------------


def test_a_no_stands_with_its_reason_when_the_measure_is_aborted(world):
    measure = world.decidable()
    declined = commitments.ask(
        by=world.officer, commitment=world.part(measure, world.police_authority, text="Vara på torget.")
    )
    commitments.decline(by=world.police, commitment=declined, reason="Vi har inte folk till det.")
    waiting = commitments.ask(
        by=world.officer, commitment=world.part(measure, world.police_authority, text="Möta de boende.")
    )
    measures.abort(by=world.officer, measure=measure, reason="Torget byggs om.")
    declined.refresh_from_db()
    waiting.refresh_from_db()
    assert (declined.state, declined.answer) == (State.DECLINED, "Vi har inte folk till det.")
    assert waiting.state == State.WITHDRAWN


def test_an_owner_who_turns_their_report_round_does_not_erase_how_the_asker_saw_it(world):
    one = commitments.make_request(
        by=world.officer, area=world.west, asked_by=world.municipality, asked_of=world.housing, text="Laga staketet.",
        due_on=in_days(10),
    )  # fmt: skip
    commitments.accept(by=world.security_lead, commitment=one)
    commitments.report(by=world.security_lead, commitment=one, is_kept=True)
    commitments.confirm(by=world.officer, commitment=one, is_kept=False, text="Halva är kvar.")
    commitments.report(by=world.security_lead, commitment=one, is_kept=False, text="Vi hann inte.")
    commitments.report(by=world.security_lead, commitment=one, is_kept=True)
    one.refresh_from_db()
    assert (one.owner_says_kept, one.asker_says_kept, one.asker_says) == (True, False, "Halva är kvar.")


def test_a_draft_that_partners_have_been_asked_for_is_not_taken_away_behind_their_backs(world):
    measure = world.decidable()
    measures.take_back(by=world.officer, measure=measure)
    with pytest.raises(NotPossible):
        measures.remove_measure(by=world.officer, measure=measure)
    measure.refresh_from_db()
    assert measure.removed_at is None
    part = measure.parts.get()
    commitments.withdraw(by=world.officer, commitment=part, reason="Det blev en annan åtgärd.")
    measures.remove_measure(by=world.officer, measure=measure)
    measure.refresh_from_db()
    assert measure.removed_at is not None


def test_nobody_is_asked_for_a_part_of_what_has_ended(world):
    aborted, gone = world.decidable(), world.measure()
    left = world.part(aborted, world.police_authority, text="Vara på torget.")
    of_gone = world.part(gone, world.housing, is_lead=True)
    measures.abort(by=world.officer, measure=aborted, reason="Torget byggs om.")
    measures.remove_measure(by=world.officer, measure=gone)
    for part in (left, of_gone):
        with pytest.raises(NotPossible):
            commitments.ask(by=world.officer, commitment=part)
        part.refresh_from_db()
        assert part.state == State.DRAFT
        assert not {"ask", "change"} & set(open_steps(world.officer, part))


def test_whoever_has_done_their_part_is_still_asked_to_follow_the_measure_up(world):
    measure = world.decidable(follow_up_on=timezone.localdate())
    measures.decide(by=world.coordinator, measure=measure, group=world.group)
    commitments.report(by=world.security_lead, commitment=measure.parts.get(), is_kept=True)
    rows = my_work.items(world.security_lead, [world.here])[world.here.pk]
    assert {row["key"] for row in rows} >= {f"measure {measure.pk} follow-up"}


def test_an_evaluation_plan_without_a_treated_place_is_no_plan_for_a_measure_at_one(world, client):
    measure = world.decidable()
    days = {
        "before_from": dt.date(2025, 1, 1), "before_to": dt.date(2025, 12, 31),
        "after_from": dt.date(2026, 1, 1), "after_to": dt.date(2026, 12, 31),
    }  # fmt: skip
    said = {"indicator": "anmälningar", "decision_rule": "Är det inte färre slutar vi.", **days}
    measures.write_evaluation_plan(by=world.officer, measure=measure, row_version=0, **said)
    measures.choose_places(by=world.officer, measure=measure, places=[world.square])
    with pytest.raises(NotPossible) as refused:
        measures.decide(by=world.coordinator, measure=measure, group=world.group)
    assert [gap.code for gap in refused.value.gaps] == ["evaluation_plan"]
    measures.write_evaluation_plan(
        by=world.officer, measure=measure, row_version=1, treated_places=[world.square], **said
    )
    measures.decide(by=world.coordinator, measure=measure, group=world.group)
    measure.refresh_from_db()
    assert measure.state == MeasureState.DECIDED


# --- What was written is not swallowed --------------------------------------------------------------------------------


def test_a_second_plan_of_the_same_name_is_refused_and_not_swallowed(world):
    said = {"area": world.west, "title": "Tryggare torg", "first_day": in_days(0), "last_day": in_days(300)}
    first = plans.make_plan(by=world.officer, purpose="Färre rån.", **said)
    assert plans.make_plan(by=world.officer, purpose="Färre rån.", **said) == first
    with pytest.raises(NotPossible) as refused:
        plans.make_plan(by=world.coordinator, purpose="Fler lampor.", **said)
    assert "title" in refused.value.message_dict


def test_a_second_agreement_of_the_same_name_is_refused_and_not_swallowed(world):
    said = {"collaboration": world.here, "title": "Överenskommelse", "first_day": in_days(0), "last_day": in_days(300)}
    first = make_agreement(by=world.coordinator, documented_how="I planen.", **said)
    assert make_agreement(by=world.coordinator, documented_how="I planen.", **said) == first
    with pytest.raises(NotPossible) as refused:
        make_agreement(by=world.coordinator, documented_how="I protokoll.", **said)
    assert "title" in refused.value.message_dict


@pytest.mark.parametrize("day", [dt.date(1, 1, 1), dt.date(1899, 12, 31)])
def test_a_promise_was_not_decided_in_another_century(day):
    world = PromiseWorld()
    with pytest.raises(NotPossible) as refused:
        promises.decide_promise(by=world.coordinator, promise=world.promise, group=world.group, decided_on=day)
    assert "decided_on" in refused.value.message_dict
