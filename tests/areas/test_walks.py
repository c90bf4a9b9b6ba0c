"""Safety walks: a round over several places on one day, in order, with what felt safe and unsafe."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest
from django.urls import reverse
from django.utils import translation

from areas.inspections import actions
from areas.inspections.rules import Answers
from areas.models import ItemState, PlaceFeature, SafetyInspection, SafetyWalk
from common.errors import NotAllowed, NotPossible
from tests import factories as make

DAY = dt.date(2026, 11, 18)


@pytest.fixture
def places(world):
    others = [
        make.PlaceFactory(collaboration=world.here, name=name, area=world.west) for name in ("Gångtunneln", "Parken")
    ]
    return [world.square, *others]


def begin(world, places, who="police", number=None, **said):
    values = {"area": world.west, "walked_on": DAY, "participants": "boende, områdespolis", "places": places}
    return actions.begin_walk(**{**values, **said}, client_uuid=number or uuid.uuid4(), by=world.people[who])


def fill(stop, by, **said):
    answers = Answers(inspected_on=DAY, **{"states": {"ljus": "defect"}, "safety": 2, **said})
    return actions.fill_in(inspection=stop, answers=answers, seen=stop.row_version, by=by)


def address(name, *args):
    return reverse(name, args=["ekstad", *args])


def test_a_walk_has_its_stops_in_order(world, places):
    walk = begin(world, list(reversed(places)))
    stops = list(walk.stops.order_by("stop_number"))
    assert [stop.place for stop in stops] == list(reversed(places))
    assert {stop.inspected_on for stop in stops} == {DAY}
    assert all(stop.items.count() == len(walk.checklist_version.items) for stop in stops)


def test_the_same_walk_is_made_once(world, places):
    number = uuid.uuid4()
    assert begin(world, places, number=number).pk == begin(world, places, number=number).pk
    assert SafetyInspection.objects.count() == 3


def test_it_is_led_by_those_who_cover_the_area(world, places):
    for who in ("security_lead", "police", "coordinator"):
        assert begin(world, places, who).pk
    for who in ("reporter", "other_housing", "council", "coach", "administrator"):
        with pytest.raises(NotAllowed):
            begin(world, places, who)
    with translation.override("en"), pytest.raises(NotPossible, match="at least one place"):
        begin(world, [])
    with pytest.raises(NotPossible):
        begin(world, places, participants="Anna Andersson")


def test_everybody_of_the_circle_fills_in_stops_and_nobody_else_sees_them(world, places):
    walk = begin(world, places)
    first, second, _third = walk.stops.order_by("stop_number")
    fill(first, world.people["police"], felt_unsafe="Mörkt vid porten.")
    fill(second, world.people["security_lead"], safety=5, felt_safe="Mycket folk.")
    with pytest.raises(NotAllowed):
        fill(first, world.people["other_housing"])
    for who in ("reporter", "other_housing", "council", "stranger"):
        assert not SafetyInspection.objects.visible_to(world.people[who]).exists(), who
        assert not SafetyWalk.objects.visible_to(world.people[who]).exists(), who


def test_finishing_freezes_all_stops_and_tells_the_places(world, places):
    walk = begin(world, places)
    by = world.people["police"]
    with pytest.raises(NotPossible):
        actions.finish_walk(walk=walk, by=by)
    first = walk.stops.get(stop_number=1)
    fill(first, by)
    actions.finish_walk(walk=walk, by=by)
    actions.finish_walk(walk=walk, by=by)
    assert not walk.stops.filter(finished_at__isnull=True).exists()
    feature = PlaceFeature.objects.get()
    assert (feature.place, feature.kind, feature.state, feature.source) == (world.square, "light", "defect", "walk")
    with pytest.raises(NotPossible):
        fill(SafetyInspection.objects.get(pk=first.pk), by, states={"ljus": ItemState.OK})


def test_planned_walked_and_read_without_javascript(client, world, places):
    client.force_login(world.people["police"])
    page = client.get(address("walk_new"), {"area": world.west.slug})
    assert page.status_code == 200
    body = {
        "client_uuid": str(uuid.uuid4()), "area": world.west.slug, "walked_on": "2026-11-18",
        "participants": "boende, områdespolis", f"stop-{places[1].pk}": "1", f"stop-{places[0].pk}": "2",
    }  # fmt: skip
    answer = client.post(address("walk_new"), body)
    walk = SafetyWalk.objects.get()
    assert answer.headers["Location"] == address("walk_detail", walk.pk)
    stops = list(walk.stops.order_by("stop_number"))
    assert [stop.place for stop in stops] == [places[1], places[0]]
    saved = client.post(
        address("inspection_fill", stops[0].pk),
        {"row_version": 0, "safety": "1", "felt_unsafe": "Mörkt och trångt.", "state-ljus": "urgent", "later": "on"},
    )
    assert saved.headers["Location"] == address("walk_detail", walk.pk)
    assert "Mörkt och trångt." in client.get(saved.headers["Location"]).content.decode()
    client.post(address("walk_finish", walk.pk))
    page = client.get(address("walk_detail", walk.pk)).content.decode()
    assert "Otryggt" in page
    assert "Gångtunneln" in page


def test_a_walk_without_stops_is_asked_about(client, world, places):
    client.force_login(world.people["police"])
    body = {"client_uuid": str(uuid.uuid4()), "area": world.west.slug, "walked_on": "2026-11-18"}
    assert client.post(address("walk_new"), body).status_code == 422
    assert not SafetyWalk.objects.exists()
