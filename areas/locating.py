"""The one place where points get their areas.

A point belongs to the smallest kind of area the collaboration reports by; larger areas follow from `parent`. In two
areas of that kind it belongs to the smaller one, in none but within 50 m of one to the nearest, else to no area.
Membership follows the boundaries in force today, so that a series is comparable.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pyproj
import shapely
from django.db import connection
from django.utils import timezone

from areas.models import Area, AreaKind, Boundary
from partners.models import Collaboration

NEAR_M = 50.0
EXTENT_MARGIN_KM = 10.0
NO_AREA = 0
# When the collaboration has no area of the kind it reports by, the first of these it has. Statistical ones never count.
REPORTING_KINDS = (AreaKind.EST_AREA, AreaKind.WARD, AreaKind.NEIGHBOURHOOD, AreaKind.DISTRICT, AreaKind.MUNICIPALITY)
_KM_PER_DEGREE = 111.32

Box = tuple[float, float, float, float]
FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Located:
    """Where points lie: one value for each point, in the order they were given."""

    area_id: npt.NDArray[np.int64]
    has_point: npt.NDArray[np.bool_]
    inside_extent: npt.NDArray[np.bool_]

    @property
    def is_placed(self) -> npt.NDArray[np.bool_]:
        """Inside an area the collaboration reports by (or near enough)."""
        return self.area_id != NO_AREA

    @property
    def is_outside(self) -> npt.NDArray[np.bool_]:
        """On the map, but in none of the areas the collaboration reports by."""
        return self.has_point & ~self.is_placed


class AreaIndex:
    """The reporting areas' polygons, ready to be asked about many points at once."""

    def __init__(self, area_ids: Sequence[int], polygons: Sequence[shapely.Geometry], extent: Box | None = None):
        self.area_ids = np.asarray(area_ids, dtype=np.int64)
        self.polygons = np.asarray(polygons, dtype=object)
        self.extent = extent
        shapely.prepare(self.polygons)
        self.tree = shapely.STRtree(self.polygons)

    @cached_property
    def metric(self) -> pyproj.Transformer:
        """Degrees to metres in a projection centred on the areas: true to 0.1 % within 200 km."""
        west, south, east, north = shapely.total_bounds(self.polygons)
        centre = f"+proj=tmerc +lat_0={(south + north) / 2:.6f} +lon_0={(west + east) / 2:.6f} +k=1 +datum=WGS84"
        return pyproj.Transformer.from_crs("EPSG:4326", f"{centre} +units=m +no_defs", always_xy=True)

    @cached_property
    def metric_polygons(self) -> npt.NDArray[Any]:
        return shapely.transform(self.polygons, self._to_metres)

    @cached_property
    def metric_tree(self) -> shapely.STRtree:
        return shapely.STRtree(self.metric_polygons)

    @cached_property
    def rank_by_size(self) -> npt.NDArray[np.int64]:
        """0 for the smallest polygon; equal sizes in the order of the areas' ids, so that the answer never varies."""
        order = np.lexsort((self.area_ids, shapely.area(self.metric_polygons)))
        rank = np.empty(len(order), dtype=np.int64)
        rank[order] = np.arange(len(order))
        return rank

    def _to_metres(self, degrees: FloatArray) -> FloatArray:
        return np.column_stack(self.metric.transform(degrees[:, 0], degrees[:, 1]))

    def locate(self, lon: FloatArray, lat: FloatArray) -> npt.NDArray[np.int64]:
        """The area of each point; 0 where there is none, or where a coordinate is not a number."""
        found = np.zeros(len(lon), dtype=np.int64)
        usable = _are_points(lon, lat)
        if not len(self.polygons) or not usable.any():
            return found
        # Sources snap points to anchors, so the same point comes back thousands of times.
        unique, back = np.unique(lon[usable] + 1j * lat[usable], return_inverse=True)
        found[usable] = self._locate_unique(unique.real, unique.imag)[back]
        return found

    def _locate_unique(self, lon: FloatArray, lat: FloatArray) -> npt.NDArray[np.int64]:
        nothing = len(self.polygons)
        best = np.full(len(lon), nothing, dtype=np.int64)
        points, polygons = self.tree.query(shapely.points(lon, lat))
        inside = shapely.intersects_xy(self.polygons[polygons], lon[points], lat[points])
        np.minimum.at(best, points[inside], self.rank_by_size[polygons[inside]])

        (left,) = np.nonzero(best == nothing)
        if len(left):
            best[left] = self._nearest(lon[left], lat[left])
        by_rank = np.append(self.area_ids[np.argsort(self.rank_by_size)], NO_AREA)
        return by_rank[best]

    def _nearest(self, lon: FloatArray, lat: FloatArray) -> npt.NDArray[np.int64]:
        """The rank of the nearest polygon within 50 m, and of the smallest when several are equally near."""
        nothing = len(self.polygons)
        best = np.full(len(lon), nothing, dtype=np.int64)
        west, south, east, north = _widen(tuple(shapely.total_bounds(self.polygons)), 2 * NEAR_M / 1000)
        (close,) = np.nonzero((lon >= west) & (lon <= east) & (lat >= south) & (lat <= north))
        if len(close):
            metres = shapely.points(self._to_metres(np.column_stack((lon[close], lat[close]))))
            points, polygons = self.metric_tree.query_nearest(metres, max_distance=NEAR_M)
            np.minimum.at(best, close[points], self.rank_by_size[polygons])
        return best


