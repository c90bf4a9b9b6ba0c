"""Whether something worked: what can be shown, and what was, from counts, series and shares."""

from analysis.evaluation.counts import (
    DisplacementDifference,
    DisplacementQuotient,
    NetEffect,
    RateRatio,
    RelativeEffect,
    ShareDifference,
    Spread,
    compare_shares,
    poisson_rate_ratio,
    relative_effect,
    share_interval,
    total_net_effect,
    weighted_displacement_difference,
    weighted_displacement_quotient,
)
from analysis.evaluation.detectable import detectable_reduction
from analysis.evaluation.dispersion import estimated_dispersion
from analysis.evaluation.result import Effect

__all__ = [
    "DisplacementDifference",
    "DisplacementQuotient",
    "Effect",
    "NetEffect",
    "RateRatio",
    "RelativeEffect",
    "ShareDifference",
    "Spread",
    "compare_shares",
    "detectable_reduction",
    "estimated_dispersion",
    "poisson_rate_ratio",
    "relative_effect",
    "share_interval",
    "total_net_effect",
    "weighted_displacement_difference",
    "weighted_displacement_quotient",
]
