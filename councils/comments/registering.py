"""What comments on figures tell the rooms below about themselves."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _


def register() -> None:
    """Fill the slot of a picture's figures, register retention and give the log its words."""
    from councils.comments import retention
    from councils.comments import slots as fillers
    from partners.presenters import describe_actions
    from ui import slots

    describe_actions({"figure_commented": _("commented on a figure of a picture")})
    slots.register("picture.figures", fillers.comments_on_pictures)
    retention.register_kind()
