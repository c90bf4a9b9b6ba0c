"""Who fills in inspections and walks, who writes beside them, and who looks after the checklists."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from areas.access import area_ids_in_scope
from areas.models import Area, AreaQuerySet, Place, PlaceQuerySet, SafetyInspection, SafetyWalk
from common.errors import NotAllowed
from common.permissions import as_question
from partners.models import Collaboration, Membership
from partners.roles import MAY_INSPECT, MAY_INSPECT_OWN_PLACES, MAY_KEEP_CHECKLISTS, SEE_EVERYTHING


def _inspects(membership: Membership, place: Place) -> bool:
    if membership.role in MAY_INSPECT and _covers(membership, place.area_id):
        return True
    keeps = membership.organisation_id in (place.owner_id, place.manager_id)
    return membership.role in MAY_INSPECT_OWN_PLACES and keeps


def _covers(membership: Membership, area_id: int | None) -> bool:
    return membership.role in SEE_EVERYTHING or (area_id is not None and area_id in area_ids_in_scope(membership))


def inspecting_memberships(user: Any, place: Place) -> list[Membership]:
    """The roles in which the user may inspect the place, the ones that cover most first."""
    found = [m for m in user.memberships_in(place.collaboration_id) if _inspects(m, place)]
    return sorted(found, key=lambda m: m.organisation_id not in (place.owner_id, place.manager_id))


def check_may_inspect_in(user: Any, collaboration: Collaboration | int) -> None:
    """Whoever may inspect some place comes in; which places that are is asked of each."""
    if user.is_service or not user.has_role(collaboration, MAY_INSPECT_OWN_PLACES):
        raise NotAllowed(
            _("Safety inspections are filled in by those who work with the area, or for an organisation with places.")
        )


def check_may_read_in(user: Any, collaboration: Collaboration | int) -> None:
    """What has been inspected is read by those who inspect, and by those who see everything."""
    if not user.has_role(collaboration, MAY_INSPECT_OWN_PLACES | SEE_EVERYTHING):
        raise NotAllowed(_("Inspections are read by those who work with the area, or for an organisation with places."))


def check_may_inspect(user: Any, place: Place) -> None:
    """In the areas one covers; at the places the own organisation owns or manages, reporters do as well."""
    if user.is_service or not inspecting_memberships(user, place):
        raise NotAllowed(
            _("You can inspect places in the areas you cover, and those your own organisation owns or manages.")
        )


def inspectable_places(user: Any, collaboration: Collaboration) -> PlaceQuerySet:
    """The places in use that the user may inspect."""
    rows = Q(pk__in=[])
    for membership in user.memberships_in(collaboration):
        if membership.role in MAY_INSPECT & SEE_EVERYTHING:
            rows |= Q(pk__isnull=False)
        elif membership.role in MAY_INSPECT:
            rows |= Q(area_id__in=area_ids_in_scope(membership))
        if membership.role in MAY_INSPECT_OWN_PLACES:
            rows |= Q(owner_id=membership.organisation_id) | Q(manager_id=membership.organisation_id)
    return Place.objects.visible_to(user).in_use().filter(rows, collaboration=collaboration)


def check_may_fill_in(user: Any, inspection: SafetyInspection) -> None:
    """Whoever began it goes on, or somebody of the organisation; a walk's stops anybody who may inspect there."""
    check_may_inspect(user, inspection.place)
    own = {m.organisation_id for m in user.memberships_in(inspection.collaboration_id)}
    is_coordinator = user.has_role(inspection.collaboration_id, MAY_INSPECT & SEE_EVERYTHING)
    if inspection.walk_id is None and inspection.organisation_id not in own and not is_coordinator:
        raise NotAllowed(_("Only %(organisation)s fills this in.") % {"organisation": inspection.organisation})


def check_may_correct(user: Any, inspection: SafetyInspection) -> None:
    """Whoever may inspect the place writes beside what was found there."""
    check_may_inspect(user, inspection.place)


def check_may_lead_walk(user: Any, area: Area) -> None:
    """Walks are led by those who cover the area."""
    if user.is_service or not leading_memberships(user, area):
        raise NotAllowed(_("A safety walk is led by somebody who works with the area."))


def check_may_lead_in(user: Any, collaboration: Collaboration | int) -> None:
    """Whoever may lead a walk somewhere comes in; where that is is asked of each area."""
    if user.is_service or not user.has_role(collaboration, MAY_INSPECT):
        raise NotAllowed(_("A safety walk is led by somebody who works with the area."))


def areas_to_walk(user: Any, collaboration: Collaboration, today: dt.date) -> AreaQuerySet:
    """The areas with places in which the user may lead a walk."""
    rows = Q(pk__in=[])
    for membership in user.memberships_in(collaboration):
        if membership.role in MAY_INSPECT & SEE_EVERYTHING:
            rows |= Q(pk__isnull=False)
        elif membership.role in MAY_INSPECT:
            rows |= Q(pk__in=area_ids_in_scope(membership))
    areas = Area.objects.visible_to(user).filter(rows, collaboration=collaboration, places__is_active=True)
    return areas.active(today).distinct()


def leading_memberships(user: Any, area: Area) -> list[Membership]:
    """The roles in which the user may lead a walk in the area."""
    return [m for m in user.memberships_in(area.collaboration_id) if m.role in MAY_INSPECT and _covers(m, area.pk)]


def check_may_keep_walk(user: Any, walk: SafetyWalk) -> None:
    """Whoever may lead a walk there plans it on and finishes it."""
    check_may_lead_walk(user, walk.area)


def check_may_keep_checklists(user: Any, collaboration: Collaboration | int) -> None:
    """The checklists are the coordinators' to change."""
    if user.is_service or not user.has_role(collaboration, MAY_KEEP_CHECKLISTS):
        raise NotAllowed(_("Only a coordinator can change the checklists."))


may_inspect_in = as_question(check_may_inspect_in)
may_inspect = as_question(check_may_inspect)
may_fill_in = as_question(check_may_fill_in)
may_correct = as_question(check_may_correct)
may_keep_walk = as_question(check_may_keep_walk)
may_keep_checklists = as_question(check_may_keep_checklists)
may_lead_in = as_question(check_may_lead_in)
