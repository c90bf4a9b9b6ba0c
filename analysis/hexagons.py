"""Points to H3 hexagons and back, on whole arrays.

Cells are kept as signed 64-bit integers, which is what PostgreSQL's bigint holds (an H3 index never uses the top bit).
0 stands for "no place". Coordinates are WGS 84 in degrees.
"""

from collections.abc import Sequence
from itertools import repeat

import numpy as np
import pandas as pd
from h3.api import basic_int as h3
from numpy.typing import ArrayLike, NDArray

NO_CELL = 0

_RESOLUTION_SHIFT = 52
_RESOLUTION_MASK = np.int64(0xF << _RESOLUTION_SHIFT)
_FINEST = 15
_METRES_PER_DEGREE = 111_195

Ring = list[tuple[float, float]]


def cells_of(lon: ArrayLike, lat: ArrayLike, resolution: int) -> NDArray[np.int64]:
    """The H3 cell of each point, in the order given.

    Input: longitudes and latitudes in degrees, of equal length. A point with a missing or impossible coordinate gets
    `NO_CELL`, so the answer is always as long as the input. A cell says nothing about how exact the point was: an
    address known only to its block still falls in one small hexagon.
    """
    lon = np.asarray(lon, dtype=np.float64)
    lat = np.asarray(lat, dtype=np.float64)
    if lon.shape != lat.shape or lon.ndim != 1:
        raise ValueError("Longitudes and latitudes come in two lists of equal length.")
    _check_resolution(resolution)
    # A comparison with NaN is false, so a missing coordinate is left out here as well.
    there = (np.abs(lat) <= 90) & (np.abs(lon) <= 180)
    cells = np.zeros(lon.shape, dtype=np.int64)
    # H3 has no array interface; mapping its plain function over lists is the quickest route it offers.
    found = map(h3.latlng_to_cell, lat[there].tolist(), lon[there].tolist(), repeat(resolution))
    cells[there] = np.fromiter(found, dtype=np.int64, count=int(there.sum()))
    return cells


def resolutions(cells: ArrayLike) -> NDArray[np.int64]:
    """The resolution (0–15) of each cell. Meaningless for `NO_CELL`, which answers 0."""
    return (np.asarray(cells, dtype=np.int64) & _RESOLUTION_MASK) >> _RESOLUTION_SHIFT


def parent_cells(cells: ArrayLike, resolution: int) -> NDArray[np.int64]:
    """The cell of a coarser `resolution` that each cell belongs to. `NO_CELL` stays `NO_CELL`.

    A parent is where the cell's index belongs, not an exact cover: a point near an edge can lie just outside its
    cell's parent, so counts by parent differ a little from counts made of the points afresh.
    """
    cells = np.asarray(cells, dtype=np.int64)
    _check_resolution(resolution)
    there = cells != NO_CELL
    if (resolutions(cells)[there] < resolution).any():
        raise ValueError(f"A cell coarser than resolution {resolution} has no parent there.")
    # In an H3 index the three bits of every digit finer than the resolution are ones.
    unused_digits = np.int64((1 << (3 * (_FINEST - resolution))) - 1)
    parents = (cells & ~_RESOLUTION_MASK) | np.int64(resolution << _RESOLUTION_SHIFT) | unused_digits
    return np.where(there, parents, NO_CELL)


def count_by_cell(cells: ArrayLike, resolution: int | None = None) -> pd.Series:
    """How many events lie in each cell that has any; index `cell`, in rising order.

    With `resolution` the cells are first lifted to it. Events without a place are not in any cell: the counts add up
    to the events that have one, so say beside the map how many have none. A cell that is not listed has zero events
    only if the source covers it.
    """
    cells = np.asarray(cells, dtype=np.int64)
    if resolution is not None:
        cells = parent_cells(cells, resolution)
    found, counts = np.unique(cells[cells != NO_CELL], return_counts=True)
    return pd.Series(counts.astype(np.int64), index=pd.Index(found, name="cell"), name="count")


