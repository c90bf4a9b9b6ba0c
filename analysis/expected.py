"""What count is to be expected in a period, from the area's own history, with a range."""

from collections.abc import Hashable
from dataclasses import dataclass
from functools import cache
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy import stats

Judgement = Literal["fewer", "as_expected", "more", "too_few_to_say"]

#: Why a range is missing or weak; an empty reason means a full range.
SHORT_HISTORY = "short_history"  # a range, but less than a year of history: the season is not known
TOO_SHORT = "too_short"  # no range: too few periods with data
NO_RECENT = "no_recent"  # no range: nothing reported during the last year

# Weeks do not fill a year: 52 of them are read as 365.25 days, so that the season does not slide a week in six years.
_WEEKS_IN_YEAR = 365.25 / 7
# How far, on the log scale, each part may leave "no effect" before the data have spoken (one standard deviation).
_LEVEL_SD, _TREND_SD, _SEASON_SD, _SAME_SEASON_SD, _RECENT_SD = 10.0, 0.2, 0.3, 0.15, 0.2
_RECURRING_SD = 1.5
# An earlier period this many standard deviations above its own expectation counts less (Noufaily et al. 2013).
_OUTLYING = 2.58
# How much the assumption of no over-dispersion weighs, in periods.
_PRIOR_PERIODS = 2.0
_ROUNDS = 12


def expected_range(
    history: pd.DataFrame, *, season_length: int, confidence: float = 0.95, seasons: int = 5, fewest: int = 8
) -> pd.DataFrame:
    """The count to expect in the period after the last row of `history`, one row for each column.

    Input: one row a period, consecutive, oldest first, everything before the period asked about; one column a series;
    values are counts, and NaN where the source lacks the period (a missing period is never zero). `season_length` is
    the number of periods in a year: 52 for weeks, 12 for months, 3 for tertials. At most `seasons` years are used.

    Answer: `expected`, `lower`, `upper` (counts; a new observation lies from `lower` to `upper`, both included, with at
    least `confidence`), `variance` of a new observation, `reference_periods` used, and `reason`: empty, or
    "short_history" (less than a year, so no season is known), or, with no range at all, "too_short" (fewer than
    `fewest` periods with data) or "no_recent" (none during the last year).

    Assumes that reporting has been as usual, that the year has a smooth rhythm and that the level moves slowly. It
    misleads when reporters come or go, when a lasting change is young (the expectation follows it within months), and
    in weeks that are special in one year only. Source: after Farrington et al. 1996 and Noufaily et al. 2013. See
    docs/methods/expected-range.md.
    """
    counts = history.to_numpy(dtype=np.float64, na_value=np.nan).T
    windows = _last_periods(counts, season_length * seasons)
    prediction = _predict(windows, season_length, confidence, fewest)
    return prediction.set_index(history.columns)


def expected_band(
    series: pd.Series,
    *,
    season_length: int,
    first_shown: Hashable | None = None,
    confidence: float = 0.95,
    seasons: int = 5,
    fewest: int = 8,
) -> pd.DataFrame:
    """Observed count and expected range for every period from `first_shown` on (all, when None).

    Input: counts of consecutive periods, oldest first, NaN where the source lacks the period; the index is kept, and
    `first_shown` is one of its labels. Each period's range comes from the periods before it alone, as it would have
    been given then; a later correction of history moves it. Columns: `observed`, `expected`, `lower`, `upper`,
    `variance`, `reference_periods`, `reason`, as in `expected_range`, with the same assumptions and traps.
    """
    counts = series.to_numpy(dtype=np.float64, na_value=np.nan)
    first = 0 if first_shown is None else series.index.get_loc(first_shown)
    if not isinstance(first, int):
        raise ValueError(f"More than one period is called {first_shown}.")
    length = season_length * seasons
    padded = np.concatenate([np.full(length, np.nan), counts])
    windows = np.lib.stride_tricks.sliding_window_view(padded, length)[first : len(counts)]
    band = _predict(windows, season_length, confidence, fewest).set_index(series.index[first:])
    band.insert(0, "observed", counts[first:])
    return band


def judge(observed: float, lower: float, upper: float, *, smallest: int = 5) -> Judgement:
    """Whether a count is fewer, more or as many as expected, or whether the numbers are too small to carry an answer.

    Below `smallest`, both observed and at the top of the range, a verdict would be about single events.
    """
    if np.isnan(observed) or np.isnan(lower) or np.isnan(upper) or max(observed, upper) < smallest:
        return "too_few_to_say"
    if observed > upper:
        return "more"
    return "fewer" if observed < lower else "as_expected"


