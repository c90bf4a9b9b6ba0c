"""Every change of an evaluation: it is begun and computed when its day comes, judged, adopted, and computed again."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from action_plans.checks import check_row
from action_plans.measures.actions import mark_evaluated
from action_plans.models import EvaluationPlan, Measure
from action_plans.permissions import check_may_work_on_plan
from areas.models import Place
from audit.actions import record
from cause_analysis.causes.permissions import check_may_decide_for
from cause_analysis.texts import check_texts
from cause_analysis.versions import check_version
from common.errors import NotPossible
from followup.evaluations import computing, news, rules
from followup.evaluations.content import content_of
from followup.evaluations.queries import measures_together
from followup.lessons.closing import take_follow_up_step
from followup.models import EvaluatedMeasure, Evaluation, EvaluationCheck, Lesson
from partners.models import Collaboration, Group

TEXTS = ("what_else", "side_effects", "reason")
CHOICES = ("done_as_planned", "mechanism_shown", "outcome", "what_next")
LONGEST_LESSON = 500


def locked(evaluation: Evaluation) -> Evaluation:
    """The evaluation as it is now, and nobody else's until the transaction ends."""
    rows = Evaluation.objects.select_for_update(of=("self",), no_key=True)
    return rows.select_related("plan__area", "collaboration", "evaluation_plan").get(pk=evaluation.pk)


def _check_open(evaluation: Evaluation) -> None:
    if evaluation.adopted_at is not None:
        raise NotPossible(_("The evaluation is adopted and stands as it is. What is learnt later stands beside it."))


# --- Begun and computed -----------------------------------------------------------------------------------------------


@transaction.atomic
def begin_planned(plan: EvaluationPlan, *, today: dt.date) -> Evaluation | None:
    """The evaluation of a plan whose period after has ended; None where its measure stands in one already.

    Measures at the same place at the same time stand in it together. Data: safe to run twice, or twice at once.
    """
    if plan.after_to >= today:
        raise NotPossible(_("The period after has not ended yet."))
    collaboration = Collaboration.objects.select_for_update(no_key=True).get(pk=plan.collaboration_id)
    together = [plan.measure, *measures_together(plan)]
    known = EvaluatedMeasure.objects.filter(measure__in=together).values_list("measure_id", flat=True)
    if plan.measure_id in set(known):
        return None
    fresh = [measure for measure in together if measure.pk not in set(known)]
    evaluation = _begin(collaboration, plan.measure, fresh, plan=plan, due_on=plan.after_to + dt.timedelta(days=1))
    return compute(evaluation, today=today)


@transaction.atomic
def begin_of_process(*, by: Any, measure: Measure, today: dt.date) -> Evaluation:
    """An evaluation of what was done alone: of a measure that is over and for which no effect was to be counted."""
    check_may_work_on_plan(by, measure.plan)
    collaboration = Collaboration.objects.select_for_update(no_key=True).get(pk=measure.collaboration_id)
    known = EvaluatedMeasure.objects.filter(measure=measure).select_related("evaluation").first()
    if known is not None:
        return known.evaluation
    measure = Measure.objects.select_related("plan").get(pk=measure.pk)
    rules.check_may_begin(measure, EvaluationPlan.objects.filter(measure=measure).first(), today=today)
    evaluation = _begin(collaboration, measure, [measure], plan=None, due_on=today)
    evaluation = compute(evaluation, today=today)
    record("evaluation_begun", by=by, subject=evaluation)
    return evaluation


def _begin(
    collaboration: Collaboration,
    first: Measure,
    measures: Sequence[Measure],
    *,
    plan: EvaluationPlan | None,
    due_on: dt.date,
) -> Evaluation:
    last = Evaluation.objects.filter(collaboration=collaboration).aggregate(last=Max("number"))["last"]
    evaluation = Evaluation.objects.create(
        collaboration=collaboration,
        plan_id=first.plan_id,
        number=(last or 0) + 1,
        evaluation_plan=plan,
        due_on=due_on,
    )
    EvaluatedMeasure.objects.bulk_create(
        EvaluatedMeasure(collaboration=collaboration, evaluation=evaluation, measure=measure) for measure in measures
    )
    return evaluation


@transaction.atomic
def compute(evaluation: Evaluation, *, today: dt.date) -> Evaluation:
    """Compute it from the reports as they are now. An adopted one is left as it stands."""
    evaluation = locked(evaluation)
    if evaluation.adopted_at is not None:
        return evaluation
    figures = computing.figures_of(evaluation, today=today)
    if evaluation.computed_at is not None and figures == evaluation.figures:
        return evaluation
    evaluation.figures = figures
    evaluation.headline = figures["headline"]["verdict"]
    evaluation.computed_at = timezone.now()
    evaluation.save(update_fields=["figures", "headline", "computed_at"])
    return evaluation


# --- Judged and adopted -----------------------------------------------------------------------------------------------


