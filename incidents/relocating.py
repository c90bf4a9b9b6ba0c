"""Incidents follow the boundaries in force, and a place's pin: registered with `areas.relocating` at start."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

import numpy as np
from django.db import connection
from django.db.models import Q

from analysis.hexagons import cells_of
from areas.locating import NO_AREA
from areas.models import Place
from areas.relocating import Move, Relocation
from incidents.changes import announce
from incidents.models import Incident, Status
from partners.models import Collaboration

CHUNK = 50_000
CELL_RESOLUTION = 11


def move_incidents(collaboration: Collaboration, relocation: Relocation) -> Mapping[Move, int]:
    """Give every incident on the map the area it lies in now; say how many went from where to where.

    A report at a private dwelling is kept as the middle of its block, with the area of its true point. It stays there
    unless the change concerns the middle of the block too.
    """
    rows = (
        Incident.objects.filter(collaboration=collaboration)
        # What is purged has no point any more, and stays in the area it was counted in.
        .exclude(Q(location=Incident.Location.NONE) | Q(status=Status.PURGED))
        .order_by("pk")
        .values_list("pk", "lon", "lat", "area_id", "precision")
    )
    moves: Counter[Move] = Counter()
    last = 0
    while chunk := list(rows.filter(pk__gt=last)[:CHUNK]):
        last = chunk[-1][0]
        ids = np.array([row[0] for row in chunk], dtype=np.int64)
        old = np.array([row[3] or NO_AREA for row in chunk], dtype=np.int64)
        lon, lat = np.array([row[1] for row in chunk]), np.array([row[2] for row in chunk])
        new = relocation.locate(lon, lat).area_id
        changed = new != old
        (coarse,) = np.nonzero(changed & np.array([row[4] == Incident.Precision.BLOCK for row in chunk]))
        changed[coarse] = relocation.is_affected(lon[coarse], lat[coarse])
        if changed.any():
            _store(ids[changed], new[changed])
            pairs, counts = np.unique(np.column_stack((old[changed], new[changed])), axis=0, return_counts=True)
            for (come, go), count in zip(pairs.tolist(), counts.tolist(), strict=True):
                moves[come or None, go or None] += count
    announce(collaboration.pk, {area_id for move in moves for area_id in move})
    return moves


def _store(ids: np.ndarray, area_ids: np.ndarray) -> None:
    """One statement for a whole chunk; an incident in no area is outside the areas."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE incidents_incident SET area_id = NULLIF(moved.area_id, 0),"
            " location = CASE WHEN moved.area_id = 0 THEN %s ELSE %s END"
            " FROM unnest(%s::bigint[], %s::bigint[]) AS moved (id, area_id)"
            " WHERE incidents_incident.id = moved.id",
            [Incident.Location.OUTSIDE, Incident.Location.PLACED, ids.tolist(), area_ids.tolist()],
        )


def follow_pin(place: Place, old: Place) -> Mapping[Move, int]:
    """Incidents that took their point from the place's old pin move to its new one."""
    there = Incident.objects.filter(place=place, lon=old.lon, lat=old.lat)
    moves: Counter[Move] = Counter()
    areas: set[int | None] = set()
    for area_id in there.select_for_update().values_list("area_id", flat=True):
        areas |= {area_id, place.area_id}
        if area_id != place.area_id:
            moves[area_id, place.area_id] += 1
    if areas:
        there.update(
            lon=place.lon, lat=place.lat, area_id=place.area_id,
            cell=int(cells_of([place.lon], [place.lat], CELL_RESOLUTION)[0]),
            location=Incident.Location.PLACED if place.area_id else Incident.Location.OUTSIDE,
        )  # fmt: skip
        announce(place.collaboration_id, areas)
    return moves
