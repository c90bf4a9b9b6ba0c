"""A whole week, walked through by everybody it concerns: report, import, review, picture, letters, what came of it.

Each person sits at a browser of their own. The worker does what it has been sent when the test says so, as it does a
moment later in earnest.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from celery import Task
from django.conf import settings as django_settings
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext, Page, expect

from analysis.periods import Period
from areas.actions import save_place
from incidents import presets
from incidents.coverage import deadlines
from incidents.models import ImportMapping, Incident, NothingToReport, Status
from partners.models import Organisation, User
from partners.roles import Role
from situational_picture.models import Delivery, Picture
from tests import factories as make
from tests.browser.test_report_offline import wait_until
from tests.browser.wire import Wire
from tests.world import World

# Some fifteen browsers one after the other.
pytestmark = [pytest.mark.slow, pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PHONE, DESK = {"width": 390, "height": 844}, {"width": 1440, "height": 900}
QUESTION = "Vad är trasigt, och går det att laga?"
MOTIVE = "Fler rapporter om samma plats än veckan innan."
ASSESSMENT = "Det mesta händer vid centrum på kvällarna, och belysningen är trasig."
ABOUT_PLACES = "Börja vid centrum."


class Worker:
    """Keeps what it is sent and does it when told to, each task through Celery's own machinery."""

    def __init__(self) -> None:
        self.queue: list[tuple[Task, tuple[Any, ...], dict[str, Any]]] = []

    def send(self, task: Task, args: Any = (), kwargs: Any = None, **how: Any) -> None:
        self.queue.append((task, tuple(args or ()), dict(kwargs or {})))

    def work(self) -> list[str]:
        """Do all that waits, and what that brings with it; answer what was done."""
        done = []
        while self.queue:
            task, args, kwargs = self.queue.pop(0)
            task.apply(args, kwargs, throw=True)
            done.append(task.name.rsplit(".", 1)[-1])
        return done


class People:
    """Everybody at a browser of their own."""

    def __init__(self, browser: Browser, url: str) -> None:
        self.browser, self.url = browser, url
        self.contexts: list[BrowserContext] = []
        self.errors: list[str] = []

    def sit_down(self, user: User, viewport: Any = DESK, url: str = "") -> Page:
        """The page of somebody who is signed in."""
        context = self.browser.new_context(locale="sv-SE", timezone_id="Europe/Stockholm", viewport=viewport)
        self.contexts.append(context)
        client = Client()
        client.force_login(user)
        name = django_settings.SESSION_COOKIE_NAME
        context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": url or self.url}])
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.on("console", lambda message: self._note(page, message))
        page.on("pageerror", lambda problem: self.errors.append(str(problem)))
        return page

    def _note(self, page: Page, message: Any) -> None:
        # Without network the browser complains of every address it does not reach, and of what may not be opened.
        if message.type == "error" and "Failed to load resource" not in message.text:
            self.errors.append(f"{page.url}: {message.text}")

    def leave(self) -> None:
        for context in self.contexts:
            context.close()


@pytest.fixture
def worker(monkeypatch: pytest.MonkeyPatch) -> Worker:
    worker = Worker()
    # A function, so that it is bound to the task.
    monkeypatch.setattr(Task, "apply_async", lambda task, *given, **how: worker.send(task, *given, **how))
    return worker


@pytest.fixture
def people(browser: Browser, live_server: Any, settings: Any) -> Iterator[People]:
    settings.SITE_URL = live_server.url
    people = People(browser, live_server.url)
    yield people
    people.leave()
    assert people.errors == []


@pytest.fixture
def wire(live_server: Any) -> Iterator[Wire]:
    wire = Wire(live_server.url)
    yield wire
    wire.cut()


