"""Who reports to the demonstration's weekly picture, and what each unit has answered: a report, nothing, or silence."""

from __future__ import annotations

import datetime as dt
import zlib

from django.db.models import DateTimeField, ExpressionWrapper, Value
from django.db.models.functions import Cast
from django.utils import timezone

from areas.models import Area
from est_platform.demonstration import cast, generator
from incidents.coverage import answers, deadlines
from incidents.coverage.answers import State
from incidents.models import NothingToReport, ReportingUnit
from partners.models import Collaboration, Unit, User

# Since when it is followed who reports; half a year where the past is shorter.
FOLLOWED_FROM, FOLLOWED_WEEKS = dt.date(2024, 1, 1), 26
# Nothing is said on the Monday after the week, before the deadline.
SAID_AFTER = dt.timedelta(hours=8)


def load_reporting(collaboration: Collaboration, people: dict[str, User], *, seed: int, until: dt.date) -> int:
    """Expect reports of every unit, and have those with nothing to report say so; return how many units there are.

    Missing stays who was silent although things happened, and some of those who had nothing in the last closed week.
    """
    units = _units(collaboration, until)
    now = min(timezone.now(), timezone.make_aware(dt.datetime.combine(until, dt.time.max)))
    first_day = min(unit.valid_from for unit in units)
    found = answers.coverage(collaboration, first_day=first_day, now=now)
    silent = generator.silent_weeks(seed, first_day, until)
    closed = found.periods.index(deadlines.closed_period(deadlines.rhythm_of(collaboration), now))
    speakers = {sign_in.unit: people[sign_in.email] for sign_in in cast.SIGN_INS if sign_in.unit}
    NothingToReport.objects.bulk_create(
        NothingToReport(
            collaboration=collaboration,
            reporting_unit=unit,
            period_start=period.start,
            period_end=period.end,
            said_by=speakers.get(unit.unit.name),
        )
        for number, period in enumerate(found.periods)
        for unit in found.units
        if found.state(unit, number) == State.MISSING
        and (unit.unit.name, period.start) not in silent
        and not (number == closed and _forgets(unit, period.start))
    )
    said_at = ExpressionWrapper(Cast("period_end", DateTimeField()) + Value(SAID_AFTER), DateTimeField())
    NothingToReport.objects.filter(collaboration=collaboration).update(said_at=said_at)
    return len(units)


def _units(collaboration: Collaboration, until: dt.date) -> list[ReportingUnit]:
    followed_from = min(FOLLOWED_FROM, until - dt.timedelta(days=until.weekday() + 7 * FOLLOWED_WEEKS))
    partners = {unit: partner for partner in cast.PARTNERS[collaboration.slug] for unit in partner.units}
    units = [
        ReportingUnit(
            collaboration=collaboration,
            unit=unit,
            valid_from=max(followed_from, cast.reports_from(unit.name, partners[unit.name])),
        )
        for unit in Unit.objects.filter(collaboration=collaboration).order_by("pk")
        if cast.reports_from(unit.name, partners[unit.name]) <= until
    ]
    ReportingUnit.objects.bulk_create(units)
    areas = {
        area.slug: area for area in Area.objects.filter(collaboration=collaboration, kind=collaboration.reporting_kind)
    }
    about = ReportingUnit.areas.through
    about.objects.bulk_create(
        about(reportingunit=unit, area=areas[slug])
        for unit in units
        for slug in cast.AREAS_OF_UNIT.get(unit.unit.name, ())
    )
    return units


def _forgets(unit: ReportingUnit, week: dt.date) -> bool:
    """One unit has not told of the week, and half of those who have nothing have not got round to saying so."""
    return unit.unit.name == cast.LATE_UNIT or zlib.crc32(f"{unit.unit.name} {week}".encode()) % 2 == 0
