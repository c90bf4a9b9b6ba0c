"""Who decides who reports, who sees who has, who reminds, and who speaks for a unit."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from common.errors import NotAllowed
from common.permissions import as_question
from incidents.coverage import answers
from incidents.models import ReportingUnit
from partners.models import Collaboration
from partners.roles import MAY_REVIEW, SEE_EVERYTHING, Role

# Who reports, how often and by when.
MAY_KEEP_RHYTHM = {Role.COORDINATOR, Role.ADMINISTRATOR}
# Who has reported and who is missing, of every organisation.
MAY_SEE_COVERAGE = SEE_EVERYTHING


def check_may_keep_rhythm(user: Any, collaboration: Collaboration | int) -> None:
    """Coordinators and administrators decide who reports, how often and by when."""
    if not user.has_role(collaboration, MAY_KEEP_RHYTHM):
        raise NotAllowed(_("Only a coordinator or an administrator decides who reports and how often."))


may_keep_rhythm = as_question(check_may_keep_rhythm)


def check_may_see_coverage(user: Any, collaboration: Collaboration | int) -> None:
    """Who has reported is read by those who review and compile; others see their own units."""
    if not user.has_role(collaboration, MAY_SEE_COVERAGE):
        raise NotAllowed(
            _("Only coordinators and analysts see who has reported. You see your own units under Reporting.")
        )


may_see_coverage = as_question(check_may_see_coverage)


def check_may_remind(user: Any, collaboration: Collaboration | int) -> None:
    """Coordinators remind."""
    if not user.has_role(collaboration, MAY_REVIEW):
        raise NotAllowed(_("Only a coordinator can remind units that have not reported."))


may_remind = as_question(check_may_remind)


def check_may_speak_for(user: Any, unit: ReportingUnit) -> None:
    """Only those who report for a unit, or for the whole of its organisation, say that it had nothing to report."""
    if not any(answers.speaks_for(membership, unit) for membership in user.memberships_in(unit.collaboration_id)):
        raise NotAllowed(
            _("You do not report for %(unit)s. Ask your administrator to be given its role.") % {"unit": unit.unit.name}
        )
