"""Somebody outdoors tells how it goes on a phone, in few presses, and loses nothing where there is no network."""

from __future__ import annotations

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from followup.models import Obstacle, ProofPhoto
from tests import factories as make
from tests.followup.cast import ProgressWorld

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True}


def test_what_hinders_is_told_from_a_phone_that_loses_its_network(
    transactional_db, open_as, assert_accessible, assert_fits
):
    world = ProgressWorld()
    make.DosePlanFactory(measure=world.ongoing, kind="lamps", planned=24)
    page = open_as(world.officer, reverse("progress_tell", args=["ekstad", world.ongoing.pk]), **PHONE)
    expect(page.get_by_label("Vad hindrar?")).to_be_hidden()
    page.get_by_label("Något hindrar").check()
    page.get_by_label("Vad hindrar?").select_option(label="Saknar personal")
    page.get_by_label("Lampor").fill("3")
    page.get_by_label("Vad har gjorts?").fill("Tre armaturer är bytta.")
    photo = {"name": "lampa.jpg", "mimeType": "image/jpeg", "buffer": make.drawn_photo(320, 240)}
    page.locator("input[type=file]").set_input_files(photo)
    expect(page.get_by_role("img", name="Bild 1 som du har valt")).to_be_visible()
    assert_accessible(page)
    assert_fits(page)

    page.context.set_offline(True)
    page.get_by_role("button", name="Berätta").click()
    expect(page.get_by_text("Det finns inget nät just nu.")).to_be_visible()
    page.context.set_offline(False)
    assert all("ERR_INTERNET_DISCONNECTED" in one for one in page.complaints)
    page.complaints.clear()
    with page.expect_navigation():
        page.get_by_role("button", name="Berätta").click()

    expect(page.get_by_role("heading", name="I vägen")).to_be_visible()
    expect(page.get_by_text("3 av 24")).to_be_visible()
    assert_accessible(page)
    assert_fits(page)
    assert (Obstacle.objects.get().code, ProofPhoto.objects.kept().count()) == ("staff", 1)
    with page.expect_navigation():
        page.get_by_role("button", name="Det är undanröjt").click()
    expect(page.get_by_role("heading", name="I vägen")).to_have_count(0)
    assert Obstacle.objects.get().resolved_by == world.officer
