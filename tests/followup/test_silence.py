"""No news for three weeks: a measure is taken up, wherever its partners look."""

from __future__ import annotations

import datetime as dt

import pytest
import time_machine
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from action_plans.commitments.actions import change_rules
from action_plans.models import Measure, MeasureState
from followup.models import Course
from followup.progress import my_work
from followup.progress.actions import tell
from followup.progress.queries import silent_measures
from partners import work
from partners.emails import send_letter
from tests import factories as make
from tests.action_plans.cast import PlanWorld

pytestmark = pytest.mark.django_db
STARTED = dt.datetime(2026, 9, 1, 10, tzinfo=dt.UTC)


def after(days):
    return STARTED.date() + dt.timedelta(days=days)


@pytest.fixture
def world(db):
    with time_machine.travel(STARTED, tick=False):
        world = PlanWorld()
        world.ongoing = world.measure(state=MeasureState.ONGOING, start_on=after(-5))
    return world


def silent(world, days):
    return list(silent_measures(world.here, after(days)))


def test_a_measure_is_silent_after_three_weeks_and_speaks_again_with_a_note(world):
    assert silent(world, 20) == []
    assert silent(world, 21) == [world.ongoing]
    with time_machine.travel(STARTED + dt.timedelta(days=19), tick=False):
        tell(by=world.officer, measure=world.ongoing, organisation=world.municipality, course=Course.AS_PLANNED)
    assert silent(world, 21) == []
    assert silent(world, 40) == [world.ongoing]


@pytest.mark.parametrize("news", ["follow_up", "move", "commitment"])
def test_any_news_breaks_the_silence(world, news):
    day = STARTED + dt.timedelta(days=15)
    with time_machine.travel(day, tick=False):
        if news == "follow_up":
            make.FollowUpNoteFactory(measure=world.ongoing, organisation=world.municipality)
        elif news == "move":
            make.MeasureMoveFactory(measure=world.ongoing, at=day)
        else:
            part = make.CommitmentFactory(area=world.west, measure=world.ongoing, asked_by=world.municipality)
            make.CommitmentMoveFactory(commitment=part, at=day)
    assert (silent(world, 21), silent(world, 36)) == ([], [world.ongoing])


@pytest.mark.parametrize(
    ("state", "start", "is_silent"),
    [
        (MeasureState.PROPOSED, 0, False),
        (MeasureState.CARRIED_OUT, 0, False),
        (MeasureState.PAUSED, 0, True),
        # Of what has not begun nothing is expected.
        (MeasureState.DECIDED, 15, False),
        (MeasureState.DECIDED, 0, True),
    ],
)
def test_only_what_is_in_force_and_has_begun_falls_silent(world, state, start, is_silent):
    Measure.objects.filter(pk=world.ongoing.pk).update(state=state, start_on=after(start))
    assert bool(silent(world, 21)) is is_silent


def test_after_how_many_days_is_the_collaborations_own(world):
    change_rules(
        by=world.coordinator, collaboration=world.here, shown_after_days=2, remind_days=3, silent_after_days=30
    )
    assert (silent(world, 29), silent(world, 30)) == ([], [world.ongoing])


def _led(world):
    """The housing company leads it, and its security lead answers for it."""
    return make.CommitmentFactory(
        area=world.west, measure=world.ongoing, state="accepted", is_lead=True, asked_by=world.municipality,
        asked_of=world.housing, responsible=world.security_lead.memberships.get(),
    )  # fmt: skip


def test_the_measure_the_plan_the_lead_and_the_letter_say_it(world, client):
    _led(world)
    user = world.security_lead
    with time_machine.travel(STARTED + dt.timedelta(days=25), tick=False):
        client.force_login(user)
        for page in (
            reverse("measure_detail", args=["ekstad", world.ongoing.pk]),
            reverse("plan", args=["ekstad", world.plan.number]),
        ):
            assert "Inget nytt sedan 1 september 2026: 25 dagar." in client.get(page).content.decode(), page
        (row,) = my_work.items(user, [world.here])[world.here.pk]
        assert row["url"] == reverse("progress_tell", args=["ekstad", world.ongoing.pk])
        assert my_work.items(world.officer, [world.here]) == {}
        tasks = work.tasks_of(user, world.here, today=timezone.localdate())
        send_letter(user, world.here, work.grouped(tasks), [], stop_token="prov")
        (letter,) = mail.outbox
        assert row["mail_title"] in letter.body
        assert world.ongoing.title not in letter.body
        # One press from My work is a note; pressed twice it is one.
        (answer,) = row["answers"]
        for _press in range(2):
            assert client.post(answer["url"], answer["fields"]).status_code == 302
        assert world.ongoing.progress_notes.count() == 1
        assert my_work.items(user, [world.here]) == {}
        assert "Inget nytt" not in client.get(page).content.decode()


def test_ten_silent_measures_cost_a_plan_no_more_questions_than_one(world, client):
    client.force_login(world.officer)
    page = reverse("plan", args=["ekstad", world.plan.number])

    def asked():
        with time_machine.travel(STARTED + dt.timedelta(days=25), tick=False), CaptureQueriesContext(connection) as at:
            client.get(page)
        return len(at)

    asked()
    one = asked()
    with time_machine.travel(STARTED, tick=False):
        for _number in range(9):
            world.measure(state=MeasureState.ONGOING)
    assert asked() <= one
