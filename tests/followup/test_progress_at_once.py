"""Many who tell at the same moment: nothing is lost, and one form is one note."""

from __future__ import annotations

import uuid

import pytest

from followup.models import Course, ProgressNote
from followup.progress.actions import tell
from tests.action_plans.cast import PlanWorld
from tests.at_once import at_once

pytestmark = pytest.mark.django_db(transaction=True)


def test_twenty_presses_make_one_note_and_two_people_two(transactional_db):
    world = PlanWorld()
    measure = world.measure(state="ongoing")
    values = {"measure": measure, "course": Course.DONE}
    number = uuid.uuid4()
    answers = at_once(
        *[
            lambda: tell(by=world.officer, organisation=world.municipality, client_uuid=number, **values)
            for _ in range(20)
        ],
        lambda: tell(by=world.security_lead, organisation=world.housing, client_uuid=uuid.uuid4(), **values),
    )
    assert [answer.is_new for answer in answers].count(True) == 2
    assert {answer.note.pk for answer in answers[:20]} == {answers[0].note.pk}
    assert ProgressNote.objects.count() == 2
