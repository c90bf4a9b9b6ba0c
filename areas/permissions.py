"""Who may change areas and places."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from areas.models import Place
from common.errors import NotAllowed
from common.permissions import as_question
from partners.models import Collaboration, Organisation
from partners.roles import MAY_CHANGE_AREAS, Role

# They know their own yards, garages and stairwells better than the coordinator does.
MAY_CHANGE_OWN_PLACES = {Role.SECURITY_LEAD}


def check_may_change_areas(user: Any, collaboration: Collaboration) -> None:
    if not user.has_role(collaboration, MAY_CHANGE_AREAS):
        raise NotAllowed(_("Only a coordinator or an administrator can change areas and boundaries."))


def own_organisation_ids(user: Any, collaboration: Collaboration) -> set[int]:
    """The organisations whose places the user may add and change."""
    return {m.organisation_id for m in user.memberships_in(collaboration) if m.role in MAY_CHANGE_OWN_PLACES}


def check_may_add_places(user: Any, collaboration: Collaboration) -> None:
    if not user.has_role(collaboration, MAY_CHANGE_AREAS | MAY_CHANGE_OWN_PLACES):
        raise NotAllowed(_("Only a coordinator, an administrator or a security lead can add and change places."))


def check_may_keep_place(
    user: Any, collaboration: Collaboration, owner: Organisation | None, manager: Organisation | None
) -> None:
    """Whether the user may keep a place with this owner and manager: a security lead only the own organisation's."""
    check_may_add_places(user, collaboration)
    if user.has_role(collaboration, MAY_CHANGE_AREAS):
        return
    own = own_organisation_ids(user, collaboration)
    if not {party.pk for party in (owner, manager) if party is not None} & own:
        raise NotAllowed(_("You can add and change places that your own organisation owns or manages."))


def check_may_change_place(user: Any, place: Place) -> None:
    check_may_keep_place(user, place.collaboration, place.owner, place.manager)


may_change_areas = as_question(check_may_change_areas)
may_add_places = as_question(check_may_add_places)
may_change_place = as_question(check_may_change_place)
