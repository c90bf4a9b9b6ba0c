"""What can become of a cause and of an analysis, and on what it must rest. No people, no saving."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cause_analysis.models import Cause, CauseAnalysis, CauseState, EventChainLink, Evidence, Prediction, State
from common.errors import NotPossible

# States in which a problem's causes are not looked for yet; later ones begin a new version of what was found.
BEFORE_ANALYSIS = {State.IDENTIFIED, State.DESCRIBED, State.DORMANT}

# What is known about a cause, step by step. Back to hypothesis somebody says why, or its evidence has fallen away.
NEXT: dict[CauseState, set[CauseState]] = {
    CauseState.HYPOTHESIS: {CauseState.SUPPORTED, CauseState.CONTRADICTED, CauseState.DISMISSED},
    CauseState.SUPPORTED: {
        CauseState.CONFIRMED, CauseState.CONTRADICTED, CauseState.DISMISSED, CauseState.HYPOTHESIS,
    },
    CauseState.CONTRADICTED: {CauseState.SUPPORTED, CauseState.DISMISSED, CauseState.HYPOTHESIS},
    CauseState.CONFIRMED: {CauseState.SUPPORTED, CauseState.CONTRADICTED, CauseState.HYPOTHESIS},
    CauseState.DISMISSED: {CauseState.HYPOTHESIS},
}  # fmt: skip


@dataclass(frozen=True)
class Rest:
    """What a state rests on: evidence of a direction, or a reason in words."""

    direction: Evidence.Direction | None = None
    needs_reason: bool = False
    sentence: str | Promise = ""


RESTS: dict[CauseState, Rest] = {
    CauseState.HYPOTHESIS: Rest(needs_reason=True),
    CauseState.SUPPORTED: Rest(
        Evidence.Direction.FOR, sentence=gettext_lazy("Add evidence for the cause first: an assumption is not enough.")
    ),
    CauseState.CONTRADICTED: Rest(
        Evidence.Direction.AGAINST,
        sentence=gettext_lazy("Add evidence against the cause first: an assumption is not enough."),
    ),
    CauseState.CONFIRMED: Rest(
        Evidence.Direction.FOR,
        sentence=gettext_lazy("A confirmed cause needs evidence for it: an assumption is not enough."),
    ),
    CauseState.DISMISSED: Rest(needs_reason=True),
}


@dataclass(frozen=True)
class Weight:
    """How many pieces of evidence speak for and against; what has the strength 0 is an assumption and not counted."""

    speak_for: int = 0
    speak_against: int = 0

    def of(self, direction: Evidence.Direction) -> int:
        return self.speak_for if direction is Evidence.Direction.FOR else self.speak_against


def check_state(cause: Cause, to: CauseState, weight: Weight, *, reason: str = "") -> None:
    """Whether what is known about the cause can become `to`, on this evidence."""
    at = CauseState(cause.state)
    if to not in NEXT[at]:
        raise NotPossible(
            _("A cause that is “%(from)s” cannot become “%(to)s” at once.") % {"from": at.label, "to": to.label}
        )
    rest = RESTS[to]
    if rest.direction is not None and not weight.of(rest.direction):
        raise NotPossible(str(rest.sentence))
    if rest.needs_reason and not reason.strip():
        raise NotPossible({"reason": _("Say why.")})


def state_without(state: CauseState, weight: Weight) -> CauseState:
    """The state a cause has on the evidence that is left: a hypothesis again, when what it rested on is gone."""
    direction = RESTS[state].direction
    return state if direction is None or weight.of(direction) else CauseState.HYPOTHESIS


def check_may_be_chosen(cause: Cause, weight: Weight) -> None:
    """A group acts on what there is evidence for."""
    if cause.is_chosen:
        raise NotPossible(_("The cause is already chosen."))
    if cause.state == CauseState.DISMISSED:
        raise NotPossible(_("The cause is dismissed. Take it up again before you choose to act on it."))
    if not weight.speak_for:
        raise NotPossible(_("Choose only causes with evidence for them: an assumption is not enough."))


def check_is_running(analysis: CauseAnalysis) -> None:
    """An adopted analysis never changes."""
    if analysis.is_adopted:
        raise NotPossible(_("An adopted analysis never changes. Begin a new version to work on."), code="adopted")


def check_is_kept(row: Cause | Evidence | EventChainLink) -> None:
    """What somebody has taken away is not written in."""
    if row.removed_at is not None:
        raise NotPossible(_("Somebody has taken this away meanwhile. It is kept in the history."), code="removed")


def check_may_stand_under(parents: Mapping[int, int | None], cause: int, under: int | None) -> None:
    """A cause stands under the problem or another cause, never under itself or what stands under it."""
    if under is not None and under not in parents:
        raise NotPossible(_("The cause it should stand under has been taken away."))
    at = under
    while at is not None:
        if at == cause:
            raise NotPossible(_("A cause cannot stand under itself, or under what stands under it."))
        at = parents.get(at)


METHOD = ("why_chosen", "sources", "selection_limits", "significance")


def check_may_be_adopted(analysis: CauseAnalysis, causes: Iterable[Cause]) -> None:
    """Before a group adopts it, an analysis has causes and says how it was made; everything missing is said at once."""
    check_is_running(analysis)
    missing = []
    if analysis.problem.state in BEFORE_ANALYSIS:
        missing.append(
            _("The problem is “%(state)s”. A group puts it first before its analysis is adopted.")
            % {"state": analysis.problem.get_state_display()}
        )
    if not list(causes):
        missing.append(_("Write at least one cause first."))
    unanswered = [
        str(analysis._meta.get_field(name).verbose_name)  # type: ignore[union-attr]
        for name in METHOD
        if not getattr(analysis, name).strip()
    ]
    if unanswered:
        missing.append(_("Answer under method and limits first: %(questions)s.") % {"questions": "; ".join(unanswered)})
    if missing:
        raise NotPossible(missing)


def check_is_no_test(evidence: Evidence) -> None:
    """What a prediction has shown goes away with the prediction, and comes back with the next test otherwise."""
    if evidence.kind == Evidence.Kind.PREDICTION_TEST and Prediction.objects.kept().filter(evidence=evidence).exists():
        raise NotPossible(_("This is what a prediction has shown. Take the prediction away instead."))


def check_test_is_left(evidence: Evidence, *, direction: str, text: str) -> None:
    """People judge how much a test weighs; what it says follows the reports."""
    is_other = direction != evidence.direction or text != evidence.text
    if is_other and evidence.kind == Evidence.Kind.PREDICTION_TEST:
        raise NotPossible(_("What a test says follows the reports. You can change how strongly it weighs."))
