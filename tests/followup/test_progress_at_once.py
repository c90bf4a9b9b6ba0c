"""Many who tell at the same moment: nothing is lost, and one form is one note."""

from __future__ import annotations

import uuid

import pytest
from django.core.files.storage import default_storage

from common.errors import NotPossible
from followup.models import Course, ProgressNote, ProofPhoto
from followup.progress.actions import resolve_obstacle, tell
from followup.progress.photos import add_proof
from tests import factories as make
from tests.at_once import at_once
from tests.followup.cast import ProgressWorld

pytestmark = pytest.mark.django_db(transaction=True)


def test_twenty_presses_make_one_note_and_two_people_two(transactional_db):
    world = ProgressWorld()
    values = {"measure": world.ongoing, "course": Course.DONE}
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


def test_an_obstacle_is_out_of_the_way_once_and_a_note_has_three_photos_whoever_presses(transactional_db):
    world = ProgressWorld()
    note = world.told(course=Course.HINDERED, obstacle="staff").note
    answers = at_once(
        *[lambda: resolve_obstacle(by=world.officer, obstacle=note.obstacle) for _ in range(6)],
        *[lambda: resolve_obstacle(by=world.security_lead, obstacle=note.obstacle) for _ in range(6)],
        *[
            lambda colour=colour: add_proof(note=note, by=world.officer, data=make.drawn_photo(colour=colour))
            for colour in ("red", "green", "blue", "black", "white", "red")
        ],
    )
    assert len({answer.resolved_by_id for answer in answers[:12]}) == 1
    # Two of five pictures find no room, and the one that comes twice is among them or not.
    assert sum(isinstance(answer, NotPossible) for answer in answers[12:]) in (2, 3)
    assert ProofPhoto.objects.kept().count() == 3
    lying = default_storage.listdir("proof")[1]
    assert sorted(f"proof/{name}" for name in lying) == sorted(ProofPhoto.objects.values_list("file", flat=True))
