"""What the platform's common places know of commitments: log words, menu, slots."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _


def register() -> None:
    """Called once, when the room is ready."""
    from action_plans.commitments import my_work, news
    from action_plans.commitments import slots as commitment_slots
    from action_plans.permissions import READ_DECIDED_PLANS
    from partners import log
    from partners.presenters import describe_actions
    from ui import menu, slots

    news.register()
    describe_actions(
        {
            "commitment_rules_changed": _("changed the rules of the ledger"),
            "absence_said": _("said that somebody is away"),
            "absence_taken_back": _("took back that somebody is away"),
            "ledger_downloaded": _("downloaded the ledger of commitments"),
        }
    )
    log.sort_actions(log.Kind.EXPORTS, "ledger_downloaded")
    menu.register(
        "commitment_list",
        _("Requests and commitments"),
        group=menu.Group.AREA,
        order=25,
        roles=READ_DECIDED_PLANS,
        also=["commitment_detail", "commitment_new", "commitment_ledger", "commitment_rules", "absence_list"],
    )
    slots.register("my_work.items", my_work.items, order=20)
    slots.register("area.sections", commitment_slots.commitments_in_areas, order=30)
    slots.register("place.sections", commitment_slots.commitments_at_places, order=40)
    slots.register("problem.sections", commitment_slots.commitments_of_problems, order=40)
