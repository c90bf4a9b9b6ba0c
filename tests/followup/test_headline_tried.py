"""The headline tried where nothing was done: on the collaboration's own reports, and told on its page."""

from __future__ import annotations

import datetime as dt

import pytest
from django.urls import reverse

from common.errors import NotAllowed
from followup.evaluations.placebos import try_headline
from followup.models import PlaceboRun
from tests import factories as make
from tests.world import World

pytestmark = pytest.mark.django_db
TODAY = dt.date(2026, 1, 15)


@pytest.fixture
def world(db):
    return World()


def reports(world, category, *, places, months, monthly):
    """So many reports each month at places two kilometres apart, the same every month."""
    for number in range(months):
        year, month = 2024 + number // 12, number % 12 + 1
        for place in range(places):
            for day in range(monthly):
                make.IncidentFactory(
                    at=dt.datetime(year, month, day + 1, 12, tzinfo=dt.UTC), lon=16.0 + place * 0.04, lat=58.58,
                    category=category, organisation=world.municipality, area=world.west,
                )  # fmt: skip


def of(run, code):
    return next(row for row in run.figures["categories"] if row["code"] == code)


def test_where_nothing_changes_nothing_is_found_and_what_is_taken_away_is(world, client):
    category = make.CategoryFactory(collaboration=world.here, code="LAM")
    reports(world, category, places=6, months=24, monthly=4)
    run = try_headline(world.here, today=TODAY)
    row = of(run, "LAM")
    assert row["drawn"] == 200
    assert row["neither"] == 200 == row["unchanged"] + row["not_assessable"]
    assert row["planted"]["decreased"] > row["planted"]["drawn"] / 2
    # The same reports give the same verdicts.
    assert try_headline(world.here, today=TODAY).figures == run.figures
    client.force_login(world.people["council"])
    page = client.get(reverse("headline_tried", args=[world.here.slug]))
    assert "I 200 av 200 försök där inget hade gjorts" in page.content.decode()


def test_with_too_few_reports_the_run_says_so(world, client):
    try_headline(world.here, today=TODAY)
    reports(world, make.CategoryFactory(collaboration=world.here, code="LAM"), places=1, months=2, monthly=1)
    run = try_headline(world.here, today=TODAY)
    assert of(run, "LAM")["drawn"] == 0
    client.force_login(world.people["coordinator"])
    assert "för få rapporter" in client.get(reverse("headline_tried", args=[world.here.slug])).content.decode()


def test_a_sensitive_category_is_not_tried(world):
    category = make.CategoryFactory(collaboration=world.here, code="LAM", is_sensitive=True)
    reports(world, category, places=1, months=1, monthly=1)
    assert "LAM" not in [row["code"] for row in try_headline(world.here, today=TODAY).figures["categories"]]


def test_only_whoever_compiles_has_it_tried(world):
    for who in ("council", "police", "security_lead", "reporter"):
        with pytest.raises(NotAllowed):
            try_headline(world.here, by=world.people[who], today=TODAY)
    assert not PlaceboRun.objects.exists()
