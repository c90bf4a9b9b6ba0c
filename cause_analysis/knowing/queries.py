"""What is known and what is not: answers by place and question, and the gaps with who finds out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db.models import F, Q
from django.utils import timezone

from areas.models import Area, AreaScope, Place
from cause_analysis.models import CauseAnalysis, GuidedAnswer, KnowledgeGap, Problem
from partners.models import Membership
from partners.roles import SEE_EVERYTHING, SEE_OWN_AREAS


def places_of(problem: Problem) -> list[Place]:
    """The places the problem is about."""
    rows = problem.problem_places.select_related("place").order_by("place__name")
    return [row.place for row in rows]


def answers_of(analysis: CauseAnalysis) -> dict[tuple[int | None, str], GuidedAnswer]:
    """The answers, by place and question."""
    rows = GuidedAnswer.objects.filter(analysis=analysis).select_related("changed_by")
    return {(row.place_id, row.question): row for row in rows}


def let_go_of(answers: Mapping[tuple[int | None, str], GuidedAnswer], own: Iterable[Place]) -> list[Place]:
    """The places somebody has answered about that the problem is not about any more."""
    said = {pk for (pk, _key), answer in answers.items() if pk is not None and answer.text}
    return list(Place.objects.filter(pk__in=said - {place.pk for place in own}).order_by("name"))


def is_said_of_area(answers: Mapping[tuple[int | None, str], GuidedAnswer]) -> bool:
    """Whether something is answered about the area as a whole."""
    return any(pk is None and answer.text for (pk, _key), answer in answers.items())


def answered_at(analysis: CauseAnalysis, places: Sequence[int | None]) -> int:
    """How many questions are answered at these places; None is the area as a whole."""
    at = Q(place__in=[pk for pk in places if pk is not None])
    if None in places:
        at |= Q(place=None)
    return GuidedAnswer.objects.filter(at, analysis=analysis).exclude(text="").count()


def _gaps(analysis: CauseAnalysis) -> Any:
    """The gaps of the version and of those before it, as they were when the version was adopted or as they are now."""
    rows = KnowledgeGap.objects.filter(
        analysis__problem=analysis.problem_id, analysis__version__lte=analysis.version
    ).select_related(
        "analysis__problem__collaboration", "membership__user", "membership__organisation", "place", "closed_by"
    )
    if analysis.adopted_at is None:
        return rows
    return rows.filter(created_at__lte=analysis.adopted_at)


def open_gaps(analysis: CauseAnalysis) -> list[KnowledgeGap]:
    """What nobody knows yet, the nearest day first, and what has no day last.

    Of an adopted version: what was not known when it was adopted, also when somebody has found it out since.
    """
    is_open = Q(closed_at=None)
    if analysis.adopted_at is not None:
        is_open |= Q(closed_at__gt=analysis.adopted_at)
    return list(_gaps(analysis).filter(is_open).order_by(F("due_on").asc(nulls_last=True), "pk"))


def closed_gaps(analysis: CauseAnalysis) -> list[KnowledgeGap]:
    """What has been found out, latest first."""
    rows = _gaps(analysis).filter(closed_at__isnull=False)
    if analysis.adopted_at is not None:
        rows = rows.filter(closed_at__lte=analysis.adopted_at)
    return list(rows.order_by("-closed_at"))


def may_find_out(problem: Problem) -> list[Membership]:
    """Those who work with the problem's area: the whole circle."""
    lineage: list[int] = []
    area: Area | None = problem.area
    while area is not None:
        lineage.append(area.pk)
        area = area.parent
    scoped = AreaScope.objects.filter(collaboration=problem.collaboration_id, area__in=lineage)
    rows = Membership.objects.active(timezone.localdate()).filter(
        Q(role__in=SEE_EVERYTHING) | Q(role__in=SEE_OWN_AREAS, pk__in=scoped.values("membership")),
        collaboration=problem.collaboration_id,
        user__is_active=True,
        user__is_service=False,
    )
    return list(rows.select_related("user", "organisation").order_by("organisation__name", "user__function", "pk"))


def gaps_given_to(user: Any, memberships: Iterable[Membership]) -> list[KnowledgeGap]:
    """The open gaps that these roles are to find out, the nearest day first."""
    rows = KnowledgeGap.objects.visible_to(user).filter(membership__in=list(memberships), closed_at=None)
    found = rows.select_related("analysis__problem__collaboration", "place")
    return list(found.order_by(F("due_on").asc(nulls_last=True), "pk"))
