"""The plan's files, on its page and on the page of a decided version."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.urls import reverse

from action_plans.models import Plan, PlanVersion

FILES = ("plan_pdf", "plan_word", "plan_excel")


def files_of_plans(user: Any, plans: Sequence[Plan]) -> dict[int, list[dict[str, Any]]]:
    """The draft of each plan as files."""
    return {plan.pk: [_row(plan)] for plan in Plan.objects.visible_to(user).filter(pk__in=[one.pk for one in plans])}


def files_of_versions(user: Any, versions: Sequence[PlanVersion]) -> dict[int, list[dict[str, Any]]]:
    """Each decided version as files."""
    seen = PlanVersion.objects.visible_to(user).filter(pk__in=[one.pk for one in versions])
    return {one.pk: [_row(one.plan, f"?version={one.number}")] for one in seen.select_related("plan__collaboration")}


def _row(plan: Plan, query: str = "") -> dict[str, Any]:
    urls = {name: reverse(name, args=[plan.collaboration.slug, plan.number]) + query for name in FILES}
    return {"template": "action_plans/papers/_files.html", **urls}
