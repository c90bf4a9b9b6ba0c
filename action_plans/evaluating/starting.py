"""What an evaluation plan begins with before anybody has written one: what the measure already says."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils import timezone

from action_plans.evaluating.drafting import SUGGESTED_RING_M, Draft, suggested_periods
from action_plans.evaluating.zones import counted_selection
from action_plans.models import Goal, Measure
from areas.models import Place
from situational_picture.figures import Source


def helped_start(measure: Measure, source: Source, *, now: dt.datetime) -> dict[str, Any]:
    """The fields of the form: its goal's or problem's reports, its places, a ring, and months of the same season."""
    goal = (
        Goal.objects.kept()
        .filter(measure_goals__measure=measure, measured=Goal.Measured.REPORTS)
        .order_by("measure_goals__pk")
        .first()
    )
    query = goal.selection if goal is not None else (measure.problem.selection if measure.problem else "")
    asked = counted_selection(query)
    before, after = suggested_periods(measure, source, today=timezone.localdate(now))
    return {
        "row_version": 0,
        "selection": asked.query,
        "category": list(asked.category),
        "indicator": measure.indicator or (goal.indicator if goal is not None else ""),
        "treated_places": [link.place_id for link in measure.measure_places.all()],
        "comparison_areas": [],
        "comparison_places": [],
        "ring_m": SUGGESTED_RING_M,
        "before_from": before[0],
        "before_to": before[1],
        "after_from": after[0],
        "after_to": after[1],
    }


def draft_from(measure: Measure, start: dict[str, Any]) -> Draft:
    """What the plan begins with, as something that can be counted; nothing is compared with yet."""
    return Draft(
        measure=measure,
        selection=counted_selection(start["selection"]),
        places=tuple(Place.objects.filter(pk__in=start["treated_places"])),
        areas=(),
        compared_places=(),
        ring_m=start["ring_m"],
        before=(start["before_from"], start["before_to"]),
        after=(start["after_from"], start["after_to"]),
    )
