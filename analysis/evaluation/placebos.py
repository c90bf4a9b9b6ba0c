"""Measures that nobody took: how often the headline finds something where nothing was done."""

import datetime as dt
from collections import Counter
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.evaluation.headline import Headline, Rule, Verdict, assess

PRETENDED = 200
# A place somebody would take a measure at, and could hope to say something of.
LEAST_EVENTS = 30


@dataclass(frozen=True, kw_only=True)
class Placebo:
    """One pretended measure: where, since when, compared with what, and what the headline said of it."""

    unit: str
    began: dt.date
    comparisons: tuple[str, ...]
    verdict: Verdict
    reasons: tuple[Rule, ...]
    ratio: float | None
    ci_low: float | None
    ci_high: float | None
    treated_before: int
    treated_after: int


@dataclass(frozen=True, kw_only=True)
class Placebos:
    """All pretended measures. `neither` came out as neither decreased nor increased; `planted` was taken away."""

    each: tuple[Placebo, ...]
    drawn: int
    decreased: int
    unchanged: int
    increased: int
    not_assessable: int
    planted: float
    reasons: dict[Rule, int]

    @property
    def neither(self) -> int:
        """How many were neither said to have decreased nor increased."""
        return self.unchanged + self.not_assessable


def placebo_measures(
    counts: pd.DataFrame,
    *,
    rng: np.random.Generator,
    pretended: int = PRETENDED,
    months: int = 12,
    comparisons: int = 5,
    least_events: int = LEAST_EVENTS,
    planted: float = 0.0,
) -> Placebos:
    """Draw places and dates at random, pretend that a measure began there and then, and let the headline judge.

    Input: whole counts, a row a calendar month indexed by its first day, a column an area; months without data are
    left out of the frame or NaN, never zero. `months` before the date are compared with as many after. Each place is
    compared with the `comparisons` others whose number of events before lies nearest. Only places with `least_events`
    before are drawn. `planted` takes that share of the treated place's events after away at random: what the headline
    says of a real effect in the same data, without which "neither" would tell nothing. Unit: verdicts, counted.

    Assumes that nothing was done there, which nobody knows of real data; what was done adds to what is found. The same
    place may be drawn twice. ValueError: too short a frame, too few areas, or no place with as many events.

    Source: placebo tests in place and time, Abadie, Diamond and Hainmueller 2010. See
    docs/methods/evaluation-headline.md.
    """
    if not 0 <= planted < 1:
        raise ValueError("What is planted is a share from 0 up to 1.")
    first = pd.DatetimeIndex(pd.to_datetime(counts.index))
    every = pd.date_range(first.min(), first.max(), freq="MS")
    table = counts.set_axis(first, axis="index").reindex(every)
    starts = range(months, len(every) - months + 1)
    if not len(starts) or comparisons < 1 or table.shape[1] <= comparisons:
        raise ValueError("There must be more areas than are compared with, and months enough for before and after.")
    possible = [
        (start, unit)
        for start in starts
        for unit in np.flatnonzero((table.iloc[start - months : start].sum() >= least_events).to_numpy())
    ]
    if not possible:
        raise ValueError("No area has as many events before as a pretended measure should have.")
    drawn = [possible[number] for number in rng.integers(0, len(possible), pretended)]
    each = tuple(_placebo(table, start, int(unit), months, comparisons, planted, rng) for start, unit in drawn)
    said = Counter(placebo.verdict for placebo in each)
    return Placebos(
        each=each,
        drawn=len(each),
        decreased=said[Verdict.DECREASED],
        unchanged=said[Verdict.UNCHANGED],
        increased=said[Verdict.INCREASED],
        not_assessable=said[Verdict.NOT_ASSESSABLE],
        planted=planted,
        reasons=dict(
            Counter(
                reason for placebo in each if placebo.verdict is Verdict.NOT_ASSESSABLE for reason in placebo.reasons
            )
        ),
    )


def _placebo(
    table: pd.DataFrame, start: int, unit: int, months: int, comparisons: int, planted: float, rng: np.random.Generator
) -> Placebo:
    before = table.iloc[start - months : start].sum().to_numpy()
    apart = np.abs(np.log((before + 0.5) / (before[unit] + 0.5)))
    apart[unit] = np.inf
    # Of equally near ones those that stand first, so that the same data give the same comparison.
    nearest = np.sort(np.argsort(apart, kind="stable")[:comparisons])
    window = table.iloc[start - months : start + months, [unit, *nearest]]
    names = [str(table.columns[number]) for number in nearest]
    window = window.set_axis(["treated", *(f"area-{name}" for name in names)], axis="columns")
    if planted:
        later = window["treated"].to_numpy(dtype=np.float64)[months:]
        kept = rng.binomial(np.nan_to_num(later).astype(np.int64), 1 - planted)
        window = window.assign(
            treated=np.concatenate([window["treated"].to_numpy()[:months], np.where(np.isnan(later), np.nan, kept)])
        )
    found = _judged(window, months)
    return Placebo(
        unit=str(table.columns[unit]),
        began=table.index[start].date(),
        comparisons=tuple(names),
        verdict=found.verdict,
        reasons=found.reasons,
        ratio=None if found.ratio is None else found.ratio.estimate,
        ci_low=None if found.ratio is None else found.ratio.ci_low,
        ci_high=None if found.ratio is None else found.ratio.ci_high,
        treated_before=found.treated_before,
        treated_after=found.treated_after,
    )


def _judged(window: pd.DataFrame, months: int) -> Headline:
    first, began, last = window.index[0], window.index[months], window.index[-1]
    return assess(
        window,
        before=(first.date(), (began - pd.Timedelta(days=1)).date()),
        after=(began.date(), (last + pd.offsets.MonthEnd(0)).date()),
    )
