"""What can be frozen when."""

from __future__ import annotations

from django.utils.translation import gettext as _

from common.errors import NotPossible
from councils.models import Meeting, MeetingState
from partners.models import Level


def takes_packs(meeting: Meeting) -> bool:
    """Whether a pack can be frozen for the meeting: one of the highest level that is not over."""
    return meeting.group.level == Level.STRATEGIC and meeting.state in {MeetingState.PLANNED, MeetingState.ONGOING}


def check_takes_packs(meeting: Meeting) -> None:
    """The same, with the reason."""
    if meeting.group.level != Level.STRATEGIC:
        raise NotPossible(_("A pack is frozen for the meetings of the management council."))
    if not takes_packs(meeting):
        raise NotPossible(
            _("The meeting is %(state)s. Its pack is frozen before it or while it goes on.")
            % {"state": meeting.get_state_display()}
        )
