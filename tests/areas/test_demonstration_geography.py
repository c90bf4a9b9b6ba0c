"""The demonstration's areas and places."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from areas.actions import police_list_categories
from areas.locating import area_of, locate
from areas.models import Area, AreaKind, Boundary, Place, PoliceListStatus
from areas.places import search_places
from audit.models import Event
from est_platform.demonstration.geography import load_geography
from partners.models import Collaboration
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def both():
    norrkoping = make.CollaborationFactory(slug="norrkoping", name="Norrköping")
    blackpool = make.CollaborationFactory(slug="blackpool", name="Blackpool")
    for name in ("Kommunen", "Bostadsbolaget"):
        make.OrganisationFactory(collaboration=norrkoping, name=name)
    load_geography(norrkoping, blackpool)
    return norrkoping, blackpool


def test_norrkopings_five_areas(both):
    norrkoping, _ = both
    areas = Area.objects.filter(collaboration=norrkoping, kind=AreaKind.EST_AREA)
    assert {area.slug for area in areas} == {"klockaretorpet", "hageby", "navestad", "marielund", "city"}
    assert {area.parent.name for area in areas} == {"Norrköpings kommun"}
    assert all(area.population for area in areas)
    rows = Boundary.objects.filter(collaboration=norrkoping)
    assert all(row.source for row in rows)
    assert {row.area.slug for row in rows if row.is_approximate} == {"marielund", "city"}


def test_the_places_lie_where_they_should(both):
    norrkoping, blackpool = both
    places = Place.objects.filter(collaboration=norrkoping)
    assert places.count() == 56
    assert {place.area.slug for place in places} == {"klockaretorpet", "hageby", "navestad", "marielund", "city"}
    assert search_places(norrkoping, "klocka cen")[0].name == "Klockaretorpets centrum"
    centre = places.get(name="Klockaretorpets centrum")
    assert (centre.area.name, centre.owner.name) == ("Klockaretorpet", "Bostadsbolaget")
    # Skolan does not take part here, so it manages nothing.
    assert places.get(name="Klockaretorpsskolan").manager is None
    assert Place.objects.filter(collaboration=blackpool, area=None).count() == 0


def test_the_polices_list_as_dated_data(both):
    norrkoping, _ = both
    statuses = {
        (row.area.name, row.list_year): row for row in PoliceListStatus.objects.filter(collaboration=norrkoping)
    }
    assert statuses["Klockaretorpet", 2019].category.code == "UO"
    assert statuses["Klockaretorpet", 2021].category is None
    assert statuses["Hageby", 2021].category is None
    assert statuses["Hageby", 2023].category.code == "UO"
    assert statuses["Hageby", 2025].trend == "positive"
    assert statuses["Navestad", 2025].trend == "stable"
    assert all(row.is_verified == (year >= 2021) for (_, year), row in statuses.items())
    categories = police_list_categories()
    assert {code: category.last_list_year for code, category in categories.items()} == {
        "UO": None,
        "RO": 2023,
        "SUO": None,
    }


def test_blackpools_wards(both):
    _, blackpool = both
    blackpool.refresh_from_db()
    wards = Area.objects.filter(collaboration=blackpool, kind=AreaKind.WARD)
    assert (wards.count(), blackpool.reporting_kind) == (21, AreaKind.WARD)
    assert {ward.parent.name for ward in wards} == {"Blackpool"}
    assert sum(ward.population for ward in wards) == Area.objects.get(slug="blackpool").population
    assert area_of(blackpool, -3.0553, 53.8159).kind == AreaKind.WARD
    inside = locate(blackpool, np.array([-3.0265, -2.7]), np.array([53.8175, 53.76]))
    assert inside.is_placed.tolist() == [True, False]


def test_loading_again_changes_nothing_and_keeps_what_people_changed(both):
    norrkoping, blackpool = both
    place = Place.objects.get(name="Klockaretorpets centrum")
    place.other_names = "Torget"
    place.save()
    area = Area.objects.get(slug="hageby")
    area.population = 8000
    area.save()
    boundary = area.boundaries.get()
    boundary.valid_to = dt.date(2026, 1, 1)
    boundary.save()
    before = (Area.objects.count(), Boundary.objects.count(), Place.objects.count(), Event.objects.count())
    load_geography(Collaboration.objects.get(pk=norrkoping.pk), blackpool)
    assert (Area.objects.count(), Boundary.objects.count(), Place.objects.count(), Event.objects.count()) == before
    place.refresh_from_db()
    area.refresh_from_db()
    assert (place.other_names, area.population) == ("Torget", 8000)
