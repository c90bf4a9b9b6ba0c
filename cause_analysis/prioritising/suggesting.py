"""What the data know of a problem by Brå's criteria: a score and the sentence it rests on; where not, nothing.

The sentences are read outside the circle as well, so they only say numbers that may be told there. What is kept is
which sentence and its numbers; it is said in the language of whoever reads it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from analysis.change import compare_counts
from areas.access import descendants_of_each
from areas.models import Area
from cause_analysis.models import Problem
from cause_analysis.models.prioritising import Criterion
from cause_analysis.problems.counting import count_now
from cause_analysis.problems.protecting import protected
from cause_analysis.problems.queries import selection_of
from incidents.models import Incident
from incidents.selections import Selection
from situational_picture.protecting import PROTECTED
from ui.numbers import number_words

# From which share of the area's events a problem is common, from which number of months it has gone on for long, how
# many times as many as elsewhere deviates, and from which share at one place it is limited: for 1, 2 and 3.
COMMON_SHARE = (0.03, 0.10, 0.20)
LONG_MONTHS = (3, 6, 12)
LIMITED_SHARE = (0.15, 0.30, 0.50)
CLEAR_RATIO = 2.0
# With fewer events than this a share says nothing.
FEWEST = 10


# The sentences by the name they are kept under.
SENTENCES: dict[str, str | Promise] = {
    "nearly_all": _("Nearly all that is reported in the area in these days."),
    "of_all": _("%(number)s of %(all)s events in the area in these days."),
    "months": _("Events in %(number)s of the %(months)s months from the first to the last."),
    "most_months": _("Events in most of the months from the first to the last."),
    "elsewhere": _(
        "%(ratio)s times as many per inhabitant as in %(areas)s other areas (95 %%: %(lower)s–%(upper)s), all places"
        " counted."
    ),
    "at_place": _("%(number)s of %(total)s events at %(place)s."),
    "at_least": _("At least %(percent)s %% of the events at %(place)s."),
}


def in_words(suggested: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """What the data say as it is read: the score and the sentence. Older rounds keep the sentence itself."""
    if suggested is None or "said" not in suggested:
        return dict(suggested) if suggested else None
    words = {
        name: value if isinstance(value, str) else number_words(value) for name, value in suggested["numbers"].items()
    }
    return {"score": suggested["score"], "why": str(SENTENCES[suggested["said"]]) % words}


def _suggest(score: int, said: str, **numbers: float | str) -> dict[str, Any]:
    return {"score": score, "said": said, "numbers": numbers}


def suggestions_for(problem: Problem) -> dict[str, dict[str, Any]]:
    """By criterion the suggested score and why, for those criteria that data can answer."""
    figures = problem.figures
    if figures["total"] < FEWEST:
        return {}
    largest = problem.collaboration.protect_counts_up_to
    told = protected(figures, largest=largest)
    selection = selection_of(problem)
    found = {
        Criterion.COMMON: _common(problem, told, selection),
        Criterion.LONG: _long(figures, largest=largest),
        Criterion.DEVIATES: _deviates(problem, told, selection),
        Criterion.LIMITED: _limited(figures, told, largest=largest),
    }
    return {str(criterion): suggested for criterion, suggested in found.items() if suggested}


def _score(value: float, steps: tuple[float, ...]) -> int:
    return sum(value >= step for step in steps)


def _common(problem: Problem, told: Mapping[str, Any], selection: Selection) -> dict[str, Any] | None:
    if told["total"] == PROTECTED:
        return None
    everything = count_now(
        problem.collaboration, Selection(area=selection.area, since=selection.since, until=selection.until)
    )
    if everything < told["total"] or everything - told["total"] <= problem.collaboration.protect_counts_up_to:
        # All that happens there, or all but a protected number.
        return _suggest(3, "nearly_all")
    score = _score(told["total"] / everything, COMMON_SHARE)
    return _suggest(score, "of_all", number=told["total"], all=everything)


def _long(figures: Mapping[str, Any], *, largest: int) -> dict[str, Any] | None:
    months = figures["months"]
    with_any = sum(count > 0 for _month, count in months)
    score = _score(with_any, LONG_MONTHS)
    if figures["total"] - with_any <= largest:
        # Hardly more events than months with any: each month's small number could be told from these two.
        return _suggest(score, "most_months") if 2 * with_any > len(months) else None
    return _suggest(score, "months", number=with_any, months=len(months))


def _deviates(problem: Problem, told: Mapping[str, Any], selection: Selection) -> dict[str, Any] | None:
    """The same events per inhabitant in the collaboration's other areas of the kind, days and hours alike."""
    area = problem.area
    if told["total"] == PROTECTED or not area.population:
        return None
    others = list(
        Area.objects.filter(collaboration_id=problem.collaboration_id, kind=area.kind, population__gt=0).exclude(
            pk=area.pk
        )
    )
    if not others:
        return None
    below = set().union(*descendants_of_each(problem.collaboration_id, [[other.pk] for other in others]))
    elsewhere = replace(selection, area="", place=())
    rows = elsewhere.within([problem.collaboration_id]).rows(Incident.objects.counted().filter(area_id__in=below))
    here = count_now(problem.collaboration, replace(selection, place=()))
    there, inhabitants = rows.order_by().count(), sum(other.population or 0 for other in others)
    largest = problem.collaboration.protect_counts_up_to
    if there + here < FEWEST or there <= largest or 1 <= here - told["total"] <= largest:
        # Of the last: how few came at other places could be worked out from how many times as many they are.
        return None
    change = compare_counts(there, here, days_before=inhabitants, days_after=area.population)
    ratios = {"ratio": change.ratio, "lower": change.ratio_lower, "upper": change.ratio_upper}
    if change.ratio_lower >= CLEAR_RATIO:
        score = 3
    elif change.ratio_lower > 1:
        score = 2
    else:
        score = 1 if change.ratio > 1 else 0
    return _suggest(
        score, "elsewhere", areas=len(others), **{name: round(float(value), 1) for name, value in ratios.items()}
    )


def _limited(figures: Mapping[str, Any], told: Mapping[str, Any], *, largest: int) -> dict[str, Any] | None:
    """How much of it one place has. Where its number is protected for the sake of another, only from which share."""
    named = [row for row in figures["places"] if row["place"] is not None and row["count"] > largest]
    if told["total"] == PROTECTED or not named:
        return None
    most = max(named, key=lambda row: row["count"])
    score = _score(most["count"] / figures["total"], LIMITED_SHARE)
    shown = next(row["count"] for row in told["places"] if row["place"] == most["place"])
    if shown != PROTECTED:
        return _suggest(score, "at_place", number=shown, total=told["total"], place=most["name"])
    if not score:
        return None
    return _suggest(score, "at_least", percent=round(100 * LIMITED_SHARE[score - 1]), place=most["name"])
