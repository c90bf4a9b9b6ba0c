"""From the database to frames: the only module of the room that knows both."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Hashable
from typing import Any

import pandas as pd
from django.db import connection
from django.db.models import Count, Max, Q
from django.utils import timezone

from analysis.hexagons import cell_centres
from analysis.periods import Period, PeriodKind, containing
from areas.access import descendants
from areas.models import Area, Boundary, Place
from incidents.models import Category, Incident, Status
from partners.models import Collaboration
from situational_picture.figures import is_blurred
from situational_picture.models import Picture
from situational_picture.nearest import NamedPoint, nearest_place


def covered_area_ids(area: Area) -> list[int]:
    """The area and everything below it: the areas whose incidents make its figures."""
    return sorted(descendants(area.collaboration_id, [area.pk]))


def _is_whole_collaboration(area: Area) -> bool:
    """The top of the tree also answers for what lies outside the areas or has no place."""
    return area.parent_id is None and area.children.exists()


def _rows(sql: str, params: dict[str, Any], columns: list[str]) -> pd.DataFrame:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return pd.DataFrame.from_records(cursor.fetchall(), columns=columns)


def daily_counts(area: Area) -> pd.DataFrame:
    """Approved reports of the area by category and day: columns category, day, by_month, count.

    `by_month` is true for rows that are only known to the month; their day is the first of it.
    """
    frame = _rows(
        """
        SELECT category_id, occurred_on, time_precision = 'month', count(*)
        FROM incidents_incident
        WHERE area_id = ANY(%(areas)s) AND (status = 'approved' OR is_counted)
        GROUP BY 1, 2, 3
        """,
        {"areas": covered_area_ids(area)},
        ["category", "day", "by_month", "count"],
    )
    return frame.astype({"category": "int64", "by_month": bool, "count": "int64"}).assign(
        day=pd.to_datetime(frame["day"])
    )


def months_by_source(collaboration: Collaboration) -> pd.DataFrame:
    """Which months each source has delivered for: source, month, by_month, last, is_purged. Of all the collaboration.

    `last` is the last day with data; reports entered by hand are one source, the empty name. A month of which anything
    is purged to statistics `is_purged`; where all of it is, nobody knows whether it had days (`by_month` None).
    """
    # From month to month through an index, two looks each: reading a million rows instead is a fifth of a rebuild.
    frame = _rows(
        """
        WITH RECURSIVE months AS (
            (SELECT source, is_counted, time_precision, occurred_on
             FROM incidents_incident
             WHERE collaboration_id = %(collaboration)s AND (status = 'approved' OR is_counted)
             ORDER BY source, is_counted, time_precision, occurred_on LIMIT 1)
            UNION ALL
            SELECT later.* FROM months AS m CROSS JOIN LATERAL (
                SELECT source, is_counted, time_precision, occurred_on
                FROM incidents_incident
                WHERE collaboration_id = %(collaboration)s AND (status = 'approved' OR is_counted)
                      AND (source, is_counted, time_precision, occurred_on)
                          > (m.source, m.is_counted, m.time_precision,
                             (date_trunc('month', m.occurred_on) + interval '1 month - 1 day')::date)
                ORDER BY source, is_counted, time_precision, occurred_on LIMIT 1
            ) AS later
        )
        SELECT m.source, date_trunc('month', m.occurred_on)::date,
               bool_and(m.time_precision = 'month') FILTER (WHERE NOT m.is_counted),
               max(last.day), bool_or(m.is_counted)
        FROM months AS m CROSS JOIN LATERAL (
            SELECT occurred_on AS day
            FROM incidents_incident
            WHERE collaboration_id = %(collaboration)s AND (status = 'approved' OR is_counted)
                  AND source = m.source AND is_counted = m.is_counted AND time_precision = m.time_precision
                  AND occurred_on < (date_trunc('month', m.occurred_on) + interval '1 month')::date
            ORDER BY occurred_on DESC LIMIT 1
        ) AS last
        GROUP BY 1, 2
        ORDER BY 1, 2
        """,
        {"collaboration": collaboration.pk},
        ["source", "month", "by_month", "last", "is_purged"],
    )
    return frame.assign(month=pd.to_datetime(frame["month"]), last=pd.to_datetime(frame["last"]))


def exact_from(collaboration_id: int) -> dt.date | None:
    """The first day after the last month that is purged to statistics; None while nothing is."""
    purged = Incident.objects.filter(collaboration_id=collaboration_id, is_counted=True)
    last: dt.date | None = purged.aggregate(last=Max("occurred_on"))["last"]
    return containing(last, PeriodKind.MONTH).end if last else None


def is_purged(area: Area, period: Period) -> bool:
    """Whether the period reaches into months of which only the counts are left, and cannot be counted any more."""
    return is_blurred(exact_from(area.collaboration_id), period.start, period.end)


def incidents_between(area: Area, start: dt.date, end: dt.date) -> pd.DataFrame:
    """The counted events of the area that began from `start` up to `end`: when, where and what, one row each.

    Columns: occurred_from, occurred_to (local wall-clock time), by_month, cell (0 without a point that may be drawn),
    place (0 for none), category. Events at private dwellings keep their cell: it is the cell of the whole block.
    """
    frame = _rows(
        """
        SELECT occurred_from AT TIME ZONE 'Europe/Stockholm', occurred_to AT TIME ZONE 'Europe/Stockholm',
               time_precision = 'month', coalesce(cell, 0), coalesce(place_id, 0), category_id
        FROM incidents_incident
        WHERE area_id = ANY(%(areas)s) AND (status = 'approved' OR is_counted)
              AND occurred_on >= %(start)s AND occurred_on < %(end)s AND category_id = ANY(%(events)s)
        """,
        {
            "areas": covered_area_ids(area),
            "start": start,
            "end": end,
            "events": list(event_categories(area.collaboration_id)),
        },
        ["occurred_from", "occurred_to", "by_month", "cell", "place", "category"],
    )
    return frame.assign(
        occurred_from=pd.to_datetime(frame["occurred_from"]),
        occurred_to=pd.to_datetime(frame["occurred_to"]),
        by_month=frame["by_month"].astype(bool),
        cell=frame["cell"].astype("int64"),
        place=frame["place"].astype("int64"),
    )


def event_categories(collaboration_id: int) -> set[int]:
    """The categories that make the counts."""
    categories = Category.objects.filter(collaboration_id=collaboration_id, kind=Category.Kind.EVENT)
    return set(categories.values_list("pk", flat=True))


def not_drawn(area: Area, period: Period) -> dict[str, int]:
    """Events of the period that belong to no area: outside the areas, and without a place. Only for the top area."""
    if not _is_whole_collaboration(area):
        return {"outside": 0, "none": 0}
    counts = (
        Incident.objects.counted()
        .filter(
            collaboration_id=area.collaboration_id,
            area=None,
            occurred_on__gte=period.start,
            occurred_on__lt=period.end,
        )
        .aggregate(outside=Count("pk", filter=Q(location="outside")), none=Count("pk", filter=Q(location="none")))
    )
    return {"outside": counts["outside"], "none": counts["none"]}


def counts_by_organisation(area: Area, period: Period) -> pd.DataFrame:
    """Counted events of the period by who reported them: kind, organisation, category, by_month, count."""
    frame = _rows(
        """
        SELECT o.kind, o.name, i.category_id, i.time_precision = 'month', count(*)
        FROM incidents_incident i JOIN partners_organisation o ON o.id = i.organisation_id
        WHERE i.area_id = ANY(%(areas)s) AND (i.status = 'approved' OR i.is_counted)
              AND i.occurred_on >= %(start)s AND i.occurred_on < %(end)s AND i.category_id = ANY(%(events)s)
        GROUP BY 1, 2, 3, 4
        """,
        {
            "areas": covered_area_ids(area),
            "start": period.start,
            "end": period.end,
            "events": list(event_categories(area.collaboration_id)),
        },
        ["kind", "organisation", "category", "by_month", "count"],
    )
    return frame.astype({"category": "int64", "by_month": bool, "count": "int64"})


def daily_counts_by_subarea(area: Area) -> pd.DataFrame:
    """Counted events in each part of the area by day: as `daily_counts`, with the part's id for category."""
    part_of = {pk: child.pk for child in area.children.all() for pk in covered_area_ids(child)}
    frame = _rows(
        """
        SELECT area_id, occurred_on, time_precision = 'month', count(*)
        FROM incidents_incident
        WHERE area_id = ANY(%(areas)s) AND (status = 'approved' OR is_counted)
              AND category_id = ANY(%(events)s)
        GROUP BY 1, 2, 3
        """,
        {"areas": list(part_of), "events": list(event_categories(area.collaboration_id))},
        ["area", "day", "by_month", "count"],
    )
    return pd.DataFrame(
        {
            "category": frame["area"].map(part_of).astype("int64"),
            "day": pd.to_datetime(frame["day"]),
            "by_month": frame["by_month"].astype(bool),
            "count": frame["count"].astype("int64"),
        }
    )


