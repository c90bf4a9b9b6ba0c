"""Signing in and looking after one's account, as people do it."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import SCHEMES, WIDTHS
from tests.factories import PASSWORD

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("width", WIDTHS)
def test_the_sign_in_page_is_accessible_and_fits(page, live_server, assert_seen, width):
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=SCHEMES[0])
    page.goto(f"{live_server.url}/accounts/login/")
    assert_seen(page, SCHEMES)


def test_a_wrong_password_is_explained_and_the_right_one_opens(page, world, live_server, assert_accessible):
    person = world.people["coordinator"]
    page.goto(f"{live_server.url}/accounts/login/")
    page.locator("#id_login").fill(person.email)
    page.locator("#id_password").fill("not the password")
    page.locator("form.form button[type=submit]").click()
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.locator("#id_login")).to_have_value(person.email)
    assert_accessible(page)
    page.locator("#id_password").fill(PASSWORD)
    page.locator("form.form button[type=submit]").click()
    expect(page.locator("#menu")).to_contain_text(str(person))


def test_two_step_sign_in_shows_a_code_to_scan_after_the_password(
    page, world, live_server, sign_in, assert_accessible, assert_fits
):
    page.set_viewport_size({"width": 390, "height": 900})
    sign_in(world.people["coordinator"])
    page.goto(f"{live_server.url}/accounts/2fa/")
    assert_accessible(page)
    page.goto(f"{live_server.url}/accounts/2fa/totp/activate/")
    page.locator("#id_password").fill(PASSWORD)
    page.locator("main form button[type=submit]").first.click()
    expect(page.locator("img.qr")).to_be_visible()
    assert page.locator("img.qr").evaluate("image => image.decode().then(() => image.naturalWidth)") > 0
    assert_accessible(page)
    assert_fits(page)


@pytest.mark.parametrize("where", ["password/change", "sessions"])
def test_account_pages_are_accessible_and_fit_a_phone(
    page, world, live_server, sign_in, assert_accessible, assert_fits, where
):
    page.set_viewport_size({"width": 390, "height": 900})
    sign_in(world.people["coordinator"])
    page.goto(f"{live_server.url}/accounts/{where}/")
    assert_accessible(page)
    assert_fits(page)


def test_the_open_menu_is_accessible_on_a_phone(page, world, live_server, sign_in, assert_accessible):
    page.set_viewport_size({"width": 390, "height": 900})
    sign_in(world.people["coordinator"])
    page.goto(f"{live_server.url}/accounts/sessions/")
    page.locator(".topbar__menu").click()
    expect(page.locator("#menu")).to_be_visible()
    assert_accessible(page)


def test_signing_out_is_one_press(page, world, live_server, sign_in):
    sign_in(world.people["coordinator"])
    page.goto(f"{live_server.url}/accounts/sessions/")
    page.locator("#menu form[action$='logout/'] button").click()
    expect(page).to_have_url(f"{live_server.url}/accounts/login/")
