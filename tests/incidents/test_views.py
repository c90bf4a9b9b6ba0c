"""The pages of reports and categories, as people with different roles meet them."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import uuid

import pytest
from django.urls import reverse
from django.utils import timezone

from audit.models import Event
from incidents import queries, reading
from incidents.models import Category, Incident, Status
from partners.roles import Role
from tests import factories as make

WHO_READS = ["reporter", "security_lead", "police", "other_housing", "coordinator"]
WHO_DOES_NOT = ["council", "coach", "data_protection", "administrator"]


@pytest.fixture(autouse=True)
def in_english(settings):
    settings.LANGUAGE_CODE = "en"


def url(name, *args):
    return reverse(name, args=["ekstad", *args])


def a_report(world, **changes):
    """A body of the entry form that is fine as it stands."""
    when = timezone.localtime() - dt.timedelta(hours=2)
    return {
        "category": world.vandalism.pk,
        "lon": "16.12",
        "lat": "58.585",
        "occurred_from": f"{when:%Y-%m-%dT%H:%M}",
        "description": "Två rutor krossade.",
        "client_uuid": str(uuid.uuid4()),
        **changes,
    }


def visible_ids(world, who):
    rows = Incident.objects.visible_to(world.people[who]).filter(collaboration=world.here)
    return set(rows.values_list("pk", flat=True))


def exported(client, query=""):
    """The file's rows as dictionaries."""
    response = client.post(url("incident_export") + query, {"purpose": "meeting", "words": "EST-möte v. 47"})
    assert response.status_code == 200
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text), delimiter=";"))


def drawn(client, query=""):
    response = client.get(url("incident_map") + query)
    assert response.status_code == 200
    return json.loads(response.content)


# --- The same rows everywhere -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", WHO_READS)
def test_page_count_file_and_map_show_the_same_rows(client, world, who):
    client.force_login(world.people[who])
    page = client.get(url("incident_list"))
    ids = {row["incident"].pk for row in page.context["rows"]}
    assert ids == visible_ids(world, who)
    assert ids == {feature["id"] for feature in drawn(client)["features"]}
    assert {f"H-{pk}" for pk in ids} == {row["Number"] for row in exported(client)}
    assert page.context["count"] == len(ids)


@pytest.mark.parametrize("who", WHO_DOES_NOT)
@pytest.mark.parametrize("name", ["incident_list", "incident_export", "incident_map", "incident_new"])
def test_whose_role_reads_no_reports_is_told_why(client, world, who, name):
    client.force_login(world.people[who])
    assert client.get(url(name)).status_code == 403
    client.force_login(world.people["coordinator"])
    assert client.get(url(name)).status_code == 200


@pytest.mark.parametrize("name", ["incident_list", "incident_export", "incident_map", "incident_new", "category_list"])
def test_another_collaboration_does_not_exist(client, world, name):
    client.force_login(world.people["stranger"])
    assert client.get(url(name)).status_code == 404


# --- What a row shows -------------------------------------------------------------------------------------------------


def test_of_others_reports_the_file_holds_category_place_and_time_only(client, world):
    client.force_login(world.people["security_lead"])
    rows = {row["Number"]: row for row in exported(client)}
    own, others = rows[world.by_reporter.ref], rows[world.other_housing_in_west.ref]
    assert own["Text"] == "Krossad ruta."
    assert own["Organisation"] == "Bostadsbolaget"
    for column in ("Text", "Organisation", "Unit", "Reporter's function", "Estimated cost, SEK"):
        assert others[column] == "(not shared)"
    assert others["Category code"] == "SKA"
    assert others["Area"] == "Väster"
    assert others["From"] == f"{timezone.localtime(world.other_housing_in_west.occurred_from):%Y-%m-%d %H:%M}"


