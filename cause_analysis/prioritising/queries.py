"""Rounds out of the database, as far as somebody may read them."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, QuerySet
from django.utils import timezone

from cause_analysis.models import Problem, State
from cause_analysis.models.prioritising import (
    Criterion,
    PrioritisationRound,
    RoundProblem,
    RoundQuerySet,
    Score,
)
from cause_analysis.prioritising.permissions import seats_today
from partners.models import Collaboration, GroupMember


def rounds_for(user: Any, collaboration: Collaboration) -> RoundQuerySet:
    """The rounds of one collaboration that the user reads, latest first."""
    return PrioritisationRound.objects.visible_to(user).filter(collaboration=collaboration).select_related("group")


def problems_of(user: Any, round_: PrioritisationRound) -> QuerySet[RoundProblem]:
    """The problems of a round that the user reads."""
    rows = RoundProblem.objects.visible_to(user).filter(round=round_)
    return rows.select_related("problem__area", "problem__collaboration", "round", "decided_by").order_by(
        "problem__number"
    )


def in_a_round() -> QuerySet[RoundProblem, Any]:
    """The problems, by id, that a group is going through and has not decided on."""
    return RoundProblem.objects.exclude(round__status=PrioritisationRound.Status.DECIDED).values("problem_id")


def scores_of(user: Any, round_: PrioritisationRound) -> QuerySet[Score]:
    """The scores of a round that the user may read: one's own, and once they are shown everybody's."""
    rows = Score.objects.visible_to(user).filter(round_problem__round=round_)
    return rows.select_related("seat__membership__user", "seat__membership__organisation")


def scored_for(seat: GroupMember, round_: PrioritisationRound) -> dict[int, set[int | None]]:
    """Who has scored each problem for the seat: its holder or whoever stands in. What they scored is not told."""
    found: dict[int, set[int | None]] = {}
    rows = Score.objects.filter(round_problem__round=round_, seat=seat).order_by()
    for problem, by in rows.values_list("round_problem_id", "scored_by_id").distinct():
        found.setdefault(problem, set()).add(by)
    return found


def seats_done(round_: PrioritisationRound) -> tuple[int, int]:
    """How many seats have scored every problem, and how many there are. Who they are nobody is told."""
    problems = RoundProblem.objects.filter(round=round_).count()
    scored = Score.objects.filter(round_problem__round=round_).values("seat").annotate(n=Count("pk")).order_by()
    seats = set(seats_today(round_.group_id).values_list("pk", flat=True))
    done = sum(row["seat"] in seats and row["n"] >= problems * len(Criterion) for row in scored)
    return done, len(seats)


def left_to_score(user: Any, collaboration: Collaboration) -> dict[int, int]:
    """By round being scored, how many of its problems the user's seat has not scored yet; nothing where none."""
    seats = (
        GroupMember.objects.in_force(timezone.localdate())
        .of(user)
        .filter(group__is_active=True, group__collaboration=collaboration)
    )
    if not seats:
        return {}
    readable = Problem.objects.visible_to(user).filter(collaboration=collaboration)
    waiting = (
        RoundProblem.objects.filter(
            round__status=PrioritisationRound.Status.SCORING,
            round__group__in=[seat.group_id for seat in seats],
            problem__in=readable,
        )
        .exclude(scores__seat__in=[seat.pk for seat in seats])
        .values_list("round_id")
        .annotate(n=Count("pk", distinct=True))
        .order_by()
    )
    return dict(waiting)


def first_now(user: Any, collaboration: Collaboration) -> list[RoundProblem]:
    """The problems that a group has decided come first and that nobody has taken further yet, latest decision first."""
    rows = (
        RoundProblem.objects.visible_to(user)
        .filter(
            problem__collaboration=collaboration,
            problem__state=State.PRIORITISED,
            decision=RoundProblem.Decision.FIRST,
        )
        .select_related("problem__area", "problem__collaboration", "round__group")
        .order_by("-decided_at", "-pk")
    )
    # A problem that came back has been decided on before: the latest decision is the one that holds.
    latest: dict[int, RoundProblem] = {}
    for row in rows:
        latest.setdefault(row.problem_id, row)
    return list(latest.values())
