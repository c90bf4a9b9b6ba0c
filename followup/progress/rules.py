"""When news can be told of a measure. No people, no saving."""

from __future__ import annotations

import datetime as dt

from django.utils.translation import gettext as _

from action_plans.models import Commitment, CommitmentState, Measure
from action_plans.rules import DECIDED_ONCE
from common.errors import NotPossible

# Of a part that was never asked, or that somebody will not do, there is no news.
NO_NEWS_OF = {CommitmentState.DRAFT, CommitmentState.DECLINED, CommitmentState.WITHDRAWN}


def check_can_tell(measure: Measure, part: Commitment | None, on: dt.date, today: dt.date) -> None:
    """News is of a decided measure, of a day that has come, and of a part somebody may do."""
    if measure.state not in DECIDED_ONCE:
        raise NotPossible(_("There is news of a measure once it is decided, until it is aborted."))
    if part is not None and (part.measure_id != measure.pk or part.state in NO_NEWS_OF):
        raise NotPossible({"part": _("Choose a part of this measure that somebody has been asked for.")})
    if on > today:
        raise NotPossible({"on": _("The day lies ahead. Tell what has been done up to today.")})