def test_the_log_says_who_took_out_how_much_by_which_filter(client, world):
    client.force_login(world.people["coordinator"])
    rows = exported(client, "?status=submitted&utm_source=x")
    event = Event.objects.get(action="incidents_exported")
    assert event.actor_id == world.people["coordinator"].pk
    assert event.collaboration_id == world.here.pk
    assert event.details == {
        "rows": len(rows),
        "filters": {"status": "submitted"},
        "purpose": "meeting",
        "purpose_words": "EST-möte v. 47",
        "of": "incidents.incident",
        "ids": [world.waiting.pk],
    }


def test_nothing_is_taken_out_without_a_purpose(client, world):
    client.force_login(world.people["coordinator"])
    page = client.get(url("incident_export"))
    assert page.status_code == 200
    assert not page.streaming
    for body, field in [
        ({}, "purpose"),
        ({"purpose": "nyfikenhet"}, "purpose"),
        ({"purpose": "other"}, "words"),
        ({"purpose": "meeting", "words": "om 850709-9805"}, "words"),
    ]:
        answer = client.post(url("incident_export"), body)
        assert answer.status_code == 422
        assert set(answer.context["form"].errors) == {field}
    assert not Event.objects.filter(action="incidents_exported").exists()


def test_a_large_file_is_logged_by_its_filter_and_not_report_by_report(client, world, monkeypatch):
    monkeypatch.setattr(reading, "LISTED_AT_MOST", 2)
    client.force_login(world.people["coordinator"])
    rows = exported(client)
    details = Event.objects.get(action="incidents_exported").details
    assert (details["rows"], "ids" in details) == (len(rows), False)


def test_the_log_never_holds_what_was_typed_beside_a_filter(client, world):
    client.force_login(world.people["coordinator"])
    exported(client, "?mine=Sven+Svensson&mine=%00&mine=true")
    assert Event.objects.get(action="incidents_exported").details["filters"] == {"mine": "true"}


@pytest.mark.parametrize("text", ["=1+1", "+46", "-1", "@a", "\t=1", "＝1"])
def test_no_cell_of_the_file_is_a_formula(client, world, text):
    Incident.objects.filter(pk=world.by_reporter.pk).update(description=text)
    client.force_login(world.people["security_lead"])
    row = next(row for row in exported(client) if row["Number"] == world.by_reporter.ref)
    assert row["Text"] == "'" + text


def test_a_home_is_never_a_point(client, world):
    Incident.objects.filter(pk=world.by_reporter.pk).update(place_type=Incident.PlaceType.PRIVATE)
    client.force_login(world.people["coordinator"])
    kinds = {feature["id"]: feature["geometry"]["type"] for feature in drawn(client)["features"]}
    assert kinds[world.by_reporter.pk] == "Polygon"
    assert kinds[world.by_colleague.pk] == "Point"
    assert world.by_reporter.pk not in {feature["id"] for feature in drawn(client, "?layer=points")["features"]}
    rows = {row["Number"]: row for row in exported(client)}
    assert rows[world.by_reporter.ref]["Longitude"] == ""
    assert rows[world.by_colleague.ref]["Longitude"] == "16.12"
    point = client.get(url("incident_point", world.by_reporter.pk)).json()
    assert [feature["geometry"]["type"] for feature in point["features"]] == ["Polygon"]


def test_the_map_says_when_it_shows_only_the_latest(client, world, monkeypatch):
    client.force_login(world.people["coordinator"])
    assert drawn(client)["is_limited"] is False
    monkeypatch.setattr(queries.drawn, "__kwdefaults__", {"limit": 2})
    body = drawn(client)
    assert (body["is_limited"], len(body["features"])) == (True, 2)


def test_what_lies_outside_or_nowhere_is_listed_and_not_drawn(client, world):
    outside = make.IncidentFactory(organisation=world.housing, category=world.vandalism, area=None, lon=16.25)
    nowhere = make.IncidentFactory(organisation=world.housing, category=world.vandalism, area=None, lon=None, lat=None)
    client.force_login(world.people["coordinator"])
    listed = {row["incident"].pk for row in client.get(url("incident_list")).context["rows"]}
    assert {outside.pk, nowhere.pk} <= listed
    assert not {outside.pk, nowhere.pk} & {feature["id"] for feature in drawn(client)["features"]}


