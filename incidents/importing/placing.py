"""Points to areas and cells, a column at a time."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.hexagons import cells_of
from areas.locating import NO_AREA, AreaIndex, locate_with
from incidents.models import Incident
from incidents.rules import CELL_RESOLUTION


def place(good: pd.DataFrame, areas: AreaIndex) -> pd.DataFrame:
    """Add location, area_id and cell to rows with lon and lat (NaN where there is no point)."""
    lon, lat = good["lon"].to_numpy(dtype=np.float64), good["lat"].to_numpy(dtype=np.float64)
    # Sources snap points to anchors, so the same point comes back thousands of times.
    points, back = np.unique(lon + 1j * lat, return_inverse=True)
    located = locate_with(areas, points.real, points.imag)
    cells = cells_of(points.real, points.imag, CELL_RESOLUTION)
    location = np.select(
        [located.is_placed, located.is_outside],
        [Incident.Location.PLACED.value, Incident.Location.OUTSIDE.value],
        Incident.Location.NONE.value,
    )
    return good.assign(
        location=pd.Series(location[back], index=good.index, dtype="str"),
        area_id=_id_or_none(located.area_id[back], good.index),
        cell=_id_or_none(cells[back], good.index),
    )


def _id_or_none(values: np.ndarray, index: pd.Index) -> pd.Series:
    return pd.Series(values, index=index).astype("Int64").mask(values == NO_AREA)
