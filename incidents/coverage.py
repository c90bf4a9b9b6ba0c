"""Who has reported, who had nothing to report, and who is missing: the rules, and the questions behind them.

Nothing of this is stored but the word of those who had nothing. A unit has reported for a period when at least one
report of the period is in (whatever became of it later), by hand or by import; it had nothing to report when somebody
has said so for every day of the period; otherwise it is awaited until the deadline and missing after it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Any

import holidays
from django.db import connection
from django.utils import timezone

from analysis.periods import Period, PeriodKind, containing
from areas.access import descendants
from areas.models import Area
from incidents.models import NothingToReport, ReportingRhythm, ReportingUnit
from partners.models import Collaboration, Membership, User
from partners.roles import MAY_REPORT

_FORTNIGHT_DAYS = 14
# So many periods back somebody can still say that there was nothing, and a coordinator sees.
PERIODS_LISTED = 8


class State(StrEnum):
    """What is known of one unit and one period. A unit that is not expected in a period has none."""

    REPORTED = "reported"
    NOTHING = "nothing"
    MISSING = "missing"
    WAITING = "waiting"


# --- Periods and deadlines --------------------------------------------------------------------------------------------


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


@cache
def _days_off(year: int) -> frozenset[dt.date]:
    # The eves are no public holidays by law, but nobody is at work.
    return frozenset(holidays.country_holidays("SE", years=year, categories=("public", "de_facto")))


def is_working_day(day: dt.date) -> bool:
    """Monday to Friday, and no Swedish public holiday or the eve of one."""
    return day.weekday() < 5 and day not in _days_off(day.year)


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


# --- States -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Coverage:
    """Units by periods. `states` has a key for every unit and period in which the unit is expected to report."""

    units: list[ReportingUnit]
    periods: list[Period]
    states: dict[tuple[int, int], State]

    def state(self, unit: ReportingUnit, number: int) -> State | None:
        """What is known of a unit in the period with that number; None where it is not expected."""
        return self.states.get((unit.pk, number))

    def missing(self, number: int) -> list[ReportingUnit]:
        """The units that have neither reported nor said anything."""
        silent = {State.MISSING, State.WAITING}
        return [unit for unit in self.units if self.state(unit, number) in silent]


def is_expected(unit: ReportingUnit, period: Period) -> bool:
    """A unit reports for the periods on whose last day it is one of those that report."""
    return unit.valid_from <= period.last_day and (unit.valid_to is None or unit.valid_to > period.last_day)


def state_of(
    period: Period,
    reported: Iterable[dt.date],
    said: Iterable[tuple[dt.date, dt.date]],
    *,
    is_over: bool,
) -> State:
    """One unit's state: from the days it has reports of, and the stretches it has said there was nothing in."""
    if any(day in period for day in reported):
        return State.REPORTED
    day = period.start
    for start, end in sorted(said):
        if start <= day < end:
            day = end
    if day >= period.end:
        return State.NOTHING
    return State.MISSING if is_over else State.WAITING


def coverage(
    collaboration: Collaboration | int,
    *,
    first_day: dt.date,
    now: dt.datetime,
    units: Sequence[ReportingUnit] | None = None,
) -> Coverage:
    """The state of every unit (or of those given) in each period from the one that holds `first_day` up to now's."""
    pk = collaboration if isinstance(collaboration, int) else collaboration.pk
    rhythm = rhythm_of(pk)
    if units is None:
        units = reporting_units(pk)
    periods = periods_until(rhythm, first_day, max(first_day, due_period(rhythm, now).last_day))
    if not units:
        return Coverage([], periods, {})
    days = _days_reported(pk, units, periods[0].start, with_months=rhythm.every == ReportingRhythm.Every.MONTH)
    said: dict[int, list[tuple[dt.date, dt.date]]] = {}
    rows = NothingToReport.objects.filter(reporting_unit__in=units, period_end__gt=periods[0].start)
    for unit_pk, start, end in rows.order_by().values_list("reporting_unit_id", "period_start", "period_end"):
        said.setdefault(unit_pk, []).append((start, end))
    states = {}
    for number, period in enumerate(periods):
        is_over = deadline_of(rhythm, period) <= now
        for unit in units:
            if is_expected(unit, period):
                # Sets of days are asked by their period: a year of weeks would else look through a year of days each.
                own = days.get(unit.pk, frozenset())
                in_period = (day for day in _days(period) if day in own)
                states[unit.pk, number] = state_of(period, in_period, said.get(unit.pk, ()), is_over=is_over)
    return Coverage(list(units), periods, states)


def _days(period: Period) -> Iterable[dt.date]:
    return (period.start + dt.timedelta(days=number) for number in range(period.days))


def reporting_units(collaboration_id: int) -> list[ReportingUnit]:
    """Every unit that reports or has reported, with its areas."""
    units = ReportingUnit.objects.filter(collaboration_id=collaboration_id)
    return list(units.select_related("unit__organisation").prefetch_related("areas"))


