"""Analyses out of the database: the tree in one question, what stands beside a cause in a few more."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q

from cause_analysis.causes.rules import Weight
from cause_analysis.models import Cause, CauseAnalysis, CauseMove, CauseState, Evidence, Problem

Direction = Evidence.Direction


@dataclass(frozen=True)
class Node:
    """A cause where it stands in the tree: how deep, and how many stand beside it."""

    cause: Cause
    level: int
    number: int
    beside: int


def tree_of(analysis: CauseAnalysis, *, with_evidence: bool = False) -> list[Node]:
    """The causes in the order of the list: each before those under it. One question, however many there are.

    `with_evidence` counts what speaks for and against each: `speak_for`, `speak_against`, and of those `weigh_for`
    what is more than an assumption.
    """
    rows = Cause.objects.kept().filter(analysis=analysis).order_by("position", "pk")
    if with_evidence:
        kept = Q(evidence__removed_at=None)
        rows = rows.annotate(
            speak_for=Count("evidence", filter=kept & Q(evidence__direction=Direction.FOR)),
            speak_against=Count("evidence", filter=kept & Q(evidence__direction=Direction.AGAINST)),
            weigh_for=Count("evidence", filter=kept & Q(evidence__direction=Direction.FOR, evidence__strength__gt=0)),
        ).select_related("chosen_by_group")
    causes = list(rows)
    known = {cause.pk for cause in causes}
    below: dict[int | None, list[Cause]] = {}
    for cause in causes:
        below.setdefault(cause.parent_id if cause.parent_id in known else None, []).append(cause)
    nodes: list[Node] = []
    waiting = _nodes(below.get(None, []), 1)
    while waiting:
        node = waiting.pop()
        nodes.append(node)
        waiting.extend(_nodes(below.get(node.cause.pk, []), node.level + 1))
    return nodes


def _nodes(causes: list[Cause], level: int) -> list[Node]:
    # The last one first, since they are taken from the end.
    return [Node(cause, level, number, len(causes)) for number, cause in enumerate(causes, start=1)][::-1]


def first_to_open(nodes: list[Node]) -> Cause | None:
    """The cause to open where nobody has asked for one: the first chosen or confirmed, else the first."""
    causes = [node.cause for node in nodes]
    settled = (cause for cause in causes if cause.is_chosen or cause.state == CauseState.CONFIRMED)
    return next(settled, causes[0] if causes else None)


def weight_of(cause: Cause) -> Weight:
    """What speaks for and against a cause, assumptions left out."""
    kept = Evidence.objects.kept().filter(cause=cause, strength__gt=0)
    found = kept.aggregate(
        speak_for=Count("pk", filter=Q(direction=Direction.FOR)),
        speak_against=Count("pk", filter=Q(direction=Direction.AGAINST)),
    )
    return Weight(**found)


def evidence_of(cause: Cause) -> list[Evidence]:
    """What speaks for a cause and then what speaks against it, the strongest first; nothing that was taken away."""
    rows = Evidence.objects.kept().filter(cause=cause).select_related("organisation", "place")
    return sorted(rows, key=lambda row: (row.direction != Direction.FOR, -row.strength, row.pk))


def removed_evidence_of(cause: Cause) -> list[Evidence]:
    """What was taken away, latest first."""
    rows = Evidence.objects.filter(cause=cause, removed_at__isnull=False)
    return list(rows.select_related("organisation", "removed_by").order_by("-removed_at"))


def history_of(cause: Cause) -> list[CauseMove]:
    """How what is known about a cause has changed, latest first."""
    return list(CauseMove.objects.filter(cause=cause).select_related("by").order_by("-at", "-pk"))


def shown_analysis(user: Any, problem: Problem, version: int | None = None) -> CauseAnalysis | None:
    """The version asked for; else the one that is worked on, or the newest."""
    rows = CauseAnalysis.objects.visible_to(user).filter(problem=problem)
    if version is not None:
        rows = rows.filter(version=version)
    chosen = rows.select_related("problem__area", "collaboration", "adopted_by_group")
    return chosen.order_by("-version").first()


def versions_of(user: Any, problem: Problem) -> list[CauseAnalysis]:
    """All versions, the newest first."""
    return list(CauseAnalysis.objects.visible_to(user).filter(problem=problem).order_by("-version"))
