"""What an evaluation says in one word, by a fixed table of rules, and never from one number alone."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.evaluation.counts import (
    DisplacementDifference,
    DisplacementQuotient,
    NetEffect,
    RelativeEffect,
    poisson_rate_ratio,
    relative_effect,
    total_net_effect,
    weighted_displacement_difference,
    weighted_displacement_quotient,
)
from analysis.evaluation.detectable import detectable_reduction
from analysis.evaluation.dispersion import estimated_dispersion
from analysis.evaluation.result import Effect
from analysis.evaluation.series import (
    InterruptedSeries,
    SeriesEffect,
    SyntheticComparison,
    difference_in_differences,
    interrupted_time_series,
    synthetic_comparison,
)

BEFORE, AFTER, EARLIER, BETWEEN = "before", "after", "earlier", "between"
NOT_UNITS = {"days", "part", "treated", "ring"}
# A tenth of those who report more or less is a change of its own.
MOST_COVERAGE_CHANGE = 0.1
FEWEST_EXPECTED = 10
# What “unchanged” rules out: a change that would make a difference to what is decided, or the one the comparison was
# large enough to show, whichever is more; where that is more than a halving, it is not said.
MEANINGFUL_CHANGE = 1 / 3
LARGEST_RULED_OUT = 1 / 2
# Without a comparison the series' own past must hold two rounds of the seasons.
MONTHS_ALONE = 24
MONTHS_AFTER_ALONE = 6
SEASON = 12
# Up to so many times larger or smaller a comparison is taken as it is.
MOST_TIMES_THE_SIZE = 1.5


class Verdict(StrEnum):
    """The four words an evaluation can say."""

    DECREASED = "decreased"
    UNCHANGED = "unchanged"
    INCREASED = "increased"
    NOT_ASSESSABLE = "not_assessable"


@dataclass(frozen=True)
class Rule:
    """A row of the table: its code, whether it is met, and the numbers it was met by. Rules that ask about nothing
    that is there (no ring, no earlier months) are left out."""

    code: str
    holds: bool
    numbers: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Assessment:
    """The verdict, the rules that gave it in their order, and everything a page shows beside them.

    `change` is the estimate the verdict leans on: a rate ratio, 0.7 for three tenths fewer than expected. `expected` is
    what was to be expected after without the measure, row by row of the frame, NaN where nothing tells.
    """

    verdict: Verdict
    rules: tuple[Rule, ...]
    change: Effect | None
    relative: RelativeEffect | None
    difference: SeriesEffect | None
    weighted: DisplacementDifference | None
    quotient: DisplacementQuotient | None
    net: NetEffect | None
    interrupted: InterruptedSeries | None
    synthetic: SyntheticComparison | None
    dispersion: float
    detectable_half: float | None
    detectable_eight_of_ten: float | None
    observed_after: float
    expected_after: float | None
    expected: tuple[float, ...]


def assess(
    months: pd.DataFrame,
    *,
    has_ring: bool = False,
    coverage_before: float | None = None,
    coverage_after: float | None = None,
    comparison_is_touched: bool = False,
    meaningful_change: float = MEANINGFUL_CHANGE,
    fewest_expected: float = FEWEST_EXPECTED,
    most_coverage_change: float = MOST_COVERAGE_CHANGE,
    confidence: float = 0.95,
) -> Assessment:
    """Whether the treated place has decreased, is unchanged or has increased, or whether that cannot be told.

    Input: a row for each month (or part of one) in order of time: `days` counted, `part` (“earlier”, “before”,
    “between” or “after”), the counts of `treated` and `ring`, and a column for each thing it is compared with. A row
    that the sources lack is NaN. `coverage_before` and `coverage_after` are the shares (0–1) of those who should that
    have reported. `meaningful_change` is the least share that “unchanged” rules out.

    Assumes what the methods behind it do: that the treated and the compared would have changed by the same share.
    Months outside the periods are used only to see whether they did so before. ValueError: a frame without months
    before or after.

    Source: the rule table of docs/methods/headline.md.
    """
    units = [str(name) for name in months.columns if name not in NOT_UNITS]
    part = months["part"].to_numpy(dtype=object)
    known = months[["treated", *units]].notna().all(axis=1).to_numpy()
    before, after = known & (part == BEFORE), known & (part == AFTER)
    if not before.any() or not after.any():
        raise ValueError("There must be counted months before and after.")
    sums = _Sums(months, units, before, after)
    halves = _detectable(sums)
    rules = [
        Rule("detectable", halves[0] is not None, {"before": sums.treated[0], "compared": sums.control[0]}),
    ]
    dispersion = _dispersion(months, units, before, after) if units else 1.0
    results = _results(months, units, part, known, before, after, sums, dispersion, has_ring, confidence)
    change = results["difference"] if units else results["interrupted"]
    expected_after = results["expected_after"]
    rules.append(
        Rule(
            "enough",
            expected_after is not None and expected_after >= fewest_expected,
            {"expected": expected_after or 0.0},
        )
    )
    if units:
        rules.append(Rule("compared", sums.control[0] >= fewest_expected, {"compared": sums.control[0]}))
    else:
        alone = int((known & np.isin(part, [EARLIER, BEFORE])).sum())
        long_enough = alone >= MONTHS_ALONE and int(after.sum()) >= MONTHS_AFTER_ALONE
        rules.append(Rule("alone", long_enough, {"before": alone, "after": int(after.sum())}))
    if comparison_is_touched:
        rules.append(Rule("untouched", False))
    if coverage_before is not None and coverage_after is not None:
        steady = abs(coverage_after - coverage_before) <= most_coverage_change
        rules.append(Rule("reported", steady, {"before": coverage_before, "after": coverage_after}))
    parallel = _parallel_before(months, units, part, known, confidence) if units else None
    if parallel is not None:
        rules.append(parallel)

    can_tell = all(rule.holds for rule in rules) and change is not None
    verdict = Verdict.NOT_ASSESSABLE
    if can_tell and change is not None:
        signs = _signs(change, results, sums, has_ring, bool(units), confidence)
        rules += signs
        if all(rule.holds for rule in signs):
            verdict = Verdict.DECREASED if _below_one(change) else Verdict.INCREASED
        else:
            share = min(max(meaningful_change, halves[1] or 0.0), LARGEST_RULED_OUT)
            rules_out = Rule("rules_out", _within(change, 1 - share, 1 / (1 - share)), {"share": share})
            rules.append(rules_out)
            if rules_out.holds:
                verdict = Verdict.UNCHANGED
    return Assessment(
        verdict=verdict,
        rules=tuple(rules),
        change=change,
        dispersion=dispersion,
        detectable_half=halves[0],
        detectable_eight_of_ten=halves[1],
        observed_after=sums.treated[1],
        **results,
    )


class _Sums:
    """The counts before and after, and how long they were counted: (before, after)."""

    def __init__(
        self, months: pd.DataFrame, units: Sequence[str], before: NDArray[np.bool_], after: NDArray[np.bool_]
    ) -> None:
        def both(values: NDArray[np.float64]) -> tuple[float, float]:
            return float(values[before].sum()), float(values[after].sum())

        self.days = both(months["days"].to_numpy(dtype=float))
        self.treated = both(months["treated"].to_numpy(dtype=float))
        self.ring = both(months["ring"].fillna(0).to_numpy(dtype=float))
        self.control = both(months[list(units)].to_numpy(dtype=float).sum(axis=1)) if units else (0.0, 0.0)

    @property
    def scaled(self) -> float:
        """How long the time after is beside the time before."""
        return self.days[1] / self.days[0]


def _detectable(sums: _Sums) -> tuple[float | None, float | None]:
    """The reductions that would be shown half of the times and eight times in ten, for the shorter of the periods."""
    shorter = min(1.0, sums.scaled)
    treated, control = sums.treated[0] * shorter, sums.control[0] * shorter
    control = control / _scale(treated, control) if control else treated
    return detectable_reduction(treated, control, power=0.5), detectable_reduction(treated, control, power=0.8)


def _scale(treated: float, control: float) -> float:
    """By what a comparison of another size is divided, so that it counts as much as the treated place; 1 for one alike.

    The weighted difference is one of counts: a tenth of ten times as many would outweigh any measure.
    """
    if min(treated, control) <= 0:
        return 1.0
    level = control / treated
    return 1.0 if 1 / MOST_TIMES_THE_SIZE <= level <= MOST_TIMES_THE_SIZE else level


def _dispersion(
    months: pd.DataFrame, units: Sequence[str], before: NDArray[np.bool_], after: NDArray[np.bool_]
) -> float:
    """How much more than Poisson counts vary: from month to month or between what is compared, whichever is more."""
    counts = pd.DataFrame({"treated": months["treated"], "control": months[list(units)].sum(axis=1)})
    used = before | after
    monthly = estimated_dispersion(counts[used], after=after[used])
    if len(units) < 3:
        return monthly
    table = months[list(units)].to_numpy(dtype=float)
    sums = np.array([table[before].sum(axis=0), table[after].sum(axis=0)])
    sums = sums[:, sums.sum(axis=0) > 0]
    if sums.shape[1] < 3 or not sums.sum(axis=1).all():
        return monthly
    expected = np.outer(sums.sum(axis=1), sums.sum(axis=0)) / sums.sum()
    between = float(((sums - expected) ** 2 / expected).sum() / (sums.shape[1] - 1))
    return max(monthly, between)


def _results(
    months: pd.DataFrame,
    units: Sequence[str],
    part: NDArray[np.object_],
    known: NDArray[np.bool_],
    before: NDArray[np.bool_],
    after: NDArray[np.bool_],
    sums: _Sums,
    dispersion: float,
    has_ring: bool,
    confidence: float,
) -> dict[str, Any]:
    """Every estimate, None where the counts do not allow it."""
    found: dict[str, Any] = dict.fromkeys(
        ("relative", "difference", "weighted", "quotient", "net", "interrupted", "synthetic", "expected_after")
    )
    treated = months["treated"].to_numpy(dtype=float)
    days = months["days"].to_numpy(dtype=float)
    expected = np.full(len(months), math.nan)
    found["interrupted"] = _interrupted(treated, days, part, known, confidence)
    if units:
        control = months[list(units)].to_numpy(dtype=float).sum(axis=1)
        found["relative"] = relative_effect(*sums.treated, *sums.control, dispersion=dispersion, confidence=confidence)
        ring = sums.ring if has_ring else (0.0, 0.0)
        # Periods of different length by the day.
        found["weighted"] = weighted_displacement_difference(
            *sums.treated, *sums.control, *ring, time_before=1.0, time_after=sums.scaled,
            area_control=_scale(sums.treated[0], sums.control[0]), confidence=confidence,
        )  # fmt: skip
        if has_ring:
            zones = (*sums.treated, *sums.control, *sums.ring)
            found["quotient"] = weighted_displacement_quotient(*zones)
            found["net"] = total_net_effect(*zones, confidence=confidence)
        found["difference"] = _difference(treated, control, days, before, after, dispersion, confidence)
        if sums.control[0] > 0:
            level = sums.treated[0] / sums.control[0]
            expected = np.where(known, control * level, math.nan)
            found["expected_after"] = sums.control[1] * level
        if len(units) >= 2:
            found["synthetic"] = _synthetic(months, units, part, known)
    elif found["interrupted"] is not None:
        used = known & np.isin(part, [EARLIER, BEFORE, AFTER])
        expected[used] = np.array(found["interrupted"].counterfactual)[used[np.isin(part, [EARLIER, BEFORE, AFTER])]]
        found["expected_after"] = found["interrupted"].expected_after
    found["expected"] = tuple(map(float, expected))
    return found


def _interrupted(
    treated: NDArray[np.float64],
    days: NDArray[np.float64],
    part: NDArray[np.object_],
    known: NDArray[np.bool_],
    confidence: float,
) -> InterruptedSeries | None:
    """The treated place's own series, its neighbouring months allowed to be alike; None where it is too short."""
    used = np.isin(part, [EARLIER, BEFORE, AFTER])
    counts = np.where(known, treated, math.nan)[used]
    began = int(np.flatnonzero(part[used] == AFTER)[0])
    past = int(np.isfinite(counts[:began]).sum())
    later = int(np.isfinite(counts[began:]).sum())
    if past < SEASON or later < 3:
        return None
    season: dict[str, Any] = {"season_period": SEASON, "harmonics": 1} if past >= MONTHS_ALONE else {}
    lags = math.floor(4 * (len(counts) / 100) ** (2 / 9))
    try:
        return interrupted_time_series(
            counts, intervention_index=began, exposure=days[used], hac_lags=lags, confidence=confidence, **season
        )
    except ValueError:
        return None


