"""One word for what came of a measure, by a fixed table of rules: decreased, unchanged, increased or not assessable."""

import datetime as dt
import math
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

import numpy as np
import pandas as pd
from scipy import special

from analysis.evaluation.counts import (
    DisplacementDifference,
    NetEffect,
    RelativeEffect,
    poisson_rate_ratio,
    relative_effect,
    total_net_effect,
    weighted_displacement_difference,
)
from analysis.evaluation.detectable import detectable_reduction
from analysis.evaluation.dispersion import estimated_dispersion
from analysis.evaluation.regression import Numbers, students_limit, two_sided
from analysis.evaluation.result import Effect
from analysis.evaluation.series import (
    InterruptedSeries,
    SeriesEffect,
    difference_in_differences,
    interrupted_time_series,
)

Period = tuple[dt.date, dt.date]

LEAST_EXPECTED = 10.0
MEANINGFUL_CHANGE = 1 / 3
MONTHS_WITHOUT_COMPARISON = 24
# So many percentage points more or fewer units reporting is another way of counting.
COVERAGE_CHANGE = 0.10
# How far real areas drift apart from one year to the next beyond chance: the standard deviation of the logarithm of
# after/before, of an area. Frequent crime in areas of Lancashire 2020-2022 has 0.13 to 0.20. It counts for as much as
# five areas of one's own, which take over when there are more.
USUAL_DRIFT, USUAL_DRIFT_COUNTS_AS = 0.15, 4.0
_UNITS_FOR_DRIFT = 3
# How many times as many events are asked for at most.
_TIMES = tuple(np.arange(1.25, 20.25, 0.25).tolist())
_MANY_AREAS = 10
_ENOUGH_TO_FIT = 6
_LAGS = 3
_OTHER_COLUMNS = ("days", "treated", "ring")


class Verdict(StrEnum):
    """The four words."""

    DECREASED = "decreased"
    UNCHANGED = "unchanged"
    INCREASED = "increased"
    NOT_ASSESSABLE = "not_assessable"


class Rule(StrEnum):
    """The rows of the table, in the order they are asked. The first six ask whether anything can be said."""

    ENOUGH_EVENTS = "enough_events"
    SHOWABLE = "showable"
    COMPARISON_OR_HISTORY = "comparison_or_history"
    SAME_REPORTING = "same_reporting"
    COMPARISON_UNTOUCHED = "comparison_untouched"
    ALIKE_BEFORE = "alike_before"
    RATIO = "ratio"
    SERIES = "series"
    DIFFERENCE = "difference"
    NET_OF_RING = "net_of_ring"
    RULES_OUT = "rules_out"


class Need(StrEnum):
    """What would make an answer possible."""

    LONGER_PERIOD = "longer_period"
    WIDER_CATEGORY = "wider_category"
    COMPARISON = "comparison"
    MORE_COMPARISONS = "more_comparisons"
    OTHER_COMPARISON = "other_comparison"
    SAME_UNITS_REPORTING = "same_units_reporting"


@dataclass(frozen=True, kw_only=True)
class Step:
    """A row of "how this was decided". `holds` is None where the row could not be asked, `points` where the number
    points.

    `points` is below zero for fewer events, above for more, 0 for neither, None where the row has no direction.
    """

    rule: Rule
    holds: bool | None
    points: int | None = None
    numbers: dict[str, float | None] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Headline:
    """The verdict, the rows it was decided by, and the numbers behind them.

    `reasons` are the rules that stood against a stronger verdict, in their order; empty for decreased and increased.
    `ratio` is the treated place's rate after over what was expected, below 1 for fewer, its interval with everything
    that is allowed for. `relative` is the same turned round, as the relative effect. `dispersion` is the variance over
    the mean from month to month, `drift` how far areas move apart (standard deviation of the logarithm), `drift_from`
    from how many areas of one's own. `times_as_many` is how many times the events would be needed to rule out a change
    of `meaningful_change` or, where there are enough for that, to tell the ratio from 1 if it stays; None where more
    events would not be enough or are not needed.
    """

    verdict: Verdict
    reasons: tuple[Rule, ...]
    needs: tuple[Need, ...]
    steps: tuple[Step, ...]
    ratio: Effect | None
    relative: RelativeEffect | None
    series: SeriesEffect | None
    difference: DisplacementDifference | None
    net: NetEffect | None
    treated_before: int
    treated_after: int
    control_before: int | None
    control_after: int | None
    expected: float | None
    prevented: float | None
    months_before: int
    months_after: int
    dispersion: float | None
    drift: float
    drift_from: int
    meaningful_change: float
    times_as_many: float | None


