"""Indicators and their numbers out of the database. What is told to whom stands in `telling`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.db.models.functions import TruncMonth
from django.utils import timezone

from analysis.change import count_interval
from analysis.periods import PeriodKind, containing, periods_between
from incidents.models import Incident, IncidentQuerySet
from incidents.selections import Selection, Trees
from partners.models import Collaboration
from situational_picture.figures import Source, source_of
from situational_picture.models import Indicator, IndicatorValue
from situational_picture.queries import months_by_source

# A page shows so many months of a computed series: ten years.
MOST_MONTHS = 120


@dataclass(frozen=True)
class Point:
    """One number of a series, whole: for the circle. `value` is None where the source does not tell, or lacks it."""

    first: dt.date
    last: dt.date
    value: float | None
    n: int | None = None
    successes: int | None = None
    lower: float | None = None
    upper: float | None = None
    design_effect: float = 1.0
    is_suppressed: bool = False
    is_sensitive: bool = False
    # Where it is stored: for the page's notes and corrections.
    row: IndicatorValue | None = None


def indicators_for(user: Any, collaboration: Collaboration) -> QuerySet[Indicator]:
    """The indicators of one collaboration that the user reads, in the order they were made."""
    rows = Indicator.objects.visible_to(user).kept().filter(collaboration=collaboration)
    return rows.select_related("area", "place__area", "collaboration").order_by("number")


def values_of(indicator: Indicator, *, today: dt.date | None = None) -> list[Point]:
    """The series as it stands, oldest first, whole. Counted here and now where it is counted from other rows."""
    if indicator.kind == Indicator.Kind.INCIDENTS:
        return _counted_by_month(indicator, today or timezone.localdate())
    if indicator.kind == Indicator.Kind.PLACE_COUNT:
        # Further down only, since most series are stored.
        from situational_picture.indicators.place_counts.queries import people_by_month

        return people_by_month(indicator)
    rows = IndicatorValue.objects.standing().filter(indicator=indicator).select_related("entered_by", "batch")
    return [point_of(row) for row in rows.order_by("period_from", "period_to")]


def point_of(row: IndicatorValue) -> Point:
    """A stored value as a point of its series."""
    return Point(
        row.period_from, row.period_to, row.value, n=row.n, successes=row.successes, lower=row.ci_low,
        upper=row.ci_high, design_effect=row.design_effect, is_suppressed=row.is_suppressed, row=row,
    )  # fmt: skip


def corrected_of(indicator: Indicator) -> list[IndicatorValue]:
    """What once stood in the series and was replaced or taken back, the latest first."""
    rows = IndicatorValue.objects.filter(indicator=indicator, withdrawn_at__isnull=False)
    return list(rows.select_related("entered_by", "withdrawn_by", "batch").order_by("-withdrawn_at", "-pk")[:200])


def next_period(indicator: Indicator) -> dict[str, dt.date]:
    """The days that follow the latest value, as many months of them: what is entered next, as a form begins with it."""
    row = IndicatorValue.objects.standing().filter(indicator=indicator).order_by("-period_to", "-period_from").first()
    if row is None:
        return {}
    first = row.period_to + dt.timedelta(days=1)
    if row.period_from.day != 1 or first.day != 1:
        return {"period_from": first}
    months = 12 * (first.year - row.period_from.year) + first.month - row.period_from.month
    end = first.year * 12 + first.month - 1 + months
    return {"period_from": first, "period_to": dt.date(end // 12, end % 12 + 1, 1) - dt.timedelta(days=1)}


def latest_of(indicators: Collection[Indicator]) -> dict[int, Point]:
    """The latest stored number of each. One question, however many indicators."""
    rows = (
        IndicatorValue.objects.standing()
        .filter(indicator__in=[one.pk for one in indicators])
        .order_by("indicator_id", "-period_to", "-period_from")
        .distinct("indicator_id")
    )
    return {row.indicator_id: point_of(row) for row in rows}


# --- Counted from the reports -----------------------------------------------------------------------------------------


def selection_of(indicator: Indicator) -> Selection:
    """What is counted: the indicator's own filters on its own ground."""
    kept = Selection.parse(indicator.selection)
    if indicator.place is not None:
        return replace(kept, place=(indicator.place.pk,), area="")
    return replace(kept, area=indicator.area.slug if indicator.area is not None else "")


