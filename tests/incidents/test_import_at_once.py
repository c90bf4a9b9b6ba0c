"""Two imports at the same moment: exactly one set of rows, whoever wins."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pandas as pd
import pytest
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext

from areas.models import AreaKind, Boundary
from incidents.importing import storing
from incidents.importing.actions import carry_out_import, import_file
from incidents.importing.profiles import PROFILES
from incidents.models import Category, ImportBatch, Incident
from partners.models import Organisation
from tests import factories as make
from tests.incidents.test_import_police_uk import as_csv, as_parquet, frame_of

POLICE_UK = PROFILES["police_uk"]


def in_parallel(*functions):
    """Run each in a thread with a connection of its own, all at the same moment."""
    together = threading.Barrier(len(functions))

    def run(function):
        try:
            together.wait(timeout=20)
            return function()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(functions)) as pool:
        return [future.result(timeout=120) for future in [pool.submit(run, f) for f in functions]]


@pytest.fixture
def blackpool(transactional_db):
    collaboration = make.CollaborationFactory(slug="blackpool")
    ward = make.AreaFactory(collaboration=collaboration, kind=AreaKind.WARD)
    make.BoundaryFactory(area=ward, west=-3.05, south=53.80, east=-3.00, north=53.83)
    return collaboration


def many_rows():
    # Equal rows, rows of several types, and in the two files in opposite order: what could make two imports wait for
    # each other for ever.
    return frame_of(
        *[{"Location": f"On or near {n % 400}", "Crime type": "Drugs" if n % 3 else "Brand new"} for n in range(2_000)]
    )


def load(path, collaboration):
    return import_file(path, profile=POLICE_UK, collaboration=collaboration)[1]


def test_the_same_rows_at_once_are_stored_once(blackpool, tmp_path):
    rows = many_rows()
    parquet = as_parquet(rows, tmp_path / "a.parquet")
    backwards = as_csv(rows.iloc[::-1], tmp_path / "b.csv")
    outcomes = in_parallel(
        lambda: load(parquet, blackpool), lambda: load(backwards, blackpool), lambda: load(parquet, blackpool)
    )
    assert sorted(o.stored for o in outcomes) == [0, 0, 2_000]
    assert all(o.rows == o.stored + o.unchanged == 2_000 for o in outcomes)
    assert Incident.objects.count() == 2_000
    assert Category.objects.filter(name_en="Brand new").count() == 1
    assert Organisation.objects.filter(name="data.police.uk").count() == 1


def test_one_batch_in_two_workers_hands_is_imported_once(blackpool, tmp_path, settings):
    settings.MEDIA_ROOT = str(tmp_path / "uploads")
    organisation = make.OrganisationFactory(collaboration=blackpool)
    path = as_csv(many_rows(), tmp_path / "a.csv")
    batch = make.ImportBatchFactory(organisation=organisation, profile="police_uk", status=ImportBatch.Status.QUEUED)
    with path.open("rb") as file:
        batch.file.save("fil", file)
    in_parallel(*[lambda: carry_out_import(batch.pk)] * 3)
    batch.refresh_from_db()
    assert (batch.status, batch.stored, batch.unchanged) == (ImportBatch.Status.DONE, 2_000, 0)
    assert Incident.objects.count() == 2_000


def test_boundaries_are_held_still_until_the_import_is_stored(blackpool, tmp_path, monkeypatch):
    """A re-cut that starts in the middle waits, and then finds the rows; none is left with the old boundary."""
    from areas.locating import extent_of
    from incidents.importing import pipeline

    path = as_parquet(frame_of(*[{}] * 10), tmp_path / "a.parquet")
    located, waited = threading.Event(), threading.Event()
    real = pipeline.place

    def place_then_wait(good, areas):
        placed = real(good, areas)
        located.set()
        waited.wait(timeout=5)
        return placed

    monkeypatch.setattr(pipeline, "place", place_then_wait)

    def recut():
        located.wait(timeout=20)
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '700ms'")
            try:
                cursor.execute("SELECT FROM partners_collaboration WHERE id = %s FOR UPDATE", [blackpool.pk])
            except Exception as error:
                return str(error)
            finally:
                waited.set()
        return "the lock was free"

    _outcome, answer = in_parallel(lambda: load(path, blackpool), recut)
    assert "lock timeout" in answer
    assert Boundary.objects.filter(collaboration=blackpool).count() == 1
    assert extent_of(blackpool) is not None


def test_sources_do_not_wait_for_each_other(blackpool, tmp_path):
    make.CategoryFactory(collaboration=blackpool, code="SKA")
    make.OrganisationFactory(collaboration=blackpool, name="Huset")
    own = tmp_path / "own.csv"
    pd.DataFrame({"Datum": ["2026-11-03"] * 50, "Kategori": ["SKA"] * 50}).to_csv(own, index=False)
    parquet = as_parquet(many_rows(), tmp_path / "a.parquet")
    first, second = in_parallel(
        lambda: load(parquet, blackpool),
        lambda: import_file(own, profile=PROFILES["generic"], collaboration=blackpool, organisation_name="Huset")[1],
    )
    assert (first.stored, second.stored) == (2_000, 50)


def test_the_planner_learns_of_many_rows_at_once(blackpool, tmp_path, monkeypatch):
    monkeypatch.setattr(storing, "MANY_ROWS", 2_000)
    few = as_parquet(many_rows().iloc[:1_999], tmp_path / "few.parquet")
    with CaptureQueriesContext(connection) as few_queries:
        load(few, blackpool)
    many = as_parquet(many_rows().assign(Location="On or near elsewhere"), tmp_path / "many.parquet")
    with CaptureQueriesContext(connection) as many_queries:
        load(many, blackpool)
    assert [_is_analyzed(few_queries), _is_analyzed(many_queries)] == [False, True]
    with connection.cursor() as cursor:
        cursor.execute("SELECT reltuples FROM pg_class WHERE relname = 'incidents_incident'")
        assert cursor.fetchone()[0] == 3_999


def _is_analyzed(queries):
    return any("ANALYZE" in query["sql"] and "incidents_incident" in query["sql"] for query in queries)