def _days_reported(
    collaboration_id: int, units: Sequence[ReportingUnit], since: dt.date, *, with_months: bool
) -> dict[int, frozenset[dt.date]]:
    """The days each reporting unit has reports of. What is known to the month counts where periods are months.

    A report without a unit, as in most imports, is one of every unit of its organisation that reports about the area.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT DISTINCT unit_id, CASE WHEN unit_id IS NULL THEN organisation_id END,
                   CASE WHEN unit_id IS NULL THEN area_id END, occurred_on
            FROM incidents_incident
            WHERE collaboration_id = %s AND organisation_id = ANY(%s) AND occurred_on >= %s AND status <> 'draft'
                  AND (%s OR time_precision <> 'month')
            """,
            [collaboration_id, sorted({unit.unit.organisation_id for unit in units}), since, with_months],
        )
        rows = cursor.fetchall()
    by_unit: dict[int, list[ReportingUnit]] = {}
    by_organisation: dict[int, list[tuple[ReportingUnit, set[int] | None]]] = {}
    for unit in units:
        by_unit.setdefault(unit.unit_id, []).append(unit)
        by_organisation.setdefault(unit.unit.organisation_id, []).append((unit, area_ids_of(unit)))
    found: dict[int, set[dt.date]] = {unit.pk: set() for unit in units}
    for unit_id, organisation_id, area_id, day in rows:
        if unit_id is not None:
            for unit in by_unit.get(unit_id, ()):
                found[unit.pk].add(day)
        else:
            for unit, area_ids in by_organisation.get(organisation_id, ()):
                if area_ids is None or area_id is None or area_id in area_ids:
                    found[unit.pk].add(day)
    return {pk: frozenset(days) for pk, days in found.items()}


def area_ids_of(unit: ReportingUnit) -> set[int] | None:
    """The areas a unit reports about with all they consist of; None for every area. Asks once for each unit."""
    chosen = [area.pk for area in unit.areas.all()]
    if not chosen:
        return None
    known: set[int] | None = getattr(unit, "_area_ids", None)
    if known is None:
        known = descendants(unit.collaboration_id, chosen)
        unit._area_ids = known  # type: ignore[attr-defined]
    return known


def units_about(area: Area, units: Iterable[ReportingUnit]) -> list[ReportingUnit]:
    """The units that report about an area: about it, a part of it, something it is part of, or all areas."""
    above = set()
    upper: Area | None = area
    while upper is not None:
        above.add(upper.pk)
        upper = upper.parent
    below = descendants(area.collaboration_id, [area.pk])
    found = []
    for unit in units:
        chosen = {one.pk for one in unit.areas.all()}
        if not chosen or chosen & (above | below):
            found.append(unit)
    return found


# --- Who speaks for a unit --------------------------------------------------------------------------------------------


def speaks_for(membership: Membership, unit: ReportingUnit) -> bool:
    """Whoever reports for the unit; and whoever reports for the whole of its organisation."""
    return (
        membership.role in MAY_REPORT
        and membership.organisation_id == unit.unit.organisation_id
        and membership.unit_id in (None, unit.unit_id)
    )


def own_units(user: Any, collaboration: Collaboration, today: dt.date) -> list[ReportingUnit]:
    """The units the user speaks for and that report today."""
    memberships = [m for m in user.memberships_in(collaboration) if m.role in MAY_REPORT]
    organisations = {membership.organisation_id for membership in memberships}
    if not organisations:
        return []
    units = (
        ReportingUnit.objects.visible_to(user)
        .expected_on(today)
        .filter(collaboration=collaboration, unit__organisation__in=organisations)
        .select_related("unit__organisation")
        .prefetch_related("areas")
    )
    return [unit for unit in units if any(speaks_for(membership, unit) for membership in memberships)]


def people_to_remind(units: Sequence[ReportingUnit], today: dt.date) -> dict[int, list[User]]:
    """Whom a reminder goes to, by reporting unit: those who report for the unit itself, else for its organisation."""
    organisations = {unit.unit.organisation_id for unit in units}
    memberships = list(
        Membership.objects.active(today)
        .filter(organisation__in=organisations, role__in=MAY_REPORT, user__is_active=True, user__is_service=False)
        .select_related("user")
        .order_by("user__email")
    )
    found: dict[int, list[User]] = {}
    for unit in units:
        speakers = [membership for membership in memberships if speaks_for(membership, unit)]
        own = [membership for membership in speakers if membership.unit_id == unit.unit_id]
        found[unit.pk] = list({membership.user_id: membership.user for membership in own or speakers}.values())
    return found


def own_rows(
    user: Any, collaboration: Collaboration, *, now: dt.datetime, periods: int = PERIODS_LISTED
) -> tuple[list[Period], list[dict[str, Any]]]:
    """The user's own units with their states in the last periods, the one people report for now last."""
    units = own_units(user, collaboration, timezone.localdate(now))
    rhythm = rhythm_of(collaboration)
    listed = last_periods(rhythm, now, periods)
    if not units:
        return listed, []
    found = coverage(collaboration, first_day=listed[0].start, now=now, units=units)
    return listed, [
        {"unit": unit, "states": [found.state(unit, number) for number in range(len(listed))]} for unit in units
    ]


def last_periods(rhythm: ReportingRhythm, now: dt.datetime, number: int) -> list[Period]:
    """So many periods, oldest first, up to the one people report for now."""
    periods = [due_period(rhythm, now)]
    while len(periods) < number:
        periods.insert(0, periods[0].previous())
    return periods


def counted_by_state(states: Iterable[State | None]) -> Mapping[State, int]:
    """How many there are of each state."""
    counts = dict.fromkeys(State, 0)
    for state in states:
        if state is not None:
            counts[state] += 1
    return counts
