"""When news can be told of a measure. No people, no saving."""

from __future__ import annotations

import datetime as dt

from django.utils.translation import gettext as _

from action_plans.models import Commitment, CommitmentState, Measure
from action_plans.rules import DECIDED_ONCE, STILL_WRITTEN
from common.errors import NotPossible
from followup.models import Course, Obstacle, ObstacleCode

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


def check_hinders(course: Course, code: ObstacleCode | None, text: str, since: dt.date | None, on: dt.date) -> None:
    """What hinders is said by its code; what no code covers also in words."""
    if course == Course.HINDERED and code is None:
        raise NotPossible({"obstacle": _("Choose what hinders.")})
    if course != Course.HINDERED and code is not None:
        raise NotPossible({"course": _("If something hinders, press that.")})
    if code == ObstacleCode.OTHER and not text:
        raise NotPossible({"text": _("Say in a few words what hinders.")})
    if code is not None and since is not None and since > on:
        raise NotPossible({"since": _("The obstacle was told of before it was there. Look at the days again.")})


def check_can_plan_doses(measure: Measure) -> None:
    """How much is to be given is written as long as the measure is."""
    if measure.state not in STILL_WRITTEN:
        raise NotPossible(_("The measure is over. How much was planned of it is not changed any more."))


def check_can_resolve(obstacle: Obstacle, on: dt.date, today: dt.date) -> None:
    """An obstacle is out of the way on a day that has come, and not before it was there."""
    if on > today:
        raise NotPossible({"on": _("The day lies ahead. Tell it when the obstacle is out of the way.")})
    if on < obstacle.since:
        raise NotPossible({"on": _("It was out of the way before it was there.")})
