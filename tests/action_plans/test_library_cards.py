"""The shipped cards: each says only what a source carries, in both languages, and every kind of cause is served."""

from __future__ import annotations

import dataclasses
import datetime as dt
from itertools import product

import pytest
from django.utils import timezone, translation

from action_plans.library.cards import (
    CARRIES,
    FIRST_DAY_READ,
    HEADS,
    LANGUAGES,
    Card,
    Source,
    faults_of,
    is_web_address,
    most_carried,
    raw_cards,
    shipped,
)
from action_plans.models import Effect, SourceKind, Strength
from cause_analysis.models import Controller, Side
from privacy import guard

RAW = raw_cards()
ALLOWED = {
    "key",
    "technique",
    "sides",
    "controllers",
    "effect",
    "strength",
    "words",
    "title",
    "what",
    "sources",
    *HEADS,
}


def key_of(one):
    return one["key"]


def test_there_are_at_least_twenty_and_no_key_twice():
    keys = [one["key"] for one in RAW]
    assert len(keys) >= 20
    assert len(set(keys)) == len(keys)
    assert all(0 < len(key) <= 60 and not key.startswith("own-") for key in keys)


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_wrong_with_any_of_them(language):
    with translation.override(language):
        assert {card.key: faults for card in shipped() if (faults := faults_of(card, timezone.localdate()))} == {}


@pytest.mark.parametrize("one", RAW, ids=key_of)
def test_every_card_has_a_source_somebody_has_read(one):
    assert one["sources"]
    for source in one["sources"]:
        assert is_web_address(source["url"])
        assert FIRST_DAY_READ < source["read_on"] <= timezone.localdate()
        assert all(source["read"][language].strip() for language in LANGUAGES)


@pytest.mark.parametrize("one", RAW, ids=key_of)
def test_every_text_stands_in_both_languages(one):
    assert set(one) <= ALLOWED
    texts = [one["title"], one["what"], *(one[head] for head in HEADS if head in one)]
    for text in texts:
        assert set(text) == set(LANGUAGES)
        assert all(words.strip() == words and words for words in text.values())
        assert text["sv"] != text["en"]


@pytest.mark.parametrize("one", RAW, ids=key_of)
def test_figures_are_the_same_in_both_languages(one):
    def figures(text):
        return sorted("".join(c for c in word if c.isdigit()) for word in text.split() if any(map(str.isdigit, word)))

    for head in HEADS:
        if head in one:
            swedish = figures(
                one[head]["sv"].replace("10 000", "10000").replace("112 000", "112000").replace("1 634", "1634")
            )
            assert swedish == figures(one[head]["en"])


@pytest.mark.parametrize("one", [one for one in RAW if one["effect"] == Effect.NOT_EVALUATED], ids=key_of)
def test_a_method_nobody_has_evaluated_says_so_and_has_no_strength(one):
    assert one["evidence"]["sv"].startswith("Ingen har utvärderat")
    assert one["evidence"]["en"].startswith("Nobody has evaluated")
    assert one["strength"] == Strength.NONE


@pytest.mark.parametrize("one", RAW, ids=key_of)
def test_what_goes_into_a_measure_passes_the_guard_of_every_partner(one):
    for head in ("title", "mechanism"):
        for text in one.get(head, {}).values():
            verdict = guard.verdict(text, allowed=frozenset(), strict=True)
            assert not verdict.strong
            assert not verdict.weak


def test_some_methods_nobody_has_evaluated_are_there():
    assert any(one["effect"] == Effect.NOT_EVALUATED for one in RAW)


@pytest.mark.parametrize(("side", "controller"), list(product(Side.values, Controller.values)))
def test_every_kind_of_cause_is_served_by_at_least_three(side, controller):
    assert sum(card.serves(side, controller) for card in shipped()) >= 3


def test_every_kind_of_source_is_known_to_carry_something():
    assert set(CARRIES) == set(SourceKind)
    assert most_carried([]) == Strength.NONE
    assert most_carried(["guide", "review"]) == Strength.STRONG


# --- What is refused --------------------------------------------------------------------------------------------------

TODAY = dt.date(2026, 11, 23)
SOUND = Card(
    key="x",
    title="X",
    what="Y",
    technique="SP07",
    sides=("place",),
    controllers=("none",),
    effect=Effect.PROMISING,
    strength=Strength.SOME,
    heads={"evidence": "Färre brott."},
    sources=(Source(SourceKind.TRIAL, "Ett försök", "https://example.org/a", TODAY),),
)
SOURCE = SOUND.sources[0]


def test_the_card_the_refusals_start_from_is_sound():
    assert faults_of(SOUND, TODAY) == {}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"sources": ()}, "effect"),
        ({"strength": Strength.STRONG}, "strength"),
        ({"strength": Strength.NONE}, "strength"),
        ({"effect": Effect.NOT_EVALUATED}, "strength"),
        ({"heads": {}}, "evidence"),
        ({"technique": "SP99"}, "technique"),
        ({"sides": ()}, "sides"),
        ({"sides": ("moon",)}, "sides"),
        ({"controllers": ()}, "controllers"),
        ({"sources": (dataclasses.replace(SOURCE, url="javascript:alert(1)"),)}, "sources"),
        ({"sources": (dataclasses.replace(SOURCE, read_on=TODAY + dt.timedelta(days=1)),)}, "sources"),
        ({"sources": (dataclasses.replace(SOURCE, read_on=dt.date(1912, 1, 1)),)}, "sources"),
        ({"sources": (dataclasses.replace(SOURCE, title=" "),)}, "sources"),
        ({"sources": (dataclasses.replace(SOURCE, kind=SourceKind.GUIDE),)}, "strength"),
    ],
)
def test_a_card_that_says_more_than_it_can_is_refused(changes, field):
    assert field in faults_of(dataclasses.replace(SOUND, **changes), TODAY)


@pytest.mark.parametrize(
    "url",
    ["", "example.org", "ftp://example.org", "https://", "https://a b", 'https://a"b', "https://[", "data:text/html,x"],
)
def test_what_cannot_be_followed_is_no_address(url):
    assert not is_web_address(url)
