"""Which measures wait for whoever leads them: to start, to be done, to be followed up."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from action_plans.measures import presenters, queries
from action_plans.models import Measure, MeasureState
from action_plans.permissions import READ_PLANS
from partners.models import Collaboration


def items(user: Any, collaborations: Sequence[Collaboration]) -> dict[int, list[dict[str, Any]]]:
    """What waits for the user, as who answers for the lead's part or as deputy today."""
    asked = [one for one in collaborations if user.has_role(one, READ_PLANS)]
    found: dict[int, list[dict[str, Any]]] = {one.pk: [] for one in asked}
    if not asked:
        return found
    today = timezone.localdate()
    led = queries.answered_for_by(user, asked, today)
    to_start = led.filter(Q(start_on=None) | Q(start_on__lte=today), state=MeasureState.DECIDED)
    for measure in to_start:
        found[measure.collaboration_id].append(_row(measure, "start", _("Start the measure"), measure.start_on))
    for measure in queries.late(led, today).exclude(pk__in=to_start.values("pk")):
        words = _("Finish the measure, or say why not")
        found[measure.collaboration_id].append(_row(measure, "finish", words, measure.due_on))
    for measure in queries.not_followed_up(led, today):
        words = _("Follow the measure up")
        found[measure.collaboration_id].append(_row(measure, "follow-up", words, measure.follow_up_on))
    return found


def _row(measure: Measure, step: str, title: str, day: Any) -> dict[str, Any]:
    row = {
        "key": f"measure {measure.pk} {step}",
        "title": title,
        # Which measure it is stays on the page.
        "mail_title": title,
        "text": measure.title,
        "url": presenters.url_of(measure),
    }
    return {**row, "due_on": day} if day else row
