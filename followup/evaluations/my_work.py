"""Which evaluations wait for somebody: to be judged and adopted; and which problems have come back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from action_plans.permissions import READ_PLANS
from cause_analysis.models import State
from followup.evaluations import presenters
from followup.evaluations.queries import with_row
from followup.models import Evaluation, ProblemWatch
from partners.models import Collaboration
from partners.roles import MAY_COMPILE


def items(user: Any, collaborations: Sequence[Collaboration]) -> dict[int, list[dict[str, Any]]]:
    """What waits for those who keep the plans in order, and for whoever leads an evaluated measure."""
    asked = [one for one in collaborations if user.has_role(one, READ_PLANS)]
    found: dict[int, list[dict[str, Any]]] = {one.pk: [] for one in asked}
    if not asked or user.is_service:
        return found
    keeps = [one.pk for one in asked if user.has_role(one, MAY_COMPILE)]
    mine = [m.pk for one in asked for m in user.memberships_in(one.pk)]
    led = Q(
        evaluated_measures__measure__parts__is_lead=True,
        evaluated_measures__measure__parts__responsible__in=mine,
    )
    waiting = Evaluation.objects.visible_to(user).filter(
        Q(collaboration__in=keeps) | led, collaboration__in=asked, adopted_at=None, computed_at__isnull=False
    )
    for evaluation in with_row(Evaluation.objects.filter(pk__in=waiting.values("pk"))).order_by("due_on", "pk"):
        judged = bool(evaluation.outcome)
        title = _("Let a group adopt the evaluation") if judged else _("Say what you make of the evaluation")
        url = presenters.url_of(evaluation) if judged else _judge_url(evaluation)
        found[evaluation.collaboration_id].append(
            {
                "key": f"evaluation {evaluation.pk} {'adopt' if judged else 'judge'}",
                "title": title,
                "mail_title": title,
                "text": presenters.subject_of(evaluation),
                "url": url,
                # Since when it can be done: nobody has set a last day.
                "since": evaluation.due_on,
            }
        )
    back = ProblemWatch.objects.filter(
        collaboration__in=keeps, reached_on__isnull=False, problem__state=State.DESCRIBED
    ).select_related("problem", "collaboration")
    for watch in back:
        title = _("A watched problem has come back")
        found[watch.collaboration_id].append(
            {
                "key": f"watch {watch.pk}",
                "title": title,
                "mail_title": title,
                "text": watch.problem.title,
                "url": reverse("problem", args=[watch.collaboration.slug, watch.problem.number]),
                "since": watch.reached_on,
            }
        )
    return found


def _judge_url(evaluation: Evaluation) -> str:
    return reverse("evaluation_judge", args=[evaluation.collaboration.slug, evaluation.number])
