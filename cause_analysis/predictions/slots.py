"""What predictions have to say beside a cause."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.urls import reverse

from cause_analysis.models import Cause, CauseAnalysis, Verdict
from cause_analysis.permissions import may_work_on
from cause_analysis.predictions import presenters, queries
from cause_analysis.problems.protecting import viewer_of
from situational_picture.selecting import CIRCLE


def predictions_of_causes(user: Any, causes: Sequence[Cause]) -> dict[int, list[dict[str, Any]]]:
    """Each cause's predictions with what the reports showed: with numbers for the circle of the problem's area."""
    analyses = {
        one.pk: one
        for one in CauseAnalysis.objects.visible_to(user)
        .filter(pk__in={cause.analysis_id for cause in causes})
        .select_related("problem__area", "problem__collaboration", "collaboration")
    }
    asked = [cause for cause in causes if cause.analysis_id in analyses]
    found = queries.predictions_of([cause.pk for cause in asked])
    rows: dict[int, list[dict[str, Any]]] = {}
    for cause in asked:
        analysis = analyses[cause.analysis_id]
        may_work = not analysis.is_adopted and may_work_on(user, analysis.problem)
        with_numbers = viewer_of(user, analysis.problem) == CIRCLE
        stated = found[cause.pk]
        kept = [one for one in stated if one.removed_at is None]
        here = presenters.rows(kept, analysis, with_numbers=with_numbers)
        if not here and not may_work:
            continue
        supported = sum(one.verdict == Verdict.SUPPORTED for one in kept)
        rows[cause.pk] = [
            {
                "template": "cause_analysis/_predictions.html",
                "predictions": here,
                "tally": presenters.tally_in_words(len(stated), len(kept), supported),
                "may_work": may_work,
                "new_url": reverse(
                    "prediction_choose", args=[analysis.collaboration.slug, analysis.problem.number, cause.pk]
                ),
            }
        ]
    return rows