# --- Filters ----------------------------------------------------------------------------------------------------------


def test_each_filter_narrows_what_is_shown(client, world):
    group = make.CategoryFactory(collaboration=world.here, code="ORDNING")
    Category.objects.filter(pk=world.drugs.pk).update(parent=group)
    client.force_login(world.people["coordinator"])
    day = timezone.localdate(world.by_reporter.occurred_from)

    def ids(query):
        return {row["incident"].pk for row in client.get(url("incident_list") + query).context["rows"]}

    everything = ids("")
    west = {i.pk for i in Incident.objects.filter(pk__in=everything, area=world.west)}
    assert ids("?category=NAR") == ids("?category=ORDNING") == {world.sensitive.pk}
    assert ids(f"?area={world.west.slug}") == west
    assert ids(f"?area={world.town.slug}") == everything
    assert ids(f"?place={world.square.pk}") == {world.by_reporter.pk}
    assert ids(f"?organisation={world.police_authority.pk}") == {world.sensitive.pk}
    assert ids("?status=submitted") == {world.waiting.pk}
    assert ids(f"?since={day:%Y-%m-%d}") == everything - {world.by_other_housing.pk} - _before(everything, day)
    assert world.by_other_housing.pk in ids(f"?until={day - dt.timedelta(days=1):%Y-%m-%d}")
    assert world.by_reporter.pk not in ids(f"?until={day - dt.timedelta(days=1):%Y-%m-%d}")
    assert world.by_reporter.pk in ids(f"?since={day:%Y-%m-%d}&until={day:%Y-%m-%d}")
    assert ids("?mine=true") == set()
    assert ids("?location=outside") == set()


def _before(ids, day):
    return set(Incident.objects.filter(pk__in=ids, occurred_on__lt=day).values_list("pk", flat=True))


def test_the_organisation_of_others_rows_cannot_be_asked_about(client, world):
    client.force_login(world.people["security_lead"])
    assert world.other_housing_in_west.pk in visible_ids(world, "security_lead")
    page = client.get(url("incident_list") + f"?organisation={world.other_housing.pk}")
    assert page.context["rows"] == []
    assert "organisation" not in page.context["form"].fields


@pytest.mark.parametrize("query", ["?category=FEL", "?since=igår", "?status=purged", "?place=abc", "?organisation=0"])
def test_a_filter_that_is_not_understood_never_widens_what_is_shown(client, world, query):
    client.force_login(world.people["coordinator"])
    page = client.get(url("incident_list") + query)
    assert page.context["rows"] == []
    assert page.context["count"] == 0
    assert client.get(url("incident_export") + query).status_code == 302
    assert client.get(url("incident_map") + query).status_code == 400
    assert not Event.objects.filter(action="incidents_exported").exists()


@pytest.mark.parametrize("cursor", ["x", "a2026", "c20260101-1", "a20261399-1", "a20260101-", "a20260101-9" + "9" * 30])
def test_a_page_mark_nobody_gave_out_does_not_exist(client, world, cursor):
    client.force_login(world.people["coordinator"])
    assert client.get(url("incident_list") + f"?cursor={cursor}").status_code == 404
    assert client.get(url("incident_list")).status_code == 200


def test_the_pages_hold_every_row_once_in_both_directions(client, world, monkeypatch):
    monkeypatch.setattr(queries.page_of, "__kwdefaults__", {"size": 3})
    client.force_login(world.people["coordinator"])
    seen, cursor, pages = [], "", []
    while True:
        page = client.get(url("incident_list") + f"?cursor={cursor}").context["page"]
        pages.append(page)
        seen += [row.pk for row in page.rows]
        if not page.next:
            break
        cursor = page.next
    assert len(seen) == len(set(seen))
    assert set(seen) == visible_ids(world, "coordinator")
    assert seen == [row.pk for row in Incident.objects.filter(pk__in=seen).order_by("-occurred_on", "-pk")]
    back = client.get(url("incident_list") + f"?cursor={pages[-1].previous}").context["page"]
    assert [row.pk for row in back.rows] == [row.pk for row in pages[-2].rows]
    assert pages[0].previous == ""


