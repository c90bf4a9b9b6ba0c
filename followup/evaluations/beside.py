"""What an evaluation knows beside its counts: who reported, what touched the comparison, its cost, surveys."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.db.models import Q

from action_plans.evaluating.others import Others, lineages
from action_plans.evaluating.zones import Design
from action_plans.models import EvaluationPlan, Measure
from analysis.periods import PeriodKind, containing, free
from areas.models import Area, Place
from followup.progress.queries import spent_on
from situational_picture.coverage.figures import NOTHING, REPORTED, UnitStates
from situational_picture.coverage.queries import AreaUnits
from situational_picture.figures import Source
from situational_picture.indicators.comparing import compared
from situational_picture.indicators.queries import Point, values_of
from situational_picture.models import Indicator

Days = tuple[dt.date, dt.date]
# Of fewer expected answers no share is told.
FEWEST_ANSWERS = 4


class Reporting:
    """How many of the answers that were expected about the treated area came, between any two days."""

    def __init__(self, area: Area, source: Source, *, now: dt.datetime) -> None:
        last = source.last_day or now.date()
        self.units: UnitStates = AreaUnits(area, now).for_period(containing(last, PeriodKind.MONTH), source)

    def share(self, first: dt.date, last: dt.date, *, fewest: int = 1) -> float | None:
        """The share, from 0 to 1; None where too few were expected."""
        if not self.units.is_followed:
            return None
        slots = self.units.slots(free(first, last))
        expected = int(self.units.is_expected[:, slots].sum())
        if expected < fewest:
            return None
        came = int((self.units.totals[REPORTED][slots] + self.units.totals[NOTHING][slots]).sum())
        return came / expected


def is_comparison_touched(plan: EvaluationPlan, design: Design, days: Days, together: Sequence[Measure]) -> bool:
    """Whether a decided measure was at work on these days in what is compared with, beside those evaluated."""
    own = {measure.pk for measure in together}
    others = Others(plan.measure, *days)
    above = lineages(list(Area.objects.filter(collaboration=plan.collaboration_id)))
    places = {place.pk: place for place in Place.objects.filter(pk__in=[unit.place_id for unit in design.units])}
    for unit in design.units:
        if unit.place_id is not None:
            place = places[unit.place_id]
            at_work = others.at_place(place, above.get(place.area_id or 0, []))
        else:
            lineage = [pk for area in unit.area_ids for pk in above.get(area, [])]
            at_work = others.in_area(lineage, unit.area_ids)
        if any(one.pk not in own for one in at_work):
            return True
    return False


def cost_of(measures: Sequence[Measure]) -> dict[str, Any]:
    """Kronor and hours of the measures: as told on the way, and where nothing was told as planned."""
    told = spent_on(measures)
    sek = sum(told.get(measure.pk, (0, 0))[1] or measure.cost_sek or 0 for measure in measures)
    hours = sum(told.get(measure.pk, (0, 0))[0] or measure.hours or 0 for measure in measures)
    is_told = all(told.get(measure.pk, (0, 0))[1] or not measure.cost_sek for measure in measures)
    return {"sek": sek, "hours": hours, "is_planned": not is_told}


def surveys_of(plan: EvaluationPlan, before: Days, after: Days) -> list[dict[str, Any]]:
    """How the shares of surveys about the treated places or the area differ before and after.

    The latest survey that ended with the period before or earlier, beside the first that began with the period after.
    """
    places = list(plan.treated_places.values_list("place_id", flat=True))
    about = Q(place__in=places) | Q(place=None, area=plan.measure.plan.area_id)
    rows = (
        Indicator.objects.kept()
        .filter(about, collaboration=plan.collaboration_id, kind=Indicator.Kind.SURVEY)
        .select_related("place", "area")
        .order_by("number")
    )
    found = []
    for indicator in rows:
        points = [point for point in values_of(indicator) if point.value is not None and point.n]
        earlier = [point for point in points if point.last <= before[1]]
        later = [point for point in points if point.first >= after[0]]
        if not earlier or not later:
            continue
        said = compared(later[0], earlier[-1], better=indicator.better)
        if said is None:
            continue
        found.append(
            {
                "name": indicator.name,
                "where": indicator.place.name if indicator.place else str(indicator.area or ""),
                "source": indicator.source,
                "better": indicator.better,
                "before": _survey(earlier[-1]),
                "after": _survey(later[0]),
                "estimate": said.difference.estimate,
                "low": said.difference.ci_low,
                "high": said.difference.ci_high,
            }
        )
    return found


def _survey(point: Point) -> dict[str, Any]:
    return {"from": point.first.isoformat(), "to": point.last.isoformat(), "share": point.value, "n": point.n}
