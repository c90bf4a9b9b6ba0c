"""A caretaker in a cellar: reports written without network, on a slow one, in two tabs, on a shared or a full phone.

In the end every report is on the server exactly once, or is seen to wait in the outbox.
"""

from __future__ import annotations

import datetime as dt
import json
import re
import time
from collections.abc import Callable
from zoneinfo import ZoneInfo

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Page, Route, expect

from areas.actions import save_place
from incidents import presets
from incidents.models import Incident
from tests.browser.wire import Wire
from tests.world import World

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

ENTRY = reverse("incident_new", args=["ekstad"])
SEND = reverse("incident_send", args=["ekstad"])
IDENTITY_NUMBER = "850709-9805"
# Whether a page is kept on the phone.
IS_KEPT = "async (page) => Boolean(await (await caches.open('est-entry-1')).match(page))"


@pytest.fixture
def world(transactional_db):
    world = World()
    save_place(place=world.square, by=None)
    return world


@pytest.fixture
def wire(live_server):
    wire = Wire(live_server.url)
    yield wire
    wire.cut()


@pytest.fixture
def quiet(console_errors):
    """Without network the browser complains of every address it does not reach: that is what these tests are about."""
    yield
    console_errors[:] = [line for line in console_errors if "Failed to load resource" not in line]


# What a cellar does to a phone is tried on a narrow one and on one of the usual width: in every run where it is also
# asked whether everything fits.
BOTH_WIDTHS = pytest.mark.parametrize("width", [320, 390])
NARROW_AT_LENGTH = pytest.mark.parametrize("width", [pytest.param(320, marks=pytest.mark.slow), 390])


@pytest.fixture
def width():
    return 390


@pytest.fixture
def page(page, quiet, wire, width):
    page.set_viewport_size({"width": width, "height": 844})
    page.set_default_timeout(10_000)
    yield page
    # What the page still asks for is asked before the wire is gone. Closed rather than sent elsewhere: a page that goes
    # to a receipt by itself would come between.
    page.close()


@pytest.fixture
def entry(page, wire, world, sign_in):
    """The entry page of the reporter, kept on the phone."""
    sign_in(world.people["reporter"])
    open_entry(page, wire)
    wait_until(page, lambda: page.evaluate(IS_KEPT, ENTRY))
    return page


def open_entry(page: Page, wire: Wire) -> None:
    page.goto(wire.url + ENTRY)
    expect(page.locator("report-entry")).to_have_attribute("data-state", "open")


def wait_until(page: Page, happens: Callable[[], bool], seconds: float = 15) -> None:
    ends = time.monotonic() + seconds
    while not happens():
        assert time.monotonic() < ends, "It did not happen in time."
        page.wait_for_timeout(100)


def fill(page: Page, world: World, text: str = "Glas krossat i porten.", when: str = "now") -> None:
    page.locator(f"#id_category_{world.vandalism.pk}").click()
    page.locator(f"[data-place='{world.square.pk}']").click()
    page.locator(f"input[name=when][value={when}]").check()
    page.locator("#id_description").fill(text)


def press_send(page: Page) -> None:
    page.locator("form.report button[type=submit]:not([name])").click()


class Held:
    """What the outbox asks of the server stands still until the test lets it go, or breaks it off."""

    def __init__(self, page: Page, method: str = "POST") -> None:
        self.page, self.method, self.is_open = page, method, False
        self.routes: list[Route] = []
        page.route("**" + SEND, self._hold)

    def _hold(self, route: Route) -> None:
        if self.is_open or route.request.method != self.method:
            route.continue_()
        else:
            self.routes.append(route)

    def wait(self) -> None:
        wait_until(self.page, lambda: bool(self.routes))

    def let_go(self) -> None:
        self.is_open = True
        for route in self.routes:
            route.continue_()

    def break_off(self) -> None:
        self.is_open = True
        for route in self.routes:
            route.abort()


def said_here(page: Page):
    """What is said above the button while somebody writes."""
    return page.locator("[data-said-here]")


def rows(page: Page):
    return page.locator(".outbox__item")


def of_reporter(world: World):
    known = [world.by_reporter.pk, world.waiting.pk, world.draft.pk]
    return Incident.objects.filter(reporter=world.people["reporter"]).exclude(pk__in=known)


