"""What reports and imports lose when their time is over, and what of them is nothing to anybody afterwards."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.files.base import ContentFile
from django.urls import reverse
from django.utils import timezone

from areas.models import Area
from incidents.models import ImportBatch, Incident, Status
from incidents.relocating import move_incidents
from incidents.rules import RejectReason
from partners import retention
from partners.models import Organisation
from tests import factories as make
from tests.world import PEOPLE

LONG_AGO = dt.timedelta(days=1200)


def run(world):
    return retention.purge_collaboration(world.here, today=timezone.localdate())


def report(world, age=LONG_AGO, **values):
    values = {"organisation": world.housing, "area": world.west, "category": world.vandalism, **values}
    row = make.IncidentFactory(at=timezone.localtime() - age, **values)
    Incident.objects.filter(pk=row.pk).update(created_at=timezone.localtime() - age)
    return row


def test_purged_to_statistics_leaves_what_where_and_the_month(world):
    row = report(
        world,
        place=world.square,
        unit=world.unit,
        reporter=world.people["reporter"],
        reviewed_by=world.people["coordinator"],
        description="Krossad ruta.",
        persons="1-2",
        unsafety=3,
        source="system",
        source_key="nyckel",
        cost_sek=500,
    )
    run(world)
    left = Incident.objects.get(pk=row.pk)
    assert (left.status, left.is_counted) == (Status.PURGED, True)
    assert (left.category, left.area, left.place, left.unit) == (row.category, row.area, row.place, row.unit)
    assert left.occurred_on == row.occurred_on.replace(day=1)
    assert timezone.localtime(left.occurred_from).replace(tzinfo=None) == dt.datetime.combine(
        left.occurred_on, dt.time()
    )
    assert (left.occurred_to, left.time_precision) == (None, "month")
    assert (left.lon, left.lat, left.cell, left.location, left.precision) == (None, None, None, "placed", "place")
    assert (left.reporter, left.reviewed_by, left.client_uuid, left.submitted_at, left.reviewed_at) == (None,) * 5
    assert (left.description, left.persons, left.unsafety, left.client_body_hash) == ("", "", None, "")
    assert (left.source, left.source_key, left.cost_sek) == ("system", "nyckel", 500), "an old file changes nothing"


@pytest.mark.parametrize(
    ("status", "is_counted"),
    [(Status.APPROVED, True), (Status.REJECTED, False), (Status.SUBMITTED, False), (Status.RETURNED, False)],
)
def test_only_what_was_approved_goes_on_being_counted(world, status, is_counted):
    row = report(world, status=status)
    run(world)
    left = Incident.objects.get(pk=row.pk)
    assert (left.status, left.is_counted) == (Status.PURGED, is_counted)
    assert Incident.objects.counted().filter(pk=row.pk).exists() == is_counted


def test_a_month_goes_as_a_whole(world):
    limit = retention.before_for(world.here, retention.kind_named("points"), timezone.localdate())
    assert limit.day == 1
    noon = dt.time(12)
    rows = [
        report(world, age=timezone.now() - timezone.make_aware(dt.datetime.combine(day, noon)))
        for day in (limit - dt.timedelta(days=1), limit)
    ]
    run(world)
    assert [Incident.objects.get(pk=row.pk).status for row in rows] == [Status.PURGED, Status.APPROVED]


def test_open_data_keep_their_points(world):
    source = make.OrganisationFactory(collaboration=world.here, kind=Organisation.Kind.OPEN_DATA)
    row = report(world, organisation=source)
    run(world)
    assert Incident.objects.get(pk=row.pk).lon is not None


@pytest.mark.parametrize("who", PEOPLE)
def test_a_purged_report_is_nothing_to_anybody(client, world, who):
    row = report(world, reporter=world.people["reporter"], place=world.square)
    run(world)
    client.force_login(world.people[who])
    slug = "annanstad" if who == "stranger" else "ekstad"
    assert not Incident.objects.visible_to(world.people[who]).filter(pk=row.pk).exists()
    for name in ("incident_detail", "incident_point", "incident_change", "incident_receipt"):
        assert client.get(reverse(name, args=[slug, row.pk])).status_code == 404
    assert client.get(reverse("api-incident-detail", args=[row.pk])).status_code == 404
    assert client.post(reverse("incident_review", args=[slug, row.pk]), {"decision": "approve"}).status_code == 404
    page = client.get(reverse("incident_list", args=[slug]))
    if page.status_code == 200:
        assert row.pk not in {shown["incident"].pk for shown in page.context["rows"]}
        file = client.post(reverse("incident_export", args=[slug]), {"purpose": "meeting"})
        assert row.ref not in b"".join(file.streaming_content).decode()
        drawn = client.get(reverse("incident_map", args=[slug])).json()["features"]
        assert row.pk not in {feature["properties"]["id"] for feature in drawn}


def test_a_new_boundary_leaves_what_is_purged_in_the_area_it_was_counted_in(world):
    row = report(world)
    run(world)

    class Nowhere:
        def locate(self, lon, lat):
            raise AssertionError("a row without a point was placed") if None in list(lon) else StopIteration

        def is_affected(self, lon, lat):
            return False

    Incident.objects.exclude(pk=row.pk).filter(collaboration=world.here).update(
        location="none", lon=None, lat=None, cell=None
    )
    assert not move_incidents(world.here, Nowhere())
    assert Incident.objects.get(pk=row.pk).area == Area.objects.get(pk=world.west.pk)


def test_drafts_go_after_a_month(world):
    old, young = report(world, age=dt.timedelta(days=31), status=Status.DRAFT), world.draft
    run(world)
    assert set(Incident.objects.filter(status=Status.DRAFT).values_list("pk", flat=True)) == {young.pk}
    assert old.pk != young.pk


def test_a_text_that_came_in_lately_is_kept_however_old_its_event_is(world):
    row = report(world, age=dt.timedelta(days=500), description="Klotter.")
    Incident.objects.filter(pk=row.pk).update(created_at=timezone.now())
    run(world)
    assert Incident.objects.get(pk=row.pk).description == "Klotter."


def test_a_text_whose_time_is_over_says_so_and_keeps_the_rest(client, world):
    row = report(world, age=dt.timedelta(days=400), description="Klotter.", place=world.square)
    run(world)
    left = Incident.objects.get(pk=row.pk)
    assert (left.description, left.is_text_removed, left.lon) == ("", False, row.lon)
    assert left.occurred_from == row.occurred_from
    client.force_login(world.people["coordinator"])
    page = client.get(reverse("incident_detail", args=["ekstad", row.pk]), headers={"accept-language": "en"})
    assert "The text has been deleted: its time was over." in page.content.decode()


def test_what_points_at_a_person_is_gone_after_a_week(world):
    week = timezone.localtime() - dt.timedelta(days=8)
    values = {"age": dt.timedelta(days=20)}
    rejected = report(world, status=Status.REJECTED, review_reason=RejectReason.PERSONAL_DATA, **values)
    other = report(world, status=Status.REJECTED, review_reason=RejectReason.OUT_OF_SCOPE, **values)
    returned = report(world, status=Status.RETURNED, description="Sven Svensson sprang.", **values)
    harmless = report(world, status=Status.RETURNED, description="Klotter på väggen.", **values)
    Incident.objects.filter(pk__in=[r.pk for r in (rejected, other, returned, harmless)]).update(reviewed_at=week)
    run(world)
    assert (Incident.objects.get(pk=rejected.pk).status, Incident.objects.get(pk=other.pk).status) == (
        Status.PURGED,
        Status.REJECTED,
    )
    after = Incident.objects.get(pk=returned.pk)
    assert (after.description, after.is_text_removed, after.status) == ("", True, Status.RETURNED)
    assert Incident.objects.get(pk=harmless.pk).description == "Klotter på väggen."


def test_files_and_refused_rows_go_after_a_month(world, settings, tmp_path, django_capture_on_commit_callbacks):
    settings.MEDIA_ROOT = str(tmp_path)
    batch = make.ImportBatchFactory(
        organisation=world.housing, status=ImportBatch.Status.DONE, refused=1, preview=[{"text": "Kim"}]
    )
    make.ImportRefusalFactory(batch=batch)
    batch.file.save("a.csv", ContentFile(b"a"))
    path = batch.file.path
    ImportBatch.objects.filter(pk=batch.pk).update(finished_at=timezone.localtime() - dt.timedelta(days=29))
    run(world)
    assert batch.refusals.exists()
    ImportBatch.objects.filter(pk=batch.pk).update(finished_at=timezone.localtime() - dt.timedelta(days=31))
    with django_capture_on_commit_callbacks(execute=True):
        run(world)
    batch.refresh_from_db()
    assert (batch.preview, batch.file.name, batch.refused, batch.refusals.count()) == ([], "", 1, 0)
    assert not (tmp_path / path).exists()


def test_the_headings_of_a_file_go_with_it_since_they_may_say_anything(client, world):
    """A file without headings has its first row taken for them, and a sheet is called what somebody called it."""
    mapping = {
        "headings": ["Datum", "Händelse", "Hotade vaktmästaren, bor i B"],
        "columns": {"occurred_from": "Datum", "description": "Hotade vaktmästaren, bor i B"},
        "options": {"categories": {"bråk med grannen": "SKA"}},
        "notes": ["Only the sheet “Fall Berg” was read."],
    }
    batch = make.ImportBatchFactory(organisation=world.housing, status=ImportBatch.Status.DONE, mapping=mapping)
    ImportBatch.objects.filter(pk=batch.pk).update(finished_at=timezone.localtime() - dt.timedelta(days=29))
    run(world)
    assert ImportBatch.objects.get(pk=batch.pk).mapping == mapping
    ImportBatch.objects.filter(pk=batch.pk).update(finished_at=timezone.localtime() - dt.timedelta(days=31))
    run(world)
    assert ImportBatch.objects.get(pk=batch.pk).mapping == {}
    client.force_login(world.people["security_lead"])
    page = client.get(reverse("import_detail", args=["ekstad", batch.pk]))
    assert page.status_code == 200
    assert "vaktmästaren" not in page.content.decode()
