"""What a phone, or somebody who pretends to be one, may send in: it is answered in words and never asked for again."""

from __future__ import annotations

import json
import uuid

import pytest
from django.urls import reverse

from incidents.entry import owner_of
from incidents.models import Incident


def send(client, world, raw=None, **fields):
    reporter = world.people["reporter"]
    client.force_login(reporter)
    body = {
        "owner": owner_of(reporter, world.here),
        "client_uuid": str(uuid.uuid4()),
        "fields": {"category": str(world.vandalism.pk), "place": str(world.square.pk), "when": "now", **fields},
    }
    return client.post(
        reverse("incident_send", args=["ekstad"]), raw or json.dumps(body), content_type="application/json"
    )


def test_half_a_character_does_not_keep_a_report_waiting_for_ever(client, world):
    answer = send(client, world, description="Klotter \ud83d på väggen")
    assert answer.status_code == 201
    assert Incident.objects.get(pk=answer.json()["id"]).description == "Klotter ? på väggen"


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "0001-01-02", "1e9", "\x00"])
@pytest.mark.parametrize("when", ["now", "night", "weekend"])
def test_a_clock_that_is_centuries_wrong_is_answered(client, world, when, moment):
    assert send(client, world, when=when, answered_at=moment).status_code in (201, 422)


@pytest.mark.parametrize(
    "fields",
    [
        {"description": "a\x00b"}, {"lon": "1e400", "lat": "58.58"}, {"lon": "nan", "lat": "nan"},
        {"cost_sek": "9" * 400}, {"category": "9" * 400}, {"place": "-1"}, {"organisation": "9" * 30},
        {"when": "other", "occurred_from": "0001-01-01T00:00"}, {"when": "other", "occurred_from": "9999-12-31T23:59"},
        {"accuracy_m": "inf"}, {"accuracy_m": "nan"}, {"accuracy_m": "-5"}, {"unsafety": "6"},
    ],
)  # fmt: skip
def test_values_no_form_would_send_are_answered(client, world, fields):
    assert send(client, world, **fields).status_code in (201, 422)


@pytest.mark.parametrize(
    "raw", ["[]", "null", '{"fields": 3}', '{"fields": {}, "owner": {"a": 1}}', "[" * 100_000, "\ud83d"]
)
def test_bodies_that_are_no_report_are_answered(client, world, raw):
    assert send(client, world, raw=raw.encode("utf-8", "surrogatepass")).status_code in (400, 409)
