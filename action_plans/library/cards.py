"""What a card of the measures library is, and the cards the platform ships with, in the reader's language."""

from __future__ import annotations

import datetime as dt
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.utils.functional import Promise
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from action_plans.measures.techniques import TECHNIQUES
from action_plans.models import Effect, MethodCard, SourceKind, Strength
from cause_analysis.models import Controller, Side

FILE = Path(__file__).with_name("cards.toml")
LANGUAGES = ("sv", "en")
# The heads under which a card tells what its sources say; EMMIE, with what is done before them.
HEADS: dict[str, str | Promise] = {
    "evidence": pgettext_lazy("head of a method card", "Does it work?"),
    "mechanism": pgettext_lazy("head of a method card", "How it works"),
    "moderators": pgettext_lazy("head of a method card", "When it works"),
    "implementation": pgettext_lazy("head of a method card", "What it takes"),
    "economy": pgettext_lazy("head of a method card", "What it costs"),
}
# The strongest that one source of each kind can make a card.
CARRIES = {
    SourceKind.REVIEW: Strength.STRONG,
    SourceKind.TRIAL: Strength.SOME,
    SourceKind.COMPARISON: Strength.SOME,
    SourceKind.GUIDE: Strength.WEAK,
    SourceKind.ACCOUNT: Strength.NONE,
}
FIRST_DAY_READ = dt.date(2000, 1, 1)


@dataclass(frozen=True)
class Source:
    kind: SourceKind
    title: str
    url: str
    read_on: dt.date
    # Which part of it was read.
    read: str = ""


@dataclass(frozen=True)
class Card:
    """One method. `own` is the row of a card the collaboration has written itself."""

    key: str
    title: str
    what: str
    technique: str
    sides: tuple[str, ...]
    controllers: tuple[str, ...]
    effect: Effect
    strength: Strength
    heads: Mapping[str, str]
    sources: tuple[Source, ...]
    words: tuple[str, ...] = ()
    own: MethodCard | None = None

    def serves(self, side: str, controller: str) -> bool:
        """Whether it is for causes of this kind."""
        return side in self.sides and controller in self.controllers


# --- The shipped ones -------------------------------------------------------------------------------------------------


@lru_cache(maxsize=1)
def raw_cards() -> tuple[dict[str, Any], ...]:
    """The cards as they stand in the file, in all its languages."""
    with FILE.open("rb") as file:
        return tuple(tomllib.load(file)["card"])


@lru_cache(maxsize=len(LANGUAGES))
def _shipped(language: str) -> tuple[Card, ...]:
    return tuple(
        Card(
            key=one["key"],
            title=one["title"][language],
            what=one["what"][language],
            technique=one["technique"],
            sides=tuple(one["sides"]),
            controllers=tuple(one["controllers"]),
            effect=Effect(one["effect"]),
            strength=Strength(one["strength"]),
            heads={head: one[head][language] for head in HEADS if head in one},
            sources=tuple(
                Source(
                    SourceKind(source["kind"]),
                    source["title"],
                    source["url"],
                    source["read_on"],
                    source["read"][language],
                )
                for source in one["sources"]
            ),
            words=tuple(one["words"]),
        )
        for one in raw_cards()
    )


def shipped() -> tuple[Card, ...]:
    """The cards the platform ships with, in the reader's language; in English where it has none of the reader's."""
    language = (get_language() or "sv").split("-")[0]
    return _shipped(language if language in LANGUAGES else "en")


# --- A collaboration's own --------------------------------------------------------------------------------------------

OWN_KEY = re.compile(r"own-([1-9][0-9]{0,8})")


def key_of(row: MethodCard) -> str:
    """What a measure keeps to say that it is of this method."""
    return f"own-{row.number}"


def of_row(row: MethodCard) -> Card:
    """A collaboration's own card in the same shape as the shipped ones."""
    heads = {head: getattr(row, head) for head in HEADS}
    return Card(
        key=key_of(row),
        title=row.title,
        what=row.what,
        technique=row.technique,
        sides=tuple(row.sides),
        controllers=tuple(row.controllers),
        effect=Effect(row.effect),
        strength=Strength(row.strength),
        heads={head: text for head, text in heads.items() if text},
        sources=tuple(
            Source(SourceKind(one["kind"]), one["title"], one["url"], dt.date.fromisoformat(one["read_on"]))
            for one in row.sources
        ),
        own=row,
    )


# --- What must hold of every card -------------------------------------------------------------------------------------


def most_carried(kinds: Iterable[str]) -> Strength:
    """The strongest evidence that sources of these kinds can make together."""
    return max((CARRIES[SourceKind(kind)] for kind in kinds), default=Strength.NONE)


def is_web_address(url: str) -> bool:
    """Whether it is an address on the web that can be followed as it stands."""
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(host) and not re.search(r"[\s<>\"'\\\x00-\x1f]", url)


def faults_of(card: Card, today: dt.date) -> dict[str, str | Promise]:
    """What is wrong with a card, by field: ratings nothing stands behind, unknown codes, days that cannot be."""
    faults: dict[str, str | Promise] = {}
    rated = card.effect != Effect.NOT_EVALUATED
    if rated and not card.sources:
        faults["effect"] = _("Name a source before you say what effect the method has.")
    elif rated and not card.heads.get("evidence"):
        faults["evidence"] = _("Say in words what the sources found.")
    if rated != (card.strength > 0):
        faults["strength"] = (
            _("Say how strong the evidence is.")
            if rated
            else _("A method nobody has evaluated has no evidence to be strong.")
        )
    elif card.strength > most_carried(one.kind for one in card.sources):
        faults["strength"] = _("The sources cannot carry so much. Strong evidence takes a review of many studies.")
    if card.technique and card.technique not in TECHNIQUES:
        faults["technique"] = _("Choose a technique from the list.")
    if not card.sides or set(card.sides) - set(Side.values):
        faults["sides"] = _("Choose at least one side of the problem.")
    if not card.controllers or set(card.controllers) - set(Controller.values):
        faults["controllers"] = _("Choose whose control it is about.")
    if any(not is_web_address(one.url) for one in card.sources):
        faults["sources"] = _("Write the source's whole address, beginning with https://")
    elif any(not FIRST_DAY_READ <= one.read_on <= today for one in card.sources):
        faults["sources"] = _("Write the day on which somebody read the source; it does not lie ahead.")
    elif any(not one.title.strip() for one in card.sources):
        faults["sources"] = _("Say what the source is called.")
    return faults
