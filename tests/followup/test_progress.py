"""News on the way: who tells it, of what, and that it is told once."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest
from django.urls import reverse
from django.utils import timezone

from action_plans.models import MeasureState
from common.errors import NotAllowed, NotPossible
from followup.models import Course, ProgressNote
from tests import factories as make
from tests.followup.cast import ProgressWorld

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(db):
    return ProgressWorld()


def told(world, **values):
    return world.told(**values)


def test_news_is_told_for_the_own_organisation_of_a_decided_measure(world):
    note = told(world, text="Tre av nio armaturer är bytta.", hours=6, cost_sek=12_000).note
    assert (note.on, note.course, note.hours) == (timezone.localdate(), "as_planned", 6)
    with pytest.raises(NotAllowed):
        told(world, organisation=world.housing)
    with pytest.raises(NotPossible):
        told(world, measure=world.measure(state=MeasureState.PROPOSED))
    with pytest.raises(NotPossible) as no:
        told(world, on=timezone.localdate() + dt.timedelta(days=1))
    assert "on" in no.value.message_dict
    assert ProgressNote.objects.count() == 1


def test_who_has_a_part_tells_of_it_without_reading_the_plan(world):
    part = make.CommitmentFactory(
        area=world.west, measure=world.ongoing, state="accepted", asked_by=world.municipality,
        asked_of=world.other_housing,
    )  # fmt: skip
    stranger_to_plan = world.people["other_housing"]
    assert not type(world.ongoing).objects.visible_to(stranger_to_plan).exists()
    note = told(world, by=stranger_to_plan, organisation=world.other_housing, part=part, course=Course.DONE).note
    assert set(ProgressNote.objects.visible_to(stranger_to_plan)) == {note}
    with pytest.raises(NotAllowed):
        told(world, by=world.people["council"], organisation=world.municipality, part=part)
    elsewhere = make.CommitmentFactory(area=world.west, measure=world.measure(state="ongoing"), state="accepted")
    with pytest.raises(NotPossible):
        told(world, part=elsewhere)


def test_the_text_passes_the_guard(world):
    with pytest.raises(NotPossible):
        told(world, text="Ring 070-123 45 67.")
    assert told(world, text="Ring växeln.").is_new


def test_the_same_form_sent_again_is_the_same_note(world):
    number = uuid.uuid4()
    first = told(world, client_uuid=number, text="Lamporna är bytta.")
    again = told(world, client_uuid=number, text="Lamporna är bytta.")
    assert (first.is_new, again.is_new, again.note) == (True, False, first.note)
    with pytest.raises(NotPossible):
        told(world, client_uuid=number, text="Något annat.")
    assert ProgressNote.objects.count() == 1


def test_the_page_of_a_measure_tells_news_and_follow_ups_in_one_line_of_time(world, client):
    today = timezone.localdate()
    make.FollowUpNoteFactory(measure=world.ongoing, organisation=world.municipality, on=today, text="Följdes upp här.")
    told(world, on=today - dt.timedelta(days=3), text="Tidigare nyhet.")
    client.force_login(world.officer)
    page = client.get(reverse("measure_detail", args=["ekstad", world.ongoing.pk])).content.decode()
    assert page.index("Följdes upp här.") < page.index("Tidigare nyhet.")
    assert reverse("progress_tell", args=["ekstad", world.ongoing.pk]) in page


def test_one_press_in_the_form_is_a_note(world, client):
    client.force_login(world.officer)
    address = reverse("progress_tell", args=["ekstad", world.ongoing.pk])
    form = client.get(address).context["form"]
    sent = {"course": "as_planned", **{name: form[name].value() for name in ("on", "organisation", "client_uuid")}}
    for _press in range(2):
        assert client.post(address, sent).status_code == 302
    assert ProgressNote.objects.get().course == "as_planned"
    refused = client.post(address, {**sent, "course": "", "text": "Det jag skrev."})
    assert refused.status_code == 422
    assert "Det jag skrev." in refused.content.decode()
