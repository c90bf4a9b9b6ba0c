"""Whether it worked, from counts before and after at the treated place, around it and where nothing was done."""

import math
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import Any

from scipy import special

from analysis.change import compare_counts
from analysis.evaluation.result import Effect

# Whole numbers above this cannot be told apart.
_LARGEST = 2**53


@dataclass(frozen=True, kw_only=True)
class DisplacementDifference(Effect):
    """A weighted displacement difference, and the parts it is the sum of: the treated area's own, and the ring's."""

    local: float
    local_se: float
    displacement: float
    displacement_se: float


class Spread(StrEnum):
    """What a weighted displacement quotient says of the ring."""

    NOT_COMPUTED = "not computed"  # the control has no events to compare with
    NO_EFFECT = "no effect"  # there is nothing that could have spread or moved
    DIFFUSION_BEYOND = "diffusion beyond the effect"
    DIFFUSION = "diffusion"
    NEITHER = "neither"
    DISPLACEMENT = "displacement"
    DISPLACEMENT_BEYOND = "displacement of the whole effect or more"


@dataclass(frozen=True, kw_only=True)
class DisplacementQuotient(Effect):
    """A weighted displacement quotient, the two measures it is made of, and how it is to be read.

    `success` is how the treated area changed beside the control, below zero when it became better; `displacement` how
    the ring did, above zero when it became worse. Only the estimate exists: the quotient has no useful interval.
    """

    success: float | None
    displacement: float | None
    reading: Spread


@dataclass(frozen=True, kw_only=True)
class NetEffect(Effect):
    """Events fewer in all, and the parts: in the treated area (`local`) and in the ring. `gross` is without control."""

    gross: float
    local: float | None
    ring: float | None


@dataclass(frozen=True, kw_only=True)
class RelativeEffect(Effect):
    """A relative effect with the changes behind it, as shares: −0.2 is a fifth fewer.

    `net_change` is the treated place's change beyond the control's, and `prevented` what it amounts to in events.
    """

    treated_change: float | None
    control_change: float | None
    net_change: float | None
    prevented: float | None
    dispersion: float


@dataclass(frozen=True, kw_only=True)
class RateRatio(Effect):
    """One rate over another, with both rates."""

    rate_1: float
    rate_2: float


@dataclass(frozen=True, kw_only=True)
class ShareDifference(Effect):
    """One share less another, with both shares and how many independent answers each amounts to."""

    share_1: float
    share_2: float
    effective_n_1: float
    effective_n_2: float


def weighted_displacement_difference(
    treated_before: float,
    treated_after: float,
    control_before: float,
    control_after: float,
    ring_before: float = 0,
    ring_after: float = 0,
    ring_control_before: float = 0,
    ring_control_after: float = 0,
    *,
    time_before: float = 1,
    time_after: float = 1,
    area_treated: float = 1,
    area_control: float = 1,
    area_ring: float = 1,
    area_ring_control: float = 1,
    confidence: float = 0.95,
) -> DisplacementDifference:
    """How many events more or fewer there were than the control had led one to expect, the ring's counted too.

    Input: whole counts of the treated area, its control, the ring around the treated area and the ring's control, each
    before and after. A `time` divides the counts of its period, an `area` those of its area: years, months, residents,
    whatever the counts are to be compared per. Unit: events per unit of time and area, and just events where all are 1.
    Below zero is fewer. `local` is the treated area's part, `displacement` the ring's: above zero there is
    displacement, below zero diffusion of benefit. Without any event there is nothing to judge: only the estimate, 0.

    Assumes Poisson counts that are independent of each other, and that the treated area would have changed by as many
    events as the control. A control of another size breaks that, unless areas or residents are given. Events in bursts
    make the interval too narrow. ValueError: a count below zero or in parts, a time, area or confidence that is none.

    Source: Wheeler and Ratcliffe 2018; weights as in the R package ptools. See
    docs/methods/weighted-displacement-difference.md.
    """
    limit = _limit(confidence)
    before, after = _weight(time_before, "time"), _weight(time_after, "time")
    local, local_variance = _change_beyond(
        _counts(treated_before, treated_after), _weight(area_treated, "area"),
        _counts(control_before, control_after), _weight(area_control, "area"), before, after,
    )  # fmt: skip
    displacement, displacement_variance = _change_beyond(
        _counts(ring_before, ring_after), _weight(area_ring, "area"),
        _counts(ring_control_before, ring_control_after), _weight(area_ring_control, "area"), before, after,
    )  # fmt: skip
    return DisplacementDifference(
        **_normal(local + displacement, local_variance + displacement_variance, limit),
        local=local,
        local_se=math.sqrt(local_variance),
        displacement=displacement,
        displacement_se=math.sqrt(displacement_variance),
    )


