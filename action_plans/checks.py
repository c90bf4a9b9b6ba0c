"""What a row itself refuses, said as every other no is said."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _

from common.errors import NotPossible

# Further off a day is a slip of the hand, and what is reckoned from it leaves the calendar.
EARLIEST, LATEST = dt.date(1900, 1, 1), dt.date(2199, 12, 31)


def check_row(row: Any, *, without: Sequence[str]) -> None:
    """The row's own fields and constraints hold; `without` are the fields the action has filled itself."""
    check_days({name: getattr(row, name) for name in _days_of(row)})
    try:
        row.full_clean(exclude=list(without))
    except ValidationError as refusal:
        raise NotPossible(refusal) from refusal


def _days_of(row: Any) -> list[str]:
    return [
        field.name
        for field in row._meta.concrete_fields
        if isinstance(field, models.DateField) and not isinstance(field, models.DateTimeField)
    ]


def wrong_year() -> str:
    """What is said of a day that nobody plans for."""
    return _("Look at the year again.")


def check_days(days: Mapping[str, Any]) -> None:
    """Each of the named days, where one is given, is one that people plan for or look back on."""
    if off := [name for name, day in days.items() if isinstance(day, dt.date) and not EARLIEST <= day <= LATEST]:
        raise NotPossible(dict.fromkeys(off, wrong_year()))
