"""Who may do what with problems: the circle of the area works on them, council and invited coaches read."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from areas.access import circle_area_ids, is_in_circle
from areas.models import Area
from cause_analysis.models import Problem
from common.errors import NotAllowed
from common.permissions import as_question
from partners.models import Collaboration, Organisation
from partners.roles import MAY_COMPILE, SEE_EVERYTHING, SEE_OWN_AREAS, Role

# Who may ever read a problem; which ones, `visible_to` says.
READ_PROBLEMS = SEE_EVERYTHING | SEE_OWN_AREAS | {Role.COUNCIL, Role.COACH}


def check_may_read_problems(user: Any, collaboration: Collaboration | int) -> None:
    """Whose role reads no problems is told so, instead of being shown an empty list."""
    if not user.has_role(collaboration, READ_PROBLEMS):
        raise NotAllowed(_("Your role does not include the partners' problems. Ask your administrator if it should."))


def check_may_make_problems(user: Any, collaboration: Collaboration | int) -> None:
    """Whoever works in an area of the collaboration can make problems there."""
    area_ids = circle_area_ids(user, collaboration)
    if area_ids is not None and not area_ids:
        raise NotAllowed(_("Only the partners who work in an area can make a problem there."))


def check_may_make_problem_in(user: Any, area: Area) -> None:
    """The area's circle makes its problems."""
    if not is_in_circle(user, area):
        raise NotAllowed(_("Only the partners who work in %(area)s can make a problem there.") % {"area": area.name})


def check_may_work_on(user: Any, problem: Problem) -> None:
    """The circle of the problem's area writes in it."""
    if not is_in_circle(user, problem.area):
        raise NotAllowed(
            _("Only the partners who work in %(area)s write in this problem.") % {"area": problem.area.name}
        )


def check_may_lead(user: Any, problem: Problem) -> None:
    """Coordinators and analysts lay a problem to rest, take it up again and invite process support."""
    if not user.has_role(problem.collaboration_id, MAY_COMPILE):
        raise NotAllowed(_("Only a coordinator or an analyst does this."))


def check_may_write_view(user: Any, problem: Problem, organisation: Organisation | int) -> None:
    """Each partner writes its own view; nobody writes for another."""
    check_may_work_on(user, problem)
    pk = organisation if isinstance(organisation, int) else organisation.pk
    if pk not in {m.organisation_id for m in user.memberships_in(problem.collaboration_id) if _works(m.role)}:
        raise NotAllowed(_("Each partner writes what it sees itself. You can write for your own organisation."))


def _works(role: str) -> bool:
    return role in SEE_EVERYTHING | SEE_OWN_AREAS


def organisations_of(user: Any, problem: Problem) -> list[Organisation]:
    """The partners whose view the user may write."""
    rows = {m.organisation_id: m.organisation for m in user.memberships_in(problem.collaboration_id) if _works(m.role)}
    return sorted(rows.values(), key=lambda organisation: organisation.name)


may_make_problems = as_question(check_may_make_problems)
may_make_problem_in = as_question(check_may_make_problem_in)
may_work_on = as_question(check_may_work_on)
may_lead = as_question(check_may_lead)
