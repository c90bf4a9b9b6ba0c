"""Points to areas and cells, a column at a time."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.hexagons import cells_of
from areas.locating import NO_AREA, AreaIndex, locate_with
from incidents.models import Incident
from incidents.rules import CELL_RESOLUTION, coarsen_points


def place(good: pd.DataFrame, areas: AreaIndex) -> pd.DataFrame:
    """Add location, area_id and cell to rows with lon and lat (NaN where there is no point).

    Rows with `keep_at_block` lose their exact point; their area is the true point's, as for a single report.
    """
    lon, lat = good["lon"].to_numpy(dtype=np.float64), good["lat"].to_numpy(dtype=np.float64)
    # Sources snap points to anchors, so the same point comes back thousands of times.
    points, back = np.unique(lon + 1j * lat, return_inverse=True)
    located = locate_with(areas, points.real, points.imag)
    location = np.select(
        [located.is_placed, located.is_outside],
        [Incident.Location.PLACED.value, Incident.Location.OUTSIDE.value],
        Incident.Location.NONE.value,
    )
    has_point = located.has_point[back]
    placed = good.assign(
        location=pd.Series(location[back], index=good.index, dtype="str"),
        area_id=_id_or_none(located.area_id[back], good.index),
        precision=good["precision"].where(has_point, Incident.Precision.AREA.value),
    )
    if "keep_at_block" not in placed:
        cells = cells_of(points.real, points.imag, CELL_RESOLUTION)[back]
    else:
        at_block = placed["keep_at_block"].to_numpy(dtype=bool) & has_point
        if at_block.any():
            centres = coarsen_points(lon[at_block], lat[at_block])
            lon, lat = lon.copy(), lat.copy()
            lon[at_block], lat[at_block] = centres[:, 0], centres[:, 1]
            placed = placed.assign(
                lon=lon, lat=lat, precision=placed["precision"].mask(at_block, Incident.Precision.BLOCK.value)
            )
        cells = cells_of(lon, lat, CELL_RESOLUTION)
    return placed.assign(cell=_id_or_none(cells, good.index))


def _id_or_none(values: np.ndarray, index: pd.Index) -> pd.Series:
    return pd.Series(values, index=index).astype("Int64").mask(values == NO_AREA)
