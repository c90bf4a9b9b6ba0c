"""Counting people at a place: once however often it is sent, by the right people, and what comes of it."""

from __future__ import annotations

import datetime as dt
import uuid

import pandas as pd
import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from analysis.presence import mean_per_hour
from common.errors import NotAllowed, NotPossible
from incidents.models import Incident, Status
from situational_picture.indicators import queries
from situational_picture.indicators.place_counts.actions import count_people, take_back_count
from situational_picture.models import Indicator, PlaceCount
from tests import factories as make

NOON = dt.datetime(2026, 11, 10, 12, 30, tzinfo=dt.UTC)


@pytest.fixture
def now():
    with time_machine.travel(NOON, tick=False):
        yield


def said(world, **others):
    return {
        "place": world.square, "counted_on": dt.date(2026, 11, 9), "hour": 17, "minutes": 15, "people": 12,
        "client_uuid": uuid.uuid4(), **others,
    }  # fmt: skip


def test_a_count_is_one_however_often_it_is_sent(world, now):
    by, count = world.people["security_lead"], said(world)
    assert count_people(by=by, **count) == count_people(by=by, **count)
    with pytest.raises(NotPossible):
        count_people(by=by, **{**count, "people": 13})
    with pytest.raises(NotPossible) as refusal:
        count_people(by=by, **said(world, people=14))
    assert list(refusal.value.message_dict) == ["hour"]
    take_back_count(by=by, count=PlaceCount.objects.get())
    again = count_people(by=by, **said(world, people=14))
    assert [row.people for row in PlaceCount.objects.standing()] == [14]
    assert again.organisation == world.housing


@pytest.mark.parametrize(
    ("moment", "field"),
    [
        ({"hour": 14, "counted_on": dt.date(2026, 11, 10)}, "hour"),
        ({"counted_on": dt.date(2026, 11, 11)}, "hour"),
        ({"counted_on": dt.date(2025, 1, 1)}, "counted_on"),
        ({"hour": 24}, "hour"),
        ({"people": -1}, "people"),
        ({"people": 1_000_000}, "people"),
        ({"minutes": 7}, "minutes"),
    ],
)
def test_what_cannot_have_been_counted_is_refused_at_its_field(world, now, moment, field):
    with pytest.raises(NotPossible) as refusal:
        count_people(by=world.people["security_lead"], **said(world, **moment))
    assert list(refusal.value.message_dict) == [field]
    count_people(by=world.people["security_lead"], **said(world, hour=13, counted_on=dt.date(2026, 11, 10)))


def test_another_system_sends_a_count_once_by_the_rules_of_the_page(client, world, now):
    address = reverse("api-place-count-list")
    sent = {**said(world), "place": world.square.pk, "client_uuid": str(uuid.uuid4())}

    def send(who, **others):
        client.force_login(world.people[who])
        return client.post(address, {**sent, **others}, content_type="application/json")

    assert send("other_housing").status_code == 403
    assert send("stranger").status_code == 404
    assert [send("security_lead").status_code for _time in range(2)] == [201, 200]
    # Under the same number something else is said, by the same or by another: neither takes the other's place.
    assert send("security_lead", minutes=60).status_code == send("police").status_code == 409
    again = send("police", client_uuid=str(uuid.uuid4()))
    assert (again.status_code, "12" in again.json()["detail"]) == (409, True)
    assert send("police", client_uuid=str(uuid.uuid4()), hour=24).status_code == 400
    assert PlaceCount.objects.get().organisation == world.housing


def test_a_counter_that_counts_by_itself_does_so_with_the_role_of_its_key(client, world, now):
    for organisation, is_own in ((world.housing, True), (world.other_housing, False)):
        role = world.people["security_lead"].memberships.get().role
        key = make.MembershipFactory(organisation=organisation, role=role, user=make.UserFactory(is_service=True))
        make.AreaScopeFactory(membership=key, area=world.west if is_own else world.east)
        client.force_login(key.user)
        assert client.get(reverse("place_count_new", args=["ekstad"])).status_code == 403
        if is_own:
            assert count_people(by=key.user, **said(world)).organisation == world.housing
        else:
            with pytest.raises(NotAllowed):
                count_people(by=key.user, **said(world, hour=18))


