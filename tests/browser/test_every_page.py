"""Every page of the platform in a real browser: accessible, no wider than the window, and quiet in the console.

The pages are the GET rows of the access table, so a new page cannot be forgotten. Each is looked at on a phone in light
in every run; on the phone turned to dark and on a desk in dark where CI is set. A page is made once and opened anew at
each width, and every look is taken also when one before it has failed.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Browser, BrowserContext, Page, expect
from playwright.sync_api import Error as PlaywrightError

from situational_picture import building
from situational_picture.models import Picture
from tests.browser.conftest import listening, scroll_through, settle, turn_to
from tests.promises.access_table import ACCESS
from tests.world import World

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

# What answers with data, not with a page.
NO_PAGE = {
    "health",
    "ready",
    "manifest",
    "service_worker",
    "calendar_feed",
    "incident_send",
    "inspection_send",
    "inspection_photo",
    "proof_photo",
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
    "measure_evaluation_map",
    "plan_places",
    "analysis_pdf",
    "analysis_word",
    "public_promise_feed",
    "word_template_preview",
    "look_logotype",
    "look_preview",
    "plan_excel",
    "evaluation_excel",
    "meeting_calendar",
    "minutes_word",
    "minutes_pdf",
    "pack_file",
}
DATA_ENDINGS = ("_export", "_hexagons", "_report", "_pdf", "_word", " POST")


def is_page(name, row):
    is_data = row.is_api or name in NO_PAGE or name.endswith(DATA_ENDINGS)
    return row.method == "get" and not is_data and 200 in row.values()


PAGES = sorted(name for name, row in ACCESS.items() if is_page(name, row))
# At which widths a page is opened, and in which schemes it is seen there.
LOOKS = {390: ["light", "dark"], 1440: ["dark"]} if os.environ.get("CI") else {390: ["light"]}


@pytest.fixture(scope="module")
def window(browser: Browser, browser_context_args: dict[str, Any]) -> Iterator[Page]:
    """One window for all pages of this file: a new one costs more than most pages."""
    context = browser.new_context(**browser_context_args)
    yield context.new_page()
    context.close()


@pytest.fixture
def context(window: Page, live_server: Any) -> Iterator[BrowserContext]:
    """The window's, which keeps its style sheets and scripts between two tests, and nothing that a page has stored."""
    yield window.context
    window.goto("about:blank")
    window.context.clear_cookies()
    devtools = window.context.new_cdp_session(window)
    devtools.send("Storage.clearDataForOrigin", {"origin": live_server.url, "storageTypes": "all"})
    devtools.detach()


@pytest.fixture
def page(window: Page, context: BrowserContext, console_errors: list[str]) -> Iterator[Page]:
    """The window, which must not have complained when the test ends."""
    with listening(window, console_errors):
        yield window
    assert console_errors == []


@pytest.mark.parametrize("name", PAGES)
def test_page(transactional_db, live_server, page, sign_in, console_errors, assert_accessible, assert_fits, name):
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
    address = live_server.url + reverse(name, args=args) + row.query
    wrong: list[str] = []
    for width, scheme in [(width, scheme) for width, schemes in LOOKS.items() for scheme in schemes]:
        is_opened = scheme == LOOKS[width][0]
        try:
            if is_opened:
                page.set_viewport_size({"width": width, "height": 900})
                page.emulate_media(color_scheme=scheme)
                answer = page.goto(address)
                kind = answer.headers.get("content-type") or ""
                assert "html" in kind, f"{name} answers with {kind}: name it in NO_PAGE."
                scroll_through(page)
            else:
                turn_to(page, scheme)
            settle(page)
            assert_accessible(page, colours_only=not is_opened)
            assert_fits(page)
        except (AssertionError, PlaywrightError) as problem:
            wrong.append(f"{width} pixels, {scheme}: {problem}")
        wrong += [f"{width} pixels, {scheme}, in the console: {line}" for line in console_errors]
        console_errors.clear()
    assert not wrong, "\n".join(wrong)


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