def weighted_displacement_quotient(
    treated_before: float,
    treated_after: float,
    control_before: float,
    control_after: float,
    ring_before: float,
    ring_after: float,
) -> DisplacementQuotient:
    """How much of the effect spread to the ring around the treated area, or moved there.

    Input: whole counts of the treated area, the control and the ring, before and after. Unit: a quotient. Above zero
    the ring became better too (diffusion of benefit), above 1 by more than the treated area; below zero events moved
    into the ring, and below −1 more of them than the effect. It is None where the treated area did not become better
    than the control, for then there is no effect to divide by, and where the control has no events in a period.
    `reading` says which, and what a quotient means.

    Assumes that treated area and ring would both have changed by the same percent as the control. It has no interval,
    and a small effect makes it large: read it beside the difference and its interval, never alone. ValueError: a count
    below zero or in parts.

    Source: Bowers and Johnson 2003; Guerette 2009. See docs/methods/displacement.md.
    """
    counts = _counts(treated_before, treated_after, control_before, control_after, ring_before, ring_after)
    # In whole numbers, so that a quotient of just −1, 0 or 1 is read as one.
    treated, treated_later, control, control_later, ring, ring_later = (Fraction(count) for count in counts)
    if not (control and control_later):
        return DisplacementQuotient(estimate=None, success=None, displacement=None, reading=Spread.NOT_COMPUTED)
    success = treated_later / control_later - treated / control
    displacement = ring_later / control_later - ring / control
    quotient = displacement / success if success < 0 else None
    return DisplacementQuotient(
        estimate=None if quotient is None else float(quotient),
        success=float(success),
        displacement=float(displacement),
        reading=_reading(quotient),
    )


def total_net_effect(
    treated_before: float,
    treated_after: float,
    control_before: float,
    control_after: float,
    ring_before: float,
    ring_after: float,
    *,
    confidence: float = 0.95,
) -> NetEffect:
    """How many events fewer there were in the treated area and its ring than if both had followed the control.

    Input: whole counts of the treated area, the control and the ring, before and after. Unit: events; above zero is
    fewer. None where the control has no events before; without any after there is an estimate, but no interval. The
    standard error follows from those of the counts (the delta method): it is ours, the source has none.

    Assumes Poisson counts that are independent of each other, and that treated area and ring would both have changed by
    the same percent as the control. With few events in the control the interval is rough. ValueError: a count
    below zero or in parts, or a confidence that is none.

    Source: Guerette 2009. See docs/methods/displacement.md.
    """
    limit = _limit(confidence)
    treated, treated_later, control, control_later, ring, ring_later = _counts(
        treated_before, treated_after, control_before, control_after, ring_before, ring_after
    )
    gross = treated - treated_later
    if not control:
        return NetEffect(estimate=None, gross=gross, local=None, ring=None)
    as_control = control_later / control
    parts = {"local": treated * as_control - treated_later, "ring": ring * as_control - ring_later}
    before, after = treated + ring, treated_later + ring_later
    # A control that fell to nothing tells no more how uncertain it is.
    variance = (
        as_control**2 * before + before**2 * (as_control + as_control**2) / control + after if control_later else 0.0
    )
    return NetEffect(**_normal(before * as_control - after, variance, limit), gross=gross, **parts)


def relative_effect(
    treated_before: float,
    treated_after: float,
    control_before: float,
    control_after: float,
    *,
    dispersion: float = 1.0,
    confidence: float = 0.95,
) -> RelativeEffect:
    """How the treated place changed beside the control, in percent rather than in events (an odds ratio).

    Input: whole counts before and after at the treated place and in the control. Unit: a ratio. Above 1 there were
    fewer events at the treated place than the control had led one to expect: 1.25 is a fifth fewer. `se` is of the
    logarithm. Periods and areas of unequal size do no harm, as long as each is the same for both. `dispersion` is how
    many times more the counts vary than Poisson counts do, see `estimated_dispersion`.

    A count of zero leaves the ratio unbounded: no standard error, z or p-value, and an interval from zero to infinity.
    Assumes that the treated place would have changed by the same percent as the control. With a few events the interval
    is rough. ValueError: a count below zero or in parts, or a dispersion or confidence that is none.

    Source: Welsh and Farrington 2002; Farrington and others 2007. See docs/methods/relative-effect.md.
    """
    limit, dispersion = _limit(confidence), _number(dispersion)
    if not (0 < dispersion < 1e50):
        raise ValueError("Dispersion is a number above zero, 1 for counts that vary as Poisson counts do.")
    counts = _counts(treated_before, treated_after, control_before, control_after)
    treated, treated_later, control, control_later = counts
    expected = treated * control_later / control if control else None
    changes: dict[str, Any] = {
        "treated_change": treated_later / treated - 1 if treated else None,
        "control_change": control_later / control - 1 if control else None,
        "net_change": treated_later / expected - 1 if expected else None,
        "prevented": None if expected is None else expected - treated_later,
        "dispersion": dispersion,
    }
    above, below = treated * control_later, treated_later * control
    if not all(counts):
        estimate = above / below if below else (math.inf if above else None)
        return RelativeEffect(estimate=estimate, ci_low=0.0, ci_high=math.inf, **changes)
    log, se = math.log(above / below), math.sqrt(dispersion * sum(1 / count for count in counts))
    return RelativeEffect(
        estimate=above / below,
        se=se,
        z=log / se,
        ci_low=_exponential(log - limit * se),
        ci_high=_exponential(log + limit * se),
        p_value=_two_sided(log / se),
        **changes,
    )


