"""Whether it worked, from counts before and after at the treated place, around it and where nothing was done."""

import math
from dataclasses import dataclass

from scipy import stats

from analysis.evaluation.result import Effect


@dataclass(frozen=True, kw_only=True)
class DisplacementDifference(Effect):
    """A weighted displacement difference, and the parts it is the sum of: the treated area's own, and the ring's."""

    local: float
    local_se: float
    displacement: float
    displacement_se: float


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
        **_normal(local + displacement, local_variance + displacement_variance, confidence),
        local=local,
        local_se=math.sqrt(local_variance),
        displacement=displacement,
        displacement_se=math.sqrt(displacement_variance),
    )


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


def _normal(estimate: float, variance: float, confidence: float) -> dict[str, float | None]:
    """The estimate with z, p-value and interval of a normal deviate; only the estimate where nothing varies."""
    limit = _limit(confidence)
    if not variance > 0:
        return {"estimate": estimate}
    se = math.sqrt(variance)
    return {
        "estimate": estimate,
        "se": se,
        "z": estimate / se,
        "ci_low": estimate - limit * se,
        "ci_high": estimate + limit * se,
        "p_value": float(2 * stats.norm.sf(abs(estimate / se))),
    }


def _limit(confidence: float) -> float:
    """How many standard errors the interval reaches, 1.96 at 0.95."""
    upper = (1 + confidence) / 2
    if not (confidence > 0 and upper < 1):
        raise ValueError("Confidence is a share between 0 and 1.")
    return float(stats.norm.ppf(upper))


def _counts(*counts: float) -> tuple[float, ...]:
    """The counts as numbers, if that is what they are."""
    for count in counts:
        if not (0 <= count < math.inf):
            raise ValueError("A count is a number from zero and up.")
        if count != int(count):
            raise ValueError("A count is whole: give the time or area it was counted over, not a mean.")
    return tuple(float(count) for count in counts)


def _weight(weight: float, of: str) -> float:
    if not (0 < weight < math.inf):
        raise ValueError(f"A count is divided by its {of}, which is a number above zero.")
    return float(weight)
