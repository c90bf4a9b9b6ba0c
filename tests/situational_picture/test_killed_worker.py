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
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import quote, urlencode

import psutil
import pytest
import redis
from celery import Celery
from django.conf import settings
from django.db import connection
from django.utils import timezone

from analysis.periods import Period
from incidents.changes import announce
from situational_picture import actions, building, figures, queries, tasks
from situational_picture.models import Picture, Rebuild
from tests import factories as make

# Two starts of Django and Celery each time.
pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]

PATIENCE_S = 120


def wait_until(is_so: Callable[[], object], what: str) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not is_so():
        assert time.monotonic() < deadline, f"Waited {PATIENCE_S} s in vain until {what}."
        time.sleep(0.05)


def address_of_test_database() -> str:
    known = connection.settings_dict
    query = {**known["OPTIONS"], "host": known["HOST"], "port": str(known["PORT"])}
    words = urlencode({key: value for key, value in query.items() if isinstance(value, str) and value})
    return f"postgresql://{quote(known['USER'])}:{quote(known['PASSWORD'])}@/{quote(known['NAME'])}?{words}"


class Workers:
    """Celery workers of this test alone: they share its database and, in Redis, only its own prefix."""

    def __init__(self, logs: Path) -> None:
        self.prefix = f"est-killed-{uuid.uuid4().hex[:12]}"
        self.logs = logs
        self.running: list[subprocess.Popen[bytes]] = []
        self.app = Celery("sender", broker=settings.CELERY_BROKER_URL, set_as_current=False)
        self.app.conf.broker_transport_options = {"global_keyprefix": f"{self.prefix}:"}

    def start(self) -> subprocess.Popen[bytes]:
        url = settings.REDIS_URL
        env = {**os.environ, "DATABASE_URL": address_of_test_database(), "REDIS_URL": url, "REDIS_PREFIX": self.prefix}
        command = ["-m", "celery", "-A", "est_platform", "worker", "--pool=prefork", "--concurrency=1",
                   "--without-gossip", "--without-mingle", "--loglevel=INFO"]  # fmt: skip
        with (self.logs / f"worker-{len(self.running)}.log").open("wb") as log:
            worker = subprocess.Popen(
                [sys.executable, *command], cwd=settings.BASE_DIR, env=env, stdout=log, stderr=log,
                start_new_session=True,
            )  # fmt: skip
        self.running.append(worker)
        return worker

    def send(self, task: str, *args: object) -> None:
        self.app.send_task(task, args)

    def stop(self) -> None:
        for worker in self.running:
            with suppress(ProcessLookupError):
                os.killpg(worker.pid, signal.SIGKILL)
            worker.wait()
        self.app.close()
        with redis.Redis.from_url(settings.REDIS_URL.replace("redis+socket://", "unix://")) as client:
            for key in client.scan_iter(f"*{self.prefix}*"):
                client.delete(key)
        # What the killed ones left in the database would stand in the way of emptying it.
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND pid <> pg_backend_pid()",
                [connection.settings_dict["NAME"]],
            )


@pytest.fixture
def workers(transactional_db, tmp_path, monkeypatch) -> Iterator[Workers]:
    workers = Workers(tmp_path)
    monkeypatch.setattr(
        tasks.rebuild_area, "apply_async", lambda args, **how: workers.send(tasks.rebuild_area.name, *args)
    )
    try:
        yield workers
    finally:
        workers.stop()


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


def backends_waiting() -> int:
    return ask("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'")


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

    with halted_at(area, periods[2]):
        announce(world.here.pk, {area.pk})
        wait_until(lambda: backends_waiting() and locks_on(area), "the worker waits at the third picture")
        state = Rebuild.objects.get(area=area)
        assert (state.built, state.wanted, state.step, state.steps) == (0, 1, 2, 6)
        assert [p.period for p in Picture.objects.filter(area=area).order_by("pk")] == periods[:2]

        if killed == "the whole worker":
            os.killpg(worker.pid, signal.SIGKILL)
            worker.wait()
        else:
            os.kill(process_that_rebuilds(worker), signal.SIGKILL)

    wait_until(lambda: not locks_on(area), "PostgreSQL has given back the lock of the dead")
    state = Rebuild.objects.get(area=area)
    assert state.is_waiting, "What the killed worker did not finish must not count as built."
    # A change that comes while nobody works is taken in as well.
    make.IncidentFactory(organisation=world.housing, area=area, category=world.vandalism, at=timezone.now())
    announce(world.here.pk, {area.pk})

    if killed == "the whole worker":
        workers.start()
    Rebuild.objects.update(wanted_at=timezone.now() - dt.timedelta(minutes=2))
    workers.send(tasks.pick_up_forgotten_rebuilds.name)
    wait_until(lambda: not Rebuild.objects.filter(area=area).get().is_waiting, "the rebuild is finished")

    pictures = Picture.objects.filter(area=area)
    assert sorted(p.period.code for p in pictures) == sorted(period.code for period in periods)
    assert not pictures.filter(computed_at=None).exists()
    data = building.AreaData(area, timezone.localdate())
    for picture in pictures:
        assert picture.figures == as_stored(data.figures_for(picture.period))
        assert picture.data_fingerprint == queries.fingerprint(area, picture.period)
    state = Rebuild.objects.get(area=area)
    assert (state.built, state.wanted, state.step, state.steps) == (2, 2, 0, 0)
    wait_until(lambda: not locks_on(area), "the lock is free")

    # The same changes concern the town the area is a part of.
    wait_until(lambda: not Rebuild.objects.get(area=world.town).is_waiting, "the larger area is rebuilt as well")
    assert Picture.objects.filter(area=world.town).count() == 6
    # Celery hands out the killed one's task once more later on: by then there is nothing left to do.
    stored = list(pictures.order_by("pk").values_list("pk", "computed_at"))
    assert actions.carry_out_rebuild(area.pk) == 0
    assert list(pictures.order_by("pk").values_list("pk", "computed_at")) == stored
