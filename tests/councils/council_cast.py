"""What tests of the council page share: published pictures, chosen problems, promises and evaluations, by hand."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.utils import timezone

from action_plans.commitments.actions import LINE
from analysis.periods import PeriodKind, containing
from cause_analysis.models import CauseAnalysis, State
from followup.models import Evaluation
from situational_picture.models import Picture
from tests import factories as make
from tests.action_plans.cast import PlanWorld
from tests.factories import followup as evaluated
from tests.factories import plans as planned

CALM = (20,) * 12
MORE = (20,) * 8 + (60,) * 4


def months_back(today: dt.date, number: int) -> list[Any]:
    """The last whole months before a day, the oldest first."""
    month = containing(today, PeriodKind.MONTH).previous()
    found = [month]
    while len(found) < number:
        found.append(found[-1].previous())
    return found[::-1]


def figures(area: Any, observed: Sequence[int | None], *, today: dt.date, hidden: bool = False, **more: Any) -> dict:
    """What a published month holds of what the council reads: a year of counts, each expected between 10 and 30."""
    months = months_back(today, len(observed))
    trend = {
        "kind": "month", "periods": [month.code for month in months], "observed": list(observed),
        "expected": [20.0] * len(observed), "lower": [10] * len(observed), "upper": [30] * len(observed),
        "last_is_running": False,
    }  # fmt: skip
    coverage = {
        "every": "week", "is_once": True, "reported": [11] * len(observed), "nothing": [0] * len(observed),
        "missing": [1] * len(observed), "waiting": [0] * len(observed), "compared": [], "is_silent": False,
        "changes": [], "panel": None,
    } | more  # fmt: skip
    nothing = {"total": hidden, "categories": [], "parts": [], "trend": []}
    return {
        "period": months[-1].code, "total": {
            "count": observed[-1], "lower": 10, "upper": 30, "judgement": "as_expected", "reason": "",
        }, "trend": trend,
        "categories": [], "others": [], "subareas": [], "places": [], "changes": [], "not_drawn": {}, "clock": None,
        "coverage": coverage, "protection": {"counts": nothing, "no_sensitive": nothing},
        "map": {"cells": {}, "drawn": 0, "without_point": 0},
    }  # fmt: skip


class CouncilWorld(PlanWorld):
    """The plan's cast with two areas judged and published, a broken promise each of two, and what has worked."""

    def __init__(self) -> None:
        super().__init__()
        self.today = timezone.localdate()
        self.council = self.people["council"]

    def publish(self, area: Any, observed: Sequence[int | None] = CALM, **values: Any) -> Any:
        """A month of the area, published today."""
        more = values.pop("coverage", {})
        month = months_back(self.today, 1)[0]
        return make.PictureFactory(
            area=area, period_start=month.start, period_end=month.end, status=Picture.Status.PUBLISHED,
            version=values.pop("version", 1), published_at=timezone.now(), published_by=self.coordinator,
            computed_at=timezone.now(), figures=figures(area, observed, today=self.today, **more), **values,
        )  # fmt: skip

    def promise(self, of: Any, state: str, *, by: Any = None, days: int = -30, area: Any = None, **values: Any) -> Any:
        """A request that was settled long enough ago for everybody to see, due so many days from today."""
        asked_at = timezone.now() - dt.timedelta(days=90)
        said = {"not_kept": False, "kept": True}.get(state)
        one = planned.CommitmentFactory(
            area=area or self.west, asked_by=by or self.municipality, asked_of=of, state=state,
            due_on=self.today + dt.timedelta(days=days), asked_at=asked_at, answered_at=asked_at,
            owner_says_kept=said, reported_at=asked_at if said is not None else None,
            answer="Vi har inte resurser." if state == "declined" else "", **values,
        )  # fmt: skip
        # Every step is kept with the line as it then stood: others read it there.
        line = {name: getattr(one, name) for name in LINE}
        planned.CommitmentMoveFactory(commitment=one, at=asked_at, to_state=state, line=line)
        return one

    def chosen_problem(self, title: str, *, causes: bool, area: Any = None) -> Any:
        """A problem that a round put first; with causes its analysis is adopted."""
        area = area or self.west
        problem = make.ProblemFactory(area=area, title=title, state=State.PRIORITISED)
        if causes:
            analysis = make.CauseAnalysisFactory(problem=problem)
            make.CauseFactory(analysis=analysis, chosen_at=timezone.now(), chosen_by_group=self.group)
            # Adopted last: afterwards the database refuses every change.
            CauseAnalysis.objects.filter(pk=analysis.pk).update(adopted_at=timezone.now(), adopted_by_group=self.group)
        return problem

    def evaluation(self, title: str, outcome: str) -> Any:
        """An adopted evaluation of a measure of that name."""
        measure = self.measure(title=title, state="evaluated")
        one = evaluated.EvaluationFactory(
            plan=self.plan, done_as_planned="yes", mechanism_shown="yes", what_next="end", outcome=outcome
        )
        evaluated.EvaluatedMeasureFactory(evaluation=one, measure=measure)
        # Adopted last: afterwards the database refuses every change.
        Evaluation.objects.filter(pk=one.pk).update(adopted_at=timezone.now(), adopted_by_group=self.group)
        return one
