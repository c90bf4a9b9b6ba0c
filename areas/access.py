"""Who covers which area: a role's scope, and the circle of an area."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from areas.models import Area, AreaScope
from partners.models import Collaboration, Membership
from partners.roles import SEE_EVERYTHING, SEE_OWN_AREAS


def descendants(collaboration_id: int, area_ids: Iterable[int]) -> set[int]:
    """The areas and everything below them in the tree."""
    (found,) = descendants_of_each(collaboration_id, [area_ids])
    return found


def descendants_of_each(collaboration_id: int, several: Iterable[Iterable[int]]) -> list[set[int]]:
    """The same for several sets of areas: one question to the database for all of them."""
    children: dict[int | None, list[int]] = {}
    for pk, parent_id in Area.objects.filter(collaboration_id=collaboration_id).values_list("pk", "parent_id"):
        children.setdefault(parent_id, []).append(pk)
    return [_below(children, area_ids) for area_ids in several]


def _below(children: Mapping[int | None, list[int]], area_ids: Iterable[int]) -> set[int]:
    found: set[int] = set()
    waiting = list(area_ids)
    while waiting:
        pk = waiting.pop()
        if pk not in found:
            found.add(pk)
            waiting.extend(children.get(pk, []))
    return found


def area_ids_in_scope(membership: Membership) -> set[int]:
    """The areas in which this role sees other organisations' rows; fetched once for each membership object."""
    known: set[int] | None = getattr(membership, "_area_ids_in_scope", None)
    if known is None:
        chosen = AreaScope.objects.filter(membership=membership).values_list("area_id", flat=True)
        known = descendants(membership.collaboration_id, chosen)
        membership._area_ids_in_scope = known  # type: ignore[attr-defined]
    return known


def circle_area_ids(user: Any, collaboration: Collaboration | int) -> set[int] | None:
    """The areas whose circle the user belongs to; None means every area of the collaboration."""
    area_ids: set[int] = set()
    for membership in user.memberships_in(collaboration):
        if membership.role in SEE_EVERYTHING:
            return None
        if membership.role in SEE_OWN_AREAS:
            area_ids |= area_ids_in_scope(membership)
    return area_ids


def is_in_circle(user: Any, area: Area) -> bool:
    """Whether the user sees other organisations' rows in the area, and with them its small counts."""
    area_ids = circle_area_ids(user, area.collaboration_id)
    return area_ids is None or area.pk in area_ids
