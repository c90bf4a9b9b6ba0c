"""Who is away and who stands in, and who is there at all."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils import timezone

from action_plans.models import Absence
from partners.models import Membership, MembershipQuerySet


def deputies_today(membership_ids: Iterable[int]) -> set[int]:
    """Those who stand in today for any of them."""
    return set(Absence.objects.today().filter(membership__in=list(membership_ids)).values_list("deputy_id", flat=True))


def stood_in_for(memberships: Iterable[Membership]) -> dict[int, Membership]:
    """Whom these roles stand in for today, by id."""
    rows = Absence.objects.today().filter(deputy__in=[m.pk for m in memberships])
    return {row.membership_id: row.membership for row in rows.select_related("membership__user")}


def working_here() -> MembershipQuerySet:
    """The roles of people who are there today: in force, and with an account that is open."""
    return Membership.objects.active(timezone.localdate()).filter(user__is_active=True, user__is_service=False)


def colleagues(organisation_ids: Iterable[int]) -> MembershipQuerySet:
    """Those who can answer for something in the organisations, by function."""
    rows = working_here().filter(organisation__in=list(organisation_ids)).select_related("user", "organisation")
    return rows.order_by("organisation__name", "user__function", "pk")