def test_a_longer_list_asks_the_database_no_more(client, world, django_assert_max_num_queries):
    client.force_login(world.people["security_lead"])
    with django_assert_max_num_queries(30) as few:
        client.get(url("incident_list"))
    make.IncidentFactory.create_batch(
        20, organisation=world.housing, category=world.vandalism, area=world.west, place=world.square, unit=world.unit
    )
    with django_assert_max_num_queries(len(few.captured_queries)):
        client.get(url("incident_list"))


def test_more_than_can_be_counted_quickly_is_said_so(client, world, monkeypatch):
    monkeypatch.setattr(queries.count_up_to, "__defaults__", (2,))
    client.force_login(world.people["coordinator"])
    page = client.get(url("incident_list"))
    assert (page.context["count"], page.context["has_more"]) == (2, True)
    assert b"More than 2 reports" in page.content


# --- One report -------------------------------------------------------------------------------------------------------


def test_another_organisations_report_is_shown_without_text_and_its_reading_is_logged(client, world):
    client.force_login(world.people["security_lead"])
    others = client.get(url("incident_detail", world.other_housing_in_west.pk))
    assert b"Klotter." not in others.content
    assert "Hemvärden" not in others.content.decode()
    event = Event.objects.get(action="incident_read")
    assert (event.subject_id, event.actor_id) == (
        str(world.other_housing_in_west.pk),
        world.people["security_lead"].pk,
    )


@pytest.mark.parametrize(("who", "is_logged"), [("security_lead", True), ("coordinator", True), ("reporter", False)])
def test_whoever_reads_anothers_text_is_logged_once_for_the_page(client, world, who, is_logged):
    """Also within the own organisation; only who reads what they wrote themselves leaves no line."""
    client.force_login(world.people[who])
    assert b"Krossad ruta." in client.get(url("incident_detail", world.by_reporter.pk)).content
    events = Event.objects.filter(action="incident_read", subject_id=str(world.by_reporter.pk))
    assert events.count() == is_logged
    assert "Krossad" not in str(list(events.values()))


def test_an_own_report_without_text_is_no_reading(client, world):
    client.force_login(world.people["security_lead"])
    client.get(url("incident_detail", world.by_colleague.pk))
    assert not Event.objects.filter(action="incident_read").exists()


@pytest.mark.parametrize(
    ("who", "name", "function"),
    [("reporter", True, True), ("security_lead", True, True), ("coordinator", False, True), ("police", False, False)],
)
def test_the_reporters_name_never_leaves_the_organisation(client, world, who, name, function):
    reporter = world.people["reporter"]
    reporter.name, reporter.function = "Alva Exempel", "kvartersvärd Väst"
    reporter.save()
    client.force_login(world.people[who])
    page = client.get(url("incident_detail", world.by_reporter.pk)).content.decode()
    main = page[page.index("<main") : page.index("</main>")]
    assert ("Alva Exempel" in main) is name
    assert ("kvartersvärd Väst" in main) is function


@pytest.mark.parametrize("name", ["sensitive", "counts_only", "draft", "by_other_housing", "abroad"])
def test_what_is_not_theirs_to_see_does_not_exist(client, world, name):
    client.force_login(world.people["security_lead"])
    pk = getattr(world, name).pk
    assert client.get(url("incident_detail", pk)).status_code == 404
    assert client.get(url("incident_point", pk)).status_code == 404
    assert client.post(url("incident_review", pk), {"decision": "approve"}).status_code == 404
    assert client.get(url("incident_detail", world.by_reporter.pk)).status_code == 200


