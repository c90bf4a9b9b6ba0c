"""Several people at the same moment: one answer, one number for each question, one question for each form."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest
import time_machine
from django.core import mail
from django.utils import timezone

from audit.models import Event
from common.errors import NotPossible
from councils.escalations import actions
from councils.escalations.reminding import remind
from councils.models import Escalation
from tests import factories as make
from tests.at_once import at_once
from tests.councils.cast import LeadingWorld

pytestmark = pytest.mark.django_db(transaction=True)


def asks(world, number):
    return actions.escalate(
        by=world.people["police"], from_group=world.local, to_group=world.council_group, question="Vem betalar?",
        recommended_decision="Kommunen.", answer_by=timezone.localdate() + dt.timedelta(days=7), client_uuid=number,
    )  # fmt: skip


def test_two_answers_and_ten_forms_at_once():
    world = LeadingWorld()
    same = uuid.uuid4()
    made = at_once(*[lambda: asks(world, same) for _ in range(6)], *[lambda: asks(world, uuid.uuid4())] * 4)
    assert len({one.pk for one in made}) == 5
    assert sorted(Escalation.objects.values_list("number", flat=True)) == [1, 2, 3, 4, 5]

    one = Escalation.objects.get(number=1)
    answers = at_once(
        lambda: actions.answer(by=world.people["council"], escalation=one, answer="yes"),
        lambda: actions.answer(by=world.deputy, escalation=one, answer="no", text="Nej."),
        lambda: actions.take_back(by=world.people["police"], escalation=one, reason="Löst."),
    )
    assert sum(isinstance(answer, NotPossible) for answer in answers) == 2
    assert sum(isinstance(answer, Escalation) for answer in answers) == 1
    ended = Event.objects.filter(action__in=["escalation_answered", "escalation_taken_back"])
    assert ended.count() == 1


@time_machine.travel("2026-11-23T10:00:00+01:00", tick=False)
def test_two_workers_at_once_send_one_letter():
    world = LeadingWorld()
    make.EscalationFactory(from_group=world.local, to_group=world.council_group, answer_by=dt.date(2026, 1, 2))
    sent = at_once(*[lambda: remind(world.here, today=dt.date(2026, 11, 23)) for _ in range(4)])
    assert sorted(sent) == [0, 0, 0, 1]
    assert len(mail.outbox) == 1
