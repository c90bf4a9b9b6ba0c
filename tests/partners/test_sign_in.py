"""Signing in: by password and a second step, a few tries only, and out again at the next request when it should be."""

from __future__ import annotations

import base64
import datetime as dt
import json
import re
from importlib import import_module

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from allauth.usersessions.models import UserSession
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from audit.models import Event
from est_platform import settings as platform_settings
from est_platform import settings as project_settings
from partners.actions import deactivate_person, end_sessions
from partners.emails import password_path
from partners.models import User
from partners.templatetags.partners import browser_name
from tests import factories as make

SIGN_IN = "/accounts/login/"
LONG_AGO = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)


def try_to_sign_in(client, email, password=make.PASSWORD):
    return client.post(SIGN_IN, {"login": email, "password": password})


def is_signed_in(client):
    return client.get(reverse("account")).status_code == 200


def prove_it_is_you(client, route):
    """Changing how one signs in asks for the password once more."""
    asked = client.get(reverse(route))
    assert asked.headers["Location"].startswith(reverse("account_reauthenticate"))
    assert client.post(reverse("account_reauthenticate"), {"password": make.PASSWORD}).status_code == 302


@pytest.fixture
def person(world):
    return world.people["coordinator"]


def test_the_right_password_opens_the_door_and_the_log_remembers(client, world, person):
    answer = try_to_sign_in(client, person.email)
    assert answer.status_code == 302
    assert is_signed_in(client)
    event = Event.objects.get(action="signed_in")
    assert (event.actor_id, event.collaboration_id) == (person.pk, world.here.pk)


def test_passwords_are_kept_as_argon2(person, settings):
    settings.PASSWORD_HASHERS = project_settings.PASSWORD_HASHERS
    person.set_password(make.PASSWORD)
    assert person.password.startswith("argon2$")


def test_capitals_in_the_address_do_not_matter(client, person):
    assert try_to_sign_in(client, person.email.upper()).status_code == 302


def test_a_wrong_password_does_not_and_the_log_keeps_nothing_of_what_was_typed(client, world, person):
    answer = try_to_sign_in(client, person.email, "min hemlighet 123")
    assert answer.status_code == 200
    assert not is_signed_in(client)
    event = Event.objects.get(action="sign_in_failed")
    assert event.subject_id == str(person.pk)
    assert event.collaboration_id == world.here.pk
    assert "hemlighet" not in json.dumps([event.details, event.subject_label, event.actor_label])


def test_the_sixth_try_is_refused_even_with_the_right_password(client, person):
    for _ in range(5):
        assert try_to_sign_in(client, person.email, "fel lösenord").status_code == 200
    with override("en"):
        answer = client.post(
            SIGN_IN, {"login": person.email, "password": make.PASSWORD}, headers={"accept-language": "en"}
        )
    assert not is_signed_in(client)
    assert "Too many failed login attempts. Try again later." in answer.content.decode()


def test_tries_on_one_account_do_not_lock_another_out(client, world, person):
    for _ in range(6):
        try_to_sign_in(client, person.email, "fel lösenord")
    assert try_to_sign_in(Client(REMOTE_ADDR="10.0.0.9"), world.people["police"].email).status_code == 302


def test_an_unknown_address_and_a_wrong_password_get_the_same_answer(client, person):
    def errors(email):
        return client.post(SIGN_IN, {"login": email, "password": "fel"}).context["form"].errors.get_json_data()

    assert errors(person.email) == errors("ingen@example.org")


def test_a_forgotten_password_tells_nobody_who_has_an_account(client, person, mailoutbox):
    known = client.post(reverse("account_reset_password"), {"email": person.email})
    unknown = client.post(reverse("account_reset_password"), {"email": "ingen@example.org"})
    assert (known.status_code, known.headers["Location"]) == (unknown.status_code, unknown.headers["Location"])
    assert [mail.to for mail in mailoutbox] == [[person.email], ["ingen@example.org"]]


def test_nobody_signs_up_on_their_own(client, world):
    before = User.objects.count()
    body = {"email": "ny@example.org", "password1": make.PASSWORD, "password2": make.PASSWORD}
    assert client.get(reverse("account_signup")).status_code == 200
    client.post(reverse("account_signup"), body)
    assert User.objects.count() == before


