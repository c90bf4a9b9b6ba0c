"""What questions between the levels tell the rooms below about themselves."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _


def register() -> None:
    """Give the log its words. Doing it twice changes nothing."""
    from partners.presenters import describe_actions

    describe_actions(
        {
            "escalation_made": _("took a question to another level"),
            "escalation_taken_back": _("took a question to another level back"),
            "escalation_answered": _("wrote down what a group answered another level"),
            "escalation_noted": _("took note of an answer from another level"),
        }
    )
