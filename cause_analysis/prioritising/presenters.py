"""A round as its pages show it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from statistics import mean
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from cause_analysis.models.prioritising import HIGHEST, Criterion, PrioritisationRound, RoundProblem, Score
from cause_analysis.prioritising.suggesting import in_words
from cause_analysis.problems import presenters as problem_presenters
from partners.models import GroupMember
from ui.numbers import number_words

STATUS_TONES = {
    PrioritisationRound.Status.SCORING: ("info", "clock"),
    PrioritisationRound.Status.SHOWN: ("accent", "half"),
    PrioritisationRound.Status.DECIDED: ("success", "check"),
}
DECISION_TONES = {
    RoundProblem.Decision.FIRST: ("accent", "arrow-up"),
    RoundProblem.Decision.WAITS: ("neutral", "clock"),
    RoundProblem.Decision.RESTS: ("neutral", "dash"),
}
# What each criterion says of the problem, so that everybody scores the same thing.
STATEMENTS = {
    Criterion.COMMON: gettext_lazy("It is common, beside all else that happens"),
    Criterion.LONG: gettext_lazy("It has gone on for long"),
    Criterion.DEVIATES: gettext_lazy("It is more here than in comparable areas"),
    Criterion.LIMITED: gettext_lazy("It is limited to a few places"),
    Criterion.INFLUENCEABLE: gettext_lazy("We can influence it together"),
    Criterion.COST: gettext_lazy("It costs much, in money and in harm"),
    Criterion.AFFECTS: gettext_lazy("It affects many"),
}
SCORES = (
    (0, pgettext_lazy("score", "not true at all")),
    (1, pgettext_lazy("score", "somewhat true")),
    (2, pgettext_lazy("score", "mostly true")),
    (3, pgettext_lazy("score", "entirely true")),
)
# From this difference between lowest and highest the members see the problem differently.
DISAGREES_FROM = 2


def tag_of(round_: PrioritisationRound) -> dict[str, str]:
    """Where the round stands."""
    tone, symbol = STATUS_TONES[PrioritisationRound.Status(round_.status)]
    return {"text": round_.get_status_display(), "tone": tone, "symbol": symbol}


def decision_tag(row: RoundProblem) -> dict[str, str] | None:
    """What the group has decided on a problem."""
    if not row.decision:
        return None
    tone, symbol = DECISION_TONES[RoundProblem.Decision(row.decision)]
    return {"text": row.get_decision_display(), "tone": tone, "symbol": symbol}


def url_of(round_: PrioritisationRound, slug: str) -> str:
    """The round's page."""
    return reverse("prioritisation", args=[slug, round_.pk])


def who(seat: GroupMember) -> str:
    """A member by function and organisation, never by name."""
    return f"{seat.membership.user.function}, {seat.membership.organisation.name}"


def first_rows(rows: Iterable[RoundProblem]) -> list[dict[str, Any]]:
    """What comes first, with the reason the group gave."""
    return [{"row": row, "problem": row.problem, "url": problem_presenters.url_of(row.problem)} for row in rows]


def round_rows(rounds: Iterable[PrioritisationRound], *, left: Mapping[int, int], slug: str) -> list[dict[str, Any]]:
    """The rounds of the list, with how many problems wait for one's own scores."""
    return [{"round": one, "url": url_of(one, slug), "tag": tag_of(one), "left": left.get(one.pk, 0)} for one in rounds]


def problem_rows(
    rows: Iterable[RoundProblem],
    *,
    scored: Mapping[int, Collection[int | None]],
    user: Any,
    slug: str,
    round_: PrioritisationRound,
) -> list[dict[str, Any]]:
    """The problems of a round while it is scored: what is one's own to do, and nothing of the others'."""
    return [
        {
            "row": row,
            "problem": row.problem,
            "url": problem_presenters.url_of(row.problem),
            "score_url": reverse("prioritisation_score", args=[slug, round_.pk, row.problem.number]),
            "is_scored": row.pk in scored,
            # A seat has one voice: who came first has it.
            "by_other": row.pk in scored and user.pk not in scored[row.pk],
        }
        for row in rows
    ]


def matrix(rows: Iterable[RoundProblem], scores: Iterable[Score]) -> dict[str, Any]:
    """What everybody thought, problem by criterion: mean, lowest and highest, who differs and why; the sum as support.

    Ordered by the sum; the group decides, not the order.
    """
    by_cell: dict[tuple[int, str], list[Score]] = {}
    for score in scores:
        by_cell.setdefault((score.round_problem_id, score.criterion), []).append(score)
    found: list[dict[str, Any]] = []
    for row in rows:
        cells = [_cell(criterion, by_cell.get((row.pk, criterion), []), row) for criterion in Criterion]
        known = [cell["mean"] for cell in cells if cell["mean"] is not None]
        found.append(
            {
                "row": row,
                "problem": row.problem,
                "anchor": f"problem-{row.problem.number}",
                "url": problem_presenters.url_of(row.problem),
                "cells": cells,
                "sum": round(sum(known), 1) if known else None,
                "differs": [cell for cell in cells if cell["differs"]],
                "tag": decision_tag(row),
            }
        )
    found.sort(key=lambda one: (-(one["sum"] or 0), one["problem"].number))
    return {
        "criteria": [criterion.label for criterion in Criterion],
        "rows": found,
        "highest": HIGHEST * len(Criterion),
        "is_decided": any(one["tag"] for one in found),
    }


def _cell(criterion: Criterion, scores: list[Score], row: RoundProblem) -> dict[str, Any]:
    values = [score.value for score in scores]
    suggested = in_words(row.suggestions.get(criterion))
    if not values:
        return {
            "criterion": criterion.label,
            "mean": None,
            "text": "–",
            "differs": False,
            "said": [],
            "suggested": suggested,
        }
    low, high = min(values), max(values)
    said = [
        {"who": who(score.seat), "value": score.value, "reason": score.reason or _("as the data say")}
        for score in sorted(scores, key=lambda score: (-score.value, who(score.seat)))
    ]
    return {
        "criterion": criterion.label,
        "mean": mean(values),
        "text": number_words(round(mean(values), 1)),
        "range": f"{low}–{high}" if low != high else "",
        "differs": high - low >= DISAGREES_FROM,
        "said": said,
        "suggested": suggested,
    }
