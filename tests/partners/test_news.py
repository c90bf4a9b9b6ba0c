"""What is new for somebody: who is told, what they see of it, and what is read."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from areas.models import AreaScope
from partners import notifications
from partners.models import Membership, Notification, User
from partners.notifications import queries
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def told(world):
    """A measure in West and one in East, told to everybody who reads either."""
    world.in_west = make.MeasureFactory(plan=make.PlanFactory(area=world.west), title="Belys torget")
    world.in_east = make.MeasureFactory(plan=make.PlanFactory(area=world.east), title="Stäng garaget")
    for measure in (world.in_west, world.in_east):
        tell(measure, *[who for who in world.people if who != "stranger"], world=world)
    return world


def tell(measure, *who, world, **more):
    people = [world.people[one] for one in who]
    return notifications.tell("measures", people, subject=measure, what=more.pop("what", "decided"), **more)


def fresh(world, who):
    return User.objects.get(pk=world.people[who].pk)


def on_page(client, world, who, show="?show=all"):
    client.force_login(fresh(world, who))
    page = client.get(reverse("news", args=["ekstad"]) + show).content.decode()
    return {int(pk) for pk in re.findall(r'data-news="(\d+)"', page)}, page


def rows_of(world, who, measure):
    return set(
        Notification.objects.filter(person=world.people[who], subject_id=measure.pk).values_list("pk", flat=True)
    )


# --- Who is told ------------------------------------------------------------------------------------------------------


def test_whoever_did_it_is_not_told_nor_whoever_has_left_or_stands_outside(world):
    measure = make.MeasureFactory(plan=make.PlanFactory(area=world.west))
    Membership.objects.filter(user=world.people["council"]).update(valid_to=timezone.localdate())
    User.objects.filter(pk=world.people["coach"].pk).update(is_active=False)
    User.objects.filter(pk=world.people["security_lead"].pk).update(is_service=True)
    who = ["police", "coordinator", "council", "coach", "security_lead", "stranger"]
    assert tell(measure, *who, world=world, by=world.people["coordinator"]) == 1
    assert Notification.objects.get().person == world.people["police"]


def test_told_twice_under_one_key_is_told_once_and_without_a_key_each_is_an_event(told):
    before = Notification.objects.count()
    for _time in range(3):
        tell(told.in_west, "police", world=told, key="v1")
    assert Notification.objects.count() == before + 1
    for _time in range(2):
        tell(told.in_west, "police", world=told)
    assert Notification.objects.count() == before + 3


def test_a_topic_nobody_has_registered_is_an_error_where_it_is_told(told):
    with pytest.raises(LookupError):
        notifications.tell("no such topic", [told.people["police"]], subject=told.in_west)


@pytest.mark.parametrize("named_by", ["themselves", "the group"])
def test_while_somebody_is_away_their_deputy_is_told_too_and_sees_what_the_deputy_may_see(client, world, named_by):
    measure = make.MeasureFactory(plan=make.PlanFactory(area=world.west))
    away = world.people["police"].memberships.get()
    near, far = (
        make.MembershipFactory(organisation=world.police_authority, role=away.role, collaboration=world.here)
        for _one in range(2)
    )
    world.people.update(near=near.user, far=far.user)
    make.AreaScopeFactory(membership=near, area=world.west)
    group = make.GroupFactory(collaboration=world.here)
    make.GroupMemberFactory(group=group, membership=away, deputy=far)
    tell(measure, "police", world=world, group=group)
    assert Notification.objects.count() == 1
    make.AbsenceFactory(membership=away, deputy=near)
    tell(measure, "police", world=world, group=group if named_by == "the group" else None)
    deputy, other = ("far", "near") if named_by == "the group" else ("near", "far")
    row = Notification.objects.get(person=world.people[deputy])
    assert row.stands_in_for == world.people["police"]
    assert not Notification.objects.filter(person=world.people[other]).exists()
    # The area is in the one deputy's role and not in the other's.
    shown, page = on_page(client, world, deputy)
    assert shown == ({row.pk} if deputy == "near" else set())
    assert ("Du ersätter" in page) == (deputy == "near")


# --- What is shown ----------------------------------------------------------------------------------------------------


def test_each_sees_on_the_page_what_they_may_see_and_the_menu_says_how_much(client, told):
    sees = {
        "police": [told.in_west], "other_housing": [told.in_east], "coordinator": [told.in_west, told.in_east],
        "administrator": [], "data_protection": [],
    }  # fmt: skip
    for who, measures in sees.items():
        expected = {pk for measure in measures for pk in rows_of(told, who, measure)}
        assert len(expected) == len(measures)
        shown, page = on_page(client, told, who)
        assert shown == expected, who
        assert ("Belys torget" in page, "Stäng garaget" in page) == (
            told.in_west in measures,
            told.in_east in measures,
        )
        # On the same page, and on the next one.
        for here in (page, client.get(reverse("my_access", args=["ekstad"])).content.decode()):
            (line,) = re.findall(r'<a href="/ekstad/news/"[^>]*>(.*?)</a>', here)
            assert (f">{len(measures)}<" in line) == bool(measures), who


def test_what_can_no_longer_be_seen_is_gone_from_page_and_menu_and_comes_back_with_the_right_to_see_it(client, told):
    (pk,) = rows_of(told, "police", told.in_west)
    assert on_page(client, told, "police")[0] == {pk}
    scope = AreaScope.objects.get(membership__user=told.people["police"])
    scope.delete()
    shown, page = on_page(client, told, "police")
    assert shown == set()
    assert "Belys torget" not in page
    assert queries.number_in_menu(fresh(told, "police"), told.here) == ""
    assert client.get(reverse("news_open", args=["ekstad", pk])).status_code == 404
    assert Notification.objects.get(pk=pk).read_at is None
    make.AreaScopeFactory(membership=scope.membership, area=told.west)
    assert on_page(client, told, "police")[0] == {pk}
    assert queries.number_in_menu(fresh(told, "police"), told.here) == "1"


def test_a_row_leads_to_what_it_is_about_and_has_then_been_read(client, told):
    (pk,) = rows_of(told, "police", told.in_west)
    client.force_login(told.people["police"])
    answer = client.get(reverse("news_open", args=["ekstad", pk]))
    assert answer.url == reverse("measure_detail", args=["ekstad", told.in_west.pk])
    assert Notification.objects.get(pk=pk).read_at is not None
    assert on_page(client, told, "police", "")[0] == set()
    assert on_page(client, told, "police")[0] == {pk}


def test_one_press_marks_one_row_another_all_that_were_there_and_never_somebody_elses(client, told):
    tell(told.in_west, "police", world=told, what="ongoing")
    first, second = sorted(rows_of(told, "police", told.in_west))
    client.force_login(told.people["police"])
    assert client.post(reverse("news_read", args=["ekstad", first])).url == "/ekstad/news/"
    assert list(Notification.objects.filter(read_at__isnull=False).values_list("pk", flat=True)) == [first]
    opened = timezone.now()
    tell(told.in_west, "police", world=told, what="paused", at=opened + dt.timedelta(seconds=1))
    client.post(reverse("news_read_all", args=["ekstad"]), {"until": opened.isoformat(), "show": "all"})
    read = set(Notification.objects.filter(read_at__isnull=False).values_list("pk", flat=True))
    # The one of East was told to the police too, who cannot see it.
    assert read == {first, second} | rows_of(told, "police", told.in_east)
    (latest,) = Notification.objects.filter(person=told.people["police"], read_at=None)
    assert latest.what == "paused"
    client.force_login(told.people["security_lead"])
    assert client.post(reverse("news_read", args=["ekstad", latest.pk])).status_code == 404
    for wrong in ("nonsense", "2026-13-45T00:00:00Z", "2026-01-01T00:00:00"):
        assert client.post(reverse("news_read_all", args=["ekstad"]), {"until": wrong}).status_code == 302
    assert Notification.objects.filter(pk=latest.pk, read_at=None).exists()


def test_the_number_in_the_menu_costs_no_question_and_the_page_as_many_for_one_row_as_for_thirty(client, told):
    client.force_login(told.people["police"])

    def asked(address):
        with CaptureQueriesContext(
            connection,
        ) as found:
            client.get(address)
        return [query["sql"] for query in found.captured_queries]

    other, page = reverse("my_access", args=["ekstad"]), reverse("news", args=["ekstad"])
    asked(page)
    about = [sql for sql in asked(other) if "partners_notification" in sql]
    assert len(about) == 1
    assert "partners_membership" in about[0]
    few = len(asked(page))
    for number in range(40):
        tell(told.in_west, "police", world=told, key=f"{number}")
    assert len(asked(page)) == few
    assert queries.number_in_menu(fresh(told, "police"), told.here) == "41"
    # And for whoever stands outside nothing is counted that others were told.
    assert queries.number_in_menu(fresh(told, "stranger"), told.here) == ""