@pytest.fixture
def world(transactional_db: None) -> World:
    """The cast without its reports, and those the week needs besides: an officer, a guard, an analyst, two groups."""
    cache.clear()
    world = World()
    Incident.objects.all().delete()
    save_place(place=world.square, by=None)
    world.school = make.PlaceFactory(
        collaboration=world.here, name="Västerskolan", area=world.west, lon=16.105, lat=58.58
    )
    save_place(place=world.school, by=None)
    guards = make.OrganisationFactory(collaboration=world.here, name="Vaktbolaget", kind=Organisation.Kind.GUARD)

    def join(name: str, role: Role, organisation: Organisation) -> None:
        user = make.UserFactory(email=f"{name}@example.org", function=name)
        make.MembershipFactory(user=user, organisation=organisation, role=role)
        world.people[name] = user

    join("officer", Role.REPORTER, world.municipality)
    join("guard", Role.REPORTER, guards)
    join("analyst", Role.ANALYST, world.municipality)
    for area, members in ((world.west, ["security_lead", "police", "coach"]), (world.town, ["council"])):
        group = make.GroupFactory(collaboration=world.here)
        make.GroupAreaFactory(group=group, area=area)
        for who in members:
            make.GroupMemberFactory(group=group, membership=world.people[who].memberships.get())
    make.ReportingUnitFactory(unit=world.unit, areas=[world.west])
    world.quiet_unit = make.ReportingUnitFactory(
        unit=make.UnitFactory(organisation=world.other_housing, name="Torget"), areas=[world.west]
    )
    columns = {"source_id": "Nr", "occurred_from": "Dag", "category": "Typ", "place": "Plats", "description": "Text"}
    ImportMapping.objects.create(
        collaboration=world.here, organisation=world.housing, name="Störningsjouren", columns=columns
    )
    return world


@pytest.fixture
def week(world: World) -> Period:
    """The week people report for now: this one, and until Monday's deadline the one before."""
    return deadlines.due_period(deadlines.rhythm_of(world.here), timezone.now())


def preset_in(week: Period, wanted: str = "now") -> str:
    """How somebody on the phone says when it was, such that it lies in the week."""
    for preset in (wanted, "now", "weekend"):
        if presets.times_of(preset, timezone.now())[0].date() in week:
            return preset
    raise AssertionError("Neither now nor the weekend lies in the week.")


def day_in(week: Period) -> dt.date:
    return min(timezone.localdate(), week.last_day)


def address(name: str, *args: Any) -> str:
    return reverse(name, args=["ekstad", *args])


def press(page: Page, name: str | re.Pattern[str]) -> None:
    page.get_by_role("button", name=name, exact=isinstance(name, str)).first.click()


def send_report(page: Page) -> None:
    page.locator("form.report button[type=submit]:not([name])").click()


def words_of(page: Page, path: str) -> list[str]:
    """The page's own words as the server sends them, line by line, but for what came later and who has opened it."""
    answer = page.request.get(path)
    assert answer.status == 200
    return page.evaluate(
        """(html) => {
          const main = new DOMParser().parseFromString(html, "text/html").querySelector("main");
          const told = [...main.querySelectorAll(".frozen, .notice")];
          const later = told.filter((one) => one.textContent.includes("De här siffrorna ändras inte"));
          if (later.length !== 1) throw new Error("The page does not say once that it is frozen.");
          for (const part of [...later, ...main.querySelectorAll("#deliveries, .messages")]) part.remove();
          return main.textContent.split(/\\s*\\n\\s*/).filter(Boolean);
        }""",
        # Its own style carries another nonce than the page in which it is taken apart.
        re.sub(r"<style.*?</style>", "", answer.text(), flags=re.DOTALL),
    )


