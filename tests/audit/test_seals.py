"""Each day is sealed at night with a hash over its rows and the day before, so that a changed row shows."""

from __future__ import annotations

import datetime as dt
import threading
from io import StringIO

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import override

from audit.actions import broken_seals, record, seal_days_before
from audit.models import DaySeal, Event
from audit.tasks import seal_days
from tests import factories as make

MONDAY, TUESDAY, WEDNESDAY = dt.date(2026, 11, 2), dt.date(2026, 11, 3), dt.date(2026, 11, 4)


def at(day, hour=12):
    return time_machine.travel(
        dt.datetime.combine(day, dt.time(hour), tzinfo=timezone.get_default_timezone()), tick=False
    )


@pytest.fixture
def two_nights(db):
    """Two days with rows, each sealed in the night after."""
    with at(MONDAY):
        record("prov", number=1)
        record("prov", number=2)
    with at(TUESDAY, 1):
        assert seal_days() == 1
    with at(TUESDAY):
        record("prov", number=3)
    with at(WEDNESDAY, 1):
        assert seal_days() == 1


def tamper(statement, *values):
    """What somebody with the keys to the database could do."""
    with connection.cursor() as cursor:
        for table in ("audit_event", "audit_dayseal"):
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute(statement, values)
        for table in ("audit_event", "audit_dayseal"):
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def test_two_nights_give_two_seals_that_hold_each_other(two_nights):
    tuesday, monday = DaySeal.objects.all()
    assert (monday.day, monday.events, monday.previous_hash) == (MONDAY, 2, "")
    assert (tuesday.day, tuesday.events, tuesday.previous_hash) == (TUESDAY, 1, monday.hash)
    assert broken_seals() == []


def test_sealing_again_changes_nothing(two_nights):
    before = list(DaySeal.objects.values())
    with at(WEDNESDAY, 2):
        assert seal_days() == 0
    assert list(DaySeal.objects.values()) == before


def test_a_night_that_was_missed_is_sealed_the_next_time(db):
    with at(MONDAY):
        record("prov")
    assert seal_days_before(WEDNESDAY) == 2
    assert list(DaySeal.objects.values_list("day", "events")) == [(TUESDAY, 0), (MONDAY, 1)]


def test_the_running_day_is_not_sealed(db):
    with at(MONDAY):
        record("prov")
        assert seal_days() == 0


@pytest.mark.django_db(transaction=True)
def test_a_day_on_which_something_is_still_being_written_waits():
    """A long import that began before midnight and has not committed when the seal is made."""
    make.EventFactory()
    has_written, may_commit = threading.Event(), threading.Event()

    def long_import():
        with transaction.atomic():
            make.EventFactory()
            has_written.set()
            may_commit.wait(timeout=30)
        connection.close()

    thread = threading.Thread(target=long_import)
    thread.start()
    assert has_written.wait(timeout=30)
    tomorrow = timezone.localdate() + dt.timedelta(days=1)
    try:
        assert seal_days_before(tomorrow) == 0
    finally:
        may_commit.set()
        thread.join(timeout=30)
    assert seal_days_before(tomorrow) == 1
    assert DaySeal.objects.get().events == 2
    assert broken_seals() == []


def test_seals_are_made_today_as_they_were_when_the_first_log_was_sealed(db):
    """Another hash for the same row would make every log that exists look broken."""
    with at(MONDAY):
        make.EventFactory(id=1, actor_label="samordnare", collaboration_id=7, details={"rows": 3})
    seal_days_before(TUESDAY)
    assert DaySeal.objects.get().hash == "131104362031263283be25594082754634034ac3c9c712ae55f232cf00748c9c"


def test_an_empty_log_has_nothing_to_seal(db):
    assert seal_days_before(MONDAY) == 0


def test_the_day_is_the_local_one(db):
    with at(MONDAY, 0):  # still Sunday by Greenwich
        record("prov")
    assert seal_days_before(TUESDAY) == 1
    assert DaySeal.objects.get().day == MONDAY


def first_event():
    return Event.objects.order_by("id").first()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_event SET actor_label = 'någon annan' WHERE id = %s",
        "UPDATE audit_event SET details = '{}' WHERE id = %s",
        "UPDATE audit_event SET subject_id = '77' WHERE id = %s",
        "DELETE FROM audit_event WHERE id = %s",
        "UPDATE audit_event SET at = at + interval '1 day' WHERE id = %s",
    ],
)
def test_a_changed_row_shows(two_nights, statement):
    tamper(statement, first_event().pk)
    assert MONDAY in broken_seals()


def test_an_added_row_shows(two_nights):
    event = make.EventFactory(action="efteråt")
    tamper("UPDATE audit_event SET at = %s WHERE id = %s", first_event().at, event.pk)
    assert broken_seals() == [MONDAY]


def test_a_changed_seal_shows(two_nights):
    tamper("UPDATE audit_dayseal SET hash = %s WHERE day = %s", "f" * 64, MONDAY)
    assert broken_seals() == [MONDAY, TUESDAY]


def test_rows_of_the_running_day_are_not_judged_yet(two_nights):
    with at(WEDNESDAY):
        record("prov")
    assert broken_seals() == []


def check_log():
    out = StringIO()
    with override("en"):
        call_command("check_log", stdout=out)
    return out.getvalue()


def test_the_command_says_that_the_chain_is_whole(two_nights):
    assert check_log() == "The chain is whole: 2 sealed days, the latest 2026-11-03.\n"


def test_the_command_names_the_broken_days_and_fails(two_nights):
    tamper("DELETE FROM audit_event WHERE id = %s", first_event().pk)
    out = StringIO()
    with override("en"), pytest.raises(CommandError, match="1 day no longer agrees"):
        call_command("check_log", stdout=out)
    assert out.getvalue() == "2026-11-02\n"


def test_the_command_says_when_there_is_nothing_to_check(db):
    assert "No day is sealed yet" in check_log()
