"""An area's figures for a period, as one plain dictionary: what a picture stores and a page reads.

Nothing here asks the database or the clock. Counts are whole numbers, None means that the source lacks the period
(never zero), and every judgement comes from the area's own history before the period.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, cast

import numpy as np
import pandas as pd

from analysis.aoristic import weekday_hour
from analysis.changed import place_comparisons, what_has_changed
from analysis.expected import expected_band, expected_range, judge, surprise
from analysis.hexagons import count_by_cell
from analysis.periods import SEASON_LENGTH, Period, PeriodKind, parse, periods_between
from analysis.places import rank_places
from situational_picture.coverage.figures import UnitStates, coverage_figures, silent_spans

SCHEMA = 2
# How many periods the trend shows, by kind: two years of weeks, four of months, six of tertials.
TREND_PERIODS = {PeriodKind.WEEK: 104, PeriodKind.MONTH: 48, PeriodKind.TERTIAL: 18}
# A single week is too little for a map, a clock or a list of places: a week's picture shows four weeks of them.
DAYS_OF_DETAIL_IN_A_WEEK = 28
# H3 resolution of the hexagon map: 10 has edges of about 75 m, so a hexagon is about 1.5 hectares.
MAP_RESOLUTION = 10
# An interval this long says nothing about the hour; such events are counted as “unknown time”.
LONGEST_INTERVAL_H = 168
# More than this is no longer “what has changed” but another table.
CHANGES_TOLD = 5
_FIGURE_KEYS = ("count", "compared", "previous", "expected", "lower", "upper", "reason", "judgement")


def is_blurred(exact_from: dt.date | None, start: dt.date, end: dt.date) -> bool:
    """Whether the days from `start` up to `end` reach in before `exact_from` without being whole months there."""
    if exact_from is None or start >= exact_from:
        return False
    return start.day != 1 or (end < exact_from and end.day != 1)


@dataclass(frozen=True)
class Source:
    """What is known about the data behind the figures."""

    months_only: bool
    first_day: dt.date | None
    last_day: dt.date | None
    # The first day of each month for which no source has delivered anything, between the first and the last day.
    missing_months: frozenset[dt.date]
    # Source and month, where one of several sources lacks a month.
    partly_missing: tuple[tuple[str, dt.date], ...] = ()
    # Before this day reports are purged to statistics: their months are known, and nothing finer. None: nothing is.
    exact_from: dt.date | None = None
    # Stretches in which every unit that should have reported was missing: first day, and the first day after.
    silent: tuple[tuple[dt.date, dt.date], ...] = ()

    def is_silent(self, period: Period) -> bool:
        """Whether nobody who should have has said anything of the period."""
        return any(start <= period.start and period.end <= end for start, end in self.silent)

    def is_blurred(self, start: dt.date, end: dt.date) -> bool:
        """Whether these days reach into months of which only the month's counts are left, and are not whole months."""
        return is_blurred(self.exact_from, start, end)

    def lacks(self, period: Period) -> bool:
        """Whether any month of the period is missing altogether, or the data had not begun or had ended.

        Weeks are missing where the reports are purged to statistics: the counts of the months say nothing about them.
        """
        if self.is_blurred(period.start, period.end):
            return True
        if self.first_day is None or self.last_day is None or period.end <= self.first_day.replace(day=1):
            return True
        if period.start > self.last_day or self.is_silent(period):
            return True
        return any(month in self.missing_months for month in _months_of(period))


def _months_of(period: Period) -> list[dt.date]:
    return [month.start for month in periods_between(period.start, period.last_day, PeriodKind.MONTH)]


