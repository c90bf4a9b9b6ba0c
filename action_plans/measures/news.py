"""Who is told when a measure is decided, begins, rests, ends or is dropped."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from action_plans.commitments.absences import working_here
from action_plans.measures.presenters import url_of
from action_plans.models import CommitmentState, Measure, MeasureState
from action_plans.models.commitments import SPEAK_FOR_OWN
from partners import notifications

TOPIC = "measures"
# What those who take part want to know of. A draft, a proposal and an evaluation are told of in other ways.
TOLD = {
    MeasureState.DECIDED, MeasureState.ONGOING, MeasureState.PAUSED, MeasureState.CARRIED_OUT, MeasureState.ABORTED,
}  # fmt: skip
_LEFT = [CommitmentState.DRAFT, CommitmentState.DECLINED, CommitmentState.WITHDRAWN]


def _words(measure: Measure, what: str) -> notifications.Words | None:
    said = {
        "decided": _("The measure “%(title)s” has been decided"),
        "ongoing": _("The measure “%(title)s” is under way"),
        "paused": _("The measure “%(title)s” rests"),
        "carried_out": _("The measure “%(title)s” has been carried out"),
        "aborted": _("The measure “%(title)s” has been aborted"),
    }.get(what)
    if said is None:
        return None
    return notifications.Words(said % {"title": measure.title}, url_of(measure), measure.plan.area.name)


def register() -> None:
    """Called once, when the room is ready."""
    notifications.register(
        notifications.Topic(
            key=TOPIC,
            label=gettext_lazy("Measures"),
            tells=gettext_lazy("A measure you take part in is decided, begins, rests, ends or is aborted."),
            mail_titles={
                "decided": gettext_lazy("A measure has been decided"),
                "ongoing": gettext_lazy("A measure is under way"),
                "paused": gettext_lazy("A measure rests"),
                "carried_out": gettext_lazy("A measure has been carried out"),
                "aborted": gettext_lazy("A measure has been aborted"),
            },
            shown=notifications.shown_by(Measure, _words, with_related=("collaboration", "plan__area")),
            order=30,
        )
    )


def people_of(measure: Measure) -> set[int]:
    """Those who answer for a part, or speak for its organisation where nobody does yet; and whoever wrote it."""
    parts = measure.parts.exclude(state__in=_LEFT).values_list("responsible_id", "asked_of_id")
    there = dict(working_here().filter(pk__in=[pk for pk, _of in parts if pk]).values_list("pk", "user_id"))
    alone = [organisation for pk, organisation in parts if pk not in there]
    speakers = working_here().filter(organisation__in=alone, role__in=SPEAK_FOR_OWN).values_list("user_id", flat=True)
    wrote = [measure.created_by_id] if measure.created_by_id else []
    return {*there.values(), *speakers, *wrote}


def tell_step(measure: Measure, *, by: Any) -> None:
    """Tell those who take part of the step that was taken."""
    if MeasureState(measure.state) in TOLD:
        notifications.tell(TOPIC, people_of(measure), subject=measure, what=str(measure.state), by=by)
