"""Who has reported, who had nothing to report, and who is missing: the rules, and the questions behind them.

Nothing of this is stored but the word of those who had nothing. A unit has reported for a period when at least one
report of the period is in (whatever became of it later), by hand or by import; it had nothing to report when somebody
has said so for every day of the period; otherwise it is awaited until the deadline and missing after it. What was
expected to happen, and sent in before the period began, is no answer for it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.db import connection
from django.utils import timezone

from analysis.periods import Period
from areas.access import descendants, descendants_of_each
from areas.models import Area
from incidents.coverage.deadlines import PERIODS_LISTED, deadline_of, due_period, last_periods, periods_until, rhythm_of
from incidents.models import NothingToReport, ReportingRhythm, ReportingUnit
from partners.models import Collaboration, Membership, User
from partners.roles import MAY_REPORT


class State(StrEnum):
    """What is known of one unit and one period. A unit that is not expected in a period has none."""

    REPORTED = "reported"
    NOTHING = "nothing"
    MISSING = "missing"
    WAITING = "waiting"


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


def state_of(period: Period, said: Iterable[tuple[dt.date, dt.date]], *, has_reported: bool, is_over: bool) -> State:
    """One unit's state: whether it has a report of the period, and the stretches it has said there was nothing in."""
    if has_reported:
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
    reported = _reported(units, periods, with_months=rhythm.every == ReportingRhythm.Every.MONTH)
    said: dict[int, list[tuple[dt.date, dt.date]]] = {}
    rows = NothingToReport.objects.filter(reporting_unit__in=units, period_end__gt=periods[0].start)
    for unit_pk, start, end in rows.order_by().values_list("reporting_unit_id", "period_start", "period_end"):
        said.setdefault(unit_pk, []).append((start, end))
    states = {}
    for number, period in enumerate(periods):
        is_over = deadline_of(rhythm, period) <= now
        for unit in units:
            if is_expected(unit, period):
                states[unit.pk, number] = state_of(
                    period, said.get(unit.pk, ()), has_reported=(unit.pk, number) in reported, is_over=is_over
                )
    return Coverage(list(units), periods, states)


def reporting_units(collaboration_id: int) -> list[ReportingUnit]:
    """Every unit that reports or has reported, with its areas."""
    units = ReportingUnit.objects.filter(collaboration_id=collaboration_id)
    return list(units.select_related("unit__organisation").prefetch_related("areas"))


def _reported(units: Sequence[ReportingUnit], periods: Sequence[Period], *, with_months: bool) -> set[tuple[int, int]]:
    """The reporting units with a report, each with the period's number. What is known to the month counts with months.

    A report without a unit, as in most imports, is one of every unit of its organisation that reports about the area.
    Of what is purged to statistics the months are known, and `ReportedWeek` has the Mondays of the weeks.
    """
    numbers: dict[str, Any] = {
        "keys": [unit.pk for unit in units],
        "units": [unit.unit_id for unit in units],
        "starts": [period.start for period in periods],
        "ends": [period.end for period in periods],
        "with_months": with_months,
        "zone": timezone.get_default_timezone_name(),
    }
    with connection.cursor() as cursor:
        # One look into the index for each unit and period: a unit's year costs the same with ten reports and ten
        # thousand. Without LIMIT the planner would read them all.
        cursor.execute(
            """
            SELECT u.key, p.number - 1
            FROM unnest(%(keys)s::bigint[], %(units)s::bigint[]) AS u (key, unit_id)
                 CROSS JOIN unnest(%(starts)s::date[], %(ends)s::date[]) WITH ORDINALITY AS p (starts, ends, number)
                 CROSS JOIN LATERAL (
                     SELECT 1 FROM incidents_incident
                     WHERE unit_id = u.unit_id AND occurred_on >= p.starts AND occurred_on < p.ends
                           AND status <> 'draft' AND (%(with_months)s OR time_precision <> 'month')
                           AND (created_at AT TIME ZONE %(zone)s)::date >= p.starts  -- a forecast is no answer
                     LIMIT 1
                 ) AS one
            UNION
            SELECT u.key, p.number - 1
            FROM unnest(%(keys)s::bigint[], %(units)s::bigint[]) AS u (key, unit_id)
                 JOIN incidents_reportedweek AS w ON w.unit_id = u.unit_id
                 JOIN unnest(%(starts)s::date[], %(ends)s::date[]) WITH ORDINALITY AS p (starts, ends, number)
                      ON w.week_start >= p.starts AND w.week_start < p.ends
            WHERE NOT %(with_months)s
            """,
            numbers,
        )
        found: set[tuple[int, int]] = set(cursor.fetchall())
    return found | _reported_without_unit(units, numbers)