def surprise(observed: ArrayLike, expected: ArrayLike, variance: ArrayLike) -> NDArray[np.float64]:
    """How probable a count at least this far out is, if the expectation holds: a two-sided p-value.

    Input: counts, and `expected` and `variance` from `expected_range`. NaN where any of them is. Twice the smaller
    tail, at most 1. One small value among many series is to be expected: correct for many before showing it.
    """
    observed, expected, variance = (np.asarray(part, dtype=np.float64) for part in (observed, expected, variance))
    known = ~(np.isnan(observed) | np.isnan(expected) | np.isnan(variance))
    new_count = _new_count(np.where(known, expected, 1.0), np.where(known, variance, 2.0))
    counted = np.where(known, observed, 0.0)
    smaller_tail = np.minimum(new_count.cdf(counted), new_count.sf(counted - 1))
    return np.where(known, np.minimum(2 * smaller_tail, 1.0), np.nan)


@dataclass(frozen=True)
class _Design:
    """What each earlier period says about the period asked about: one row a period, the newest last."""

    columns: NDArray[np.float64]
    products: NDArray[np.float64]  # every column times every column, to build the equations in one multiplication
    asked: NDArray[np.float64]  # the period asked about
    precision: NDArray[np.float64]  # 1 / prior variance of each column's coefficient
    age: NDArray[np.int64]
    same_season: int  # the place of the column that marks the same weeks of earlier years
    anniversaries: list[NDArray[np.int64]]  # the rows of those weeks, year by year


