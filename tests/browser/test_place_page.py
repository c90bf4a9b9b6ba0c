"""One page about a place: what happens there through the years and what it is like, on a phone and at a desk."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from areas.models import PlaceFeature
from tests import factories as make
from tests.browser.conftest import looks, scroll_through, settle
from tests.world import World

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def world(transactional_db):
    """The square through five years, with features and hours."""
    world = World()
    this_year = timezone.localdate().year
    for year in range(this_year - 4, this_year + 1):
        for day in range(1, 24):
            moment = dt.datetime(year, 1, day, 20, tzinfo=timezone.get_default_timezone())
            make.IncidentFactory(
                organisation=world.housing, area=world.west, category=world.vandalism, at=moment, place=world.square,
                unsafety=4,
            )  # fmt: skip
    old = {"place": world.square, "organisation": world.housing, "observed_on": dt.date(2024, 3, 1)}
    make.PlaceFeatureFactory(**old, state="urgent", note="Hela passagen är mörk.")
    make.PlaceFeatureFactory(place=world.square, organisation=world.police_authority)
    make.PlaceFeatureFactory(**old, kind="locks", state="defect", detail="norra entrén", note="Låset går inte i.")
    make.PlaceManagerFactory(place=world.square, weekdays=[4, 5], from_hour=22, to_hour=6)
    make.PlaceManagerFactory(
        place=world.square, party="organisation", organisation=world.housing, from_hour=7, to_hour=16,
        weekdays=[0, 1, 2, 3, 4],
    )  # fmt: skip
    return world


def address(live_server, world, name="place_detail"):
    return live_server.url + reverse(name, args=["ekstad", world.square.pk])


@looks(390, 768, 1440)
def test_the_whole_page_fits_and_is_read_by_everybody(page, live_server, world, sign_in, assert_seen, width, schemes):
    sign_in(world.people["coordinator"])
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=schemes[0])
    page.goto(address(live_server, world))
    expect(page.locator("#years table tbody tr")).to_have_count(5)
    expect(page.locator("#clock table tbody tr")).to_have_count(7)
    expect(page.locator("#features")).to_contain_text("1 sak är en brist, inget är akut.")
    expect(page.locator("#managers")).to_contain_text("ingen svarar för platsen")
    scroll_through(page)
    settle(page)
    assert_seen(page, schemes)


def test_without_javascript_every_number_is_there(live_server, world, browser, sign_in, context):
    sign_in(world.people["coordinator"])
    plain = browser.new_context(java_script_enabled=False)
    plain.add_cookies(context.cookies())
    page = plain.new_page()
    page.goto(address(live_server, world))
    for table in page.locator("table").all():
        expect(table).to_be_visible()
    expect(page.locator("#features")).to_contain_text("Låset går inte i.")
    plain.close()


def test_somebody_by_the_wall_writes_what_they_see(
    page, live_server, world, sign_in, assert_accessible, assert_fits, console_errors
):
    sign_in(world.people["police"])
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(address(live_server, world))
    page.get_by_role("link", name=re.compile("Se efter igen.*[Dd]örrar")).click()
    expect(page.get_by_label("Vilken del av platsen?")).to_have_value("norra entrén")
    page.get_by_label("Bra: som det ska vara").check()
    page.get_by_label("Vad såg du?").fill("Anna Andersson har lagat det.")
    page.get_by_role("button", name="Spara", exact=True).click()
    again = page.get_by_label("Jag har läst texten igen: den pekar inte ut någon person")
    expect(again).to_be_visible()
    assert_accessible(page)
    assert_fits(page)
    page.get_by_label("Vad såg du?").fill("Låset är lagat.")
    page.get_by_role("button", name="Spara", exact=True).click()
    expect(page.locator("#features")).to_contain_text("Låset är lagat.")
    expect(page.locator("#features")).to_contain_text("Inget är antecknat som brist.")
    assert PlaceFeature.objects.holding().get(kind="locks").organisation == world.police_authority
    page.get_by_role("link", name="Platskortet genom åren").click()
    page.get_by_text("Dörrar, lås och portkoder, norra entrén: 1 tidigare iakttagelse").click()
    expect(page.locator("#features")).to_contain_text("Låset går inte i.")
    assert_accessible(page)
    assert_fits(page)
    # The form that came back is the one thing the browser complains of.
    assert [line for line in console_errors if "422" not in line] == []
    console_errors.clear()


def test_who_answers_at_night_is_written_on_a_phone(page, live_server, world, sign_in, assert_accessible, assert_fits):
    sign_in(world.people["coordinator"])
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(address(live_server, world, "place_manager_new"))
    assert_accessible(page)
    assert_fits(page)
    page.get_by_label("Någon som inte är en part").check()
    page.get_by_label("Vem annars?").fill("Nattkiosken")
    for weekday in ("Måndag", "Tisdag", "Onsdag", "Torsdag", "Söndag"):
        page.get_by_label(weekday, exact=True).uncheck()
    page.get_by_label("Från vilken timme?").select_option("22")
    page.get_by_label("Till vilken timme?").select_option("2")
    page.get_by_role("button", name="Spara").click()
    expect(page.locator("#managers")).to_contain_text("Nattkiosken")
    expect(page.locator("#managers")).to_contain_text("02–06")
