"""Who tells how a measure goes."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from action_plans.models import Commitment, Measure
from action_plans.permissions import check_may_report, may_work_on_plan, organisations_spoken_for
from action_plans.rules import NOT_LEADING
from common.errors import NotAllowed
from common.permissions import as_question
from partners.models import Organisation


def check_may_tell(user: Any, measure: Measure, part: Commitment | None = None) -> None:
    """Whoever works in the plan, and whoever has a part in the measure, tell how it goes."""
    if user.is_service or not organisations_that_tell(user, measure, part):
        raise NotAllowed(_("Only those who write the plan or have a part in the measure tell how it goes."))


def check_may_tell_for(user: Any, organisation: Organisation, measure: Measure, part: Commitment | None) -> None:
    """Each tells for the own organisation."""
    check_may_tell(user, measure, part)
    if organisation.pk not in {one.pk for one in organisations_that_tell(user, measure, part)}:
        raise NotAllowed(_("Only %(organisation)s tells this for itself.") % {"organisation": organisation.name})


def organisations_that_tell(user: Any, measure: Measure, part: Commitment | None = None) -> list[Organisation]:
    """The organisations for which the user tells how it goes, by name."""
    own = organisations_spoken_for(user, measure.collaboration_id)
    if may_work_on_plan(user, measure.plan):
        return own
    if part is not None:
        try:
            check_may_report(user, part)
        except NotAllowed:
            return []
        # A deputy from elsewhere tells for the organisation whose part it is.
        return [part.asked_of]
    rows = Commitment.objects.filter(measure=measure).exclude(state__in=NOT_LEADING)
    taking_part = set(rows.values_list("asked_of_id", flat=True))
    return [one for one in own if one.pk in taking_part]


may_tell = as_question(check_may_tell)
