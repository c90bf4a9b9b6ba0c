"""What measures tell the rooms below about themselves."""

from __future__ import annotations

from django.utils.translation import pgettext_lazy

from action_plans.measures import my_work, news
from action_plans.measures import slots as fillers
from action_plans.permissions import READ_PLANS
from ui import menu, slots


def register() -> None:
    """Fill the slots and put the list of measures in the menu. Doing it twice changes nothing."""
    news.register()
    slots.register("problem.sections", fillers.measures_of_problems, order=30)
    slots.register("cause.sections", fillers.measures_for_causes, order=20)
    slots.register("place.sections", fillers.measures_at_places, order=30)
    slots.register("inspection.defects", fillers.measures_for_defects, order=10)
    slots.register("inspection.defect_actions", fillers.make_from_defects, order=10)
    slots.register("my_work.items", my_work.items, order=50)
    menu.register(
        "measure_list",
        pgettext_lazy("the room", "Measures"),
        group=menu.Group.AREA,
        order=30,
        roles=READ_PLANS,
        also=[
            "measure_new",
            "measure_detail",
            "measure_change",
            "measure_choose",
            "measure_evaluation",
            "measure_part",
            "measure_follow_up",
        ],
    )
