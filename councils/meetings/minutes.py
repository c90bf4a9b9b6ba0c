"""What the minutes hold: plain data, with the names and words of the day, written when the meeting is closed."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from action_plans.models import CommitmentState
from councils.models import AgendaItem, Attendance, Decision, Matter, Meeting, MeetingState, Outcome, Section

Content = dict[str, Any]


def content_of(meeting: Meeting) -> Content:
    """The whole meeting as its minutes tell it: who was there, matter by matter what came of it, and what waits.

    An item carries its id, so that somebody who was called in to one matter is shown that one.
    """
    items = meeting.items.select_related("matter").prefetch_related("called_in").order_by("position", "pk")
    decisions: dict[int, list[dict[str, Any]]] = {}
    rows = Decision.objects.filter(meeting=meeting).select_related(
        "organisation", "responsible__user", "responsible__organisation"
    )
    for decision in rows.prefetch_related("parts__commitment__asked_of", "objections__organisation").order_by("number"):
        decisions.setdefault(decision.item_id, []).append(_decision(decision))
    waiting = Matter.objects.waiting().filter(group=meeting.group).count()
    ahead = Meeting.objects.filter(group=meeting.group, state=MeetingState.PLANNED, starts_at__gt=meeting.starts_at)
    following = ahead.order_by("starts_at").first()
    return {
        "group": meeting.group.name,
        "level": meeting.group.level,
        "number": meeting.number,
        "series": meeting.series.name if meeting.series else "",
        "starts_at": meeting.starts_at,
        "where": meeting.where,
        "opened_at": meeting.opened_at,
        "closed_at": meeting.closed_at,
        "adjust_until": meeting.adjust_until,
        "present": [_present(one) for one in _attendances(meeting)],
        "items": [_item(item, decisions.get(item.pk, [])) for item in items],
        "waiting": waiting,
        "next": following.starts_at if following else None,
    }


def _attendances(meeting: Meeting) -> Any:
    rows = meeting.attendances.select_related("membership__user", "membership__organisation")
    return rows.order_by("membership__organisation__name", "membership__user__function", "pk")


def _present(attendance: Attendance) -> dict[str, Any]:
    return {
        "organisation": attendance.membership.organisation.name,
        "function": attendance.membership.user.function,
        "presence": attendance.presence,
    }


def _item(item: AgendaItem, decisions: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "id": item.pk,
        "section": item.section,
        "section_title": str(Section(item.section).label),
        "is_standing": item.matter_id is None,
        "title": item.title,
        "times_postponed": item.times_postponed + (item.outcome == Outcome.POSTPONED and item.matter_id is not None),
        "outcome": item.outcome,
        "note": item.note,
        "minutes": round(item.seconds / 60),
        "decisions": decisions,
    }


def _decision(decision: Decision) -> dict[str, Any]:
    responsible = decision.responsible
    return {
        "number": decision.number,
        "outcome": decision.outcome,
        "kind": decision.kind,
        "change": decision.change,
        "text": decision.text,
        "motive": decision.motive,
        "organisation": decision.organisation.name if decision.organisation else "",
        "function": responsible.user.function if responsible else "",
        "due_on": decision.due_on,
        "made_at": timezone.localtime(decision.made_at),
        "parts": [
            {
                "organisation": part.commitment.asked_of.name,
                "text": part.commitment.text,
                "due_on": part.commitment.due_on,
                # What was answered during the meeting is not everybody's yet; the answers stand with the decision.
                "state": CommitmentState.ASKED,
            }
            for part in decision.parts.all()
        ],
        "objections": [{"organisation": one.organisation.name, "text": one.text} for one in decision.objections.all()],
    }
