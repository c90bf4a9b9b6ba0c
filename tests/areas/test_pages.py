"""The pages of areas and places: who opens them, what they say, and forms that say no."""

from __future__ import annotations

import json

import pytest
import shapely
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from rest_framework.test import APIRequestFactory, force_authenticate

from areas.api import AreaListView, PlaceListView
from areas.models import Area, Boundary, MembershipMove, Place, PoliceListStatus
from audit.models import Event
from tests import factories as make
from tests.areas.files import feature
from tests.world import PEOPLE

pytestmark = pytest.mark.django_db

EVERYBODY = set(PEOPLE) - {"stranger"}
MAY_CHANGE = {"coordinator", "administrator"}
MAY_ADD_PLACES = MAY_CHANGE | {"security_lead", "other_housing"}


@pytest.fixture(autouse=True)
def uploads_here(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def address(world, name, *args):
    return reverse(name, args=[world.here.slug, *args])


def sign_in(client, world, who):
    client.force_login(world.people[who])
    return client


def texts(response):
    return response.content.decode()


def geojson(*features):
    body = json.dumps({"type": "FeatureCollection", "features": list(features)}).encode()
    return SimpleUploadedFile("omraden.geojson", body)


# Who


def test_who_opens_which_page(client, world):
    pages = {
        "area_list": EVERYBODY,
        "area_moves": EVERYBODY,
        "area_shapes": EVERYBODY,
        "area_import": MAY_CHANGE,
        "place_list": EVERYBODY,
        "place_search": EVERYBODY,
        "place_points": EVERYBODY,
        "place_new": MAY_ADD_PLACES,
    }
    for who in PEOPLE:
        sign_in(client, world, who)
        for route, who_may in pages.items():
            expected = 200 if who in who_may else 404 if who == "stranger" else 403
            assert client.get(address(world, route)).status_code == expected, (who, route)


def test_who_opens_the_pages_of_one_thing(client, world):
    world.garage.owner = world.other_housing
    world.garage.save()
    pages = {
        address(world, "area_detail", "vaster"): EVERYBODY,
        address(world, "police_list_status", "vaster"): MAY_CHANGE,
        address(world, "place_detail", world.garage.pk): EVERYBODY,
        address(world, "place_change", world.garage.pk): MAY_CHANGE | {"other_housing"},
    }
    for who in PEOPLE:
        sign_in(client, world, who)
        for page, who_may in pages.items():
            expected = 200 if who in who_may else 404 if who == "stranger" else 403
            assert client.get(page).status_code == expected, (who, page)


def test_what_another_collaboration_owns_does_not_exist(client, world):
    sign_in(client, world, "coordinator")
    theirs = make.PlaceFactory(collaboration=world.elsewhere)
    for page in (
        address(world, "area_detail", world.far.slug),
        address(world, "place_detail", theirs.pk),
        address(world, "place_change", theirs.pk),
    ):
        assert client.get(page).status_code == 404


def test_nobody_without_signing_in(client, world):
    assert client.get(address(world, "area_shapes")).status_code == 302


# What they say


def test_the_list_of_areas(client, world):
    make.PoliceListStatusFactory(area=world.west, list_year=2023)
    Boundary.objects.filter(area=world.east).update(is_approximate=True, source="Ritad för hand")
    page = texts(sign_in(client, world, "reporter").get(address(world, "area_list")))
    assert page.index("Ekstads kommun") < page.index("Väster") < page.index("Öster")
    assert "ungefärlig gräns" in page
    assert "Annanstad centrum" not in page
    assert address(world, "area_import") not in page


def test_the_page_of_an_area(client, world):
    make.PoliceListStatusFactory(area=world.west, list_year=2019, is_verified=False)
    make.PoliceListStatusFactory(area=world.west, list_year=2021, category=None, is_verified=True)
    group = make.GroupFactory(collaboration=world.here, name="EST-gruppen Väster")
    make.GroupAreaFactory(group=group, area=world.town)
    response = sign_in(client, world, "reporter").get(address(world, "area_detail", "vaster"))
    page = texts(response)
    assert [row.list_year for row in response.context["statuses"]] == [2021, 2019]
    assert "2019" in response.context["finding"]
    assert "2021" in response.context["finding"]
    assert "Västers centrum" in page
    assert "Östers garage" not in page
    assert "EST-gruppen Väster" in page
    covering = {cover.membership.user.function for cover in response.context["covers"]}
    assert covering == {"security lead", "police", "coordinator"}
    assert world.people["police"].email not in page


def test_an_area_says_that_a_missing_year_is_unknown(client, world):
    page = texts(sign_in(client, world, "reporter").get(address(world, "area_detail", "oster")))
    assert page.count("<h1>") == 1


def test_shapes_for_a_map_and_only_anew_when_something_changed(client, world):
    sign_in(client, world, "council")
    response = client.get(address(world, "area_shapes"))
    assert response["Content-Type"] == "application/geo+json"
    assert {f["properties"]["name"] for f in response.json()["features"]} == {"Väster", "Öster"}
    again = client.get(address(world, "area_shapes"), headers={"If-None-Match": response["ETag"]})
    assert again.status_code == 304
    one = client.get(address(world, "area_shapes"), {"area": "vaster"}).json()["features"]
    assert {f["properties"]["name"]: f["properties"]["is_current"] for f in one} == {"Väster": True, "Öster": False}
    town = client.get(address(world, "area_shapes"), {"area": "ekstads-kommun"}).json()["features"]
    assert town[0]["properties"]["name"] == "Ekstads kommun"
    assert client.get(address(world, "area_shapes"), {"area": "finns-inte"}).status_code == 200


def test_place_page_list_search_and_points_show_the_same_places(client, world):
    make.PlaceFactory(name="Främmande torget", collaboration=world.elsewhere)
    for who in sorted(EVERYBODY):
        sign_in(client, world, who)
        wanted = {world.square.pk, world.garage.pk}
        assert {place.pk for place in client.get(address(world, "place_list")).context["page"]} == wanted
        points = client.get(address(world, "place_points")).json()["features"]
        assert {f["properties"]["url"] for f in points} == {address(world, "place_detail", pk) for pk in wanted}
        found = client.get(address(world, "place_search"), {"q": "torget", "format": "json"}).json()["results"]
        assert found == []


def test_search_answers_in_json_or_with_the_page(client, world):
    sign_in(client, world, "reporter")
    search = address(world, "place_search")
    answer = client.get(search, {"q": "vast cen"}, headers={"Accept": "application/json"}).json()["results"]
    assert answer == [
        {"id": world.square.pk, "name": "Västers centrum", "kind": answer[0]["kind"], "area": "Väster",
         "lon": world.square.lon, "lat": world.square.lat}
    ]  # fmt: skip
    page = client.get(search, {"q": "vast cen"}, headers={"Accept": "text/html"})
    assert [place.name for place in page.context["page"]] == ["Västers centrum"]
    assert client.get(search, {"q": "\x00", "format": "json"}).json() == {"results": []}


def test_the_list_of_places_filters(client, world):
    sign_in(client, world, "reporter")
    shown = client.get(address(world, "place_list"), {"area": "oster"}).context["page"]
    assert [place.name for place in shown] == ["Östers garage"]
    nothing = client.get(address(world, "place_list"), {"q": "zzzz"})
    assert list(nothing.context["page"]) == []
    assert client.get(address(world, "place_list"), {"area": "annanstad-centrum", "kind": "x"}).status_code == 200
    assert client.get(address(world, "place_points"), {"place": "1 OR 1=1", "area": "oster"}).status_code == 200
    for name in ("area", "kind"):
        assert client.get(address(world, "place_points"), {name: "\x00"}).json()["features"] == []
    assert client.get(address(world, "area_shapes"), {"area": "\x00"}).status_code == 200


# Forms


def test_a_place_is_added(client, world):
    sign_in(client, world, "coordinator")
    answer = {"name": "Nya torget", "kind": "square", "lat": "58,585", "lon": "16,16", "owner": world.municipality.pk}
    response = client.post(address(world, "place_new"), answer)
    place = Place.objects.get(name="Nya torget")
    assert response["Location"] == address(world, "place_detail", place.pk)
    assert (place.area, place.is_active, place.owner) == (world.east, True, world.municipality)


def test_a_place_that_cannot_be_is_refused_with_what_to_do(client, world):
    sign_in(client, world, "coordinator")
    for wrong in (
        {"name": ""}, {"lat": ""}, {"lat": "nord"}, {"lon": "400"}, {"lon": "12.0", "lat": "57.0"}, {"kind": "slott"},
        {"name": "Västers centrum"}, {"name": "Ring 070-123 45 67"}, {"owner": "999999"}, {"lat": "nan"},
    ):  # fmt: skip
        answer = {"name": "Torget", "kind": "square", "lat": "58.585", "lon": "16.16", **wrong}
        response = client.post(address(world, "place_new"), answer)
        assert response.status_code == 422, wrong
        assert response.context["form"].errors
    assert not Place.objects.exclude(pk__in=[world.square.pk, world.garage.pk]).exists()


def test_another_organisations_place_is_refused_in_the_form(client, world):
    sign_in(client, world, "security_lead")
    answer = {"name": "Deras", "kind": "square", "lat": "58.585", "lon": "16.16", "owner": world.other_housing.pk}
    response = client.post(address(world, "place_new"), answer)
    assert response.status_code == 422
    assert response.context["form"].errors["owner"]
    page = client.get(address(world, "place_new"))
    assert page.context["form"].fields["owner"].initial == world.housing.pk


def test_a_moved_pin_says_what_moved(client, world):
    sign_in(client, world, "coordinator")
    world.by_reporter.refresh_from_db()
    answer = {"name": "Västers centrum", "kind": "square", "lat": "58.585", "lon": "16.16", "is_active": "on"}
    page = client.post(address(world, "place_change", world.square.pk), answer, follow=True)
    said = [str(message) for message in page.context["messages"]]
    assert any("Väster" in line and "Öster" in line for line in said)
    world.by_reporter.refresh_from_db()
    assert world.by_reporter.area == world.east
    assert texts(client.get(address(world, "area_moves"))).count("Västers centrum") == 1


def test_areas_are_imported_in_two_steps(client, world, tmp_path):
    sign_in(client, world, "coordinator")
    wider = feature(shapely.box(16.10, 58.57, 16.15, 58.60), namn="Väster")
    new = feature(shapely.box(16.20, 58.57, 16.21, 58.58), namn="<b>Norra</b>")
    preview = client.post(address(world, "area_import"), {"file": geojson(wider, new), "source": "Stadsbyggnad"})
    assert preview.status_code == 200
    assert "<b>Norra</b>" not in texts(preview)
    assert Boundary.objects.count() == 4
    sent = {field.html_name: field.value() or "" for field in preview.context["form"]}
    done = client.post(address(world, "area_import"), sent, follow=True)
    assert {area.name for area in Area.objects.filter(collaboration=world.here)} >= {"<b>Norra</b>", "Väster"}
    assert Boundary.objects.filter(source="Stadsbyggnad").count() == 2
    assert [str(message) for message in done.context["messages"]]
    assert list((tmp_path / "area-imports").glob("*")) == []
    assert Event.objects.filter(action="areas_imported", actor_id=world.people["coordinator"].pk).exists()
    # The same file again, after it was used.
    again = client.post(address(world, "area_import"), sent, follow=True)
    assert again.redirect_chain[0][0] == address(world, "area_import")


def test_an_import_can_be_cancelled(client, world, tmp_path):
    sign_in(client, world, "coordinator")
    new = feature(shapely.box(16.20, 58.57, 16.21, 58.58), namn="Norra")
    preview = client.post(address(world, "area_import"), {"file": geojson(new), "source": "x"})
    sent = {field.html_name: field.value() or "" for field in preview.context["form"]}
    client.post(address(world, "area_import"), {**sent, "cancel": "1"})
    assert not Area.objects.filter(name="Norra").exists()
    assert list((tmp_path / "area-imports").glob("*")) == []


def test_nobody_confirms_somebody_elses_file(client, world):
    new = feature(shapely.box(16.20, 58.57, 16.21, 58.58), namn="Norra")
    preview = sign_in(client, world, "coordinator").post(
        address(world, "area_import"), {"file": geojson(new), "source": "x"}
    )
    sent = {field.html_name: field.value() or "" for field in preview.context["form"]}
    client.logout()
    sign_in(client, world, "administrator").post(address(world, "area_import"), sent)
    for token in ("../../etc/passwd", "0" * 32, ""):
        client.post(address(world, "area_import"), {**sent, "token": token})
    assert not Area.objects.filter(name="Norra").exists()


def test_a_file_that_cannot_be_read_is_answered_on_the_form(client, world, tmp_path):
    sign_in(client, world, "coordinator")
    for file in (SimpleUploadedFile("a.geojson", b"PK\x03\x04 zip"), SimpleUploadedFile("a.gpkg", b"")):
        response = client.post(address(world, "area_import"), {"file": file, "source": "x"})
        assert response.status_code == 422
        assert response.context["form"].errors["file"]
    assert client.post(address(world, "area_import"), {"source": ""}).status_code == 422
    assert list((tmp_path / "area-imports").glob("*")) == []


def test_the_polices_list_is_written_down_and_corrected(client, world):
    sign_in(client, world, "coordinator")
    page = address(world, "police_list_status", "vaster")
    answer = {
        "list_year": "2025",
        "category": "UO",
        "trend": "positive",
        "source": "Rapporten 2025",
        "is_verified": "on",
    }
    assert client.post(page, answer).status_code == 302
    status = PoliceListStatus.objects.get(area=world.west)
    assert (status.category.code, status.trend, status.is_verified) == ("UO", "positive", True)
    client.post(page, {**answer, "category": ""})
    status.refresh_from_db()
    assert (status.category, status.trend) == (None, "")
    # The scale changed: there are no risk areas on the list of 2025.
    assert client.post(page, {**answer, "category": "RO"}).status_code == 422
    assert client.post(page, {**answer, "list_year": "1999"}).status_code == 422


# The API


def api(view, user, **query):
    request = APIRequestFactory().get("/", query)
    force_authenticate(request, user)
    response = view.as_view()(request)
    response.render() if hasattr(response, "render") and getattr(response, "accepted_renderer", None) else None
    return response


def test_areas_as_geojson(world):
    make.PoliceListStatusFactory(area=world.west, list_year=2023)
    features = api(AreaListView, world.people["reporter"], kind="est_area").data["features"]
    west = next(f for f in features if f["properties"]["slug"] == "vaster")
    assert {f["properties"]["slug"] for f in features} == {"vaster", "oster"}
    assert shapely.from_geojson(json.dumps(west["geometry"])).equals(shapely.box(16.10, 58.57, 16.14, 58.60))
    assert west["properties"]["parent"] == "ekstads-kommun"
    assert west["properties"]["police_list"]["category"] == "UO"
    assert [f["properties"]["slug"] for f in api(AreaListView, world.people["stranger"]).data["features"]] == [
        "annanstad-centrum"
    ]
    assert api(AreaListView, world.people["reporter"], collaboration="annanstad").data["features"] == []


def test_filters_that_do_not_exist_are_refused(world):
    for query in ({"kind": "slott"}, {"on": "igår"}, {"okänt": "1"}, {"collaboration": "å ä"}):
        assert api(AreaListView, world.people["reporter"], **query).status_code == 400


def test_places_as_geojson(world):
    features = api(PlaceListView, world.people["reporter"], area="vaster").data["features"]
    assert [f["properties"]["name"] for f in features] == ["Västers centrum"]
    found = api(PlaceListView, world.people["reporter"], q="vast cen", collaboration="ekstad").data["features"]
    assert [f["id"] for f in found] == [world.square.pk]
    assert api(PlaceListView, world.people["reporter"], q="vast").status_code == 409
    assert api(PlaceListView, world.people["reporter"], q="x", collaboration="annanstad").status_code == 409


def test_small_numbers_that_moved_stay_inside_the_circle(client, world):
    for count in (3, 5):
        MembershipMove.objects.create(
            collaboration=world.here, reason="pin", from_area=world.west, to_area=world.east, incidents=count, places=1
        )

    def told(who):
        lines = [line for moment in sign_in(client, world, who).get(address(world, "area_moves")).context["page"]
                 for line in moment["lines"]]  # fmt: skip
        return sorted(line.split()[0] for line in lines if "händelser" in line)

    assert told("coordinator") == ["3", "5"]
    # The police work in only one of the two areas; the others see no small counts anywhere.
    for who in ("police", "reporter", "council", "coach", "administrator"):
        assert told(who) == ["5", "Skyddat:"], who
    make.AreaScopeFactory(membership=world.people["police"].memberships.get(), area=world.east)
    assert told("police") == ["3", "5"]


def test_nothing_moved_is_said_so(client, world):
    assert not MembershipMove.objects.exists()
    assert sign_in(client, world, "coach").get(address(world, "area_moves")).status_code == 200
