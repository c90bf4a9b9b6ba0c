"""Two steps with an app, too many tries, and signing out elsewhere: as a person does it, on a phone."""

from __future__ import annotations

import re

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from playwright.sync_api import expect

from tests.factories import PASSWORD
from tests.world import World

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def world(transactional_db):
    return World()


@pytest.fixture(autouse=True)
def own_cache(settings):
    """Tries counted here must not lock the next test out."""
    from django.core.cache import cache

    backend = "django.core.cache.backends.locmem.LocMemCache"
    settings.CACHES = {"default": {"BACKEND": backend, "LOCATION": "signing-in"}}
    cache.clear()


@pytest.fixture
def try_password(page, world, live_server):
    page.set_viewport_size({"width": 390, "height": 900})

    def do(password=PASSWORD):
        page.goto(f"{live_server.url}/accounts/login/")
        page.locator("#id_login").fill(world.people["coordinator"].email)
        page.locator("#id_password").fill(password)
        page.get_by_role("button", name="Logga in", exact=True).click()

    return do


def code_of(secret, *, wrong=False):
    """The code an app shows now, or one it shows at another time."""
    counters = list(yield_hotp_counters_from_time())
    return format_hotp_value(hotp_value(secret, counters[len(counters) // 2] + (1000 if wrong else 0)))


def test_an_app_is_added_and_asked_for_and_a_recovery_code_does_when_it_is_lost(
    page, world, live_server, try_password, assert_accessible, assert_fits
):
    person = str(world.people["coordinator"])
    try_password()
    expect(page.locator("#menu")).to_contain_text(person)
    page.goto(f"{live_server.url}/accounts/2fa/")
    assert_accessible(page)
    page.get_by_role("link", name="Börja använda en app").click()
    page.locator("#id_password").fill(PASSWORD)
    page.get_by_role("button", name="Fortsätt").click()
    secret = page.get_by_label("Appnyckel").input_value()
    page.locator("#id_code").fill(code_of(secret, wrong=True))
    page.get_by_role("button", name="Börja använda appen").click()
    expect(page.get_by_role("alert")).to_be_visible()
    assert page.get_by_label("Appnyckel").input_value() == secret, "a mistake must not change the key"
    assert_accessible(page)
    page.locator("#id_code").fill(code_of(secret))
    page.get_by_role("button", name="Börja använda appen").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Du har 10 återställningskoder kvar")
    assert_fits(page)
    expect(page.locator(".codes code")).to_have_count(10)
    codes = page.locator(".codes code").all_inner_texts()

    for code, is_right in ((code_of(secret, wrong=True), False), (codes[0], True)):
        page.context.clear_cookies()
        try_password()
        expect(page.get_by_role("heading", level=1)).to_have_text("Det andra steget")
        page.locator("#id_code").fill(code)
        page.get_by_role("button", name="Logga in").click()
        if is_right:
            expect(page.locator("#menu")).to_contain_text(person)
        else:
            expect(page.get_by_role("alert")).to_be_visible()
            assert_accessible(page)
            assert_fits(page)


def test_too_many_tries_are_explained(page, try_password, assert_accessible, assert_fits):
    for _ in range(5):
        try_password("fel lösenord")
        expect(page.get_by_role("alert")).to_be_visible()
    try_password()
    expect(page.get_by_role("alert")).to_contain_text("För många")
    expect(page.get_by_role("heading", level=1)).to_have_text("Logga in")
    assert_accessible(page)
    assert_fits(page)


def test_one_other_place_is_signed_out_from_the_list(
    page, browser, world, live_server, try_password, assert_accessible
):
    agent = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605 Version/18.0 Safari/604"
    context = browser.new_context(user_agent=agent, locale="sv-SE")
    telephone = context.new_page()
    telephone.goto(f"{live_server.url}/accounts/login/?next=/accounts/mine/")
    telephone.locator("#id_login").fill(world.people["coordinator"].email)
    telephone.locator("#id_password").fill(PASSWORD)
    telephone.get_by_role("button", name="Logga in", exact=True).click()
    expect(telephone).to_have_url(f"{live_server.url}/accounts/mine/")

    try_password()
    # Whoever goes on before the answer is there goes on as nobody.
    expect(page).not_to_have_url(f"{live_server.url}/accounts/login/")
    page.goto(f"{live_server.url}/accounts/sessions/")
    assert_accessible(page)
    there = page.locator("section", has_text="Safari på iPhone")
    there.get_by_role("button", name="Logga ut där").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Du är bara inloggad här")
    telephone.reload()
    expect(telephone).to_have_url(re.compile("/accounts/login/"))
    context.close()