def test_the_coordinator_approves_on_the_page(client, world):
    client.force_login(world.people["coordinator"])
    page = client.get(url("incident_detail", world.waiting.pk))
    assert page.context["may_approve"]
    client.post(url("incident_review", world.waiting.pk), {"decision": "approve"})
    world.waiting.refresh_from_db()
    assert world.waiting.status == Status.APPROVED
    page = client.get(url("incident_detail", world.waiting.pk))
    assert not page.context["may_approve"]
    again = client.post(url("incident_review", world.waiting.pk), {"decision": "approve"}, follow=True)
    assert b"cannot become approved" in again.content


@pytest.mark.parametrize("who", ["reporter", "security_lead"])
def test_others_see_no_buttons_and_are_refused(client, world, who):
    client.force_login(world.people[who])
    page = client.get(url("incident_detail", world.waiting.pk))
    assert page.status_code == 200
    assert not any(page.context[name] for name in ("may_approve", "may_return", "may_reject"))
    assert client.post(url("incident_review", world.waiting.pk), {"decision": "approve"}).status_code == 403


def test_a_return_without_a_reason_is_asked_again(client, world):
    client.force_login(world.people["coordinator"])
    page = client.post(url("incident_review", world.waiting.pk), {"decision": "return", "return-reason": ""})
    assert b"Say what the reporter should change." in page.content
    client.post(url("incident_review", world.waiting.pk), {"decision": "return", "return-reason": "Vilken port?"})
    client.force_login(world.people["reporter"])
    page = client.get(url("incident_detail", world.waiting.pk))
    assert "Vilken port?" in page.content.decode()
    assert page.context["may_change"]


def test_a_rejection_says_its_reason_to_the_reporter(client, world):
    client.force_login(world.people["coordinator"])
    client.post(url("incident_review", world.waiting.pk), {"decision": "reject", "reject-reason": "duplicate"})
    client.force_login(world.people["reporter"])
    assert b"the same event is already reported" in client.get(url("incident_detail", world.waiting.pk)).content


def test_the_reviewer_is_shown_what_the_guard_found(client, world):
    Incident.objects.filter(pk=world.waiting.pk).update(description="En person som heter Anna Svensson sprang")
    client.force_login(world.people["coordinator"])
    assert client.get(url("incident_detail", world.waiting.pk)).context["findings"]
    client.force_login(world.people["reporter"])
    assert not client.get(url("incident_detail", world.waiting.pk)).context["findings"]


# --- Reporting --------------------------------------------------------------------------------------------------------


def test_a_report_is_sent_and_read_back_in_words(client, world):
    client.force_login(world.people["reporter"])
    page = client.post(url("incident_new"), a_report(world), follow=True)
    incident = Incident.objects.latest("pk")
    assert page.redirect_chain == [(url("incident_receipt", incident.pk), 302)]
    assert incident.status == Status.SUBMITTED
    assert "About 10 m from Västers centrum, Väster" in page.content.decode()


def test_a_double_press_is_one_report(client, world):
    client.force_login(world.people["reporter"])
    body = a_report(world)
    before = Incident.objects.count()
    first = client.post(url("incident_new"), body)
    second = client.post(url("incident_new"), body, follow=True)
    assert Incident.objects.count() == before + 1
    assert second.redirect_chain[0][0] == first["Location"]
    assert b"It is stored once." in second.content
    changed = client.post(url("incident_new"), {**body, "description": "Något annat."})
    assert b"Another report has already been sent" in changed.content
    assert Incident.objects.count() == before + 1


def test_each_page_carries_a_number_of_its_own(client, world):
    client.force_login(world.people["reporter"])
    numbers = {client.get(url("incident_new")).context["form"]["client_uuid"].value() for _ in range(2)}
    assert len(numbers) == 2


