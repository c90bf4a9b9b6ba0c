"""Who counts people at a place, and who takes a count back."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from areas.inspections.permissions import inspectable_places, inspecting_memberships
from areas.models import Place, PlaceQuerySet
from common.errors import NotAllowed
from common.permissions import as_question
from partners.models import Collaboration
from partners.roles import MAY_INSPECT_OWN_PLACES, SEE_EVERYTHING, SEE_PLACE_FILES
from situational_picture.models import PlaceCount


def countable_places(user: Any, collaboration: Collaboration) -> PlaceQuerySet:
    """The places where the user may count: those of the own areas, and of the own organisation."""
    return inspectable_places(user, collaboration)


def check_may_see_counts(user: Any, collaboration: Collaboration | int) -> None:
    """Counts are read with what a place is like."""
    if not user.has_role(collaboration, SEE_PLACE_FILES):
        raise NotAllowed(_("Your role does not include what places are like."))


def check_may_count_in(user: Any, collaboration: Collaboration | int) -> None:
    """Whoever may look at some place may count there; which places that are is asked of each."""
    if user.is_service or not user.has_role(collaboration, MAY_INSPECT_OWN_PLACES):
        raise NotAllowed(_("People are counted by those who work with the area, or for an organisation with places."))


def check_may_count(user: Any, place: Place) -> None:
    """In the areas one covers; at the places the own organisation owns or manages, reporters do as well.

    A system that counts by itself does, with the role its key was given: a number answers for nobody.
    """
    if not inspecting_memberships(user, place):
        raise NotAllowed(
            _("You can count at places in the areas you cover, and those your own organisation owns or manages.")
        )


def check_may_take_back(user: Any, count: PlaceCount) -> None:
    """The organisation that counted, or a coordinator."""
    own = {m.organisation_id for m in user.memberships_in(count.collaboration_id)}
    is_coordinator = user.has_role(count.collaboration_id, SEE_EVERYTHING & MAY_INSPECT_OWN_PLACES)
    if not is_coordinator and count.organisation_id not in own:
        raise NotAllowed(_("Only %(organisation)s takes this count back.") % {"organisation": count.organisation})


may_count = as_question(check_may_count)
may_take_back = as_question(check_may_take_back)
