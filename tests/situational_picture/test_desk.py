"""What is left before the period's pictures are out: told to whoever compiles them, and to nobody else."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from areas.models import Area
from incidents.actions import approve_incident
from incidents.models import Incident, ReportingUnit, Status
from partners.roles import Role
from situational_picture import actions, building
from situational_picture.models import Picture
from situational_picture.writing import Written
from tests import factories as make


@pytest.fixture
def built(world):
    for area in (world.west, world.east, world.town):
        building.rebuild_area(area, today=timezone.localdate())
    world.week = Picture.objects.filter(
        area=world.west, period_kind="week", period_end__lte=timezone.localdate()
    ).latest("period_end")
    return world


def page(client, world, who):
    client.force_login(world.people[who])
    with override("en"):
        return client.get(reverse("picture_list", args=["ekstad"]), headers={"accept-language": "en"})


def stage(answer, area):
    return next(row["stage"] for row in answer.context["rows"] if row["area"] == area)


def texts(answer):
    return [row["text"] for row in answer.context["remaining"]]


def test_it_says_what_waits_and_how_far_each_area_has_come(client, built):
    answer = page(client, built, "coordinator")
    waiting, published = answer.context["remaining"]
    assert not waiting["is_done"]
    assert waiting["url"] == reverse("review_queue", args=["ekstad"])
    assert not published["is_done"]
    assert stage(answer, built.west).symbol == "ring"
    assert stage(answer, built.west).url.startswith(reverse("picture_write", args=["ekstad", "vaster"]))


def test_each_step_of_a_picture_is_seen_on_its_row(client, built):
    coordinator = built.people["coordinator"]
    analyst = make.MembershipFactory(organisation=built.municipality, role=Role.ANALYST).user

    draft = actions.write_picture(
        by=coordinator, picture=built.week, written=Written(assessment="Lugnt."), text_version=0
    )
    assert stage(page(client, built, "coordinator"), built.west).tone == "warning"

    actions.send_for_review(by=coordinator, picture=draft)
    reviewed = stage(page(client, built, "coordinator"), built.west)
    assert (reviewed.symbol, reviewed.is_published) == ("clock", False)

    published = actions.publish_picture(by=analyst, picture=Picture.objects.get(pk=draft.pk))
    done = stage(page(client, built, "coordinator"), built.west)
    assert done.is_published
    assert done.url.endswith(f"version={published.version}")
    assert stage(page(client, built, "coordinator"), built.east).tone == "neutral"

    draft = Picture.objects.get(pk=draft.pk)
    actions.write_picture(
        by=coordinator, picture=draft, written=Written(assessment="Rättat."), text_version=draft.text_version
    )
    assert not stage(page(client, built, "coordinator"), built.west).is_published


def test_when_nothing_waits_it_says_so(client, built):
    for incident in Incident.objects.filter(collaboration=built.here, status=Status.SUBMITTED):
        approve_incident(incident=incident, by=built.people["coordinator"])
    row = page(client, built, "coordinator").context["remaining"][0]
    assert row["is_done"]
    assert not row["url"]


def test_units_that_are_missing_stand_there_when_somebody_is_expected(client, built):
    assert len(page(client, built, "coordinator").context["remaining"]) == 2
    ReportingUnit.objects.create(
        collaboration=built.here, unit=built.unit, valid_from=timezone.localdate() - dt.timedelta(days=400)
    )
    rows = page(client, built, "coordinator").context["remaining"]
    assert [bool(row["url"]) for row in rows] == [True, True, False]
    assert rows[1]["url"] == reverse("coverage", args=["ekstad"])


@pytest.mark.parametrize("who", ["reporter", "security_lead", "police", "council", "other_housing"])
def test_whoever_does_not_compile_sees_none_of_it(client, built, who):
    answer = page(client, built, who)
    assert answer.context["remaining"] == []
    assert all(row["stage"] is None for row in answer.context["rows"])
    assert b'class="desk"' not in answer.content


@pytest.mark.parametrize(("who", "may"), [("coordinator", True), ("council", False), ("reporter", False)])
def test_without_areas_only_whoever_may_import_them_is_shown_the_way(client, world, who, may):
    Area.objects.filter(collaboration=world.here).update(valid_to=dt.date(2020, 1, 1))
    assert (reverse("area_import", args=["ekstad"]) in page(client, world, who).content.decode()) is may
