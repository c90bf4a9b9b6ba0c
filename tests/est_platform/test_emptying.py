"""What a transactional test has written is gone before the next one, and nothing else is."""

from __future__ import annotations

import threading

import pytest
from django.apps import apps
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.core.management import call_command
from django.db import connection, transaction
from django.utils import timezone

from areas.models import Area
from audit.models import DaySeal, Event
from incidents.models import Incident
from situational_picture.models import Picture
from tests import emptying
from tests import factories as make
from tests.world import World

pytestmark = pytest.mark.django_db(transaction=True)


def rows():
    """Every row of every model."""
    models = [model for model in apps.get_models(include_auto_created=True) if model._meta.managed]
    return {model._meta.label: sorted(map(str, model._default_manager.values_list())) for model in models}


def kept():
    return {label: found for label, found in rows().items() if found}


@pytest.fixture
def used():
    """A database with something in it, also in tables that refuse to let a row go."""
    world = World()
    make.EventFactory()
    make.DaySealFactory()
    make.PictureFactory(
        area=world.west,
        collaboration=world.here,
        status=Picture.Status.PUBLISHED,
        version=1,
        figures={},
        published_at=timezone.now(),
        published_by=world.people["coordinator"],
    )
    return world


@pytest.mark.parametrize("is_large", [False, True])
def test_only_what_every_migrated_database_holds_is_left(used, monkeypatch, is_large):
    before = {model: model.objects.count() for model in (Incident, Event, DaySeal)}
    assert all(before.values())
    if is_large:
        monkeypatch.setattr(emptying, "MANY_PAGES", 0)
    emptying.empty(connection)
    assert set(kept()) == {"auth.Permission", "contenttypes.ContentType"}


def test_it_leaves_what_a_flush_leaves(used):
    def names():
        models = sorted(ContentType.objects.values_list("app_label", "model"))
        return models, sorted(Permission.objects.values_list("content_type__model", "codename"))

    emptying.empty(connection)
    left = names()
    call_command("flush", verbosity=0, interactive=False, reset_sequences=False)
    assert names() == left
    assert len(left[0]) > 40


def test_foreign_keys_and_locked_rows_hold_again_afterwards(used):
    emptying.empty(connection)
    with connection.cursor() as cursor:
        cursor.execute("SHOW session_replication_role")
        assert cursor.fetchone() == ("origin",)
    event = make.EventFactory()
    with pytest.raises(Exception, match="append-only"):
        event.delete()


def test_it_waits_for_whoever_still_writes(used):
    """A page that was left while the server still stored what it had sent."""
    has_written, may_end = threading.Event(), threading.Event()

    def write():
        try:
            with transaction.atomic():
                make.CollaborationFactory(slug="sen")
                has_written.set()
                assert may_end.wait(30)
        finally:
            connection.close()

    writer = threading.Thread(target=write)
    writer.start()
    assert has_written.wait(30)
    emptier = threading.Thread(target=lambda: (emptying.empty(connection), connection.close()))
    emptier.start()
    emptier.join(0.5)
    assert emptier.is_alive()
    may_end.set()
    writer.join()
    emptier.join(30)
    assert set(kept()) == {"auth.Permission", "contenttypes.ContentType"}


def test_whoever_reads_one_table_and_then_another_is_not_in_its_way(used):
    """With some tables locked and waiting for the next, it would wait for a page that waits for the first."""
    has_read, may_go_on = threading.Event(), threading.Event()
    found = []

    def read():
        try:
            with transaction.atomic():
                found.append(Picture.objects.count())
                has_read.set()
                assert may_go_on.wait(30)
                found.append(Area.objects.count())
        finally:
            connection.close()

    reader = threading.Thread(target=read)
    reader.start()
    assert has_read.wait(30)
    emptier = threading.Thread(target=lambda: (emptying.empty(connection), connection.close()))
    emptier.start()
    emptier.join(0.5)
    may_go_on.set()
    reader.join(30)
    emptier.join(30)
    assert len(found) == 2
    assert all(found)
    assert set(kept()) == {"auth.Permission", "contenttypes.ContentType"}
