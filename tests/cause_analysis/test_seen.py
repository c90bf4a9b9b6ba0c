"""What was seen at places as evidence: observations in their files, and spots marked in the photos of inspections."""

from __future__ import annotations

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape

from areas.inspections.photo_files import remove_photos
from areas.models import InspectionPhoto
from cause_analysis.causes import actions, seen
from cause_analysis.models import Evidence
from common.errors import NotPossible
from tests import factories as make
from tests.cause_analysis.causes_cast import AnalysisWorld


@pytest.fixture(autouse=True)
def _files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def world(db):
    world = AnalysisWorld()
    world.the_cause = world.cause()
    world.light = make.PlaceFeatureFactory(
        place=world.square,
        organisation=world.housing,
        detail="norra entrén",
        state="defect",
        note="Två lampor är trasiga.",
    )
    world.elsewhere_light = make.PlaceFeatureFactory(place=world.garage, organisation=world.other_housing)
    return world


def marked(world, place, *, finished=True, **values):
    inspection = make.SafetyInspectionFactory(
        place=place, organisation=world.housing, finished_at=timezone.now() if finished else None
    )
    return make.PhotoMarkFactory(photo=make.InspectionPhotoFactory(inspection=inspection), **values)


def bring(world, **values):
    said = {
        "direction": "for",
        "strength": 2,
        "text": "Det är mörkt vid entrén.",
        "organisation": world.police_authority,
    }
    return actions.add_evidence(by=world.police, cause=world.the_cause, **{**said, **values})


@pytest.fixture
def page_of(client, world):
    def do(who):
        client.force_login(world.people[who])
        address = reverse("analysis", args=["ekstad", world.problem.number]) + f"?cause={world.the_cause.pk}"
        return " ".join(client.get(address).content.decode().split())

    return do


# --- Observations -----------------------------------------------------------------------------------------------------


def test_an_observation_is_kept_as_it_was_on_the_day(world, page_of):
    evidence = bring(world, kind="place_feature", feature=world.light)
    assert (evidence.place_feature, evidence.place) == (world.light, world.square)
    # What is seen later stands beside it and changes nothing of it.
    make.PlaceFeatureFactory(
        place=world.square, organisation=world.housing, detail="norra entrén", observed_on=dt.date(2026, 6, 1)
    )
    page = page_of("police")
    assert "Belysning, norra entrén: brist. Två lampor är trasiga." in page
    assert "iakttaget 12 maj 2026" in page


def test_readers_from_outside_have_the_evidences_own_words(world, page_of):
    make.CoachInvitationFactory(problem=world.problem, membership=world.people["coach"].memberships.get())
    bring(world, kind="place_feature", feature=world.light)
    page = page_of("coach")
    assert "Det är mörkt vid entrén." in page
    assert "Två lampor är trasiga." not in page


def test_what_is_elsewhere_or_taken_back_is_not_brought(world):
    with pytest.raises(NotPossible):
        bring(world, kind="place_feature", feature=world.elsewhere_light)
    world.light.taken_back_at = timezone.now()
    world.light.save()
    with pytest.raises(NotPossible):
        bring(world, kind="place_feature", feature=world.light)
    assert seen.features_to_bring(world.police, world.problem) == []
    assert not Evidence.objects.exists()


def test_the_problems_own_places_are_offered_first_and_nothing_from_elsewhere(world):
    other = make.PlaceFactory(collaboration=world.here, area=world.west, name="A-torget")
    before = make.PlaceFeatureFactory(place=other, organisation=world.housing)
    assert seen.features_to_bring(world.police, world.problem) == [before, world.light]
    make.ProblemPlaceFactory(problem=world.problem, place=world.square)
    assert seen.features_to_bring(world.police, world.problem) == [world.light, before]


# --- Photos -----------------------------------------------------------------------------------------------------------


def test_a_spot_in_a_photo_is_shown_where_it_is(world, page_of):
    mark = marked(world, world.square, x=0.25, y=0.5, text="Trasig lampa")
    evidence = bring(world, kind="inspection_photo", mark=mark)
    assert (evidence.photo, evidence.place) == (mark.photo, world.square)
    page = page_of("police")
    address = reverse("inspection_photo", args=["ekstad", mark.photo.inspection_id, mark.photo_id])
    assert f'src="{address}"' in page
    assert 'cx="25.00%" cy="50.00%"' in page
    assert "Trasig lampa" in page
    # Taking the mark away in the inspection takes nothing from what was decided on.
    mark.delete()
    assert 'cx="25.00%" cy="50.00%"' in page_of("police")


def test_a_photo_that_is_gone_or_read_by_others_is_told_of(world, page_of):
    mark = marked(world, world.square, text="Trasig lampa")
    bring(world, kind="inspection_photo", mark=mark)
    outside = page_of("council")
    assert "Det är mörkt vid entrén." in outside
    assert "Fotot visas inte" in outside
    assert "Trasig lampa" not in outside
    remove_photos(InspectionPhoto.objects.all(), InspectionPhoto.Removal.TIME)
    page = page_of("police")
    assert "Fotot visas inte" in page
    assert "<img" not in page.split("evidence", 1)[1]


def test_only_spots_of_finished_inspections_here_are_brought(world):
    good = marked(world, world.square)
    for mark in (marked(world, world.garage), marked(world, world.square, finished=False)):
        with pytest.raises(NotPossible):
            bring(world, kind="inspection_photo", mark=mark)
    with pytest.raises(NotPossible):
        bring(world, kind="inspection_photo")
    assert seen.marks_to_bring(world.police, world.problem) == [good]


# --- The form ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "field", "wrong"),
    [("place_feature", "feature", "Välj vad som har iakttagits."), ("inspection_photo", "mark", "Välj stället.")],
)
def test_the_form_asks_for_what_the_kind_needs(world, client, kind, field, wrong):
    chosen = {"feature": world.light, "mark": marked(world, world.square)}[field]
    client.force_login(world.police)
    address = reverse("evidence_add", args=["ekstad", world.problem.number, world.the_cause.pk])
    said = {"direction": "for", "kind": kind, "text": "Det är mörkt.", "strength": "1",
            "organisation": str(world.police_authority.pk)}  # fmt: skip
    body = {f"evidence-{name}": value for name, value in said.items()}
    page = client.post(address, body)
    assert page.status_code == 422
    assert escape(wrong) in page.content.decode()
    # What is not in the list is not taken.
    assert client.post(address, {**body, f"evidence-{field}": "0"}).status_code == 422
    assert client.post(address, {**body, f"evidence-{field}": str(chosen.pk)}).status_code == 302
    evidence = Evidence.objects.get()
    assert {"feature": evidence.place_feature, "mark": evidence.photo}[field] == getattr(chosen, "photo", chosen)


def test_the_next_version_takes_what_was_seen_with_it(world):
    world.answer_method()
    bring(world, kind="place_feature", feature=world.light)
    bring(world, kind="inspection_photo", mark=marked(world, world.square))
    actions.adopt_analysis(by=world.police, analysis=world.analysis, group=world.group)
    after = actions.begin_analysis(by=world.police, problem=world.problem)
    rows = Evidence.objects.filter(cause__analysis=after).order_by("pk")
    before = Evidence.objects.filter(cause__analysis=world.analysis).order_by("pk")
    for row, old in zip(rows, before, strict=True):
        assert (row.place_feature, row.photo, row.seen) == (old.place_feature, old.photo, old.seen)
