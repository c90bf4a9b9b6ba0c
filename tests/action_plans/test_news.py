"""Who is told of what happens to measures and commitments, what an evaluation's adoption tells, and comments."""

from __future__ import annotations

import datetime as dt

import pytest
import time_machine
from django.core import mail
from django.utils import timezone

from action_plans.commitments import actions as commitments
from action_plans.commitments.reminding import remind
from action_plans.measures import actions as measures
from action_plans.models import Measure, MeasureState
from common.days import is_working_day
from common.errors import NotPossible
from partners.models import Notification, User
from partners.notifications.queries import shown
from tests import factories as make
from tests.action_plans.cast import PlanWorld

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(db):
    return PlanWorld()


def news(person):
    """What somebody is told, oldest first, as the page says it."""
    rows = Notification.objects.filter(person=person).order_by("pk")
    return [(one.row.what, one.words.title) for one in shown(User.objects.get(pk=person.pk), list(rows))]


def request_of(world, **more):
    return commitments.make_request(
        by=world.officer, area=world.west, asked_by=world.municipality, asked_of=world.housing,
        text="Byt låset.", due_on=timezone.localdate() + dt.timedelta(days=20), **more,
    )  # fmt: skip


def test_whoever_is_asked_is_told_and_whoever_asked_is_told_of_the_answer(world):
    lead, officer = world.people["security_lead"], world.officer
    one = request_of(world)
    assert news(lead) == [("asked", f"Kommunen ber Bostadsbolaget om något: K-{one.number}")]
    # A reporter of the organisation does not speak for it.
    assert news(world.people["reporter"]) == []
    commitments.counter_offer(by=lead, commitment=one, offer="Vi byter cylindern.")
    assert news(officer) == [("counter_offered", f"Bostadsbolaget erbjuder något annat i K-{one.number}")]
    commitments.take_offer(by=officer, commitment=one)
    commitments.report(by=lead, commitment=one, is_kept=True)
    commitments.confirm(by=officer, commitment=one, is_kept=False, text="Den går inte att låsa.")
    assert [what for what, _title in news(lead)] == ["asked", "offer_taken", "confirmed"]
    assert [what for what, _title in news(officer)] == ["counter_offered", "kept"]
    # What was refused tells nobody anything.
    before = Notification.objects.count()
    with pytest.raises(NotPossible):
        commitments.take_offer(by=officer, commitment=one)
    assert Notification.objects.count() == before


def test_those_who_take_part_are_told_that_a_measure_is_decided(world):
    measure = world.decidable()
    Notification.objects.all().delete()
    measures.decide(by=world.coordinator, measure=measure, group=world.group)
    assert news(world.people["security_lead"]) == [("decided", f"Åtgärden ”{measure.title}” är beslutad")]
    assert news(world.people["police"]) == []
    assert news(world.coordinator) == []
    row = Notification.objects.get(person=world.people["security_lead"])
    assert (row.topic, row.subject_id) == ("measures", Measure.objects.get(state=MeasureState.DECIDED).pk)


@pytest.mark.parametrize("how", ["at_once", "digest"])
def test_a_reminder_is_a_letter_of_its_own_or_a_row_as_its_reader_has_chosen_and_never_both(world, how):
    one = request_of(world)
    commitments.accept(by=world.security_lead, commitment=one)
    make.TopicChoiceFactory(person=world.security_lead, topic="commitment_reminders", how=how)
    due = one.due_on + dt.timedelta(days=1)
    while not is_working_day(due):
        due += dt.timedelta(days=1)
    mail.outbox.clear()
    for _time in range(2):
        with time_machine.travel(dt.datetime.combine(due, dt.time(9), tzinfo=dt.UTC), tick=False):
            remind(world.here, today=due)
    assert len(mail.outbox) == (how == "at_once")
    (row,) = Notification.objects.filter(topic="commitment_reminders")
    assert (row.person, row.what) == (world.security_lead, "late")
    assert (row.mail_claimed_at is None) == (how == "digest")
    assert ("late", f"K-{one.number} skulle ha varit klart") in news(world.security_lead)
