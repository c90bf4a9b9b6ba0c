"""What a question can be about: found for whoever may read it, named and linked."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from action_plans.commitments.presenters import name_of as commitment_name
from action_plans.models import Commitment, Measure, Plan
from areas.models import Area, Place
from cause_analysis.models import KnowledgeGap, Problem
from councils.models import Escalation, Subject
from partners.models import Collaboration


@dataclass(frozen=True)
class Sort:
    """One sort of subject: its rows for a reader, what each is called, where it stands and in which area."""

    rows: Callable[[Any], QuerySet]
    name: Callable[[Any], str]
    url: Callable[[str, Any], str]
    area: Callable[[Any], Area | None]


SORTS: dict[str, Sort] = {
    Subject.PROBLEM: Sort(
        lambda user: Problem.objects.visible_to(user).select_related("area"),
        lambda one: one.title,
        lambda slug, one: reverse("problem", args=[slug, one.number]),
        lambda one: one.area,
    ),
    Subject.MEASURE: Sort(
        lambda user: Measure.objects.visible_to(user).select_related("plan__area"),
        lambda one: one.title,
        lambda slug, one: reverse("measure_detail", args=[slug, one.pk]),
        lambda one: one.plan.area,
    ),
    Subject.COMMITMENT: Sort(
        lambda user: Commitment.objects.visible_to(user).select_related("area"),
        commitment_name,
        lambda slug, one: reverse("commitment_detail", args=[slug, one.number]),
        lambda one: one.area,
    ),
    Subject.PLACE: Sort(
        lambda user: Place.objects.visible_to(user).select_related("area"),
        lambda one: one.name,
        lambda slug, one: reverse("place_detail", args=[slug, one.pk]),
        lambda one: one.area,
    ),
    Subject.PLAN: Sort(
        lambda user: Plan.objects.visible_to(user).select_related("area"),
        lambda one: one.title,
        lambda slug, one: reverse("plan", args=[slug, one.number]),
        lambda one: one.area,
    ),
    Subject.GAP: Sort(
        lambda user: KnowledgeGap.objects.visible_to(user).select_related("analysis__problem__area"),
        lambda one: _("What is not known about: %(problem)s") % {"problem": one.analysis.problem.title},
        lambda slug, one: reverse("problem", args=[slug, one.analysis.problem.number]),
        lambda one: one.analysis.problem.area,
    ),
}


@dataclass(frozen=True)
class Found:
    """A subject as a page names it."""

    kind: str
    pk: int
    name: str
    url: str
    area: Area | None
    thing: Any


def find(user: Any, collaboration: Collaboration, kind: str, pk: int | None) -> Found | None:
    """The subject, for whoever may read it."""
    sort = SORTS.get(kind)
    if sort is None or pk is None or not 0 < pk < 2**63:
        return None
    thing = sort.rows(user).filter(collaboration=collaboration, pk=pk).first()
    if thing is None:
        return None
    return Found(kind, pk, sort.name(thing), sort.url(collaboration.slug, thing), sort.area(thing), thing)


def seen(user: Any, escalations: Iterable[Escalation]) -> set[tuple[str, int]]:
    """What of all that these are about the reader sees: one question to the database for each sort."""
    wanted: dict[str, set[int]] = {}
    for one in escalations:
        if one.subject_id is not None:
            wanted.setdefault(one.subject_kind, set()).add(one.subject_id)
    return {
        (kind, pk)
        for kind, ids in wanted.items()
        for pk in SORTS[kind].rows(user).filter(pk__in=ids).values_list("pk", flat=True)
    }


def asked_about(user: Any, collaboration: Collaboration, about: str) -> Found | None:
    """The subject an address names, as `problem-12`; the number is the row's own."""
    kind, _dash, number = about.partition("-")
    return find(user, collaboration, kind, int(number)) if number.isascii() and number.isdigit() else None


def subject_of(user: Any, escalation: Escalation) -> Found | None:
    """What a question is about, where the reader may read that too."""
    return find(user, escalation.collaboration, escalation.subject_kind, escalation.subject_id)
