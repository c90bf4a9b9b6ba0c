"""Whose imported rows count at once: trusted organisations, reviewers and the command, where the guard is silent."""

from __future__ import annotations

import pytest
from django.urls import reverse
from django.utils import translation

from audit.models import Event
from common.errors import NotAllowed
from incidents.models import Incident, Status
from partners.actions import create_organisation, set_trust
from tests import factories as make
from tests.incidents.test_import_generic import csv_file, imported, load


@pytest.fixture(autouse=True)
def in_english(settings):
    settings.LANGUAGE_CODE = "en"
    with translation.override("en"):
        yield


def trust(world, is_trusted):
    set_trust(organisation=world.housing, by=world.people["coordinator"], is_trusted=is_trusted)
    world.housing.refresh_from_db()


QUIET = "2026-11-03;22:15;SKA;16,12;58,585;;Krossad ruta vid entrén."
FOUND = "2026-11-04;22:15;SKA;16,12;58,585;;Anna Svensson krossade rutan."


@pytest.mark.parametrize(
    ("is_trusted", "sender", "lands"),
    [
        (False, "security_lead", Status.SUBMITTED),
        (True, "security_lead", Status.APPROVED),
        (False, "coordinator", Status.APPROVED),
        (False, None, Status.APPROVED),
        (True, None, Status.APPROVED),
    ],
)
def test_who_sends_and_for_whom_decides_whether_a_row_waits(world, tmp_path, is_trusted, sender, lands):
    trust(world, is_trusted)
    by = world.people[sender] if sender else None
    batch, outcome = load(csv_file(tmp_path, QUIET, FOUND), world, by=by)
    assert (outcome.stored, outcome.texts_removed) == (2, 1)
    quiet, found = imported()
    assert (quiet.status, bool(quiet.reviewed_at)) == (lands, lands == Status.APPROVED)
    # A row the guard found something in always waits, without its text.
    assert (found.status, found.reviewed_at, found.description) == (Status.SUBMITTED, None, "")
    assert {row.submitted_at for row in (quiet, found)} != {None}
    assert {row.import_batch for row in (quiet, found)} == {batch}


def test_a_second_run_changes_nothing_of_what_waits(world, tmp_path):
    path = csv_file(tmp_path, QUIET, FOUND)
    by = world.people["security_lead"]
    load(path, world, by=by)
    before = list(imported().values())
    assert load(path, world, by=by)[1].unchanged == 2
    assert list(imported().values()) == before


def test_what_waits_is_not_counted_and_the_page_of_the_import_says_so(client, world, tmp_path):
    counted = Incident.objects.counted().count()
    batch, _outcome = load(csv_file(tmp_path, QUIET, FOUND), world, by=world.people["security_lead"])
    assert Incident.objects.counted().count() == counted
    client.force_login(world.people["security_lead"])
    page = client.get(reverse("import_detail", args=["ekstad", batch.pk]))
    assert page.context["waiting"] == 2
    assert b"2 of them wait for a coordinator" in page.content
    assert b"Review them" not in page.content
    client.force_login(world.people["coordinator"])
    assert b"Review them" in client.get(reverse("import_detail", args=["ekstad", batch.pk])).content


def test_organisations_are_not_trusted_before_somebody_says_so(world):
    by = world.people["administrator"]
    new = create_organisation(collaboration=world.here, by=by, name="Räddningstjänsten", kind="rescue")
    assert not new.is_trusted_for_import


@pytest.mark.parametrize("who", ["reporter", "security_lead", "police", "council", "data_protection", "stranger"])
def test_only_coordinators_and_administrators_say_who_is_trusted(world, who):
    with pytest.raises(NotAllowed, match="which organisations are trusted"):
        set_trust(organisation=world.housing, by=world.people[who], is_trusted=True)
    for allowed in ("coordinator", "administrator"):
        set_trust(organisation=world.housing, by=world.people[allowed], is_trusted=True)


def test_trust_is_remembered_once_for_each_change(world):
    for is_trusted in (True, True, False):
        trust(world, is_trusted)
    events = Event.objects.filter(action="trust_changed", subject_id=str(world.housing.pk)).order_by("id")
    assert [event.details for event in events] == [{"is_trusted": True}, {"is_trusted": False}]


def test_the_box_is_ticked_and_taken_away_on_the_page(client, world):
    client.force_login(world.people["coordinator"])
    page = reverse("organisation_trust", args=["ekstad", world.housing.pk])
    for body, expected in (({"is_trusted": "on"}, True), ({}, False)):
        assert client.post(page, body).status_code == 302
        world.housing.refresh_from_db()
        assert world.housing.is_trusted_for_import is expected


def test_another_collaborations_organisation_does_not_exist(client, world):
    client.force_login(world.people["coordinator"])
    assert client.get(reverse("organisation_trust", args=["ekstad", world.foreign.pk])).status_code == 404


def test_organisations_that_existed_are_trusted(db):
    from importlib import import_module

    from django.apps import apps

    old = make.OrganisationFactory()
    import_module("partners.migrations.0005_trust_organisations_that_exist").trust_all(apps, None)
    old.refresh_from_db()
    assert old.is_trusted_for_import