def source_of(months: pd.DataFrame, today: dt.date) -> Source:
    """Read from `months_by_source` what the sources cover. A source entered by hand runs until today."""
    if months.empty:
        return Source(months_only=False, first_day=None, last_day=None, missing_months=frozenset())
    # Of a month that is purged nobody knows any more; the others tell. With nothing but such months none has days.
    months_only = bool(months["by_month"].dropna().astype(bool).all())
    first = months["month"].min().date()
    last = months["last"].max().date()
    purged = months.loc[months["is_purged"].astype(bool), "month"]
    exact_from = _month_bounds(purged.max().date())[1] if len(purged) else None
    if exact_from is not None and last < exact_from:
        last = exact_from - dt.timedelta(days=1)
    last_day = Period(PeriodKind.MONTH, *_month_bounds(last)).last_day if months_only else last
    # Where somebody reported this month or the month before, the data are taken to run until today.
    if last_day >= (today.replace(day=1) - dt.timedelta(days=1)).replace(day=1):
        last_day = max(last_day, today) if not months_only else last_day
    there = {month.date() for month in months["month"]}
    every = [p.start for p in periods_between(first, last, PeriodKind.MONTH)]
    partly = []
    for source, rows in months.groupby("source"):
        own = {month.date() for month in rows["month"]}
        own_every = [p.start for p in periods_between(min(own), max(own), PeriodKind.MONTH)]
        partly += [(str(source), month) for month in own_every if month not in own and month in there]
    return Source(
        months_only=months_only,
        first_day=first,
        last_day=last_day,
        missing_months=frozenset(month for month in every if month not in there),
        partly_missing=tuple(partly),
        exact_from=exact_from,
    )


def _month_bounds(day: dt.date) -> tuple[dt.date, dt.date]:
    period = periods_between(day, day, PeriodKind.MONTH)[0]
    return period.start, period.end


def detail_window(period: Period) -> tuple[dt.date, dt.date]:
    """The days that map, clock and places show: the period, or for a week the four weeks that end with it."""
    if period.kind == PeriodKind.WEEK:
        return period.end - dt.timedelta(days=DAYS_OF_DETAIL_IN_A_WEEK), period.end
    return period.start, period.end


def comparison_window(period: Period) -> tuple[dt.date, dt.date]:
    """The days just before the detail window that places are compared with."""
    start, end = detail_window(period)
    if period.kind == PeriodKind.WEEK:
        return start - (end - start), start
    previous = period.previous()
    return previous.start, previous.end


def series_kind(period: Period, source: Source) -> PeriodKind:
    """What the trend counts by: the period's own kind; months for a free period or where nothing finer exists."""
    if source.months_only and period.kind == PeriodKind.WEEK:
        return PeriodKind.MONTH
    return PeriodKind.MONTH if period.kind == PeriodKind.FREE else period.kind


def elapsed_days(period: Period, source: Source, today: dt.date) -> int | None:
    """How many of the period's first days are over and have data; None when all of them are.

    Today is not over: a Monday morning is no Monday, and would count as fewer than usual.
    """
    until = min(today, (source.last_day or today) + dt.timedelta(days=1))
    return max(0, (until - period.start).days) if until < period.end else None


