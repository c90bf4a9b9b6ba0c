"""Every change of a round: begin it, score in silence, show, decide."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from audit.actions import record
from cause_analysis.models import Problem, State
from cause_analysis.models.prioritising import (
    HIGHEST,
    LONGEST_REASON,
    Criterion,
    PrioritisationRound,
    RoundProblem,
    Score,
)
from cause_analysis.prioritising.permissions import (
    check_may_decide,
    check_may_show,
    check_may_start_round,
    seat_of,
    seats_today,
)
from cause_analysis.prioritising.suggesting import suggestions_for
from cause_analysis.problems.actions import move_problem
from cause_analysis.rules import check_round_move
from cause_analysis.texts import check_texts
from common.errors import NotAllowed, NotPossible
from partners.models import Group

Status = PrioritisationRound.Status
Decision = RoundProblem.Decision


def _locked(round_: PrioritisationRound) -> PrioritisationRound:
    rows = PrioritisationRound.objects.select_for_update(of=("self",), no_key=True).select_related("group")
    return rows.get(pk=round_.pk)


@transaction.atomic
def start_round(*, by: Any, group: Group, problems: Sequence[Problem]) -> PrioritisationRound:
    """Let a group's members score described problems, each by themselves, with what the data know filled in."""
    check_may_start_round(by, group.collaboration_id)
    if not problems:
        raise NotPossible({"problems": _("Choose at least one problem that is described.")})
    readable = Problem.objects.visible_to(by).filter(pk__in=[problem.pk for problem in problems])
    # Locked in one order, so that of two rounds begun at once with the same problem one is told of the other.
    locked = list(
        Problem.objects.filter(pk__in=readable, collaboration_id=group.collaboration_id, state=State.DESCRIBED)
        .select_related("area", "collaboration")
        .select_for_update(of=("self",), no_key=True)
        .order_by("pk")
    )
    if len(locked) != len({problem.pk for problem in problems}):
        raise NotPossible({"problems": _("Only problems that are described, and not yet decided on, can be chosen.")})
    _check_in_no_round(locked)
    if not seats_today(group.pk).exists():
        raise NotPossible({"group": _("Nobody sits in the group. Say first who does.")})
    try:
        with transaction.atomic():
            round_ = PrioritisationRound.objects.create(
                collaboration_id=group.collaboration_id, group=group, started_by=by
            )
    except IntegrityError:
        raise NotPossible({"group": _("The group already has a round that is not decided.")}) from None
    RoundProblem.objects.bulk_create(
        RoundProblem(
            collaboration_id=group.collaboration_id,
            round=round_,
            problem=problem,
            suggestions=suggestions_for(problem),
        )
        for problem in locked
    )
    record("prioritisation_started", by=by, subject=round_, problems=len(locked))
    return round_


def _check_in_no_round(problems: Sequence[Problem]) -> None:
    """A problem is in one round at a time: two groups would otherwise decide differently on it."""
    already = RoundProblem.objects.filter(problem__in=problems).exclude(round__status=Status.DECIDED)
    found = [
        _("%(problem)s is already in a round of %(group)s.") % {"problem": row.problem, "group": row.round.group.name}
        for row in already.select_related("problem", "round__group").order_by("problem__number")
    ]
    if found:
        raise NotPossible({"problems": found})


