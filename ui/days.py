"""Days as people say them."""

from __future__ import annotations

import datetime as dt

from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import get_language
from django.utils.translation import gettext as _


def day_words(day: dt.date, today: dt.date) -> str:
    """The heading that rows of a day stand under: “Today, Sunday 22 November”, “Monday 3 March 2025”."""
    words = date_format(day, "l j F" if day.year == today.year else "l j F Y")
    if day == today:
        return _("Today, %(day)s") % {"day": words}
    if day == today - dt.timedelta(days=1):
        return _("Yesterday, %(day)s") % {"day": words}
    return capfirst(words)


def day_in_short(day: dt.date) -> str:
    """“15 nov” in Swedish, “15 Nov” in English."""
    return date_format(day, f"j {_month()}")


def month_in_short(day: dt.date) -> str:
    """“nov 2026” in Swedish, “Nov 2026” in English."""
    return date_format(day, f"{_month()} Y")


def weekday_names() -> list[str]:
    """Monday first, in the user's language."""
    monday = dt.date(2024, 1, 1)
    return [date_format(monday + dt.timedelta(days=i), "l").capitalize() for i in range(7)]


def _month() -> str:
    """How `date_format` asks for a short month: Swedish writes it small."""
    return "b" if get_language() == "sv" else "M"