def test_errors_keep_what_was_typed_and_say_what_to_do(client, world):
    client.force_login(world.people["reporter"])
    before = Incident.objects.count()
    page = client.post(
        url("incident_new"), a_report(world, category="", lon="", lat="", description="Glas på gården.", persons="3-5")
    )
    text = page.content.decode()
    assert "Choose what happened." in text
    assert "Say where it happened: point at the map or choose a place." in text
    assert "Glas på gården." in text
    assert page.context["form"].details_are_open
    assert page.context["form"]["persons"].value() == "3-5"
    assert Incident.objects.count() == before


def test_a_weak_hit_is_shown_and_may_be_confirmed_a_strong_one_not(client, world):
    client.force_login(world.people["police"])
    weak = a_report(world, description="En person som heter Anna Svensson sprang")
    page = client.post(url("incident_new"), weak)
    assert page.context["confirms"]
    assert "Anna Svensson" in [finding["words"] for finding in page.context["findings"]]
    assert client.post(url("incident_new"), {**weak, "is_text_confirmed": "on"}).status_code == 302
    strong = a_report(world, description="Ring 070-123 45 67", is_text_confirmed="on")
    page = client.post(url("incident_new"), strong)
    assert page.status_code == 200
    assert not page.context["confirms"]


@pytest.mark.parametrize("name", ["occurred_from", "occurred_to"])
def test_the_first_day_of_the_calendar_is_refused_in_words(client, world, name):
    client.force_login(world.people["reporter"])
    page = client.post(url("incident_new"), {**a_report(world), name: "0001-01-01T00:00"})
    assert page.status_code == 200
    assert page.context["form"].errors[name]


def test_a_report_without_a_place_says_so_on_purpose(client, world):
    client.force_login(world.people["reporter"])
    body = a_report(world, lon="", lat="")
    assert client.post(url("incident_new"), body).status_code == 200
    assert client.post(url("incident_new"), {**body, "is_place_unknown": "on"}).status_code == 302
    assert Incident.objects.latest("pk").location == Incident.Location.NONE


def test_who_reports_for_two_organisations_chooses(client, world):
    reporter = world.people["reporter"]
    make.MembershipFactory(user=reporter, organisation=world.municipality, role=Role.REPORTER)
    client.force_login(reporter)
    assert client.get(url("incident_new")).context["form"].asks_for_organisation
    assert client.post(url("incident_new"), a_report(world)).status_code == 200
    body = a_report(world, organisation=world.municipality.pk)
    assert client.post(url("incident_new"), body).status_code == 302
    assert Incident.objects.latest("pk").organisation == world.municipality
    elsewhere = a_report(world, organisation=world.other_housing.pk)
    assert client.post(url("incident_new"), elsewhere).status_code == 200


def test_the_organisations_most_used_categories_come_first(client, world):
    make.IncidentFactory.create_batch(3, organisation=world.housing, category=world.drugs, area=world.west)
    make.CategoryFactory(collaboration=world.here, name_en="Never used")
    make.CategoryFactory(collaboration=world.here, name_en="Closed", valid_to=dt.date(2020, 1, 1))
    client.force_login(world.people["reporter"])
    tiles = client.get(url("incident_new")).context["tiles"]
    assert [tile["label"] for tile in tiles["first"]] == ["Vandalism", "Open drug dealing"]
    assert [tile["label"] for group in tiles["groups"] for tile in group["tiles"]] == ["Never used"]


def test_a_closed_category_is_refused_with_the_rules_own_sentence(client, world):
    closed = make.CategoryFactory(collaboration=world.here, valid_to=timezone.localdate() - dt.timedelta(days=30))
    client.force_login(world.people["reporter"])
    page = client.post(url("incident_new"), a_report(world, category=closed.pk))
    assert page.context["form"].errors.as_data()["category"][0].code == "category_not_in_use"


