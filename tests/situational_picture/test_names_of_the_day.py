"""What is renamed afterwards keeps its old name in what was published before: on the page and in every file."""

import pytest
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone

from areas.models import Area, Place
from incidents.models import Category
from partners.models import Collaboration, Organisation, Unit, User
from situational_picture import actions, building
from situational_picture.models import Picture
from tests import factories as make

READERS = ["coordinator", "security_lead", "council", "reporter"]


@pytest.fixture
def published(world):
    """A picture of the whole town with its parts, places on the map and units, published."""
    for number in range(6):
        make.IncidentFactory(
            organisation=world.housing,
            unit=world.unit,
            area=world.west,
            place=world.square,
            category=world.vandalism,
            at=world.by_colleague.occurred_from,
            lon=16.11 + number / 500,
        )
    building.rebuild_area(world.town, today=timezone.localdate())
    draft = Picture.objects.filter(area=world.town, period_kind="month").order_by("-period_end").first()
    world.published = actions.publish_picture(by=world.people["coordinator"], picture=draft)
    return world


def everything_is_renamed():
    """Each name that a picture may say gets another, as an area, a place or an organisation gets in its lifetime."""
    for model, field in [
        (Area, "name"),
        (Place, "name"),
        (Category, "name_sv"),
        (Organisation, "name"),
        (Unit, "name"),
        (Collaboration, "name"),
        (User, "function"),
    ]:
        for thing in model.objects.all():
            setattr(thing, field, f"Nytt {thing.pk}")
            thing.save(update_fields=[field])
    cache.clear()


def asked(client, world, who, route, **data):
    client.force_login(world.people[who])
    picture = world.published
    address = reverse(route, args=["ekstad", picture.area.slug])
    query = f"?period={picture.period.code}&version={picture.version}"
    answer = client.post(address + query, data) if data else client.get(address + query)
    assert answer.status_code == 200
    return answer.content


def main_part(page):
    """The page without the menu, where the collaboration is called what it is called today."""
    return page[page.index(b"<main") : page.index(b"</main>")]


def everything_asked(client, world, who):
    return {
        "pdf": asked(client, world, who, "picture_pdf"),
        "word": asked(client, world, who, "picture_word"),
        "csv": asked(client, world, who, "picture_export", purpose="meeting", words=""),
        "hexagons": asked(client, world, who, "picture_hexagons"),
        "page": main_part(asked(client, world, who, "picture")),
    }


@pytest.mark.parametrize("who", READERS)
def test_every_name_in_a_published_picture_is_the_name_of_its_day(client, published, who):
    cache.clear()
    before = everything_asked(client, published, who)
    assert b"Ekstads kommun" in before["page"]
    everything_is_renamed()
    after = everything_asked(client, published, who)
    assert after["pdf"] == before["pdf"]
    assert after["word"] == before["word"]
    assert after["csv"] == before["csv"]
    assert after["hexagons"] == before["hexagons"]
    assert after["page"] == before["page"]


def test_the_draft_takes_the_new_name(client, published):
    everything_is_renamed()
    client.force_login(published.people["coordinator"])
    page = client.get(reverse("picture", args=["ekstad", published.town.slug])).content.decode()
    assert f"Nytt {published.town.pk}" in page
    assert "Ekstads kommun" not in main_part(page.encode()).decode()


def test_a_place_that_is_added_later_does_not_stand_in_the_list_beside_the_map(client, published):
    before = main_part(asked(client, published, "coordinator", "picture"))
    make.PlaceFactory(collaboration=published.here, name="Nya torget", area=published.west, lon=16.111)
    assert main_part(asked(client, published, "coordinator", "picture")) == before


def test_lists_letters_and_receipts_say_the_name_of_the_day(client, published):
    Area.objects.filter(pk=published.town.pk).update(name="Nystads kommun")
    picture = Picture.objects.without_figures().get(pk=published.published.pk)
    assert picture.area_name == "Ekstads kommun"
    assert str(picture).startswith("Ekstads kommun")
    client.force_login(published.people["council"])
    listed = client.get(reverse("picture_list", args=["ekstad"])).content.decode()
    assert "Ekstads kommun, " in listed
