"""`manage.py generate_incidents COLLABORATION --rows N`: fill a collaboration with many invented incidents, for bench.

Quick and plain: for incidents that look like everyday life there is `load_demonstration`.
"""

from __future__ import annotations

import datetime as dt
import time
from argparse import ArgumentParser
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import shapely
from django.core.management.base import BaseCommand, CommandError
from django.db import connection, transaction
from django.utils import timezone

from areas.locating import index_of
from areas.models import Area, AreaKind, Boundary, Place, PlaceKind
from est_platform.demonstration.copying import copy_rows
from incidents.categories import create_default_categories
from incidents.changes import announce
from incidents.importing.placing import place
from incidents.models import Category, Incident, Status
from partners.models import Collaboration, Organisation

SOURCE = "generated"
AREAS_MADE, PLACES_IN_AREA, SPOTS_IN_AREA = 13, 10, 400
ROWS_IN_CHUNK = 200_000
# About 800 m by 900 m each, side by side in a made-up town.
_WEST, _SOUTH, _WIDE, _HIGH, _IN_ROW = 16.10, 58.55, 0.014, 0.008, 5


class Command(BaseCommand):
    help = "Fill a collaboration with invented incidents, quickly. Never beside incidents that were not generated."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("collaboration", metavar="COLLABORATION", help="its short name")
        parser.add_argument("--rows", type=int, required=True)
        parser.add_argument("--years", type=int, default=5, help="how far back from today they begin")
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument("--no-rebuild", action="store_true", help="leave the pictures as they are")

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        started = time.monotonic()
        collaboration = _invented(options["collaboration"])
        if options["rows"] < 1 or options["years"] < 1:
            raise CommandError("Give at least one row and one year.")
        rng = np.random.default_rng(options["seed"])
        create_default_categories(collaboration)
        organisation, _made = Organisation.objects.get_or_create(
            collaboration=collaboration, name="Kommunen", defaults={"kind": Organisation.Kind.MUNICIPALITY}
        )
        if not Area.objects.filter(collaboration=collaboration).exists():
            _make_areas(collaboration, rng)
        spots = _spots(collaboration, rng)
        categories = pd.DataFrame.from_records(
            Category.objects.filter(collaboration=collaboration, children=None, kind=Category.Kind.EVENT)
            .order_by("pk")
            .values("pk", "severity")
        )
        left = options["rows"]
        while left:
            count = min(left, ROWS_IN_CHUNK)
            copy_rows(Incident, _rows(count, options["years"], rng, spots, categories, organisation))
            left -= count
        if not options["no_rebuild"]:
            announce(collaboration.pk, set(spots["area_id"].dropna().unique().tolist()))
        with connection.cursor() as cursor:
            cursor.execute(f"ANALYZE {Incident._meta.db_table}")
        took = time.monotonic() - started
        self.stdout.write(f"{options['rows']:,} incidents in {took:.1f} s, {options['rows'] / took:,.0f} a second")


def _invented(slug: str) -> Collaboration:
    """The collaboration, marked as invented from now on."""
    collaboration = Collaboration.objects.filter(slug=slug).first()
    if collaboration is None:
        raise CommandError(
            f"There is no collaboration “{slug}”. Make it first: manage.py create_collaboration {slug} …"
        )
    if Incident.objects.filter(collaboration=collaboration).exclude(source=SOURCE).exists():
        raise CommandError(f"“{slug}” holds incidents that were not generated. Use an empty collaboration.")
    collaboration.notice = Collaboration.Notice.INVENTED
    collaboration.save(update_fields=["notice"])
    return collaboration


def _make_areas(collaboration: Collaboration, rng: np.random.Generator) -> None:
    """A town with thirteen areas side by side, each with named places."""
    squares = []
    for number in range(AREAS_MADE):
        west, south = _WEST + number % _IN_ROW * _WIDE, _SOUTH + number // _IN_ROW * _HIGH
        squares.append(shapely.box(west, south, west + _WIDE, south + _HIGH))
    town = Area.objects.create(collaboration=collaboration, kind=AreaKind.MUNICIPALITY, name="Hela kommunen")
    named = [(town, shapely.union_all(squares))]
    for number, square in enumerate(squares, start=1):
        area = Area.objects.create(
            collaboration=collaboration, kind=AreaKind.EST_AREA, name=f"Område {number}", parent=town
        )
        named.append((area, square))
    Boundary.objects.bulk_create(
        Boundary(collaboration=collaboration, area=area, wkb=shapely.to_wkb(polygon), source="påhittad")
        for area, polygon in named
    )
    Collaboration.objects.filter(pk=collaboration.pk).update(boundaries_version=collaboration.boundaries_version + 1)
    kinds = list(PlaceKind.values)
    places = []
    for area, square in named[1:]:
        west, south, _east, _north = square.bounds
        for number in range(PLACES_IN_AREA):
            made = Place(
                collaboration=collaboration,
                area=area,
                name=f"Plats {number + 1} i {area.name.lower()}",
                kind=kinds[number % len(kinds)],
                lon=west + float(rng.uniform(0.1, 0.9)) * _WIDE,
                lat=south + float(rng.uniform(0.1, 0.9)) * _HIGH,
            )
            made.fill_keys()
            places.append(made)
    Place.objects.bulk_create(places)


