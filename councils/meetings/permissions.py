"""Who may do what with meetings. Each check gives its reason; `may_x` asks the same."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from action_plans.permissions import speaks_for
from cause_analysis.causes.permissions import check_may_decide_for
from cause_analysis.permissions import READ_PROBLEMS
from common.errors import NotAllowed
from common.permissions import as_question
from councils.models import Decision, Meeting
from partners.models import Collaboration, Group, GroupMember, Organisation
from partners.roles import MAY_COMPILE, Role

# Whose role has the pages of meetings; which meetings they read, `visible_to` says.
READ_MEETINGS = (READ_PROBLEMS | {Role.MEASURE_OWNER}) - {Role.COACH}


def check_may_read_meetings(user: Any, collaboration: Collaboration | int) -> None:
    """Whose role has no meetings is told so, instead of being shown an empty list."""
    if not user.has_role(collaboration, READ_MEETINGS):
        raise NotAllowed(_("Your role does not include the groups' meetings. Ask your administrator if it should."))


def check_may_keep_meetings(user: Any, group: Group) -> None:
    """Whoever keeps the minutes of the group plans its meetings and leads them through the agenda."""
    if user.is_service:
        raise NotAllowed(_("A system cannot keep a meeting's minutes."))
    check_may_decide_for(user, group)


def check_may_plan_meetings(user: Any, collaboration: Collaboration | int) -> None:
    """Series are planned by whoever compiles, and by those who sit in a group."""
    pk = collaboration if isinstance(collaboration, int) else collaboration.pk
    seats = GroupMember.objects.in_force(timezone.localdate()).of(user).filter(collaboration=pk)
    if user.is_service or not (user.has_role(pk, MAY_COMPILE) or seats.exists()):
        raise NotAllowed(_("Only those who sit in a group, a coordinator or an analyst plan its meetings."))


def check_may_adjust(user: Any, meeting: Meeting, organisation: Organisation) -> None:
    """An organisation says for itself how its words were meant."""
    is_reader = Meeting.objects.whole_for(user).filter(pk=meeting.pk).exists()
    is_own = speaks_for(user, organisation, meeting.collaboration_id)
    if user.is_service or not (is_reader and (is_own or user.has_role(meeting.collaboration_id, MAY_COMPILE))):
        raise NotAllowed(_("Only those who read the minutes adjust them, each for the own organisation."))


def check_may_report_done(user: Any, decision: Decision) -> None:
    """That an assignment is done is said by the function or the organisation it was given to, or in the minutes."""
    if not user.is_service and decision.responsible_id in {
        m.pk for m in user.memberships_in(decision.collaboration_id)
    }:
        return
    if decision.organisation is not None and speaks_for(user, decision.organisation, decision.collaboration_id):
        return
    check_may_keep_meetings(user, decision.meeting.group)


may_read_meetings = as_question(check_may_read_meetings)
may_keep_meetings = as_question(check_may_keep_meetings)
may_plan_meetings = as_question(check_may_plan_meetings)
may_adjust = as_question(check_may_adjust)
may_report_done = as_question(check_may_report_done)
