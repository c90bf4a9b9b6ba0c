"""Days of the calendar and the moments they begin at."""

import datetime as dt
from functools import cache

import holidays
from django.utils import timezone


def midnight(day: dt.date) -> dt.datetime:
    """The moment a day begins here."""
    return dt.datetime.combine(day, dt.time.min, tzinfo=timezone.get_default_timezone())


@cache
def _days_off(year: int) -> frozenset[dt.date]:
    # The eves are no public holidays by law, but nobody is at work.
    return frozenset(holidays.country_holidays("SE", years=year, categories=("public", "de_facto")))


def is_working_day(day: dt.date) -> bool:
    """Monday to Friday, and no Swedish public holiday or the eve of one."""
    return day.weekday() < 5 and day not in _days_off(day.year)
