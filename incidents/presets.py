"""When it happened, as people say it: now, in the night, at the weekend. The page shows it, the server computes it."""

from __future__ import annotations

import datetime as dt

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

# `static/js/when.js` reads the same hours to show them on a page without network; a test compares the two.
NIGHT_BEGINS, NIGHT_ENDS = 22, 6
FRIDAY, WEEKEND_BEGINS, WEEKEND_ENDS = 4, 18, 6


class When(models.TextChoices):
    """The answers to "when", quickest first."""

    NOW = "now", _("Now")
    NIGHT = "night", _("In the night")
    WEEKEND = "weekend", _("At the weekend")
    OTHER = "other", _("Another time")


PRESETS = {When.NOW, When.NIGHT, When.WEEKEND}


def times_of(preset: str, asked_at: dt.datetime) -> tuple[dt.datetime, dt.datetime | None]:
    """From and until of a preset chosen at `asked_at`: the latest night or weekend, and never later than that moment.

    A night runs from 22 to 06, a weekend from Friday 18 to Monday 06. One that still runs ends at `asked_at`.
    """
    chosen = timezone.localtime(asked_at).replace(second=0, microsecond=0)
    today = chosen.date()
    if preset == When.NOW:
        return chosen, None
    if preset == When.NIGHT:
        evening = today if chosen.hour >= NIGHT_BEGINS else today - dt.timedelta(days=1)
        begins, ends = _at(evening, NIGHT_BEGINS), _at(evening + dt.timedelta(days=1), NIGHT_ENDS)
    elif preset == When.WEEKEND:
        friday = today - dt.timedelta(days=(today.weekday() - FRIDAY) % 7)
        if _at(friday, WEEKEND_BEGINS) > chosen:
            friday -= dt.timedelta(days=7)
        begins, ends = _at(friday, WEEKEND_BEGINS), _at(friday + dt.timedelta(days=3), WEEKEND_ENDS)
    else:
        raise ValueError(f"{preset} is no preset")
    return begins, min(ends, chosen)


def _at(day: dt.date, hour: int) -> dt.datetime:
    return timezone.make_aware(dt.datetime.combine(day, dt.time(hour)), timezone.get_default_timezone())
