"""What is like the treated before the measure, and what cannot be compared with it: areas and places, each with why."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import shapely
from django.db.models import Case, CharField, Count, Value, When
from django.db.models.functions import TruncMonth

from action_plans.evaluating.drafting import Draft, months_of
from action_plans.evaluating.others import OtherMeasure, Others, lineages
from action_plans.evaluating.zones import Zones, cells_of_place
from analysis.evaluation import Likeness, likenesses
from analysis.hexagons import cell_centres
from areas.access import descendants_of_each
from areas.models import Area, Boundary, Place
from cause_analysis.problems.counting import counted

# More than so many years back, a trend is of another time.
HISTORY_MONTHS = 36
# More places than this are not looked at: those with most reports are.
MOST_PLACES = 150
# Why something is not compared with.
TREATED, RING, MEASURE, TOO_FEW = "treated", "ring", "measure", "too_few"


@dataclass(frozen=True)
class Candidate:
    """An area or a place beside the treated one. `refused` says why not, with the measures at work there."""

    key: str
    thing: Area | Place
    likeness: Likeness | None
    refused: str = ""
    measures: tuple[OtherMeasure, ...] = ()

    @property
    def name(self) -> str:
        return self.thing.name


def candidates(draft: Draft, zones: Zones, *, first: dt.date, today: dt.date) -> list[Candidate]:
    """Every area of the same kind, and where places are treated every place: the most alike first, the refused last.

    `first` is the first day of the history the trend is of.
    """
    here = draft.measure.collaboration_id
    every = list(Area.objects.filter(collaboration=here))
    lineage = lineages(every)
    known = Area.objects.active(today).filter(collaboration=here, kind=draft.area.kind)
    # What is chosen already is looked at whatever its kind.
    areas = list(known.order_by("name"))
    areas += [area for area in draft.areas if area not in areas]
    sets = descendants_of_each(here, [[area.pk] for area in areas])
    below = {area.pk: ids for area, ids in zip(areas, sets, strict=True)}
    rows = _rows(draft, zones, first)
    treated = rows[rows["zone"] == "treated"]
    elsewhere = rows[rows["zone"] == ""]
    others = Others(draft.measure, draft.before[0], draft.after[1])

    counted_at: dict[str, pd.DataFrame] = {}
    things: dict[str, Area | Place] = {}
    refusals: dict[str, tuple[str, list[OtherMeasure]]] = {}
    own = set(lineage[draft.area.pk])
    touched = _touched(areas, zones.ring, today)
    for area in areas:
        key = f"area-{area.pk}"
        things[key], counted_at[key] = area, elsewhere[elsewhere["area"].isin(below[area.pk])]
        is_part = not draft.places and draft.area.pk in lineage[area.pk]
        if is_part or area.pk in own or any(place.area_id in below[area.pk] for place in draft.places):
            refusals[key] = (TREATED, [])
        elif area.pk in touched:
            refusals[key] = (RING, [])
        elif at_work := others.in_area(lineage[area.pk], below[area.pk]):
            refusals[key] = (MEASURE, at_work)
    if draft.places or draft.compared_places:
        for place, cells, at_it in _places(draft, zones, elsewhere, first):
            key = f"place-{place.pk}"
            things[key], counted_at[key] = place, at_it
            if cells & zones.cells or (place.area_id or 0) in zones.area_ids:
                refusals[key] = (TREATED, [])
            elif cells & zones.ring:
                refusals[key] = (RING, [])
            elif at_work := others.at_place(place, lineage.get(place.area_id or 0, [])):
                refusals[key] = (MEASURE, at_work)
    found = _alike(draft, treated, counted_at, first)
    listed = []
    for one in found:
        key = str(one.key)
        listed.append(Candidate(key, things[key], one, *_why(one, refusals.get(key))))
    return sorted(listed, key=lambda one: bool(one.refused))


def _why(one: Likeness, refused: tuple[str, list[OtherMeasure]] | None) -> tuple[str, tuple[OtherMeasure, ...]]:
    if refused is not None:
        return refused[0], tuple(refused[1])
    return (TOO_FEW if one.is_too_few else ""), ()


def _alike(draft: Draft, treated: pd.DataFrame, counted_at: dict[str, pd.DataFrame], first: dt.date) -> list[Likeness]:
    months = months_of(first, draft.before[1])
    in_before = pd.Series([month >= draft.before[0].replace(day=1) for month in months], index=months)

    def series(rows: pd.DataFrame) -> pd.Series:
        return rows.groupby("month")["count"].sum().reindex(months, fill_value=0)

    def mix(rows: pd.DataFrame) -> pd.Series:
        return rows[rows["month"] >= draft.before[0].replace(day=1)].groupby("category")["count"].sum()

    if not counted_at:
        return []
    return likenesses(
        series(treated),
        pd.DataFrame({key: series(rows) for key, rows in counted_at.items()}, index=months),
        in_before=in_before,
        treated_mix=mix(treated),
        other_mixes=pd.DataFrame({key: mix(rows) for key, rows in counted_at.items()}),
    )


_COLUMNS = ["month", "zone", "area", "place", "category", "count"]


def _zone_of(zones: Zones) -> Case:
    return Case(
        When(zones.treated, then=Value("treated")),
        When(zones.around, then=Value("ring")),
        default=Value(""),
        output_field=CharField(),
    )


def _counted(draft: Draft, first: dt.date) -> Any:
    rows = counted(draft.area.collaboration, draft.selection.moved_to(first, draft.before[1])).order_by()
    return rows.annotate(month=TruncMonth("occurred_on"))


def _rows(draft: Draft, zones: Zones, first: dt.date) -> pd.DataFrame:
    """Counts of the history by month, zone, area, place and category: one question."""
    found = (
        _counted(draft, first)
        .annotate(zone=_zone_of(zones))
        .values_list("month", "zone", "area_id", "place_id", "category_id")
        .annotate(count=Count("pk"))
    )
    return pd.DataFrame.from_records(list(found), columns=_COLUMNS)


def _places(
    draft: Draft, zones: Zones, elsewhere: pd.DataFrame, first: dt.date
) -> Iterable[tuple[Place, frozenset[int], pd.DataFrame]]:
    """The places with most reports tied to them, the hexagons of each, and what is counted at it: as `series` does."""
    tied = elsewhere.dropna(subset=["place"])
    most = tied.groupby("place")["count"].sum().sort_values(ascending=False, kind="stable")
    # What lies in the ring has no reports of its own left, and is still said to be refused.
    asked = [int(pk) for pk in most.index[:MOST_PLACES]]
    asked += [place.pk for place in draft.compared_places if place.pk not in asked]
    treated = {place.pk for place in draft.places}
    known = Place.objects.in_use().filter(collaboration=draft.measure.collaboration_id).exclude(pk__in=treated)
    known = known.select_related("area")
    near = [place for place in known.filter(area__in={p.area_id for p in draft.places}) if place.pk not in asked]
    places = [*known.filter(pk__in=asked).order_by("pk"), *near[:MOST_PLACES]]
    cells = {place.pk: cells_of_place(place) for place in places}
    lying = _lying(draft, zones, frozenset().union(*cells.values()) if cells else frozenset(), first)
    for place in places:
        own = tied[tied["place"] == place.pk]
        also = lying[lying["cell"].isin(cells[place.pk]) & (lying["place"] != place.pk)]
        yield place, cells[place.pk], pd.concat([own, also[_COLUMNS]])


def _lying(draft: Draft, zones: Zones, cells: frozenset[int], first: dt.date) -> pd.DataFrame:
    """Counts of what lies in these hexagons, by hexagon: one question."""
    found = (
        _counted(draft, first)
        .filter(cell__in=cells)
        .annotate(zone=_zone_of(zones))
        .filter(zone="")
        .values_list("month", "zone", "area_id", "place_id", "category_id", "cell")
        .annotate(count=Count("pk"))
    )
    names = ["month", "zone", "area", "place", "category", "cell", "count"]
    return pd.DataFrame.from_records(list(found), columns=names)


def _touched(areas: Sequence[Area], ring: frozenset[int], today: dt.date) -> set[int]:
    """The areas some hexagon of the ring has its centre in."""
    if not ring:
        return set()
    centres = cell_centres(np.array(sorted(ring), dtype=np.int64))
    found = set()
    for row in Boundary.objects.in_force(today).filter(area__in=areas):
        polygon = row.polygon
        shapely.prepare(polygon)
        if shapely.contains_xy(polygon, centres[:, 0], centres[:, 1]).any():
            found.add(row.area_id)
    return found
