"""A private dwelling is kept by its block whichever way the report came in, and its exact point is stored nowhere."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from incidents import actions, rules
from incidents.importing.actions import import_file
from incidents.importing.profiles import PROFILES
from incidents.models import Incident, Status
from incidents.rules import Report
from tests import factories as make

EXACT = (16.12345, 58.58765)
TEXT = "Han heter Kevin"


def by_form(world, tmp_path):
    client = Client()
    client.force_login(world.people["reporter"])
    answer = client.post(
        reverse("incident_new", args=["ekstad"]),
        {
            "client_uuid": str(uuid.uuid4()), "category": world.vandalism.pk, "lon": EXACT[0], "lat": EXACT[1],
            "occurred_from": f"{timezone.localtime() - dt.timedelta(hours=2):%Y-%m-%dT%H:%M}",
            "place_type": "private", "source_kind": "own",
        },
    )  # fmt: skip
    assert answer.status_code == 302


def by_api(world, tmp_path):
    client = Client()
    client.force_login(world.people["reporter"])
    answer = client.post(
        "/api/v1/incidents/",
        {
            "client_uuid": str(uuid.uuid4()), "category": "SKA", "lon": EXACT[0], "lat": EXACT[1],
            "occurred_from": timezone.now().isoformat(), "place_type": "private",
        },
        content_type="application/json",
    )  # fmt: skip
    assert answer.status_code == 201, answer.content


def by_import(world, tmp_path):
    path = tmp_path / "rader.csv"
    path.write_text(f"occurred_from;category;lon;lat;place_type\n2026-03-01;SKA;{EXACT[0]};{EXACT[1]};private\n")
    mapping = tmp_path / "mapping.json"
    columns = ", ".join(f'"{name}": "{name}"' for name in ("occurred_from", "category", "lon", "lat", "place_type"))
    mapping.write_text(f'{{"columns": {{{columns}}}, "options": {{"coordinates": "4326"}}}}')
    batch, _outcome = import_file(
        path,
        profile=PROFILES["generic"],
        collaboration=world.here,
        organisation_name=world.housing.name,
        mapping=str(mapping),
    )
    assert batch.stored == 1


def by_correction(world, tmp_path):
    returned = make.IncidentFactory(
        organisation=world.housing,
        reporter=world.people["reporter"],
        status=Status.RETURNED,
        category=world.vandalism,
        lon=EXACT[0],
        lat=EXACT[1],
    )
    report = Report(
        category=world.vandalism, occurred_from=timezone.now(), lon=EXACT[0], lat=EXACT[1], place_type="private"
    )
    actions.change_incident(incident=returned, by=world.people["reporter"], report=report)


@pytest.mark.parametrize("way", [by_form, by_api, by_import, by_correction])
def test_a_private_dwelling_is_kept_by_block(world, tmp_path, way):
    known = set(Incident.objects.values_list("pk", flat=True))
    way(world, tmp_path)
    (incident,) = Incident.objects.exclude(pk__in=known)
    assert incident.precision == Incident.Precision.BLOCK
    assert (incident.lon, incident.lat) == pytest.approx(rules.coarsen(*EXACT))
    assert (incident.lon, incident.lat) != pytest.approx(EXACT, abs=1e-5)
    assert incident.area == world.west


def test_the_api_refuses_a_housing_company_a_person_however_confirmed(world):
    client = Client()
    client.force_login(world.people["reporter"])
    body = {
        "client_uuid": str(uuid.uuid4()), "category": "SKA", "lon": EXACT[0], "lat": EXACT[1],
        "occurred_from": timezone.now().isoformat(), "description": TEXT, "is_text_confirmed": True,
    }  # fmt: skip
    answer = client.post("/api/v1/incidents/", body, content_type="application/json")
    assert answer.status_code == 409
    assert TEXT not in answer.content.decode()
    assert not Incident.objects.filter(description=TEXT).exists()
