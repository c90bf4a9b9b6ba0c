"""Whether something worked: what can be shown, and what was, from counts, series and shares."""

from analysis.evaluation.counts import DisplacementDifference, weighted_displacement_difference
from analysis.evaluation.detectable import detectable_reduction
from analysis.evaluation.result import Effect

__all__ = [
    "DisplacementDifference",
    "Effect",
    "detectable_reduction",
    "weighted_displacement_difference",
]
