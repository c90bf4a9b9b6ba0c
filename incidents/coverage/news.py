"""Reminders to report, where somebody has chosen not to have them by mail at once, or not now."""

from __future__ import annotations

from collections.abc import Iterable

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from incidents.models import ReportingUnit
from partners import notifications
from partners.models import User

TOPIC = "reporting"


def _words(unit: ReportingUnit, what: str) -> notifications.Words | None:
    title = _("Report or say “nothing to report”: %(unit)s") % {"unit": unit.unit.name}
    return notifications.Words(title, reverse("reporting", args=[unit.collaboration.slug]))


def register() -> None:
    """Called once, when the room is ready."""
    notifications.register(
        notifications.Topic(
            key=TOPIC,
            label=gettext_lazy("Reminders to report"),
            tells=gettext_lazy("A reporting period ends, and your unit has sent nothing."),
            mail_titles={"reminded": gettext_lazy("Report, or say “nothing to report”")},
            shown=notifications.shown_by(ReportingUnit, _words, with_related=("collaboration", "unit")),
            default=notifications.How.AT_ONCE,
            ways=(notifications.How.AT_ONCE, notifications.How.PAGE),
            order=5,
        )
    )


def tell_reminded(unit: ReportingUnit, people: Iterable[User], *, key: str) -> None:
    """Tell those whom the reminder does not reach by a letter of its own now."""
    notifications.tell(TOPIC, people, subject=unit, what="reminded", key=key)
