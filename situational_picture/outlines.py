"""The outline an area had on a day, as rings a drawing can take."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

import shapely

from areas.models import Area, Boundary
from areas.presenters import geometry_of

Ring = tuple[tuple[float, float], ...]


def outlines(areas: Iterable[Area], on: dt.date) -> tuple[Ring, ...]:
    """The outer rings of the areas' boundaries that were in force on the day; none for an area without one."""
    rows = Boundary.objects.in_force(on).filter(area__in=list(areas)).order_by("area_id", "valid_from")
    return tuple(ring for row in rows for ring in _rings(row.polygon))


def _rings(polygon: shapely.Geometry) -> list[Ring]:
    shape = geometry_of(polygon)
    several = [shape["coordinates"]] if shape["type"] == "Polygon" else shape["coordinates"]
    return [tuple((lon, lat) for lon, lat, *_height in parts[0]) for parts in several]
