"""What the launcher prints: a line a step, and a failure that says what to do."""

import sys
import time

_started = time.monotonic()


class Failure(Exception):
    """Something the launcher cannot mend itself: what happened, and what to do."""

    def __init__(self, what: str, to_do: str) -> None:
        super().__init__(what)
        self.what, self.to_do = what, to_do


def step(text: str) -> None:
    """Print a step with the seconds since the start."""
    print(f"{time.monotonic() - _started:6.1f} s  {text}", flush=True)


def fail(failure: Failure) -> None:
    """Print a failure and what to do, on standard error."""
    print(f"\nStopped: {failure.what}\nWhat to do: {failure.to_do}", file=sys.stderr, flush=True)
