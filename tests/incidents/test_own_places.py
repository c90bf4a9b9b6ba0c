"""The security lead's page: the own organisation's reports alone, honest numbers, and a fixed number of questions."""

from __future__ import annotations

import datetime as dt
import random

import pandas as pd
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from areas.models import PlaceKind
from incidents.models import Category, ImportBatch, ImportMapping, Incident, Status
from incidents.own_places import presenters, queries
from incidents.own_places.queries import Window
from partners.roles import Role
from tests import factories as make

TODAY = dt.date(2026, 11, 22)


@pytest.fixture
def lead(world):
    return world.people["security_lead"]


@pytest.fixture
def empty(world):
    """The cast without its reports."""
    Incident.objects.all().delete()
    return world


def at(year, month, day):
    return dt.datetime(year, month, day, 12, tzinfo=dt.UTC)


def reports(world, *moments, **values):
    values = {
        "organisation": world.housing,
        "category": world.vandalism,
        "area": world.west,
        "place": world.square,
    } | values
    return [make.IncidentFactory(at=moment, **values) for moment in moments]


def counted(world, lead, today=TODAY):
    window = Window(today)
    organisations = [world.housing]
    counts = queries.place_counts(organisations, window)
    return queries.with_change(counts, window, queries.first_day(lead, organisations)), counts


def test_the_same_days_of_two_years_are_compared():
    assert Window(TODAY).last_year == (dt.date(2025, 1, 1), dt.date(2025, 11, 22))
    assert Window(dt.date(2028, 2, 29)).last_year == (dt.date(2027, 1, 1), dt.date(2027, 2, 28))
    assert Window(dt.date(2028, 2, 29)).days == (59, 60)


def test_each_place_has_its_years_and_only_what_is_counted(empty, lead):
    condition = make.CategoryFactory(collaboration=empty.here, kind=Category.Kind.CONDITION)
    reports(empty, at(2024, 5, 1), at(2025, 5, 1), at(2025, 12, 1), at(2026, 5, 1), at(2026, 11, 20))
    reports(empty, at(2026, 5, 2), status=Status.SUBMITTED)
    reports(empty, at(2026, 5, 2), category=condition)
    reports(empty, at(2026, 5, 2), organisation=empty.other_housing)
    named, _counts = counted(empty, lead)
    (row,) = named.to_dict("records")
    assert row["place"] == empty.square.pk
    assert [row[str(year)] for year in range(2022, 2027)] == [0, 0, 1, 2, 2]
    assert (row["before"], row["after"], row["recent"]) == (1, 2, 1)
    assert row["verdict"] == "too_few_to_say"


def test_years_before_the_first_report_are_missing_and_nothing_is_compared_with_them(empty, lead):
    reports(empty, at(2025, 3, 1), *[at(2026, 5, day) for day in range(1, 15)])
    named, counts = counted(empty, lead)
    window, first = Window(TODAY), dt.date(2025, 3, 1)
    (row,) = presenters.place_rows(named, {empty.square.pk: empty.square}, window, first, empty.here, shown=5)
    assert [year["count"] for year in row["years"]] == [None, None, None, 1, 14]
    assert len(row["bars"]) == 2
    assert row["before"] is None
    assert presenters.total_change(counts, window, first)["verdict"] == "missing"


def purge(rows, *, counts):
    """Leave of these reports what purging leaves."""
    for row in rows:
        row.status, row.is_counted, row.time_precision = Status.PURGED, counts, Incident.TimePrecision.MONTH
        row.occurred_on = row.occurred_on.replace(day=1)
        row.save()


