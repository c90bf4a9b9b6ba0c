"""From the database to frames, for several places at once: three questions, however many places and reports."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
from django.db import connection

from areas.models import Place
from incidents.models import Category

_MONDAY = pd.Timestamp(2024, 1, 1)


def _rows(sql: str, params: Mapping[str, Any], columns: list[str]) -> pd.DataFrame:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return pd.DataFrame.from_records(cursor.fetchall(), columns=columns)


def event_category_ids(collaboration_ids: Sequence[int]) -> list[int]:
    """The categories that make the counts."""
    events = Category.objects.filter(collaboration_id__in=collaboration_ids, kind=Category.Kind.EVENT)
    return list(events.values_list("pk", flat=True))


def daily(places: Sequence[Place], events: Sequence[int]) -> pd.DataFrame:
    """The counted events at each place by day: what is approved, and what purged reports have left behind.

    Columns: place, day, by_month (true where only the month is known; the day is its first), severity, count, and of
    the answers to how unsafe it made people feel: answers, unsafety (their sum) and unsafety_squared.
    """
    frame = _rows(
        """
        SELECT place_id, occurred_on, time_precision = 'month', severity, count(*), count(unsafety),
               coalesce(sum(unsafety), 0), coalesce(sum(unsafety * unsafety), 0)
        FROM incidents_incident
        WHERE place_id = ANY(%(places)s) AND (status = 'approved' OR is_counted) AND category_id = ANY(%(events)s)
        GROUP BY 1, 2, 3, 4
        """,
        {"places": [place.pk for place in places], "events": list(events)},
        ["place", "day", "by_month", "severity", "count", "answers", "unsafety", "unsafety_squared"],
    )
    numbers = ["place", "severity", "count", "answers", "unsafety", "unsafety_squared"]
    frame = frame.astype({"by_month": bool, **dict.fromkeys(numbers, "int64")})
    return frame.assign(day=pd.to_datetime(frame["day"]))


def moments(places: Sequence[Place], events: Sequence[int], start: dt.date, end: dt.date) -> pd.DataFrame:
    """When in the week the events from `start` up to `end` began and ended: place, occurred_from, occurred_to, count.

    Counted by the minute of the week and how long it may have lasted, as moments of one and the same week: a hundred
    thousand reports need not leave the database one by one. What is known only by month has no moment.
    """
    frame = _rows(
        """
        SELECT place_id,
               ((extract(isodow FROM began) - 1) * 1440 + extract(hour FROM began) * 60
                   + extract(minute FROM began))::int,
               coalesce(extract(epoch FROM date_trunc('minute', ended) - date_trunc('minute', began)) / 60, 0)::bigint,
               count(*)
        FROM (
            SELECT place_id, occurred_from AT TIME ZONE 'Europe/Stockholm' AS began,
                   occurred_to AT TIME ZONE 'Europe/Stockholm' AS ended
            FROM incidents_incident
            WHERE place_id = ANY(%(places)s) AND status = 'approved' AND time_precision <> 'month'
                  AND occurred_on >= %(start)s AND occurred_on < %(end)s AND category_id = ANY(%(events)s)
        ) AS events
        GROUP BY 1, 2, 3
        """,
        {"places": [place.pk for place in places], "events": list(events), "start": start, "end": end},
        ["place", "minute", "length", "count"],
    ).astype("int64")
    began = _MONDAY + pd.to_timedelta(frame["minute"], unit="min")
    # A century is long enough for an interval that was written with the wrong year.
    ended = began + pd.to_timedelta(frame["length"].clip(0, 52_560_000), unit="min")
    return pd.DataFrame(
        {"place": frame["place"], "occurred_from": began, "occurred_to": ended, "count": frame["count"]}
    )