@BOTH_WIDTHS
def test_without_network_all_the_time_and_replayed_three_times_it_is_there_once(
    entry, wire, world, context, assert_accessible, assert_fits
):
    page = entry
    wire.cut()
    open_entry(page, wire)
    fill(page, world)
    press_send(page)
    expect(page.locator("[data-said]")).to_contain_text("skickas när du har nät")
    expect(page.locator("[data-outbox-badge]")).to_have_text("1 väntar")
    open_entry(page, wire)
    expect(rows(page)).to_have_count(1)
    expect(rows(page)).to_contain_text("Skadegörelse · Västers centrum, Väster")
    expect(rows(page)).to_have_attribute("data-state", "waiting")
    assert_accessible(page)
    assert_fits(page)
    assert not of_reporter(world).exists()
    bodies: list[str] = []
    context.on("request", lambda request: bodies.append(request.post_data or "") if request.method == "POST" else None)
    wire.mend()
    page.locator("[data-send-now]").click()
    expect(rows(page)).to_have_attribute("data-state", "sent")
    stored = of_reporter(world).get()
    assert (stored.place, stored.description) == (world.square, "Glas krossat i porten.")
    client = Client()
    client.force_login(world.people["reporter"])
    for _ in range(3):
        answer = client.post(SEND, bodies[-1], content_type="application/json")
        assert (answer.status_code, answer.json()["id"]) == (200, stored.pk)
    assert of_reporter(world).count() == 1


@NARROW_AT_LENGTH
def test_a_slow_network_lets_the_writer_go_on_and_sends_once(entry, wire, world):
    wire.delay_s = 2.5
    fill(entry, world)
    press_send(entry)
    expect(entry.locator("[data-said]")).to_contain_text("Det tar tid att skicka")
    # Pressed again and again it is still one report.
    entry.locator("[data-send-now]").click()
    expect(rows(entry)).to_have_attribute("data-state", "sent", timeout=40_000)
    assert of_reporter(world).count() == 1


@NARROW_AT_LENGTH
def test_reloaded_again_and_again_while_it_is_sent_it_is_there_once(entry, wire, world):
    wire.delay_s = 0.4
    fill(entry, world)
    press_send(entry)
    expect(rows(entry)).to_have_count(1)
    for _time in range(3):
        entry.reload()
        expect(entry.locator("report-entry")).to_have_attribute("data-state", "open", timeout=30_000)
        expect(rows(entry)).to_have_count(1)
    wire.delay_s = 0.0
    expect(rows(entry)).to_have_attribute("data-state", "sent", timeout=40_000)
    assert of_reporter(world).count() == 1


@NARROW_AT_LENGTH
def test_an_answer_that_is_lost_is_fetched_by_sending_again(entry, wire, world):
    fill(entry, world)
    # The report reaches the server, the answer does not reach the page.
    entry.evaluate(
        """() => {
          const send = window.fetch;
          window.fetch = async (address, options) => {
            const answer = await send(address, options);
            if (options?.method === "POST") throw new TypeError("lost");
            return answer;
          };
        }"""
    )
    press_send(entry)
    expect(entry.locator("[data-said]")).to_contain_text("skickas när du har nät")
    expect(rows(entry)).to_have_attribute("data-state", "waiting")
    assert of_reporter(world).count() == 1
    open_entry(entry, wire)
    expect(rows(entry)).to_have_attribute("data-state", "sent")
    assert of_reporter(world).count() == 1


@NARROW_AT_LENGTH
def test_two_tabs_never_send_the_same_twice(entry, wire, world, context, quiet, width):
    posts: list[str] = []

    def note(request):
        if request.method == "POST" and request.url.endswith(SEND):
            posts.append(json.loads(request.post_data)["client_uuid"])

    context.on("request", note)
    wire.cut()
    for text in ("Första.", "Andra.", "Tredje."):
        fill(entry, world, text)
        press_send(entry)
        expect(entry.locator("[data-said]")).to_contain_text("skickas när du har nät")
        # The sentence may be the last report's: the form is ready for the next once it is empty.
        expect(entry.locator("#id_description")).to_have_value("")
    other = context.new_page()
    other.set_viewport_size({"width": width, "height": 844})
    open_entry(other, wire)
    expect(rows(other)).to_have_count(3)
    posts.clear()
    wire.mend()
    for tab in (entry, other):
        tab.evaluate("document.querySelector('[data-send-now]').click()")
    for tab in (entry, other):
        expect(tab.locator(".outbox__item[data-state=sent]")).to_have_count(3)
    assert sorted(posts) == sorted(set(posts))
    assert len(posts) == 3
    assert sorted(of_reporter(world).values_list("description", flat=True)) == ["Andra.", "Första.", "Tredje."]
    other.close()


@NARROW_AT_LENGTH
def test_an_expired_session_loses_nothing(entry, wire, world, sign_in):
    fill(entry, world)
    Session.objects.all().delete()
    press_send(entry)
    expect(entry.locator("[data-said]")).to_contain_text("Logga in igen")
    expect(rows(entry)).to_have_attribute("data-state", "waiting")
    assert not of_reporter(world).exists()
    sign_in(world.people["reporter"])
    open_entry(entry, wire)
    expect(rows(entry)).to_have_attribute("data-state", "sent")
    assert of_reporter(world).count() == 1


