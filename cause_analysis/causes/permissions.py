"""Who may do what with an analysis."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from common.errors import NotAllowed
from partners.models import Collaboration, Group, GroupMember, GroupMemberQuerySet, Organisation
from partners.roles import MAY_COMPILE


def check_may_decide_for(user: Any, group: Group) -> None:
    """Whoever sits in the group, or keeps its minutes, says what it has decided."""
    if user.has_role(group.collaboration_id, MAY_COMPILE):
        return
    if not _seats(user, group.collaboration_id).filter(group=group).exists():
        raise NotAllowed(_("Only those who sit in the group, a coordinator or an analyst can say what it has decided."))


def _seats(user: Any, collaboration_id: int) -> GroupMemberQuerySet:
    return GroupMember.objects.in_force(timezone.localdate()).of(user).filter(collaboration=collaboration_id)


def groups_to_decide_for(user: Any, collaboration: Collaboration | int) -> Any:
    """The groups whose decisions the user may write down."""
    pk = collaboration if isinstance(collaboration, int) else collaboration.pk
    groups = Group.objects.filter(collaboration=pk, is_active=True)
    if user.has_role(pk, MAY_COMPILE):
        return groups
    return groups.filter(pk__in=_seats(user, pk).values("group"))


def organisations_to_bring_for(user: Any, collaboration: Collaboration | int) -> Any:
    """For whom the user brings evidence: the own organisations; whoever compiles notes what all of them bring."""
    pk = collaboration if isinstance(collaboration, int) else collaboration.pk
    organisations = Organisation.objects.filter(collaboration=pk, is_active=True)
    if user.has_role(pk, MAY_COMPILE):
        return organisations
    return organisations.filter(pk__in=[membership.organisation_id for membership in user.memberships_in(pk)])
