"""What can be decided about a thing so that the decision is the change: one entry a step, made by its own action.

Nothing is decided twice: the room below checks, changes and records as always, with the meeting's group as the one that
decided, and the decision of the meeting is stored in the same transaction.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from action_plans.commitments import actions as commitments
from action_plans.goals import actions as goals
from action_plans.measures import actions as measures
from action_plans.models import Commitment, CommitmentState, Goal, Measure, MeasureState, Plan
from action_plans.permissions import organisations_spoken_for
from action_plans.plans import deciding
from action_plans.plans.content import content_of
from action_plans.rules import ANSWERED_YES
from cause_analysis.knowing import actions as knowing
from cause_analysis.models import KnowledgeGap
from common.errors import NotPossible
from councils.escalations import actions as escalations
from councils.models import Answer, Ending, Escalation
from followup.evaluations import actions as evaluations
from followup.models import Evaluation
from partners.levels import DecisionKind
from partners.models import Group, Organisation


@dataclass(frozen=True)
class Said:
    """What the form says beside which change it is: all that any change may need."""

    reason: str = ""
    organisation: Organisation | None = None
    responsible: Any = None
    due_on: dt.date | None = None
    text: str = ""
    is_confirmed: bool = False


@dataclass(frozen=True)
class Change:
    """A step with a thing: what it is called, when it can be taken, what it needs to know, and the step itself."""

    label: Any
    # What sort of decision it is: not every level may take it.
    kind: DecisionKind
    # The decision's own words once the step is taken; `%(thing)s` is what it is about.
    words: Any
    is_possible: Callable[[Any], bool]
    make: Callable[[Any, Group, Any, Said], Any]
    needs: frozenset[str] = field(default_factory=frozenset)
    may_say: frozenset[str] = field(default_factory=frozenset)


def own_organisation(by: Any, collaboration_id: int) -> Organisation:
    """On whose behalf the meeting's leader asks: their own organisation."""
    found = organisations_spoken_for(by, collaboration_id)
    if not found:
        raise NotPossible(_("Only somebody who speaks for an organisation asks something of another."))
    return found[0]


# --- Measures ---------------------------------------------------------------------------------------------------------


def _decide(by: Any, group: Group, measure: Measure, said: Said) -> None:
    measures.decide(by=by, measure=measure, group=group, override_reason=said.reason, is_confirmed=said.is_confirmed)


def _run(to: MeasureState) -> Callable[[Any, Group, Any, Said], Any]:
    def make(by: Any, group: Group, measure: Measure, said: Said) -> None:
        measures.run(by=by, measure=measure, to=to, reason=said.reason, is_confirmed=said.is_confirmed)

    return make


def _abort(by: Any, group: Group, measure: Measure, said: Said) -> None:
    measures.abort(by=by, measure=measure, reason=said.reason, is_confirmed=said.is_confirmed)


def _ask_part(by: Any, group: Group, measure: Measure, said: Said) -> Commitment:
    if said.organisation is None:
        raise NotPossible({"organisation": _("Say whom you ask.")})
    part = measures.write_part(
        by=by,
        measure=measure,
        asked_by=own_organisation(by, measure.collaboration_id),
        asked_of=said.organisation,
        text=said.text,
        due_on=said.due_on,
        is_confirmed=said.is_confirmed,
    )
    return commitments.ask(by=by, commitment=part) if part.state == CommitmentState.DRAFT else part


def _in(*states: MeasureState) -> Callable[[Any], bool]:
    return lambda measure: measure.state in states


# --- Others -----------------------------------------------------------------------------------------------------------


def _withdraw(by: Any, group: Group, commitment: Commitment, said: Said) -> None:
    commitments.withdraw(by=by, commitment=commitment, reason=said.reason, is_confirmed=said.is_confirmed)


def _ask_again(by: Any, group: Group, commitment: Commitment, said: Said) -> Any:
    return commitments.change_request(
        by=by,
        commitment=commitment,
        row_version=commitment.row_version,
        text=said.text or commitment.text,
        due_on=said.due_on or commitment.due_on,
        is_confirmed=said.is_confirmed,
    )


def _agree(by: Any, group: Group, goal: Goal, said: Said) -> None:
    goals.agree_on_goal(by=by, goal=goal, group=group, row_version=goal.row_version)


def _decide_plan(by: Any, group: Group, plan: Plan, said: Said) -> None:
    deciding.decide_plan(
        by=by,
        plan=plan,
        group=group,
        decided_on=timezone.localdate(),
        reason=said.reason,
        seen=deciding.mark_of(content_of(plan)),
        is_confirmed=said.is_confirmed,
    )


