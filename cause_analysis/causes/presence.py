"""Who has an analysis open just now: a sign of life each, that goes out by itself."""

from __future__ import annotations

from typing import Any

from django.core.cache import cache
from django.utils import timezone

from cause_analysis.models import CauseAnalysis
from partners.models import Membership, User

# A page asks for what is new every few seconds; who has missed some of those has left.
GONE_AFTER_S = 15


def _key(analysis: CauseAnalysis, user_id: int) -> str:
    return f"analysis-here:{analysis.pk}:{user_id}"


def note_here(user: Any, analysis: CauseAnalysis) -> None:
    """Say that this person works on the analysis now: by function and organisation, as others see them."""
    membership = user.membership_for_log(analysis.collaboration_id)
    seen_as = {"function": user.function, "organisation": membership.organisation.name if membership else ""}
    cache.set(_key(analysis, user.pk), seen_as, GONE_AFTER_S)


def here_now(user: Any, analysis: CauseAnalysis, *, may_work: bool) -> list[dict[str, str]]:
    """Come in, where one may work, and see who else is here."""
    if not may_work:
        return []
    note_here(user, analysis)
    return others_here(user, analysis)


def others_here(user: Any, analysis: CauseAnalysis) -> list[dict[str, str]]:
    """The others who work on the analysis now, by organisation and function."""
    active = Membership.objects.active(timezone.localdate()).filter(collaboration_id=analysis.collaboration_id)
    people = User.objects.filter(pk__in=active.values("user"), is_active=True).exclude(pk=user.pk)
    keys = [_key(analysis, pk) for pk in people.values_list("pk", flat=True)]
    return sorted(cache.get_many(keys).values(), key=lambda one: (one["organisation"], one["function"]))
