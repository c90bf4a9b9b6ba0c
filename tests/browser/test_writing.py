"""A coordinator writes the week's picture beside the figures, and another publishes it."""

from __future__ import annotations

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from partners.roles import Role
from situational_picture import actions, building
from situational_picture.models import Picture
from situational_picture.writing import Written
from tests import factories as make
from tests.browser.conftest import scroll_through
from tests.world import World

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def world(transactional_db):
    world = World()
    building.rebuild_area(world.west, today=timezone.localdate())
    world.draft = Picture.objects.filter(area=world.west, period_kind="month").latest("period_end")
    world.analyst = make.MembershipFactory(organisation=world.municipality, role=Role.ANALYST).user
    return world


@pytest.fixture
def address(live_server, world):
    period = world.draft.period.code
    return lambda name: f"{live_server.url}{reverse(name, args=['ekstad', 'vaster'])}?period={period}"


def kept(world):
    return Written.of(Picture.objects.get(pk=world.draft.pk))


def test_written_as_one_goes_sent_for_review_and_published_by_another(
    page, context, world, sign_in, address, assert_accessible, assert_fits, console_errors
):
    sign_in(world.people["coordinator"])
    page.goto(address("picture_write"))
    status = page.locator(".writing__status")
    page.locator("#id_assessed_state").select_option("worrying")
    page.locator("#id_assessed_motive").fill("Ökar tredje veckan i rad.")
    page.locator("#id_assessment").fill("Mest på kvällarna vid centrum.")
    expect(status).to_have_text("Allt är sparat.", timeout=15_000)
    assert kept(world).assessment == "Mest på kvällarna vid centrum."

    # Half a row is not lost and not saved; whole, it is.
    page.locator("#id_priority-0-name").fill("Västers centrum")
    expect(status).to_contain_text("Inte sparat än", timeout=15_000)
    page.locator("#id_priority-0-why").fill("Flest händelser.")
    expect(status).to_have_text("Allt är sparat.", timeout=15_000)
    assert kept(world).priority_places[0].place == world.square.pk
    # The browser itself tells of the half row that was not saved, and of nothing else.
    assert all("422" in said for said in console_errors)
    console_errors.clear()

    page.set_viewport_size({"width": 390, "height": 844})
    scroll_through(page)
    assert_fits(page)
    assert_accessible(page)
    page.get_by_role("button", name="Spara och skicka på granskning").click()
    page.wait_for_url("**/picture/vaster/?period=*")
    expect(page.get_by_role("button", name="Godkänn och publicera")).to_have_count(0)

    context.clear_cookies()
    sign_in(world.analyst)
    page.set_viewport_size({"width": 1440, "height": 900})
    page.goto(address("picture"))
    page.get_by_role("button", name="Godkänn och publicera").click()
    page.wait_for_url("**version=1")
    expect(page.locator("#assessment")).to_contain_text("Mest på kvällarna vid centrum.")
    expect(page.locator("#assessment .state")).to_contain_text("Oroande")
    assert Picture.objects.get(version=1).published_by == world.analyst


def test_what_the_network_did_not_take_is_there_after_a_reload(page, world, sign_in, address, context, console_errors):
    sign_in(world.people["coordinator"])
    page.goto(address("picture_write"))
    context.set_offline(True)
    page.locator("#id_assessment").fill("Skrivet utan nät.")
    expect(page.locator(".writing__status")).to_contain_text("ingen anslutning", timeout=15_000)
    assert kept(world).assessment == ""
    context.set_offline(False)
    page.on("dialog", lambda dialog: dialog.accept())
    page.reload()
    expect(page.locator("#id_assessment")).to_have_value("Skrivet utan nät.")
    expect(page.locator(".writing__status")).to_have_text("Allt är sparat.", timeout=15_000)
    assert kept(world).assessment == "Skrivet utan nät."
    # The browser itself tells of each call that had no network.
    console_errors.clear()


