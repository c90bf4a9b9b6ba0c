"""From the list of reports to a problem, described by two at once, and prioritised in silence by a group."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from cause_analysis.models import Criterion, Problem, Score, State
from tests import factories as make
from tests.browser.conftest import scroll_through
from tests.world import World

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def world(transactional_db):
    world = World()
    for week in range(14):
        make.IncidentFactory(
            organisation=world.housing, area=world.west, category=world.vandalism, place=world.square,
            at=timezone.now() - dt.timedelta(weeks=week, hours=3),
        )  # fmt: skip
    return world


@pytest.fixture
def address(live_server):
    return lambda name, *args: f"{live_server.url}{reverse(name, args=['ekstad', *args])}"


def open_as(browser, live_server, user, width=1440):
    """Another person's browser."""
    client = Client()
    client.force_login(user)
    context = browser.new_context(
        locale="sv-SE", timezone_id="Europe/Stockholm", viewport={"width": width, "height": 900}
    )
    context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}])
    return context.new_page()


def test_from_the_list_to_a_problem_that_is_described(page, world, sign_in, address, assert_accessible, assert_fits):
    sign_in(world.people["security_lead"])
    page.goto(address("incident_list"))
    page.locator(".filters > summary").click()
    page.locator(".filters__several > summary", has_text="Kategori").click()
    page.get_by_label("Skadegörelse").check()
    page.get_by_role("button", name="Visa").first.click()
    expect(page.locator("[data-chosen]", has_text="Skadegörelse")).to_be_visible()
    assert_accessible(page)
    page.get_by_role("link", name="Gör detta till ett problem").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Vad vill ni förstå och förändra?")
    page.get_by_label("Vad heter problemet?").fill("Krossade rutor i centrum")
    page.get_by_label("Område", exact=True).select_option(label="Väster")
    for width in (390, 1440):
        page.set_viewport_size({"width": width, "height": 900})
        assert_fits(page)
    assert_accessible(page)
    page.get_by_role("button", name="Skapa problemet").click()
    page.wait_for_url("**/define/")

    for name in (
        "where_it_happens",
        "behaviour",
        "harmed",
        "when_it_happens",
        "since_when",
        "how_often",
        "already_done",
        "unknowns",
    ):
        field = page.locator(f"#id_{name}_text")
        if not field.input_value():
            field.fill("Det vet vi.")
        page.locator(f"#answer-{name}").get_by_role("button", name="Spara").last.click()
        expect(page.locator(f"#answer-{name}")).to_contain_text("besvarad")
    for width in (390, 768, 1440):
        page.set_viewport_size({"width": width, "height": 900})
        assert_fits(page)
    assert_accessible(page)
    page.get_by_role("button", name="Problemet är beskrivet").click()
    page.wait_for_url("**/problems/1/")
    assert Problem.objects.get().state == State.DESCRIBED
    for width in (390, 768, 1440):
        page.set_viewport_size({"width": width, "height": 900})
        scroll_through(page)
        assert_fits(page)
    assert_accessible(page)


def test_two_who_write_the_same_answer_both_see_both_texts(
    page, browser, live_server, world, sign_in, address, console_errors, assert_accessible
):
    problem = make.ProblemFactory(area=world.west, number=1)
    sign_in(world.people["security_lead"])
    page.goto(address("problem_define", 1))
    other = open_as(browser, live_server, world.people["police"])
    other.goto(address("problem_define", 1))
    for one, text in ((other, "Butikernas personal."), (page, "De som bor vid torget.")):
        one.locator("#id_harmed_text").fill(text)
        one.locator("#answer-harmed").get_by_role("button", name="Spara").last.click()
    told = page.locator("#answer-harmed")
    expect(told).to_contain_text("Butikernas personal.")
    expect(page.locator("#id_harmed_text")).to_have_value("De som bor vid torget.")
    # The browser itself tells of the conflict, and of nothing else.
    assert all("409" in said for said in console_errors)
    console_errors.clear()
    assert_accessible(page)
    page.locator("#id_harmed_text").fill("Butikernas personal och de som bor vid torget.")
    told.get_by_role("button", name="Spara").last.click()
    expect(told).to_contain_text("besvarad")
    problem.refresh_from_db()
    assert problem.harmed == "Butikernas personal och de som bor vid torget."


def test_a_group_scores_in_silence_then_sees_where_it_differs_and_decides(
    page, browser, live_server, world, sign_in, address, assert_accessible, assert_fits
):
    make.ProblemFactory(area=world.west, number=1, title="Krossade rutor", state=State.DESCRIBED)
    group = make.GroupFactory(collaboration=world.here, name="Beredningsgruppen")
    for who in ("police", "security_lead"):
        make.GroupMemberFactory(group=group, membership=world.people[who].memberships.get())
    sign_in(world.people["coordinator"])
    page.goto(address("prioritisation_new"))
    page.get_by_label("Grupp", exact=True).select_option(label="Beredningsgruppen")
    page.get_by_label("Krossade rutor").check()
    page.get_by_role("button", name="Börja prioriteringen").click()
    page.wait_for_url("**/prioritisation/*/")
    round_page = page.url

    for who, value in (("police", 3), ("security_lead", 0)):
        own = open_as(browser, live_server, world.people[who], width=390)
        own.goto(round_page)
        own.get_by_role("link", name="Poängsätt").click()
        for criterion in Criterion:
            own.locator(f"input[name=value_{criterion}][value='{value}']").check()
            own.locator(f"textarea[name=reason_{criterion}]").fill(f"Glasögonorm {who} {value}")
        assert_fits(own)
        assert_accessible(own)
        own.get_by_role("button", name="Spara mina poäng").click()
        own.wait_for_url(round_page)
        page.reload()
        assert "Glasögonorm" not in page.content()
    assert Score.objects.count() == 2 * len(Criterion)

    page.get_by_role("button", name="Visa vad alla tycker").click()
    expect(page.locator("#problem-1")).to_contain_text("Var gruppen är oense")
    for width in (390, 768, 1440):
        page.set_viewport_size({"width": width, "height": 900})
        assert_fits(page)
    assert_accessible(page)
    page.get_by_label("kommer först").check()
    page.locator("#problem-1").get_by_label("Varför?").fill("Skadar flest och går att påverka.")
    page.get_by_role("button", name="Skriv ner beslutet").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Gruppen har beslutat vilka problem som kommer först")
    assert Problem.objects.get().state == State.PRIORITISED
