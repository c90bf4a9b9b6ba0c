"""A coordinator goes through what waits with the keyboard, and without JavaScript by plain forms."""

from __future__ import annotations

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from incidents.models import Incident, Status
from tests import factories as make
from tests.browser.conftest import looks, scroll_through, settle
from tests.world import World

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def world(transactional_db):
    world = World()
    Incident.objects.filter(status=Status.SUBMITTED).delete()
    Incident.objects.update(lon=16.10, lat=58.571)
    return world


@pytest.fixture
def waiting(world):
    """Four that wait: the last two at one place within the same hour."""
    now = timezone.localtime()
    return [
        make.IncidentFactory(
            organisation=world.housing, reporter=world.people["reporter"], area=world.west, category=world.vandalism,
            status=Status.SUBMITTED, submitted_at=now, at=now - dt.timedelta(hours=hours), lon=lon, description=text,
        )
        for hours, lon, text in (
            (900, 16.11, "Krossad ruta."),
            (700, 16.112, "Anna Svensson krossade rutan."),
            (5, 16.13, "Klotter."),
            (4, 16.13, "Klotter på väggen."),
        )
    ]  # fmt: skip


@pytest.fixture
def address(live_server, world):
    return lambda name, *args: live_server.url + reverse(name, args=["ekstad", *args])


def is_open(page, incident):
    expect(page.locator(".review-page__head a")).to_have_text(incident.ref)
    # A key presses nothing until the page's script is there.
    page.wait_for_load_state()


def status_of(incident):
    return Incident.objects.get(pk=incident.pk).status


def test_the_whole_queue_with_the_keyboard(page, world, waiting, sign_in, address):
    first, second, third, fourth = waiting
    sign_in(world.people["coordinator"])
    page.goto(address("review_queue"))
    is_open(page, first)
    for key, expected in (("j", second), ("j", third), ("k", second), ("k", first)):
        page.keyboard.press(key)
        is_open(page, expected)
    page.keyboard.press("?")
    expect(page.locator("details.review-page__help dl")).to_be_visible()
    page.keyboard.press("a")
    is_open(page, second)
    assert status_of(first) == Status.APPROVED

    # What the guard found is marked, and the cursor stands where the reason is written: there keys are letters.
    expect(page.locator("mark")).to_contain_text("Anna Svensson")
    page.keyboard.press("r")
    expect(page.locator("#id_return-reason")).to_be_focused()
    page.keyboard.type("ja, men vilken port?")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    is_open(page, third)
    second.refresh_from_db()
    assert (second.status, second.review_reason) == (Status.RETURNED, "ja, men vilken port?")

    expect(page.locator("details[data-key=m] summary")).to_have_attribute("aria-keyshortcuts", "m")
    page.keyboard.press("m")
    expect(page.locator("input[name='merge-same']").first).to_be_focused()
    page.keyboard.press("Space")
    page.locator("button[value=merge]").press("Enter")
    is_open(page, third)
    fourth.refresh_from_db()
    assert (fourth.status, fourth.merged_into) == (Status.MERGED, third)

    page.keyboard.press("a")
    expect(page.locator("main")).to_contain_text("Allt är avgjort")
    assert status_of(third) == Status.APPROVED


def test_the_keys_are_told_and_can_be_switched_off(page, world, waiting, sign_in, address):
    sign_in(world.people["coordinator"])
    page.goto(address("review_queue"))
    approve = page.locator("button[value=approve]")
    expect(approve).to_have_attribute("aria-keyshortcuts", "a")
    page.keyboard.press("x")
    expect(page.locator("input[name='reject-reason']").first).to_be_focused()
    page.keyboard.press("?")
    page.get_by_label("Använd tangenterna").uncheck()
    page.reload()
    expect(approve).not_to_have_attribute("aria-keyshortcuts", "a")
    page.keyboard.press("a")
    page.keyboard.press("j")
    is_open(page, waiting[0])
    assert status_of(waiting[0]) == Status.SUBMITTED