def test_a_shared_phone_shows_and_sends_nothing_of_the_one_before(entry, wire, world, sign_in):
    wire.cut()
    fill(entry, world, "Bara rapportören får läsa detta.")
    press_send(entry)
    expect(rows(entry)).to_have_count(1)
    # The old tab of the first person, with the session of the next one: the server tells them apart. The outbox tries
    # by itself as soon as there is a network, so the session changes before.
    sign_in(world.people["coordinator"])
    wire.mend()
    entry.locator("[data-send-now]").click()
    expect(rows(entry)).to_contain_text("skickas när den som skrev den loggar in")
    open_entry(entry, wire)
    expect(rows(entry)).to_have_count(0)
    expect(entry.locator("[data-outbox-others]")).to_contain_text("någon annan har skrivit")
    assert "Bara rapportören" not in entry.content()
    assert not Incident.objects.filter(description__startswith="Bara rapportören").exists()
    sign_in(world.people["reporter"])
    open_entry(entry, wire)
    expect(rows(entry)).to_have_attribute("data-state", "sent")
    assert of_reporter(world).get().reporter == world.people["reporter"]


@NARROW_AT_LENGTH
def test_a_full_phone_keeps_the_text_on_the_screen_and_says_so(entry, world):
    fill(entry, world)
    entry.evaluate(
        "() => { IDBObjectStore.prototype.put = () => { throw new DOMException('full', 'QuotaExceededError'); }; }"
    )
    press_send(entry)
    said = entry.locator("[data-said]")
    expect(said).to_contain_text("inget utrymme kvar")
    assert entry.locator("#id_description").input_value() == "Glas krossat i porten."
    assert not of_reporter(world).exists()
    said.get_by_role("button", name="Skicka direkt").click()
    entry.wait_for_url("**/receipt/")
    assert of_reporter(world).count() == 1


def test_what_only_the_server_refuses_stays_with_its_sentence_and_is_mended(entry, wire, world, assert_accessible):
    # Names are known to the server alone; here it does not answer while one types.
    entry.route("**" + reverse("guard_check", args=["ekstad"]), lambda route: route.abort())
    fill(entry, world, "Det var Anna Andersson.")
    press_send(entry)
    expect(entry.locator("[data-sentences] .ds-error-summary")).to_contain_text("person")
    expect(rows(entry)).to_have_attribute("data-state", "failed")
    assert "Anna Andersson" in entry.locator("#id_description").input_value()
    assert_accessible(entry)
    assert not of_reporter(world).exists()
    entry.locator("#id_description").fill("En fönsterruta.")
    press_send(entry)
    entry.wait_for_url("**/receipt/")
    assert of_reporter(world).get().description == "En fönsterruta."


def test_what_points_at_a_person_is_kept_nowhere_not_even_without_network(entry, wire, world):
    wire.cut()
    fill(entry, world, f"Han heter {IDENTITY_NUMBER}.")
    press_send(entry)
    expect(entry.locator("[data-sentences] .ds-error-summary")).to_contain_text("pekar ut en person")
    expect(rows(entry)).to_have_count(0)
    entry.locator(".guard__choices button").first.click()
    assert IDENTITY_NUMBER not in entry.locator("#id_description").input_value()
    press_send(entry)
    expect(rows(entry)).to_have_attribute("data-state", "waiting")


def test_what_waits_is_changed_and_deleted(entry, wire, world):
    wire.cut()
    for text in ("Första.", "Andra."):
        fill(entry, world, text)
        press_send(entry)
        expect(entry.locator("[data-said]")).to_contain_text("skickas när du har nät")
        expect(entry.locator("#id_description")).to_have_value("")
    rows(entry).nth(0).get_by_role("button", name="Ändra").click()
    expect(entry.locator("#id_description")).to_have_value("Första.")
    entry.locator("#id_description").fill("Första, rättad.")
    press_send(entry)
    expect(entry.locator("[data-said]")).to_contain_text("skickas när du har nät")
    expect(entry.locator("#id_description")).to_have_value("")
    expect(rows(entry)).to_have_count(2)
    entry.once("dialog", lambda dialog: dialog.accept())
    rows(entry).nth(1).get_by_role("button", name="Ta bort").click()
    expect(rows(entry)).to_have_count(1)
    wire.mend()
    entry.locator("[data-send-now]").click()
    expect(rows(entry)).to_have_attribute("data-state", "sent")
    assert of_reporter(world).get().description == "Första, rättad."


def test_signing_out_warns_of_what_waits_and_empties_what_is_kept(entry, wire, world):
    wire.cut()
    fill(entry, world)
    press_send(entry)
    expect(rows(entry)).to_have_count(1)
    wire.mend()
    entry.route("**" + SEND, lambda route: route.abort())
    sentences: list[str] = []

    def stay(dialog):
        sentences.append(dialog.message)
        dialog.dismiss()

    def leave(dialog):
        sentences.append(dialog.message)
        dialog.accept()

    sign_out = entry.locator(".sidebar__foot form[action$='/logout/']").first
    entry.once("dialog", stay)
    sign_out.evaluate("form => form.requestSubmit()")
    wait_until(entry, lambda: len(sentences) == 1)
    assert "inte skickad" in sentences[0]
    assert Session.objects.exists()
    entry.once("dialog", leave)
    sign_out.evaluate("form => form.requestSubmit()")
    expect(entry).to_have_url(re.compile(r"/accounts/login/"))
    assert entry.evaluate("async (page) => Boolean(await caches.match(page))", ENTRY) is False