def area_table(collaboration_id: int, period: Period) -> tuple[pd.DataFrame, dict[Hashable, Hashable]]:
    """Counted events of the period by smallest area (rows) and category (columns), and each area's parent.

    What lies in an area that has parts, but in none of them, is a row of its own under the area's id made negative.
    """
    parents: dict[Hashable, Hashable] = {
        pk: parent
        for pk, parent in Area.objects.filter(collaboration_id=collaboration_id).values_list("pk", "parent_id")
        if parent is not None
    }
    with_parts = set(parents.values())
    rows = (
        Incident.objects.counted()
        .filter(
            collaboration_id=collaboration_id,
            area__isnull=False,
            occurred_on__gte=period.start,
            occurred_on__lt=period.end,
        )
        .values_list("area_id", "category_id")
        .annotate(n=Count("pk"))
        .order_by()
    )
    frame = pd.DataFrame.from_records(list(rows), columns=["area", "category", "count"])
    frame["area"] = [-pk if pk in with_parts else pk for pk in frame["area"]]
    table = frame.pivot_table(index="area", columns="category", values="count", aggfunc="sum", fill_value=0)
    parents |= {pk: -pk for pk in table.index if pk < 0}
    leaves = sorted({pk for pk in [*parents, *table.index] if pk not in with_parts})
    return table.reindex(index=leaves, fill_value=0).astype("float64"), parents


