"""How a duty of the law stands on a day, and when it is due again. No people, no saving."""

from __future__ import annotations

import datetime as dt

from dateutil.relativedelta import relativedelta
from django.db import models
from django.utils.translation import pgettext_lazy

from councils.law.duties import MONTHS_BETWEEN

# How long before its day something is told to be due.
DUE_WITHIN_DAYS = 90


class Standing(models.TextChoices):
    """How a duty stands. Computed, never stored: it changes by itself as days pass."""

    MISSING = "missing", pgettext_lazy("duty of the law", "missing")
    IN_PROGRESS = "in_progress", pgettext_lazy("duty of the law", "in progress")
    DECIDED = "decided", pgettext_lazy("duty of the law", "decided")
    DUE = "due", pgettext_lazy("duty of the law", "due within 90 days")
    OVERDUE = "overdue", pgettext_lazy("duty of the law", "overdue")


# The worst first: so they are counted and told.
WORST_FIRST = (Standing.OVERDUE, Standing.MISSING, Standing.DUE, Standing.IN_PROGRESS, Standing.DECIDED)


def due_after(decided_on: dt.date) -> dt.date:
    """When what was decided on the day is to be renewed, if nobody says otherwise."""
    return decided_on + relativedelta(months=MONTHS_BETWEEN)


def standing_of(*, is_decided: bool, next_due_on: dt.date | None, begun_on: dt.date | None, today: dt.date) -> Standing:
    """How it stands today. On its day it is due and not yet overdue."""
    if not is_decided:
        return Standing.MISSING if begun_on is None else Standing.IN_PROGRESS
    return standing_of_day(next_due_on, today=today)


def standing_of_day(next_due_on: dt.date | None, *, today: dt.date) -> Standing:
    """How something that is decided stands by the day it is due."""
    if next_due_on is None or next_due_on > today + dt.timedelta(days=DUE_WITHIN_DAYS):
        return Standing.DECIDED
    return Standing.OVERDUE if next_due_on < today else Standing.DUE
