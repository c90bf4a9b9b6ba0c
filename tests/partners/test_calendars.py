"""One's deadlines in a calendar: what it says as RFC 5545 has it, whose they are, and that a key opens nothing else."""

from __future__ import annotations

import datetime as dt
import re

import icalendar
import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from audit.models import Event
from common.errors import NotAllowed, NotPossible
from partners import calendars, retention, retention_kinds, rules, work
from partners.models import CalendarKey, Membership, Organisation, User, WorkLetter, WorkLetterChoice
from tests import factories as make
from tests.at_once import at_once

LONG = "Åtgärder, krav; och \\ annat på två\nrader – " + "å" * 90


@pytest.fixture
def rows(monkeypatch):
    rows = [
        {"title": "Väster: hemligt", "mail_title": LONG, "url": "/a/", "due_on": dt.date(2027, 12, 31), "text": "text"},
        {"title": "Hemligt", "url": "/b/", "due_on": dt.date(2020, 2, 29)},
        {"title": "Utan dag", "mail_title": "Utan dag", "url": "/c/", "since": dt.date(2020, 1, 1)},
    ]
    monkeypatch.setattr(work.slots, "fill", lambda name, user, things: {one.pk: list(rows) for one in things})
    return rows


@pytest.fixture
def secret(world):
    return calendars.make_key(by=world.people["police"], collaboration=world.here)[1]


def fetch(secret, client=None):
    return (client or Client()).get(reverse("calendar_feed", args=[secret]))


def events(answer):
    return list(icalendar.Calendar.from_ical(answer.content).walk("VEVENT"))


@pytest.mark.parametrize("name", ["Ek\nstad", "Ek\r\nBEGIN:VEVENT", "Ek\rX:1", "Ek\x08stad", "Ek\\nstad; öst, väst"])
def test_a_collaboration_is_named_on_one_line_whatever_it_is_called(world, rows, secret, name):
    type(world.here).objects.filter(pk=world.here.pk).update(name=name)
    answer = fetch(secret)
    assert len(events(answer)) == 2
    assert not re.search(rb"[^\x20-\xff\r\n]|\r(?!\n)|(?<!\r)\n", answer.content)
    written = " ".join(name.replace("\x08", "").split())
    for mark in "\\;,":
        written = written.replace(mark, f"\\{mark}")
    assert f" i {written}\r\n" in answer.content.replace(b"\r\n ", b"").decode()


# --- What it says -----------------------------------------------------------------------------------------------------


def test_each_deadline_is_a_day_in_neutral_words(world, rows, secret):
    answer = fetch(secret)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert answer.headers["Cache-Control"] == "private, max-age=900"
    assert "Set-Cookie" not in answer.headers
    late, later = events(answer)
    assert (late.decoded("dtstart"), late.decoded("dtend")) == (dt.date(2020, 2, 29), dt.date(2020, 3, 1))
    assert (later.decoded("dtstart"), later.decoded("dtend")) == (dt.date(2027, 12, 31), dt.date(2028, 1, 1))
    assert str(later["summary"]) == LONG
    assert str(late["summary"]) == "Något som väntar på dig"
    text = answer.content.decode()
    for inside in ("Hemligt", "hemligt", "Väster", "text\r", "Utan dag", world.people["police"].email):
        assert inside not in text.replace("text/calendar", "")


def test_it_keeps_the_rules_of_rfc_5545_to_the_letter(world, rows, secret):
    body = fetch(secret).content
    assert body.startswith(b"BEGIN:VCALENDAR\r\n")
    assert body.endswith(b"END:VCALENDAR\r\n")
    lines = body.split(b"\r\n")
    assert all(b"\n" not in line and b"\r" not in line for line in lines)
    assert max(map(len, lines)) <= 75
    # No letter is cut in two by a fold.
    for line in lines:
        line.decode()
    unfolded = re.sub(rb"\r\n[ \t]", b"", body).decode().split("\r\n")
    assert "VERSION:2.0" in unfolded
    assert sum(line.startswith("PRODID:") for line in unfolded) == 1
    assert "DTSTART;VALUE=DATE:20271231" in unfolded
    assert "REFRESH-INTERVAL;VALUE=DURATION:PT6H" in unfolded
    (summary,) = [line for line in unfolded if line.startswith("SUMMARY:Åtg")]
    assert summary.startswith("SUMMARY:Åtgärder\\, krav\\; och \\\\ annat på två\\nrader")
    stamps = [line for line in unfolded if line.startswith("DTSTAMP:")]
    assert len(stamps) == 2
    assert all(re.fullmatch(r"DTSTAMP:\d{8}T\d{6}Z", line) for line in stamps)


def test_a_deadline_stays_the_same_event_when_its_day_moves(world, rows, secret):
    before = {str(event["uid"]) for event in events(fetch(secret))}
    assert len(before) == 2
    for row in rows:
        row.update(title="Annat", mail_title="Annat")
    rows[0]["due_on"] = dt.date(2028, 1, 10)
    assert {str(event["uid"]) for event in events(fetch(secret))} == before
    # Somebody else's calendar of the same rows has events of its own.
    other = calendars.make_key(by=world.people["coordinator"], collaboration=world.here)[1]
    assert before.isdisjoint(str(event["uid"]) for event in events(fetch(other)))


