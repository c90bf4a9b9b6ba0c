"""Who reads packs, and who freezes them."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from common.errors import NotAllowed
from common.permissions import as_question
from councils.models import READ_PACKS
from partners.models import Collaboration
from partners.roles import MAY_COMPILE


def check_may_read_packs(user: Any, collaboration: Collaboration | int) -> None:
    """Packs hold what the council may see of everything: whoever reads by area or organisation reads the pages."""
    if not user.has_role(collaboration, READ_PACKS):
        raise NotAllowed(_("Only the management council, coordinators and analysts read the frozen packs."))


def check_may_freeze(user: Any, collaboration: Collaboration | int) -> None:
    """Whoever compiles freezes what the council is given."""
    if user.is_service or not user.has_role(collaboration, MAY_COMPILE):
        raise NotAllowed(_("Only a coordinator or an analyst freezes a pack."))


may_read_packs = as_question(check_may_read_packs)
may_freeze = as_question(check_may_freeze)
