"""What an evaluation plan says, in names and words: for versions, pages and what it said before it was changed."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from django.db.models import prefetch_related_objects
from django.utils.text import capfirst

from action_plans.evaluating.zones import counted_selection
from action_plans.models import EvaluationPlan
from incidents.models import Category
from incidents.selections import Selection, hours_in_words, weekday_in_words

_NAMED = (
    "treated_places__place", "comparison_areas__area", "comparison_places__place",
)  # fmt: skip


def evaluation_content(plans: Iterable[EvaluationPlan]) -> dict[int, dict[str, Any]]:
    """What each plan says, by its measure's id; as many questions however many there are."""
    rows = list(plans)
    prefetch_related_objects(rows, *_NAMED)
    counted = counted_words(rows)
    return {row.measure_id: _content(row, counted[row.pk]) for row in rows}


def _content(row: EvaluationPlan, counted: str) -> dict[str, Any]:
    written: dict[str, Any] = {
        "indicator": row.indicator,
        "ring_m": row.ring_m,
        "before_from": row.before_from.isoformat(),
        "before_to": row.before_to.isoformat(),
        "after_from": row.after_from.isoformat(),
        "after_to": row.after_to.isoformat(),
        "decision_rule": row.decision_rule,
        "places": sorted(one.place.name for one in row.treated_places.all()),
        "areas": sorted(one.area.name for one in row.comparison_areas.all()),
    }
    # Older versions know nothing of these: a plan that says neither is the same as it was.
    if counted:
        written["counted"] = counted
    if places := sorted(one.place.name for one in row.comparison_places.all()):
        written["compared_places"] = places
    return written


def counted_words(plans: Collection[EvaluationPlan]) -> dict[int, str]:
    """Which reports each plan counts, by its id; nothing where it counts every event. One question for all of them."""
    asked = {row.pk: counted_selection(row.selection) for row in plans}
    codes = {code for selection in asked.values() for code in selection.category}
    names: dict[tuple[int, str], str] = {}
    if codes:
        here = {row.collaboration_id for row in plans}
        for one in Category.objects.filter(collaboration__in=here, code__in=codes):
            names[one.collaboration_id, one.code] = str(one)
    return {
        row.pk: selection_words(
            asked[row.pk], {code: names.get((row.collaboration_id, code), code) for code in asked[row.pk].category}
        )
        for row in plans
    }


def selection_words(selection: Selection, names: dict[str, str]) -> str:
    """Categories by their names, weekdays and hours: “Skadegörelse; fredag, lördag; 18–02”."""
    words = [", ".join(sorted(names.get(code, code) for code in selection.category))]
    words.append(capfirst(", ".join(weekday_in_words(number) for number in selection.weekday)))
    if selection.asks_for_hours:
        words.append(hours_in_words(selection.hour_from, selection.hour_to))
    return "; ".join(filter(None, words))
