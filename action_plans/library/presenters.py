"""Cards as the pages, the slots and the API show them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.text import capfirst

from action_plans.library.cards import HEADS, Card
from action_plans.looks import state_tag
from action_plans.measures.techniques import TECHNIQUES
from action_plans.models import Effect, Measure, Strength
from cause_analysis.models import Cause, Controller, Side
from partners.models import Collaboration

EFFECT_TONES = {
    Effect.REDUCES: ("success", "check"),
    Effect.PROMISING: ("info", "half"),
    Effect.MIXED: ("warning", "equal"),
    Effect.INDIRECT: ("info", "arrow-right"),
    Effect.NOT_SHOWN: ("neutral", "dash"),
    Effect.NOT_EVALUATED: ("neutral", "question"),
}
STRENGTH_SYMBOLS = {Strength.NONE: "question", Strength.WEAK: "ring", Strength.SOME: "half", Strength.STRONG: "dot"}


@dataclass(frozen=True)
class MethodHere:
    """A method as one collaboration has it: what rooms above tell of their own experience with it, by its key."""

    pk: str
    collaboration: Collaboration


def card_url(collaboration: Collaboration, card: Card) -> str:
    """The card's page."""
    return reverse("method", args=[collaboration.slug, card.key])


def effect_tag(card: Card) -> dict[str, str]:
    """What the sources say of its effect, as a tag."""
    tone, symbol = EFFECT_TONES[card.effect]
    return {"text": capfirst(str(card.effect.label)), "tone": tone, "symbol": symbol}


def strength_tag(card: Card) -> dict[str, str]:
    """How much the sources can carry, as a tag; nobody has evaluated it, the other tag says already."""
    if card.strength == Strength.NONE:
        return {}
    return {
        "text": capfirst(str(card.strength.label)),
        "tone": "neutral",
        "symbol": STRENGTH_SYMBOLS[card.strength],
    }


def card_row(collaboration: Collaboration, card: Card) -> dict[str, Any]:
    """A card in a list."""
    technique = TECHNIQUES.get(card.technique)
    return {
        "card": card,
        "url": card_url(collaboration, card),
        "effect": effect_tag(card),
        "strength": strength_tag(card),
        "sides": ", ".join(str(Side(side).label) for side in card.sides),
        "controllers": ", ".join(str(Controller(one).label) for one in card.controllers),
        "technique": f"{technique.code} {technique.name}" if technique else "",
        "is_own": card.own is not None,
        "here": MethodHere(card.key, collaboration),
    }


def card_rows(collaboration: Collaboration, cards: Iterable[Card]) -> list[dict[str, Any]]:
    """The cards of a list."""
    return [card_row(collaboration, card) for card in cards]


def head_rows(card: Card) -> list[dict[str, Any]]:
    """The five heads, also those no source says anything of."""
    return [{"key": key, "title": title, "text": card.heads.get(key, "")} for key, title in HEADS.items()]


def source_rows(card: Card) -> list[dict[str, Any]]:
    """The sources with the kind of each, and the day it was read."""
    return [
        {
            "title": one.title,
            "url": one.url,
            "kind": capfirst(str(one.kind.label)),
            "read": one.read,
            "read_on": date_format(one.read_on, "j F Y"),
        }
        for one in card.sources
    ]


def measure_rows(measures: Sequence[Measure]) -> list[dict[str, Any]]:
    """Our measures of the method: where each stands."""
    rows = []
    for measure in measures:
        tag = state_tag(measure.state)
        url = reverse("measure_detail", args=[measure.collaboration.slug, measure.pk])
        rows.append(
            {
                "title": measure.title,
                "plan": measure.plan.title,
                "area": measure.plan.area.name,
                "url": url,
                "tag": {**tag, "text": capfirst(tag["text"])},
            }
        )
    return rows


def start_url(collaboration: Collaboration, card: Card, cause: Cause | None = None) -> str:
    """Where a measure of the method is begun, about the cause where one is given."""
    asked = {"method": card.key} if cause is None else {"cause": str(cause.pk), "method": card.key}
    return f"{reverse('measure_new', args=[collaboration.slug])}?{urlencode(asked)}"
