"""The guard's figures: what it finds in planted texts and refuses among ordinary sentences, and what the page says."""

from __future__ import annotations

from pathlib import Path

import pytest

from privacy.guard import find_personal_data, rules, verdict
from tests.privacy import figures, ordinary, planted

PAGE = Path(__file__).parents[2] / "docs/methods/personal-data-guard.md"


def test_what_is_planted_is_refused_in_at_least_95_percent_of_the_texts():
    found = figures.recall()
    assert sum(texts for _found, texts in found.values()) >= 60
    for kind, (right, texts) in found.items():
        assert texts >= 10, kind
        assert right / texts >= 0.95, (kind, right, texts)


@pytest.mark.parametrize("seed", range(5))
def test_nothing_planted_gets_through_with_other_numbers_either(seed):
    """By whatever rule: a mobile number that is a valid identity number as well may be refused as one."""
    through = [text for _kind, text in planted.planted_reports(seed=seed) if not verdict(text).strong]
    assert len(through) <= 2, through


def test_ordinary_sentences_are_hardly_ever_refused():
    counts = figures.questioned()
    assert counts["sentences"] == 500
    assert counts["refused"] / 500 <= 0.02
    assert counts["asked about"] / 500 <= 0.05
    assert counts["refused in a strict reading"] / 500 <= 0.02
    assert counts["refused without the list of streets and places"] / 500 <= 0.02


def test_the_ordinary_sentences_are_many_and_different():
    sentences = ordinary.ordinary_sentences()
    assert len(set(sentences)) == 500
    assert len(ordinary.SENTENCES) >= 100
    for sign in ("lgh", "v. 34", "E22", "BMW", "kr", "kl"):
        assert any(sign.casefold() in sentence.casefold() for sentence in sentences), sign


def test_the_method_page_shows_these_figures():
    """After a change of the rules: `python -m tests.privacy.figures`, and the table on the page anew."""
    assert figures.table() in PAGE.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "text",
    [
        "Rullstolsrampen är trasig",
        "Klotter på demensboendet",
        "Syrianska föreningen hade öppet hus",
        "Krossad ruta hos en turkisk restaurang",
        "Syrisk-ortodoxa kyrkan, nedskräpning",
        "Den muslimska friskolan stängde tidigare",
    ],
)
def test_a_place_or_an_association_is_no_description_of_a_person(text):
    assert find_personal_data(text, strict=True) == []


@pytest.mark.parametrize("text", ["Hon sitter i rullstol", "En dement man", "Gänget var somalier", "två turkar"])
def test_a_description_of_a_person_still_is_one(text):
    assert verdict(text).weak
    assert verdict(text, strict=True).strong


def test_a_strict_reading_refuses_what_points_at_a_person_and_asks_about_a_home():
    assert verdict("Han heter Kevin", strict=True).strong
    assert verdict("Han heter Kevin").weak
    assert verdict("Vattenskada i lgh 1203", strict=True).strong == []
    assert verdict("Vattenskada i lgh 1203", strict=True).weak
    for rule in rules():
        assert (rule.strength_when(strict=True) == "strong") == (rule.points_at == "person")
