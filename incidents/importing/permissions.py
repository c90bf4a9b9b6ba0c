"""Who may import for whom, and undo it."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from common.errors import NotAllowed
from common.permissions import as_question
from incidents.models import ImportBatch
from partners.models import Collaboration, Organisation
from partners.roles import MAY_IMPORT, MAY_REVIEW


def organisations_to_import_for(user: Any, collaboration: Collaboration | int) -> Any:
    """A coordinator imports for every organisation, others for their own."""
    pk = collaboration if isinstance(collaboration, int) else collaboration.pk
    organisations = Organisation.objects.filter(collaboration_id=pk, is_active=True)
    if user.has_role(pk, MAY_REVIEW):
        return organisations
    own = [m.organisation_id for m in user.memberships_in(pk) if m.role in MAY_IMPORT]
    return organisations.filter(pk__in=own)


def check_may_import(user: Any, organisation: Organisation) -> None:
    """Security leads, police, analysts and coordinators import for their own organisation, coordinators for all."""
    if not organisations_to_import_for(user, organisation.collaboration_id).filter(pk=organisation.pk).exists():
        raise NotAllowed(
            _("You cannot import for %(organisation)s. Ask its security lead or a coordinator.")
            % {"organisation": organisation.name}
        )


may_import = as_question(check_may_import)


def may_import_in(user: Any, collaboration: Collaboration | int) -> bool:
    """Whether the user imports for any organisation of the collaboration."""
    return user.has_role(collaboration, MAY_IMPORT)


def check_may_import_in(user: Any, collaboration: Collaboration | int) -> None:
    """As `may_import_in`, with the reason."""
    if not may_import_in(user, collaboration):
        raise NotAllowed(_("Only security leads, police, analysts and coordinators can import files."))


def check_may_undo(user: Any, batch: ImportBatch) -> None:
    """Whoever may import for the organisation may take an import back."""
    check_may_import(user, batch.organisation)
