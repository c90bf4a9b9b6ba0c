"""Planning meetings: series, their next meeting, and single ones. Whoever sits in the group is invited."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Max, Q
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from action_plans.checks import check_row
from audit.actions import record
from cause_analysis.texts import check_texts
from common.days import midnight
from common.errors import NotPossible
from councils.meetings.dates import moment, next_day
from councils.meetings.permissions import check_may_keep_meetings
from councils.meetings.rules import check_is_planned
from councils.models import Meeting, MeetingSeries, MeetingState
from councils.models.meetings import LONGEST_REASON
from partners.models import Collaboration, Group

# How far ahead somebody can plan by hand: further is a slip of the keyboard.
FURTHEST = dt.timedelta(days=3 * 365)
_WRITTEN = ("name", "cadence", "first_on", "starts_at", "length_min", "where", "adjust_days")


def locked(meeting: Meeting) -> Meeting:
    """The meeting as it is now, and nobody else's until the transaction ends."""
    rows = Meeting.objects.select_for_update(of=("self",), no_key=True)
    return rows.select_related("group", "series", "collaboration").get(pk=meeting.pk)


@transaction.atomic
def make_series(*, by: Any, group: Group, is_confirmed: bool = False, **values: Any) -> MeetingSeries:
    """Begin a series of meetings, and plan the first one that lies ahead."""
    check_may_keep_meetings(by, group)
    _check_meets(group)
    # One at a time, so that the same form sent twice makes one.
    Group.objects.select_for_update(no_key=True).get(pk=group.pk)
    series = MeetingSeries(collaboration_id=group.collaboration_id, group=group)
    known = MeetingSeries.objects.filter(group=group, **{name: values[name] for name in _WRITTEN if name in values})
    if (sent_before := known.first()) is not None:
        return sent_before
    _write(by, series, values, is_confirmed=is_confirmed)
    record("meeting_series_made", by=by, subject=series, group=group.pk)
    plan_next(series, today=timezone.localdate())
    return series


@transaction.atomic
def change_series(*, by: Any, series: MeetingSeries, is_confirmed: bool = False, **values: Any) -> MeetingSeries:
    """Change when and where a series meets. Its next meeting moves with it; those that have been stand."""
    series = MeetingSeries.objects.select_for_update(no_key=True).select_related("group").get(pk=series.pk)
    check_may_keep_meetings(by, series.group)
    _check_goes_on(series)
    _write(by, series, values, is_confirmed=is_confirmed)
    record("meeting_series_changed", by=by, subject=series)
    now = timezone.now()
    ahead = series.meetings.select_for_update(no_key=True).filter(state=MeetingState.PLANNED, starts_at__gte=now)
    meeting = ahead.order_by("starts_at").first()
    if meeting is None:
        plan_next(series, today=timezone.localdate(now))
    elif (starts_at := _next_free(series, meeting, now)) is not None:
        _put(meeting, starts_at, series.length_min, series.where)
    return series


def _next_free(series: MeetingSeries, meeting: Meeting, now: dt.datetime) -> dt.datetime | None:
    """When the series' next meeting is held: ahead, after those that have been or are called off, beside no other."""
    others = series.meetings.exclude(pk=meeting.pk)
    gone = others.filter(~Q(state=MeetingState.PLANNED) | Q(starts_at__lt=now)).aggregate(last=Max("starts_at"))["last"]
    after = timezone.localdate(now) - dt.timedelta(days=1)
    if gone is not None:
        after = max(after, timezone.localdate(gone))
    taken = set(others.values_list("starts_at", flat=True))
    while (day := next_day(series, after)) is not None:
        starts_at = moment(day, series.starts_at)
        if starts_at >= now and starts_at not in taken:
            return starts_at
        after = day
    return None


@transaction.atomic
def end_series(*, by: Any, series: MeetingSeries) -> MeetingSeries:
    """Let a series end. A meeting that is planned and has nothing but the rhythm behind it is cancelled."""
    series = MeetingSeries.objects.select_for_update(no_key=True).select_related("group").get(pk=series.pk)
    check_may_keep_meetings(by, series.group)
    _check_goes_on(series)
    series.ended_on = max(timezone.localdate(), series.first_on)
    series.save(update_fields=["ended_on"])
    record("meeting_series_ended", by=by, subject=series)
    # Kept with the meeting and read by people of several languages.
    with translation.override(settings.LANGUAGE_CODE):
        reason = _("The series has ended.")
    for meeting in series.meetings.filter(state=MeetingState.PLANNED):
        cancel_meeting(by=by, meeting=meeting, reason=reason)
    return series


def _check_goes_on(series: MeetingSeries) -> None:
    if series.ended_on is not None:
        raise NotPossible(_("The series has ended. Begin a new one."))


def _check_meets(group: Group) -> None:
    if not group.is_active:
        raise NotPossible({"group": _("Choose a group that meets here.")})


def _write(by: Any, series: MeetingSeries, values: dict[str, Any], *, is_confirmed: bool) -> None:
    for name in _WRITTEN:
        if name in values:
            value = values[name]
            setattr(series, name, " ".join(value.split()) if isinstance(value, str) and name != "cadence" else value)
    texts = {"name": series.name, "where": series.where}
    check_texts(by, series.collaboration_id, texts, is_confirmed=is_confirmed, longest=120)
    check_row(series, without=["collaboration", "group"])
    series.save()


