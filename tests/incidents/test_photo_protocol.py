"""Photos in the outbox under any order of sending, crashing, replaying, deleting and signing out.

`Phone` takes the steps of `static/js/outbox.js` one at a time, and the server is the real address. Whatever happens, a
photo that was kept is on the server once, or waits on the phone, or its writer is told which one was refused.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from incidents import entry
from incidents.models import Incident, Photo
from tests.factories import drawn_photo

WAITING, SENDING, SENT, FAILED = "waiting", "sending", "sent", "failed"
NO_PHOTO = b"<svg xmlns='http://www.w3.org/2000/svg'/>"
PICTURES = [drawn_photo(40 + n, 40) for n in range(3)] + [NO_PHOTO]
FATES = st.sampled_from(["arrives", "arrives", "lost there", "lost back", "phone dies before", "phone dies"])

STEPS = st.one_of(
    st.tuples(st.just("write"), st.lists(st.integers(0, 3), max_size=3)),
    # What becomes of each request of a sending, report and photos alike; the rest arrive.
    st.tuples(st.just("send"), st.lists(FATES, max_size=5)),
    st.tuples(st.just("delete"), st.integers(0, 2)),
    st.tuples(st.just("replay"), st.integers(0, 20)),
    st.tuples(st.just("session"), st.sampled_from(["writer", "somebody else", "nobody"])),
    st.tuples(st.just("category"), st.booleans()),
)


class Gone(Exception):
    """The sending ends here: no network, or no phone."""


class Phone:
    """One device: what IndexedDB holds, and the steps of the outbox on it. Each step there is one transaction."""

    def __init__(self, world: Any) -> None:
        self.world = world
        self.address = reverse("incident_send", args=["ekstad"])
        self.owner = entry.owner_of(world.people["reporter"], world.here)
        self.items: dict[str, dict[str, Any]] = {}
        # What the model knows besides: every photo ever kept, and every request that was sent.
        self.kept: dict[str, tuple[str, bytes]] = {}
        self.requests: list[tuple[str, Any, dict[str, Any]]] = []
        self.session("writer")

    def session(self, who: str) -> None:
        self.client = Client()
        if who != "nobody":
            self.client.force_login(self.world.people["reporter" if who == "writer" else "security_lead"])

    def category(self, takes_photos: bool) -> None:
        self.world.vandalism.takes_photos = takes_photos
        self.world.vandalism.save()

    def write(self, pictures: list[int]) -> None:
        number = str(uuid.uuid4())
        photos = {str(uuid.uuid4()): PICTURES[picture] for picture in pictures}
        self.kept |= {photo: (number, data) for photo, data in photos.items()}
        self.items[number] = {"state": WAITING, "photos": photos, "stored": None, "refused": []}

    def delete(self, nth: int) -> None:
        numbers = [number for number, item in self.items.items() if item["state"] != SENDING]
        if numbers:
            del self.items[numbers[nth % len(numbers)]]

    def send(self, fates: list[str]) -> None:
        for item in self.items.values():
            if item["state"] == SENDING:
                item["state"] = WAITING
        waiting = [number for number, item in self.items.items() if item["state"] == WAITING]
        token = self.client.get(self.address)
        if not waiting or token.status_code != 200 or token.json()["owner"] != self.owner:
            return
        left = iter(fates)
        for number in waiting:
            item = self.items[number]
            item["state"] = SENDING
            try:
                if item["stored"] is None:
                    self._send_report(number, item, left)
                if item["stored"] is not None:
                    self._send_photos(item, left)
            except Gone as gone:
                if str(gone) == "offline":
                    item["state"] = WAITING
                return

    def _send_report(self, number: str, item: dict[str, Any], fates: Iterator[str]) -> None:
        fields = {"category": str(self.world.vandalism.pk), "place": str(self.world.square.pk), "when": "night"}
        fields |= {"answered_at": "2026-03-03T08:00:00Z"}
        body = json.dumps({"owner": self.owner, "client_uuid": number, "fields": fields})
        answer = self._post(fates, self.address, body, {"content_type": "application/json"})
        assert answer.status_code in (200, 201), answer.content
        item["stored"] = answer.json()["photos"]

    def _send_photos(self, item: dict[str, Any], fates: Iterator[str]) -> None:
        for photo, data in list(item["photos"].items()):
            headers = {"X-Photo-Number": photo, "X-Outbox-Owner": self.owner}
            answer = self._post(fates, item["stored"], data, {"content_type": "image/jpeg", "headers": headers})
            if answer.status_code not in (200, 201):
                assert answer.status_code == 422, answer.status_code
                item["refused"].append(photo)
            del item["photos"][photo]
        item["state"] = FAILED if item["refused"] else SENT

    def _post(self, fates: Iterator[str], address: str, body: Any, how: dict[str, Any]) -> Any:
        fate = next(fates, "arrives")
        if fate in ("lost there", "phone dies before"):
            raise Gone("offline" if fate == "lost there" else "dead")
        self.requests.append((address, body, how))
        answer = self.client.post(address, body, **how)
        if fate in ("lost back", "phone dies"):
            raise Gone("offline" if fate == "lost back" else "dead")
        return answer

    def replay(self, nth: int) -> None:
        """The network delivers once more what it was given long ago; nobody reads the answer."""
        if self.requests:
            address, body, how = self.requests[nth % len(self.requests)]
            self.client.post(address, body, **how)


def check(phone: Phone) -> None:
    """What holds after every step."""
    stored = {str(photo.client_uuid): photo for photo in Photo.objects.select_related("incident")}
    assert len(stored) == Photo.objects.count(), "A photo is stored twice."
    for number, photo in stored.items():
        report, data = phone.kept[number]
        assert str(photo.incident.client_uuid) == report, "A photo stands with another report."
        assert data != NO_PHOTO
        assert default_storage.exists(photo.file.name)
    for item in phone.items.values():
        if item["state"] == SENT:
            assert item["stored"]
            assert not item["photos"], "Called sent while a photo waits."
    for number, (report, _data) in phone.kept.items():
        item = phone.items.get(report)
        if item is not None:
            # On the phone, on the server, or told of: never nowhere.
            assert number in item["photos"] or number in stored or number in item["refused"]


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(STEPS, min_size=3, max_size=12))
@pytest.mark.django_db
def test_every_photo_is_on_the_server_once_or_waits_or_is_told_of(world, settings, tmp_path_factory, steps):
    settings.MEDIA_ROOT = str(tmp_path_factory.mktemp("uploads"))
    Photo.objects.all().delete()
    phone = Phone(world)
    phone.category(True)
    for name, *how in steps:
        getattr(phone, name)(*how)
        check(phone)
    # In the end there is network, the category takes photos and the writer is signed in: all that waits is decided.
    phone.session("writer")
    phone.category(True)
    phone.send([])
    check(phone)
    for number, item in phone.items.items():
        event(item["state"])
        assert item["state"] in (SENT, FAILED)
        assert Incident.objects.filter(client_uuid=number).count() == 1


@pytest.mark.django_db
def test_the_steps_reach_the_states_they_are_about(world, settings, tmp_path):
    """Report there and photo lost, photo there and answer lost, a replay: where the promise could break."""
    settings.MEDIA_ROOT = str(tmp_path)
    phone = Phone(world)
    phone.category(True)
    phone.write([0, 1, 3])
    (item,) = phone.items.values()
    phone.send(["arrives", "lost there"])
    assert (item["state"], len(item["photos"]), Photo.objects.count()) == (WAITING, 3, 0)
    phone.send(["lost back"])
    assert (item["state"], len(item["photos"]), Photo.objects.count()) == (WAITING, 3, 1)
    phone.send(["arrives", "phone dies"])
    assert (item["state"], len(item["photos"]), Photo.objects.count()) == (SENDING, 2, 2)
    for nth in range(len(phone.requests)):
        phone.replay(nth)
    phone.send([])
    assert (item["state"], len(item["refused"]), Photo.objects.count()) == (FAILED, 1, 2)
    check(phone)
