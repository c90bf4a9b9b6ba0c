"""What meetings ask of somebody: to come, to do what they were given, and to lead the next one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from common.days import midnight
from councils.meetings import presenters, queries
from councils.models import Meeting, MeetingState
from partners.models import Collaboration, GroupMember

# A meeting is told of so many days before.
AHEAD_DAYS = 14


def items(user: Any, collaborations: Sequence[Collaboration]) -> dict[int, list[dict[str, Any]]]:
    """The meetings of one's groups in the next two weeks, and the assignments one has."""
    found: dict[int, list[dict[str, Any]]] = {}
    if user.is_service:
        return found
    now = timezone.now()
    seats = GroupMember.objects.in_force(timezone.localdate(now)).of(user).values("group")
    # One that was never held is taken up no more on the day after.
    ahead = Q(state=MeetingState.PLANNED, starts_at__gte=midnight(timezone.localdate(now)))
    rows = Meeting.objects.visible_to(user).filter(
        ahead | Q(state=MeetingState.ONGOING),
        collaboration__in=collaborations,
        group__in=seats,
        starts_at__lt=now + dt.timedelta(days=AHEAD_DAYS),
    )
    for meeting in rows.select_related("group", "series", "collaboration").order_by("starts_at", "pk"):
        title = _("Meeting: %(name)s") % {"name": meeting.series.name if meeting.series else meeting.group.name}
        found.setdefault(meeting.collaboration_id, []).append(
            {
                "key": f"meeting {meeting.pk}",
                "title": title,
                "mail_title": _("A meeting of yours"),
                "text": presenters.when(meeting.starts_at),
                "url": presenters.url_of(meeting),
                "due_on": timezone.localdate(meeting.starts_at),
            }
        )
    for collaboration in collaborations:
        for decision in queries.assignments_of(user, collaboration):
            found.setdefault(collaboration.pk, []).append(
                {
                    "key": f"assignment {decision.pk}",
                    "title": decision.text,
                    "mail_title": _("Something a meeting has given you to do"),
                    "text": f"{presenters.name_of(decision)} · {decision.meeting.group.name}",
                    "url": reverse("decision_list", args=[collaboration.slug]) + "?only=waiting",
                    "due_on": decision.due_on,
                    "answers": [
                        {
                            "label": _("It is done"),
                            "url": reverse("decision_done", args=[collaboration.slug, decision.pk]),
                        }
                    ],
                }
            )
    return found
