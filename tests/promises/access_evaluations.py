"""Who gets what at the addresses of evaluations."""

from __future__ import annotations

from typing import Any

from tests import factories as make
from tests.factories import followup as evaluated
from tests.factories import plans as planned
from tests.promises.access_rows import Row, everybody, only, seen_by
from tests.world import World

READ = ("security_lead", "police", "coordinator", "council", "coach")
WORK = ("security_lead", "police", "coordinator")


def _evaluation(world: World) -> None:
    """An evaluation of what was done, of a measure in the west that is over; with something learnt."""
    world.problem = make.ProblemFactory(area=world.west, number=1, state="followed_up")
    coach = world.people["coach"].memberships.get()
    make.CoachInvitationFactory(problem=world.problem, membership=coach)
    world.plan = planned.PlanFactory(area=world.west, number=1)
    world.measure = planned.MeasureFactory(plan=world.plan, problem=world.problem, state="carried_out")
    world.evaluation = evaluated.EvaluationFactory(
        plan=world.plan, number=1, done_as_planned="yes", mechanism_shown="unknown", outcome="unclear", what_next="end"
    )
    evaluated.EvaluatedMeasureFactory(evaluation=world.evaluation, measure=world.measure)
    world.lesson = evaluated.LessonFactory(evaluation=world.evaluation)
    world.group = make.GroupFactory(collaboration=world.here)


def _adopted(world: World) -> None:
    from django.utils import timezone

    _evaluation(world)
    world.evaluation.adopted_at, world.evaluation.adopted_by_group = timezone.now(), world.group
    world.evaluation.save()


def _alone(world: World) -> None:
    """A measure that is over and that nobody has evaluated."""
    _evaluation(world)
    world.other = planned.MeasureFactory(plan=world.plan, problem=world.problem, state="carried_out")


def _of(*, before: Any = _evaluation, more: Any = lambda world: [], **values: Any) -> dict[str, Any]:
    return {"before": before, "args": lambda world: [world.evaluation.number, *more(world)], **values}


JUDGED = {
    "row_version": 0, "done_as_planned": "yes", "mechanism_shown": "unknown", "outcome": "unclear", "what_next": "end",
}  # fmt: skip

EVALUATIONS: dict[str, Row] = {
    "evaluation_list": Row(only(*READ, "other_housing"), before=_evaluation),
    "headline_tried": Row(only(*READ, "other_housing"), before=_evaluation),
    "headline_tried POST": Row(only("coordinator", code=302), before=_evaluation, method="post"),
    "evaluation": Row(seen_by(*READ), **_of()),
    **{route: Row(seen_by(*READ), **_of()) for route in ("evaluation_pdf", "evaluation_word", "evaluation_excel")},
    "evaluation_judge": Row({**seen_by(*WORK), "council": 403, "coach": 403}, **_of()),
    "evaluation_judge POST": Row(
        {**seen_by(*WORK, code=302), "council": 403, "coach": 403},
        **_of(method="post", body=lambda world: JUDGED),
    ),
    "evaluation_lesson POST": Row(
        {**seen_by(*WORK, code=302), "council": 403, "coach": 403},
        **_of(method="post", body=lambda world: {"text": "Skötsel slog bevakning", "about": "method"}),
    ),
    "lesson_remove POST": Row(
        {**seen_by(*WORK, code=302), "council": 403, "coach": 403},
        **_of(method="post", more=lambda world: [world.lesson.pk]),
    ),
    # Whoever sits in the group, or keeps its minutes; the others' form offers them no group.
    "evaluation_adopt POST": Row(
        {**seen_by(*READ, code=422), "coordinator": 302},
        **_of(
            method="post",
            body=lambda world: {"row_version": 0, "seen": "not_assessable", "group": world.group.pk},
        ),
    ),
    # What becomes of a problem is for those who lead the work with it.
    "evaluation_problem": Row(
        {**seen_by(*READ, code=403), "coordinator": 200},
        **_of(before=_adopted, more=lambda world: [world.problem.number]),
    ),
    "evaluation_problem POST": Row(
        {**seen_by(*READ, code=403), "coordinator": 302},
        **_of(
            before=_adopted,
            more=lambda world: [world.problem.number],
            method="post",
            body=lambda world: {"what": "close", "outcome": "reduced"},
        ),
    ),
    "api-evaluation-list": Row(everybody(), is_outside=True, is_api=True, before=_evaluation),
    "api-evaluation": Row(
        seen_by(*READ), is_outside=True, is_api=True, before=_evaluation, args=lambda world: [world.evaluation.pk]
    ),
    "measure_evaluate POST": Row(
        {**seen_by(*WORK, code=302), "council": 403, "coach": 403},
        before=_alone,
        args=lambda world: [world.other.pk],
        method="post",
    ),
}