def history(
    daily: pd.DataFrame,
    period: Period,
    source: Source,
    *,
    kind: PeriodKind,
    elapsed_days: int | None,
    categories: pd.Index | None = None,
) -> pd.DataFrame:
    """Counts by period (rows, oldest first, the picture's own last) and category (columns); NaN where data are missing.

    `elapsed_days` limits every period to its first days, so that a week that is still running is compared with
    the same days of earlier weeks. Rows known only to the month are left out of weeks. `categories` names the
    columns wanted; without it, those with any event.
    """
    first = source.first_day or period.start
    periods = periods_between(min(first, period.start), period.last_day, kind)
    starts = np.array([np.datetime64(p.start) for p in periods])
    rows = daily[daily["day"] < pd.Timestamp(periods[-1].end)]
    if kind == PeriodKind.WEEK:
        rows = rows[~rows["by_month"]]
    index = np.searchsorted(starts, rows["day"].to_numpy().astype("datetime64[D]"), side="right") - 1
    if elapsed_days is not None:
        offset = (rows["day"].to_numpy().astype("datetime64[D]") - starts[np.clip(index, 0, None)]).astype(int)
        keep = offset < elapsed_days
        rows, index = rows[keep], index[keep]
    table = (
        pd.DataFrame({"period": index, "category": rows["category"].to_numpy(), "count": rows["count"].to_numpy()})
        .groupby(["period", "category"])["count"]
        .sum()
        .unstack("category")
        .reindex(range(len(periods)))
        .fillna(0.0)
    )
    if categories is not None:
        table = table.reindex(columns=categories, fill_value=0.0)
    table.index = pd.Index([p.code for p in periods], name="period")
    lacking = np.array([source.lacks(p) for p in periods])
    # An earlier period that had already begun when the data began would count as low; the picture's own is shown.
    if source.first_day is not None:
        lacking[:-1] |= np.array([p.start < source.first_day for p in periods[:-1]], dtype=bool)
    if elapsed_days is not None and source.exact_from is not None:
        # The first days of a month cannot be told from the rest of it where only the month's count is left.
        lacking |= np.array([p.start < source.exact_from for p in periods], dtype=bool)
    table.loc[lacking] = np.nan
    return table.astype(float)


def compute(
    *,
    period: Period,
    today: dt.date,
    source: Source,
    daily: pd.DataFrame,
    categories: pd.DataFrame,
    rows: pd.DataFrame,
    rows_before: pd.DataFrame,
    place_names: dict[int, str],
    subareas: list[dict[str, Any]],
    not_drawn: dict[str, int],
    layers: pd.DataFrame | None = None,
    units: UnitStates | None = None,
) -> dict[str, Any]:
    """The whole picture as a dictionary of plain numbers and texts.

    `daily` from `queries.daily_counts`; `categories` with index category and columns code, name_sv, name_en, kind,
    is_sensitive; `rows` and `rows_before` from `queries.incidents_between` for the detail and the comparison window;
    `layers` from `queries.counts_by_organisation` for the period; `units` from `coverage.queries`.
    """
    is_event = categories["kind"] == "event"
    events = daily[daily["category"].isin(categories.index[is_event])]
    units = units or UnitStates()
    source = replace(source, silent=silent_spans(units, events))
    elapsed = elapsed_days(period, source, today)
    category_rows, total, compared = _category_figures(events, categories[is_event], period, source, elapsed)
    window = detail_window(period)
    if source.is_blurred(*window) or source.is_blurred(*comparison_window(period)):
        rows, rows_before = rows.iloc[:0], rows_before.iloc[:0]
    ranking = _ranking(rows, rows_before, period)
    trend = _trend(events, period, source, elapsed)
    trend_periods = [parse(code) for code in trend["periods"]]
    return {
        "schema": SCHEMA,
        "period": period.code,
        "is_running": elapsed is not None,
        "elapsed_days": elapsed,
        "source": {
            "months_only": source.months_only,
            "first_day": _iso(source.first_day),
            "last_day": _iso(source.last_day),
            "missing_months": sorted(month.isoformat()[:7] for month in source.missing_months),
            "partly_missing": sorted(
                {f"{name or 'reports'} {month.isoformat()[:7]}" for name, month in source.partly_missing}
            ),
            "lacks_period": source.lacks(period),
            "exact_from": _iso(source.exact_from),
        },
        "total": total,
        "layers": _layers(layers, period, source),
        "categories": category_rows,
        "others": _other_kinds(daily, categories[~is_event], period),
        "trend": trend,
        "coverage": coverage_figures(units, trend, trend_periods, is_silent=source.is_silent(period)),
        "clock": _clock(rows, source),
        "window": {"start": window[0].isoformat(), "end": window[1].isoformat()},
        "map": _map(rows),
        "places": _place_rows(ranking, place_names),
        "subareas": subareas,
        "not_drawn": not_drawn,
        "changes": _changes(compared, ranking),
    }


