"""What the page of a place says about reports: the rows the reader sees in the list, and nothing else."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from incidents.models import Incident, Status
from incidents.slots import reports_at_places
from tests import factories as make
from tests.world import World

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(db):
    world = World()
    if world.square.pk is None:
        world.square.save()
    return world


def report(world, days_ago, **known):
    day = timezone.localdate() - dt.timedelta(days=days_ago)
    known.setdefault("status", Status.APPROVED)
    return make.IncidentFactory(
        collaboration=world.here, place=world.square, area=world.west, category=world.vandalism,
        organisation=world.housing, occurred_on=day,
        occurred_from=timezone.make_aware(dt.datetime.combine(day, dt.time(12))), **known,
    )  # fmt: skip


def section_for(world, who):
    rows = reports_at_places(world.people[who], [world.square])
    return rows[world.square.pk][0] if rows else None


def test_a_place_tells_what_was_approved_there_in_a_year(world):
    before = section_for(world, "coordinator")["total"]
    report(world, 3)
    report(world, 40)
    report(world, 500)
    report(world, 2, status=Status.SUBMITTED)
    section = section_for(world, "coordinator")
    assert section["total"] == before + 2
    assert section["latest"] == timezone.localdate() - dt.timedelta(days=3)


@pytest.mark.parametrize("who", ["coordinator", "security_lead", "reporter", "police"])
def test_the_numbers_are_those_of_the_list_they_lead_to(client, world, who):
    report(world, 3)
    report(world, 40)
    section = section_for(world, who)
    client.force_login(world.people[who])
    assert client.get(section["url"]).context["count"] == section["total"]
    for kind in section["kinds"]:
        assert client.get(kind["url"]).context["count"] == kind["number"]


def test_whoever_reads_no_reports_is_told_nothing(world):
    report(world, 3)
    assert Incident.objects.filter(place=world.square).exists()
    assert section_for(world, "council") is None


def test_many_places_ask_the_database_as_often_as_one(world, django_assert_max_num_queries):
    places = [world.square, *make.PlaceFactory.create_batch(4, collaboration=world.here)]
    report(world, 3)
    user = world.people["coordinator"]
    assert user.active_memberships
    with django_assert_max_num_queries(3):
        found = reports_at_places(user, places)
    assert set(found) == {place.pk for place in places}
