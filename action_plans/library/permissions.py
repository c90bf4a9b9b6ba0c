"""Who reads the measures library, and who writes in it."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from action_plans.models.library import READ_METHODS
from common.errors import NotAllowed
from common.permissions import as_question
from partners.models import Collaboration
from partners.roles import Role

WRITE_METHODS = {Role.COORDINATOR}


def check_may_read_methods(user: Any, collaboration: Collaboration | int) -> None:
    """Whoever takes part in plans reads the library."""
    if not user.has_role(collaboration, READ_METHODS):
        raise NotAllowed(_("Your role does not include the measures library. Ask your administrator if it should."))


def check_may_write_methods(user: Any, collaboration: Collaboration | int) -> None:
    """A coordinator writes the collaboration's own cards."""
    if user.is_service or not user.has_role(collaboration, WRITE_METHODS):
        raise NotAllowed(_("Only a coordinator writes cards in the measures library."))


may_write_methods = as_question(check_may_write_methods)
