"""What the page says of each area from what is stored: published pictures, the police's list and surveys."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import F, Func, JSONField
from django.urls import reverse
from django.utils import timezone

from analysis.periods import SEASON_LENGTH, Period, PeriodKind
from analysis.periods_outside import periods_outside
from areas.access import circle_area_ids
from areas.models import Area
from areas.queries import latest_police_list
from councils.dashboard.facts import Assessment, Coverage, PoliceList, Safety, Trend
from partners.models import Collaboration
from partners.roles import Role
from situational_picture.coverage.presenters import answers
from situational_picture.indicators import presenters as indicators
from situational_picture.indicators.queries import latest_of
from situational_picture.indicators.telling import told_points
from situational_picture.indicators.telling import viewer_of as indicator_viewer
from situational_picture.models import Indicator, Picture
from situational_picture.protecting import COUNTS, NO_SENSITIVE, PROTECTED, protected_trend
from situational_picture.selecting import CIRCLE, sees_sensitive_counts

# A judgement older than this is no judgement of today.
DAYS_JUDGED = 400
_KINDS = {PeriodKind.MONTH: 0, PeriodKind.WEEK: 1, PeriodKind.TERTIAL: 2}


def areas_of(user: Any, collaboration: Collaboration, today: dt.date) -> list[Area]:
    """The areas that are counted by, in Swedish order: all for the council and those who compile, others' own."""
    rows = Area.objects.visible_to(user).filter(collaboration=collaboration, kind=collaboration.reporting_kind)
    if not user.has_role(collaboration, {Role.COUNCIL}):
        area_ids = circle_area_ids(user, collaboration)
        if area_ids is not None:
            rows = rows.filter(pk__in=area_ids)
    return sorted(rows.active(today).select_related("collaboration"), key=lambda area: area.sort_key)


def url_of(area: Area) -> str:
    """The area's page."""
    return reverse("area_detail", args=[area.collaboration.slug, area.slug])


# --- Pictures ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Pictures:
    """By area: what people say, how it has gone, and who has reported."""

    assessments: dict[int, Assessment] = field(default_factory=dict)
    trends: dict[int, Trend] = field(default_factory=dict)
    coverages: dict[int, Coverage] = field(default_factory=dict)


@dataclass(frozen=True)
class _Row:
    pk: int
    area_id: int
    period: Period
    version: int
    state: str
    published_at: dt.datetime | None


def pictures_of(user: Any, areas: Sequence[Area], today: dt.date) -> Pictures:
    """From each area's published pictures: the latest judgement with the one before, and the latest year.

    Three questions, however many areas. Drafts are the circle's to work with, and the council never sees them.
    """
    found = Pictures()
    by_area = {area.pk: area for area in areas}
    listed: dict[int, list[_Row]] = {}
    rows = (
        Picture.objects.visible_to(user)
        .filter(area__in=list(by_area), status=Picture.Status.PUBLISHED)
        .filter(period_end__gt=today - dt.timedelta(days=DAYS_JUDGED), period_start__lte=today)
        .order_by("-period_end", "-published_at", "-pk")
        .values_list(
            "pk", "area_id", "period_kind", "period_start", "period_end", "version", "assessed_state", "published_at"
        )
    )
    for pk, area_id, kind, start, end, version, state, published_at in rows:
        period = Period(PeriodKind(kind), start, end)
        listed.setdefault(area_id, []).append(_Row(pk, area_id, period, version, state, published_at))
    judged = {area_id: _judged(rows) for area_id, rows in listed.items()}
    motives = dict(
        Picture.objects.filter(pk__in=[now.pk for now, _before in judged.values() if now is not None]).values_list(
            "pk", "assessed_motive"
        )
    )
    for area_id, (now, before) in judged.items():
        if now is not None:
            found.assessments[area_id] = Assessment(
                state=now.state, motive=motives.get(now.pk, ""), before=before.state if before else "",
                period=now.period.code, published_on=_day(now.published_at),
                url=_picture_url(by_area[area_id], now),
            )  # fmt: skip
    latest = {row.pk: row for row in map(_with_a_year, listed.values()) if row is not None}
    for pk, figures in _trends(latest):
        row, area = latest[pk], by_area[latest[pk].area_id]
        trend = _trend(user, area, row, figures)
        if trend is not None:
            found.trends[area.pk] = trend
        coverage = _coverage(figures)
        if coverage is not None:
            found.coverages[area.pk] = coverage
    return found


def _day(moment: dt.datetime | None) -> dt.date | None:
    return timezone.localdate(moment) if moment is not None else None


def _judged(rows: Sequence[_Row]) -> tuple[_Row | None, _Row | None]:
    """The latest picture with a judgement, and the latest with one of an earlier period of the same kind."""
    said = [row for row in rows if row.state]
    if not said:
        return None, None
    now = said[0]
    earlier = (row for row in said[1:] if row.period.kind == now.period.kind and row.period.end < now.period.end)
    return now, next(earlier, None)


