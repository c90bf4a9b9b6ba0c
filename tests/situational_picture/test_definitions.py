"""A published picture's page says by which rules, from which data and with which meaning of the words it was made."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from incidents.models import Category
from situational_picture import actions, building
from situational_picture.models import Picture
from tests import factories as make


@pytest.fixture
def published(world):
    make.CategoryFactory(
        collaboration=world.here,
        code="BEL",
        name_sv="Trasig lampa",
        name_en="Broken lamp",
        kind=Category.Kind.CONDITION,
    )
    building.rebuild_area(world.west, today=timezone.localdate())
    draft = Picture.objects.filter(area=world.west, period_kind="month").latest("period_end")
    return actions.publish_picture(by=world.people["coordinator"], picture=draft)


def page(world, picture, *, version="", language="sv"):
    client = Client(HTTP_ACCEPT_LANGUAGE=language)
    client.force_login(world.people["coordinator"])
    url = reverse("picture", args=["ekstad", world.west.slug])
    return client.get(f"{url}?period={picture.period.code}{version}")


def test_what_the_words_meant_stays_when_the_categories_change(world, published):
    Category.objects.filter(pk=world.vandalism.pk).update(kind=Category.Kind.POSITIVE, name_sv="Något annat")
    rows = page(world, published, version="&version=1").context["definitions"]
    assert rows == [
        {"label": "Räknas som händelser", "names": "Skadegörelse, Öppen droghandel"},
        {"label": "Berättas som tillstånd, räknas inte", "names": "Trasig lampa"},
    ]


def test_the_page_says_which_data_and_which_rules(world, published):
    shown = page(world, published, version="&version=1").content.decode()
    assert published.data_fingerprint in shown
    assert published.code_version in shown


def test_the_words_are_said_in_the_readers_language(world, published):
    rows = page(world, published, version="&version=1", language="en").context["definitions"]
    assert [row["names"] for row in rows] == ["Open drug dealing, Vandalism", "Broken lamp"]


def test_a_draft_has_no_meaning_of_its_own(world, published):
    answer = page(world, published, version="&version=0")
    assert answer.context["picture"].version == 0
    assert answer.context["definitions"] == []
    assert "Fingeravtryck" not in answer.content.decode()