def counted_rows(collaboration: Collaboration, selection: Selection) -> IncidentQuerySet:
    """The events of a selection as pictures count them: approved, of whatever partner, purged ones with their month."""
    rows = Incident.objects.counted().filter(collaboration=collaboration)
    return selection.within([collaboration.pk]).rows(rows)


def _counted_by_month(indicator: Indicator, today: dt.date) -> list[Point]:
    """Events by whole calendar month, each with its exact interval; a month the sources lack is no zero."""
    source = source_of(months_by_source(indicator.collaboration), today)
    if source.first_day is None or source.last_day is None:
        return []
    selection = selection_of(indicator)
    counts = {
        month: (total, sensitive)
        for month, total, sensitive in counted_rows(indicator.collaboration, selection)
        .order_by()
        .annotate(month=TruncMonth("occurred_on"))
        .values_list("month")
        .annotate(total=Count("pk"), sensitive=Count("pk", filter=Q(category__is_sensitive=True)))
    }
    points = []
    for month in months_over(source, today):
        last = containing(month, PeriodKind.MONTH).last_day
        if _is_lacking(source, selection, month):
            points.append(Point(month, last, None))
            continue
        points.append(_counted_point(month, last, *counts.get(month, (0, 0))))
    return points


def _counted_point(first: dt.date, last: dt.date, total: int, sensitive: int) -> Point:
    lower, upper = count_interval(total)
    return Point(first, last, total, n=total, lower=float(lower), upper=float(upper), is_sensitive=bool(sensitive))


def latest_counted(indicators: Collection[Indicator], *, today: dt.date) -> dict[int, Point]:
    """The latest whole month of each series of one collaboration that is counted from the reports.

    As many questions however many indicators.
    """
    asked = [one for one in indicators if one.kind == Indicator.Kind.INCIDENTS]
    if not asked:
        return {}
    collaboration = asked[0].collaboration
    source = source_of(months_by_source(collaboration), today)
    months = months_over(source, today)
    if not months:
        return {}
    first, last = months[-1], containing(months[-1], PeriodKind.MONTH).last_day
    trees = Trees.of([collaboration.pk], areas=True, categories=True)
    rows = Incident.objects.counted().filter(
        collaboration=collaboration, occurred_on__gte=first, occurred_on__lte=last
    ).order_by()  # fmt: skip
    sums, found = {}, {}
    for one in asked:
        selection = selection_of(one)
        if _is_lacking(source, selection, first):
            found[one.pk] = Point(first, last, None)
            continue
        is_of = Q(pk__in=selection.within([collaboration.pk], trees=trees).rows(rows).values("pk"))
        sums[f"total_{one.pk}"] = Count("pk", filter=is_of)
        sums[f"sensitive_{one.pk}"] = Count("pk", filter=is_of & Q(category__is_sensitive=True))
    counts = rows.aggregate(**sums) if sums else {}
    for one in asked:
        if one.pk not in found:
            found[one.pk] = _counted_point(first, last, counts[f"total_{one.pk}"], counts[f"sensitive_{one.pk}"])
    return found


def months_over(source: Source, today: dt.date) -> list[dt.date]:
    """The calendar months the sources reach that are over, at most ten years of them."""
    if source.first_day is None or source.last_day is None:
        return []
    last = min(source.last_day, today)
    months = periods_between(source.first_day, last, PeriodKind.MONTH)
    whole = [month.start for month in months if month.last_day < today and month.start <= source.last_day]
    return whole[-MOST_MONTHS:]


def _is_lacking(source: Source, selection: Selection, month: dt.date) -> bool:
    if month in source.missing_months:
        return True
    # Of months purged to statistics nobody knows hours and weekdays any more.
    is_purged = source.exact_from is not None and month < source.exact_from
    return is_purged and bool(selection.asks_for_hours or selection.weekday)
