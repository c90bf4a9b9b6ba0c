"""Several people at the same moment: a matter is decided once, a meeting closed once, and nothing is half done."""

import datetime as dt
import uuid

import pytest
import time_machine
from django.core import mail
from django.db.models import Count
from django.utils import timezone

from action_plans.models import Commitment, MeasureState
from audit.models import Event
from common.errors import NotPossible
from councils.meetings import leading, planning
from councils.meetings.inviting import invite, plan_ahead
from councils.models import Decision, Meeting, MeetingState
from partners.models import Notification
from tests.at_once import at_once
from tests.councils.meeting_cast import MeetingWorld

pytestmark = pytest.mark.django_db(transaction=True)


def test_two_decide_the_same_item_and_two_close_the_same_meeting():
    world = MeetingWorld()
    measure = world.decidable()
    meeting = world.opened()
    item = world.item(meeting, f"measure {measure.pk} proposed")
    same = uuid.uuid4()

    def decides(by, form_id):
        return leading.decide(by=by, item=item, outcome="decision", change="measure_decide", form_id=form_id)

    answers = at_once(
        lambda: decides(world.coordinator, same),
        lambda: decides(world.coordinator, same),
        lambda: decides(world.officer, uuid.uuid4()),
    )
    assert Decision.objects.count() == 1
    assert all(isinstance(one, Decision | NotPossible) for one in answers)
    measure.refresh_from_db()
    assert measure.state == MeasureState.DECIDED
    assert measure.moves.filter(to_state=MeasureState.DECIDED).count() == 1

    def asks():
        day = timezone.localdate() + dt.timedelta(days=7)
        return leading.decide(
            by=world.coordinator, item=item, outcome="decision", change="measure_ask", text="Gå förbi.",
            organisation=world.police_authority, due_on=day,
        )  # fmt: skip

    answers = at_once(
        lambda: leading.close_meeting(by=world.coordinator, meeting=meeting),
        lambda: leading.close_meeting(by=world.officer, meeting=meeting),
        asks,
    )
    assert [type(one) for one in answers[:2]] == [Meeting, Meeting]
    assert Event.objects.filter(action="meeting_closed").count() == 1
    # What was asked stands in the minutes, or was not asked at all.
    meeting.refresh_from_db()
    told = [one for row in meeting.content["items"] for one in row["decisions"]]
    assert len(told) == Decision.objects.count()
    assert Commitment.objects.filter(text="Gå förbi.").count() == len(told) - 1
    assert isinstance(answers[2], Decision if len(told) == 2 else NotPossible)
    # The minutes are told of by the one that closed, to the others of the group.
    assert not Notification.objects.filter(topic="minutes").values("person").annotate(n=Count("pk")).filter(n__gt=1)


@time_machine.travel("2026-11-23T10:00:00+01:00", tick=False)
def test_two_who_open_two_series_workers_and_two_that_invite():
    world = MeetingWorld()
    series = planning.make_series(
        by=world.coordinator, group=world.group, name="EST-möte", cadence="weekly", first_on=timezone.localdate(),
        starts_at=dt.time(11), length_min=60, where="", adjust_days=7,
    )  # fmt: skip
    sent = at_once(*[lambda: invite(world.here, now=timezone.now()) for _ in range(3)])
    assert sum(sent) == len(mail.outbox) == 2
    first = series.meetings.get()
    opened = at_once(
        lambda: leading.open_meeting(by=world.coordinator, meeting=first),
        lambda: leading.open_meeting(by=world.officer, meeting=first),
    )
    assert [type(one) for one in opened] == [Meeting, Meeting]
    assert first.items.filter(section="roll_call").count() == 1
    Meeting.objects.filter(pk=first.pk).update(state=MeetingState.CANCELLED, cancelled_reason="x", closed_at=None)
    planned = at_once(*[lambda: plan_ahead(world.here, today=timezone.localdate()) for _ in range(3)])
    assert series.meetings.filter(state=MeetingState.PLANNED).count() == 1
    assert sorted(planned) == [0, 0, 1]
