"""The real outbox in two real tabs, interrupted at every step it waits for, against the real address.

`tests/incidents/test_outbox_protocol.py` checks the protocol on a model; here `static/js/outbox.js` itself runs in
Chromium on a real IndexedDB. Every request to the database, every end of a transaction, every call and every answer is
a point at which the tab may die or stand still while the other tab goes on. Hypothesis chooses the order.

In the end every report that was kept is on the server once, or is seen on the phone; nothing else is on the server.
"""

from __future__ import annotations

import itertools
import json
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from playwright.sync_api import Browser, Page

from areas.actions import save_place
from incidents import entry
from incidents.models import Incident
from tests.world import World

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

TEXTS = ["Glas krossat.", "Klotter på väggen.", "Belysningen är trasig."]
# A personal identity number with the right check digit: refused by the form.
REFUSED = "Han heter 850709-9805."
WAITING, SENDING, SENT, FAILED = "waiting", "sending", "sent", "failed"

# Stands between the outbox and the browser. `point` is passed each time the outbox waits for something.
DRIVER = """
async ([module, owner, address]) => {
  const forever = new Promise(() => {});
  const gate = { count: 0, at: 0, how: "", isDead: false, fates: [], tell: () => {}, resume: () => {} };
  window.gate = gate;

  // Whether the tab dies here; or, where a tab can stand still, when it goes on.
  function dies() {
    if (gate.isDead) return true;
    gate.count += 1;
    if (gate.count !== gate.at || gate.how !== "crash") return false;
    gate.isDead = true;
    gate.tell("crashed");
    return true;
  }
  async function point() {
    if (dies()) return forever;
    if (gate.count !== gate.at || gate.how !== "pause") return;
    const goesOn = new Promise((resolve) => { gate.resume = resolve; });
    gate.tell("paused");
    await goesOn;
    if (gate.isDead) await forever;
  }

  for (const name of ["get", "getAll", "put", "delete", "add"]) {
    const real = IDBObjectStore.prototype[name];
    IDBObjectStore.prototype[name] = function (...all) {
      if (!dies()) return real.apply(this, all);
      try { this.transaction.abort(); } catch {}
      return {};
    };
  }
  for (const name of ["oncomplete", "onabort"]) {
    const { set } = Object.getOwnPropertyDescriptor(IDBTransaction.prototype, name);
    Object.defineProperty(IDBTransaction.prototype, name, {
      set(handler) { set.call(this, async (event) => { await point(); handler(event); }); },
    });
  }
  const realFetch = window.fetch;
  window.fetch = async (...all) => {
    await point();
    const fate = gate.fates.shift();
    if (fate === "lost there") throw new TypeError("lost");
    const answer = fate === "server" ? new Response("", { status: 503 }) : await realFetch(...all);
    await point();
    if (fate === "lost back") throw new TypeError("lost");
    return answer;
  };
  const realRequest = navigator.locks.request.bind(navigator.locks);
  navigator.locks.request = async (name, ...more) => {
    const { held } = await navigator.locks.query();
    if (more.length === 1 && held.some((one) => one.name === name)) gate.tell("blocked");
    return realRequest(name, ...more);
  };

  const { Outbox } = await import(module);
  const outbox = await Outbox.open(owner, address);
  await outbox.recover();

  // Begin something, and say how far it came: done, crashed, standing still, or waiting for the other tab.
  window.begin = (name, all, { at = 0, how = "", fates = [] } = {}) => {
    Object.assign(gate, { count: 0, at, how, fates });
    const told = new Promise((resolve) => { gate.tell = (what) => resolve([what]); });
    const work = outbox[name](...all).then((value) => ["done", value]);
    if (name === "send") window.sending = work;
    return Promise.race([work, told]);
  };
  window.meanwhile = (name, all) => outbox[name](...all);
  window.goOn = () => { Object.assign(gate, { at: 0, how: "" }); gate.resume(); return window.sending; };
}
"""
# What is kept, read without the outbox.
KEPT = """
() => new Promise((resolve, reject) => {
  const asked = indexedDB.open("est-outbox");
  asked.onerror = () => reject(asked.error);
  asked.onsuccess = () => {
    const transaction = asked.result.transaction(["reports", "drafts"], "readonly");
    const reports = transaction.objectStore("reports").getAll();
    const drafts = transaction.objectStore("drafts").getAll();
    transaction.oncomplete = () => { asked.result.close(); resolve([reports.result, drafts.result]); };
  };
})
"""

