"""What can happen to a measure and to a commitment when: one table of steps each. No people, no saving."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from action_plans.models import Commitment, CommitmentState, Measure, MeasureState
from common.days import is_working_day
from common.errors import NotPossible

# --- The life of a measure --------------------------------------------------------------------------------------------

MEASURE_NEXT: dict[MeasureState, set[MeasureState]] = {
    MeasureState.DRAFT: {MeasureState.PROPOSED},
    MeasureState.PROPOSED: {MeasureState.DRAFT, MeasureState.DECIDED, MeasureState.ABORTED},
    MeasureState.DECIDED: {MeasureState.ONGOING, MeasureState.ABORTED},
    MeasureState.ONGOING: {MeasureState.PAUSED, MeasureState.CARRIED_OUT, MeasureState.ABORTED},
    MeasureState.PAUSED: {MeasureState.ONGOING, MeasureState.ABORTED},
    MeasureState.CARRIED_OUT: {MeasureState.EVALUATED},
    MeasureState.EVALUATED: set(),
    MeasureState.ABORTED: set(),
}
# Steps by a press; deciding and evaluating have forms of their own.
BY_HAND = [state for state in MeasureState if state not in {MeasureState.DECIDED, MeasureState.EVALUATED}]
# Steps that say why.
MEASURE_ASKS_WHY = {MeasureState.PAUSED, MeasureState.ABORTED}
# What a plan's decided version holds.
IN_FORCE = {MeasureState.DECIDED, MeasureState.ONGOING, MeasureState.PAUSED}
DECIDED_ONCE = IN_FORCE | {MeasureState.CARRIED_OUT, MeasureState.EVALUATED}
# What the agreed content of can still be written in; afterwards a change is a decision of its own.
STILL_WRITTEN = {MeasureState.DRAFT, MeasureState.PROPOSED} | IN_FORCE


# Stands where something was written that has been purged (`retention.py`): nobody decides on it.
GONE = "[…]"


def _is_said(text: str) -> bool:
    return text.strip() not in {"", GONE}


@dataclass(frozen=True)
class Facts:
    """What is known of a measure when it is asked whether it can be decided; looked up in `measures/facts.py`."""

    causes: int
    # Of those: chosen by a group, with evidence that still stands.
    causes_standing: int
    has_lead: bool
    lead_accepted: bool
    has_person: bool
    has_goal_with_baseline: bool
    places: int
    has_evaluation_plan: bool


@dataclass(frozen=True)
class Gap:
    """Something a measure lacks: its code, the field it is mended in, and the sentence."""

    code: str
    field: str
    sentence: str


# Each gap by its code: where it is mended, the sentence, and whether the measure has it.
GAPS: dict[str, tuple[str, str | Promise, Callable[[Measure, Facts], bool]]] = {
    "cause": (
        "causes",
        gettext_lazy("Name at least one cause that a group has chosen to act on."),
        lambda measure, facts: not facts.causes_standing,
    ),
    "mechanism": (
        "mechanism",
        gettext_lazy("Say how this is supposed to work on the cause."),
        lambda measure, facts: not _is_said(measure.mechanism),
    ),
    "indicator": (
        "indicator",
        gettext_lazy("Say by what it will be seen whether it works."),
        lambda measure, facts: not _is_said(measure.indicator) and not facts.has_goal_with_baseline,
    ),
    "baseline": (
        "baseline",
        gettext_lazy("Give the indicator's value before, with the days it is from."),
        lambda measure, facts: (
            not facts.has_goal_with_baseline and (measure.baseline is None or measure.baseline_from is None)
        ),
    ),
    "owner": (
        "lead",
        gettext_lazy("Say which organisation leads it, and who answers for it there."),
        # Who is asked to lead and has not answered names the person in the answer: that is the next gap, not this one.
        lambda measure, facts: not facts.has_lead or (facts.lead_accepted and not facts.has_person),
    ),
    "lead_accepted": (
        "lead",
        gettext_lazy("Whoever is to lead it has not accepted yet."),
        lambda measure, facts: facts.has_lead and not facts.lead_accepted,
    ),
    "due_on": (
        "due_on",
        gettext_lazy("Say by when it is done."),
        lambda measure, facts: measure.due_on is None,
    ),
    "follow_up_on": (
        "follow_up_on",
        gettext_lazy("Say on which day it is followed up."),
        lambda measure, facts: measure.follow_up_on is None,
    ),
    "evaluation_plan": (
        "evaluation_plan",
        gettext_lazy("It is tied to a place: plan the evaluation before it is decided."),
        lambda measure, facts: bool(facts.places) and not facts.has_evaluation_plan,
    ),
}
# Nobody commits another: this one no coordinator lets pass.
NEVER_OVERRIDDEN = {"lead_accepted"}


def gaps_of(measure: Measure, facts: Facts) -> list[Gap]:
    """Everything the measure lacks before it can be decided, in the order a form asks for it."""
    return [Gap(code, field, str(sentence)) for code, (field, sentence, has) in GAPS.items() if has(measure, facts)]


def check_measure_move(measure: Measure, to: MeasureState, *, reason: str = "") -> None:
    """Whether the measure can take the step now; what deciding rests on is `check_decidable`."""
    at = MeasureState(measure.state)
    if to not in MEASURE_NEXT[at]:
        raise NotPossible(
            _("A measure that is “%(from)s” cannot become “%(to)s”. Somebody else may have been here before you.")
            % {"from": at.label, "to": to.label}
        )
    if to in MEASURE_ASKS_WHY and not reason.strip():
        raise NotPossible({"reason": _("Say why.")})


class NotDecidable(NotPossible):
    """The measure lacks something; `gaps` is everything it lacks, and `blocking` what keeps it from being decided."""

    def __init__(self, gaps: list[Gap], blocking: list[Gap]) -> None:
        super().__init__([gap.sentence for gap in blocking])
        self.gaps, self.blocking = gaps, blocking


def check_decidable(gaps: Iterable[Gap], *, override_reason: str = "") -> list[str]:
    """Refuse to decide with gaps, all said at once, unless a coordinator lets them pass with a reason.

    The codes that were let pass come back, to be kept with the decision.
    """
    found = list(gaps)
    blocking = [gap for gap in found if gap.code in NEVER_OVERRIDDEN or not override_reason.strip()]
    if blocking:
        raise NotDecidable(found, blocking)
    return [gap.code for gap in found]


FIRST_DAY, LAST_DAY = dt.date(2000, 1, 1), dt.date(2099, 12, 31)


def check_days(**days: dt.date | None) -> None:
    """No slip of the pen: a day in year 202 would be counted as late, working day for working day, on every page."""
    wrong = [name for name, day in days.items() if day is not None and not FIRST_DAY <= day <= LAST_DAY]
    if wrong:
        raise NotPossible({name: _("Choose a day between the years 2000 and 2099.") for name in wrong})


def last_moment_day(due_on: dt.date) -> dt.date:
    """The day until which something due on a day is in time: itself, or the next working day where it is none."""
    day = due_on
    while not is_working_day(day):
        day += dt.timedelta(days=1)
    return day


def latest_overdue_day(today: dt.date) -> dt.date:
    """The last day of which it holds today that something due on it is late: the latest working day before today."""
    day = today - dt.timedelta(days=1)
    while not is_working_day(day):
        day -= dt.timedelta(days=1)
    return day


def is_overdue(due_on: dt.date | None, today: dt.date) -> bool:
    """Whether its day has passed; a day when nobody works moves it to the next on which somebody does."""
    return due_on is not None and today > last_moment_day(due_on)


def is_measure_overdue(measure: Measure, today: dt.date) -> bool:
    """A measure that is decided and not done by its day."""
    return measure.state in IN_FORCE and is_overdue(measure.due_on, today)


# --- The agreed order of the measures ---------------------------------------------------------------------------------


def below_the_line(measures: Iterable[Mapping[str, Any]], *, hours: int | None, money: int | None) -> set[int]:
    """The numbers of the measures for which hours or money are not enough, in the agreed order.

    The line is drawn at the first that has no room; everything after it stands below, also what would still fit, since
    the order is what the partners have agreed on.
    """
    used_hours = used_money = 0
    below: set[int] = set()
    for measure in measures:
        used_hours += measure["hours"] or 0
        used_money += measure["cost_sek"] or 0
        is_short = (hours is not None and used_hours > hours) or (money is not None and used_money > money)
        if is_short or below:
            below.add(measure["number"])
    return below


# --- The life of a commitment -----------------------------------------------------------------------------------------

_C = CommitmentState
COMMITMENT_NEXT: dict[CommitmentState, set[CommitmentState]] = {
    _C.DRAFT: {_C.ASKED},
    _C.ASKED: {_C.ACCEPTED, _C.COUNTER_OFFERED, _C.DECLINED, _C.WITHDRAWN},
    # The asker takes the offer (accepted), asks anew, or withdraws.
    _C.COUNTER_OFFERED: {_C.ACCEPTED, _C.ASKED, _C.WITHDRAWN},
    _C.DECLINED: {_C.ASKED, _C.WITHDRAWN},
    _C.ACCEPTED: {_C.KEPT, _C.NOT_KEPT, _C.WITHDRAWN},
    # What one side has said the other may see otherwise; both then stand, and the state is the owner's word.
    _C.KEPT: {_C.NOT_KEPT},
    _C.NOT_KEPT: {_C.KEPT},
    _C.WITHDRAWN: set(),
}
COMMITMENT_ASKS_WHY = {_C.COUNTER_OFFERED, _C.DECLINED, _C.NOT_KEPT, _C.WITHDRAWN}
# Whose step it is: of the organisation that was asked, or of the one that asked.
TAKEN_BY_OWNER = {(_C.ASKED, _C.ACCEPTED), (_C.ASKED, _C.COUNTER_OFFERED), (_C.ASKED, _C.DECLINED)}
TAKEN_BY_ASKER = {
    (_C.DRAFT, _C.ASKED),
    (_C.ASKED, _C.WITHDRAWN),
    (_C.COUNTER_OFFERED, _C.ACCEPTED),
    (_C.COUNTER_OFFERED, _C.ASKED),
    (_C.COUNTER_OFFERED, _C.WITHDRAWN),
    (_C.DECLINED, _C.ASKED),
    (_C.DECLINED, _C.WITHDRAWN),
    (_C.ACCEPTED, _C.WITHDRAWN),
}
WAITS_FOR_ANSWER = {_C.ASKED}
PROMISED = {_C.ACCEPTED}
# Asked to lead a measure and not going to: another can be asked.
NOT_LEADING = {_C.DECLINED, _C.WITHDRAWN}
# Once promised, however it went.
ANSWERED_YES = {_C.ACCEPTED, _C.KEPT, _C.NOT_KEPT}


def check_commitment_move(commitment: Commitment, to: CommitmentState, *, reason: str = "") -> None:
    """Whether the commitment can take the step now, and says why where it must."""
    at = CommitmentState(commitment.state)
    if to not in COMMITMENT_NEXT[at]:
        raise NotPossible(
            _("What is “%(from)s” cannot become “%(to)s”. Somebody else may have been here before you.")
            % {"from": at.label, "to": to.label}
        )
    if to in COMMITMENT_ASKS_WHY and not reason.strip():
        raise NotPossible({"reason": _("Say why.")})


# So many working days after it was asked, both sides are reminded once that a request waits for an answer …
UNANSWERED_AFTER = 5
# … and not any more once it has waited so long that everybody knows.
NO_NEWS_AFTER = dt.timedelta(days=60)


def unanswered_since(today: dt.date) -> tuple[dt.date, dt.date]:
    """The first and the last day on which a request was asked that both sides are reminded of today."""
    day, left = today, UNANSWERED_AFTER
    while left:
        left -= is_working_day(day)
        day -= dt.timedelta(days=1)
    return today - NO_NEWS_AFTER, day


def is_commitment_overdue(commitment: Commitment, today: dt.date) -> bool:
    """Promised, its day passed, and its owner has not said how it went: “inte i tid”."""
    return commitment.state in PROMISED and is_overdue(commitment.due_on, today)
