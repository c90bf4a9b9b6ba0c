"""From the database to a frame: the events of one place or area and of those it is held against."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from django.db import connection

from analysis.profile import FEWEST_COMPARABLE, FEWEST_EVENTS
from areas.access import descendants_of_each
from areas.models import Area, Place
from incidents.models import Category

# So many comparable places are enough to know how much places differ, and few enough to be read for a page.
MOST_COMPARABLE = 20

Days = tuple[dt.date, dt.date]


def _rows(sql: str, params: Mapping[str, Any], columns: list[str]) -> pd.DataFrame:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return pd.DataFrame.from_records(cursor.fetchall(), columns=columns)


def event_categories(collaboration_id: int) -> dict[int, Category]:
    """The categories that make the counts, by their ids."""
    return {one.pk: one for one in Category.objects.filter(collaboration_id=collaboration_id, kind=Category.Kind.EVENT)}


def comparable_places(place: Place, events: Sequence[int], days: Days) -> list[int]:
    """The places of the same kind that are as busy as this one, the nearest first; of any kind where too few are.

    Only places in use with enough events to have a profile. One question.
    """
    found = _rows(
        """
        SELECT p.id, p.kind, count(*)
        FROM areas_place p JOIN incidents_incident i ON i.place_id = p.id
        WHERE p.collaboration_id = %(collaboration)s AND (p.is_active OR p.id = %(place)s)
              AND (i.status = 'approved' OR i.is_counted) AND i.category_id = ANY(%(events)s)
              AND i.occurred_on >= %(start)s AND i.occurred_on < %(end)s
        GROUP BY 1, 2
        """,
        {
            "collaboration": place.collaboration_id, "place": place.pk, "events": list(events),
            "start": days[0], "end": days[1],
        },
        ["place", "kind", "count"],
    )  # fmt: skip
    here = int(found.loc[found["place"] == place.pk, "count"].sum())
    others = found[(found["place"] != place.pk) & (found["count"] >= FEWEST_EVENTS)]
    alike = others[others["kind"] == place.kind]
    if len(alike) >= FEWEST_COMPARABLE:
        others = alike
    away = np.abs(np.log(others["count"].to_numpy(dtype=float) / max(here, 1)))
    order = np.lexsort((others["place"].to_numpy(), away))
    return [int(pk) for pk in others["place"].to_numpy()[order][:MOST_COMPARABLE]]


def events_at_places(place_ids: Sequence[int], events: Sequence[int], days: Days) -> pd.DataFrame:
    """The counted events at the places, as `what_is_unusual` takes them: the place is both unit and spot."""
    frame = _rows(
        """
        SELECT place_id, place_id, category_id, occurred_from AT TIME ZONE 'Europe/Stockholm',
               occurred_to AT TIME ZONE 'Europe/Stockholm', time_precision
        FROM incidents_incident
        WHERE place_id = ANY(%(places)s) AND (status = 'approved' OR is_counted)
              AND category_id = ANY(%(events)s) AND occurred_on >= %(start)s AND occurred_on < %(end)s
        """,
        {"places": list(place_ids), "events": list(events), "start": days[0], "end": days[1]},
        ["unit", "spot", "category", "occurred_from", "occurred_to", "time_precision"],
    )
    return _typed(frame)


def comparable_areas(area: Area, today: dt.date) -> list[int]:
    """The other areas of the same kind that are in use."""
    areas = Area.objects.filter(collaboration_id=area.collaboration_id, kind=area.kind).active(today)
    return list(areas.exclude(pk=area.pk).order_by("pk").values_list("pk", flat=True))


def events_in_areas(area: Area, others: Sequence[int], events: Sequence[int], days: Days) -> pd.DataFrame:
    """The counted events of the areas with all that lies in them. A spot is a named place, else a small hexagon.

    A point kept to its block is no spot: two events in one block need not have come at the same door.
    """
    units = [area.pk, *others]
    inside = descendants_of_each(area.collaboration_id, [[pk] for pk in units])
    unit_of = {pk: unit for unit, pks in zip(units, inside, strict=True) for pk in pks}
    frame = _rows(
        """
        SELECT area_id,
               coalesce(place_id, CASE WHEN precision = 'exact' THEN -cell END, 0),
               category_id, occurred_from AT TIME ZONE 'Europe/Stockholm',
               occurred_to AT TIME ZONE 'Europe/Stockholm', time_precision
        FROM incidents_incident
        WHERE area_id = ANY(%(areas)s) AND (status = 'approved' OR is_counted)
              AND category_id = ANY(%(events)s) AND occurred_on >= %(start)s AND occurred_on < %(end)s
        """,
        {"areas": list(unit_of), "events": list(events), "start": days[0], "end": days[1]},
        ["unit", "spot", "category", "occurred_from", "occurred_to", "time_precision"],
    )
    return _typed(frame.assign(unit=frame["unit"].map(unit_of)))


def _typed(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.assign(
        unit=frame["unit"].astype("int64"),
        spot=frame["spot"].astype("int64"),
        category=frame["category"].astype("int64"),
        occurred_from=pd.to_datetime(frame["occurred_from"]),
        occurred_to=pd.to_datetime(frame["occurred_to"]),
    )