def _difference(
    treated: NDArray[np.float64],
    control: NDArray[np.float64],
    days: NDArray[np.float64],
    before: NDArray[np.bool_],
    after: NDArray[np.bool_],
    dispersion: float,
    confidence: float,
) -> SeriesEffect | None:
    """The treated beside the compared, month by month; wider where what is compared drifts apart more than that."""
    used = before | after
    number = int(used.sum())
    later = after[used]
    seasons: dict[str, Any] = {}
    # Where the months before are those after, in the same order, each of them may have a level of its own.
    if before.sum() == after.sum() and before.sum() >= 3:
        months = int(before.sum())
        when = np.concatenate([np.arange(months), np.arange(months)])
        seasons = {"time": np.tile(when, 2), "season_period": months}
    try:
        found = difference_in_differences(
            np.concatenate([treated[used], control[used]]),
            treated=np.repeat([True, False], number),
            after=np.tile(later, 2),
            exposure=np.tile(days[used], 2),
            confidence=confidence,
            **seasons,
        )
    except ValueError:
        return None
    return _widened(found, dispersion)


def _widened(found: SeriesEffect, dispersion: float) -> SeriesEffect:
    """The same estimate with an interval as wide as this dispersion asks for; never narrower than its own."""
    own = found.dispersion or 1.0
    if not found.estimate or found.se is None or dispersion <= own or not math.isfinite(found.se):
        return found
    factor = math.sqrt(dispersion / own)
    middle = math.log(found.estimate)
    told: dict[str, Any] = {"se": found.se * factor, "z": middle / (found.se * factor), "dispersion": dispersion}
    for name in ("ci_low", "ci_high"):
        limit = getattr(found, name)
        if limit and math.isfinite(limit):
            told[name] = math.exp(middle + factor * (math.log(limit) - middle))
    told["p_value"] = math.erfc(abs(told["z"]) / math.sqrt(2))
    return replace(found, **told)


