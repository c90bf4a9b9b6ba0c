"""What pages ask about inspections and walks: which there are, where to begin, and what has to be mended."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Max, Q

from areas.inspections.permissions import inspectable_places
from areas.inspections.rules import SEEN
from areas.models import (
    DEFECTS,
    Area,
    InspectionItem,
    InspectionPhoto,
    InspectionQuerySet,
    ItemState,
    Place,
    SafetyInspection,
    SafetyWalk,
    WalkQuerySet,
)
from partners.models import Collaboration

RECENT = 6
WITH_ROW = ("place", "organisation", "checklist_version", "walk")


def counted(rows: InspectionQuerySet) -> InspectionQuerySet:
    """Inspections with how many items are urgent, defect and looked at."""
    return rows.annotate(
        urgent=Count("items", filter=Q(items__state=ItemState.URGENT)),
        defects=Count("items", filter=Q(items__state=ItemState.DEFECT)),
        looked_at=Count("items", filter=Q(items__state__in=list(SEEN))),
        item_count=Count("items"),
    ).select_related(*WITH_ROW)


def inspections_in(user: Any, collaboration: Collaboration, area: Area | None) -> InspectionQuerySet:
    """The inspections the user reads, walks' stops left out, the latest first."""
    rows = SafetyInspection.objects.visible_to(user).filter(collaboration=collaboration, walk__isnull=True)
    if area is not None:
        rows = rows.filter(place__area=area)
    return counted(rows).order_by("-inspected_on", "-pk")


def walks_in(user: Any, collaboration: Collaboration, area: Area | None) -> WalkQuerySet:
    """The walks the user reads, the latest first."""
    rows = SafetyWalk.objects.visible_to(user).filter(collaboration=collaboration)
    if area is not None:
        rows = rows.filter(area=area)
    return (
        rows.select_related("area", "organisation")
        .annotate(
            stop_count=Count("stops", distinct=True),
            urgent=Count("stops__items", filter=Q(stops__items__state=ItemState.URGENT), distinct=True),
            defects=Count("stops__items", filter=Q(stops__items__state=ItemState.DEFECT), distinct=True),
        )
        .order_by("-walked_on", "-pk")
    )


def recent_places(user: Any, collaboration: Collaboration) -> list[Place]:
    """The places to offer first: those the user inspected last, then those of the own organisation."""
    places = inspectable_places(user, collaboration)
    own = [membership.organisation_id for membership in user.memberships_in(collaboration)]
    mine = SafetyInspection.objects.filter(Q(created_by=user) | Q(organisation_id__in=own), place__in=places)
    latest = mine.order_by().values_list("place_id").annotate(last=Max("inspected_on")).order_by("-last", "place_id")
    ids = [pk for pk, _last in latest[:RECENT]]
    if len(ids) < RECENT:
        kept = places.filter(Q(owner_id__in=own) | Q(manager_id__in=own)).exclude(pk__in=ids)
        ids += list(kept.order_by("sort_key", "pk").values_list("pk", flat=True)[: RECENT - len(ids)])
    found = Place.objects.in_bulk(ids)
    return [found[pk] for pk in ids]


@dataclass
class Defect:
    """Something that has to be mended: the latest look at it, and how often it was found before."""

    item: InspectionItem
    earlier: int


def open_defects(user: Any, *, places: Any = None, collaboration: Collaboration | None = None) -> list[Defect]:
    """What the latest look at each item of each place found wanting, the urgent first, then the oldest.

    A later inspection that found it in order, or found it wanting again, stands for the earlier ones.
    """
    items = InspectionItem.objects.visible_to(user).filter(inspection__finished_at__isnull=False, state__in=list(SEEN))
    if collaboration is not None:
        items = items.filter(collaboration=collaboration)
    if places is not None:
        items = items.filter(inspection__place__in=places)
    ordered = items.order_by("inspection__inspected_on", "inspection_id", "pk").values_list(
        "pk", "inspection__place_id", "inspection__checklist_version__checklist_id", "key", "state"
    )
    looks: dict[tuple[int, int, str], list[tuple[int, str]]] = {}
    for pk, place_id, checklist_id, key, state in ordered:
        looks.setdefault((place_id, checklist_id, key), []).append((pk, state))
    wanting = {
        seen[-1][0]: sum(state in DEFECTS for _pk, state in seen[:-1])
        for seen in looks.values()
        if seen[-1][1] in DEFECTS
    }
    rows = InspectionItem.objects.filter(pk__in=wanting).select_related(
        "inspection__place__area", "inspection__organisation", "inspection__checklist_version", "inspection__walk"
    )
    ordered_rows = sorted(rows, key=lambda row: (row.state != ItemState.URGENT, row.inspection.inspected_on, row.pk))
    return [Defect(row, wanting[row.pk]) for row in ordered_rows]


def defects_of(inspections: Sequence[SafetyInspection]) -> list[Defect]:
    """What some finished inspections found wanting, the urgent first."""
    rows = InspectionItem.objects.defects().filter(inspection__in=inspections)
    found = rows.select_related("inspection__place__area", "inspection__checklist_version", "inspection__walk")
    return [Defect(row, 0) for row in sorted(found, key=lambda row: (row.state != ItemState.URGENT, row.pk))]


def areas_inspected(user: Any, collaboration: Collaboration) -> list[Area]:
    """The areas to choose among: those with an inspection or a walk the user reads."""
    inspections = SafetyInspection.objects.visible_to(user).filter(collaboration=collaboration)
    walks = SafetyWalk.objects.visible_to(user).filter(collaboration=collaboration)
    chosen = Q(pk__in=inspections.values("place__area")) | Q(pk__in=walks.values("area"))
    return sorted(Area.objects.visible_to(user).filter(chosen), key=lambda area: area.sort_key)


def photos_of(user: Any, inspections: Iterable[SafetyInspection], *, only: int | None = None) -> list[InspectionPhoto]:
    """The photos that are still there, with their marks; or one of them."""
    rows = InspectionPhoto.objects.visible_to(user).kept().filter(inspection__in=list(inspections))
    if only is not None:
        rows = rows.filter(pk=only)
    return list(rows.select_related("item", "inspection").prefetch_related("marks__organisation"))


def stops_of(walk: SafetyWalk) -> list[SafetyInspection]:
    """A walk's stops in the order they are walked."""
    return list(counted(walk.stops.all()).order_by("stop_number"))


def of_places(user: Any, places: Sequence[Place]) -> dict[int, list[SafetyInspection]]:
    """The finished inspections and stops at each place, the latest first."""
    rows = counted(SafetyInspection.objects.visible_to(user).finished().filter(place__in=places))
    found: dict[int, list[SafetyInspection]] = {place.pk: [] for place in places}
    for row in rows.order_by("-inspected_on", "-pk"):
        found[row.place_id].append(row)
    return found
