"""Every page of the platform in a real browser: accessible, no wider than the window, and quiet in the console.

The pages are the GET rows of the access table, so a new page cannot be forgotten. Each is looked at on a phone in light
in every run; on a desk in dark, and on the phone in dark, where CI is set.
"""

import re

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from situational_picture import building
from situational_picture.models import Picture
from tests.browser.conftest import scroll_through
from tests.promises.access_table import ACCESS
from tests.world import World

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

# What answers with data, not with a page.
NO_PAGE = {
    "health",
    "ready",
    "manifest",
    "service_worker",
    "incident_send",
    "inspection_send",
    "inspection_photo",
    "incident_where",
    "place_search",
    "place_points",
    "area_shapes",
    "incident_map",
    "incident_point",
    "photo",
    "gallery_figure",
    "gallery_map",
    "gallery_progress",
    "picture_progress",
    "analysis_changes",
    "analysis_pdf",
    "analysis_word",
}
DATA_ENDINGS = ("_export", "_hexagons", "_report", "_pdf", "_word", " POST")


def is_page(name, row):
    is_data = row.is_api or name in NO_PAGE or name.endswith(DATA_ENDINGS)
    return row.method == "get" and not is_data and 200 in row.values()


PAGES = sorted(name for name, row in ACCESS.items() if is_page(name, row))
LOOKS = [
    pytest.param(390, "light", id="phone-light"),
    pytest.param(390, "dark", id="phone-dark", marks=pytest.mark.slow),
    pytest.param(1440, "dark", id="desk-dark", marks=pytest.mark.slow),
]


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize(("width", "scheme"), LOOKS)
def test_page(transactional_db, live_server, page, sign_in, assert_accessible, assert_fits, name, width, scheme):
    world, row = World(), ACCESS[name]
    if row.before:
        row.before(world)
    who = next(who for who, answer in row.items() if answer == 200)
    if "administrator" in row and row["administrator"] == 200:
        who = "administrator"
    if "coordinator" in row and row["coordinator"] == 200:
        who = "coordinator"
    args = list(row.args(world)) if row.is_outside else [world.here.slug, *row.args(world)]
    sign_in(world.people[who])
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=scheme)
    answer = page.goto(live_server.url + reverse(name, args=args) + row.query)
    if "html" not in (answer.headers.get("content-type") or ""):
        pytest.fail(f"{name} answers with {answer.headers.get('content-type')}: name it in NO_PAGE.")
    scroll_through(page)
    page.wait_for_load_state("networkidle")
    assert_accessible(page)
    assert_fits(page)


def test_the_picture_without_javascript_holds_every_number(transactional_db, live_server, browser, sign_in, context):
    """Maps and charts are gone; their tables and lists are there, and the period is changed by a plain form."""
    from django.utils import timezone

    world = World()
    building.rebuild_area(world.west, today=timezone.localdate())
    sign_in(world.people["coordinator"])
    plain = browser.new_context(java_script_enabled=False)
    plain.add_cookies(context.cookies())
    page = plain.new_page()
    page.goto(live_server.url + reverse("picture", args=["ekstad", world.west.slug]))
    total = Picture.objects.filter(area=world.west, period_kind="week").latest("period_end").figures["total"]["count"]
    expect(page.get_by_text(str(total), exact=True).first).to_be_visible()
    for table in page.locator("table").all():
        expect(table).to_be_visible()
    page.locator(".period-picker__choose summary").click()
    page.locator("#period-kind").select_option("month")
    page.locator(".period-picker__form button").click()
    expect(page).to_have_url(re.compile("kind=month"))
    expect(page.locator("h1")).to_be_visible()
    plain.close()
