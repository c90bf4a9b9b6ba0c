"""Tell people that something has happened. Called inside the transaction of the action that made it happen."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.db import models
from django.utils import timezone

from partners.models import Group, GroupMember, Membership, Notification, User
from partners.notifications.topics import topic_with

# Who stands in today for whom, by the ids of their roles: a room above keeps who is away.
Away = Callable[[Iterable[int], dt.date], Mapping[int, int]]
_away: list[Away] = []


def register_away(function: Away) -> None:
    """Let a room above say who is away: `(ids of roles, today) → {id of a role: the deputy's}`."""
    if function not in _away:
        _away.append(function)


def tell(
    topic: str,
    people: Iterable[User | int],
    *,
    subject: models.Model,
    what: str = "",
    by: Any = None,
    key: str = "",
    group: Group | None = None,
    collaboration_id: int | None = None,
    at: dt.datetime | None = None,
    is_mailed: bool = False,
) -> int:
    """Tell people of something, and say how many were told. Whoever did it is not told; whoever has left neither.

    While somebody is away their deputy is told as well, and sees what the deputy may see. `group` is the group they are
    told in, where each seat has a deputy of its own. What is told twice under one `key` is told once; without a key
    each call is an event of its own. `is_mailed`: the room writes to these people itself, now (their deputies are
    written to from here).
    """
    if topic_with(topic) is None:
        raise LookupError(f"No room has registered the topic {topic!r}.")
    moment, today = at or timezone.now(), timezone.localdate()
    where = collaboration_id or getattr(subject, "collaboration_id")  # noqa: B009 (a model says which one in this way)
    wanted = {person if isinstance(person, int) else person.pk for person in people} - {getattr(by, "pk", None)}
    if not wanted:
        return 0
    there = Membership.objects.active(today).filter(
        collaboration_id=where, user__is_active=True, user__is_service=False
    )
    seats = dict(there.filter(user__in=wanted).values_list("pk", "user_id"))
    told: dict[int, int | None] = dict.fromkeys(seats.values())
    deputies = _deputies(seats, group, today)
    by_role = dict(there.filter(pk__in=set(deputies.values())).values_list("pk", "user_id"))
    for role, deputy in deputies.items():
        if deputy in by_role and by_role[deputy] != getattr(by, "pk", None):
            told.setdefault(by_role[deputy], seats[role])
    rows = [
        Notification(
            collaboration_id=where,
            person_id=person,
            stands_in_for_id=stands_in_for,
            topic=topic,
            what=what,
            kind=subject._meta.label_lower,
            subject_id=subject.pk,
            key=key or moment.isoformat(),
            happened_at=moment,
            mail_claimed_at=moment if is_mailed and stands_in_for is None else None,
        )
        for person, stands_in_for in told.items()
    ]
    Notification.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)


def _deputies(seats: Mapping[int, int], group: Group | None, today: dt.date) -> dict[int, int]:
    """Who stands in for these roles today, by role: whom the group has named, or else whom they have named."""
    found: dict[int, int] = {}
    for away in _away:
        found.update(away(seats, today))
    if found and group is not None:
        named = GroupMember.objects.in_force(today).filter(group=group, membership__in=found, deputy__isnull=False)
        found.update(named.values_list("membership_id", "deputy_id"))
    return found
