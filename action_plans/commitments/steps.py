"""The steps on a commitment's page: whose each is, with which form, and what it does. One table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from action_plans.commitments import actions, forms
from action_plans.models import Commitment, CommitmentState, Measure
from action_plans.permissions import check_may_answer, check_may_ask, check_may_report
from action_plans.rules import STILL_WRITTEN
from common.errors import NotAllowed

State = CommitmentState


@dataclass(frozen=True)
class Step:
    """One step: its button, who may take it, in which states, and how."""

    label: str | Promise
    check: Callable[[Any, Commitment], None]
    states: frozenset[State]
    take: Callable[[Any, Commitment, dict[str, Any]], Any]
    done: str | Promise
    form: type[forms.StepForm] = forms.StepForm
    help: str | Promise = ""
    # The step that is waited for, or one that turns something back.
    is_main: bool = False
    # What has been said already waits for nobody: then it may still be said otherwise.
    is_said: Callable[[Commitment], bool] = lambda one: False

    def is_open(self, user: Any, commitment: Commitment) -> bool:
        """Whether the user may take it now."""
        if commitment.state not in self.states:
            return False
        try:
            self.check(user, commitment)
        except NotAllowed:
            return False
        return True


def _seen(said: dict[str, Any]) -> dict[str, Any]:
    return {"row_version": said["row_version"]}


def _say(said: dict[str, Any]) -> dict[str, Any]:
    return {"is_confirmed": said["is_confirmed"]}


STEPS: dict[str, Step] = {
    "ask": Step(
        _("Send the request"),
        check_may_ask,
        frozenset({State.DRAFT}),
        lambda by, one, said: actions.ask(by=by, commitment=one),
        _("The request is sent."),
        is_main=True,
    ),
    "accept": Step(
        _("Accept"),
        check_may_answer,
        frozenset({State.ASKED}),
        lambda by, one, said: actions.accept(
            by=by, commitment=one, responsible=said["responsible"], is_mine=said["is_mine"], **_seen(said)
        ),
        _("It is promised. You find it under “My work” until it is done."),
        forms.AcceptForm,
        is_main=True,
    ),
    "counter": Step(
        _("Offer something else"),
        check_may_answer,
        frozenset({State.ASKED}),
        lambda by, one, said: actions.counter_offer(
            by=by, commitment=one, offer=said["reason"], due_on=said["due_on"], **_seen(said), **_say(said)
        ),
        _("Your offer is sent. Whoever asked takes it, asks anew or withdraws."),
        forms.OfferForm,
        _("Another part of it, or another day."),
    ),
    "decline": Step(
        _("Decline"),
        check_may_answer,
        frozenset({State.ASKED}),
        lambda by, one, said: actions.decline(
            by=by, commitment=one, reason=said["reason"], **_seen(said), **_say(said)
        ),
        _("Your no is sent, with its reason."),
        forms.DeclineForm,
        _("It stands with its reason, or is taken up at a meeting."),
    ),
    "take_offer": Step(
        _("Take the offer"),
        check_may_ask,
        frozenset({State.COUNTER_OFFERED}),
        lambda by, one, said: actions.take_offer(by=by, commitment=one, **_seen(said)),
        _("The offer is taken: it is what is promised now."),
        is_main=True,
    ),
    "kept": Step(
        _("It is done"),
        check_may_report,
        frozenset({State.ACCEPTED, State.NOT_KEPT}),
        lambda by, one, said: actions.report(by=by, commitment=one, is_kept=True),
        _("Reported as kept. Whoever asked says how they see it."),
        is_main=True,
        is_said=lambda one: one.owner_says_kept is not None,
    ),
    "not_kept": Step(
        _("It is not going to be done"),
        check_may_report,
        frozenset({State.ACCEPTED, State.KEPT}),
        lambda by, one, said: actions.report(by=by, commitment=one, is_kept=False, text=said["reason"], **_say(said)),
        _("Reported as not kept, with the reason."),
        forms.NotKeptForm,
    ),
    "agree": Step(
        _("We see it the same way"),
        check_may_ask,
        frozenset({State.KEPT, State.NOT_KEPT}),
        lambda by, one, said: actions.confirm(by=by, commitment=one, is_kept=one.state == State.KEPT, **_seen(said)),
        _("Confirmed."),
        is_main=True,
        is_said=lambda one: one.asker_says_kept is not None,
    ),
    "differ": Step(
        _("We see it otherwise"),
        check_may_ask,
        frozenset({State.KEPT, State.NOT_KEPT}),
        lambda by, one, said: actions.confirm(
            by=by, commitment=one, is_kept=one.state != State.KEPT, text=said["reason"], **_seen(said), **_say(said)
        ),
        _("Both views stand."),
        forms.DifferForm,
    ),
    "change": Step(
        _("Change what is asked"),
        check_may_ask,
        frozenset({State.DRAFT, State.ASKED, State.COUNTER_OFFERED, State.DECLINED}),
        lambda by, one, said: actions.change_request(
            by=by,
            commitment=one,
            row_version=said["row_version"],
            text=said["text"],
            due_on=said["due_on"],
            **_say(said),
        ),
        _("Changed. What was answered no longer holds and is asked anew."),
        forms.ChangeForm,
        _("What was answered no longer holds then, and it is asked anew."),
    ),
    "hand_over": Step(
        _("Hand it over"),
        check_may_answer,
        frozenset({State.ASKED, State.COUNTER_OFFERED, State.ACCEPTED}),
        lambda by, one, said: actions.hand_over(by=by, commitment=one, responsible=said["responsible"]),
        _("Handed over."),
        forms.HandOverForm,
    ),
    "withdraw": Step(
        _("Withdraw the request"),
        check_may_ask,
        frozenset({State.ASKED, State.COUNTER_OFFERED, State.DECLINED, State.ACCEPTED}),
        lambda by, one, said: actions.withdraw(by=by, commitment=one, reason=said["reason"], **_say(said)),
        _("Withdrawn. It stands in the ledger with its reason."),
        forms.WithdrawForm,
    ),
}
# Those whose form can be left empty: one press takes them.
AT_ONCE = ("ask", "accept", "take_offer", "kept", "agree")


def _is_of_earlier(commitment: Commitment) -> bool:
    """Whether the asker said otherwise of another report than the one that stands."""
    said, reported = commitment.confirmed_at, commitment.reported_at
    is_other = commitment.asker_says_kept != commitment.owner_says_kept
    return is_other and said is not None and reported is not None and said < reported


def _has_ended(measure: Measure | None) -> bool:
    return measure is not None and (measure.removed_at is not None or measure.state not in STILL_WRITTEN)


def open_steps(user: Any, commitment: Commitment) -> dict[str, Step]:
    """The steps the user may take now, by name."""
    found = {}
    for name, step in STEPS.items():
        if not step.is_open(user, commitment):
            continue
        # Nobody is asked for a part of what has ended.
        if name in {"ask", "change"} and _has_ended(commitment.measure):
            continue
        # What the asker has said already is not asked again.
        if name in {"agree", "differ"} and commitment.asker_says_kept is not None and not _is_of_earlier(commitment):
            agrees = commitment.asker_says_kept == commitment.owner_says_kept
            if agrees == (name == "agree"):
                continue
        found[name] = step
    return found
