"""What a matter can be about: things of the rooms below, by a code and the row's id.

A matter has no key to what it is about, since it may be about anything; whoever reads the matter is shown the thing's
name and address only if they may read the thing itself.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _

from action_plans.commitments import presenters as commitments
from action_plans.goals import presenters as goals
from action_plans.measures import presenters as measures
from action_plans.models import Commitment, Goal, Measure, Plan
from action_plans.plans import presenters as plans
from areas.models import Place
from cause_analysis.knowing import presenters as gaps
from cause_analysis.models import KnowledgeGap, Problem
from cause_analysis.problems import presenters as problems
from councils.models import Escalation
from followup.evaluations import presenters as evaluations
from followup.evaluations.queries import with_row
from followup.models import Evaluation
from situational_picture.emails import picture_path
from situational_picture.models import Picture

LONGEST_NAME = 120
About = tuple[str, int]


@dataclass(frozen=True)
class Kind:
    """A kind of thing: which of them somebody reads, and how one is named and found."""

    label: Any
    rows: Callable[[Any], QuerySet[Any]]
    name: Callable[[Any], str]
    url: Callable[[Any], str]


KINDS: Mapping[str, Kind] = {
    "problem": Kind(
        _("Problem"),
        lambda user: Problem.objects.visible_to(user).select_related("collaboration").defer("figures"),
        lambda one: one.title,
        problems.url_of,
    ),
    "gap": Kind(
        _("Knowledge gap"),
        lambda user: KnowledgeGap.objects.visible_to(user).select_related("analysis__problem__collaboration"),
        gaps.gap_words,
        gaps.gap_url,
    ),
    "goal": Kind(
        _("Goal"),
        lambda user: Goal.objects.visible_to(user).select_related("plan__collaboration"),
        lambda one: one.text,
        goals.url_of,
    ),
    "measure": Kind(
        _("Measure"),
        lambda user: Measure.objects.visible_to(user).select_related("collaboration", "plan__area"),
        lambda one: one.title,
        measures.url_of,
    ),
    "commitment": Kind(
        _("Commitment"),
        lambda user: Commitment.objects.visible_to(user).select_related("collaboration"),
        lambda one: f"{commitments.name_of(one)} {one.text}",
        commitments.url_of,
    ),
    "plan": Kind(
        _("Plan"),
        lambda user: Plan.objects.visible_to(user).select_related("collaboration", "area"),
        lambda one: one.title,
        plans.url_of,
    ),
    "evaluation": Kind(
        _("Evaluation"),
        lambda user: with_row(Evaluation.objects.visible_to(user)),
        evaluations.subject_of,
        evaluations.url_of,
    ),
    "picture": Kind(
        _("Situational picture"),
        lambda user: Picture.objects.visible_to(user).without_figures(),
        str,
        picture_path,
    ),
    "escalation": Kind(
        _("Question between levels"),
        lambda user: Escalation.objects.visible_to(user).select_related("collaboration", "from_group", "to_group"),
        lambda one: one.question,
        lambda one: reverse("escalation", args=[one.collaboration.slug, one.number]),
    ),
    "place": Kind(
        _("Place"),
        lambda user: Place.objects.visible_to(user).select_related("collaboration"),
        lambda one: one.name,
        lambda one: reverse("place_detail", args=[one.collaboration.slug, one.pk]),
    ),
}

# The kinds by their codes, as the API lists them.
CODES = list(KINDS)


def thing_of(user: Any, kind: str, pk: int | None) -> Any | None:
    """The thing itself, if there is one and the user reads it."""
    found = KINDS.get(kind)
    return None if found is None or pk is None else found.rows(user).filter(pk=pk).first()


def named(user: Any, about: Iterable[tuple[str, int | None]]) -> dict[About, dict[str, str]]:
    """Name, address and kind of each thing the user reads: one question a kind, however many there are."""
    asked: dict[str, set[int]] = defaultdict(set)
    for kind, pk in about:
        if kind in KINDS and pk is not None:
            asked[kind].add(pk)
    found: dict[About, dict[str, str]] = {}
    for code, ids in asked.items():
        sort = KINDS[code]
        for one in sort.rows(user).filter(pk__in=ids):
            name = Truncator(sort.name(one)).chars(LONGEST_NAME)
            found[code, one.pk] = {"kind": str(sort.label), "name": name, "url": sort.url(one)}
    return found
