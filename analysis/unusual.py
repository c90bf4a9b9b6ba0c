"""How unusual a count is beside equally long periods before it."""

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats


def chance_of_as_many(count: ArrayLike, before: ArrayLike, *, periods_before: int) -> NDArray[np.float64]:
    """The probability of at least `count` events in a period, had they come as often as in the periods before.

    Input: whole counts, one or many: `count` in the period itself, `before` in all of `periods_before` periods of the
    same length together. Unit: a probability; small is unusual. The tail is Poisson with the mean not taken as known:
    given both counts together the later one is binomial with the share 1/(1 + periods), so that one event where there
    were none before is unusual but never impossible.

    Assumes that events come one by one and independently, and periods that are alike. Bursts and seasons make the
    answer too small. It puts many counts in order; it is no test, since the smallest of many is small by chance.
    Source: Przyborowski and Wilenski 1940, one-sided. See docs/methods/unusual.md.
    """
    if periods_before < 1:
        raise ValueError("There must be a period to compare with.")
    now, then = np.broadcast_arrays(np.asarray(count, dtype=np.float64), np.asarray(before, dtype=np.float64))
    if (now < 0).any() or (then < 0).any():
        raise ValueError("A count cannot be less than zero.")
    return np.asarray(stats.binom.sf(now - 1, now + then, 1 / (1 + periods_before)), dtype=np.float64)
