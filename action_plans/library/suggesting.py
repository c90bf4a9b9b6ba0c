"""Which cards of the library usually affect a cause of a kind."""

from __future__ import annotations

import re

from action_plans.library.cards import Card
from action_plans.library.queries import all_cards
from action_plans.models import Effect
from cause_analysis.models import Cause

MOST = 5
_ORDER = {effect: place for place, effect in enumerate(Effect)}


def cards_for(cause: Cause, *, most: int = MOST) -> list[Card]:
    """The cards for the side and the control a cause is about.

    First those whose matter the cause names, then by how strong the evidence is and what it says.
    """
    served = [card for card in all_cards(cause.collaboration_id) if card.serves(cause.side, cause.controller)]
    named = {card.key: times_named(card, cause.text) for card in served}
    served.sort(key=lambda card: (-named[card.key], _is_in_doubt(card), -card.strength, _ORDER[card.effect]))
    return served[:most]


def times_named(card: Card, text: str) -> int:
    """How many of the card's words a text holds, each at the beginning of a word."""
    said = text.casefold()
    return sum(re.search(rf"\b{re.escape(word)}", said) is not None for word in card.words)


def _is_in_doubt(card: Card) -> bool:
    """Whether the evidence does not say that it helps: such a card comes after the others."""
    return card.effect in {Effect.NOT_SHOWN, Effect.NOT_EVALUATED}
