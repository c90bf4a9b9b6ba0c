"""`script/bench`: make a database for this run alone, measure size after size, print one JSON document, drop it."""

from __future__ import annotations

import argparse
import contextlib
import datetime as dt
import json
import os
import platform
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from benchmarks import markdown
from benchmarks.budgets import budgets
from benchmarks.measuring import load, peak_memory_mb
from est_platform.launcher.house import LOCAL, PYTHON, ROOT, InUse
from est_platform.launcher.report import Failure, fail
from est_platform.launcher.services import read_environment
from est_platform.launcher.setup import leave, make_ready

SIZES = [10_000, 100_000, 1_000_000]


def arguments() -> argparse.Namespace:
    """What the command line asks for."""
    parser = argparse.ArgumentParser(prog="script/bench", description=__doc__)
    parser.add_argument("--rows", type=int, nargs="+", default=SIZES, help="how many incidents, one or more sizes")
    parser.add_argument("--rounds", type=int, default=5, help="how often each measurement is repeated (at least 5)")
    parser.add_argument("--requests", type=int, default=20, help="requests a page and round")
    parser.add_argument("--years", type=int, default=5)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the document here as well")
    parser.add_argument(
        "--markdown", type=Path, metavar="FILE", help="fill this file's tables, e.g. docs/performance.md"
    )
    parser.add_argument("--check", action="store_true", help="end with 1 when a budget is missed")
    wanted = parser.parse_args()
    if min(wanted.rows) < 1000:
        parser.error("--rows: a thousand incidents is the least that says anything")
    if wanted.rounds < 5:
        parser.error("--rounds: five repeats are the least that show how far measurements differ")
    return wanted


def say(text: str) -> None:
    """Progress, apart from the result."""
    print(f"{time.strftime('%H:%M:%S')}  {text}", file=sys.stderr, flush=True)


class Run:
    """This run's own database, names in Redis and folder."""

    def __init__(self) -> None:
        known = {**read_environment(), **os.environ}
        self.server = urlsplit(known["DATABASE_URL"])
        self.name = f"est_bench_{os.getpid()}"
        self.prefix = f"est-bench-{os.getpid()}"
        self.redis_url = known["REDIS_URL"]
        self.folder = LOCAL / "bench" / str(os.getpid())
        self.env = {
            **os.environ,
            "DATABASE_URL": urlunsplit(self.server._replace(path=f"/{self.name}")),
            "REDIS_URL": self.redis_url,
            "REDIS_PREFIX": self.prefix,
            "HTTPS": "no",
            "DEBUG": "no",
            "EMAIL_BACKEND": "django.core.mail.backends.dummy.EmailBackend",
        }

    @contextlib.contextmanager
    def database(self) -> Iterator[None]:
        """An empty database, dropped afterwards whatever happens."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self._on_server(f'DROP DATABASE IF EXISTS "{self.name}" WITH (FORCE)')
        self._on_server(f"CREATE DATABASE \"{self.name}\" TEMPLATE template0 ENCODING 'UTF8'")
        try:
            yield
        finally:
            self._on_server(f'DROP DATABASE IF EXISTS "{self.name}" WITH (FORCE)')
            self.forget_messages()
            shutil.rmtree(self.folder, ignore_errors=True)

    def _on_server(self, sql: str) -> None:
        import psycopg

        with psycopg.connect(urlunsplit(self.server), autocommit=True) as connection:
            connection.execute(sql)

    def forget_messages(self) -> None:
        """Remove what this run has put into Redis."""
        import redis

        with redis.Redis.from_url(self.redis_url.replace("redis+socket://", "unix://")) as client:
            for key in client.scan_iter(f"*{self.prefix}*"):
                client.delete(key)

    def step(self, name: str, **arguments: Any) -> dict[str, Any]:
        """Run one measurement in a process of its own and give its result."""
        say(f"  {name}")
        result = self.folder / "result.json"
        result.unlink(missing_ok=True)
        command = [str(PYTHON), "-m", "benchmarks.steps", name, json.dumps(arguments), str(result)]
        done = subprocess.run(command, cwd=ROOT, env=self.env, stdin=subprocess.DEVNULL, stdout=sys.stderr)
        if done.returncode or not result.exists():
            raise Failure(f"The step {name} failed (see the lines above).", "Mend what it says and run it again.")
        return dict(json.loads(result.read_text()))


def measure(run: Run, rows: int, wanted: argparse.Namespace) -> dict[str, Any]:
    """Everything at one size."""
    say(f"{rows:,} incidents")
    file = str(run.folder / "incidents.csv")
    rounds = wanted.rounds
    with run.database():
        size: dict[str, Any] = {"rows": rows}
        size["prepare"] = run.step("prepare", rows=rows, years=wanted.years, seed=wanted.seed, file=file)
        size["import"] = run.step("import", rows=rows, rounds=rounds, file=file)
        run.forget_messages()
        size["circle"] = run.step("circle")
        size["rebuild"] = run.step("rebuild", rounds=rounds)
        size["aggregate"] = run.step("aggregate", rounds=rounds, folder=str(run.folder))
        size["pages"] = run.step("pages", rounds=rounds, requests=wanted.requests)
        size["approve"] = run.step("approve", rounds=rounds)
        size["versions"] = run.step("versions")
    return size


def processor() -> str:
    """What the machine calls its processor."""
    with contextlib.suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.processor() or platform.machine()


def commit() -> str:
    """The version measured, with a plus sign when files have been changed since."""

    def git(*words: str) -> str:
        return subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True).stdout.strip()

    changed = "+" if git("status", "--porcelain", "--untracked-files=no") else ""
    return git("rev-parse", "--short", "HEAD") + changed


def main() -> int:
    """Measure, print, fill; the exit code is 1 when something failed, or with --check a budget was missed."""
    wanted = arguments()
    # Whatever anything prints goes to standard error: standard output holds the document and nothing else.
    document = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    mine = InUse()
    started, load_before = time.monotonic(), load()
    try:
        make_ready(tests=True, for_a_run=mine, prepare=["--static"])
        run = Run()
        sizes = [measure(run, rows, wanted) for rows in sorted(set(wanted.rows))]
    except Failure as failure:
        fail(failure)
        return 1
    except KeyboardInterrupt:
        say("Interrupted.")
        return 130
    finally:
        leave(mine, quietly=True)
    versions = [size.pop("versions") for size in sizes][-1]
    results = {
        "when": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        "commit": commit(),
        "took_s": round(time.monotonic() - started),
        "rounds": wanted.rounds,
        "years": wanted.years,
        "seed": wanted.seed,
        "machine": {
            "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
            "processor": processor(),
            "memory_mb": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e6),
            "load_before": load_before,
            "load_after": load(),
        },
        "versions": {name: versions[name] for name in versions if name not in ("load_before", "load_after")},
        "harness_memory_mb": peak_memory_mb(),
        "sizes": sizes,
        "budgets": [line for size in sizes for line in budgets(size)],
    }
    results["versions"].pop("peak_memory_mb", None)
    text = json.dumps(results, indent=2, ensure_ascii=False)
    document.write(text + "\n")
    document.close()
    if wanted.json:
        wanted.json.write_text(text + "\n", encoding="utf-8")
    if wanted.markdown:
        markdown.fill(wanted.markdown, results)
    missed = [line for line in results["budgets"] if not line["met"]]
    for line in missed:
        say(f"missed at {line['rows']:,}: {line['name']}: {line['measured']} {line['unit']}, limit {line['limit']}")
    return 1 if wanted.check and missed else 0


if __name__ == "__main__":
    sys.exit(main())
