"""`script/server`: the whole platform on one machine, until Ctrl-C."""

from __future__ import annotations

import argparse
import errno
import os
import socket
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from . import services
from .house import LOCAL, LOGS, PYTHON, ROOT, InUse, environment, in_use, setup_lock, show
from .report import Failure, seconds, step
from .setup import leave, make_ready
from .supervisor import Supervisor

FIRST_PORT = 8000
PORTS_TRIED = 100
THIS_MACHINE = {"127.0.0.1", "::1", "localhost"}
EVERY_ADDRESS = {"0.0.0.0", "::"}


def server(arguments: list[str]) -> int:
    """Set up, load the demonstration once, run web server, worker and clock, and stop all of it at Ctrl-C."""
    parser = argparse.ArgumentParser(prog="script/server", description="Run the whole platform on this machine.")
    parser.add_argument("--port", type=int, help=f"the port (default: {FIRST_PORT}, or the next free one)")
    parser.add_argument("--host", default="127.0.0.1", help="the address to listen on (default: this machine only)")
    parser.add_argument("--fresh", action="store_true", help="begin again: remove the embedded database and its data")
    wanted = parser.parse_args(arguments)
    listening = listen(wanted.host, wanted.port)
    port = listening.getsockname()[1]
    mine = InUse()
    supervisor = Supervisor(LOGS / str(port), cwd=ROOT)
    is_running = False
    try:
        if wanted.fresh:
            _begin_again()
        prepared = make_ready(for_a_run=mine, prepare=["--static", "--demonstration"])
        _start_programs(supervisor, listening, wanted.host)
        _welcome(f"http://{_shown(wanted.host)}:{port}/", prepared.get("sign_ins"))
        is_running = True
        supervisor.watch()
    except KeyboardInterrupt:
        if not is_running:
            raise
        show("")
        step("Stopping")
    finally:
        listening.close()
        supervisor.stop()
        leave(mine)
    return 0


