"""What the library has to say beside a cause."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from action_plans.library.presenters import card_row, start_url
from action_plans.library.suggesting import cards_for
from action_plans.models.library import READ_METHODS
from action_plans.permissions import may_plan_in
from cause_analysis.models import Cause


def methods_for_causes(user: Any, causes: Sequence[Cause]) -> dict[int, list[dict[str, Any]]]:
    """For each cause a group has chosen the cards that are for its kind, and where a measure of each is begun."""
    return {
        cause.pk: [_section(user, cause)]
        for cause in causes
        if cause.is_chosen and user.has_role(cause.collaboration_id, READ_METHODS)
    }


def _section(user: Any, cause: Cause) -> dict[str, Any]:
    may_plan = may_plan_in(user, cause.analysis.problem.area)
    kind = urlencode({"side": cause.side, "controller": cause.controller})
    return {
        "template": "action_plans/library/_suggested.html",
        "cards": suggested_rows(cause, may_plan=may_plan),
        "all_url": f"{reverse('method_list', args=[cause.collaboration.slug])}?{kind}",
    }


def suggested_rows(cause: Cause, *, may_plan: bool = True) -> list[dict[str, Any]]:
    """The cards for a cause, each with where a measure of it is begun for who may."""
    here = cause.collaboration
    return [
        {**card_row(here, card), "start_url": start_url(here, card, cause) if may_plan else ""}
        for card in cards_for(cause)
    ]