def _give_gap(by: Any, group: Group, gap: KnowledgeGap, said: Said) -> None:
    knowing.change_gap(by=by, gap=gap, row_version=gap.row_version, membership=said.responsible, due_on=said.due_on)


def _adopt(by: Any, group: Group, evaluation: Evaluation, said: Said) -> None:
    evaluations.adopt(
        by=by,
        evaluation=evaluation,
        group=group,
        row_version=evaluation.row_version,
        seen=evaluation.headline,
        today=timezone.localdate(),
    )


def _answer(code: str) -> Callable[[Any, Group, Any, Said], Any]:
    def make(by: Any, group: Group, escalation: Escalation, said: Said) -> None:
        if escalation.to_group_id != group.pk:
            raise NotPossible(_("The question was asked of %(group)s.") % {"group": escalation.to_group.name})
        ends = Ending.STANDS if escalation.commitment_id is not None and code != Answer.SENT_BACK else ""
        escalations.answer(
            by=by,
            escalation=escalation,
            answer=code,
            text=said.text,
            ends=ends,
            row_version=escalation.row_version,
            is_confirmed=said.is_confirmed,
        )

    return make


def _promised_instead(escalation: Escalation) -> Any:
    """What the organisation that said no has promised since the question was asked."""
    if escalation.commitment is None:
        return Commitment.objects.none()
    return Commitment.objects.filter(
        collaboration=escalation.collaboration_id,
        asked_of=escalation.commitment.asked_of_id,
        state__in=ANSWERED_YES,
        answered_at__gte=escalation.created_at,
    )


def _is_agreed(escalation: Escalation) -> bool:
    # Where it has promised several things, which one it is about is said on the question's own page.
    return _waits(escalation) and escalation.commitment_id is not None and _promised_instead(escalation).count() == 1


def _agreed_otherwise(by: Any, group: Group, escalation: Escalation, said: Said) -> None:
    if escalation.to_group_id != group.pk:
        raise NotPossible(_("The question was asked of %(group)s.") % {"group": escalation.to_group.name})
    escalations.answer(
        by=by,
        escalation=escalation,
        answer=Answer.YES,
        text=said.text,
        ends=Ending.AGREED_OTHERWISE,
        agreed_commitment=_promised_instead(escalation).first(),
        row_version=escalation.row_version,
        is_confirmed=said.is_confirmed,
    )


def _note_answer(by: Any, group: Group, escalation: Escalation, said: Said) -> None:
    escalations.note_answer(by=by, escalation=escalation)


def _waits(escalation: Escalation) -> bool:
    return escalation.answered_at is None and escalation.taken_back_at is None


def _waits_and_is_no_refusal(escalation: Escalation) -> bool:
    # Nobody's no is overruled: a yes would say that it was.
    return _waits(escalation) and escalation.commitment_id is None


