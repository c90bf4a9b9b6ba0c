"""Who reads indicators, and who makes them, enters their numbers and takes in files of them."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from common.errors import NotAllowed
from common.permissions import as_question
from partners.models import Collaboration
from partners.roles import MAY_COMPILE, SEE_INDICATORS


def check_may_see_indicators(user: Any, collaboration: Collaboration | int) -> None:
    """Indicators are for those who act and lead."""
    if not user.has_role(collaboration, SEE_INDICATORS):
        raise NotAllowed(_("Your role does not include the indicators. Ask your administrator if it should."))


def check_may_keep_indicators(user: Any, collaboration: Collaboration | int) -> None:
    """Coordinators and analysts keep the collaboration's series of numbers."""
    if not user.has_role(collaboration, MAY_COMPILE):
        raise NotAllowed(_("Only a coordinator or an analyst can keep indicators and enter their values."))


may_see_indicators = as_question(check_may_see_indicators)
may_keep_indicators = as_question(check_may_keep_indicators)