def assess(
    counts: pd.DataFrame,
    *,
    before: Period,
    after: Period,
    coverage_before: float | None = None,
    coverage_after: float | None = None,
    reporting_changed: bool = False,
    comparison_touched: bool = False,
    meaningful_change: float = MEANINGFUL_CHANGE,
    least_expected: float = LEAST_EXPECTED,
    coverage_change: float = COVERAGE_CHANGE,
    usual_drift: float = USUAL_DRIFT,
    confidence: float = 0.95,
) -> Headline:
    """Whether events became fewer, more, neither, or whether it cannot be told: from rules fixed beforehand.

    Input: whole counts month by month, indexed by the months' first counted days in order; columns `treated`, if wanted
    `ring` and `days` (days counted in the month), and every other column something compared with. NaN where a month was
    not counted; it is then left out for all. `before` and `after` are first and last days. Months before `before` are
    history, used only where nothing is compared with; those between the two are not used. `coverage_…` is the share of
    units that reported; the two flags say what no count shows. `meaningful_change` is the smallest share that would
    matter, such as the goal's.

    Decreased: the interval of the ratio is below 1, that of the difference in differences too, the weighted
    displacement difference with the ring points the same way, and the ring takes back less than all. Increased
    likewise. Unchanged: the ratio's interval rules out a change as large as the meaningful one. Everything else, and
    wherever the first rules do not hold, is not assessable. With nothing to compare with, an interrupted time series
    stands in for the difference in differences. Intervals allow for events in bursts and for areas that drift apart.

    Assumes what each of the methods does. It cannot know what else happened. ValueError: a frame without these columns,
    counts that are none, periods that overlap or hold no month.

    Source: this platform's own table, held to its promises by simulation. See docs/methods/evaluation-headline.md.
    """
    if not 0 < meaningful_change < 1:
        raise ValueError("A meaningful change is a share between 0 and 1.")
    data = _Data.of(counts, before, after)
    steps = list(
        _can_be_said(
            data, least_expected, usual_drift, confidence,
            comparison_touched=comparison_touched,
            reporting=_reporting(coverage_before, coverage_after, reporting_changed, coverage_change),
        )
    )  # fmt: skip
    found = _found(data, usual_drift, confidence)
    may_say = all(step.holds is not False for step in steps)
    if found.ratio is not None:
        steps += _what_is_said(data, found, meaningful_change)
    verdict, reasons = _decided(steps, may_say=may_say and found.ratio is not None)
    times = None if found.ratio is None else _times_as_many(found, meaningful_change)
    return Headline(
        verdict=verdict,
        reasons=reasons,
        needs=_needs(data, found, reasons, times),
        steps=tuple(steps),
        ratio=found.ratio,
        relative=found.relative,
        series=found.series,
        difference=found.difference,
        net=found.net,
        treated_before=int(data.treated_before),
        treated_after=int(data.treated_after),
        control_before=int(data.control_before.sum()) if len(data.units) else None,
        control_after=int(data.control_after.sum()) if len(data.units) else None,
        expected=found.expected,
        prevented=None if found.expected is None else found.expected - data.treated_after,
        months_before=int(data.is_before.sum()),
        months_after=int(data.is_after.sum()),
        dispersion=found.dispersion,
        drift=found.drift.size,
        drift_from=found.drift.areas,
        meaningful_change=meaningful_change,
        times_as_many=times if verdict is Verdict.NOT_ASSESSABLE else None,
    )


