"""Who scores, who shows and who decides."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from cause_analysis.models.prioritising import PrioritisationRound
from common.errors import NotAllowed
from common.permissions import as_question
from partners.models import GroupMember
from partners.roles import MAY_COMPILE


def seats_today(group_id: int) -> QuerySet[GroupMember]:
    """The group's seats today."""
    today = timezone.localdate()
    return GroupMember.objects.filter(
        Q(valid_to__isnull=True) | Q(valid_to__gt=today), group=group_id, valid_from__lte=today
    )


def seat_of(user: Any, round_: PrioritisationRound) -> GroupMember | None:
    """The seat the user scores for: their own, or the one they stand in for."""
    mine = {membership.pk for membership in user.memberships_in(round_.collaboration_id)}
    seats = list(seats_today(round_.group_id).filter(Q(membership__in=mine) | Q(deputy__in=mine)).order_by("pk"))
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
