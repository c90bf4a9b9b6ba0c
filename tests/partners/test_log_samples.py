"""Each month a sample of the log is gone through: drawn by lot, the same whoever draws, and said to be done once."""

from __future__ import annotations

import datetime as dt

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from audit.actions import record, seal_days_before
from audit.models import Event
from common.errors import NotAllowed, NotPossible
from partners import log_samples
from partners.models import LogReview
from partners.roles import Role
from tests import factories as make
from tests.at_once import at_once
from tests.world import World

OCTOBER, NOVEMBER = dt.date(2026, 10, 1), dt.date(2026, 11, 1)
TODAY = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)


def at(day, hour=12):
    return time_machine.travel(dt.datetime.combine(day, dt.time(hour), tzinfo=dt.UTC), tick=False)


def read(world, number, *, who="coordinator", **details):
    for _ in range(number):
        record("incident_read", by=world.people[who], subject=world.by_colleague, where="page", **details)


@pytest.fixture
def month(world):
    """An October with many readings, some files and a system's, sealed to its end; and a reading of November."""
    with at(dt.date(2026, 10, 5)):
        read(world, 60)
        read(world, 12, who="security_lead", token=7)
        for _ in range(15):
            record("incidents_exported", by=world.people["coordinator"], collaboration_id=world.here.pk, rows=3)
        record("log_read", by=world.people["data_protection"], collaboration_id=world.here.pk)
        record("incident_approved", by=world.people["coordinator"], subject=world.by_colleague)
        record("incident_read", by=world.people["stranger"], subject=world.abroad, where="page")
    with at(NOVEMBER, 1):
        seal_days_before(NOVEMBER)
    with at(dt.date(2026, 11, 3)):
        read(world, 1)
    with time_machine.travel(TODAY, tick=False):
        yield world


def draw(world, who="data_protection"):
    return log_samples.draw(world.people[who], world.here, OCTOBER)


def go_through(world, who="data_protection", **values):
    sample = draw(world, who)
    seen = [event.pk for event in sample.events] if sample else []
    asked = {"finding": "nothing", "note": "", "seen": seen, "month": OCTOBER, **values}
    return log_samples.go_through(collaboration=world.here, by=world.people[who], **asked)


def test_the_sample_is_of_the_month_of_what_was_read_and_taken_out_and_of_each_sort(month):
    sample = draw(month)
    assert sample.drawn_from == 60 + 12 + 15
    actions = [event.action for event in sample.events]
    of_systems = [event for event in sample.events if "token" in event.details]
    assert actions.count("incidents_exported") == log_samples.EXPORTS
    assert len(of_systems) == log_samples.READINGS_OF_SYSTEMS
    assert actions.count("incident_read") == log_samples.READINGS + len(of_systems)
    assert {event.collaboration_id for event in sample.events} == {month.here.pk}
    assert {timezone.localdate(event.at).month for event in sample.events} == {10}
    assert sample.events == sorted(sample.events, key=lambda event: (event.at, event.pk))


def test_whoever_draws_again_gets_the_same_lines_and_another_seal_gives_others(month, monkeypatch):
    first, again = draw(month), draw(month, "administrator")
    assert [event.pk for event in first.events] == [event.pk for event in again.events]
    monkeypatch.setattr(log_samples.DaySeal.objects.__class__, "filter", lambda self, **asked: _Seal())
    other = draw(month)
    assert [event.pk for event in other.events] != [event.pk for event in first.events]


class _Seal:
    hash = "another"

    def first(self):
        return self


def test_every_line_can_be_drawn(month):
    """A lot that always fell on the first lines would be no lot."""
    drawn = {event.pk for event in draw(month).events}
    lines = log_samples.read_and_taken_out(month.people["data_protection"], month.here, OCTOBER)
    of_people = list(lines.filter(action="incident_read").exclude(details__has_key="token").order_by("pk"))
    halves = [sum(line.pk in drawn for line in half) for half in (of_people[:30], of_people[30:])]
    assert min(halves) >= 3, halves


def test_before_the_last_day_is_sealed_nothing_is_drawn(world):
    with at(dt.date(2026, 10, 5)):
        read(world, 3)
    with at(dt.date(2026, 10, 20), 1):
        seal_days_before(dt.date(2026, 10, 20))
    with time_machine.travel(TODAY, tick=False):
        assert draw(world) is None
        with pytest.raises(NotPossible):
            go_through(world)


def test_a_month_is_gone_through_once_with_its_lines_and_the_log_says_so_without_the_note(month):
    assert log_samples.number_in_menu(month.people["data_protection"], month.here) == "1"
    review = go_through(month, finding="follow_up", note="Ärende 47/2026: många läsningar frågade om.")
    assert review.event_ids == [event.pk for event in draw(month).events]
    assert (review.drawn_from, review.seed) == (87, draw(month).seed)
    event = Event.objects.get(action="log_sample_gone_through")
    assert event.subject_label == "2026-10"
    assert "Ärende" not in str(event.details)
    assert log_samples.number_in_menu(month.people["data_protection"], month.here) == ""
    with pytest.raises(NotPossible):
        go_through(month)
    assert LogReview.objects.count() == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"finding": "follow_up"},
        {"note": "Frågade 850709-9805 om det."},
        {"note": "Frågade Anna Andersson om det."},
        {"note": "x" * 301},
        {"seen": [1]},
        {"month": NOVEMBER},
        {"month": dt.date(2026, 9, 1)},
    ],
)
def test_what_is_not_gone_through(month, wrong):
    with pytest.raises(NotPossible):
        go_through(month, **wrong)
    assert not LogReview.objects.exists()