def _are_points(lon: FloatArray, lat: FloatArray) -> npt.NDArray[np.bool_]:
    with np.errstate(invalid="ignore"):
        return (np.abs(lon) <= 180) & (np.abs(lat) <= 90)


def _widen(box: Box, km: float) -> Box:
    west, south, east, north = box
    up = km / _KM_PER_DEGREE
    # A degree of longitude is shortest at the side nearest to a pole.
    side = up / max(math.cos(math.radians(min(max(abs(south), abs(north)), 89.0))), 0.01)
    return west - side, south - up, east + side, north + up


_STATE = (
    "SELECT boundaries_version, reporting_kind, west, south, east, north,"
    " (SELECT max(id) FROM areas_boundary WHERE collaboration_id = partners_collaboration.id)"
    " FROM partners_collaboration WHERE id = %s"
)
_STATE_HELD = _STATE + " FOR KEY SHARE"
_indexes: dict[int, tuple[tuple[Any, ...], AreaIndex]] = {}


def _boundaries(collaboration: Collaboration, on: dt.date) -> Any:
    """Boundaries in force on a day, of areas in use that day."""
    areas = Area.objects.active(on).filter(collaboration=collaboration)
    return Boundary.objects.in_force(on).filter(area__in=areas).order_by("area_id")


def _read(collaboration: Collaboration, reporting_kind: str, on: dt.date) -> AreaIndex:
    rows = list(_boundaries(collaboration, on).values_list("area_id", "area__kind", "wkb"))
    kinds = {kind for _, kind, _ in rows}
    kind = next((kind for kind in (reporting_kind, *REPORTING_KINDS) if kind in kinds), None)
    if kind == AreaKind.STATISTICAL:
        kind = next((kind for kind in REPORTING_KINDS if kind in kinds), None)
    polygons = shapely.from_wkb([bytes(wkb) for _, _, wkb in rows])
    extent = collaboration.extent
    if extent is None and rows:
        west, south, east, north = shapely.total_bounds(polygons).tolist()
        extent = _widen((west, south, east, north), EXTENT_MARGIN_KM)
    chosen = [i for i, row in enumerate(rows) if row[1] == kind]
    return AreaIndex([rows[i][0] for i in chosen], [polygons[i] for i in chosen], extent)


def index_of(collaboration: Collaboration, *, on: dt.date | None = None, fresh: bool = False) -> AreaIndex:
    """The collaboration's areas as they are on a day (today), kept in the process until a boundary changes.

    Inside a transaction it also holds the boundaries still: whoever locates a row and then stores it can be sure that
    no boundary is re-cut in between. The re-cut waits, and then sees the row.
    """
    day = on or timezone.localdate()
    with connection.cursor() as cursor:
        cursor.execute(_STATE_HELD if connection.in_atomic_block else _STATE, [collaboration.pk])
        state = cursor.fetchone()
    # The newest boundary's id is part of the key, since a version number may be used again after a rollback.
    key = (day, *state)
    known = _indexes.get(collaboration.pk)
    if known is not None and known[0] == key and not fresh:
        return known[1]
    collaboration.west, collaboration.south, collaboration.east, collaboration.north = state[2:6]
    index = _read(collaboration, state[1], day)
    if not fresh:
        _indexes[collaboration.pk] = (key, index)
    return index


def locate(collaboration: Collaboration, lon: Any, lat: Any, *, on: dt.date | None = None) -> Located:
    """Give each point its area: arrays of longitudes and latitudes in, area ids (0 for none) out."""
    return locate_with(index_of(collaboration, on=on), lon, lat)


def locate_with(index: AreaIndex, lon: Any, lat: Any) -> Located:
    """As `locate`, with an index fetched before (`index_of`): for work in many chunks under one lock."""
    lon = np.asarray(lon, dtype=np.float64)
    lat = np.asarray(lat, dtype=np.float64)
    has_point = _are_points(lon, lat)
    inside = has_point.copy()
    if index.extent is not None:
        west, south, east, north = index.extent
        with np.errstate(invalid="ignore"):
            inside &= (lon >= west) & (lon <= east) & (lat >= south) & (lat <= north)
    return Located(index.locate(lon, lat), has_point, inside)


def area_of(collaboration: Collaboration, lon: float | None, lat: float | None) -> Area | None:
    """The area of a single point, or None."""
    if lon is None or lat is None:
        return None
    area_id = int(locate(collaboration, [lon], [lat]).area_id[0])
    return Area.objects.get(pk=area_id) if area_id != NO_AREA else None


def extent_of(collaboration: Collaboration) -> Box | None:
    """West, south, east, north beyond which a point is a mistake: given, else the areas' box and 10 km, else None."""
    return index_of(collaboration).extent
