"""The default tree, and how categories change over time."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from audit.models import Event
from common.errors import NotAllowed, NotPossible
from incidents import actions, changes
from incidents.categories import DEFAULT_TREE, create_default_categories
from incidents.models import Category
from tests import factories as make
from tests.at_once import at_once
from tests.world import World

TODAY = dt.date(2026, 11, 3)


def test_a_new_collaboration_gets_the_whole_tree_once():
    codes = [leaf.code for branch in DEFAULT_TREE for leaf in branch.leaves]
    assert len(codes) == len(set(codes)) == 22
    assert "NOL" not in codes


@pytest.mark.django_db
def test_creating_the_tree_again_changes_nothing():
    collaboration = make.CollaborationFactory()
    made = create_default_categories(collaboration)
    assert made == Category.objects.filter(collaboration=collaboration).count() == 22 + len(DEFAULT_TREE)
    Category.objects.filter(collaboration=collaboration, code="SKA").update(name_sv="Sönderslaget")
    assert create_default_categories(collaboration) == 0
    ska = Category.objects.get(collaboration=collaboration, code="SKA")
    assert (ska.name_sv, ska.parent.code, ska.common_code) == ("Sönderslaget", "SKADA", "SKA")
    sensitive = Category.objects.filter(collaboration=collaboration, is_sensitive=True)
    assert {"NAR", "VAP"} <= set(sensitive.values_list("code", flat=True))


@pytest.mark.parametrize("who", ["reporter", "security_lead", "police", "council", "data_protection", "stranger"])
def test_only_coordinators_and_administrators_change_categories(world, who):
    for act in (
        lambda by: actions.create_category(
            category=Category(collaboration=world.here, code=f"N{by.pk}", name_sv="Ny"), by=by
        ),
        lambda by: actions.change_category(category=world.drugs, by=by, name_sv="Droger"),
        lambda by: actions.close_category(category=world.drugs, by=by, on=timezone.localdate()),
    ):
        with pytest.raises(NotAllowed):
            act(world.people[who])
        act(world.people["coordinator" if who == "reporter" else "administrator"])


def test_a_renaming_is_recorded_and_reports_keep_the_category(world):
    actions.change_category(
        category=world.vandalism, by=world.people["coordinator"], name_sv="Skadegörelse och klotter"
    )
    event = Event.objects.get(action="category_changed")
    assert event.details["changed"] == {"name_sv": ["Skadegörelse", "Skadegörelse och klotter"]}
    world.by_reporter.refresh_from_db()
    assert world.by_reporter.category.name_sv == "Skadegörelse och klotter"


def test_what_does_not_change_is_not_recorded(world):
    actions.change_category(category=world.vandalism, by=world.people["coordinator"], name_sv="Skadegörelse")
    assert not Event.objects.filter(action="category_changed").exists()


def test_the_code_never_changes(world):
    with pytest.raises(NotPossible):
        actions.change_category(category=world.vandalism, by=world.people["coordinator"], code="XXX")


def test_a_code_is_used_once(world):
    with pytest.raises(ValidationError):
        actions.create_category(
            category=Category(collaboration=world.here, code="SKA", name_sv="Ny"), by=world.people["coordinator"]
        )


def test_when_an_event_becomes_a_condition_the_pictures_are_told(world, monkeypatch):
    heard = []
    monkeypatch.setattr(changes, "listeners", [lambda collaboration, areas: heard.append(areas)])
    actions.change_category(category=world.drugs, by=world.people["coordinator"], name_sv="Droger")
    assert heard == []
    actions.change_category(category=world.drugs, by=world.people["coordinator"], kind=Category.Kind.CONDITION)
    assert heard == [{world.west.pk}]


def test_a_closed_category_is_kept_by_its_reports_and_opens_again(world):
    by, today = world.people["coordinator"], timezone.localdate()
    closed = actions.close_category(category=world.vandalism, by=by, on=today)
    assert closed not in Category.objects.in_use(today)
    assert closed in Category.objects.in_use(today - dt.timedelta(days=1))
    world.by_reporter.refresh_from_db()
    assert world.by_reporter.category == closed
    with pytest.raises(NotPossible):
        actions.close_category(category=closed, by=by, on=today)
    assert actions.reopen_category(category=closed, by=by) in Category.objects.in_use(today)


def test_a_category_cannot_close_before_reports_that_have_it(world):
    by = world.people["coordinator"]
    with pytest.raises(NotPossible) as refusal:
        actions.close_category(category=world.vandalism, by=by, on=world.by_reporter.occurred_on)
    assert refusal.value.code == "used_later"
    day_after = world.by_reporter.occurred_on + dt.timedelta(days=1)
    assert actions.close_category(category=world.vandalism, by=by, on=day_after).valid_to == day_after


def test_a_used_category_is_not_deleted_and_an_unused_one_is(world):
    by = world.people["coordinator"]
    with pytest.raises(NotPossible) as refusal:
        actions.delete_category(category=world.vandalism, by=by)
    assert refusal.value.code == "used"
    unused = make.CategoryFactory(collaboration=world.here)
    actions.delete_category(category=unused, by=by)
    assert not Category.objects.filter(pk=unused.pk).exists()


def test_a_heading_is_neither_closed_nor_deleted_while_something_stands_under_it(world):
    by = world.people["coordinator"]
    heading = make.CategoryFactory(collaboration=world.here)
    below = make.CategoryFactory(collaboration=world.here, parent=heading)
    with pytest.raises(NotPossible):
        actions.close_category(category=heading, by=by, on=TODAY)
    with pytest.raises(NotPossible):
        actions.delete_category(category=heading, by=by)
    actions.delete_category(category=below, by=by)
    actions.close_category(category=heading, by=by, on=TODAY)


def test_a_category_stands_under_a_heading_and_never_deeper(world):
    by, heading = world.people["coordinator"], make.CategoryFactory(collaboration=world.here)
    under = make.CategoryFactory(collaboration=world.here, parent=heading)
    make.CategoryFactory(collaboration=world.here, parent=world.vandalism)
    for category, parent in (
        (world.vandalism, heading),  # has categories of its own
        (world.drugs, under),  # would stand on a third level
        (heading, heading),
        (world.drugs, world.foreign_category),
    ):
        with pytest.raises(NotPossible):
            actions.change_category(category=category, by=by, parent=parent)
    with pytest.raises(NotPossible):
        actions.create_category(
            category=Category(collaboration=world.here, code="NY", name_sv="Ny", parent=under), by=by
        )
    assert actions.change_category(category=world.drugs, by=by, parent=heading).parent == heading


@pytest.mark.django_db(transaction=True)
def test_a_code_sent_twice_at_once_is_entered_once():
    world = World()
    by = world.people["coordinator"]
    answers = at_once(
        *[
            lambda: actions.create_category(
                category=Category(collaboration=world.here, code="BRA", name_sv="Brand"), by=by
            )
        ]
        * 3
    )
    assert [type(answer) for answer in answers].count(ValidationError) == 2
    assert Category.objects.filter(collaboration=world.here, code="BRA").count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_headings_moved_under_each_other_at_once_do_not_both_move():
    world = World()
    by = world.people["coordinator"]
    answers = at_once(
        lambda: actions.change_category(category=world.vandalism, by=by, parent=world.drugs),
        lambda: actions.change_category(category=world.drugs, by=by, parent=world.vandalism),
    )
    assert [type(answer) for answer in answers].count(NotPossible) == 1
