"""What progress tells the rooms below about itself."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _


def register() -> None:
    """Fill the slots and give the log its words. Doing it twice changes nothing."""
    from followup.progress import my_work, receipts
    from followup.progress import slots as fillers
    from followup.progress.retention import register_kinds
    from partners.presenters import describe_actions
    from ui import slots

    describe_actions(
        {
            "progress_told": _("told how a measure goes"),
            "doses_planned": _("said how much a measure is to give"),
            "obstacle_resolved": _("said that something no longer hinders a measure"),
            "proof_photo_added": _("added a photo of something carried out"),
            "proof_photo_read": _("looked at a photo of something carried out"),
            "proof_photo_removed": _("removed a photo of something carried out"),
        }
    )
    slots.register("measure.timeline", fillers.told_of_measures, order=10)
    slots.register("measure.actions", fillers.way_to_tell, order=10)
    slots.register("measure.notices", fillers.silence_of_measures, order=20)
    slots.register("plan.notices", fillers.silence_in_plans, order=10)
    slots.register("my_work.items", my_work.items, order=55)
    slots.register("measure.notices", fillers.obstacles_of_measures, order=10)
    slots.register("measure.standing", fillers.so_far, order=10)
    slots.register("commitment.actions", fillers.way_to_tell_of_part, order=10)
    slots.register("report.receipt", receipts.done_about_reports, order=30)
    slots.register("place.sections", receipts.told_at_places, order=35)
    register_kinds()
