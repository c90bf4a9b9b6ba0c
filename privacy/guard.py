"""The personal-data guard: says whether a free text points at a person, where, and by which rule.

The system holds events, places and organisations, never persons (DESIGN rule 3). Strong hits are refused; weak ones
have to be confirmed, or, where the caller asks for strictness, are refused as well when they point at a person. A hit
holds positions, never the text, so that logs and messages cannot repeat what was found.
What each rule finds and misses: docs/methods/personal-data-guard.md.
"""

from bisect import bisect_left, insort
from collections.abc import Callable, Iterable, Iterator, Set
from dataclasses import dataclass
from enum import StrEnum

import pandas as pd
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from privacy import names, numbers, words
from privacy.folding import fold
from privacy.prefilter import suspected


class Strength(StrEnum):
    """Strong hits are refused in forms; weak ones ask the writer to confirm and are sent to review."""

    STRONG = "strong"
    WEAK = "weak"


@dataclass(frozen=True, slots=True)
class Rule:
    """A kind of personal data: its id for logs, how sure it is, what the writer is told and can write instead.

    `points_at` is "person" or "home". A strict reading refuses what points at a person also where it is not sure; what
    points at a home is still only asked about, since a fault in a flat has to be reportable.
    """

    id: str
    strength: Strength
    sentence: str | Promise
    instead: tuple[str | Promise, ...] = ()
    points_at: str = "person"

    def strength_when(self, *, strict: bool) -> Strength:
        """How a hit counts in an ordinary and in a strict reading."""
        return Strength.STRONG if strict and self.points_at == "person" else self.strength


@dataclass(frozen=True, slots=True)
class Hit:
    """Where in a text a rule found something. Never what it found."""

    rule: str
    strength: Strength
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Verdict:
    """A text's hits, those that refuse it apart from those that somebody may confirm."""

    strong: list[Hit]
    weak: list[Hit]

    @property
    def is_clean(self) -> bool:
        return not self.strong and not self.weak


_A_PERSON = (_("a younger man"), _("a younger woman"), _("a person"))
_A_VEHICLE = (_("a car"), _("a moped"))
_AN_AGE = (_("in their teens"), _("an adult"))

_RULES = (
    Rule(
        "personal_identity_number",
        Strength.STRONG,
        _("This looks like a personal identity number. Write what happened, not who."),
        instead=(_("a person"),),
    ),
    Rule(
        "coordination_number",
        Strength.STRONG,
        _("This looks like a coordination number. Write what happened, not who."),
        instead=(_("a person"),),
    ),
    Rule(
        "registration_plate",
        Strength.STRONG,
        _("This looks like a registration plate. Write what kind of vehicle it was, such as “a dark estate car”."),
        instead=_A_VEHICLE,
    ),
    Rule(
        "police_case_number",
        Strength.STRONG,
        _("This looks like a police case number. Write “reported to the police” instead."),
        instead=(_("reported to the police"),),
    ),
    Rule(
        "phone",
        Strength.STRONG,
        _("This looks like a phone number. Leave it out; your organisation keeps its contacts elsewhere."),
    ),
    Rule(
        "email",
        Strength.STRONG,
        _("This looks like an e-mail address. Write which organisation or function it was."),
    ),
    Rule(
        "possible_identity_number",
        Strength.WEAK,
        _("This may be a personal identity number. Leave it out if it points at a person."),
        instead=(_("a person"),),
    ),
    Rule(
        "birth_date",
        Strength.WEAK,
        _("This may be somebody’s date of birth. Write an approximate age, such as “in their teens”."),
        instead=_AN_AGE,
    ),
    Rule(
        "possible_plate",
        Strength.WEAK,
        _("This may be a registration plate. Write what kind of vehicle it was if so."),
        instead=_A_VEHICLE,
    ),
    Rule(
        "account",
        Strength.WEAK,
        _("This may be somebody’s account. Write “an account on social media”."),
        instead=(_("an account on social media"),),
    ),
    Rule(
        "apartment",
        Strength.WEAK,
        _("An apartment number can point at those who live there. Write the entrance or the building."),
        instead=(_("a flat"),),
        points_at="home",
    ),
    Rule(
        "door_code",
        Strength.WEAK,
        _("This may be a door code. Leave it out."),
        instead=(_("the door code"),),
        points_at="home",
    ),
    Rule(
        "full_name",
        Strength.WEAK,
        _("This may be a person’s name. Write “a younger man”, for example, and what he did."),
        instead=_A_PERSON,
    ),
    Rule(
        "introduced_name",
        Strength.WEAK,
        _("This may be what a person is called. Write “a younger man” or “a group of young people”."),
        instead=_A_PERSON,
    ),
    Rule(
        "single_name",
        Strength.WEAK,
        _("This may be a person’s name. Write the function, such as “the caretaker”."),
        instead=_A_PERSON,
    ),
    Rule(
        "ethnicity",
        Strength.WEAK,
        _("Do not write about ethnic origin. Describe what happened and, if needed, clothes."),
    ),
    Rule("religion", Strength.WEAK, _("Do not write about anybody’s religion. Describe what happened.")),
    Rule(
        "health",
        Strength.WEAK,
        _("Do not write about anybody’s health. Describe what you saw, such as “seemed to be under the influence”."),
    ),
    Rule(
        "sexual_orientation", Strength.WEAK, _("Do not write about anybody’s sexual orientation. Describe the event.")
    ),
    Rule(
        "known_offender",
        Strength.WEAK,
        _("Do not write that somebody is known or convicted. Such information goes to the police directly."),
    ),
    Rule(
        "family",
        Strength.WEAK,
        _("Family ties can point at a person. Write “a younger and an older person” instead."),
    ),
    Rule(
        "home",
        Strength.WEAK,
        _("Where somebody lives points at a person. Write where the event happened."),
    ),
)
_BY_ID = {rule.id: rule for rule in _RULES}
_ORDER = {rule.id: order for order, rule in enumerate(_RULES)}


