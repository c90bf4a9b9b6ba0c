"""The order of focus places: what the group decides is what the area's picture says."""

import datetime as dt
import uuid

import pytest
from django.urls import reverse
from django.utils import timezone

from common.errors import NotAllowed, NotPossible
from councils.meetings import focus, leading
from councils.models import Decision
from partners.roles import Role
from situational_picture.models import Picture
from tests import factories as make
from tests.councils.meeting_cast import MeetingWorld

pytestmark = pytest.mark.django_db
PLACES = [("Torget", "Mest händer på kvällen."), ("Gångvägen", "Ny plats.")]


@pytest.fixture
def world():
    world = MeetingWorld()
    world.meeting = world.opened()
    item = world.meeting.items.select_related("meeting__group").get(section="focus")
    world.focus_item = leading.open_item(by=world.coordinator, item=item)
    return world


def decided(world, by=None, **changed):
    said = {"item": world.focus_item, "area": world.west, "places": PLACES, "text_version": 0, **changed}
    return focus.decide_order(by=by or world.coordinator, **said)


def draft_of(world):
    return Picture.objects.filter(area=world.west, version=0).for_period(focus.running_period(world.group)).get()


def test_the_decision_is_the_order_in_the_picture(world):
    square = make.PlaceFactory(area=world.west, collaboration=world.here, name="Torget")
    form_id = uuid.uuid4()
    decision = decided(world, form_id=form_id)
    draft = draft_of(world)
    assert draft.priority_places == [
        {"name": "Torget", "why": "Mest händer på kvällen.", "place": square.pk},
        {"name": "Gångvägen", "why": "Ny plats.", "place": None},
    ]
    assert (decision.kind, decision.change, decision.about_id) == ("focus", "focus_order", draft.pk)
    assert "1. Torget: Mest händer på kvällen. 2. Gångvägen: Ny plats." in decision.text
    assert decided(world, form_id=form_id) == decision
    # What else is written stays as it was, and whoever has not read the newest order does not write over it.
    Picture.objects.filter(pk=draft.pk).update(assessment="Lugn vecka.")
    with pytest.raises(NotPossible):
        decided(world, places=PLACES[:1])
    decided(world, places=PLACES[::-1], text_version=draft.text_version)
    draft.refresh_from_db()
    assert [place["name"] for place in draft.priority_places] == ["Gångvägen", "Torget"]
    assert draft.assessment == "Lugn vecka."
    assert Decision.objects.count() == 2


@pytest.mark.parametrize(
    "places",
    [[], [("Torget", "")], [("", "Mest händer.")], [("Torget", "Se 19811218-9876.")], [("A", "x"), ("a", "y")],
     [(f"Plats {n}", "Skäl.") for n in range(6)]],
)  # fmt: skip
def test_what_is_no_order_is_neither_decided_nor_written(world, places):
    with pytest.raises(NotPossible):
        decided(world, places=places)
    assert not Decision.objects.exists()
    assert not Picture.objects.exclude(priority_places=[]).exists()
    assert decided(world).kind == "focus"


def test_only_the_group_s_areas_its_own_item_and_whoever_writes_pictures(world):
    with pytest.raises(NotPossible):
        decided(world, area=world.east)
    with pytest.raises(NotAllowed):
        decided(world, by=world.officer)
    leading.open_item(by=world.coordinator, item=world.meeting.items.get(section="coming"))
    with pytest.raises(NotPossible):
        decided(world)
    assert not Decision.objects.exists()
    assert not Picture.objects.exists()


def test_a_picture_under_review_is_not_written_in(world):
    decided(world)
    Picture.objects.filter(pk=draft_of(world).pk).update(
        status="review", sent_for_review_at=timezone.now(), sent_for_review_by=world.coordinator
    )
    with pytest.raises(NotPossible):
        decided(world, places=PLACES[:1], text_version=1)
    assert Decision.objects.count() == 1


def test_what_is_proposed_stands_out_in_the_newest_figures_and_tells_no_count(world):
    running = focus.running_period(world.group)
    rows = [
        {"place": 1, "name": "Torget", "count": 7, "previous": 7, "verdict": "no_clear_change"},
        {"place": 2, "name": "Parken", "count": 1234, "previous": 3, "verdict": "more"},
        {"place": 3, "name": "Skolan", "count": 0, "previous": 9, "verdict": "fewer"},
    ]
    before = running.previous()
    values = {"period_kind": before.kind, "period_start": before.start, "period_end": before.end}
    make.PictureFactory(area=world.west, collaboration=world.here, figures={"places": rows}, **values)
    (west,) = focus.focus_of(world.coordinator, world.group)
    assert [place.name for place in west.proposed] == ["Parken", "Torget"]
    assert not any("1234" in place.why for place in west.proposed)
    assert focus.focus_of(world.officer, world.group) == []


def test_the_form_keeps_what_was_written_and_goes_on_from_what_another_wrote(client, world):
    client.force_login(world.coordinator)
    address = reverse("item_focus", args=[world.here.slug, world.meeting.number, world.focus_item.pk])
    said = {"form_id": str(uuid.uuid4()), "area": world.west.pk, "text_version": 0}
    said |= {
        "name_0": "Torget",
        "why_0": "Mest händer.",
        "order_0": 2,
        "name_1": "Parken",
        "why_1": "Ny.",
        "order_1": 1,
    }
    assert client.post(address, {**said, "why_1": ""}).status_code == 422
    assert client.post(address, said).status_code == 302
    assert [place["name"] for place in draft_of(world).priority_places] == ["Parken", "Torget"]
    # Somebody else has written in the picture meanwhile.
    Picture.objects.filter(pk=draft_of(world).pk).update(text_version=7, written_at=dt.datetime.now(dt.UTC))
    again = client.post(address, {**said, "form_id": str(uuid.uuid4()), "text_version": 1, "name_0": "Stationen"})
    assert again.status_code == 422
    page = again.content.decode()
    assert 'name="text_version" value="7"' in page
    assert "Stationen" in page
    made = {**said, "form_id": str(uuid.uuid4()), "text_version": 7, "name_0": "Stationen"}
    assert client.post(address, made).status_code == 302


def test_the_page_asks_a_bounded_number_of_questions(client, world, django_assert_max_num_queries):
    client.force_login(world.coordinator)
    for number in range(6):
        area = make.AreaFactory(collaboration=world.here, name=f"Område {number}")
        make.GroupAreaFactory(group=world.group, area=area, collaboration=world.here)
        make.PlaceFactory(area=area, collaboration=world.here, name=f"Plats {number}")
    with django_assert_max_num_queries(70):
        page = client.get(reverse("meeting", args=[world.here.slug, world.meeting.number]))
    assert page.content.decode().count('class="focus__rows"') == 7


def test_a_series_of_wrong_hands(world):
    for name in ("reporter", "security_lead", "coach", "stranger"):
        with pytest.raises(NotAllowed):
            decided(world, by=world.people[name])
    assert world.coordinator.has_role(world.here, {Role.COORDINATOR})
    assert decided(world).number == 1
