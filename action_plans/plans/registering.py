"""What the rooms below are told of plans: the menu, the log's words, and what stands on their pages."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from action_plans.permissions import READ_DECIDED_PLANS
from action_plans.plans import slots as plan_slots
from partners.presenters import describe_actions
from ui import menu, slots


def register() -> None:
    """Called once, when the platform starts."""
    describe_actions(
        {
            "plan_decided": _("decided a version of a plan"),
            "plan_signed": _("noted who has signed a plan"),
            "agreement_made": _("wrote down an agreement"),
            "agreement_changed": _("changed an agreement"),
            "agreement_party_added": _("wrote down a party of an agreement"),
            "agreement_party_removed": _("took a party out of an agreement"),
        }
    )
    menu.register(
        "plan_list",
        _("Action plans"),
        group=menu.Group.AREA,
        order=20,
        roles=READ_DECIDED_PLANS,
        also=[
            "plan",
            "plan_new",
            "plan_change",
            "plan_changes",
            "plan_decide",
            "plan_version",
            "agreement_list",
            "agreement_new",
            "agreement",
            "agreement_change",
        ],
    )
    slots.register("area.process_bar", plan_slots.step_in_areas, order=30)
    slots.register("area.sections", plan_slots.plans_in_areas, order=30)
    slots.register("problem.sections", plan_slots.plans_of_problems, order=30)