def test_a_password_is_chosen_by_the_link_in_the_letter_and_only_once(client, world):
    person = User.objects.create_user("ny@example.org", function="väktare")
    assert not person.has_usable_password()
    path = password_path(person)
    form = client.get(path, follow=True)
    assert form.status_code == 200
    address = form.redirect_chain[-1][0]
    body = {"password1": "en gammal brygga i dimma", "password2": "en gammal brygga i dimma"}
    assert client.post(address, body).status_code == 302
    assert try_to_sign_in(client, person.email, "en gammal brygga i dimma").status_code == 302
    again = Client().get(path, follow=True)
    assert again.context["token_fail"]


@pytest.mark.parametrize("weak", ["kort", "1234567890123", "password1234", "ny@example.org"])
def test_a_weak_password_is_refused(client, world, weak):
    person = User.objects.create_user("ny@example.org", function="väktare")
    form = client.get(password_path(person), follow=True)
    answer = client.post(form.redirect_chain[-1][0], {"password1": weak, "password2": weak})
    assert answer.status_code == 200
    assert not User.objects.get(pk=person.pk).has_usable_password()


def test_a_system_with_a_token_cannot_sign_in(client, world):
    system = make.ApiTokenFactory().membership.user
    assert try_to_sign_in(client, system.email, "").status_code == 200
    client.post(reverse("account_reset_password"), {"email": system.email})
    assert not is_signed_in(client)


def test_a_deactivated_person_is_out_at_the_next_request(client, world, person):
    try_to_sign_in(client, person.email)
    assert is_signed_in(client)
    deactivate_person(person=person, by=world.people["administrator"])
    answer = client.get(reverse("people", args=["ekstad"]))
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith(SIGN_IN)
    assert not UserSession.objects.filter(user=person).exists()
    assert try_to_sign_in(client, person.email).headers["Location"] == reverse("account_inactive")
    assert not is_signed_in(client)


def test_an_ended_role_opens_nothing_at_the_next_request(client, world, person):
    client.force_login(person)
    assert client.get(reverse("people", args=["ekstad"])).status_code == 200
    person.memberships.update(valid_to="2026-01-01")
    assert client.get(reverse("people", args=["ekstad"])).status_code == 404


def test_sessions_are_listed_and_the_others_can_be_ended(world, person):
    here, elsewhere = Client(HTTP_USER_AGENT="Firefox"), Client(HTTP_USER_AGENT="Kommunens läsplatta")
    for client in (here, elsewhere):
        try_to_sign_in(client, person.email)
        assert is_signed_in(client)
    page = here.get(reverse("usersessions_list"))
    assert "Kommunens läsplatta" in page.content.decode()
    here.post(reverse("usersessions_list"))
    assert is_signed_in(here)
    assert not is_signed_in(elsewhere)


def test_one_other_place_can_be_signed_out_and_nobody_elses(world, person):
    here, telephone, elsewhere, stranger = Client(), Client(), Client(), Client()
    for client in (here, telephone, elsewhere):
        try_to_sign_in(client, person.email)
        assert is_signed_in(client)
    try_to_sign_in(stranger, world.people["stranger"].email)

    def end(client, by):
        session = UserSession.objects.get(session_key=client.session.session_key)
        return by.post(reverse("account_end_session", args=[session.pk])).status_code

    assert end(telephone, by=stranger) == 404
    assert is_signed_in(telephone)
    assert end(telephone, by=here) == 302
    assert [is_signed_in(client) for client in (here, telephone, elsewhere)] == [True, False, True]


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604",
            "Safari på iPhone",
        ),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537 Chrome/130.0 Safari/537 Edg/130.0", "Edge på Windows"),
        ("Mozilla/5.0 (Linux; Android 14) AppleWebKit/537 Chrome/130.0 Mobile Safari/537", "Chrome på Android"),
        ("något eget", "något eget"),
        ("", "Okänd webbläsare"),
    ],
)
def test_a_browser_is_named_as_people_name_it(sent, said):
    with override("sv"):
        assert browser_name(sent) == said


def test_ending_every_session_signs_out_everywhere(client, world, person):
    try_to_sign_in(client, person.email)
    assert is_signed_in(client)
    end_sessions(person)
    assert not is_signed_in(client)


def test_changing_the_password_signs_out_elsewhere(world, person):
    here, elsewhere = Client(), Client()
    for client in (here, elsewhere):
        try_to_sign_in(client, person.email)
    new = "en gammal brygga i dimma"
    body = {"oldpassword": make.PASSWORD, "password1": new, "password2": new}
    here.post(reverse("account_change_password"), body)
    assert is_signed_in(here)
    assert not is_signed_in(elsewhere)


