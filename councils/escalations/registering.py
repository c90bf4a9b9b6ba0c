"""What questions between the levels tell the rooms below about themselves."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _


def register() -> None:
    """Fill the slots, put the list in the menu and give the log its words. Doing it twice changes nothing."""
    from councils import retention
    from councils.escalations import my_work, news
    from councils.escalations import slots as fillers
    from councils.escalations.permissions import READ_ESCALATIONS
    from partners.presenters import describe_actions
    from ui import menu, slots

    retention.register_kinds()
    news.register()
    describe_actions(
        {
            "escalation_made": _("took a question to another level"),
            "escalation_taken_back": _("took a question to another level back"),
            "escalation_answered": _("wrote down what a group answered another level"),
            "escalation_noted": _("took note of an answer from another level"),
        }
    )
    menu.register(
        "escalation_list",
        _("Questions between the levels"),
        group=menu.Group.LEADERSHIP,
        order=40,
        roles=READ_ESCALATIONS,
        also=["escalation", "escalation_new"],
    )
    slots.register("my_work.items", my_work.items, order=15)
    slots.register("group.sections", fillers.of_groups, order=20)
    slots.register("problem.actions", fillers.way_from_problems, order=90)
    slots.register("measure.actions", fillers.way_from_measures, order=90)
    slots.register("commitment.actions", fillers.way_from_a_no, order=90)
    slots.register("problem.sections", fillers.about_problems, order=60)
    slots.register("measure.sections", fillers.about_measures, order=60)
    slots.register("commitment.sections", fillers.about_commitments, order=60)
    slots.register("place.sections", fillers.about_places, order=60)
