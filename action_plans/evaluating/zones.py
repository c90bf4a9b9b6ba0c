"""Where an evaluation counts: what is treated, the ring around it, and what it is compared with.

Distance is counted in hexagons (resolution 11). A report is treated where it is tied to a treated place or its hexagon
is one of the place's; in the ring where it is not, and its hexagon is; and in no comparison where it is in either.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import shapely
from django.db.models import Q
from django.utils import timezone

from action_plans.models import EvaluationPlan
from analysis.hexagons import cell_centres, cells_along, cells_around, cells_of, cells_touched, steps_for
from areas.access import descendants_of_each
from areas.models import Area, Boundary, Place
from incidents.rules import CELL_RESOLUTION
from incidents.selections import NotASelection, Selection
from partners.models import Collaboration

# A point lies anywhere in its hexagon: without the neighbours a report ten metres away could be outside.
AROUND_A_POINT = 1
# Farther away nobody calls it around the place.
LONGEST_RING_M = 2000
# A point 50 m outside an area belongs to it, and lies up to 30 m from the centre of its hexagon: with room to spare.
JUST_OUTSIDE_DEGREES = 0.003
NO_CELLS: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Zones:
    """What is treated and what lies around it.

    A whole area has its ids, with those below it, and no hexagons of its own; places have both.
    """

    area_ids: frozenset[int]
    place_ids: frozenset[int]
    cells: frozenset[int]
    ring: frozenset[int]

    @property
    def treated(self) -> Q:
        """Which reports are treated."""
        if self.area_ids:
            return Q(area_id__in=self.area_ids)
        return Q(place_id__in=self.place_ids) | Q(cell__in=self.cells)

    @property
    def around(self) -> Q:
        """Which reports lie in the ring; of those some may be treated, and treated goes first."""
        return Q(cell__in=self.ring)


@dataclass(frozen=True)
class Unit:
    """One area, with those below it, or one place that is compared with."""

    key: str
    name: str
    area_ids: frozenset[int] = frozenset()
    place_id: int | None = None
    cells: frozenset[int] = NO_CELLS

    @property
    def is_place(self) -> bool:
        return self.place_id is not None


@dataclass(frozen=True)
class Design:
    """Everything that is counted for an evaluation: which reports, where, and beside what."""

    collaboration: Collaboration
    selection: Selection
    zones: Zones
    units: tuple[Unit, ...]


def counted_selection(query: str) -> Selection:
    """Which reports are counted, wherever they are and whenever: the plan says where, its periods say when."""
    try:
        asked = Selection.parse(query)
    except NotASelection:
        # Written by an older version than the list of reports now understands.
        asked = Selection()
    return replace(asked, area="", place=(), since=None, until=None, status="", organisation=None, location="")


def design_of(plan: EvaluationPlan) -> Design:
    """What a written evaluation plan counts."""
    measure = plan.measure
    return design(
        measure.plan.area,
        selection=counted_selection(plan.selection),
        places=[link.place for link in plan.treated_places.select_related("place")],
        ring_m=plan.ring_m,
        areas=[link.area for link in plan.comparison_areas.select_related("area")],
        compared_places=[link.place for link in plan.comparison_places.select_related("place")],
    )


def design(
    area: Area,
    *,
    selection: Selection,
    places: Sequence[Place],
    ring_m: int | None,
    areas: Sequence[Area] = (),
    compared_places: Sequence[Place] = (),
) -> Design:
    """What is counted when these places of an area are treated, or without any of them the whole area."""
    return Design(
        collaboration=area.collaboration,
        selection=selection,
        zones=zones_of(area, places, ring_m),
        units=(*area_units(area.collaboration_id, areas), *map(place_unit, compared_places)),
    )


def zones_of(area: Area, places: Sequence[Place], ring_m: int | None) -> Zones:
    """The treated places, or the whole area without any, and the ring around them."""
    if places:
        cells = frozenset().union(*map(cells_of_place, places))
        ring = _around(cells, ring_m) - cells
        return Zones(frozenset(), frozenset(place.pk for place in places), cells, ring)
    (below,) = descendants_of_each(area.collaboration_id, [[area.pk]])
    polygon = polygon_of(area)
    if polygon is None:
        return Zones(frozenset(below), frozenset(), NO_CELLS, NO_CELLS)
    border = frozenset(cell for ring in _rings(polygon) for cell in cells_along(ring, CELL_RESOLUTION).tolist())
    ring = _outside(_around(border, ring_m), polygon)
    return Zones(frozenset(below), frozenset(), NO_CELLS, ring)


def _around(cells: Collection[int], ring_m: int | None) -> frozenset[int]:
    """The cells within the ring's metres, those they lie around among them."""
    if not ring_m or not cells:
        return NO_CELLS
    return frozenset(cells_around(list(cells), steps_for(min(cells), ring_m)).tolist())


