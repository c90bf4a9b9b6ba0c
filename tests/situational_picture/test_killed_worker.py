"""A real worker is killed in the middle of a rebuild: nothing is lost, nothing is there twice, another one finishes.

The middle is made certain from outside: the test has inserted the third of the area's pictures and not committed, so
that the worker waits at that row, after two pictures are stored.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

import psutil
import pytest
from django.db import connection
from django.utils import timezone

from analysis.periods import Period
from incidents.changes import announce
from situational_picture import actions, building, figures, queries, tasks
from situational_picture.models import Picture, Rebuild
from tests import factories as make
from tests.servers.workers import Workers, backends_waiting, is_connected, running_workers

# Two starts of Django and Celery each time.
pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def workers(transactional_db, tmp_path, monkeypatch) -> Iterator[Workers]:
    with running_workers(tmp_path) as workers:
        monkeypatch.setattr(
            tasks.rebuild_area, "apply_async", lambda args, **how: workers.send(tasks.rebuild_area.name, *args)
        )
        yield workers


@pytest.fixture
def world(transactional_db):
    from tests.world import World

    return World()


@contextmanager
def halted_at(area, period: Period) -> Iterator[None]:
    """Until this ends, whoever wants to store this picture has to wait; afterwards it is as if nothing had been."""
    other = connection.copy()
    other.set_autocommit(False)
    try:
        with other.cursor() as cursor:
            cursor.execute(
                "INSERT INTO situational_picture_picture (collaboration_id, area_id, period_kind, period_start,"
                " period_end, status, version, data_fingerprint, code_version)"
                " VALUES (%s, %s, %s, %s, %s, 'draft', 0, '', '')",
                [area.collaboration_id, area.pk, str(period.kind), period.start, period.end],
            )
        yield
    finally:
        other.rollback()
        other.close()


def ask(sql: str, *params: object) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return int(cursor.fetchone()[0])


def storing() -> list[int]:
    """The connections that wait to store a picture another one has inserted."""
    return backends_waiting(f'INSERT INTO "{Picture._meta.db_table}"')


def locks_on(area) -> int:
    return ask(
        "SELECT count(*) FROM pg_locks JOIN pg_database d ON d.oid = database WHERE datname = current_database()"
        " AND locktype = 'advisory' AND objid = %s",
        area.pk,
    )


def periods_of(area) -> list[Period]:
    today = timezone.localdate()
    return building.standard_periods(figures.source_of(queries.months_by_source(area.collaboration), today), today)


def process_that_rebuilds(worker: subprocess.Popen[bytes]) -> int:
    """The one pool process; the main one only hands out tasks."""
    (child,) = psutil.Process(worker.pid).children()
    return int(child.pid)


def as_stored(values: dict[str, object]) -> object:
    """Through JSON and back, as a picture's figures go."""
    return json.loads(json.dumps(values))


@pytest.mark.parametrize("killed", ["the whole worker", "only the process that rebuilds"])
def test_killed_in_the_middle_of_a_rebuild(world, workers, killed):
    area = world.west
    make.IncidentFactory(organisation=world.housing, area=area, category=world.vandalism, at=timezone.now())
    periods = periods_of(area)
    worker = workers.start()

    # Whoever takes over, be it at once, comes as far as the fourth picture.
    with halted_at(area, periods[3]):
        with halted_at(area, periods[2]):
            announce(world.here.pk, {area.pk})
            workers.wait_until(lambda: storing() and locks_on(area), "the worker waits at the third picture")
            (waiting,) = storing()
            state = Rebuild.objects.get(area=area)
            assert (state.built, state.wanted, state.step, state.steps) == (0, 1, 2, 6)
            assert [p.period for p in Picture.objects.filter(area=area).order_by("pk")] == periods[:2]

            if killed == "the whole worker":
                workers.kill(worker)
            else:
                os.kill(process_that_rebuilds(worker), signal.SIGKILL)

        workers.wait_until(lambda: not is_connected(waiting), "PostgreSQL has given back what the dead one held")
        assert Rebuild.objects.get(area=area).is_waiting, (
            "What the killed worker did not finish must not count as built."
        )
    # A change that comes while nobody works is taken in as well.
    make.IncidentFactory(organisation=world.housing, area=area, category=world.vandalism, at=timezone.now())
    announce(world.here.pk, {area.pk})

    if killed == "the whole worker":
        workers.start()
    Rebuild.objects.update(wanted_at=timezone.now() - dt.timedelta(minutes=2))
    workers.send(tasks.pick_up_forgotten_rebuilds.name)
    workers.wait_until(lambda: not Rebuild.objects.filter(area=area).get().is_waiting, "the rebuild is finished")

    pictures = Picture.objects.filter(area=area)
    assert sorted(p.period.code for p in pictures) == sorted(period.code for period in periods)
    assert not pictures.filter(computed_at=None).exists()
    data = building.AreaData(area, timezone.localdate())
    for picture in pictures:
        assert picture.figures == as_stored(data.figures_for(picture.period))
        assert picture.data_fingerprint == queries.fingerprint(area, picture.period)
    state = Rebuild.objects.get(area=area)
    assert (state.built, state.wanted, state.step, state.steps) == (2, 2, 0, 0)
    workers.wait_until(lambda: not locks_on(area), "the lock is free")

    # The same changes concern the town the area is a part of.
    workers.wait_until(
        lambda: not Rebuild.objects.get(area=world.town).is_waiting, "the larger area is rebuilt as well"
    )
    assert Picture.objects.filter(area=world.town).count() == 6
    # Celery hands out the killed one's task once more later on: by then there is nothing left to do.
    stored = list(pictures.order_by("pk").values_list("pk", "computed_at"))
    assert actions.carry_out_rebuild(area.pk) == 0
    assert list(pictures.order_by("pk").values_list("pk", "computed_at")) == stored
