"""Meetings, matters and decisions, out of the database."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.db.models import Case, Count, Q, QuerySet, When
from django.utils import timezone

from action_plans.permissions import organisations_spoken_for
from areas.models import Area, Place
from councils.models import Decision, Matter, Meeting, MeetingSeries, MeetingState
from councils.models.escalations import READ_BY_SEAT
from partners.models import Collaboration, Membership, Organisation
from partners.roles import MAY_COMPILE


def meetings_for(user: Any, collaboration: Collaboration) -> QuerySet[Meeting]:
    """The meetings of one collaboration that the user reads, or was called in to."""
    rows = Meeting.objects.visible_to(user).filter(collaboration=collaboration)
    return rows.select_related("group", "series", "collaboration")


def ahead(user: Any, collaboration: Collaboration) -> list[Meeting]:
    """Those that go on, and those planned: the next first, and last those whose day passed without them."""
    rows = meetings_for(user, collaboration).filter(state__in=[MeetingState.ONGOING, MeetingState.PLANNED])
    rows = rows.defer("content")
    return sorted(rows, key=lambda one: (one.state != MeetingState.ONGOING, was_not_held(one), one.starts_at))


def was_not_held(meeting: Meeting) -> bool:
    """Whether it is still planned although its day has passed."""
    return meeting.state == MeetingState.PLANNED and timezone.localdate(meeting.starts_at) < timezone.localdate()


def held(user: Any, collaboration: Collaboration) -> QuerySet[Any]:
    """Those that are over, the latest first, with how many decisions were made where the user reads all of it."""
    rows = meetings_for(user, collaboration).filter(state__in=[MeetingState.CLOSED, MeetingState.CANCELLED])
    is_whole = Q(pk__in=Meeting.objects.whole_for(user).values("pk"))
    decided = Case(When(is_whole, then=Count("decisions")))
    return rows.annotate(decided=decided).defer("content").order_by("-starts_at", "-pk")


def series_for(user: Any, collaboration: Collaboration) -> QuerySet[MeetingSeries]:
    """The series of the collaboration's groups, those that go on first."""
    rows = MeetingSeries.objects.visible_to(user).filter(collaboration=collaboration)
    return rows.select_related("group").order_by("ended_on", "group__name", "name")


def waiting(user: Any, collaboration: Collaboration) -> QuerySet[Matter]:
    """What the groups have not settled, and is on no agenda of a meeting that goes on."""
    rows = Matter.objects.visible_to(user).waiting().filter(collaboration=collaboration)
    return (
        rows.exclude(items__meeting__state=MeetingState.ONGOING)
        .select_related("group", "area")
        .order_by("group__name", "-times_postponed", "pk")
    )


def decisions_for(user: Any, collaboration: Collaboration) -> QuerySet[Decision]:
    """The decisions the user reads, the latest first."""
    rows = Decision.objects.visible_to(user).filter(collaboration=collaboration)
    related = rows.select_related("meeting__group", "organisation", "responsible__user", "item")
    return related.defer("meeting__content").order_by("-number")


def not_done(rows: QuerySet[Decision]) -> QuerySet[Decision]:
    """Assignments nobody has said are done."""
    return rows.filter(outcome="assignment", done_at=None)


def assignments_of(user: Any, collaboration: Collaboration) -> QuerySet[Decision]:
    """What the user, or an organisation they speak for, was given to do and has not said is done."""
    mine = [m.pk for m in user.memberships_in(collaboration)]
    own = [one.pk for one in organisations_spoken_for(user, collaboration)]
    given = Q(responsible__in=mine) | Q(responsible=None, organisation__in=own)
    return not_done(decisions_for(user, collaboration).filter(given)).order_by("due_on", "pk")


def place_names(user: Any, areas: Iterable[Area]) -> list[str]:
    """The named places in some areas, to choose from."""
    rows = Place.objects.visible_to(user).filter(area__in=list(areas), is_active=True)
    return list(rows.order_by("name").values_list("name", flat=True)[:500])


def people_of(collaboration_id: int, today: dt.date | None = None) -> QuerySet[Membership]:
    """Everybody who takes part here today by a role that takes part in meetings, by organisation and function."""
    rows = Membership.objects.active(today or timezone.localdate()).filter(
        collaboration=collaboration_id, user__is_active=True, user__is_service=False, role__in=READ_BY_SEAT
    )
    return rows.select_related("user", "organisation").order_by("organisation__name", "user__function", "pk")


def organisations_to_adjust_for(user: Any, meeting: Meeting) -> QuerySet[Organisation]:
    """For whom the user may say what is wrong in the minutes."""
    rows = Organisation.objects.filter(collaboration=meeting.collaboration_id, is_active=True)
    if not user.has_role(meeting.collaboration_id, MAY_COMPILE):
        own = organisations_spoken_for(user, meeting.collaboration_id)
        rows = rows.filter(pk__in=[one.pk for one in own])
    return rows.order_by("name")
