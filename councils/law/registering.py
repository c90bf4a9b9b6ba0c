"""What the room of the law tells the rooms below about itself."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _


def register() -> None:
    """Put the pages in the menu, fill the slots and give the log its words. Doing it twice changes nothing."""
    from councils.law import my_work
    from councils.models import READ_LAW
    from partners import log
    from partners.presenters import describe_actions
    from ui import menu, slots

    describe_actions(
        {
            "duty_worded": _("worded what a duty of the law requires"),
            "duty_begun": _("said that work on a duty of the law had begun"),
            "duty_rested": _("said that work on a duty of the law had not begun"),
            "duty_decided": _("wrote down a decision on a duty of the law"),
            "duty_due_changed": _("changed when a decision on a duty is to be renewed"),
            "duty_decision_struck": _("struck out a decision on a duty of the law"),
            "law_paper_taken": _("took out a paper that the law or its follow-up asks for"),
            "year_entry_added": _("put something in the year wheel"),
            "year_entry_changed": _("changed something in the year wheel"),
            "year_entry_removed": _("took something out of the year wheel"),
        }
    )
    log.sort_actions(log.Kind.EXPORTS, "law_paper_taken")
    slots.register("my_work.items", my_work.items, order=80)
    menu.register(
        "law",
        _("The law"),
        group=menu.Group.LEADERSHIP,
        order=60,
        roles=READ_LAW,
        also=["duty", "duty_decide", "duty_change", "duty_due", "duty_strike", "law_papers"],
    )
    menu.register(
        "year_wheel",
        _("Year wheel"),
        group=menu.Group.LEADERSHIP,
        order=65,
        roles=READ_LAW,
        also=["year_entry_new", "year_entry"],
    )
    menu.register("hand_over", _("New in the role"), group=menu.Group.LEADERSHIP, order=70, roles=READ_LAW)
