"""Build and store pictures: which ones an area has, and one rebuild from first query to last row."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable
from functools import cached_property
from typing import Any

import pandas as pd
from django.core.cache import cache
from django.db import transaction
from django.utils import timezone

from analysis.periods import Period, PeriodKind, containing, parse
from areas.models import Area, Place
from incidents.models import Category
from situational_picture import figures, protecting, queries
from situational_picture.coverage.queries import AreaUnits
from situational_picture.models import Picture

# Part of every stored picture, so that an old one says which rules made it. Raise it when a figure changes meaning.
CODE_VERSION = "2026.2"
# Besides the running periods an area keeps the drafts that were last asked for.
KEPT_ON_REQUEST = 12
KINDS = (PeriodKind.WEEK, PeriodKind.MONTH, PeriodKind.TERTIAL)


def standard_periods(source: figures.Source, today: dt.date) -> list[Period]:
    """The running week, month and tertial and those just before; where the sources ended earlier, their last ones."""
    last = min(source.last_day or today, today)
    kinds = [kind for kind in KINDS if not (source.months_only and kind == PeriodKind.WEEK)]
    periods = []
    for kind in kinds:
        current = containing(last, kind)
        periods += [current, current.previous()]
    return periods


def category_frame(collaboration_id: int) -> pd.DataFrame:
    """The collaboration's categories: index category; code, name_sv, name_en, kind, is_sensitive."""
    columns = ["pk", "code", "name_sv", "name_en", "kind", "is_sensitive"]
    rows = Category.objects.filter(collaboration_id=collaboration_id).values_list(*columns)
    return pd.DataFrame.from_records(list(rows), columns=["category", *columns[1:]]).set_index("category")


def _end_of(today: dt.date) -> dt.datetime:
    """Now, or the last moment of an earlier day: which deadlines have passed."""
    end = dt.datetime.combine(today, dt.time.max, tzinfo=timezone.get_default_timezone())
    return min(end, timezone.now())


class AreaData:
    """What all of an area's pictures share, fetched once for a rebuild."""

    def __init__(self, area: Area, today: dt.date) -> None:
        self.area, self.today = area, today
        self.source = figures.source_of(queries.months_by_source(area.collaboration), today)
        self.daily = queries.daily_counts(area)
        self.categories = category_frame(area.collaboration_id)
        self.units = AreaUnits(area, _end_of(today))
        self.place_names = dict(Place.objects.filter(collaboration_id=area.collaboration_id).values_list("pk", "name"))

    def figures_for(self, period: Period) -> dict[str, Any]:
        """The figures of one period."""
        return figures.compute(
            period=period,
            today=self.today,
            source=self.source,
            daily=self.daily,
            categories=self.categories,
            rows=queries.incidents_between(self.area, *figures.detail_window(period)),
            rows_before=queries.incidents_between(self.area, *figures.comparison_window(period)),
            place_names=self.place_names,
            subareas=self._subareas(period),
            not_drawn=queries.not_drawn(self.area, period),
            layers=queries.counts_by_organisation(self.area, period),
            units=self.units.for_period(period, self.source),
        )

    def protection_for(self, period: Period, computed: dict[str, Any]) -> dict[str, Any]:
        """Which of the figures' counts stay inside the circle, decided together with all areas of the collaboration.

        Drafts are read by the circle alone, so this is worked out when a picture is published and not before: it
        takes seconds where many counts are small.
        """
        kind = figures.series_kind(period, self.source)
        shown = computed["trend"]["periods"]
        families = [self._daily_by_subarea] if self.has_parts else []
        if self.area.parent is not None:
            families.append(self._daily_in_parent)
        totals = [
            figures.history(daily, parse(shown[-1]), self.source, kind=kind, elapsed_days=None) for daily in families
        ]
        return protecting.decide(
            area=self.area.pk,
            parts=[row["area"] for row in computed["subareas"]],
            for_all=self._protection_of_all(period),
            trend_families=[table.reindex(shown).fillna(0) for table in totals],
            largest=self.area.collaboration.protect_counts_up_to,
        )

    def _protection_of_all(self, period: Period) -> dict[str, Any]:
        """The decision for all areas together; kept a while, since all areas of a period need the same one."""
        table, parents = queries.area_table(self.area.collaboration_id, period)
        largest = self.area.collaboration.protect_counts_up_to
        sensitive = set(self.categories.index[self.categories["is_sensitive"]])
        content = f"{table.to_csv()}{sorted(parents.items())}{sorted(sensitive)}{largest}{CODE_VERSION}"
        key = "protection:" + hashlib.sha256(content.encode()).hexdigest()
        decisions: dict[str, Any] | None = cache.get(key)
        if decisions is None:
            decisions = protecting.decide_for_all(table, parents, sensitive=sensitive, largest=largest)
            cache.set(key, decisions, 3600)
        return decisions

    @cached_property
    def has_parts(self) -> bool:
        return self.area.children.exists()

    @cached_property
    def _daily_in_parent(self) -> pd.DataFrame:
        assert self.area.parent is not None
        return queries.daily_counts_by_subarea(self.area.parent)

    @cached_property
    def _daily_by_subarea(self) -> pd.DataFrame:
        return queries.daily_counts_by_subarea(self.area)

    def _subareas(self, period: Period) -> list[dict[str, Any]]:
        """Each part of the area with its count and its own expected range."""
        children = {child.pk: child.name for child in self.area.children.order_by("name")}
        if not children:
            return []
        return figures.subarea_figures(self._daily_by_subarea, children, period, self.source, self.today)


def rebuild_area(area: Area, *, today: dt.date, on_step: Callable[[int, int], None] = lambda step, steps: None) -> int:
    """Bring the area's drafts up to date and return how many were written. Safe to run again, and twice at once.

    Every picture is written whole under its unique key, so a rebuild that is cut off leaves older figures, never
    half of the new.
    """
    data = AreaData(area, today)
    periods = standard_periods(data.source, today)
    for step, period in enumerate(periods, start=1):
        build_picture(data, period)
        on_step(step, len(periods))
    _forget_old_requests(area, periods)
    return len(periods)


def build_picture(data: AreaData, period: Period) -> Picture:
    """Compute one draft and store it under its unique key."""
    # The fingerprint comes first: a change that slips in between makes the next look see a difference, not miss one.
    data_fingerprint = queries.fingerprint(data.area, period)
    picture, _ = Picture.objects.update_or_create(
        area=data.area,
        period_kind=period.kind,
        period_start=period.start,
        period_end=period.end,
        version=0,
        defaults={
            "collaboration_id": data.area.collaboration_id,
            "figures": data.figures_for(period),
            "data_fingerprint": data_fingerprint,
            "code_version": CODE_VERSION,
            "computed_at": timezone.now(),
        },
    )
    return picture


@transaction.atomic
def _forget_old_requests(area: Area, standard: list[Period]) -> None:
    keep = {(str(p.kind), p.start, p.end) for p in standard}
    drafts = Picture.objects.filter(area=area, version=0, computed_at__isnull=False).order_by("-computed_at")
    # What somebody has written on is never forgotten.
    unwritten = drafts.filter(text_version=0).only("pk", "period_kind", "period_start", "period_end")
    others = [p.pk for p in unwritten if (p.period_kind, p.period_start, p.period_end) not in keep]
    Picture.objects.filter(pk__in=others[KEPT_ON_REQUEST:]).delete()
