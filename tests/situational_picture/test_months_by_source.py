"""Which months each source has delivered for: found in an index, and the same as looking at every report."""

from __future__ import annotations

import datetime as dt
import random

import pandas as pd
import pytest
from django.db import connection

from incidents.models import Incident, Status
from situational_picture import queries
from tests import factories as make

Precision = Incident.TimePrecision


@pytest.fixture
def empty(world):
    Incident.objects.all().delete()
    return world


def report(world, day, *, source="", **values):
    given = {"organisation": world.housing, "category": world.vandalism, "area": world.west} | values
    return make.IncidentFactory(at=dt.datetime.combine(day, dt.time(12), tzinfo=dt.UTC), source=source, **given)


def purge(row, *, counts):
    row.status, row.is_counted, row.time_precision = Status.PURGED, counts, Precision.MONTH
    row.occurred_on = row.occurred_on.replace(day=1)
    row.save()


def by_hand(collaboration):
    rows = [
        row
        for row in Incident.objects.filter(collaboration=collaboration)
        if row.status == Status.APPROVED or row.is_counted
    ]
    found = {}
    for source, month in sorted({(row.source, row.occurred_on.replace(day=1)) for row in rows}):
        here = [row for row in rows if (row.source, row.occurred_on.replace(day=1)) == (source, month)]
        kept = [row.time_precision == Precision.MONTH for row in here if not row.is_counted]
        found[source, month] = (
            all(kept) if kept else None,
            max(row.occurred_on for row in here),
            any(row.is_counted for row in here),
        )
    return found


def asked(collaboration):
    frame = queries.months_by_source(collaboration)
    return {
        (row["source"], row["month"].date()): (
            None if pd.isna(row["by_month"]) else bool(row["by_month"]),
            row["last"].date(),
            bool(row["is_purged"]),
        )
        for row in frame.to_dict("records")
    }


@pytest.mark.parametrize("seed", range(6))
def test_the_months_are_those_of_looking_at_every_report(empty, seed):
    by_chance = random.Random(seed)
    sources = ["", "police", "Skador", "ärenden", "a b"]
    for _ in range(by_chance.choice([3, 25, 90])):
        day = dt.date(2023, 11, 1) + dt.timedelta(days=by_chance.choice([0, 29, 30, 60, 61, 91, 121, 500, 501]))
        row = report(
            empty,
            day,
            source=by_chance.choice(sources[: by_chance.choice([1, 5])]),
            status=by_chance.choice([Status.APPROVED] * 3 + [Status.SUBMITTED, Status.REJECTED, Status.DRAFT]),
            time_precision=by_chance.choice([Precision.EXACT, Precision.DAY, Precision.MONTH]),
        )
        if row.status in (Status.APPROVED, Status.REJECTED) and by_chance.random() < 0.3:
            purge(row, counts=row.status == Status.APPROVED)
    report(empty, dt.date(2024, 2, 29), organisation=empty.foreign, category=empty.foreign_category, area=empty.far)
    assert asked(empty.here) == by_hand(empty.here)
    assert list(asked(empty.elsewhere)) == [("", dt.date(2024, 2, 1))]


def test_without_reports_there_are_no_months(empty):
    report(empty, dt.date(2024, 5, 1), status=Status.SUBMITTED)
    assert asked(empty.here) == {}


def test_the_months_are_read_from_an_index(empty, django_assert_num_queries):
    with django_assert_num_queries(1) as captured:
        queries.months_by_source(empty.here)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_sort = off")
        cursor.execute("EXPLAIN " + captured.captured_queries[0]["sql"])
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert plan.count("using incident_source_day") == 3
