"""What tests of meetings share: the cast of plans, with a group that meets in West."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils import timezone

from councils.meetings import leading
from councils.models import AgendaItem, Meeting
from tests import factories as make
from tests.action_plans.cast import PlanWorld


class MeetingWorld(PlanWorld):
    """The group of the cast meets here; the coordinator keeps its minutes."""

    def __init__(self) -> None:
        super().__init__()
        make.GroupAreaFactory(group=self.group, area=self.west, collaboration=self.here)
        self.seat = make.GroupMemberFactory(
            group=self.group, membership=self.officer.memberships.get(), collaboration=self.here
        )

    def planned(self, **values: Any) -> Meeting:
        """A meeting that begins in an hour."""
        soon = timezone.now() + dt.timedelta(hours=1)
        return make.MeetingFactory(**{"group": self.group, "starts_at": soon, **values})

    def opened(self, **values: Any) -> Meeting:
        """A meeting that goes on, with its agenda written."""
        return leading.open_meeting(by=self.coordinator, meeting=self.planned(**values))

    def item(self, meeting: Meeting, key: str) -> AgendaItem:
        """The item of a deviation, taken up."""
        item = meeting.items.select_related("meeting__group", "matter").get(matter__key=key)
        return leading.open_item(by=self.coordinator, item=item)

    def next_one(self, meeting: Meeting) -> Meeting:
        """Close a meeting, and open the group's next."""
        leading.close_meeting(by=self.coordinator, meeting=meeting)
        return self.opened()
