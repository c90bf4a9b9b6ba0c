"""What can happen to a problem when: one table of steps, and what each step must rest on. No people, no saving."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cause_analysis.models import PrioritisationRound, Problem, State
from common.errors import NotPossible

# The life of a problem. It can come back from the watch afterwards, and is then described and prioritised anew.
NEXT: dict[State, set[State]] = {
    State.IDENTIFIED: {State.DESCRIBED},
    State.DESCRIBED: {State.PRIORITISED, State.DORMANT},
    State.PRIORITISED: {State.ANALYSED, State.DORMANT},
    State.DORMANT: {State.DESCRIBED},
    State.ANALYSED: {State.GOALS_SET, State.DORMANT},
    State.GOALS_SET: {State.MEASURES_DECIDED},
    State.MEASURES_DECIDED: {State.UNDER_WAY},
    State.UNDER_WAY: {State.FOLLOWED_UP},
    State.FOLLOWED_UP: {State.UNDER_WAY, State.CLOSED},
    State.CLOSED: {State.AFTER_WATCH},
    State.AFTER_WATCH: {State.DESCRIBED},
}


@dataclass(frozen=True)
class Gate:
    """What a step rests on: facts the room that takes it passes on, and whether somebody must say why."""

    # The name of each fact, and what is missing when it is none.
    facts: Mapping[str, str | Promise]
    needs_reason: bool = False


GATES: dict[State, Gate] = {
    State.IDENTIFIED: Gate({}),
    State.DESCRIBED: Gate({"answers": gettext_lazy("Describe the problem first: every question of the definition.")}),
    State.PRIORITISED: Gate({"decision": gettext_lazy("A group decides which problems come first, with its reason.")}),
    State.DORMANT: Gate({}, needs_reason=True),
    State.ANALYSED: Gate({"analysis": gettext_lazy("A group adopts the cause analysis first.")}),
    State.GOALS_SET: Gate({"goals": gettext_lazy("Set at least one goal first.")}),
    State.MEASURES_DECIDED: Gate(
        {
            "measures": gettext_lazy("Decide at least one measure first."),
            "chosen_causes": gettext_lazy("Choose a cause with evidence to act on first."),
        }
    ),
    State.UNDER_WAY: Gate({"started": gettext_lazy("A measure has to be started first.")}),
    State.FOLLOWED_UP: Gate({"follow_up": gettext_lazy("Follow the measures up first.")}),
    State.CLOSED: Gate(
        {
            "evaluation": gettext_lazy("Evaluate what was done first."),
            "outcome": gettext_lazy("Say how the problem ended."),
        }
    ),
    State.AFTER_WATCH: Gate({"watch_until": gettext_lazy("Say until when the problem is watched.")}),
}
# Coming back to an earlier state is a decision of its own, which says why.
BACK = {(State.AFTER_WATCH, State.DESCRIBED), (State.DORMANT, State.DESCRIBED), (State.FOLLOWED_UP, State.UNDER_WAY)}


# Steps that this room's own pages take; the others are taken by the action whose facts they rest on.
BY_HAND = {State.DESCRIBED, State.DORMANT}


def check_move(problem: Problem, to: State, *, facts: Mapping[str, object], reason: str = "") -> None:
    """Whether the problem can take the step now, on these facts; says everything that is missing at once."""
    at = State(problem.state)
    if to not in NEXT[at]:
        raise NotPossible(
            _("A problem that is “%(from)s” cannot become “%(to)s”.") % {"from": at.label, "to": to.label}
        )
    missing = [str(sentence) for name, sentence in facts_asked(at, to).items() if not facts.get(name)]
    if asks_why(at, to) and not reason.strip():
        missing.append(_("Say why."))
    if missing:
        raise NotPossible(missing)


def facts_asked(at: State, to: State) -> Mapping[str, str | Promise]:
    """What the step rests on, and the sentence for each that is missing. Coming back rests on its reason alone."""
    return {} if (at, to) in BACK else GATES[to].facts


def asks_why(at: State, to: State) -> bool:
    """Whether somebody must say why."""
    return (at, to) in BACK or GATES[to].needs_reason


# --- Which problems come first ----------------------------------------------------------------------------------------

Round = PrioritisationRound.Status
ROUND_NEXT: dict[PrioritisationRound.Status, set[PrioritisationRound.Status]] = {
    Round.SCORING: {Round.SHOWN},
    Round.SHOWN: {Round.DECIDED},
    Round.DECIDED: set(),
}


def check_round_move(round_: PrioritisationRound, to: PrioritisationRound.Status) -> None:
    """A round is scored in silence, shown to all at once, and decided; it never goes back."""
    if to not in ROUND_NEXT[Round(round_.status)]:
        raise NotPossible(
            _("The round is already “%(status)s”. Somebody else may have been here before you.")
            % {"status": round_.get_status_display()}
        )


# --- Whether a problem is one that can be worked on -------------------------------------------------------------------

# Fewer events than this have no pattern to find a cause in.
FEWEST_EVENTS = 10
# More kinds of events or more places than this hardly have one cause together.
MOST_CATEGORIES = 3
MOST_PLACES = 5
# Those are counted that together hold this share of the events: a few strays make no problem broad.
SHARE_THAT_COUNTS = 0.8


class Size(StrEnum):
    """Whether the selection is one problem."""

    FITS = "fits"
    TOO_SMALL = "too_small"
    TOO_BROAD = "too_broad"


def how_many_hold(counts: Iterable[int], share: float = SHARE_THAT_COUNTS) -> int:
    """How many of the largest counts it takes to hold this share of them all."""
    ordered = sorted(counts, reverse=True)
    needed, held = share * sum(ordered), 0
    for number, count in enumerate(ordered, start=1):
        held += count
        if held >= needed:
            return number
    return 0


def size_of(total: int, *, categories: Iterable[int], places: Iterable[int]) -> Size:
    """Whether so many events, of so many kinds and at so many places, are a problem to find the causes of."""
    if total < FEWEST_EVENTS:
        return Size.TOO_SMALL
    if how_many_hold(categories) > MOST_CATEGORIES or how_many_hold(places) > MOST_PLACES:
        return Size.TOO_BROAD
    return Size.FITS
