"""What an evaluation plan counts, month by month: the treated, the ring, and each thing it is compared with."""

from __future__ import annotations

import datetime as dt

import pandas as pd
from django.db.models import BigIntegerField, Case, CharField, Count, Q, Value, When
from django.db.models.functions import TruncMonth

from action_plans.evaluating.zones import Design, areas_near, design_of
from action_plans.models import EvaluationPlan
from analysis.periods import PeriodKind, periods_between
from cause_analysis.problems.counting import counted
from incidents.models import Status

_TREATED, _RING, _ELSEWHERE = "treated", "ring", ""


def monthly_counts(plan: EvaluationPlan, first: dt.date, last: dt.date) -> pd.DataFrame:
    """The counted events of each calendar month between two days, those among them.

    Index: the first day of the month. Columns: `days` (of the month, within the two days), `treated`, `ring`, and for
    each thing that is compared `area-<pk>` or `place-<pk>`, without what lies in the treated hexagons and the ring.
    Each event is in one column at most: what lies at a compared place is not counted in a compared area as well.
    A month without any counts 0, also where the sources lack it: `evaluating/warnings.py` says which those are.
    Reports purged to statistics count where their area or place says where; they are in no hexagon any more, and what
    is known only to its month counts on the month's first day.
    """
    return counts_of(design_of(plan), first, last)


def counts_of(design: Design, first: dt.date, last: dt.date) -> pd.DataFrame:
    """The same for a design that nobody has written down yet."""
    found = _fetched(design, first, last)
    elsewhere = found[found["zone"] == _ELSEWHERE]
    columns = {zone: found[found["zone"] == zone] for zone in (_TREATED, _RING)}
    for unit in design.units:
        # At a border a place's hexagons reach into a compared area: what lies there is the place's, and counted once.
        of_unit = (
            elsewhere["compared"] == unit.place_id
            if unit.is_place
            else elsewhere["area"].isin(unit.area_ids) & elsewhere["compared"].isna()
        )
        columns[unit.key] = elsewhere[of_unit]
    months = pd.Index([month.start for month in periods_between(first, last, PeriodKind.MONTH)], name="month")
    frame = pd.DataFrame(
        {name: rows.groupby("month")["count"].sum().reindex(months, fill_value=0) for name, rows in columns.items()},
        index=months,
    ).astype("int64")
    frame.insert(0, "days", [_days(month, first, last) for month in months])
    return frame


def months_without_points(design: Design, first: dt.date, last: dt.date) -> set[dt.date]:
    """The months of which reports near what is counted are left as statistics that say neither point nor place.

    What happened there and around it can no longer be counted. None where whole areas alone are: those stay known.
    """
    cells = design.zones.cells.union(design.zones.ring, *(unit.cells for unit in design.units))
    if not cells:
        return set()
    rows = counted(design.collaboration, design.selection.moved_to(first, last)).order_by()
    near = Q(area=None) | Q(area__in=areas_near(design.collaboration, cells))
    left = rows.filter(near, status=Status.PURGED, place=None)
    return set(left.annotate(month=TruncMonth("occurred_on")).values_list("month", flat=True).distinct())


def _days(month: dt.date, first: dt.date, last: dt.date) -> int:
    """The days of the month that lie between the two."""
    next_month = (month + dt.timedelta(days=31)).replace(day=1)
    return (min(last + dt.timedelta(days=1), next_month) - max(first, month)).days


def _fetched(design: Design, first: dt.date, last: dt.date) -> pd.DataFrame:
    """The counts by month, zone, area and compared place: one question to the database."""
    zones = design.zones
    rows = counted(design.collaboration, design.selection.moved_to(first, last)).order_by()
    places = [unit for unit in design.units if unit.is_place]
    # Of two places so near each other that they share hexagons, the one it is tied to, or else the first.
    tied = [When(place_id=unit.place_id, then=Value(unit.place_id)) for unit in places]
    lying = [When(cell__in=unit.cells, then=Value(unit.place_id)) for unit in places]
    found = (
        rows.annotate(
            month=TruncMonth("occurred_on"),
            zone=Case(
                When(zones.treated, then=Value(_TREATED)),
                When(zones.around, then=Value(_RING)),
                default=Value(_ELSEWHERE),
                output_field=CharField(),
            ),
            compared=Case(*tied, *lying, default=Value(None), output_field=BigIntegerField()),
        )
        .values_list("month", "zone", "area_id", "compared")
        .annotate(count=Count("pk"))
    )
    return pd.DataFrame.from_records(list(found), columns=["month", "zone", "area", "compared", "count"])
