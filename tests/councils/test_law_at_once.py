"""Many at the same moment: a decision is written once, and nobody's change of its day is lost."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest
from django.utils import timezone

from cause_analysis.versions import Conflict
from councils.law import actions
from councils.models import StatutoryDecision, StatutoryItem, YearEntry
from tests.at_once import at_once
from tests.world import World

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_duty_nobody_has_written_about_is_decided_once_by_a_form_sent_ten_times(transactional_db):
    world, today = World(), timezone.localdate()
    by, one = world.people["coordinator"], uuid.uuid4()

    def decide():
        return actions.decide_duty(
            by=by, collaboration=world.here, paragraph=4, decided_on=today, decided_by_body="executive_board",
            registry_number="KS 1", client_uuid=one,
        )  # fmt: skip

    answers = at_once(*[decide] * 10)
    assert {answer.pk for answer in answers} == {StatutoryDecision.objects.get().pk}
    assert StatutoryItem.objects.count() == 1

    decision = answers[0]
    days = [today + dt.timedelta(days=30 + number) for number in range(8)]
    answers = at_once(
        *[
            lambda day=day: actions.change_due(
                by=by, decision=decision, row_version=0, next_due_on=day, due_reason="Valår."
            )
            for day in days
        ]
    )
    (saved,) = [answer for answer in answers if isinstance(answer, StatutoryDecision)]
    assert sum(isinstance(answer, Conflict) for answer in answers) == 7
    decision.refresh_from_db()
    assert decision.next_due_on == saved.next_due_on

    add = {"by": by, "collaboration": world.here, "title": "Trygghetsvecka", "month": 2}
    at_once(*[lambda: actions.add_year_entry(**add)] * 6)
    assert YearEntry.objects.count() == 1
