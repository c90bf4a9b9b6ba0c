"""Problems out of the database: whose, at which place, with which reports."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from areas.models import Place
from cause_analysis.models import Problem, ProblemQuerySet
from incidents.models import Category, Incident, IncidentQuerySet, Status
from incidents.permissions import may_read_reports
from incidents.selections import NotASelection, Selection, Trees
from partners.models import Collaboration


def problems_for(user: Any, collaboration: Collaboration) -> ProblemQuerySet:
    """The problems of one collaboration that the user reads, newest first."""
    rows = Problem.objects.visible_to(user).filter(collaboration=collaboration)
    return rows.select_related("area", "collaboration")


def selection_of(problem: Problem) -> Selection:
    """What the problem counts. The area is the problem's own, whatever it is called today."""
    return replace(Selection.parse(problem.selection), area=problem.area.slug)


def readable(user: Any, problem: Problem) -> IncidentQuerySet | None:
    """The problem's events that the user may read one by one; None for whoever reads no reports."""
    if not may_read_reports(user, problem.collaboration_id):
        return None
    rows = Incident.objects.visible_to(user).filter(
        collaboration_id=problem.collaboration_id, status=Status.APPROVED, category__kind=Category.Kind.EVENT
    )
    return selection_of(problem).within([problem.collaboration_id]).rows(rows)


def problems_at(user: Any, places: Sequence[Place]) -> dict[int, list[Problem]]:
    """The problems the user reads that are about each place, newest first. One question, however many places."""
    found: dict[int, list[Problem]] = {place.pk: [] for place in places}
    rows = (
        Problem.objects.visible_to(user)
        .filter(problem_places__place__in=list(found))
        .select_related("area", "collaboration")
        .prefetch_related("problem_places")
        .defer("figures")
        .distinct()
    )
    for problem in rows:
        for link in problem.problem_places.all():
            if link.place_id in found:
                found[link.place_id].append(problem)
    return found


def problems_with(
    user: Any, incidents: Sequence[Incident], *, problems_of: ProblemQuerySet | None = None
) -> dict[int, list[Problem]]:
    """The problems the user reads that each of the reports is part of. Four questions, however many reports.

    A report that is counted together with another is part of what that one is part of. A room above that has another
    reason to show a problem passes it in as `problems_of`.
    """
    found: dict[int, list[Problem]] = {incident.pk: [] for incident in incidents}
    counts = _counted_as(incidents)
    collaborations = {incident.collaboration_id for incident in counts.values()}
    if not counts:
        return found
    among = Problem.objects.visible_to(user) if problems_of is None else problems_of
    problems = list(
        among.filter(collaboration_id__in=collaborations).select_related("area", "collaboration").defer("figures")
    )
    if not problems:
        return found
    trees = Trees.of(collaborations)
    for problem in problems:
        selected = selection_of(problem).within([problem.collaboration_id], trees=trees)
        for pk, incident in counts.items():
            if incident.collaboration_id == problem.collaboration_id and selected.matches(incident):
                found[pk].append(problem)
    return found


def _counted_as(incidents: Iterable[Incident]) -> dict[int, Incident]:
    """Each report that counts as an event, or the one that counts for it."""
    listed = list(incidents)
    others = Incident.objects.select_related("category").in_bulk(
        {one.merged_into_id for one in listed if one.merged_into_id is not None}
    )
    counts = {one.pk: others.get(one.merged_into_id, one) if one.merged_into_id else one for one in listed}
    return {
        pk: one
        for pk, one in counts.items()
        if one.status == Status.APPROVED and one.category.kind == Category.Kind.EVENT
    }


def selection_or_none(query: str) -> Selection | None:
    """The selection of an address; None where it says what no list understands."""
    try:
        return Selection.parse(query)
    except NotASelection:
        return None
