"""What a selection counts today: the whole numbers a problem freezes, from the rows that pictures count."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pandas as pd
from django.db.models import Count, Q
from django.db.models.functions import TruncMonth

from analysis.aoristic import weekday_hour
from analysis.periods import free
from analysis.places import range_if_unchanged
from areas.models import Place
from incidents.models import Category, Incident, IncidentQuerySet
from incidents.selections import Selection
from partners.models import Collaboration
from situational_picture.figures import LONGEST_INTERVAL_H, Source, source_of
from situational_picture.queries import months_by_source

SCHEMA = 1
# Why there is no count of the days before.
NO_PERIOD, NOT_COVERED = "no_period", "not_covered"
_TIMED = Q(time_precision__in=[Incident.TimePrecision.EXACT, Incident.TimePrecision.INTERVAL])


def counted(collaboration: Collaboration, selection: Selection) -> IncidentQuerySet:
    """The events a selection counts: approved, of whatever partner, purged ones with their month."""
    rows = Incident.objects.counted().filter(collaboration=collaboration)
    return selection.within([collaboration.pk]).rows(rows)


def count_now(collaboration: Collaboration, selection: Selection) -> int:
    """How many events the selection has at this moment."""
    return counted(collaboration, selection).order_by().count()


def figures_of(collaboration: Collaboration, selection: Selection, *, today: dt.date) -> dict[str, Any]:
    """All that is known of a selection in numbers, as one plain dictionary. Whole: it is protected when it is shown."""
    rows = counted(collaboration, selection).order_by()
    source = source_of(months_by_source(collaboration), today)
    facts = rows.aggregate(
        total=Count("pk"),
        no_hour=Count("pk", filter=~_TIMED),
        no_day=Count("pk", filter=Q(time_precision=Incident.TimePrecision.MONTH)),
        block=Count("pk", filter=Q(cell__isnull=False, precision=Incident.Precision.BLOCK)),
        area=Count("pk", filter=Q(cell__isnull=False, precision=Incident.Precision.AREA)),
        nowhere=Count("pk", filter=Q(cell__isnull=True)),
    )
    return {
        "schema": SCHEMA,
        "total": facts["total"],
        "categories": _categories(collaboration, rows),
        "places": _places(rows),
        "months": _months(rows),
        "clock": _clock(rows),
        # What a point, an hour or a weekday cannot be said of, so that nobody takes the rest for all of it.
        "unknown": {name: facts[name] for name in ("no_hour", "no_day", "block", "area", "nowhere")},
        **_before(collaboration, selection, facts["total"], source),
        "source_first_day": source.first_day.isoformat() if source.first_day else None,
        "source_last_day": source.last_day.isoformat() if source.last_day else None,
    }


def _categories(collaboration: Collaboration, rows: IncidentQuerySet) -> list[dict[str, Any]]:
    counts = dict(rows.values_list("category_id").annotate(n=Count("pk")))
    found = [
        {
            "code": one.code,
            "name_sv": one.name_sv,
            "name_en": one.name_en or one.name_sv,
            "is_sensitive": one.is_sensitive,
            "count": counts[one.pk],
        }
        for one in Category.objects.filter(collaboration=collaboration, pk__in=counts)
    ]
    return sorted(found, key=lambda row: (-row["count"], row["code"]))


def _places(rows: IncidentQuerySet) -> list[dict[str, Any]]:
    """Named places, most first, and under no id what happened elsewhere."""
    counts = dict(rows.values_list("place_id").annotate(n=Count("pk")))
    elsewhere = counts.pop(None, 0)
    names = dict(Place.objects.filter(pk__in=counts).values_list("pk", "name"))
    found = [{"place": pk, "name": names[pk], "count": count} for pk, count in counts.items()]
    found.sort(key=lambda row: (-row["count"], row["name"]))
    return [*found, {"place": None, "name": "", "count": elsewhere}] if elsewhere else found


def _months(rows: IncidentQuerySet) -> list[list[Any]]:
    """Each month with its count, from the first with any to the last; a month between them without any counts 0."""
    by_month = rows.annotate(month=TruncMonth("occurred_on")).values_list("month").annotate(n=Count("pk"))
    counts = dict(by_month)
    if not counts:
        return []
    months, month = [], min(counts)
    while month <= max(counts):
        months.append([f"{month:%Y-%m}", counts.get(month, 0)])
        month = (month + dt.timedelta(days=31)).replace(day=1)
    return months


def _clock(rows: IncidentQuerySet) -> dict[str, Any] | None:
    """Weekday by hour of what has a known time, uncertain times spread over the hours they may have been."""
    timed = rows.filter(_TIMED).values_list("occurred_from", "occurred_to")
    frame = pd.DataFrame.from_records(list(timed), columns=["occurred_from", "occurred_to"])
    if frame.empty:
        return None
    local = {
        name: pd.to_datetime(frame[name], utc=True).dt.tz_convert("Europe/Stockholm").dt.tz_localize(None)
        for name in frame.columns
    }
    result = weekday_hour(pd.DataFrame(local), longest_h=LONGEST_INTERVAL_H)
    return {
        "grid": [[round(float(value), 2) for value in hours] for hours in result.grid.to_numpy()],
        "events": result.events,
        "unknown": result.unknown,
    }


def _before(collaboration: Collaboration, selection: Selection, total: int, source: Source) -> dict[str, Any]:
    """As many days just before: what was counted then, and between what counts chance alone would have kept it."""
    if selection.since is None or selection.until is None or selection.until < selection.since:
        return {"before": None, "before_missing": NO_PERIOD}
    days = (selection.until - selection.since).days + 1
    # Asked first: before a period in the first years of the calendar there are no days at all.
    if source.first_day is None or (selection.since - source.first_day).days < days:
        return {"before": None, "before_missing": NOT_COVERED}
    last = selection.since - dt.timedelta(days=1)
    first = last - dt.timedelta(days=days - 1)
    period = free(first, last)
    if source.lacks(period):
        return {"before": None, "before_missing": NOT_COVERED}
    count = count_now(collaboration, selection.moved_to(first, last))
    lower, upper = range_if_unchanged(np.array([count], dtype=np.float64), days_before=days, days_after=days)
    return {
        "before": {
            "since": first.isoformat(),
            "until": last.isoformat(),
            "count": count,
            "lower": float(lower[0]),
            "upper": float(upper[0]),
        },
        "before_missing": "",
    }
