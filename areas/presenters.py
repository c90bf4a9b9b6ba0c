"""Areas and places as pages and maps show them."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Sequence
from typing import Any

import pyproj
import shapely
from django.urls import reverse
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from areas.geofiles import SWEREF_99_TM, WGS_84, size_m2
from areas.models import Area, Place, PoliceListStatus
from partners.models import Collaboration

# Degrees; about 5 m. A map of a whole county need not carry every bend of a stream.
SIMPLIFY_FROM_CORNERS, SIMPLIFY_DEGREES = 400, 0.00005

_to_sweref = pyproj.Transformer.from_crs(WGS_84, SWEREF_99_TM, always_xy=True)


def police_list_sentence(area: Area, newest: PoliceListStatus | None, earlier: Sequence[PoliceListStatus] = ()) -> str:
    """What the newest list says, in one sentence."""
    if newest is None:
        return ""
    words: dict[str, Any] = {"area": area.name, "year": newest.list_year, "category": newest.category}
    if newest.category is not None:
        return _("%(area)s is on the police's list of %(year)s: %(category)s") % words
    listed = [row.list_year for row in earlier if row.category is not None]
    if listed:
        return _("%(area)s has left the police's list: on it in %(last)s, not in %(year)s") % {
            **words, "last": max(listed),
        }  # fmt: skip
    return _("%(area)s is not on the police's list of %(year)s") % words


def size_in_words(polygon: shapely.Geometry) -> str:
    """An area's size as people say it."""
    square_metres = size_m2(polygon)
    if square_metres < 100_000:
        return _("%(number)s hectares") % {"number": number_format(square_metres / 10_000, 1)}
    decimals = 2 if square_metres < 10_000_000 else 0
    return _("%(number)s km²") % {"number": number_format(square_metres / 1e6, decimals, force_grouping=True)}


def coordinates_in_words(lon: float, lat: float) -> list[tuple[str, str]]:
    """A point in degrees and in SWEREF 99 TM, the way Swedish maps write it (north first)."""
    rows = [(_("Degrees (WGS 84)"), f"{lat:.5f}, {lon:.5f}")]
    east, north = _to_sweref.transform(lon, lat)
    if 200_000 < east < 1_000_000 and 6_100_000 < north < 7_700_000:
        rows.append(("SWEREF 99 TM", f"N {north:.0f}, E {east:.0f}"))
    return rows


def collection(features: Iterable[dict[str, Any]]) -> dict[str, Any]:
    return {"type": "FeatureCollection", "features": list(features)}


def geometry_of(polygon: shapely.Geometry, *, digits: int = 5) -> dict[str, Any]:
    """A polygon as GeoJSON, without more corners and digits than a map shows."""
    if shapely.get_num_coordinates(polygon) > SIMPLIFY_FROM_CORNERS:
        polygon = shapely.simplify(polygon, SIMPLIFY_DEGREES, preserve_topology=True)
    shape: dict[str, Any] = json.loads(shapely.to_geojson(shapely.transform(polygon, lambda c: c.round(digits))))
    return shape


def map_areas(
    collaboration: Collaboration, shapes: Iterable[tuple[Area, shapely.Geometry]], current: str = ""
) -> dict[str, Any]:
    """The areas' shapes for a map, with what is said when one is pressed."""
    return collection(
        {
            "type": "Feature",
            "geometry": geometry_of(polygon),
            "properties": {
                "name": area.name,
                "text": _area_words(area),
                "url": reverse("area_detail", args=[collaboration.slug, area.slug]),
                "is_current": area.slug == current,
            },
        }
        for area, polygon in shapes
    )


def _area_words(area: Area) -> str:
    if area.population is None:
        return str(area.get_kind_display())
    people = number_format(area.population, force_grouping=True)
    return _("%(kind)s, %(people)s inhabitants") % {"kind": area.get_kind_display(), "people": people}


def map_places(collaboration: Collaboration, places: Iterable[Place], current: str = "") -> dict[str, Any]:
    """The places' points for a map; the one whose number is `current` stands out."""
    return collection(
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [round(place.lon, 6), round(place.lat, 6)]},
            "properties": {
                "name": place.name,
                "text": str(place.get_kind_display()),
                "is_current": str(place.pk) == current,
                "url": reverse("place_detail", args=[collaboration.slug, place.pk]),
            },
        }
        for place in places
    )


def found_place(place: Place) -> dict[str, Any]:
    """A place as the search answers with it."""
    return {
        "id": place.pk,
        "name": place.name,
        "kind": str(place.get_kind_display()),
        "area": place.area.name if place.area else "",
        "lon": place.lon,
        "lat": place.lat,
    }


def bounds_of(polygons: Sequence[shapely.Geometry], *points: tuple[float, float]) -> list[float] | None:
    """West, south, east and north of everything a map shows."""
    shapes = [*polygons, *(shapely.Point(point).buffer(0.004) for point in points)]
    return shapely.total_bounds(shapes).tolist() if shapes else None


def day_or_always(day: dt.date) -> str:
    """A first day, or “always” for the one that stands for it."""
    return _("always") if day <= dt.date(2000, 1, 1) else day.isoformat()
