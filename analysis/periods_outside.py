"""Whether a year of periods left its expected range more often than chance gives."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import binom

# Of periods in which nothing unusual happens, so many fall outside each end of an expected range of 95 in 100.
SHARE_OUTSIDE = 0.025


@dataclass(frozen=True)
class Outside:
    """How many of the known periods lie above and below, and what that says.

    `verdict` is more, fewer, both, as_expected or too_few_to_say.
    """

    known: int
    above: int
    below: int
    verdict: str


def periods_needed(known: int, *, share: float = SHARE_OUTSIDE, chance: float = 0.005) -> int:
    """So many of the known periods must lie on one side before chance gives it less often than `chance`."""
    return int(binom.isf(chance, known, share)) + 1 if known else 1


def periods_outside(
    observed: Sequence[float | None],
    lower: Sequence[float | None],
    upper: Sequence[float | None],
    *,
    least_known: float = 0.75,
    share: float = SHARE_OUTSIDE,
    chance: float = 0.005,
) -> Outside:
    """Count the periods above and below their expected range, and say whether that is more than chance.

    Input: counts and the limits of each period's own range, None where one is not known or may not be told. Where fewer
    than `least_known` of them are known, or none is, it says `too_few_to_say`. It assumes that a period without
    anything unusual falls outside each end with the probability `share`, independently of the others. It can mislead
    where reporting has changed, and where a range has already learnt from what went on.
    """
    values = np.array([observed, lower, upper], dtype="float64")
    is_known = ~np.isnan(values).any(axis=0)
    known = int(is_known.sum())
    count, low, high = values[:, is_known]
    above, below = int((count > high).sum()), int((count < low).sum())
    if not known or known < least_known * len(observed):
        return Outside(known, above, below, "too_few_to_say")
    needed = periods_needed(known, share=share, chance=chance)
    verdict = {(True, True): "both", (True, False): "more", (False, True): "fewer"}.get(
        (above >= needed, below >= needed), "as_expected"
    )
    return Outside(known, above, below, verdict)
