"""Run a few programs together: when one ends by itself the rest are stopped, and nothing is left behind."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from .house import last_lines_of
from .report import Failure

# Asked politely first; then Celery gives unfinished tasks back to the queue; then the end.
_ESCALATION = ((signal.SIGTERM, 6.0), (signal.SIGQUIT, 4.0), (signal.SIGKILL, 5.0))


@dataclass
class Child:
    """One running program and where it writes."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path


class Supervisor:
    """Starts programs in sessions of their own, so that Ctrl-C reaches only us and we stop them in order."""

    def __init__(self, logs: Path, *, cwd: Path) -> None:
        self.logs, self.cwd = logs, cwd
        self.children: list[Child] = []

    def start(
        self,
        name: str,
        command: Sequence[str | Path],
        *,
        env: Mapping[str, str] | None = None,
        pass_fds: Sequence[int] = (),
    ) -> Child:
        """Start one program; its output goes to a log of its own, and the log of the run before is kept as `.old`."""
        self.logs.mkdir(parents=True, exist_ok=True)
        log = self.logs / f"{name}.log"
        if log.exists():
            log.replace(log.with_suffix(".log.old"))
        with log.open("wb") as output:
            process = subprocess.Popen(
                [str(part) for part in command],
                cwd=self.cwd,
                env=dict(env) if env is not None else None,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                pass_fds=tuple(pass_fds),
                preexec_fn=_end_with_parent if sys.platform == "linux" else None,
            )
        child = Child(name, process, log)
        self.children.append(child)
        return child

    def check(self) -> None:
        """Raise a failure with the end of its log when a program has ended by itself."""
        for child in self.children:
            code = child.process.poll()
            if code is not None:
                how = f"was ended by signal {-code}" if code < 0 else f"ended with exit code {code}"
                raise Failure(
                    f"The {child.name} {how}. Its last words:\n{last_lines_of(child.log)}",
                    f"Mend what it says (the whole log: {child.log}), then run this again.",
                )

    def wait_until(self, is_so: Callable[[], bool], *, at_most: float) -> bool:
        """Wait for something, watching over the programs meanwhile."""
        deadline = time.monotonic() + at_most
        while time.monotonic() < deadline:
            self.check()
            if is_so():
                return True
            time.sleep(0.05)
        return False

    def watch(self) -> None:
        """Return never; a program that ends, or a signal, ends it by raising."""
        while True:
            self.check()
            time.sleep(0.2)

    def stop(self) -> None:
        """Stop every program and what it has started; the last started first. A second Ctrl-C stops them at once."""
        hurry = False

        def at_once(*_: object) -> None:
            nonlocal hurry
            hurry = True

        before = {number: signal.signal(number, at_once) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            for number, patience in _ESCALATION:
                if hurry and number != signal.SIGKILL:
                    continue
                for child in reversed(self.children):
                    if child.process.poll() is None:
                        with contextlib.suppress(ProcessLookupError):
                            # Politely to the program, which tells its own; by force to all of them.
                            (os.killpg if number == signal.SIGKILL else os.kill)(child.process.pid, number)
                deadline = time.monotonic() + patience
                while time.monotonic() < deadline and self._alive() and not (hurry and number != signal.SIGKILL):
                    time.sleep(0.05)
            for child in self.children:
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    os.killpg(child.process.pid, signal.SIGKILL)  # whatever a crashed program left behind
            self.children.clear()
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def _alive(self) -> bool:
        return any(child.process.poll() is None for child in self.children)


def _end_with_parent() -> None:
    """Linux ends the program also when the launcher itself is killed and cannot stop it."""
    pr_set_pdeathsig = 1
    ctypes.CDLL(None).prctl(pr_set_pdeathsig, signal.SIGTERM)
