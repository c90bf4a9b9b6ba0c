"""A worker, or whoever adopts, is killed in the middle of an evaluation: nothing is half, lost or there twice.

The middle is made certain from outside: a trigger lets one write wait for a lock that the test holds.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone

from action_plans.models import Measure, MeasureMove
from audit.models import Event
from followup import tasks
from followup.evaluations import actions, computing, rules
from followup.models import EvaluatedMeasure, Evaluation, EvaluationCheck, PlaceboRun
from tests.followup.evaluated import JUDGED, EvaluatedWorld
from tests.servers.workers import address_of_test_database, backends_waiting, is_connected, running_workers

# Four starts of Django and Celery, and one of Django.
pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]

LOCK = 20_261_123
ADOPTS = """
import django; django.setup()
import datetime as dt
from followup.evaluations.actions import adopt
from followup.models import Evaluation
from partners.models import Group, User
one = Evaluation.objects.get()
adopt(by=User.objects.get(pk={by}), evaluation=one, group=Group.objects.get(pk={group}), row_version=one.row_version,
      seen=one.headline, today=dt.date({today:%Y, %-m, %-d}))
"""


@contextmanager
def halted(model, write: str, when: str = "true") -> Iterator[None]:
    """Until this ends, whoever writes such a row waits just before it is stored."""
    table = model._meta.db_table
    other = connection.copy()
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE OR REPLACE FUNCTION test_halt() RETURNS trigger LANGUAGE plpgsql AS"
            f" $$ BEGIN PERFORM pg_advisory_xact_lock({LOCK}); RETURN NEW; END $$"
        )
        cursor.execute(
            f"CREATE TRIGGER test_halt BEFORE {write} ON {table} FOR EACH ROW WHEN ({when})"
            " EXECUTE FUNCTION test_halt()"
        )
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        yield
    finally:
        other.close()
        with connection.cursor() as cursor:
            cursor.execute(f"DROP TRIGGER test_halt ON {table}")
            cursor.execute("DROP FUNCTION test_halt")


def as_stored(figures: dict[str, object]) -> object:
    return json.loads(json.dumps(figures))


def half_years(evaluation: Evaluation) -> int:
    """How many have ended since the last day counted."""
    ends = [rules.check_until(evaluation, number) for number in range(1, rules.MOST_CHECKS + 1)]
    return sum(end < timezone.localdate() for end in ends if end)


def waiting_at(model, write: str) -> list[int]:
    start = f'INSERT INTO "{model._meta.db_table}"' if write == "INSERT" else f'UPDATE "{model._meta.db_table}"'
    return backends_waiting(start)


@contextmanager
def killed_at(workers, kill, model, write: str, when: str = "true") -> Iterator[None]:
    """What is begun within is killed where it would store such a row."""
    with halted(model, write, when):
        yield
        workers.wait_until(lambda: waiting_at(model, write), f"somebody waits to {write} a {model.__name__}")
        (pid,) = waiting_at(model, write)
        kill()
    # PostgreSQL sees that its client is dead once it has the lock.
    workers.wait_until(lambda: not is_connected(pid), "PostgreSQL has given back what the dead one held")


def test_killed_from_the_first_night_to_the_headline_tried(transactional_db, tmp_path):
    """One world for all, since it takes hundreds of reports."""
    world = EvaluatedWorld()
    world.halved()
    world.planned("Beskär häcken")
    world.reports(2026, [4] * 10)
    world.reports(2026, [9, 11] * 5, elsewhere=True)
    with running_workers(tmp_path) as workers:
        worker = workers.start()

        # Computed, and not stored yet: the whole evaluation is as if it had never been begun.
        with killed_at(workers, lambda: workers.kill(worker), Evaluation, "UPDATE"):
            workers.send(tasks.keep_evaluations.name)
        assert (Evaluation.objects.count(), EvaluatedMeasure.objects.count()) == (0, 0)

        worker = workers.start()
        workers.send(tasks.keep_evaluations.name)
        workers.wait_until(lambda: Evaluation.objects.exclude(computed_at=None).exists(), "it is begun and computed")
        evaluation = Evaluation.objects.get()
        assert EvaluatedMeasure.objects.filter(evaluation=evaluation).count() == 2
        assert evaluation.figures == as_stored(computing.figures_of(evaluation, today=timezone.localdate()))

        # Adopted by a group, its first measure said to be evaluated and the second not.
        evaluation = actions.judge(by=world.officer, evaluation=evaluation, row_version=0, **JUDGED)
        code = ADOPTS.format(by=world.coordinator.pk, group=world.group.pk, today=timezone.localdate())
        last = Measure.objects.latest("pk").pk
        adopting: list[subprocess.Popen[bytes]] = []
        with killed_at(
            workers, lambda: (adopting[0].kill(), adopting[0].wait()), MeasureMove, "INSERT", f"NEW.measure_id = {last}"
        ):
            adopting.append(
                subprocess.Popen(
                    [sys.executable, "-c", code],
                    cwd=settings.BASE_DIR,
                    env={
                        **os.environ,
                        "DATABASE_URL": address_of_test_database(),
                        "DJANGO_SETTINGS_MODULE": "est_platform.settings",
                    },
                )
            )
        assert adopting[0].returncode == -signal.SIGKILL
        evaluation.refresh_from_db()
        assert evaluation.adopted_at is None
        assert set(Measure.objects.values_list("state", flat=True)) == {"carried_out"}
        assert not Event.objects.filter(action="evaluation_adopted").exists()
        evaluation = actions.adopt(
            by=world.coordinator, evaluation=evaluation, group=world.group, row_version=evaluation.row_version,
            seen=evaluation.headline, today=timezone.localdate(),
        )  # fmt: skip
        assert set(Measure.objects.values_list("state", flat=True)) == {"evaluated"}
        assert MeasureMove.objects.filter(to_state="evaluated").count() == 2
        assert Event.objects.filter(action="evaluation_adopted").count() == 1

        # The half year counted, and not stored; the figures that were adopted stand.
        adopted = evaluation.figures
        with killed_at(workers, lambda: workers.kill(worker), EvaluationCheck, "INSERT"):
            workers.send(tasks.keep_evaluations.name)
        assert EvaluationCheck.objects.count() == 0
        worker = workers.start()
        workers.send(tasks.keep_evaluations.name)
        workers.send(tasks.keep_evaluations.name)
        expected = half_years(evaluation)
        workers.wait_until(lambda: EvaluationCheck.objects.count() >= expected, "each half year is counted")
        evaluation.refresh_from_db()
        assert evaluation.figures == adopted

        # The headline tried, and not stored.
        with killed_at(workers, lambda: workers.kill(worker), PlaceboRun, "INSERT"):
            workers.send(tasks.try_headline.name, world.here.pk)
        assert PlaceboRun.objects.count() == 0
        assert EvaluationCheck.objects.count() == expected
        workers.start()
        workers.send(tasks.try_headline.name, world.here.pk)
        workers.wait_until(PlaceboRun.objects.exists, "the headline has been tried")
        assert PlaceboRun.objects.count() == 1
        assert Event.objects.filter(action="headline_tried").count() == 1