def poisson_rate_ratio(
    count_1: float, exposure_1: float, count_2: float, exposure_2: float, *, confidence: float = 0.95
) -> RateRatio:
    """The first rate over the second, exactly: given both counts together, the first is binomial.

    Input: two whole counts and what each was counted over: days, residents, anything of the same unit. Unit: a ratio,
    below 1 where the first rate is lower. There is no standard error and no z: interval and p-value come from the
    binomial itself (Clopper and Pearson), and never promise too much of few events. With no event in the second the
    ratio and its upper limit are infinite; with none at all there is no ratio, any could be, and the p-value is 1.

    Assumes Poisson counts that are independent of each other. Events in bursts make the interval too narrow. Before and
    after at one place is not an evaluation: give the treated place a control. ValueError: a count below zero or in
    parts, or an exposure or confidence that is none.

    Source: Przyborowski and Wilenski 1940; Clopper and Pearson 1934, as poisson.test in R. See
    docs/methods/compare-counts.md.
    """
    _limit(confidence)
    count_1, count_2 = _counts(count_1, count_2)
    exposure_1, exposure_2 = _weight(exposure_1, "exposure"), _weight(exposure_2, "exposure")
    exact = compare_counts(count_2, count_1, days_before=exposure_2, days_after=exposure_1, confidence=confidence)
    return RateRatio(
        estimate=float(exact.ratio) if count_2 else (math.inf if count_1 else None),
        ci_low=float(exact.ratio_lower) if count_1 else 0.0,
        ci_high=float(exact.ratio_upper) if count_2 else math.inf,
        p_value=float(exact.p_value),
        rate_1=count_1 / exposure_1,
        rate_2=count_2 / exposure_2,
    )


def compare_shares(
    successes_1: float,
    n_1: float,
    successes_2: float,
    n_2: float,
    *,
    design_effect: float = 1.0,
    confidence: float = 0.95,
) -> ShareDifference:
    """How much larger the first share is than the second, as in two surveys.

    Input: how many answered so, and how many answered, twice; parts are allowed, since weighted answers have them.
    `design_effect` is how many times more the survey's shares vary than those of a plain random sample of as many: the
    answers then count as `n / design_effect` independent ones. Unit: a difference of shares, 0.05 for five percentage
    points. The interval is Newcombe's and keeps between −1 and 1, also where nobody or everybody answered so. `se`, z
    and p-value are of the test that both shares are one; where nobody or everybody did in both there is no z.

    Assumes answers that are independent of each other but for the design effect. The same people asked twice are not.
    Who does not answer is no random part. ValueError: an n that is not above zero, successes below zero or above n, or
    a design effect or confidence that is none.

    Source: Newcombe 1998; Kish 1965 for the design effect. See docs/methods/compare-shares.md.
    """
    limit = _limit(confidence)
    (share_1, size_1), (share_2, size_2) = (
        _share(successes_1, n_1, design_effect), _share(successes_2, n_2, design_effect)
    )  # fmt: skip
    (low_1, high_1), (low_2, high_2) = _wilson(share_1, size_1, limit), _wilson(share_2, size_2, limit)
    difference = share_1 - share_2
    both = (share_1 * size_1 + share_2 * size_2) / (size_1 + size_2)
    se = math.sqrt(both * (1 - both) * (1 / size_1 + 1 / size_2)) if 0 < both < 1 else 0.0
    return ShareDifference(
        estimate=difference,
        se=se,
        z=difference / se if se else None,
        ci_low=difference - math.hypot(share_1 - low_1, high_2 - share_2),
        ci_high=difference + math.hypot(high_1 - share_1, share_2 - low_2),
        p_value=_two_sided(difference / se) if se else 1.0,
        share_1=share_1,
        share_2=share_2,
        effective_n_1=size_1,
        effective_n_2=size_2,
    )