@transaction.atomic
def score_problem(
    *,
    by: Any,
    round_problem: RoundProblem,
    scores: Mapping[str, tuple[int, str]],
    is_confirmed: bool = False,
) -> None:
    """What the user's seat thinks of a problem: by criterion a score and its reason. Can be changed until it is shown.

    A score that agrees with what the data say needs no reason of its own.
    """
    round_ = _locked(round_problem.round)
    seat = seat_of(by, round_)
    if seat is None:
        raise NotAllowed(_("Only those who sit in the group score its problems."))
    if round_.status != Status.SCORING:
        raise NotPossible(_("The scores have been shown. What each thought before stays as it was."))
    if not Problem.objects.visible_to(by).filter(pk=round_problem.problem_id).exists():
        raise NotAllowed(_("You do not read this problem, so you do not score it."))
    if unknown := set(scores) - set(Criterion.values):
        raise ValueError(f"no criteria: {sorted(unknown)}")
    missing: dict[str, list[str]] = {}
    for criterion, (value, reason) in scores.items():
        if not 0 <= value <= HIGHEST:
            raise ValueError(f"{value} is no score")
        suggested = round_problem.suggestions.get(criterion)
        if not reason.strip() and (suggested is None or suggested["score"] != value):
            missing[f"reason_{criterion}"] = [_("Say in a few words why.")]
    if missing:
        raise NotPossible(missing)
    check_texts(
        by,
        round_.collaboration_id,
        {f"reason_{criterion}": reason for criterion, (_value, reason) in scores.items()},
        is_confirmed=is_confirmed,
        longest=LONGEST_REASON,
    )
    if Score.objects.filter(round_problem=round_problem, seat=seat).exclude(scored_by=by).exists():
        raise NotPossible(_("Your deputy, or the one you stand in for, has already scored for the seat."))
    for criterion, (value, reason) in scores.items():
        Score.objects.update_or_create(
            round_problem=round_problem,
            seat=seat,
            criterion=criterion,
            defaults={
                "collaboration_id": round_.collaboration_id,
                "value": value,
                "reason": reason.strip(),
                "scored_by": by,
            },
        )
    record("priority_scored", by=by, subject=round_problem)


@transaction.atomic
def show_scores(*, by: Any, round_: PrioritisationRound) -> PrioritisationRound:
    """Show what everybody thought, to everybody at once. From now on no score changes."""
    round_ = _locked(round_)
    check_may_show(by, round_)
    check_round_move(round_, Status.SHOWN)
    if not Score.objects.filter(round_problem__round=round_).exists():
        raise NotPossible(_("Nobody has scored yet."))
    round_.status, round_.shown_at, round_.shown_by = Status.SHOWN, timezone.now(), by
    round_.save(update_fields=["status", "shown_at", "shown_by"])
    record("priority_scores_shown", by=by, subject=round_)
    return round_


@transaction.atomic
def decide(
    *, by: Any, round_problem: RoundProblem, decision: str, reason: str, is_confirmed: bool = False
) -> RoundProblem:
    """The group's decision on one problem, with its reason: that is the record, and the scores were its support.

    The round is decided when all its problems are.
    """
    round_ = _locked(round_problem.round)
    check_may_decide(by, round_)
    row = RoundProblem.objects.select_for_update(of=("self",)).select_related("problem").get(pk=round_problem.pk)
    if round_.status == Status.SCORING:
        raise NotPossible(_("Show what everybody thought first, then decide."))
    if row.decision:
        raise NotPossible(
            _("The group has already decided: %(problem)s %(decision)s.")
            % {"problem": row.problem, "decision": row.get_decision_display()}
        )
    reason = reason.strip()
    if decision not in Decision.values:
        raise NotPossible({"decision": _("Choose what the group decides.")})
    if not reason:
        raise NotPossible({"reason": _("Say why the group decides so.")})
    check_texts(by, round_.collaboration_id, {"reason": reason}, is_confirmed=is_confirmed, longest=LONGEST_REASON)
    row.decision, row.reason, row.decided_at, row.decided_by = decision, reason, timezone.now(), by
    row.save(update_fields=["decision", "reason", "decided_at", "decided_by"])
    steps = {Decision.FIRST: State.PRIORITISED, Decision.RESTS: State.DORMANT}
    if decision in steps:
        move_problem(problem=row.problem, to=steps[Decision(decision)], by=by, reason=reason)
    record("priority_decided", by=by, subject=row, decision=decision)
    if not RoundProblem.objects.filter(round=round_, decision="").exists():
        check_round_move(round_, Status.DECIDED)
        round_.status = Status.DECIDED
        round_.save(update_fields=["status"])
        record("prioritisation_decided", by=by, subject=round_)
    return row
