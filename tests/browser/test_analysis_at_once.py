"""Three people in three browsers work on one analysis at once, and nothing is lost."""

from __future__ import annotations

import re

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from playwright.sync_api import expect

from cause_analysis.causes import queries
from cause_analysis.models import Cause, Evidence
from tests.browser.conftest import scroll_through
from tests.cause_analysis.causes_cast import AnalysisWorld

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def world(transactional_db):
    world = AnalysisWorld()
    world.first = world.cause("Platsen ger skydd", position=0)
    world.second = world.cause("Buskage skymmer passagen", position=1)
    return world


@pytest.fixture
def open_as(browser, browser_context_args, live_server, world):
    """The analysis in a browser of one's own; what the browser complained about is kept on the page."""
    contexts = []

    def do(who, *, query="", **looks):
        client = Client()
        client.force_login(world.people[who])
        session = client.cookies[settings.SESSION_COOKIE_NAME].value
        context = browser.new_context(**{**browser_context_args, **looks})
        contexts.append(context)
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}])
        page = context.new_page()
        page.complaints = []
        page.on("console", lambda message: message.type == "error" and page.complaints.append(message.text))
        page.on("pageerror", lambda problem: page.complaints.append(str(problem)))
        page.goto(live_server.url + reverse("analysis", args=["ekstad", world.problem.number]) + query)
        return page

    yield do
    for context in contexts:
        context.close()


def outline(world):
    return ["-" * node.level + node.cause.text for node in queries.tree_of(world.analysis)]


def unfold(page, text):
    page.get_by_text(text, exact=True).click()


def causes_on(page):
    return page.locator(".causes .cause__text")


def test_three_people_work_at_once_and_nothing_is_lost(open_as, world, assert_accessible, assert_fits):
    police = open_as("police", query=f"?cause={world.first.pk}")
    housing, coordinator = open_as("security_lead"), open_as("coordinator")
    expect(police.locator(".analysis__here")).to_contain_text("Bostadsbolaget")
    expect(police.locator(".analysis__here")).to_contain_text("Kommunen")

    # One writes and has not saved yet.
    unfold(police, "Ändra orsaken")
    field = police.locator(".cause__edit textarea")
    field.fill("Platsen ger skydd mot insyn efter kl. 19")
    field.press("End")

    # Another adds a cause; a third moves one with the keyboard and is told where it stands.
    housing.get_by_text("Lägg till orsak").click()
    housing.locator("#new-cause textarea").fill("Ingen ansvarar för torget på kvällen")
    housing.locator("#new-cause").get_by_role("button", name="Lägg till").click()
    expect(causes_on(housing)).to_have_count(3)
    coordinator.locator(f"#cause-{world.second.pk}-link").focus()
    coordinator.keyboard.press("Alt+ArrowRight")
    expect(coordinator.locator("[data-said]")).to_contain_text("står nu under ”Platsen ger skydd”")
    expect(coordinator.locator(f"#cause-{world.second.pk}")).to_have_attribute("data-level", "2")
    expect(coordinator.locator(f"#cause-{world.second.pk}-link")).to_be_focused()

    # The third also puts the new cause under another by the form, then back.
    expect(coordinator.locator(".cause__text", has_text="Ingen ansvarar för torget på kvällen")).to_be_visible()
    coordinator.locator(".cause__link", has_text="Ingen ansvarar för torget på kvällen").click()
    for under, level in (("Platsen ger skydd", "2"), ("Direkt under problemet", "1")):
        unfold(coordinator, "Flytta eller ta bort")
        coordinator.locator("#id_move-parent").select_option(label=under)
        coordinator.get_by_role("button", name="Flytta", exact=True).click()
        for page in (coordinator, housing, police):
            # Forms of an opened cause name the others, so the row is found by its own text.
            moved = page.locator(
                ".cause", has=page.locator(".cause__text", has_text="Ingen ansvarar för torget på kvällen")
            )
            expect(moved).to_have_attribute("data-level", level)

    # All three see it without loading anew, and whoever writes is not disturbed.
    for page in (police, housing, coordinator):
        expect(causes_on(page)).to_have_text(
            ["Platsen ger skydd", "Buskage skymmer passagen", "Ingen ansvarar för torget på kvällen"]
        )
        expect(page.locator(f"#cause-{world.second.pk}")).to_have_attribute("data-level", "2")
    expect(field).to_have_value("Platsen ger skydd mot insyn efter kl. 19")
    expect(field).to_be_focused()

    # Two bring evidence to the same cause.
    for page, text in ((housing, "Vaktmästaren ser det varje kväll."), (coordinator, "Trygghetsvandringen såg det.")):
        page.locator(f"#cause-{world.first.pk}-link").click()
        page.get_by_text("Lägg till belägg", exact=True).click()
        page.locator("#new-evidence textarea").fill(text)
        page.locator("#new-evidence").get_by_role("button", name="Lägg till").click()
        expect(page.locator("[data-live=evidence]")).to_contain_text(text)
    expect(police.locator("[data-live=evidence] > .evidence__row")).to_have_count(2)
    expect(housing.locator("[data-live=evidence] > .evidence__row")).to_have_count(2)
    expect(police.locator(f"#cause-{world.first.pk} .cause__weight")).to_have_text("2 för · 0 mot")

    # One saves the cause that the first is still writing in: told at once, shown both when saving, and free to decide.
    unfold(housing, "Ändra orsaken")
    housing.locator(".cause__edit textarea").fill("Platsen är mörk")
    housing.get_by_role("button", name="Spara orsaken").click()
    expect(housing.locator(f"#cause-{world.first.pk} .cause__text")).to_have_text("Platsen är mörk")
    expect(police.locator("[data-note]").first).to_contain_text("Någon annan har skrivit här")
    expect(field).to_have_value("Platsen ger skydd mot insyn efter kl. 19")
    police.get_by_role("button", name="Spara orsaken").click()
    expect(police.locator("blockquote")).to_have_text("Platsen är mörk")
    expect(police.locator(".cause__edit textarea")).to_have_value("Platsen ger skydd mot insyn efter kl. 19")
    assert_accessible(police)
    police.locator(".cause__edit textarea").fill("Platsen är mörk och ger skydd mot insyn efter kl. 19")
    police.get_by_role("button", name="Spara orsaken").click()
    for page in (police, housing, coordinator):
        expect(page.locator(f"#cause-{world.first.pk} .cause__text")).to_have_text(
            "Platsen är mörk och ger skydd mot insyn efter kl. 19"
        )

    # What one of them notes that nobody knows, the others see, and whoever is to find it out.
    housing.get_by_role("link", name="Notera något vi inte vet").click()
    housing.get_by_label("Vad behöver vi veta?").fill("Vem låser passagen på kvällen?")
    housing.get_by_label("Vem tar reda på det?").select_option(label="police, Polisen")
    housing.get_by_role("button", name="Notera luckan").click()
    for page in (housing, police, coordinator):
        expect(page.locator("[data-live=gap-count]")).to_have_text("1 kunskapslucka")
        expect(page.locator(".gaps")).to_contain_text("Vem låser passagen på kvällen?")

    assert outline(world) == [
        "-Platsen är mörk och ger skydd mot insyn efter kl. 19",
        "--Buskage skymmer passagen",
        "-Ingen ansvarar för torget på kvällen",
    ]
    assert Evidence.objects.count() == 2
    for page in (police, housing, coordinator):
        page.set_viewport_size({"width": 390, "height": 844})
        scroll_through(page)
        assert_fits(page)
        assert_accessible(page)
    # The browser itself tells of the save that was refused, and of nothing else.
    assert all("409" in said for said in police.complaints)
    assert housing.complaints == coordinator.complaints == []


