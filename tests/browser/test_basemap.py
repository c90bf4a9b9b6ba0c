"""The map on top of a basemap from a map server: tiles, a style, a server that is down, slow or wrong.

The settings come from `est_platform/settings.py` itself, read with the environment a site would have.
"""

from __future__ import annotations

import io
import runpy

import numpy as np
import pytest
from django.conf import settings as django_settings
from django.urls import reverse
from PIL import Image
from playwright.sync_api import expect

from tests.servers.tiles import running_map_server
from tests.world import World

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
NAMES = ("BASEMAP_STYLE_URL", "BASEMAP_TILE_URL", "BASEMAP_ATTRIBUTION", "BASEMAP_MAX_ZOOM", "CONTENT_SECURITY_POLICY")
MISSING = "Bakgrundskartan går inte att nå just nu."


@pytest.fixture
def world(transactional_db):
    return World()


@pytest.fixture
def maps():
    with running_map_server() as maps:
        yield maps


@pytest.fixture
def read_environment(monkeypatch, settings):
    """Start the site with these variables set."""

    def read(**variables):
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        made = runpy.run_path(str(django_settings.BASE_DIR / "est_platform" / "settings.py"))
        for name in NAMES:
            setattr(settings, name, made[name])

    return read


@pytest.fixture
def area_map(page, world, live_server, sign_in):
    """Open the areas' page and give its map, drawn."""

    def opened():
        sign_in(world.people["coordinator"])
        page.goto(live_server.url + reverse("area_list", args=["ekstad"]))
        found = page.locator("area-map")
        found.scroll_into_view_if_needed()
        expect(found).to_have_attribute("data-state", "drawn", timeout=15_000)
        return found

    return opened


def wait_until(page, condition):
    # Not wait_for_function: what it repeats is compiled in the page, and the policy refuses that.
    for _ in range(150):
        if page.evaluate(condition):
            return
        page.wait_for_timeout(200)
    pytest.fail(f"Never came true: {condition}")


def wait_until_loaded(page):
    wait_until(page, "document.querySelector('area-map').map.loaded()")


def has_our_layers(page):
    return page.evaluate(
        "['areas', 'area-edges', 'names'].every((id) => document.querySelector('area-map').map.getLayer(id))"
    )


def greens(area_map):
    """The share of the map that is as green as the server's tiles."""
    image = Image.open(io.BytesIO(area_map.locator("canvas").screenshot())).convert("RGB")
    red, green, blue = np.moveaxis(np.asarray(image, dtype=int), -1, 0)
    return ((green > red + 12) & (green > blue + 12)).mean()


@pytest.mark.parametrize(
    "path", ["/xyz/{z}/{x}/{y}.png", "/wmts/1.0.0/topo/default/3857/{z}/{y}/{x}.png"], ids=["xyz", "wmts"]
)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_tiles_lie_under_our_areas_and_their_maker_is_named(
    page, maps, read_environment, area_map, assert_accessible, path, scheme
):
    page.emulate_media(color_scheme=scheme)
    read_environment(BASEMAP_TILE_URL=maps.url + path, BASEMAP_ATTRIBUTION="© Lantmäteriet")
    shown = area_map()
    wait_until_loaded(page)
    assert maps.tiles()
    assert greens(shown) > 0.3
    assert has_our_layers(page)
    expect(shown.locator(".maplibregl-ctrl-attrib")).to_contain_text("© Lantmäteriet")
    expect(shown).not_to_contain_text(MISSING)
    assert_accessible(page)


def test_closer_than_the_finest_tiles_they_are_enlarged(page, maps, read_environment, area_map):
    read_environment(BASEMAP_TILE_URL=maps.url + "/xyz/{z}/{x}/{y}.png", BASEMAP_MAX_ZOOM="9")
    shown = area_map()
    wait_until_loaded(page)
    assert {int(path.split("/")[2]) for path in maps.tiles()} == {9}
    assert greens(shown) > 0.3


def test_a_style_with_vector_tiles_lies_under_our_areas_and_names_its_maker(page, maps, read_environment, area_map):
    read_environment(BASEMAP_STYLE_URL=maps.url + "/style.json")
    shown = area_map()
    wait_until_loaded(page)
    assert any(path.endswith(".pbf") and path.startswith("/vector/") for path in maps.asked)
    assert greens(shown) > 0.3
    assert has_our_layers(page)
    expect(shown.locator(".maplibregl-ctrl-attrib")).to_contain_text("© Kartverkstaden")
    assert not [path for path in maps.asked if path.startswith("/fonts/")], "labels need no font server"


@pytest.mark.parametrize("variable", ["BASEMAP_TILE_URL", "BASEMAP_STYLE_URL"])
def test_a_server_that_is_down_leaves_our_own_layers_and_says_so(
    page, maps, read_environment, area_map, console_errors, assert_accessible, variable
):
    maps.is_broken = True
    path = "/xyz/{z}/{x}/{y}.png" if variable == "BASEMAP_TILE_URL" else "/style.json"
    read_environment(**{variable: maps.url + path})
    shown = area_map()
    expect(shown.get_by_role("status")).to_contain_text(MISSING)
    assert has_our_layers(page)
    assert greens(shown) == 0
    assert_accessible(page)
    # The browser itself notes each answer of 503; nothing else is wrong.
    assert all("503" in error for error in console_errors)
    console_errors.clear()


def test_a_server_that_is_slow_does_not_hold_our_layers_back(page, maps, read_environment, area_map):
    maps.hold()
    read_environment(BASEMAP_TILE_URL=maps.url + "/xyz/{z}/{x}/{y}.png")
    shown = area_map()
    assert has_our_layers(page)
    assert greens(shown) == 0, "no tile has come yet"
    maps.let_go()
    wait_until_loaded(page)
    assert greens(shown) > 0.3


def test_a_style_that_is_late_is_laid_under_the_map_when_it_comes(page, maps, read_environment, area_map):
    maps.hold()
    read_environment(BASEMAP_STYLE_URL=maps.url + "/style.json")
    shown = area_map()
    assert has_our_layers(page)
    assert page.evaluate("document.querySelector('area-map').map.getLayer('land') === undefined")
    maps.let_go()
    wait_until(page, "Boolean(document.querySelector('area-map').map?.getLayer('land'))")
    wait_until_loaded(page)
    assert has_our_layers(page)
    assert greens(shown) > 0.3
    expect(shown).not_to_contain_text(MISSING)


def test_a_style_that_is_wrong_leaves_our_own_layers_and_says_so(
    page, maps, read_environment, area_map, console_errors
):
    maps.style_is_broken = True
    read_environment(BASEMAP_STYLE_URL=maps.url + "/style.json")
    shown = area_map()
    expect(shown.get_by_role("status")).to_contain_text(MISSING)
    assert has_our_layers(page)
    # MapLibre says what is wrong with the style, for whoever chose it.
    assert all("expected" in error for error in console_errors)
    console_errors.clear()


def test_the_policy_lets_in_the_named_server_and_no_other(page, maps, read_environment, area_map, console_errors):
    with running_map_server() as other:
        read_environment(BASEMAP_TILE_URL=maps.url + "/xyz/{z}/{x}/{y}.png")
        area_map()
        fetched = page.evaluate(
            "Promise.all(arguments_.map((url) => fetch(url).then(() => true, () => false)))".replace(
                "arguments_", str([maps.url + "/a.png", other.url + "/a.png"])
            )
        )
        assert fetched == [True, False]
        assert other.asked == []
    assert [error for error in console_errors if "Content Security Policy" in error]
    console_errors.clear()