def test_an_event_leads_to_the_page_that_asks_before_anything_changes(world, rows, secret):
    address = str(events(fetch(secret))[0]["url"])
    assert re.search(r"/ekstad/my-work/tasks/[0-9a-f]{16}/$", address)


def test_nothing_to_do_is_an_empty_calendar(world, rows, secret):
    rows.clear()
    answer = fetch(secret)
    assert answer.status_code == 200
    assert events(answer) == []


def test_it_speaks_its_owners_language(world, rows, secret):
    make.WorkLetterChoiceFactory(person=world.people["police"], language="en")
    answer = fetch(secret)
    assert "Something that waits for you" in answer.content.decode()


def test_the_demonstration_says_that_nothing_has_happened(world, rows, secret):
    world.here.notice = "invented"
    world.here.save()
    calendar = icalendar.Calendar.from_ical(fetch(secret).content)
    assert all("inget här har hänt" in str(event["description"]) for event in calendar.walk("VEVENT"))
    assert "inget här har hänt" in str(calendar["x-wr-caldesc"])


def test_each_sees_their_own_and_nothing_of_another_collaboration(world):
    """With the rooms' own rows: the calendar is the page."""
    for who, area in (("police", world.west), ("coordinator", world.west)):
        make.SafetyWalkFactory(
            area=area, created_by=world.people[who], organisation=world.municipality, walked_on=timezone.localdate()
        )
    for who, person in world.people.items():
        collaboration = world.elsewhere if who == "stranger" else world.here
        key = calendars.make_key(by=person, collaboration=collaboration)[1]
        found = work.tasks_of(User.objects.get(pk=person.pk), collaboration, today=timezone.localdate())
        assert len(events(fetch(key))) == sum(task["due_on"] is not None for task in found), who
        assert bool(events(fetch(key))) == (who in {"police", "coordinator"}), who
    with pytest.raises(NotAllowed):
        calendars.make_key(by=world.people["stranger"], collaboration=world.here)


# --- The key ----------------------------------------------------------------------------------------------------------


def test_the_address_is_shown_once_and_only_its_hash_is_kept(client, world, rows):
    client.force_login(world.people["police"])
    page = client.post(reverse("my_calendar_make", args=["ekstad"]))
    assert "no-store" in page.headers["Cache-Control"]
    (address,) = re.findall(r'value="(https?://[^"]*/calendar/[^"]+\.ics)"', page.content.decode())
    secret = address.rsplit("/", 1)[1].removesuffix(".ics")
    assert len(secret) >= 43
    key = CalendarKey.objects.get()
    assert secret not in str(vars(key))
    assert secret not in str([vars(event) for event in Event.objects.all()])
    assert fetch(secret).status_code == 200
    assert secret not in client.get(reverse("my_calendar", args=["ekstad"])).content.decode()
    # Making another stops the first; revoking stops that one.
    client.post(reverse("my_calendar_make", args=["ekstad"]))
    assert fetch(secret).status_code == 404
    assert CalendarKey.objects.valid(timezone.localdate()).count() == 1
    client.post(reverse("my_calendar_revoke", args=["ekstad"]))
    assert not CalendarKey.objects.valid(timezone.localdate()).exists()
    answer = client.post(reverse("my_calendar_revoke", args=["ekstad"]), follow=True)
    assert "Det finns ingen adress som fungerar" in answer.content.decode()
    actions = Event.objects.filter(action__startswith="calendar_key").order_by("pk").values_list("action", flat=True)
    made, revoked = "calendar_key_made", "calendar_key_revoked"
    assert list(actions) == [made, revoked, made, revoked]


def test_nobody_revokes_anothers(world, secret, rows):
    with pytest.raises(NotPossible):
        calendars.revoke_key(by=world.people["coordinator"], collaboration=world.here)
    assert fetch(secret).status_code == 200


@pytest.mark.parametrize("why", ["revoked", "expired", "closed", "ended", "organisation closed", "service"])
def test_what_does_not_work_does_not_exist(world, rows, secret, why):
    police = world.people["police"]
    today = timezone.localdate()
    assert fetch(secret).status_code == 200
    if why == "revoked":
        calendars.revoke_key(by=police, collaboration=world.here)
    elif why == "expired":
        with time_machine.travel(timezone.now() + calendars.VALID_FOR):
            assert fetch(secret).status_code == 200
        with time_machine.travel(timezone.now() + calendars.VALID_FOR + dt.timedelta(days=1)):
            assert fetch(secret).status_code == 404
        return
    elif why == "closed":
        User.objects.filter(pk=police.pk).update(is_active=False)
    elif why == "ended":
        Membership.objects.filter(user=police).update(valid_from=today - dt.timedelta(days=2), valid_to=today)
    elif why == "organisation closed":
        Organisation.objects.filter(pk=world.police_authority.pk).update(is_active=False)
    else:
        User.objects.filter(pk=police.pk).update(is_service=True)
    assert fetch(secret).status_code == 404


