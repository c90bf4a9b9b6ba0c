"""Every change of who is away and who stands in."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from action_plans.checks import check_row
from action_plans.commitments.absences import working_here
from action_plans.models import Absence
from action_plans.permissions import check_is_of, check_may_say_away
from action_plans.rules import check_days
from audit.actions import record
from common.errors import NotPossible
from partners.models import Membership


@transaction.atomic
def say_away(*, by: Any, membership: Membership, deputy: Membership, first_day: dt.date, back_on: dt.date) -> Absence:
    """Say that somebody is away and who stands in. Why is not asked and not kept."""
    # One at a time for each person, so that the days of two absences cannot meet.
    membership = Membership.objects.select_for_update(of=("self",), no_key=True).get(pk=membership.pk)
    check_may_say_away(by, membership)
    check_is_of(deputy, membership.organisation)
    if deputy.user_id == membership.user_id or not working_here().filter(pk=deputy.pk).exists():
        raise NotPossible({"deputy": _("Choose somebody else who works there today.")})
    check_days(first_day=first_day, back_on=back_on)
    if back_on <= first_day:
        raise NotPossible({"back_on": _("The first day back comes after the first day away.")})
    if back_on <= timezone.localdate():
        raise NotPossible({"back_on": _("Those days have passed.")})
    same = {"membership": membership, "deputy": deputy, "first_day": first_day, "back_on": back_on}
    if (sent_before := Absence.objects.filter(**same).first()) is not None:
        return sent_before
    absence = Absence(collaboration_id=membership.collaboration_id, written_by=by, **same)
    check_row(absence, without=[])
    absence.save()
    record("absence_said", by=by, subject=absence)
    return absence


@transaction.atomic
def take_back(*, by: Any, absence: Absence) -> None:
    """Somebody is there after all, or the days were wrong."""
    found = Absence.objects.select_for_update(of=("self",)).select_related("membership").filter(pk=absence.pk).first()
    if found is None:
        return
    check_may_say_away(by, found.membership)
    record("absence_taken_back", by=by, subject=found)
    found.delete()
