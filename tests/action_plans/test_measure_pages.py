"""The pages of measures: from where they are thought of to what came of them."""

from __future__ import annotations

import datetime as dt

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from action_plans.commitments import actions as commitments
from action_plans.commitments.lines import states_shown
from action_plans.measures import actions, my_work, presenters, queries
from action_plans.models import Commitment, CommitmentMove, CommitmentState, FollowUpNote, Goal, Measure
from partners.roles import Role
from tests import factories as make
from tests.action_plans.cast import PlanWorld
from tests.factories import plans as planned
from tests.world import PEOPLE

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(db):
    return PlanWorld()


def at(name, *args):
    return reverse(name, args=["ekstad", *args])


def detail(client, measure):
    answer = client.get(at("measure_detail", measure.pk))
    assert answer.status_code == 200
    return answer


# --- Beginning --------------------------------------------------------------------------------------------------------


def test_from_a_chosen_cause_it_names_the_cause_and_its_problem(world, client):
    client.force_login(world.officer)
    address = at("measure_new") + f"?cause={world.chosen.pk}"
    assert world.chosen.text in client.get(address).content.decode()
    answer = client.post(address, {"title": "Byta lampor", "plan": world.plan.pk})
    measure = Measure.objects.get()
    assert answer["Location"] == at("measure_detail", measure.pk)
    assert measure.problem == world.problem
    assert [link.cause for link in measure.measure_causes.all()] == [world.chosen]


def test_from_a_cause_nobody_has_chosen_it_is_refused_and_nothing_is_left(world, client):
    client.force_login(world.officer)
    address = at("measure_new") + f"?cause={world.other_cause.pk}"
    assert client.post(address, {"title": "Byta lampor", "plan": world.plan.pk}).status_code == 422
    assert not Measure.objects.exists()


def test_from_a_defect_of_an_inspection_it_has_the_place_and_the_defect_tells_of_it(world, client):
    inspection = make.SafetyInspectionFactory(
        collaboration=world.here, place=world.square, organisation=world.housing, finished_at=timezone.now()
    )
    item = make.InspectionItemFactory(inspection=inspection, state="defect")
    client.force_login(world.coordinator)
    page = client.get(at("inspection_detail", inspection.pk)).content.decode()
    address = at("measure_new") + f"?defect={item.pk}"
    assert address in page.replace("&amp;", "&")
    client.post(address, {"title": "Laga lampan", "plan": world.plan.pk})
    measure = Measure.objects.get()
    assert (measure.defect, [link.place for link in measure.measure_places.all()]) == (item, [world.square])
    for url in (at("inspection_detail", inspection.pk), at("defect_list"), at("place_detail", world.square.pk)):
        assert "Laga lampan" in client.get(url).content.decode(), url
    client.force_login(world.people["council"])
    assert client.get(address).status_code == 403


def test_the_same_form_sent_twice_is_one_measure_one_part_and_one_note(world, client):
    client.force_login(world.officer)
    for _press in range(2):
        client.post(at("measure_new"), {"title": "Byta lampor", "plan": world.plan.pk})
    measure = Measure.objects.get()
    part = {
        "asked_by": world.municipality.pk, "asked_of": world.housing.pk, "text": "Byta lamporna.",
        "due_on": "2026-09-30", "is_lead": "on",
    }  # fmt: skip
    for _press in range(2):
        assert client.post(at("measure_part", measure.pk), part).status_code in {302, 422}
    assert measure.parts.count() == 1
    Measure.objects.filter(pk=measure.pk).update(state="ongoing")
    note = {
        "on": "2026-03-01", "carried_out": "yes", "good_result": "too_early", "text": "Lamporna lyser.",
        "organisation": world.municipality.pk,
    }  # fmt: skip
    for _press in range(2):
        assert client.post(at("measure_follow_up", measure.pk), note).status_code == 302
    assert measure.follow_up_notes.count() == 1


def test_what_points_at_a_person_is_refused_with_its_sentence(world, client):
    client.force_login(world.officer)
    answer = client.post(at("measure_new"), {"title": "Ring 070-123 45 67", "plan": world.plan.pk})
    assert answer.status_code == 422
    assert answer.context["form"].errors["title"]
    assert not Measure.objects.exists()


# --- Writing ----------------------------------------------------------------------------------------------------------


