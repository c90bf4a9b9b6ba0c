"""A guard in a cellar reads where to begin: kept on the phone, said to be old, and gone at sign-out."""

from __future__ import annotations

import datetime as dt
import time

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from areas.actions import save_place
from situational_picture.models import Picture
from tests import factories as make
from tests.browser.wire import Wire
from tests.world import World

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PLACES = reverse("priority_places", args=["ekstad"])
ENTRY = reverse("incident_new", args=["ekstad"])


@pytest.fixture
def world(transactional_db):
    world = World()
    save_place(place=world.square, by=None)
    make.PictureFactory(
        area=world.west,
        collaboration=world.here,
        status=Picture.Status.PUBLISHED,
        version=1,
        figures={},
        priority_places=[{"name": "Västers centrum", "why": "Flest händelser på kvällen.", "place": None}],
        published_at=timezone.localtime() - dt.timedelta(days=3),
        published_by=world.people["coordinator"],
    )
    return world


@pytest.fixture
def wire(live_server):
    wire = Wire(live_server.url)
    yield wire
    wire.cut()


@pytest.fixture
def page(page, wire, console_errors):
    page.set_viewport_size({"width": 390, "height": 844})
    page.set_default_timeout(10_000)
    yield page
    page.close()
    # Without network the browser complains of every address it does not reach: that is what these tests are about.
    console_errors[:] = [line for line in console_errors if "Failed to load resource" not in line]


def is_kept(page):
    return page.evaluate("async (page) => Boolean(await caches.match(page))", PLACES)


def wait_until(page, happens, seconds=15):
    ends = time.monotonic() + seconds
    while not happens():
        assert time.monotonic() < ends, "It did not happen in time."
        page.wait_for_timeout(100)


@pytest.mark.parametrize("first", [ENTRY, PLACES])
def test_what_was_fetched_is_read_without_network_and_says_its_age(
    page, wire, world, sign_in, first, context, assert_accessible, assert_fits
):
    sign_in(world.people["reporter"])
    page.goto(wire.url + first)
    wait_until(page, lambda: is_kept(page))
    wire.cut()
    context.set_offline(True)
    page.goto(wire.url + PLACES)
    expect(page.locator("h1")).to_have_text("1 plats att titta på först")
    expect(page.locator("main")).to_contain_text("Västers centrum: Flest händelser på kvällen.")
    expect(page.locator("main")).to_contain_text("publicerad för 3 dagar sedan")
    expect(page.locator("[data-kept-notice]")).to_contain_text("Det finns inget nät: du läser det som hämtades")
    assert_accessible(page)
    assert_fits(page)
    context.set_offline(False)
    expect(page.locator("[data-kept-notice]")).to_be_hidden()


def test_whoever_signs_out_leaves_nothing_to_read(page, wire, world, sign_in, context):
    sign_in(world.people["reporter"])
    page.goto(wire.url + PLACES)
    wait_until(page, lambda: is_kept(page))
    page.goto(wire.url + reverse("account_logout"))
    page.locator("main form button[type=submit]").click()
    page.wait_for_url(lambda address: "logout" not in address)
    wait_until(page, lambda: not is_kept(page))
    context.set_offline(True)
    page.goto(wire.url + PLACES)
    expect(page.locator("h1")).to_have_text("Det finns inget nät just nu")


def test_when_the_server_no_longer_gives_them_they_leave_the_phone(page, wire, world, sign_in):
    sign_in(world.people["reporter"])
    page.goto(wire.url + PLACES)
    wait_until(page, lambda: is_kept(page))
    world.people["reporter"].memberships.update(valid_to=timezone.localdate())
    page.goto(wire.url + PLACES)
    wait_until(page, lambda: not is_kept(page))


def test_what_was_fetched_weeks_ago_is_not_read(page, wire, world, sign_in, context):
    sign_in(world.people["reporter"])
    page.goto(wire.url + PLACES)
    wait_until(page, lambda: is_kept(page))
    page.evaluate(
        """async (page) => {
          const pages = await caches.open("est-entry-1");
          const kept = await pages.match(page);
          const headers = new Headers(kept.headers);
          headers.set("date", new Date(Date.now() - 15 * 24 * 3600 * 1000).toUTCString());
          await pages.put(page, new Response(await kept.text(), { headers }));
        }""",
        PLACES,
    )
    wire.cut()
    context.set_offline(True)
    page.goto(wire.url + PLACES)
    expect(page.locator("h1")).to_have_text("Det finns inget nät just nu")
