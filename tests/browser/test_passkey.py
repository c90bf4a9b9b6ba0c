"""A passkey, whole: added with a password's session, used instead of the password, refused in words when it fails.

The authenticator is Chromium's own virtual one: the platform does all it does for a phone with a fingerprint.
"""

from __future__ import annotations

import re

import pytest
from allauth.mfa.models import Authenticator
from playwright.sync_api import expect

from audit.models import Event
from tests.factories import PASSWORD
from tests.world import World

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def world(transactional_db):
    return World()


class Phone:
    """A virtual authenticator that asks for a finger, and gets it or not."""

    def __init__(self, page):
        self.session = page.context.new_cdp_session(page)
        self.session.send("WebAuthn.enable")
        options = {
            "protocol": "ctap2",
            "transport": "internal",
            "hasResidentKey": True,
            "hasUserVerification": True,
            "isUserVerified": True,
            "automaticPresenceSimulation": True,
        }
        answer = self.session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
        self.id = answer["authenticatorId"]

    def is_refused(self):
        self.session.send("WebAuthn.setUserVerified", {"authenticatorId": self.id, "isUserVerified": False})

    def credentials(self):
        return self.session.send("WebAuthn.getCredentials", {"authenticatorId": self.id})["credentials"]

    def forget(self):
        self.session.send("WebAuthn.clearCredentials", {"authenticatorId": self.id})


@pytest.fixture
def phone(page):
    return Phone(page)


@pytest.fixture
def journey(page, live_server, world):
    """What a person does, page by page."""
    person = world.people["coordinator"]

    class Journey:
        def go(self, path):
            page.goto(live_server.url + path)

        def sign_in_with_password(self):
            self.go("/accounts/login/")
            page.locator("#id_login").fill(person.email)
            page.locator("#id_password").fill(PASSWORD)
            page.get_by_role("button", name="Logga in", exact=True).click()
            # Whoever goes on before the answer is there goes on as nobody.
            expect(page).not_to_have_url(f"{live_server.url}/accounts/login/")

        def add_a_key(self, *, name, is_enough=True):
            self.go("/accounts/2fa/")
            page.locator("main").get_by_role("link", name="Lägg till en nyckel").click()
            page.locator("#id_password").fill(PASSWORD)
            page.get_by_role("button", name="Fortsätt").click()
            page.locator("#id_name").fill(name)
            page.locator("#id_passwordless").set_checked(is_enough)
            page.locator("#mfa_webauthn_add").click()
            # The first key brings recovery codes.
            expect(page).to_have_url(f"{live_server.url}/accounts/2fa/recovery-codes/")

        def sign_out(self):
            page.goto(f"{live_server.url}/accounts/sessions/")
            if page.locator(".topbar__menu").is_visible():
                page.locator(".topbar__menu").click()
            page.locator("#menu form[action$='logout/'] button").click()
            expect(page).to_have_url(f"{live_server.url}/accounts/login/")

    return Journey()


def test_a_passkey_is_added_and_opens_the_account_without_a_password(
    page, phone, journey, world, live_server, assert_accessible, assert_fits
):
    person = world.people["coordinator"]
    page.set_viewport_size({"width": 390, "height": 900})
    journey.sign_in_with_password()
    expect(page.locator("#menu")).to_contain_text(str(person))
    journey.add_a_key(name="Min jobbtelefon")

    expect(page.locator(".codes li")).to_have_count(10)
    assert_accessible(page)
    assert_fits(page)
    [credential] = phone.credentials()
    assert credential["rpId"] == "localhost"
    assert credential["isResidentCredential"]
    journey.go("/accounts/2fa/webauthn/")
    expect(page.locator("main")).to_contain_text("Min jobbtelefon")
    expect(page.locator("main")).to_contain_text("utan lösenord")
    assert_accessible(page)
    assert_fits(page)

    journey.sign_out()
    assert_accessible(page)
    page.get_by_role("button", name="Logga in med nyckel").click()
    expect(page.locator("#menu")).to_contain_text(str(person))
    assert Event.objects.filter(action="signed_in", actor_id=person.pk).count() == 2
    assert Authenticator.objects.get(type="webauthn").last_used_at


def test_the_page_that_was_asked_for_opens_after_a_passkey(page, phone, journey, live_server):
    journey.sign_in_with_password()
    journey.add_a_key(name="Telefonen")
    journey.sign_out()
    journey.go("/accounts/login/?next=/accounts/mine/")
    page.get_by_role("button", name="Logga in med nyckel").click()
    expect(page).to_have_url(f"{live_server.url}/accounts/mine/")


def test_a_key_without_a_finger_is_the_second_step_after_the_password(page, phone, journey, world):
    journey.sign_in_with_password()
    journey.add_a_key(name="USB-nyckeln", is_enough=False)
    [credential] = phone.credentials()
    assert not credential["isResidentCredential"]
    journey.sign_out()
    journey.sign_in_with_password()
    expect(page.get_by_role("heading", level=1)).to_have_text("Det andra steget")
    page.get_by_role("button", name="Använd en nyckel").click()
    expect(page.locator("#menu")).to_contain_text(str(world.people["coordinator"]))


def test_a_finger_that_is_refused_is_explained_and_lets_nobody_in(page, phone, journey, live_server):
    journey.sign_in_with_password()
    journey.add_a_key(name="Telefonen")
    journey.sign_out()
    phone.is_refused()
    page.get_by_role("button", name="Logga in med nyckel").click()
    expect(page.get_by_role("alert")).to_contain_text("Inget hände")
    journey.go("/accounts/mine/")
    expect(page).to_have_url(re.compile("/accounts/login/"))


def test_the_button_is_there_when_it_works_and_not_before(page, phone, journey, live_server):
    # Between the scripts and the moment all of the page is there, somebody quick could press it.
    held = """document.addEventListener("readystatechange", () => {
      if (document.readyState !== "interactive") return;
      const look = () => {
        const part = document.querySelector("[data-with-passkeys]");
        if (part) (window.seen ??= []).push(part.hidden);
      };
      new MutationObserver(look).observe(document.body, { attributes: true, subtree: true });
      const ready = () => (window.seen ??= []).push("ready");
      document.addEventListener("DOMContentLoaded", ready, { capture: true, once: true });
    });"""
    page.add_init_script(held)
    journey.go("/accounts/login/")
    expect(page.get_by_role("button", name="Logga in med nyckel")).to_be_visible()
    assert page.evaluate("window.seen")[0] == "ready"


def test_a_removed_passkey_opens_nothing(page, phone, journey, live_server):
    journey.sign_in_with_password()
    journey.add_a_key(name="Telefonen")
    journey.go("/accounts/2fa/webauthn/")
    page.get_by_role("link", name="Ta bort").click()
    page.get_by_role("button", name="Ta bort").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Du har ingen nyckel än")
    assert not Authenticator.objects.exists(), "the recovery codes go with the last key"
    journey.sign_out()
    assert phone.credentials(), "the phone still holds it"
    page.get_by_role("button", name="Logga in med nyckel").click()
    expect(page.get_by_role("status")).to_contain_text("Nyckeln öppnar inget konto här.")
    journey.go("/accounts/mine/")
    expect(page).to_have_url(re.compile("/accounts/login/"))
