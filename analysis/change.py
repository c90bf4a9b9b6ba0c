"""Whether a count has changed between two periods, how much, and whether a series moves in one direction."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class CountChange:
    """Two counts compared; every field is shaped as the counts were given.

    `expected` is what `before` amounts to over the days after, `difference` is the count after less that, `ratio` is
    the rate after over the rate before with its interval from `ratio_lower` to `ratio_upper`, `p_value` is exact and
    `z` is the Poisson z. What has no value is NaN, never infinite: the ratio to nothing, and its upper limit.
    """

    expected: Numbers
    difference: Numbers
    ratio: Numbers
    ratio_lower: Numbers
    ratio_upper: Numbers
    p_value: Numbers
    z: Numbers


@dataclass(frozen=True)
class Trend:
    """A series' direction: Mann–Kendall's S with its variance, z and p-value, Sen's slope per step, Kendall's tau-b."""

    s: int
    variance: float
    z: float
    p_value: float
    slope: float
    tau: float
    values: int


def compare_counts(
    before: ArrayLike,
    after: ArrayLike,
    *,
    days_before: ArrayLike,
    days_after: ArrayLike,
    confidence: float = 0.95,
) -> CountChange:
    """Compare counts of events in two periods, which may be of different length. One number or many at once.

    Input: whole counts (NaN where a source lacks the period, which gives NaN), and the days each period was observed.
    Unit: events; `ratio` is a rate ratio (1 is no change). The p-value is two-sided and exact: given both counts
    together, the later one is binomial if the rate stayed. The interval is the conditional one of Clopper and Pearson.
    z is 2 (√after − √expected); 2 is common by chance and 3 is not.

    Assumes that events come one by one and independently. They often come in bursts, and then small p-values are too
    small. A period chosen because it was bad is followed by a better one by itself. Source: Przyborowski and Wilenski
    1940, as poisson.test in R; z as in Wheeler 2016. See docs/methods/compare-counts.md.
    """
    before, after, days_before, days_after = np.broadcast_arrays(
        *(np.asarray(part, dtype=np.float64) for part in (before, after, days_before, days_after))
    )
    if (before < 0).any() or (after < 0).any():
        raise ValueError("A count cannot be less than zero.")
    if not ((days_before > 0) & (days_after > 0)).all():
        raise ValueError("Both periods must have days.")
    missing = np.isnan(before) | np.isnan(after)
    then, now = np.where(missing, 0.0, before), np.where(missing, 0.0, after)
    outside = (1 - confidence) / 2
    per_day = days_before / days_after

    # The share of all the events that came after; its limits turn into limits of the ratio.
    lowest = np.where(now > 0, stats.beta.ppf(outside, np.maximum(now, 1), then + 1), 0.0)
    highest = stats.beta.ppf(1 - outside, now + 1, np.maximum(then, 1))
    nothing = then + now == 0
    expected = then * days_after / days_before
    answer = {
        "expected": expected,
        "difference": now - expected,
        "ratio": _over(now, then) * per_day,
        "ratio_lower": np.where(nothing, np.nan, lowest / (1 - lowest) * per_day),
        "ratio_upper": np.where(then > 0, _over(highest, 1 - highest) * per_day, np.nan),
        "p_value": _exact_p_value(now, then + now, days_after / (days_before + days_after)),
        "z": 2 * (np.sqrt(now) - np.sqrt(expected)),
    }
    return CountChange(**{name: np.where(missing, np.nan, values)[()] for name, values in answer.items()})


def count_interval(count: ArrayLike, *, confidence: float = 0.95) -> tuple[Numbers, Numbers]:
    """Between which rates a count may lie: the exact interval of a Poisson count. One number or many at once.

    Input: whole counts, NaN where there is none, which gives NaN. Unit: events over the same period; no event has the
    lower limit 0. The interval is Garwood's: either limit is the rate under which a count this far away, or farther,
    has the probability (1 − confidence)/2.

    Assumes that events come one by one and independently; where they come in bursts it is too narrow. Source: Garwood
    1936. See docs/methods/detectable-reduction.md.
    """
    count = np.asarray(count, dtype=np.float64)
    if (count < 0).any():
        raise ValueError("A count cannot be less than zero.")
    outside = (1 - confidence) / 2
    lower = np.where(
        count > 0, stats.gamma.ppf(outside, np.where(count > 0, count, 1.0)), np.where(count == 0, 0.0, np.nan)
    )
    return lower[()], stats.gamma.ppf(1 - outside, count + 1)[()]


def adjust_for_many(p_values: ArrayLike) -> Numbers:
    """The p-values corrected for being many (Benjamini–Hochberg); NaN stays NaN and is not counted as a comparison.

    Calling everything below 0.05 a finding then makes at most 5 % of the findings false, on average. Give it all the
    comparisons that were made, not only those that look good.
    """
    p_values = np.asarray(p_values, dtype=np.float64)
    known = ~np.isnan(p_values)
    adjusted = np.full(p_values.shape, np.nan)
    if known.any():
        adjusted[known] = stats.false_discovery_control(p_values[known])
    return adjusted


def trend_test(values: ArrayLike) -> Trend:
    """Whether a series rises or falls, whatever the shape (Mann–Kendall), and how much per step (Sen's slope).

    Input: values in order of time, evenly spaced; NaN where there is none: it is left out, but its place is kept for
    the slope. With fewer than three values, or all equal, z is 0 and the p-value 1.

    Assumes that values are independent of each other. A season makes neighbours alike and the p-value too small: use
    whole years, or a series without its season. A trend in reports is not always a trend in events. Source: Mann 1945,
    Kendall 1975, Sen 1968. See docs/methods/compare-counts.md.
    """
    values = np.asarray(values, dtype=np.float64)
    when = np.flatnonzero(~np.isnan(values))
    values = values[when]
    n = len(values)
    earlier, later = np.triu_indices(n, k=1)
    rises = values[later] - values[earlier]
    s = int(np.sign(rises).sum())
    slope = float(np.median(rises / (when[later] - when[earlier]))) if n > 1 else np.nan
    _, ties = np.unique(values, return_counts=True)
    variance = float((n * (n - 1) * (2 * n + 5) - (ties * (ties - 1) * (2 * ties + 5)).sum()) / 18)
    pairs = n * (n - 1) / 2
    untied = pairs - (ties * (ties - 1) / 2).sum()
    tau = s / np.sqrt(pairs * untied) if untied > 0 else np.nan
    z = (s - np.sign(s)) / np.sqrt(variance) if n > 2 and variance > 0 else 0.0
    return Trend(s, variance, float(z), float(2 * stats.norm.sf(abs(z))), slope, float(tau), n)


def _over(above: Numbers, below: Numbers) -> Numbers:
    return np.divide(above, below, out=np.full(np.shape(below), np.nan), where=below > 0)


def _exact_p_value(count: Numbers, of: Numbers, share: Numbers) -> Numbers:
    """The probability of a binomial count no more probable than this one, as R's binom.test has it.

    Away from its middle a binomial only falls, so where the other tail begins is found by halving, for all at once.
    """
    middle = of * share
    # Equal probabilities may differ in the last digit.
    limit = stats.binom.pmf(count, of, share) * (1 + 1e-7)
    low = count < middle

    # The first place above the middle, or the last below it, that is no more probable than the count.
    near = np.where(low, np.ceil(middle), np.floor(middle))
    step = np.where(low, 1.0, -1.0)
    reach = np.where(low, of - near, near) + 1  # how many steps there are; the last is past the end
    least, most = np.zeros_like(reach), reach
    while (least < most).any():
        half = np.floor((least + most) / 2)
        rare = stats.binom.pmf(near + step * half, of, share) <= limit
        searching = least < most
        most = np.where(searching & rare, half, most)
        least = np.where(searching & ~rare, half + 1, least)
    other = near + step * most
    below = stats.binom.cdf(np.where(low, count, other), of, share)
    above = stats.binom.sf(np.where(low, other, count) - 1, of, share)
    return np.where(count == middle, 1.0, np.minimum(below + above, 1.0))
