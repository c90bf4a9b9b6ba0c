"""A caretaker counts people with a thumb: what is counted stays when page and network go, and is one count."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from situational_picture.models import PlaceCount
from tests.browser.wire import Wire
from tests.world import World

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def wire(live_server):
    wire = Wire(live_server.url)
    yield wire
    wire.cut()


def test_what_is_counted_stays_and_is_sent_once(page, wire, sign_in, console_errors, transactional_db):
    world = World()
    page.set_viewport_size({"width": 390, "height": 844})
    sign_in(world.people["security_lead"])
    page.goto(f"{wire.url}{reverse('place_count_new', args=['ekstad'])}?place={world.square.pk}")
    more, people = page.get_by_role("button", name="+1"), page.locator("#id_people")
    for _ in range(5):
        more.click()
    page.get_by_role("button", name="−1").click()
    expect(people).to_have_value("4")
    # The phone lets the page go, and it is opened again.
    page.reload()
    expect(people).to_have_value("4")
    more.click()
    wire.cut()
    page.locator(".count-send").click()
    expect(page.locator("form-sending")).to_contain_text("inget nät")
    expect(people).to_have_value("5")
    assert not PlaceCount.objects.exists()
    wire.mend()
    page.locator(".count-send").click()
    page.wait_for_url(re.compile(r"/counts/$"))
    assert [row.people for row in PlaceCount.objects.all()] == [5]
    # The next count begins with nobody.
    page.goto(f"{wire.url}{reverse('place_count_new', args=['ekstad'])}?place={world.square.pk}")
    expect(people).to_have_value("0")
    page.close()
    console_errors[:] = [line for line in console_errors if "Failed to load resource" not in line]
