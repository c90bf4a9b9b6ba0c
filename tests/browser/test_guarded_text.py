"""The guard while one types: the browser says what the server would say, offers other words, and needs no network."""

from __future__ import annotations

import random

import pytest
from django.conf import settings
from django.core.cache import cache
from django.urls import reverse
from playwright.sync_api import expect

from privacy.guard import find_without_names
from tests.browser.conftest import looks, scroll_through
from tests.privacy import texts
from tests.privacy.ordinary import ordinary_sentences
from tests.privacy.planted import planted_reports
from tests.world import World

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

# Pieces that are hard to read when they stand beside each other.
PIECES = [
    "850709-9805", "850709", "9805", "19", "20", "-", " ", "  ", ".", ",", "+", "/", "070-174 06 31", "07", "0", "46",
    "ABC 123", "abc123", "BRF 123", "reg", "bil ", "och 112", "K123456-24", "5000-K123456-24", "@", "a@b.se", "insta ",
    "snap: x", "lgh 1203", "portkod 4512", "känd av polisen", "heter ", "f\u00f6dd 2009-04-01", "800101-XXXX", "\n",
    "\r\n", "\r",
    "\u200b", "\u00a0", "\u2011", "\uff11\uff12", "\u0661", "e\u0301", "\U0001f600", "\U0001d7d9", "К", "ﬁ", "½", "ß",
    "18.30-20.00", "2024-11-14 1605", "A B C 1 2 3", "muslimsk ", "förening", "bor på Storgatan 3", "x", "Å", "(", ")",
]  # fmt: skip


@pytest.fixture
def world(transactional_db):
    cache.clear()
    return World()


def all_texts():
    rng = random.Random(7)
    glued = ["".join(rng.choices(PIECES, k=rng.randrange(2, 9))) for _ in range(1500)]
    return [
        *(text for _kind, text in planted_reports()),
        *(text for text, _rule in texts.OTHER_PERSONAL_TEXTS),
        *texts.HARMLESS_TEXTS,
        *ordinary_sentences(),
        *glued,
    ]


@pytest.mark.parametrize("strict", [False, True])
def test_the_browser_says_of_every_text_what_the_server_says(page, live_server, strict, db):
    page.goto(live_server.url + settings.LOGIN_URL if settings.LOGIN_URL.startswith("/") else live_server.url)
    written = all_texts()
    said = page.evaluate(
        """async ([address, texts, strict]) => {
            const { findings } = await import(address);
            const position = (text, end) => [...text.slice(0, end)].length;
            return texts.map((text) => findings(text, { strict }).map(
                ({ rule, strength, start, end }) => [rule, strength, position(text, start), position(text, end)]));
        }""",
        [f"{live_server.url}{settings.STATIC_URL}js/guard.js", written, strict],
    )
    found = 0
    for text, by_browser in zip(written, said, strict=True):
        by_server = [
            [hit.rule, hit.strength.value, hit.start, hit.end] for hit in find_without_names(text, strict=strict)
        ]
        assert by_browser == by_server, text
        found += len(by_server)
    assert len(written) > 2000
    assert found > 500


@pytest.fixture
def form(page, live_server, world, sign_in):
    """The report form, opened by somebody."""

    def open_for(who):
        sign_in(world.people[who])
        page.goto(live_server.url + reverse("incident_new", args=["ekstad"]))
        return page.locator("est-guarded-text")

    return open_for


def test_what_is_found_is_shown_while_one_types_and_taken_away_with_one_press(
    form, page, assert_accessible, assert_fits
):
    page.set_viewport_size({"width": 320, "height": 800})
    guarded = form("police")
    field = page.locator("#id_description")
    field.fill("En person i KGB 48F slängde ut skräp. Ring 070-174 06 31.")
    findings = guarded.locator(".guard__finding")
    expect(findings).to_have_count(2)
    assert [row.get_attribute("data-rule") for row in findings.all()] == ["registration_plate", "phone"]
    expect(guarded.locator(".guard__status")).to_contain_text("pekar ut en person")
    scroll_through(page)
    assert_accessible(page)
    assert_fits(page)
    findings.first.get_by_role("button", name="en bil").click()
    expect(field).to_have_value("En person i en bil slängde ut skräp. Ring 070-174 06 31.")
    expect(field).to_be_focused()
    findings.first.get_by_role("button", name="Stryk").click()
    expect(field).to_have_value("En person i en bil slängde ut skräp. Ring.")
    expect(findings).to_have_count(0)


def test_names_come_from_the_server_and_are_confirmed_or_for_a_housing_company_not(form, page):
    guarded = form("police")
    page.locator("#id_description").fill("Vi såg 😀 Anna Andersson vid porten.")
    row = guarded.locator(".guard__finding")
    expect(row).to_have_count(1)
    expect(row.locator("q")).to_have_text("Anna Andersson")
    expect(page.locator("#id_is_text_confirmed")).to_be_visible()
    row.get_by_role("button", name="en yngre man").click()
    expect(page.locator("#id_description")).to_have_value("Vi såg 😀 en yngre man vid porten.")
    expect(page.locator("#id_is_text_confirmed")).to_be_hidden()

    guarded = form("reporter")
    page.locator("#id_description").fill("Vi såg Anna Andersson vid porten.")
    expect(guarded.locator(".guard__finding[data-strength=strong]")).to_have_count(1)
    expect(page.locator("#id_is_text_confirmed")).to_be_hidden()


def test_without_network_the_numbers_are_found_all_the_same(form, page, context, console_errors):
    guarded = form("reporter")
    context.set_offline(True)
    page.locator("#id_description").fill("Pnr 850709-9805 enligt leg")
    expect(guarded.locator(".guard__finding[data-rule=personal_identity_number]")).to_have_count(1)
    context.set_offline(False)
    # What else the page was fetching when the network went.
    console_errors.clear()


@looks(390, 768, 1440)
def test_findings_are_readable_and_fit(form, page, assert_seen, width, schemes):
    page.emulate_media(color_scheme=schemes[0])
    page.set_viewport_size({"width": width, "height": 900})
    guarded = form("reporter")
    page.locator("#id_description").fill("Svart Audi KGB 48F, portkod 4512, snap: garagekungen, nr 850709-9805")
    expect(guarded.locator(".guard__finding")).to_have_count(4)
    scroll_through(page)
    assert_seen(page, schemes)