def test_two_who_write_at_once_read_both_texts_and_lose_nothing(world, client):
    measure = world.measure(mechanism="Ljus gör att folk syns.")
    client.force_login(world.officer)
    form = client.get(at("measure_change", measure.pk)).context["form"]
    sent = {name: value for name, value in form.initial.items() if value is not None}
    actions.change_measure(by=world.coordinator, measure=measure, row_version=0, mechanism="Fler ser vad som händer.")
    answer = client.post(at("measure_change", measure.pk), {**sent, "mechanism": "Boende ser torget från fönstren."})
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "Fler ser vad som händer." in page
    assert "Boende ser torget från fönstren." in page
    assert [row["text"] for row in answer.context["theirs"]] == ["Fler ser vad som händer."]
    measure.refresh_from_db()
    assert measure.mechanism == "Fler ser vad som händer."
    # Saving again from what now stands there is a decision.
    again = {name: field.value() for name, field in zip(sent, (answer.context["form"][n] for n in sent), strict=True)}
    assert client.post(at("measure_change", measure.pk), again).status_code == 302
    measure.refresh_from_db()
    assert measure.mechanism == "Boende ser torget från fönstren."


def test_saving_an_unchanged_form_changes_no_value(world, client):
    measure = world.measure(technique="SP07", level="tactical", operation="one_off", hours=40, cost_sek=12000)
    before = {name: getattr(measure, name) for name in actions.WRITTEN}
    client.force_login(world.officer)
    form = client.get(at("measure_change", measure.pk)).context["form"]
    sent = {name: "" if value is None else value for name, value in form.initial.items()}
    assert client.post(at("measure_change", measure.pk), sent).status_code == 302
    measure.refresh_from_db()
    assert {name: getattr(measure, name) for name in actions.WRITTEN} == before


def test_days_in_the_wrong_order_are_said_in_words(world, client):
    measure = world.measure()
    client.force_login(world.officer)
    sent = {"row_version": 0, "title": measure.title, "start_on": "2026-09-01", "due_on": "2026-03-01"}
    answer = client.post(at("measure_change", measure.pk), sent)
    assert answer.status_code == 422
    assert answer.context["form"].non_field_errors()
    half = {"row_version": 0, "title": measure.title, "baseline": "3", "baseline_from": "2026-03-01"}
    assert client.post(at("measure_change", measure.pk), half).status_code == 422


def test_each_gap_links_to_the_field_that_fills_it(world, client):
    measure = planned.MeasureFactory(plan=world.plan, mechanism="", due_on=None)
    client.force_login(world.officer)
    gaps = {row["code"]: row["url"] for row in detail(client, measure).context["gaps"]}
    for code in ("mechanism", "due_on"):
        page, field = gaps[code].split("#")
        assert f'id="{field}"' in client.get(page).content.decode()
    assert gaps["cause"] == at("measure_choose", measure.pk, "problem")
    assert gaps["owner"].endswith("#parts")
    assert 'id="parts"' in detail(client, measure).content.decode()


def test_choosing_problem_causes_goals_and_places(world, client):
    measure = planned.MeasureFactory(plan=world.plan)
    goal = planned.GoalFactory(plan=world.plan)
    other_plans_goal = planned.GoalFactory(plan=planned.PlanFactory(area=world.east))
    client.force_login(world.officer)
    assert client.post(at("measure_choose", measure.pk, "problem"), {"problem": world.problem.pk}).status_code == 302
    assert client.post(at("measure_choose", measure.pk, "causes"), {"chosen": [world.chosen.pk]}).status_code == 302
    assert client.post(at("measure_choose", measure.pk, "goals"), {"chosen": [goal.pk]}).status_code == 302
    assert client.post(at("measure_choose", measure.pk, "places"), {"chosen": [world.square.pk]}).status_code == 302
    for kind, stranger in (("causes", world.other_cause), ("goals", other_plans_goal), ("places", world.garage)):
        assert client.post(at("measure_choose", measure.pk, kind), {"chosen": [stranger.pk]}).status_code == 422
    assert client.get(at("measure_choose", measure.pk, "allt")).status_code == 404
    page = detail(client, measure).content.decode()
    for text in (world.problem.title, world.chosen.text, goal.indicator, world.square.name):
        assert text in page


