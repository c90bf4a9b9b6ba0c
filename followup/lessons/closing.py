"""What an evaluation leads to for its problem: gone on with, closed, and watched for a while in case it comes back."""

from __future__ import annotations

import datetime as dt
import logging
from dataclasses import replace
from typing import Any

from dateutil.relativedelta import relativedelta
from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from action_plans.checks import check_row
from action_plans.models import FollowUpNote, Measure
from audit.actions import record
from cause_analysis.models import Problem, State
from cause_analysis.permissions import check_may_lead
from cause_analysis.problems.actions import move_problem
from cause_analysis.problems.counting import count_now
from cause_analysis.problems.queries import selection_of
from common.errors import NotPossible
from followup.evaluations.numbers import DAYS_IN_A_MONTH
from followup.models import EvaluatedMeasure, Evaluation, ProblemWatch

logger = logging.getLogger(__name__)
LONGEST_WATCH_YEARS = 5
# How seldom a month reaches the suggested level of a watch by chance alone.
WATCH_CHANCE = 0.01


def _evaluated(problem: Problem) -> list[int]:
    """The adopted evaluations of the problem's measures, by their ids."""
    rows = EvaluatedMeasure.objects.filter(measure__problem=problem, evaluation__adopted_at__isnull=False)
    return sorted(set(rows.values_list("evaluation_id", flat=True)))


def take_follow_up_step(*, by: Any, problem: Problem) -> Problem:
    """A problem under way whose measures have been followed up or evaluated is followed up."""
    problem = Problem.objects.get(pk=problem.pk)
    if problem.state != State.UNDER_WAY:
        return problem
    measures = Measure.objects.filter(problem=problem)
    told = FollowUpNote.objects.filter(measure__in=measures).count() + len(_evaluated(problem))
    if not told:
        return problem
    return move_problem(problem=problem, to=State.FOLLOWED_UP, by=by, facts={"follow_up": told})


@transaction.atomic
def go_on(*, by: Any, problem: Problem, reason: str) -> Problem:
    """Keep working on a problem that has been followed up: it is under way again."""
    check_may_lead(by, problem)
    return move_problem(problem=problem, to=State.UNDER_WAY, by=by, reason=reason)


@transaction.atomic
def close_problem(*, by: Any, problem: Problem, outcome: str) -> Problem:
    """Close a problem on what an adopted evaluation says, and how it ended."""
    check_may_lead(by, problem)
    if outcome not in Problem.Outcome.values:
        raise NotPossible({"outcome": _("Say how the problem ended.")})
    problem = take_follow_up_step(by=by, problem=problem)
    evaluated = _evaluated(problem)
    facts = {"evaluation": evaluated[-1] if evaluated else None, "outcome": outcome}
    return move_problem(problem=problem, to=State.CLOSED, by=by, facts=facts)


@transaction.atomic
def watch_problem(
    *, by: Any, problem: Problem, evaluation: Evaluation, last_day: dt.date, level: int, today: dt.date
) -> ProblemWatch:
    """Watch a closed problem until a day: so many of its events in one month take it up again."""
    check_may_lead(by, problem)
    if evaluation.pk not in _evaluated(problem):
        raise NotPossible(_("An adopted evaluation of the problem's measures says what it is watched against."))
    if last_day <= today:
        raise NotPossible({"last_day": _("The day has passed. Choose one that lies ahead.")})
    if last_day > today + relativedelta(years=LONGEST_WATCH_YEARS):
        raise NotPossible({"last_day": _("Watch it for five years at most.")})
    problem = Problem.objects.select_for_update(of=("self",), no_key=True).get(pk=problem.pk)
    there = ProblemWatch.objects.filter(problem=problem, ended_at=None).first()
    if there is not None and (there.last_day, there.level) == (last_day, level):
        return there
    move_problem(problem=problem, to=State.AFTER_WATCH, by=by, facts={"watch_until": last_day.isoformat()})
    watch = ProblemWatch(
        collaboration_id=problem.collaboration_id,
        problem=problem,
        evaluation=evaluation,
        first_day=today,
        last_day=last_day,
        level=level,
        made_by=by,
    )
    check_row(watch, without=["collaboration", "problem", "evaluation", "made_by"])
    watch.save()
    record("problem_watched", by=by, subject=problem, level=level)
    return watch


def suggested_level(problem: Problem, evaluation: Evaluation) -> int | None:
    """So many of the problem's own events in a month as chance seldom gives at the level after the measure.

    None where no days after were counted. What is evaluated may be a larger area than the problem's place.
    """
    plan = evaluation.evaluation_plan
    if plan is None:
        return None
    asked = replace(selection_of(problem), since=plan.after_from, until=plan.after_to)
    return _seldom_reached(count_now(problem.collaboration, asked), (plan.after_to - plan.after_from).days + 1)


def _seldom_reached(count: int, days: int) -> int:
    """So many events in a month that as many as these reach it by chance once in a hundred."""
    from scipy import stats

    mean = count / days * DAYS_IN_A_MONTH
    return int(stats.poisson.isf(WATCH_CHANCE, mean)) + 1 if mean > 0 else 1


def months_to_count(watch: ProblemWatch, today: dt.date) -> list[tuple[dt.date, dt.date]]:
    """The whole calendar months of the watch that have ended: first and last day of each."""
    month = watch.first_day.replace(day=1)
    found = []
    while (following := month + relativedelta(months=1)) <= today and month <= watch.last_day:
        found.append((month, following - dt.timedelta(days=1)))
        month = following
    return found


@transaction.atomic
def look_after(watch: ProblemWatch, *, today: dt.date) -> bool:
    """Take the problem up again where a month has reached the level; end a watch whose days are over.

    Data: safe to run twice, or twice at once. True where the problem has come back.
    """
    watch = ProblemWatch.objects.select_for_update(of=("self",), no_key=True).select_related("problem").get(pk=watch.pk)
    if watch.ended_at is not None:
        return False
    problem = watch.problem
    selection = selection_of(problem)
    for first, last in months_to_count(watch, today):
        asked = replace(selection, since=first, until=last)
        number = count_now(problem.collaboration, asked)
        if number < watch.level:
            continue
        watch.reached_on, watch.ended_at = first, timezone.now()
        watch.save(update_fields=["reached_on", "ended_at"])
        if problem.state == State.AFTER_WATCH:
            # Others than the circle read the reason: the level, which somebody has decided, and no count.
            reason = ngettext(
                "The level of the watch was reached in %(month)s: %(level)s event in a month.",
                "The level of the watch was reached in %(month)s: %(level)s events in a month.",
                watch.level,
            ) % {"month": date_format(first, "F Y"), "level": watch.level}
            move_problem(problem=problem, to=State.DESCRIBED, by=None, reason=reason)
        record("problem_came_back", by=None, subject=problem)
        return True
    if watch.last_day.replace(day=1) + relativedelta(months=1) <= today:
        # Its last month has ended too.
        watch.ended_at = timezone.now()
        watch.save(update_fields=["ended_at"])
    return False


def look_after_all(*, today: dt.date) -> int:
    """Look after every watch, each by itself; return how many problems have come back."""
    back = 0
    for watch in ProblemWatch.objects.filter(ended_at=None).order_by("pk"):
        try:
            back += look_after(watch, today=today)
        except Exception:
            # One that cannot be counted must not keep the others from it.
            logger.exception("the watch %s stopped", watch.pk)
    return back