def _iso(day: dt.date | None) -> str | None:
    return day.isoformat() if day else None


def _number(value: float) -> float | int | None:
    """A plain number for JSON: whole where it is whole, None for NaN."""
    if value is None or np.isnan(value):
        return None
    return int(value) if float(value).is_integer() else round(float(value), 2)


def _own_counts(events: pd.DataFrame, period: Period) -> pd.Series:
    inside = events[(events["day"] >= pd.Timestamp(period.start)) & (events["day"] < pd.Timestamp(period.end))]
    if period.kind == PeriodKind.WEEK:
        inside = inside[~inside["by_month"]]
    return inside.groupby("category")["count"].sum()


def _category_figures(
    events: pd.DataFrame,
    categories: pd.DataFrame,
    period: Period,
    source: Source,
    elapsed: int | None,
    *,
    every: bool = False,
) -> tuple[list[dict[str, Any]], dict[str, Any], pd.DataFrame]:
    """Count, expected range and judgement by category and for all together; and the comparisons behind them."""
    if period.kind == PeriodKind.FREE:
        return _free_period(events, categories, period, source, every=every)
    if source.months_only and period.kind == PeriodKind.WEEK:
        empty = _figure(np.nan, np.nan, None)
        return [{**_category_head(pk, row), **empty} for pk, row in _each(categories)], empty, pd.DataFrame()
    table = history(events, period, source, kind=period.kind, elapsed_days=elapsed, categories=categories.index)
    table["all"] = table.sum(axis=1, min_count=1)
    ranges = expected_range(table.iloc[:-1], season_length=SEASON_LENGTH[period.kind])
    observed, previous = table.iloc[-1], (table.iloc[-2] if len(table) > 1 else table.iloc[-1] * np.nan)
    # What a running period has so far, today included, beside what is compared.
    so_far = observed
    if elapsed is not None and not source.lacks(period):
        so_far = _own_counts(events, period).reindex(categories.index, fill_value=0).astype(float)
        so_far["all"] = so_far.sum()
    if elapsed == 0:
        ranges[["expected", "lower", "upper", "variance"]] = np.nan
        ranges["reason"] = "just_begun"
    ranges["observed"] = observed
    ranges["p_value"] = surprise(observed.to_numpy(), ranges["expected"].to_numpy(), ranges["variance"].to_numpy())
    by_key = ranges.to_dict("index")
    rows = [
        {**_category_head(pk, row), **_figure(so_far[pk], previous[pk], by_key[pk])}
        for pk, row in _each(categories)
        if every or so_far[pk] > 0 or (table[pk].tail(2 * SEASON_LENGTH[period.kind]).sum() > 0)
    ]
    rows.sort(key=lambda row: (-(row["count"] or 0), row["code"]))
    return (
        rows,
        _figure(so_far["all"], previous["all"], by_key["all"]),
        ranges.drop(index="all"),
    )


def _free_period(
    events: pd.DataFrame, categories: pd.DataFrame, period: Period, source: Source, *, every: bool
) -> tuple[list[dict[str, Any]], dict[str, Any], pd.DataFrame]:
    """A free period has no history of its own kind: it stands beside the days just before it, without a range."""
    now, before = _own_counts(events, period), _own_counts(events, period.previous())
    lacks, lacked = source.lacks(period), source.lacks(period.previous())
    rows = [
        {
            **_category_head(pk, row),
            **_figure(np.nan if lacks else now.get(pk, 0), np.nan if lacked else before.get(pk, 0), None),
        }
        for pk, row in _each(categories)
        if every or now.get(pk, 0) or before.get(pk, 0)
    ]
    rows.sort(key=lambda row: (-(row["count"] or 0), row["code"]))
    total = _figure(np.nan if lacks else now.sum(), np.nan if lacked else before.sum(), None)
    return rows, total, pd.DataFrame()


