"""Who answers for an organisation's reports, and so reads them place by place."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from common.errors import NotAllowed
from partners.models import Collaboration, Organisation
from partners.roles import Role

MAY_SEE_OWN_PLACES = {Role.SECURITY_LEAD}


def organisations_led(user: Any, collaboration: Collaboration | int) -> list[Organisation]:
    """The organisations whose security lead the user is, by name."""
    led = {
        m.organisation_id: m.organisation for m in user.memberships_in(collaboration) if m.role in MAY_SEE_OWN_PLACES
    }
    return sorted(led.values(), key=lambda organisation: organisation.name)


def check_may_see_own_places(user: Any, collaboration: Collaboration | int) -> None:
    """The page gathers what an organisation's security lead answers for."""
    if not user.has_role(collaboration, MAY_SEE_OWN_PLACES):
        raise NotAllowed(_("The page is for security leads: it gathers their own organisation's reports by place."))
