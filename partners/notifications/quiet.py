"""Quiet hours: when letters that are sent at once wait, by the clocks in Sweden."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone

from common.days import is_working_day
from partners.models import WorkLetterChoice

# Longer than any row of days off; whoever is quiet all the time is never written to at once.
_LOOKED_AHEAD_HOURS = 24 * 14


def is_quiet(choice: WorkLetterChoice, now: dt.datetime) -> bool:
    """Whether letters to whoever has chosen this wait now: in their hours, and all day on days off."""
    local = timezone.localtime(now, timezone.get_default_timezone())
    if choice.is_quiet_on_days_off and not is_working_day(local.date()):
        return True
    begins, ends = choice.quiet_from, choice.quiet_until
    if begins == ends:
        return False
    if begins < ends:
        return begins <= local.hour < ends
    return local.hour >= begins or local.hour < ends


def quiet_ends(choice: WorkLetterChoice, now: dt.datetime) -> dt.datetime | None:
    """When letters that wait now will leave: the next full hour that is not quiet. None where no hour is near."""
    moment = now.astimezone(dt.UTC).replace(minute=0, second=0, microsecond=0)
    for _hour in range(_LOOKED_AHEAD_HOURS):
        moment += dt.timedelta(hours=1)
        if not is_quiet(choice, moment):
            return moment
    return None
