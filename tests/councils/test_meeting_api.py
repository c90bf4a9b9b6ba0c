"""Meetings, decisions and matters for other systems: what the pages show the same person, and nothing more."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from councils.meetings import leading
from councils.models import Decision
from tests import factories as make
from tests.councils.meeting_cast import MeetingWorld

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    world = MeetingWorld()
    for title in ("Garaget", "Torget"):
        leading.bring_matter(by=world.coordinator, group=world.group, section="why", title=title, area=world.west)
    world.meeting = world.opened()
    world.item = world.meeting.items.select_related("meeting__group").get(matter__title="Garaget")
    world.item = leading.open_item(by=world.coordinator, item=world.item)
    said = {"by": world.coordinator, "item": world.item}
    leading.decide(outcome="decision", kind="focus", text="Torget först.", **said)
    given = {"organisation": world.housing, "due_on": timezone.localdate()}
    leading.decide(outcome="assignment", text="Byt låset.", **given, **said)
    leading.write_note(
        by=world.coordinator, item=world.item, text="Vi talade om porten.", row_version=world.item.row_version
    )
    return world


def results(client, name, *args, **query):
    return client.get(reverse(name, args=args), query).json()["results"]


def test_each_reads_what_their_pages_show(client, world):
    guest = world.people["other_housing"]
    leading.call_in(by=world.coordinator, item=world.item, membership=guest.memberships.get())
    read = {
        # Meetings, items of this one, decisions, matters; and whether the meeting of an assignment is named.
        world.officer: (1, True, {"Torget först.", "Byt låset."}, {"Garaget", "Torget"}),
        # Called in to one matter: that one and what came of it.
        guest: (1, False, {"Torget först.", "Byt låset."}, {"Garaget"}),
        # Given something to do: that, and not where.
        world.security_lead: (0, None, {"Byt låset."}, set()),
        world.people["council"]: (0, None, set(), set()),
        world.people["stranger"]: (0, None, set(), set()),
    }
    for person, (meetings, is_whole, decisions, matters) in read.items():
        client.force_login(person)
        assert len(results(client, "api-meeting-list")) == meetings
        told = results(client, "api-decision-list")
        assert {one["text"] for one in told} == decisions
        assert all((one["meeting"] is not None) == bool(meetings) for one in told)
        brought = {one["title"] for one in results(client, "api-matter-list")}
        assert brought & {"Garaget", "Torget"} == matters
        answer = client.get(reverse("api-meeting", args=[world.meeting.pk]))
        assert answer.status_code == (200 if meetings else 404)
        if meetings:
            items = answer.json()["items"]
            assert (len(items) > 1) == is_whole
            assert "Vi talade om porten." in {one["note"] for one in items}


def test_what_one_asks_for_is_what_one_gets(client, world):
    client.force_login(world.coordinator)
    assert len(results(client, "api-meeting-list", state="closed")) == 0
    (one,) = results(client, "api-decision-list", outcome="assignment", collaboration=world.here.slug)
    assert (one["organisation"], one["due_on"], one["parts"]) == (world.housing.name, f"{timezone.localdate()}", [])
    leading.close_meeting(by=world.coordinator, meeting=world.meeting)
    waiting = {row["title"] for row in results(client, "api-matter-list", waiting="true")}
    settled = {row["title"] for row in results(client, "api-matter-list", waiting="false")}
    assert "Torget" in waiting
    assert "Garaget" in settled
    for name, query in (
        ("api-meeting-list", {"state": "x"}), ("api-decision-list", {"from": "x"}),
        ("api-matter-list", {"waiting": "7"}),
    ):  # fmt: skip
        assert client.get(reverse(name), query).status_code == 400
    # Nothing is written this way.
    for name in ("api-meeting-list", "api-decision-list", "api-matter-list"):
        assert client.post(reverse(name), {}).status_code in {403, 405}


def test_ten_decisions_take_as_many_questions_as_one(client, world):
    client.force_login(world.officer)
    counts = []
    for more in (0, 8):
        for number in range(more):
            make.DecisionPartFactory(
                decision=make.DecisionFactory(item=world.item, number=500 + number), collaboration=world.here,
                commitment=make.CommitmentFactory(
                    area=world.west, number=800 + number, asked_by=world.municipality, asked_of=world.housing,
                    state="accepted",
                ),
            )  # fmt: skip
        with CaptureQueriesContext(connection) as asked:
            assert len(results(client, "api-decision-list")) == 2 + more
        counts.append(len(asked))
    # What decisions ask of organisations is read once for all.
    assert counts[1] - counts[0] <= 6
    assert Decision.objects.count() == 10
