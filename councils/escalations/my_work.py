"""Questions to answer for a group, and answers that have come back to it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from action_plans.commitments.presenters import said
from action_plans.rules import last_moment_day
from councils.escalations import presenters, queries
from councils.models import Escalation
from councils.models.escalations import READ_BY_SEAT
from partners.models import Collaboration, GroupMember


def items(user: Any, collaborations: Sequence[Collaboration]) -> dict[int, list[dict[str, Any]]]:
    """What waits for whoever sits in a group: for who is named, else for all; late also for those who stand in."""
    here = [one.pk for one in collaborations]
    mine = {m.pk for one in collaborations for m in user.memberships_in(one) if m.role in READ_BY_SEAT}
    found: dict[int, list[dict[str, Any]]] = {}
    if not mine or user.is_service:
        return found
    today = timezone.localdate()
    seats = GroupMember.objects.in_force(today).filter(collaboration__in=here)
    held: dict[int, set[int]] = {}
    stood_in_for: dict[int, set[int]] = {}
    for group, membership in seats.filter(membership__in=mine).values_list("group_id", "membership_id"):
        held.setdefault(group, set()).add(membership)
    for group, membership in seats.filter(deputy__in=mine).values_list("group_id", "membership_id"):
        stood_in_for.setdefault(group, set()).add(membership)
    if not held and not stood_in_for:
        return found
    rows = Escalation.objects.visible_to(user).filter(collaboration__in=here).select_related(*queries.RELATED)
    for one in rows.open().filter(to_group__in={*held, *stood_in_for}).order_by("answer_by", "pk"):
        named = one.recipient_id
        seated = held.get(one.to_group_id, set())
        deputised = stood_in_for.get(one.to_group_id, set())
        waits = named in mine if named is not None else bool(seated)
        stands_in = one.is_late(today) and (named in deputised if named is not None else bool(deputised))
        if waits or stands_in:
            found.setdefault(one.collaboration_id, []).append(_to_answer(one, stands_in=not waits))
    for one in rows.answered_not_seen().filter(from_group__in=held).order_by("answered_at", "pk"):
        found.setdefault(one.collaboration_id, []).append(_answered(one))
    return found


def _to_answer(one: Escalation, *, stands_in: bool) -> dict[str, Any]:
    words = {"group": one.from_group.name, "question": said(one.question)}
    text = _("for %(group)s") % {"group": one.to_group.name}
    if stands_in:
        text += " · " + _("late: you stand in")
    return {
        "key": f"escalation {one.pk} answer",
        "title": _("%(group)s asks: %(question)s") % words,
        # Says neither what nor between whom.
        "mail_title": _("A question from another level waits for an answer"),
        "url": presenters.url_of(one),
        "text": text,
        "asked_by": one.from_group.name,
        "due_on": last_moment_day(one.answer_by),
    }


def _answered(one: Escalation) -> dict[str, Any]:
    slug = one.collaboration.slug
    return {
        "key": f"escalation {one.pk} note",
        "title": presenters.heading(one, timezone.localdate()),
        "mail_title": _("A question to another level has been answered"),
        "url": presenters.url_of(one),
        "text": said(one.question),
        "since": timezone.localdate(one.answered_at),
        "answers": [{"label": _("We have taken note"), "url": reverse("escalation_note", args=[slug, one.number])}],
    }