def test_what_a_goal_was_counted_from_is_whole_on_the_page_for_the_circle_and_for_nobody_else(world):
    counted = {"measured": Goal.Measured.REPORTS, "baseline": 39, "target": 15, "indicator": "rapporter om skador"}
    goal = planned.GoalFactory(plan=world.plan, **counted)
    measure = world.measure(indicator="")
    planned.MeasureGoalFactory(measure=measure, goal=goal)
    (inside,) = presenters.goal_rows(world.officer, measure)
    (outside,) = presenters.goal_rows(world.people["council"], measure)
    assert " 39 " in inside["text"]
    assert " 39 " not in outside["text"]
    # A measure without an indicator of its own is followed by its goal's.
    assert presenters.indicator_words(measure, [inside]) == "rapporter om skador"


def test_no_reason_is_asked_for_while_nobody_has_accepted_to_lead(world, client):
    measure = world.measure(follow_up_on=None)
    actions.choose_causes(by=world.officer, measure=measure, causes=[world.chosen])
    lead = world.part(measure, world.housing, is_lead=True)
    actions.propose(by=world.officer, measure=measure)
    client.force_login(world.coordinator)
    page = detail(client, measure)
    # Who answers for it there is named in the answer: one thing waits for it, not two.
    assert [row["code"] for row in page.context["gaps"]] == ["lead_accepted", "follow_up_on"]
    assert "override_reason" not in page.content.decode()
    commitments.accept(by=world.security_lead, commitment=lead)
    assert "override_reason" in detail(client, measure).content.decode()


def test_the_evaluation_is_planned_before_it_is_decided_and_two_writers_meet(world, client):
    measure = world.decidable()
    planned.MeasurePlaceFactory(measure=measure, place=world.square)
    client.force_login(world.officer)
    address = at("measure_evaluation", measure.pk)
    said = {
        "row_version": 0, "indicator": "rapporter om droghandel", "treated_places": [world.square.pk],
        "comparison_areas": [world.east.pk], "ring_m": 200, "before_from": "2025-03-01", "before_to": "2025-08-31",
        "after_from": "2026-03-01", "after_to": "2026-08-31", "decision_rule": "Om inget ändras slutar vi.",
    }  # fmt: skip
    assert client.post(address, {**said, "after_from": "2025-08-01"}).status_code == 422
    assert client.post(address, said).status_code == 302
    conflict = client.post(address, {**said, "indicator": "anmälda brott"})
    assert conflict.status_code == 409
    assert [row["text"] for row in conflict.context["theirs"]] == ["rapporter om droghandel"]
    # What was ticked is still ticked.
    assert conflict.context["form"]["comparison_areas"].value() == [str(world.east.pk)]
    assert not detail(client, measure).context["gaps"]


# --- Who does what ----------------------------------------------------------------------------------------------------


def test_a_part_of_a_proposed_measure_is_asked_at_once_and_of_a_draft_when_it_is_proposed(world, client):
    measure = world.measure()
    client.force_login(world.officer)
    part = {"asked_by": world.municipality.pk, "due_on": "2026-09-30"}
    first = {**part, "asked_of": world.housing.pk, "text": "Leda arbetet.", "is_lead": "on"}
    client.post(at("measure_part", measure.pk), first)
    assert Commitment.objects.get().state == CommitmentState.DRAFT
    client.post(at("measure_step", measure.pk), {"to": "proposed"})
    assert Commitment.objects.get().state == CommitmentState.ASKED
    second = {**part, "asked_of": world.police_authority.pk, "text": "Gå förbi på kvällarna."}
    client.post(at("measure_part", measure.pk), second)
    assert set(measure.parts.values_list("state", "is_lead")) == {("asked", True), ("asked", False)}
    row = presenters.rows_of(world.officer, [queries.measures_for(world.officer, world.here).get()],
                             today=timezone.localdate())[0]  # fmt: skip
    assert (row["lead"]["organisation"], row["lead"]["is_filled"]) == ("Bostadsbolaget", False)
    assert row["holes"]


def test_others_see_some_days_late_whether_a_promise_was_kept(world):
    measure = world.decidable()
    lead = measure.parts.get(is_lead=True)
    commitments.report(by=world.security_lead, commitment=lead, is_kept=False, text="Lamporna kom inte.")
    lead.refresh_from_db()

    def seen_by(who, days):
        now = timezone.now() + dt.timedelta(days=days)
        return states_shown(world.people.get(who, world.officer), [lead], now=now)[lead.pk]

    assert seen_by("security_lead", 0) == seen_by("coordinator", 0) == CommitmentState.NOT_KEPT
    assert seen_by("police", 0) == CommitmentState.ACCEPTED
    # Everybody of the organisation reads its own as of now, whatever the role: as the ledger has it.
    colleague = make.MembershipFactory(organisation=world.housing, collaboration=world.here, role=Role.COUNCIL).user
    assert states_shown(colleague, [lead])[lead.pk] == CommitmentState.NOT_KEPT
    assert seen_by("police", 3) == CommitmentState.NOT_KEPT
    CommitmentMove.objects.filter(commitment=lead, to_state="not_kept").update(at=timezone.now() - dt.timedelta(days=9))
    commitments.report(by=world.security_lead, commitment=lead, is_kept=True)
    lead.refresh_from_db()
    assert seen_by("police", 0) == CommitmentState.NOT_KEPT
    assert seen_by("police", 3) == CommitmentState.KEPT


