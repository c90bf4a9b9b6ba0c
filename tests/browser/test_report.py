"""A caretaker reports a broken window, on a phone and at a desk, with and without JavaScript."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from areas.actions import save_place
from incidents.models import Incident, Status
from tests.browser.conftest import SCHEMES, scroll_through, settle
from tests.world import World

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def world(transactional_db):
    return World()


@pytest.fixture
def address(live_server, world):
    return lambda name, *args: live_server.url + reverse(name, args=["ekstad", *args])


@pytest.fixture
def two_hours_ago():
    return timezone.localtime() - dt.timedelta(hours=2)


def test_a_report_with_a_tile_a_place_found_by_search_and_a_double_press(
    page, world, sign_in, address, two_hours_ago, assert_accessible, assert_fits
):
    save_place(place=world.square, by=None)
    before = Incident.objects.count()
    page.set_viewport_size({"width": 320, "height": 800})
    sign_in(world.people["reporter"])
    page.goto(address("incident_new"))
    expect(page.locator("report-entry")).to_have_attribute("data-state", "open")
    assert_fits(page)
    page.get_by_role("radio", name=world.vandalism.name_sv).check()
    search = page.locator("place-search input[type=search]")
    search.fill("väst cen")
    page.locator(".place-search__found button", has_text="Västers centrum").click()
    expect(page.locator("#id_place")).to_have_value(str(world.square.pk))
    page.locator("input[name=when][value=other]").check()
    page.locator("#id_occurred_from").fill(f"{two_hours_ago:%Y-%m-%dT%H:%M}")
    page.locator("#id_description").fill("Två rutor krossade.")
    scroll_through(page)
    assert_accessible(page)
    page.locator("form.report button[type=submit]").first.dblclick()
    page.wait_for_url("**/receipt/")
    expect(page.locator("main")).to_contain_text("Västers centrum")
    assert_fits(page)
    assert_accessible(page)
    assert Incident.objects.count() == before + 1
    incident = Incident.objects.latest("pk")
    assert (incident.place, incident.area, incident.status) == (world.square, world.west, Status.SUBMITTED)


def test_a_press_on_the_map_is_where_it_happened(page, world, sign_in, address, two_hours_ago):
    sign_in(world.people["reporter"])
    page.goto(address("incident_new"))
    page.get_by_role("radio", name=world.vandalism.name_sv).check()
    canvas = page.locator("point-picker canvas")
    canvas.scroll_into_view_if_needed()
    # Not wait_for_function: where it must ask twice, the page's own policy refuses what it compiles.
    expect(page.locator("point-picker")).to_have_attribute("data-state", "drawn", timeout=30_000)
    canvas.click(position={"x": 300, "y": 120})
    expect(page.locator("#id_lon")).to_have_value(re.compile(r"^\d+\.\d+$"))
    page.locator("input[name=when][value=other]").check()
    page.locator("#id_occurred_from").fill(f"{two_hours_ago:%Y-%m-%dT%H:%M}")
    page.locator("form.report button[type=submit]").first.click()
    page.wait_for_url("**/receipt/")
    incident = Incident.objects.latest("pk")
    assert incident.location == Incident.Location.PLACED
    assert incident.precision == Incident.Precision.EXACT


def test_what_is_missing_is_listed_on_top_and_nothing_typed_is_lost(page, world, sign_in, address, assert_accessible):
    sign_in(world.people["reporter"])
    page.goto(address("incident_new"))
    page.locator("#id_description").fill("Två rutor krossade.")
    page.locator("form.report button[type=submit]").first.click()
    summary = page.locator(".ds-error-summary")
    expect(summary.locator("li")).to_have_count(3)
    expect(page.locator("#id_description")).to_have_value("Två rutor krossade.")
    for link in summary.locator("a").all():
        expect(page.locator(link.get_attribute("href"))).to_have_count(1)
    assert_accessible(page)


def test_a_report_without_javascript(browser, world, live_server, address, two_hours_ago):
    from django.conf import settings
    from django.test import Client

    client = Client()
    client.force_login(world.people["reporter"])
    context = browser.new_context(java_script_enabled=False, locale="sv-SE", viewport={"width": 390, "height": 800})
    name = settings.SESSION_COOKIE_NAME
    context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": live_server.url}])
    page = context.new_page()
    page.goto(address("incident_new"))
    page.get_by_role("radio", name=world.vandalism.name_sv).check()
    expect(page.locator("#id_place")).to_be_visible()
    page.locator("#id_lon").fill("16,12")
    page.locator("#id_lat").fill("58,585")
    page.locator("input[name=when][value=other]").check()
    page.locator("#id_occurred_from").fill(f"{two_hours_ago:%Y-%m-%dT%H:%M}")
    page.locator("form.report button[type=submit]").first.click()
    page.wait_for_url("**/receipt/")
    context.close()
    assert Incident.objects.latest("pk").area == world.west


@pytest.mark.parametrize("width", [390, 1440])
def test_lists_and_details_are_accessible_and_fit(page, world, sign_in, address, assert_seen, width):
    page.set_viewport_size({"width": width, "height": 900})
    sign_in(world.people["coordinator"])
    for where in (
        address("incident_list"),
        address("incident_list") + "?status=submitted",
        address("incident_detail", world.waiting.pk),
        address("category_list"),
        address("category_edit", world.vandalism.pk),
    ):
        page.emulate_media(color_scheme=SCHEMES[0])
        page.goto(where)
        scroll_through(page)
        # Maps that still fetch their points would complain when the page is left.
        settle(page)
        assert_seen(page, SCHEMES)