def plan_next(series: MeetingSeries, *, today: dt.date, besides: Meeting | None = None) -> Meeting | None:
    """The series' next meeting, planned if it was not; None once it or its group has ended. Safe to run again.

    A meeting that was planned and never held keeps its page, and does not keep the series from going on. `besides` is
    the one that is just being closed.
    """
    not_held = Q(state=MeetingState.PLANNED, starts_at__lt=midnight(today - dt.timedelta(days=1)))
    left = series.meetings.filter(state__in=[MeetingState.PLANNED, MeetingState.ONGOING]).exclude(not_held)
    ahead = left.exclude(pk=besides.pk if besides else 0).order_by("starts_at").first()
    if ahead is not None:
        return ahead
    if not series.group.is_active:
        return None
    last = series.meetings.aggregate(last=Max("starts_at"))["last"]
    after = max(timezone.localdate(last), today - dt.timedelta(days=1)) if last else today - dt.timedelta(days=1)
    day = next_day(series, after)
    if day is None:
        return None
    return _new(series.group, moment(day, series.starts_at), series.length_min, series.where, series=series)


@transaction.atomic
def plan_meeting(
    *, by: Any, group: Group, starts_at: dt.datetime, length_min: int = 60, where: str = "", is_confirmed: bool = False
) -> Meeting:
    """Plan a single meeting of a group."""
    check_may_keep_meetings(by, group)
    _check_meets(group)
    where = " ".join(where.split())
    check_texts(by, group.collaboration_id, {"where": where}, is_confirmed=is_confirmed, longest=120)
    _check_ahead(starts_at)
    Group.objects.select_for_update(no_key=True).get(pk=group.pk)
    same = Meeting.objects.filter(group=group, starts_at=starts_at, series=None).exclude(state=MeetingState.CANCELLED)
    if (sent_before := same.first()) is not None:
        return sent_before
    meeting = _new(group, starts_at, length_min, where)
    record("meeting_planned", by=by, subject=meeting, group=group.pk)
    return meeting


def _new(
    group: Group, starts_at: dt.datetime, length_min: int, where: str, *, series: MeetingSeries | None = None
) -> Meeting:
    # One at a time, so that no two get the same number.
    collaboration = Collaboration.objects.select_for_update(no_key=True).get(pk=group.collaboration_id)
    if series is not None and (known := series.meetings.filter(starts_at=starts_at).first()) is not None:
        return known
    last = Meeting.objects.filter(collaboration=collaboration).aggregate(last=Max("number"))["last"]
    meeting = Meeting(
        collaboration=collaboration,
        group=group,
        series=series,
        number=(last or 0) + 1,
        starts_at=starts_at,
        length_min=length_min,
        where=where,
    )
    check_row(meeting, without=["collaboration", "group", "series"])
    meeting.save()
    return meeting


def _check_ahead(starts_at: dt.datetime) -> None:
    now = timezone.now()
    if starts_at < now - dt.timedelta(hours=12):
        raise NotPossible({"starts_at": _("The day has passed. Choose a later one.")})
    if starts_at > now + FURTHEST:
        raise NotPossible({"starts_at": _("Choose a day within the next three years.")})


@transaction.atomic
def move_meeting(
    *, by: Any, meeting: Meeting, starts_at: dt.datetime, length_min: int, where: str = "", is_confirmed: bool = False
) -> Meeting:
    """Hold a planned meeting at another time or place. The rhythm of its series stays."""
    meeting = locked(meeting)
    check_may_keep_meetings(by, meeting.group)
    check_is_planned(meeting)
    where = " ".join(where.split())
    check_texts(by, meeting.collaboration_id, {"where": where}, is_confirmed=is_confirmed, longest=120)
    _check_ahead(starts_at)
    taken = Meeting.objects.filter(series=meeting.series_id, starts_at=starts_at).exclude(pk=meeting.pk)
    if meeting.series_id is not None and taken.exists():
        raise NotPossible({"starts_at": _("The series already has a meeting then.")})
    if _put(meeting, starts_at, length_min, where):
        record("meeting_moved", by=by, subject=meeting)
    return meeting


def _put(meeting: Meeting, starts_at: dt.datetime, length_min: int, where: str) -> bool:
    if (meeting.starts_at, meeting.length_min, meeting.where) == (starts_at, length_min, where):
        return False
    meeting.starts_at, meeting.length_min, meeting.where = starts_at, length_min, where
    meeting.sequence += 1
    check_row(meeting, without=["collaboration", "group", "series"])
    meeting.save(update_fields=["starts_at", "length_min", "where", "sequence"])
    return True


@transaction.atomic
def cancel_meeting(*, by: Any, meeting: Meeting, reason: str, is_confirmed: bool = False) -> Meeting:
    """Call a planned meeting off. What waited for it waits for the next one, which a series plans at once."""
    meeting = locked(meeting)
    check_may_keep_meetings(by, meeting.group)
    check_is_planned(meeting)
    reason = " ".join(reason.split())
    if not reason:
        raise NotPossible({"reason": _("Say why.")})
    texts = {"reason": reason}
    check_texts(by, meeting.collaboration_id, texts, is_confirmed=is_confirmed, longest=LONGEST_REASON)
    meeting.state, meeting.cancelled_reason = MeetingState.CANCELLED, reason
    meeting.sequence += 1
    meeting.save(update_fields=["state", "cancelled_reason", "sequence"])
    record("meeting_cancelled", by=by, subject=meeting)
    if meeting.series is not None:
        plan_next(meeting.series, today=timezone.localdate())
    return meeting
