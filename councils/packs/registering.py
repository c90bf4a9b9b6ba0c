"""What frozen packs tell the rooms below about themselves."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _


def register() -> None:
    """Put the packs in the menu, fill the slot of a decided plan and give the log its words."""
    from councils.models import READ_PACKS
    from councils.packs import slots as fillers
    from partners import log
    from partners.presenters import describe_actions
    from ui import menu, slots

    describe_actions({"pack_frozen": _("froze a pack"), "pack_downloaded": _("took a frozen pack out as a file")})
    log.sort_actions(log.Kind.EXPORTS, "pack_downloaded")
    slots.register("plan_version.actions", fillers.packs_of_versions, order=90)
    menu.register(
        "pack_list", _("Frozen packs"), group=menu.Group.LEADERSHIP, order=15, roles=READ_PACKS, also=["pack"]
    )