def cell_polygons(cells: ArrayLike) -> list[Ring]:
    """The outline of each cell as a closed ring of (longitude, latitude), ready for GeoJSON.

    Six corners as a rule, five or more where the cell meets a corner of the icosahedron. Rings that cross the 180th
    meridian are not split.
    """
    rings = []
    for cell in np.asarray(cells, dtype=np.int64).tolist():
        ring = [(lon, lat) for lat, lon in h3.cell_to_boundary(cell)]
        rings.append([*ring, ring[0]])
    return rings


def cell_centres(cells: ArrayLike) -> NDArray[np.float64]:
    """The centre of each cell: an array with the columns longitude and latitude."""
    centres = [h3.cell_to_latlng(cell)[::-1] for cell in np.asarray(cells, dtype=np.int64).tolist()]
    return np.array(centres, dtype=np.float64).reshape(-1, 2)


def spacing_m(cell: int) -> float:
    """Metres between the centre of a cell and those of its neighbours, on average: hexagons differ from place to place.

    At resolution 11 some 41 to 56 m.
    """
    centre = h3.cell_to_latlng(cell)
    around = [h3.cell_to_latlng(one) for one in h3.grid_disk(cell, 1) if one != cell]
    return float(np.mean([h3.great_circle_distance(centre, one, unit="m") for one in around]))


def steps_for(cell: int, metres: float) -> int:
    """How many steps from hexagon to hexagon come nearest to a distance, at least one. Unit: steps."""
    if metres <= 0:
        raise ValueError("A distance is more than nothing.")
    return max(1, round(metres / spacing_m(cell)))


def cells_around(cells: ArrayLike, steps: int) -> NDArray[np.int64]:
    """The cells that can be reached from any of these in so many steps, these among them; in rising order, each once.

    Hexagon distance: neighbours are one step apart, whichever side they share.
    """
    if steps < 0:
        raise ValueError("Steps are counted from 0.")
    found: set[int] = set()
    for cell in np.asarray(cells, dtype=np.int64).tolist():
        found.update(h3.grid_disk(cell, steps))
    return np.array(sorted(found), dtype=np.int64)


def cells_along(ring: Ring, resolution: int) -> NDArray[np.int64]:
    """The cells a closed line of (longitude, latitude) runs through; in rising order, each once.

    It is walked in steps of a quarter of a hexagon, so that a corner that is cut more finely may be left out.
    """
    line = np.asarray(ring, dtype=np.float64)
    start = int(cells_of(line[:1, 0], line[:1, 1], resolution)[0])
    step_m = spacing_m(start) / 4
    across = np.cos(np.radians(line[:, 1].mean()))
    metres = np.hypot(np.diff(line[:, 0]) * across, np.diff(line[:, 1])) * _METRES_PER_DEGREE
    parts = []
    for first, last, length in zip(line[:-1], line[1:], metres, strict=True):
        share = np.linspace(0, 1, int(length // step_m) + 2)[:, None]
        parts.append(first + share * (last - first))
    walked = np.vstack(parts)
    return np.unique(cells_of(walked[:, 0], walked[:, 1], resolution))


def cells_touched(rings: Sequence[Ring], resolution: int) -> NDArray[np.int64]:
    """The cells a polygon touches: the first ring is its outline, the others its holes; in rising order, each once.

    Whoever stands in the polygon stands in one of them, and a few of them reach outside it.
    """
    _check_resolution(resolution)
    shapes = [[(lat, lon) for lon, lat in ring] for ring in rings]
    inside = h3.h3shape_to_cells(h3.LatLngPoly(*shapes), resolution)
    return np.unique(np.concatenate([np.array(inside, dtype=np.int64), *(cells_along(r, resolution) for r in rings)]))


def _check_resolution(resolution: int) -> None:
    if not 0 <= resolution <= _FINEST:
        raise ValueError(f"An H3 resolution is 0 to {_FINEST}, not {resolution}.")