def counts_by_category(area: Area, period: Period) -> dict[int, int]:
    """Counted events of the period as they stand now, by category: what a frozen picture is compared with."""
    rows = Incident.objects.counted().filter(
        area_id__in=covered_area_ids(area), occurred_on__gte=period.start, occurred_on__lt=period.end
    )
    if period.kind == PeriodKind.WEEK:
        # As in the figures: what is known to the month belongs to no week, though its day is the first of the month.
        rows = rows.exclude(time_precision=Incident.TimePrecision.MONTH)
    return dict(rows.values_list("category_id").annotate(n=Count("pk")).order_by("category_id"))


def category_names(collaboration_id: int) -> dict[int, str]:
    """What each category is called today, in the reader's language."""
    return {one.pk: str(one) for one in Category.objects.filter(collaboration_id=collaboration_id)}


def definitions(picture: Picture) -> dict[str, Any]:
    """What the words of a picture mean today: frozen with it, since categories, limits and names change."""
    collaboration = picture.collaboration
    categories = Category.objects.filter(collaboration=collaboration).order_by("code")
    columns = ("pk", "code", "name_sv", "name_en", "kind", "is_sensitive", "common_code")
    return {
        "categories": [
            dict(zip(("category", *columns[1:]), row, strict=True)) for row in categories.values_list(*columns)
        ],
        "counted": "approved events that began in the period",
        "protect_counts_up_to": collaboration.protect_counts_up_to,
        "collaboration": collaboration.name,
        "places_around": [list(row) for row in _points_around(picture)],
    }


def named_points(picture: Picture) -> list[NamedPoint]:
    """The named places by which the picture's hexagons are told: today's, or those of the day it was published."""
    frozen = (picture.definitions or {}).get("places_around")
    if frozen is not None:
        return [(name, lon, lat) for name, lon, lat in frozen]
    places = Place.objects.filter(collaboration_id=picture.collaboration_id, is_active=True)
    return list(places.order_by("name", "pk").values_list("name", "lon", "lat"))


def _points_around(picture: Picture) -> list[NamedPoint]:
    """The places that are nearest to any hexagon of the picture, so that a frozen picture keeps no others."""
    points = named_points(picture)
    cells = [int(key, 16) for key in (picture.figures or {})["map"]["cells"]]
    if not points or not cells:
        return []
    near = {nearest_place(lon, lat, points)[1] for lon, lat in cell_centres(cells)}
    return [points[at] for at in sorted(near)]


def fingerprint(area: Area, period: Period) -> str:
    """A hash of which approved rows the period has and what they say: equal while nothing has changed.

    The category's kind is a part of it, since only events are counted.
    """
    frame = _rows(
        """
        SELECT count(*), coalesce(sum(hashtextextended(
            concat_ws('|', i.id, category_id, c.kind, occurred_from, occurred_to, lon, lat, place_id, area_id), 0
        )::numeric), 0)
        FROM incidents_incident i JOIN incidents_category c ON c.id = i.category_id
        WHERE area_id = ANY(%(areas)s) AND (status = 'approved' OR is_counted)
              AND occurred_on >= %(start)s AND occurred_on < %(end)s
        """,
        {"areas": covered_area_ids(area), "start": period.start, "end": period.end},
        ["rows", "sum"],
    )
    return hashlib.sha256(f"{frame['rows'][0]}:{frame['sum'][0]}".encode()).hexdigest()


def bounds_of(area: Area) -> tuple[float, float, float, float] | None:
    """West, south, east, north of the area's boundary in force; None without one."""
    boundary = Boundary.objects.in_force(timezone.localdate()).filter(area=area).first()
    return boundary.polygon.bounds if boundary else None


def waiting_reports(area: Area) -> int:
    """Reports sent in and not yet reviewed: shown at once as “not reviewed”, beside the counts."""
    return Incident.objects.filter(area_id__in=covered_area_ids(area), status=Status.SUBMITTED).count()
