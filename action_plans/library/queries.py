"""The cards a collaboration can choose among: those the platform ships with, and its own."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from action_plans.library.cards import OWN_KEY, Card, of_row, shipped
from action_plans.models import Measure, MethodCard
from partners.models import Collaboration


def own_cards(collaboration: Collaboration | int) -> list[Card]:
    """What the collaboration has written itself and nobody has taken away, by title."""
    rows = MethodCard.objects.kept().filter(collaboration=collaboration).order_by("title", "number")
    return [of_row(row) for row in rows]


def all_cards(collaboration: Collaboration | int) -> list[Card]:
    """Every card, the strongest evidence first."""
    return sorted([*shipped(), *own_cards(collaboration)], key=lambda card: (-card.strength, card.title.casefold()))


def card_named(collaboration: Collaboration | int, key: str) -> Card | None:
    """The card a measure's method names; also one of the own that has been taken away since."""
    if found := OWN_KEY.fullmatch(key):
        row = MethodCard.objects.filter(collaboration=collaboration, number=int(found[1])).first()
        return of_row(row) if row is not None else None
    return next((card for card in shipped() if card.key == key), None)


def choices(collaboration: Collaboration | int) -> list[tuple[str, str]]:
    """The keys and titles a measure's form offers, by title."""
    return sorted(((card.key, card.title) for card in all_cards(collaboration)), key=lambda pair: pair[1].casefold())


def start_of(card: Card) -> dict[str, str]:
    """What a measure of the method begins with, beside its name."""
    return {"method": card.key, "technique": card.technique, "mechanism": card.heads.get("mechanism", "")}


def matching(
    cards: Iterable[Card],
    *,
    side: str = "",
    controller: str = "",
    technique: str = "",
    strength: int | None = None,
    words: str = "",
) -> list[Card]:
    """Those that are for such a cause, by the technique, at least as strong, and hold all the words."""
    wanted = words.casefold().split()
    return [
        card
        for card in cards
        if (not side or side in card.sides)
        and (not controller or controller in card.controllers)
        and (not technique or card.technique == technique)
        and (strength is None or card.strength >= strength)
        and all(word in text_of(card) for word in wanted)
    ]


def text_of(card: Card) -> str:
    """All the words of a card, to search in."""
    return " ".join(
        [card.title, card.what, *card.heads.values(), *card.words, *(one.title for one in card.sources)]
    ).casefold()


def measures_of(user: Any, collaboration: Collaboration, key: str) -> Sequence[Measure]:
    """The measures of the method that the user reads, the newest first."""
    rows = Measure.objects.visible_to(user).kept().filter(collaboration=collaboration, method=key)
    return rows.select_related("plan__area", "collaboration").order_by("-created_at", "-pk")
