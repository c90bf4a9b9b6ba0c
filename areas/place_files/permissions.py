"""Who reads what places are like, and who writes it down."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from areas.access import area_ids_in_scope
from areas.models import Place
from common.errors import NotAllowed
from common.permissions import as_question
from partners.models import Collaboration, Membership, Organisation
from partners.roles import KEEP_OWN_PLACE_FILES, KEEP_PLACE_FILES, SEE_PLACE_FILES
from partners.rules import keeps_no_persons


def check_may_see_place_file(user: Any, collaboration: Collaboration | int) -> None:
    """What a place is like is read by those who report there, work there or decide about it."""
    if not user.has_role(collaboration, SEE_PLACE_FILES):
        raise NotAllowed(_("What places are like is read by those who work with what happens there."))


def _writes_about(membership: Membership, place: Place) -> bool:
    if membership.role in KEEP_PLACE_FILES:
        return True
    if membership.role not in KEEP_OWN_PLACE_FILES:
        return False
    keeps = membership.organisation_id in (place.owner_id, place.manager_id)
    return keeps or (place.area_id is not None and place.area_id in area_ids_in_scope(membership))


def writing_memberships(user: Any, place: Place) -> list[Membership]:
    """The roles in which the user may write what the place is like."""
    return [m for m in user.memberships_in(place.collaboration_id) if _writes_about(m, place)]


def organisations_that_saw(user: Any, place: Place) -> list[Organisation]:
    """The organisations in whose name the user may write: a coordinator in every partner's, others in their own."""
    writing = writing_memberships(user, place)
    if any(m.role in KEEP_PLACE_FILES for m in writing):
        partners = Organisation.objects.filter(collaboration_id=place.collaboration_id, is_active=True)
        return list(partners.order_by("name"))
    return sorted({m.organisation for m in writing}, key=lambda organisation: organisation.name)


def writes_strictly(user: Any, place: Place) -> bool:
    """Whether any organisation the user may write for keeps no persons, so that a doubtful text is refused."""
    return any(keeps_no_persons(m.organisation) for m in writing_memberships(user, place))


def check_may_keep_place_file(user: Any, place: Place) -> None:
    """Coordinators everywhere; security leads, police and municipal officers at their own places and in their areas."""
    if not writing_memberships(user, place):
        raise NotAllowed(
            _(
                "Only a coordinator, or a security lead, police or municipal officer who owns, manages or covers the "
                "place, can write what it is like."
            )
        )


def check_may_speak_for(user: Any, place: Place, organisation: Organisation) -> None:
    """Whoever writes says which organisation saw it: the own one, or any partner's for a coordinator."""
    check_may_keep_place_file(user, place)
    if organisation not in organisations_that_saw(user, place):
        raise NotAllowed(_("You can write only what your own organisation has seen."))


may_see_place_file = as_question(check_may_see_place_file)
may_keep_place_file = as_question(check_may_keep_place_file)