def test_without_javascript_plain_forms_do_the_same(browser, world, waiting, live_server, address):
    from django.conf import settings
    from django.test import Client

    client = Client()
    client.force_login(world.people["coordinator"])
    context = browser.new_context(java_script_enabled=False, locale="sv-SE", viewport={"width": 390, "height": 800})
    name = settings.SESSION_COOKIE_NAME
    context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": live_server.url}])
    page = context.new_page()
    page.goto(address("review_queue"))
    is_open(page, waiting[0])
    expect(page.locator("details.review-page__help")).to_be_hidden()
    page.locator("button[value=approve]").click()
    is_open(page, waiting[1])
    page.locator("summary", has_text="Avvisa").click()
    page.locator("input[name='reject-reason'][value=personal_data]").check()
    page.locator("button[value=reject]").click()
    is_open(page, waiting[2])
    for row in waiting[2:]:
        page.locator(f"#mark-{row.pk}").check()
    page.get_by_role("button", name="Godkänn de markerade").click()
    expect(page.locator("main")).to_contain_text("Allt är avgjort")
    east, *_west = sixty(world)
    page.goto(address("review_queue") + "?page=2")
    expect(page.locator("#waiting")).to_contain_text("Visar 51–61 av 61.")
    page.locator("details.filters summary").click()
    page.locator("select[name=area]").select_option("oster")
    page.get_by_role("button", name="Visa", exact=True).click()
    is_open(page, east)
    page.locator("button[value=approve]").click()
    expect(page.locator("h1")).to_have_text("Inget väntar i Öster")
    page.get_by_role("link", name="Visa alla").first.click()
    expect(page.locator("h1")).to_have_text("60 rapporter väntar")
    context.close()
    assert [status_of(row) for row in waiting] == [
        Status.APPROVED, Status.REJECTED, Status.APPROVED, Status.APPROVED,
    ]  # fmt: skip


def sixty(world):
    """Sixty that wait in the west, an hour apart, and one in the east that is older than all of them."""
    now = timezone.localtime()
    return [
        make.IncidentFactory(
            organisation=world.housing, reporter=world.people["reporter"], category=world.vandalism, lon=lon,
            status=Status.SUBMITTED, submitted_at=now, at=now - dt.timedelta(hours=hours), area=area,
        )
        for hours, area, lon in [(900, world.east, 16.16), *((60 - n, world.west, 16.12) for n in range(60))]
    ]  # fmt: skip


def test_all_pages_of_what_is_chosen_with_the_keyboard(page, world, sign_in, address):
    east, *west = sixty(world)
    sign_in(world.people["coordinator"])
    page.goto(address("review_queue"))
    is_open(page, east)
    expect(page.locator("#waiting")).to_contain_text("61 väntar, 50 visas")
    page.locator("details.filters summary").click()
    page.locator("select[name=area]").select_option("vaster")
    page.get_by_role("button", name="Visa", exact=True).click()
    expect(page.locator("h1")).to_have_text("60 rapporter väntar i Väster")
    in_order = sorted(west, key=lambda row: (row.occurred_on, row.pk))
    is_open(page, in_order[0])

    # Over the edge of a page and back, and on from a decision there: the choice stays.
    page.goto(address("review_queue") + f"?area=vaster&report={in_order[49].pk}")
    is_open(page, in_order[49])
    for key, expected in (("j", in_order[50]), ("k", in_order[49]), ("j", in_order[50])):
        expect(page.locator("button[value=approve]")).to_have_attribute("aria-keyshortcuts", "a")
        page.keyboard.press(key)
        is_open(page, expected)
    expect(page.locator("#waiting")).to_contain_text("Visar 51–60 av 60.")
    expect(page.locator("button[value=approve]")).to_have_attribute("aria-keyshortcuts", "a")
    page.keyboard.press("a")
    is_open(page, in_order[51])
    expect(page.locator("h1")).to_have_text("59 rapporter väntar i Väster")
    assert status_of(in_order[50]) == Status.APPROVED

    # Every row of the last page at once: what is left of the choice is shown.
    for box in page.locator("#waiting input[name=marked]").all():
        box.check()
    page.get_by_role("button", name="Godkänn de markerade").click()
    expect(page.locator("h1")).to_have_text("50 rapporter väntar i Väster")
    assert "area=vaster" in page.url
    assert status_of(east) == Status.SUBMITTED


@looks(320, 1440)
def test_pages_and_choice_are_accessible_and_fit(page, world, sign_in, address, assert_seen, width, schemes):
    sixty(world)
    page.set_viewport_size({"width": width, "height": 900})
    sign_in(world.people["coordinator"])
    for where in ("?page=2", "?area=vaster", f"?area=vaster&organisation={world.other_housing.pk}", "?area=x"):
        page.emulate_media(color_scheme=schemes[0])
        page.goto(address("review_queue") + where)
        if page.locator("details.filters[open]").count() == 0:
            page.locator("details.filters summary").click()
        scroll_through(page)
        settle(page)
        assert_seen(page, schemes)


@looks(320, 1440)
def test_the_queue_is_accessible_and_fits(page, world, waiting, sign_in, address, assert_seen, width, schemes):
    page.set_viewport_size({"width": width, "height": 900})
    sign_in(world.people["coordinator"])
    for where in (f"?report={waiting[1].pk}", f"?report={waiting[2].pk}&sort=unusual"):
        page.emulate_media(color_scheme=schemes[0])
        page.goto(address("review_queue") + where)
        page.locator("summary", has_text="Returnera").click()
        scroll_through(page)
        settle(page)
        assert_seen(page, schemes)
