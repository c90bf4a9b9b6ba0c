"""Read areas from GeoJSON and GeoPackage, whatever coordinate system and axis order they were saved in.

Nothing here saves anything. A whole file is refused with `NotPossible`, one feature at a time with a `Refusal`; what
was guessed, swapped or mended is told in words. The file's own words are believed only as far as the numbers agree.
"""

from __future__ import annotations

import codecs
import json
import math
import re
import sqlite3
import struct
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyproj
import shapely
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from common.errors import NotPossible

MAX_BYTES = 100 * 1024 * 1024
MAX_FEATURES = 20_000
MAX_VERTICES = 200_000  # in one area; Sweden's most winding municipality has a tenth of that
MAX_AREA_KM2 = 550_000  # Sweden with its waters
MIN_AREA_M2 = 1.0
MAX_CROSSINGS = 200_000
READ_SECONDS = 20.0
SWEDEN = (10.0, 55.0, 24.5, 69.5)
SWEREF_99_TM = 3006
WGS_84 = 4326
_METRES_PER_DEGREE = 111_320.0

Box = tuple[float, float, float, float]
Coordinates = npt.NDArray[np.float64]


@dataclass(frozen=True)
class AreaShape:
    """One area of a file: its name, perhaps a code and a population, and its polygon in WGS 84."""

    number: int
    name: str
    polygon: shapely.Geometry
    code: str = ""
    population: int | None = None


@dataclass(frozen=True)
class Refusal:
    """A feature that was not read, and what to do about it. The first feature of a file is number 1."""

    number: int
    name: str
    sentence: str


@dataclass
class AreaFile:
    """What a file held: areas that can be used, features that cannot, and what was done to make it readable."""

    shapes: list[AreaShape] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    properties: list[str] = field(default_factory=list)
    name_property: str = ""
    code_property: str = ""
    crs: str = ""


@dataclass
class _Feature:
    number: int
    properties: dict[str, Any]
    polygon: shapely.Geometry | None = None
    sentence: str = ""


class _Unusable(Exception):
    """This feature cannot be read; the sentence says why."""


