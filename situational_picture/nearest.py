"""Which named place lies nearest to a point: how a hexagon is told in words."""

from __future__ import annotations

from collections.abc import Sequence
from math import cos, hypot, radians

# A name, and its longitude and latitude.
NamedPoint = tuple[str, float, float]

_METRES_PER_DEGREE = 111_320


def nearest_place(lon: float, lat: float, points: Sequence[NamedPoint]) -> tuple[float, int]:
    """How many metres away the nearest point is, and its place among `points`, of which there is at least one."""
    narrowing = cos(radians(lat))
    return min(
        (_METRES_PER_DEGREE * hypot((east - lon) * narrowing, north - lat), at)
        for at, (_name, east, north) in enumerate(points)
    )
