"""Who tells how a measure goes."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from action_plans.models import Commitment, Measure
from action_plans.permissions import check_may_report, may_work_on_plan, organisations_spoken_for, speaks_for
from action_plans.rules import NOT_LEADING
from common.errors import NotAllowed
from common.permissions import as_question
from followup.models import ProgressNote, ProofPhoto
from partners.models import Organisation
from partners.roles import MAY_REVIEW


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


def check_may_prove(user: Any, note: ProgressNote) -> None:
    """Whoever told it shows it."""
    if user.is_service or note.written_by_id != user.pk:
        raise NotAllowed(_("Only the one who told it adds photos to it."))


def check_may_take_back(user: Any, photo: ProofPhoto) -> None:
    """The organisation whose photo it is takes it back, and a coordinator any that should not be seen."""
    note = photo.note
    if not user.is_service and user.has_role(photo.collaboration_id, MAY_REVIEW):
        return
    if note.written_by_id != user.pk and not speaks_for(user, note.organisation_id, photo.collaboration_id):
        raise NotAllowed(_("Only the organisation whose photo it is, or a coordinator, takes it away."))


may_tell = as_question(check_may_tell)
may_take_back = as_question(check_may_take_back)