def test_a_whole_week(people: People, world: World, worker: Worker, wire: Wire, week: Period, tmp_path, settings):
    settings.MEDIA_ROOT = tmp_path / "uploads"
    number = week.number
    go: Callable[[Page, str], Any] = lambda page, path: page.goto(people.url + path)  # noqa: E731

    # --- Three report: a municipal officer at a desk, a caretaker on a phone, a guard in the night without network.
    officer = people.sit_down(world.people["officer"])
    go(officer, address("incident_new"))
    expect(officer.locator("report-entry")).to_have_attribute("data-state", "open")
    officer.get_by_role("radio", name="Skadegörelse").check()
    officer.locator("place-search input[type=search]").fill("väst cen")
    officer.locator(".place-search__found button", has_text="Västers centrum").click()
    officer.locator(f"input[name=when][value={preset_in(week)}]").check()
    officer.locator("#id_description").fill("Klotter över hela väggen mot torget.")
    send_report(officer)
    officer.wait_for_url("**/receipt/")
    expect(officer.locator("h1")).to_have_text("Tack, rapporten har kommit fram")

    caretaker = people.sit_down(world.people["reporter"], PHONE)
    go(caretaker, address("incident_new"))
    expect(caretaker.locator("report-entry")).to_have_attribute("data-state", "open")
    caretaker.get_by_role("radio", name="Skadegörelse").check()
    caretaker.locator("place-search input[type=search]").fill("väst cen")
    caretaker.locator(".place-search__found button", has_text="Västers centrum").click()
    caretaker.locator(f"input[name=when][value={preset_in(week)}]").check()
    caretaker.locator("#id_description").fill("Någon har målat på väggen.")
    send_report(caretaker)
    caretaker.wait_for_url("**/receipt/")

    guard = people.sit_down(world.people["guard"], PHONE, wire.url)
    guard.context.grant_permissions(["geolocation"], origin=wire.url)
    guard.context.set_geolocation({"longitude": 16.13, "latitude": 58.59, "accuracy": 9})
    guard.goto(wire.url + address("incident_new"))
    expect(guard.locator("report-entry")).to_have_attribute("data-state", "open")
    is_kept = "async () => Boolean(await (await caches.open('est-entry-1')).match(location.pathname))"
    wait_until(guard, lambda: guard.evaluate(is_kept))
    wire.cut()
    guard.goto(wire.url + address("incident_new"))
    expect(guard.locator("report-entry")).to_have_attribute("data-state", "open")
    guard.get_by_role("radio", name="Skadegörelse").check()
    guard.locator("[data-mine]").click()
    expect(guard.locator("[data-read-back]")).to_contain_text("Träffsäkerhet 9 m")
    guard.locator(f"input[name=when][value={preset_in(week, 'night')}]").check()
    guard.locator("#id_description").fill("Något är trasigt.")
    send_report(guard)
    expect(guard.locator("[data-said]")).to_contain_text("skickas när du har nät")
    expect(guard.locator("[data-outbox-badge]")).to_have_text("1 väntar")
    assert not Incident.objects.filter(reporter=world.people["guard"]).exists()
    wire.mend()
    guard.locator("[data-send-now]").click()
    expect(guard.locator(".outbox__item")).to_have_attribute("data-state", "sent")
    by_officer, by_caretaker, by_guard = (
        Incident.objects.get(reporter=world.people[who]) for who in ("officer", "reporter", "guard")
    )

    # --- The security lead imports the week's cases with the columns saved last time. They wait: nobody trusts it yet.
    cases = tmp_path / "fall.csv"
    rows = [f"F-{one};{day_in(week)};SKA;Västerskolan;Krossad ruta" for one in range(3)]
    cases.write_text("\n".join(["Nr;Dag;Typ;Plats;Text", *rows]), encoding="utf-8")
    lead = people.sit_down(world.people["security_lead"])
    go(lead, address("own_places"))
    lead.locator("#monday_file").set_input_files(cases)
    lead.locator(".monday button[type=submit]").click()
    lead.wait_for_url(re.compile(r"/imports/\d+/$"))
    for pressed in ("Spara dem", ""):
        assert worker.work()
        lead.reload()
        if pressed:
            press(lead, pressed)
    expect(lead.locator("main")).to_contain_text("3")
    imported = Incident.objects.filter(import_batch__isnull=False)
    assert list(imported.values_list("status", flat=True)) == [Status.SUBMITTED] * 3

    # --- A unit that has seen nothing says so in one press.
    other = people.sit_down(world.people["other_housing"], PHONE)
    go(other, address("reporting"))
    press(other, re.compile(rf"^Inget att rapportera.*vecka {number}"))
    expect(other.locator(".answers__row", has_text=f"vecka {number}")).to_contain_text("inget att rapportera")
    assert NothingToReport.objects.get().reporting_unit == world.quiet_unit

    # --- The coordinator goes through what waits, with the keyboard.
    coordinator = people.sit_down(world.people["coordinator"])
    go(coordinator, address("review_queue"))
    press(coordinator, "Godkänn 3 rader")
    is_open = coordinator.locator(".review-page__head a")
    keys = coordinator.keyboard
    expect(coordinator.locator(".review-page__steps")).to_contain_text("1 av 3")
    coordinator.wait_for_load_state()
    # The oldest comes first; on a Monday all three may be of the same hours.
    while is_open.inner_text() != by_officer.ref:
        before, _pressed = is_open.inner_text(), keys.press("j")
        expect(is_open).not_to_have_text(before)
        # Here and below: a key presses nothing until the page's script is there.
        coordinator.wait_for_load_state()
    keys.press("m")
    expect(coordinator.locator("input[name='merge-same']").first).to_be_focused()
    keys.press("Space")
    coordinator.locator("button[value=merge]").press("Enter")
    expect(coordinator.locator("main")).to_contain_text(f"{by_caretaker.ref} räknas ihop med {by_officer.ref}")
    expect(is_open).to_have_text(by_officer.ref)
    coordinator.wait_for_load_state()
    keys.press("a")
    expect(is_open).to_have_text(by_guard.ref)
    coordinator.wait_for_load_state()
    keys.press("r")
    expect(coordinator.locator("#id_return-reason")).to_be_focused()
    keys.type(QUESTION)
    keys.press("Tab")
    keys.press("Enter")
    expect(coordinator.locator("main")).to_contain_text("Allt är avgjort")

    # --- The guard reads the question, mends the report and sends it again; now it is approved.
    guard.goto(wire.url + address("incident_list"))
    expect(guard.locator("h1")).to_have_text("1 rapport väntar på ditt svar")
    guard.locator(".reports__row a").first.click()
    expect(guard.locator("main")).to_contain_text(f"Samordnaren frågar {QUESTION}")
    guard.get_by_role("link", name="Rätta och skicka igen").click()
    expect(guard.locator("main")).to_contain_text(QUESTION)
    guard.locator("#id_description").fill("Lampan vid gångtunneln är sönderslagen.")
    send_report(guard)
    guard.wait_for_url("**/receipt/")
    go(coordinator, address("review_queue"))
    expect(is_open).to_have_text(by_guard.ref)
    expect(coordinator.locator(".review-page__text")).to_contain_text("Lampan vid gångtunneln")
    keys.press("a")
    expect(coordinator.locator("main")).to_contain_text("Allt är avgjort")
    statuses = {row.pk: row.status for row in Incident.objects.all()}
    assert statuses.pop(by_caretaker.pk) == Status.MERGED
    assert set(statuses.values()) == {Status.APPROVED}
    assert len(statuses) == 5

    # --- The worker rebuilds the picture, and the coordinator writes beside the figures.
    assert "rebuild_area" in worker.work()
    query = f"?period={week.code}"
    go(coordinator, address("picture", "vaster") + query)
    total = coordinator.locator(".figure-card__value").first
    expect(total).to_have_text("5")
    coordinator.get_by_role("link", name="Skriv bedömningen").click()
    coordinator.locator("#id_assessed_state").select_option("worrying")
    coordinator.locator("#id_assessed_motive").fill(MOTIVE)
    coordinator.locator("#id_assessment").fill(ASSESSMENT)
    coordinator.locator("#id_section_places").fill(ABOUT_PLACES)
    coordinator.locator("details.writing__selection summary").first.click()
    coordinator.locator("#id_selection_places").select_option(label="Alla rapporter i perioden")
    coordinator.locator("#id_priority-0-name").fill("Västers centrum")
    coordinator.locator("#id_priority-0-why").fill("Där klottras det mest.")
    coordinator.locator("#id_coming-0-day").fill((day_in(week) + dt.timedelta(days=9)).isoformat())
    coordinator.locator("#id_coming-0-place").fill("Västers centrum")
    coordinator.locator("#id_coming-0-what").fill("Loppis med öppet hus")
    expect(coordinator.locator(".writing__status")).to_have_text("Allt är sparat.")
    press(coordinator, "Spara och skicka på granskning")
    coordinator.wait_for_url("**/picture/vaster/?period=*")
    expect(coordinator.get_by_role("button", name="Godkänn och publicera")).to_have_count(0)

    # --- Somebody else reads and publishes.
    analyst = people.sit_down(world.people["analyst"])
    go(analyst, address("picture", "vaster") + query)
    expect(analyst.locator("#assessment")).to_contain_text(ASSESSMENT)
    press(analyst, "Godkänn och publicera")
    analyst.wait_for_url("**version=1")
    selection = analyst.locator("#assessment a", has_text="Alla rapporter i perioden")
    selection.click()
    expect(analyst.locator("h1")).to_have_text("5 rapporter")
    picture = Picture.objects.get(version=1)
    assert (picture.published_by, picture.written_by) == (world.people["analyst"], world.people["coordinator"])
    assert [event["what"] for event in picture.coming_events] == ["Loppis med öppet hus"]

    # --- Letters: to the groups as each may see it, and to those who have reported what their reports led to.
    assert worker.work() == ["send_out_picture"]
    letters = {letter.to[0].split("@")[0]: letter for letter in mail.outbox}
    assert len(letters) == len(mail.outbox)
    reporters, groups = {"officer", "reporter", "guard"}, {"security_lead", "police", "council"}
    # The coach sits in the group and reads no pictures.
    assert set(letters) == reporters | groups
    for who in reporters:
        assert letters[who].subject == "Det här ledde dina rapporter till"
        assert f"En rapport av dig är med i den gemensamma lägesbilden för Väster, vecka {number}" in letters[who].body
    for who in groups:
        assert letters[who].subject == "En gemensam lägesbild har publicerats"
        # In the circle the number stands in the letter, for the council as far as it stands on its page.
        assert who == "council" or "5 händelser" in letters[who].body
    link = re.search(r"http\S+", letters["council"].body)[0]
    assert link == f"{people.url}{address('picture', 'vaster')}{query}&version=1"
    for who in sorted(groups | reporters):
        reader = people.sit_down(world.people[who], PHONE)
        answer = reader.goto(re.search(r"http\S+", letters[who].body)[0])
        assert answer.status == 200, who
        expect(reader.locator("#assessment")).to_contain_text(ABOUT_PLACES)
        expect(reader.locator("main")).to_contain_text(re.compile(r"Bedömt läge:\s+oroande", re.IGNORECASE))
        expect(reader.locator("main")).to_contain_text("Loppis med öppet hus")
        reader.context.close()
    for who, status in (("coach", 403), ("data_protection", 403), ("stranger", 404)):
        reader = people.sit_down(world.people[who])
        assert reader.goto(link).status == status, who
        reader.context.close()

    # --- The coordinator sees who has opened it.
    go(coordinator, address("picture", "vaster") + query + "&version=1")
    expect(coordinator.locator("#deliveries")).to_contain_text("Skickad till 6 personer; 6 har öppnat den.")
    assert Delivery.objects.filter(opened_at=None).count() == 0

    # --- Each reporter reads in the own list what became of the report, also the one that was counted with another's.
    for who, url in (("officer", people.url), ("reporter", people.url), ("guard", wire.url)):
        mine = {"officer": officer, "reporter": caretaker, "guard": guard}[who]
        mine.goto(url + address("incident_list"))
        row = mine.locator(".reports__row")
        expect(row).to_have_count(1)
        expect(row).to_contain_text(f"Med i lägesbilden: Väster, vecka {number}")
        row.locator("a").first.click()
        story = mine.locator("#receipt")
        expect(story).to_contain_text("Mottagen")
        expect(story).to_contain_text("Granskad")
        story.get_by_role("link", name=f"Med i lägesbilden: Väster, vecka {number}").click()
        expect(mine.locator("#assessment")).to_contain_text(ASSESSMENT)

    # --- A report of an earlier day comes in late: what is published stays, and the notice says exactly what has come.
    published = address("picture", "vaster") + query + "&version=1"
    document = address("picture_pdf", "vaster") + query + "&version=1"

    def look(page: Page) -> tuple[list[str], bytes]:
        cache.clear()
        page.goto(people.url + published)
        return words_of(page, people.url + published), page.request.get(people.url + document).body()

    council = people.sit_down(world.people["council"])
    before = {who: look(page) for who, page in (("coordinator", coordinator), ("council", council))}
    expect(coordinator.locator("main")).to_contain_text("Inget har ändrats bland periodens rapporter sedan dess.")
    frozen = Picture.objects.get(pk=picture.pk)
    go(officer, address("incident_new"))
    expect(officer.locator("report-entry")).to_have_attribute("data-state", "open")
    officer.locator("[data-more-tiles] summary").click()
    officer.get_by_role("radio", name="Öppen droghandel").check()
    officer.locator("button[data-place]", has_text="Västers centrum").click()
    officer.locator("input[name=when][value=other]").check()
    officer.locator("#id_occurred_from").fill(f"{week.start}T00:01")
    send_report(officer)
    officer.wait_for_url("**/receipt/")
    go(coordinator, address("review_queue"))
    keys.press("a")
    expect(coordinator.locator("main")).to_contain_text("Allt är avgjort")
    worker.work()
    go(coordinator, address("picture", "vaster") + query)
    expect(total).to_have_text("6")
    after = {who: look(page) for who, page in (("coordinator", coordinator), ("council", council))}
    for who in before:
        assert after[who][0] == before[who][0], who
        assert after[who][1] == before[who][1], who
        assert before[who][1].startswith(b"%PDF")
    expect(coordinator.locator("main")).to_contain_text("Ändrat efter publicering: Öppen droghandel +1.")
    expect(council.locator("main")).to_contain_text("Rapporter har kommit till eller rättats sedan dess.")
    stored = Picture.objects.get(pk=picture.pk)
    assert (stored.figures, stored.assessment) == (frozen.figures, frozen.assessment)
