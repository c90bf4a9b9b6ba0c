"""What the launcher prints: a line a step, and a failure that says what to do."""

import os
import sys
import time

# A process the launcher starts goes on counting from where the launcher is.
_started = time.monotonic() - float(os.environ.get("EST_SECONDS_BEFORE", "0"))


class Failure(Exception):
    """Something the launcher cannot mend itself: what happened, and what to do."""

    def __init__(self, what: str, to_do: str) -> None:
        super().__init__(what)
        self.what, self.to_do = what, to_do


def seconds() -> float:
    """Seconds since the launcher started."""
    return time.monotonic() - _started


def step(text: str) -> None:
    """Print a step with the seconds since the start."""
    print(f"{seconds():6.1f} s  {text}", flush=True)


def fail(failure: Failure) -> None:
    """Print a failure and what to do, on standard error."""
    sys.stdout.flush()
    print(f"\nStopped: {failure.what}\nWhat to do: {failure.to_do}", file=sys.stderr, flush=True)


def last_lines(text: str, count: int = 20) -> str:
    """The end of a long output, indented, for a failure."""
    return "\n".join(f"    {line}" for line in text.rstrip().splitlines()[-count:])
