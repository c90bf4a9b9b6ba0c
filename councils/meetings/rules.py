"""What can hold for a meeting, whoever asks. Nothing here saves."""

from __future__ import annotations

from django.utils.translation import gettext as _

from common.errors import NotPossible
from councils.models import AgendaItem, Meeting, MeetingState, Outcome, Section
from partners.models import Group, Level

# The parts every agenda has, whether the platform noticed something or not. Each is talked through, not settled.
STANDING: dict[Level, tuple[Section, ...]] = {
    Level.TACTICAL: (
        Section.ROLL_CALL, Section.PICTURE, Section.POLICE, Section.COMING, Section.FOCUS, Section.FEEDBACK,
        Section.NEXT,
    ),
    Level.OPERATIVE: (
        Section.ROLL_CALL, Section.PICTURE, Section.POLICE, Section.COMING, Section.FOCUS, Section.FEEDBACK,
        Section.NEXT,
    ),
    Level.STRATEGIC: (Section.ROLL_CALL, Section.PICTURE, Section.FEEDBACK, Section.NEXT),
}  # fmt: skip
# What ends a matter. What is postponed, or was never reached, comes back.
SETTLES = {Outcome.DECISION, Outcome.ASSIGNMENT, Outcome.ESCALATION, Outcome.INFORMATION}


# Whose decisions name what each organisation does. A group in an area asks for a part of a measure instead.
ASKS_PARTS = {Level.OPERATIVE, Level.STRATEGIC}


def check_asks_parts(group: Group) -> None:
    """A decision that asks several organisations is made where they sit."""
    if group.level not in ASKS_PARTS:
        raise NotPossible(_("The group asks for a part of a measure. Open the measure, and ask there."))


def check_is_planned(meeting: Meeting) -> None:
    """Before a meeting it can be moved and cancelled, and its agenda is still written by itself."""
    if meeting.state == MeetingState.ONGOING:
        raise NotPossible(_("The meeting has already begun. This is done before a meeting."))
    if meeting.state != MeetingState.PLANNED:
        raise NotPossible(
            _("The meeting is %(state)s. This is done before a meeting.") % {"state": meeting.get_state_display()}
        )


def check_is_ongoing(meeting: Meeting) -> None:
    """Outcomes are written down while the meeting goes on, and at no other time."""
    if meeting.state != MeetingState.ONGOING:
        raise NotPossible(
            _("The meeting is %(state)s. Decisions are written down while it goes on.")
            % {"state": meeting.get_state_display()}
        )


def check_is_open(item: AgendaItem) -> None:
    """What comes of a matter is written down while it is the one that is talked about."""
    if item.open_since is None:
        raise NotPossible(_("Open the matter first: what comes of it is written down while you talk about it."))


def check_is_closed(meeting: Meeting) -> None:
    """Minutes can be adjusted once they are there."""
    if meeting.state != MeetingState.CLOSED:
        raise NotPossible(_("The minutes are made when the meeting is closed."))
