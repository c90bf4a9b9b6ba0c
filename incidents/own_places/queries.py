"""What the security lead's page counts: a fixed number of questions, however many reports and places there are."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
from django.db.models import Count, F, Max, Min, Q, Sum

from analysis.places import rank_places
from areas.models import Place, PlaceKind
from incidents.models import COUNTED, Category, ImportBatch, ImportMapping, Incident, IncidentQuerySet, Status
from partners.models import Collaboration, Organisation

YEARS_SHOWN = 5
# As many events at one place in so many days make it a place where things happen again.
REPEATED_DAYS, REPEATED_FROM = 90, 3
DAYS_OF_THE_WEEK = 7
PLACES_FIRST, PLACES_SHOWN, REPEATED_SHOWN, REPORTS_SHOWN, IMPORTS_SHOWN = 12, 100, 6, 6, 5
IMPORTS_SINCE_DAYS = 60


@dataclass(frozen=True, slots=True)
class Window:
    """The days that are compared: this year so far, and the same days of last year."""

    today: dt.date

    @property
    def years(self) -> list[int]:
        return list(range(self.today.year - YEARS_SHOWN + 1, self.today.year + 1))

    @property
    def this_year(self) -> tuple[dt.date, dt.date]:
        return dt.date(self.today.year, 1, 1), self.today

    @property
    def last_year(self) -> tuple[dt.date, dt.date]:
        is_leap_day = (self.today.month, self.today.day) == (2, 29)
        day = 28 if is_leap_day else self.today.day
        return dt.date(self.today.year - 1, 1, 1), dt.date(self.today.year - 1, self.today.month, day)

    @property
    def days(self) -> tuple[int, int]:
        """How many days lie in last year's part and in this year's."""
        return tuple((last - first).days + 1 for first, last in (self.last_year, self.this_year))  # type: ignore[return-value]


def own_reports(user: Any, organisations: Sequence[Organisation]) -> IncidentQuerySet:
    """The organisations' own rows, as their security lead sees them in the list. Drafts are the reporter's alone."""
    rows = Incident.objects.visible_to(user).filter(organisation__in=organisations)
    return rows.exclude(status__in=[Status.DRAFT, Status.PURGED])


def counted_events(organisations: Sequence[Organisation]) -> IncidentQuerySet:
    """What the organisations' years are counted from: also what is purged to statistics, which nobody sees as reports.

    The security lead sees every row of the own organisations, so counting them tells nothing that is not theirs.
    """
    # By the categories' ids: joined with them, the database looks through all the rows once for each category.
    events = Category.objects.filter(
        collaboration__in={organisation.collaboration_id for organisation in organisations}, kind=Category.Kind.EVENT
    )
    return Incident.objects.filter(
        COUNTED, organisation__in=organisations, category__in=list(events.order_by().values_list("pk", flat=True))
    )


def first_day(user: Any, organisations: Sequence[Organisation]) -> dt.date | None:
    """The day the organisations' reports begin: earlier years are not zero, they are missing."""
    first: dt.date | None = None
    # The first in order of one organisation is where its index ends; the smallest of several is not.
    for one in organisations:
        for rows in (counted_events([one]), own_reports(user, [one])):
            earlier = rows if first is None else rows.filter(occurred_on__lt=first)
            first = earlier.order_by("occurred_on").values_list("occurred_on", flat=True).first() or first
    return first


def place_counts(organisations: Sequence[Organisation], window: Window) -> pd.DataFrame:
    """A row for each named place with counted events in the years shown, and one (place NaN) for those without.

    Columns: `place` (id), a count for each year, `before` and `after` (the same days of last year and this),
    `recent` (the latest 90 days), `latest`, `cost` (SEK this year), `with_cost` (events this year that give a cost).
    Those without a place, who are most, are counted for this year and the last alone.
    """
    begin, today = window.last_year[0], window.today
    rows = (
        counted_events(organisations)
        .filter(Q(place__isnull=False, occurred_on__year__gte=window.years[0]) | Q(occurred_on__gte=begin))
        .filter(occurred_on__lte=today)
        .order_by()
        .values("place_id")
        .annotate(
            before=Count("pk", filter=Q(occurred_on__range=window.last_year)),
            recent=Count("pk", filter=Q(occurred_on__gt=today - dt.timedelta(days=REPEATED_DAYS))),
            latest=Max("occurred_on"),
            cost=Sum("cost_sek", filter=Q(occurred_on__gte=window.this_year[0])),
            with_cost=Count("cost_sek", filter=Q(occurred_on__gte=window.this_year[0])),
            **{str(year): Count("pk", filter=Q(occurred_on__year=year)) for year in window.years},
        )
    )
    columns = ["place_id", *map(str, window.years), "before", "recent", "latest", "cost", "with_cost"]
    frame = pd.DataFrame.from_records(list(rows), columns=columns).rename(columns={"place_id": "place"})
    # Nothing is counted that has not begun, so this year's count is the one of the days compared.
    return frame.astype({"place": "Int64"}).assign(after=frame[str(today.year)], cost=frame["cost"].fillna(0))