def test_who_counts_where_and_who_takes_back(world, now):
    for who in ("other_housing", "council", "reporter", "stranger"):
        with pytest.raises(NotAllowed):
            count_people(by=world.people[who], **said(world))
    count = count_people(by=world.people["police"], **said(world))
    with pytest.raises(NotAllowed):
        take_back_count(by=world.people["security_lead"], count=count)
    take_back_count(by=world.people["coordinator"], count=count)


def test_the_database_holds_one_count_an_hour(world):
    row = make.PlaceCountFactory(place=world.square)
    for twin in ({}, {"client_uuid": row.client_uuid, "hour": 3}):
        with pytest.raises(IntegrityError), transaction.atomic():
            make.PlaceCountFactory(place=world.square, **twin)
    PlaceCount.objects.update(taken_back_at=timezone.now())
    make.PlaceCountFactory(place=world.square)


def counted_week(world):
    """Mondays at 17 in October, 40 in a quarter; and two events then, one of another hour."""
    for day in (5, 12, 19, 26):
        make.PlaceCountFactory(place=world.square, counted_on=dt.date(2026, 10, day), hour=17, minutes=15, people=40)
    make.PlaceCountFactory(place=world.square, counted_on=dt.date(2026, 10, 6), hour=17, minutes=60, people=240)
    for day, hour in ((5, 15), (12, 15), (12, 18)):
        make.IncidentFactory(
            organisation=world.housing, area=world.west, place=world.square, category=world.vandalism,
            status=Status.APPROVED, at=dt.datetime(2026, 10, day, hour, 20, tzinfo=dt.UTC),
            time_precision=Incident.TimePrecision.EXACT,
        )  # fmt: skip


def test_the_places_page_tells_people_an_hour_and_for_the_circle_events_for_a_thousand(client, world, now):
    counted_week(world)
    make.IncidentFactory(
        organisation=world.housing, area=world.west, category=world.vandalism, status=Status.APPROVED,
        at=dt.datetime(2026, 9, 1, 12, tzinfo=dt.UTC),
    )  # fmt: skip
    address = reverse("place_detail", args=["ekstad", world.square.pk])
    # Four Mondays of 160 people and four Tuesdays of 240, and two events in those hours (in summer time 15 is 17).
    rate = "1,2 händelser per 1"
    for who, is_inside in (("security_lead", True), ("council", False)):
        client.force_login(world.people[who])
        page = " ".join(client.get(address).content.decode().split())
        assert "176 människor i timmen (95 %-intervall 132–220) enligt 5 räkningar." in page, who
        assert (rate in page) == is_inside, who
    expected = mean_per_hour(pd.DataFrame({"people": [40] * 4 + [240], "minutes": [15] * 4 + [60]}))
    assert round(expected.ci_low), round(expected.ci_high) == (132, 220)


def test_an_indicator_of_people_is_counted_from_the_counts(world, now):
    counted_week(world)
    indicator = make.IndicatorFactory(
        collaboration=world.here, area=None, place=world.square, level="place", kind=Indicator.Kind.PLACE_COUNT
    )
    (point,) = queries.values_of(indicator)
    assert (point.first, point.last, point.value, point.n) == (dt.date(2026, 10, 1), dt.date(2026, 10, 31), 176, 5)


def test_the_phones_form_suggests_the_hour_and_takes_the_count(client, world, now):
    client.force_login(world.people["security_lead"])
    address = reverse("place_count_new", args=["ekstad"])
    form = client.get(address, {"place": world.square.pk}).context["form"]
    assert (form["place"].value(), form["hour"].value(), form["counted_on"].value()) == (
        world.square.pk, 13, dt.date(2026, 11, 10),
    )  # fmt: skip
    assert world.garage not in form.fields["place"].queryset
    sent = {
        "client_uuid": form["client_uuid"].value(), "place": world.square.pk, "people": "7", "hour": "13",
        "minutes": "15", "counted_on": "2026-11-10",
    }  # fmt: skip
    assert client.post(address, {**sent, "people": ""}).status_code == 422
    assert client.post(address, {**sent, "place": world.garage.pk}).status_code == 422
    for _ in range(2):
        assert client.post(address, sent).status_code == 302
    assert [row.people for row in PlaceCount.objects.all()] == [7]
    assert client.post(address, {**sent, "client_uuid": str(uuid.uuid4())}).status_code == 422
    page = client.get(reverse("place_counts", args=["ekstad", world.square.pk])).content.decode()
    assert "7 människor" in page
    assert "security lead" not in page.split("<main")[1]
