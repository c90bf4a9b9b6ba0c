"""Whether it worked, from counts month by month: with the series' own past, with a comparison, with several of them."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy import optimize, special

from analysis.evaluation.regression import Fit, Numbers, effect_of, fit_log_linear, says
from analysis.evaluation.result import Effect

# Fewer areas than this and even the largest of all ranks has a probability above 5 %.
DONORS_FOR_A_VERDICT = 19


@dataclass(frozen=True, kw_only=True)
class SeriesEffect(Effect):
    """A rate ratio, below 1 where there are fewer events than expected without the measure; `se` is of its logarithm.

    `fitted` is what the model says of each row, `counterfactual` what it would say without the measure; NaN where it
    does not tell. `observed_after` and `expected_after` are the treated rows' sums after, `observations` the rows that
    were counted. `trend` is the rate ratio from one step of time to the next. `dispersion` is the variance over the
    mean, None where too few rows tell it; `theta` the negative binomial's, None where the counts scatter no more than
    Poisson's.
    """

    family: str
    dispersion: float | None
    theta: float | None
    observations: int
    degrees_of_freedom: int
    trend: Effect | None
    fitted: tuple[float, ...]
    counterfactual: tuple[float, ...]
    observed_after: float
    expected_after: float


@dataclass(frozen=True, kw_only=True)
class InterruptedSeries(SeriesEffect):
    """An interrupted time series. `slope` is how the trend changed: a rate ratio per step, beside the step's
    `estimate`.

    `lags` is what `hac_lags` was. `autocorrelation` is that of neighbouring residuals, `durbin_watson` the test figure
    of the deviance residuals: near 0 and near 2 where neighbours are not alike.
    """

    slope: Effect | None
    lags: int | None
    autocorrelation: float | None
    durbin_watson: float | None


@dataclass(frozen=True, kw_only=True)
class SyntheticComparison(Effect):
    """A treated area beside a mixture of others. `estimate` is the rate ratio after; it has no standard error of its
    own.

    `weights` by donor; `synthetic` the mixture's series; `error_before` and `error_after` how far the two lie apart
    (root mean square), `ratio` after over before. `placebo_ratios` are the same for each donor, as if it had been
    treated. `rank` of `areas`: 1 where the treated area moved away from its mixture more than all others. `p_value` is
    rank/areas, and None with fewer than 19 donors: then the rank is all there is.
    """

    weights: dict[str, float]
    synthetic: tuple[float, ...]
    error_before: float
    error_after: float
    ratio: float
    placebo_ratios: dict[str, float]
    rank: int
    areas: int


def interrupted_time_series(
    counts: ArrayLike,
    *,
    intervention_index: int,
    exposure: ArrayLike | None = None,
    season_period: int | None = None,
    harmonics: int = 0,
    slope_change: bool = False,
    family: str = "quasipoisson",
    hac_lags: int | None = None,
    confidence: float = 0.95,
) -> InterruptedSeries:
    """By what the rate changed at once when the measure began, beside the trend and season it had before.

    Input: counts in order of time, evenly spaced, NaN where nothing was counted; which is the first with the measure;
    and what each is counted over (days, residents). Unit: a rate ratio, 0.8 for a fifth fewer. A season of
    `season_period` steps has `harmonics` pairs of waves, or with none a level for each step of it. `slope_change` lets
    the trend change too: the estimate is then the step as it was just before the first with the measure. Standard
    errors are the model's own; with `hac_lags` neighbours that far apart may be alike. Where nothing happened before or
    after, the interval is not bounded.

    Assumes that nothing else changed at that time, that the trend before would have gone on, and that effects multiply.
    One series cannot tell the measure from anything else that began then. ValueError: what is no count or no exposure,
    or a series from which the step cannot be told at all.

    Source: Lopez Bernal, Cummins and Gasparrini 2017; Newey and West 1987. See docs/methods/interrupted-time-series.md.
    """
    series = _counts(counts)
    began = _whole(intervention_index, "The first index with the measure")
    if not 0 < began < len(series):
        raise ValueError("There must be observations before the measure and after.")
    steps = np.arange(1.0, len(series) + 1)
    after = steps > began
    columns = [np.ones(len(series)), after * 1.0, steps]
    if slope_change:
        columns.append(np.maximum(steps - began, 0.0))
    design = np.column_stack([*columns, *_season(steps, season_period, harmonics)])
    without = design.copy()
    without[:, [1, 3] if slope_change else [1]] = 0.0
    lags = None if hac_lags is None else _whole(hac_lags, "The number of lags")
    if lags is not None and lags < 0:
        raise ValueError("The number of lags is zero or more.")

    fit, known, exposed = _fitted(design, series, exposure, family, 1, "trend and season")
    told = []
    for column in range(1, len(columns)):
        beside = (
            None if lags is None else fit.allowing_for_neighbours(column, series[known], when=steps[known], lags=lags)
        )
        told.append(effect_of(fit, column, confidence=confidence, beside=beside))
    autocorrelation, durbin_watson = _neighbours(fit, series[known], steps[known])
    return InterruptedSeries(
        **vars(told[0]),
        **_about(fit, design, without, series, exposed, after),
        trend=told[1],
        slope=told[2] if slope_change else None,
        lags=lags,
        autocorrelation=autocorrelation,
        durbin_watson=durbin_watson,
    )


def difference_in_differences(
    counts: ArrayLike,
    *,
    treated: ArrayLike,
    after: ArrayLike,
    time: ArrayLike | None = None,
    season_period: int | None = None,
    trend: bool = False,
    exposure: ArrayLike | None = None,
    family: str = "quasipoisson",
    confidence: float = 0.95,
) -> SeriesEffect:
    """By what the treated place changed beyond what the comparison did.

    Input: a row for each place and period, in any order: its count (NaN where nothing was counted), whether the place
    is treated, whether the period is after, and what it is counted over. `time` numbers the periods where a trend or a
    season common to all is wanted; a season has a level for each of its steps. Unit: a rate ratio, 0.8 for a fifth
    fewer than expected. Several comparisons are one group: add them up first, or give an exposure, or their different
    sizes are taken for scatter. Where a group had no events the interval is not bounded.

    Assumes that both would have changed by the same share, which nothing after can show: look at the time before.
    Assumes rows that are independent of each other. ValueError: what is no count, no exposure or no whole step of time,
    or a group of the four without rows.

    Source: Farrington and others 2007 for two periods, where the Poisson estimate is the inverse of their relative
    effect size. See docs/methods/difference-in-differences.md.
    """
    series = _counts(counts)
    is_treated, is_after = _flags(treated, len(series)), _flags(after, len(series))
    columns = [np.ones(len(series)), is_treated * 1.0, is_after * 1.0, (is_treated & is_after) * 1.0]
    if time is None and (trend or season_period is not None):
        raise ValueError("A trend or a season needs the time of each row.")
    if time is not None:
        steps = _numbers(time, len(series), "time")
        if trend:
            columns.append(steps - steps.mean())
        columns.extend(_season(steps, season_period, 0))
    design = np.column_stack(columns)
    without = design.copy()
    without[:, 3] = 0.0
    fit, _, exposed = _fitted(design, series, exposure, family, 3, "the groups, trend and season")
    return SeriesEffect(
        **vars(effect_of(fit, 3, confidence=confidence)),
        **_about(fit, design, without, series, exposed, is_treated & is_after),
        trend=effect_of(fit, 4, confidence=confidence) if trend else None,
    )


def synthetic_comparison(
    treated: ArrayLike,
    donors: pd.DataFrame | Mapping[str, ArrayLike] | ArrayLike,
    *,
    intervention_index: int,
) -> SyntheticComparison:
    """How the treated area moved away from a mixture of others that was like it before, and how far others move anyway.

    Input: counts or rates in order of time; a column for each area where nothing was done (or a mapping by name, or one
    series after the other); and which row is the first with the measure. A period that the treated area lacks is left
    out. Unit: a ratio of sums after. The mixture has weights from 0 to 1 that sum to 1, fitted before the measure. Each
    donor is then treated as if it had been the one, with the others and the treated area as its donors; how often as
    large a move is seen is all the proof there is.

    Assumes that what moved the areas alike before goes on to, and that no donor was touched by the measure. A mixture
    that lies far off already before tells nothing, whatever its rank. ValueError: fewer than two donors or two periods
    before, gaps in a donor, what is no count.

    Source: Abadie, Diamond and Hainmueller 2010. See docs/methods/synthetic-comparison.md.
    """
    series = _counts(treated)
    began = _whole(intervention_index, "The first index with the measure")
    names, others = _donors(donors, len(series))
    known = ~np.isnan(series)
    before = known & (np.arange(len(series)) < began)
    later = known & (np.arange(len(series)) >= began)
    if before.sum() < 2 or not later.any():
        raise ValueError("There must be two observations before the measure, and one after.")
    if np.isnan(others[known]).any():
        raise ValueError("A donor must have been counted whenever the treated area was.")

    everyone = np.column_stack([series, others])
    ratios, mixtures, weights = [], [], []
    for area in range(everyone.shape[1]):
        rest = np.delete(everyone, area, axis=1)
        found = _mixture(everyone[before, area], rest[before])
        apart = everyone[:, area] - rest @ found
        ratios.append(_over(_root_mean_square(apart[later]), _root_mean_square(apart[before])))
        mixtures.append(rest @ found)
        weights.append(found)
    apart = series - mixtures[0]
    rank = int(sum(ratio >= ratios[0] for ratio in ratios))
    enough = len(names) >= DONORS_FOR_A_VERDICT
    expected = float(mixtures[0][later].sum())
    return SyntheticComparison(
        estimate=_over(float(series[later].sum()), expected) if expected > 0 else None,
        p_value=rank / len(ratios) if enough else None,
        weights=dict(zip(names, map(float, weights[0]), strict=True)),
        synthetic=tuple(map(float, mixtures[0])),
        error_before=_root_mean_square(apart[before]),
        error_after=_root_mean_square(apart[later]),
        ratio=ratios[0],
        placebo_ratios=dict(zip(names, ratios[1:], strict=True)),
        rank=rank,
        areas=len(ratios),
    )


# --- What is fitted, and what is said of it ---------------------------------------------------------------------------


def _fitted(
    design: Numbers, series: Numbers, exposure: ArrayLike | None, family: str, column: int, beside: str
) -> tuple[Fit, NDArray[np.bool_], Numbers | None]:
    """The fit of the rows that were counted, which they are, and the exposure of all rows."""
    known = ~np.isnan(series)
    exposed = None
    if exposure is not None:
        exposed = np.array(np.broadcast_to(np.asarray(exposure, dtype=np.float64), series.shape))
        if not (np.isfinite(exposed[known]) & (exposed[known] > 0)).all():
            raise ValueError("What is counted over must be above zero.")
        exposed = np.where(known | (exposed > 0), exposed, np.nan)
    if not says(design[known], column):
        raise ValueError(f"There are too few observations to tell the change from {beside}.")
    fit = fit_log_linear(
        design[known], series[known], exposure=None if exposed is None else exposed[known], family=family
    )
    return fit, known, exposed


def _about(
    fit: Fit, design: Numbers, without: Numbers, series: Numbers, exposed: Numbers | None, affected: NDArray[np.bool_]
) -> dict[str, Any]:
    """What a page shows beside the effect."""
    fitted = fit.predicted(design, exposure=exposed)
    counterfactual = fit.predicted(without, exposure=exposed)
    counted = affected & ~np.isnan(series)
    return {
        "family": fit.family,
        "dispersion": fit.dispersion,
        "theta": fit.theta,
        "observations": int((~np.isnan(series)).sum()),
        "degrees_of_freedom": fit.degrees_of_freedom,
        "fitted": tuple(map(float, fitted)),
        "counterfactual": tuple(map(float, counterfactual)),
        "observed_after": float(series[counted].sum()),
        "expected_after": float(counterfactual[counted].sum()),
    }


def _neighbours(fit: Fit, counts: Numbers, steps: Numbers) -> tuple[float | None, float | None]:
    """How alike residuals of neighbours are: their autocorrelation, and the Durbin–Watson figure of the deviances."""
    mu = np.maximum(fit.fitted, 1e-300)
    next_to = np.diff(steps) == 1
    pearson = (counts - mu) / np.sqrt(mu)
    deviance = np.sign(counts - mu) * np.sqrt(
        2 * np.maximum(special.xlogy(counts, np.where(counts > 0, counts, 1.0) / mu) - (counts - mu), 0.0)
    )
    sums = float(pearson @ pearson), float(deviance @ deviance)
    # Residuals that are nothing but rounding are not alike.
    if min(sums) < 1e-9 or not next_to.any():
        return None, None
    return (
        float((pearson[1:] * pearson[:-1])[next_to].sum()) / sums[0],
        float((np.diff(deviance) ** 2)[next_to].sum()) / sums[1],
    )


def _season(steps: Numbers, period: int | None, harmonics: int) -> list[Numbers]:
    waves = _whole(harmonics, "The number of harmonics")
    if period is None:
        if waves:
            raise ValueError("Waves need a season to go round in.")
        return []
    length = _whole(period, "The length of a season")
    if length < 2 or not 0 <= 2 * waves <= length:
        raise ValueError("A season has two steps or more, and at most half as many waves as steps.")
    if waves:
        turns = 2 * np.pi * steps / length
        return [wave(turns * number) for number in range(1, waves + 1) for wave in (np.sin, np.cos)]
    if (steps != np.round(steps)).any():
        raise ValueError("A season needs time in whole steps.")
    return [(steps % length == step) * 1.0 for step in range(1, length)]


# --- The mixture ------------------------------------------------------------------------------------------------------


def _mixture(target: Numbers, others: Numbers) -> Numbers:
    """The weights, none below zero and one in all, that lay the others nearest to the target.

    The point nearest to zero among the mixtures of the differences is found by non-negative least squares when a row of
    ones is added that is to sum to one: for each mixture the best length leaves a/(1 + a), which grows with its own a.
    """
    apart = others - target[:, None]
    size = np.sqrt((apart**2).mean()) * math.sqrt(len(target))
    if not size > 0:
        return np.full(others.shape[1], 1 / others.shape[1])
    found, _ = optimize.nnls(
        np.vstack([apart / size, np.ones(others.shape[1])]),
        np.concatenate([np.zeros(len(target)), [1.0]]),
        maxiter=100 * (others.shape[1] + 1),
    )
    return np.asarray(found / found.sum())


def _donors(donors: pd.DataFrame | Mapping[str, ArrayLike] | ArrayLike, periods: int) -> tuple[list[str], Numbers]:
    if isinstance(donors, Mapping):
        donors = pd.DataFrame(dict(donors))
    if isinstance(donors, pd.DataFrame):
        names, others = [str(name) for name in donors.columns], donors.to_numpy(dtype=np.float64)
    else:
        others = np.asarray(donors, dtype=np.float64)
        if others.ndim == 2 and others.shape[0] != periods == others.shape[1]:
            # One series after the other.
            others = others.T
        names = [str(number) for number in range(others.shape[-1])]
    if others.ndim != 2 or len(others) != periods:
        raise ValueError("Each donor must have a row for each period of the treated area.")
    if len(names) < 2 or len(set(names)) < len(names):
        raise ValueError("There must be two donors or more, each with a name of its own.")
    return names, np.column_stack([_counts(column) for column in others.T])


def _root_mean_square(values: Numbers) -> float:
    return float(np.sqrt((values**2).mean()))


def _over(above: float, below: float) -> float:
    return above / below if below > 0 else (math.inf if above > 0 else 0.0)


# --- What may be given ------------------------------------------------------------------------------------------------


def _counts(values: ArrayLike) -> Numbers:
    series = np.asarray(values, dtype=np.float64)
    if series.ndim != 1 or not len(series):
        raise ValueError("Counts are a row of numbers.")
    if np.isinf(series).any() or (series < 0).any():
        raise ValueError("A count is a number from zero and up, or NaN where nothing was counted.")
    return series


def _numbers(values: ArrayLike, length: int, name: str) -> Numbers:
    numbers = np.asarray(values, dtype=np.float64)
    if numbers.shape != (length,) or not np.isfinite(numbers).all():
        raise ValueError(f"Each count must have its {name}.")
    return numbers


def _flags(values: ArrayLike, length: int) -> NDArray[np.bool_]:
    flags = _numbers(values, length, "treated or not, after or not")
    if not np.isin(flags, (0, 1)).all():
        raise ValueError("A row is treated or not, after or not.")
    return flags == 1


def _whole(value: float, name: str) -> int:
    if value != int(value):
        raise ValueError(f"{name} is a whole number.")
    return int(value)
