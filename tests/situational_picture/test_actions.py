"""Rebuilding and publishing, also when everything happens at once."""

import datetime as dt
import threading

import pytest
from django.db import connection, connections, transaction
from django.db.utils import DatabaseError
from django.utils import timezone

from analysis.periods import containing
from audit.models import Event
from common.errors import NotAllowed, NotPossible
from incidents.changes import announce
from incidents.models import Category, Incident
from situational_picture import actions, building, tasks
from situational_picture.models import Picture, Rebuild
from tests import factories as make


@pytest.fixture
def sent(monkeypatch):
    """The rebuilds sent to Celery, as area ids."""
    calls = []
    monkeypatch.setattr(tasks.rebuild_area, "apply_async", lambda args, countdown=0: calls.append(args[0]))
    return calls


def week_picture(world, area):
    return Picture.objects.get(
        area=area, period_kind="week", period_start=containing(timezone.localdate(), "week").start
    )


def test_many_changes_in_a_row_send_one_rebuild_for_each_area_and_what_it_belongs_to(
    world, sent, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        for _ in range(5):
            announce(world.here.pk, {world.west.pk})
    assert sorted(sent) == sorted([world.west.pk, world.town.pk])
    assert set(Rebuild.objects.values_list("area_id", "wanted")) == {(world.west.pk, 5), (world.town.pk, 5)}


def test_a_change_without_an_area_concerns_the_top(world, sent, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        announce(world.here.pk, {None})
    assert sent == [world.town.pk]


def test_a_rebuild_takes_everything_in_and_leaves_nothing_waiting(world, sent):
    announce(world.here.pk, {world.west.pk})
    assert actions.carry_out_rebuild(world.west.pk) == 1
    assert not Rebuild.objects.get(area=world.west).is_waiting
    before = sum(p.figures["total"]["count"] or 0 for p in Picture.objects.filter(area=world.west, period_kind="month"))
    make.IncidentFactory(organisation=world.housing, area=world.west, category=world.vandalism, at=timezone.now())
    announce(world.here.pk, {world.west.pk})
    actions.carry_out_rebuild(world.west.pk)
    after = sum(p.figures["total"]["count"] or 0 for p in Picture.objects.filter(area=world.west, period_kind="month"))
    assert after == before + 1


def test_running_again_changes_no_figure_and_adds_no_picture(world, sent):
    announce(world.here.pk, {world.west.pk})
    actions.carry_out_rebuild(world.west.pk)
    first = {p.pk: p.figures for p in Picture.objects.all()}
    announce(world.here.pk, {world.west.pk})
    actions.carry_out_rebuild(world.west.pk)
    assert {p.pk: p.figures for p in Picture.objects.all()} == first


def test_every_active_area_has_drafts_of_the_running_week_month_and_tertial(world):
    today = timezone.localdate()
    building.rebuild_area(world.west, today=today)
    running = {(p.period_kind, p.period_start) for p in Picture.objects.filter(area=world.west) if p.period_end > today}
    assert running == {(kind, containing(today, kind).start) for kind in ("week", "month", "tertial")}


def test_only_approved_events_of_the_area_are_counted(world):
    building.rebuild_area(world.west, today=timezone.localdate())
    counted = Incident.objects.counted().filter(area=world.west)
    tertials = Picture.objects.filter(area=world.west, period_kind="tertial")
    assert sum(p.figures["total"]["count"] or 0 for p in tertials) == counted.count()


def test_the_whole_adds_up_to_its_parts(world):
    building.rebuild_area(world.town, today=timezone.localdate())
    figures = Picture.objects.filter(area=world.town, period_kind="tertial").order_by("-period_end").first().figures
    assert sum(row["count"] for row in figures["subareas"]) == figures["total"]["count"]


def test_requests_beyond_the_kept_ones_are_forgotten_and_frozen_ones_stay(world):
    coordinator = world.people["coordinator"]
    building.rebuild_area(world.west, today=timezone.localdate())
    published = actions.publish_picture(by=coordinator, picture=week_picture(world, world.west))
    for weeks in range(10, 30):
        day = timezone.localdate() - dt.timedelta(weeks=weeks)
        asked = actions.request_picture(by=coordinator, area=world.west, period=containing(day, "week"))
        tasks.compute_picture(asked.pk)
    building.rebuild_area(world.west, today=timezone.localdate())
    assert Picture.objects.filter(area=world.west, version=0).count() == 6 + building.KEPT_ON_REQUEST
    assert Picture.objects.filter(pk=published.pk).exists()


def test_a_picture_asked_for_many_times_while_no_worker_ran_is_computed_once(world, monkeypatch):
    period = containing(timezone.localdate() - dt.timedelta(weeks=10), "week")
    asked = actions.request_picture(by=world.people["coordinator"], area=world.west, period=period)
    waiting, built = [], []
    monkeypatch.setattr(tasks.compute_picture, "delay", lambda *args, **kwargs: waiting.append((args, kwargs)))
    build_picture = building.build_picture
    monkeypatch.setattr(building, "build_picture", lambda *args: built.append(build_picture(*args)))
    for _minute in range(3):
        tasks.pick_up_forgotten_rebuilds()
    for args, kwargs in waiting:
        tasks.compute_picture(*args, **kwargs)
    assert [args for args, _ in waiting] == [(asked.pk,)] * 3
    assert built == [asked]
    # Somebody who asks again gets it computed anew.
    tasks.compute_picture(asked.pk)
    assert built == [asked, asked]


class TestPublishing:
    @pytest.fixture
    def draft(self, world):
        building.rebuild_area(world.west, today=timezone.localdate())
        return week_picture(world, world.west)

    def test_a_coordinator_freezes_the_figures(self, world, draft):
        published = actions.publish_picture(by=world.people["coordinator"], picture=draft)
        assert published.version == 1
        assert {key: value for key, value in published.figures.items() if key != "protection"} == draft.figures
        assert Event.objects.filter(action="picture_published").count() == 1

    @pytest.mark.parametrize("who", ["security_lead", "police", "council", "stranger", "reporter"])
    def test_nobody_else_can(self, world, draft, who):
        with pytest.raises(NotAllowed):
            actions.publish_picture(by=world.people[who], picture=draft)

    def test_new_incidents_change_the_draft_and_not_what_was_published(self, world, draft):
        published = actions.publish_picture(by=world.people["coordinator"], picture=draft)
        frozen = dict(published.figures)
        make.IncidentFactory(organisation=world.housing, area=world.west, category=world.vandalism, at=timezone.now())
        building.rebuild_area(world.west, today=timezone.localdate())
        published.refresh_from_db()
        draft.refresh_from_db()
        assert published.figures == frozen
        assert draft.figures["total"]["count"] == frozen["total"]["count"] + 1

    def test_what_has_changed_since_it_was_computed_is_looked_at_first(self, world, draft):
        make.IncidentFactory(organisation=world.housing, area=world.west, category=world.vandalism, at=timezone.now())
        with pytest.raises(NotPossible, match=r"Look at the new figures|Titta på de nya"):
            actions.publish_picture(by=world.people["coordinator"], picture=draft)
        building.rebuild_area(world.west, today=timezone.localdate())
        draft.refresh_from_db()
        assert actions.publish_picture(by=world.people["coordinator"], picture=draft).version == 1

    def test_a_category_that_has_become_another_kind_is_looked_at_first(self, world, draft):
        make.IncidentFactory(organisation=world.housing, area=world.west, category=world.vandalism, at=timezone.now())
        building.rebuild_area(world.west, today=timezone.localdate())
        draft.refresh_from_db()
        Category.objects.filter(pk=world.vandalism.pk).update(kind=Category.Kind.CONDITION)
        with pytest.raises(NotPossible, match=r"Look at the new figures|Titta på de nya"):
            actions.publish_picture(by=world.people["coordinator"], picture=draft)

    def test_the_database_refuses_to_change_what_is_published(self, world, draft):
        published = actions.publish_picture(by=world.people["coordinator"], picture=draft)
        with pytest.raises(DatabaseError, match="never changes"), transaction.atomic():
            Picture.objects.filter(pk=published.pk).update(figures={})

    def test_what_is_published_is_not_published_again_but_the_draft_is(self, world, draft):
        published = actions.publish_picture(by=world.people["coordinator"], picture=draft)
        with pytest.raises(NotPossible):
            actions.publish_picture(by=world.people["coordinator"], picture=published)
        building.rebuild_area(world.west, today=timezone.localdate())
        draft.refresh_from_db()
        assert actions.publish_picture(by=world.people["coordinator"], picture=draft).version == 2

    def test_the_same_figures_are_published_once(self, world, draft):
        actions.publish_picture(by=world.people["coordinator"], picture=draft)
        with pytest.raises(NotPossible, match=r"version 1"):
            actions.publish_picture(by=world.people["coordinator"], picture=draft)
        assert Picture.objects.filter(area=world.west, version__gt=0).count() == 1

    def test_a_picture_without_figures_waits(self, world):
        empty = make.PictureFactory(area=world.west)
        with pytest.raises(NotPossible):
            actions.publish_picture(by=world.people["coordinator"], picture=empty)


def in_parallel(work, times):
    """Run `work` in threads of their own, each with its own connection; return results and errors."""
    outcomes, start = [], threading.Barrier(times)

    def run():
        start.wait()
        try:
            outcomes.append(work())
        except Exception as error:
            outcomes.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run) for _ in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return outcomes


@pytest.mark.django_db(transaction=True)
def test_rebuilding_twice_at_once_gives_one_set_of_pictures(transactional_db, sent):
    from tests.world import World

    world = World()
    announce(world.here.pk, {world.west.pk})
    outcomes = in_parallel(lambda: actions.carry_out_rebuild(world.west.pk), 3)
    assert not [outcome for outcome in outcomes if isinstance(outcome, Exception)]
    assert Picture.objects.filter(area=world.west).count() == 6
    assert not Rebuild.objects.get(area=world.west).is_waiting


@pytest.mark.django_db(transaction=True)
def test_six_people_publishing_the_same_figures_at_once_make_one_version(transactional_db, sent):
    from tests.world import World

    world = World()
    building.rebuild_area(world.west, today=timezone.localdate())
    draft = week_picture(world, world.west)
    outcomes = in_parallel(lambda: actions.publish_picture(by=world.people["coordinator"], picture=draft).version, 6)
    assert outcomes.count(1) == 1
    assert sum(isinstance(outcome, NotPossible) for outcome in outcomes) == 5
    assert Picture.objects.filter(area=world.west, version__gt=0).count() == 1


@pytest.mark.django_db(transaction=True)
def test_changes_announced_at_once_are_all_counted(transactional_db, sent):
    from tests.world import World

    world = World()

    def change():
        with transaction.atomic():
            announce(world.here.pk, {world.west.pk})

    assert in_parallel(change, 8) == [None] * 8
    assert Rebuild.objects.get(area=world.west).wanted == 8


def test_a_lock_left_by_nobody_is_free(world, sent):
    announce(world.here.pk, {world.west.pk})
    assert actions.carry_out_rebuild(world.west.pk) == 1
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_locks JOIN pg_database ON pg_database.oid = database "
            "WHERE locktype = 'advisory' AND datname = current_database()"
        )
        assert cursor.fetchone()[0] == 0