def sign_out(page: Page) -> None:
    page.locator(".sidebar__foot form[action$='/logout/']").first.evaluate("form => form.requestSubmit()")


def assert_nothing_is_kept(page: Page, wire: Wire) -> None:
    """Whoever takes the phone now sees nothing of the person before."""
    kept = page.evaluate("async () => (await (await caches.open('est-entry-1')).keys()).map((one) => one.url)")
    assert kept == []
    wire.cut()
    page.goto(wire.url + ENTRY)
    expect(page.locator("h1")).to_have_text("Det finns inget nät just nu")


def test_a_page_that_is_on_its_way_at_sign_out_is_not_kept_when_it_comes(entry, wire, context):
    held = wire.hold_answer(f"GET {ENTRY} ")
    other = context.new_page()
    other.evaluate("address => { location.href = address; }", wire.url + ENTRY)
    assert held.reached.wait(15)
    sign_out(entry)
    expect(entry).to_have_url(re.compile(r"/accounts/login/"))
    held.goes_on.set()
    # The tab that had asked gets its page; from then on it is nowhere.
    expect(other.locator("report-entry")).to_have_attribute("data-state", "open")
    other.close()
    assert_nothing_is_kept(entry, wire)


def test_a_page_that_comes_while_somebody_signs_out_is_not_kept(entry, wire, context):
    held = wire.hold_request("POST /accounts/logout/")
    sign_out(entry)
    assert held.reached.wait(15)
    # The server has not heard of it yet and still answers with the page.
    other = context.new_page()
    open_entry(other, wire)
    wait_until(other, lambda: other.evaluate(IS_KEPT, ENTRY))
    other.close()
    held.goes_on.set()
    expect(entry).to_have_url(re.compile(r"/accounts/login/"))
    assert_nothing_is_kept(entry, wire)


def test_a_draft_is_kept_while_writing_and_gone_once_it_is_sent(entry, wire, world):
    fill(entry, world, "Halvvägs.")
    entry.wait_for_timeout(700)
    open_entry(entry, wire)
    assert entry.locator("#id_description").input_value() == "Halvvägs."
    expect(entry.locator("[data-said]")).to_contain_text("Det är inte skickat")
    press_send(entry)
    entry.wait_for_url("**/receipt/")
    open_entry(entry, wire)
    assert entry.locator("#id_description").input_value() == ""
    expect(entry.locator("[data-said]")).to_be_empty()


def test_another_report_from_the_same_place_keeps_place_and_time(entry, world):
    fill(entry, world, "Första.", when="night")
    entry.get_by_role("button", name="Spara och lägg till en till").click()
    expect(entry.locator("[data-said]")).to_contain_text("Plats och tid är kvar")
    assert entry.locator("#id_place").input_value() == str(world.square.pk)
    assert entry.locator("input[name=when]:checked").input_value() == "night"
    assert entry.locator("#id_description").input_value() == ""
    assert entry.locator("input[name=category]:checked").count() == 0
    entry.locator(f"#id_category_{world.vandalism.pk}").click()
    press_send(entry)
    entry.wait_for_url("**/receipt/")
    first, second = of_reporter(world).order_by("pk")
    assert (first.place, first.occurred_from) == (second.place, second.occurred_from)


def test_a_position_is_read_back_in_words_also_without_network(entry, wire, world, context):
    context.grant_permissions(["geolocation"], origin=wire.url)
    near = {"longitude": world.square.lon + 0.0005, "latitude": world.square.lat, "accuracy": 8}
    context.set_geolocation(near)
    read_back = entry.locator("[data-read-back]")
    for is_cut in (False, True):
        if is_cut:
            wire.cut()
            open_entry(entry, wire)
        entry.locator("[data-mine]").click()
        expect(read_back).to_contain_text("30 m från Västers centrum")
        expect(read_back).to_contain_text("Träffsäkerhet 8 m")


def test_nothing_covers_the_text_and_every_target_is_a_thumb_wide(entry, assert_fits):
    for width in (320, 390):
        entry.set_viewport_size({"width": width, "height": 700})
        assert_fits(entry)
        for target in entry.locator(".tile__label, .chip, .report__send button, .report__mine").all():
            if target.is_visible():
                box = target.bounding_box()
                assert box is not None
                assert box["height"] >= 44, target.inner_text()
        text, send = entry.locator("#id_description"), entry.locator(".report__send button").first
        assert text.bounding_box()["y"] + text.bounding_box()["height"] <= send.bounding_box()["y"]
        text.scroll_into_view_if_needed()
        text.click()
        expect(text).to_be_focused()


