"""What commitments have to say on the pages of areas and problems."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from action_plans.commitments import presenters
from action_plans.commitments.lines import Line, lines_for
from action_plans.commitments.queries import LIVE
from action_plans.models import MeasurePlace
from action_plans.permissions import READ_DECIDED_PLANS
from areas.access import descendants_of_each
from areas.models import Area, Place
from cause_analysis.models import Problem
from partners.models import Collaboration

# So many are named on another room's page; the list has them all.
NAMED = 5


def commitments_in_areas(user: Any, areas: Sequence[Area]) -> dict[int, list[dict[str, Any]]]:
    """What is asked and promised in each area, and in the areas in it."""
    found: dict[int, list[dict[str, Any]]] = {}
    for collaboration, here in _by_collaboration(areas).items():
        if not user.has_role(collaboration, READ_DECIDED_PLANS):
            continue
        below = descendants_of_each(collaboration.pk, [[area.pk] for area in here])
        asked = Q(area__in=set().union(*below))
        lines = lines_for(user, collaboration, now=timezone.now(), where=asked)
        listed = reverse("commitment_list", args=[collaboration.slug])
        for area, ids in zip(here, below, strict=True):
            rows = [line for line in lines if line.commitment.area_id in ids and line.state in LIVE]
            if rows:
                found[area.pk] = [_card(rows, collaboration.slug, f"{listed}?area={area.slug}")]
    return found


def commitments_at_places(user: Any, places: Sequence[Place]) -> dict[int, list[dict[str, Any]]]:
    """What partners have asked of each other and promised at each place, by the measures that are carried out there."""
    found: dict[int, list[dict[str, Any]]] = {}
    for collaboration, here in _by_collaboration(places).items():
        if not user.has_role(collaboration, READ_DECIDED_PLANS):
            continue
        at: dict[int, set[int]] = {}
        ties = MeasurePlace.objects.visible_to(user).filter(place__in=[place.pk for place in here])
        for place_id, measure_id in ties.values_list("place_id", "measure_id"):
            at.setdefault(place_id, set()).add(measure_id)
        if not at:
            continue
        lines = lines_for(user, collaboration, now=timezone.now(), where=Q(measure__in=set().union(*at.values())))
        url = reverse("commitment_list", args=[collaboration.slug])
        for pk, measures in at.items():
            rows = [line for line in lines if line.commitment.measure_id in measures and line.state in LIVE]
            if rows:
                found[pk] = [_card(rows, collaboration.slug, url)]
    return found


def commitments_of_problems(user: Any, problems: Sequence[Problem]) -> dict[int, list[dict[str, Any]]]:
    """What partners have asked of each other and promised for each problem, by its measures."""
    found: dict[int, list[dict[str, Any]]] = {}
    for collaboration, here in _by_collaboration(problems).items():
        asked = Q(measure__problem__in=[problem.pk for problem in here])
        lines = lines_for(user, collaboration, now=timezone.now(), where=asked)
        for problem in here:
            rows = [
                line
                for line in lines
                if line.commitment.measure is not None and line.commitment.measure.problem_id == problem.pk
            ]
            if rows:
                found[problem.pk] = [
                    _card(rows, collaboration.slug, reverse("commitment_list", args=[collaboration.slug]))
                ]
    return found


def _by_collaboration(things: Iterable[Any]) -> dict[Collaboration, list[Any]]:
    found: dict[Collaboration, list[Any]] = {}
    for thing in things:
        found.setdefault(thing.collaboration, []).append(thing)
    return found


def _card(lines: Sequence[Line], slug: str, url: str) -> dict[str, Any]:
    ordered = sorted(
        lines, key=lambda line: (line.state not in LIVE, not line.is_late, line.due_on or timezone.localdate())
    )
    return {
        "template": "action_plans/commitments/_card.html",
        "rows": presenters.list_rows([("others", line) for line in ordered[:NAMED]], slug=slug),
        "url": url,
        "left": max(0, len(ordered) - NAMED),
    }