def test_what_was_sent_with_an_expired_session_is_there_after_signing_in(
    page, context, world, sign_in, address, console_errors
):
    sign_in(world.people["coordinator"])
    page.goto(address("picture_write"))
    page.locator("#id_assessment").fill("Först.")
    expect(page.locator(".writing__status")).to_have_text("Allt är sparat.", timeout=15_000)
    context.clear_cookies()
    page.locator("#id_assessment").fill("Skrivet när sessionen gått ut.")
    page.locator(".writing__foot").get_by_role("button", name="Spara", exact=True).click()
    expect(page.locator("h1")).to_have_text("Formuläret hade blivit för gammalt")
    assert kept(world).assessment == "Först."
    sign_in(world.people["coordinator"])
    page.goto(address("picture_write"))
    expect(page.locator("#id_assessment")).to_have_value("Skrivet när sessionen gått ut.")
    expect(page.locator(".writing__status")).to_have_text("Allt är sparat.", timeout=15_000)
    assert kept(world).assessment == "Skrivet när sessionen gått ut."
    # The refused press is an error to the browser.
    console_errors.clear()


def test_whoever_signs_in_again_in_another_tab_goes_on_writing(page, context, world, sign_in, address, console_errors):
    sign_in(world.people["coordinator"])
    page.goto(address("picture_write"))
    context.clear_cookies()
    page.locator("#id_assessment").fill("Skrivet utloggad.")
    expect(page.locator(".writing__status")).to_contain_text("loggats ut", timeout=15_000)
    other = context.new_page()
    other.goto(address("picture_write"))
    other.locator("#id_login").fill("coordinator@example.org")
    other.locator("#id_password").fill(make.PASSWORD)
    other.locator("#id_password").press("Enter")
    expect(other.locator("#id_assessment")).to_be_visible()
    expect(page.locator(".writing__status")).to_have_text("Allt är sparat.", timeout=30_000)
    assert kept(world).assessment == "Skrivet utloggad."
    console_errors.clear()


def test_what_a_button_has_saved_is_not_put_back_over_what_came_later(page, context, world, sign_in, address):
    sign_in(world.people["coordinator"])
    page.goto(address("picture_write"))
    page.locator("#id_assessment").fill("Min text.")
    page.locator(".writing__foot").get_by_role("button", name="Spara", exact=True).click()
    expect(page.locator("main")).to_contain_text("Sparat.")
    expect(page.locator("#id_assessment")).to_have_value("Min text.")
    draft = Picture.objects.get(pk=world.draft.pk)
    actions.write_picture(
        by=world.analyst, picture=draft, written=Written(assessment="Bättre text."), text_version=draft.text_version
    )
    page.reload()
    expect(page.locator("#id_assessment")).to_have_value("Bättre text.")


def test_who_writes_beside_somebody_else_is_told_and_keeps_both_texts(page, world, sign_in, address, console_errors):
    sign_in(world.people["coordinator"])
    page.goto(address("picture_write"))
    actions.write_picture(
        by=world.analyst, picture=world.draft, written=Written(assessment="Den andras text."), text_version=0
    )
    page.locator("#id_assessment").fill("Min text.")
    expect(page.locator(".writing__status")).to_contain_text("någon annan har skrivit", timeout=15_000)
    page.locator(".writing__foot").get_by_role("button", name="Spara", exact=True).click()
    expect(page.locator("main")).to_contain_text("Den andras text.")
    expect(page.locator("#id_assessment")).to_have_value("Min text.")
    assert kept(world).assessment == "Den andras text."
    page.locator(".writing__foot").get_by_role("button", name="Spara", exact=True).click()
    expect(page.locator("main")).to_contain_text("Sparat.")
    expect(page.locator("#id_assessment")).to_have_value("Min text.")
    assert kept(world).assessment == "Min text."
    # 409 is an error to the browser.
    console_errors.clear()