def test_the_phone_and_the_server_mean_the_same_night_and_weekend(entry):
    here = ZoneInfo("Europe/Stockholm")
    moments = [dt.datetime(2026, 3, 23, 1, 30, tzinfo=here) + dt.timedelta(hours=7 * step) for step in range(60)]
    moments += [dt.datetime(2026, 10, 20, 0, 10, tzinfo=here) + dt.timedelta(hours=5 * step) for step in range(60)]
    asked = [[preset, moment.isoformat()] for preset in sorted(presets.PRESETS) for moment in moments]
    script = """async (asked) => {
      const { timesOf } = await import("/static/js/when.js");
      return asked.map(([preset, moment]) => timesOf(preset, moment).map((one) => one && one.getTime() / 1000));
    }"""
    for (preset, moment), shown in zip(asked, entry.evaluate(script, asked), strict=True):
        meant = presets.times_of(preset, dt.datetime.fromisoformat(moment))
        assert shown == [one and one.timestamp() for one in meant], (preset, moment)


def test_other_pages_say_that_there_is_no_network_and_the_start_leads_to_the_entry_page(entry, wire):
    # The places to begin with come after the page itself.
    wait_until(entry, lambda: entry.evaluate(IS_KEPT, reverse("priority_places", args=["ekstad"])))
    wire.cut()
    entry.goto(wire.url + reverse("incident_list", args=["ekstad"]))
    expect(entry.locator("h1")).to_have_text("Det finns inget nät just nu")
    entry.goto(wire.url + "/?from=app")
    expect(entry.locator("report-entry")).to_have_attribute("data-state", "open")
    kept = entry.evaluate("async () => (await (await caches.open('est-entry-1')).keys()).map((one) => one.url)")
    assert set(kept) == {wire.url + ENTRY, wire.url + reverse("priority_places", args=["ekstad"])}


# --- Careless, hurried or unlucky -------------------------------------------------------------------------------------


def test_back_after_sending_is_an_empty_form_and_sends_nothing_again(entry, wire, world):
    fill(entry, world)
    press_send(entry)
    entry.wait_for_url("**/receipt/")
    entry.go_back()
    expect(entry.locator("report-entry")).to_have_attribute("data-state", "open")
    expect(entry.locator("#id_description")).to_have_value("")
    expect(entry.locator("input[name=category]:checked")).to_have_count(0)
    press_send(entry)
    expect(entry.locator("[data-sentences] li")).to_have_count(3)
    assert of_reporter(world).count() == 1


def test_two_tabs_that_began_with_the_same_draft_lose_neither_report(entry, wire, world, context, quiet):
    fill(entry, world, "Från den första fliken.")
    entry.wait_for_timeout(700)
    other = context.new_page()
    open_entry(other, wire)
    expect(other.locator("#id_description")).to_have_value("Från den första fliken.")
    wire.cut()
    press_send(entry)
    expect(entry.locator("[data-said]")).to_contain_text("skickas när du har nät")
    other.locator("#id_description").fill("Från den andra fliken.")
    press_send(other)
    expect(other.locator("[data-said]")).to_contain_text("skickas när du har nät")
    expect(rows(other)).to_have_count(2)
    wire.mend()
    other.locator("[data-send-now]").click()
    expect(other.locator(".outbox__item[data-state=sent]")).to_have_count(2)
    texts = sorted(of_reporter(world).values_list("description", flat=True))
    assert texts == ["Från den andra fliken.", "Från den första fliken."]
    other.close()


def test_a_second_tab_with_a_report_that_has_been_sent_asks_before_it_sends_a_new_one(entry, wire, world, context):
    fill(entry, world, "Samma utkast.")
    entry.wait_for_timeout(700)
    other = context.new_page()
    open_entry(other, wire)
    press_send(entry)
    entry.wait_for_url("**/receipt/")
    press_send(other)
    stored = of_reporter(world).get()
    expect(other.locator("[data-said]")).to_contain_text(f"redan skickad och kom fram som {stored.ref}")
    other.get_by_role("button", name="Skicka det som står här som en ny rapport").click()
    other.wait_for_url("**/receipt/")
    assert of_reporter(world).count() == 2
    other.close()


def test_a_long_text_is_not_cut_off_but_counted_and_signs_of_every_kind_arrive(entry, world, assert_fits):
    fill(entry, world, "a" * 5000)
    expect(entry.locator("text-left")).to_have_text("4000 tecken för mycket")
    assert_fits(entry)
    press_send(entry)
    expect(entry.locator("[data-sentences]")).to_contain_text("längre än 1 000 tecken")
    assert len(entry.locator("#id_description").input_value()) == 5000
    assert not of_reporter(world).exists()
    text = "Klotter 🖍️ på väggen.\n" + "å🔥" * 485
    entry.locator("#id_description").fill(text)
    expect(entry.locator("text-left")).to_have_text(f"{1000 - len(text)} tecken kvar")
    press_send(entry)
    entry.wait_for_url("**/receipt/")
    assert of_reporter(world).get().description == text


