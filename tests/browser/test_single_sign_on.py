"""The municipality's own sign-in in a browser: out to another site, back again, and what is said when it fails."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.servers.oidc import running_provider, settings_for
from tests.world import World

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def world(transactional_db):
    return World()


@pytest.fixture
def provider(settings):
    with running_provider() as provider:
        settings.SOCIALACCOUNT_PROVIDERS = settings_for(provider)
        provider.claims = {"sub": "a1", "email": "coordinator@example.org", "email_verified": True}
        yield provider


@pytest.fixture
def begin(page, live_server, provider):
    """Press the button and arrive at the employer's page."""

    def press():
        page.set_viewport_size({"width": 390, "height": 900})
        page.goto(f"{live_server.url}/accounts/login/")
        page.get_by_role("button", name="Kommunens inloggning").click()
        expect(page).to_have_title("Kommunen")

    return press


@pytest.mark.parametrize("has_javascript", [True, False])
def test_an_invited_member_signs_in_and_lands_on_the_collaboration(
    browser, world, live_server, provider, has_javascript
):
    context = browser.new_context(java_script_enabled=has_javascript, locale="sv-SE")
    page = context.new_page()
    refused = []
    page.on("console", lambda message: message.type == "error" and refused.append(message.text))
    for _ in ("the first time", "again"):
        page.goto(f"{live_server.url}/accounts/login/")
        page.get_by_role("button", name="Kommunens inloggning").click()
        expect(page).to_have_title("Kommunen")
        page.get_by_role("button", name="Jag är den jag är").click()
        expect(page).to_have_url(f"{live_server.url}/ekstad/")
        expect(page.locator("#menu")).to_contain_text(str(world.people["coordinator"]))
        context.clear_cookies()
    context.close()
    assert refused == []


def test_a_stranger_is_refused_in_a_clear_sentence(page, world, provider, begin, assert_accessible, assert_fits):
    provider.claims = {"sub": "a2", "email": "okand@example.org", "email_verified": True}
    begin()
    page.get_by_role("button", name="Jag är den jag är").click()
    expect(page.get_by_role("status")).to_contain_text("du har inget konto här med den e-postadressen")
    assert_accessible(page)
    assert_fits(page)


def test_whoever_cancels_reads_what_to_do(page, world, begin, assert_accessible, assert_fits):
    begin()
    page.get_by_role("button", name="Avbryt").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Du avbröt inloggningen")
    assert_accessible(page)
    assert_fits(page)
    page.get_by_role("link", name="Till inloggningen").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Logga in")


def test_a_provider_that_stops_is_explained(
    page, world, provider, begin, console_errors, assert_accessible, assert_fits
):
    begin()
    provider.refuses_secret = True
    page.get_by_role("button", name="Jag är den jag är").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Du är inte inloggad")
    expect(page.locator("main")).to_contain_text("”Kommunens inloggning” svarade inte som den ska.")
    assert_accessible(page)
    assert_fits(page)
    page.get_by_role("link", name="Till inloggningen").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Logga in")
    # The browser notes every answer of 401.
    assert all("401" in error for error in console_errors)
    console_errors.clear()