def test_at_the_chain_one_sees_who_is_there_and_that_something_has_changed(open_as, world):
    housing = open_as("security_lead")
    page = open_as("police")
    page.get_by_role("link", name="Händelsekedja").click()
    expect(page.locator(".analysis__watch")).to_contain_text("Bostadsbolaget")
    page.get_by_label("Vad händer?").fill("Butiken stänger")
    housing.locator("#new-cause summary").click()
    housing.locator("#new-cause textarea").fill("Ingen låser passagen")
    housing.locator("#new-cause").get_by_role("button", name="Lägg till").click()
    expect(page.locator("[data-said]")).to_contain_text("Någon har ändrat i analysen")
    expect(page.get_by_label("Vad händer?")).to_have_value("Butiken stänger")
    page.get_by_role("button", name="Lägg till", exact=True).click()
    expect(page.locator(".chain__link")).to_have_text(re.compile("Butiken stänger"))
    assert page.complaints == housing.complaints == []


def test_new_evidence_asks_only_for_what_its_kind_needs(open_as, world):
    page = open_as("police", query=f"?cause={world.first.pk}")
    unfold(page, "Lägg till belägg")
    asked = {"selection": "address", "place_feature": "feature", "inspection_photo": "mark", "dialogue": "place"}
    for kind, field in asked.items():
        page.locator("#id_evidence-kind").select_option(kind)
        for other in asked.values():
            expect(page.locator(f"#id_evidence-{other}")).to_be_visible(visible=other == field)


def test_a_cause_is_dragged_under_another_and_before_one(open_as, world):
    world.third = world.cause("Ingen städar", position=2)
    page = open_as("police")
    heads = {one.pk: page.locator(f"#cause-{one.pk} .cause__head") for one in (world.first, world.second, world.third)}
    heads[world.third.pk].drag_to(heads[world.first.pk])
    expect(page.locator(f"#cause-{world.third.pk}")).to_have_attribute("data-level", "2")
    assert outline(world) == ["-Platsen ger skydd", "--Ingen städar", "-Buskage skymmer passagen"]
    heads[world.second.pk].drag_to(heads[world.first.pk], target_position={"x": 40, "y": 3})
    expect(page.locator("[data-said]")).to_contain_text("direkt under problemet, 1 av 2")
    assert outline(world) == ["-Buskage skymmer passagen", "-Platsen ger skydd", "--Ingen städar"]
    assert page.complaints == []


def test_without_javascript_everything_can_be_done_by_forms(open_as, world):
    page = open_as("police", query=f"?cause={world.second.pk}", java_script_enabled=False)
    unfold(page, "Ändra orsaken")
    page.locator(".cause__edit textarea").fill("Buskaget är högt")
    page.get_by_role("button", name="Spara orsaken").click()
    page.get_by_text("Flytta eller ta bort").click()
    page.get_by_role("button", name="Upp", exact=True).click()
    page.get_by_text("Flytta eller ta bort").click()
    page.locator("#id_move-parent").select_option(label="Platsen ger skydd")
    page.get_by_role("button", name="Flytta", exact=True).click()
    expect(page.locator(f"#cause-{world.second.pk}")).to_have_attribute("data-level", "2")
    assert outline(world) == ["-Platsen ger skydd", "--Buskaget är högt"]
    assert Cause.objects.get(pk=world.second.pk).changed_by == world.police
