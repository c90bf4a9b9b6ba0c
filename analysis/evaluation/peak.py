"""Whether a place was chosen when it was at its worst: then some of the fall comes by itself."""

from dataclasses import dataclass

import numpy as np

from analysis.places import range_if_unchanged


@dataclass(frozen=True)
class Peak:
    """The period before, beside what the earlier years lead one to expect. Unit: events."""

    count: int
    expected: float
    upper: float

    @property
    def is_peak(self) -> bool:
        """More than chance alone would give nineteen times in twenty, had nothing changed."""
        return self.count > self.upper

    @property
    def by_itself(self) -> float:
        """The share, 0 to 1, by which the count would fall if it only went back to what it was."""
        return max(0.0, 1 - self.expected / self.count) if self.count else 0.0


def recent_peak(count: int, days: float, earlier: int, earlier_days: float, *, confidence: float = 0.95) -> Peak | None:
    """Whether the period before is high beside the place's own earlier history.

    Input: events in the period before and its days; events in earlier years' same months and their days. Unit: events,
    days. None where the history is shorter than the period: then nobody can say. `confidence` is one-sided.

    The rule: it is a peak when the count is above the upper limit of where a count would lie had the earlier rate
    stayed, both counts uncertain (negative binomial, `range_if_unchanged`). Assumes that the earlier years are
    comparable: the same months, reported alike. Events in bursts pass the limit more often than one time in twenty, a
    slow rise passes it too, and a place chosen for a peak of a few weeks need not pass it. See
    docs/methods/recent-peak.md.
    """
    if not (count >= 0 and earlier >= 0 and days > 0):
        raise ValueError("Counts are not below zero, and a period has days.")
    if earlier_days < days:
        return None
    _, upper = range_if_unchanged(
        np.array([float(earlier)]), days_before=earlier_days, days_after=days, confidence=2 * confidence - 1
    )
    return Peak(count, earlier * days / earlier_days, float(upper[0]))
