"""Reports over the API: the same rows, fields, actions and sentences as the pages."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from audit.models import Event
from incidents.models import Incident, Status
from partners.models import ApiToken
from partners.roles import Role
from tests import factories as make

URL = "/api/v1/incidents/"


@pytest.fixture(autouse=True)
def in_english(settings):
    settings.LANGUAGE_CODE = "en"


@pytest.fixture
def api():
    return APIClient()


def as_person(api, world, who):
    api.force_authenticate(world.people[who])
    return api


def with_token(api, world, role=Role.SECURITY_LEAD, **changes):
    """A housing company's system, signed in with its key."""
    key = ApiToken.new_key()
    membership = make.MembershipFactory(organisation=world.housing, role=role, user=make.UserFactory(is_service=True))
    token = make.ApiTokenFactory(membership=membership, hash=ApiToken.hash_of(key), **changes)
    api.credentials(HTTP_AUTHORIZATION=f"Bearer {key}")
    return token


def a_body(**changes):
    when = timezone.now() - dt.timedelta(hours=2)
    return {
        "client_uuid": str(uuid.uuid4()),
        "category": "SKA",
        "occurred_from": when.isoformat(),
        "lon": 16.12,
        "lat": 58.585,
        "description": "Två rutor krossade.",
        **changes,
    }


def problem(response, status):
    assert response.status_code == status, response.content
    assert response["Content-Type"] == "application/problem+json"
    body = response.json()
    assert body["status"] == status
    return body


# --- Reading ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["reporter", "security_lead", "police", "other_housing", "coordinator"])
def test_the_api_gives_the_rows_the_pages_give(api, world, who):
    rows = as_person(api, world, who).get(URL).json()["results"]
    wanted = Incident.objects.visible_to(world.people[who]).values_list("pk", flat=True)
    assert {row["id"] for row in rows} == set(wanted)


@pytest.mark.parametrize("who", ["council", "coach", "data_protection", "administrator"])
def test_whose_role_reads_no_reports_is_refused(api, world, who):
    problem(as_person(api, world, who).get(URL), 403)
    assert as_person(api, world, "reporter").get(URL).status_code == 200


def test_fields_follow_the_role(api, world):
    rows = {row["id"]: row for row in as_person(api, world, "security_lead").get(URL).json()["results"]}
    own, others = rows[world.by_reporter.pk], rows[world.other_housing_in_west.pk]
    assert own["description"] == "Krossad ruta."
    assert {"description", "organisation", "reporter_name", "reporter_function", "unit"}.isdisjoint(others)
    assert (others["category"], others["area"]) == ("SKA", world.west.slug)
    coordinators = {row["id"]: row for row in as_person(api, world, "coordinator").get(URL).json()["results"]}
    assert "reporter_function" in coordinators[world.by_reporter.pk]
    assert "reporter_name" not in coordinators[world.by_reporter.pk]


def test_a_home_has_no_point(api, world):
    Incident.objects.filter(pk=world.by_reporter.pk).update(place_type="private")
    row = as_person(api, world, "reporter").get(f"{URL}{world.by_reporter.pk}/").json()
    assert (row["lon"], row["lat"], row["precision"]) == (None, None, world.by_reporter.precision)


def test_a_page_of_the_api_is_logged_as_one_line_with_the_reports_whose_text_it_holds(api, world):
    as_person(api, world, "security_lead").get(URL)
    event = Event.objects.get(action="incidents_read")
    assert event.details == {"where": "api", "of": "incidents.incident", "ids": [world.by_reporter.pk]}
    assert event.collaboration_id == world.here.pk


def test_what_a_system_reads_is_logged_with_what_its_key_is_for(api, world):
    token = with_token(api, world, name="ärendesystemet")
    assert api.get(URL).status_code == 200
    assert api.get(f"{URL}{world.by_reporter.pk}/").status_code == 200
    for action in ("incidents_read", "incident_read"):
        details = Event.objects.get(action=action).details
        assert (details["purpose"], details["token"]) == ("ärendesystemet", token.pk)


def test_reading_anothers_report_is_logged_and_what_is_not_visible_does_not_exist(api, world):
    as_person(api, world, "security_lead")
    assert api.get(f"{URL}{world.other_housing_in_west.pk}/").status_code == 200
    assert api.get(f"{URL}{world.by_colleague.pk}/").status_code == 200
    assert [event.subject_id for event in Event.objects.filter(action="incident_read")] == [
        str(world.other_housing_in_west.pk)
    ]
    for hidden in (world.sensitive, world.counts_only, world.draft, world.abroad):
        problem(api.get(f"{URL}{hidden.pk}/"), 404)
    problem(api.get(f"{URL}999999999999/"), 404)