def test_a_returned_report_is_corrected_and_sent_again(client, world):
    Incident.objects.filter(pk=world.waiting.pk).update(status=Status.RETURNED, review_reason="Vilken port?")
    client.force_login(world.people["reporter"])
    page = client.get(url("incident_change", world.waiting.pk))
    assert "Vilken port?" in page.content.decode()
    assert page.context["form"]["category"].value() == world.vandalism.pk
    sent = client.post(url("incident_change", world.waiting.pk), a_report(world, description="Port B."))
    assert sent["Location"] == url("incident_receipt", world.waiting.pk)
    world.waiting.refresh_from_db()
    assert (world.waiting.status, world.waiting.description) == (Status.SUBMITTED, "Port B.")


def test_what_cannot_be_changed_says_why(client, world):
    client.force_login(world.people["reporter"])
    page = client.get(url("incident_change", world.by_reporter.pk), follow=True)
    assert b"Ask the coordinator to return it." in page.content
    client.force_login(world.people["police"])
    assert client.get(url("incident_change", world.by_reporter.pk)).status_code == 403


def test_the_receipt_is_for_those_who_answer_for_the_report(client, world):
    client.force_login(world.people["reporter"])
    page = client.get(url("incident_receipt", world.by_reporter.pk))
    assert page.status_code == 200
    # Whoever comes back to it later reads what has become of the report, not what was to happen with it.
    assert "What has become of the report" in page.content.decode()
    assert "The coordinator reads the report." not in page.content.decode()
    assert "The coordinator reads the report." in client.get(url("incident_receipt", world.waiting.pk)).content.decode()
    client.force_login(world.people["police"])
    assert client.get(url("incident_receipt", world.by_reporter.pk)).status_code == 404


# --- Categories -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "who", [who for who in WHO_READS + WHO_DOES_NOT if who not in ("coordinator", "administrator")]
)
def test_everybody_reads_the_categories_and_few_change_them(client, world, who):
    client.force_login(world.people[who])
    assert client.get(url("category_list")).status_code == 200
    assert client.get(url("category_new")).status_code == 403
    assert client.get(url("category_edit", world.drugs.pk)).status_code == 403
    assert client.post(url("category_close", world.drugs.pk), {"close-on": "2099-01-01"}).status_code == 403
    client.force_login(world.people["administrator"])
    assert client.get(url("category_new")).status_code == 200
    assert client.get(url("category_edit", world.drugs.pk)).status_code == 200
    assert client.get(url("category_edit", world.foreign_category.pk)).status_code == 404


def test_a_category_is_added_renamed_closed_opened_and_deleted(client, world):
    client.force_login(world.people["coordinator"])
    body = {
        "code": "cyk",
        "name_sv": "Cykelstöld",
        "name_en": "",
        "parent": "",
        "kind": "event",
        "severity": "2",
        "common_code": "",
        "valid_from": "2020-01-01",
    }
    assert client.post(url("category_new"), {**body, "code": "A B"}).context["form"].errors["code"]
    assert client.post(url("category_new"), body).status_code == 302
    category = Category.objects.get(collaboration=world.here, code="CYK")
    assert client.post(url("category_new"), body).context["form"].errors
    assert client.post(url("category_edit", category.pk), {**body, "name_sv": "Stulen cykel"}).status_code == 302
    category.refresh_from_db()
    assert (category.code, category.name_sv) == ("CYK", "Stulen cykel")
    assert Event.objects.get(action="category_changed").details["changed"] == {
        "name_sv": ["Cykelstöld", "Stulen cykel"]
    }
    client.post(url("category_close", category.pk), {"close-on": f"{timezone.localdate():%Y-%m-%d}"})
    category.refresh_from_db()
    assert category.valid_to == timezone.localdate()
    client.post(url("category_reopen", category.pk))
    client.post(url("category_delete", category.pk))
    assert not Category.objects.filter(pk=category.pk).exists()


def test_a_used_category_cannot_be_deleted_from_the_page(client, world):
    client.force_login(world.people["coordinator"])
    assert client.get(url("category_edit", world.vandalism.pk)).context["is_used"]
    page = client.post(url("category_delete", world.vandalism.pk), follow=True)
    assert b"cannot be deleted" in page.content
    assert Category.objects.filter(pk=world.vandalism.pk).exists()