def _with_a_year(rows: Sequence[_Row]) -> _Row | None:
    """The picture whose trend is shown: the latest month; of an area without months the latest of another kind."""
    kept = [row for row in rows if row.period.kind in _KINDS]
    return min(kept, key=lambda row: _KINDS[row.period.kind]) if kept else None


def _trends(latest: Mapping[int, _Row]) -> list[tuple[int, dict[str, Any]]]:
    """What is needed of each picture's figures: maps and lists, most of a hundred kilobytes, stay in the database."""
    small: Func = Func(
        F("figures"),
        template="(%(expressions)s - '{map,places,categories,others,subareas,clock,changes,layers}'::text[])",
        output_field=JSONField(),
    )
    rows = Picture.objects.filter(pk__in=list(latest), figures__isnull=False).annotate(small=small)
    return list(rows.values_list("pk", "small"))


def _trend(user: Any, area: Area, row: _Row, figures: Mapping[str, Any]) -> Trend | None:
    viewer = _viewer(user, area)
    largest = area.collaboration.protect_counts_up_to
    trend = figures["trend"] if viewer == CIRCLE else protected_trend(figures, largest=largest, viewer=viewer)
    kind = PeriodKind(trend["kind"])
    if kind not in SEASON_LENGTH:
        return None
    # What still runs is no whole period.
    end = len(trend["periods"]) - bool(trend.get("last_is_running"))
    year = slice(max(0, end - SEASON_LENGTH[kind]), end)
    observed = tuple(trend["observed"][year])
    lower, upper = tuple(trend["lower"][year]), tuple(trend["upper"][year])
    known = [None if value == PROTECTED else value for value in observed]
    result = periods_outside(known, lower, upper)
    is_short = len(observed) < SEASON_LENGTH[kind]
    changes = ((figures.get("coverage") or {}).get("changes")) or []
    return Trend(
        kind=str(kind), periods=tuple(trend["periods"][year]), observed=observed, lower=lower, upper=upper,
        known=result.known, above=result.above, below=result.below,
        verdict="too_few_to_say" if is_short else result.verdict,
        joined=sum(one["joined"] for one in changes), left=sum(one["left"] for one in changes),
        published_on=_day(row.published_at), url=_picture_url(area, row),
    )  # fmt: skip


def _viewer(user: Any, area: Area) -> str:
    area_ids = circle_area_ids(user, area.collaboration_id)
    if area_ids is None or area.pk in area_ids:
        return CIRCLE
    return COUNTS if sees_sensitive_counts(user, area.collaboration_id) else NO_SENSITIVE


def _coverage(figures: Mapping[str, Any]) -> Coverage | None:
    """The latest period for which all answers are in."""
    coverage = figures.get("coverage")
    if not coverage:
        return None
    for place in reversed(range(len(figures["trend"]["periods"]))):
        counts = answers(coverage, place)
        if counts["all"] and not counts["waiting"]:
            return Coverage(counts["covered"], counts["all"], figures["trend"]["periods"][place])
    return None


def _picture_url(area: Area, row: _Row) -> str:
    page = reverse("picture", args=[area.collaboration.slug, area.slug])
    return f"{page}?period={row.period.code}&version={row.version}"


# --- The police's list and surveys ------------------------------------------------------------------------------------


def police_lists(areas: Sequence[Area]) -> dict[int, PoliceList]:
    """What the newest list says of each area."""
    return {
        pk: PoliceList(row.list_year, str(row.category) if row.category else "", row.trend, row.is_verified)
        for pk, row in latest_police_list(areas).items()
    }


def surveys(user: Any, areas: Sequence[Area]) -> dict[int, Safety]:
    """The latest number of each area's first survey, with its interval; small groups protected as on its page."""
    rows = (
        Indicator.objects.visible_to(user)
        .kept()
        .filter(kind=Indicator.Kind.SURVEY, level=Indicator.Level.AREA, area__in=areas)
        .select_related("area", "place", "collaboration")
        .order_by("number")
    )
    first: dict[int, Indicator] = {}
    latest = latest_of(listed := list(rows))
    for row in listed:
        if row.area_id is not None and row.pk in latest:
            first.setdefault(row.area_id, row)
    found = {}
    for area_id, indicator in first.items():
        (told,) = told_points(indicator, [latest[indicator.pk]], indicator_viewer(user, indicator))
        point = told.point
        found[area_id] = Safety(
            name=indicator.name,
            value=indicators.number_of(indicator, told.value) or indicators.value_words(indicator, told),
            interval=indicators.interval_words(indicator, told),
            answers=indicators.rests_on_words(indicator, told.n),
            period=indicators.period_words(point.first, point.last),
            status=told.status,
            url=indicators.url_of(indicator),
        )
    return found
