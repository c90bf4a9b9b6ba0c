"""Whole requests: who sees which picture, and what a wrong address answers."""

import datetime as dt

import pytest
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone

from situational_picture import actions, building
from situational_picture.models import Picture, Rebuild
from tests import factories as make
from tests.steady import steady


@pytest.fixture
def built(world):
    cache.clear()
    for area in (world.west, world.east, world.town):
        building.rebuild_area(area, today=timezone.localdate())
    of_weeks = Picture.objects.filter(area=world.west, period_kind="week", figures__total__count__gt=0)
    draft = of_weeks.order_by("-period_end").first()
    world.published = actions.publish_picture(by=world.people["coordinator"], picture=draft)
    return world


def get(client, world, who, area="vaster", name="picture", **query):
    client.force_login(world.people[who])
    return client.get(reverse(name, args=["ekstad", area]), query)


def export(client, world, who, area="vaster", **query):
    """The file of figures, once it is said what it is for."""
    client.force_login(world.people[who])
    address = reverse("picture_export", args=["ekstad", area], query=query)
    assert not client.get(address).has_header("Content-Disposition")
    return client.post(address, {"purpose": "meeting"})


@pytest.mark.parametrize(
    ("who", "area", "status"),
    [
        ("security_lead", "vaster", 200),
        ("security_lead", "oster", 200),
        ("coordinator", "ekstads-kommun", 200),
        ("council", "vaster", 200),
        ("reporter", "vaster", 200),
        ("coach", "vaster", 403),
        ("administrator", "vaster", 403),
        ("stranger", "vaster", 404),
        ("coordinator", "finns-inte", 404),
    ],
)
def test_who_opens_an_areas_page(client, built, who, area, status):
    assert get(client, built, who, area).status_code == status


def test_the_circle_sees_the_draft_and_the_council_the_published_one(client, built):
    assert get(client, built, "security_lead").context["picture"].version == 0
    assert get(client, built, "council").context["picture"] == built.published


def test_outside_the_circle_the_draft_does_not_exist(client, built):
    """Nothing is published for the other area: no version of it can be reached, by page, file or map."""
    for name in ("picture_export", "picture_hexagons"):
        assert get(client, built, "council", "oster", name).status_code == 404
    assert "picture" not in get(client, built, "council", "oster").context
    code = built.published.period.code
    assert get(client, built, "council", "vaster", period=code, version=0).status_code == 404


def test_the_same_protection_on_page_map_and_file(client, built):
    make_small = get(client, built, "council").context["figures"]
    assert make_small["is_protected"]
    hexagons = get(client, built, "council", name="picture_hexagons").json()["features"]
    assert hexagons
    assert all(f["properties"].get("value", 5) > 4 for f in hexagons)
    lines = export(client, built, "council").content.decode("utf-8-sig").splitlines()[1:]
    counts = [line.split(";")[2] for line in lines]
    assert not [count for count in counts if count.isdecimal() and 1 <= int(count) <= 4]


def test_a_code_that_is_no_period_gets_a_sentence_and_the_page(client, built):
    response = get(client, built, "coordinator", period="2026-13")
    assert response.status_code == 302
    page = client.get(response.url)
    assert "2026-13" in page.content.decode()


def test_another_kind_is_chosen_by_a_plain_form(client, built):
    response = get(client, built, "coordinator", period=timezone.localdate().strftime("%G-W%V"), kind="month")
    assert response.context["period"].kind == "month"


def test_an_old_period_is_computed_when_somebody_asks(client, built, django_capture_on_commit_callbacks, monkeypatch):
    from situational_picture import tasks

    asked = []
    monkeypatch.setattr(tasks.compute_picture, "delay", asked.append)
    client.force_login(built.people["coordinator"])
    code = "2025-W10"
    with django_capture_on_commit_callbacks(execute=True):
        response = client.post(reverse("picture_request", args=["ekstad", "vaster"]), {"period": code})
    assert response.status_code == 302
    page = client.get(response.url)
    assert page.templates[0].name == "situational_picture/no_picture.html"
    tasks.compute_picture(asked[0])
    assert client.get(response.url).context["picture"].period.code == code


@pytest.mark.parametrize("name", ["picture_export", "picture_hexagons"])
@pytest.mark.parametrize("query", [{"period": "2025-W99"}, {"period": "2025-W10", "version": "9" * 5000}])
def test_a_file_of_a_period_that_cannot_be_read_does_not_exist(client, built, name, query):
    assert get(client, built, "coordinator", name=name, **query).status_code == 404


