"""Purging to statistics changes no count of any month: in no category, area or place, whatever was reported."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from analysis.periods import PeriodKind, containing, parse
from incidents.models import Category, Incident, Status
from partners import retention
from situational_picture import actions, building, figures, queries
from situational_picture.models import Picture
from tests import factories as make
from tests.world import World

TODAY = dt.date(2026, 11, 20)
MONTHS = [f"{year}-{month:02}" for year in (2022, 2023) for month in (1, 10, 11, 12)]


def by_month(frame, *columns):
    """Counts by month and the other columns, as a plain dictionary."""
    months = pd.to_datetime(frame["day"]).dt.strftime("%Y-%m")
    return frame.assign(month=months).groupby(["month", *columns])["count"].sum().to_dict()


def counts(world):
    """Every monthly count the pictures are made of: by category, area and place, and what lies in no area."""
    found = {}
    for area in (world.town, world.west, world.east):
        found[area.slug, "categories"] = by_month(queries.daily_counts(area), "category")
        found[area.slug, "parts"] = by_month(queries.daily_counts_by_subarea(area), "category")
        for code in MONTHS:
            month = parse(code)
            rows = queries.incidents_between(area, month.start, month.end)
            found[area.slug, code, "places"] = rows["place"].value_counts().sort_index().to_dict()
            found[area.slug, code, "now"] = queries.counts_by_category(area, month)
            found[area.slug, code, "nowhere"] = queries.not_drawn(area, month)
    for code in MONTHS:
        table, _parents = queries.area_table(world.here.pk, parse(code))
        found[code, "table"] = table.to_dict()
    return found


days = st.dates(dt.date(2022, 1, 1), dt.date(2023, 12, 31)).filter(lambda day: f"{day:%Y-%m}" in MONTHS)
reports = st.lists(
    st.fixed_dictionaries(
        {
            "day": days,
            "hour": st.integers(0, 23),
            "where": st.sampled_from(["west", "east", "town", "outside", "none"]),
            "category": st.sampled_from(["vandalism", "drugs", "condition"]),
            "place": st.sampled_from([None, "square", "garage"]),
            "status": st.sampled_from([Status.APPROVED] * 4 + [Status.SUBMITTED, Status.REJECTED, Status.RETURNED]),
            "by_month": st.booleans(),
        }
    ),
    max_size=25,
)


class PurgingKeepsMonthlyCounts(TestCase):
    def setUp(self):
        self.world = World()
        Incident.objects.all().delete()
        kind = Category.Kind.CONDITION
        self.world.condition = make.CategoryFactory(collaboration=self.world.here, code="TIL", kind=kind)

    def write(self, reports):
        world, rows = self.world, []
        for one in reports:
            area = getattr(world, one["where"], None)
            moment = timezone.make_aware(dt.datetime.combine(one["day"], dt.time(one["hour"])))
            located = "placed" if area else one["where"]
            point = {"lon": None, "lat": None, "cell": None} if located == "none" else {}
            rows.append(
                make.IncidentFactory.build(
                    organisation=world.housing,
                    collaboration=world.here,
                    category=getattr(world, one["category"]),
                    area=area,
                    location=located,
                    place=getattr(world, one["place"] or "", None),
                    status=one["status"],
                    time_precision="month" if one["by_month"] else "exact",
                    at=moment.replace(day=1) if one["by_month"] else moment,
                    **point,
                )
            )
        Incident.objects.bulk_create(rows)

    @settings(max_examples=12, suppress_health_check=list(HealthCheck))
    @given(reports=reports, held=st.sets(st.integers(0, 24), max_size=3))
    def test_every_monthly_count_is_the_same_before_and_after(self, reports, held):
        Incident.objects.all().delete()
        self.write(reports)
        ids = list(Incident.objects.order_by("pk").values_list("pk", flat=True))
        for number in held & set(range(len(ids))):
            make.LegalHoldFactory(
                collaboration=self.world.here,
                scope="report",
                subject_id=str(ids[number]),
                first_day=None,
                ends_on=timezone.localdate() + dt.timedelta(days=30),
            )
        before = counts(self.world)
        retention.purge_collaboration(self.world.here, today=TODAY)
        assert counts(self.world) == before
        retention.purge_collaboration(self.world.here, today=TODAY)
        assert counts(self.world) == before
        limit = dt.date(2023, 11, 1)
        free = Incident.objects.exclude(pk__in=[ids[n] for n in held if n < len(ids)]).filter(occurred_on__lt=limit)
        assert not free.exclude(status=Status.PURGED).exists()
        assert not Incident.objects.filter(occurred_on__gte=limit, status=Status.PURGED).exists()


# --- What is honestly not known any more ------------------------------------------------------------------------------


def picture(world, code):
    return building.AreaData(world.west, TODAY).figures_for(parse(code))


@pytest.fixture
def purged(world):
    """Three reports on each Wednesday of four years, and the years before November 2023 purged."""
    Incident.objects.all().delete()
    rows = []
    for week in range(200):
        day = dt.datetime(2023, 1, 4, 21, tzinfo=dt.UTC) + dt.timedelta(weeks=week)
        for _number in range(3):
            rows.append(
                make.IncidentFactory.build(
                    organisation=world.housing, collaboration=world.here, category=world.vandalism, area=world.west,
                    place=world.square, at=day,
                )
            )  # fmt: skip
    Incident.objects.bulk_create(rows)
    world.month_before = picture(world, "2023-05")
    world.week_before = picture(world, "2023-W20")
    world.now_before = picture(world, "2026-W40")
    retention.purge_collaboration(world.here, today=TODAY)
    return world


def test_a_month_keeps_its_counts_and_places_and_loses_its_hours_and_hexagons(purged):
    month = picture(purged, "2023-05")
    assert month["total"]["count"] == purged.month_before["total"]["count"] == 15
    assert month["places"][0]["count"] == 15
    assert (month["clock"], month["map"]["cells"], month["map"]["without_point"]) == (None, {}, 15)
    assert month["source"]["exact_from"] == "2023-11-01"


def test_a_week_is_missing_and_not_quiet(purged):
    week = picture(purged, "2023-W20")
    assert purged.week_before["total"]["count"] == 3
    assert (week["total"]["count"], week["source"]["lacks_period"], week["places"]) == (None, True, [])


def test_the_expected_range_of_a_week_is_made_of_the_weeks_that_are_known(purged):
    now = picture(purged, "2026-W40")
    assert now["total"]["count"] == purged.now_before["total"]["count"] == 3
    assert now["total"]["expected"] == pytest.approx(3, abs=0.6), "purged weeks are not taken for weeks without reports"
    assert now["total"]["judgement"] == "as_expected" or now["total"]["lower"] <= 3 <= now["total"]["upper"]


def test_a_month_that_runs_is_compared_with_months_whose_days_are_known(purged):
    source = building.AreaData(purged.west, TODAY).source
    table = figures.history(
        queries.daily_counts(purged.west), containing(TODAY, PeriodKind.MONTH), source, kind=PeriodKind.MONTH,
        elapsed_days=5, categories=pd.Index([purged.vandalism.pk]),
    )  # fmt: skip
    assert table.loc["2023-05"].isna().all()
    assert table.loc["2024-05"].notna().all()


def test_a_published_picture_stays_and_says_what_can_no_longer_be_told(client, world, settings):
    settings.LANGUAGE_CODE = "en"
    Incident.objects.all().delete()
    row = make.IncidentFactory(
        organisation=world.housing, category=world.vandalism, area=world.west,
        at=timezone.localtime() - dt.timedelta(days=1300),
    )  # fmt: skip
    pictures = []
    for kind in (PeriodKind.WEEK, PeriodKind.MONTH):
        data = building.AreaData(world.west, timezone.localdate())
        draft = building.build_picture(data, containing(row.occurred_on, kind))
        pictures.append(actions.publish_picture(by=world.people["coordinator"], picture=draft))
    frozen = [Picture.objects.get(pk=shown.pk).figures for shown in pictures]
    retention.purge_collaboration(world.here, today=timezone.localdate())
    assert [Picture.objects.get(pk=shown.pk).figures for shown in pictures] == frozen
    client.force_login(world.people["coordinator"])
    told = []
    for shown in pictures:
        query = {"period": shown.period.code, "version": 1}
        page = client.get(reverse("picture", args=["ekstad", world.west.slug], query=query))
        told.append(page.context["changed_since"])
    assert told == [None, []], "of a week nothing can be told, and the month's counts are what they were"
