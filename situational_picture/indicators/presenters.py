"""Indicators as pages, files and the API show them: a number never without its period, n and interval."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from incidents.presenters import safe_cell
from incidents.selections import Selection, in_words
from situational_picture.indicators.telling import MISSING, PROTECTED, SHOWN, SUPPRESSED, Told
from situational_picture.models import Indicator, IndicatorValue
from situational_picture.period_names import days_name
from ui.numbers import number_words


def rounded_words(value: float, decimals: int | None = None) -> str:
    """The number in the reader's language, rounded: what is only cut off would say less than there is."""
    if decimals is None:
        decimals = 0 if float(value).is_integer() else 1
    return number_words(round(value, decimals), decimals)


def url_of(indicator: Indicator) -> str:
    """The indicator's page."""
    return reverse("indicator", args=[indicator.collaboration.slug, indicator.number])


def period_words(first: dt.date, last: dt.date) -> str:
    """A period as people say it: “November 2026”, “2025”, “2017–2018”, “third quarter 2026”, or its days."""
    starts_month, ends_month = first.day == 1, (last + dt.timedelta(days=1)).day == 1
    if starts_month and ends_month:
        if first.month == 1 and last.month == 12:
            return str(first.year) if first.year == last.year else f"{first.year}–{last.year}"
        if first.year == last.year and first.month == last.month:
            return date_format(first, "F Y")
        if first.year == last.year and last.month - first.month == 2 and first.month % 3 == 1:
            return _("quarter %(number)s %(year)s") % {"number": first.month // 3 + 1, "year": first.year}
    return days_name(first, last)


# Percents, kronor and people are told whole: a decimal would be surer than the number is.
WHOLE = {Indicator.Kind.SURVEY, Indicator.Kind.COST, Indicator.Kind.INCIDENTS, Indicator.Kind.PLACE_COUNT}


def number_of(indicator: Indicator, value: float | None, *, with_unit: bool = True) -> str:
    """The value in words: shares in percent, money in whole kronor."""
    if value is None:
        return ""
    is_whole = indicator.kind in WHOLE or is_percent(indicator)
    number = rounded_words(value * 100 if indicator.is_share else value, 0 if is_whole else None)
    if with_unit and (indicator.is_share or is_percent(indicator)):
        return _("%(number)s %%") % {"number": number}
    if with_unit and indicator.kind == Indicator.Kind.COST:
        return _("%(number)s kr") % {"number": number}
    return number


def rests_on_label(indicator: Indicator) -> str:
    """What n is, of this kind of numbers; nothing where it says no more than the number itself."""
    return {
        Indicator.Kind.SURVEY: _("Answers (n)"),
        Indicator.Kind.PLACE_COUNT: _("Counts (n)"),
        Indicator.Kind.INCIDENTS: "",
    }.get(Indicator.Kind(indicator.kind), _("Rests on (n)"))


def rests_on_words(indicator: Indicator, n: int | None) -> str:
    """“184 answers”, “20 counts”; nothing where n says no more than the number itself."""
    if n is None or indicator.kind == Indicator.Kind.INCIDENTS:
        return ""
    words = {"number": number_words(n)}
    if indicator.is_share:
        return ngettext("%(number)s answer", "%(number)s answers", n) % words
    if indicator.kind == Indicator.Kind.PLACE_COUNT:
        return ngettext("%(number)s count", "%(number)s counts", n) % words
    return words["number"]


def is_percent(indicator: Indicator) -> bool:
    """Whether the source gives its numbers in percent."""
    return indicator.unit.casefold() in {"percent", "procent", "%"}


def unit_words(indicator: Indicator) -> str:
    """What the numbers of the series are."""
    if indicator.is_share:
        return _("percent of those who answered")
    if indicator.kind == Indicator.Kind.COST:
        return indicator.unit or _("kronor")
    if indicator.kind == Indicator.Kind.PLACE_COUNT:
        return indicator.unit or _("people an hour")
    if indicator.kind == Indicator.Kind.INCIDENTS:
        return indicator.unit or _("events a month")
    return indicator.unit


def interval_words(indicator: Indicator, told: Told) -> str:
    """The interval in words, or nothing."""
    if told.status != SHOWN or told.lower is None or told.upper is None:
        return ""
    # The unit is said once: “28–41 %”.
    return f"{number_of(indicator, told.lower, with_unit=False)}–{number_of(indicator, told.upper)}"


def value_words(indicator: Indicator, told: Told) -> str:
    """The value with its interval: “34 % (28–41 %)”; or why there is none."""
    if told.status == SUPPRESSED:
        return _("not told by the source")
    if told.status == MISSING:
        return _("missing")
    if told.status == PROTECTED:
        if told.at_least:
            return _("at least %(number)s") % {"number": number_words(told.at_least)}
        return _("protected")
    words = number_of(indicator, told.value)
    interval = interval_words(indicator, told)
    return f"{words} ({interval})" if interval else words


def source_words(indicator: Indicator) -> str:
    """Where the numbers come from; what is counted here says so."""
    if indicator.source or not indicator.is_computed:
        return indicator.source
    return _("the approved reports") if indicator.kind == Indicator.Kind.INCIDENTS else _("counts at the place")


def level_words(indicator: Indicator) -> str:
    """The level with what it is: “area: Väster”."""
    label = capfirst(indicator.get_level_display())
    return f"{label}: {indicator.ground}" if indicator.ground else label


def facts_of(indicator: Indicator) -> list[dict[str, str]]:
    """What stands above every series: source, level, kind, unit and direction."""
    rows = [
        (_("Source"), source_words(indicator)),
        (_("Level"), level_words(indicator)),
        (_("Kind"), capfirst(indicator.get_kind_display())),
        (_("Unit"), unit_words(indicator)),
        (_("Direction"), capfirst(indicator.get_better_display())),
    ]
    if indicator.kind == Indicator.Kind.INCIDENTS:
        chosen = in_words(Selection.parse(indicator.selection), indicator.collaboration_id)
        said = "; ".join(f"{row['label']}: {row['text']}" for row in chosen)
        rows.append((_("What is counted"), said or _("All events")))
    return [{"label": label, "text": text} for label, text in rows if text]


def list_rows(indicators: Sequence[Indicator], latest: dict[int, Told]) -> list[dict[str, Any]]:
    """Each indicator with its latest number."""
    return [
        {
            "indicator": one,
            "url": url_of(one),
            # The same question is asked in several areas: each row says where.
            "name": f"{one.name}, {one.ground}" if one.ground else one.name,
            "kind": capfirst(one.get_kind_display()),
            "source": source_words(one),
            "level": capfirst(one.get_level_display()),
            "latest": _latest_words(one, latest.get(one.pk)),
        }
        for one in indicators
    ]


def _latest_words(indicator: Indicator, told: Told | None) -> dict[str, str]:
    if told is None:
        return {"text": _("no value yet"), "interval": "", "period": "", "n": ""}
    return {
        "text": number_of(indicator, told.value) if told.status == SHOWN else value_words(indicator, told),
        "interval": interval_words(indicator, told),
        "period": period_words(told.point.first, told.point.last),
        "n": rests_on_words(indicator, told.n),
    }


def table_of(indicator: Indicator, told: Sequence[Told]) -> dict[str, Any]:
    """The series as a table, latest first: the chart's twin."""
    has_notes = any(one.point.row is not None and one.point.row.note for one in told)
    has_effect = indicator.is_share
    columns: list[Any] = [
        _("Period"),
        {"label": capfirst(unit_words(indicator) or _("Value")), "number": True},
        {"label": _("95 % interval"), "number": True},
    ]
    # A cost rests on nothing that is counted: no column of dashes.
    n_label = rests_on_label(indicator) if any(one.n is not None for one in told) else ""
    if n_label:
        columns.append({"label": n_label, "number": True})
    if has_effect:
        columns.append({"label": _("Design effect"), "number": True})
    if has_notes:
        columns.append(_("Note"))
    rows = []
    for one in reversed(told):
        row: list[Any] = [
            period_words(one.point.first, one.point.last),
            _value_cell(indicator, one),
            interval_words(indicator, one) or "–",
        ]
        if n_label:
            row.append("–" if one.n is None else number_words(one.n))
        if has_effect:
            row.append(rounded_words(one.point.design_effect, 2 if one.point.design_effect % 1 else 0))
        if has_notes:
            row.append(one.point.row.note if one.point.row is not None else "")
        rows.append(row)
    return {"columns": columns, "rows": rows}


def _value_cell(indicator: Indicator, told: Told) -> Any:
    if told.status == SHOWN:
        return number_of(indicator, told.value)
    if told.status == PROTECTED and not told.at_least:
        return {"value": None, "status": "protected"}
    if told.status == MISSING:
        return {"value": None, "status": "missing"}
    return value_words(indicator, told)


def corrected_rows(indicator: Indicator, rows: Sequence[IndicatorValue]) -> list[dict[str, Any]]:
    """What once stood in the series: what it said, who withdrew it and when."""
    return [
        {
            "period": period_words(row.period_from, row.period_to),
            "value": _("not told by the source") if row.is_suppressed else number_of(indicator, row.value),
            "n": "–" if row.n is None else number_words(row.n),
            "entered": _entered(row),
            "withdrawn": date_format(row.withdrawn_at, "j F Y") if row.withdrawn_at else "",
        }
        for row in rows
    ]


def _entered(row: IndicatorValue) -> str:
    if row.batch is not None:
        return _("%(file)s, file of %(day)s") % {
            "file": row.batch.file_name,
            "day": date_format(row.batch.dated_on, "j F Y"),
        }
    who = row.entered_by.function if row.entered_by is not None else ""
    return ", ".join(part for part in (who, date_format(row.entered_at, "j F Y")) if part)


def standing_rows(told: Sequence[Told], indicator: Indicator) -> list[dict[str, Any]]:
    """The values that can be taken back, latest first, with where each came from."""
    rows = []
    for one in reversed(told):
        row = one.point.row
        if row is None:
            continue
        rows.append(
            {
                "row": row,
                "period": period_words(row.period_from, row.period_to),
                "value": value_words(indicator, one),
                "entered": _entered(row),
            }
        )
    return rows


EXPORT_COLUMNS = (
    "name", "kind", "source", "level", "where", "unit", "better", "from", "to", "value", "status", "at_least",
    "ci_low", "ci_high", "n", "successes", "design_effect", "note",
)  # fmt: skip


def export_rows(indicator: Indicator, told: Sequence[Told]) -> list[list[Any]]:
    """The series as rows of a file, protected as on the page."""
    head = [
        indicator.name, indicator.kind, source_words(indicator), indicator.level, indicator.ground,
        unit_words(indicator), indicator.better,
    ]  # fmt: skip
    lines = []
    for one in told:
        row: list[Any] = [
            *head, one.point.first.isoformat(), one.point.last.isoformat(), one.value, one.status,
            one.at_least or None, one.lower, one.upper, one.n, one.successes, one.point.design_effect,
            one.point.row.note if one.point.row is not None else "",
        ]  # fmt: skip
        lines.append([safe_cell(cell) for cell in row])
    return lines


def finding_of(indicator: Indicator, told: Sequence[Told]) -> str:
    """The latest number in a sentence: the page's answer to its question."""
    known = [one for one in told if one.status != MISSING]
    if not known:
        return ""
    latest = known[-1]
    words = {
        "period": capfirst(period_words(latest.point.first, latest.point.last)),
        "value": value_words(indicator, latest),
    }
    if indicator.kind == Indicator.Kind.COST or is_percent(indicator):
        return _("%(period)s: %(value)s.") % words
    if latest.n is not None and indicator.is_share:
        return _("%(period)s: %(value)s of %(n)s who answered.") % {**words, "n": number_words(latest.n)}
    said = _("%(period)s: %(value)s %(unit)s") % {**words, "unit": unit_words(indicator)}
    return f"{said.rstrip()}."
