"""Real Celery workers of one test alone: they share its database and, in Redis, only their own prefix."""

from __future__ import annotations

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

import redis
from celery import Celery
from django.conf import settings
from django.db import connection

# How long a busy machine may take for what a worker does in seconds; nothing is measured by it.
PATIENCE_S = 240
LINES_TOLD = 40


def address_of_test_database() -> str:
    known = connection.settings_dict
    query = {**known["OPTIONS"], "host": known["HOST"], "port": str(known["PORT"])}
    words = urlencode({key: value for key, value in query.items() if isinstance(value, str) and value})
    return f"postgresql://{quote(known['USER'])}:{quote(known['PASSWORD'])}@/{quote(known['NAME'])}?{words}"


class Workers:
    """Starts, feeds and kills them. Whoever waits in vain reads what they have said."""

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
        with self._log(len(self.running)).open("wb") as log:
            worker = subprocess.Popen(
                [sys.executable, *command], cwd=settings.BASE_DIR, env=env, stdout=log, stderr=log,
                start_new_session=True,
            )  # fmt: skip
        self.running.append(worker)
        return worker

    def send(self, task: str, *args: object) -> None:
        self.app.send_task(task, args)

    def kill(self, worker: subprocess.Popen[bytes]) -> None:
        """With all its processes, in the middle of whatever it does."""
        os.killpg(worker.pid, signal.SIGKILL)
        worker.wait()

    def wait_until(self, is_so: Callable[[], object], what: str) -> None:
        deadline = time.monotonic() + PATIENCE_S
        while not is_so():
            assert time.monotonic() < deadline, f"Waited {PATIENCE_S} s in vain until {what}.\n{self.said()}"
            time.sleep(0.05)

    def said(self) -> str:
        """The end of each worker's log, and whether it is still there."""
        told = []
        for number, worker in enumerate(self.running):
            ended = "runs" if worker.poll() is None else f"ended with {worker.returncode}"
            lines = self._log(number).read_text(errors="replace").splitlines()[-LINES_TOLD:]
            told += [f"--- worker {number} ({ended}):", *(lines or ["(has said nothing)"])]
        return "\n".join(told)

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

    def _log(self, number: int) -> Path:
        return self.logs / f"worker-{number}.log"


@contextmanager
def running_workers(logs: Path) -> Iterator[Workers]:
    """None yet; whatever is started is ended."""
    workers = Workers(logs)
    try:
        yield workers
    finally:
        workers.stop()


def backends_waiting(statement: str) -> list[int]:
    """The number of each connection to this database that waits, in a statement that begins so, for what another holds.

    A wait of a moment elsewhere, such as the vacuum's, is not meant.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
            " AND starts_with(query, %s)",
            [statement],
        )
        return [pid for (pid,) in cursor.fetchall()]


def is_connected(pid: int) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT FROM pg_stat_activity WHERE pid = %s", [pid])
        return cursor.fetchone() is not None
