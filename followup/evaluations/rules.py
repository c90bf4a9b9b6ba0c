"""What can be said of an evaluation, and when: no people, no saving."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from dateutil.relativedelta import relativedelta
from django.utils.translation import gettext as _

from action_plans.models import EvaluationPlan, Measure, MeasureState
from common.errors import NotPossible
from common.permissions import as_question
from followup.models import Done, Evaluation, Headline, Outcome, Standing

# What is over has been carried out or given up.
OVER = {MeasureState.CARRIED_OUT, MeasureState.EVALUATED, MeasureState.ABORTED}
# An adopted evaluation is computed again each time so many months have passed since its last day.
AGAIN_AFTER_MONTHS = 6
# What was measured is compared over a whole year, so that every season is in it.
YEAR_MONTHS = 12
# How long it is gone on.
MOST_CHECKS = 10


def check_may_begin(measure: Measure, plan: EvaluationPlan | None, *, today: dt.date) -> None:
    """What was done can be evaluated without counting: it is over, and no counting was planned that begins by itself.

    What was given up need not wait for days after that lie ahead.
    """
    if measure.state not in OVER:
        raise NotPossible(_("A measure is evaluated once it has been carried out, or has been given up."))
    if plan is None or plan.fixed_at is None:
        return
    if measure.state != MeasureState.ABORTED or plan.after_to < today:
        raise NotPossible(_("Its evaluation is planned, and begins by itself when the period after has ended."))


may_begin = as_question(check_may_begin)


def check_judgement(evaluation: Evaluation) -> None:
    """The answers do not contradict each other. Unanswered is in order until it is adopted."""
    done, outcome = evaluation.done_as_planned, evaluation.outcome
    faults: dict[str, str] = {}
    if outcome == Outcome.NEVER and done and done != Done.NO:
        faults["outcome"] = _("It was done, at least in part. Choose what came of it.")
    if done == Done.NO and outcome and outcome != Outcome.NEVER:
        faults["outcome"] = _(
            "What was never carried out can neither have worked nor failed. Choose “never carried out”."
        )
    if differs_from_numbers(evaluation) and not evaluation.reason:
        faults["reason"] = _("You say something else than the numbers do. Say why.")
    if faults:
        raise NotPossible(faults)


def differs_from_numbers(evaluation: Evaluation) -> bool:
    """Whether the group's judgement is another than the numbers alone would give."""
    if evaluation.outcome in {Outcome.WORKED, Outcome.PARTLY}:
        return evaluation.headline != Headline.DECREASED
    if evaluation.outcome == Outcome.DID_NOT:
        return evaluation.headline not in {Headline.UNCHANGED, Headline.INCREASED}
    return False


def check_adoptable(evaluation: Evaluation) -> None:
    """Everything is answered; says all that is missing at once."""
    missing = {
        "done_as_planned": _("Say whether it was done as planned."),
        "mechanism_shown": _("Say whether it worked the way it was supposed to."),
        "outcome": _("Say all in all how it went."),
        "what_next": _("Say what is done with the measure now."),
    }
    faults = {name: sentence for name, sentence in missing.items() if not getattr(evaluation, name)}
    if evaluation.computed_at is None:
        faults["outcome"] = _("The numbers are not computed yet.")
    if faults:
        raise NotPossible(faults)


is_adoptable = as_question(check_adoptable)


# --- Again, every half year -------------------------------------------------------------------------------------------


def check_until(evaluation: Evaluation, number: int) -> dt.date | None:
    """The last day that the check of this number counts; None where no more are made."""
    if evaluation.evaluation_plan is None or number > MOST_CHECKS:
        return None
    after_to = evaluation.evaluation_plan.after_to
    first_of_next = after_to + dt.timedelta(days=1)
    # Counted from the day after, so that the end of a month stays the end of a month.
    return first_of_next + relativedelta(months=AGAIN_AFTER_MONTHS * number) - dt.timedelta(days=1)


def days_again(evaluation: Evaluation, until: dt.date) -> tuple[dt.date, dt.date, dt.date, dt.date]:
    """Which days before are compared with which days after when it is computed again: a year each, where it can be."""
    plan = evaluation.evaluation_plan
    assert plan is not None
    after_from = max(plan.after_from, until + dt.timedelta(days=1) - relativedelta(months=YEAR_MONTHS))
    return plan.before_from, plan.before_to, after_from, until


def standing(adopted: Mapping[str, Any], again: Mapping[str, Any]) -> Standing:
    """Whether what was adopted still holds. A fixed rule:

    * it holds where the numbers say the same again;
    * it turns where they say the opposite, or where a decrease or an increase is gone: “unchanged” now;
    * otherwise it is uncertain, as when the numbers can no longer be assessed.
    """
    before, now = adopted["headline"]["verdict"], again["headline"]["verdict"]
    if Headline.NOT_ASSESSABLE in {before, now}:
        return Standing.UNCERTAIN
    return Standing.HOLDS if before == now else Standing.TURNS
