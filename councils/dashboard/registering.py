"""What the platform's common places know of the council page: its line in the menu, and log words."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _


def register() -> None:
    """Called once, when the room is ready."""
    from councils.dashboard.permissions import READ_COUNCIL_PAGE
    from partners import log
    from partners.presenters import describe_actions
    from ui import menu

    describe_actions({"council_page_downloaded": _("took the council's page out as PDF")})
    log.sort_actions(log.Kind.EXPORTS, "council_page_downloaded")
    menu.register(
        "council_page",
        _("Management council"),
        group=menu.Group.LEADERSHIP,
        order=10,
        roles=READ_COUNCIL_PAGE,
        also=["council_list"],
    )