def _each(categories: pd.DataFrame) -> Iterator[tuple[int, dict[Any, Any]]]:
    for pk, row in categories.to_dict("index").items():
        yield cast(int, pk), row


def _category_head(pk: int, row: Mapping[Any, Any]) -> dict[str, Any]:
    return {
        "category": pk,
        "code": row["code"],
        "name_sv": row["name_sv"],
        "name_en": row["name_en"] or row["name_sv"],
        "is_sensitive": bool(row["is_sensitive"]),
    }


def _figure(observed: float, previous: float, expected: Mapping[Hashable, Any] | None) -> dict[str, Any]:
    if expected is None:
        return {
            "count": _number(observed), "compared": None, "previous": _number(previous), "expected": None,
            "lower": None, "upper": None, "reason": "no_range", "judgement": "too_few_to_say",
        }  # fmt: skip
    compared = expected["observed"]
    return {
        "count": _number(observed),
        # The count of the days that the range is about: all of them, or those that are over.
        "compared": _number(compared),
        "previous": _number(previous),
        "expected": _number(round(expected["expected"], 1)),
        "lower": _number(expected["lower"]),
        "upper": _number(expected["upper"]),
        "reason": expected["reason"],
        "judgement": judge(compared, expected["lower"], expected["upper"]),
    }


def subarea_figures(
    daily: pd.DataFrame, names: dict[int, str], period: Period, source: Source, today: dt.date
) -> list[dict[str, Any]]:
    """Count, expected range and judgement for each part of an area; `daily` has the part's id for category."""
    categories = pd.DataFrame(
        {"code": "", "name_sv": list(names.values()), "name_en": "", "is_sensitive": False}, index=list(names)
    )
    elapsed = elapsed_days(period, source, today)
    rows, _total, _p = _category_figures(daily, categories, period, source, elapsed, every=True)
    by_part = {row.pop("category"): row for row in rows}
    return [{"area": pk, "name": name, **{key: by_part[pk][key] for key in _FIGURE_KEYS}} for pk, name in names.items()]


# Whose reports make which layer, by the organisation's kind; every other kind belongs to the partners' own.
LAYER_OF_KIND = {"police": "police", "open_data": "open_data"}
PARTNERS = "partners"


def _layers(counts: pd.DataFrame | None, period: Period, source: Source) -> list[dict[str, Any]]:
    """The same events told apart by whose they are, so that either layer can be read without the other.

    They add up to the total. `counts` has one row an organisation and category: kind, organisation, category, by_month,
    count; a layer nobody reported to in the period is left out.
    """
    if counts is not None and period.kind == PeriodKind.WEEK:
        counts = counts[~counts["by_month"]]
    if (
        counts is None
        or counts.empty
        or source.lacks(period)
        or (source.months_only and period.kind == PeriodKind.WEEK)
    ):
        return []
    layer = counts["kind"].map(LAYER_OF_KIND).fillna(PARTNERS)
    found = []
    for key in ("police", PARTNERS, "open_data"):
        own = counts[layer == key]
        if own.empty:
            continue
        by_category = own.groupby("category")["count"].sum()
        found.append(
            {
                "layer": key,
                "organisations": sorted(own["organisation"].unique()),
                "count": int(own["count"].sum()),
                "months_only": bool(own["by_month"].all()),
                "categories": {str(pk): int(n) for pk, n in by_category.items()},
            }
        )
    return found


def _other_kinds(daily: pd.DataFrame, categories: pd.DataFrame, period: Period) -> list[dict[str, Any]]:
    """Conditions, forecasts and positive observations: told beside the counts, never in them."""
    counts = _own_counts(daily[daily["category"].isin(categories.index)], period)
    return [
        {**_category_head(pk, row), "kind": row["kind"], "count": int(counts[pk])}
        for pk, row in _each(categories)
        if counts.get(pk, 0)
    ]


