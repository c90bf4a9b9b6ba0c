"""The lists of commitments, the ledger and the library where there is little room: filters folded, rows as lines."""

from __future__ import annotations

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from action_plans.commitments.presenters import COUNTS
from tests import factories as make
from tests.world import World

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

LISTS = ["commitment_list", "commitment_ledger", "method_list"]


@pytest.fixture
def world(transactional_db):
    """A commitment in each state, so that the ledger has all its columns."""
    world = World()
    today, now = timezone.localdate(), timezone.now()
    told = {"answered_at": now, "owner_says_kept": True, "reported_at": now}
    for values in (
        {"state": "asked"},
        {"state": "accepted", "answered_at": now, "due_on": today - dt.timedelta(days=40)},
        {"state": "counter_offered", "answered_at": now, "answer": "Halva."},
        {"state": "declined", "answered_at": now, "answer": "Vi äger inte torget."},
        {"state": "withdrawn", "asker_says": "Det är redan gjort."},
        {"state": "kept", **told, "due_on": today - dt.timedelta(days=40), "asker_says_kept": False,
         "asker_says": "Nej.", "confirmed_at": now},
        {"state": "not_kept", **told, "owner_says_kept": False, "owner_says": "Ingen tid."},
    ):  # fmt: skip
        make.CommitmentFactory(
            area=world.west, asked_by=world.municipality, asked_of=world.police_authority,
            **{"due_on": today + dt.timedelta(days=30), **values},
        )  # fmt: skip
    return world


@pytest.mark.parametrize("name", LISTS)
def test_without_javascript_filters_are_unfolded_on_a_phone_and_say_how_many_are_chosen(world, open_as, name):
    page = open_as(
        world.people["coordinator"], reverse(name, args=["ekstad"]),
        viewport={"width": 390, "height": 844}, has_touch=True, java_script_enabled=False,
    )  # fmt: skip
    fold, show = page.locator(".filter-fold"), page.get_by_role("button", name="Visa", exact=True)
    expect(show).to_be_hidden()
    expect(fold.locator("summary")).to_have_text("Filtrera")
    fold.locator("summary").tap()
    fold.locator("select").first.select_option(index=1)
    show.tap()
    expect(fold.locator("summary")).to_have_text("Filtrera: 1 vald")
    expect(show).to_be_hidden()


@pytest.mark.parametrize("name", LISTS)
def test_nothing_scrolls_sideways_and_a_wide_page_shows_its_filters(world, open_as, assert_accessible, name):
    for width in (390, 768, 1024, 1280, 1440):
        page = open_as(
            world.people["coordinator"], reverse(name, args=["ekstad"]), viewport={"width": width, "height": 800}
        )
        wide = "[...document.querySelectorAll('.table-region')].filter(one => one.scrollWidth > one.clientWidth + 1)"
        assert page.evaluate(f"{wide}.map(one => one.scrollWidth - one.clientWidth)") == [], width
        if name == "commitment_ledger":
            # Every figure has its column, and the name and the days to answer theirs.
            assert page.locator("#organisations thead th").count() == len(COUNTS) + 2
        show = page.get_by_role("button", name="Visa", exact=True)
        if width >= 1024:
            expect(show).to_be_visible()
            expect(page.locator(".filter-fold > summary")).to_be_hidden()
        else:
            expect(show).to_be_hidden()
        if width in (768, 1440):
            assert_accessible(page)
        page.close()
