"""While somebody types: what the guard says to the page, and what it leaves behind, which is nothing."""

from __future__ import annotations

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from audit.models import Event
from incidents import guarding
from incidents.models import Incident
from partners.roles import Role
from tests import factories as make

ADDRESS = ["ekstad"]


@pytest.fixture(autouse=True)
def nobody_has_asked():
    cache.clear()


@pytest.fixture
def ask(client, world):
    signed_in = []

    def do(text, who="police", **body):
        if signed_in != [who]:
            client.force_login(world.people[who])
            signed_in[:] = [who]
        return client.post(reverse("guard_check", args=ADDRESS), {"text": text, **body})

    return do


def test_names_are_found_with_what_to_write_instead(ask):
    text = "Vi såg Anna Andersson vid porten."
    (finding,) = ask(text).json()["findings"]
    assert (finding["rule"], finding["strength"]) == ("full_name", "weak")
    assert text[finding["start"] : finding["end"]] == "Anna Andersson"
    assert "en yngre man" in finding["suggestions"]
    assert finding["sentence"]


def test_streets_and_places_of_the_collaboration_are_no_names(ask, world):
    text = "Samling vid Fatima Berg"
    assert ask(text).json()["findings"]
    make.PlaceFactory(collaboration=world.here, name="Fatima Berg", area=world.west)
    assert ask(text).json()["findings"] == []


def test_it_is_as_strict_as_the_organisation_the_report_is_for(ask, world):
    text = "Han heter Kevin"

    def strength(**body):
        return {finding["strength"] for finding in ask(text, **body).json()["findings"]}

    assert strength() == {"weak"}
    assert strength(who="reporter") == {"strong"}
    make.MembershipFactory(user=world.people["police"], organisation=world.housing, role=Role.REPORTER)
    assert strength() == {"strong"}
    assert strength(organisation=world.police_authority.pk) == {"weak"}
    assert strength(organisation=world.housing.pk) == {"strong"}
    # Another organisation than one's own changes nothing.
    assert strength(organisation=world.municipality.pk) == {"strong"}


def test_nothing_of_the_text_is_stored_or_logged(ask, caplog):
    caplog.set_level("DEBUG")
    assert ask("Krossad ruta.").status_code == 200
    events, incidents = Event.objects.count(), Incident.objects.count()
    assert ask("Ring Anna Andersson, 070-174 06 31").status_code == 200
    assert (Event.objects.count(), Incident.objects.count()) == (events, incidents)
    assert "Andersson" not in caplog.text
    assert not [key for key in cache._cache.get_client().keys("*") if b"Andersson" in key]


def test_whoever_asks_too_often_waits(ask, monkeypatch):
    monkeypatch.setattr(guarding, "CHECKS_PER_MINUTE", 3)
    assert [ask("Krossad ruta.").status_code for _ in range(4)] == [200, 200, 200, 429]
    assert ask("Krossad ruta.", who="coordinator").status_code == 200


def test_another_site_cannot_ask(world):
    client = Client(enforce_csrf_checks=True)
    client.force_login(world.people["police"])
    assert client.post(reverse("guard_check", args=ADDRESS), {"text": "x"}).status_code == 403
    assert client.get(reverse("guard_check", args=ADDRESS)).status_code == 405


def test_only_as_much_is_read_as_a_report_can_hold(ask):
    text = "a" * 1000 + " Han heter Kevin"
    assert ask(text).json()["findings"] == []


def test_the_page_says_for_whom_a_person_is_refused(client, world):
    client.force_login(world.people["reporter"])
    settings = client.get(reverse("incident_new", args=ADDRESS)).context["form"].guard_settings
    assert settings["is_strict"]
    assert settings["strict_for"] == [world.housing.pk]
    assert settings["rules"]["registration_plate"]["suggestions"][0] == "en bil"
    client.force_login(world.people["police"])
    settings = client.get(reverse("incident_new", args=ADDRESS)).context["form"].guard_settings
    assert (settings["is_strict"], settings["strict_for"]) == (False, [])
