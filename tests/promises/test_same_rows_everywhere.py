"""One scoped query per model: page, count, file, map and API show a persona exactly the rows `visible_to` gives."""

from __future__ import annotations

import csv
import io

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from areas.models import Area, Place
from incidents.models import Incident
from partners.models import Group, Membership, Organisation
from situational_picture import building
from situational_picture.models import Picture
from tests.world import PEOPLE

# Each exit that shows incidents: how its rows are read. The stranger asks in the own collaboration.


def ids_on_page(client, slug):
    answer = client.get(reverse("incident_list", args=[slug]))
    if answer.status_code != 200:
        return answer.status_code, set()
    return answer.status_code, {row["incident"].pk for row in answer.context["rows"]}


def shown_count(client, slug):
    return client.get(reverse("incident_list", args=[slug])).context["count"]


def ids_in_export(client, slug):
    answer = client.post(reverse("incident_export", args=[slug]), {"purpose": "meeting"})
    if answer.status_code != 200:
        return answer.status_code, set()
    lines = list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig")), delimiter=";"))
    return answer.status_code, {int(line[0].removeprefix("H-")) for line in lines[1:]}


def ids_on_map(client, slug):
    answer = client.get(reverse("incident_map", args=[slug]))
    if answer.status_code != 200:
        return answer.status_code, set()
    return answer.status_code, {feature["properties"]["id"] for feature in answer.json()["features"]}


def ids_in_api(client, slug):
    answer = client.get(reverse("api-incident-list"), {"collaboration": slug})
    return answer.status_code, {row["id"] for row in answer.json().get("results", [])}


def home_slug(world, who):
    return (world.elsewhere if who == "stranger" else world.here).slug


def signed_in(world, who):
    client = Client()
    client.force_login(world.people[who])
    return client


@pytest.mark.parametrize("who", PEOPLE)
def test_page_count_file_map_and_api_show_the_same_incidents(world, who):
    client, slug = signed_in(world, who), home_slug(world, who)
    visible = Incident.objects.visible_to(world.people[who])
    ids = set(visible.values_list("pk", flat=True))
    drawn = set(visible.exclude(location=Incident.Location.NONE).values_list("pk", flat=True))
    status, on_page = ids_on_page(client, slug)
    if status == 403:
        assert ids == set(), "a role that reads no reports has none to see"
        assert [exit_(client, slug)[0] for exit_ in (ids_in_export, ids_on_map, ids_in_api)] == [403, 403, 403]
        return
    assert on_page == ids
    assert shown_count(client, slug) == len(ids)
    assert ids_in_export(client, slug) == (200, ids)
    assert ids_on_map(client, slug) == (200, drawn)
    assert ids_in_api(client, slug) == (200, ids)


@pytest.mark.parametrize("who", PEOPLE)
def test_the_page_of_an_incident_exists_for_those_who_see_the_row(world, who):
    client, slug = signed_in(world, who), home_slug(world, who)
    ids = set(Incident.objects.visible_to(world.people[who]).values_list("pk", flat=True))
    for pk in Incident.objects.values_list("pk", flat=True):
        expected = 200 if pk in ids else 404
        assert client.get(reverse("incident_detail", args=[slug, pk])).status_code == expected
        assert client.get(reverse("incident_point", args=[slug, pk])).status_code == expected
        assert client.get(reverse("api-incident-detail", args=[pk])).status_code == expected


@pytest.mark.parametrize("who", PEOPLE)
def test_the_rows_do_not_change_when_the_list_is_filtered(world, who):
    """A filter takes rows away; it never brings one in that was not visible."""
    client, slug = signed_in(world, who), home_slug(world, who)
    ids = set(Incident.objects.visible_to(world.people[who]).values_list("pk", flat=True))
    for query in ("category=SKA", "category=NAR", "area=oster", "since=2020-01-01", "mine=on", "status=submitted"):
        answer = client.get(reverse("incident_list", args=[slug]) + "?" + query)
        if answer.status_code == 200:
            assert {row["incident"].pk for row in answer.context["rows"]} <= ids