def with_change(counts: pd.DataFrame, window: Window, first: dt.date | None) -> pd.DataFrame:
    """The named places, most this year first, with what the change since last year's same days amounts to.

    Corrected for as many comparisons as there are places. Where reports began after the first of the days compared,
    nothing is compared.
    """
    named = counts[counts["place"].notna()].reset_index(drop=True)
    if named.empty:
        return named.assign(verdict=pd.Series(dtype=object))
    if first is None or first > window.last_year[0]:
        named = named.assign(before=float("nan"))
    days_before, days_after = window.days
    ranked = rank_places(named, days_before=days_before, days_after=days_after).set_index("place")
    verdicts = ranked["verdict"].where(ranked["before"].notna(), "missing")
    named = named.assign(verdict=named["place"].map(verdicts))
    return named.sort_values(["after", "recent"], ascending=False, kind="stable").reset_index(drop=True)


def places_of(counts: pd.DataFrame) -> dict[int, Place]:
    """The places that are shown, by id."""
    pks = [int(pk) for pk in counts["place"].dropna()]
    return Place.objects.select_related("area", "owner").in_bulk(pks)


def kinds_at(
    user: Any, organisations: Sequence[Organisation], places: Sequence[int], today: dt.date
) -> dict[int, list[tuple[str, int]]]:
    """What has happened again at each of these places in the latest 90 days, most often first."""
    rows = (
        own_reports(user, organisations)
        .counted()
        .filter(place_id__in=places, occurred_on__gt=today - dt.timedelta(days=REPEATED_DAYS), occurred_on__lte=today)
        .order_by()
        .values("place_id", "category_id")
        .annotate(number=Count("pk"))
    )
    found = list(rows)
    names = {pk: str(one) for pk, one in Category.objects.in_bulk({row["category_id"] for row in found}).items()}
    kinds: dict[int, list[tuple[str, int]]] = {}
    for row in sorted(found, key=lambda row: (-row["number"], names[row["category_id"]])):
        kinds.setdefault(row["place_id"], []).append((names[row["category_id"]], row["number"]))
    return kinds


@dataclass(frozen=True, slots=True)
class Week:
    """The own reports of the latest seven days: how many in each state, and the latest of them."""

    by_status: dict[str, int]
    latest: list[Incident]


def week(user: Any, organisations: Sequence[Organisation], today: dt.date) -> Week:
    """What was reported of the latest seven days, and what became of it."""
    since = today - dt.timedelta(days=DAYS_OF_THE_WEEK)
    rows = own_reports(user, organisations).filter(occurred_on__gt=since)
    by_status = dict(rows.order_by().values_list("status").annotate(number=Count("pk")))
    latest = rows.select_related("category", "place", "area", "organisation").order_by("-occurred_on", "-pk")
    return Week(by_status, list(latest[:REPORTS_SHOWN]))


@dataclass(frozen=True, slots=True)
class Missing:
    """What waits for somebody in the organisation."""

    returned: int
    waiting_since: dt.datetime | None
    waiting: int
    places: list[Place]
    refused: list[ImportBatch]
    unfinished: list[ImportBatch]


def missing(user: Any, organisations: Sequence[Organisation], places: dict[int, Place], now: dt.datetime) -> Missing:
    """Reports returned, places without kind or owner, imports with refused rows or never finished."""
    states = own_reports(user, organisations).filter(status__in=[Status.RETURNED, Status.SUBMITTED]).order_by()
    counts = states.aggregate(
        returned=Count("pk", filter=Q(status=Status.RETURNED)),
        waiting=Count("pk", filter=Q(status=Status.SUBMITTED)),
        since=Min("submitted_at", filter=Q(status=Status.SUBMITTED)),
    )
    batches = ImportBatch.objects.visible_to(user).filter(
        organisation__in=organisations, created_at__gt=now - dt.timedelta(days=IMPORTS_SINCE_DAYS)
    )
    refused = batches.filter(status=ImportBatch.Status.DONE, refused__gt=0)
    unfinished = batches.filter(status__in=[ImportBatch.Status.UPLOADED, ImportBatch.Status.CHECKED])
    return Missing(
        returned=counts["returned"],
        waiting=counts["waiting"],
        waiting_since=counts["since"],
        places=[place for place in places.values() if place.owner_id is None or place.kind == PlaceKind.OTHER],
        refused=list(refused[:IMPORTS_SHOWN]),
        unfinished=list(unfinished[:IMPORTS_SHOWN]),
    )


def mappings(user: Any, collaboration: Collaboration, organisations: Sequence[Organisation]) -> list[ImportMapping]:
    """The saved choices of columns, the one used last first."""
    saved = ImportMapping.objects.visible_to(user).filter(collaboration=collaboration, organisation__in=organisations)
    used = (
        ImportBatch.objects.filter(organisation__in=organisations, mapping__has_key="name")
        .order_by()
        .values("organisation_id", name=F("mapping__name"))
        .annotate(latest=Max("created_at"))
    )
    when = {(row["organisation_id"], row["name"]): row["latest"] for row in used}
    never = dt.datetime.min.replace(tzinfo=dt.UTC)
    rows = list(saved.select_related("organisation"))
    return sorted(rows, key=lambda row: when.get((row.organisation_id, row.name), never), reverse=True)
