"""Who is told when a group has adopted an evaluation."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from action_plans.measures.news import people_of
from followup.evaluations.presenters import subject_of, url_of
from followup.models import Evaluation
from partners import notifications

TOPIC = "evaluations"


def _words(evaluation: Evaluation, what: str) -> notifications.Words | None:
    if evaluation.adopted_at is None:
        return None
    title = _("An evaluation has been adopted: %(subject)s") % {"subject": subject_of(evaluation)}
    return notifications.Words(title, url_of(evaluation), evaluation.plan.area.name)


def register() -> None:
    """Called once, when the room is ready."""
    notifications.register(
        notifications.Topic(
            key=TOPIC,
            label=gettext_lazy("Evaluations"),
            tells=gettext_lazy("A group has adopted the evaluation of a measure you take part in."),
            mail_titles={"adopted": gettext_lazy("An evaluation has been adopted")},
            shown=notifications.shown_by(
                Evaluation, _words, with_related=("collaboration", "plan__area"), without=("figures",)
            ),
            order=40,
        )
    )


def tell_adopted(evaluation: Evaluation, *, by: Any) -> None:
    """Tell everybody who took part in what was evaluated."""
    people: set[int] = set()
    for row in evaluation.evaluated_measures.select_related("measure"):
        people |= people_of(row.measure)
    notifications.tell(TOPIC, people, subject=evaluation, what="adopted", by=by, key="adopted")