# --- The counts -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Data:
    """The months that were counted everywhere, as numbers: `control` has a column for each thing compared with."""

    months: Numbers
    days: Numbers
    treated: Numbers
    ring: Numbers | None
    control: Numbers
    units: list[str]
    is_before: np.ndarray
    is_after: np.ndarray
    history: Numbers
    history_days: Numbers
    began: int

    @classmethod
    def of(cls, counts: pd.DataFrame, before: Period, after: Period) -> "_Data":
        if "treated" not in counts:
            raise ValueError("The frame must have a column named treated.")
        first = counts.index if isinstance(counts.index, pd.DatetimeIndex) else pd.to_datetime(counts.index)
        if not (first.is_monotonic_increasing and first.is_unique):
            raise ValueError("The frame must have a row for each month, in order.")
        if not before[0] <= before[1] < after[0] <= after[1]:
            raise ValueError("The period after must begin when the period before has ended.")
        number = (first.year * 12 + first.month).to_numpy(dtype=np.float64)
        units = [str(name) for name in counts.columns if name not in _OTHER_COLUMNS]
        table = dict(zip(map(str, counts.columns), _checked(counts.to_numpy(dtype=np.float64)).T, strict=True))
        days = table.get("days", first.days_in_month.to_numpy(dtype=np.float64))
        of_before, of_after = (_within(first, days, period) for period in (before, after))
        known = ~np.isnan(np.column_stack([table["treated"], *(table[unit] for unit in units)])).any(axis=1)
        known &= days > 0
        if "ring" in table:
            known &= ~np.isnan(table["ring"])
        if not (known & of_before).any() or not (known & of_after).any():
            raise ValueError("There must be a month that was counted in the period before, and one after.")
        used = known & (of_before | of_after)
        # The history goes on to the end of the period after; the months between are not told.
        reach = number <= number[of_after].max()
        between = (number > number[of_before].max()) & ~of_after
        past = np.where(known & ~between, table["treated"], np.nan)[reach]
        return cls(
            months=number[used],
            days=days[used],
            treated=table["treated"][used],
            ring=table["ring"][used] if "ring" in table else None,
            control=np.column_stack([table[unit][used] for unit in units]) if units else np.zeros((int(used.sum()), 0)),
            units=units,
            is_before=of_before[used],
            is_after=of_after[used],
            history=past,
            history_days=np.where(days > 0, days, np.nan)[reach],
            began=int(np.flatnonzero(of_after)[0]),
        )

    @property
    def treated_before(self) -> float:
        return float(self.treated[self.is_before].sum())

    @property
    def treated_after(self) -> float:
        return float(self.treated[self.is_after].sum())

    @property
    def control_before(self) -> Numbers:
        return np.asarray(self.control[self.is_before].sum(axis=0))

    @property
    def control_after(self) -> Numbers:
        return np.asarray(self.control[self.is_after].sum(axis=0))

    @property
    def time_before(self) -> float:
        return float(self.days[self.is_before].sum())

    @property
    def time_after(self) -> float:
        return float(self.days[self.is_after].sum())


def _within(first: pd.DatetimeIndex, days: Numbers, period: Period) -> np.ndarray:
    """Which rows have days in the period. A month that is split between two stands as two rows."""
    last = first + pd.to_timedelta(np.maximum(np.nan_to_num(days), 1) - 1, unit="D")
    return np.asarray((first <= pd.Timestamp(period[1])) & (last >= pd.Timestamp(period[0])))


def _checked(numbers: Numbers) -> Numbers:
    if not (np.isnan(numbers) | ((numbers >= 0) & (numbers < math.inf) & (numbers == np.floor(numbers)))).all():
        raise ValueError("A count is a whole number from zero and up, or NaN where nothing was counted.")
    return numbers


