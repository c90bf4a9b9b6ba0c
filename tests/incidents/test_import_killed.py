"""A worker is killed in the middle of an import: nothing lost, nothing double, finished after the next start."""

from __future__ import annotations

import datetime as dt
import os
import signal
import subprocess
import sys
import time
import uuid
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone

from incidents import tasks
from incidents.importing.actions import carry_out_import, pick_up_forgotten
from incidents.models import ImportBatch, Incident
from tests import factories as make

BLACKPOOL = settings.BASE_DIR / "est_platform/demonstration/data/incidents/blackpool_street_2019-12_2022-10.parquet"
ROWS = 87_862

# What the worker's database connection is doing, as PostgreSQL sees it.
READING = "COPY %"
STORING = "WITH new AS (INSERT%"


@pytest.fixture
def worker(tmp_path):
    """Starts real Celery workers on the test database, with a queue of their own; whatever is left is ended."""
    started: list[subprocess.Popen[bytes]] = []
    database = connection.settings_dict
    name = f"est-killed-{uuid.uuid4().hex[:8]}"
    environment = {
        **os.environ,
        "DATABASE_URL": f"postgresql://{database['USER']}@/{database['NAME']}?host={database['HOST']}"
        f"&application_name={name}",
        "REDIS_PREFIX": name,
        "MEDIA_ROOT": str(tmp_path / "uploads"),
    }
    if database["PORT"] or not database["HOST"].startswith("/"):
        credentials = f"{database['USER']}:{database['PASSWORD']}"
        environment["DATABASE_URL"] = (
            f"postgresql://{credentials}@{database['HOST'] or 'localhost'}:{database['PORT'] or 5432}"
            f"/{database['NAME']}?application_name={name}"
        )

    def start():
        command = [sys.executable, "-m", "celery", "-A", "est_platform", "worker", "--pool", "solo", "-l", "WARNING"]
        command += ["--without-gossip", "--without-mingle", "--without-heartbeat"]
        with (tmp_path / f"worker{len(started)}.log").open("wb") as log:
            process = subprocess.Popen(
                command, cwd=settings.BASE_DIR, env=environment, stdout=log, stderr=log, start_new_session=True
            )
        started.append(process)
        return process

    def send(batch):
        code = f"import django; django.setup(); from incidents.tasks import run_import; run_import.delay({batch.pk})"
        subprocess.run(
            [sys.executable, "-c", code],
            cwd=settings.BASE_DIR,
            env={**environment, "DJANGO_SETTINGS_MODULE": "est_platform.settings"},
            check=True,
            timeout=120,
        )

    start.send, start.name = send, name
    yield start
    for process in started:
        if process.poll() is None:
            process.send_signal(signal.SIGKILL)
        process.wait(timeout=30)


def until(condition, *, timeout_s, every_s=0.01):
    deadline = time.monotonic() + timeout_s
    while time.monotonic() < deadline:
        if condition():
            return
        time.sleep(every_s)
    raise AssertionError("It did not happen in time.")


def is_doing(name, statement):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE application_name = %s AND query LIKE %s", [name, statement]
        )
        return cursor.fetchone()[0] > 0


@pytest.mark.slow
@pytest.mark.parametrize("doing", [READING, STORING])
def test_a_worker_killed_in_the_middle_leaves_nothing_and_the_next_one_finishes(
    transactional_db, worker, tmp_path, settings, monkeypatch, doing
):
    settings.MEDIA_ROOT = str(tmp_path / "uploads")
    batch = make.ImportBatchFactory(profile="police_uk", status=ImportBatch.Status.QUEUED)
    with BLACKPOOL.open("rb") as file:
        batch.file.save("fil", file)

    first = worker()
    worker.send(batch)
    until(lambda: is_doing(worker.name, doing), timeout_s=120)
    os.kill(first.pid, signal.SIGKILL)
    first.wait(timeout=30)

    # Nothing of it can be seen, and the page still says that it is at work.
    until(lambda: not is_doing(worker.name, "%"), timeout_s=120, every_s=0.1)
    batch.refresh_from_db()
    assert batch.status == ImportBatch.Status.RUNNING
    assert not Incident.objects.exists()
    assert Path(batch.file.path).exists()

    # A minute later the forgotten import is found; here the minute has passed at once.
    sent = []
    monkeypatch.setattr(tasks.run_import, "delay_on_commit", sent.append)
    assert pick_up_forgotten(timezone.now() + dt.timedelta(minutes=2)) == [batch.pk]
    assert sent == [batch.pk]
    worker()
    worker.send(batch)
    until(lambda: ImportBatch.objects.get(pk=batch.pk).status == ImportBatch.Status.DONE, timeout_s=240, every_s=0.2)
    until(lambda: not ImportBatch.objects.get(pk=batch.pk).file, timeout_s=30, every_s=0.1)

    batch.refresh_from_db()
    assert (batch.rows, batch.stored, batch.refused, batch.unchanged) == (ROWS, ROWS, 0, 0)
    assert Incident.objects.count() == ROWS
    assert Incident.objects.values("source_key").distinct().count() == ROWS
    assert not list((tmp_path / "uploads").glob("imports/*"))
    # A late copy of the first message changes nothing.
    carry_out_import(batch.pk)
    assert Incident.objects.count() == ROWS