def test_a_late_part_says_so_in_the_ledgers_words_to_whoever_the_ledger_tells(db, client):
    with time_machine.travel("2026-09-01 12:00+02:00", tick=False):
        world = PlanWorld()
        make.CommitmentRulesFactory(collaboration=world.here, shown_after_days=2)
        measure = world.decidable()
    lead = measure.parts.get(is_lead=True)

    def said(who, moment):
        with time_machine.travel(moment, tick=False):
            client.force_login(world.people.get(who, world.officer))
            page = client.get(at("measure_detail", measure.pk)).context["row"]["lead"]["tag"]["text"]
            rows = client.get(reverse("commitment_list", args=["ekstad"])).context["rows"]
            return page, [row["tag"]["text"] for row in rows]

    # Due on Wednesday the 30th: from Thursday its own two sides know, the others two days later.
    late = ["inte i tid, 1 arbetsdag"]
    assert said("security_lead", "2026-09-30 12:00+02:00") == ("accepterad", ["accepterad"])
    assert said("security_lead", "2026-10-01 12:00+02:00") == (late[0], late)
    assert said("police", "2026-10-01 12:00+02:00") == ("accepterad", ["accepterad"])
    assert said("police", "2026-10-03 12:00+02:00") == (late[0], late)
    # What was reported on the day before is late to the others until they may know it.
    with time_machine.travel("2026-10-03 13:00+02:00", tick=False):
        commitments.report(by=world.security_lead, commitment=lead, is_kept=True)
    assert said("security_lead", "2026-10-04 12:00+02:00") == ("genomfört", ["genomfört"])
    assert said("police", "2026-10-04 12:00+02:00")[0].startswith("inte i tid")
    assert said("police", "2026-10-06 12:00+02:00") == ("genomfört", ["genomfört"])


# --- Reading ----------------------------------------------------------------------------------------------------------


def test_the_list_tells_what_is_late_and_filters(world, client):
    late = world.measure(title="Sen åtgärd", state="ongoing", start_on=dt.date(2020, 1, 1), due_on=dt.date(2020, 3, 2))
    world.part(late, world.housing, is_lead=True)
    world.measure(title="Utkastet")
    client.force_login(world.people["council"])

    def listed(query=""):
        answer = client.get(at("measure_list") + query)
        assert answer.status_code == 200
        return [row["title"] for row in answer.context["rows"]]

    assert listed() == ["Sen åtgärd", "Utkastet"]
    assert listed("?late=yes") == listed("?state=ongoing") == ["Sen åtgärd"]
    assert listed(f"?organisation={world.housing.pk}") == ["Sen åtgärd"]
    assert listed(f"?organisation={world.police_authority.pk}") == []
    assert listed(f"?area={world.east.slug}") == []
    assert listed(f"?area={world.town.slug}") == listed("?state=klar&late=no&organisation=x&page=9") == listed()
    assert client.get(at("measure_list")).context["late"] == 1
    assert client.get(at("measure_list") + f"?late=yes&organisation={world.housing.pk}").context["chosen"] == 2
    assert client.get(at("measure_list") + "?state=klar").context["chosen"] == 0


def test_an_area_nobody_can_have_named_is_no_area(world, client):
    client.force_login(world.coordinator)
    assert client.get(at("measure_list"), {"area": "\x00"}).status_code == 200


def test_each_persona_reads_the_same_measures_on_every_page(world, client):
    measure = world.decidable(title="Ljus på torget")
    planned.MeasurePlaceFactory(measure=measure, place=world.square)
    for who in PEOPLE:
        client.force_login(world.people[who])
        own = "ekstad" if who != "stranger" else "annanstad"
        listed = client.get(reverse("measure_list", args=[own]))
        reads = listed.status_code == 200 and "Ljus på torget" in listed.content.decode()
        assert reads is (who in {"security_lead", "police", "coordinator", "council"}), who
        assert (client.get(at("measure_detail", measure.pk)).status_code == 200) is reads, who
        assert bool(client.get("/api/v1/measures/").json()["results"]) is reads, who
        place = client.get(at("place_detail", world.square.pk))
        if place.status_code == 200:
            assert ("Ljus på torget" in place.content.decode()) is reads, who


