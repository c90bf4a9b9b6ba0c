"""Days: those nobody plans for are refused in words, and holidays move what is due."""

from __future__ import annotations

import datetime as dt

import pytest

from action_plans.goals import actions as goals
from action_plans.measures import actions as measures
from action_plans.plans import actions as plans
from action_plans.plans.agreements import add_party, make_agreement
from action_plans.plans.deciding import decide_plan
from action_plans.rules import is_overdue, last_moment_day, latest_overdue_day
from common.errors import NotPossible
from tests import factories as make
from tests.action_plans.cast import PlanWorld

FIRST, LAST = dt.date.min, dt.date.max
SAID = {
    "indicator": "rapporter",
    "before_from": dt.date(2025, 1, 1),
    "before_to": dt.date(2025, 6, 30),
    "after_from": dt.date(2026, 1, 1),
    "decision_rule": "Annars något annat.",
}


def write(world, what):
    """Each way to write a day in the room, with one no calendar of people holds."""
    by, plan = world.officer, world.plan
    if what == "goal":
        # Counted over the days up to it: there are none before the first.
        named = {"indicator": "rapporter", "selection": "", "target_on": FIRST}
        return goals.add_goal(by=by, plan=plan, measured="reports", **named)
    if what == "plan":
        return plans.make_plan(by=by, area=world.west, title="Lång", first_day=dt.date(2026, 1, 1), last_day=LAST)
    if what == "measure":
        return measures.change_measure(by=by, measure=world.measure(), row_version=0, due_on=LAST)
    if what == "evaluation":
        return measures.write_evaluation_plan(
            by=by, measure=world.measure(), row_version=0, **SAID, after_to=LAST, ring_m=None
        )
    if what == "follow-up":
        answers = {"on": FIRST, "carried_out": "yes", "good_result": "yes"}
        measure = world.measure(state="decided")
        return measures.follow_up(by=by, measure=measure, organisation=world.municipality, **answers)
    if what == "decision":
        return decide_plan(by=world.police, plan=plan, group=world.group, decided_on=FIRST)
    by = world.coordinator
    if what == "agreement":
        days = {"first_day": FIRST, "last_day": dt.date(2026, 1, 1)}
        return make_agreement(by=by, collaboration=world.here, title="Ö", **days)
    agreement = make.AgreementFactory(collaboration=world.here)
    return add_party(
        by=by, agreement=agreement, organisation=world.municipality, function="kommundirektör", signed_on=FIRST
    )


FIELDS = {
    "goal": "target_on", "plan": "last_day", "measure": "due_on", "evaluation": "after_to", "follow-up": "on",
    "decision": "decided_on", "agreement": "first_day", "party": "signed_on",
}  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize(("what", "field"), FIELDS.items())
def test_a_day_nobody_plans_for_is_refused_under_its_field(what, field):
    with pytest.raises(NotPossible) as refused:
        write(PlanWorld(), what)
    assert field in refused.value.message_dict


@pytest.mark.parametrize(
    ("due_on", "in_time"),
    [
        # Maundy Thursday to Easter Monday, Midsummer's Eve, and the days between Christmas and the new year.
        (dt.date(2026, 4, 2), dt.date(2026, 4, 2)),
        (dt.date(2026, 4, 3), dt.date(2026, 4, 7)),
        (dt.date(2026, 4, 5), dt.date(2026, 4, 7)),
        (dt.date(2026, 6, 19), dt.date(2026, 6, 22)),
        (dt.date(2026, 12, 24), dt.date(2026, 12, 28)),
        (dt.date(2026, 12, 31), dt.date(2027, 1, 4)),
        (dt.date(2027, 1, 6), dt.date(2027, 1, 7)),
        (dt.date(2024, 5, 1), dt.date(2024, 5, 2)),
    ],
)
def test_what_is_due_when_nobody_works_is_in_time_until_somebody_does(due_on, in_time):
    assert last_moment_day(due_on) == in_time
    assert not is_overdue(due_on, in_time)
    assert is_overdue(due_on, in_time + dt.timedelta(days=1))
    # The question to the database says the same of each day.
    for number in range(-3, 12):
        today = due_on + dt.timedelta(days=number)
        assert (due_on <= latest_overdue_day(today)) == is_overdue(due_on, today)
