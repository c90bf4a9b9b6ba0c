"""What inspections tell the rooms below when the platform starts: log words, menu, slots, retention."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _


def register() -> None:
    """Called once from `AreasConfig.ready()`."""
    from areas.inspections import my_work
    from areas.inspections.retention import register_kinds
    from areas.inspections.slots import inspections_at_places
    from partners import log
    from partners.presenters import describe_actions
    from partners.roles import MAY_INSPECT_OWN_PLACES, SEE_EVERYTHING
    from ui import menu, slots

    describe_actions(
        {
            "inspection_begun": _("began a safety inspection"),
            "inspection_filled_in": _("filled in a safety inspection or a walk's stop"),
            "inspection_finished": _("finished a safety inspection or a walk's stop"),
            "inspection_corrected": _("wrote a correction beside an inspection"),
            "inspection_dropped": _("threw away an unfinished inspection"),
            "inspection_read": _("read another organisation's inspection"),
            "inspection_photo_added": _("sent a photo with an inspection"),
            "inspection_photo_marked": _("marked a spot in a photo"),
            "inspection_mark_removed": _("took away a mark in a photo"),
            "inspection_photo_removed": _("removed a photo of an inspection"),
            "inspection_photo_read": _("looked at a photo of an inspection"),
            "walk_begun": _("planned a safety walk"),
            "walk_finished": _("finished a safety walk"),
            "checklist_changed": _("changed a checklist"),
        }
    )
    log.sort_actions(log.Kind.READS, "inspection_read", "inspection_photo_read")
    slots.register("place.sections", inspections_at_places, order=40)
    slots.register("my_work.items", my_work.items, order=20)
    menu.register(
        "inspection_list",
        _("Inspections and walks"),
        group=menu.Group.AREA,
        order=60,
        roles=MAY_INSPECT_OWN_PLACES | SEE_EVERYTHING,
        also=[
            "inspection_new", "inspection_fill", "inspection_detail", "inspection_correct", "inspection_marks",
            "defect_list", "walk_new", "walk_detail", "checklist_detail", "checklist_change",
        ],
    )  # fmt: skip
    register_kinds()