@pytest.mark.parametrize("seed", range(4))
def test_the_counts_agree_with_counting_by_hand(empty, lead, seed):
    by_chance, window = random.Random(seed), Window(TODAY)
    condition = make.CategoryFactory(collaboration=empty.here, kind=Category.Kind.CONDITION)
    rows = []
    for _ in range(60):
        moment = dt.datetime(2021, 11, 1, 12, tzinfo=dt.UTC) + dt.timedelta(days=by_chance.randrange(1900))
        (row,) = reports(
            empty,
            moment,
            organisation=by_chance.choice([empty.housing, empty.other_housing, empty.police_authority]),
            category=by_chance.choice([empty.vandalism, empty.drugs, condition]),
            place=by_chance.choice([empty.square, empty.garage, None]),
            status=by_chance.choice([Status.APPROVED, Status.APPROVED, Status.SUBMITTED, Status.REJECTED]),
            cost_sek=by_chance.choice([None, 500, 2_000]),
        )
        rows.append(row)
    purge([row for row in rows if row.status == Status.APPROVED and row.occurred_on.year == 2022], counts=True)
    purge([row for row in rows if row.status == Status.REJECTED and row.occurred_on.year == 2022], counts=False)
    led = [empty.housing, empty.other_housing]
    own = [row for row in rows if row.organisation in led]
    events = [
        row
        for row in own
        if (row.status == Status.APPROVED or row.is_counted) and row.category != condition and row.occurred_on <= TODAY
    ]
    make.MembershipFactory(user=lead, organisation=empty.other_housing, role=Role.SECURITY_LEAD)
    lead = type(lead).objects.get(pk=lead.pk)
    seen = [
        row.occurred_on for row in own if row.status != Status.PURGED or (row.is_counted and row.category != condition)
    ]
    assert queries.first_day(lead, led) == min(seen)

    counts = queries.place_counts(led, window)
    assert set(counts["place"].dropna()) == {
        row.place_id for row in events if row.place_id and row.occurred_on.year >= 2022
    }
    for found in counts.to_dict("records"):
        place = None if pd.isna(found["place"]) else found["place"]
        days = [row.occurred_on for row in events if row.place_id == place]
        this_year = [row for row in events if row.place_id == place and row.occurred_on.year == TODAY.year]
        costs = [row.cost_sek for row in this_year if row.cost_sek is not None]
        for year in window.years if place else window.years[-2:]:
            assert found[str(year)] == len([day for day in days if day.year == year])
        first, last = window.last_year
        assert found["before"] == len([day for day in days if first <= day <= last])
        assert found["after"] == len(this_year)
        assert found["recent"] == len([day for day in days if day > TODAY - dt.timedelta(days=90)])
        assert found["latest"] == max(days)
        assert (found["cost"], found["with_cost"]) == (sum(costs), len(costs))


def test_reports_that_count_for_nothing_begin_them_too_but_not_drafts(empty, lead):
    condition = make.CategoryFactory(collaboration=empty.here, kind=Category.Kind.CONDITION)
    assert queries.first_day(lead, [empty.housing]) is None
    reports(empty, at(2020, 1, 1), status=Status.DRAFT)
    reports(empty, at(2020, 1, 2), organisation=empty.police_authority)
    assert queries.first_day(lead, [empty.housing]) is None
    reports(empty, at(2024, 5, 1))
    assert queries.first_day(lead, [empty.housing]) == dt.date(2024, 5, 1)
    reports(empty, at(2023, 5, 1), category=condition)
    assert queries.first_day(lead, [empty.housing]) == dt.date(2023, 5, 1)
    reports(empty, at(2022, 5, 1), status=Status.REJECTED)
    assert queries.first_day(lead, [empty.housing]) == dt.date(2022, 5, 1)
    purge(reports(empty, at(2021, 5, 2)), counts=False)
    assert queries.first_day(lead, [empty.housing]) == dt.date(2022, 5, 1)
    purge(reports(empty, at(2021, 5, 2)), counts=True)
    assert queries.first_day(lead, [empty.housing]) == dt.date(2021, 5, 1)


def test_a_clear_change_is_said_and_a_small_one_not(empty, lead):
    reports(
        empty, at(2022, 1, 2), *[at(2025, 5, day) for day in range(1, 4)], *[at(2026, 5, day) for day in range(1, 21)]
    )
    reports(
        empty,
        *[at(2025, 6, day) for day in range(1, 9)],
        *[at(2026, 6, day) for day in range(1, 11)],
        place=empty.garage,
    )
    named, counts = counted(empty, lead)
    assert dict(zip(named["place"], named["verdict"], strict=True)) == {
        empty.square.pk: "more",
        empty.garage.pk: "no_clear_change",
    }
    assert presenters.total_change(counts, Window(TODAY), dt.date(2022, 1, 2))["verdict"] == "more"


def test_the_cost_says_how_many_events_have_none(empty, lead):
    reports(empty, at(2026, 5, 1), cost_sek=12_000)
    reports(empty, at(2026, 5, 2), at(2026, 5, 3), cost_sek=None)
    reports(empty, at(2025, 5, 2), cost_sek=99_000)
    _named, counts = counted(empty, lead)
    words = presenters.cost_words(int(counts["cost"].sum()), int(counts["with_cost"].sum()), 3)
    assert "12\xa0000" in words["sum"]
    assert words["note"].startswith("2 ")
    assert presenters.cost_words(0, 0, 2)["sum"] == "–"


def test_a_place_is_repeated_from_three_events_in_ninety_days(empty, lead):
    reports(empty, at(2026, 11, 1), at(2026, 11, 2), at(2026, 8, 25))
    reports(empty, at(2026, 11, 1), at(2026, 11, 2), at(2026, 8, 24), place=empty.garage)
    named, _counts = counted(empty, lead)
    assert list(presenters.repeated(named)["place"]) == [empty.square.pk]
    kinds = queries.kinds_at(lead, [empty.housing], [empty.square.pk], TODAY)
    assert kinds == {empty.square.pk: [(str(empty.vandalism), 3)]}