def read_areas(
    path: Path,
    *,
    name_property: str = "",
    code_property: str = "",
    crs: str = "",
    layer: str = "",
    region: Box | None = None,
    region_is_limit: bool = False,
) -> AreaFile:
    """The areas of a GeoJSON or GeoPackage file, in WGS 84.

    `region` is where the areas are expected (west, south, east, north); it tells longitude from latitude when a file
    has them the wrong way round. With `region_is_limit` a file wholly outside it is refused.
    """
    if path.stat().st_size > MAX_BYTES:
        raise NotPossible(
            _("The file is larger than %(limit)s MB. Cut out the part of the country you need, or simplify the lines.")
            % {"limit": MAX_BYTES // 1024**2}
        )
    with path.open("rb") as file:
        start = file.read(16)
    if start == b"SQLite format 3\x00":
        features, declared = _read_geopackage(path, layer)
    else:
        _refuse_other_kinds(start)
        features, declared = _read_geojson(path)
    result = AreaFile(properties=_property_names(features))
    if not features:
        raise NotPossible(_("The file holds no areas. Choose another, or another layer of your map."))
    result.name_property = name_property or _guess_name_property(features, result.properties)
    if result.name_property not in result.properties:
        raise NotPossible(
            _("The file has no property “%(name)s”. It has: %(properties)s.")
            % {"name": result.name_property, "properties": ", ".join(result.properties)}
        )
    if code_property and code_property not in result.properties:
        raise NotPossible(
            _("The file has no property “%(name)s”. It has: %(properties)s.")
            % {"name": code_property, "properties": ", ".join(result.properties)}
        )
    result.code_property = code_property or _guess_code_property(features, result.properties, result.name_property)
    _to_wgs_84(features, crs or declared, bool(crs), region, region_is_limit, result)
    _mend_and_name(features, result)
    if not result.shapes:
        first = result.refusals[0]
        raise NotPossible(
            _("None of the file's areas can be used. The first one, number %(number)s: %(sentence)s")
            % {"number": first.number, "sentence": first.sentence}
        )
    return result


# What kind of file


def _refuse_other_kinds(start: bytes) -> None:
    if not start.strip():
        raise NotPossible(_("The file is empty."))
    if start[:2] == b"PK" or start[:2] == b"\x1f\x8b":
        raise NotPossible(_("The file is packed. Unpack it and choose the .geojson or .gpkg file inside."))
    if start[:4] == b"\x00\x00\x27\x0a":
        raise NotPossible(_("This is a shapefile. Save it as GeoPackage or GeoJSON in your map program."))
    if start[:2] in {codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE}:
        raise NotPossible(_not_utf8())
    text = start.removeprefix(b"\xef\xbb\xbf").lstrip()
    if text[:1] == b"<":
        raise NotPossible(_("This looks like GML, KML or a web page. Save the areas as GeoPackage or GeoJSON."))
    if text[:1] != b"{":
        raise NotPossible(_("The file is neither GeoJSON nor GeoPackage. Choose a .geojson or .gpkg file."))


# GeoJSON


def _not_utf8() -> str:
    return _("The file is not saved as UTF-8. Save it again with that encoding.")


def _refuse_constant(word: str) -> float:
    raise ValueError(word)


def _read_geojson(path: Path) -> tuple[list[_Feature], str]:
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise NotPossible(_not_utf8()) from None
    try:
        body = json.loads(text, parse_constant=_refuse_constant)
    except RecursionError:
        raise NotPossible(
            _("The file is nested deeper than any map needs. Save it again in your map program.")
        ) from None
    except json.JSONDecodeError as error:
        raise NotPossible(
            _("The file is not readable GeoJSON: something is wrong on line %(line)s. Save it again.")
            % {"line": error.lineno}
        ) from None
    except ValueError:
        raise NotPossible(
            _("The file holds a number that is not a number (NaN, Infinity or thousands of digits). Save it again.")
        ) from None
    if not isinstance(body, dict):
        raise NotPossible(_("The file is neither GeoJSON nor GeoPackage. Choose a .geojson or .gpkg file."))
    if body.get("type") == "FeatureCollection":
        rows = body.get("features")
    elif body.get("type") == "Feature":
        rows = [body]
    else:
        rows = None
    if not isinstance(rows, list):
        raise NotPossible(
            _("The file is JSON but not a collection of areas (FeatureCollection). Export the areas as GeoJSON.")
        )
    _check_count(len(rows))
    features = []
    for number, row in enumerate(rows, start=1):
        properties = row.get("properties") if isinstance(row, dict) else None
        made = _Feature(number, properties if isinstance(properties, dict) else {})
        try:
            made.polygon = _polygon_from_geojson(row.get("geometry") if isinstance(row, dict) else None)
        except _Unusable as problem:
            made.sentence = str(problem)
        features.append(made)
    return features, _crs_member(body.get("crs"))


def _crs_member(member: Any) -> str:
    """The `crs` of older GeoJSON, which the police's file still has: a name, or a bare code."""
    if not isinstance(member, dict):
        return ""
    properties = member.get("properties")
    if isinstance(properties, dict):
        if member.get("type") == "name" and isinstance(properties.get("name"), str):
            return str(properties["name"])
        if isinstance(properties.get("code"), int | str):
            return f"EPSG:{properties['code']}"
    raise NotPossible(
        _("The file names its coordinate system in a way that cannot be read. Say which it is, for example EPSG:3006.")
    )


def _polygon_from_geojson(geometry: Any) -> shapely.Geometry:
    if not isinstance(geometry, dict) or not geometry.get("coordinates"):
        if isinstance(geometry, dict) and geometry.get("type") == "GeometryCollection":
            raise _Unusable(_type_sentence("GeometryCollection"))
        raise _Unusable(_("It has no boundary."))
    kind, coordinates = geometry.get("type"), geometry["coordinates"]
    if kind not in ("Polygon", "MultiPolygon"):
        raise _Unusable(_type_sentence(str(kind)[:40]))
    parts = [coordinates] if kind == "Polygon" else coordinates
    try:
        rings = [[np.asarray(ring, dtype=np.float64) for ring in part] for part in parts]
    except (TypeError, ValueError, OverflowError, RecursionError):
        raise _Unusable(_("Its coordinates are not pairs of numbers.")) from None
    return _build(rings)


def _type_sentence(kind: str) -> str:
    return _("It is a %(kind)s. An area has to be a Polygon or a MultiPolygon.") % {"kind": kind}


def _build(parts: Sequence[Sequence[Coordinates]]) -> shapely.Geometry:
    """One Polygon or MultiPolygon of rings, each checked: pairs of finite numbers, at least a triangle, closed."""
    vertices = 0
    polygons = []
    for part in parts:
        rings = []
        for ring in part:
            if ring.ndim != 2 or ring.shape[1] < 2:
                raise _Unusable(_("Its coordinates are not pairs of numbers."))
            flat = ring[:, :2]
            if not np.isfinite(flat).all():
                raise _Unusable(_("One of its coordinates is not a number."))
            vertices += len(flat)
            if vertices > MAX_VERTICES:
                raise _Unusable(
                    _("It has more than %(limit)s corners. Simplify its boundary in your map program.")
                    % {"limit": MAX_VERTICES}
                )
            if len(flat) and (flat[0] != flat[-1]).any():
                flat = np.vstack((flat, flat[:1]))
            if len(flat) < 4:
                raise _Unusable(_("It has too few corners to be an area."))
            rings.append(shapely.linearrings(flat))
        if rings:
            polygons.append(shapely.polygons(rings[0], rings[1:] or None))
    if not polygons:
        raise _Unusable(_("It has no boundary."))
    return polygons[0] if len(polygons) == 1 else shapely.multipolygons(polygons)


def _check_count(count: int) -> None:
    if count > MAX_FEATURES:
        raise NotPossible(
            _("The file holds more than %(limit)s areas. Cut out the ones you need.") % {"limit": MAX_FEATURES}
        )


# GeoPackage: SQLite, read without trusting anything in it


_READING = {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION}


def _may_read(action: int, *_details: Any) -> int:
    return sqlite3.SQLITE_OK if action in _READING else sqlite3.SQLITE_DENY


def _read_geopackage(path: Path, layer: str) -> tuple[list[_Feature], str]:
    stop_at = time.monotonic() + READ_SECONDS
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)) as connection:
            connection.execute("PRAGMA trusted_schema = OFF")
            connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, MAX_BYTES)
            connection.set_authorizer(_may_read)
            connection.set_progress_handler(lambda: time.monotonic() > stop_at, 100_000)
            connection.text_factory = lambda raw: raw.decode("utf-8", "replace")
            return _read_layer(connection, layer)
    except sqlite3.Error:
        raise NotPossible(
            _("The file is not a readable GeoPackage. Save it again in your map program, or as GeoJSON.")
        ) from None


