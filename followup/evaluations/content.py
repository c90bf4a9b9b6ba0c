"""The names and words an evaluation rests on as plain JSON: what adopting freezes, and what its papers are made from.

Names are those of the day it is written, in the language of the installation, so that nothing that is renamed or taken
away later changes it. Numbers stand in the evaluation's figures, and what the group says in its own columns; they are
frozen too. The shape, schema 1:

    schema         1
    collaboration  name
    area           name
    plan           code, title
    group          the group that adopted it; "" before
    measures       [number, title, mechanism, method: None or its title by language, started_on, over_on]
    planned        None, or what the evaluation plan says (`evaluating/words.py`) and fixed_at, decided_at, facts,
                   changes [at, reason, before]
    lessons        [text, about, place]
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.conf import settings
from django.utils import translation

from action_plans.evaluating.words import evaluation_content
from action_plans.library.queries import card_named
from action_plans.models import EvaluationChange, EvaluationPlan, Measure, MeasureMove, MeasureState
from followup.models import EvaluatedMeasure, Evaluation, Lesson
from partners.models import Group

SCHEMA = 1
Content = dict[str, Any]


def content_of(evaluation: Evaluation) -> Content:
    """What adopting it now would keep, in a bounded number of questions for each method."""
    with translation.override(settings.LANGUAGE_CODE):
        plan = evaluation.plan
        ties = EvaluatedMeasure.objects.filter(evaluation=evaluation).select_related("measure")
        measures = [tie.measure for tie in ties.order_by("measure__number")]
        titles = {key: _method(evaluation, key) for key in {measure.method for measure in measures if measure.method}}
        days = {row["id"]: row for row in evaluation.figures.get("measures", [])}
        groups = Group.objects.filter(pk=evaluation.adopted_by_group_id) if evaluation.adopted_by_group_id else []
        group = next(iter(groups), None)
        return {
            "schema": SCHEMA,
            "collaboration": evaluation.collaboration.name,
            "area": plan.area.name,
            "plan": {"code": str(plan), "title": plan.title},
            "group": group.name if group else "",
            "measures": [_measure(measure, titles, days.get(measure.pk, {})) for measure in measures],
            "planned": _planned(evaluation.evaluation_plan) if evaluation.evaluation_plan else None,
            "lessons": [
                {"text": lesson.text, "about": lesson.about, "place": lesson.place.name if lesson.place else ""}
                for lesson in Lesson.objects.filter(evaluation=evaluation).select_related("place").order_by("pk")
            ],
        }


def kept_or_now(evaluation: Evaluation) -> Content:
    """What an adopted one has kept; of others what they would keep now."""
    return evaluation.content or content_of(evaluation)


def _measure(measure: Measure, titles: dict[str, Any], days: dict[str, Any]) -> dict[str, Any]:
    return {
        "number": measure.number,
        "title": measure.title,
        "mechanism": measure.mechanism,
        "method": titles.get(measure.method),
        "started_on": days.get("started_on"),
        "over_on": days.get("over_on"),
    }


def _method(evaluation: Evaluation, key: str) -> dict[str, str] | None:
    """The title of a method's card in each language."""
    found = {}
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            card = card_named(evaluation.collaboration_id, key)
        if card is None:
            return None
        found[language] = card.title
    return found


def _planned(plan: EvaluationPlan) -> dict[str, Any]:
    moves = MeasureMove.objects.filter(measure=plan.measure_id, to_state=MeasureState.DECIDED)
    decided: dt.datetime | None = moves.order_by("at", "pk").values_list("at", flat=True).last()
    changes = EvaluationChange.objects.filter(evaluation_plan=plan).order_by("at", "pk")
    return {
        **evaluation_content([plan])[plan.measure_id],
        "fixed_at": plan.fixed_at.isoformat() if plan.fixed_at else None,
        "decided_at": decided.isoformat() if decided else None,
        "facts": plan.facts,
        "changes": [{"at": one.at.isoformat(), "reason": one.reason, "before": one.before} for one in changes],
    }
