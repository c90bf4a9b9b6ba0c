"""What waits for review, in the order asked for, and what lies near a report."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import pairwise
from typing import Any

from django.core.paginator import Page, Paginator
from django.db import connection
from django.db.models import BooleanField, Case, Count, DateField, Func, Q, When

from incidents.models import Category, ImportBatch, Incident, IncidentQuerySet, Status
from incidents.photos.queries import left_behind
from incidents.queries import WITH_ROW, count_up_to
from incidents.reviewing import unusual
from incidents.reviewing.same_event import (
    BLOCK_RADIUS_M,
    METRES_PER_DEGREE,
    WITHIN_HOURS,
    WITHIN_M,
    Likeness,
    Sighting,
    distance_between,
    likeness,
)
from partners.log import prefixed
from partners.models import Collaboration
from partners.roles import MAY_REVIEW

# So many are listed on a page.
LISTED = 50
# The menu says "99+" beyond this.
MENU_COUNTS_TO = 99
SUGGESTED = 6
# What lies near besides: as far, and as long ago, as somebody who knows the place would think of.
NEAR_M = 250
NEAR_DAYS = 28
NEAR_SHOWN = 5
# No more rows than this are looked at around one report.
LOOKED_AT = 400
BATCHES_SHOWN = 5


class Order(StrEnum):
    """How the queue is sorted."""

    OLDEST = "oldest"
    UNUSUAL = "unusual"


@dataclass(frozen=True, slots=True)
class Queue:
    """A page of what waits, in order, with the reports beside the page, and where each stands."""

    rows: list[Incident]
    page: Page[Any]
    previous: int | None
    next: int | None
    # By the report's number: how unusual it is, where it is judged.
    standings: dict[int, unusual.Standing] = field(default_factory=dict)

    @property
    def count(self) -> int:
        """How many there are on all pages."""
        return self.page.paginator.count

    def beside(self, pk: int) -> tuple[int | None, int | None, int | None]:
        """The report before, the one after, and the place in the queue (1 is the first); None where there is none."""
        ids = [row.pk for row in self.rows]
        if pk not in ids:
            return None, next(iter(ids), None), None
        at = ids.index(pk)
        before = ids[at - 1] if at > 0 else self.previous
        after = ids[at + 1] if at + 1 < len(ids) else self.next
        return before, after, self.page.start_index() + at


def waiting(user: Any, collaboration: Collaboration) -> IncidentQuerySet:
    """The reports that wait for a decision and that this person sees."""
    return Incident.objects.visible_to(user).filter(collaboration=collaboration, status=Status.SUBMITTED)


def number_in_menu(user: Any, collaboration: Collaboration) -> str:
    """How many wait for whoever may review, as the menu says it; nothing for others and for none."""
    if not user.has_role(collaboration, MAY_REVIEW):
        return ""
    number, has_more = count_up_to(waiting(user, collaboration), MENU_COUNTS_TO)
    if not has_more:
        # A report whose photos have been left waits as well.
        number += left_behind(user, collaboration).order_by().values("incident").distinct().count()
    return f"{number}+" if has_more else str(number or "")


def numbers_waiting(user: Any, collaboration: Collaboration) -> dict[tuple[int | None, int], int]:
    """How many wait in each area from each organisation: one question for all numbers that stand beside a choice."""
    pair = ("area_id", "organisation_id")
    found = waiting(user, collaboration).order_by().values_list(*pair).annotate(number=Count("pk"))
    return {(area, organisation): number for area, organisation, number in found}


def queue_of(
    user: Any,
    collaboration: Collaboration,
    order: Order,
    *,
    today: dt.date,
    choice: Q | None = None,
    page: Any = 1,
    opened: Incident | None = None,
) -> Queue:
    """A page of the queue: the one the opened report stands on, or else the one that is asked for.

    The whole set is in order before it is cut into pages. The same few questions to the database, however many wait.
    """
    rows = waiting(user, collaboration).filter(choice or Q())
    found: Oldest | MostUnusual = Oldest(rows) if order == Order.OLDEST else MostUnusual(rows, collaboration, today)
    paginator = Paginator(range(found.count), LISTED)
    if opened is not None and rows.filter(pk=opened.pk).exists():
        shown = paginator.get_page(found.number_before(opened) // LISTED + 1)
    else:
        shown = paginator.get_page(page)
    begin = max(shown.start_index() - 1, 0)
    ids = found.ids(max(begin - 1, 0), shown.end_index() + 1)
    before, ids = (ids[0], ids[1:]) if begin and ids else (None, ids)
    whole = rows.select_related(*WITH_ROW).in_bulk(ids[:LISTED])
    listed = [whole[pk] for pk in ids[:LISTED] if pk in whole]
    standings = found.standings_of(listed) if isinstance(found, MostUnusual) else {}
    return Queue(listed, shown, before, next(iter(ids[LISTED:]), None), standings)


class Oldest:
    """Reports in the order in which they happened."""

    def __init__(self, rows: IncidentQuerySet, count: int | None = None) -> None:
        self.rows = rows
        self.count = rows.order_by().count() if count is None else count

    def ids(self, begin: int, end: int) -> list[int]:
        """The reports from one place up to another."""
        return list(self.rows.order_by("occurred_on", "pk").values_list("pk", flat=True)[begin:end])

    def number_before(self, report: Incident) -> int:
        """How many come before a report of the queue."""
        return number_before(self.rows, report)


def number_before(rows: IncidentQuerySet, report: Incident) -> int:
    """How many of the rows happened before a report; of one day, those entered before it."""
    day = report.occurred_on
    return rows.filter(Q(occurred_on__lt=day) | Q(occurred_on=day, pk__lt=report.pk)).order_by().count()


class MostUnusual:
    """All reports, those of the least expected kind, area and week first; last, the oldest first, what is not judged.

    What is put in order are the kinds, areas and weeks there are reports of, counted by the database. So thousands of
    reports take no longer than the weeks they happened in.
    """

    def __init__(self, rows: IncidentQuerySet, collaboration: Collaboration, today: dt.date) -> None:
        self.today = today
        judged = Q(
            ~Q(time_precision=Incident.TimePrecision.MONTH),
            area__isnull=False,
            occurred_on__range=(unusual.first_day_judged(today), today),
        )
        # What is not judged is counted in the same question, under no week.
        in_weeks = rows.order_by().annotate(monday=Case(When(judged, then=WEEK)))
        numbers: dict[unusual.Key, int] = {}
        number_left = 0
        for area, category, monday, number in in_weeks.values_list(*KEY).annotate(number=Count("pk")):
            if monday is None:
                number_left += number
            else:
                numbers[area, category, monday] = number
        self.by_week = _by_week(numbers, collaboration, today=today)
        # Reports of the same kind and week stand together, whatever else is as unusual as they are.
        in_order = sorted((self.by_week[key].chance, key[2], key) for key in numbers)
        # Where each area, category and week begins in the queue.
        self.begins: dict[unusual.Key, int] = {}
        at = 0
        for _chance, _monday, key in in_order:
            self.begins[key] = at
            at += numbers[key]
        self.number_judged = at
        self.judged = rows.filter(judged).annotate(monday=WEEK)
        self.rest = Oldest(rows.exclude(judged), number_left)
        self.count = at + number_left

    def ids(self, begin: int, end: int) -> list[int]:
        """The reports from one place up to another."""
        last = min(end, self.number_judged)
        edges = pairwise([*self.begins.values(), self.number_judged])
        keys = [key for key, (first, after) in zip(self.begins, edges, strict=True) if first < last and after > begin]
        found: list[int] = []
        if keys:
            rows = self.judged.filter(OfWeeks(keys))
            inside = rows.order_by("occurred_on", "pk").values_list("pk", *KEY)
            in_order = sorted(inside, key=lambda row: self.begins[row[1:]])
            skipped = begin - self.begins[keys[0]]
            found = [pk for pk, *_key in in_order][skipped : skipped + last - begin]
        if self.rest.count and end > self.number_judged:
            found += self.rest.ids(max(begin - self.number_judged, 0), end - self.number_judged)
        return found

    def number_before(self, report: Incident) -> int:
        """How many come before a report of the queue."""
        key = _key_of(report, self.today)
        if key not in self.begins:
            return self.number_judged + self.rest.number_before(report)
        return self.begins[key] + number_before(self.judged.filter(_of_week(key)), report)

    def standings_of(self, reports: Iterable[Incident]) -> dict[int, unusual.Standing]:
        """Where each report stands, by its number; those not judged are left out."""
        keys = {report.pk: _key_of(report, self.today) for report in reports}
        return {pk: self.by_week[key] for pk, key in keys.items() if key in self.by_week}


class Monday(Func):
    """The Monday of a day's week, in whole days: the database's own cut goes by the clock and takes twice as long."""

    template = "(%(expressions)s - MOD(%(expressions)s - DATE '1900-01-01', 7))"
    output_field = DateField()


WEEK = Monday("occurred_on")
KEY = ("area_id", "category_id", "monday")


def standing_of(report: Incident, *, today: dt.date) -> unusual.Standing | None:
    """How unusual one report is; None where it is not judged."""
    key = _key_of(report, today)
    return None if key is None else _by_week([key], report.collaboration, today=today)[key]


def _key_of(report: Incident, today: dt.date) -> unusual.Key | None:
    """What a report is compared as; None for one without an area, known to the month only, or too old."""
    is_month = report.time_precision == Incident.TimePrecision.MONTH
    if report.area_id is None or is_month or not unusual.is_judged(report.occurred_on, today):
        return None
    return report.area_id, report.category_id, unusual.monday_of(report.occurred_on)


def _of_week(key: unusual.Key) -> Q:
    area, category, monday = key
    return Q(area_id=area, category_id=category, occurred_on__range=(monday, monday + dt.timedelta(days=6)))


class OfWeeks(Func):
    """Whether a row is of one of these areas, categories and weeks: one list, where fifty conditions take longer to
    write than to answer."""

    template = "(%(expressions)s) IN (SELECT * FROM unnest(%%s::bigint[], %%s::bigint[], %%s::date[]))"
    output_field = BooleanField()

    def __init__(self, keys: Sequence[unusual.Key]) -> None:
        super().__init__("area_id", "category_id", WEEK)
        self.lists = [list(one) for one in zip(*keys, strict=True)]

    def as_sql(self, compiler: Any, connection: Any, *args: Any, **more: Any) -> Any:
        sql, params = super().as_sql(compiler, connection, *args, **more)
        return sql, [*params, *self.lists]


# Thousands of weeks are counted, so Django's own work with each row would cost more than the counting.
_PER_WEEK = """
    SELECT area_id, category_id, occurred_on - (occurred_on - DATE '1900-01-01') %% 7 AS monday, count(*),
           count(*) FILTER (WHERE (occurred_on - DATE '1900-01-01') %% 7 < %s)
    FROM incidents_incident
    WHERE collaboration_id = %s AND area_id = ANY(%s) AND category_id = ANY(%s) AND occurred_on BETWEEN %s AND %s
          AND status IN ('submitted', 'approved') AND time_precision <> 'month'
    GROUP BY 1, 2, 3
