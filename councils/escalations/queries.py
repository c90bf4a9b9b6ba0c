"""Questions between the levels, as lists and pages need them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Case, IntegerField, Q, QuerySet, Value, When
from django.utils import timezone

from action_plans.commitments import queries as commitments
from action_plans.models import Commitment, CommitmentState
from action_plans.rules import latest_overdue_day
from councils.models import Escalation
from partners.models import Collaboration, Group, GroupMember, GroupMemberQuerySet, Level

RELATED = (
    "collaboration", "from_group", "to_group", "area", "recipient__user", "recipient__organisation",
    "commitment__asked_of", "agreed_commitment", "answered_by", "created_by",
)  # fmt: skip
OPEN, LATE, ANSWERED = "open", "late", "answered"


@dataclass(frozen=True)
class Asked:
    """What a list is narrowed to."""

    state: str = ""
    group: Group | None = None
    level: str = ""

    @property
    def number_chosen(self) -> int:
        return sum(bool(value) for value in (self.state, self.group, self.level))


def escalations_for(user: Any, collaboration: Collaboration) -> Any:
    """What the user reads here, with all a page names."""
    return Escalation.objects.visible_to(user).filter(collaboration=collaboration).select_related(*RELATED)


def narrowed(rows: Any, asked: Asked, today: dt.date) -> Any:
    """Those asked for: by where they stand, by group (asking or asked) and by the level that is asked."""
    if asked.state == OPEN:
        rows = rows.open()
    elif asked.state == LATE:
        rows = rows.late(today)
    elif asked.state == ANSWERED:
        rows = rows.filter(answered_at__isnull=False)
    if asked.group is not None:
        rows = rows.filter(Q(from_group=asked.group) | Q(to_group=asked.group))
    if asked.level in Level.values:
        rows = rows.filter(to_group__level=asked.level)
    return rows


def in_order(rows: QuerySet[Escalation], today: dt.date) -> QuerySet[Escalation]:
    """What is late first, then what waits by its day, then the answers nobody has taken note of, then the rest."""
    is_open = Q(answered_at=None, taken_back_at=None)
    part = Case(
        When(is_open & Q(answer_by__lte=latest_overdue_day(today)), then=Value(0)),
        When(is_open, then=Value(1)),
        When(answered_at__isnull=False, returned_seen_at=None, then=Value(2)),
        default=Value(3),
        output_field=IntegerField(),
    )
    waits_until = Case(When(is_open, then="answer_by"), default=None)
    return rows.annotate(part=part, waits_until=waits_until).order_by("part", "waits_until", "-number")


def seats_today(groups: Sequence[int]) -> GroupMemberQuerySet:
    """The seats of the groups that are held today, with who holds them and who stands in."""
    seats = GroupMember.objects.in_force(timezone.localdate()).filter(group__in=groups)
    return seats.select_related("group", "membership__user", "membership__organisation", "deputy__user")


def is_shown_declined(user: Any, commitment: Commitment) -> bool:
    """Whether the reader sees that the request was declined: what is between others, they see some days later."""
    if commitment.state != CommitmentState.DECLINED:
        return False
    lines = commitments.these(user, commitment.collaboration, [commitment.pk], now=timezone.now())
    return any(line.state == CommitmentState.DECLINED for line in lines)