# --- How far areas drift apart ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Drift:
    """How far areas move apart by themselves, and how surely that is known."""

    size: float
    freedom: float
    areas: int


def _drift(before: Numbers, after: Numbers, dispersion: float, usual: float) -> _Drift:
    """The variance between areas' logarithms of after/before beyond chance, together with the usual one.

    Each counts for what it knows: the usual as some few areas do, these by how little chance there is in their counts.
    """
    if len(before) < _UNITS_FOR_DRIFT:
        return _Drift(usual, USUAL_DRIFT_COUNTS_AS, 0)
    change = np.log((after + 0.5) / (before + 0.5))
    chance = dispersion * (1 / (after + 0.5) + 1 / (before + 0.5))
    weight = 1 / (chance + usual**2)
    mean = (weight * change).sum() / weight.sum()
    # The moment estimator that is unbiased where the usual drift is the true one.
    spread = (weight * (change - mean) ** 2).sum() - (weight * chance).sum() + (weight**2 * chance).sum() / weight.sum()
    own = spread / (weight.sum() - (weight**2).sum() / weight.sum())
    knows = (len(before) - 1) * float(np.mean((usual**2 / (chance + usual**2)) ** 2)) if usual > 0 else 0.0
    variance = (knows * own + USUAL_DRIFT_COUNTS_AS * usual**2) / (knows + USUAL_DRIFT_COUNTS_AS)
    return _Drift(math.sqrt(max(variance, 0.0)), USUAL_DRIFT_COUNTS_AS + knows, len(before))


@dataclass(frozen=True)
class _Comparison:
    """The logarithm of the treated place's change over the comparison's, what varies in it, and how surely."""

    log: float
    by_chance: float
    by_drift: float
    freedom: float
    confidence: float

    @property
    def variance(self) -> float:
        return self.by_chance + self.by_drift

    @property
    def limit(self) -> float:
        return students_limit((1 + self.confidence) / 2, self.freedom)

    @property
    def reach(self) -> float:
        return self.limit * math.sqrt(self.variance)

    @property
    def reach_one_way(self) -> float:
        return students_limit(self.confidence, self.freedom) * math.sqrt(self.variance)

    def varying(self, by_chance: float, by_drift: float) -> "_Comparison":
        """The same ratio with more or less that varies in it, and drift as well known as it is."""
        variance = by_chance + by_drift
        freedom = (
            self.freedom * (variance / self.variance) ** 2 * (self.by_drift / by_drift) ** 2 if by_drift else math.inf
        )
        return replace(self, by_chance=by_chance, by_drift=by_drift, freedom=freedom)

    @property
    def points(self) -> int:
        """Which way the whole interval lies."""
        return int(math.copysign(1, self.log)) if abs(self.log) > self.reach else 0

    def effect(self) -> Effect:
        se = math.sqrt(self.variance)
        z = self.log / se
        return Effect(
            estimate=math.exp(self.log),
            se=se,
            z=z,
            ci_low=math.exp(self.log - self.reach),
            ci_high=math.exp(self.log + self.reach),
            p_value=two_sided(z, self.freedom),
        )


def _compared(
    treated: tuple[float, float], before: Numbers, after: Numbers, dispersion: float, drift: _Drift, confidence: float
) -> _Comparison:
    """The treated place's change over that of all the comparisons together."""
    shares = before / before.sum()
    by_chance = dispersion * (1 / treated[0] + 1 / treated[1] + 1 / before.sum() + 1 / after.sum())
    by_drift = drift.size**2 * (1 + float((shares**2).sum()))
    freedom = (by_chance + by_drift) ** 2 / (by_drift**2 / drift.freedom) if by_drift > 0 else math.inf
    log = math.log(treated[1] / treated[0]) - math.log(after.sum() / before.sum())
    return _Comparison(log, by_chance, by_drift, freedom, confidence)


