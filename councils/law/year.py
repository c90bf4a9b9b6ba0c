"""What the year wheel begins with, and when something that comes back does so next. No people, no saving."""

from __future__ import annotations

import calendar
import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

# Where the days of the state grant were read; for other years they are to be looked up.
GRANT_SOURCE = "bra.se, statsbidrag 2027 (förordning 2023:442)"


@dataclass(frozen=True)
class Default:
    """An entry the platform begins with. Nobody has checked its day until the municipality says so."""

    key: str
    title: Any
    month: int | None = None
    day: int | None = None
    source: str = ""


DEFAULTS: dict[str, Default] = {
    default.key: default
    for default in (
        # The month differs between years, and nothing we have read names it.
        Default("bra-survey", _("Brå's yearly survey of the municipality's work")),
        Default("grant-opens", _("State grant: applications open"), 6, 15, GRANT_SOURCE),
        Default("grant-closes", _("State grant: last day to apply"), 10, 1, GRANT_SOURCE),
        Default("grant-interim", _("State grant: interim report"), 8, 26, GRANT_SOURCE),
        Default("grant-final", _("State grant: final report"), 2, 26, GRANT_SOURCE),
    )
}


def day_in(year: int, month: int, day: int | None) -> dt.date:
    """The day in a year; without one the month's last, and never a day February lacks that year."""
    last = calendar.monthrange(year, month)[1]
    return dt.date(year, month, min(day or last, last))


def next_time(month: int, day: int | None, *, today: dt.date) -> dt.date:
    """When it comes next: today at the earliest."""
    this_year = day_in(today.year, month, day)
    return this_year if this_year >= today else day_in(today.year + 1, month, day)


def months_from(today: dt.date) -> list[dt.date]:
    """The first days of this month and the eleven after it."""
    return [
        dt.date(today.year + (today.month - 1 + step) // 12, (today.month - 1 + step) % 12 + 1, 1) for step in range(12)
    ]