def test_filters_are_an_allow_list(api, world):
    as_person(api, world, "coordinator")
    assert [row["id"] for row in api.get(URL, {"status": "submitted"}).json()["results"]] == [world.waiting.pk]
    assert [row["id"] for row in api.get(URL, {"category": "NAR"}).json()["results"]] == [world.sensitive.pk]
    for unknown in ("reporter__email", "description", "organisation__name", "ordering"):
        assert unknown in problem(api.get(URL, {unknown: "a"}), 400)["errors"]
    malformed = [
        ("area", ""), ("since", "igår"), ("status", "purged"),
        ("page_size", "0"), ("page_size", "201"), ("page_size", "00000000199999"),
    ]  # fmt: skip
    for name, value in malformed:
        assert name in problem(api.get(URL, {name: value}), 400)["errors"]
    for name, value in (
        ("category", "FEL"),
        ("area", "ingenstans"),
        ("cursor", "x"),
        ("cursor", "a20260101-" + "9" * 5000),
    ):
        problem(api.get(URL, {name: value}), 404)


def test_pages_follow_each_other_and_keep_the_filter(api, world):
    as_person(api, world, "coordinator")
    seen, address = [], f"{URL}?page_size=3&category=SKA"
    while address:
        page = api.get(address).json()
        seen += [row["id"] for row in page["results"]]
        address = page["next"]
    wanted = Incident.objects.visible_to(world.people["coordinator"]).filter(category=world.vandalism)
    assert seen == list(wanted.order_by("-occurred_on", "-pk").values_list("pk", flat=True))


def test_who_takes_part_in_several_collaborations_says_which(api, world):
    make.MembershipFactory(user=world.people["coordinator"], organisation=world.foreign, role=Role.COORDINATOR)
    as_person(api, world, "coordinator")
    assert "collaboration" in problem(api.get(URL), 409)["errors"]
    there = api.get(URL, {"collaboration": "annanstad"}).json()["results"]
    assert [row["id"] for row in there] == [world.abroad.pk]
    problem(as_person(api, world, "reporter").get(URL, {"collaboration": "annanstad"}), 404)


# --- Signing in -------------------------------------------------------------------------------------------------------


def test_a_token_acts_as_a_member_of_its_organisation(api, world):
    with_token(api, world)
    rows = {row["id"]: row for row in api.get(URL).json()["results"]}
    assert world.by_colleague.pk in rows
    created = api.post(URL, a_body(), format="json")
    assert created.status_code == 201
    assert Incident.objects.get(pk=created.json()["id"]).organisation == world.housing


@pytest.mark.parametrize(
    "changes", [{"expires_on": dt.date(2020, 1, 1)}, {"revoked_at": timezone.now()}], ids=["expired", "revoked"]
)
def test_a_token_that_no_longer_holds_is_not_let_in(api, world, changes):
    token = with_token(api, world, **changes)
    problem(api.get(URL), 401)
    ApiToken.objects.filter(pk=token.pk).update(expires_on=dt.date(2099, 1, 1), revoked_at=None)
    assert api.get(URL).status_code == 200


def test_without_signing_in_there_is_nothing_but_the_description(api, db):
    for address in (URL, f"{URL}1/", "/api/v1/other/", "/api/"):
        body = problem(api.get(address), 401)
        assert body["title"] == "Unauthorized"
    assert api.get("/api/schema/").status_code == 200


def test_a_deactivated_person_is_signed_out_of_the_api(client, world):
    client.force_login(world.people["coordinator"])
    assert client.get(URL).status_code == 200
    world.people["coordinator"].is_active = False
    world.people["coordinator"].save()
    assert client.get(URL).status_code == 401


def test_another_address_is_a_problem_and_not_a_page(api, world):
    problem(as_person(api, world, "coordinator").get("/api/v1/unicorns/"), 404)


def test_a_token_may_ask_so_often_and_no_more(api, world, monkeypatch):
    from django.core.cache import cache

    from est_platform.throttling import TokenThrottle

    token = with_token(api, world)
    key = TokenThrottle.cache_format % {"scope": "token", "ident": token.pk}
    cache.delete(key)
    monkeypatch.setattr(TokenThrottle, "THROTTLE_RATES", {"token": "2/min"})
    assert [api.get(URL).status_code for _ in range(2)] == [200, 200]
    answer = api.get(URL)
    problem(answer, 429)
    assert int(answer["Retry-After"]) > 0
    cache.delete(key)


# --- Sending in -------------------------------------------------------------------------------------------------------


