"""The entry page and the address an outbox sends to: presets, places used lately, replays, and whose report it is."""

from __future__ import annotations

import datetime as dt
import json
import uuid
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from areas.models import PlaceKind
from incidents import entry, queries, rules
from incidents.models import Category, Incident
from partners.roles import Role
from tests import factories as make

SATURDAY = dt.datetime(2026, 11, 21, 9, 30, tzinfo=ZoneInfo("Europe/Stockholm"))


@pytest.fixture(autouse=True)
def in_english(settings):
    settings.LANGUAGE_CODE = "en"


def url(name, *args):
    return reverse(name, args=["ekstad", *args])


def fields(world, **changes):
    return {
        "category": str(world.vandalism.pk),
        "place": str(world.square.pk),
        "when": "night",
        "answered_at": timezone.now().isoformat(),
        "description": "Två rutor krossade.",
        **changes,
    }


def body(world, who="reporter", number=None, **changes):
    return {
        "owner": entry.owner_of(world.people[who], world.here),
        "client_uuid": str(number or uuid.uuid4()),
        "fields": fields(world, **changes),
    }


def send(client, sent):
    return client.post(url("incident_send"), json.dumps(sent), content_type="application/json")


@pytest.fixture
def reporter(client, world):
    client.force_login(world.people["reporter"])
    return client


# --- The page ---------------------------------------------------------------------------------------------------------


def test_what_where_when_by_a_preset_is_a_whole_report(reporter, world):
    with time_machine.travel(SATURDAY, tick=False):
        reporter.force_login(world.people["reporter"])
        answer = reporter.post(
            url("incident_new"), {"category": world.vandalism.pk, "place": world.square.pk, "when": "night"}
        )
    assert answer.status_code == 302
    incident = Incident.objects.latest("pk")
    assert timezone.localtime(incident.occurred_from) == SATURDAY.replace(hour=22, minute=0) - dt.timedelta(days=1)
    assert timezone.localtime(incident.occurred_to) == SATURDAY.replace(hour=6, minute=0)
    assert incident.time_precision == Incident.TimePrecision.INTERVAL
    assert (incident.precision, incident.source_kind) == (Incident.Precision.PLACE, Incident.SourceKind.OWN)
    # Not asked, so empty rather than guessed.
    assert (incident.certainty, incident.unsafety, incident.persons, incident.cost_sek) == ("", None, "", None)


def test_the_clock_is_the_writers_and_not_the_one_of_its_arrival(reporter, world):
    written = timezone.localtime() - dt.timedelta(days=2)
    assert send(reporter, body(world, when="now", answered_at=written.isoformat())).status_code == 201
    stored = Incident.objects.latest("pk")
    assert stored.occurred_from == written.replace(second=0, microsecond=0)


def test_a_press_twice_without_a_clock_is_one_report(reporter, world):
    page = {"category": world.vandalism.pk, "place": world.square.pk, "when": "now", "client_uuid": str(uuid.uuid4())}
    now = timezone.localtime()
    with time_machine.travel(now, tick=False):
        first = reporter.post(url("incident_new"), page)
    with time_machine.travel(now + dt.timedelta(minutes=3), tick=False):
        second = reporter.post(url("incident_new"), page)
    assert first.status_code == second.status_code == 302
    assert first.headers["Location"] == second.headers["Location"]


def test_without_a_time_the_choice_of_a_time_is_what_is_asked_for(reporter, world):
    page = reporter.post(url("incident_new"), {"category": world.vandalism.pk, "place": world.square.pk})
    assert page.context["form"].errors.get_json_data() == {
        "when": [{"message": str(rules.NO_DATE.text), "code": "no_date"}]
    }
    page = reporter.post(
        url("incident_new"), {"category": world.vandalism.pk, "place": world.square.pk, "when": "other"}
    )
    assert list(page.context["form"].errors) == ["occurred_from"]


