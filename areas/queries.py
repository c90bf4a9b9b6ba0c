"""What pages, maps and the API ask about areas and places."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Prefetch

from areas.models import Area, AreaScope, Boundary, GroupArea, MembershipMove, Place, PoliceListStatus
from partners.models import Collaboration, Group, Membership
from partners.roles import SEE_EVERYTHING, SEE_OWN_AREAS


@dataclass
class AreaRow:
    """An area with what a list says about it."""

    area: Area
    boundary: Boundary | None = None
    police_list: PoliceListStatus | None = None
    parent: Area | None = None
    children: list[AreaRow] = field(default_factory=list)


def area_rows(areas: Iterable[Area], today: dt.date) -> list[AreaRow]:
    """Areas with the boundary in force and the newest police-list status, in Swedish order by kind."""
    listed = sorted(areas, key=lambda area: area.sort_key)
    boundaries = {row.area_id: row for row in Boundary.objects.in_force(today).filter(area__in=listed).defer("wkb")}
    statuses = latest_police_list(listed)
    return [AreaRow(area, boundaries.get(area.pk), statuses.get(area.pk)) for area in listed]


def latest_police_list(areas: Sequence[Area]) -> dict[int, PoliceListStatus]:
    """What the newest list that mentions the area said, by area."""
    rows = PoliceListStatus.objects.filter(area__in=areas).select_related("category").order_by("list_year")
    return {row.area_id: row for row in rows}


def tree(rows: Sequence[AreaRow]) -> list[AreaRow]:
    """The rows as trees: those without a larger area among the rows, each with its smaller ones below it."""
    by_area = {row.area.pk: row for row in rows}
    roots = []
    for row in rows:
        parent = by_area.get(row.area.parent_id or 0)
        if parent is None:
            roots.append(row)
        else:
            row.parent = parent.area
            parent.children.append(row)
    return roots


def flat(rows: Iterable[AreaRow]) -> list[AreaRow]:
    """A tree's rows in the order they are read: each larger area before the smaller ones inside it."""
    result = []
    for row in rows:
        result += [row, *flat(row.children)]
    return result


def ancestors(area: Area) -> list[Area]:
    """The larger areas an area lies in, the smallest first."""
    parents = dict(Area.objects.filter(collaboration_id=area.collaboration_id).values_list("pk", "parent_id"))
    order, pk = [], area.parent_id
    while pk is not None and pk not in order:
        order.append(pk)
        pk = parents.get(pk)
    found = Area.objects.in_bulk(order)
    return [found[pk] for pk in order]


@dataclass(frozen=True)
class Cover:
    """A role that covers an area: all areas, or this one because of the scope it was given."""

    membership: Membership
    because_of: Area | None


def covering(area: Area, today: dt.date) -> list[Cover]:
    """Who sees other organisations' rows in the area: the circle, by organisation and function."""
    larger = [area, *ancestors(area)]
    active = Membership.objects.active(today).filter(
        collaboration_id=area.collaboration_id, user__is_active=True, user__is_service=False
    )
    active = active.select_related("organisation", "user").order_by("organisation__name", "user__function", "pk")
    scopes: dict[int, Area] = {}
    for scope in AreaScope.objects.filter(area__in=larger).select_related("area"):
        scopes.setdefault(scope.membership_id, scope.area)
    every = [Cover(m, None) for m in active.filter(role__in=SEE_EVERYTHING)]
    own = [Cover(m, scopes[m.pk]) for m in active.filter(role__in=SEE_OWN_AREAS, pk__in=scopes)]
    return own + every


def groups_of(area: Area) -> list[Group]:
    """The groups that work with the area, or with a larger one it lies in."""
    chosen = GroupArea.objects.filter(area__in=[area, *ancestors(area)], group__is_active=True)
    return list(Group.objects.filter(group_areas__in=chosen).distinct().order_by("level", "name"))


def moves_by_moment(collaboration: Collaboration, user: Any) -> list[list[MembershipMove]]:
    """What moved, one list for each change, the newest first."""
    rows = MembershipMove.objects.visible_to(user).filter(collaboration=collaboration)
    moments: dict[tuple[dt.datetime, str], list[MembershipMove]] = defaultdict(list)
    for row in rows.select_related("collaboration", "from_area", "to_area")[:2000]:
        moments[row.at, row.about].append(row)
    return list(moments.values())


def areas_with_boundaries(areas: Any, on: dt.date) -> list[Area]:
    """Areas in use on a day, each with the boundary in force that day in `boundaries_in_force`."""
    in_force = Prefetch("boundaries", queryset=Boundary.objects.in_force(on), to_attr="boundaries_in_force")
    return list(areas.active(on).prefetch_related(in_force).select_related("parent"))


def allowed_words(collaboration_id: int) -> frozenset[str]:
    """Names of the collaboration's places and areas, casefolded: the guard never takes them for people."""
    names: set[str] = set(Area.objects.filter(collaboration_id=collaboration_id).values_list("name", flat=True))
    for name, others in Place.objects.filter(collaboration_id=collaboration_id).values_list("name", "other_names"):
        names.add(name)
        names.update(other.strip() for other in others.split(","))
    return frozenset(name.casefold() for name in names if name)
