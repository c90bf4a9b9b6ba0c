"""The gallery as people see it: every component at two widths, light and dark, and without JavaScript."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import WIDTHS, looks, scroll_through

pytestmark = pytest.mark.browser
DRAWN = "[data-state='drawn']"


@pytest.fixture
def gallery(world, live_server, sign_in):
    sign_in(world.people["coordinator"])
    return f"{live_server.url}/ui/"


@looks(*WIDTHS)
def test_every_component_is_accessible_and_fits(page, gallery, assert_seen, width, schemes):
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=schemes[0])
    page.goto(gallery)
    scroll_through(page)
    # Each is waited for where it is seen: a busy machine may scroll past before anything is drawn.
    for drawing in page.locator("est-chart, area-map, point-picker").all():
        drawing.scroll_into_view_if_needed()
        expect(drawing).to_have_attribute("data-state", "drawn", timeout=60_000)
    expect(page.locator(f"est-chart{DRAWN}")).to_have_count(3)
    expect(page.locator(f"area-map{DRAWN}, point-picker{DRAWN}")).to_have_count(2)
    assert_seen(page, schemes)


def test_nothing_is_wider_than_a_narrow_phone_or_four_times_zoom(page, gallery, assert_fits):
    page.set_viewport_size({"width": 320, "height": 640})
    page.goto(gallery)
    scroll_through(page)
    assert_fits(page)


def test_colours_follow_the_users_choice_whatever_the_device_prefers(page, gallery):
    page.emulate_media(color_scheme="light")
    page.goto(gallery)
    light = page.evaluate("getComputedStyle(document.body).color")
    page.locator("#menu button[value='dark']").click()
    expect(page.locator("html")).to_have_attribute("data-color-scheme", "dark")
    assert page.evaluate("getComputedStyle(document.body).color") != light


def test_language_can_be_changed_and_is_kept(page, gallery):
    page.goto(gallery)
    page.locator("#menu button[value='en']").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("All the parts a page can be made of")
    page.goto(gallery)
    expect(page.locator("html")).to_have_attribute("lang", "en")


def test_a_chart_shows_its_table_on_request_and_is_named(page, gallery):
    page.goto(gallery)
    chart = page.locator("est-chart").first
    chart.scroll_into_view_if_needed()
    expect(chart).to_have_attribute("data-state", "drawn", timeout=60_000)
    expect(chart.locator(".chart__canvas")).to_have_accessible_name(chart.get_attribute("label"))
    expect(chart.locator("table")).to_be_hidden()
    chart.locator("summary").click()
    expect(chart.locator("table")).to_be_visible()


def test_a_chart_that_cannot_fetch_its_figure_leaves_the_table(page, gallery, console_errors):
    page.route("**/ui/figure/", lambda route: route.fulfill(status=500))
    page.goto(gallery)
    chart = page.locator("est-chart[data-src]")
    chart.scroll_into_view_if_needed()
    expect(chart).to_have_attribute("data-state", "failed", timeout=60_000)
    expect(chart.locator("details")).to_have_attribute("open", "")
    expect(chart.locator(".chart__canvas")).to_have_count(0)
    console_errors.clear()


def test_a_map_without_webgl_leaves_the_list_and_says_so(page, gallery):
    page.add_init_script("HTMLCanvasElement.prototype.getContext = () => null")
    page.goto(gallery)
    element = page.locator("area-map")
    expect(element).to_have_attribute("data-state", "unavailable")
    expect(element.locator("table")).to_be_visible()
    expect(element.locator("p").first).to_have_text(element.get_attribute("data-word-unavailable"))


def test_pressing_the_map_writes_the_point_into_the_form(page, gallery):
    page.goto(gallery)
    picker = page.locator("point-picker")
    picker.scroll_into_view_if_needed()
    expect(picker).to_have_attribute("data-state", "drawn", timeout=60_000)
    picker.locator("canvas").click(position={"x": 120, "y": 100})
    for name in ("lon", "lat"):
        expect(picker.locator(f"input[name$='{name}']")).not_to_have_value("")
    lon, lat = (float(picker.locator(f"input[name$='{name}']").input_value()) for name in ("lon", "lat"))
    assert 16.17 < lon < 16.22
    assert 58.57 < lat < 58.60


def test_enter_chooses_the_middle_of_the_map(page, gallery):
    page.goto(gallery)
    picker = page.locator("point-picker")
    picker.scroll_into_view_if_needed()
    expect(picker).to_have_attribute("data-state", "drawn", timeout=60_000)
    picker.locator("canvas").focus()
    page.keyboard.press("Enter")
    expect(picker.locator("input[name$='lon']")).not_to_have_value("")


def test_my_position_is_used_when_the_device_gives_it(page, gallery, context, live_server):
    context.grant_permissions(["geolocation"], origin=live_server.url)
    context.set_geolocation({"longitude": 16.1924, "latitude": 58.5877, "accuracy": 8})
    page.goto(gallery)
    picker = page.locator("point-picker")
    picker.scroll_into_view_if_needed()
    expect(picker).to_have_attribute("data-state", "drawn", timeout=60_000)
    picker.locator("button.ds-button").click()
    expect(picker.locator("input[name$='lon']")).to_have_value("16.192400")
    expect(picker.get_by_role("status")).to_contain_text("8")


def test_the_menu_opens_on_a_phone_and_escape_closes_it(page, gallery):
    page.set_viewport_size({"width": 390, "height": 800})
    page.goto(gallery)
    menu = page.locator("#menu")
    expect(menu).to_be_hidden()
    page.locator(".topbar__menu").click()
    expect(menu).to_be_visible()
    page.keyboard.press("Escape")
    expect(menu).to_be_hidden()


def test_without_javascript_the_tables_are_open_and_the_menu_still_opens(browser, world, live_server):
    from django.test import Client

    client = Client()
    client.force_login(world.people["coordinator"])
    context = browser.new_context(java_script_enabled=False, viewport={"width": 390, "height": 800})
    session = client.cookies["sessionid"].value
    context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
    page = context.new_page()
    page.goto(f"{live_server.url}/ui/")
    expect(page.locator("est-chart table").first).to_be_visible()
    expect(page.locator("area-map table").first).to_be_visible()
    expect(page.locator("point-picker input[name$='lon']")).to_be_visible()
    page.locator(".topbar__menu").click()
    expect(page.locator("#menu")).to_be_visible()
    context.close()
