"""Every change of a goal. Each locks the goal first, so that two at once come one after the other."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from action_plans.checks import check_days, check_row
from action_plans.goals.counting import count_baseline, kept_selection, suggested_period
from action_plans.goals.rules import gaps_of, tells_count
from action_plans.goals.telling import NO_SENSITIVE, baseline_words, written_sentence
from action_plans.models import Goal, Plan
from action_plans.models.goals import LONGEST_GOAL
from action_plans.permissions import check_is_of, check_may_work_on_plan
from action_plans.problem_steps import take_steps
from audit.actions import record
from cause_analysis.causes.permissions import check_may_decide_for
from cause_analysis.models import Problem
from cause_analysis.texts import TextsRefused, text_faults
from cause_analysis.versions import check_version
from common.errors import NotPossible
from incidents.selections import NotASelection, Selection
from partners.models import Group, Membership, Organisation

TEXTS = {"text": LONGEST_GOAL, "indicator": 200, "unit": 40, "source": 200}
# What a form writes. `baseline` is written where it is entered by hand, and counted where it is counted.
WRITTEN = {
    *TEXTS, "kind", "direction", "measured", "selection", "baseline", "baseline_from", "baseline_to", "target",
    "target_on", "organisation", "owner",
}  # fmt: skip
# What a count rests on: counted anew when one of them has changed.
_COUNTED_FROM = ("measured", "selection", "baseline_from", "baseline_to")
_FILLED_HERE = [
    "plan", "problem", "collaboration", "organisation", "owner", "created_by", "changed_by", "removed_by",
    "agreed_by_group", "number",
]  # fmt: skip


def locked(goal: Goal) -> Goal:
    """The goal as it is now, and nobody else's until the transaction ends."""
    rows = Goal.objects.select_for_update(of=("self",), no_key=True)
    return rows.select_related("plan__area", "plan__collaboration", "organisation").get(pk=goal.pk)


def _check_is_there(goal: Goal) -> None:
    if goal.removed_at is not None:
        raise NotPossible(_("The goal has been taken away."))


@transaction.atomic
def add_goal(*, by: Any, plan: Plan, problem: Problem | None = None, is_confirmed: bool = False, **values: Any) -> Goal:
    """A goal of the plan, for one of its problems or for all of it. It may have holes; its page says which."""
    rows = Plan.objects.select_for_update(no_key=True, of=("self",)).select_related("area", "collaboration")
    plan = rows.get(pk=plan.pk)
    check_may_work_on_plan(by, plan)
    if problem is not None and problem.area_id != plan.area_id:
        raise NotPossible({"problem": _("The problem is in another area than the plan.")})
    goal = Goal(collaboration_id=plan.collaboration_id, plan=plan, problem=problem, created_by=by)
    _write(by, goal, values, is_confirmed=is_confirmed)
    # The same form sent twice, by a double press or the back button, is one goal.
    if (sent_before := _sent_before(goal)) is not None:
        return sent_before
    last = Goal.objects.filter(plan=plan).aggregate(last=Max("number"))["last"]
    goal.number = (last or 0) + 1
    goal.save()
    record("goal_added", by=by, subject=goal)
    return goal


def _sent_before(goal: Goal) -> Goal | None:
    same = {name: getattr(goal, name) for name in WRITTEN}
    rows = Goal.objects.kept().filter(plan=goal.plan, problem=goal.problem, created_by=goal.created_by, row_version=0)
    return rows.filter(**same).first()


@transaction.atomic
def change_goal(*, by: Any, goal: Goal, row_version: int, is_confirmed: bool = False, **values: Any) -> Goal:
    """Write in a goal, unless somebody else has since `row_version`. What was agreed on was another goal: a changed one
    is agreed on anew before it belongs to the plan's next version."""
    goal = locked(goal)
    check_may_work_on_plan(by, goal.plan)
    _check_is_there(goal)
    check_version(goal, row_version)
    before = {name: getattr(goal, name) for name in (*WRITTEN, "is_own_words")}
    _write(by, goal, values, is_confirmed=is_confirmed)
    changed = sorted(name for name, value in before.items() if getattr(goal, name) != value)
    if not changed:
        return goal
    goal.agreed_at, goal.agreed_by_group = None, None
    goal.row_version += 1
    goal.save()
    record("goal_changed", by=by, subject=goal, fields=changed)
    return goal


def _write(by: Any, goal: Goal, values: Mapping[str, Any], *, is_confirmed: bool) -> None:
    if unknown := set(values) - WRITTEN:
        raise ValueError(f"{sorted(unknown)} are not written by this action")
    # What the count rests on; a goal that is new has counted nothing.
    rested_on = None if goal.counted_at is None else [getattr(goal, name) for name in _COUNTED_FROM]
    said = {name: str(values[name]).replace("\r\n", "\n").strip() for name in TEXTS if name in values}
    new = {name: text for name, text in said.items() if text != getattr(goal, name)}
    # Before anything is counted or worded from them.
    check_days({name: values.get(name) for name in ("baseline_from", "baseline_to", "target_on")})
    faults: dict[str, list[str]] = {}
    for name, text in new.items():
        faults |= text_faults(by, goal.collaboration_id, {name: text}, is_confirmed=is_confirmed, longest=TEXTS[name])
    if faults:
        raise TextsRefused(faults)
    for name, value in {**values, **said}.items():
        if name not in {"text", "selection"}:
            setattr(goal, name, value)
    _choose_who(goal)
    if goal.measured == Goal.Measured.REPORTS:
        _count(goal, values.get("selection", goal.selection), rested_on)
    else:
        goal.selection, goal.counted_at, goal.is_sensitive = "", None, False
        goal.baseline_lower = goal.baseline_upper = None
    _word(goal, said.get("text"))
    goal.changed_by = by
    check_row(goal, without=_FILLED_HERE)