@cache
def _design(length: int, season_length: int) -> _Design:
    """Level, slow trend, a smooth yearly rhythm, the same weeks in earlier years, and the latest quarter of a year.

    Everything is measured backwards from the period asked about (age 0), so one design serves every series and period.
    """
    season = _WEEKS_IN_YEAR if season_length == 52 else float(season_length)
    age = np.arange(length, 0, -1)
    every_age = np.append(age, 0)
    columns = [np.ones(length + 1), -every_age / season]
    sds = [_LEVEL_SD, _TREND_SD]
    for wave in range(1, min(2, (season_length - 1) // 2) + 1):
        angle = 2 * np.pi * wave * every_age / season
        columns += [np.cos(angle), np.sin(angle)]
        sds += [_SEASON_SD / wave] * 2
    columns.append((every_age <= max(1, season_length // 4)).astype(float))
    sds.append(_RECENT_SD)
    # With three tertials the waves already hold every season there is; the column is then never filled.
    years_back = np.round(every_age / season)
    half_width = 1.5 if season_length > 12 else 0.5
    same_season = (np.abs(every_age - years_back * season) < half_width) & (years_back > 0) & (season_length > 3)
    columns.append(same_season.astype(float))
    sds.append(_SAME_SEASON_SD)
    whole = np.column_stack(columns).astype(np.float64)
    past, asked = whole[:-1], whole[-1]
    years = np.unique(years_back[same_season])
    return _Design(
        columns=past,
        products=(past[:, :, None] * past[:, None, :]).reshape(length, -1),
        asked=asked,
        precision=1 / np.square(sds),
        age=age,
        same_season=whole.shape[1] - 1,
        anniversaries=[np.flatnonzero((same_season & (years_back == year))[:-1]) for year in years],
    )


def _last_periods(counts: NDArray[np.float64], length: int) -> NDArray[np.float64]:
    missing = np.full((len(counts), max(0, length - counts.shape[1])), np.nan)
    return np.concatenate([missing, counts[:, -length:]], axis=1)


def _predict(windows: NDArray[np.float64], season_length: int, confidence: float, fewest: int) -> pd.DataFrame:
    """Ranges for the period that follows each row of `windows`."""
    design = _design(windows.shape[1], season_length)
    observed = ~np.isnan(windows)
    periods = observed.sum(axis=1)
    newest = np.where(observed, design.age, windows.shape[1] + 1).min(axis=1, initial=windows.shape[1] + 1)
    oldest = np.where(observed, design.age, 0).max(axis=1, initial=0)
    reason = np.where(oldest < season_length, SHORT_HISTORY, "")
    reason = np.where(newest > season_length, NO_RECENT, reason)
    reason = np.where(periods < fewest, TOO_SHORT, reason)

    answer = pd.DataFrame(
        {name: np.full(len(windows), np.nan) for name in ("expected", "lower", "upper", "variance")}
    ).assign(reference_periods=periods, reason=reason.astype(object))
    ranged = (reason == "") | (reason == SHORT_HISTORY)
    if ranged.any():
        expected, variance = _fit(windows[ranged], observed[ranged], design)
        new_count = _new_count(expected, variance)
        outside = (1 - confidence) / 2
        answer.loc[ranged, "expected"] = expected
        answer.loc[ranged, "lower"] = new_count.ppf(outside)
        answer.loc[ranged, "upper"] = new_count.ppf(1 - outside)
        answer.loc[ranged, "variance"] = variance
    return answer


def _fit(
    windows: NDArray[np.float64], observed: NDArray[np.bool_], design: _Design
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Mean and variance of the next count of each row: quasi-Poisson regression with weak priors, all rows at once."""
    rows, size = len(windows), design.columns.shape[1]
    counts = np.where(observed, windows, 0.0)
    periods = observed.sum(axis=1)
    # Half an event over the whole history keeps the logarithm finite where nothing ever happened.
    level = np.log((counts.sum(axis=1) + 0.5) / periods)
    precision = np.repeat(design.precision[None], rows, axis=0)
    centre = np.zeros((rows, size))
    centre[:, 0] = precision[:, 0] * level

    same_season = np.flatnonzero(design.columns[:, design.same_season])
    recurring = np.zeros(rows, dtype=bool)
    weights = observed.astype(np.float64)
    dispersion = np.ones(rows)
    log_mean = np.repeat(level[:, None], counts.shape[1], axis=1)
    for step in range(_ROUNDS):
        mean = np.exp(log_mean)
        information = weights * mean / dispersion[:, None]
        gathered = (information @ design.products).reshape(rows, size, size)
        working = (information * log_mean + weights * (counts - mean) / dispersion[:, None]) @ design.columns
        inverse = np.linalg.inv(gathered + precision[:, :, None] * np.eye(size))
        coefficients = np.einsum("rij,rj->ri", inverse, working + centre)
        log_mean = np.clip(coefficients @ design.columns.T, level[:, None] - 5, level[:, None] + 4)
        mean = np.exp(log_mean)
        if step >= 2:
            used = np.einsum("rij,rji->r", inverse, gathered)
            squares = (weights * (counts - mean) ** 2 / mean).sum(axis=1)
            freedom = np.maximum(weights.sum(axis=1) - used, 0) + _PRIOR_PERIODS
            dispersion = np.maximum((squares + _PRIOR_PERIODS) / freedom, 1.0)
        if step >= 4:
            outlying = _outlying(counts, mean, weights, freedom)
            # What comes back every year at this time, as fireworks do, is no outbreak: it belongs to the expectation.
            recurring |= _returns_yearly(outlying > _OUTLYING, observed, design)
            weights = np.where(outlying > _OUTLYING, 1 / np.square(np.maximum(outlying, _OUTLYING)), 1.0) * observed
            weights[np.ix_(recurring, same_season)] = observed[np.ix_(recurring, same_season)]
            precision[recurring, design.same_season] = 1 / _RECURRING_SD**2

    asked = np.repeat(design.asked[None], rows, axis=0)
    asked[:, design.same_season] = observed[:, same_season].any(axis=1)
    log_expected = np.einsum("ri,ri->r", asked, coefficients)
    expected = np.exp(np.clip(log_expected, level - 5, level + 4))
    uncertainty = np.einsum("ri,rij,rj->r", asked, inverse, asked)
    # The peak sits in one of its three weeks or the next, so those weeks scatter more than the rest of the year.
    in_season = (observed * (counts - mean) ** 2 / mean)[:, same_season].sum(axis=1)
    its_own = in_season / np.maximum(observed[:, same_season].sum(axis=1), 1)
    dispersion = np.where(recurring, np.maximum(dispersion, its_own), dispersion)
    # Few periods say little about how much counts scatter, so the scatter itself is widened a little.
    scatter = dispersion * (1 + 2 / freedom) * expected
    return expected, scatter + np.minimum(uncertainty, 1.0) * expected**2


def _outlying(
    counts: NDArray[np.float64], mean: NDArray[np.float64], weights: NDArray[np.float64], freedom: NDArray[np.float64]
) -> NDArray[np.float64]:
    """How many standard deviations each period lies above its expectation: Anscombe residuals, which are near normal.

    They are measured against their own spread, since one enormous count would stretch the usual measure until it hid
    itself.
    """
    residual = 1.5 * (np.cbrt(counts**2) - np.cbrt(mean**2)) / mean ** (1 / 6)
    spread = np.sqrt(np.maximum((weights * residual**2).sum(axis=1) / freedom, 1.0))
    return residual / spread[:, None]


def _returns_yearly(outlying: NDArray[np.bool_], observed: NDArray[np.bool_], design: _Design) -> NDArray[np.bool_]:
    """Whether the same weeks stood out in two earlier years or more, and in at least half of those with data."""
    stood_out = np.zeros(len(observed), dtype=np.int64)
    with_data = np.zeros(len(observed), dtype=np.int64)
    for weeks in design.anniversaries:
        stood_out += (outlying & observed)[:, weeks].any(axis=1)
        with_data += observed[:, weeks].any(axis=1)
    return (stood_out >= 2) & (2 * stood_out >= with_data)


def _new_count(expected: NDArray[np.float64], variance: NDArray[np.float64]):
    """The distribution of a count with this mean and variance: negative binomial, at its edge Poisson."""
    excess = np.maximum(variance - expected, 1e-6 * expected)
    size = expected**2 / excess
    return stats.nbinom(size, size / (size + expected))
