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
from analysis.evaluation.headline import Headline, Need, Rule, Step, Verdict, assess
from analysis.evaluation.peak import Peak, recent_peak
from analysis.evaluation.placebos import Placebo, Placebos, placebo_measures
from analysis.evaluation.result import Effect
from analysis.evaluation.series import (
    InterruptedSeries,
    SeriesEffect,
    SyntheticComparison,
    difference_in_differences,
    interrupted_time_series,
    synthetic_comparison,
)
from analysis.evaluation.similarity import Likeness, likenesses

__all__ = [
    "DisplacementDifference",
    "DisplacementQuotient",
    "Effect",
    "Headline",
    "InterruptedSeries",
    "Likeness",
    "Need",
    "NetEffect",
    "Peak",
    "Placebo",
    "Placebos",
    "RateRatio",
    "RelativeEffect",
    "Rule",
    "SeriesEffect",
    "ShareDifference",
    "Spread",
    "Step",
    "SyntheticComparison",
    "Verdict",
    "assess",
    "compare_shares",
    "detectable_reduction",
    "difference_in_differences",
    "estimated_dispersion",
    "interrupted_time_series",
    "likenesses",
    "placebo_measures",
    "poisson_rate_ratio",
    "recent_peak",
    "relative_effect",
    "share_interval",
    "synthetic_comparison",
    "total_net_effect",
    "weighted_displacement_difference",
    "weighted_displacement_quotient",
]
