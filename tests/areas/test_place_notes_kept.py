"""How long place files keep notes, and what those did who no longer answer for a place."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from areas.models import PlaceFeature, PlaceManager
from areas.place_files import retention
from partners import retention as keeping
from partners.models import Purge
from tests import factories as make
from tests.world import World

LATER = timezone.localdate() + dt.timedelta(days=1200)


@pytest.fixture
def world(db, monkeypatch):
    monkeypatch.setattr(keeping, "_kinds", {kind.code: kind for kind in retention.KINDS})
    world = World()
    world.feature = make.PlaceFeatureFactory(place=world.square, note="Trasig lampa.", observed_on=timezone.localdate())
    yesterday = timezone.localdate() - dt.timedelta(days=1)
    long_ago = timezone.localdate() - dt.timedelta(days=900)
    outside = {"party": "outside", "organisation": None, "outside_party": "Kiosken", "task": "Låser grinden."}
    world.past = make.PlaceManagerFactory(place=world.square, valid_from=long_ago, valid_to=yesterday, **outside)
    world.present = make.PlaceManagerFactory(place=world.square, valid_from=long_ago, valid_to=None, **outside)
    return world


def said():
    features = list(PlaceFeature.objects.values_list("note", flat=True))
    return features, list(PlaceManager.objects.order_by("pk").values_list("outside_party", "task"))


AS_IT_WAS = (["Trasig lampa."], [("Kiosken", "Låser grinden.")] * 2)


def test_notes_go_and_what_was_seen_stays(world):
    keeping.purge_collaboration(world.here, today=LATER)
    assert said() == ([""], [("[…]", ""), ("Kiosken", "Låser grinden.")])
    feature = PlaceFeature.objects.get()
    assert (feature.kind, feature.state, feature.observed_on) == (
        world.feature.kind, world.feature.state, world.feature.observed_on
    )  # fmt: skip
    again = keeping.purge_collaboration(world.here, today=LATER)
    assert Purge.objects.get(run=again).number == 0


def test_young_notes_stay(world):
    keeping.purge_collaboration(world.here, today=timezone.localdate() + dt.timedelta(days=1000))
    assert said() == AS_IT_WAS


@pytest.mark.parametrize(("area", "stays"), [("town", True), ("west", True), ("east", False)])
def test_a_hold_keeps_them(world, area, stays):
    make.LegalHoldFactory(
        collaboration=world.here, scope="area", subject_id=str(getattr(world, area).pk), first_day=None, last_day=None,
        ends_on=LATER,
    )  # fmt: skip
    keeping.purge_collaboration(world.here, today=LATER)
    assert (said() == AS_IT_WAS) is stays