# --- The list asked the questions people ask -------------------------------------------------------------------------


def test_whoever_sees_their_own_reports_alone_is_not_told_whose_they_are(client, world):
    for who, is_told in (("reporter", False), ("security_lead", True)):
        client.force_login(world.people[who])
        page = client.get(url("incident_list"))
        assert page.context["rows"]
        assert page.context["shows_organisation"] is is_told
        assert ("other organisations' reports" in page.content.decode()) is is_told
    client.force_login(world.people["reporter"])
    assert "mine=true" not in [one["query"] for one in client.get(url("incident_list")).context["shortcuts"]]


def test_what_became_of_it_comes_first_for_whoever_wrote_it(client, world):
    for who, is_first in (("reporter", True), ("coordinator", False)):
        client.force_login(world.people[who])
        page = client.get(url("incident_detail", world.by_reporter.pk)).content.decode()
        assert (page.index('id="receipt"') < page.index(">The report<")) is is_first


def test_the_kind_of_a_report_that_is_mended_stands_first_among_the_tiles(client, world):
    rare = make.CategoryFactory(collaboration=world.here, code="RAR", name_sv="Ovanligt", name_en="Rare")
    Incident.objects.filter(pk=world.waiting.pk).update(status=Status.RETURNED, category=rare)
    client.force_login(world.people["reporter"])
    tiles = client.get(url("incident_change", world.waiting.pk)).context["tiles"]
    assert (tiles["first"][0]["label"], tiles["first"][0]["is_chosen"], tiles["is_open"]) == ("Rare", True, False)
    assert all(tile["label"] != "Rare" for group in tiles["groups"] for tile in group["tiles"])


def test_the_list_opens_with_what_waits_for_the_person(client, world):
    client.force_login(world.people["coordinator"])
    page = client.get(url("incident_list"))
    waiting = Incident.objects.visible_to(world.people["coordinator"]).filter(status=Status.SUBMITTED).count()
    assert page.context["waiting"]["to_review"] == waiting > 0
    first = page.context["shortcuts"][0]
    there = client.get(url("incident_list") + "?" + first["query"])
    assert there.context["count"] == first["count"] == waiting
    assert there.context["shortcuts"][0]["is_current"]

    client.force_login(world.people["security_lead"])
    assert client.get(url("incident_list")).context["waiting"]["to_review"] is None


def test_rows_stand_under_their_days(client, world):
    client.force_login(world.people["coordinator"])
    page = client.get(url("incident_list"))
    days = page.context["days"]
    assert [row for day in days for row in day["rows"]] != []
    assert sum(len(day["rows"]) for day in days) == len(page.context["rows"])
    for day in days:
        assert len({row["incident"].occurred_on for row in day["rows"]}) == 1


def test_a_chosen_filter_is_said_in_words_and_taken_away_by_its_own_link(client, world):
    client.force_login(world.people["coordinator"])
    query = f"?area={world.west.slug}&since=2024-01-01&view=map"
    chosen = client.get(url("incident_list") + query).context["chosen"]
    assert {one["text"] for one in chosen} == {world.west.name, "from 2024-01-01"}
    rest = {one["text"]: one["query"] for one in chosen}
    assert rest[world.west.name] == "since=2024-01-01"


def test_the_map_stands_above_the_list_when_it_is_asked_for(client, world):
    client.force_login(world.people["coordinator"])
    assert "<area-map" not in client.get(url("incident_list")).content.decode()
    text = client.get(url("incident_list") + "?view=map").content.decode()
    assert text.index("<area-map") < text.index("<table")


def test_the_filters_speak_to_people_and_not_to_programs(client, world):
    client.force_login(world.people["coordinator"])
    page = client.get(url("incident_list") + "?status=submitted")
    form = page.context["form"]
    assert [bound.name for bound in form][:3] == ["area", "place", "category"]
    assert not any(bound.help_text for bound in form)
    assert "short name of an area" not in page.content.decode()