@pytest.mark.parametrize("who", PEOPLE)
def test_people_organisations_and_groups_are_the_visible_ones(world, who):
    client, slug, user = signed_in(world, who), home_slug(world, who), world.people[who]
    people = client.get(reverse("people", args=[slug])).context["organisations"].values()
    visible = Membership.objects.visible_to(user).filter(collaboration__slug=slug)
    assert {line["membership"].pk for lines in people for line in lines} == set(visible.values_list("pk", flat=True))
    rows = client.get(reverse("organisation_list", args=[slug])).context["rows"]
    visible = Organisation.objects.visible_to(user)
    assert {row["organisation"].pk for row in rows} == set(visible.values_list("pk", flat=True))
    groups = client.get(reverse("group_list", args=[slug])).context["groups"]
    assert {group.pk for group in groups} == set(Group.objects.visible_to(user).values_list("pk", flat=True))


@pytest.mark.parametrize("who", PEOPLE)
def test_names_stay_within_the_organisation(world, who):
    """No page on people, groups or reports tells anybody outside who a reporter is by name."""
    reporter = world.people["reporter"]
    reporter.name = "Namnet Som Stannar"
    reporter.save()
    client, slug = signed_in(world, who), home_slug(world, who)
    pages = [reverse(name, args=[slug]) for name in ("people", "group_list", "incident_list")]
    pages.append(reverse("incident_detail", args=[slug, world.by_reporter.pk]))
    file = client.post(reverse("incident_export", args=[slug]), {"purpose": "meeting"})
    text = ""
    for answer in [*map(client.get, pages), file]:
        text += b"".join(answer.streaming_content if answer.streaming else [answer.content]).decode()
    text += client.get(reverse("api-incident-detail", args=[world.by_reporter.pk])).content.decode()
    assert (reporter.name in text) == (who in {"reporter", "security_lead", "administrator"})


@pytest.mark.parametrize("who", PEOPLE)
def test_a_picture_is_shown_in_the_version_its_reader_may_see(world, who):
    building.rebuild_area(world.west, today=timezone.localdate())
    client, user = signed_in(world, who), world.people[who]
    visible = Picture.objects.visible_to(user).filter(area=world.west)
    answer = client.get(reverse("picture", args=[home_slug(world, who), world.west.slug]))
    if answer.status_code == 200:
        shown = answer.context.get("picture")
        assert (shown is None) == (not visible.exists())
        assert shown is None or visible.filter(pk=shown.pk).exists()
    else:
        assert not visible.exists()


@pytest.mark.parametrize("who", PEOPLE)
def test_list_count_and_map_show_the_same_places(world, who):
    client, slug = signed_in(world, who), home_slug(world, who)
    visible = Place.objects.visible_to(world.people[who])
    page = client.get(reverse("place_list", args=[slug]))
    assert {place.pk for place in page.context["page"]} == set(visible.values_list("pk", flat=True))
    assert page.context["total"] == visible.count()
    drawn = client.get(reverse("place_points", args=[slug])).json()["features"]
    urls = {reverse("place_detail", args=[slug, place.pk]) for place in visible if place.is_active}
    assert {feature["properties"]["url"] for feature in drawn} == urls
    found = client.get(
        reverse("place_search", args=[slug]), {"q": "centrum"}, headers={"accept": "application/json"}
    ).json()["results"]
    assert len(found) == visible.filter(name__contains="centrum").count()


@pytest.mark.parametrize("who", PEOPLE)
def test_list_and_map_show_the_same_areas(world, who):
    client, slug = signed_in(world, who), home_slug(world, who)
    visible = Area.objects.visible_to(world.people[who])
    rows = client.get(reverse("area_list", args=[slug])).context["rows"]
    assert {row.area.pk for row in rows} == set(visible.values_list("pk", flat=True))
    drawn = client.get(reverse("area_shapes", args=[slug])).json()["features"]
    counted = visible.filter(kind="est_area")
    urls = {reverse("area_detail", args=[slug, area.slug]) for area in counted}
    assert {feature["properties"]["url"] for feature in drawn} == urls
