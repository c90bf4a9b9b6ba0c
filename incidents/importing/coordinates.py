"""Coordinates as files give them: which system they are in, which axis comes first, and what they are in WGS 84."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pandas as pd
import pyproj
from django.utils.translation import gettext_lazy as _
from numpy.typing import NDArray

from areas.locating import Box

# The twelve local zones of SWEREF 99 by central meridian, with their EPSG codes.
LOCAL_ZONES = {
    "12 00": 3007, "13 30": 3008, "15 00": 3009, "16 30": 3010, "18 00": 3011, "14 15": 3012,
    "15 45": 3013, "17 15": 3014, "18 45": 3015, "20 15": 3016, "21 45": 3017, "23 15": 3018,
}  # fmt: skip
WGS84, SWEREF99_TM, RT90 = 4326, 3006, 3021
SYSTEMS: list[tuple[str, object]] = [
    ("auto", _("Recognised from the numbers")),
    (str(WGS84), _("Longitude and latitude (WGS 84)")),
    (str(SWEREF99_TM), "SWEREF 99 TM"),
    *[(str(code), f"SWEREF 99 {zone}") for zone, code in LOCAL_ZONES.items()],
    (str(RT90), "RT 90 2,5 gon V"),
]
AXES: list[tuple[str, object]] = [
    ("auto", _("Recognised from the numbers")),
    ("as_said", _("As the columns are chosen")),
    ("swapped", _("The other way round")),
]

# Metres north of the equator in Sweden, and the eastings each system uses.
_NORTHINGS = (6_100_000.0, 7_700_000.0)
_TM_EASTINGS = (250_000.0, 930_000.0)
_LOCAL_EASTINGS = (40_000.0, 250_000.0)
_RT90_EASTINGS = (1_180_000.0, 1_920_000.0)
# Where Sweden lies: tells latitude from longitude when no extent does.
_SWEDEN: Box = (10.0, 55.0, 25.0, 70.0)

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class System:
    """How a file gives its points."""

    epsg: int
    is_swapped: bool


def read_numbers(texts: pd.Series) -> tuple[FloatArray, NDArray[np.bool_]]:
    """Numbers with a decimal point or comma, spaces between thousands; NaN and False where it is not one."""
    if pd.api.types.is_numeric_dtype(texts.dtype):
        numbers = texts.to_numpy(dtype=np.float64)
        return numbers, np.isfinite(numbers)
    plain = texts.str.replace(r"[\s\u00a0\u202f']", "", regex=True).str.replace("\u2212", "-", regex=False)
    only_comma = plain.str.contains(",", regex=False) & ~plain.str.contains(".", regex=False)
    plain = plain.mask(only_comma, plain.str.replace(",", ".", regex=False))
    # to_numeric would also read “1e5”, “nan” and “0x10”.
    is_number = plain.str.fullmatch(r"[+-]?(?:\d+\.?\d*|\.\d+)").fillna(False).to_numpy(dtype=bool)
    numbers = pd.to_numeric(plain.where(is_number), errors="coerce").to_numpy(dtype=np.float64)
    return numbers, is_number


def recognise(east: FloatArray, north: FloatArray, *, extent: Box | None, said: str, axis: str) -> System | None:
    """Which system and order most of the points are in, or None when the numbers cannot say.

    `said` is an EPSG code as text, or auto; `axis` is auto, as_said or swapped. A wrong guess shows at once: nearly
    all points then lie outside the extent and are refused.
    """
    usable = np.isfinite(east) & np.isfinite(north)
    east, north = east[usable][:2000], north[usable][:2000]
    if not len(east):
        return System(WGS84 if said == "auto" else int(said), axis == "swapped")
    orders = {"auto": [False, True], "as_said": [False], "swapped": [True]}[axis]
    epsgs = [WGS84, SWEREF99_TM, *LOCAL_ZONES.values(), RT90] if said == "auto" else [int(said)]
    best, best_share = None, 0.0
    for is_swapped in orders:
        first, second = (north, east) if is_swapped else (east, north)
        for epsg in epsgs:
            share = _share_that_fits(epsg, first, second, extent)
            if share > best_share + 1e-9:
                best, best_share = System(epsg, is_swapped), share
    if best is None and (said != "auto" or axis != "auto"):
        # Nothing fits, but it has been said: the points are then refused one by one.
        return System(epsgs[0] if said != "auto" else WGS84, orders[0])
    return best


def _share_that_fits(epsg: int, east: FloatArray, north: FloatArray, extent: Box | None) -> float:
    """How many of the points may be in this system: within its numbers, and within the extent where there is one."""
    if epsg == WGS84:
        fits = (np.abs(east) <= 180) & (np.abs(north) <= 90)
        if extent is None:
            # Prefer the order that falls in Sweden; elsewhere the order as said.
            return float(fits.mean()) * (1.0 if _share_inside(east, north, _SWEDEN) > 0.5 else 0.5)
        lon, lat = east, north
    else:
        low, high = _TM_EASTINGS if epsg == SWEREF99_TM else _RT90_EASTINGS if epsg == RT90 else _LOCAL_EASTINGS
        fits = (east >= low) & (east <= high) & (north >= _NORTHINGS[0]) & (north <= _NORTHINGS[1])
        if not fits.any():
            return 0.0
        if extent is None:
            # The numbers of a local zone do not say which of the twelve it is.
            return float(fits.mean()) if epsg in {SWEREF99_TM, RT90} else 0.0
        lon, lat = to_degrees(epsg, east, north)
    return float((fits & _inside(lon, lat, extent)).mean())


def _inside(lon: FloatArray, lat: FloatArray, box: Box) -> NDArray[np.bool_]:
    west, south, east, north = box
    return (lon >= west) & (lon <= east) & (lat >= south) & (lat <= north)


def _share_inside(lon: FloatArray, lat: FloatArray, box: Box) -> float:
    return float(_inside(lon, lat, box).mean())


@lru_cache(maxsize=32)
def _transformer(epsg: int) -> pyproj.Transformer:
    return pyproj.Transformer.from_crs(epsg, WGS84, always_xy=True)


def to_degrees(epsg: int, east: FloatArray, north: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Longitude and latitude; NaN stays NaN and what has no place on earth becomes infinite."""
    if epsg == WGS84:
        return east, north
    lon, lat = _transformer(epsg).transform(east, north)
    return np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)
