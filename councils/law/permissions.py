"""Who reads what the law asks for, and who keeps it."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from common.errors import NotAllowed
from common.permissions import as_question
from councils.models import READ_LAW
from partners.models import Collaboration
from partners.roles import Role

KEEP_LAW = {Role.COORDINATOR}


def check_may_read_law(user: Any, collaboration: Collaboration | int) -> None:
    """Whoever leads, keeps or answers for the work."""
    if not user.has_role(collaboration, READ_LAW):
        raise NotAllowed(_("Your role does not include what the law asks for. Ask your administrator if it should."))


def check_may_keep_law(user: Any, collaboration: Collaboration | int) -> None:
    """A coordinator writes down what has been decided. A system never does."""
    if user.is_service or not user.has_role(collaboration, KEEP_LAW):
        raise NotAllowed(_("Only a coordinator writes down what has been decided on the law's duties."))


may_read_law = as_question(check_may_read_law)
may_keep_law = as_question(check_may_keep_law)
