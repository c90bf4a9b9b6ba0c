"""Goals as pages, slots and the API show them."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from action_plans.goals import queries, telling
from action_plans.goals.counting import Showable, is_same_season, showable
from action_plans.goals.rules import empty_words_in, gaps_of
from action_plans.models import Goal, Plan
from action_plans.permissions import may_work_on_plan
from cause_analysis.models import Problem
from incidents.selections import Selection, in_words
from situational_picture.period_names import days_name
from situational_picture.protecting import PROTECTED
from situational_picture.selecting import CIRCLE
from ui.numbers import number_words, percent_up_words

# As many goals as stand above the measures of a plan; the others are folded, unless it is one alone.
FIRST = 3


def url_of(goal: Goal) -> str:
    """The goal's page."""
    return reverse("goal", args=[goal.plan.collaboration.slug, goal.plan.number, goal.number])


def list_url(plan: Plan) -> str:
    """The page with all the goals of a plan."""
    return reverse("goal_list", args=[plan.collaboration.slug, plan.number])


def new_url(plan: Plan, problem: Problem | None = None) -> str:
    """Where a goal is written, for the plan or for one of its problems."""
    address = reverse("goal_new", args=[plan.collaboration.slug, plan.number])
    return f"{address}?problem={problem.number}" if problem else address


def tag_of(goal: Goal) -> dict[str, str]:
    """Whether a group has agreed on it, or what it waits for."""
    if goal.agreed_at is not None:
        return {"text": _("agreed"), "tone": "success", "symbol": "check"}
    if number := len(gaps_of(goal)):
        text = ngettext("%(number)s thing is missing", "%(number)s things are missing", number) % {"number": number}
        return {"text": text, "tone": "warning", "symbol": "question"}
    return {"text": _("not agreed yet"), "tone": "neutral", "symbol": "ring"}


def goals_of(plan: Plan, user: Any) -> dict[str, Any]:
    """The goals of a plan as its page shows them, for the template `action_plans/goals/_goals.html`."""
    viewer = telling.viewer_of(user, plan)
    may_work = may_work_on_plan(user, plan)
    goals = list(telling.with_place_names(queries.goals_of_plan(user, plan)))
    return {
        "rows": [row_of(goal, viewer) for goal in goals],
        "agreed": sum(goal.agreed_at is not None for goal in goals),
        "first": FIRST if len(goals) > FIRST + 1 else 0,
        "more": len(goals) - FIRST,
        "new_url": new_url(plan) if may_work else "",
        "url": list_url(plan),
    }


def row_of(goal: Goal, viewer: str) -> dict[str, Any]:
    """A goal in a list: its sentence as this reader may read it, and where it stands."""
    return {
        "goal": goal,
        "url": url_of(goal),
        "name": _("Goal %(number)s") % {"number": goal.number},
        "headline": telling.headline(goal),
        "rest": telling.sentence_after_headline(goal, viewer),
        "sentence": telling.sentence_for(goal, viewer),
        "kind": capfirst(goal.get_kind_display()),
        "problem": goal.problem,
        "owner": owner_words(goal),
        "tag": tag_of(goal),
    }


def owner_words(goal: Goal) -> str:
    """Which organisation owns it, and which function answers for it there."""
    parts = [goal.organisation.name if goal.organisation else "", goal.owner.user.function if goal.owner else ""]
    return ", ".join(part for part in parts if part)


def facts_of(goal: Goal, viewer: str) -> list[dict[str, str]]:
    """A goal's parts, label and text; a part that is missing says so."""
    nothing = _("Not said yet.")
    rows = [
        (_("Kind of goal"), capfirst(goal.get_kind_display())),
        (_("What is to change"), goal.indicator or nothing),
        (_("Where"), telling.where_words(goal)),
    ]
    if goal.measured == Goal.Measured.REPORTS:
        chosen = in_words(Selection.parse(goal.selection), goal.collaboration_id)
        said = "; ".join(f"{row['label']}: {row['text']}" for row in chosen)
        rows.append((_("What is counted"), said or _("All events")))
    rows += [
        (_("Baseline"), baseline_line(goal, viewer) or nothing),
        (_("Target"), target_line(goal) or nothing),
        (_("Measured with"), telling.source_words(goal) or nothing),
        (_("Owner"), owner_words(goal) or nothing),
    ]
    return [{"label": label, "text": text} for label, text in rows]


