"""Reporting periods and their deadlines: every week by Monday noon where the collaboration has chosen nothing else."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone

from analysis.periods import Period, PeriodKind, containing
from common.days import is_working_day
from incidents.models import ReportingRhythm
from partners.models import Collaboration

_FORTNIGHT_DAYS = 14
# So many periods back somebody can still say that there was nothing, and a coordinator sees.
PERIODS_LISTED = 8


def rhythm_of(collaboration: Collaboration | int) -> ReportingRhythm:
    """The collaboration's rhythm; every week by Monday noon where nobody has chosen."""
    pk = collaboration if isinstance(collaboration, int) else collaboration.pk
    found = ReportingRhythm.objects.filter(collaboration_id=pk).first()
    return found or ReportingRhythm(collaboration_id=pk)


def period_of(rhythm: ReportingRhythm, day: dt.date) -> Period:
    """The reporting period a day belongs to. A fortnight is a free period of 14 days."""
    if rhythm.every == ReportingRhythm.Every.MONTH:
        return containing(day, PeriodKind.MONTH)
    if rhythm.every == ReportingRhythm.Every.WEEK:
        return containing(day, PeriodKind.WEEK)
    start = day - dt.timedelta(days=(day - rhythm.fortnights_from).days % _FORTNIGHT_DAYS)
    return Period(PeriodKind.FREE, start, start + dt.timedelta(days=_FORTNIGHT_DAYS))


def periods_until(rhythm: ReportingRhythm, first_day: dt.date, last_day: dt.date) -> list[Period]:
    """Every reporting period that holds any of the days, oldest first."""
    periods = [period_of(rhythm, first_day)]
    while periods[-1].end <= last_day:
        periods.append(periods[-1].next())
    return periods


def deadline_of(rhythm: ReportingRhythm, period: Period) -> dt.datetime:
    """When the reports of a period have to be in: the first such weekday after it, or the next working day."""
    day = period.end + dt.timedelta(days=(rhythm.deadline_weekday - period.end.weekday()) % 7)
    while not is_working_day(day):
        day += dt.timedelta(days=1)
    return dt.datetime.combine(day, rhythm.deadline_time, tzinfo=timezone.get_default_timezone())


def due_period(rhythm: ReportingRhythm, now: dt.datetime) -> Period:
    """The period people report for now: the earliest one whose deadline has not passed."""
    period = period_of(rhythm, timezone.localdate(now)).previous().previous()
    while deadline_of(rhythm, period) <= now:
        period = period.next()
    return period


def closed_period(rhythm: ReportingRhythm, now: dt.datetime) -> Period:
    """The latest period whose deadline has passed."""
    return due_period(rhythm, now).previous()


def last_periods(rhythm: ReportingRhythm, now: dt.datetime, number: int) -> list[Period]:
    """So many periods, oldest first, up to the one people report for now."""
    periods = [due_period(rhythm, now)]
    while len(periods) < number:
        periods.insert(0, periods[0].previous())
    return periods
