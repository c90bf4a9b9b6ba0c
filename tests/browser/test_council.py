"""An official who has never seen the system: five answers on the first screen, and the two broken promises by name."""

from __future__ import annotations

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from tests.councils.council_cast import MORE, CouncilWorld

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

# A desk, a tablet and a projector.
SCREENS = [(1440, 900), (768, 1024), (1280, 720)]


def test_five_answers_stand_on_the_first_screen_and_name_the_two_broken_promises(page: Page, live_server, sign_in):
    world = CouncilWorld()
    world.publish(world.west, MORE, assessed_state="worrying", assessed_motive="Fler kvällar med bråk.")
    world.chosen_problem("Skadade portar", causes=False)
    world.promise(world.police_authority, "not_kept", text="Patrullera torget på fredagar.")
    world.promise(world.municipality, "not_kept", by=world.housing, text="Laga belysningen i tunneln.")
    world.measure(title="Ny kamera", state="proposed", level="strategic")
    sign_in(world.council)
    for width, height in SCREENS:
        page.set_viewport_size({"width": width, "height": height})
        page.goto(live_server.url + reverse("council_page", args=["ekstad"]))
        answers = page.locator(".answer")
        expect(answers).to_have_count(5)
        for number in range(5):
            box = answers.nth(number).bounding_box()
            assert box is not None
            assert box["y"] + box["height"] <= height, (width, number)
    page.locator("#answer-promises").get_by_role("link", name="2 brutna").click()
    rows = page.locator("tr[data-row]")
    expect(rows).to_have_count(2)
    told = " ".join(rows.all_inner_texts())
    for words in ("Polisen", "Patrullera torget på fredagar.", "Kommunen", "Laga belysningen i tunneln."):
        assert words in told
