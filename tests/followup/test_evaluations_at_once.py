"""Several at the same moment: one evaluation is begun, one adoption stands, each half year is counted once."""

from __future__ import annotations

import datetime as dt

import pytest

from common.errors import NotPossible
from followup.evaluations import actions
from followup.evaluations.keeping import keep_all
from followup.lessons import closing
from followup.models import EvaluatedMeasure, Evaluation, EvaluationCheck, Lesson, ProblemWatch
from tests.at_once import at_once
from tests.followup.evaluated import JUDGED, TODAY, EvaluatedWorld

pytestmark = pytest.mark.django_db(transaction=True)


def adopting(world, evaluation):
    return lambda: actions.adopt(
        by=world.coordinator, evaluation=evaluation, group=world.group, row_version=evaluation.row_version,
        seen=evaluation.headline, today=TODAY,
    )  # fmt: skip


def test_from_the_night_to_the_watch_each_thing_happens_once(transactional_db):
    """One world for all, since it takes hundreds of reports: each step is taken by several at the same moment."""
    world = EvaluatedWorld()
    world.halved()
    world.planned("Beskär häcken")
    at_once(*[lambda: keep_all(today=TODAY) for _ in range(5)])
    assert Evaluation.objects.count() == 1
    assert EvaluatedMeasure.objects.count() == 2
    evaluation = Evaluation.objects.get()
    # Of several who judge one is heard, and the others are told.
    said = at_once(
        *[
            lambda outcome=outcome: actions.judge(
                by=world.officer, evaluation=evaluation, row_version=0, **{**JUDGED, "outcome": outcome}
            )
            for outcome in ("worked", "partly", "unclear")
        ]
    )
    assert sum(isinstance(one, NotPossible) for one in said) == 2
    lesson = {"about": "method", "text": "Lampan tänds för sent"}
    at_once(*[lambda: actions.add_lesson(by=world.officer, evaluation=evaluation, **lesson) for _ in range(6)])
    assert Lesson.objects.count() == 1
    # Adopted while somebody goes on writing: either it was written before, or it is refused.
    evaluation.refresh_from_db()
    answers = at_once(
        *[adopting(world, evaluation) for _ in range(4)],
        lambda: actions.judge(
            by=world.officer, evaluation=evaluation, row_version=1, **{**JUDGED, "outcome": "unclear"}
        ),
        lambda: actions.add_lesson(by=world.officer, evaluation=evaluation, about="work", text="Vi mättes varje månad"),
    )
    evaluation.refresh_from_db()
    if evaluation.adopted_at is None:
        # The judgement came first, so what was seen is read again.
        assert all(isinstance(one, NotPossible) for one in answers[:4])
        adopting(world, evaluation)()
        evaluation.refresh_from_db()
    assert evaluation.adopted_at is not None
    assert evaluation.lessons.count() in {1, 2}
    world.reports(2026, [4] * 6)
    world.reports(2026, [9, 11] * 3, elsewhere=True)
    at_once(*[lambda: keep_all(today=dt.date(2026, 7, 2)) for _ in range(4)])
    assert EvaluationCheck.objects.count() == 1
    # Closed once, watched once.
    type(world.problem).objects.filter(pk=world.problem.pk).update(state="followed_up", selection="category=LAM")
    at_once(
        *[lambda: closing.close_problem(by=world.coordinator, problem=world.problem, outcome="reduced")] * 3,
    )
    at_once(
        *[
            lambda: closing.watch_problem(
                by=world.coordinator, problem=world.problem, evaluation=evaluation, last_day=dt.date(2027, 1, 31),
                level=5, today=dt.date(2026, 7, 2),
            )
        ]
        * 4,
    )  # fmt: skip
    assert ProblemWatch.objects.count() == 1
    world.reports(2026, [0] * 6 + [6])
    back = at_once(*[lambda: closing.look_after_all(today=dt.date(2026, 8, 1)) for _ in range(4)])
    assert sum(one for one in back if isinstance(one, int)) == 1
    assert world.problem.moves.filter(to_state="described", from_state="after_watch").count() == 1
