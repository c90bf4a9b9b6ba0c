"""What can be said of an indicator and of one of its numbers, whoever says it."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from analysis.evaluation import share_interval
from areas.place_files.rules import text_faults
from areas.queries import allowed_words
from common.errors import NotPossible
from partners.rules import keeps_no_persons
from situational_picture.models import Indicator

EARLIEST = dt.date(1950, 1, 1)
# A series of the future is a plan; statistics of a period are published after it.
LARGEST = 1e15
LONGEST_PERIOD_D = 20 * 366
# Kish's factor beyond these is a slip of the hand.
LEAST_DESIGN_EFFECT, LARGEST_DESIGN_EFFECT = 0.2, 50.0
MOST_ASKED = 2**31 - 1


class TextsRefused(NotPossible):
    """What was written may point at a person; which of the texts stands with each sentence."""

    code = "texts"


@dataclass(frozen=True)
class Figures:
    """One number of a series with all that tells how sure it is, ready to be stored."""

    period_from: dt.date
    period_to: dt.date
    value: float | None
    is_suppressed: bool = False
    n: int | None = None
    successes: int | None = None
    ci_low: float | None = None
    ci_high: float | None = None
    design_effect: float = 1.0

    def as_fields(self) -> dict[str, Any]:
        return dict(vars(self))


def check_texts(by: Any, collaboration_id: int, texts: Mapping[str, str], *, is_confirmed: bool) -> None:
    """No text points at a person: sure hits never pass, weak ones once the writer has confirmed."""
    said = {name: text for name, text in texts.items() if text.strip()}
    if not said:
        return
    faults = text_faults(
        said,
        allowed=allowed_words(collaboration_id),
        is_confirmed=is_confirmed,
        is_strict=any(keeps_no_persons(m.organisation) for m in by.memberships_in(collaboration_id)),
    )
    if faults.sentences:
        raise TextsRefused(faults.sentences)


def check_ground(level: str, area: Any, place: Any) -> None:
    """An indicator speaks of one ground: the place, the area, or what its level says."""
    if level == Indicator.Level.PLACE and place is None:
        raise NotPossible({"place": [_("Choose which place it is about.")]})
    if level == Indicator.Level.AREA and area is None:
        raise NotPossible({"area": [_("Choose which area it is about.")]})


def check_period(first: dt.date, last: dt.date, *, today: dt.date) -> None:
    """A period that has begun, of this age, and the right way round."""
    if last < first:
        raise NotPossible({"period_to": [_("The last day comes before the first.")]})
    if first < EARLIEST:
        raise NotPossible({"period_from": [_("The day is too long ago. Look at the year.")]})
    if first > today:
        raise NotPossible({"period_from": [_("The period has not begun. Enter what has been.")]})
    if (last - first).days > LONGEST_PERIOD_D:
        raise NotPossible({"period_to": [_("The period is longer than twenty years. Look at the years.")]})


def check_number(number: float | None, field: str) -> None:
    """A number that can be kept: no infinities."""
    if number is not None and not (math.isfinite(number) and abs(number) <= LARGEST):
        raise NotPossible({field: [_("The number is too large. Look at the unit.")]})


def share_figures(
    first: dt.date,
    last: dt.date,
    *,
    n: int | None,
    successes: int | None = None,
    percent: float | None = None,
    design_effect: float = 1.0,
) -> Figures:
    """A share of those asked with its interval; told as a number of persons or as a percent, never without n."""
    if n is None:
        raise NotPossible({"n": [_("Write how many answered. Without it nobody can tell how sure the share is.")]})
    if not 1 <= n <= MOST_ASKED:
        raise NotPossible({"n": [_("At least one person has answered. Write how many.")]})
    if not LEAST_DESIGN_EFFECT <= design_effect <= LARGEST_DESIGN_EFFECT:
        raise NotPossible(
            {"design_effect": [_("The design effect is often between 1 and 2. Write 1 where it is not known.")]}
        )
    if successes is None:
        if percent is None:
            raise NotPossible({"successes": [_("Write how many said so, or the share in percent.")]})
        if not 0 <= percent <= 100:
            raise NotPossible({"percent": [_("A share lies between 0 and 100 percent.")]})
        successes = round(n * percent / 100)
        value = percent / 100
    elif not 0 <= successes <= n:
        raise NotPossible({"successes": [_("More have said so than have answered. Look at both numbers.")]})
    else:
        value = successes / n
        if percent is not None and abs(percent - 100 * value) > 1:
            raise NotPossible(
                {"percent": [_("The share does not agree with how many said so. Leave one of them empty.")]}
            )
    # From the share itself: a percent that was published need not be a whole number of persons.
    low, high = share_interval(value * n, n, design_effect=design_effect)
    return Figures(
        first, last, value, n=n, successes=successes, ci_low=min(low, value), ci_high=max(high, value),
        design_effect=design_effect,
    )  # fmt: skip


def plain_figures(
    first: dt.date,
    last: dt.date,
    *,
    value: float | None,
    n: int | None = None,
    ci_low: float | None = None,
    ci_high: float | None = None,
) -> Figures:
    """A number that is no share, with the interval its source gives, if any."""
    if value is None:
        raise NotPossible({"value": [_("Write the value.")]})
    for name, number in (("value", value), ("ci_low", ci_low), ("ci_high", ci_high)):
        check_number(number, name)
    if n is not None and not 1 <= n <= MOST_ASKED:
        raise NotPossible({"n": [_("Write how many it rests on, or leave it empty.")]})
    if (ci_low is None) != (ci_high is None):
        missing = "ci_low" if ci_low is None else "ci_high"
        raise NotPossible({missing: [_("Give both limits of the interval.")]})
    if ci_low is not None and ci_high is not None and not ci_low <= value <= ci_high:
        raise NotPossible({"ci_low": [_("The value lies outside its interval.")]})
    return Figures(first, last, value, n=n, ci_low=ci_low, ci_high=ci_high)
