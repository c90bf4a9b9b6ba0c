"""What an evaluation can show at all, asked before anything is done."""

import math

import numpy as np
from scipy import stats

# The finest that is told: in whole percents, as the published table, up to an even chance.
_PERCENTS = np.arange(1, 101) / 100
# Beyond it finer: with 300 events a whole percent more is seen 82 times of 100 and not 80.
_TENTHS = np.arange(1, 1001) / 1000


def detectable_reduction(
    treated_before: float, control_before: float, *, power: float = 0.5, confidence: float = 0.95
) -> float | None:
    """The smallest reduction of the treated count that a comparison with a control would show this often.

    Input: events in the treated and in the control area over the period before, as counted or as expected; the period
    after is equally long. Unit: events. Answer: a share from 0 to 1 of the treated count, rounded up, in whole percents
    where `power` is 0.5 or less, else in tenths of a percent and never less than at 0.5; None where even none left
    would not be shown, as with no events at all. `power` is how often it would be shown, 0.8 for eight times in ten;
    `confidence` that of a two-sided test, 0.95 for |z| > 1.96.

    The test is the weighted displacement difference, whose variance is the sum of all four counts. Assumes Poisson
    counts that are independent of each other, and a control that does not change. Events in bursts need a larger
    reduction than this, and a control much smaller than the treated area changes by chance more than it tells. A
    reduction that cannot be shown may be there all the same. ValueError: a count below zero or beyond all numbers, or
    a power or confidence that is not between 0 and 1.

    Source: Wheeler and Ratcliffe 2018. See docs/methods/detectable-reduction.md.
    """
    if not (treated_before >= 0 and control_before >= 0):
        raise ValueError("A count cannot be less than zero.")
    try:
        # A narrow integer would overflow.
        treated, control = float(treated_before), float(control_before)
    except OverflowError:
        treated = control = math.inf
    if not math.isfinite(2 * (treated + control)):
        raise ValueError("A count is a number that can be reckoned with.")
    upper = (1 + confidence) / 2
    if not (0 < power < 1 and confidence > 0 and upper < 1):
        raise ValueError("Power and confidence are shares between 0 and 1.")
    z, z_power = float(stats.norm.ppf(upper)), float(stats.norm.ppf(power))
    if z_power <= 0:
        return _smallest(_PERCENTS, treated, control, z, z_power)
    half, share = _smallest(_PERCENTS, treated, control, z, 0.0), _smallest(_TENTHS, treated, control, z, z_power)
    return None if half is None or share is None else max(half, share)


def _smallest(shares: np.ndarray, treated: float, control: float, z: float, z_power: float) -> float | None:
    """The first of the shares, in rising order, that is shown; None where none is."""
    fewer = treated * shares
    # What is left after the reduction is part of the variance, so that it shrinks with it.
    variance = 2 * (treated + control) - fewer
    deviation = np.sqrt(variance)
    # The limit z·√(sum of counts) is counted from the same events as the difference: the two vary together.
    over = np.divide(fewer, deviation, out=np.zeros_like(fewer), where=deviation > 0)
    spread = np.sqrt(np.maximum(variance + z**2 / 4 - z * over, 0))
    shown = (fewer > 0) & (fewer - z * deviation >= z_power * spread)
    return float(shares[shown.argmax()]) if shown.any() else None
