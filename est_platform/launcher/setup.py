"""Make the checkout ready: what `script/setup` does, and what the other two commands do first."""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import subprocess
from pathlib import Path
from typing import Any

from . import packages, services
from .house import LOCAL, PYTHON, ROOT, InUse, check_owner, environment, hash_of, setup_lock
from .report import Failure, seconds, step


def make_ready(
    *, tests: bool = False, with_services: bool = True, for_a_run: InUse | None = None, prepare: list[str] | None = None
) -> dict[str, Any]:
    """The set-up both other commands share: packages, translations, services, migrations."""
    check_owner()
    with setup_lock():
        packages.install_everything(tests=tests, embedded=with_services and (tests or not os.environ.get("REDIS_URL")))
        if not with_services:
            return {}
        if for_a_run:
            for_a_run.enter()
        services.start_services(for_a_run=for_a_run is not None)
        return _prepare(prepare or [])


PREPARED = LOCAL / "prepared.json"


def _prepare(arguments: list[str]) -> dict[str, Any]:
    """Migrate, and what else is asked, inside Django in a process of its own; its lines are shown as they come.

    Starting Django costs seconds, so it is left out when the embedded database has been prepared before by the same
    migrations: nobody else changes that database.
    """
    static_stamp = LOCAL / "static" / ".est-stamp"
    static_wanted = static_sources()
    if "--static" in arguments and static_stamp.exists() and static_stamp.read_text() == static_wanted:
        arguments = [argument for argument in arguments if argument != "--static"]
        step("Static files: unchanged")
    migrations = hash_of(*sorted(ROOT.glob("*/migrations/*.py")), ROOT / "requirements.lock")
    before = _prepared_before()
    is_migrated = before.get("migrations") == migrations
    is_loaded = "--demonstration" not in arguments or before.get("sign_ins")
    if is_migrated and is_loaded and "--static" not in arguments:
        step("Database: unchanged")
        return before
    result = LOCAL / "prepared.new"
    command = [PYTHON, "-m", "est_platform.launcher.prepare", *arguments, "--result", result]
    env = environment(EST_SECONDS_BEFORE=str(seconds()), PYTHONUNBUFFERED="1")
    if subprocess.run([str(part) for part in command], cwd=ROOT, env=env, check=False).returncode:
        raise Failure(
            "The database could not be made ready (see the lines above).",
            "Mend what the last line says and run this again; script/server --fresh begins with an empty database.",
        )
    if "--static" in arguments:
        static_stamp.write_text(static_wanted)
    answer = {**before, **json.loads(result.read_text()), "migrations": migrations}
    result.unlink()
    if not os.environ.get("DATABASE_URL"):
        PREPARED.write_text(json.dumps(answer))
    return answer


def _prepared_before() -> dict[str, Any]:
    """What is known of the embedded database; nothing of another one, which others may change."""
    if os.environ.get("DATABASE_URL") or not PREPARED.exists():
        return {}
    return dict(json.loads(PREPARED.read_text()))


def static_sources(root: Path = ROOT) -> str:
    """One hash over what the static files are collected from: names, sizes and times, locked packages, settings."""
    folders = [root / "static", *sorted(root.glob("[!.]*/static"))]
    files = sorted(file for folder in folders for file in folder.rglob("*") if file.is_file())
    listed = [f"{file.relative_to(root)} {file.stat().st_size} {file.stat().st_mtime_ns}" for file in files]
    sources = ["package-lock.json", "requirements.lock", "est_platform/settings.py", "ui/finders.py"]
    listed.append(hash_of(*(root / source for source in sources)))
    return hashlib.sha256("\n".join(listed).encode()).hexdigest()


def leave(mine: InUse, *, quietly: bool = False) -> None:
    """The last to leave stops the embedded services, if a server or a test run started them."""
    if not mine.entered:
        return
    with setup_lock():
        if not mine.leave():
            if not quietly:
                step("PostgreSQL and Redis: left running, another run of this checkout uses them")
            return
        stopped = services.stop_services(only_of_runs=True)
    if stopped and not quietly:
        step(f"Stopped: {', '.join(stopped)}. The data stay in .local")


def setup(arguments: list[str]) -> int:
    """`script/setup`."""
    parser = argparse.ArgumentParser(prog="script/setup", description="Make this checkout ready to run.")
    parser.add_argument("--tests", action="store_true", help="also what the tests need")
    parser.add_argument("--no-services", action="store_true", help="only packages and translations; start nothing")
    parser.add_argument("--stop", action="store_true", help="stop the embedded PostgreSQL and Redis; the data stay")
    wanted = parser.parse_args(arguments)
    if wanted.stop:
        with setup_lock():
            stopped = services.stop_services(only_of_runs=False)
        step(f"Stopped: {', '.join(stopped)}" if stopped else "Nothing was running")
        return 0
    make_ready(tests=wanted.tests, with_services=not wanted.no_services)
    if wanted.no_services:
        step("Ready (no service started)")
    else:
        step("Ready. script/server runs the platform; script/setup --stop stops PostgreSQL and Redis")
    return 0
