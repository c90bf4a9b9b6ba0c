"""Repeat, alternate, sum up. Only the standard library."""

from __future__ import annotations

import math
import os
import resource
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

Numbers = dict[str, float]


def spread(values: Sequence[float]) -> Numbers:
    """Smallest, middle and largest of some measurements, and how many there were."""
    return {
        "min": round(min(values), 4),
        "median": round(statistics.median(values), 4),
        "max": round(max(values), 4),
        "repeats": len(values),
    }


def percentile(values: Sequence[float], percent: float) -> float:
    """The smallest of the values that at least so many percent of them do not exceed (nearest rank)."""
    ranked = sorted(values)
    return ranked[max(0, math.ceil(len(ranked) * percent / 100) - 1)]


def seconds_of(work: Callable[[], object]) -> float:
    """How long it took."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def alternating(contestants: Mapping[str, Callable[[], object]], *, rounds: int) -> dict[str, list[float]]:
    """Seconds of each contestant in each round. They take turns, and who begins changes, so that none is favoured."""
    names = list(contestants)
    took: dict[str, list[float]] = {name: [] for name in names}
    for number in range(rounds):
        first = number % len(names)
        for name in names[first:] + names[:first]:
            took[name].append(seconds_of(contestants[name]))
    return took


def peak_memory_mb() -> float:
    """The most memory this process has held at once (resident), in MB of a million bytes."""
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6, 1)


def load() -> list[float]:
    """The machine's load over one, five and fifteen minutes."""
    return [round(value, 2) for value in os.getloadavg()]


def summed_up(per_round: Sequence[Sequence[float]]) -> dict[str, Any]:
    """Milliseconds of requests, given in seconds by round: percentiles over all, and how far the rounds differ."""
    every = [1000 * value for values in per_round for value in values]
    p95_by_round = [percentile([1000 * value for value in values], 95) for values in per_round]
    return {
        "p50_ms": round(percentile(every, 50), 2),
        "p95_ms": round(percentile(every, 95), 2),
        "min_ms": round(min(every), 2),
        "max_ms": round(max(every), 2),
        "requests": len(every),
        "p95_ms_by_round": spread(p95_by_round),
    }