def test_a_time_that_lies_ahead_or_ends_before_it_begins_is_said_also_without_network(entry, wire, world):
    wire.cut()
    fill(entry, world, when="other")
    tomorrow = dt.datetime.now(ZoneInfo("Europe/Stockholm")) + dt.timedelta(days=1)
    entry.locator("#id_occurred_from").fill(f"{tomorrow:%Y-%m-%dT%H:%M}")
    press_send(entry)
    expect(entry.locator("[data-sentences]")).to_contain_text("har inte varit än")
    entry.locator("#id_occurred_from").fill("2026-03-02T22:00")
    entry.locator("#id_occurred_to").fill("2026-03-02T06:00")
    press_send(entry)
    expect(entry.locator("[data-sentences]")).to_contain_text("före början")
    expect(rows(entry)).to_have_count(0)


def test_a_position_that_is_refused_or_vague_leaves_the_other_ways_open(entry, wire, world, context):
    read_back, chip = entry.locator("[data-read-back]"), entry.locator(f"[data-place='{world.square.pk}']")
    entry.locator("[data-mine]").click()
    expect(read_back).to_contain_text("Tillåt den i inställningarna")
    expect(chip).to_be_visible()
    context.grant_permissions(["geolocation"], origin=wire.url)
    context.set_geolocation({"longitude": world.square.lon + 0.0005, "latitude": world.square.lat, "accuracy": 800})
    entry.locator("[data-mine]").click()
    expect(read_back).to_contain_text("Någonstans inom 900 m från Västers centrum")
    chip.click()
    expect(read_back).to_have_text("Västers centrum, Väster Ändra platsen", use_inner_text=True)
    assert entry.locator("#id_accuracy_m").input_value() == ""


def test_a_pin_in_the_sea_is_seen_before_it_is_sent_and_refused_in_words(entry, world):
    fill(entry, world)
    entry.locator("[data-change-place]").click()
    entry.locator("point-picker summary").click()
    for name, value in (("lon", "19,5"), ("lat", "58,1")):
        entry.locator(f"#id_{name}").fill(value)
        entry.locator(f"#id_{name}").blur()
    read_back = entry.locator("[data-read-back]")
    expect(read_back).to_contain_text("långt utanför")
    expect(read_back).to_have_attribute("data-tone", "warning")
    press_send(entry)
    expect(entry.locator("[data-sentences]")).to_contain_text("långt utanför")
    assert entry.locator("#id_description").input_value() == "Glas krossat i porten."
    assert not of_reporter(world).exists()


def test_once_the_place_is_chosen_only_the_answer_stands_there_until_it_is_changed(entry, world):
    chip, change = entry.locator(f"[data-place='{world.square.pk}']"), entry.locator("[data-change-place]")
    search = entry.locator("place-search input[type=search]")
    expect(change).to_be_hidden()
    chip.click()
    expect(change).to_be_focused()
    for hidden in (chip, search, entry.locator("point-picker"), entry.locator("#id_is_place_unknown")):
        expect(hidden).to_be_hidden()
    change.click()
    expect(entry.locator("[data-mine]")).to_be_focused()
    expect(chip).to_have_attribute("aria-pressed", "true")
    entry.locator("#id_is_place_unknown").check()
    expect(search).to_be_hidden()
    assert entry.locator("#id_place").input_value() == ""
    entry.locator("#id_is_place_unknown").uncheck()
    expect(search).to_be_visible()


def test_an_expired_session_leads_to_the_sign_in_and_back(entry, wire, world):
    fill(entry, world)
    Session.objects.all().delete()
    press_send(entry)
    link = entry.locator("[data-said] a", has_text="Logga in")
    expect(link).to_be_visible()
    expect(entry.locator("[data-said]")).to_be_focused()
    link.click()
    expect(entry).to_have_url(re.compile(rf"/accounts/login/\?next={re.escape(ENTRY)}$"))


def test_a_press_on_a_slow_network_is_seen_at_once(entry, wire, world):
    held = Held(entry)
    fill(entry, world)
    press_send(entry)
    expect(entry.locator("form.report button[type=submit]").first).to_have_text("Skickar …")
    held.let_go()
    entry.wait_for_url("**/receipt/")
    assert of_reporter(world).count() == 1


# --- Writing on while it is sent --------------------------------------------------------------------------------------