# --- Whether anything can be said -------------------------------------------------------------------------------------


def _reporting(before: float | None, after: float | None, changed: bool, limit: float) -> Step:
    """Whether as many reported after as before."""
    apart = None if before is None or after is None else after - before
    if apart is None and not changed:
        return Step(rule=Rule.SAME_REPORTING, holds=None)
    holds = not changed and (apart is None or abs(apart) <= limit)
    return Step(rule=Rule.SAME_REPORTING, holds=holds, numbers={"before": before, "after": after, "limit": limit})


def _can_be_said(
    data: _Data, least: float, usual: float, confidence: float, *, comparison_touched: bool, reporting: Step
) -> list[Step]:
    share = data.time_after / data.time_before
    control_before, control_after = float(data.control_before.sum()), float(data.control_after.sum())
    expected = data.treated_before * (control_after / control_before if control_before else share)
    steps = [
        Step(
            rule=Rule.ENOUGH_EVENTS,
            # Few before and few expected after: either leaves nothing to tell.
            holds=min(expected, data.treated_before) >= least,
            numbers={"expected": expected, "before": data.treated_before, "least": least},
        )
    ]
    # As the plan's helper does: the comparison weighed to the treated's level, both to the shorter period.
    shorter = min(1.0, share)
    weighed = data.treated_before**2 / control_before if control_before else 0.0
    shown = None
    if not data.units or (control_before and control_after):
        shown = detectable_reduction(data.treated_before * shorter, weighed * shorter)
    steps.append(Step(rule=Rule.SHOWABLE, holds=shown is not None, numbers={"reduction": shown}))
    months = int((~np.isnan(data.history[: data.began])).sum())
    steps.append(
        Step(
            rule=Rule.COMPARISON_OR_HISTORY,
            holds=bool(data.units) or months >= MONTHS_WITHOUT_COMPARISON,
            numbers={"comparisons": len(data.units), "months": months, "least_months": MONTHS_WITHOUT_COMPARISON},
        )
    )
    steps.append(reporting)
    if data.units:
        steps.append(Step(rule=Rule.COMPARISON_UNTOUCHED, holds=not comparison_touched))
        steps.append(_alike_before(data, least, usual, confidence))
    return steps


def _alike_before(data: _Data, least: float, usual: float, confidence: float) -> Step:
    """A placebo in time: had the measure begun in the middle of the period before, would it have seemed to work?"""
    months = data.months[data.is_before]
    # Whole years against whole years, where there are two.
    middle = len(months) // 2
    early, late = slice(0, middle), slice(middle, None)
    treated, control = data.treated[data.is_before], data.control[data.is_before]
    first, second = float(treated[early].sum()), float(treated[late].sum())
    control_first, control_second = control[early].sum(axis=0), control[late].sum(axis=0)
    if middle < 3 or min(first, second) < least / 2 or not (control_first.sum() and control_second.sum()):
        return Step(rule=Rule.ALIKE_BEFORE, holds=None)
    dispersion = estimated_dispersion(
        pd.DataFrame(np.column_stack([treated, control])), after=np.arange(len(months)) >= middle, confidence=confidence
    )
    drift = _drift(control_first, control_second, dispersion, usual)
    found = _compared((first, second), control_first, control_second, dispersion, drift, confidence)
    effect = found.effect()
    return Step(
        rule=Rule.ALIKE_BEFORE,
        holds=found.points == 0,
        points=found.points,
        numbers={"estimate": effect.estimate, "ci_low": effect.ci_low, "ci_high": effect.ci_high},
    )


# --- What is said -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Found:
    comparison: _Comparison | None
    ratio: Effect | None
    relative: RelativeEffect | None
    series: SeriesEffect | None
    difference: DisplacementDifference | None
    net: NetEffect | None
    expected: float | None
    dispersion: float | None
    drift: _Drift


