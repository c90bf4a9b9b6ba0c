"""Reports that are counted together, when one of them is purged, deleted, or was no event; and what is held back."""

from __future__ import annotations

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone, translation

from common.errors import NotPossible
from incidents.actions import approve_incident, return_incident
from incidents.importing.actions import undo_import
from incidents.merging import merge_incidents, unmerge_incident
from incidents.models import Category, ImportBatch, Incident, Status
from incidents.own_places import queries
from incidents.own_places.queries import Window
from partners import retention
from tests import factories as make


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


@pytest.fixture
def by(world):
    return world.people["coordinator"]


def report(world, status=Status.APPROVED, age=dt.timedelta(days=1200), **values):
    row = make.IncidentFactory(
        **{
            "organisation": world.housing, "area": world.west, "category": world.vandalism, "place": world.square,
            "status": status, "at": timezone.localtime() - age, **values,
        }
    )  # fmt: skip
    Incident.objects.filter(pk=row.pk).update(created_at=timezone.localtime() - age)
    return row


def hold(world, **values):
    return make.LegalHoldFactory(collaboration=world.here, **{"first_day": None, **values})


def purge(world):
    return retention.purge_collaboration(world.here, today=timezone.localdate())


def test_a_report_whose_companion_is_purged_can_still_be_taken_out_of_sight(world, by):
    keep, other = report(world), report(world)
    hold(world, scope="report", subject_id=str(keep.pk))
    merge_incidents(keep=keep, others=[other], by=by)
    counted = Incident.objects.counted().count()
    purge(world)
    assert Incident.objects.get(pk=other.pk).status == Status.PURGED
    assert Incident.objects.counted().count() == counted
    assert return_incident(incident=keep, by=by, reason="Take out the name.").status == Status.RETURNED


def test_it_can_be_counted_together_with_another_one_as_well(world, by):
    keep, other, third = report(world), report(world), report(world, age=dt.timedelta(days=3))
    hold(world, scope="report", subject_id=str(keep.pk))
    merge_incidents(keep=keep, others=[other], by=by)
    purge(world)
    merge_incidents(keep=third, others=[keep], by=by)
    assert unmerge_incident(incident=keep, by=by).status == Status.APPROVED


def test_an_event_does_not_vanish_into_what_is_not_counted(world, by):
    state = make.CategoryFactory(collaboration=world.here, kind=Category.Kind.CONDITION)
    event, condition = report(world), report(world, category=state)
    counted = Incident.objects.counted().count()
    with pytest.raises(NotPossible, match="no event"):
        merge_incidents(keep=condition, others=[event], by=by)
    assert Incident.objects.counted().count() == counted
    merge_incidents(keep=event, others=[condition], by=by)
    assert Incident.objects.counted().count() == counted


def test_a_report_that_is_gone_meanwhile_is_said_and_no_error(world, by):
    keep, other = report(world, Status.SUBMITTED), report(world, Status.SUBMITTED)
    Incident.objects.filter(pk=other.pk).delete()
    for change in (
        lambda: merge_incidents(keep=keep, others=[other], by=by),
        lambda: merge_incidents(keep=other, others=[keep], by=by),
        lambda: unmerge_incident(incident=other, by=by),
        lambda: approve_incident(incident=other, by=by),
    ):
        with pytest.raises(NotPossible, match="no longer exists"):
            change()


# --- Held back --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("scope", ["report", "area", "days"])
def test_what_is_held_is_not_taken_away_by_undoing_its_import(world, by, scope):
    batch = make.ImportBatchFactory(organisation=world.housing, status=ImportBatch.Status.DONE)
    row = report(world, import_batch=batch)
    values = {
        "report": {"scope": "report", "subject_id": str(row.pk)},
        "area": {"scope": "area", "subject_id": str(world.west.pk)},
        "days": {"scope": "days", "first_day": row.occurred_on},
    }[scope]
    placed = hold(world, **values)
    with pytest.raises(NotPossible, match="held back"):
        undo_import(batch=batch, by=by)
    assert Incident.objects.filter(pk=row.pk).exists()
    placed.lifted_at = timezone.now()
    placed.save()
    assert undo_import(batch=batch, by=by) == 1


def test_a_hold_elsewhere_keeps_nobody_from_undoing(world, by):
    batch = make.ImportBatchFactory(organisation=world.housing, status=ImportBatch.Status.DONE)
    report(world, import_batch=batch)
    make.LegalHoldFactory(collaboration=world.elsewhere, first_day=dt.date(2000, 1, 1))
    hold(world, scope="area", subject_id=str(world.east.pk))
    assert undo_import(batch=batch, by=by) == 1


# --- The security lead's years ----------------------------------------------------------------------------------------


def years(world, today):
    window = Window(today)
    counts = queries.place_counts([world.housing], window)
    return counts.set_index("place").sort_index()[[*map(str, window.years), "before", "after"]].to_dict("index")


def test_the_security_leads_years_are_the_same_after_purging(client, world):
    Incident.objects.all().delete()
    today = timezone.localdate()
    for days in (30, 200, 400, 800, 1100, 1150, 1200, 1500):
        report(world, age=dt.timedelta(days=days))
        report(world, age=dt.timedelta(days=days), place=None)
    report(world, organisation=world.other_housing)
    report(world, Status.REJECTED)
    first, before = queries.first_day(world.people["security_lead"], [world.housing]), years(world, today)
    purge(world)
    assert Incident.objects.filter(status=Status.PURGED, is_counted=True).count() >= 6
    assert years(world, today) == before
    after = queries.first_day(world.people["security_lead"], [world.housing])
    assert (after.year, after.month) == (first.year, first.month)
    client.force_login(world.people["security_lead"])
    page = client.get(reverse("own_places", args=["ekstad"]))
    assert [year["count"] for year in page.context["rows"][0]["years"]] == [
        before[world.square.pk][str(year)] for year in Window(today).years
    ]
