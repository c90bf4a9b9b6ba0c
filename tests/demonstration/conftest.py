"""The invented past without a database, and the whole demonstration loaded once for the tests of a class."""

from __future__ import annotations

import datetime as dt
import json

import pandas as pd
import pytest
import shapely
from django.db import transaction
from django.test import override_settings
from django.utils.text import slugify

from est_platform.demonstration import generator, loading
from est_platform.demonstration.generator import AreaShape, Spot

DATA = loading.BLACKPOOL_FILE.parents[1] / "geo"
LAST_DAY = dt.date(2026, 11, 22)
SMALL_UNTIL = dt.date(2016, 6, 30)


def the_areas() -> list[AreaShape]:
    """Norrköping's five areas and their places, from the committed files."""
    places = json.loads((DATA / "norrkoping_places.json").read_text())
    spots = [Spot(n, p["name"], p["kind"], p["lon"], p["lat"]) for n, p in enumerate(places, start=1)]
    areas = []
    for feature in json.loads((DATA / "norrkoping_areas.geojson").read_text())["features"]:
        if feature["properties"]["kind"] == "est_area":
            polygon = shapely.from_geojson(json.dumps(feature["geometry"]))
            inside = tuple(spot for spot in spots if polygon.contains(shapely.Point(spot.lon, spot.lat)))
            areas.append(AreaShape(slugify(feature["properties"]["name"]), polygon, inside))
    return sorted(areas, key=lambda area: area.slug)


@pytest.fixture(autouse=True)
def own_files(settings, tmp_path, request):
    """Photos that a load draws lie with the test; those of the class's load stay where they are."""
    if "loaded" not in request.fixturenames:
        settings.MEDIA_ROOT = str(tmp_path)


@pytest.fixture(scope="session")
def areas():
    return the_areas()


@pytest.fixture(scope="session")
def past(areas) -> pd.DataFrame:
    """Everything from January 2016 to a day in November 2026."""
    return generator.generate(areas, seed=loading.SEED, until=LAST_DAY)


@pytest.fixture(scope="class")
def loaded(django_db_setup, django_db_blocker, tmp_path_factory):
    """The demonstration with half a year of Norrköping and a small part of the Blackpool file; gone after the class.

    Gives the lines it said.
    """
    few = tmp_path_factory.mktemp("blackpool") / "blackpool.parquet"
    pd.read_parquet(loading.BLACKPOOL_FILE).iloc[::60].to_parquet(few, index=False)
    said: list[str] = []
    photos = override_settings(MEDIA_ROOT=str(tmp_path_factory.mktemp("uploads")))
    with photos, django_db_blocker.unblock(), pytest.MonkeyPatch.context() as patch, transaction.atomic():
        patch.setattr(loading, "BLACKPOOL_FILE", few)
        assert loading.load(seed=loading.SEED, until=SMALL_UNTIL, say=said.append)
        yield said
        transaction.set_rollback(True)