# One look into an index for each organisation, area and period, as for the units: most end at the first row. Reading
# all rows to tell their days apart took a fifth of the time in which pictures are rebuilt.
_ONE_WITHOUT_UNIT = """
    CROSS JOIN p CROSS JOIN LATERAL (
        SELECT 1 FROM incidents_incident
        WHERE organisation_id = o.id AND {area} AND unit_id IS NULL
              AND occurred_on >= p.starts AND occurred_on < p.ends
              AND status <> 'draft' AND (%(with_months)s OR time_precision <> 'month')
              AND (created_at AT TIME ZONE %(zone)s)::date >= p.starts  -- a forecast is no answer
        LIMIT 1
    ) AS one
"""
_WITHOUT_UNIT = f"""
    WITH p AS (
        SELECT starts, ends, number - 1 AS number
        FROM unnest(%(starts)s::date[], %(ends)s::date[]) WITH ORDINALITY AS p (starts, ends, number)
    )
    SELECT o.id, NULL::bigint, true, p.number
    FROM unnest(%(everywhere)s::bigint[]) AS o (id) {_ONE_WITHOUT_UNIT.format(area="true")}
    UNION ALL
    SELECT o.id, o.area_id, false, p.number
    FROM unnest(%(somewhere)s::bigint[], %(areas)s::bigint[]) AS o (id, area_id)
         {_ONE_WITHOUT_UNIT.format(area="area_id = o.area_id")}
    UNION ALL
    SELECT o.id, NULL::bigint, false, p.number
    FROM unnest(%(once)s::bigint[]) AS o (id) {_ONE_WITHOUT_UNIT.format(area="area_id IS NULL")}
    UNION ALL
    SELECT w.organisation_id, w.area_id, false, p.number
    FROM incidents_reportedweek AS w JOIN p ON w.week_start >= p.starts AND w.week_start < p.ends
    WHERE w.organisation_id = ANY(%(everywhere)s::bigint[] || %(once)s::bigint[]) AND w.unit_id IS NULL
          AND NOT %(with_months)s
"""  # noqa: S608 (nothing but the conditions above)


def _reported_without_unit(units: Sequence[ReportingUnit], numbers: Mapping[str, Any]) -> set[tuple[int, int]]:
    """The reporting units and periods with a report that names no unit: of the unit's organisation, in its areas.

    One without an area is of every unit of its organisation. `numbers` are the parameters of `_reported`.
    """
    _find_areas(units)
    by_organisation: dict[int, list[tuple[int, set[int] | None]]] = {}
    for unit in units:
        by_organisation.setdefault(unit.unit.organisation_id, []).append((unit.pk, area_ids_of(unit)))
    everywhere = [pk for pk, theirs in by_organisation.items() if any(areas is None for _key, areas in theirs)]
    by_area = sorted(
        {(pk, area) for pk, theirs in by_organisation.items() for _key, areas in theirs for area in areas or ()}
    )
    with connection.cursor() as cursor:
        cursor.execute(
            _WITHOUT_UNIT,
            {
                **numbers,
                "everywhere": everywhere,
                "somewhere": [pk for pk, _area in by_area],
                "areas": [area for _pk, area in by_area],
                "once": sorted({pk for pk, _area in by_area}),
            },
        )
        rows = cursor.fetchall()
    return {
        (key, number)
        for organisation_id, area_id, is_anywhere, number in rows
        for key, areas in by_organisation[organisation_id]
        if areas is None or area_id in areas or (area_id is None and not is_anywhere)
    }


def area_ids_of(unit: ReportingUnit) -> set[int] | None:
    """The areas a unit reports about with all they consist of; None for every area."""
    if not hasattr(unit, "_area_ids"):
        _find_areas([unit])
    found: set[int] | None = unit._area_ids  # type: ignore[attr-defined]
    return found


def _find_areas(units: Iterable[ReportingUnit]) -> None:
    """Find what `area_ids_of` says of these units, with one question for each collaboration."""
    asked: dict[int, list[tuple[ReportingUnit, list[int]]]] = {}
    for unit in units:
        unit._area_ids = None  # type: ignore[attr-defined]
        chosen = [area.pk for area in unit.areas.all()]
        if chosen:
            asked.setdefault(unit.collaboration_id, []).append((unit, chosen))
    for collaboration_id, theirs in asked.items():
        found = descendants_of_each(collaboration_id, [chosen for _unit, chosen in theirs])
        for (unit, _chosen), area_ids in zip(theirs, found, strict=True):
            unit._area_ids = area_ids  # type: ignore[attr-defined]


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


def counted_by_state(states: Iterable[State | None]) -> Mapping[State, int]:
    """How many there are of each state."""
    counts = dict.fromkeys(State, 0)
    for state in states:
        if state is not None:
            counts[state] += 1
    return counts