def rules() -> tuple[Rule, ...]:
    """Every rule the guard knows, strong ones first."""
    return _RULES


def sentence_for(rule: str) -> str | Promise:
    """What to tell the writer about a hit: what it looks like and what to write instead."""
    return _BY_ID[rule].sentence


def is_strong(rule: str) -> bool:
    """Whether the rule is sure by itself, also where a strict reading refuses more."""
    return _BY_ID[rule].strength is Strength.STRONG


def suggestions_for(rule: str) -> list[str]:
    """What can be written in place of a hit, in the user's language. Striking the words out is always possible too."""
    return [str(words) for words in _BY_ID[rule].instead]


def find_personal_data(text: str, *, allowed: Set[str] = frozenset(), strict: bool = False) -> list[Hit]:
    """The hits in a text, in order and without overlaps; where two overlap, the stronger and then the longer stays.

    `allowed` holds casefolded words and phrases (up to four words) that are never taken for names: the
    collaboration's streets and places. `strict` makes every hit on a person strong: for those who may not keep data
    on a person at all (GDPR article 10).
    """
    return _read(text, _FINDERS, allowed, strict)


def find_without_names(text: str, *, strict: bool = False) -> list[Hit]:
    """The hits of the rules that need no list of names: what the browser says before it has asked the server."""
    return _read(text, [group for group in _FINDERS if group != "names"], frozenset(), strict)


def verdict(text: str, *, allowed: Set[str] = frozenset(), strict: bool = False) -> Verdict:
    """A text's hits parted by strength, for the form that refuses the one and asks about the other."""
    hits = find_personal_data(text, allowed=allowed, strict=strict)
    return Verdict(
        strong=[hit for hit in hits if hit.strength is Strength.STRONG],
        weak=[hit for hit in hits if hit.strength is Strength.WEAK],
    )


def scan_column(texts: pd.Series, *, allowed: Set[str] = frozenset(), strict: bool = False) -> pd.DataFrame:
    """One row for each hit in a column of texts (index: the text's own; columns `rule`, `strength`), in text order.

    Missing texts have no hits. Says of each text exactly what `find_personal_data` says, only faster.
    """
    known: dict[str, list[Hit]] = {}
    positions: list[int] = []
    hits: list[Hit] = []
    suspicions = suspected(texts)
    suspects = suspicions.any(axis="columns").to_numpy().nonzero()[0]
    groups = suspicions.columns
    for position, text, suspicion in zip(
        suspects.tolist(), texts.iloc[suspects], suspicions.to_numpy()[suspects], strict=True
    ):
        written = str(text)
        if written not in known:
            known[written] = _read(written, groups[suspicion], allowed, strict)
        for hit in known[written]:
            positions.append(position)
            hits.append(hit)
    return pd.DataFrame(
        {"rule": [hit.rule for hit in hits], "strength": [hit.strength.value for hit in hits]},
        index=texts.index.take(positions),
        dtype="str",
    )


_Finder = Callable[[str, Set[str]], Iterator[tuple[str, int, int]]]


def _blind_to_places(finder: Callable[[str], Iterator[tuple[str, int, int]]]) -> _Finder:
    return lambda text, allowed: finder(text)


# The same groups as in `prefilter.patterns()`.
_FINDERS: dict[str, _Finder] = {
    "identity_numbers": _blind_to_places(numbers.identity_numbers),
    "birth_dates": _blind_to_places(numbers.birth_dates),
    "plates": _blind_to_places(numbers.plates),
    "police_cases": _blind_to_places(numbers.police_cases),
    "phones": _blind_to_places(numbers.phones),
    "addresses": _blind_to_places(numbers.addresses),
    "apartments": _blind_to_places(words.apartments),
    "descriptions": _blind_to_places(words.descriptions),
    "names": names.names,
}


# Numbers that go on after a line break are read as if they stood on one line.
_OVER_LINES = {"identity_numbers", "plates", "police_cases", "phones"}


def _read(text: str, groups: Iterable[str], allowed: Set[str], strict: bool) -> list[Hit]:
    """The hits in a text by the finders of the groups named."""
    folded = fold(text)
    one_line = folded.text.replace("\n", " ")
    return _without_overlaps(
        {
            Hit(rule, _BY_ID[rule].strength_when(strict=strict), *folded.span(start, end))
            for group in groups
            for rule, start, end in _FINDERS[group](one_line if group in _OVER_LINES else folded.text, allowed)
        }
    )


def _without_overlaps(hits: Set[Hit]) -> list[Hit]:
    def rank(hit: Hit) -> tuple[bool, int, int, int]:
        return hit.strength is Strength.WEAK, hit.start - hit.end, hit.start, _ORDER[hit.rule]

    kept: list[tuple[int, int]] = []
    chosen: dict[int, Hit] = {}
    for hit in sorted(hits, key=rank):
        place = bisect_left(kept, (hit.start, hit.end))
        overlaps_next = place < len(kept) and kept[place][0] < hit.end
        overlaps_previous = place > 0 and kept[place - 1][1] > hit.start
        if not overlaps_next and not overlaps_previous:
            insort(kept, (hit.start, hit.end))
            chosen[hit.start] = hit
    return [chosen[start] for start, _end in kept]