def test_another_report_keeps_place_and_time(reporter, world):
    answer = reporter.post(url("incident_new"), {**fields(world), "again": "1"})
    last = Incident.objects.latest("pk")
    assert answer.headers["Location"] == f"{url('incident_new')}?again={last.pk}"
    form = reporter.get(answer.headers["Location"]).context["form"]
    assert (form["place"].value(), form["when"].value()) == (world.square.pk, "other")
    assert form["occurred_from"].value() == timezone.make_naive(last.occurred_from)
    assert (form["category"].value(), form["description"].value()) == (None, None)


def test_nobody_starts_from_somebody_elses_report(reporter, world):
    form = reporter.get(url("incident_new") + f"?again={world.by_colleague.pk}").context["form"]
    assert form["place"].value() is None
    assert reporter.get(url("incident_new") + "?again=¹").status_code == 200


def test_places_used_lately_come_first_and_the_own_ones_before(reporter, world):
    today = timezone.localdate()
    shared = make.PlaceFactory(collaboration=world.here, name="Biblioteket", area=world.west)
    hidden = make.PlaceFactory(collaboration=world.here, name="Parken", area=world.west)
    make.IncidentFactory(organisation=world.housing, place=shared, category=world.vandalism, area=world.west)
    make.IncidentFactory(organisation=world.housing, place=hidden, category=world.drugs, area=world.west)
    found = queries.recent_places(world.people["reporter"], world.here, today=today)
    # Östers garage is another organisation's, and what is sensitive names no place to colleagues.
    assert found == [world.square.pk, shared.pk]
    page = reporter.get(url("incident_new"))
    group = page.context["form"].fields["place"].choices
    assert next(iter(list(group)[1:]))[0] == "Used lately"


@pytest.mark.parametrize(("metres", "precision"), [("8", "exact"), ("75", "exact"), ("300", "block"), ("x", "exact")])
def test_a_position_is_as_exact_as_the_phone_says(reporter, world, metres, precision):
    sent = body(world, place="", lon="16.12", lat="58.585", accuracy_m=metres)
    assert send(reporter, sent).status_code == 201
    assert Incident.objects.latest("pk").precision == precision


def test_the_kind_of_place_follows_from_the_category_and_then_from_the_place(world):
    garage = make.PlaceFactory(collaboration=world.here, name="Parkeringsdäcket", kind=PlaceKind.GARAGE)
    assert rules.place_type_for(Category(common_code="SKA"), garage) == Incident.PlaceType.SEMI_PUBLIC
    assert rules.place_type_for(Category(common_code="SKA"), world.square) == Incident.PlaceType.PUBLIC
    # A quarrel in a home stays one, whatever place is named.
    assert rules.place_type_for(Category(common_code="OVR"), garage) == Incident.PlaceType.PRIVATE


def test_a_point_is_read_back_in_words(reporter, world):
    answer = reporter.get(url("incident_where"), {"lon": world.square.lon, "lat": world.square.lat}).json()
    assert answer["is_inside"]
    assert "Västers centrum" in answer["words"]
    far = reporter.get(url("incident_where"), {"lon": "2", "lat": "48"}).json()
    assert far == {"words": str(rules.OUTSIDE_THE_EXTENT.text), "is_inside": False}
    for bad in ("", "nan", "inf", "abc"):
        assert reporter.get(url("incident_where"), {"lon": bad, "lat": "58"}).status_code == 400


# --- The address of the outbox ----------------------------------------------------------------------------------------


