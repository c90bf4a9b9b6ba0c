"""Two shares of surveys compared by the interval of their difference, and said in plain words."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from analysis.evaluation import ShareDifference, compare_shares
from situational_picture.indicators.queries import Point
from situational_picture.models import Indicator
from ui.numbers import number_words


@dataclass(frozen=True)
class Compared:
    """What the difference of two shares says: a headline, the numbers behind it and how to read them."""

    difference: ShareDifference
    headline: str
    sentence: str
    judgement: str
    # more, less or none; for the tag's sign, never its only meaning.
    direction: str


def compared(later: Point, earlier: Point, *, better: str) -> Compared | None:
    """How much larger the first share is than the second; None where either lacks what it takes to tell.

    Each survey's own design effect is taken: as many independent answers as it is worth.
    """
    if later.value is None or earlier.value is None or later.n is None or earlier.n is None:
        return None
    size, other = later.n / later.design_effect, earlier.n / earlier.design_effect
    found = compare_shares(later.value * size, size, earlier.value * other, other)
    assert found.estimate is not None
    assert found.ci_low is not None
    assert found.ci_high is not None
    numbers = {
        "points": _points(found.estimate),
        "low": _points(found.ci_low),
        "high": _points(found.ci_high),
    }
    if found.ci_low <= 0 <= found.ci_high:
        return Compared(
            found,
            _("No difference can be shown"),
            _(
                "In the samples the difference is %(points)s percentage points; among all it may be anything from"
                " %(low)s to %(high)s (95 %% interval)."
            )
            % numbers,
            "",
            "none",
        )
    is_more = found.ci_low > 0
    sentence = _(
        "The difference is %(points)s percentage points (95 %% interval %(low)s to %(high)s)."
    )  # fmt: skip
    return Compared(
        found,
        _("The share is larger") if is_more else _("The share is smaller"),
        sentence % numbers,
        _judgement(better, is_more=is_more),
        "more" if is_more else "less",
    )


def _judgement(better: str, *, is_more: bool) -> str:
    if better == Indicator.Better.NEITHER:
        return ""
    return _("That is better.") if is_more == (better == Indicator.Better.HIGHER) else _("That is worse.")


def _points(share: float) -> str:
    words = number_words(round(100 * share, 1), 1)
    return words if words.startswith("−") or not round(100 * share, 1) else f"+{words}"
