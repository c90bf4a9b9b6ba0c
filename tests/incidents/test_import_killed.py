"""A worker is killed in the middle of an import: nothing lost, nothing double, finished after the next start."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone

from incidents import tasks
from incidents.importing.actions import carry_out_import, pick_up_forgotten
from incidents.models import ImportBatch, Incident
from tests import factories as make
from tests.servers.workers import Workers, backends_waiting, is_connected, running_workers

BLACKPOOL = settings.BASE_DIR / "est_platform/demonstration/data/incidents/blackpool_street_2019-12_2022-10.parquet"
ROWS = 87_862

# Which row of the file the worker stands at: some are sent or stored, most are not.
MIDDLE = 30_000
# A number nobody else locks.
GATE = 1_105_113

COUNTING_GATE = """
CREATE SEQUENCE rows_so_far;
CREATE FUNCTION wait_at_the_middle() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF nextval('rows_so_far') = {middle} THEN
        PERFORM pg_advisory_xact_lock({gate});
    END IF;
    RETURN NEW;
END $$;
"""
# The table the rows are sent to is made by the worker itself: the gate is put before it as soon as it is there.
AT_THE_COPY = """
CREATE FUNCTION put_a_gate() RETURNS event_trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM pg_event_trigger_ddl_commands() WHERE object_identity LIKE '%.incoming_incident') THEN
        CREATE TRIGGER gate BEFORE INSERT ON incoming_incident FOR EACH ROW EXECUTE FUNCTION wait_at_the_middle();
    END IF;
END $$;
CREATE EVENT TRIGGER a_gate_at_the_copy ON ddl_command_end WHEN TAG IN ('CREATE TABLE') EXECUTE FUNCTION put_a_gate();
"""
AT_THE_STORING = """
CREATE TRIGGER gate BEFORE INSERT ON incidents_incident FOR EACH ROW EXECUTE FUNCTION wait_at_the_middle();
"""
NO_GATE = """
DROP EVENT TRIGGER IF EXISTS a_gate_at_the_copy;
DROP FUNCTION IF EXISTS put_a_gate;
DROP FUNCTION IF EXISTS wait_at_the_middle CASCADE;
DROP SEQUENCE IF EXISTS rows_so_far;
"""

# Where the gate stands, and how the statement begins that waits there.
READING = (AT_THE_COPY, 'COPY "incoming_incident"')
STORING = (AT_THE_STORING, "WITH new AS (INSERT")


def take_the_gate_away() -> None:
    with connection.cursor() as cursor:
        cursor.execute(NO_GATE)


@contextmanager
def gate_at_the_middle(where: str) -> Iterator[None]:
    """Until this ends, whoever comes to the middle of the file stands there, in the statement that brings the row."""
    take_the_gate_away()
    other = connection.copy()
    try:
        with connection.cursor() as cursor, other.cursor() as holder:
            holder.execute("SELECT pg_advisory_lock(%s)", [GATE])
            cursor.execute(COUNTING_GATE.format(middle=MIDDLE, gate=GATE))
            cursor.execute(where)
        yield
    finally:
        other.close()


@pytest.fixture
def workers(transactional_db, tmp_path, settings, monkeypatch) -> Iterator[Workers]:
    settings.MEDIA_ROOT = str(tmp_path / "uploads")
    monkeypatch.setenv("MEDIA_ROOT", settings.MEDIA_ROOT)
    with running_workers(tmp_path) as workers:
        yield workers
    take_the_gate_away()


def state_of(batch: ImportBatch) -> str:
    return ImportBatch.objects.get(pk=batch.pk).status


@pytest.mark.slow
@pytest.mark.parametrize(("where", "statement"), [READING, STORING], ids=["reading", "storing"])
def test_a_worker_killed_in_the_middle_leaves_nothing_and_the_next_one_finishes(
    workers, tmp_path, monkeypatch, where, statement
):
    batch = make.ImportBatchFactory(profile="police_uk", status=ImportBatch.Status.QUEUED)
    with BLACKPOOL.open("rb") as file:
        batch.file.save("fil", file)

    with gate_at_the_middle(where):
        first = workers.start()
        workers.send(tasks.run_import.name, batch.pk)
        workers.wait_until(lambda: backends_waiting(statement), "the worker stands in the middle of the file")
        (pid,) = backends_waiting(statement)
        workers.kill(first)
    workers.wait_until(lambda: not is_connected(pid), "PostgreSQL has noticed that nobody is there any more")
    take_the_gate_away()

    # Nothing of it can be seen, and the page still says that it is at work.
    batch.refresh_from_db()
    assert batch.status == ImportBatch.Status.RUNNING
    assert not Incident.objects.exists()
    assert Path(batch.file.path).exists()

    # A minute later the forgotten import is found; here the minute has passed at once.
    sent = []
    monkeypatch.setattr(tasks.run_import, "delay_on_commit", sent.append)
    assert pick_up_forgotten(timezone.now() + dt.timedelta(minutes=2)) == [batch.pk]
    assert sent == [batch.pk]
    workers.start()
    workers.send(tasks.run_import.name, batch.pk)
    workers.wait_until(lambda: state_of(batch) == ImportBatch.Status.DONE, "the import is done")
    workers.wait_until(lambda: not ImportBatch.objects.get(pk=batch.pk).file, "its file is gone")

    batch.refresh_from_db()
    assert (batch.rows, batch.stored, batch.refused, batch.unchanged) == (ROWS, ROWS, 0, 0)
    assert Incident.objects.count() == ROWS
    assert Incident.objects.values("source_key").distinct().count() == ROWS
    assert not list((tmp_path / "uploads").glob("imports/*"))
    # A late copy of the first message changes nothing.
    carry_out_import(batch.pk)
    assert Incident.objects.count() == ROWS