def test_a_place_named_like_a_formula_is_text_in_the_file(client, built):
    # Named after its report was placed there; the file is what a spreadsheet opens.
    draft = Picture.objects.filter(area=built.west, version=0, period_kind="week").order_by("-period_end").first()
    draft.figures["places"] = [{"place": 1, "name": "=1+1", "count": 7, "previous": 7, "verdict": "no_clear_change"}]
    draft.save()
    lines = export(client, built, "coordinator", period=draft.period.code).content.decode()
    assert "'=1+1" in lines
    assert ";=1+1" not in lines


def test_only_the_circle_may_ask(client, built):
    client.force_login(built.people["other_housing"])
    response = client.post(reverse("picture_request", args=["ekstad", "vaster"]), {"period": "2025-W10"})
    assert response.status_code == 403
    assert not Picture.objects.filter(period_start=dt.date(2025, 3, 3)).exists()


def test_a_frozen_picture_says_what_came_afterwards(client, built):
    period = built.published.period
    at = timezone.make_aware(dt.datetime.combine(period.start, dt.time(12)))
    make.IncidentFactory(organisation=built.housing, area=built.west, category=built.vandalism, at=at)
    page = get(client, built, "coordinator", period=period.code, version=1)
    assert page.context["changed_since"] == [{"name": "Skadegörelse", "difference": "+1"}]
    assert page.context["figures"]["total"] == built.published.figures["total"]
    # How much is a small count: outside the circle only that something has come.
    assert "+1" not in steady(get(client, built, "council", period=period.code))


def test_what_came_afterwards_in_a_category_nobody_had_reported_is_told_too(client, built):
    period = built.published.period
    at = timezone.make_aware(dt.datetime.combine(period.start, dt.time(12)))
    noise = make.CategoryFactory(collaboration=built.here, name_sv="Buller")
    forecast = make.CategoryFactory(collaboration=built.here, name_sv="Match", kind="forecast")
    for category in (noise, noise, built.vandalism, forecast):
        make.IncidentFactory(organisation=built.housing, area=built.west, category=category, at=at)
    page = get(client, built, "coordinator", period=period.code, version=1)
    assert "Ändrat efter publicering: Skadegörelse +1, Buller +2." in " ".join(page.content.decode().split())


def test_what_was_corrected_without_changing_a_number_is_not_called_unchanged(client, built):
    period = built.published.period
    at = timezone.make_aware(dt.datetime.combine(period.start, dt.time(12)))
    row = make.IncidentFactory(organisation=built.housing, area=built.west, category=built.vandalism, at=at)
    building.rebuild_area(built.west, today=timezone.localdate())
    draft = Picture.objects.get(area=built.west, period_start=period.start, period_kind="week", version=0)
    again = actions.publish_picture(by=built.people["coordinator"], picture=draft)
    row.place = built.square
    row.save(update_fields=["place"])
    for who, said in (("coordinator", "Antalet händelser är detsamma."), ("council", "kommit till eller rättats")):
        page = get(client, built, who, period=period.code, version=again.version).content.decode()
        assert said in page
        assert "Inget har ändrats" not in page


def test_the_page_says_that_it_is_being_rebuilt_and_the_fragment_when_it_is_done(client, built):
    Rebuild.objects.create(
        collaboration=built.here, area=built.west, wanted=2, built=1, wanted_at=timezone.now(), step=3, steps=6
    )
    assert b"50" in get(client, built, "coordinator", name="picture_progress").content
    Rebuild.objects.update(built=2)
    assert b"100" in get(client, built, "coordinator", name="picture_progress").content


def test_a_report_that_waits_is_shown_at_once_beside_the_counts(client, built):
    cards = get(client, built, "coordinator").context["cards"]
    assert any(card["value"] == 1 and card["symbol"] == "clock" for card in cards)
    assert not any(card["symbol"] == "clock" for card in get(client, built, "council").context["cards"])


@pytest.mark.parametrize(("name", "limit"), [("picture", 22), ("picture_list", 20)])
def test_the_pages_ask_the_database_a_bounded_number_of_times(
    client, built, django_assert_max_num_queries, name, limit
):
    for n in range(10):
        area = make.AreaFactory(collaboration=built.here, name=f"Del {n}", parent=built.town)
        building.rebuild_area(area, today=timezone.localdate())
    client.force_login(built.people["coordinator"])
    url = reverse(name, args=["ekstad"]) if name == "picture_list" else reverse(name, args=["ekstad", "ekstads-kommun"])
    client.get(url)
    with django_assert_max_num_queries(limit):
        assert client.get(url).status_code == 200


def test_an_empty_collaboration_says_what_to_do(client, db):
    membership = make.MembershipFactory()
    client.force_login(membership.user)
    page = client.get(reverse("picture_list", args=[membership.collaboration.slug]))
    assert page.status_code == 200
    assert page.context["rows"] == []
