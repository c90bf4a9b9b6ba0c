"""Who is told of meetings: one is planned, moved or called off, its minutes are there, somebody is given a task."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from action_plans.commitments.absences import working_here
from action_plans.models.commitments import SPEAK_FOR_OWN
from councils.meetings import presenters
from councils.models import Adjustment, CalledIn, Decision, Meeting, MeetingInvitation
from partners import notifications
from partners.models import GroupMember, Membership

TOPIC = "meetings"
MINUTES = "minutes"
ASSIGNMENTS = "assignments"


def _meeting_words(meeting: Meeting, what: str) -> notifications.Words | None:
    words = {
        "name": meeting.series.name if meeting.series else meeting.group.name,
        "when": presenters.when(meeting.starts_at),
    }
    said = {
        "planned": _("You are invited: %(name)s, %(when)s"),
        "moved": _("Moved: %(name)s, now %(when)s"),
        "cancelled": _("Called off: %(name)s, %(when)s"),
        "called_in": _("You are called in to a matter: %(name)s, %(when)s"),
        "minutes": _("The minutes are there: %(name)s, %(when)s"),
        "minutes_part": _("The minutes of the matter you were called in to are there: %(name)s, %(when)s"),
        "adjusted": _("The minutes have been adjusted: %(name)s, %(when)s"),
    }.get(what)
    return None if said is None else notifications.Words(said % words, presenters.url_of(meeting))


def _assignment_words(decision: Decision, what: str) -> notifications.Words | None:
    said = {"given": _("A meeting has given you to do: %(text)s"), "late": _("The day has passed: %(text)s")}.get(what)
    # What is done meanwhile is no news any longer.
    if said is None or decision.done_at is not None:
        return None
    url = reverse("decision_list", args=[decision.collaboration.slug]) + "?only=waiting"
    return notifications.Words(said % {"text": decision.text}, url, presenters.name_of(decision))


def register() -> None:
    """Called once, when the room is ready."""
    of_meetings = notifications.shown_by(
        Meeting, _meeting_words, with_related=("collaboration", "group", "series"), without=("content",)
    )
    notifications.register(
        notifications.Topic(
            key=TOPIC,
            label=gettext_lazy("Meetings"),
            tells=gettext_lazy("A meeting of yours is planned, moved or called off, or you are called in to a matter."),
            mail_titles={
                "planned": gettext_lazy("You are invited to a meeting"),
                "moved": gettext_lazy("A meeting of yours has been moved"),
                "cancelled": gettext_lazy("A meeting of yours has been called off"),
                "called_in": gettext_lazy("You are called in to a matter at a meeting"),
            },
            shown=of_meetings,
            default=notifications.How.AT_ONCE,
            order=10,
        )
    )
    notifications.register(
        notifications.Topic(
            key=MINUTES,
            label=gettext_lazy("Minutes"),
            tells=gettext_lazy("The minutes of a meeting you read are there, or somebody has adjusted them."),
            mail_titles={
                "minutes": gettext_lazy("The minutes of a meeting are there"),
                "minutes_part": gettext_lazy("The minutes of a matter you were called in to are there"),
                "adjusted": gettext_lazy("The minutes of a meeting have been adjusted"),
            },
            shown=of_meetings,
            order=11,
        )
    )
    notifications.register(
        notifications.Topic(
            key=ASSIGNMENTS,
            label=gettext_lazy("What meetings give you to do"),
            tells=gettext_lazy("A meeting gives you or your organisation something to do, or its day has passed."),
            mail_titles={
                "given": gettext_lazy("Something a meeting has given you to do"),
                "late": gettext_lazy("The day has passed of something a meeting has given you to do"),
            },
            shown=notifications.shown_by(Decision, _assignment_words, with_related=("collaboration", "meeting__group")),
            default=notifications.How.AT_ONCE,
            order=12,
        )
    )


def _sit_in(meeting: Meeting) -> set[int]:
    seats = GroupMember.objects.in_force(timezone.localdate()).filter(group=meeting.group_id)
    return set(seats.values_list("membership__user_id", flat=True))


def tell_invited(invitation: MeetingInvitation, what: str, *, is_mailed: bool) -> None:
    """Tell one person of a meeting as it is planned now; once for each time it is changed."""
    notifications.tell(
        TOPIC,
        [invitation.person_id],
        subject=invitation.meeting,
        what=what,
        key=f"{what} {invitation.sequence}",
        group=invitation.meeting.group,
        is_mailed=is_mailed,
    )


def tell_called_in(meeting: Meeting, membership: Membership, *, by: Any) -> None:
    """Tell somebody outside the group that they are called in to a matter."""
    notifications.tell(TOPIC, [membership.user_id], subject=meeting, what="called_in", key="called_in", by=by)


def tell_minutes(meeting: Meeting, *, by: Any) -> None:
    """Tell the group of its minutes, and those who were called in of the part they read."""
    group = _sit_in(meeting)
    notifications.tell(MINUTES, group, subject=meeting, what="minutes", key="minutes", by=by, group=meeting.group)
    called = CalledIn.objects.filter(item__meeting=meeting).values_list("membership__user_id", flat=True)
    others = set(called) - group
    notifications.tell(MINUTES, others, subject=meeting, what="minutes_part", key="minutes", by=by)


def tell_adjusted(meeting: Meeting, adjustment: Adjustment, *, by: Any) -> None:
    """Tell the group that something stands beside its minutes."""
    key = f"adjusted {adjustment.pk}"
    notifications.tell(MINUTES, _sit_in(meeting), subject=meeting, what="adjusted", key=key, by=by, group=meeting.group)


def _given_to(decision: Decision) -> list[int]:
    """Whoever was given it; where nobody is named, those who speak for the organisation."""
    rows = working_here()
    if decision.responsible_id is not None:
        rows = rows.filter(pk=decision.responsible_id)
    else:
        rows = rows.filter(organisation=decision.organisation_id or 0, role__in=SPEAK_FOR_OWN)
    return list(rows.order_by("pk").values_list("user_id", flat=True))


def tell_assigned(decision: Decision, *, by: Any) -> None:
    """Tell those who were given something to do."""
    notifications.tell(ASSIGNMENTS, _given_to(decision), subject=decision, what="given", key="given", by=by)


def tell_late(decision: Decision) -> int:
    """Tell them once that its day has passed, however often the task runs; say how many."""
    return notifications.tell(
        ASSIGNMENTS, _given_to(decision), subject=decision, what="late", key=f"late {decision.due_on:%Y-%m-%d}"
    )
