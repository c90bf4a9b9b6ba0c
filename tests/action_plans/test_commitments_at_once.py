"""Both sides at the same moment: one step is taken, and one letter is sent."""

from __future__ import annotations

import datetime as dt
import itertools

import pytest
from django.core import mail
from django.utils import timezone

from action_plans.commitments import actions, away
from action_plans.commitments.reminding import remind
from action_plans.models import Absence, Commitment, CommitmentMove
from partners.roles import Role
from tests import factories as make
from tests.action_plans.cast import PlanWorld
from tests.at_once import at_once

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def world(transactional_db):
    return PlanWorld()


def request(world, text="Laga staketet."):
    return actions.make_request(
        by=world.officer, area=world.west, asked_by=world.municipality, asked_of=world.housing, text=text,
        due_on=timezone.localdate() + dt.timedelta(days=3),
    )  # fmt: skip


def taken(answers):
    return [answer for answer in answers if not isinstance(answer, Exception)]


def test_twenty_forms_sent_at_once_ask_once(world):
    answers = at_once(*[lambda: request(world) for _ in range(20)])
    assert len(taken(answers)) == 20
    assert Commitment.objects.count() == 1
    at_once(*[lambda n=n: request(world, f"Nummer {n}") for n in range(10)])
    assert sorted(Commitment.objects.values_list("number", flat=True)) == list(range(1, 12))


def test_an_answer_and_a_withdrawal_at_the_same_moment_are_both_in_the_history_in_one_order(world):
    one = request(world)
    at_once(
        *[lambda: actions.accept(by=world.security_lead, commitment=one) for _ in range(10)],
        *[lambda: actions.withdraw(by=world.officer, commitment=one, reason="Behövs inte.") for _ in range(10)],
    )
    steps = list(CommitmentMove.objects.filter(commitment=one).values_list("from_state", "to_state"))
    assert steps in (
        [("draft", "asked"), ("asked", "withdrawn")],
        [("draft", "asked"), ("asked", "accepted"), ("accepted", "withdrawn")],
    )


def test_what_is_kept_of_a_line_is_the_line(world):
    one = request(world)
    actions.accept(by=world.security_lead, commitment=one)
    at_once(
        *[lambda: actions.report(by=world.security_lead, commitment=one, is_kept=True) for _ in range(8)],
        *[
            lambda: actions.report(by=world.security_lead, commitment=one, is_kept=False, text="Det regnade.")
            for _ in range(8)
        ],
        *[lambda: actions.confirm(by=world.officer, commitment=one, is_kept=False, text="Inte än.") for _ in range(4)],
    )
    one.refresh_from_db()
    last = CommitmentMove.objects.filter(commitment=one).order_by("at", "pk").last()
    assert {name: last.line[name] for name in ("state", "owner_says_kept", "asker_says_kept", "asker_says")} == {
        "state": one.state,
        "owner_says_kept": one.owner_says_kept,
        "asker_says_kept": one.asker_says_kept,
        "asker_says": one.asker_says,
    }
    # Each step begins where the one before it ended.
    steps = list(
        CommitmentMove.objects.filter(commitment=one).order_by("at", "pk").values_list("from_state", "to_state")
    )
    assert all(before[1] == after[0] for before, after in itertools.pairwise(steps))


def test_ten_workers_at_once_send_one_letter(world):
    day = dt.date(2027, 2, 8)
    one = request(world)
    actions.accept(by=world.security_lead, commitment=one)
    Commitment.objects.filter(pk=one.pk).update(due_on=day)
    mail.outbox.clear()
    sent = at_once(*[lambda: remind(world.here, today=day) for _ in range(10)])
    assert sorted(sent) == [0] * 9 + [1]
    assert len(mail.outbox) == 1


def test_two_absences_at_once_do_not_meet(world):
    today = timezone.localdate()
    lead = world.security_lead.memberships.get()
    deputies = [
        make.MembershipFactory(user=make.UserFactory(), organisation=world.housing, role=Role.REPORTER)
        for _ in range(6)
    ]
    answers = at_once(
        *[
            lambda one=one: away.say_away(
                by=world.security_lead, membership=lead, deputy=one, first_day=today,
                back_on=today + dt.timedelta(days=3),
            )
            for one in deputies
        ]
    )  # fmt: skip
    assert len(taken(answers)) == 1
    assert Absence.objects.count() == 1
