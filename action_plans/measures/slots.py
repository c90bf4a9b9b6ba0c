"""What measures have to say on the pages of rooms below: what is done about a problem, a cause, a place, a defect."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from action_plans.measures import presenters, queries
from action_plans.models import Measure
from action_plans.permissions import may_make_plans, may_plan_in
from areas.models import InspectionItem, Place
from cause_analysis.models import Cause, Problem
from partners.models import Collaboration


def _card(user: Any, measures: Sequence[Measure], title: str, *, new_url: str = "", empty: str = "") -> dict[str, Any]:
    return {
        "template": "action_plans/measures/_card.html",
        "card_title": title,
        "measures": presenters.rows_of(user, measures, today=timezone.localdate()),
        "new_url": new_url,
        "empty": empty,
    }


def _new(slug: str, what: str, value: int) -> str:
    return f"{reverse('measure_new', args=[slug])}?{what}={value}"


def measures_of_problems(user: Any, problems: Sequence[Problem]) -> dict[int, list[dict[str, Any]]]:
    """The measures about each problem, and the way to a new one for those who write its plan."""
    found: dict[int, list[dict[str, Any]]] = {}
    measures = queries.for_problems(user, problems)
    for problem in problems:
        new_url = _new(problem.collaboration.slug, "problem", problem.number) if may_plan_in(user, problem.area) else ""
        if measures[problem.pk] or new_url:
            title, empty = _("What is done about it"), _("No measure has been written yet.")
            found[problem.pk] = [_card(user, measures[problem.pk], title, new_url=new_url, empty=empty)]
    return found


def measures_for_causes(user: Any, causes: Sequence[Cause]) -> dict[int, list[dict[str, Any]]]:
    """What is done about each cause; for one a group has chosen, the way to a measure that is to affect it."""
    found: dict[int, list[dict[str, Any]]] = {}
    measures = queries.for_causes(user, causes)
    for cause in causes:
        problem = cause.analysis.problem
        is_open = cause.is_chosen and cause.analysis.is_adopted and may_plan_in(user, problem.area)
        new_url = _new(problem.collaboration.slug, "cause", cause.pk) if is_open else ""
        if measures[cause.pk] or new_url:
            title, empty = _("What is done about this cause"), _("Nothing yet.")
            card = _card(user, measures[cause.pk], title, new_url=new_url, empty=empty)
            found[cause.pk] = [{**card, "level": 3}]
    return found


def measures_at_places(user: Any, places: Sequence[Place]) -> dict[int, list[dict[str, Any]]]:
    """The measures that are carried out at each place."""
    measures = queries.at_places(user, places)
    return {pk: [_card(user, rows, _("Measures here"))] for pk, rows in measures.items() if rows}


def measures_for_defects(user: Any, items: Sequence[InspectionItem]) -> dict[int, list[dict[str, Any]]]:
    """The measures that are to mend each defect, and where each stands."""
    found: dict[int, list[dict[str, Any]]] = {}
    for pk, measures in queries.for_defects(user, items).items():
        if measures:
            found[pk] = [
                {"title": one.title, "url": presenters.url_of(one), "tag": one.get_state_display()} for one in measures
            ]
    return found


def make_from_defects(user: Any, items: Sequence[InspectionItem]) -> dict[int, list[dict[str, Any]]]:
    """The way from a defect to a measure that mends it, for those who write plans."""
    slugs = dict(
        Collaboration.objects.filter(pk__in={item.collaboration_id for item in items}).values_list("pk", "slug")
    )
    writes = {pk: may_make_plans(user, pk) for pk in slugs}
    return {
        item.pk: [{"title": _("Make it a measure"), "url": _new(slugs[item.collaboration_id], "defect", item.pk)}]
        for item in items
        if writes[item.collaboration_id]
    }
