"""Files the tests of areas read, and ways to write small ones."""

from __future__ import annotations

import json
import sqlite3
import struct
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pyproj
import shapely

GEO = Path(__file__).parents[1] / "data" / "geo"
WARDS = GEO / "uk_lancashire_wards.gpkg"
DISTRICTS = GEO / "uk_lancashire_districts.geojson"
POLICE = GEO / "police_areas_3006.geojson"


def ward_polygons() -> list[shapely.Geometry]:
    """The 271 wards in degrees, read without the code under test."""
    connection = sqlite3.connect(f"file:{WARDS}?mode=ro", uri=True)
    to_degrees = pyproj.Transformer.from_crs(27700, 4326, always_xy=True)
    polygons = []
    for (blob,) in connection.execute("SELECT geom FROM lancashire_wards ORDER BY fid"):
        header = 8 + [0, 32, 48, 48, 64][(blob[3] >> 1) & 7]
        polygon = shapely.from_wkb(blob[header:])
        polygons.append(shapely.transform(polygon, to_degrees.transform, interleaved=False))
    connection.close()
    return polygons


def feature(geometry: Any, **properties: Any) -> dict[str, Any]:
    shape = geometry if isinstance(geometry, dict) or geometry is None else shapely.geometry.mapping(geometry)
    return {"type": "Feature", "properties": properties, "geometry": shape}


def write_geojson(path: Path, features: Iterable[dict[str, Any]], *, crs: Any = None) -> Path:
    body: dict[str, Any] = {"type": "FeatureCollection", "features": list(features)}
    if crs is not None:
        body["crs"] = {"type": "name", "properties": {"name": crs}} if isinstance(crs, str) else crs
    path.write_text(json.dumps(body), encoding="utf-8")
    return path


def write_gpkg(
    path: Path,
    rows: Iterable[tuple[str, Any]],
    *,
    srs_id: int = 3006,
    organisation: str = "EPSG",
    layer: str = "omraden",
) -> Path:
    """A small GeoPackage: (name, geometry or bytes)."""
    connection = sqlite3.connect(path)
    connection.executescript(f"""
        PRAGMA application_id = 1196444487;
        CREATE TABLE gpkg_spatial_ref_sys (srs_name TEXT, srs_id INTEGER PRIMARY KEY, organization TEXT,
          organization_coordsys_id INTEGER, definition TEXT, description TEXT);
        CREATE TABLE gpkg_contents (table_name TEXT PRIMARY KEY, data_type TEXT, identifier TEXT, srs_id INTEGER);
        CREATE TABLE gpkg_geometry_columns (table_name TEXT, column_name TEXT, geometry_type_name TEXT,
          srs_id INTEGER, z TINYINT, m TINYINT);
        INSERT INTO gpkg_spatial_ref_sys VALUES ('srs', {srs_id}, '{organisation}', {srs_id}, '', '');
        INSERT INTO gpkg_contents VALUES ('{layer}', 'features', '{layer}', {srs_id});
        INSERT INTO gpkg_geometry_columns VALUES ('{layer}', 'geom', 'GEOMETRY', {srs_id}, 0, 0);
        CREATE TABLE "{layer}" (fid INTEGER PRIMARY KEY, geom BLOB, namn TEXT);
    """)
    for name, geometry in rows:
        blob = geometry
        if geometry is not None and not isinstance(geometry, bytes):
            blob = b"GP\x00\x01" + struct.pack("<i", srs_id) + shapely.to_wkb(geometry)
        connection.execute(f'INSERT INTO "{layer}" (geom, namn) VALUES (?, ?)', (blob, name))
    connection.commit()
    connection.close()
    return path
