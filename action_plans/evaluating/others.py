"""Other measures that are at work somewhere while an evaluation counts: two at one place cannot be told apart."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.db.models import Q

from action_plans.models import Measure, MeasurePlace
from action_plans.rules import DECIDED_ONCE
from areas.models import Area, Place


@dataclass(frozen=True)
class OtherMeasure:
    """A decided measure: of which area, at which places (none: the whole area), and from when to when."""

    pk: int
    area_id: int
    place_ids: frozenset[int]
    place_area_ids: frozenset[int]
    first: dt.date | None
    last: dt.date | None


class Others:
    """The collaboration's other decided measures that are at work between two days: two questions."""

    def __init__(self, measure: Measure, first: dt.date, last: dt.date) -> None:
        rows = (
            Measure.objects.kept()
            .filter(collaboration=measure.collaboration_id, state__in=DECIDED_ONCE)
            .filter(Q(start_on=None) | Q(start_on__lte=last), Q(due_on=None) | Q(due_on__gte=first))
            .exclude(pk=measure.pk)
            .order_by("pk")
        )
        found = list(rows.values_list("pk", "plan__area_id", "start_on", "due_on"))
        links = MeasurePlace.objects.filter(measure__in=[row[0] for row in found])
        at: dict[int, list[tuple[int, int | None]]] = {}
        for pk, place_id, area_id in links.values_list("measure_id", "place_id", "place__area_id"):
            at.setdefault(pk, []).append((place_id, area_id))
        self.measures = [
            OtherMeasure(
                pk=pk,
                area_id=area_id,
                place_ids=frozenset(place for place, _area in at.get(pk, ())),
                place_area_ids=frozenset(area for _place, area in at.get(pk, ()) if area is not None),
                first=start,
                last=due,
            )
            for pk, area_id, start, due in found
        ]

    def in_area(self, lineage: Collection[int], below: Collection[int]) -> list[OtherMeasure]:
        """Those at work in an area: in all of it or one it lies in, or anywhere in it."""
        inside = set(below)
        return [
            one
            for one in self.measures
            if inside & one.place_area_ids or (not one.place_ids and (one.area_id in inside or one.area_id in lineage))
        ]

    def at_place(self, place: Place, lineage: Collection[int]) -> list[OtherMeasure]:
        """Those at work at a place: at it, or in all of an area it lies in."""
        return [
            one for one in self.measures if place.pk in one.place_ids or (not one.place_ids and one.area_id in lineage)
        ]


def lineages(areas: Sequence[Area]) -> dict[int, list[int]]:
    """Each area with those it lies in, the nearest first; of all the collaboration's areas."""
    parents = {area.pk: area.parent_id for area in areas}
    found: dict[int, list[int]] = {}
    for pk in parents:
        chain: list[int] = []
        at: int | None = pk
        while at is not None and at not in chain:
            chain.append(at)
            at = parents.get(at)
        found[pk] = chain
    return found
