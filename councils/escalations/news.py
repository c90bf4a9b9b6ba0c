"""Who is told when a question goes to another level, is answered or is taken back."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from councils.escalations import presenters
from councils.escalations.queries import seats_today
from councils.models import Escalation, EscalationReminder
from partners import notifications
from partners.models import Group

TOPIC = "escalations"
LATE = "escalations_late"


def _words(one: Escalation, what: str) -> notifications.Words | None:
    words = {"from": one.from_group.name, "to": one.to_group.name, "name": presenters.name_of(one)}
    said = {
        "asked": _("%(from)s asks %(to)s: %(name)s"),
        "answered": _("%(to)s has answered %(from)s: %(name)s"),
        "taken_back": _("%(from)s has taken its question to %(to)s back: %(name)s"),
        "late": _("%(to)s is late with its answer to %(from)s: %(name)s"),
    }.get(what)
    if said is None:
        return None
    return notifications.Words(said % words, presenters.url_of(one), one.area.name if one.area else "")


def register() -> None:
    """Called once, when the room is ready."""
    notifications.register(
        notifications.Topic(
            key=TOPIC,
            label=gettext_lazy("Questions between the levels"),
            tells=gettext_lazy("A group you sit in is asked by another level, or gets its answer."),
            mail_titles={
                "asked": gettext_lazy("A question from another level waits for an answer"),
                "answered": gettext_lazy("A question to another level has been answered"),
                "taken_back": gettext_lazy("A question from another level has been taken back"),
            },
            shown=notifications.shown_by(
                Escalation, _words, with_related=("collaboration", "area", "from_group", "to_group")
            ),
            order=15,
        )
    )
    notifications.register(
        notifications.Topic(
            key=LATE,
            label=gettext_lazy("Late questions to groups you stand in for"),
            tells=gettext_lazy("A group in which you are deputy has not answered another level in time."),
            mail_titles={"late": gettext_lazy("A question to a group you stand in for is late")},
            shown=notifications.shown_by(
                Escalation, _words, with_related=("collaboration", "area", "from_group", "to_group")
            ),
            default=notifications.How.AT_ONCE,
            order=16,
        )
    )


def tell_asked(one: Escalation, what: str, *, by: Any) -> None:
    """Tell whoever is named in the group that is asked, or else all who sit there."""
    people = [one.recipient.user_id] if one.recipient is not None else _sit_in(one.to_group)
    notifications.tell(TOPIC, people, subject=one, what=what, by=by, group=one.to_group)


def tell_asker(one: Escalation, what: str, *, by: Any) -> None:
    """Tell those who sit in the group that asked, and whoever wrote the question down for it."""
    wrote = [one.created_by_id] if one.created_by_id else []
    people = {*_sit_in(one.from_group), *wrote}
    notifications.tell(TOPIC, people, subject=one, what=what, by=by, group=one.from_group)


def tell_late(reminder: EscalationReminder, *, is_mailed: bool) -> None:
    """Tell a deputy of what is late, as they have chosen to be told; once each, however often the task runs."""
    notifications.tell(
        LATE,
        [reminder.person_id],
        subject=reminder.escalation,
        what="late",
        key=f"{reminder.due_on:%Y-%m-%d}",
        is_mailed=is_mailed,
    )


def _sit_in(group: Group) -> list[int]:
    return list(seats_today([group.pk]).values_list("membership__user_id", flat=True))