def _outside(cells: Iterable[int], polygon: Any) -> frozenset[int]:
    """Those whose centre lies outside the polygon."""
    listed = np.array(sorted(cells), dtype=np.int64)
    centres = cell_centres(listed)
    shapely.prepare(polygon)
    outside = ~shapely.contains_xy(polygon, centres[:, 0], centres[:, 1])
    return frozenset(listed[outside].tolist())


def cells_of_place(place: Place) -> frozenset[int]:
    """The hexagons a place takes up: those its polygon touches, or its point's with the neighbours."""
    if place.polygon_wkb is not None:
        polygon = shapely.from_wkb(bytes(place.polygon_wkb))
        return frozenset(
            cell for part in _parts(polygon) for cell in cells_touched(part, CELL_RESOLUTION).tolist()
        )  # fmt: skip
    own = cells_of([place.lon], [place.lat], CELL_RESOLUTION)
    return frozenset(cells_around(own, AROUND_A_POINT).tolist())


def polygon_of(area: Area) -> Any:
    """The area's boundary as it is today, or None where it has none."""
    row = Boundary.objects.in_force(timezone.localdate()).filter(area=area).first()
    return row.polygon if row is not None else None


def areas_near(collaboration: Collaboration, cells: Collection[int]) -> list[int]:
    """The areas that a report in one of the hexagons can have been given: those it lies in, or just outside."""
    centres = cell_centres(np.array(sorted(cells), dtype=np.int64))
    near = []
    rows = Boundary.objects.in_force(timezone.localdate()).filter(area__collaboration=collaboration)
    for boundary in rows.order_by("area_id"):
        around = shapely.buffer(boundary.polygon, JUST_OUTSIDE_DEGREES)
        shapely.prepare(around)
        if shapely.contains_xy(around, centres[:, 0], centres[:, 1]).any():
            near.append(boundary.area_id)
    return near


def _parts(polygon: Any) -> list[list[list[tuple[float, float]]]]:
    """Each polygon of a shape as its rings: the outline first, then the holes."""
    found = []
    for part in shapely.get_parts(polygon).tolist():
        rings = [part.exterior, *part.interiors]
        found.append([[(lon, lat) for lon, lat, *_ in ring.coords] for ring in rings])
    return found


def _rings(polygon: Any) -> list[list[tuple[float, float]]]:
    return [ring for part in _parts(polygon) for ring in part]


def area_units(collaboration_id: int, areas: Sequence[Area]) -> list[Unit]:
    """Areas to compare with, each with what lies below it: one question for all of them."""
    below = descendants_of_each(collaboration_id, [[area.pk] for area in areas])
    return [
        Unit(f"area-{area.pk}", area.name, area_ids=frozenset(ids)) for area, ids in zip(areas, below, strict=True)
    ]  # fmt: skip


def place_unit(place: Place) -> Unit:
    """A place to compare with."""
    return Unit(f"place-{place.pk}", place.name, place_id=place.pk, cells=cells_of_place(place))
