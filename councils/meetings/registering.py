"""What meetings tell the rooms below about themselves."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _


def register() -> None:
    """Put the meetings in the menu, fill the slots and give the log its words. Doing it twice changes nothing."""
    from councils.meetings import my_work, news, retention
    from councils.meetings import slots as fillers
    from councils.meetings.permissions import READ_MEETINGS
    from partners import log
    from partners.presenters import describe_actions
    from ui import menu, slots

    news.register()
    retention.register_kind()
    fillers.register()
    describe_actions(
        {
            "meeting_series_made": _("began a series of meetings"),
            "meeting_series_changed": _("changed a series of meetings"),
            "meeting_series_ended": _("ended a series of meetings"),
            "meeting_planned": _("planned a meeting"),
            "meeting_moved": _("moved a meeting"),
            "meeting_cancelled": _("called a meeting off"),
            "matter_brought": _("brought a matter to a group"),
            "meeting_opened": _("opened a meeting"),
            "meeting_closed": _("closed a meeting"),
            "roll_called": _("noted who was at a meeting"),
            "called_in": _("called somebody in to a matter"),
            "decision_made": _("wrote down what a meeting decided"),
            "decision_part_asked": _("asked an organisation for its part of a decision"),
            "objection_noted": _("noted an objection"),
            "minutes_adjusted": _("adjusted the minutes of a meeting"),
            "assignment_done": _("said that an assignment is done"),
            "minutes_downloaded": _("took the minutes of a meeting out as a file"),
        }
    )
    log.sort_actions(log.Kind.EXPORTS, "minutes_downloaded")
    slots.register("my_work.items", my_work.items, order=30)
    menu.register(
        "meeting_list",
        _("Meetings and decisions"),
        group=menu.Group.LEADERSHIP,
        order=10,
        roles=READ_MEETINGS,
        also=["meeting", "meeting_new", "meeting_move", "matter_new", "series_new", "series_change", "decision_list"],
    )