def _found(data: _Data, usual: float, confidence: float) -> _Found:
    if not data.units:
        return _found_alone(data, usual, confidence)
    before, after = data.control_before, data.control_after
    if not (before.sum() and after.sum() and data.treated_before):
        return _Found(None, None, None, None, None, None, None, None, _Drift(usual, USUAL_DRIFT_COUNTS_AS, 0))
    dispersion = estimated_dispersion(
        pd.DataFrame(np.column_stack([data.treated, data.control])), after=data.is_after, confidence=confidence
    )
    drift = _drift(before, after, dispersion, usual)
    # Where none are left the interval is reckoned as if there had been one: wider than the truth, but there is one.
    treated_after = max(data.treated_after, 1.0)
    compared = _compared((data.treated_before, treated_after), before, after, dispersion, drift, confidence)
    plain = 1 / data.treated_before + 1 / treated_after + 1 / before.sum() + 1 / after.sum()
    relative = relative_effect(
        data.treated_before, treated_after, before.sum(), after.sum(),
        # The same interval: everything that varies, and Student's limit, told as one factor.
        dispersion=compared.variance / plain * (compared.limit / students_limit((1 + confidence) / 2, math.inf)) ** 2,
        confidence=confidence,
    )  # fmt: skip
    ring = (0.0, 0.0) if data.ring is None else (_sum(data.ring, data.is_before), _sum(data.ring, data.is_after))
    # Told in events of the period before.
    how = {"time_before": 1.0, "time_after": data.time_after / data.time_before, "confidence": confidence}
    if ring[0]:
        how["area_ring_control"] = float(before.sum()) / ring[0]
    difference = weighted_displacement_difference(
        data.treated_before, data.treated_after, before.sum(), after.sum(), *ring,
        *((before.sum(), after.sum()) if ring[0] else (0, 0)),
        area_control=float(before.sum()) / data.treated_before, **how,
    )  # fmt: skip
    return _Found(
        comparison=compared,
        ratio=compared.effect(),
        relative=relative,
        series=_difference_in_differences(data, confidence),
        difference=difference,
        net=total_net_effect(
            data.treated_before, data.treated_after, before.sum(), after.sum(), *ring, confidence=confidence
        ),
        expected=data.treated_before * float(after.sum() / before.sum()),
        dispersion=dispersion,
        drift=drift,
    )


def _found_alone(data: _Data, usual: float, confidence: float) -> _Found:
    """What the place's own past leads one to expect, where nothing is compared with."""
    drift = _Drift(usual, USUAL_DRIFT_COUNTS_AS, 0)
    nothing = _Found(None, None, None, None, None, None, None, None, drift)
    history = np.array(data.history)
    if not np.nansum(history[data.began :]):
        # As above: reckoned as if there had been one.
        history[data.began + int(np.flatnonzero(~np.isnan(history[data.began :]))[0])] = 1.0
    try:
        series = interrupted_time_series(
            history, intervention_index=data.began, exposure=data.history_days, season_period=12, harmonics=1,
            hac_lags=_LAGS, confidence=confidence,
        )  # fmt: skip
    except ValueError:
        return nothing
    if series.se is None or series.estimate is None or not 0 < series.estimate < math.inf:
        return nothing
    by_chance, by_drift = series.se**2, 2 * usual**2
    own = _freedom(series, confidence)
    freedom = (by_chance + by_drift) ** 2 / (by_chance**2 / own + by_drift**2 / drift.freedom)
    compared = _Comparison(math.log(series.estimate), by_chance, by_drift, freedom, confidence)
    # What the step says is against the trend: what was expected is told by the model, for the months after.
    return _Found(
        compared, compared.effect(), None, series, None, None, series.expected_after, series.dispersion, drift
    )


def _freedom(series: InterruptedSeries, confidence: float) -> float:
    """The degrees of freedom of an interval's limit, from how far it reaches."""
    if series.se is None or not series.ci_high or not series.estimate:
        return 1.0
    limit = math.log(series.ci_high / series.estimate) / series.se
    upper = (1 + confidence) / 2
    tries = np.geomspace(1, 1000, 200)
    return float(tries[np.abs(special.stdtrit(tries, upper) - limit).argmin()])


