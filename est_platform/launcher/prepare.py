"""Inside Django, in one process because each start of Django costs seconds: migrate, collect static files, demonstrate.

Run as `python -m est_platform.launcher.prepare [--static] [--demonstration] [--result FILE]`; the result is JSON.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
import sys
from pathlib import Path
from typing import Any

from est_platform.launcher.report import step


def main(arguments: list[str]) -> None:
    """Do what is asked, print a line a step, and leave what the launcher wants to know in the result file."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--static", action="store_true")
    parser.add_argument("--demonstration", action="store_true")
    parser.add_argument("--result", type=Path)
    wanted = parser.parse_args(arguments)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "est_platform.settings")
    import django

    django.setup()
    result: dict[str, Any] = {}
    migrate()
    if wanted.static:
        collect_static()
    if wanted.demonstration:
        result["sign_ins"] = load_demonstration()
    if wanted.result:
        wanted.result.write_text(json.dumps(result))
    # Nothing is left to do: leave without the seconds that taking the big libraries down costs.
    sys.stdout.flush()
    os._exit(0)


def migrate() -> None:
    """Bring the database to the code's migrations."""
    from django.core.management import call_command
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if waiting:
        call_command("migrate", interactive=False, verbosity=0)
    step(f"Database: {len(waiting)} migrations applied" if waiting else "Database: up to date")


def collect_static() -> None:
    """Collect the static files as production does: with the content's hash in the name, and compressed."""
    from django.core.management import call_command

    call_command("collectstatic", interactive=False, verbosity=0)
    step("Static files: collected")


def load_demonstration() -> list[dict[str, str]] | None:
    """Load the two demonstration collaborations once; the sign-ins, or None where they may not be loaded."""
    from django.core.management import CommandError, call_command

    from est_platform.demonstration import cast

    try:
        call_command("load_demonstration")
    except CommandError as refusal:
        step(f"Demonstration: not loaded. {refusal}")
        return None
    step("Demonstration: loaded")
    return [{**dataclasses.asdict(sign_in), "password": cast.PASSWORD} for sign_in in cast.SIGN_INS]


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except KeyboardInterrupt:
        sys.exit(130)  # the launcher says it
