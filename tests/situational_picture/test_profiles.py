"""“What is unusual here?” on the pages of places and areas: the sentences, and who is told which numbers."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from incidents.models import Incident
from situational_picture.profiles import queries, sections
from tests import factories as make

pytestmark = pytest.mark.django_db

# All things are counted over these days, which are over whatever day it is.
YEARS = 2


@pytest.fixture
def street(world):
    """Seven places in the west with thirty events each at any hour; at the square, half of them on Friday evenings."""
    cache.clear()
    rng = np.random.default_rng(1)
    others = [make.PlaceFactory(collaboration=world.here, area=world.west, kind=world.square.kind) for _ in range(6)]
    year = timezone.localdate().year
    first = dt.datetime(year - YEARS, 1, 1, tzinfo=timezone.get_default_timezone())
    rows = []
    for place in [world.square, *others]:
        for number in range(30):
            at = first + dt.timedelta(minutes=int(rng.integers(0, YEARS * 365 * 24 * 60)))
            if place == world.square and number < 20:
                monday = at - dt.timedelta(days=at.weekday())
                at = (monday + dt.timedelta(days=4)).replace(hour=19 + number % 4)
            rows.append(make.IncidentFactory.build(
                organisation=world.housing, collaboration=world.here, area=world.west, category=world.vandalism,
                place=place, at=at,
            ))  # fmt: skip
    Incident.objects.bulk_create(rows)
    return [world.square, *others]


def said(user, place):
    return sections.at_places(user, [place])[place.pk][0]


def test_the_circle_is_told_what_is_unusual_with_numbers(world, street):
    row = said(world.people["police"], world.square)
    assert row["is_list"]
    # 20 of the 30 made here, and the cast's own report of a few days ago is outside the hours or one more.
    assert row["sentences"][0].startswith(tuple(f"{n} av 31 händelser skedde en fredag kl. 18–24; " for n in (20, 21)))
    assert "på jämförbara platser" in row["sentences"][0]
    assert "95 %" in row["sentences"][0]
    assert len(row["sentences"]) <= 5


def test_outside_the_circle_the_same_is_said_without_numbers(world, street):
    row = said(world.people["council"], world.square)
    assert row["sentences"] == ["En större andel än på jämförbara platser sker en fredag kl. 18–24."]
    words = " ".join([*row["sentences"], *row["notes"][1:]])
    assert not any(number in words for number in ("20 av", "30", "31", "95 %"))
    assert row["notes"][-1] == "Antalen visas bara för de parter som arbetar i området."


def test_outside_the_circle_what_rests_on_few_is_not_said(world, street):
    world.here.protect_counts_up_to = 20
    world.here.save()
    row = said(world.people["council"], world.square)
    assert row["sentences"] == ["Inget sticker ut jämfört med hur det är på jämförbara platser."]


def test_a_sensitive_category_is_not_named_to_whoever_gets_no_counts_of_it(world, street):
    Incident.objects.filter(place=world.square).update(category=world.drugs)
    cache.clear()
    assert any("Öppen droghandel" in text for text in said(world.people["council"], world.square)["sentences"])
    outside = said(world.people["reporter"], world.square)["sentences"]
    assert not any("droghandel" in text for text in outside)


@pytest.mark.parametrize("who", ["coach", "data_protection", "administrator"])
def test_whoever_sees_no_pictures_is_told_nothing(world, street, who):
    assert sections.at_places(world.people[who], [world.square]) == {}
    assert sections.in_areas(world.people[who], [world.west]) == {}


def test_too_few_is_said(world, street):
    assert said(world.people["coordinator"], world.garage)["sentences"] == [
        "För få händelser för att säga något: 1, och det behövs minst 20."
    ]
    assert said(world.people["council"], world.garage)["sentences"] == [
        "För få händelser för att säga något: det behövs minst 20."
    ]
    area = sections.in_areas(world.people["coordinator"], [world.west])[world.west.pk][0]
    assert area["sentences"] == [
        "För få jämförbara områden för att säga något: det behövs minst 5 med tillräckligt många händelser."
    ]


def test_what_is_not_approved_or_no_event_does_not_count(world, street):
    days = dt.date(2000, 1, 1), timezone.localdate() + dt.timedelta(days=1)
    events = list(queries.event_categories(world.here.pk))
    assert len(queries.events_at_places([world.square.pk], events, days)) == 31
    Incident.objects.filter(place=world.square, occurred_on__year=timezone.localdate().year - 1).update(
        status="submitted"
    )
    left = Incident.objects.filter(place=world.square, status="approved").count()
    assert 0 < left < 31
    assert len(queries.events_at_places([world.square.pk], events, days)) == left
    assert len(queries.events_at_places([world.square.pk], [], days)) == 0


def test_places_are_held_against_the_most_alike_of_their_kind(world, street):
    days = dt.date(2000, 1, 1), timezone.localdate() + dt.timedelta(days=1)
    events = list(queries.event_categories(world.here.pk))
    found = queries.comparable_places(world.square, events, days)
    assert found == sorted(place.pk for place in street[1:])
    # With too few of its kind, any kind will do.
    world.square.kind = "garage" if world.square.kind != "garage" else "square"
    world.square.save()
    assert queries.comparable_places(world.square, events, days) == found


def test_an_area_is_counted_with_all_that_lies_in_it(world, street):
    days = dt.date(2000, 1, 1), timezone.localdate() + dt.timedelta(days=1)
    events = list(queries.event_categories(world.here.pk))
    others = queries.comparable_areas(world.west, timezone.localdate())
    assert others == [world.east.pk]
    frame = queries.events_in_areas(world.west, others, events, days)
    counted = Incident.objects.counted().filter(collaboration=world.here)
    assert (frame["unit"] == world.west.pk).sum() == counted.filter(area=world.west).count()
    assert (frame["unit"] == world.east.pk).sum() == counted.filter(area=world.east).count()


def test_the_questions_do_not_grow_with_the_events(world, street):
    def asked():
        cache.clear()
        user = world.people["coordinator"]
        with CaptureQueriesContext(
            connection,
        ) as captured:
            sections.at_places(user, [world.square])
        return len(captured)

    before = asked()
    rows = [
        make.IncidentFactory.build(
            organisation=world.housing, collaboration=world.here, area=world.west, category=world.vandalism,
            place=place, at=timezone.localtime() - dt.timedelta(days=day),
        )
        for place in street
        for day in range(3, 60)
    ]  # fmt: skip
    Incident.objects.bulk_create(rows)
    assert asked() <= before <= 6


def test_it_is_asked_once_an_hour(world, street):
    user = world.people["coordinator"]
    sections.at_places(user, [world.square])
    with CaptureQueriesContext(connection) as captured:
        sections.at_places(user, [world.square])
    assert not any("occurred_to" in one["sql"] for one in captured)


@pytest.mark.parametrize(("name", "thing"), [("place_detail", "square"), ("area_detail", "west")])
def test_it_stands_on_the_page(client, world, street, name, thing):
    client.force_login(world.people["coordinator"])
    subject = getattr(world, thing)
    page = client.get(reverse(name, args=[world.here.slug, subject.pk if thing == "square" else subject.slug]))
    assert "Vad är ovanligt här?" in page.content.decode()
