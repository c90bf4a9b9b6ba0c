"""Pages on people, keys, the log and oneself: what they show, to whom, and what they say when something is wrong."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from audit.actions import record, seal_days_before
from audit.models import Event
from incidents.models import Incident
from partners import log as log_lines
from partners import presenters
from partners.models import ApiToken, Membership, User
from partners.roles import Role
from tests import factories as make
from tests.world import PEOPLE

ENGLISH = {"HTTP_ACCEPT_LANGUAGE": "en"}


def signed_in(world, who):
    client = Client(**ENGLISH)
    client.force_login(world.people[who])
    return client


def text_of(answer):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


# The start page


@pytest.mark.parametrize(
    ("who", "home"),
    [
        ("coordinator", "/ekstad/"),
        ("reporter", "/ekstad/incidents/"),
        ("security_lead", "/ekstad/own-places/"),
        ("council", "/ekstad/"),
        ("administrator", "/ekstad/people/"),
        ("data_protection", "/ekstad/log/"),
        ("coach", "/ekstad/my-access/"),
        ("stranger", "/annanstad/own-places/"),
    ],
)
def test_the_only_collaboration_is_opened_at_once_where_the_role_has_something_to_do(world, who, home):
    client = signed_in(world, who)
    answer = client.get("/")
    assert answer.headers["Location"] == home
    assert client.get(home).status_code == 200


def test_several_collaborations_are_a_choice(world):
    make.MembershipFactory(user=world.people["coordinator"], organisation=world.foreign, role=Role.ADMINISTRATOR)
    world.elsewhere.notice = "invented"
    world.elsewhere.save()
    answer = signed_in(world, "coordinator").get("/")
    assert [card["url"] for card in answer.context["cards"]] == ["/annanstad/people/", "/ekstad/"]
    assert "Example data: nothing here has happened." in text_of(answer)


def test_without_a_role_the_page_says_what_to_do(db):
    client = Client(**ENGLISH)
    client.force_login(make.UserFactory())
    answer = client.get("/")
    assert answer.status_code == 200
    assert "Ask the person who invited you" in text_of(answer)


# People


def test_an_administrator_sees_everybody_and_others_their_own_organisation(world):
    world.people["reporter"].name = "Kim Ek"
    world.people["reporter"].save()
    assert len(signed_in(world, "administrator").get("/ekstad/people/").context["organisations"]) == 5
    own = signed_in(world, "security_lead").get("/ekstad/people/")
    assert [organisation.name for organisation in own.context["organisations"]] == ["Bostadsbolaget"]
    assert "Kim Ek" in text_of(own)
    assert "Kim Ek" not in text_of(signed_in(world, "police").get("/ekstad/people/"))


def test_buttons_are_shown_only_to_those_for_whom_they_work(world):
    person = reverse("person_detail", args=["ekstad", world.people["reporter"].pk])
    assert "End the role today" in text_of(signed_in(world, "administrator").get(person))
    assert "End the role today" not in text_of(signed_in(world, "security_lead").get(person))


def test_an_invitation_with_mistakes_comes_back_with_what_was_typed_and_what_to_do(world):
    body = {"email": "anna", "function": "", "name": "Anna", "organisation": world.housing.pk, "role": "reporter"}
    answer = signed_in(world, "administrator").post("/ekstad/people/new/", body)
    assert answer.status_code == 422
    said = text_of(answer)
    assert "Write the whole e-mail address, for example anna@ekstad.se." in said
    assert "Write what others shall see" in said
    assert 'value="Anna"' in answer.content.decode()


def test_a_role_that_exists_is_refused_on_the_form(world):
    body = {
        "email": "reporter@example.org",
        "function": "x",
        "name": "",
        "organisation": world.housing.pk,
        "role": "reporter",
        "unit": "",
        "valid_to": "",
    }
    answer = signed_in(world, "administrator").post("/ekstad/people/new/", body)
    assert answer.status_code == 422
    assert "The person already has this role in the organisation." in text_of(answer)


def test_the_last_administrator_is_told_why_not(world):
    client = signed_in(world, "administrator")
    membership = world.people["administrator"].memberships.get()
    answer = client.post(reverse("role_end", args=["ekstad", membership.pk]), follow=True)
    assert "Ekstad would be left without an administrator." in text_of(answer)


def test_whoever_ends_the_own_role_is_led_out(world):
    other = make.MembershipFactory(organisation=world.municipality, role=Role.ADMINISTRATOR)
    client = signed_in(world, "administrator")
    membership = world.people["administrator"].memberships.get()
    answer = client.post(reverse("role_end", args=["ekstad", membership.pk]))
    assert answer.headers["Location"] == "/"
    assert client.get("/ekstad/people/").status_code == 404
    assert Membership.objects.active(timezone.localdate()).filter(pk=other.pk).exists()


def test_an_organisation_of_another_collaboration_cannot_be_chosen(world):
    body = {
        "email": "ny@example.org",
        "function": "x",
        "name": "",
        "organisation": world.foreign.pk,
        "role": "administrator",
        "unit": "",
        "valid_to": "",
    }
    assert signed_in(world, "administrator").post("/ekstad/people/new/", body).status_code == 422
    assert not User.objects.filter(email="ny@example.org").exists()


@pytest.mark.parametrize("route", ["person_detail", "person_change", "role_new"])
def test_a_person_of_another_collaboration_does_not_exist(world, route):
    address = reverse(route, args=["ekstad", world.people["stranger"].pk])
    assert signed_in(world, "administrator").get(address).status_code == 404


# Keys for systems


def test_a_key_is_shown_once_and_works(world):
    client = signed_in(world, "administrator")
    body = {
        "name": "ärendesystemet",
        "organisation": world.housing.pk,
        "role": "security_lead",
        "expires_on": "2099-01-01",
    }
    assert client.post("/ekstad/tokens/new/", body).status_code == 422
    body["expires_on"] = f"{timezone.localdate() + dt.timedelta(days=90):%Y-%m-%d}"
    answer = client.post("/ekstad/tokens/new/", body)
    key = re.search(r"est_[\w-]+", answer.content.decode()).group()
    assert "no-store" in answer.headers["Cache-Control"]
    assert key not in client.get("/ekstad/tokens/").content.decode()
    system = Client(HTTP_AUTHORIZATION=f"Bearer {key}")
    own = Incident.objects.filter(organisation=world.housing).exclude(status="draft")
    assert {row["id"] for row in system.get("/api/v1/incidents/").json()["results"]} == {row.pk for row in own}
    client.post(reverse("token_revoke", args=["ekstad", ApiToken.objects.get().pk]))
    assert system.get("/api/v1/incidents/").status_code == 401


@pytest.mark.parametrize("change", ["expired", "role_ended", "organisation_closed", "account_closed"])
def test_a_key_stops_with_what_it_stands_on(world, change):
    key = ApiToken.new_key()
    membership = make.MembershipFactory(
        organisation=world.housing, role=Role.SECURITY_LEAD, user=make.UserFactory(is_service=True)
    )
    token = make.ApiTokenFactory(membership=membership, hash=ApiToken.hash_of(key))
    system = Client(HTTP_AUTHORIZATION=f"Bearer {key}")
    assert system.get("/api/v1/incidents/").status_code == 200
    today = timezone.localdate()
    if change == "expired":
        ApiToken.objects.filter(pk=token.pk).update(expires_on=today - dt.timedelta(days=1))
    elif change == "role_ended":
        Membership.objects.filter(pk=membership.pk).update(valid_to=today)
    elif change == "organisation_closed":
        world.housing.is_active = False
        world.housing.save()
    else:
        User.objects.filter(pk=membership.user_id).update(is_active=False)
    assert system.get("/api/v1/incidents/").status_code in {401, 404}


# The log


@pytest.fixture
def log(world):
    with_words = record("role_given", by=world.people["administrator"], subject=world.housing)
    record("okänd_kod", by=world.people["police"], collaboration_id=world.here.pk)
    record("role_given", by=world.people["stranger"], collaboration_id=world.elsewhere.pk)
    return with_words


def lines(client, query=""):
    days = client.get(f"/ekstad/log/{query}").context["days"]
    return [line["event"].action for day in days for line in day["lines"]]


def test_the_log_shows_the_own_collaboration_newest_first_and_is_itself_logged(world, log):
    client = signed_in(world, "data_protection")
    shown = [action for action in lines(client) if action != "signed_in"]
    assert shown == ["okänd_kod", "role_given"]
    assert lines(client)[0] == "log_read"
    assert Event.objects.filter(action="log_read", actor_id=world.people["data_protection"].pk).count() == 2


def test_the_log_is_filtered_by_what_who_and_when(world, log):
    client = signed_in(world, "data_protection")
    assert lines(client, "?action=role_given") == ["role_given"]
    assert lines(client, f"?person={world.people['police'].pk}") == ["okänd_kod"]
    assert lines(client, f"?organisation={world.police_authority.pk}") == ["okänd_kod"]
    today = timezone.localdate()
    assert "role_given" in lines(client, f"?first_day={today}&last_day={today}")
    assert lines(client, f"?last_day={today - dt.timedelta(days=1)}") == []
    assert "role_given" in lines(client, "?first_day=0001-01-01&last_day=9999-12-31")
    answer = client.get("/ekstad/log/?first_day=igår")
    assert answer.status_code == 200
    assert answer.context["form"].errors
    assert answer.context["days"] == [], "what cannot be understood never shows everything"


def test_the_log_is_filtered_by_what_its_lines_are_about(world, log):
    record("incidents_exported", by=world.people["police"], collaboration_id=world.here.pk)
    record("incident_read", by=world.people["police"], subject=world.by_reporter)
    client = signed_in(world, "data_protection")
    assert lines(client, "?action=permissions") == ["role_given"]
    assert lines(client, "?action=exports") == ["incidents_exported"]
    assert "incident_read" in lines(client, "?action=reads")
    assert "role_given" not in lines(client, "?action=reads")


def test_who_has_read_a_report_is_found_by_its_number(world, log):
    """Its own page, a page or file it stood on among others, and nothing about other reports."""
    of = {"collaboration_id": world.here.pk, "of": "incidents.incident"}
    this, other = world.by_reporter, world.by_colleague
    record("incident_read", by=world.people["police"], subject=this)
    record("incidents_read", by=world.people["coordinator"], ids=[other.pk, this.pk], **of)
    record("incidents_exported", by=world.people["coordinator"], ids=[other.pk], **of)
    record("incident_read", by=world.people["stranger"], subject=world.abroad)
    client = signed_in(world, "data_protection")
    assert lines(client, f"?subject=H-{this.pk}") == ["incidents_read", "incident_read"]
    assert lines(client, f"?subject=h{this.pk}") == ["incidents_read", "incident_read"]
    assert lines(client, f"?subject=H-{world.abroad.pk}") == []
    answer = client.get("/ekstad/log/?subject=Svensson")
    assert answer.context["form"].errors
    assert answer.context["days"] == []


def test_every_line_of_a_long_log_stands_on_one_page(world, monkeypatch):
    monkeypatch.setattr(log_lines.page_of, "__kwdefaults__", {"size": 3})
    for number in range(8):
        record("okänd_kod", by=world.people["police"], collaboration_id=world.here.pk, number=number)
    client = signed_in(world, "data_protection")
    seen, pages = [], []
    person = f"person={world.people['police'].pk}"
    cursor = ""
    while True:
        page = client.get(f"/ekstad/log/?{person}&cursor={cursor}").context["page"]
        pages.append(page)
        seen += [event.details["number"] for event in page.events]
        if not page.next:
            break
        cursor = page.next
    assert seen == [7, 6, 5, 4, 3, 2, 1, 0]
    back = client.get(f"/ekstad/log/?{person}&cursor={pages[-1].previous}").context["page"]
    assert [event.pk for event in back.events] == [event.pk for event in pages[-2].events]
    for wrong in ("x", "a1", "c1-1", "a" + "9" * 19 + "-1"):
        assert client.get(f"/ekstad/log/?cursor={wrong}").status_code == 404


def test_the_log_as_a_file_holds_the_filtered_lines_and_is_logged_with_its_purpose(world, log):
    client = signed_in(world, "data_protection")
    address = "/ekstad/log/log.csv?action=permissions"
    assert not client.get(address).has_header("Content-Disposition")
    assert client.post(address, {}).status_code == 422
    answer = client.post(address, {"purpose": "supervision", "words": "stickprov"})
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    assert len(text.splitlines()) == 2
    assert "Bostadsbolaget" in text
    event = Event.objects.get(action="log_exported")
    assert event.details == {"filters": ["action"], "purpose": "supervision", "purpose_words": "stickprov"}


def test_what_the_log_is_filtered_by_stands_in_words_and_is_let_go_of_one_by_one(world, log):
    client = signed_in(world, "data_protection")
    organisation = world.municipality.pk
    page = client.get(f"/ekstad/log/?action=log_read&organisation={organisation}&first_day=2026-01-05")
    chosen = {row["label"]: row for row in page.context["chosen"]}
    assert [row["text"] for row in chosen.values()] == ["read the log", "Kommunen", "from 2026-01-05"]
    assert chosen["Organisation"]["query"] == "action=log_read&first_day=2026-01-05"
    # The lines come first: the form is folded until somebody opens it or something in it cannot be read.
    assert '<details class="filters">' in page.content.decode()
    assert '<details class="filters" open>' in client.get("/ekstad/log/?first_day=i").content.decode()
    # A whole kind of lines is marked among the shortcuts, and not said twice.
    assert client.get("/ekstad/log/?action=reads").context["chosen"] == []


def test_what_a_line_holds_besides_is_told_in_words():
    with override("en"):
        told = log_lines.details_in_words
        assert told({"version": 2, "approved_own_text": False}) == ["version: 2"]
        assert told({"approved_own_text": True}) == ["approved a text of one's own: yes"]
        assert told({"is_trusted": False}) == ["trusted: no"]
        assert told({"people": 9}) == ["how many people: 9"]
        assert told({"was": "submitted"}) == ["was: submitted"]
        assert told({"was": {"role": "reporter", "unit": 3}}) == ["was: role reporter, unit 3"]
    with override("sv"):
        # What is stored as a code is read as a word.
        assert told({"was": "submitted"}) == ["var tidigare: inskickad"]
        assert told({"role": "reporter"}) == ["roll: rapportör"]
        assert told({"was": {"role": "reporter"}, "days": 3}) == ["var tidigare: roll rapportör", "dagar: 3"]
        assert told({"reason": "submitted"}) == ["skäl: submitted"]


def test_what_was_searched_for_is_not_written_in_the_log(world, log):
    client = signed_in(world, "data_protection")
    client.get("/ekstad/log/?person=Sven+Svensson")
    client.get("/ekstad/log/?subject=Sven+Svensson")
    assert "Svensson" not in str(list(Event.objects.values()))


def test_the_page_says_whether_the_chain_is_whole(world, log):
    client = signed_in(world, "data_protection")
    seal_days_before(timezone.localdate() + dt.timedelta(days=1))
    assert "The chain is whole" in text_of(client.get("/ekstad/log/?check"))
    assert "The chain is whole" not in text_of(client.get("/ekstad/log/"))
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE audit_event DISABLE TRIGGER USER")
        cursor.execute("UPDATE audit_event SET action = 'x' WHERE id = %s", [log.pk])
    assert "The chain is broken" in text_of(client.get("/ekstad/log/?check"))


# Oneself


@pytest.mark.parametrize("who", PEOPLE)
def test_the_words_about_a_role_agree_with_what_it_shows(world, who):
    person = world.people[who]
    role = person.memberships.get().role
    with override("en"):
        rows = dict(presenters.access_rows(role))
    mine = Incident.objects.visible_to(person)
    organisation = person.memberships.get().organisation
    own, others = mine.filter(organisation=organisation), mine.exclude(organisation=organisation)
    says_nothing = "No single reports."
    if rows["The own organisation's reports"] == says_nothing:
        assert not own.exists()
    if rows["Other organisations' reports"] == says_nothing:
        assert not others.exists()
    sensitive = others.filter(category__is_sensitive=True).exists()
    if sensitive:
        assert rows["Sensitive categories"].startswith("Yes")


@pytest.mark.parametrize("role", Role)
def test_every_role_has_words_for_every_question(role):
    with override("en"):
        rows = presenters.access_rows(role)
    assert [question for question, _answer in rows][:5] == [
        "The own organisation's reports",
        "Other organisations' reports",
        "Situational pictures",
        "Sensitive categories",
        "Who reported",
    ]
    assert all(answer for _question, answer in rows)


def test_the_page_on_why_gives_the_reasons_that_hold_for_the_reader(world):
    lead = signed_in(world, "security_lead").get("/ekstad/my-access/")
    assert "It happened outside your areas." in text_of(lead)
    assert "Väster" in text_of(lead)
    coordinator = signed_in(world, "coordinator").get("/ekstad/my-access/")
    assert "It happened outside your areas." not in text_of(coordinator)


def test_the_account_page_leads_to_what_protects_it(world):
    page = signed_in(world, "police").get(reverse("account")).content.decode()
    for route in ("account_change_password", "mfa_index", "usersessions_list"):
        assert reverse(route) in page
