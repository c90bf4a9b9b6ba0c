"""What of a series is told to whom.

What is counted from the reports is whole for the circle of its ground; others read "at least 40", as they do of goals
and evidence, since two whole counts differ by what may be a small number. Of a survey, a share that rests on a handful
of persons is protected outside the circle.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from areas.access import circle_area_ids, is_in_circle
from situational_picture.indicators.queries import Point
from situational_picture.models import Indicator
from situational_picture.protecting import COUNTS, NO_SENSITIVE
from situational_picture.selecting import CIRCLE, sees_sensitive_counts

TENS = 10
SHOWN, PROTECTED, SUPPRESSED, MISSING = "shown", "protected", "suppressed", "missing"


@dataclass(frozen=True)
class Told:
    """A point as one reader may see it. `at_least` is the whole tens that a protected count is at least, or 0."""

    point: Point
    status: str
    value: float | None = None
    n: int | None = None
    successes: int | None = None
    lower: float | None = None
    upper: float | None = None
    at_least: int = 0


def viewer_of(user: Any, indicator: Indicator) -> str:
    """Who looks: the circle of the ground, those who see counts of sensitive categories, and others."""
    area = indicator.area or (indicator.place.area if indicator.place is not None else None)
    if area is not None:
        is_within = is_in_circle(user, area)
    else:
        is_within = circle_area_ids(user, indicator.collaboration_id) is None
    if is_within:
        return CIRCLE
    return COUNTS if sees_sensitive_counts(user, indicator.collaboration_id) else NO_SENSITIVE


def told_points(indicator: Indicator, points: Sequence[Point], viewer: str) -> list[Told]:
    """The series for this kind of reader."""
    return [_told(indicator, point, viewer) for point in points]


def _told(indicator: Indicator, point: Point, viewer: str) -> Told:
    if point.is_suppressed:
        return Told(point, SUPPRESSED)
    if point.value is None:
        return Told(point, MISSING)
    largest = indicator.collaboration.protect_counts_up_to
    if viewer != CIRCLE and indicator.kind == Indicator.Kind.INCIDENTS:
        least = int(point.value) // TENS * TENS
        is_told = viewer == COUNTS or not point.is_sensitive
        return Told(point, PROTECTED, at_least=least if is_told and least > largest else 0)
    if viewer != CIRCLE and indicator.is_share and _is_of_few(point, largest):
        return Told(point, PROTECTED, n=point.n)
    return Told(point, SHOWN, point.value, point.n, point.successes, point.lower, point.upper)


def _is_of_few(point: Point, largest: int) -> bool:
    if point.successes is None or point.n is None:
        return False
    return any(1 <= persons <= largest for persons in (point.successes, point.n - point.successes))
