"""Who may do what with evaluations beside what their plans say."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from common.errors import NotAllowed
from common.permissions import as_question
from partners.models import Collaboration
from partners.roles import MAY_COMPILE


def check_may_try_headline(user: Any, collaboration: Collaboration | int) -> None:
    """Whoever keeps the figures in order tries the headline on them."""
    if user.is_service or not user.has_role(collaboration, MAY_COMPILE):
        raise NotAllowed(_("Only a coordinator or an analyst does this."))


may_try_headline = as_question(check_may_try_headline)
