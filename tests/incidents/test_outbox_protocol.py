"""The outbox under any order of writing, sending, crashing, replaying, changing, deleting and signing out.

`Phone` takes the steps of `static/js/outbox.js` one at a time, and the server is the real address. Whatever happens, a
report that was written is on the server once, or waits where its writer sees it.
"""

from __future__ import annotations

import json
import uuid
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from incidents import entry
from incidents.models import Incident

WAITING, SENDING, SENT, FAILED = "waiting", "sending", "sent", "failed"
TEXTS = ["Glas krossat.", "Klotter på väggen.", "Belysningen är trasig."]
# A personal identity number with the right check digit: refused by the form.
REFUSED = "Han heter 850709-9805."
ONE_OF_THREE = st.integers(0, 2)

STEPS = st.one_of(
    st.tuples(st.just("write"), st.sampled_from([*TEXTS, REFUSED])),
    st.tuples(st.just("change"), ONE_OF_THREE, st.sampled_from([*TEXTS, REFUSED])),
    st.tuples(st.just("delete"), ONE_OF_THREE),
    # How far a sending comes: it may be lost on the way there, on the way back, or the phone dies in the middle.
    st.tuples(
        st.just("send"), st.sampled_from(["arrives", "lost there", "lost back", "phone dies before", "phone dies"])
    ),
    st.tuples(st.just("replay"), st.integers(0, 20)),
    st.tuples(st.just("restart")),
    st.tuples(st.just("session"), st.sampled_from(["writer", "somebody else", "nobody"])),
)


class Phone:
    """One device: what IndexedDB holds, and the steps of the outbox on it. Each step there is one transaction."""

    def __init__(self, world: Any) -> None:
        self.world = world
        self.address = reverse("incident_send", args=["ekstad"])
        self.owner = entry.owner_of(world.people["reporter"], world.here)
        self.items: dict[str, dict[str, Any]] = {}
        # What the model knows besides: everything ever written or sent.
        self.deleted: set[str] = set()
        self.bodies: list[str] = []
        self.client = Client()
        self.session("writer")

    def session(self, who: str) -> None:
        self.client = Client()
        if who != "nobody":
            self.client.force_login(self.world.people["reporter" if who == "writer" else "security_lead"])

    def _number(self, nth: int) -> str | None:
        numbers = list(self.items)
        return numbers[nth % len(numbers)] if numbers else None

    def write(self, text: str) -> None:
        fields = {"category": str(self.world.vandalism.pk), "place": str(self.world.square.pk), "when": "night"}
        fields |= {"answered_at": "2026-03-03T08:00:00Z", "description": text}
        self.items[str(uuid.uuid4())] = {"state": WAITING, "fields": fields}

    def change(self, nth: int, text: str) -> None:
        number = self._number(nth)
        if number is None or self.items[number]["state"] in (SENDING, SENT):
            return
        fields = {**self.items[number]["fields"], "description": text}
        self.items[number] = {"state": WAITING, "fields": fields}

    def delete(self, nth: int) -> None:
        number = self._number(nth)
        if number is None or self.items[number]["state"] == SENDING:
            return
        del self.items[number]
        self.deleted.add(number)

    def restart(self) -> None:
        """The page opens again: nobody holds the lock, so what is called sending waits."""
        for item in self.items.values():
            if item["state"] == SENDING:
                item["state"] = WAITING

    def send(self, how: str) -> None:
        """Send what waits, in order; `how` is the fate of the first report that is sent."""
        self.restart()
        waiting = [number for number, item in self.items.items() if item["state"] == WAITING]
        if not waiting:
            return
        token = self.client.get(self.address)
        if token.status_code != 200 or token.json()["owner"] != self.owner:
            return  # signed out, or somebody else: it goes on waiting
        for number in waiting:
            item = self.items[number]
            item["state"] = SENDING
            body = json.dumps({"owner": self.owner, "client_uuid": number, "fields": item["fields"]})
            if how == "phone dies before":
                return
            if how == "lost there":
                item["state"] = WAITING
                return
            answer = self._post(body)
            if how == "phone dies":
                return
            if how == "lost back":
                item["state"] = WAITING
                return
            how = "arrives"
            self._answered(number, answer)

    def _post(self, body: str) -> Any:
        self.bodies.append(body)
        return self.client.post(self.address, body, content_type="application/json")

    def _answered(self, number: str, answer: Any) -> None:
        if answer.status_code in (200, 201):
            self.items[number] = {"state": SENT, "id": answer.json()["id"]}
        else:
            assert answer.status_code in (409, 422), answer.status_code
            self.items[number] |= {"state": FAILED, "says": answer.json()}

    def replay(self, nth: int) -> None:
        """The network delivers once more what it was given long ago; nobody reads the answer."""
        if self.bodies:
            body = self.bodies[nth % len(self.bodies)]
            self.client.post(self.address, body, content_type="application/json")


def check(phone: Phone) -> None:
    """What holds after every step."""
    numbers = [*phone.items, *phone.deleted]
    stored = list(Incident.objects.filter(client_uuid__in=numbers))
    by_number = {str(row.client_uuid): row for row in stored}
    assert len(by_number) == len(stored), "A report is stored twice."
    sent = {(body["client_uuid"], body["fields"]["description"]) for body in map(json.loads, phone.bodies)}
    for number, row in by_number.items():
        assert row.reporter == phone.world.people["reporter"], "Sent as somebody else."
        assert (number, row.description) in sent, "The server has what nobody wrote."
        assert row.description != REFUSED
    for number, item in phone.items.items():
        if item["state"] == SENT:
            assert by_number[number].pk == item["id"], "Called sent, and another one or none is there."
        else:
            # What is not acknowledged keeps all that was written, so it can be sent, mended or read off the screen.
            assert item["fields"]["description"]


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(STEPS, min_size=3, max_size=14))
@pytest.mark.django_db
def test_every_report_is_on_the_server_once_or_waits_on_the_phone(world, steps):
    phone = Phone(world)
    for name, *how in steps:
        getattr(phone, name)(*how)
        check(phone)
    # In the end there is network and the writer is signed in: all that waits is decided.
    phone.session("writer")
    phone.send("arrives")
    check(phone)
    for number, item in phone.items.items():
        event(item["state"])
        assert item["state"] in (SENT, FAILED)
        if item["state"] == FAILED and item["fields"]["description"] != REFUSED:
            # Only a change made after an earlier version had arrived is turned down, and it says which one that is.
            arrived = Incident.objects.get(client_uuid=number)
            assert item["says"]["id"] == arrived.pk
            assert arrived.description != item["fields"]["description"]


def test_the_steps_reach_the_states_they_are_about(world):
    """A lost answer, a change after it, a replay: the model goes where the promise could break."""
    phone = Phone(world)
    phone.write(TEXTS[0])
    phone.send("lost back")
    assert [item["state"] for item in phone.items.values()] == [WAITING]
    phone.change(0, TEXTS[1])
    phone.send("arrives")
    (item,) = phone.items.values()
    assert (item["state"], item["says"]["code"]) == (FAILED, "number_taken")
    phone.replay(0)
    phone.session("somebody else")
    phone.replay(0)
    check(phone)
    assert Incident.objects.filter(client_uuid__in=phone.items).count() == 1