def test_a_session_lasts_twelve_hours(client, person):
    answer = try_to_sign_in(client, person.email)
    assert client.session.get_expiry_age() == 12 * 3600
    assert answer.cookies["sessionid"]["max-age"] == 12 * 3600


def _code(secret):
    counters = list(yield_hotp_counters_from_time())
    return format_hotp_value(hotp_value(secret, counters[len(counters) // 2]))


def test_with_an_app_the_password_is_not_enough(client, person):
    try_to_sign_in(client, person.email)
    prove_it_is_you(client, "mfa_activate_totp")
    page = client.get(reverse("mfa_activate_totp"))
    assert page.status_code == 200
    secret = page.context["form"].secret
    assert client.post(reverse("mfa_activate_totp"), {"code": _code(secret)}).status_code == 302
    assert Authenticator.objects.filter(user=person, type="totp").exists()
    codes = client.get(reverse("mfa_view_recovery_codes")).context["unused_codes"]
    assert len(codes) == 10

    def second_step(code):
        other = Client(REMOTE_ADDR="10.0.0.7")
        answer = try_to_sign_in(other, person.email)
        assert answer.headers["Location"] == reverse("mfa_authenticate")
        assert not is_signed_in(other)
        other.post(reverse("mfa_authenticate"), {"code": code})
        return is_signed_in(other)

    assert not second_step("000000")
    assert second_step(codes[0])
    assert not second_step(codes[0]), "a recovery code works once"


def test_a_key_can_be_added(client, person):
    try_to_sign_in(client, person.email)
    prove_it_is_you(client, "mfa_add_webauthn")
    page = client.get(reverse("mfa_add_webauthn"))
    assert page.status_code == 200
    options = page.context["js_data"]["creation_options"]
    challenge = options["publicKey"]["challenge"]
    assert len(base64.urlsafe_b64decode(challenge + "==")) >= 16


def test_the_address_is_changed_by_an_administrator_only(client, person):
    client.force_login(person)
    answer = client.post(reverse("account_email"), {"action_add": "", "email": "annan@example.org"})
    assert answer.status_code == 403
    assert User.objects.get(pk=person.pk).email == person.email


def test_the_letter_about_a_new_password_leads_here(client, person, mailoutbox):
    client.post(reverse("account_reset_password"), {"email": person.email})
    assert re.search(r"http://testserver/accounts/password/reset/key/\S+/", mailoutbox[0].body)


def test_health_and_readiness_are_public(client, db):
    assert client.get("/health/").json() == {"status": "ok"}
    assert client.get("/ready/").json() == {"status": "ok", "problems": []}


def test_not_ready_without_its_cache(client, db, monkeypatch):
    class NoCache:
        def set(self, *args):
            raise ConnectionError

    monkeypatch.setattr("est_platform.views.cache", NoCache())
    answer = client.get("/ready/")
    assert answer.status_code == 503
    assert answer.json()["problems"] == ["redis"]


@pytest.mark.parametrize(
    ("prefix", "module"),
    [
        ("ACCOUNT_", "allauth.account.app_settings"),
        ("MFA_", "allauth.mfa.app_settings"),
        ("USERSESSIONS_", "allauth.usersessions.app_settings"),
        ("SOCIALACCOUNT_", "allauth.socialaccount.app_settings"),
        ("ALLAUTH_", "allauth.app_settings"),
    ],
)
def test_every_sign_in_setting_is_one_that_allauth_reads(prefix, module):
    known = dir(import_module(module).AppSettings)
    ours = [name.removeprefix(prefix) for name in dir(platform_settings) if name.startswith(prefix)]
    assert ours
    assert [name for name in ours if name not in known] == []


def test_the_list_of_sessions_is_kept_once_a_minute_and_at_once_from_elsewhere(client, person):
    try_to_sign_in(client, person.email)
    page = reverse("people", args=["ekstad"])
    client.get(page)
    UserSession.objects.update(last_seen_at=LONG_AGO)
    client.get(page)
    assert UserSession.objects.get(user=person).last_seen_at == LONG_AGO
    client.get(page, headers={"user-agent": "another browser"})
    seen = UserSession.objects.get(user=person)
    assert seen.last_seen_at > LONG_AGO
    assert seen.user_agent == "another browser"