def _difference_in_differences(data: _Data, confidence: float) -> SeriesEffect | None:
    """With season and trend if that leaves enough to judge the scatter by, else with a trend, else without."""
    treated = np.array(data.treated)
    if not data.treated_after:
        treated[int(np.flatnonzero(data.is_after)[0])] = 1.0
    rows = len(data.months)
    counted = np.concatenate([treated, data.control.sum(axis=1)])
    how: dict[str, Any] = {
        "treated": np.repeat([True, False], rows),
        "after": np.tile(data.is_after, 2),
        "time": np.tile(data.months, 2),
        "exposure": np.tile(data.days, 2),
        "confidence": confidence,
    }
    found = None
    for season, trend in ((12, True), (None, True), (None, False)):
        found = difference_in_differences(counted, **how, season_period=season, trend=trend)
        if found.degrees_of_freedom >= _ENOUGH_TO_FIT:
            break
    return found


def _what_is_said(data: _Data, found: _Found, meaningful: float) -> list[Step]:
    assert found.comparison is not None
    assert found.ratio is not None
    ratio = found.ratio
    steps = [
        Step(
            rule=Rule.RATIO,
            holds=found.comparison.points != 0,
            points=found.comparison.points,
            numbers={"estimate": ratio.estimate, "ci_low": ratio.ci_low, "ci_high": ratio.ci_high},
        )
    ]
    if data.units:
        steps.append(_of_interval(Rule.SERIES, found.series))
        steps += _of_displacement(data, found)
    else:
        plain = poisson_rate_ratio(
            data.treated_after,
            data.time_after,
            data.treated_before,
            data.time_before,
            confidence=found.comparison.confidence,
        )
        points = _sign(data.treated_after / data.time_after - data.treated_before / data.time_before)
        steps.append(
            Step(
                rule=Rule.SERIES,
                holds=points != 0,
                points=points,
                numbers={"estimate": plain.estimate, "ci_low": plain.ci_low, "ci_high": plain.ci_high},
            )
        )
    # Two tests, one for each way, at half the doubt: as is done where sameness is to be shown.
    low, high = (math.exp(found.comparison.log + way * found.comparison.reach_one_way) for way in (-1, 1))
    steps.append(
        Step(
            rule=Rule.RULES_OUT,
            holds=1 - meaningful < low and high < 1 / (1 - meaningful),
            numbers={"ci_low": low, "ci_high": high, "meaningful_change": meaningful},
        )
    )
    return steps


def _of_interval(rule: Rule, effect: Effect | None) -> Step:
    """Which way a rate ratio's whole interval lies."""
    if effect is None or effect.ci_low is None or effect.ci_high is None:
        return Step(rule=rule, holds=False, points=0)
    points = -1 if effect.ci_high < 1 else (1 if effect.ci_low > 1 else 0)
    return Step(
        rule=rule,
        holds=points != 0,
        points=points,
        numbers={"estimate": effect.estimate, "ci_low": effect.ci_low, "ci_high": effect.ci_high},
    )


def _of_displacement(data: _Data, found: _Found) -> list[Step]:
    steps = []
    if found.difference is not None:
        points = _sign(found.difference.estimate or 0.0)
        numbers = {"estimate": found.difference.estimate, "local": found.difference.local}
        numbers["displacement"] = found.difference.displacement
        steps.append(Step(rule=Rule.DIFFERENCE, holds=points != 0, points=points, numbers=numbers))
    if data.ring is None:
        steps.append(Step(rule=Rule.NET_OF_RING, holds=None))
    elif found.net is not None:
        # Above zero is fewer there, and below zero here.
        points = -_sign(found.net.estimate or 0.0)
        numbers = {"estimate": found.net.estimate, "local": found.net.local, "ring": found.net.ring}
        steps.append(Step(rule=Rule.NET_OF_RING, holds=points != 0, points=points, numbers=numbers))
    return steps


