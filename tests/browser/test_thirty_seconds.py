"""A report takes six taps and half a minute at most: every tap is counted in the page and takes a second.

The device is a new one each time: nothing is kept on it. Whoever reports for the first time has no places used lately.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import BrowserContext, Page, expect

from areas.actions import save_place
from incidents.models import Incident
from partners.roles import Role
from tests import factories as make
from tests.browser.presses import Presses
from tests.world import World

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

WIDTHS = [320, pytest.param(390, marks=pytest.mark.slow)]
SECONDS_A_TAP = 1.0
SECONDS_A_WORD = 2.0
MOST_TAPS, MOST_SECONDS = 6, 30.0


def type_words(thumb: Presses, words: str) -> None:
    """On the keyboard of the phone, which is no tap on the page but takes its time."""
    thumb.page.keyboard.type(words)
    thumb.by_hand_s += SECONDS_A_WORD * len(words.split())


@pytest.fixture
def world(transactional_db: None) -> World:
    world = World()
    save_place(place=world.square, by=None)
    # The first report of the organisation: no place has been used lately.
    school = make.OrganisationFactory(collaboration=world.here, name="Skolan")
    world.people["newcomer"] = make.MembershipFactory(organisation=school, role=Role.REPORTER).user
    return world


@pytest.fixture(params=WIDTHS)
def browser_context_args(browser_context_args: dict[str, Any], request: pytest.FixtureRequest) -> dict[str, Any]:
    """A phone."""
    size = {"width": request.param, "height": 700}
    return {**browser_context_args, "viewport": size, "has_touch": True, "is_mobile": True, "device_scale_factor": 2}


@pytest.fixture
def thumb(page: Page) -> Iterator[Presses]:
    yield Presses(page, seconds_each=SECONDS_A_TAP, has_touch=True)
    page.close()


def open_app(page: Page, live_server: Any) -> None:
    """As the installed app opens."""
    page.goto(live_server.url + "/?from=app")
    expect(page.locator("report-entry")).to_have_attribute("data-state", "open")
    assert page.url.endswith(reverse("incident_new", args=["ekstad"]))


def answer(page: Page, world: World) -> Incident:
    page.wait_for_url("**/receipt/")
    return Incident.objects.latest("pk")


def check(thumb: Presses, taps: int) -> None:
    print(f"{thumb.number} taps, {thumb.seconds:.1f} s")
    assert thumb.number == taps <= MOST_TAPS
    assert thumb.seconds <= MOST_SECONDS


def test_at_a_place_used_before(page: Page, thumb: Presses, live_server: Any, world: World, sign_in: Any) -> None:
    sign_in(world.people["reporter"])
    open_app(page, live_server)
    thumb.press(page.locator(f"#id_category_{world.vandalism.pk}"))
    thumb.press(page.locator(f"[data-place='{world.square.pk}']"))
    thumb.press(page.locator(".chip-choice input").first)
    thumb.press(page.locator("form.report button[type=submit]:not([name])"))
    assert answer(page, world).place == world.square
    check(thumb, 4)


def test_for_the_first_time_where_one_stands(
    page: Page, thumb: Presses, live_server: Any, world: World, sign_in: Any, context: BrowserContext
) -> None:
    context.grant_permissions(["geolocation"], origin=live_server.url)
    context.set_geolocation({"longitude": world.square.lon + 0.0005, "latitude": world.square.lat, "accuracy": 8})
    sign_in(world.people["newcomer"])
    open_app(page, live_server)
    expect(page.locator("[data-recent]")).to_be_hidden()
    thumb.press(page.locator(f"#id_category_{world.vandalism.pk}"))
    thumb.press(page.locator("[data-mine]"))
    expect(page.locator("[data-read-back]")).to_contain_text("Västers centrum")
    thumb.press(page.locator(".chip-choice input").first)
    thumb.press(page.locator("form.report button[type=submit]:not([name])"))
    assert answer(page, world).area == world.west
    check(thumb, 4)


def test_for_the_first_time_with_the_place_searched_for_and_some_words(
    page: Page, thumb: Presses, live_server: Any, world: World, sign_in: Any
) -> None:
    sign_in(world.people["newcomer"])
    open_app(page, live_server)
    thumb.press(page.locator(f"#id_category_{world.vandalism.pk}"))
    thumb.press(page.locator("place-search input[type=search]"))
    type_words(thumb, "väst")
    thumb.press(page.locator(".place-search__found button", has_text="Västers centrum"))
    thumb.press(page.locator(".chip-choice input").first)
    thumb.press(page.locator("#id_description"))
    type_words(thumb, "Krossad ruta i porten.")
    thumb.press(page.locator("form.report button[type=submit]:not([name])"))
    stored = answer(page, world)
    assert (stored.place, stored.description) == (world.square, "Krossad ruta i porten.")
    check(thumb, 6)