def _trend(events: pd.DataFrame, period: Period, source: Source, elapsed: int | None) -> dict[str, Any]:
    """All events together, period by period, each with the range its own past gave."""
    kind = series_kind(period, source)
    last = periods_between(period.last_day, period.last_day, kind)[0]
    # All events as one column, so that a period the source has is a zero even when nothing ever happened.
    together = events.assign(category=0)
    series = history(together, last, source, kind=kind, elapsed_days=None, categories=pd.Index([0]))[0]
    first_shown = series.index[max(0, len(series) - TREND_PERIODS[kind])]
    band = expected_band(series, season_length=SEASON_LENGTH[kind], first_shown=first_shown)
    return {
        "kind": str(kind),
        "periods": list(band.index),
        "observed": [_number(v) for v in band["observed"]],
        "expected": [_number(v) for v in band["expected"].round(1)],
        "lower": [_number(v) for v in band["lower"]],
        "upper": [_number(v) for v in band["upper"]],
        "last_is_running": elapsed is not None,
    }


def _clock(rows: pd.DataFrame, source: Source) -> dict[str, Any] | None:
    """Weekday by hour; None where the source knows no hours."""
    timed = rows[~rows["by_month"]]
    if source.months_only or timed.empty:
        return None
    result = weekday_hour(timed, longest_h=LONGEST_INTERVAL_H)
    return {
        "grid": [[round(float(v), 3) for v in hours] for hours in result.grid.to_numpy()],
        "events": result.events,
        "unknown": result.unknown + int(rows["by_month"].sum()),
    }


def _map(rows: pd.DataFrame) -> dict[str, Any]:
    counts = count_by_cell(rows["cell"].to_numpy(), MAP_RESOLUTION)
    return {
        "resolution": MAP_RESOLUTION,
        "cells": {
            format(cell, "x"): n for cell, n in zip(counts.index.tolist(), counts.to_numpy().tolist(), strict=True)
        },
        "drawn": int(counts.sum()),
        "without_point": int((rows["cell"] == 0).sum()),
    }


def _ranking(rows: pd.DataFrame, rows_before: pd.DataFrame, period: Period) -> pd.DataFrame:
    """Named places, most burdened first, compared with the days just before (see `rank_places`)."""
    now = rows.loc[rows["place"] > 0, "place"].value_counts()
    before = rows_before.loc[rows_before["place"] > 0, "place"].value_counts()
    counts = pd.DataFrame({"before": before, "after": now}).fillna(0).rename_axis("place").reset_index()
    (start, end), (start_before, end_before) = detail_window(period), comparison_window(period)
    return rank_places(counts, days_before=(end_before - start_before).days, days_after=(end - start).days)


def _place_rows(ranking: pd.DataFrame, names: dict[int, str]) -> list[dict[str, Any]]:
    return [
        {
            "place": int(row["place"]),
            "name": names.get(int(row["place"]), ""),
            "count": int(row["after"]),
            "previous": int(row["before"]),
            "lower": _number(row["lower"]),
            "upper": _number(row["upper"]),
            "verdict": row["verdict"],
        }
        for row in ranking.to_dict("records")
        if row["after"] > 0 or row["before"] > 0
    ]


def _changes(compared: pd.DataFrame, ranking: pd.DataFrame) -> list[dict[str, Any]]:
    """The few things that stand out, corrected for how many were looked at."""
    # Places and categories count the same events twice, so each family is corrected by itself.
    found = what_has_changed({"place": place_comparisons(ranking)})
    if not compared.empty:
        found += what_has_changed({"category": compared})
    found.sort(key=lambda finding: -abs(finding.observed - finding.expected))
    return [
        {
            "kind": finding.kind,
            "subject": int(finding.subject),  # type: ignore[call-overload]
            "direction": finding.direction,
            "observed": _number(finding.observed),
            "expected": _number(round(finding.expected, 1)),
            "lower": _number(finding.lower),
            "upper": _number(finding.upper),
        }
        for finding in found[:CHANGES_TOLD]
    ]
