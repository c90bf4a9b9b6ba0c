"""What can happen to a citizen promise when, and what deciding and publishing it rest on. No people, no saving."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.utils.translation import gettext as _

from action_plans.models import Promise, PromiseItem, PromiseState
from common.errors import NotPossible

_S = PromiseState
PROMISE_NEXT: dict[PromiseState, set[PromiseState]] = {
    _S.DRAFT: {_S.DECIDED},
    # Published again after a change, it is followed up if it was before.
    _S.DECIDED: {_S.DRAFT, _S.PUBLISHED, _S.FOLLOWED_UP},
    # What is changed after publishing is the draft of the next version; what is taken away is still decided.
    _S.PUBLISHED: {_S.DRAFT, _S.DECIDED, _S.FOLLOWED_UP},
    _S.FOLLOWED_UP: {_S.DRAFT, _S.KEPT, _S.PARTLY_KEPT, _S.NOT_KEPT},
    _S.KEPT: set(),
    _S.PARTLY_KEPT: set(),
    _S.NOT_KEPT: set(),
}
ENDED = {_S.KEPT, _S.PARTLY_KEPT, _S.NOT_KEPT}
FOLLOWED = {_S.PUBLISHED, _S.FOLLOWED_UP}


def check_promise_move(promise: Promise, to: PromiseState) -> None:
    """Whether the promise can take the step now."""
    at = PromiseState(promise.state)
    if to not in PROMISE_NEXT[at]:
        raise NotPossible(
            _("A promise that is “%(from)s” cannot become “%(to)s”. Somebody else may have been here before you.")
            % {"from": at.label, "to": to.label}
        )


def check_written(promise: Promise) -> None:
    """What was decided is not written in; it is made a draft again first."""
    if promise.state != PromiseState.DRAFT:
        raise NotPossible(_("The promise is decided. Make it a draft again to change it; it is then decided anew."))


def lacks_to_decide(promise: Promise, items: Sequence[PromiseItem]) -> list[str]:
    """Everything the promise lacks before it can be decided, each in a sentence."""
    lacks = []
    if not promise.problem_sv.strip():
        lacks.append(_("Describe the problem in Swedish, for those who live there."))
    if not items:
        lacks.append(_("Write at least one undertaking."))
    return lacks


def lacks_to_publish(promise: Promise, items: Sequence[PromiseItem]) -> list[str]:
    """Everything the promise lacks before residents can read it, each in a sentence."""
    lacks = lacks_to_decide(promise, items)
    if promise.state == PromiseState.DRAFT:
        lacks.insert(0, _("A promise is decided before it is published."))
    if not promise.title_en.strip():
        lacks.append(_("Write in English what is promised."))
    if not promise.problem_en.strip():
        lacks.append(_("Describe the problem in English too."))
    if any(not item.text_en.strip() for item in items):
        lacks.append(_("Write every undertaking in English too."))
    if any(bool(item.amount_sv.strip()) != bool(item.amount_en.strip()) for item in items):
        lacks.append(_("Say how often or how much in both languages."))
    if promise.follow_up_on is None and promise.state not in ENDED:
        lacks.append(_("Say on which day it is followed up next."))
    return lacks


def check_nothing_lacks(lacks: Iterable[str]) -> None:
    """Refuse with everything that is missing, all said at once."""
    if found := list(lacks):
        raise NotPossible(found)
