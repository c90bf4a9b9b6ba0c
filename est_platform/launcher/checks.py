"""`script/test`: everything that must hold before a change is shared, or only the tests that are named."""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from .house import LOCAL, PYTHON, ROOT, InUse, environment, show
from .packages import node_command
from .report import Failure, step
from .setup import leave, make_ready

HELP = """usage: script/test [pytest arguments]

Without arguments: set-up, formatting, linting, templates, types, import layers, migrations, translations, deployment
settings, JavaScript, and then all tests except the slow ones.
With arguments: the same set-up, and then only pytest with these arguments, for example
    script/test tests/areas -k boundary        one room, some tests
    script/test -m slow tests/incidents        the slow ones

With CI set in the environment the slow set runs as well, and browser tests are never skipped."""


def test(arguments: list[str]) -> int:
    """Set up, check the code, run the tests; the exit code is 0 only when everything held."""
    if arguments in (["--help"], ["-h"]):
        show(HELP)
        return 0
    mine = InUse()
    try:
        make_ready(tests=True, for_a_run=mine)
        more = debian_programs()
        failed = [] if arguments else run_checks()
        code = run_pytest(arguments, more)
        if failed:
            show(f"\nNot in order besides the tests: {', '.join(failed)} (see above)")
        return code or (1 if failed else 0)
    finally:
        leave(mine, quietly=True)


# The programs that are not Python packages


def in_ci() -> bool:
    """Whether this is the build server, where nothing may be skipped."""
    return os.environ.get("CI", "").lower() not in {"", "0", "false", "no"}


def debian_programs() -> dict[str, str]:
    """Chromium for the browser tests, docker-compose for the production file; what the tests must know about them."""
    told = {}
    reason = missing_reason("chromium")
    if reason and in_ci():
        raise Failure(f"The browser tests must run here, but {reason}.", "Install Debian's package chromium.")
    if reason:
        told["BROWSER_TESTS_SKIPPED_BECAUSE"] = reason
        step(f"Browser tests: skipped, {reason}")
    else:
        told["CHROMIUM"] = shutil.which("chromium") or ""
        step("Browser tests: with Debian's Chromium")
    if in_ci() and (reason := missing_reason("docker-compose")):
        raise Failure(
            f"docker-compose.yml must be checked here, but {reason}.", "Install Debian's package docker-compose."
        )
    return told


def missing_reason(program: str) -> str:
    """Empty when the program is there or could be installed through apt, else why not."""
    if shutil.which(program):
        return ""
    if os.geteuid() != 0:
        return f"{program} is not installed, and only root may install it (apt-get install {program})"
    if not shutil.which("apt-get"):
        return f"{program} is not installed, and there is no apt-get to install it with"
    step(f"Installing {program} through apt")
    env = environment(DEBIAN_FRONTEND="noninteractive")
    for command in (["update"], ["install", "--yes", "--no-install-recommends", program]):
        done = subprocess.run(
            ["apt-get", "--quiet", *command], env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True
        )
        if done.returncode:
            last = (done.stderr or done.stdout).strip().splitlines()[-1:] or [f"exit code {done.returncode}"]
            return f"{program} is not installed, and apt-get {command[0]} failed: {last[0]}"
    return "" if shutil.which(program) else f"{program} is not there although apt has installed it"


# The checks


def compiled_once() -> dict[str, str]:
    """What lets each process find the modules as they were compiled for the one before it.

    Where nothing may be written beside the sources (PYTHONDONTWRITEBYTECODE), a process that imports the platform
    spends most of its first seconds on compiling Django, pandas and SciPy anew, and the tests start many.
    """
    if not os.environ.get("PYTHONDONTWRITEBYTECODE"):
        return {}
    return {"PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": str(LOCAL / "compiled")}


@dataclass
class Check:
    """One check: its name, its command, and how to mend what it finds."""

    name: str
    command: Sequence[str | Path]
    to_mend: str = ""
    env: dict[str, str] = field(default_factory=dict)