@BOTH_WIDTHS
@pytest.mark.parametrize("button", ["Skicka", "Spara och lägg till en till"])
def test_what_is_written_on_while_the_report_is_sent_stays_as_a_report_of_its_own(
    entry, wire, world, button, assert_accessible, assert_fits
):
    held = Held(entry)
    fill(entry, world, "Glas krossat.")
    entry.get_by_role("button", name=button, exact=True).click()
    held.wait()
    text = entry.locator("#id_description")
    text.fill("Glas krossat. Nu även ett fönster.")
    held.let_go()
    expect(said_here(entry)).to_contain_text("utan det du har ändrat efteråt")
    stored = of_reporter(world).get()
    assert stored.description == "Glas krossat."
    expect(said_here(entry)).to_contain_text(stored.ref)
    assert entry.url == wire.url + ENTRY
    # Whoever writes is not interrupted.
    expect(text).to_have_value("Glas krossat. Nu även ett fönster.")
    expect(text).to_be_focused()
    assert_accessible(entry)
    assert_fits(entry)
    open_entry(entry, wire)
    expect(text).to_have_value("Glas krossat. Nu även ett fönster.")
    expect(entry.locator("[data-said]")).to_contain_text("Det är inte skickat")
    press_send(entry)
    entry.wait_for_url("**/receipt/")
    texts = of_reporter(world).order_by("pk").values_list("description", flat=True)
    assert list(texts) == ["Glas krossat.", "Glas krossat. Nu även ett fönster."]


def test_whoever_wrote_on_in_vain_starts_over(entry, wire, world):
    held = Held(entry)
    fill(entry, world, "Glas krossat.")
    press_send(entry)
    held.wait()
    entry.locator("#id_description").fill("Glas")
    held.let_go()
    said_here(entry).get_by_role("button", name="Börja om").click()
    expect(entry.locator("#id_description")).to_have_value("")
    expect(said_here(entry)).to_be_empty()
    open_entry(entry, wire)
    expect(entry.locator("#id_description")).to_have_value("")
    expect(entry.locator("[data-said]")).to_be_empty()
    assert of_reporter(world).count() == 1


@NARROW_AT_LENGTH
def test_what_is_written_on_while_the_report_is_refused_stays_with_the_sentence(entry, wire, world):
    entry.route("**" + reverse("guard_check", args=["ekstad"]), lambda route: route.abort())
    held = Held(entry)
    fill(entry, world, "Det var Anna Andersson.")
    press_send(entry)
    held.wait()
    text = entry.locator("#id_description")
    text.fill("Det var Anna Andersson. Glas krossat.")
    held.let_go()
    expect(entry.locator("[data-sentences] .ds-error-summary")).to_contain_text("person")
    expect(text).to_have_value("Det var Anna Andersson. Glas krossat.")
    expect(text).to_be_focused()
    expect(rows(entry)).to_have_attribute("data-state", "failed")
    open_entry(entry, wire)
    expect(text).to_have_value("Det var Anna Andersson. Glas krossat.")
    text.fill("Glas krossat.")
    press_send(entry)
    entry.wait_for_url("**/receipt/")
    assert of_reporter(world).get().description == "Glas krossat."


@BOTH_WIDTHS
def test_what_is_written_on_without_network_changes_the_report_that_waits(
    entry, wire, world, assert_accessible, assert_fits
):
    held = Held(entry, "GET")
    fill(entry, world, "Glas krossat.")
    press_send(entry)
    held.wait()
    text = entry.locator("#id_description")
    text.fill("Glas krossat i porten.")
    held.break_off()
    expect(said_here(entry)).to_contain_text("skickas när du har nät")
    expect(said_here(entry)).to_contain_text("ändras rapporten som väntar")
    expect(text).to_have_value("Glas krossat i porten.")
    expect(text).to_be_focused()
    assert_accessible(entry)
    assert_fits(entry)
    wire.cut()
    open_entry(entry, wire)
    expect(text).to_have_value("Glas krossat i porten.")
    expect(rows(entry)).to_have_count(1)
    press_send(entry)
    expect(entry.locator("[data-said]")).to_contain_text("skickas när du har nät")
    expect(text).to_have_value("")
    expect(rows(entry)).to_have_count(1)
    wire.mend()
    entry.locator("[data-send-now]").click()
    expect(rows(entry)).to_have_attribute("data-state", "sent")
    assert of_reporter(world).get().description == "Glas krossat i porten."


def test_what_is_begun_after_save_and_add_another_never_replaces_the_one_that_waits(entry, wire, world):
    held = Held(entry, "GET")
    fill(entry, world, "Glas krossat.")
    entry.get_by_role("button", name="Spara och lägg till en till").click()
    held.wait()
    entry.locator("#id_description").fill("Klotter på väggen.")
    held.break_off()
    expect(said_here(entry)).to_contain_text("blir en egen rapport")
    press_send(entry)
    wait_until(entry, lambda: of_reporter(world).count() == 2)
    texts = sorted(of_reporter(world).values_list("description", flat=True))
    assert texts == ["Glas krossat.", "Klotter på väggen."]