def test_what_is_missing_is_listed_with_where_to_do_it(empty, lead):
    returned, _waiting = (
        reports(empty, timezone.now(), status=Status.RETURNED),
        reports(
            empty, timezone.now(), status=Status.SUBMITTED, submitted_at=timezone.localtime() - dt.timedelta(days=4)
        ),
    )
    empty.square.kind = PlaceKind.OTHER
    empty.square.save()
    batch = {"collaboration": empty.here, "organisation": empty.housing, "profile": "generic"}
    ImportBatch.objects.create(**batch, file_name="jour.csv", status="done", refused=3)
    ImportBatch.objects.create(**batch, file_name="klar.csv", status="done", refused=0)
    ImportBatch.objects.create(**{**batch, "organisation": empty.other_housing}, status="done", refused=9)
    found = queries.missing(lead, [empty.housing], {empty.square.pk: empty.square}, timezone.now())
    texts = [row["text"] for row in presenters.missing_rows(found, empty.here)]
    assert len(texts) == 3
    assert len(returned) == found.returned == found.waiting == 1
    assert any("jour.csv" in text and "3" in text for text in texts)
    assert any(empty.square.name in text for text in texts)
    assert "4" in presenters.waiting_words(found, timezone.localdate())


def page_of(client, who):
    client.force_login(who)
    return client.get(reverse("own_places", args=["ekstad"]))


def test_the_page_shows_the_own_organisation_alone_and_asks_no_more_for_more(
    client, world, lead, django_assert_max_num_queries
):
    page = page_of(client, lead)
    assert page.status_code == 200
    assert page.context["change"]["after"] + page.context["change"]["before"] >= 1
    assert [row["place"] for row in page.context["rows"]] == [world.square]
    shown = {row["incident"].organisation for row in page.context["week"]["rows"]}
    assert shown == {world.housing}
    assert world.draft not in [row["incident"] for row in page.context["week"]["rows"]]
    for number in range(20):
        place = make.PlaceFactory(collaboration=world.here, name=f"Plats {number}", area=world.west)
        reports(world, *[timezone.localtime() - dt.timedelta(days=day) for day in range(1, 5)], place=place)
    with django_assert_max_num_queries(30):
        page = client.get(reverse("own_places", args=["ekstad"]))
    assert len(page.context["rows"]) == queries.PLACES_FIRST
    assert len(page.context["rows"]) + len(page.context["more_rows"]) == 21


def test_an_organisation_without_reports_is_told_where_to_begin(client, empty, lead):
    page = page_of(client, lead)
    assert page.context["is_empty"]
    assert reverse("incident_new", args=["ekstad"]) in page.content.decode()
    assert reverse("import_new", args=["ekstad"]) in page.content.decode()


def test_the_saved_choice_of_columns_used_last_comes_first(client, world, lead):
    for name in ("Störningsjouren", "Skador"):
        ImportMapping.objects.create(collaboration=world.here, organisation=world.housing, name=name, columns={})
    ImportMapping.objects.create(collaboration=world.here, organisation=world.other_housing, name="Andras", columns={})
    batch = {"collaboration": world.here, "organisation": world.housing, "profile": "generic", "status": "done"}
    ImportBatch.objects.create(**batch, mapping={"name": "Störningsjouren"})
    (group,) = page_of(client, lead).context["mappings"]
    assert [row.name for row in group["mappings"]] == ["Störningsjouren", "Skador"]


def test_whoever_answers_for_two_organisations_finds_the_mappings_of_both_and_need_not_say_whose(
    client, world, lead, settings, tmp_path
):
    settings.MEDIA_ROOT = tmp_path
    make.MembershipFactory(user=lead, organisation=world.other_housing, role=Role.SECURITY_LEAD)
    for organisation, name in ((world.housing, "Störningsjouren"), (world.other_housing, "Hemvärdens lista")):
        ImportMapping.objects.create(collaboration=world.here, organisation=organisation, name=name, columns={})
    page = page_of(client, lead)
    assert {group["name"] for group in page.context["mappings"]} == {"Bostadsbolaget", "Hemvärden"}
    assert page.content.decode().count("<optgroup") == 2
    other = ImportMapping.objects.get(name="Hemvärdens lista")
    file = SimpleUploadedFile("v47.csv", b"Dag;Vad\n2026-11-16;SKA\n")
    body = {"profile": "generic", "mapping": other.pk, "file": file}
    assert client.post(reverse("import_new", args=["ekstad"]), body).status_code == 302
    assert ImportBatch.objects.latest("pk").organisation == world.other_housing
