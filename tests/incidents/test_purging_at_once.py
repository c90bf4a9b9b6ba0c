"""Purging while others merge, take apart, approve or hold: each row ends whole, and no count is lost or doubled."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from common.errors import NotPossible
from incidents.actions import approve_incident, return_incident
from incidents.importing.actions import undo_import
from incidents.merging import merge_incidents, unmerge_incident
from incidents.models import ImportBatch, Incident, Status
from partners import retention, retention_actions
from tests import factories as make
from tests.at_once import at_once
from tests.world import World

pytestmark = pytest.mark.django_db(transaction=True)
LONG_AGO = dt.timedelta(days=1200)


@pytest.fixture
def world(transactional_db):
    world = World()
    Incident.objects.all().delete()
    return world


def report(world, status=Status.APPROVED, age=LONG_AGO, **values):
    row = make.IncidentFactory(
        **{
            "organisation": world.housing, "area": world.west, "category": world.vandalism, "status": status,
            "at": timezone.localtime() - age, "description": "Krossad ruta.", **values,
        }
    )  # fmt: skip
    Incident.objects.filter(pk=row.pk).update(created_at=timezone.localtime() - age)
    return row


def purge(world):
    return retention.purge_collaboration(world.here, today=timezone.localdate())


def broken(answers):
    return [one for one in answers if isinstance(one, Exception) and not isinstance(one, NotPossible)]


def test_merging_and_purging_at_once(world):
    by = world.people["coordinator"]
    for _number in range(6):
        rows = [report(world) for _ in range(4)]
        answers = at_once(
            lambda: purge(world),
            lambda rows=rows: merge_incidents(keep=rows[0], others=[rows[3], rows[1]], by=by),
            lambda rows=rows: merge_incidents(keep=rows[3], others=[rows[2]], by=by),
        )
        assert broken(answers) == []
        purge(world)
        left = Incident.objects.filter(pk__in=[row.pk for row in rows])
        assert not left.exclude(status=Status.PURGED).exists()
        assert not left.filter(merged_into__isnull=False).exists()
        assert 1 <= left.filter(is_counted=True).count() <= 4


def test_taking_apart_and_purging_at_once(world):
    by = world.people["coordinator"]
    for _number in range(6):
        keep, other = report(world), report(world)
        merge_incidents(keep=keep, others=[other], by=by)
        answers = at_once(lambda: purge(world), lambda other=other: unmerge_incident(incident=other, by=by))
        assert broken(answers) == []
        other.refresh_from_db()
        # Either it was an event of its own when it was purged, or it was counted with the other.
        assert other.status == Status.PURGED or other.status == Status.APPROVED
        purge(world)


def test_texts_of_reports_that_are_counted_together_go_at_once(world):
    by, age = world.people["coordinator"], dt.timedelta(days=400)
    for _number in range(3):
        rows = [report(world, age=age) for _ in range(4)]
        merge_incidents(keep=rows[2], others=[rows[0], rows[3]], by=by)
        answers = at_once(
            lambda: purge(world),
            lambda rows=rows: return_incident(incident=rows[1], by=by, reason="Skriv om."),
            lambda rows=rows: unmerge_incident(incident=rows[3], by=by),
        )
        assert broken(answers) == []
        purge(world)
        left = Incident.objects.filter(pk__in=[row.pk for row in rows])
        assert not left.exclude(description="").exists()
        assert unmerge_incident(incident=rows[0], by=by).status == Status.APPROVED


def test_approving_what_is_being_purged(world):
    by = world.people["coordinator"]
    for _number in range(6):
        row = report(world, Status.SUBMITTED)
        answers = at_once(lambda: purge(world), lambda row=row: approve_incident(incident=row, by=by))
        assert broken(answers) == []
        purge(world)
        row.refresh_from_db()
        was_approved = not isinstance(answers[1], Exception)
        assert (row.status, row.is_counted) == (Status.PURGED, was_approved)


def test_a_hold_placed_while_its_import_is_undone(world):
    by = world.people["coordinator"]
    for _number in range(6):
        batch = make.ImportBatchFactory(organisation=world.housing, status=ImportBatch.Status.DONE)
        row = report(world, import_batch=batch)
        scope = next(one for one in retention.scopes() if one.code == "report")
        answers = at_once(
            lambda batch=batch: undo_import(batch=batch, by=by),
            lambda row=row, scope=scope: retention_actions.place_hold(
                collaboration=world.here, scope=scope, subject=row.ref, reason="Ärende 47/2026",
                ends_on=timezone.localdate() + dt.timedelta(days=30), by=world.people["data_protection"],
            ),
        )  # fmt: skip
        assert broken(answers) == []
        is_held = not isinstance(answers[1], Exception)
        is_undone = not isinstance(answers[0], Exception)
        # A hold that was placed is a report that is there, unless it was gone before the hold.
        assert Incident.objects.filter(pk=row.pk).exists() == (not is_undone)
        assert is_held or is_undone


def test_merging_with_a_row_whose_import_is_undone(world):
    by = world.people["coordinator"]
    for _number in range(6):
        batch = make.ImportBatchFactory(organisation=world.housing, status=ImportBatch.Status.DONE)
        row, other = report(world, import_batch=batch), report(world)
        answers = at_once(
            lambda batch=batch: undo_import(batch=batch, by=by),
            lambda row=row, other=other: merge_incidents(keep=row, others=[other], by=by),
        )
        other.refresh_from_db()
        assert other.merged_into_id is None or Incident.objects.filter(pk=other.merged_into_id).exists()
        assert broken(answers) == []