# A phone on which nobody has written.
EMPTY = """
() => new Promise((resolve, reject) => {
  const asked = indexedDB.open("est-outbox");
  asked.onerror = () => reject(asked.error);
  asked.onsuccess = () => {
    const names = [...asked.result.objectStoreNames];
    const transaction = asked.result.transaction(names, "readwrite");
    for (const name of names) transaction.objectStore(name).clear();
    transaction.oncomplete = () => { asked.result.close(); resolve(); };
  };
})
"""

TABS = st.sampled_from([0, 1])
NTH = st.integers(0, 5)
WORDS = st.sampled_from([*TEXTS, REFUSED])
# At which of its points something dies; most often at none.
CRASH = st.one_of(st.just(0), st.just(0), st.integers(1, 9))
FATES = st.lists(st.sampled_from(["", "", "lost there", "lost back", "server"]), max_size=4)


class Surroundings:
    """What all runs share: the browser, the server, and whose sessions there are."""

    def __init__(self, browser: Browser, url: str, world: World) -> None:
        self.url, self.world = url, world
        self.send = reverse("incident_send", args=[world.here.slug])
        self.writer = world.people["reporter"]
        self.owner = entry.owner_of(self.writer, world.here)
        self.module = f"{django_settings.STATIC_URL}js/outbox.js"
        self.clients = {"writer": Client(), "somebody else": Client()}
        self.clients["writer"].force_login(self.writer)
        self.clients["somebody else"].force_login(world.people["security_lead"])
        self.reached: set[str] = set()
        # One browser for all runs: opening one takes longer than most of what is done in it.
        self.context = browser.new_context()
        self.tabs: list[Page] = []
        self.eye: Page | None = None
        self.bodies: list[str] = []
        self.context.on("request", self._note)

    def _note(self, request: Any) -> None:
        if request.method == "POST" and request.url.endswith(self.send):
            self.bodies.append(request.post_data)

    def sign_in(self, who: str) -> None:
        name = django_settings.SESSION_COOKIE_NAME
        self.context.clear_cookies()
        if who != "nobody":
            session = self.clients[who].cookies[name].value
            self.context.add_cookies([{"name": name, "value": session, "url": self.url}])

    def open(self) -> Page:
        page = self._plain_page()
        page.evaluate(DRIVER, [self.url + self.module, self.owner, self.send])
        return page

    def _plain_page(self) -> Page:
        """A page without scripts of its own."""
        page = self.context.new_page()
        page.goto(self.url + self.module)
        return page

    def look(self, script: str) -> Any:
        """What the phone holds, seen from a page that nothing interrupts."""
        self.eye = self.eye or self._plain_page()
        return self.eye.evaluate(script)


UNTIL_NOTHING_IS_HELD = """async () => {
  while ((await navigator.locks.query()).held.length) await new Promise((resolve) => setTimeout(resolve, 10));
}"""