def the_checks() -> list[Check]:
    """Every check, the longest first."""
    templates = [folder for folder in (ROOT / "templates", *ROOT.glob("[!.]*/templates")) if folder.is_dir()]
    manage: list[str | Path] = [PYTHON, "manage.py"]
    lint_imports = "import sys; from importlinter.cli import lint_imports_command; sys.exit(lint_imports_command())"
    return [
        Check("types", [PYTHON, "-m", "mypy", "."]),
        Check("import layers", [PYTHON, "-c", lint_imports]),
        Check("formatting", [PYTHON, "-m", "ruff", "format", "--check", "."], ".venv/bin/ruff format"),
        Check("linting", [PYTHON, "-m", "ruff", "check", "."], ".venv/bin/ruff check --fix"),
        Check("templates", [PYTHON, "-m", "djlint", "--lint", "--quiet", *templates]),
        Check(
            "migrations", [*manage, "makemigrations", "--check", "--dry-run"], "manage.py makemigrations ROOM -n NAME"
        ),
        Check("translations", [*manage, "check_translations"], "manage.py check_translations --write"),
        Check("deployment settings", [*manage, "check", "--deploy", "--fail-level", "WARNING"], env=production_like()),
    ]


def production_like() -> dict[str, str]:
    """The environment of a production site, for `check --deploy`; only the secrets are of the moment."""
    return {
        "DEBUG": "no",
        "HTTPS": "yes",
        "SECRET_KEY": secrets.token_urlsafe(50),
        "ALLOWED_HOSTS": "est.example.org",
        "CSRF_TRUSTED_ORIGINS": "https://est.example.org",
        "TRUST_FORWARDED_PROTO": "yes",
        "TRUSTED_PROXY_COUNT": "1",
        "EMAIL_HOST": "mail.example.org",
        "SITE_URL": "https://est.example.org",
    }


def run_checks() -> list[str]:
    """Run every check, two at a time; print a line each and what those that fail say; give the names of those."""
    failed = []
    with ThreadPoolExecutor(max_workers=2) as pool:
        for check, (code, said, took_s) in zip(checks := the_checks(), pool.map(_run, checks), strict=True):
            step(f"{check.name.capitalize()}: {'not in order' if code else 'in order'} ({took_s:.1f} s)")
            if code:
                failed.append(check.name)
                show(said + (f"\nTo mend it: {check.to_mend}" if check.to_mend else ""))
    wrong = wrong_javascript()
    step(f"Javascript: {'not in order' if wrong else 'in order'}")
    if wrong:
        failed.append("javascript")
        show("\n".join(wrong))
    return failed


def _run(check: Check) -> tuple[int, str, float]:
    begun = time.monotonic()
    done = subprocess.run(
        [str(part) for part in check.command],
        cwd=ROOT,
        env=environment(**{**compiled_once(), **check.env}),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    return done.returncode, done.stdout, time.monotonic() - begun


def wrong_javascript() -> list[str]:
    """What Node says about those of our modules it cannot read."""
    node, wrong = node_command(), []
    for module in sorted((ROOT / "static" / "js").rglob("*.js")):
        with module.open("rb") as source:
            done = subprocess.run(
                [node, "--input-type=module", "--check", "-"], stdin=source, capture_output=True, text=True
            )
        if done.returncode:
            wrong.append(done.stderr.replace("[stdin]", str(module.relative_to(ROOT))))
    return wrong


def run_pytest(arguments: list[str], more: dict[str, str]) -> int:
    """Run the tests on two processes, or those that are named in one, and let pytest speak for itself."""
    # The tests in a browser come last and take longest: the process that is done first takes over some of the other's.
    chosen = list(arguments) or ["-n", "2", "--dist", "worksteal"]
    if not in_ci() and not any(argument == "-m" or argument.startswith("-m") for argument in chosen):
        chosen += ["-m", "not slow"]
    # Their own names in Redis: a server of this checkout may be running beside the tests.
    env = environment(**{"REDIS_PREFIX": "est-test", **compiled_once(), **more})
    step("Tests: pytest " + " ".join(chosen))
    return subprocess.run([PYTHON, "-m", "pytest", *chosen], cwd=ROOT, env=env).returncode
