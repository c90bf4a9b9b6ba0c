"""What of a goal is told to whom, and its sentence.

A baseline counted from the reports is whole for the circle of the plan's area. Others read “at least 40”, as they do of
evidence: two whole counts, or one and the problem's own, differ by what may be a small number. What is reckoned from
it, its interval and whether a change could be shown, stays in the circle with it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from action_plans.goals.counting import target_period
from action_plans.models import Goal, Plan
from areas.access import is_in_circle
from areas.models import Place
from incidents.selections import Selection
from partners.roles import SEE_SENSITIVE, Role
from situational_picture.period_names import days_name
from situational_picture.protecting import COUNTS, NO_SENSITIVE, PROTECTED
from situational_picture.selecting import CIRCLE
from ui.numbers import number_words

TENS = 10
# What stands in a sentence where something is missing.
HOLE = "…"


def viewer_of(user: Any, plan: Plan) -> str:
    """Who looks: the circle of the plan's area, those who see counts of sensitive categories, and others."""
    if is_in_circle(user, plan.area):
        return CIRCLE
    is_told = user.has_role(plan.collaboration_id, SEE_SENSITIVE | {Role.COUNCIL})
    return COUNTS if is_told else NO_SENSITIVE


@dataclass(frozen=True)
class Told:
    """A baseline as one reader may see it: a number, the word for protected, or None; and the tens it is at least."""

    value: Any
    lower: float | None = None
    upper: float | None = None
    at_least: int = 0


def baseline_told(goal: Goal, viewer: str) -> Told:
    """The goal's baseline for this kind of reader."""
    if goal.baseline is None:
        return Told(None)
    if viewer == CIRCLE or goal.measured == Goal.Measured.ENTERED:
        return Told(goal.baseline, goal.baseline_lower, goal.baseline_upper)
    least = int(goal.baseline) // TENS * TENS
    is_told = viewer == COUNTS or not goal.is_sensitive
    largest = goal.plan.collaboration.protect_counts_up_to
    return Told(PROTECTED, at_least=least if is_told and least > largest else 0)


def baseline_words(goal: Goal, viewer: str) -> str:
    """The baseline in words: “42”, “at least 40”, “a protected number”."""
    told = baseline_told(goal, viewer)
    if told.value is None:
        return ""
    if told.value != PROTECTED:
        return _with_unit(goal, told.value)
    if told.at_least:
        return _("at least %(number)s") % {"number": _with_unit(goal, told.at_least)}
    return _("a protected number")


def target_words(goal: Goal) -> str:
    """The target in words: at most, or at least, so many."""
    if goal.target is None:
        return ""
    number = {"number": _with_unit(goal, goal.target)}
    if goal.direction == Goal.Direction.REDUCE:
        return _("at most %(number)s") % number
    return _("at least %(number)s") % number


def _with_unit(goal: Goal, number: float) -> str:
    return f"{number_words(number)} {goal.unit}".strip()


# --- The sentence -----------------------------------------------------------------------------------------------------


def written_sentence(goal: Goal, viewer: str = NO_SENSITIVE) -> str:
    """The goal by Brå's template, in the active language; “…” stands where something is missing.

    What is kept with the goal is the sentence anybody may read.
    """
    return _without_stops(
        _(
            "%(change)s %(indicator)s in %(where)s from %(baseline)s (%(days)s) to %(target)s (%(target_days)s),"
            " measured with %(source)s. Owner: %(owner)s."
        )
        % _parts(goal, viewer)
    )


def sentence_after_headline(goal: Goal, viewer: str) -> str:
    """What the headline has not said: from what to what, measured how, and whose it is. Own words stand whole."""
    if goal.is_own_words or not goal.indicator.strip():
        return sentence_for(goal, viewer)
    return _without_stops(
        _(
            "In %(where)s, from %(baseline)s (%(days)s) to %(target)s (%(target_days)s), measured with %(source)s."
            " Owner: %(owner)s."
        )
        % _parts(goal, viewer)
    )


def _without_stops(sentence: str) -> str:
    """A hole at the end of a sentence is its full stop too."""
    return sentence.replace(f"{HOLE}.", HOLE)


def _parts(goal: Goal, viewer: str) -> dict[str, str]:
    return {
        "change": capfirst(_change(goal)),
        "indicator": goal.indicator.strip() or HOLE,
        "where": where_words(goal),
        "baseline": baseline_words(goal, viewer) or HOLE,
        "days": _days(goal.baseline_from, goal.baseline_to) or HOLE,
        "target": target_words(goal) or HOLE,
        "target_days": _target_days(goal) or HOLE,
        "source": source_words(goal) or HOLE,
        "owner": goal.organisation.name if goal.organisation else HOLE,
    }


def headline(goal: Goal) -> str:
    """What is to change, and which way, in a few words: “Reduce burglaries in basements”. Its number where unsaid."""
    if not goal.indicator.strip():
        return _("Goal %(number)s") % {"number": goal.number}
    return f"{capfirst(_change(goal))} {goal.indicator.strip()}"


def _change(goal: Goal) -> str:
    return pgettext("goal", "reduce") if goal.direction == Goal.Direction.REDUCE else pgettext("goal", "increase")


def sentence_for(goal: Goal, viewer: str) -> str:
    """The goal as this reader may read it: as somebody has worded it, or as the fields say it."""
    return goal.text if goal.is_own_words else written_sentence(goal, viewer)


def with_place_names(goals: Sequence[Goal]) -> Sequence[Goal]:
    """The same goals, each knowing the names of its places: for lists."""
    for goal, names in zip(goals, names_of_places(goals), strict=True):
        goal.place_names = names
    return goals


def where_words(goal: Goal) -> str:
    """Where it is to change: the places of the selection, or the plan's area."""
    names = goal.place_names
    if names is None:
        (names,) = names_of_places([goal])
    return ", ".join(names) or goal.plan.area.name


def names_of_places(goals: Sequence[Goal]) -> list[list[str]]:
    """The names of the places each goal counts at. One question, however many goals."""
    chosen = [set(Selection.parse(goal.selection).place) if goal.selection else set() for goal in goals]
    asked = set().union(*chosen)
    rows = list(Place.objects.filter(pk__in=asked).order_by("sort_key")) if asked else []
    return [
        [row.name for row in rows if row.pk in places and row.collaboration_id == goal.collaboration_id]
        for goal, places in zip(goals, chosen, strict=True)
    ]


def source_words(goal: Goal) -> str:
    """What it is measured with."""
    if goal.source.strip():
        return goal.source.strip()
    return _("the approved reports") if goal.measured == Goal.Measured.REPORTS else ""


def _days(first: dt.date | None, last: dt.date | None) -> str:
    return days_name(first, last) if first and last else ""


def _target_days(goal: Goal) -> str:
    if goal.measured == Goal.Measured.REPORTS and (days := target_period(goal)):
        return days_name(*days)
    return _("by %(day)s") % {"day": date_format(goal.target_on, "j F Y")} if goal.target_on else ""