def _choose_who(goal: Goal) -> None:
    organisation: Organisation | None = goal.organisation
    owner: Membership | None = goal.owner
    if organisation is not None and organisation.collaboration_id != goal.collaboration_id:
        raise NotPossible({"organisation": _("The organisation belongs to another collaboration.")})
    if owner is not None:
        if organisation is None:
            raise NotPossible({"organisation": _("Say which organisation owns the goal.")})
        if owner.organisation_id != organisation.pk:
            raise NotPossible(
                {"owner": _("Choose somebody in %(organisation)s.") % {"organisation": organisation.name}}
            )
        check_is_of(owner, organisation)


def _count(goal: Goal, query: str, rested_on: list[Any] | None) -> None:
    """Fill in the baseline from the reports, over the days that are said or suggested."""
    try:
        selection = kept_selection(Selection.parse(query))
    except NotASelection:
        raise NotPossible({"category": _("The list of reports does not understand this selection.")}) from None
    goal.selection = selection.query
    today = timezone.localdate()
    if goal.baseline_from is None and goal.baseline_to is None:
        goal.baseline_from, goal.baseline_to = suggested_period(goal.plan, goal.target_on, today=today)
    if goal.baseline_from is None or goal.baseline_to is None:
        raise NotPossible({"baseline_from": _("Give both days of the period the baseline is from.")})
    if rested_on == [getattr(goal, name) for name in _COUNTED_FROM]:
        return
    found = count_baseline(goal.plan, selection, goal.baseline_from, goal.baseline_to, today=today)
    goal.baseline, goal.baseline_lower, goal.baseline_upper = found.count, found.lower, found.upper
    goal.is_sensitive, goal.counted_at = found.is_sensitive, timezone.now()


def _word(goal: Goal, said: str | None) -> None:
    """The sentence: as it is worded, or as the fields say it where nothing else is."""
    text = goal.text if said is None and goal.is_own_words else (said or "")
    written = written_sentence(goal)
    goal.is_own_words = bool(text) and text != written
    goal.text = text if goal.is_own_words else written
    is_counted = goal.measured == Goal.Measured.REPORTS
    if not (is_counted and goal.is_own_words and goal.baseline is not None):
        return
    if tells_count(text, goal.baseline, target=goal.target):
        raise NotPossible(
            {
                "text": _("The sentence is read outside the area's circle too. Write “%(told)s” instead of the number.")
                % {"told": baseline_words(goal, NO_SENSITIVE)}
            }
        )


@transaction.atomic
def agree_on_goal(*, by: Any, goal: Goal, group: Group, row_version: int) -> Goal:
    """Write down that a group has agreed on the goal as it stands. What it lacks is said all at once."""
    goal = locked(goal)
    check_may_work_on_plan(by, goal.plan)
    _check_is_there(goal)
    if group.collaboration_id != goal.collaboration_id or not group.is_active:
        raise NotPossible({"group": _("Choose a group that meets here.")})
    check_may_decide_for(by, group)
    if goal.agreed_at is not None and goal.agreed_by_group_id == group.pk:
        return goal
    check_version(goal, row_version)
    if gaps := gaps_of(goal):
        raise NotPossible([gap.sentence for gap in gaps])
    goal.agreed_at, goal.agreed_by_group = timezone.now(), group
    goal.save(update_fields=["agreed_at", "agreed_by_group"])
    record("goal_agreed", by=by, subject=goal, group=group.pk)
    if goal.problem is not None:
        take_steps(by=by, problem=goal.problem)
    return goal


@transaction.atomic
def remove_goal(*, by: Any, goal: Goal) -> None:
    """Take a goal away. It stands in the versions that were decided with it."""
    goal = locked(goal)
    check_may_work_on_plan(by, goal.plan)
    if goal.removed_at is None:
        goal.removed_at, goal.removed_by = timezone.now(), by
        goal.save(update_fields=["removed_at", "removed_by"])
        record("goal_removed", by=by, subject=goal)


def tried_goal(
    *,
    by: Any,
    plan: Plan,
    problem: Problem | None = None,
    goal: Goal | None = None,
    is_confirmed: bool = False,
    **values: Any,
) -> Goal:
    """What the goal would be with these values: counted, worded and checked, but not saved."""
    check_may_work_on_plan(by, plan)
    if goal is None:
        goal = Goal(collaboration_id=plan.collaboration_id, plan=plan, problem=problem, created_by=by)
    _write(by, goal, values, is_confirmed=is_confirmed)
    return goal
