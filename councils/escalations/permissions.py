"""Who may ask another level, answer it, take a question back and take note of an answer."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from action_plans.permissions import check_speaks_for
from cause_analysis.causes.permissions import groups_to_decide_for
from cause_analysis.permissions import READ_PROBLEMS
from common.errors import NotAllowed
from common.permissions import as_question
from councils.models import Escalation
from councils.models.escalations import READ_BY_SEAT, groups_sat_in
from partners.models import Collaboration, Group, GroupMember
from partners.roles import MAY_COMPILE, Role

# Whose role reads questions between the levels; others read those of the groups they sit in.
READ_ESCALATIONS = READ_PROBLEMS - {Role.COACH}


def check_may_read_escalations(user: Any, collaboration: Collaboration | int) -> None:
    """Whose role reads no such questions, and who sits in no group, is told so instead of shown an empty list."""
    if user.has_role(collaboration, READ_ESCALATIONS):
        return
    pk = collaboration if isinstance(collaboration, int) else collaboration.pk
    if (
        user.has_role(collaboration, READ_BY_SEAT)
        and Group.objects.filter(collaboration=pk, pk__in=groups_sat_in(user)).exists()
    ):
        return
    raise NotAllowed(_("Your role does not include questions between the levels. Ask your administrator if it should."))


def groups_to_speak_for(user: Any, collaboration: Collaboration | int) -> Any:
    """The groups for which the user asks and answers: those they sit in; all of them for whoever keeps minutes."""
    if user.is_service:
        return Group.objects.none()
    groups = groups_to_decide_for(user, collaboration)
    if user.has_role(collaboration, MAY_COMPILE):
        return groups
    return groups.filter(pk__in=groups_sat_in(user))


def _check_speaks_for_group(user: Any, group: Group) -> None:
    if user.is_service:
        raise NotAllowed(_("A system neither asks nor answers for a group."))
    if not groups_to_speak_for(user, group.collaboration_id).filter(pk=group.pk).exists():
        raise NotAllowed(
            _("Only those who sit in %(group)s, a coordinator or an analyst do this.") % {"group": group.name}
        )


def check_may_escalate_from(user: Any, group: Group) -> None:
    """Whoever sits in the group, or keeps its minutes, asks for it."""
    _check_speaks_for_group(user, group)


def check_may_answer(user: Any, escalation: Escalation) -> None:
    """Whoever sits in the group that is asked, or keeps its minutes, says what it answers."""
    if user.is_service:
        raise NotAllowed(_("A system neither asks nor answers for a group."))
    if user.has_role(escalation.collaboration_id, MAY_COMPILE):
        return
    mine = [m.pk for m in user.memberships_in(escalation.collaboration_id) if m.role in READ_BY_SEAT]
    seats = GroupMember.objects.in_force(timezone.localdate()).filter(group=escalation.to_group_id)
    # Also of a group that has ended its work since: the answer belongs to whoever was asked.
    if not (seats.filter(membership__in=mine) | seats.filter(deputy__in=mine)).exists():
        raise NotAllowed(
            _("Only those who sit in %(group)s, a coordinator or an analyst do this.")
            % {"group": escalation.to_group.name}
        )


def check_may_take_back(user: Any, escalation: Escalation) -> None:
    """The group that asked takes its question back."""
    _check_speaks_for_group(user, escalation.from_group)


def check_may_note(user: Any, escalation: Escalation) -> None:
    """The group that asked takes note of the answer."""
    _check_speaks_for_group(user, escalation.from_group)


def check_may_take_back_no(user: Any, escalation: Escalation) -> None:
    """A no is taken back by the organisation that said it, and by nobody for it."""
    if escalation.commitment is None:
        raise NotAllowed(_("Nobody has said no here."))
    check_speaks_for(user, escalation.commitment.asked_of, escalation.collaboration_id)


def check_may_begin(user: Any, collaboration: Collaboration | int) -> None:
    """Whoever asks for some group."""
    if not groups_to_speak_for(user, collaboration).exists():
        raise NotAllowed(
            _("Only those who sit in a group, a coordinator or an analyst take a question to another level.")
        )


may_read_escalations = as_question(check_may_read_escalations)
may_begin = as_question(check_may_begin)
may_answer = as_question(check_may_answer)
may_take_back = as_question(check_may_take_back)
may_note = as_question(check_may_note)
may_take_back_no = as_question(check_may_take_back_no)