def share_interval(
    successes: float, n: float, *, design_effect: float = 1.0, confidence: float = 0.95
) -> tuple[float, float]:
    """Between which shares the true one may lie: the interval of Wilson, kept between 0 and 1.

    Input, unit, assumptions and ValueError as for `compare_shares`, which uses it for either share. Nobody of ten is
    compatible with up to 28 %. Source: Wilson 1927. See docs/methods/compare-shares.md.
    """
    limit = _limit(confidence)
    return _wilson(*_share(successes, n, design_effect), limit)


def _change_beyond(
    counts: tuple[float, ...], area: float, control: tuple[float, ...], control_area: float,
    before: float, after: float,
) -> tuple[float, float]:  # fmt: skip
    """The change of a rate less that of its control, and the variance of the difference."""
    change, variance = 0.0, 0.0
    for (earlier, later), size, sign in ((counts, area, 1), (control, control_area, -1)):
        change += sign * (later / (after * size) - earlier / (before * size))
        variance += later / (after * size) ** 2 + earlier / (before * size) ** 2
    return change, variance


def _reading(quotient: Fraction | None) -> Spread:
    if quotient is None:
        return Spread.NO_EFFECT
    if quotient > 0:
        return Spread.DIFFUSION if quotient <= 1 else Spread.DIFFUSION_BEYOND
    if quotient < 0:
        return Spread.DISPLACEMENT if quotient > -1 else Spread.DISPLACEMENT_BEYOND
    return Spread.NEITHER


def _normal(estimate: float, variance: float, limit: float) -> dict[str, float | None]:
    """The estimate with z, p-value and interval of a normal deviate; only the estimate where nothing varies."""
    if not variance > 0:
        return {"estimate": estimate}
    se = math.sqrt(variance)
    return {
        "estimate": estimate,
        "se": se,
        "z": estimate / se,
        "ci_low": estimate - limit * se,
        "ci_high": estimate + limit * se,
        "p_value": _two_sided(estimate / se),
    }


def _wilson(share: float, n: float, limit: float) -> tuple[float, float]:
    """The shares that would not be told from this one in n answers."""
    middle = share + limit**2 / (2 * n)
    reach = limit * math.sqrt(share * (1 - share) / n + limit**2 / (4 * n**2))
    scale = 1 + limit**2 / n
    # Nobody and everybody are limits, whatever the last digit says.
    low = max((middle - reach) / scale, 0.0) if share > 0 else 0.0
    high = min((middle + reach) / scale, 1.0) if share < 1 else 1.0
    return low, high


def _two_sided(z: float) -> float:
    return float(2 * special.ndtr(-abs(z)))


def _exponential(log: float) -> float:
    try:
        return math.exp(log)
    except OverflowError:
        return math.inf


def _limit(confidence: float) -> float:
    """How many standard errors the interval reaches, 1.96 at 0.95."""
    upper = (1 + confidence) / 2
    if not (confidence > 0 and upper < 1):
        raise ValueError("Confidence is a share between 0 and 1.")
    return float(special.ndtri(upper))


def _counts(*counts: float) -> tuple[float, ...]:
    """The counts as numbers, if that is what they are."""
    numbers = tuple(_number(count) for count in counts)
    for number in numbers:
        if not (0 <= number <= _LARGEST):
            raise ValueError("A count is a number from zero and up.")
        if not number.is_integer():
            raise ValueError("A count is whole: give the time or area it was counted over, not a mean.")
    return numbers


def _weight(weight: float, of: str) -> float:
    weight = _number(weight)
    if not (1e-50 < weight < 1e50):
        raise ValueError(f"A count is divided by its {of}, which is a number above zero.")
    return weight


def _share(successes: float, n: float, design_effect: float) -> tuple[float, float]:
    """The share, and how many independent answers it rests on."""
    successes, n, design_effect = _number(successes), _number(n), _number(design_effect)
    if not (1e-9 < n < 1e50 and 0 <= successes <= n):
        raise ValueError("A share is of a number above zero, and neither below none nor above all of it.")
    if not (1e-9 < design_effect < 1e50):
        raise ValueError("A design effect is a number above zero, 1 for a plain random sample.")
    return successes / n, n / design_effect


def _number(number: float) -> float:
    """The number at full width: a narrow one would overflow, and a whole one may be too long."""
    try:
        return float(number)
    except OverflowError:
        return math.inf
