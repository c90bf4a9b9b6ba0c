"""Who reads rounds of prioritisation, who begins them, who scores, who shows and who decides."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from cause_analysis.models.prioritising import PrioritisationRound
from cause_analysis.permissions import READ_PROBLEMS
from common.errors import NotAllowed
from common.permissions import as_question
from partners.models import Collaboration, GroupMember, GroupMemberQuerySet
from partners.roles import MAY_COMPILE, Role

# Process support reads the problems it is invited to, not how the group reasoned.
READ_PRIORITIES = READ_PROBLEMS - {Role.COACH}


def check_may_read_priorities(user: Any, collaboration: Collaboration | int) -> None:
    """Whose role is in no round is told so, instead of being shown an empty list."""
    if not user.has_role(collaboration, READ_PRIORITIES):
        raise NotAllowed(_("Prioritisation is for the partners who work in the areas, and for the management council."))


def check_may_start_round(user: Any, collaboration: Collaboration | int) -> None:
    """Coordinators and analysts prepare what a group goes through."""
    if not user.has_role(collaboration, MAY_COMPILE):
        raise NotAllowed(_("Only a coordinator or an analyst begins a round of prioritisation."))


def seats_today(group_id: int) -> GroupMemberQuerySet:
    """The group's seats today."""
    return GroupMember.objects.in_force(timezone.localdate()).filter(group=group_id)


def seat_of(user: Any, round_: PrioritisationRound) -> GroupMember | None:
    """The seat the user scores for: their own, or the one they stand in for."""
    mine = {membership.pk for membership in user.active_memberships}
    seats = list(seats_today(round_.group_id).of(user).order_by("pk"))
    own = [seat for seat in seats if seat.membership_id in mine]
    return next(iter([*own, *seats]), None)


def check_may_show(user: Any, round_: PrioritisationRound) -> None:
    """Whoever prepares the meeting shows the scores when all have had their say."""
    if not user.has_role(round_.collaboration_id, MAY_COMPILE):
        raise NotAllowed(_("A coordinator or an analyst shows the scores, when everybody has had time."))


def check_may_decide(user: Any, round_: PrioritisationRound) -> None:
    """The group's members decide; whoever keeps its minutes writes it down."""
    if seat_of(user, round_) is None and not user.has_role(round_.collaboration_id, MAY_COMPILE):
        raise NotAllowed(_("Only the group decides which problems come first."))


may_show = as_question(check_may_show)
may_decide = as_question(check_may_decide)
may_read_priorities = as_question(check_may_read_priorities)
may_start_round = as_question(check_may_start_round)
