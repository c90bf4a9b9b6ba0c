"""Which places have most, and where the count has changed."""

from typing import Literal

import numpy as np
import pandas as pd
from scipy import stats

from analysis.change import adjust_for_many, compare_counts

PlaceVerdict = Literal["more", "fewer", "no_clear_change", "too_few_to_say"]


def rank_places(
    counts: pd.DataFrame,
    *,
    days_before: float,
    days_after: float,
    smallest: int = 5,
    smallest_together: int = 10,
    false_discovery: float = 0.05,
) -> pd.DataFrame:
    """Places in order of their count now, with how sure the order is and whether the count has changed.

    Input columns: `place` (any label, each once), `before` and `after`: events in the earlier period and in the one
    asked about, NaN where the source lacks the period. Unit: events. Pass every place that was looked at, also those
    with none: they are part of how many comparisons were made.

    Answer: the same places, most first, equal counts in the order given, with
    `rank`: equal counts share one; none (NA) below `smallest` events, which is too few to rank.
    `rank_from`, `rank_to`: the ranks the place could have if chance had fallen otherwise, since a count of 12 and one
    of 15 are the same to all intents: places whose counts differ clearly (|z| > 1.96 between two Poisson counts) are
    above or below, all others could be either.
    `expected`: what `before` amounts to over the days after; `difference`, `ratio`, `ratio_lower`, `ratio_upper` and
    `p_value` as in `compare_counts`; `lower`, `upper`: where a count would lie, 95 times in 100, had nothing changed.
    `p_adjusted` for all places with enough to compare, and `verdict`: "more", "fewer", "no_clear_change", or
    "too_few_to_say" with fewer than `smallest_together` events in both periods together.

    Assumes independent events. It misleads when a place is large or busy (it is a list of where most happens, not of
    where risk is greatest), when reporting has changed at a place, and when last month's top is read as a trend: places
    picked for being high fall by themselves. See docs/methods/place-ranking.md.
    """
    before = counts["before"].to_numpy(dtype=np.float64, na_value=np.nan)
    after = counts["after"].to_numpy(dtype=np.float64, na_value=np.nan)
    change = compare_counts(before, after, days_before=days_before, days_after=days_after)
    enough = before + after >= smallest_together
    p_adjusted = adjust_for_many(np.where(enough, change.p_value, np.nan))
    lower, upper = range_if_unchanged(before, days_before=days_before, days_after=days_after)
    clear = enough & (p_adjusted < false_discovery)
    verdict = np.where(enough, "no_clear_change", "too_few_to_say").astype(object)
    verdict[clear & (change.difference > 0)] = "more"
    verdict[clear & (change.difference < 0)] = "fewer"

    ranked = after >= smallest
    of_those = after[ranked]
    rank = pd.Series(pd.NA, index=counts.index, dtype="Int64")
    rank_from, rank_to = rank.copy(), rank.copy()
    if ranked.any():
        rank[ranked] = (of_those[None, :] > of_those[:, None]).sum(axis=1) + 1
        # The square root of a Poisson count has a standard deviation of a half, whatever the count.
        apart = np.sqrt(2) * (np.sqrt(of_those)[None, :] - np.sqrt(of_those)[:, None])
        surely = stats.norm.ppf(0.975)
        rank_from[ranked] = (apart > surely).sum(axis=1) + 1
        rank_to[ranked] = len(of_those) - (apart < -surely).sum(axis=1)

    answer = pd.DataFrame(
        {
            "place": counts["place"],
            "before": before,
            "after": after,
            "rank": rank,
            "rank_from": rank_from,
            "rank_to": rank_to,
            "expected": change.expected,
            "lower": lower,
            "upper": upper,
            "difference": change.difference,
            "ratio": change.ratio,
            "ratio_lower": change.ratio_lower,
            "ratio_upper": change.ratio_upper,
            "p_value": change.p_value,
            "p_adjusted": p_adjusted,
            "verdict": verdict,
        },
        index=counts.index,
    )
    return answer.sort_values("after", ascending=False, kind="stable", na_position="last").reset_index(drop=True)


def range_if_unchanged(
    before: np.ndarray, *, days_before: float, days_after: float, confidence: float = 0.95
) -> tuple[np.ndarray, np.ndarray]:
    """Where a later count would lie if the rate stayed, knowing only the earlier count; NaN where that is missing.

    Both the later count and what the earlier one says of the rate are uncertain, which makes the range wider than a
    Poisson range around `before`: negative binomial, with Jeffreys' prior for the rate.
    """
    outside = (1 - confidence) / 2
    later = stats.nbinom(np.where(np.isnan(before), 1.0, before) + 0.5, days_before / (days_before + days_after))
    missing = np.isnan(before)
    return np.where(missing, np.nan, later.ppf(outside)), np.where(missing, np.nan, later.ppf(1 - outside))
