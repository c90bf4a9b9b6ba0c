"""What problems have to say on the pages of rooms below."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from areas.access import descendants_of_each
from areas.models import Area, Place
from cause_analysis.models import Problem, State
from cause_analysis.permissions import may_make_problem_in, may_make_problems
from cause_analysis.problems import presenters, queries
from incidents.models import Incident
from incidents.selections import AskedFor, Selection
from situational_picture.models import Picture

# States in which nobody works on the problem any more.
RESTING = {State.DORMANT, State.CLOSED, State.AFTER_WATCH}


def _card(problems: Sequence[Problem], title: str) -> dict[str, Any]:
    rows = [{"problem": one, "url": presenters.url_of(one), "tag": presenters.tag_of(one)} for one in problems]
    return {"template": "cause_analysis/_problems_card.html", "card_title": title, "problems": rows}


def problems_at_places(user: Any, places: Sequence[Place]) -> dict[int, list[dict[str, Any]]]:
    """The problems each place is named in."""
    found = queries.problems_at(user, places)
    return {pk: [_card(rows, _("Problems here"))] for pk, rows in found.items() if rows}


def problems_of_incidents(user: Any, incidents: Sequence[Incident]) -> dict[int, list[dict[str, Any]]]:
    """The problems each report is part of."""
    found = queries.problems_with(user, incidents)
    return {pk: [_card(rows, _("Part of these problems"))] for pk, rows in found.items() if rows}


def problems_in_receipts(user: Any, incidents: Sequence[Incident]) -> dict[int, list[dict[str, Any]]]:
    """For whoever has reported: the problems the report became part of, if they are the reporter's to read."""
    found = queries.problems_with(user, incidents)
    return {
        pk: [
            {"title": _("Part of the problem %(title)s") % {"title": one.title}, "url": presenters.url_of(one)}
            for one in rows
        ]
        for pk, rows in found.items()
        if rows
    }


def problems_in_areas(user: Any, areas: Sequence[Area]) -> dict[int, list[dict[str, Any]]]:
    """The problems of each area and of the areas in it."""
    found = _problems_of(user, areas)
    return {pk: [_card(rows, _("Problems in the area"))] for pk, rows in found.items() if rows}


def step_in_areas(user: Any, areas: Sequence[Area]) -> dict[int, list[dict[str, Any]]]:
    """The process bar's second step: how many problems are worked on in each area."""
    rows: dict[int, list[dict[str, Any]]] = {}
    for collaboration_id, here in _by_collaboration(areas).items():
        live = Problem.objects.visible_to(user).filter(collaboration=collaboration_id).exclude(state__in=RESTING)
        found = list(live.order_by().values_list("area_id", "collaboration__slug"))
        if not found:
            continue
        listed = reverse("problem_list", args=[found[0][1]])
        for area, ids in zip(here, descendants_of_each(collaboration_id, [[area.pk] for area in here]), strict=True):
            if number := sum(pk in ids for pk, _slug in found):
                text = ngettext("%(number)s problem", "%(number)s problems", number) % {"number": number}
                rows[area.pk] = [
                    {"step": "cause_analysis", "state": "open", "text": text, "url": f"{listed}?area={area.slug}"}
                ]
    return rows


def _by_collaboration(areas: Sequence[Area]) -> dict[int, list[Area]]:
    found: dict[int, list[Area]] = {}
    for area in areas:
        found.setdefault(area.collaboration_id, []).append(area)
    return found


def _problems_of(user: Any, areas: Sequence[Area]) -> dict[int, list[Problem]]:
    found: dict[int, list[Problem]] = {}
    for collaboration_id, here in _by_collaboration(areas).items():
        problems = list(
            Problem.objects.visible_to(user)
            .filter(collaboration_id=collaboration_id)
            .select_related("area", "collaboration")
            .defer("figures")
        )
        if not problems:
            continue
        below = descendants_of_each(collaboration_id, [[area.pk] for area in here])
        for area, ids in zip(here, below, strict=True):
            found[area.pk] = [problem for problem in problems if problem.area_id in ids]
    return found


# --- “Make this a problem” --------------------------------------------------------------------------------------------


def _button(collaboration: Any, selection: Selection) -> dict[str, Any]:
    address = reverse("problem_new", args=[collaboration.slug])
    return {"template": "cause_analysis/_make_problem.html", "address": f"{address}?{selection.query}"}


def make_from_list(user: Any, asked: Sequence[AskedFor]) -> dict[str, list[dict[str, Any]]]:
    """From what a list of reports shows, for whoever makes problems."""
    return {
        one.pk: [_button(one.collaboration, one.selection)]
        for one in asked
        if may_make_problems(user, one.collaboration)
    }


def make_from_pictures(user: Any, pictures: Sequence[Picture]) -> dict[int, list[dict[str, Any]]]:
    """From the days of a picture, for the circle of its area."""
    return {
        picture.pk: [
            _button(
                picture.collaboration,
                Selection(area=picture.area.slug, since=picture.period.start, until=picture.period.last_day),
            )
        ]
        for picture in pictures
        if may_make_problem_in(user, picture.area)
    }