class TwoTabs(RuleBasedStateMachine):
    """One phone with the platform open in two tabs."""

    around: Surroundings

    @initialize()
    def begin(self) -> None:
        self.bodies = self.around.bodies
        self.bodies.clear()
        # What was ever kept under each number, what was surely kept and not taken away, and what was seen as sent.
        self.texts: dict[str, set[str]] = {}
        self.kept: set[str] = set()
        self.sent: dict[str, int] = {}
        # The draft of what somebody wrote on after a report was kept, as long as nothing replaces it.
        self.written_on = ""
        self.known = set(Incident.objects.values_list("pk", flat=True))
        self.pending: dict[int, str] = {}
        self.around.sign_in("writer")
        self.tabs = self.around.tabs
        while len(self.tabs) < 2:
            self.tabs.append(self.around.open())
        self.around.look(EMPTY)

    def _die(self, tab: int) -> None:
        """The tab is gone with all it was doing, and is opened anew."""
        self.pending.pop(tab, None)
        self.tabs[tab].close()
        self.tabs[tab] = self.around.open()
        if "paused" not in self.pending.values():
            # The browser frees what a dead tab held in its own time.
            self.tabs[tab].evaluate(UNTIL_NOTHING_IS_HELD)
        self._let_others_finish()

    def _let_others_finish(self) -> None:
        """Whoever waited for the lock gets it, unless a tab that stands still has it."""
        for tab, state in list(self.pending.items()):
            if state == "blocked" and "paused" not in self.pending.values():
                self.tabs[tab].evaluate("() => window.sending")
                del self.pending[tab]

    def _do(self, tab: int, name: str, *all_: Any, **how: Any) -> tuple[str, Any]:
        """What came of it. Beside a sending that stands still nothing else is interrupted."""
        if tab in self.pending:
            return "done", self.tabs[tab].evaluate("([name, all]) => window.meanwhile(name, all)", [name, list(all_)])
        what, *value = self.tabs[tab].evaluate(
            "([name, all, how]) => window.begin(name, all, how)", [name, list(all_), how]
        )
        self.around.reached.add(what)
        if what == "crashed":
            self._die(tab)
        elif what != "done":
            self.pending[tab] = what
        return what, value[0] if value else None

    def _reports(self) -> dict[str, dict[str, Any]]:
        return {row["uuid"]: row for row in self._stored()[0]}

    def _stored(self) -> Any:
        return self.around.look(KEPT)

    def _fields(self, text: str) -> dict[str, str]:
        world = self.around.world
        where = {"category": str(world.vandalism.pk), "place": str(world.square.pk), "when": "night"}
        return {**where, "answered_at": "2026-03-03T08:00:00Z", "description": text}

    def _nth(self, nth: int) -> str | None:
        numbers = sorted(self._reports())
        return numbers[nth % len(numbers)] if numbers else None

    # --- What the writer does

    @rule(tab=TABS, text=WORDS, crash=CRASH)
    def write(self, tab: int, text: str, crash: int) -> None:
        number = str(uuid.uuid4())
        self.texts[number] = {text}
        self._keep(tab, number, text, crash, is_change=False)

    @rule(tab=TABS, nth=NTH, text=WORDS, crash=CRASH)
    def change(self, tab: int, nth: int, text: str, crash: int) -> None:
        if number := self._nth(nth):
            self.texts[number].add(text)
            self._keep(tab, number, text, crash, is_change=True)

    def _keep(self, tab: int, number: str, text: str, crash: int, *, is_change: bool) -> None:
        how = {"at": crash, "how": "crash"}
        self.written_on = ""
        what, is_kept = self._do(
            tab, "keep", number, self._fields(text), ["Skadegörelse"], {"isChange": is_change}, **how
        )
        if what == "done" and is_kept:
            self.kept.add(number)
            row = self._reports()[number]
            assert (row["state"], row["fields"]["description"]) == (WAITING, text)

    @rule(tab=TABS, nth=NTH, crash=CRASH)
    def delete(self, tab: int, nth: int, crash: int) -> None:
        if number := self._nth(nth):
            before = self._reports()[number]["state"]
            self.written_on = ""
            what, is_gone = self._do(tab, "remove", number, at=crash, how="crash")
            # A tab that died may have come as far as to take it away.
            if what != "done" or is_gone:
                self.kept.discard(number)
            if what == "done":
                assert is_gone == (number not in self._reports())
                assert is_gone == (before != SENDING)
                self.sent.pop(number, None)

    @rule(tab=TABS, nth=NTH, text=WORDS, crash=CRASH)
    def write_a_draft(self, tab: int, nth: int, text: str, crash: int) -> None:
        number = self._nth(nth) or str(uuid.uuid4())
        self.written_on = ""
        self._do(tab, "keepDraft", number, self._fields(text), at=crash, how="crash")

    @rule(tab=TABS, nth=NTH, text=WORDS, crash=CRASH)
    def write_on(self, tab: int, nth: int, text: str, crash: int) -> None:
        """Go on with a report that is kept, whatever becomes of it meanwhile."""
        if begun := self._nth(nth):
            number = str(uuid.uuid4())
            self.written_on = ""
            what, _none = self._do(
                tab, "keepDraft", number, self._fields(text), {"continues": begun}, at=crash, how="crash"
            )
            if what == "done":
                self.written_on = number

    # --- What the phone and the network do

    @precondition(lambda self: not self.pending)
    @rule(tab=TABS, fates=FATES, crash=CRASH)
    def send(self, tab: int, fates: list[str], crash: int) -> None:
        self._do(tab, "send", fates=fates, at=crash, how="crash")

    @precondition(lambda self: not self.pending)
    @rule(tab=TABS, fates=FATES, at=st.integers(1, 14))
    def send_and_stand_still(self, tab: int, fates: list[str], at: int) -> None:
        self._do(tab, "send", fates=fates, at=at, how="pause")

    @precondition(lambda self: len(self.pending) == 1)
    @rule(fates=FATES)
    def the_other_tab_sends_too(self, fates: list[str]) -> None:
        (busy,) = self.pending
        self._do(1 - busy, "send", fates=fates)

    @precondition(lambda self: self.pending)
    @rule()
    def goes_on(self) -> None:
        tab = next(tab for tab, state in self.pending.items() if state == "paused")
        self.tabs[tab].evaluate("() => window.goOn()")
        del self.pending[tab]
        self._let_others_finish()

    @rule(tab=TABS)
    def dies_and_is_opened_again(self, tab: int) -> None:
        self._die(tab)

    @rule(nth=st.integers(0, 20))
    def replay(self, nth: int) -> None:
        """The network delivers once more what it was given long ago; nobody reads the answer."""
        if self.bodies:
            body = self.bodies[nth % len(self.bodies)]
            self.around.clients["writer"].post(self.around.send, body, content_type="application/json")

    @rule(who=st.sampled_from(["writer", "writer", "somebody else", "nobody"]))
    def session(self, who: str) -> None:
        self.around.sign_in(who)

    # --- What always holds

    def _on_server(self) -> dict[str, Incident]:
        rows = Incident.objects.exclude(pk__in=self.known)
        by_number = {str(row.client_uuid): row for row in rows}
        assert len(by_number) == len(rows), "A report is stored twice."
        return by_number

    @invariant()
    def every_report_is_on_the_server_once_or_on_the_phone(self) -> None:
        if not hasattr(self, "tabs"):
            return
        reports, drafts = self._stored()
        on_phone = {row["uuid"]: row for row in reports}
        on_server = self._on_server()
        posted = {(body["client_uuid"], body["fields"]["description"]) for body in map(json.loads, self.bodies)}
        for number, row in on_server.items():
            assert row.reporter == self.around.writer, "Sent as somebody else."
            assert (number, row.description) in posted, "The server has what was never sent."
            assert row.description in self.texts[number], "The server has what nobody wrote."
            assert row.description != REFUSED
        assert self.kept <= set(on_phone), "What was kept is gone."
        for number, row in on_phone.items():
            if row["state"] == SENT:
                assert on_server[number].pk == row["arrived"]["id"], "Called sent, and another one or none is there."
                # Once it is known to have arrived nobody sends it again.
                times = sum(json.loads(body)["client_uuid"] == number for body in self.bodies)
                assert self.sent.setdefault(number, times) == times
            else:
                # What is not acknowledged keeps all that was written: it can be sent, mended or read off the screen.
                assert row["fields"]["description"] in self.texts[number]
        for draft in drafts:
            assert on_phone.get(draft["uuid"], {}).get("state") != SENT, "A draft has outlived its report."
        if self.written_on:
            assert [draft["uuid"] for draft in drafts] == [self.written_on], "What was written on is gone."

    def teardown(self) -> None:
        """In the end there is network and the writer is signed in: all that waits is decided."""
        if not hasattr(self, "tabs"):
            return
        self.around.sign_in("writer")
        while self.pending:
            self.goes_on() if "paused" in self.pending.values() else self._let_others_finish()
        assert self._do(1, "send") == ("done", "")
        self.every_report_is_on_the_server_once_or_on_the_phone()
        on_server = self._on_server()
        for number, row in self._reports().items():
            self.around.reached.add(row["state"])
            assert row["state"] in (SENT, FAILED)
            if row["state"] == FAILED and row["fields"]["description"] != REFUSED:
                # Only a change made after an earlier version had arrived is turned down, and it says which.
                assert row["arrived"]["id"] == on_server[number].pk
                assert on_server[number].description != row["fields"]["description"]


