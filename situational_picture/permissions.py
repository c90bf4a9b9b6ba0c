"""Who may do what with a picture."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from areas.access import is_in_circle
from areas.models import Area
from common.errors import NotAllowed
from common.permissions import as_question
from partners.models import Collaboration
from partners.roles import MAY_COMPILE


def check_may_publish_pictures(user: Any, collaboration: Collaboration | int) -> None:
    """Coordinators and analysts compile and publish."""
    if not user.has_role(collaboration, MAY_COMPILE):
        raise NotAllowed(_("Only a coordinator or an analyst can publish the picture."))


def check_may_request_pictures(user: Any, area: Area) -> None:
    """The area's circle may have a picture computed for any period."""
    if not is_in_circle(user, area):
        raise NotAllowed(_("Only the partners who work in the area can have a new picture computed."))


may_publish_pictures = as_question(check_may_publish_pictures)
may_request_pictures = as_question(check_may_request_pictures)
