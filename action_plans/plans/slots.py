"""What plans have to say on the pages of rooms below."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from action_plans.models import Measure, Plan, PlanVersion
from action_plans.plans import presenters
from action_plans.plans.queries import newest_of
from action_plans.rules import DECIDED_ONCE
from areas.access import descendants_of_each
from areas.models import Area
from cause_analysis.models import Problem


def _card(rows: list[dict[str, Any]], title: str) -> dict[str, Any]:
    return {"template": "action_plans/plans/_plans_card.html", "card_title": title, "plans": rows}


def _by_collaboration(areas: Sequence[Area]) -> dict[int, list[Area]]:
    found: dict[int, list[Area]] = {}
    for area in areas:
        found.setdefault(area.collaboration_id, []).append(area)
    return found


def step_in_areas(user: Any, areas: Sequence[Area]) -> dict[int, list[dict[str, Any]]]:
    """The process bar's third step: how many measures are decided in the plans of each area that have not ended."""
    rows: dict[int, list[dict[str, Any]]] = {}
    today = timezone.localdate()
    for collaboration_id, here in _by_collaboration(areas).items():
        plans = Plan.objects.visible_to(user).filter(collaboration=collaboration_id, last_day__gte=today)
        live = dict(plans.order_by().values_list("pk", "area_id"))
        if not live:
            continue
        decided = Measure.objects.filter(plan__in=live, state__in=DECIDED_ONCE, removed_at=None)
        in_areas = [live[pk] for pk in decided.order_by().values_list("plan_id", flat=True)]
        slug = here[0].collaboration.slug
        for area, ids in zip(here, descendants_of_each(collaboration_id, [[one.pk] for one in here]), strict=True):
            if not any(area_id in ids for area_id in live.values()):
                continue
            number = sum(area_id in ids for area_id in in_areas)
            text = (
                ngettext("%(number)s decided measure", "%(number)s decided measures", number) % {"number": number}
                if number
                else _("A plan is begun")
            )
            url = f"{reverse('plan_list', args=[slug])}?area={area.slug}"
            rows[area.pk] = [{"step": "measures", "state": "open", "text": text, "url": url}]
    return rows


def plans_in_areas(user: Any, areas: Sequence[Area]) -> dict[int, list[dict[str, Any]]]:
    """The plans of each area and of the areas in it; decided versions for whoever reads no more."""
    rows: dict[int, list[dict[str, Any]]] = {}
    for collaboration_id, here in _by_collaboration(areas).items():
        plans = Plan.objects.visible_to(user).filter(collaboration=collaboration_id)
        found = [
            (plan.area_id, {"title": plan.title, "url": presenters.url_of(plan), "meta": _period(plan)})
            for plan in plans.select_related("collaboration").order_by("-last_day", "-number")
        ]
        versions = PlanVersion.objects.visible_to(user).filter(collaboration=collaboration_id)
        newest = newest_of(versions.exclude(plan__in=plans.values("pk")).select_related("plan__collaboration"))
        found += [
            (
                version.plan.area_id,
                {
                    "title": version.decided_title,
                    "url": presenters.version_url(version),
                    "meta": _("version %(number)s") % {"number": version.number},
                },
            )
            for version in newest
        ]
        if not found:
            continue
        for area, ids in zip(here, descendants_of_each(collaboration_id, [[one.pk] for one in here]), strict=True):
            if there := [row for area_id, row in found if area_id in ids]:
                rows[area.pk] = [_card(there, _("Action plans"))]
    return rows


def _period(plan: Plan) -> str:
    return presenters.days_words(str(plan.first_day), str(plan.last_day))


def plans_of_problems(user: Any, problems: Sequence[Problem]) -> dict[int, list[dict[str, Any]]]:
    """The plans that have goals or measures for each problem."""
    rows: dict[int, list[dict[str, Any]]] = {}
    pairs: set[tuple[int, int]] = set()
    for name in ("measures", "goals"):
        there = Plan.objects.visible_to(user).filter(
            **{f"{name}__problem__in": [problem.pk for problem in problems], f"{name}__removed_at": None}
        )
        pairs |= set(there.order_by().values_list(f"{name}__problem", "pk"))
    plans = {
        plan.pk: plan
        for plan in Plan.objects.filter(pk__in={pk for _problem, pk in pairs}).select_related("collaboration")
    }
    for problem in problems:
        own = sorted((plans[pk] for problem_id, pk in pairs if problem_id == problem.pk), key=lambda plan: -plan.number)
        if own:
            listed = [{"title": one.title, "url": presenters.url_of(one), "meta": _period(one)} for one in own]
            rows[problem.pk] = [_card(listed, _("Plans it is in"))]
    return rows