def test_the_same_report_sent_three_times_is_one_and_has_one_id(reporter, world):
    sent = body(world)
    answers = [send(reporter, sent) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [201, 200, 200]
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert Incident.objects.filter(client_uuid=sent["client_uuid"]).count() == 1


def test_a_replay_is_answered_also_when_the_category_has_been_closed_since(reporter, world):
    sent = body(world)
    first = send(reporter, sent).json()
    Category.objects.filter(pk=world.vandalism.pk).update(valid_to=dt.date(2020, 1, 1))
    answer = send(reporter, sent)
    assert (answer.status_code, answer.json()["id"]) == (409, first["id"])


def test_another_report_under_a_number_that_is_taken_is_refused_and_told_which(reporter, world):
    sent = body(world)
    first = send(reporter, sent).json()
    answer = send(reporter, body(world, number=sent["client_uuid"], description="Något annat."))
    assert answer.status_code == 409
    assert first["ref"] in answer.json()["message"]
    assert answer.json()["url"] == first["url"]


def test_what_is_refused_comes_with_the_forms_own_sentences(client, world):
    client.force_login(world.people["coordinator"])
    answer = send(client, body(world, who="coordinator", category="", description="Anna Svensson stod där."))
    assert answer.status_code == 422
    assert answer.json()["errors"]["category"][0]["message"] == str(rules.NO_CATEGORY.text)
    assert answer.json()["asks_to_confirm"]
    assert not Incident.objects.filter(description__contains="Svensson").exists()


def test_a_shared_phone_never_sends_as_somebody_else(client, world):
    sent = body(world, who="reporter")
    client.force_login(world.people["coordinator"])
    answer = send(client, sent)
    assert (answer.status_code, answer.json()["code"]) == (409, "other_person")
    assert not Incident.objects.filter(client_uuid=sent["client_uuid"]).exists()


def test_a_report_written_for_one_organisation_is_not_sent_for_another(reporter, world):
    sent = body(world, organisation=str(world.other_housing.pk))
    answer = send(reporter, sent)
    assert answer.status_code == 422
    assert "organisation" in answer.json()["errors"]


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"fields": []}', "[" * 100_000])
def test_what_cannot_be_read_is_said_so(reporter, text):
    answer = reporter.post(url("incident_send"), text, content_type="application/json")
    assert answer.status_code == 400


def test_without_a_number_nothing_is_stored(reporter, world):
    before = Incident.objects.count()
    assert send(reporter, {**body(world), "client_uuid": ""}).status_code == 422
    assert Incident.objects.count() == before


def test_sending_needs_the_token_that_the_address_gives(world):
    client = Client(enforce_csrf_checks=True)
    client.force_login(world.people["reporter"])
    assert send(client, body(world)).status_code == 403
    token = client.get(url("incident_send")).json()
    assert token["owner"] == entry.owner_of(world.people["reporter"], world.here)
    answer = client.post(
        url("incident_send"),
        json.dumps(body(world)),
        content_type="application/json",
        headers={"X-CSRFToken": token["csrf"]},
    )
    assert answer.status_code == 201


def test_the_owner_is_another_word_in_every_collaboration(world):
    user = world.people["reporter"]
    make.MembershipFactory(user=user, organisation=world.foreign, role=Role.REPORTER)
    assert entry.owner_of(user, world.here) != entry.owner_of(user, world.elsewhere)


# --- Installed on a phone ---------------------------------------------------------------------------------------------


def test_the_manifest_names_icons_that_are_there_and_the_app_opens_where_one_reports(client, world):
    from django.contrib.staticfiles import finders

    manifest = client.get("/app.webmanifest")
    assert manifest.headers["Content-Type"] == "application/manifest+json"
    assert all(finders.find(icon["src"].removeprefix("/static/")) for icon in manifest.json()["icons"])
    client.force_login(world.people["reporter"])
    assert client.get(manifest.json()["start_url"]).headers["Location"] == url("incident_new")
    client.force_login(world.people["council"])
    assert client.get(manifest.json()["start_url"]).headers["Location"] == url("picture_list")


def test_the_service_worker_looks_after_everything_and_the_policy_stays_strict(client):
    worker = client.get("/service-worker.js")
    assert worker.headers["Content-Type"].startswith("text/javascript")
    assert "no-store" in worker.headers["Cache-Control"] or "no-cache" in worker.headers["Cache-Control"]
    policy = worker.headers["Content-Security-Policy"]
    assert "manifest-src 'self'" in policy
    assert "unsafe" not in policy
