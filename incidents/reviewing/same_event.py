"""Whether two reports may be about the same event: near in place and time, and alike in kind. It only suggests."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass

METRES_PER_DEGREE = 111_320.0
WITHIN_M = 100
WITHIN_HOURS = 72
# A point kept as the middle of its block may lie this far from the true one.
BLOCK_RADIUS_M = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """What the rule needs to know of a report. `heading` is the category's group, or the category without one."""

    category: int
    heading: int
    begins: dt.datetime
    ends: dt.datetime
    lon: float | None
    lat: float | None
    place: int | None = None
    is_block: bool = False
    within_m: int = WITHIN_M
    within_hours: int = WITHIN_HOURS


@dataclass(frozen=True, slots=True)
class Likeness:
    """How near two reports are: metres, hours between them (0 where they overlap), and whether the category is one."""

    distance_m: float
    hours_apart: float
    is_same_category: bool

    @property
    def rank(self) -> tuple[bool, float]:
        """The likeliest first: the same category before a neighbouring one, then the nearest in time and place."""
        return not self.is_same_category, self.distance_m / WITHIN_M + self.hours_apart / WITHIN_HOURS


def likeness(one: Sighting, other: Sighting) -> Likeness | None:
    """How alike two reports are, or None where they are not suggested. The order of the two does not matter.

    Of two categories' limits the wider one holds. Reports without a point are alike only at the same named place.
    """
    if one.heading != other.heading:
        return None
    hours = max(one.begins - other.ends, other.begins - one.ends, dt.timedelta()) / dt.timedelta(hours=1)
    if hours > max(one.within_hours, other.within_hours):
        return None
    distance_m = distance_between(one, other)
    allowed_m = max(one.within_m, other.within_m) + BLOCK_RADIUS_M * (one.is_block + other.is_block)
    if distance_m is None or distance_m > allowed_m:
        return None
    return Likeness(distance_m, hours, one.category == other.category)


def distance_between(one: Sighting, other: Sighting) -> float | None:
    """Metres between two reports: 0 at the same named place, None where one has no point."""
    if one.place is not None and one.place == other.place:
        return 0.0
    if one.lon is None or one.lat is None or other.lon is None or other.lat is None:
        return None
    # Flat is exact enough for two kilometres; the middle latitude makes both ways the same.
    east = (other.lon - one.lon) * METRES_PER_DEGREE * math.cos(math.radians((one.lat + other.lat) / 2))
    north = (other.lat - one.lat) * METRES_PER_DEGREE
    return math.hypot(east, north)