def test_a_report_is_stored_once_and_a_replay_answers_with_the_same(api, world):
    as_person(api, world, "reporter")
    body = a_body()
    first = api.post(URL, body, format="json")
    again = api.post(URL, body, format="json")
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["id"] == again.json()["id"]
    assert first.json()["status"] == Status.SUBMITTED
    assert first["Location"].endswith(f"{URL}{first.json()['id']}/")
    conflict = problem(api.post(URL, {**body, "description": "Något annat."}, format="json"), 409)
    assert "Another report has already been sent" in conflict["detail"]


@pytest.mark.parametrize(
    ("change", "field", "sentence"),
    [
        ({"category": "FEL"}, "category", "This category is not known here."),
        ({"description": "Ring 070-123 45 67"}, "description", "points at a person and cannot be sent"),
        ({"lat": None}, "lon", "Give both longitude and latitude"),
        ({"lon": 2.0}, "lon", "far outside the collaboration"),
        ({"occurred_from": "2099-01-01T00:00:00Z"}, "occurred_from", "The time lies ahead."),
        ({"occurred_from": "0001-01-01T00:00:00+14:00"}, "occurred_from", "before 1990"),
        ({"place": 999999}, "place", "This place is not known here."),
        ({"unit": 999999}, "unit", "another organisation"),
    ],
)
def test_the_rules_say_no_in_the_forms_own_words(api, world, change, field, sentence):
    as_person(api, world, "reporter")
    before = Incident.objects.count()
    body = problem(api.post(URL, a_body(**change), format="json"), 409)
    assert sentence in " ".join(body["errors"][field])
    assert Incident.objects.count() == before
    assert api.post(URL, a_body(), format="json").status_code == 201


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"lon": "16.12"}, "lon"),
        ({"lon": True}, "lon"),
        ({"lon": 181}, "lon"),
        ({"is_day_only": "false"}, "is_day_only"),
        ({"client_uuid": 5}, "client_uuid"),
        ({"client_uuid": "abc"}, "client_uuid"),
        ({"place": "1"}, "place"),
        ({"place": 1.5}, "place"),
        ({"description": 5}, "description"),
        ({"description": "a\x00b"}, "description"),
        ({"description": "a" * 1001}, "description"),
        ({"occurred_from": 5}, "occurred_from"),
        ({"occurred_from": "igår"}, "occurred_from"),
        ({"certainty": "kanske"}, "certainty"),
        ({"unsafety": 6}, "unsafety"),
    ],
)
def test_a_body_means_what_it_says(api, world, change, field):
    as_person(api, world, "reporter")
    assert field in problem(api.post(URL, a_body(**change), format="json"), 400)["errors"]
    assert api.post(URL, a_body(), format="json").status_code == 201


@pytest.mark.parametrize("missing", ["client_uuid", "category", "occurred_from"])
def test_what_where_and_when_are_needed(api, world, missing):
    as_person(api, world, "reporter")
    body = a_body()
    del body[missing]
    assert missing in problem(api.post(URL, body, format="json"), 400)["errors"]


def test_only_json_is_read_and_only_known_methods(api, world):
    as_person(api, world, "reporter")
    problem(api.post(URL, a_body(), format="multipart"), 415)
    problem(api.generic("POST", URL, b"{", content_type="application/json"), 400)
    problem(api.delete(f"{URL}{world.by_reporter.pk}/"), 405)
    problem(api.get(URL, HTTP_ACCEPT="text/html"), 406)


def test_nobody_reports_in_anothers_name(api, world):
    as_person(api, world, "reporter")
    problem(api.post(URL, a_body(organisation=world.other_housing.pk), format="json"), 403)
    problem(api.post(URL, a_body(organisation=world.foreign.pk), format="json"), 404)
    problem(api.post(URL, a_body(collaboration="annanstad"), format="json"), 404)
    assert api.post(URL, a_body(organisation=world.housing.pk), format="json").status_code == 201


def test_who_reports_for_several_organisations_says_which(api, world):
    make.MembershipFactory(user=world.people["reporter"], organisation=world.municipality, role=Role.REPORTER)
    as_person(api, world, "reporter")
    assert "organisation" in problem(api.post(URL, a_body(), format="json"), 409)["errors"]
    created = api.post(URL, a_body(organisation=world.municipality.pk), format="json")
    assert created.json()["organisation"] == world.municipality.pk


@pytest.mark.parametrize("who", ["council", "administrator"])
def test_those_who_do_not_report_are_refused(api, world, who):
    assert "role reporter" in problem(as_person(api, world, who).post(URL, a_body(), format="json"), 403)["detail"]


def test_errors_are_in_the_callers_language(api, world):
    as_person(api, world, "reporter")
    sentences = {
        language: problem(api.post(URL, {}, format="json", HTTP_ACCEPT_LANGUAGE=language), 400)["errors"]["category"]
        for language in ("en", "sv")
    }
    assert sentences["en"] == ["This field is required."]
    assert sentences["sv"] != sentences["en"]
