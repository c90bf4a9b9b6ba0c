"""What the agenda notices by itself: each source, many at once, what has ended, and what is kept from whom."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from action_plans.models import CommitmentState
from councils.dashboard.facts import council_facts
from councils.meetings import leading
from councils.meetings.deviations import NAMED, deviations, noticed
from situational_picture.models import Picture
from tests import factories as make
from tests.councils.council_cast import months_back
from tests.councils.meeting_cast import MeetingWorld

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    return MeetingWorld()


def of(world, group=None, user=None):
    """What is noticed, by its key."""
    rows = deviations(user or world.coordinator, group or world.group, timezone.localdate())
    return {one.key: one for one in rows}


def publish(world, **figures):
    """The newest picture of West, with more than was to be expected in the place, of theft and in all."""
    today = timezone.localdate()
    month = months_back(today, 1)[0]
    place = make.PlaceFactory(area=world.west, collaboration=world.here)
    more = {"judgement": "more", "is_sensitive": False}
    return place, make.PictureFactory(
        area=world.west, period_start=month.start, period_end=month.end,
        status=Picture.Status.PUBLISHED, version=1, published_at=timezone.now(), published_by=world.coordinator,
        figures={
            "total": {"judgement": "more"},
            "categories": [
                {"category": 7, "code": "arson", "name_sv": "Anlagd brand", "count": 3, **more},
                {"category": 8, "code": "theft", "name_sv": "Stöld", "count": 30, **more},
            ],
            "places": [{"place": place.pk, "name": "Torget", "count": 9, "verdict": "more", "previous": 2}],
            "protection": {"no_sensitive": {"total": False, "categories": [7], "parts": [], "trend": []}},
            **figures,
        },
        coming_events=[
            {"day": (today + dt.timedelta(days=3)).isoformat(), "what": "Marknad", "place": "Torget"} for _ in range(2)
        ],
    )  # fmt: skip


def council_of(world):
    """The council, with its member."""
    group = make.GroupFactory(collaboration=world.here, name="Chefsamrådet", level="strategic")
    make.GroupMemberFactory(group=group, membership=world.people["council"].memberships.get(), collaboration=world.here)
    return group


def test_more_of_two_kinds_than_can_be_named_and_an_event_written_twice_are_an_agenda(world):
    publish(world)
    for number in range(NAMED + 2):
        world.measure(state="proposed", title=f"Förslag {number}")
        world.measure(state="ongoing", title=f"Sen {number}", due_on=timezone.localdate() - dt.timedelta(days=40))
    meeting = world.opened()
    keys = set(meeting.items.exclude(matter=None).values_list("matter__key", flat=True))
    assert {"more proposed", "more measures"} <= keys
    assert len([key for key in keys if key.startswith("coming ")]) == 1
    # Those that are only counted last as well: pushed below the others, a matter has not ended.
    folded = [one for one in noticed(world.coordinator, world.group, timezone.localdate()) if one.is_folded]
    assert len(folded) == 4


def test_what_has_ended_says_so_and_is_settled_in_one_press(world):
    promised = {"state": "accepted", "due_on": dt.date(2026, 1, 7), "asked_of": world.housing}
    late = make.CommitmentFactory(area=world.west, number=901, asked_by=world.municipality, **promised)
    meeting = world.opened()
    key = f"commitment {late.pk} late"
    assert meeting.items.get(matter__key=key).title.startswith("K-901")
    type(late).objects.filter(pk=late.pk).update(state=CommitmentState.WITHDRAWN)
    # Whoever sees a part of what happens here cannot know that it has ended; the coordinator can.
    leading.close_meeting(by=world.coordinator, meeting=meeting)
    following = world.opened()
    item = following.items.get(matter__key=key)
    assert item.title.startswith("Inte längre så: K-901")
    item = leading.open_item(by=world.coordinator, item=item)
    leading.settle(by=world.coordinator, item=item, outcome="information")
    last = world.next_one(following)
    assert not last.items.filter(matter__key=key).exists()


def test_judgements_on_protected_counts_stay_within_the_circle(world):
    place, picture = publish(world)
    expected = {f"above {world.west.pk} 7", f"above {world.west.pk} 8", f"above place {place.pk}"}
    assert expected <= set(of(world))
    # Somebody from outside the area's circle gets a seat.
    outside = world.people["council"].memberships.get()
    make.GroupMemberFactory(group=world.group, membership=outside, collaboration=world.here)
    seen = set(of(world))
    assert f"above {world.west.pk} 8" in seen
    assert not seen & {f"above {world.west.pk} 7", f"above place {place.pk}"}
    seen = set(of(world, council_of(world)))
    assert f"above {world.west.pk} 8" in seen
    assert not seen & {f"above {world.west.pk} 7", f"above place {place.pk}"}
    # A picture that has decided nothing for others tells them nothing.
    Picture.objects.filter(pk=picture.pk).delete()
    publish(world, protection={})
    assert not [key for key in of(world) if key.startswith("above ")]


def test_how_many_have_not_reported_is_told_and_not_who(world):
    unit = make.UnitFactory(organisation=make.OrganisationFactory(collaboration=world.here), name="Distrikt Söder")
    make.ReportingUnitFactory(unit=unit, areas=[world.west])
    (missing,) = [one for key, one in of(world).items() if key.startswith("missing ")]
    assert "1 enhet har inte svarat" in missing.title
    assert "Söder" not in missing.title


def test_the_councils_agenda_has_every_decision_its_page_asks_for(world):
    council = council_of(world)
    world.measure(title="Ny kamera", state="proposed", level="strategic")
    world.measure(title="Lokal sak", state="proposed", level="tactical")
    asked = council_facts(world.people["council"], world.here).decisions
    assert {one.thing.title for one in asked} >= {"Ny kamera", world.plan.title}
    found = of(world, council).values()
    assert {(one.about_kind, one.about_id) for one in found if "undecided" in one.key or "proposed" in one.key} == {
        (kind, int(pk)) for kind, pk in (one.thing.about.split("-") for one in asked)
    }


def test_an_answer_of_this_morning_is_not_on_the_agenda(world, client):
    asked = {"area": world.west, "asked_by": world.municipality, "asked_of": world.housing, "measure": None}
    asked["answer"] = "Ingen tid."
    now = timezone.now()
    old = make.CommitmentFactory(number=901, state="declined", answered_at=now - dt.timedelta(days=4), **asked)
    new = make.CommitmentFactory(number=902, state="declined", answered_at=now, **asked)
    seen = set(of(world))
    assert f"commitment {old.pk} declined" in seen
    assert f"commitment {new.pk} declined" not in seen
    meeting = world.planned()
    client.force_login(world.coordinator)
    page = client.get(reverse("meeting", args=["ekstad", meeting.number])).content.decode()
    assert "K-901" in page
    assert "K-902" not in page