def listen(host: str, port: int | None) -> socket.socket:
    """Take the port at once, so that nobody else can before the web server starts; without a wish, a free one."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    for candidate in range(FIRST_PORT, FIRST_PORT + PORTS_TRIED) if port is None else [port]:
        listening = socket.socket(family)
        try:
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listening.bind((host, candidate))
            listening.listen(512)
        except OverflowError:
            listening.close()
            raise Failure(f"{candidate} is not a port.", "Give a number from 1 to 65535 after --port.") from None
        except OSError as error:
            listening.close()
            if error.errno == errno.EADDRINUSE:
                continue
            raise Failure(
                f"Cannot listen on {host}, port {candidate}: {error.strerror or error}.",
                "Give another --port (from 1024 up unless you are root) or another --host.",
            ) from error
        if port is None and candidate != FIRST_PORT:
            step(f"Port {FIRST_PORT} is taken: using {listening.getsockname()[1]}")
        return listening
    if port is None:
        taken = f"The ports {FIRST_PORT} to {FIRST_PORT + PORTS_TRIED - 1} are all taken."
        raise Failure(taken, "Give a free one with --port.")
    raise Failure(
        f"Port {port} is taken by another program.",
        "Stop that program, give another --port, or leave --port out to get the next free one.",
    )


def _shown(host: str) -> str:
    """The host as it stands in an address people can open on this machine."""
    if host in THIS_MACHINE | EVERY_ADDRESS:
        return "localhost" if host != "::1" else "[::1]"
    return f"[{host}]" if ":" in host else host


def _begin_again() -> None:
    with setup_lock():
        if in_use():
            raise Failure(
                "Another script/server or script/test of this checkout is running.",
                "Stop it (Ctrl-C in its window) before you begin again with --fresh.",
            )
        removed = services.remove_data()
    step(f"Fresh: removed from .local: {', '.join(removed) or 'nothing, it was empty'}")
    for variable in ("DATABASE_URL", "REDIS_URL"):
        if os.environ.get(variable):
            step(f"Fresh: what {variable} names is yours and is left as it is")


def _start_programs(supervisor: Supervisor, listening: socket.socket, host: str) -> None:
    """The web server first, because people wait for it; then the worker and the clock."""
    port = listening.getsockname()[1]
    env = environment(PYTHONUNBUFFERED="1")
    if host not in THIS_MACHINE and not env.get("ALLOWED_HOSTS"):
        env["ALLOWED_HOSTS"] = ",".join(["localhost", "127.0.0.1", "[::1]", *_own_names(host)])
    env.setdefault("SITE_URL", f"http://{_shown(host)}:{port}")
    logs = supervisor.logs.relative_to(ROOT)
    supervisor.start(
        "web-server",
        [PYTHON, "-m", "gunicorn", "--bind", f"fd://{listening.fileno()}", "est_platform.wsgi"],
        env=env,
        pass_fds=[listening.fileno()],
    )
    reach = f"http://{_shown(host)}:{port}" if host not in THIS_MACHINE | {"0.0.0.0"} else f"http://127.0.0.1:{port}"
    reach = reach.replace("localhost", "[::1]") if ":" in host else reach
    for path, what in (("/ready/", "The web server does not answer"), ("/accounts/login/", "There is no sign-in page")):
        answers = PageAnswers(reach + path)
        if not supervisor.wait_until(answers, at_most=60):
            raise Failure(f"{what}: {answers.said}", f"Look in {logs}/web-server.log.")
    step("Web server: answers, and the sign-in page can be seen")
    celery: list[str | Path] = [PYTHON, "-m", "celery", "-A", "est_platform"]
    supervisor.start(
        "worker",
        [*celery, "worker", "--loglevel", "INFO", "--hostname", f"worker-{port}@%h", "--without-gossip",
         "--without-mingle"],
        env=env,
    )  # fmt: skip
    schedule = LOCAL / f"beat-{port}"
    supervisor.start("beat", [*celery, "beat", "--loglevel", "INFO", "--schedule", schedule], env=env)
    supervisor.wait_until(lambda: False, at_most=0.2)
    step(f"Worker and clock: started (logs in {logs})")


def _own_names(host: str) -> list[str]:
    """The names this machine may be called by when it listens to others."""
    names = [socket.gethostname(), *([] if host in EVERY_ADDRESS else [_shown(host)])]
    try:
        names += socket.gethostbyname_ex(socket.gethostname())[2]
    except OSError:
        pass
    return list(dict.fromkeys(names))


class PageAnswers:
    """Call it to ask for a page; `said` keeps the last answer, for a failure."""

    def __init__(self, address: str) -> None:
        self.address, self.said = address, "no answer"

    def __call__(self) -> bool:
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), _StayHere())
        try:
            with opener.open(self.address, timeout=5) as answer:
                self.said = str(answer.status)
                return True
        except urllib.error.HTTPError as error:
            # With HTTPS on, the page is a redirect to an address that the proxy in front answers.
            self.said = f"{error.code} {error.read(300).decode(errors='replace')}"
            return 300 <= error.code < 400
        except OSError as error:
            self.said = str(error)
            time.sleep(0.05)
            return False


class _StayHere(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args: Any, **kwargs: Any) -> None:
        return None


def _welcome(address: str, sign_ins: list[dict[str, str]] | None) -> None:
    show(f"\nThe platform is running: {address}")
    if sign_ins:
        show(f"\nThe demonstration (nothing in it has happened). Password for everybody: {sign_ins[0]['password']}\n")
        width = {key: max(len(row[key]) for row in sign_ins) for key in ("email", "collaboration", "function")}
        for row in sign_ins:
            columns = "  ".join(row[key].ljust(width[key]) for key in ("email", "collaboration", "function"))
            show(f"  {columns}  {row['what']}")
    show(f"\nTime to first page: {seconds():.0f} s")
    show("Ctrl-C stops everything; the data stay.")
