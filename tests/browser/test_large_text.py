"""With the browser's text twice as large a page still fits: wide tables scroll by themselves, not with the page."""

import pytest
from django.urls import reverse

from tests.world import World

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_words_for_screen_readers_in_a_wide_table_do_not_widen_the_page(
    transactional_db, live_server, page, sign_in, assert_fits
):
    world = World()
    sign_in(world.people["data_protection"])
    page.set_viewport_size({"width": 1100, "height": 800})
    page.goto(live_server.url + reverse("retention", args=["ekstad"]))
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    region = page.locator(".table-region").first
    assert region.evaluate("one => one.scrollWidth > one.clientWidth"), "The table is wide enough to try it."
    assert_fits(page)