def _sign(number: float) -> int:
    return int(number > 0) - int(number < 0)


def _sum(values: Numbers, rows: np.ndarray) -> float:
    return float(values[rows].sum())


# --- The verdict ------------------------------------------------------------------------------------------------------

_SAYS = (Rule.RATIO, Rule.SERIES, Rule.DIFFERENCE, Rule.NET_OF_RING)


def _decided(steps: list[Step], *, may_say: bool) -> tuple[Verdict, tuple[Rule, ...]]:
    """The verdict, and the rules that stood against a stronger one."""
    if not may_say:
        return Verdict.NOT_ASSESSABLE, tuple(
            step.rule for step in steps if step.holds is False and step.rule not in (*_SAYS, Rule.RULES_OUT)
        ) or (Rule.RATIO,)
    saying = [step for step in steps if step.rule in _SAYS and step.holds is not None]
    ways = {step.points for step in saying}
    if ways == {-1}:
        return Verdict.DECREASED, ()
    if ways == {1}:
        return Verdict.INCREASED, ()
    way = saying[0].points
    against = tuple(step.rule for step in saying if step.points in (0, None) or (way and step.points != way))
    rules_out = next(step for step in steps if step.rule is Rule.RULES_OUT)
    if rules_out.holds and not way:
        return Verdict.UNCHANGED, (Rule.RATIO,)
    return Verdict.NOT_ASSESSABLE, (against if way else (Rule.RATIO, Rule.RULES_OUT))


def _times_as_many(found: _Found, meaningful: float) -> float | None:
    """How many times the events it would take for an answer; None where no number of events would be enough.

    To rule out the meaningful change, if the ratio came out as 1; or, where there are enough for that, to tell the
    ratio from 1 if it stays as it is.
    """
    assert found.comparison is not None
    compared = found.comparison
    allowed = (-math.log(1 - meaningful) * math.sqrt(compared.variance) / compared.reach_one_way) ** 2
    left = allowed - compared.by_drift
    times = compared.by_chance / left if left > 0 else None
    if compared.points or (times is not None and times > 1):
        return times
    return next(
        (more for more in _TIMES if compared.varying(compared.by_chance / more, compared.by_drift).points), None
    )


def _would_more_areas_do(found: _Found) -> bool:
    """Whether the ratio could be told from 1 if it stays, were the areas compared with more."""
    assert found.comparison is not None
    by_drift = found.drift.size**2 * (1 + 1 / _MANY_AREAS)
    compared = found.comparison
    return by_drift < compared.by_drift and compared.varying(compared.by_chance, by_drift).points != 0


def _needs(data: _Data, found: _Found, reasons: tuple[Rule, ...], times: float | None) -> tuple[Need, ...]:
    """What to do instead, for each rule that did not hold."""
    needs: list[Need] = []
    few = {Rule.ENOUGH_EVENTS, Rule.SHOWABLE}
    if few & set(reasons) or (Rule.RULES_OUT in reasons and times is not None and times > 1):
        needs += [Need.LONGER_PERIOD, Need.WIDER_CATEGORY]
    if Rule.COMPARISON_OR_HISTORY in reasons:
        needs += [Need.COMPARISON]
    if Rule.SAME_REPORTING in reasons:
        needs += [Need.SAME_UNITS_REPORTING]
    if {Rule.COMPARISON_UNTOUCHED, Rule.ALIKE_BEFORE} & set(reasons):
        needs += [Need.OTHER_COMPARISON]
    if Rule.RULES_OUT in reasons:
        if not data.units:
            needs += [Need.COMPARISON]
        elif len(data.units) < _UNITS_FOR_DRIFT or (times is None and _would_more_areas_do(found)):
            needs += [Need.MORE_COMPARISONS]
    return tuple(dict.fromkeys(needs))