def _synthetic(
    months: pd.DataFrame, units: Sequence[str], part: NDArray[np.object_], known: NDArray[np.bool_]
) -> SyntheticComparison | None:
    used = known & np.isin(part, [EARLIER, BEFORE, AFTER])
    began = int((part[used] != AFTER).sum())
    try:
        return synthetic_comparison(
            months["treated"].to_numpy(dtype=float)[used],
            months.loc[used, list(units)],
            intervention_index=began,
        )
    except ValueError:
        return None


def _parallel_before(
    months: pd.DataFrame,
    units: Sequence[str],
    part: NDArray[np.object_],
    known: NDArray[np.bool_],
    confidence: float,
) -> Rule | None:
    """Whether treated and compared went the same way before: the earlier half beside the later, as if it were measured.

    Asked strictly (99 % where the headline asks 95 %), since a rule that fails by chance takes an answer away. None
    where there is less than a year before.
    """
    past = np.flatnonzero(known & np.isin(part, [EARLIER, BEFORE]))
    if len(past) < SEASON:
        return None
    half = len(past) // 2
    first, second = past[-2 * half : -half], past[-half:]
    before, after = np.zeros(len(months), dtype=bool), np.zeros(len(months), dtype=bool)
    before[first], after[second] = True, True
    control = months[list(units)].to_numpy(dtype=float).sum(axis=1)
    treated = months["treated"].to_numpy(dtype=float)
    sums = treated[before].sum(), treated[after].sum(), control[before].sum(), control[after].sum()
    if min(sums) <= 0:
        return None
    dispersion = _dispersion(months, units, before, after)
    apart = relative_effect(*sums, dispersion=dispersion, confidence=1 - (1 - confidence) / 5)
    assert apart.ci_low is not None
    assert apart.ci_high is not None
    return Rule(
        "parallel", apart.ci_low <= 1 <= apart.ci_high, {"change": 1 / apart.estimate if apart.estimate else 0.0}
    )


