"""The demonstration's areas, boundaries, places and police-list history, through the same actions as everybody's."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import shapely
from django.db import transaction
from django.utils import timezone

from areas.actions import import_areas, police_list_categories, save_place, set_police_list_status
from areas.geofiles import AreaFile, AreaShape
from areas.models import Area, AreaKind, Place, PoliceListStatus
from partners.models import Collaboration, Organisation

DATA = Path(__file__).parent / "data" / "geo"


@transaction.atomic
def load_geography(norrkoping: Collaboration, blackpool: Collaboration) -> None:
    """Load the areas and places of both collaborations. Run again, it changes nothing that somebody has changed."""
    _load_areas(norrkoping, AreaKind.EST_AREA)
    _load_places(norrkoping)
    _load_police_list(norrkoping)
    _load_areas(blackpool, AreaKind.WARD)
    _load_places(blackpool)


def _read(collaboration: Collaboration, what: str) -> Any:
    return json.loads((DATA / f"{collaboration.slug}_{what}").read_text(encoding="utf-8"))


def _load_areas(collaboration: Collaboration, reporting_kind: AreaKind) -> None:
    known = set(Area.objects.filter(collaboration=collaboration).values_list("kind", "name"))
    groups: dict[tuple[str, str, bool], list[AreaShape]] = {}
    for number, feature in enumerate(_read(collaboration, "areas.geojson")["features"], start=1):
        facts = feature["properties"]
        if (facts["kind"], facts["name"]) in known:
            continue
        shape = AreaShape(
            number,
            facts["name"],
            shapely.from_geojson(json.dumps(feature["geometry"])),
            facts.get("code", ""),
            facts.get("population"),
        )
        groups.setdefault((facts["kind"], facts["source"], facts["approximate"]), []).append(shape)
    for (kind, source, is_approximate), shapes in groups.items():
        import_areas(
            collaboration=collaboration,
            file=AreaFile(shapes=shapes),
            by=None,
            today=timezone.localdate(),
            source=source,
            kind=kind,
            is_approximate=is_approximate,
            report_by=kind == reporting_kind,
        )


def _load_places(collaboration: Collaboration) -> None:
    # Organisations are looked up by name: a partner that does not take part owns nothing.
    partners = {partner.name: partner for partner in Organisation.objects.filter(collaboration=collaboration)}
    known = set(Place.objects.filter(collaboration=collaboration).values_list("name", flat=True))
    for row in _read(collaboration, "places.json"):
        if row["name"] not in known:
            place = Place(collaboration=collaboration, **{**row, **dict(_parties(row, partners))})
            save_place(place=place, by=None)


def _parties(row: dict[str, Any], partners: dict[str, Organisation]) -> Iterator[tuple[str, Organisation | None]]:
    for part in ("owner", "manager"):
        yield part, partners.get(row.get(part, ""))


def _load_police_list(collaboration: Collaboration) -> None:
    categories = police_list_categories()
    areas = {area.name: area for area in Area.objects.filter(collaboration=collaboration)}
    known = set(PoliceListStatus.objects.filter(area__in=areas.values()).values_list("area__name", "list_year"))
    for row in _read(collaboration, "police_list.json"):
        if (row["area"], row["list_year"]) not in known:
            set_police_list_status(
                area=areas[row["area"]],
                list_year=row["list_year"],
                category=categories[row["category"]] if row["category"] else None,
                trend=row.get("trend", ""),
                is_verified=row["is_verified"],
                source=row["source"],
                by=None,
            )
