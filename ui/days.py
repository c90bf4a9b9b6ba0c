"""Days as people say them."""

from __future__ import annotations

import datetime as dt

from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _


def day_words(day: dt.date, today: dt.date) -> str:
    """The heading that rows of a day stand under: “Today, Sunday 22 November”, “Monday 3 March 2025”."""
    words = date_format(day, "l j F" if day.year == today.year else "l j F Y")
    if day == today:
        return _("Today, %(day)s") % {"day": words}
    if day == today - dt.timedelta(days=1):
        return _("Yesterday, %(day)s") % {"day": words}
    return capfirst(words)