def test_what_is_changed_stays_when_another_tab_sends_the_report_meanwhile(entry, wire, world, context):
    wire.cut()
    fill(entry, world, "Glas krossat.")
    press_send(entry)
    expect(rows(entry)).to_have_count(1)
    expect(entry.locator("#id_description")).to_have_value("")
    rows(entry).get_by_role("button", name="Ändra").click()
    expect(entry.locator("#id_description")).to_have_value("Glas krossat.")
    entry.locator("#id_description").fill("Glas krossat i porten.")
    wire.mend()
    other = context.new_page()
    other.goto(wire.url + ENTRY)
    expect(said_here(entry)).to_contain_text("utan det du har ändrat efteråt")
    expect(entry.locator("#id_description")).to_have_value("Glas krossat i porten.")
    press_send(entry)
    entry.wait_for_url("**/receipt/")
    texts = of_reporter(world).order_by("pk").values_list("description", flat=True)
    assert list(texts) == ["Glas krossat.", "Glas krossat i porten."]
    other.close()


def test_a_change_of_what_had_arrived_without_an_answer_stays_as_a_report_of_its_own(entry, wire, world):
    held = wire.hold_answer(f"POST {SEND} ")
    fill(entry, world, "Glas krossat.")
    press_send(entry)
    wait_until(entry, held.reached.is_set)
    entry.locator("#id_description").fill("Glas krossat i porten.")
    # The report is stored, its answer never comes.
    wire.cut()
    held.goes_on.set()
    expect(said_here(entry)).to_contain_text("ändras rapporten som väntar")
    wire.mend()
    press_send(entry)
    expect(said_here(entry)).to_contain_text("utan det du har ändrat efteråt")
    expect(entry.locator("#id_description")).to_have_value("Glas krossat i porten.")
    press_send(entry)
    entry.wait_for_url("**/receipt/")
    texts = of_reporter(world).order_by("pk").values_list("description", flat=True)
    assert list(texts) == ["Glas krossat.", "Glas krossat i porten."]
    open_entry(entry, wire)
    expect(entry.locator(".outbox__item[data-state=failed]")).to_have_count(0)


@NARROW_AT_LENGTH
@pytest.mark.parametrize("arrives", [True, False])
def test_a_report_that_is_chosen_while_another_is_sent_stays_in_the_form(entry, wire, world, arrives):
    # One that is refused lies in the outbox, and is not sent by itself again.
    entry.route("**" + reverse("guard_check", args=["ekstad"]), lambda route: route.abort())
    fill(entry, world, "Det var Anna Andersson.")
    press_send(entry)
    expect(rows(entry)).to_have_attribute("data-state", "failed")
    open_entry(entry, wire)
    held = Held(entry, "POST" if arrives else "GET")
    fill(entry, world, "Glas krossat.")
    press_send(entry)
    held.wait()
    rows(entry).nth(0).get_by_role("button", name="Ändra").click()
    text = entry.locator("#id_description")
    expect(text).to_have_value("Det var Anna Andersson.")
    held.let_go() if arrives else held.break_off()
    expect(said_here(entry)).to_contain_text("har kommit fram" if arrives else "skickas när du har nät")
    expect(text).to_have_value("Det var Anna Andersson.")
    assert entry.url == wire.url + ENTRY
    text.fill("En fönsterruta.")
    press_send(entry)
    wait_until(entry, lambda: of_reporter(world).count() == 2)
    texts = sorted(of_reporter(world).values_list("description", flat=True))
    assert texts == ["En fönsterruta.", "Glas krossat."]


def test_choosing_a_waiting_report_asks_before_it_replaces_what_is_being_written(entry, wire, world):
    wire.cut()
    fill(entry, world, "Första.")
    press_send(entry)
    expect(rows(entry)).to_have_count(1)
    expect(entry.locator("#id_description")).to_have_value("")
    entry.locator("#id_description").fill("Andra, som inte är klar.")
    change = rows(entry).get_by_role("button", name="Ändra")
    entry.once("dialog", lambda dialog: dialog.dismiss())
    change.click()
    expect(entry.locator("#id_description")).to_have_value("Andra, som inte är klar.")
    entry.once("dialog", lambda dialog: dialog.accept())
    change.click()
    expect(entry.locator("#id_description")).to_have_value("Första.")


def test_while_it_is_sent_neither_button_sends_again(entry, wire, world):
    held = Held(entry)
    fill(entry, world)
    press_send(entry)
    held.wait()
    again = entry.locator("form.report button[name=again]")
    expect(entry.locator("form.report button[type=submit]:not([name])")).to_have_text("Skickar …")
    expect(again).to_have_attribute("aria-disabled", "true")
    again.click(force=True)
    held.let_go()
    entry.wait_for_url("**/receipt/")
    assert of_reporter(world).count() == 1
