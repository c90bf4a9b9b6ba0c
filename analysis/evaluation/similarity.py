"""Which areas or places are like the treated one before anything is done: in level, in trend and in what happens."""

from collections.abc import Hashable
from dataclasses import dataclass

import numpy as np
import pandas as pd

# Below this many events before, what looks like or unlike is chance.
FEWEST_EVENTS = 10
# So many times as many, or as few, is nothing like it in level; and so much more rise or fall nothing like its trend.
UNLIKE_LEVEL, UNLIKE_TREND = 4.0, 2.0
# Beyond this many standard errors the trends differ by more than chance.
CLEARLY = 1.96


@dataclass(frozen=True)
class Likeness:
    """How like the treated one something else was before.

    `level`: its events for each of the treated one's. `trend`: how much more it rose, or less it fell, from the first
    to the second half of the months; 1 is the same. `mix`: the share of the events that are of the same kinds, 0–1.
    `likeness`: the three in one number, 1 for the same. NaN where there are too few events to say.
    """

    key: Hashable
    count: int
    level: float
    trend: float
    trend_differs: bool
    mix: float
    likeness: float

    @property
    def is_too_few(self) -> bool:
        return bool(np.isnan(self.likeness))


def likenesses(
    treated: pd.Series,
    others: pd.DataFrame,
    *,
    in_before: pd.Series,
    treated_mix: pd.Series,
    other_mixes: pd.DataFrame,
    fewest: int = FEWEST_EVENTS,
) -> list[Likeness]:
    """Each of the others beside the treated one, the most alike first.

    Input: `treated`, events by month, in the order of time; `others`, the same months, a column each; `in_before`,
    which of the months are the period before (the level is that period's; the trend is of all the months);
    `treated_mix` and the columns of `other_mixes`, events of the period before by category. Unit: events.

    Level, trend and mix each give 0 to 1, and `likeness` is their mean: 1 − |ln level| / ln 4, 1 − |ln trend| / ln 2,
    none below 0, and the mix itself (1 − half the sum of the differences between the shares). Half an event is added to
    each half of the months, so that none is divided by. `trend_differs` says that the trends differ by more than
    Poisson chance at 95 %. With fewer than `fewest` events before, in either, nothing is said (NaN).

    Assumes months of about equal length and counts that are reported alike. It misleads where few events make every
    trend possible, and likeness before is no promise of likeness afterwards. See docs/methods/similar-areas.md.
    """
    if list(treated.index) != list(others.index) or list(treated.index) != list(in_before.index):
        raise ValueError("The series are of the same months.")
    halves = np.arange(len(treated)) >= len(treated) // 2
    chosen = in_before.to_numpy(dtype=bool)
    own = treated.to_numpy(dtype=np.float64)
    found = []
    for key in others.columns:
        theirs = others[key].to_numpy(dtype=np.float64)
        count = int(theirs[chosen].sum())
        if count < fewest or own[chosen].sum() < fewest:
            found.append(Likeness(key, count, np.nan, np.nan, False, np.nan, np.nan))
            continue
        level = count / own[chosen].sum()
        trend, z = _trend(own, theirs, halves)
        mix = _common(treated_mix, other_mixes[key])
        scores = (_score(level, UNLIKE_LEVEL), _score(trend, UNLIKE_TREND), mix)
        differs = bool(abs(z) > CLEARLY)
        found.append(Likeness(key, count, float(level), float(trend), differs, mix, float(np.mean(scores))))
    # Equal ones keep the order they were given in; those that cannot be told come last, the largest first.
    return sorted(found, key=lambda one: (one.is_too_few, -one.count if one.is_too_few else -one.likeness))


def _trend(own: np.ndarray, theirs: np.ndarray, later: np.ndarray) -> tuple[float, float]:
    """How many times more theirs rose, and by how many standard errors of the logarithm that differs from none."""
    counts = np.array([theirs[later].sum(), theirs[~later].sum(), own[later].sum(), own[~later].sum()]) + 0.5
    logarithm = np.log(counts) @ np.array([1, -1, -1, 1])
    return float(np.exp(logarithm)), float(logarithm / np.sqrt((1 / counts).sum()))


def _score(ratio: float, limit: float) -> float:
    return max(0.0, 1 - abs(float(np.log(ratio))) / float(np.log(limit)))


def _common(one: pd.Series, other: pd.Series) -> float:
    """The share of the events that are of the same kinds."""
    both = pd.concat([one, other], axis=1).fillna(0).to_numpy(dtype=np.float64)
    if not both.sum(axis=0).all():
        return 0.0
    shares = both / both.sum(axis=0)
    return float(1 - np.abs(shares[:, 0] - shares[:, 1]).sum() / 2)
