"""Times and places in words, as exactly as they are known and no more."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from django.utils import translation

from areas.models import Area, Place
from incidents import presenters, queries
from incidents.forms import PlaceField
from incidents.models import Incident
from tests import factories as make

EXACT, DAY = Incident.TimePrecision.EXACT, Incident.TimePrecision.DAY
INTERVAL, MONTH = Incident.TimePrecision.INTERVAL, Incident.TimePrecision.MONTH


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


def at(*parts):
    return dt.datetime(*parts, tzinfo=ZoneInfo("Europe/Stockholm"))


@pytest.mark.parametrize(
    ("begins", "ends", "precision", "words", "short"),
    [
        (at(2026, 3, 1, 0, 30), None, EXACT, "March 1, 2026 00:30", "2026-03-01 00:30"),
        (at(2026, 3, 1), at(2026, 3, 2), DAY, "March 1, 2026, time not known", "2026-03-01"),
        (at(2026, 3, 1), at(2026, 4, 1), MONTH, "March 2026", "March 2026"),
        (
            at(2026, 3, 1, 20, 0),
            at(2026, 3, 1, 23, 15),
            INTERVAL,
            "between March 1, 2026 20:00 and 23:15",
            "2026-03-01, uncertain",
        ),
        (
            at(2026, 3, 1, 20, 0),
            at(2026, 3, 3, 8, 0),
            INTERVAL,
            "between March 1, 2026 20:00 and March 3, 2026 08:00",
            "2026-03-01, uncertain",
        ),
    ],
)
def test_when(begins, ends, precision, words, short):
    incident = Incident(occurred_from=begins, occurred_to=ends, time_precision=precision)
    assert presenters.when_in_words(incident) == words
    assert presenters.when_in_short(incident) == short


def test_where():
    area, place = Area(name="Väster"), Place(name="Västers centrum")
    placed, outside, nowhere = Incident.Location.PLACED, Incident.Location.OUTSIDE, Incident.Location.NONE
    private = Incident.PlaceType.PRIVATE
    said = presenters.where_in_words
    assert said(Incident(location=placed, area=area, place=place)) == "Västers centrum, Väster"
    assert said(Incident(location=placed, area=area)) == "A point on the map, Väster"
    assert said(Incident(location=placed, area=area), near=(place, 84.2)) == "About 80 m from Västers centrum, Väster"
    assert said(Incident(location=placed, area=area), near=(place, 2.0)) == "About 10 m from Västers centrum, Väster"
    assert said(Incident(location=outside)) == "A point on the map, outside the areas"
    assert said(Incident(location=nowhere)) == "Place not known"
    # Not even the named place, when it was in somebody's home.
    assert said(Incident(location=placed, area=area, place=place, place_type=private)) == (
        "In or at somebody's home, kept by block, Väster"
    )


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Norra gården i Hageby", "Norra gården i Hageby"),
        ("HAGEBY centrum", "HAGEBY centrum"),
        ("Hageby", "Hageby"),
        ("Torget (Hageby)", "Torget (Hageby)"),
        ("Skolan", "Skolan, Hageby"),
        # Another word that begins or ends alike does not say where it is.
        ("Hagebyparken", "Hagebyparken, Hageby"),
        ("Nyhageby", "Nyhageby, Hageby"),
    ],
)
def test_an_area_that_the_places_name_says_is_not_said_again(name, words):
    area, placed = Area(name="Hageby"), Incident.Location.PLACED
    incident = Incident(location=placed, area=area, place=Place(name=name))
    assert presenters.where_in_words(incident) == words
    assert presenters.where_in_short(incident) == words
    near = presenters.where_in_words(Incident(location=placed, area=area), near=(Place(name=name), 84.2))
    assert near == f"About 80 m from {words}"


def test_a_phone_says_the_area_of_a_place_only_where_its_name_does_not(world):
    make.PlaceFactory(collaboration=world.here, name="Lekplatsen i Väster", area=world.west)
    field = PlaceField(queryset=Place.objects.filter(collaboration=world.here).select_related("area"))
    shown = {
        str(label): option for _name, [option], _at in field.widget.optgroups("place", []) if (label := option["label"])
    }
    assert "data-area" not in shown["Lekplatsen i Väster"]["attrs"]
    assert shown["Västers centrum"]["attrs"]["data-area"] == "Väster"


def test_an_area_of_several_words_is_said_once_and_outside_is_always_said():
    area, placed = Area(name="Norra Gården"), Incident.Location.PLACED
    place = Place(name="Lekplatsen vid Norra gården")
    assert presenters.where_in_short(Incident(location=placed, area=area, place=place)) == place.name
    outside = Incident(location=Incident.Location.OUTSIDE, place=Place(name="Areas"))
    assert presenters.where_in_short(outside) == "Areas, outside the areas"
    assert presenters.where_in_words(outside) == "Areas, outside the areas"
    # A home is not named, so its area is.
    home = Incident(location=placed, area=area, place=place, place_type=Incident.PlaceType.PRIVATE)
    assert presenters.where_in_short(home) == "A home, Norra Gården"


def test_the_nearest_place_is_found_within_reach_only(world):
    far = make.PlaceFactory(collaboration=world.here, lon=16.125, lat=58.585)
    make.PlaceFactory(collaboration=world.here, lon=16.1201, lat=58.585, is_active=False)
    make.PlaceFactory(collaboration=world.elsewhere, lon=16.12, lat=58.585)
    place, distance_m = queries.nearest_place(world.here, 16.1215, 58.585)
    assert place == world.square
    # A degree of longitude is 58.0 km at this latitude.
    assert distance_m == pytest.approx(0.0015 * 58_027, rel=0.01)
    assert queries.nearest_place(world.here, 16.124, 58.585)[0] == far
    assert queries.nearest_place(world.here, 16.2, 58.585) is None
    assert queries.nearest_place(world.here, None, None) is None


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "＝"])
def test_no_cell_begins_like_a_formula(start):
    assert presenters.safe_cell(f"{start}1") == f"'{start}1"
    assert presenters.safe_cell(f"a{start}1") == f"a{start}1"


def test_numbers_stay_numbers():
    assert presenters.safe_cell(-5) == -5
