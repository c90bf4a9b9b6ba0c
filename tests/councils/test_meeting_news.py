"""Invitations, minutes and assignments reach those who may read them, once, and nobody else."""

import datetime as dt

import pytest
import time_machine
from django.core import mail
from django.utils import timezone
from icalendar import Calendar

from audit.models import Event
from councils import tasks
from councils.meetings import leading, news, planning
from councils.meetings.inviting import invite, plan_ahead
from councils.models import Decision, Meeting, MeetingInvitation, MeetingState
from partners.models import Notification
from partners.notifications.topics import topic_with
from tests import factories as make
from tests.councils.meeting_cast import MeetingWorld

pytestmark = pytest.mark.django_db

MORNING = "2026-11-23T10:00:00+01:00"


@pytest.fixture
def world():
    with time_machine.travel(MORNING, tick=False):
        yield MeetingWorld()


def told(person, topic):
    """What somebody reads on their page of news; all that was told can be read."""
    rows = list(Notification.objects.filter(person=person, topic=topic).order_by("pk"))
    words = topic_with(topic).shown(person, rows)
    return [(row.what, words[row.pk].title if row.pk in words else None) for row in rows]


def test_who_sits_in_the_group_is_invited_once_and_again_when_it_moves(world):
    now = timezone.now()
    meeting = world.planned(starts_at=now + dt.timedelta(days=3), where="Rådhuset")
    assert invite(world.here, now=now) == 2
    assert invite(world.here, now=now) == 0
    assert {letter.to[0] for letter in mail.outbox} == {world.officer.email, world.people["police"].email}
    letter = mail.outbox[0]
    assert "Rådhuset" in letter.body
    (name, calendar, kind) = letter.attachments[0]
    assert (name, kind) == (f"mote-{meeting.number}.ics", "text/calendar; method=REQUEST")
    assert "SEQUENCE:0" in calendar
    (event,) = Calendar.from_ical(calendar).walk("VEVENT")
    # Only the reader is named, and no answer is asked for.
    assert event["attendee"] == f"mailto:{letter.to[0]}"
    assert event["attendee"].params["RSVP"] == "FALSE"
    assert event["organizer"].startswith("mailto:")
    (part,) = [one for one in letter.message().walk() if one.get_content_type() == "text/calendar"]
    assert part.get_param("method") == "REQUEST"
    values = {"starts_at": now + dt.timedelta(days=4), "length_min": 60, "where": "Rådhuset"}
    planning.move_meeting(by=world.coordinator, meeting=meeting, **values)
    assert invite(world.here, now=now) == 2
    assert "SEQUENCE:1" in mail.outbox[-1].attachments[0][1]
    planning.cancel_meeting(by=world.coordinator, meeting=meeting, reason="Få kan komma.")
    assert invite(world.here, now=now) == 2
    assert "METHOD:CANCEL" in mail.outbox[-1].attachments[0][1]
    assert "Få kan komma" not in mail.outbox[-1].body
    assert [what for what, _title in told(world.officer, news.TOPIC)] == ["planned", "moved", "cancelled"]
    assert not any(told(world.people[who], news.TOPIC) for who in ("coordinator", "security_lead", "stranger"))
    # What was called off before anybody was invited is told to nobody.
    unheard = world.planned(starts_at=now + dt.timedelta(days=5))
    planning.cancel_meeting(by=world.coordinator, meeting=unheard, reason="Fel dag.")
    assert invite(world.here, now=now) == 0
    assert not MeetingInvitation.objects.filter(meeting=unheard).exists()


def test_who_wants_no_letters_reads_it_on_the_page(world):
    make.TopicChoiceFactory(person=world.officer, topic=news.TOPIC, how="page")
    world.planned(starts_at=timezone.now() + dt.timedelta(days=3))
    assert tasks.invite_to_meetings() == 1
    assert [letter.to for letter in mail.outbox] == [[world.people["police"].email]]
    assert [what for what, _title in told(world.officer, news.TOPIC)] == ["planned"]


