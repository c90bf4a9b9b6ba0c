"""Days of the calendar and the moments they begin at."""

import datetime as dt

from django.utils import timezone


def midnight(day: dt.date) -> dt.datetime:
    """The moment a day begins here."""
    return dt.datetime.combine(day, dt.time.min, tzinfo=timezone.get_default_timezone())