def test_whoever_takes_part_in_two_has_a_key_for_each(world, rows):
    police = world.people["police"]
    make.MembershipFactory(user=police, organisation=world.foreign, role="coordinator")
    police = User.objects.get(pk=police.pk)
    here, there = (calendars.make_key(by=police, collaboration=one)[1] for one in (world.here, world.elsewhere))
    Membership.objects.filter(user=police, collaboration=world.here).delete()
    assert fetch(here).status_code == 404
    assert fetch(there).status_code == 200


@pytest.mark.parametrize(
    "hostile", ["x", "..", "%00", "' OR 1=1 --", "é" * 40, "a" * 5000, "%2e%2e%2f", "{hash}", "{secret}x", "{upper}"]
)
def test_a_key_that_is_not_ours_does_not_exist(world, rows, secret, hostile):
    key = CalendarKey.objects.get()
    words = hostile.format(hash=key.hash, secret=secret, upper=secret.swapcase())
    assert fetch(words).status_code == 404
    assert not CalendarKey.objects.exclude(last_used_on=None).exists()


def test_a_key_opens_nothing_but_the_calendar_and_changes_nothing(world, rows, secret):
    client = Client()
    assert fetch(secret, client).status_code == 200
    assert client.cookies == {}
    for ask in (client.post, client.put, client.delete):
        assert ask(reverse("calendar_feed", args=[secret])).status_code == 405
    assert client.head(reverse("calendar_feed", args=[secret])).status_code == 200
    assert client.get(reverse("my_work", args=["ekstad"])).status_code == 302
    assert client.get("/api/v1/", headers={"Authorization": f"Bearer {secret}"}).status_code in {401, 404}


def test_its_use_is_noted_once_a_day(world, rows, secret):
    for _time in range(3):
        fetch(secret)
    assert CalendarKey.objects.get().last_used_on == timezone.localdate()
    assert Event.objects.filter(action="calendar_read", actor_id=world.people["police"].pk).count() == 1
    with time_machine.travel(timezone.now() + dt.timedelta(days=1)):
        fetch(secret)
    assert Event.objects.filter(action="calendar_read").count() == 2


def test_a_system_has_no_calendar(world):
    robot = make.MembershipFactory(organisation=world.housing, user=make.UserFactory(is_service=True)).user
    with pytest.raises(NotAllowed):
        calendars.make_key(by=robot, collaboration=world.here)


@pytest.mark.django_db(transaction=True)
def test_two_presses_at_once_leave_one_address_that_works(transactional_db):
    from tests.world import World

    world = World()
    answers = at_once(
        *[lambda: calendars.make_key(by=User.objects.get(pk=world.people["police"].pk), collaboration=world.here)] * 5
    )
    assert all(isinstance(answer, tuple) for answer in answers), answers
    works = [secret for _key, secret in answers if calendars.open_key(secret, timezone.localdate())]
    assert len(works) == 1


def test_the_database_holds_one_address_that_works(world, secret):
    with pytest.raises(IntegrityError, match="calendar_key_one_at_a_time"), transaction.atomic():
        make.CalendarKeyFactory(collaboration=world.here, person=world.people["police"])


# --- How long ---------------------------------------------------------------------------------------------------------


def test_traces_go_after_their_time_and_with_the_account(world):
    police, today = world.people["police"], timezone.localdate()
    long_ago = today - dt.timedelta(days=91)
    old = make.WorkLetterFactory(collaboration=world.here, person=police, day=long_ago)
    young = make.WorkLetterFactory(collaboration=world.here, person=police)
    expired = make.CalendarKeyFactory(
        collaboration=world.here, person=police, expires_on=long_ago, revoked_at=timezone.now()
    )
    works = make.CalendarKeyFactory(collaboration=world.here, person=police)
    foreign = make.WorkLetterFactory(collaboration=world.elsewhere, person=world.people["stranger"], day=long_ago)
    retention.purge_collaboration(world.here, today=today)
    assert set(WorkLetter.objects.all()) == {young, foreign}
    assert not WorkLetter.objects.filter(pk=old.pk).exists()
    assert set(CalendarKey.objects.all()) == {works}
    assert not CalendarKey.objects.filter(pk=expired.pk).exists()
    make.WorkLetterChoiceFactory(person=police)
    User.objects.filter(pk=police.pk).update(is_active=False, deactivated_at=timezone.now() - dt.timedelta(days=400))
    retention_kinds._pseudonymise(world.here, [police.pk])
    assert not WorkLetter.objects.filter(person=police).exists()
    assert not CalendarKey.objects.filter(person=police).exists()
    assert not WorkLetterChoice.objects.filter(person=police).exists()


@pytest.mark.parametrize("slug", ["calendar", "letters"])
def test_no_collaboration_takes_an_address_of_ours(db, slug):
    with pytest.raises(NotPossible):
        rules.check_slug(slug)