def test_minutes_are_told_to_the_group_and_a_part_to_who_was_called_in(world):
    guest = world.people["other_housing"]
    leading.bring_matter(by=world.coordinator, group=world.group, section="why", title="Garaget")
    meeting = world.opened()
    item = meeting.items.select_related("meeting__group").get(matter__title="Garaget")
    leading.call_in(by=world.coordinator, item=item, membership=guest.memberships.get())
    leading.close_meeting(by=world.coordinator, meeting=meeting)
    leading.adjust(by=world.coordinator, meeting=meeting, organisation=world.municipality, text="Skolan var med.")
    assert [what for what, title in told(world.officer, news.MINUTES) if title] == ["minutes", "adjusted"]
    assert [what for what, title in told(guest, news.TOPIC) if title] == ["called_in"]
    assert [what for what, title in told(guest, news.MINUTES) if title] == ["minutes_part"]
    assert not any(told(world.people[who], news.MINUTES) for who in ("security_lead", "council", "coach"))


def test_an_assignment_reaches_an_organisation_that_was_not_there(client, world):
    """It reads what it was given, and nothing else of the meeting."""
    leading.bring_matter(by=world.coordinator, group=world.group, section="why", title="Garaget")
    meeting = world.opened()
    item = leading.open_item(by=world.coordinator, item=meeting.items.get(matter__title="Garaget"))
    said = {"by": world.coordinator, "item": item}
    day = timezone.localdate()
    given = leading.decide(
        outcome="assignment", text="Byt låset.", organisation=world.housing, due_on=day, **said
    )  # fmt: skip
    leading.decide(outcome="decision", kind="focus", text="Torget först.", **said)
    lead = world.security_lead
    assert list(Decision.objects.visible_to(lead)) == [given]
    assert not Meeting.objects.visible_to(lead).exists()
    assert told(lead, news.ASSIGNMENTS) == [("given", "Ett möte har gett dig i uppgift: Byt låset.")]
    client.force_login(lead)
    page = client.get(f"/{world.here.slug}/decisions/").content.decode()
    assert "Byt låset." in page
    assert "Torget först." not in page
    assert f"/meetings/{meeting.number}/" not in page
    assert "Byt låset." in client.get(f"/{world.here.slug}/my-work/").content.decode()
    with time_machine.travel("2026-11-26T04:10:00+01:00", tick=False):
        assert tasks.keep_meetings_going() == 1
        tasks.keep_meetings_going()
        assert [what for what, _title in told(lead, news.ASSIGNMENTS)] == ["given", "late"]
        assert not told(world.people["other_housing"], news.ASSIGNMENTS)
        leading.report_done(by=lead, decision=given)
        assert [title for _what, title in told(lead, news.ASSIGNMENTS)] == [None, None]


def test_a_series_goes_on_by_itself(world):
    series = planning.make_series(
        by=world.coordinator, group=world.group, name="EST-möte", cadence="weekly",
        first_on=timezone.localdate(), starts_at=dt.time(11), length_min=60, where="", adjust_days=7,
    )  # fmt: skip
    first = series.meetings.get()
    leading.open_meeting(by=world.coordinator, meeting=first)
    leading.close_meeting(by=world.coordinator, meeting=first)
    first.refresh_from_db()
    second = series.meetings.get(state=MeetingState.PLANNED)
    assert timezone.localdate(second.starts_at) == dt.date(2026, 11, 30)
    assert first.content["next"] is not None
    assert plan_ahead(world.here, today=timezone.localdate()) == 0
    # The second was never held: the night after the next day the third is planned, once.
    for day, planned in ((dt.date(2026, 12, 1), 0), (dt.date(2026, 12, 2), 1), (dt.date(2026, 12, 2), 0)):
        with time_machine.travel(dt.datetime.combine(day, dt.time(4), tzinfo=dt.UTC), tick=False):
            assert plan_ahead(world.here, today=day) == planned
    assert sorted(timezone.localdate(one.starts_at).day for one in series.meetings.all()) == [7, 23, 30]
    third = series.meetings.latest("starts_at")
    assert Event.objects.filter(action="meeting_planned", subject_id=str(third.pk)).exists()