@pytest.fixture
def around(transactional_db, browser, live_server) -> Iterator[Surroundings]:
    world = World()
    save_place(place=world.square, by=None)
    around = Surroundings(browser, live_server.url, world)
    yield around
    around.context.close()


def run(around: Surroundings, *, examples: int, steps: int) -> None:
    class Machine(TwoTabs):
        pass

    Machine.around = around
    run_state_machine_as_test(
        Machine,
        settings=settings(
            max_examples=examples, stateful_step_count=steps, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )


def go_where_chance_may_not(around: Surroundings) -> None:
    """A refused report, a tab that waits while the other stands still while sending, and a report written on."""
    phone = TwoTabs()
    phone.around = around
    phone.begin()
    phone.write(0, REFUSED, 0)
    phone.write(1, TEXTS[0], 0)
    phone.send_and_stand_still(0, [], 4)
    phone.the_other_tab_sends_too([])
    phone.every_report_is_on_the_server_once_or_on_the_phone()
    phone.teardown()
    phone.begin()
    phone.write(0, TEXTS[0], 0)
    phone.write_on(1, 0, TEXTS[1], 0)
    phone.send(0, [], 0)
    assert phone.written_on
    assert [row["state"] for row in phone._reports().values()] == [SENT]
    phone.every_report_is_on_the_server_once_or_on_the_phone()
    phone.teardown()


def test_whatever_interrupts_two_tabs_every_report_arrives_once_or_waits(around):
    run(around, examples=20, steps=14)
    go_where_chance_may_not(around)
    # It went where the promise could break.
    assert {"done", "crashed", "paused", "blocked", SENT, FAILED} <= around.reached


@pytest.mark.slow
def test_the_same_at_length(around):
    run(around, examples=150, steps=25)
    go_where_chance_may_not(around)
    assert {"done", "crashed", "paused", "blocked", SENT, FAILED} <= around.reached


def test_a_tab_that_dies_at_any_point_of_sending_neither_loses_nor_doubles(around):
    """Each point in turn, so that none is left to chance; the last one is reached by no sending."""
    phone = TwoTabs()
    phone.around = around
    for at in itertools.count(1):
        phone.begin()
        phone.write(0, TEXTS[0], 0)
        phone.write(1, TEXTS[1], 0)
        phone.send(0, [], at)
        phone.every_report_is_on_the_server_once_or_on_the_phone()
        is_past = "crashed" not in around.reached
        phone.teardown()
        if is_past:
            break
        around.reached.discard("crashed")
    assert at > 15
    assert Incident.objects.filter(description=TEXTS[0]).count() == at
    assert Incident.objects.filter(description=TEXTS[1]).count() == at