# --- The table --------------------------------------------------------------------------------------------------------


def _below_one(change: Effect) -> bool:
    return change.estimate is not None and change.estimate < 1


def _clear_of_one(effect: Effect | None) -> bool:
    return effect is not None and (
        (effect.ci_low is not None and effect.ci_low > 1) or (effect.ci_high is not None and effect.ci_high < 1)
    )


def _within(change: Effect, low: float, high: float) -> bool:
    return change.ci_low is not None and change.ci_high is not None and low <= change.ci_low and change.ci_high <= high


def _signs(
    change: Effect, results: dict[str, Any], sums: _Sums, has_ring: bool, is_compared: bool, confidence: float
) -> list[Rule]:
    """The rules that all must be met before a decrease or an increase is said."""
    falls = _below_one(change)
    told = {"estimate": change.estimate, "low": change.ci_low, "high": change.ci_high}
    if not is_compared:
        before, after = sums.treated
        average = poisson_rate_ratio(after, sums.days[1], before, sums.days[0], confidence=confidence)
        same_way = _clear_of_one(average) and (average.estimate is not None) and (average.estimate < 1) == falls
        return [
            Rule("step", _clear_of_one(change), told),
            Rule("average", same_way, {"estimate": average.estimate, "low": average.ci_low, "high": average.ci_high}),
        ]
    relative, weighted = results["relative"], results["weighted"]
    same_way = relative.estimate is not None and (relative.estimate > 1) == falls
    rules = [
        Rule(
            "relative",
            _clear_of_one(relative) and same_way,
            {"estimate": relative.estimate, "low": relative.ci_low, "high": relative.ci_high},
        ),
        Rule("difference", _clear_of_one(change), told),
        Rule(
            "weighted",
            weighted.estimate is not None and (weighted.estimate < 0) == falls,
            {"estimate": weighted.estimate, "low": weighted.ci_low, "high": weighted.ci_high},
        ),
    ]
    if has_ring and falls:
        net = results["net"]
        rules.append(Rule("ring", net.estimate is not None and net.estimate > 0, {"estimate": net.estimate}))
    return rules
