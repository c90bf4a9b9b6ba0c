"""Deciding and moving a measure over the API: the same gates as the form, and everything that is missing listed."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from action_plans.measures import queries
from action_plans.models import Measure, MeasureMove, MeasureState
from action_plans.rules import GAPS
from tests.action_plans.cast import PlanWorld
from tests.factories import plans as planned
from tests.world import PEOPLE

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(db):
    return PlanWorld()


def decide_by_api(client, who, measure, group, **body):
    client.force_login(who)
    address = reverse("api-measure-decide", args=[measure.pk])
    return client.post(address, {"group": group.pk, **body}, content_type="application/json")


def decide_by_form(client, who, measure, group, **body):
    client.force_login(who)
    return client.post(reverse("measure_decide", args=["ekstad", measure.pk]), {"group": group.pk, **body})


def listed_on(page):
    return {row["code"] for row in page.context["gaps"]}


def spoilt(world, code):
    """A proposed measure that lacks one thing."""
    measure = world.decidable()
    rows = Measure.objects.filter(pk=measure.pk)
    spoil = {
        "cause": lambda: measure.measure_causes.all().delete(),
        "mechanism": lambda: rows.update(mechanism=""),
        "indicator": lambda: rows.update(indicator=""),
        "baseline": lambda: rows.update(baseline=None),
        "owner": lambda: measure.parts.update(responsible=None),
        "lead_accepted": lambda: measure.parts.update(state="asked"),
        "due_on": lambda: rows.update(due_on=None),
        "follow_up_on": lambda: rows.update(follow_up_on=None),
        "evaluation_plan": lambda: planned.MeasurePlaceFactory(measure=measure, place=world.square),
    }
    spoil[code]()
    return measure


@pytest.mark.parametrize("code", list(GAPS))
def test_the_api_and_the_form_refuse_to_decide_for_the_same_reason(world, client, code):
    measure = spoilt(world, code)
    answer = decide_by_api(client, world.coordinator, measure, world.group)
    assert answer.status_code == 409
    assert answer["Content-Type"].startswith("application/problem+json")
    missing = answer.json()["missing"]
    assert [row["code"] for row in missing] == [code]
    page = decide_by_form(client, world.coordinator, measure, world.group)
    assert page.status_code == 422
    assert listed_on(page) == {code}
    assert missing[0]["sentence"] in page.content.decode()
    measure.refresh_from_db()
    assert measure.state == MeasureState.PROPOSED


def test_both_list_everything_that_is_missing_at_once(world, client):
    measure = planned.MeasureFactory(
        plan=world.plan, state="proposed", mechanism="", indicator="", baseline=None, baseline_from=None,
        baseline_to=None, due_on=None, follow_up_on=None,
    )  # fmt: skip
    planned.MeasurePlaceFactory(measure=measure, place=world.square)
    everything = set(GAPS) - {"lead_accepted"}
    answer = decide_by_api(client, world.coordinator, measure, world.group)
    assert {row["code"] for row in answer.json()["missing"]} == everything
    page = decide_by_form(client, world.coordinator, measure, world.group)
    assert listed_on(page) == everything
    for row in page.context["gaps"]:
        target = row["url"].split("#")[0]
        assert client.get(target).status_code == 200, row


@pytest.mark.parametrize("way", [decide_by_api, decide_by_form])
def test_an_override_stands_with_its_reason_and_is_counted(world, client, way):
    measure = spoilt(world, "mechanism")
    assert queries.overrides(world.coordinator, world.here).count() == 0
    refused = way(client, world.police, measure, world.group, override_reason="Det brådskar.")
    # The form does not even offer it to others; over the API it is said no to.
    assert refused.status_code in {403, 422}
    assert way(client, world.coordinator, measure, world.group, override_reason="Det brådskar.").status_code in {
        200,
        302,
    }
    (move,) = queries.overrides(world.people["council"], world.here)
    assert (move.overridden, move.reason) == (["mechanism"], "Det brådskar.")
    client.force_login(world.people["council"])
    page = client.get(reverse("measure_list", args=["ekstad"])).content.decode()
    assert "Det brådskar." in page
    assert str(GAPS["mechanism"][1]) in page


@pytest.mark.parametrize("way", [decide_by_api, decide_by_form])
def test_no_reason_replaces_the_leads_own_answer(world, client, way):
    measure = spoilt(world, "lead_accepted")
    answer = way(client, world.coordinator, measure, world.group, override_reason="Det brådskar.")
    assert answer.status_code in {409, 422}
    measure.refresh_from_db()
    assert measure.state == MeasureState.PROPOSED


@pytest.mark.parametrize("way", [decide_by_api, decide_by_form])
def test_deciding_twice_decides_once(world, client, way):
    measure = world.decidable()
    way(client, world.coordinator, measure, world.group)
    again = way(client, world.coordinator, measure, world.group)
    assert again.status_code in {302, 409}
    assert MeasureMove.objects.filter(measure=measure, to_state=MeasureState.DECIDED).count() == 1


def test_half_a_character_is_refused_like_any_other_step_there_is_not(world, client):
    client.force_login(world.coordinator)
    address = reverse("api-measure-move", args=[world.measure().pk])
    answer = client.post(address, '{"to": "\\ud800"}', content_type="application/json")
    assert answer.status_code == 400
    assert "to" in answer.json()["errors"]


def move_by_api(client, who, measure, to, reason=""):
    client.force_login(who)
    address = reverse("api-measure-move", args=[measure.pk])
    return client.post(address, {"to": to, "reason": reason}, content_type="application/json")


def move_by_form(client, who, measure, to, reason=""):
    client.force_login(who)
    return client.post(reverse("measure_step", args=["ekstad", measure.pk]), {"to": to, "reason": reason})


@pytest.mark.parametrize("way", [move_by_api, move_by_form])
def test_the_whole_life_by_either_way(world, client, way):
    measure = world.decidable()
    decide_by_api(client, world.coordinator, measure, world.group)

    def state():
        measure.refresh_from_db()
        return measure.state

    way(client, world.security_lead, measure, "ongoing")
    assert state() == "ongoing"
    # A pause says why, and what is guarded says no.
    assert way(client, world.security_lead, measure, "paused").status_code in {409, 422}
    assert way(client, world.security_lead, measure, "paused", "Ring 070-123 45 67").status_code in {409, 422}
    assert state() == "ongoing"
    way(client, world.security_lead, measure, "paused", "Torget byggs om.")
    assert state() == "paused"
    way(client, world.security_lead, measure, "ongoing")
    way(client, world.security_lead, measure, "carried_out")
    assert state() == "carried_out"
    # Nothing is decided or evaluated by a step of this kind.
    for to in ("decided", "evaluated", "klar"):
        assert way(client, world.coordinator, measure, to).status_code in {400, 422}
    assert state() == "carried_out"


@pytest.mark.parametrize("way", [move_by_api, move_by_form])
def test_each_persona_moves_what_the_action_lets_them(world, client, way):
    for who in PEOPLE:
        measure = planned.MeasureFactory(plan=world.plan, state="proposed")
        code = way(client, world.people[who], measure, "draft").status_code
        measure.refresh_from_db()
        moved = who in {"security_lead", "police", "coordinator"}
        assert (measure.state == "draft") is moved, who
        assert (code in {200, 302}) is moved, who
        assert code in ({200, 302} if moved else {403, 404}), who


def test_the_api_tells_what_the_page_tells(world, client):
    measure = spoilt(world, "mechanism")
    client.force_login(world.people["council"])
    said = client.get(f"/api/v1/measures/{measure.pk}/").json()
    assert (said["state"], said["causes"]) == ("proposed", [world.chosen.text])
    assert [row["code"] for row in said["missing"]] == ["mechanism"]
    (lead,) = said["parts"]
    assert (lead["organisation"], lead["is_lead"], lead["state"], lead["is_promised"]) == (
        "Bostadsbolaget", True, "accepted", True,
    )  # fmt: skip
    page = client.get(reverse("measure_detail", args=["ekstad", measure.pk])).content.decode()
    assert said["missing"][0]["sentence"] in page


def test_the_list_and_its_filters(world, client):
    late = planned.MeasureFactory(
        plan=world.plan, state="ongoing", start_on=dt.date(2020, 1, 1), due_on=dt.date(2020, 3, 2)
    )
    planned.MeasureFactory(plan=world.plan)

    def listed(query):
        return [row["id"] for row in client.get(f"/api/v1/measures/{query}").json()["results"]]

    client.force_login(world.coordinator)
    assert len(listed("")) == 2
    assert listed("?overdue=true") == listed("?state=ongoing&collaboration=ekstad") == [late.pk]
    assert listed("?area=oster") == []
    assert client.get("/api/v1/measures/?state=klar").status_code == 400
    client.force_login(world.people["other_housing"])
    assert listed("") == []


def test_many_measures_ask_no_more(world, client):
    client.force_login(world.coordinator)

    def asked():
        with CaptureQueriesContext(connection) as questions:
            assert client.get("/api/v1/measures/").status_code == 200
        return len(questions)

    world.decidable()
    asked()
    few = asked()
    for _number in range(10):
        measure = world.measure()
        world.part(measure, world.housing, is_lead=True)
        planned.FollowUpNoteFactory(measure=measure)
    assert asked() == few