def _read_layer(connection: sqlite3.Connection, layer: str) -> tuple[list[_Feature], str]:
    columns = {
        str(table): (str(column), srs_id)
        for table, column, srs_id in connection.execute(
            "SELECT g.table_name, g.column_name, g.srs_id FROM gpkg_geometry_columns g"
            " JOIN gpkg_contents c ON c.table_name = g.table_name WHERE c.data_type = 'features' LIMIT 1000"
        )
    }
    if not columns:
        raise NotPossible(_("The GeoPackage holds no layer with areas."))
    if layer and layer not in columns:
        raise NotPossible(
            _("The GeoPackage has no layer “%(layer)s”. It has: %(layers)s.")
            % {"layer": layer, "layers": ", ".join(columns)}
        )
    if not layer and len(columns) > 1:
        raise NotPossible(
            _("The GeoPackage has several layers: %(layers)s. Say which one holds the areas.")
            % {"layers": ", ".join(columns)}
        )
    table = layer or next(iter(columns))
    geometry_column, srs_id = columns[table]
    rows = connection.execute(f"SELECT * FROM {_quoted(table)} LIMIT {MAX_FEATURES + 1}")  # noqa: S608
    names = [str(part[0]) for part in rows.description]
    if geometry_column not in names:
        raise NotPossible(_("The GeoPackage holds no layer with areas."))
    features = []
    for number, row in enumerate(rows, start=1):
        _check_count(number)
        values = dict(zip(names, row, strict=True))
        blob = values.pop(geometry_column)
        made = _Feature(number, {key: value for key, value in values.items() if not isinstance(value, bytes)})
        try:
            made.polygon = _polygon_from_blob(blob)
        except _Unusable as problem:
            made.sentence = str(problem)
        features.append(made)
    return features, _crs_of_layer(connection, srs_id)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _crs_of_layer(connection: sqlite3.Connection, srs_id: Any) -> str:
    if srs_id in (0, -1, None):
        return ""
    found = connection.execute(
        "SELECT organization, organization_coordsys_id FROM gpkg_spatial_ref_sys WHERE srs_id = ?", [srs_id]
    ).fetchone()
    organisation, code = found or ("EPSG", srs_id)
    return f"{organisation}:{code}"


