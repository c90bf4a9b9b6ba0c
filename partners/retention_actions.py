"""Every change of how long things are kept: the rules, the holds, and a run that somebody orders."""

from __future__ import annotations

import datetime as dt
from functools import partial

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from audit.actions import record
from common.errors import NotPossible
from partners import retention, tasks
from partners.models import Collaboration, LegalHold, RetentionRule, User
from partners.permissions import check_may_keep_retention
from privacy import guard

LONGEST_REASON = 300
# A hold is looked at again: whoever still needs it places it anew.
LONGEST_HOLD = dt.timedelta(days=3 * 366)


def _check_reason(reason: str) -> str:
    reason = reason.strip()
    if not reason:
        raise NotPossible(_("Say why. The reason is kept with the rule and in the log."))
    if len(reason) > LONGEST_REASON:
        raise NotPossible(_("The reason is longer than 300 characters. Shorten it."))
    # It goes to the log as well, which outlives every purge: a name is refused as a number is.
    if guard.verdict(reason, strict=True).strong:
        raise NotPossible(_("The reason points at a person. Write the decision's number or date instead."))
    return reason


@transaction.atomic
def change_rule(
    *, collaboration: Collaboration, kind: retention.Kind, days: int, reason: str, by: User
) -> RetentionRule:
    """Keep a kind of thing for another time from the next night on, within what the law gives."""
    check_may_keep_retention(by, collaboration)
    reason = _check_reason(reason)
    if not kind.least_days <= days <= kind.most_days:
        raise NotPossible(
            _("%(kind)s are kept between %(least)s and %(most)s days. %(law)s")
            % {"kind": kind.label, "least": kind.least_days, "most": kind.most_days, "law": kind.law}
        )
    retention.take_turns(collaboration.pk)
    was = retention.days_for(collaboration, kind)
    rule, _is_new = RetentionRule.objects.update_or_create(
        collaboration=collaboration, kind=kind.code, defaults={"days": days, "reason": reason, "changed_by": by}
    )
    record("retention_rule_changed", by=by, subject=collaboration, kind=kind.code, was=was, days=days, reason=reason)
    return rule


@transaction.atomic
def place_hold(
    *,
    collaboration: Collaboration,
    scope: retention.Scope | None,
    subject: str,
    reason: str,
    ends_on: dt.date,
    by: User,
    first_day: dt.date | None = None,
    last_day: dt.date | None = None,
) -> LegalHold:
    """Keep a thing, an area or some days back from being purged until a day. It holds from this moment on."""
    check_may_keep_retention(by, collaboration)
    reason = _check_reason(reason)
    today = timezone.localdate()
    if not today <= ends_on <= today + LONGEST_HOLD:
        raise NotPossible(_("A hold ends on a day within three years. It can be placed again."))
    if first_day and last_day and last_day < first_day:
        raise NotPossible(_("The last day comes before the first."))
    subject_id = label = ""
    if scope is None:
        if not (first_day or last_day):
            raise NotPossible(_("Say which days are held, or choose a report or an area."))
    else:
        found = scope.find(collaboration, subject)
        if found is None:
            raise NotPossible(
                _("There is no such thing here. Write the number as it stands on the page of the report or problem.")
            )
        subject_id, label = found
    # A purge that is under way finishes its batch first; the next one finds the hold.
    retention.take_turns(collaboration.pk)
    hold = LegalHold.objects.create(
        collaboration=collaboration,
        scope=scope.code if scope else retention.DAYS,
        subject_id=subject_id,
        subject_label=label,
        first_day=first_day,
        last_day=last_day,
        reason=reason,
        ends_on=ends_on,
        placed_by=by,
    )
    record("hold_placed", by=by, subject=hold, until=ends_on.isoformat(), reason=reason)
    return hold


@transaction.atomic
def lift_hold(*, hold: LegalHold, by: User) -> LegalHold:
    """Let go of what was held: the next run takes what is due of it."""
    hold = LegalHold.objects.select_for_update().get(pk=hold.pk)
    check_may_keep_retention(by, hold.collaboration_id)
    if hold.lifted_at is not None:
        raise NotPossible(_("The hold has already been lifted."))
    hold.lifted_at, hold.lifted_by = timezone.now(), by
    hold.save(update_fields=["lifted_at", "lifted_by"])
    record("hold_lifted", by=by, subject=hold)
    return hold


def order_run(*, collaboration: Collaboration, by: User) -> None:
    """Have a worker take away what is due now, instead of in the night."""
    check_may_keep_retention(by, collaboration)
    transaction.on_commit(partial(tasks.purge_collaboration.delay, collaboration.pk, by.pk))
