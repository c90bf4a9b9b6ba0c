"""Where to begin: what a guard reads of the newest published pictures, and nothing of what is not published."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from partners.models import Membership
from situational_picture import priorities
from situational_picture.models import Picture
from tests import factories as make

URL = reverse("priority_places", args=["ekstad"])
PLACE = {"name": "Västers centrum", "why": "Flest händelser på kvällen.", "place": None}


def picture(world, area, *, days_ago=2, weeks_ago=1, places=(PLACE,), coming=(), published=True):
    today = timezone.localdate()
    start = today - dt.timedelta(days=today.weekday() + 7 * weeks_ago)
    status = {"status": Picture.Status.PUBLISHED, "version": 1, "figures": {}} if published else {}
    if published:
        status |= {"published_at": timezone.localtime() - dt.timedelta(days=days_ago)}
        status |= {"published_by": world.people["coordinator"]}
    return make.PictureFactory(
        area=area,
        collaboration=area.collaboration,
        period_kind=Picture.PeriodKind.WEEK,
        period_start=start,
        period_end=start + dt.timedelta(days=7),
        priority_places=list(places),
        coming_events=list(coming),
        **status,
    )


def cards(world, who="reporter"):
    user = world.people[who].__class__.objects.get(pk=world.people[who].pk)
    return priorities.cards(user, world.here, now=timezone.now())


def text(world, who="reporter"):
    client = Client(HTTP_ACCEPT_LANGUAGE="en")
    client.force_login(world.people[who])
    return client.get(URL).content.decode()


def test_the_newest_published_picture_of_each_area_says_where_to_begin(world):
    picture(world, world.west, weeks_ago=3, places=[{**PLACE, "name": "Gamla torget"}])
    picture(world, world.west)
    picture(world, world.east, places=[{**PLACE, "name": "Östers garage"}])
    shown = text(world)
    assert "2 places to look at first" in shown
    assert "Västers centrum" in shown
    assert "Östers garage" in shown
    assert "Gamla torget" not in shown
    assert "published 2 days ago" in shown


def test_a_newer_picture_without_places_ends_the_older_ones(world):
    picture(world, world.west, weeks_ago=3)
    picture(world, world.west, places=[])
    assert cards(world) == []
    assert "No place is pointed out right now" in text(world)


@pytest.mark.parametrize("who", ["reporter", "security_lead", "other_housing", "council"])
def test_drafts_are_told_to_nobody(world, who):
    picture(world, world.west, published=False)
    assert cards(world, who) == []


def test_another_collaborations_places_do_not_exist(world):
    picture(world, world.far)
    assert cards(world) == []
    stranger = Client()
    stranger.force_login(world.people["stranger"])
    assert stranger.get(URL).status_code == 404


def test_what_is_on_its_way_is_told_until_it_has_been(world):
    today = timezone.localdate()
    coming = [
        {"day": (today + dt.timedelta(days=days)).isoformat(), "what": what, "place": ""}
        for days, what in ((-1, "Marknad"), (0, "Konsert"), (9, "Luciatåg"))
    ]
    picture(world, world.west, places=[], coming=coming)
    shown = text(world)
    assert "Konsert" in shown
    assert "Luciatåg" in shown
    assert "Marknad" not in shown


def test_what_is_old_is_said_to_be_old(world):
    picture(world, world.west, days_ago=20)
    assert "No newer picture has been published" in text(world)
    Picture.objects.all().delete()
    picture(world, world.west, days_ago=14)
    assert "No newer picture has been published" not in text(world)


def test_the_areas_the_persons_unit_reports_about_come_first(world):
    picture(world, world.west)
    picture(world, world.east)
    assert [card["area"] for card in cards(world)] == [world.west, world.east]
    reporting = make.ReportingUnitFactory(unit=world.unit, collaboration=world.here)
    reporting.areas.set([world.east])
    Membership.objects.filter(user=world.people["reporter"]).update(unit=world.unit)
    assert [card["area"] for card in cards(world)] == [world.east, world.west]


def test_the_page_costs_the_same_however_many_pictures(world, client, django_assert_max_num_queries):
    for area in (world.west, world.east):
        for weeks in range(1, 6):
            picture(world, area, weeks_ago=weeks)
    client.force_login(world.people["reporter"])
    client.get(URL)
    with django_assert_max_num_queries(14):
        assert client.get(URL).status_code == 200