_S = MeasureState
_REASON = frozenset({"reason"})
CHANGES: Mapping[str, Mapping[str, Change]] = {
    "measure": {
        "measure_decide": Change(
            gettext_lazy("Decide the measure"),
            DecisionKind.MEASURE,
            gettext_lazy("The group decides: %(thing)s."),
            _in(_S.PROPOSED),
            _decide,
            may_say=_REASON,
        ),
        "measure_start": Change(
            gettext_lazy("Start it"),
            DecisionKind.EXECUTION,
            gettext_lazy("It starts: %(thing)s."),
            _in(_S.DECIDED, _S.PAUSED),
            _run(_S.ONGOING),
        ),
        "measure_pause": Change(
            gettext_lazy("Let it rest"),
            DecisionKind.EXECUTION,
            gettext_lazy("It rests: %(thing)s."),
            _in(_S.ONGOING),
            _run(_S.PAUSED),
            needs=_REASON,
        ),
        "measure_done": Change(
            gettext_lazy("It is carried out"),
            DecisionKind.EXECUTION,
            gettext_lazy("It is carried out: %(thing)s."),
            _in(_S.ONGOING),
            _run(_S.CARRIED_OUT),
        ),
        "measure_abort": Change(
            gettext_lazy("Stop it for good"),
            DecisionKind.MEASURE,
            gettext_lazy("It is stopped for good: %(thing)s."),
            lambda measure: measure.state in {_S.PROPOSED, _S.DECIDED, _S.ONGOING, _S.PAUSED},
            _abort,
            needs=_REASON,
        ),
        "measure_ask": Change(
            gettext_lazy("Ask a partner to take a part"),
            DecisionKind.REQUEST,
            gettext_lazy("%(organisation)s is asked by %(day)s: %(text)s (%(thing)s)."),
            lambda measure: measure.state in {_S.PROPOSED, _S.DECIDED, _S.ONGOING, _S.PAUSED},
            _ask_part,
            needs=frozenset({"organisation", "text", "due_on"}),
        ),
    },
    "commitment": {
        "commitment_again": Change(
            gettext_lazy("Ask again, with another day or in other words"),
            DecisionKind.REQUEST,
            gettext_lazy("It is asked again by %(day)s: %(thing)s."),
            lambda one: one.state in {CommitmentState.ASKED, CommitmentState.COUNTER_OFFERED, CommitmentState.DECLINED},
            _ask_again,
            may_say=frozenset({"text", "due_on"}),
        ),
        "commitment_withdraw": Change(
            gettext_lazy("Take the request back"),
            DecisionKind.REQUEST,
            gettext_lazy("The request is taken back: %(thing)s."),
            lambda one: one.state not in {CommitmentState.KEPT, CommitmentState.NOT_KEPT, CommitmentState.WITHDRAWN},
            _withdraw,
            needs=_REASON,
        ),
    },
    "goal": {
        "goal_agree": Change(
            gettext_lazy("Agree on the goal"),
            DecisionKind.MEASURE,
            gettext_lazy("The group agrees on the goal: %(thing)s."),
            lambda goal: goal.agreed_at is None and goal.removed_at is None,
            _agree,
        ),
    },
    "plan": {
        "plan_decide": Change(
            gettext_lazy("Decide the plan as it stands"),
            DecisionKind.ACTION_PLAN,
            gettext_lazy("The group decides the plan: %(thing)s."),
            lambda plan: True,
            _decide_plan,
            may_say=_REASON,
        ),
    },
    "gap": {
        "gap_give": Change(
            gettext_lazy("Say who finds out, and by when"),
            DecisionKind.EXECUTION,
            gettext_lazy("%(who)s finds out by %(day)s: %(thing)s."),
            lambda gap: gap.closed_at is None,
            _give_gap,
            needs=frozenset({"responsible", "due_on"}),
        ),
    },
    "escalation": {
        "escalation_yes": Change(
            gettext_lazy("Answer yes"),
            DecisionKind.REQUEST,
            gettext_lazy("The group answers yes: %(thing)s %(text)s"),
            _waits_and_is_no_refusal,
            _answer(Answer.YES),
            may_say=frozenset({"text"}),
        ),
        "escalation_no": Change(
            gettext_lazy("Answer no"),
            DecisionKind.REQUEST,
            gettext_lazy("The group answers no: %(thing)s %(text)s"),
            _waits_and_is_no_refusal,
            _answer(Answer.NO),
            needs=frozenset({"text"}),
        ),
        "escalation_stands": Change(
            gettext_lazy("Let the no stand, with its reason"),
            DecisionKind.REQUEST,
            gettext_lazy("The no stands: %(thing)s %(text)s"),
            lambda one: _waits(one) and one.commitment_id is not None,
            _answer(Answer.NO),
            needs=frozenset({"text"}),
        ),
        "escalation_agreed": Change(
            gettext_lazy("They have promised something else instead"),
            DecisionKind.REQUEST,
            gettext_lazy("Something else has been promised instead: %(thing)s %(text)s"),
            _is_agreed,
            _agreed_otherwise,
            may_say=frozenset({"text"}),
        ),
        "escalation_back": Change(
            gettext_lazy("Send it back for more"),
            DecisionKind.REQUEST,
            gettext_lazy("The group sends the question back: %(thing)s %(text)s"),
            _waits,
            _answer(Answer.SENT_BACK),
            needs=frozenset({"text"}),
        ),
        "escalation_note": Change(
            gettext_lazy("Take note of the answer"),
            DecisionKind.INFORMATION,
            gettext_lazy("The group takes note of the answer: %(thing)s"),
            lambda one: one.answered_at is not None and one.returned_seen_at is None,
            _note_answer,
        ),
    },
    "evaluation": {
        "evaluation_adopt": Change(
            gettext_lazy("Adopt the evaluation"),
            DecisionKind.MEASURE,
            gettext_lazy("The group adopts the evaluation: %(thing)s."),
            lambda one: one.adopted_at is None and bool(one.outcome),
            _adopt,
        ),
    },
}


def possible(kind: str, thing: Any) -> dict[str, Change]:
    """The steps that can be taken with a thing as it stands."""
    return {code: change for code, change in CHANGES.get(kind, {}).items() if change.is_possible(thing)}


def check_said(change: Change, said: Said) -> None:
    """All that the step needs to know is said."""
    faults = {}
    for name in change.needs:
        value = getattr(said, name)
        if not (value.strip() if isinstance(value, str) else value):
            faults[name] = [_("This has to be said for this decision.")]
    if faults:
        raise NotPossible(faults)
