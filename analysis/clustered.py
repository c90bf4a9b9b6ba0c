"""How much a count out of many scatters when events are not independent: they come in bursts, and places differ."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special, stats

_NEARLY_INDEPENDENT = 1e-8


@dataclass(frozen=True)
class Range:
    """Where a count lies if nothing is special: `lower` to `upper`, and the chances of `at_least` and `at_most` it."""

    lower: int
    upper: int
    at_least: float
    at_most: float


def count_range(count: int, *, of: int, share: float, variance: float, confidence: float = 0.95) -> Range:
    """Where a count out of `of` lies when its mean is `of · share` and its variance as given; and how rare `count` is.

    Input: whole numbers, a share between 0 and 1, and the count's variance; one smaller than the binomial's is raised
    to it. Unit: events, and probabilities. The count is beta-binomial, which is what a binomial becomes when its share
    itself varies; without extra variance it is the binomial.

    It misleads where the variance is guessed from few blocks or places: see `design_effect`. See
    docs/methods/predictions.md.
    """
    if not 0 <= count <= of or not 0 < share < 1:
        raise ValueError("A count lies between 0 and what it is a part of, and a share between 0 and 1.")
    outside = (1 - confidence) / 2
    least = of * share * (1 - share)
    within = (max(variance / least, 1.0) - 1) / (of - 1) if of > 1 else 0.0
    within = min(within, 1 - 1e-6)
    every = np.arange(of + 1)
    if within < _NEARLY_INDEPENDENT:
        chances = stats.binom.pmf(every, of, share)
    else:
        a, b = share * (1 / within - 1), (1 - share) * (1 / within - 1)
        ways = special.gammaln(of + 1) - special.gammaln(every + 1) - special.gammaln(of - every + 1)
        chances = np.exp(ways + special.betaln(every + a, of - every + b) - special.betaln(a, b))
    up_to = np.cumsum(chances)
    lower, upper = np.searchsorted(up_to, [outside, 1 - outside])
    return Range(
        lower=int(lower),
        upper=min(int(upper), of),
        at_least=float(min(1.0, chances[count:].sum())),
        at_most=float(min(1.0, up_to[count])),
    )


def scatter_of_mix(is_chosen: ArrayLike, inside: ArrayLike, block: ArrayLike) -> float:
    """How many times more two kinds of events mix unevenly, inside and outside a window, than if they came one by one.

    Input: for each event of both kinds whether it is of the chosen kind, whether it is inside the window, and the block
    (week, month) it came in. Unit: a factor, at least 1, which multiplies the binomial variance of the chosen events
    inside. A burst of ten events in one night makes one block's mix uneven.

    Each block's part inside is held against the others' inside, and so outside: an effect of the window is no scatter.
    Assumes that blocks are independent of each other, and makes up for how little few blocks say. Source: Rao and Scott
    1992, with the jackknife's variance. See docs/methods/predictions.md.
    """
    inside = np.asarray(inside, dtype=bool)
    _, unit = np.unique(np.column_stack([inside, np.asarray(block)]), axis=0, return_inverse=True)
    unit = unit.ravel()
    totals = np.bincount(unit).astype(np.float64)
    counts = np.bincount(unit, np.asarray(is_chosen, dtype=np.float64))
    is_inside = np.bincount(unit, inside) > 0
    share = np.zeros(len(totals))
    whole = np.zeros(len(totals))
    for side in (True, False):
        here = is_inside == side
        if here.any():
            whole[here] = totals[here].sum()
            share[here] = counts[here].sum() / totals[here].sum()
    return _uneven(counts - totals * share, totals / np.maximum(whole, 1), totals * share * (1 - share), is_inside)


def scatter_of_counts(counts: ArrayLike, time: ArrayLike, inside: ArrayLike) -> float:
    """How many times more events scatter over time, inside and outside a window, than if they came one by one.

    Input, one number a block's part inside or outside the window: the events, the time (hours, days) that part is, and
    which side it is. Unit and assumptions as `scatter_of_mix`; what a season makes uneven is scatter here.
    """
    counts, time = np.asarray(counts, dtype=np.float64), np.asarray(time, dtype=np.float64)
    inside = np.asarray(inside, dtype=bool)
    expected, part = np.zeros(len(counts)), np.zeros(len(counts))
    for side in (True, False):
        here = inside == side
        if here.any():
            part[here] = time[here] / time[here].sum()
            expected[here] = counts[here].sum() * part[here]
    return _uneven(counts - expected, part, expected, inside)


def _uneven(
    away: NDArray[np.float64], part: NDArray[np.float64], by_chance: NDArray[np.float64], inside: NDArray[np.bool_]
) -> float:
    """Squares over what chance gives, each block held against the others of its side, both sides as they weigh."""
    away = np.divide(away, 1 - part, out=np.zeros_like(away), where=part < 1)
    of_inside, of_outside = by_chance[inside].sum(), by_chance[~inside].sum()
    if len(away) < 4 or of_inside <= 0 or of_outside <= 0:
        return 1.0
    # The difference of the two sides' shares is what is tested: the smaller side has the larger say.
    weight = np.where(inside, 1 / of_inside, 1 / of_outside) ** 2
    raw = float((weight * away**2).sum() / (weight * by_chance).sum())
    return max(1.0, raw * (1 + 2 / (len(away) - 2)))


def differing(counts: ArrayLike, totals: ArrayLike) -> float:
    """How much the share behind `counts` out of `totals` differs from place to place, as an intraclass correlation.

    Input: one count and total a place; or several columns, one a kind of count, with a total for each place. Unit: for
    each column, or the one, the variance of the share over share · (1 − share); 0 is all alike. By moments, never
    below 0, and made a little larger the fewer the places.

    It misleads where one place holds most of the events: its own share is then most of what is known. See
    docs/methods/predictions.md.
    """
    found = differing_each(np.asarray(counts, dtype=np.float64)[:, None], totals)
    return float(found[0])


def differing_each(counts: ArrayLike, totals: ArrayLike) -> NDArray[np.float64]:
    """`differing` for many kinds of counts at the same places: places in rows, kinds in columns."""
    counts = np.asarray(counts, dtype=np.float64)
    totals = np.asarray(totals, dtype=np.float64)
    here = totals > 0
    counts, totals = counts[here], totals[here]
    places = len(totals)
    pairs = float((totals * (totals - 1)).sum())
    if places < 2 or pairs <= 0:
        return np.zeros(counts.shape[1])
    share = counts.sum(axis=0) / totals.sum()
    least = share * (1 - share)
    # What chance alone gives is less than n·p·q, since each place is a part of the pool it is held against.
    by_chance = (totals * (1 - totals / totals.sum())).sum() * least
    squares = ((counts - totals[:, None] * share) ** 2).sum(axis=0)
    extra = np.divide(squares - by_chance, pairs * least, out=np.zeros_like(least), where=least > 0)
    return np.clip(extra * (1 + 2 / (places - 1)), 0.0, 0.99)
