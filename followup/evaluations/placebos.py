"""The headline tried where nothing was done: measures nobody took, at hexagons and dates drawn at random.

What is found there is found by chance and by areas going their own way: whoever reads a headline should know how often.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pandas as pd
from django.db import transaction
from django.db.models import Count
from django.db.models.functions import TruncMonth

from analysis.evaluation import Placebos, placebo_measures
from analysis.hexagons import parent_cells
from audit.actions import record
from followup.models import PlaceboRun
from followup.permissions import check_may_try_headline
from incidents.models import Category, Incident
from partners.models import Collaboration
from situational_picture.figures import Source, source_of
from situational_picture.queries import months_by_source

# Hexagons of about 0.7 km², each a pretended place; the most common categories; so many years back.
RESOLUTION = 8
CATEGORIES = 3
YEARS = 4
PRETENDED, PLANTED_IN, PLANTED = 200, 100, 0.5
COMPARISONS = 5
# The same draw each time, so that two runs over the same reports say the same.
SEED = 20_180_301


def try_headline(collaboration: Collaboration, *, by: Any = None, today: dt.date) -> PlaceboRun:
    """Draw the pretended measures, let the headline judge them, and keep how often it said what.

    Data: safe to run twice. Without enough reports the run says so.
    """
    if by is not None:
        check_may_try_headline(by, collaboration)
    source = source_of(months_by_source(collaboration), today)
    rows = [_judged(category, _frame(collaboration, category, source, today)) for category in _common(collaboration)]
    with transaction.atomic():
        run = PlaceboRun.objects.create(collaboration=collaboration, figures={"schema": 1, "categories": rows})
        record("headline_tried", by=by, subject=run)
    return run


def _common(collaboration: Collaboration) -> list[Category]:
    """The event categories with the most reports in a hexagon."""
    counted = Incident.objects.counted().filter(collaboration=collaboration, cell__isnull=False)
    most = counted.order_by().values_list("category_id").annotate(n=Count("pk")).order_by("-n", "category_id")
    ids = [pk for pk, _number in most[:CATEGORIES]]
    found = {one.pk: one for one in Category.objects.filter(pk__in=ids, is_sensitive=False)}
    return [found[pk] for pk in ids if pk in found]


def _frame(collaboration: Collaboration, category: Category, source: Source, today: dt.date) -> pd.DataFrame:
    """Events a month in each hexagon; months that the sources lack are left out, and the one that runs."""
    since = today.replace(day=1, year=today.year - YEARS)
    if source.last_day is not None:
        since = min(since, source.last_day.replace(day=1, year=source.last_day.year - YEARS))
    rows = (
        Incident.objects.counted()
        .filter(collaboration=collaboration, category=category, cell__isnull=False, occurred_on__gte=since)
        .order_by()
        .annotate(month=TruncMonth("occurred_on"))
        .values_list("month", "cell")
        .annotate(n=Count("pk"))
    )
    frame = pd.DataFrame.from_records(list(rows), columns=["month", "cell", "n"])
    if frame.empty:
        return frame
    frame["hexagon"] = parent_cells(frame["cell"].to_numpy(dtype=np.int64), RESOLUTION)
    table = frame.pivot_table(index="month", columns="hexagon", values="n", aggfunc="sum", fill_value=0)
    table = table.set_axis(pd.to_datetime(table.index), axis="index").sort_index()
    lacking = {pd.Timestamp(month) for month in source.missing_months} | {pd.Timestamp(today.replace(day=1))}
    return table[[month not in lacking for month in table.index]]


def _judged(category: Category, frame: pd.DataFrame) -> dict[str, Any]:
    told = {"code": category.code, "name_sv": category.name_sv, "name_en": category.name_en or category.name_sv}
    if frame.empty:
        return {**told, "drawn": 0}
    try:
        nothing = placebo_measures(frame, rng=np.random.default_rng(SEED), pretended=PRETENDED, comparisons=COMPARISONS)
        halved = placebo_measures(
            frame, rng=np.random.default_rng(SEED), pretended=PLANTED_IN, comparisons=COMPARISONS, planted=PLANTED
        )
    except ValueError:
        # Too few months, hexagons or reports to pretend anything with.
        return {**told, "drawn": 0}
    return {**told, **_said(nothing), "planted": {"drawn": halved.drawn, "decreased": halved.decreased}}


def _said(found: Placebos) -> dict[str, Any]:
    return {
        "drawn": found.drawn,
        "neither": found.neither,
        "decreased": found.decreased,
        "increased": found.increased,
        "unchanged": found.unchanged,
        "not_assessable": found.not_assessable,
    }
