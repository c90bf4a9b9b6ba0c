"""Who keeps the school's terms and holidays."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from common.errors import NotAllowed
from common.permissions import as_question
from partners.models import Collaboration
from partners.roles import MAY_COMPILE


def check_may_keep_school_dates(user: Any, collaboration: Collaboration | int) -> None:
    """Coordinators and analysts write the school's dates down."""
    if not user.has_role(collaboration, MAY_COMPILE):
        raise NotAllowed(_("Only a coordinator or an analyst writes the school's dates down."))


may_keep_school_dates = as_question(check_may_keep_school_dates)