_ENVELOPE_BYTES = {0: 0, 1: 32, 2: 48, 3: 48, 4: 64}
_WKB_NAMES = {1: "Point", 2: "LineString", 4: "MultiPoint", 5: "MultiLineString", 7: "GeometryCollection"}


def _polygon_from_blob(blob: Any) -> shapely.Geometry:
    """A GeoPackage geometry: a header of its own, then WKB, read here so that no count in it is believed unchecked."""
    if not isinstance(blob, bytes) or len(blob) < 8 or blob[:2] != b"GP":
        raise _Unusable(_("It has no boundary."))
    flags = blob[3]
    envelope = _ENVELOPE_BYTES.get((flags >> 1) & 7)
    if flags & 0b100000 or envelope is None:
        raise _Unusable(_("Its boundary is saved in a way that cannot be read. Save the file again."))
    if flags & 0b10000:
        raise _Unusable(_("It has no boundary."))
    reader = _Wkb(blob, 8 + envelope)
    try:
        return _build(reader.parts())
    except (struct.error, IndexError):
        raise _Unusable(_("Its boundary is cut off in the middle. Save the file again.")) from None


class _Wkb:
    """Reads a polygon or multi-polygon of well-known binary, step by step."""

    def __init__(self, data: bytes, at: int):
        self.data, self.at = data, at

    def _head(self) -> tuple[str, int, int]:
        order = "<" if self.data[self.at] == 1 else ">"
        (kind,) = struct.unpack_from(f"{order}I", self.data, self.at + 1)
        self.at += 5
        dimensions = 2 + bool(kind & 0x80000000) + bool(kind & 0x40000000)
        kind &= 0x0FFFFFFF
        dimensions += {0: 0, 1: 1, 2: 1, 3: 2}.get(kind // 1000, 0)
        return order, kind % 1000, dimensions

    def _count(self, order: str) -> int:
        (count,) = struct.unpack_from(f"{order}I", self.data, self.at)
        self.at += 4
        return int(count)

    def parts(self) -> list[list[Coordinates]]:
        order, kind, dimensions = self._head()
        if kind == 3:
            return [self._rings(order, dimensions)]
        if kind != 6:
            raise _Unusable(_type_sentence(_WKB_NAMES.get(kind, _("shape with curves"))))
        parts = []
        for _part in range(self._count(order)):
            order, kind, dimensions = self._head()
            if kind != 3:
                raise _Unusable(_("Its boundary is saved in a way that cannot be read. Save the file again."))
            parts.append(self._rings(order, dimensions))
        return parts

    def _rings(self, order: str, dimensions: int) -> list[Coordinates]:
        rings = []
        for _ring in range(self._count(order)):
            count = self._count(order)
            size = count * dimensions * 8
            if self.at + size > len(self.data):
                raise IndexError
            values = np.frombuffer(self.data, dtype=f"{order}f8", count=count * dimensions, offset=self.at)
            rings.append(values.reshape(count, dimensions).astype(np.float64))
            self.at += size
        return rings


# Which property is the name


_NAMES = (
    "namn", "name", "områdesnamn", "omradesnamn", "omrade", "område", "area_name", "areaname", "stadsdel", "ward_name",
    "ward", "district", "kommun", "tatort", "lan", "regso", "deso",
)  # fmt: skip
_CODES = (
    "kod", "code", "omradeskod", "områdeskod", "area_code", "ward_code", "gss_code", "desokod", "regsokod", "kommunkod",
    "kommun_kod", "lanskod", "specialomrades_id", "objectid", "id",
)  # fmt: skip
_POPULATIONS = re.compile(r"^(population|pop|folkm[aä]ngd|inv[aå]nare|befolkning|residents)(_?\d{4})?$")


def _property_names(features: Sequence[_Feature]) -> list[str]:
    names: dict[str, None] = {}
    for made in features:
        names.update(dict.fromkeys(str(key) for key in made.properties))
    return list(names)


def _text(value: Any) -> str:
    if isinstance(value, str | int | float) and not isinstance(value, bool):
        text = "".join(character if character.isprintable() else " " for character in str(value))
        return " ".join(text.split())
    return ""


def _sorted_by_likeness(properties: Sequence[str], words: Sequence[str], endings: str) -> Iterator[str]:
    by_word = {name.casefold(): name for name in reversed(properties)}
    yield from (by_word[word] for word in words if word in by_word)
    yield from (name for name in properties if re.search(endings, name.casefold()))


def _guess_name_property(features: Sequence[_Feature], properties: Sequence[str]) -> str:
    likely = _sorted_by_likeness(properties, _NAMES, r"^[a-z]+\d\dnm$|namn$|name$|_nm$")
    codes = _sorted_by_likeness(properties, ("desokod", "regsokod"), r"^[a-z]+\d\dcd$")
    for name in (*likely, *codes):
        values = [_text(made.properties.get(name)) for made in features]
        filled = [value for value in values if value]
        # The name of the municipality stands on every row of a file of its parts, and names none of them.
        tells_apart = len(set(filled)) * 2 > len(filled) or name.casefold() in {"namn", "name"}
        if len(filled) * 2 >= len(values) and tells_apart:
            return name
    if not properties:
        raise NotPossible(
            _("The areas of the file have no names. Give each a name in your map program, and save the file again.")
        )
    raise NotPossible(
        _("The file does not say which property is the name. Choose one of: %(properties)s.")
        % {"properties": ", ".join(properties)}
    )


def _guess_code_property(features: Sequence[_Feature], properties: Sequence[str], name_property: str) -> str:
    for name in _sorted_by_likeness(properties, _CODES, r"^[a-z]+\d\dcd$|kod$|_code$|_cd$"):
        values = [made.properties.get(name) for made in features]
        # A running number of the file is no code: it changes when somebody saves the file again.
        if name == name_property or any(isinstance(value, float | bool) for value in values):
            continue
        if name.casefold() in {"objectid", "id"} and any(isinstance(value, int) for value in values):
            continue
        texts = [_text(value) for value in values]
        if all(texts) and len(set(texts)) == len(texts) and max(map(len, texts)) <= 40:
            return name
    return ""


# Coordinate systems


def _epsg_of(words: str) -> int | None:
    """The EPSG number that the usual ways to name a coordinate system speak of; None when there is none in it."""
    text = words.strip()
    if re.fullmatch(
        r"(urn:ogc:def:crs:)?OGC:(1\.3|2)?:?:?CRS84h?|https?://www\.opengis\.net/def/crs/OGC/1\.3/CRS84", text, re.I
    ):
        return WGS_84
    if re.fullmatch(r"sweref\s*99\s*tm", text, re.I):
        return SWEREF_99_TM
    if re.fullmatch(r"wgs\s*84", text, re.I):
        return WGS_84
    found = re.fullmatch(
        r"(?:(?:urn:(?:x-)?ogc:def:crs:)?EPSG:(?:[\d.]*:)?|https?://www\.opengis\.net/def/crs/EPSG/[\d.]+/)?(\d{4,6})",
        text,
        re.I,
    )
    return int(found[1]) if found else None


def _crs_of(words: str) -> pyproj.CRS:
    number = _epsg_of(words)
    # Only numbers from the register: a free definition could make PROJ read files.
    with suppress(pyproj.exceptions.CRSError):
        if number is not None:
            found = pyproj.CRS.from_epsg(number)
            if found.is_compound:
                found = found.to_2d()
            if found.is_geographic or found.is_projected:
                return found
    raise NotPossible(
        _("The coordinate system “%(crs)s” is not known. Say which it is by its number, for example EPSG:3006.")
        % {"crs": words[:80]}
    )


def _recognise(x: Coordinates, y: Coordinates) -> int | None:
    """Degrees or SWEREF 99 TM, by the size of most of the numbers and whichever axis comes first."""
    for first, second in ((x, y), (y, x)):
        if _most((np.abs(first) <= 180) & (np.abs(second) <= 90)):
            return WGS_84
        if _most((first > 260_000) & (first < 1_000_000) & (second > 6_000_000) & (second < 7_800_000)):
            return SWEREF_99_TM
    return None


def _most(answers: npt.NDArray[np.bool_]) -> bool:
    return bool(answers.mean() > 0.5)


def _unknown(x: Coordinates, y: Coordinates) -> NotPossible:
    """What to say about numbers that name no system we can be sure of."""
    for first, second in ((x, y), (y, x)):
        if _most((second > 6_000_000) & (second < 7_800_000)):
            if _most((first >= 0) & (first <= 260_000)):
                return NotPossible(
                    _(
                        "The coordinates look like one of the local SWEREF 99 zones, and the file does not say which."
                        " Say it by its number, for example EPSG:3010 for SWEREF 99 16 30."
                    )
                )
            if _most((first > 1_000_000) & (first < 2_000_000)):
                return NotPossible(
                    _("The coordinates look like the older RT 90. If they are, say so with EPSG:3021 and import again.")
                )
    return NotPossible(
        _(
            "The file does not say which coordinate system it uses, and the numbers are too large to be degrees."
            " Say which it is by its number, for example EPSG:3006."
        )
    )


def _to_wgs_84(
    features: list[_Feature], crs: str, is_told: bool, region: Box | None, region_is_limit: bool, result: AreaFile
) -> None:
    """Turn every polygon to degrees, with longitude first, whatever the file has."""
    usable = [made for made in features if made.polygon is not None]
    if not usable:
        return
    polygons = np.array([made.polygon for made in usable], dtype=object)
    x, y = shapely.get_coordinates(polygons).T
    recognised = _recognise(x, y)
    if not crs:
        if recognised is None:
            raise _unknown(x, y)
        found = pyproj.CRS.from_epsg(recognised)
        if recognised != WGS_84:
            result.notes.append(
                _("The file does not say which coordinate system it uses. The numbers are those of SWEREF 99 TM.")
            )
    else:
        found = _crs_of(crs)
        if found.is_geographic and recognised != WGS_84 and not is_told:
            if recognised is None:
                raise _unknown(x, y)
            found = pyproj.CRS.from_epsg(recognised)
            result.notes.append(
                _("The file says degrees, but the numbers are those of SWEREF 99 TM, and were read so.")
            )
        elif found.is_projected and recognised == WGS_84 and not is_told:
            # Metres east and north that would fit within 180 and 90 are a point in the sea.
            found = pyproj.CRS.from_epsg(WGS_84)
            result.notes.append(_("The file says metres, but the numbers are degrees, and were read so."))
    result.crs = found.name
    to_degrees = pyproj.Transformer.from_crs(found, WGS_84, always_xy=True)
    straight = np.column_stack(to_degrees.transform(x, y))
    swapped = np.column_stack(to_degrees.transform(y, x))
    chosen = _choose_axes(straight, swapped, found, region, region_is_limit)
    if chosen is swapped:
        result.notes.append(
            _("The file had the coordinates the wrong way round (north before east). They were swapped.")
        )
    chosen = np.round(chosen, 7)
    corners = shapely.get_num_coordinates(polygons)
    ends = np.cumsum(corners)
    good = np.isfinite(chosen).all(axis=1) & (np.abs(chosen[:, 0]) <= 180) & (np.abs(chosen[:, 1]) <= 90)
    moved = shapely.set_coordinates(polygons, np.where(good[:, None], chosen, 0.0))
    for made, polygon, end, count in zip(usable, moved, ends, corners, strict=True):
        made.polygon = polygon
        if not good[end - count : end].all():
            made.polygon, made.sentence = None, _("It lies outside the world: a coordinate is wrong.")


def _share_inside(points: Coordinates, box: Box) -> float:
    west, south, east, north = box
    with np.errstate(invalid="ignore"):
        inside = (points[:, 0] >= west) & (points[:, 0] <= east) & (points[:, 1] >= south) & (points[:, 1] <= north)
    return float(inside.mean())


def _choose_axes(
    straight: Coordinates, swapped: Coordinates, crs: pyproj.CRS, region: Box | None, region_is_limit: bool
) -> Coordinates:
    """East before north or the other way round: whichever puts the areas where they are expected."""
    for box in filter(None, (region, SWEDEN)):
        as_is, turned = _share_inside(straight, box), _share_inside(swapped, box)
        if as_is or turned:
            return straight if as_is >= turned else swapped
        if box is region and region_is_limit:
            raise NotPossible(
                _(
                    "All areas of the file lie outside the collaboration's extent. Check that it is the right file,"
                    " and which coordinate system it uses."
                )
            )
    whole_world = (-180.0, -90.0, 180.0, 90.0)
    if _share_inside(straight, whole_world) < _share_inside(swapped, whole_world):
        return swapped
    return straight


# Mending


def size_m2(polygon: shapely.Geometry) -> float:
    """The polygon's area in square metres, near enough to say it in words."""
    _, south, _, north = shapely.bounds(polygon).tolist()
    squeeze = math.cos(math.radians((south + north) / 2))
    return float(shapely.area(polygon)) * _METRES_PER_DEGREE**2 * squeeze


def _mend_and_name(features: Sequence[_Feature], result: AreaFile) -> None:
    population = next((name for name in result.properties if _POPULATIONS.match(name.casefold())), "")
    mended: list[str] = []
    for made in features:
        name = _text(made.properties.get(result.name_property))[:100]
        try:
            if made.polygon is None:
                raise _Unusable(made.sentence)
            if not name:
                raise _Unusable(_("It has no name in “%(property)s”.") % {"property": result.name_property})
            polygon, was_mended = _mend(made.polygon)
        except _Unusable as problem:
            result.refusals.append(Refusal(made.number, name, str(problem)))
            continue
        if was_mended:
            mended.append(name)
        code = _text(made.properties.get(result.code_property))[:40] if result.code_property else ""
        count = made.properties.get(population) if population else None
        is_count = isinstance(count, int | float) and not isinstance(count, bool) and 0 <= count < 100_000_000
        result.shapes.append(AreaShape(made.number, name, polygon, code, round(count) if is_count else None))  # type: ignore[arg-type]
    if mended:
        result.notes.append(
            ngettext(
                "One boundary crossed itself and was mended; look at it on the map: %(names)s.",
                "%(count)s boundaries crossed themselves and were mended; look at them on the map: %(names)s.",
                len(mended),
            )
            % {"count": len(mended), "names": ", ".join(mended[:20])}
        )


def _mend(polygon: shapely.Geometry) -> tuple[shapely.Geometry, bool]:
    """A valid polygon and whether it had to be mended; crumbs that mending leaves are dropped."""
    valid = bool(shapely.is_valid(polygon))
    if not valid:
        west, south, east, north = shapely.bounds(polygon)
        box = max((east - west) * (north - south), 1e-12)
        # Lines thrown at random over a box cross about length² / (π · area) times (Buffon): a real boundary far fewer.
        if shapely.length(polygon) ** 2 / (math.pi * box) > MAX_CROSSINGS:
            raise _Unusable(_("Its boundary is a tangle of lines that cross each other. Draw it again."))
        parts = shapely.get_parts(shapely.make_valid(polygon, method="structure", keep_collapsed=False))
        parts = [part for part in shapely.get_parts(parts) if part.geom_type == "Polygon" and not part.is_empty]
        largest = max((part.area for part in parts), default=0.0)
        parts = [part for part in parts if part.area > largest / 1000]
        if not parts:
            raise _Unusable(_("Its boundary encloses nothing."))
        polygon = parts[0] if len(parts) == 1 else shapely.multipolygons(parts)
    size = size_m2(polygon)
    if size < MIN_AREA_M2:
        raise _Unusable(_("It is smaller than a square metre."))
    if size > MAX_AREA_KM2 * 1e6:
        raise _Unusable(_("It is larger than a country. Check which coordinate system the file uses."))
    return polygon, not valid