"""


def _by_week(
    keys: Collection[unusual.Key], collaboration: Collaboration, *, today: dt.date
) -> dict[unusual.Key, unusual.Standing]:
    """Where each stands beside the weeks before: one question to the database."""
    if not keys:
        return {}
    areas, categories, mondays = (set(one) for one in zip(*keys, strict=True))
    params: list[Any] = [
        unusual.days_come(today), collaboration.pk, list(areas), list(categories),
        unusual.first_day_needed(min(mondays)), today,
    ]  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_PER_WEEK, params)
        per_week = {(area, category, monday): counts for area, category, monday, *counts in cursor.fetchall()}
    return unusual.standings(keys, per_week, today=today)


# --- Near a report ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Near:
    """A report near another: how alike they are (None: near and no more), and how far apart in metres."""

    incident: Incident
    likeness: Likeness | None
    distance_m: float


# What is asked of each report nearby, to see whether it is the same event.
_SIGHTED = (
    "category_id", "category__parent_id", "category__same_event_m", "category__same_event_hours", "occurred_from",
    "occurred_to", "lon", "lat", "place_id", "precision",
)  # fmt: skip


def sighting_of(incident: Incident) -> Sighting:
    """A report as the rule sees it."""
    category: Category = incident.category
    return _sighting(
        category_id=category.pk,
        category__parent_id=category.parent_id,
        category__same_event_m=category.same_event_m,
        category__same_event_hours=category.same_event_hours,
        occurred_from=incident.occurred_from,
        occurred_to=incident.occurred_to,
        lon=incident.lon,
        lat=incident.lat,
        place_id=incident.place_id,
        precision=incident.precision,
    )


def _sighting(**said: Any) -> Sighting:
    return Sighting(
        category=said["category_id"],
        heading=said["category__parent_id"] or said["category_id"],
        begins=said["occurred_from"],
        ends=said["occurred_to"] or said["occurred_from"],
        lon=said["lon"],
        lat=said["lat"],
        place=said["place_id"],
        is_block=said["precision"] == Incident.Precision.BLOCK,
        within_m=said["category__same_event_m"] or WITHIN_M,
        within_hours=said["category__same_event_hours"] or WITHIN_HOURS,
    )


def near(user: Any, incident: Incident) -> tuple[list[Near], list[Near]]:
    """Reports that may be the same event, and others nearby: both short, from two bounded questions."""
    if incident.lon is None or incident.lat is None:
        return [], []
    own = sighting_of(incident)
    # Another category's wider limits cannot be known before its rows are fetched, so those under the heading are asked.
    kin = _kin_of(incident.category)
    reach_m = max(NEAR_M, own.within_m, *(one.same_event_m or 0 for one in kin)) + 2 * BLOCK_RADIUS_M
    hours = max(own.within_hours, *(one.same_event_hours or 0 for one in kin))
    days = max(dt.timedelta(days=NEAR_DAYS), dt.timedelta(hours=hours) + dt.timedelta(days=1))
    north_south = reach_m / METRES_PER_DEGREE
    east_west = north_south / max(math.cos(math.radians(incident.lat)), 0.01)
    visible = Incident.objects.visible_to(user)
    rows = (
        visible.filter(
            collaboration_id=incident.collaboration_id,
            status__in=[Status.SUBMITTED, Status.APPROVED],
            occurred_on__gte=incident.occurred_on - days,
            occurred_on__lte=_last_day(own) + days,
            lon__range=(incident.lon - east_west, incident.lon + east_west),
            lat__range=(incident.lat - north_south, incident.lat + north_south),
        )
        .exclude(pk=incident.pk)
        .order_by("-occurred_on", "-pk")
        .values("pk", "occurred_on", *_SIGHTED)[:LOOKED_AT]
    )
    # Hundreds are compared and a handful is shown: only those are fetched as they are written.
    alike: list[tuple[int, Likeness]] = []
    around: list[tuple[int, float]] = []
    for row in rows:
        other = _sighting(**{name: row[name] for name in _SIGHTED})
        how, metres = likeness(own, other), distance_between(own, other)
        if how is not None:
            alike.append((row["pk"], how))
        elif (
            metres is not None
            and metres <= NEAR_M
            and abs((row["occurred_on"] - incident.occurred_on).days) <= NEAR_DAYS
        ):
            around.append((row["pk"], metres))
    alike = sorted(alike, key=lambda one: (one[1].rank, one[0]))[:SUGGESTED]
    around = sorted(around, key=lambda one: one[1])[:NEAR_SHOWN]
    shown = [pk for pk, _how in [*alike, *around]]
    whole = visible.select_related(*WITH_ROW, "category__parent").in_bulk(shown) if shown else {}
    return (
        [Near(whole[pk], how, how.distance_m) for pk, how in alike if pk in whole],
        [Near(whole[pk], None, metres) for pk, metres in around if pk in whole],
    )


def _kin_of(category: Category) -> list[Category]:
    heading = category.parent_id or category.pk
    return [category, *Category.objects.filter(parent_id=heading)]


def _last_day(sighting: Sighting) -> dt.date:
    return sighting.ends.date()


def report_written(user: Any, collaboration: Collaboration, text: str) -> Incident | None:
    """The report whose number somebody writes, as they may write it; None where there is none they see."""
    pk = prefixed("H")(text)
    if pk is None:
        return None
    return Incident.objects.visible_to(user).filter(collaboration=collaboration, pk=int(pk)).first()


# --- Imports that wait ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class WaitingBatch:
    """An import with rows that wait: how many can be approved together, and how many want a look of their own."""

    batch: ImportBatch
    together: int
    alone: int


def waiting_batches(user: Any, collaboration: Collaboration) -> list[WaitingBatch]:
    """The imports with most rows waiting. Rows whose text was removed are looked at one by one."""
    found = (
        waiting(user, collaboration)
        .filter(import_batch__isnull=False)
        .order_by()
        .values_list("import_batch_id", "is_text_removed")
        .annotate(number=Count("pk"))
    )
    counts: dict[int, dict[bool, int]] = {}
    for batch_id, is_text_removed, number in found:
        counts.setdefault(batch_id, {})[is_text_removed] = number
    batches = ImportBatch.objects.visible_to(user).select_related("organisation").in_bulk(list(counts))
    rows = [
        WaitingBatch(batches[pk], counts[pk].get(False, 0), counts[pk].get(True, 0)) for pk in counts if pk in batches
    ]
    return sorted(rows, key=lambda row: (-row.together, row.batch.pk))[:BATCHES_SHOWN]