def test_problem_cause_and_place_tell_what_is_done_about_them(world, client):
    measure = world.decidable(title="Ljus på torget")
    planned.MeasurePlaceFactory(measure=measure, place=world.square)
    client.force_login(world.officer)
    cause = at("analysis", world.problem.number) + f"?version={world.analysis.version}&cause={world.chosen.pk}"
    for url in (at("problem", world.problem.number), cause, at("place_detail", world.square.pk)):
        assert "Ljus på torget" in client.get(url).content.decode(), url
    assert f"?cause={world.chosen.pk}" in client.get(cause).content.decode()


def test_a_cause_copied_to_a_newer_version_keeps_its_measures(world):
    measure = world.decidable()
    newer = make.CauseAnalysisFactory(problem=world.problem, version=2)
    copy = make.CauseFactory(analysis=newer, copied_from=world.chosen)
    assert queries.for_causes(world.officer, [copy])[copy.pk] == [measure]


def test_my_work_of_whoever_leads_it(world):
    today = timezone.localdate()
    measure = world.decidable(start_on=today - dt.timedelta(days=30), due_on=dt.date(2100, 1, 4), follow_up_on=None)
    actions.decide(
        by=world.coordinator, measure=measure, group=world.group, override_reason="Uppföljningen bestäms senare."
    )

    def waits(who=world.security_lead):
        return [(row["title"], row.get("due_on")) for row in my_work.items(who, [world.here]).get(world.here.pk, [])]

    rows = Measure.objects.filter(pk=measure.pk)
    assert len(waits()) == 1
    assert waits(world.police) == waits(world.people["reporter"]) == []
    actions.run(by=world.security_lead, measure=measure, to="ongoing")
    assert waits() == []
    rows.update(due_on=today - dt.timedelta(days=20))
    assert [day for _title, day in waits()] == [today - dt.timedelta(days=20)]
    rows.update(due_on=dt.date(2100, 1, 4), follow_up_on=today)
    assert [day for _title, day in waits()] == [today]
    FollowUpNote.objects.create(
        collaboration=world.here, measure=measure, on=today, carried_out="yes", good_result="yes",
        organisation=world.housing,
    )  # fmt: skip
    assert waits() == []
    rows.update(follow_up_on=None, due_on=today - dt.timedelta(days=20))
    # Somebody who stands in today has it too.
    deputy = make.MembershipFactory(organisation=world.housing, role="security_lead", user=make.UserFactory())
    make.AreaScopeFactory(membership=deputy, area=world.west)
    away = measure.parts.get(is_lead=True).responsible
    planned.AbsenceFactory(membership=away, deputy=deputy)
    assert len(waits(deputy.user)) == 1


# --- Many -------------------------------------------------------------------------------------------------------------


def test_two_hundred_measures_ask_the_database_no_more_than_two(world, client):
    client.force_login(world.coordinator)
    urls = [at("measure_list"), at("problem", world.problem.number), at("place_detail", world.square.pk)]

    def several(number):
        measures = planned.MeasureFactory.create_batch(number, plan=world.plan, problem=world.problem, state="ongoing")
        for measure in measures:
            planned.CommitmentFactory(
                area=world.west, measure=measure, is_lead=True, asked_by=world.municipality, asked_of=world.housing
            )
            planned.CommitmentFactory(
                area=world.west, measure=measure, state="kept", owner_says_kept=True,
                asked_by=world.municipality, asked_of=world.police_authority,
            )  # fmt: skip
            planned.MeasurePlaceFactory(measure=measure, place=world.square)
            planned.MeasureCauseFactory(measure=measure, cause=world.chosen)
            planned.FollowUpNoteFactory(measure=measure, organisation=world.municipality)

    def asked():
        counts = []
        for url in urls:
            with CaptureQueriesContext(connection) as questions:
                assert client.get(url).status_code == 200
            counts.append(len(questions))
        return counts

    several(2)
    asked()
    few = asked()
    several(198)
    many = asked()
    assert client.get(at("measure_list")).context["count"] == 200
    assert many == few
    assert max(many) < 60, many
