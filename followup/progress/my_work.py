"""Which measures whoever leads them has told nothing of for long. The weekly letter says the same."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from action_plans.commitments.lines import rules_of
from action_plans.measures.queries import answered_for_by
from action_plans.models import Measure
from action_plans.permissions import READ_PLANS
from followup.models import Course
from followup.progress import presenters, queries
from followup.progress.permissions import organisations_that_tell
from partners.models import Collaboration


def items(user: Any, collaborations: Sequence[Collaboration]) -> dict[int, list[dict[str, Any]]]:
    """The silent measures the user leads, or stands in for today; by the day on which they became silent."""
    asked = [one for one in collaborations if user.has_role(one, READ_PLANS)]
    found: dict[int, list[dict[str, Any]]] = {}
    today = timezone.localdate()
    if not asked:
        return found
    led = answered_for_by(user, asked, today)
    for one in asked:
        days = rules_of(one).silent_after_days
        rows = led.filter(collaboration=one).select_related("plan__area", "collaboration")
        for measure in queries.silent_among(rows, today, days=days):
            told: Any = measure
            found.setdefault(one.pk, []).append(
                {
                    "key": f"measure {measure.pk} silent",
                    "title": _("Tell how it goes"),
                    # Which measure it is stays on the page.
                    "mail_title": _("A measure of which nobody has told anything for long"),
                    "text": f"{measure.title}. {presenters.silent_words(measure, today)}",
                    "url": presenters.tell_url(measure),
                    "answers": _answers(user, measure, today),
                    "due_on": timezone.localdate(told.last_news_at) + dt.timedelta(days=days),
                }
            )
    return found


def _answers(user: Any, measure: Measure, today: dt.date) -> list[dict[str, Any]]:
    """In one press that it goes as planned, for who tells for one organisation; pressed twice it is told once."""
    own = organisations_that_tell(user, measure)
    if len(own) != 1:
        return []
    fields = {
        "course": Course.AS_PLANNED.value,
        "on": today.isoformat(),
        "organisation": own[0].pk,
        "client_uuid": str(uuid.uuid4()),
    }
    return [{"label": _("It goes as planned"), "url": presenters.tell_url(measure), "fields": fields}]