@pytest.mark.parametrize("who", ["administrator", "coordinator", "council", "stranger"])
def test_only_data_protection_goes_through_it(month, who):
    with pytest.raises(NotAllowed):
        go_through(month, who)
    assert log_samples.number_in_menu(month.people[who], month.here) == ""


def test_a_system_never_goes_through_it(month):
    system = make.UserFactory(is_service=True)
    make.MembershipFactory(user=system, organisation=month.municipality, role=Role.DATA_PROTECTION)
    month.people["system"] = system
    with pytest.raises(NotAllowed):
        go_through(month, "system")


@pytest.mark.django_db(transaction=True)
def test_two_at_once_are_one():
    world = World()
    with at(dt.date(2026, 10, 5)):
        read(world, 3)
    with at(NOVEMBER, 1):
        seal_days_before(NOVEMBER)
    with time_machine.travel(TODAY, tick=False):
        answers = at_once(lambda: go_through(world), lambda: go_through(world))
    assert sum(isinstance(answer, NotPossible) for answer in answers) == 1, answers
    assert LogReview.objects.count() == 1


def test_the_database_holds_what_a_review_is(month):
    review = go_through(month)
    for values in ({"month": dt.date(2026, 10, 2)}, {"finding": "follow_up", "note": ""}):
        with pytest.raises(IntegrityError), transaction.atomic():
            LogReview.objects.filter(pk=review.pk).update(**values)


def test_months_without_a_log_are_nobodys_task(world):
    with at(dt.date(2025, 3, 31), 22):  # the first hour of April here
        read(world, 1)
    months = log_samples.ended_months(world.here, dt.date(2025, 7, 2))
    assert months == [dt.date(2025, 6, 1), dt.date(2025, 5, 1), dt.date(2025, 4, 1)]
    assert len(log_samples.ended_months(world.here, dt.date(2027, 7, 2))) == log_samples.MONTHS_BACK
    assert log_samples.ended_months(world.elsewhere, dt.date(2025, 7, 2)) == []


@pytest.mark.parametrize("text", ["", "2026", "2026-13", "26-10", "2026-10-01", "2026-1 ", "²026-10"])
def test_what_names_no_month(text):
    assert log_samples.month_named(text) is None


# --- Pages ------------------------------------------------------------------------------------------------------------


def client_of(world, who):
    client = Client(HTTP_ACCEPT_LANGUAGE="en")
    client.force_login(world.people[who])
    return client


def test_the_officer_finds_the_month_reads_the_lines_and_says_it_is_done(month):
    client = client_of(month, "data_protection")
    log_page = client.get(reverse("log", args=["ekstad"])).content.decode()
    assert "1 month's sample has not been gone through" in log_page
    months = client.get(reverse("log_months", args=["ekstad"])).content.decode()
    assert "1 month waits to be gone through" in months
    assert "October 2026" in months
    url = reverse("log_sample", args=["ekstad", "2026-10"])
    page = client.get(url)
    assert page.context["number"] == 35
    assert Event.objects.filter(action="log_sample_read", details={"month": "2026-10"}).count() == 1
    body = {"finding": "nothing", "note": "Inget att anmärka.", "seen": page.context["seen"]}
    assert client.post(url, body).status_code == 302
    done = client.get(url).content.decode()
    assert "October 2026 has been gone through" in done
    assert "Inget att anmärka." in done
    assert "When you have gone through it" not in done


def test_who_read_most_leads_to_their_lines_of_the_month(month):
    page = client_of(month, "data_protection").get(reverse("log_sample", args=["ekstad", "2026-10"]))
    first = page.context["readers"][0]
    assert (first["who"], first["read"], first["taken_out"]) == ("coordinator", 60, 15)
    person = month.people["coordinator"].pk
    assert f"?person={person}&amp;first_day=2026-10-01&amp;last_day=2026-10-31" in page.content.decode()


def test_a_mistake_keeps_what_was_written(month):
    client = client_of(month, "data_protection")
    url = reverse("log_sample", args=["ekstad", "2026-10"])
    seen = client.get(url).context["seen"]
    answer = client.post(url, {"finding": "follow_up", "note": " ", "seen": seen})
    assert answer.status_code == 422
    assert "Write what is followed up." in answer.content.decode()
    answer = client.post(url, {"note": "Ring 070-123 45 67", "finding": "nothing", "seen": seen})
    assert "Ring 070-123 45 67" in answer.content.decode()
    assert not LogReview.objects.exists()


def test_the_administrator_reads_the_sample_and_is_offered_no_form(month):
    client = client_of(month, "administrator")
    url = reverse("log_sample", args=["ekstad", "2026-10"])
    page = client.get(url)
    assert page.status_code == 200
    assert "When you have gone through it" not in page.content.decode()
    assert client.post(url, {"finding": "nothing"}).status_code == 403


@pytest.mark.parametrize("code", ["2026-11", "2026-09", "1999-01", "nonsens"])
def test_a_month_that_cannot_be_gone_through_does_not_exist(month, code):
    answer = client_of(month, "data_protection").get(reverse("log_sample", args=["ekstad", code]))
    assert answer.status_code == 404
