"""Comments on a picture's figures: who leaves them, that they stay beside the figure, and that they name nobody."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from audit.models import Event
from common.errors import NotAllowed, NotPossible
from councils.comments.actions import comment_figure
from councils.comments.retention import KIND
from councils.models import FigureComment
from situational_picture import building
from situational_picture.models import Picture
from tests import factories as make
from tests.at_once import at_once
from tests.factories import councils as led
from tests.promises.test_free_texts import NAME, STRONG
from tests.world import World

TEXT = "Byggarbetet på torget började i maj."


@pytest.fixture
def world(db):
    return World()


def published(world, **values):
    """A month of the west that is published."""
    return make.PictureFactory(
        **{
            "area": world.west, "status": "published", "version": 1, "figures": {}, "published_at": timezone.now(),
            "computed_at": timezone.now(), "published_by": world.people["coordinator"], **values,
        }
    )  # fmt: skip


def test_comment_stays_with_the_figure_and_says_whose_function_it_is(world):
    picture = published(world)
    one = comment_figure(by=world.people["council"], picture=picture, figure="trend", text=TEXT)
    assert (one.function, one.organisation) == (world.people["council"].function, world.municipality)
    assert Event.objects.filter(action="figure_commented").count() == 1
    again = comment_figure(by=world.people["council"], picture=picture, figure="trend", text=TEXT)
    assert again == one
    for change in ({"text": "Annat."}, {"figure": "map"}, {"function": "annan"}):
        with pytest.raises(DatabaseError), transaction.atomic():
            FigureComment.objects.filter(pk=one.pk).update(**change)


def test_only_a_published_picture_is_commented_by_whoever_reads_the_council_page(world):
    picture = published(world)
    for who in ("reporter", "coach", "administrator"):
        with pytest.raises(NotAllowed):
            comment_figure(by=world.people[who], picture=picture, figure="trend", text=TEXT)
    with pytest.raises(NotPossible):
        comment_figure(
            by=world.people["council"], picture=make.PictureFactory(area=world.east), figure="trend", text=TEXT
        )
    with pytest.raises(NotPossible):
        comment_figure(by=world.people["council"], picture=picture, figure="colour", text=TEXT)
    assert not FigureComment.objects.exists()
    comment_figure(by=world.people["council"], picture=picture, figure="trend", text=TEXT)
    assert FigureComment.objects.count() == 1


@pytest.mark.parametrize("personal", STRONG)
def test_comment_that_points_at_a_person_is_refused(world, personal):
    picture = published(world)
    with pytest.raises(NotPossible):
        comment_figure(
            by=world.people["council"], picture=picture, figure="trend", text=f"Ring {personal}.", is_confirmed=True
        )
    assert not FigureComment.objects.exists()


def test_name_is_asked_about_and_may_be_confirmed(client, world):
    picture = published(world)
    client.force_login(world.people["council"])
    address = reverse("figure_comment", args=["ekstad", picture.pk, "trend"])
    refused = client.post(address, {"text": f"{NAME} vet mer."})
    assert refused.status_code == 422
    assert "is_confirmed" in refused.content.decode()
    answered = client.post(address, {"text": "Kajplats Anna Andersson är en plats.", "is_confirmed": "on"})
    assert answered.status_code == 302
    assert answered["Location"].endswith("#comments-trend")


def test_readers_of_a_comment_are_those_of_the_council_page_who_read_the_picture(world):
    led.FigureCommentFactory(picture=published(world), organisation=world.municipality)
    readers = {who for who, user in world.people.items() if FigureComment.objects.visible_to(user).exists()}
    assert readers == {"security_lead", "police", "other_housing", "coordinator", "council"}


def test_purge_takes_the_words_and_leaves_that_something_was_said(world):
    one = led.FigureCommentFactory(picture=published(world), organisation=world.municipality)
    before = timezone.localdate() + dt.timedelta(days=1)
    assert list(KIND.due(world.here, before)) == [one]
    KIND.purge(world.here, [one.pk])
    one.refresh_from_db()
    assert (one.text, one.function) == ("[…]", "säkerhetschef")
    assert not KIND.due(world.here, before)


def test_api_gives_the_comments_one_reads(client, world):
    picture = published(world)
    led.FigureCommentFactory(picture=picture, organisation=world.municipality)
    for who, number in (("council", 1), ("reporter", 0), ("stranger", 0)):
        client.force_login(world.people[who])
        found = client.get(reverse("api-figure-comment-list"), {"picture": picture.pk}).json()["results"]
        assert len(found) == number
    assert client.get(reverse("api-figure-comment-list"), {"picture": "x"}).status_code == 400


@pytest.mark.django_db(transaction=True)
def test_same_comment_sent_twice_at_once_is_one():
    world = World()
    picture = published(world)
    council = world.people["council"]
    found = at_once(
        *(lambda: comment_figure(by=council, picture=picture, figure="map", text=TEXT) for _one in range(3))
    )
    assert {one.pk for one in found} == set(FigureComment.objects.values_list("pk", flat=True))
    assert FigureComment.objects.count() == 1


def test_comments_stand_at_their_figures_in_as_many_questions_however_many_there_are(client, world):
    building.rebuild_area(world.west, today=timezone.localdate())
    draft = Picture.objects.filter(area=world.west, version=0, period_kind="month").latest("period_end")
    kept = {name: getattr(draft, name) for name in ("period_kind", "period_start", "period_end", "figures")}
    picture = published(world, **kept)
    address = reverse("picture", args=["ekstad", world.west.slug]) + f"?period={picture.period.code}&version=1"

    def shown(who):
        client.force_login(world.people[who])
        client.get(address)
        with CaptureQueriesContext(connection) as asked:
            page = client.get(address).content.decode()
        return page, len(asked)

    led.FigureCommentFactory(picture=picture, organisation=world.municipality, text=TEXT)
    page, before = shown("council")
    at_trend = page.split('id="comments-trend"')[1].split("</div>")[0]
    assert TEXT in at_trend
    assert "säkerhetschef, Kommunen" in at_trend
    assert TEXT not in page.split('id="comments-clock"')[1].split("</div>")[0]
    for figure in ("map", "clock", "trend", "total"):
        led.FigureCommentFactory(picture=picture, organisation=world.municipality, figure=figure)
    assert shown("council")[1] == before
    page, _number = shown("reporter")
    assert "comments-trend" not in page
