"""Who reads the council page: whoever reads the partners' plans by their work, the council, and nobody from outside."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from common.errors import NotAllowed
from common.permissions import as_question
from partners.models import Collaboration
from partners.roles import SEE_EVERYTHING, SEE_OWN_AREAS, Role

# Council, coordinator and analyst for every area; partners for their own. Process support reads where it is invited,
# and reporters read published pictures and decided plans: neither reads the whole.
READ_COUNCIL_PAGE = SEE_EVERYTHING | SEE_OWN_AREAS | {Role.COUNCIL}


def check_may_read_council_page(user: Any, collaboration: Collaboration | int) -> None:
    """Whose role does not lead or work with the areas is told so."""
    if not user.has_role(collaboration, READ_COUNCIL_PAGE):
        raise NotAllowed(_("Your role does not include the council's page. Ask your administrator if it should."))


may_read_council_page = as_question(check_may_read_council_page)