def baseline_line(goal: Goal, viewer: str) -> str:
    """The baseline with its days, and for whoever reads it whole with how sure it is."""
    words = telling.baseline_words(goal, viewer)
    if not words:
        return ""
    if goal.baseline_from and goal.baseline_to:
        words = _("%(number)s, %(days)s") % {"number": words, "days": days_name(goal.baseline_from, goal.baseline_to)}
    told = telling.baseline_told(goal, viewer)
    if told.value == PROTECTED or told.lower is None or told.upper is None:
        return capfirst(words)
    return _("%(words)s (95 %% interval %(lower)s–%(upper)s)") % {
        "words": capfirst(words),
        "lower": number_words(told.lower, 1),
        "upper": number_words(told.upper, 1),
    }


def target_line(goal: Goal) -> str:
    """The target with its day."""
    words = telling.target_words(goal)
    if words and goal.target_on:
        words = _("%(number)s by %(day)s") % {"number": words, "day": date_format(goal.target_on, "j F Y")}
    return capfirst(words)


# --- What the helper says ---------------------------------------------------------------------------------------------


def help_of(goal: Goal, viewer: str) -> dict[str, Any]:
    """What is missing, whether the change could be shown, and what to think of: all of it at once.

    For the circle alone what is reckoned from a counted baseline: how large a change would be seen tells the count.
    """
    return {
        "sentence": telling.sentence_for(goal, viewer),
        "is_own_words": goal.is_own_words,
        "baseline": baseline_line(goal, viewer),
        "gaps": gaps_of(goal),
        "empty_words": empty_words_in(goal.text if goal.is_own_words else "", goal.indicator),
        "showable": showable_words(showable(goal)) if viewer == CIRCLE else [],
        "not_reckoned": not_reckoned_words(goal),
        "season": "" if is_same_season(goal) else season_words(),
    }


def not_reckoned_words(goal: Goal) -> str:
    """Why nothing is said of whether the change could be shown, where it is not reckoned at all."""
    if goal.measured != Goal.Measured.REPORTS:
        return _("This is reckoned for what is counted from the reports. Ask whoever measures it how sure it is.")
    if goal.direction != Goal.Direction.REDUCE:
        return _("This is reckoned for reductions alone. More reports may come of more who report, too.")
    return ""


def season_words() -> str:
    """That baseline and target are about different times of the year."""
    return _("Baseline and target are about different times of the year: seasons may differ. Choose the same days.")


def showable_words(found: Showable | None) -> list[str]:
    """Which reductions these numbers could show, and what that says of the one that is wanted."""
    if found is None:
        return []
    wider = _("Choose a longer period, more categories or places, or another kind of goal.")
    if found.half is None:
        return [_("With so few events no reduction could be shown, not even if none were left."), wider]
    if found.eight_of_ten is None:
        said = _("A reduction of %(half)s %% would be seen in about half of the cases, none in eight of ten.")
    else:
        said = _("A reduction of %(half)s %% would be seen in about half of the cases, %(eight)s %% in eight of ten.")
    percents = {"half": percent_up_words(found.half), "eight": percent_up_words(found.eight_of_ten or 0)}
    words = [said % percents]
    if found.wanted is None:
        return words
    wanted = {"wanted": number_words(round(found.wanted * 100))}
    if found.eight_of_ten is not None and found.wanted >= found.eight_of_ten:
        return [*words, _("The goal is %(wanted)s %% fewer, which would be seen.") % wanted]
    if found.wanted >= found.half:
        return [*words, _("The goal is %(wanted)s %% fewer, which might be seen as well as not.") % wanted]
    return [
        *words,
        _("The goal is %(wanted)s %% fewer, which could hardly be told from chance with these numbers.") % wanted,
        wider,
    ]
