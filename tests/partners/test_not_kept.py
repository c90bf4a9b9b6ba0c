"""What a browser may keep: after signing out, nobody sees a page by going back."""

from __future__ import annotations

import pytest
from django.urls import reverse

from situational_picture import building


@pytest.mark.parametrize(
    ("who", "name"),
    [
        ("coordinator", "picture_list"),
        ("coordinator", "incident_list"),
        ("coordinator", "review_queue"),
        ("data_protection", "log"),
        ("data_protection", "retention"),
        ("administrator", "people"),
        ("security_lead", "own_places"),
        ("reporter", "reporting"),
    ],
)
def test_no_page_of_somebody_signed_in_is_kept(client, world, who, name):
    client.force_login(world.people[who])
    answer = client.get(reverse(name, args=["ekstad"]))
    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]
    assert "private" in answer["Cache-Control"]


def test_nor_a_picture_its_map_its_pdf_or_the_api(client, world, today):
    building.rebuild_area(world.west, today=today)
    client.force_login(world.people["coordinator"])
    addresses = [
        *(
            reverse(name, args=["ekstad", "vaster"])
            for name in ("picture", "picture_hexagons", "picture_pdf", "picture_word")
        ),
        reverse("api-incident-list"),
    ]
    for address in addresses:
        answer = client.get(address)
        assert answer.status_code == 200, address
        assert "no-store" in answer["Cache-Control"], address


def test_what_is_the_same_for_everybody_is_left_alone(client):
    for address in ("/offline/", "/app.webmanifest"):
        assert "no-store" not in client.get(address).headers.get("Cache-Control", "")


@pytest.fixture
def today():
    from django.utils import timezone

    return timezone.localdate()
