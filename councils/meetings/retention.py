"""How long the notes of meetings are kept. What was decided, by whom and why, is preserved."""

from __future__ import annotations

import datetime as dt

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from action_plans.retention import GONE
from areas.holding import kept_by
from common.days import midnight
from councils.models import Adjustment, AgendaItem, Meeting, MeetingState
from partners import retention
from partners.models import Collaboration, LegalHold


def _written() -> Q:
    """Meetings with something in them to take away."""
    notes = AgendaItem.objects.exclude(note__in=["", GONE]).values("meeting")
    adjustments = Adjustment.objects.exclude(text=GONE).values("meeting")
    return Q(pk__in=notes) | Q(pk__in=adjustments)


def _due(collaboration: Collaboration, before: dt.date) -> QuerySet[Meeting]:
    closed = Meeting.objects.filter(
        collaboration=collaboration, state=MeetingState.CLOSED, closed_at__lt=midnight(before)
    )
    return closed.filter(_written())


def _blank(collaboration: Collaboration, ids: list[int]) -> None:
    AgendaItem.objects.filter(meeting__in=ids).exclude(note="").update(note=GONE)
    Adjustment.objects.filter(meeting__in=ids).update(text=GONE)
    for meeting in Meeting.objects.filter(pk__in=ids):
        content = meeting.content
        for item in content.get("items", []):
            item["note"] = GONE if item["note"] else ""
        Meeting.objects.filter(pk=meeting.pk).update(content=content)


def _held_by(hold: LegalHold) -> Q:
    """The group works in the area, or talked of something there."""
    days = {"first": "starts_at__date__gte", "last": "starts_at__date__lte"}
    works = kept_by(hold, area="group__group_areas__area", **days)
    talked = kept_by(hold, area="items__matter__area", **days)
    # By number: a meeting with several areas counts once.
    return Q(pk__in=Meeting.objects.filter(works | talked).values("pk"))


KIND = retention.Kind(
    code="meeting_notes",
    label=_("Notes and adjustments in the minutes of meetings"),
    what_happens=_(
        "“[…]” stands in their place. Who met and when, what was decided, why, and who did not agree is preserved."
    ),
    default_days=1826,
    least_days=365,
    law=_("They follow the rule for plans."),
    due=_due,
    dated_by="starts_at",
    purge=_blank,
    held_by=_held_by,
    follows="plan_texts",
)


def register_kind() -> None:
    """Tell `partners.retention` of this kind."""
    retention.register(KIND)
