"""Somebody hurried, and somebody who means no good: nothing that was said is lost, and nothing waits for nobody."""

from __future__ import annotations

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from action_plans.commitments import actions as commitments
from action_plans.commitments import my_work as my_commitments
from action_plans.commitments import queries
from action_plans.commitments.steps import open_steps
from action_plans.measures import actions as measures
from action_plans.measures import my_work
from action_plans.measures.facts import missing_of
from action_plans.models import Commitment, CommitmentState, Measure, MeasureState
from action_plans.plans import actions as plans
from action_plans.plans.agreements import make_agreement
from action_plans.plans.content import content_of
from action_plans.promises import actions as promises
from common.errors import NotPossible
from tests import factories as make
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

    # The report is a new one: whoever asked is asked how they see it now, and may say the same again.
    def waits():
        lines = queries.seen_lines(world.officer, world.here, queries.Asked(), now=timezone.now())
        rows = my_commitments.items(world.officer, [world.here])[world.here.pk]
        return dict(queries.in_order(lines))[one.pk] == "waits", f"commitment {one.pk} agree" in [
            r["key"] for r in rows
        ]

    assert waits() == (True, True)
    assert {"agree", "differ"} <= set(open_steps(world.officer, one))
    commitments.confirm(by=world.officer, commitment=one, is_kept=False, text="Halva är kvar.")
    one.refresh_from_db()
    assert waits() == (False, False)
    assert "differ" not in open_steps(world.officer, one)


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


# --- Nobody leads against their will ----------------------------------------------------------------------------------


def test_where_one_declines_to_lead_another_is_asked_and_the_no_stands(world, client):
    measure = world.measure()
    measures.choose_causes(by=world.officer, measure=measure, causes=[world.chosen])
    measures.propose(by=world.officer, measure=measure)
    first = measures.write_part(
        by=world.officer, measure=measure, asked_by=world.municipality, asked_of=world.housing, text="Led det.",
        due_on=in_days(20), is_lead=True,
    )  # fmt: skip
    commitments.decline(by=world.security_lead, commitment=first, reason="Torget är inte vårt.")
    with pytest.raises(NotPossible) as refused:
        measures.decide(by=world.coordinator, measure=measure, group=world.group, override_reason="Det brådskar.")
    assert [gap.code for gap in refused.value.blocking] == ["lead_accepted"]

    client.force_login(world.officer)
    said = {"asked_by": world.municipality.pk, "asked_of": world.police_authority.pk, "text": "Led det.",
        "due_on": in_days(20).isoformat(), "is_lead": "on"}  # fmt: skip
    assert client.post(reverse("measure_part", args=[world.here.slug, measure.pk]), said).status_code == 302
    second = measure.parts.get(asked_of=world.police_authority)
    with pytest.raises(NotPossible) as refused:
        commitments.ask(by=world.officer, commitment=first)
    assert "is_lead" in refused.value.message_dict
    first.refresh_from_db()
    with pytest.raises(NotPossible):
        commitments.change_request(
            by=world.officer, commitment=first, row_version=first.row_version, text="Led halva.", due_on=first.due_on
        )
    commitments.accept(by=world.police, commitment=second)
    assert missing_of(Measure.objects.get(pk=measure.pk)) == []
    measures.decide(by=world.coordinator, measure=measure, group=world.group)
    first.refresh_from_db()
    assert (first.state, first.answer) == (State.DECLINED, "Torget är inte vårt.")

    page = client.get(reverse("measure_detail", args=[world.here.slug, measure.pk]))
    assert page.context["row"]["lead"]["organisation"] == world.police_authority.name
    assert [row["is_lead"] for row in page.context["row"]["others"]] == [False]
    (row,) = content_of(world.plan)["measures"]
    assert {part["organisation"]: part["is_lead"] for part in row["parts"]} == {
        world.police_authority.name: True, world.housing.name: False,
    }  # fmt: skip
    told = client.get(reverse("api-measure", args=[measure.pk])).json()["parts"]
    assert {part["organisation"]: part["is_lead"] for part in told} == {
        world.police_authority.name: True, world.housing.name: False,
    }  # fmt: skip


def test_an_offer_whose_day_has_passed_is_not_taken_as_a_promise_that_is_late(world):
    one = commitments.make_request(
        by=world.officer, area=world.west, asked_by=world.municipality, asked_of=world.housing, text="Laga staketet.",
        due_on=in_days(10),
    )  # fmt: skip
    commitments.counter_offer(by=world.security_lead, commitment=one, offer="Halva.", due_on=in_days(1))
    Commitment.objects.filter(pk=one.pk).update(offered_due_on=in_days(-14))
    with pytest.raises(NotPossible):
        commitments.take_offer(by=world.officer, commitment=one)
    one.refresh_from_db()
    assert one.state == State.COUNTER_OFFERED


def test_open_data_is_asked_for_nothing(world):
    source = make.OrganisationFactory(collaboration=world.here, kind="open_data")
    with pytest.raises(NotPossible) as refused:
        world.part(world.measure(), source)
    assert "asked_of" in refused.value.message_dict