def _spots(collaboration: Collaboration, rng: np.random.Generator) -> pd.DataFrame:
    """Where it happens, with area and cell found once: named places, and corners of which few get most."""
    frames = []
    for boundary in Boundary.objects.in_force(timezone.localdate()).filter(
        area__collaboration=collaboration, area__children=None
    ):
        west, south, east, north = boundary.polygon.bounds
        lon, lat = rng.uniform(west, east, SPOTS_IN_AREA * 3), rng.uniform(south, north, SPOTS_IN_AREA * 3)
        inside = np.nonzero(shapely.contains_xy(boundary.polygon, lon, lat))[0][:SPOTS_IN_AREA]
        weight = rng.lognormal(0, 1.2, len(inside))
        frames.append(pd.DataFrame({"place_id": 0, "lon": lon[inside], "lat": lat[inside], "weight": weight}))
    named = Place.objects.in_use().filter(collaboration=collaboration).order_by("pk").values_list("pk", "lon", "lat")
    places = pd.DataFrame.from_records(list(named), columns=["place_id", "lon", "lat"])
    frames.append(places.assign(weight=rng.lognormal(2.5, 0.6, len(places))))
    every = pd.concat(frames, ignore_index=True).assign(precision=Incident.Precision.EXACT.value)
    spots = place(every, index_of(collaboration))
    return spots.assign(place_id=spots["place_id"].astype("Int64").mask(spots["place_id"] == 0))


def _rows(
    count: int,
    years: int,
    rng: np.random.Generator,
    spots: pd.DataFrame,
    categories: pd.DataFrame,
    organisation: Organisation,
) -> pa.Table:
    today = timezone.localdate()
    at = spots.iloc[rng.choice(len(spots), count, p=(spots["weight"] / spots["weight"].sum()).to_numpy())]
    kind = categories.iloc[np.minimum(rng.exponential(len(categories) / 4, count).astype(int), len(categories) - 1)]
    # Evenings and summers get more than nights and winters.
    first = today - dt.timedelta(days=365 * years)
    days = np.array([first], dtype="datetime64[D]") + np.arange(365 * years)
    weight = 1 + 0.3 * np.sin(2 * np.pi * (np.arange(len(days)) - 100) / 365.25)
    # In the order of the days, as reports come in: the indexes then grow at one end instead of everywhere.
    day = np.sort(rng.choice(days, count, p=weight / weight.sum()))
    minute = (np.clip(rng.normal(18.5, 4.5, count), 0.5, 22.5) * 60).astype(int)
    begins = day.astype("datetime64[m]") + minute.astype("timedelta64[m]")
    chance = rng.random(count)
    hours = np.where(chance < 0.15, rng.integers(2, 62, count), np.where(chance < 0.25, 24, 0))
    begins = np.where((chance >= 0.15) & (chance < 0.25), day.astype("datetime64[m]"), begins)
    begins_utc = _in_utc(begins)
    ends = (begins_utc + pd.to_timedelta(hours, unit="h")).where(hours > 0)
    precision = np.select([chance < 0.15, chance < 0.25], ["interval", "day"], "exact")
    shared: dict[str, Any] = {
        "collaboration_id": organisation.collaboration_id,
        "organisation_id": organisation.pk,
        "status": Status.APPROVED.value,
        "sharing": organisation.sharing,
        "place_type": Incident.PlaceType.PUBLIC.value,
        "source_kind": Incident.SourceKind.SYSTEM.value,
        "source": SOURCE,
        "source_key": "",
        "certainty": "",
        "persons": "",
        "description": "",
        "review_reason": "",
        "is_text_removed": False,
    }
    moment = pa.timestamp("us", "UTC")
    known = pa.array(begins_utc + pd.Timedelta(hours=6), type=moment)
    return pa.table(
        {
            **{name: pa.repeat(value, count) for name, value in shared.items()},
            "category_id": pa.array(kind["pk"].to_numpy()),
            "severity": pa.array(kind["severity"].to_numpy()),
            "occurred_from": pa.array(begins_utc, type=moment),
            "occurred_to": pa.array(ends, type=moment, from_pandas=True),
            "occurred_on": pa.array(begins.astype("datetime64[D]")),
            "time_precision": pa.array(precision),
            "location": pa.array(at["location"], type=pa.large_string()),
            "precision": pa.array(at["precision"], type=pa.large_string()),
            "lon": pa.array(at["lon"].to_numpy()),
            "lat": pa.array(at["lat"].to_numpy()),
            "cell": pa.array(at["cell"], type=pa.int64(), from_pandas=True),
            "place_id": pa.array(at["place_id"], type=pa.int64(), from_pandas=True),
            "area_id": pa.array(at["area_id"], type=pa.int64(), from_pandas=True),
            "created_at": known,
            "submitted_at": known,
            "reviewed_at": known,
        }
    )


def _in_utc(local: np.ndarray) -> pd.DatetimeIndex:
    moments = pd.DatetimeIndex(local).tz_localize(
        timezone.get_default_timezone_name(), ambiguous=np.zeros(len(local), dtype=bool), nonexistent="shift_forward"
    )
    return moments.tz_convert("UTC")
