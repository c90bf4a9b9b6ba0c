"""What every comparison answers with."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Effect:
    """An estimate with its standard error, z, interval and two-sided p-value. What does not exist is None.

    A limit that is not bounded is infinite. Each method says what its estimate is, and what its standard error is of.
    """

    estimate: float | None
    se: float | None = None
    z: float | None = None
    ci_low: float | None = None
    ci_high: float | None = None
    p_value: float | None = None
