"""Who reports about an area and what each unit has reported, as the frames that `coverage` reads."""

from __future__ import annotations

import datetime as dt
from functools import cached_property

import pandas as pd
from django.db import connection

from analysis.periods import Period, containing, periods_back
from areas.models import Area
from incidents.coverage import answers as reporting
from incidents.models import ReportingUnit
from situational_picture import queries
from situational_picture.coverage.figures import COMPARED, UnitStates
from situational_picture.figures import Source, series_kind


class AreaUnits:
    """The units that report about an area, fetched once for all pictures of a rebuild."""

    def __init__(self, area: Area, now: dt.datetime) -> None:
        self.area, self.now = area, now

    def for_period(self, period: Period, source: Source) -> UnitStates:
        """What the picture of a period needs to know."""
        if not self._units:
            return UnitStates()
        kind = series_kind(period, source)
        last = containing(period.last_day, kind)
        first = periods_back(last, COMPARED[kind] + 2)[0]
        return UnitStates(
            every=reporting.rhythm_of(self.area.collaboration_id).every,
            periods=self._coverage.periods,
            states=self._states,
            names={unit.pk: str(unit) for unit in self._units},
            daily=self._daily_since(first.start, period),
        )

    @cached_property
    def _units(self) -> list[ReportingUnit]:
        return reporting.units_about(self.area, reporting.reporting_units(self.area.collaboration_id))

    @cached_property
    def _coverage(self) -> reporting.Coverage:
        first_day = min(unit.valid_from for unit in self._units)
        return reporting.coverage(self.area.collaboration_id, first_day=first_day, now=self.now, units=self._units)

    @cached_property
    def _states(self) -> pd.DataFrame:
        found = self._coverage
        numbers = range(len(found.periods))
        return pd.DataFrame(
            [
                [None if state is None else str(state) for state in (found.state(unit, number) for number in numbers)]
                for unit in self._units
            ],
            index=[unit.pk for unit in self._units],
            columns=numbers,
            dtype=object,
        )

    def _daily_since(self, day: dt.date, period: Period) -> pd.DataFrame:
        known: tuple[dt.date, pd.DataFrame] | None = getattr(self, "_daily", None)
        if known is None or known[0] > day:
            # A rebuild asks for weeks first and for tertials last: as far back as any of them goes, once for all.
            for kind, compared in COMPARED.items():
                previous = containing(period.start, kind).previous()
                day = min(day, periods_back(previous, compared + 2)[0].start)
            known = self._daily = (day, daily_counts_by_unit(self.area, self._units, day))
        return known[1]


def daily_counts_by_unit(area: Area, units: list[ReportingUnit], since: dt.date) -> pd.DataFrame:
    """Counted events of the area from a day on by reporting unit: unit (0 for everybody else), day, by_month, count.

    Events without a unit, as in most imports, are the organisation's: they go with the one of its units about the area
    that has reported longest.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT organisation_id, unit_id, CASE WHEN unit_id IS NULL THEN area_id END, occurred_on,
                   time_precision = 'month', count(*)
            FROM incidents_incident
            WHERE area_id = ANY(%(areas)s) AND (status = 'approved' OR is_counted)
                  AND category_id = ANY(%(events)s) AND occurred_on >= %(since)s
            GROUP BY 1, 2, 3, 4, 5
            """,
            {
                "areas": queries.covered_area_ids(area),
                "events": list(queries.event_categories(area.collaboration_id)),
                "since": since,
            },
        )
        rows = cursor.fetchall()
    longest = sorted(units, key=lambda unit: (unit.valid_from, unit.pk))
    by_unit: dict[int, list[ReportingUnit]] = {}
    for unit in longest:
        by_unit.setdefault(unit.unit_id, []).append(unit)
    areas = {unit.pk: reporting.area_ids_of(unit) for unit in longest}

    def whose(organisation_id: int, unit_id: int | None, area_id: int | None, day: dt.date) -> int:
        if unit_id is not None:
            own = by_unit.get(unit_id, [])
            return next((u.pk for u in own if u.valid_to is None or day < u.valid_to), own[-1].pk if own else 0)
        for unit in longest:
            chosen = areas[unit.pk]
            if unit.unit.organisation_id == organisation_id and (chosen is None or area_id in chosen):
                return unit.pk
        return 0

    frame = pd.DataFrame(
        [(whose(*row[:4]), row[3], row[4], row[5]) for row in rows], columns=["unit", "day", "by_month", "count"]
    )
    return frame.astype({"unit": "int64", "by_month": bool, "count": "int64"}).assign(day=pd.to_datetime(frame["day"]))
