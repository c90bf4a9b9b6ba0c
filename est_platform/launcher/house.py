"""Where the launcher keeps things in the checkout, how it runs commands, and the locks that keep two runs apart."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO

from .report import Failure, last_lines, step

ROOT = Path(__file__).resolve().parent.parent.parent
LOCAL = ROOT / ".local"
LOGS = LOCAL / "log"
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"

# The path of a Unix socket may hold 107 bytes on Linux and 103 on macOS, its name included.
LONGEST_SOCKET = 103


def check_owner() -> None:
    """Refuse to run in a checkout somebody else has set up: the files of two users cannot be mixed."""
    folders = [folder for folder in (ROOT, LOCAL, VENV, ROOT / "node_modules") if folder.exists()]
    for folder in folders:
        if not os.access(folder, os.W_OK):
            owner = folder.stat().st_uid
            raise Failure(
                f"{folder} belongs to another user (number {owner}), and you may not write there.",
                "Run this as that user, or clone the repository into a folder of your own.",
            )


def home_is_usable() -> bool:
    """Whether uv and npm can keep their caches in the user's home folder."""
    home = Path(os.environ.get("HOME") or "/nonexistent")
    return home.is_dir() and os.access(home, os.W_OK)


def environment(**more: str) -> dict[str, str]:
    """The environment for the commands the launcher runs."""
    values = {name: value for name, value in os.environ.items() if name not in {"VIRTUAL_ENV", "PYTHONHOME"}}
    if not home_is_usable():
        # A system user without a home folder, as in the production image.
        cache = str(LOCAL / "cache")
        values |= {"HOME": cache, "XDG_CACHE_HOME": cache, "npm_config_cache": f"{cache}/npm"}
        Path(cache).mkdir(parents=True, exist_ok=True)
    return values | more


def run(
    command: Sequence[str | Path], *, what: str, to_do: str, env: Mapping[str, str] | None = None, cwd: Path = ROOT
) -> str:
    """Run a command quietly; when it fails, stop with the end of what it said."""
    arguments = [str(part) for part in command]
    try:
        done = subprocess.run(
            arguments,
            cwd=cwd,
            env=dict(env) if env is not None else environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        )
    except OSError as error:
        raise Failure(f"{what} ({error})", to_do) from error
    LOGS.mkdir(parents=True, exist_ok=True)
    with (LOGS / "setup.log").open("a") as log:
        log.write(f"$ {' '.join(arguments)}\n{done.stdout}\n")
    if done.returncode:
        raise Failure(f"{what}\n{last_lines(done.stdout)}", to_do)
    return done.stdout


def hash_of(*files: Path) -> str:
    """One hash over the contents of files; a missing file counts as empty."""
    digest = hashlib.sha256()
    for file in files:
        content = file.read_bytes() if file.exists() else b""
        digest.update(f"{file.name}:{len(content)}:".encode())
        digest.update(content)
    return digest.hexdigest()


def socket_folder(name: str, *, local: Path = LOCAL) -> Path:
    """A folder for a server's socket: inside `.local/` when its path is short and plain, else a temporary folder.

    Besides the limit on a socket's path, an address with spaces or other signs is read differently by every client.
    """
    inside = local / name
    if _fits(inside):
        return inside
    label = f"est-{os.getuid()}-{hashlib.sha256(os.fsencode(local)).hexdigest()[:12]}"
    outside = Path(tempfile.gettempdir()) / label
    if not _fits(outside / name):
        raise Failure(
            f"The path of the checkout is too long for a socket, and so is the temporary folder {outside.parent}.",
            "Set TMPDIR to a folder with a short path, or clone into a shorter path.",
        )
    outside.mkdir(mode=0o711, exist_ok=True)
    if outside.is_symlink() or outside.stat().st_uid != os.getuid():
        raise Failure(
            f"{outside} is needed for the sockets of PostgreSQL and Redis, but belongs to somebody else.",
            "Remove it, or set TMPDIR to a short folder of your own, and run this again.",
        )
    return outside / name


def _fits(folder: Path) -> bool:
    longest_name = "/.s.PGSQL.5432.lock"
    path = str(folder) + longest_name
    return len(os.fsencode(path)) <= LONGEST_SOCKET and bool(re.fullmatch(r"[A-Za-z0-9._/-]+", path))


@contextlib.contextmanager
def setup_lock() -> Iterator[None]:
    """Only one set-up at a time works in a checkout; the next waits and says so."""
    LOCAL.mkdir(exist_ok=True)
    with (LOCAL / "setup.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            step("Another set-up is running in this checkout: waiting for it")
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


class InUse:
    """A sign that a run uses the embedded services; the last one to leave may stop them."""

    def __init__(self) -> None:
        self._file: IO[str] | None = None

    @property
    def entered(self) -> bool:
        return self._file is not None

    def enter(self) -> None:
        LOCAL.mkdir(exist_ok=True)
        self._file = (LOCAL / "in-use.lock").open("a")
        fcntl.flock(self._file, fcntl.LOCK_SH)

    def leave(self) -> bool:
        """Give the sign back; True when nobody else holds one. Call it holding `setup_lock`."""
        if self._file is not None:
            self._file.close()
            self._file = None
        return not in_use()


def in_use() -> bool:
    """Whether a running server or test run of this checkout uses the embedded services."""
    if not LOCAL.exists():
        return False
    with (LOCAL / "in-use.lock").open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def last_lines_of(file: Path, count: int = 20) -> str:
    """The end of a log, indented, for a failure."""
    return last_lines(file.read_text(errors="replace"), count) if file.exists() else ""


def show(text: str) -> None:
    """Print text that belongs to no step, such as the output of a check."""
    sys.stdout.write(text if text.endswith("\n") else text + "\n")
    sys.stdout.flush()
