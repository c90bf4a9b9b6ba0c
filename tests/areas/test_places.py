"""Places: names, order, and the pin that crosses a boundary."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from areas.actions import save_place
from areas.models import MembershipMove, Place
from areas.names import fold, sort_key
from areas.places import search_places
from audit.models import Event
from common.errors import NotAllowed, NotPossible
from incidents.models import Incident
from partners.models import Organisation
from partners.roles import Role
from tests import factories as make
from tests.at_once import at_once
from tests.world import World


@pytest.fixture
def here(db):
    return make.CollaborationFactory(name="Ekstad")


@pytest.fixture
def coordinator(here):
    organisation = make.OrganisationFactory(collaboration=here, name="Kommunen")
    return make.MembershipFactory(organisation=organisation, role=Role.COORDINATOR).user


@pytest.fixture
def areas(here):
    west, east = (make.AreaFactory(collaboration=here, name=name) for name in ("Väster", "Öster"))
    make.BoundaryFactory(area=west, west=16.10, east=16.14)
    make.BoundaryFactory(area=east, west=16.14, east=16.18)
    return west, east


def add(here, *names, **fields):
    return [make.PlaceFactory(collaboration=here, name=name, **fields) for name in names]


def found(here, text):
    return [place.name for place in search_places(here, text)]


# Names


def test_fold_takes_away_accents_and_signs():
    assert fold("Café Ängen / S:t Olofs gränd") == "cafe angen s t olofs grand"
    assert fold("ÅÄÖ éü Ø æ ß") == "aao eu o ae ss"


@given(st.text(max_size=40))
def test_folding_twice_is_folding_once(text):
    assert fold(fold(text)) == fold(text)


def test_swedish_order():
    names = ["Öster", "Ängen", "Åby", "Zinken", "Edens", "Édens torg", "Plats 10", "Plats 2", "anden", "Wasa"]
    assert sorted(names, key=sort_key) == [
        "anden", "Edens", "Édens torg", "Plats 2", "Plats 10", "Wasa", "Zinken", "Åby", "Ängen", "Öster",
    ]  # fmt: skip


def test_the_database_sorts_as_python_does(here):
    add(here, "Öster", "Ängen", "Åby", "Zinken", "plats 10", "Plats 2", "_", "anden")
    names = list(Place.objects.filter(collaboration=here).values_list("name", flat=True))
    assert names == sorted(names, key=sort_key)
    assert names[-3:] == ["Åby", "Ängen", "Öster"]


# Search


def test_klocka_cen_finds_the_centre(here):
    add(here, "Klockaretorpets centrum", "Klockaretorpsskolan", "Hageby centrum", "Klockargården")
    assert found(here, "klocka cen") == ["Klockaretorpets centrum"]
    assert found(here, "KLOCKA  Cen ") == ["Klockaretorpets centrum"]
    assert found(here, "cen klocka") == ["Klockaretorpets centrum"]


def test_with_or_without_dots_and_accents(here):
    add(here, "Ängsgårdens café", "Angered")
    assert found(here, "angsg") == ["Ängsgårdens café"]
    assert found(here, "ängsgården") == ["Ängsgårdens café"]
    assert found(here, "cafe") == ["Ängsgårdens café"]


def test_other_names_count(here):
    add(here, "Östra parken", other_names="Plaskis, Knarkhörnet")
    assert found(here, "plask") == ["Östra parken"]


def test_the_name_that_begins_so_stands_first(here):
    add(here, "Stora parken", "Parkgatan 3", "Park")
    assert found(here, "park") == ["Park", "Parkgatan 3", "Stora parken"]


def test_a_piece_inside_a_word_is_better_than_nothing(here):
    add(here, "Klockaretorpets centrum", "Torpet")
    assert found(here, "torpe") == ["Torpet"]
    assert found(here, "retorp") == ["Klockaretorpets centrum"]


def test_a_slip_of_the_finger_is_forgiven(here):
    add(here, "Klockaretorpets centrum", "Navestadsskolan")
    assert found(here, "klokaretorpets") == ["Klockaretorpets centrum"]
    assert found(here, "xyzxyz") == []


@pytest.mark.parametrize("text", ["", "   ", "'", "' | 1", "a:*", "!!", "\x00", "(", "&|!", "%", "_", "x" * 5000, "😀"])
def test_no_text_breaks_the_search(here, text):
    add(here, "Parken")
    assert isinstance(found(here, text), list)


def test_only_places_in_use_and_of_the_own_collaboration(here):
    add(here, "Gamla torget", is_active=False)
    make.PlaceFactory(name="Torget")
    assert found(here, "torg") == []


def test_a_changed_name_is_found_at_once(here):
    (place,) = add(here, "Torget")
    place.name = "Parken"
    place.save(update_fields=["name"])
    assert found(here, "park") == ["Parken"]
    assert found(here, "torg") == []


# The pin


def test_a_new_place_gets_its_area(here, areas, coordinator):
    place, moved = save_place(place=Place(collaboration=here, name="Torget", lon=16.12, lat=58.585), by=coordinator)
    assert place.area == areas[0]
    assert moved == []
    assert Event.objects.filter(action="place_added", subject_id=str(place.pk)).exists()


def test_moving_the_pin_across_a_boundary_moves_membership_and_says_so(here, areas, coordinator):
    (place,) = add(here, "Torget", area=areas[0])
    place.lon = 16.16
    place, moved = save_place(place=place, by=coordinator)
    assert place.area == areas[1]
    assert len(moved) == 1
    assert "Väster" in moved[0]
    assert "Öster" in moved[0]
    move = MembershipMove.objects.get()
    assert (move.places, move.reason, move.about) == (1, "pin", "Torget")


def test_incidents_on_the_pin_follow_it_and_others_stay(here, areas, coordinator):
    (place,) = add(here, "Torget", area=areas[0])
    organisation = Organisation.objects.get()
    shared = {"organisation": organisation, "category": make.CategoryFactory(collaboration=here), "area": areas[0]}
    on_pin = make.IncidentFactory(place=place, lon=place.lon, lat=place.lat, **shared)
    near = make.IncidentFactory(place=place, lon=place.lon + 0.001, lat=place.lat, **shared)
    place.lon = 16.16
    _, moved = save_place(place=place, by=coordinator)
    on_pin, near = Incident.objects.get(pk=on_pin.pk), Incident.objects.get(pk=near.pk)
    assert (on_pin.lon, on_pin.area) == (16.16, areas[1])
    assert near.area == areas[0]
    assert len(moved) == 2
    assert on_pin.cell != near.cell


@pytest.mark.django_db(transaction=True)
def test_a_name_sent_twice_at_once_is_used_once():
    world = World()
    by = world.people["coordinator"]
    answers = at_once(
        *[lambda: save_place(place=Place(collaboration=world.here, name="Torget", lon=16.12, lat=58.585), by=by)] * 3
    )
    assert [type(answer) for answer in answers].count(ValidationError) == 2, answers
    assert Place.objects.filter(collaboration=world.here, name="Torget").count() == 1


def test_a_pin_moved_within_its_area_reports_nothing(here, areas, coordinator):
    (place,) = add(here, "Torget", area=areas[0])
    place.lon = 16.11
    _, moved = save_place(place=place, by=coordinator)
    assert moved == []
    assert not MembershipMove.objects.exists()


def test_far_outside_is_refused(here, areas, coordinator):
    with pytest.raises(NotPossible):
        save_place(place=Place(collaboration=here, name="Torget", lon=11.9, lat=57.7), by=coordinator)


def test_the_same_name_twice_is_refused_in_words(here, areas, coordinator):
    add(here, "Torget")
    constraint = next(one for one in Place._meta.constraints if one.name == "place_name_once")
    with pytest.raises(ValidationError) as error:
        save_place(place=Place(collaboration=here, name="Torget", lon=16.12, lat=58.585), by=coordinator)
    assert error.value.messages == [constraint.get_violation_error_message()]


def test_personal_data_does_not_become_a_place(here, areas, coordinator):
    with pytest.raises(ValidationError):
        save_place(place=Place(collaboration=here, name="Hos 19850709-9805", lon=16.12, lat=58.585), by=coordinator)


def test_a_security_lead_keeps_the_own_organisations_places(here, areas):
    own, other = (make.OrganisationFactory(collaboration=here, name=name) for name in ("Egna", "Andra"))
    lead = make.MembershipFactory(organisation=own, role=Role.SECURITY_LEAD).user
    place, _ = save_place(place=Place(collaboration=here, name="Vår gård", lon=16.12, lat=58.585, owner=own), by=lead)
    place.manager = other
    save_place(place=place, by=lead)
    with pytest.raises(NotAllowed):
        save_place(place=Place(collaboration=here, name="Deras", lon=16.12, lat=58.585, owner=other), by=lead)
    (theirs,) = add(here, "Redan deras", owner=other)
    theirs.owner = own
    with pytest.raises(NotAllowed):
        save_place(place=theirs, by=lead)
    theirs.refresh_from_db()
    assert theirs.owner == other


def test_another_collaborations_organisation_is_refused(here, areas, coordinator):
    stranger = make.OrganisationFactory()
    with pytest.raises(NotPossible):
        save_place(place=Place(collaboration=here, name="T", lon=16.12, lat=58.585, owner=stranger), by=coordinator)


def test_a_reporter_changes_no_places(here, areas):
    organisation = make.OrganisationFactory(collaboration=here)
    reporter = make.MembershipFactory(organisation=organisation, role=Role.REPORTER).user
    with pytest.raises(NotAllowed):
        save_place(place=Place(collaboration=here, name="T", lon=16.12, lat=58.585, owner=organisation), by=reporter)


@pytest.mark.django_db
def test_the_place_a_page_is_about_stands_out_among_its_neighbours(client):
    world = World()
    world.square.save()
    client.force_login(world.people["coordinator"])
    points = client.get(f"/{world.here.slug}/places/points/?current={world.square.pk}").json()["features"]
    assert [one["properties"]["name"] for one in points if one["properties"]["is_current"]] == [world.square.name]
    assert len(points) > 1
