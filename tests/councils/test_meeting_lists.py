"""The lists of meetings and decisions: what each reader is told, and what is not read out of the database for it."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from councils.meetings import leading
from councils.meetings.queries import decisions_for, held
from tests.councils.meeting_cast import MeetingWorld

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    """A meeting that is over: two decisions, and somebody who was called in to one of the matters."""
    world = MeetingWorld()
    for title in ("Garaget", "Torget"):
        leading.bring_matter(by=world.coordinator, group=world.group, section="measures", title=title)
    world.meeting = world.opened()
    world.guest = world.people["other_housing"]
    for row in world.meeting.items.exclude(matter=None).select_related("meeting__group").filter(matter__key=""):
        item = leading.open_item(by=world.coordinator, item=row)
        if item.title == "Garaget":
            leading.call_in(by=world.coordinator, item=item, membership=world.guest.memberships.get())
        leading.decide(by=world.coordinator, item=item, outcome="decision", kind="focus", text=f"{item.title} först.")
    leading.close_meeting(by=world.coordinator, meeting=world.meeting)
    return world


def test_how_much_was_decided_is_told_those_who_read_all_of_the_meeting(client, world):
    for person, decided in ((world.officer, 2), (world.coordinator, 2), (world.guest, None)):
        assert [(one.pk, one.decided) for one in held(person, world.here)] == [(world.meeting.pk, decided)]
        client.force_login(person)
        page = client.get(reverse("meeting_list", args=[world.here.slug])).content.decode()
        assert reverse("meeting", args=[world.here.slug, world.meeting.number]) in page
        assert ("2 beslut" in page) is (decided == 2)
        assert (" beslut</span>" in page) is (decided is not None)


def test_lists_leave_the_minutes_in_the_database(client, world):
    for user in (world.officer, world.coordinator):
        client.force_login(user)
        for name in ("meeting_list", "decision_list"):
            with CaptureQueriesContext(connection) as asked:
                assert client.get(reverse(name, args=[world.here.slug])).status_code == 200
            assert not [one for one in asked.captured_queries if '"councils_meeting"."content"' in one["sql"]]
    # They are read where they are asked for.
    assert held(world.officer, world.here).get().content["items"]
    assert decisions_for(world.officer, world.here).first().meeting.content["items"]
