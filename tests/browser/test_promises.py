"""From a dialogue to a promise that residents read on a phone, in Swedish and English, until it is taken away."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from action_plans.models import Promise
from tests.action_plans.promises_cast import PromiseWorld

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True}


@pytest.fixture
def world(transactional_db):
    world = PromiseWorld()
    # The cast's own draft stays what residents never see.
    Promise.objects.update(title_sv="Ett annat utkast")
    return world


def day(after):
    return str(timezone.localdate() + dt.timedelta(days=after))


def press(page, name):
    """Press what sends a form, and wait for what comes of it."""
    with page.expect_navigation():
        page.get_by_role("button", name=name, exact=True).click()


def test_a_dialogue_becomes_a_promise_that_is_read_in_both_languages_and_taken_away(
    world, open_as, assert_accessible, assert_fits, live_server
):
    page = open_as(world.coordinator, reverse("dialogue_new", args=["ekstad"]))
    page.locator("#id_area").select_option(label="Väster")
    page.locator("#id_held_on").fill(day(-20))
    page.locator("#id_participants").fill("24")
    page.locator("#id_themes").fill("Belysning")
    press(page, "Spara")

    page.goto(live_server.url + reverse("promise_new", args=["ekstad"]))
    page.locator("#id_area").select_option(label="Väster")
    page.get_by_label("Vad lovar ni, med några få ord?").fill("Torget ska vara ljust på kvällen")
    page.get_by_label("Från").fill(day(0))
    page.get_by_label("Till och med").fill(day(200))
    press(page, "Spara")
    own = page.url
    page.get_by_role("link", name="Skriv löftet").click()
    for name, text in (
        ("title_en", "The square will be light in the evening"),
        ("problem_sv", "Många har sagt att det är mörkt på torget."),
        ("problem_en", "Many have said that the square is dark."),
        ("follow_up_on", day(90)),
    ):
        page.locator(f"#id_{name}").fill(text)
    page.get_by_role("group", name="Dialoger som löftet bygger på").get_by_role("checkbox").check()
    assert_accessible(page)
    press(page, "Spara")
    page.get_by_role("link", name="Skriv ett åtagande").click()
    page.get_by_label("Vem gör det?").select_option(label="Bostadsbolaget")
    page.locator("#id_text_sv").fill("Vi byter alla lampor på torget.")
    page.locator("#id_text_en").fill("We change all lamps on the square.")
    press(page, "Spara")
    page.locator("summary", has_text="Anteckna att det är beslutat").click()
    page.get_by_label("Beslutat av").select_option(label="Beredningsgruppen")
    press(page, "Det är beslutat")

    # A visitor sees nothing of it before it is published, and all that the preview showed afterwards.
    public = f"/public/ekstad/{world.west.slug}/promises/"
    visitor = open_as(None, public, **PHONE)
    expect(visitor.locator("main")).not_to_contain_text("Torget ska vara ljust")
    page.get_by_role("link", name="Se vad boende får se").click()
    preview = page.locator(".public-preview")
    expect(preview.nth(0)).to_contain_text("Vi byter alla lampor på torget.")
    expect(preview.nth(1)).to_contain_text("We change all lamps on the square.")
    assert_accessible(page)
    press(page, "Publicera för alla")
    visitor.goto(live_server.url + public)
    expect(visitor.locator("main")).to_contain_text("Torget ska vara ljust på kvällen")
    visitor.get_by_role("link", name=re.compile("Torget ska vara ljust")).first.tap()
    expect(visitor.locator("main")).to_contain_text("Vi byter alla lampor på torget.")
    assert_accessible(visitor)
    assert_fits(visitor)
    visitor.get_by_role("link", name="In English").tap()
    expect(visitor.locator("html")).to_have_attribute("lang", "en")
    expect(visitor.locator("main")).to_contain_text("We change all lamps on the square.")
    expect(visitor.locator("body")).not_to_contain_text("Vi byter")
    assert_accessible(visitor)
    assert_fits(visitor)
    assert visitor.context.cookies() == []
    read = visitor.url

    page.goto(own)
    page.locator("summary", has_text="Ta bort det för boende").click()
    press(page, "Ta bort det nu")
    for address in (read, live_server.url + public, f"{live_server.url}{public}feed/"):
        visitor.goto(address)
        expect(visitor.locator("body")).not_to_contain_text(re.compile("lampor|lamps"))
        assert visitor.evaluate("performance.getEntriesByType('navigation')[0].responseStatus") == 404
    assert_accessible(visitor)
    # Addresses where nothing is published are errors to the browser.
    assert all("404" in line for line in visitor.complaints)
    visitor.complaints.clear()