@transaction.atomic
def judge(
    *, by: Any, evaluation: Evaluation, row_version: int, is_confirmed: bool = False, **values: str
) -> Evaluation:
    """Write what the group makes of it, unless another has written since `row_version`."""
    evaluation = locked(evaluation)
    check_may_work_on_plan(by, evaluation.plan)
    _check_open(evaluation)
    if unknown := set(values) - {*TEXTS, *CHOICES}:
        raise ValueError(f"{sorted(unknown)} are not written by this action")
    said = {name: text.replace("\r\n", "\n").strip() for name, text in values.items()}
    if all(getattr(evaluation, name) == text for name, text in said.items()):
        return evaluation
    check_version(evaluation, row_version)
    texts = {name: said[name] for name in TEXTS if name in said and said[name] != getattr(evaluation, name)}
    check_texts(by, evaluation.collaboration_id, texts, is_confirmed=is_confirmed)
    for name, text in said.items():
        setattr(evaluation, name, text)
    rules.check_judgement(evaluation)
    evaluation.changed_by = by
    evaluation.row_version += 1
    check_row(evaluation, without=["collaboration", "plan", "evaluation_plan", "changed_by", "adopted_by", "figures"])
    evaluation.save()
    record("evaluation_judged", by=by, subject=evaluation)
    return evaluation


@transaction.atomic
def add_lesson(
    *, by: Any, evaluation: Evaluation, about: str, text: str, place: Place | None = None, is_confirmed: bool = False
) -> Lesson:
    """Write something learnt, so that it is met again where it belongs. The same sent twice is one."""
    evaluation = locked(evaluation)
    check_may_work_on_plan(by, evaluation.plan)
    _check_open(evaluation)
    text = text.replace("\r\n", "\n").strip()
    if not text:
        raise NotPossible({"text": _("Say what you learnt.")})
    if place is not None and place.collaboration_id != evaluation.collaboration_id:
        raise NotPossible({"place": _("The place belongs to another collaboration.")})
    if about == Lesson.About.PLACE and place is None:
        raise NotPossible({"place": _("Choose the place it is about.")})
    check_texts(by, evaluation.collaboration_id, {"text": text}, is_confirmed=is_confirmed, longest=LONGEST_LESSON)
    known = evaluation.lessons.filter(about=about, text=text, place=place).first()
    if known is not None:
        return known
    lesson = Lesson(
        collaboration_id=evaluation.collaboration_id,
        evaluation=evaluation,
        about=about,
        place=place if about == Lesson.About.PLACE else None,
        text=text,
        written_by=by,
    )
    check_row(lesson, without=["collaboration", "evaluation", "place", "written_by"])
    lesson.save()
    record("lesson_added", by=by, subject=evaluation)
    return lesson


@transaction.atomic
def remove_lesson(*, by: Any, lesson: Lesson) -> None:
    """Take a lesson away while the evaluation is open."""
    evaluation = locked(lesson.evaluation)
    check_may_work_on_plan(by, evaluation.plan)
    _check_open(evaluation)
    if Lesson.objects.filter(pk=lesson.pk).delete()[0]:
        record("lesson_removed", by=by, subject=evaluation)


def adopt(
    *,
    by: Any,
    evaluation: Evaluation,
    group: Group,
    row_version: int,
    seen: str,
    today: dt.date,
    at: dt.datetime | None = None,
) -> Evaluation:
    """Write down that a group has adopted the evaluation. From then on it stands as it is.

    What is adopted is what the reports say on the day; `seen` is the headline the group has read. Where it has become
    another since, it is read again first. `at` is when the group met, now where nothing is said.
    """
    evaluation = compute(evaluation, today=today)
    if evaluation.adopted_at is None and evaluation.headline != seen:
        raise NotPossible(_("The numbers have changed since the page was opened. Read them again before you adopt."))
    return _adopt(by, evaluation, group, row_version, at or timezone.now())


@transaction.atomic
def _adopt(by: Any, evaluation: Evaluation, group: Group, row_version: int, at: dt.datetime) -> Evaluation:
    evaluation = locked(evaluation)
    if group.collaboration_id != evaluation.collaboration_id or not group.is_active:
        raise NotPossible({"group": _("Choose a group that meets here.")})
    check_may_decide_for(by, group)
    if evaluation.adopted_at is not None and evaluation.adopted_by_group_id == group.pk:
        return evaluation
    _check_open(evaluation)
    check_version(evaluation, row_version)
    if at > timezone.now() or at.date() < evaluation.due_on:
        raise NotPossible(_("A group adopts it once the days after have been counted."))
    rules.check_adoptable(evaluation)
    evaluation.adopted_at, evaluation.adopted_by, evaluation.adopted_by_group = at, by, group
    evaluation.content = content_of(evaluation)
    evaluation.save(update_fields=["adopted_at", "adopted_by", "adopted_by_group", "content"])
    record("evaluation_adopted", by=by, subject=evaluation, group=group.pk, outcome=evaluation.outcome)
    news.tell_adopted(evaluation, by=by)
    for row in evaluation.evaluated_measures.select_related("measure"):
        mark_evaluated(by=by, measure=row.measure)
        if row.measure.problem is not None:
            take_follow_up_step(by=by, problem=row.measure.problem)
    return evaluation


# --- Again, every half year -------------------------------------------------------------------------------------------


@transaction.atomic
def check_again(evaluation: Evaluation, *, today: dt.date) -> EvaluationCheck | None:
    """Compute an adopted evaluation again over the half year that has ended since; None where none has.

    Data: safe to run twice, or twice at once.
    """
    evaluation = locked(evaluation)
    if evaluation.adopted_at is None or evaluation.evaluation_plan is None:
        return None
    number = evaluation.checks.count() + 1
    until = rules.check_until(evaluation, number)
    if until is None or until >= today:
        return None
    figures = computing.figures_again(evaluation, until=until, today=today)
    return EvaluationCheck.objects.create(
        collaboration_id=evaluation.collaboration_id,
        evaluation=evaluation,
        number=number,
        until=until,
        headline=figures["headline"]["verdict"],
        standing=rules.standing(evaluation.figures, figures),
        figures=figures,
    )
