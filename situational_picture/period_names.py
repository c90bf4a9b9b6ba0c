"""What people call a period: in full, in a heading, and the days of it."""

from __future__ import annotations

import datetime as dt
from functools import lru_cache

from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from analysis.periods import Period, PeriodKind


def period_name(period: Period) -> str:
    """The period as people say it: “week 47, 16–22 November 2026”."""
    return _period_name(period, get_language())


@lru_cache(maxsize=4096)
def _period_name(period: Period, language: str) -> str:
    # A trend names a hundred periods, the same ones on every page; `language` is the active one.
    first, last = period.start, period.last_day
    if period.kind == PeriodKind.WEEK:
        return _("week %(number)s, %(days)s") % {"number": period.number, "days": days_name(first, last)}
    if period.kind == PeriodKind.MONTH:
        return date_format(first, "F Y")
    if period.kind == PeriodKind.TERTIAL:
        months = {"from": date_format(first, "F"), "to": date_format(last, "F"), "year": first.year}
        return _("%(from)s–%(to)s %(year)s") % months
    return days_name(first, last)


def period_short_name(period: Period) -> str:
    """The period in a heading: “week 47”, “November 2026”."""
    if period.kind == PeriodKind.WEEK:
        return _("week %(number)s") % {"number": period.number}
    return period_name(period)


def days_name(first: dt.date, last: dt.date) -> str:
    """“16–22 November 2026”, with month and year said once where they are the same."""
    if first == last:
        return date_format(first, "j F Y")
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day}–{date_format(last, 'j F Y')}"
    if first.year == last.year:
        return f"{date_format(first, 'j F')}–{date_format(last, 'j F Y')}"
    return f"{date_format(first, 'j F Y')}–{date_format(last, 'j F Y')}"
