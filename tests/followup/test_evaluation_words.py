"""What an evaluation's stored figures say in words and in the picture: no database is asked."""

from __future__ import annotations

from typing import Any

import pytest

from followup.evaluations import charts
from followup.evaluations.numbers import Telling
from situational_picture.selecting import CIRCLE

OUTSIDE = "outside"


def figures(**values: Any) -> dict[str, Any]:
    """Those of a decrease from 100 to 60 where 110 were to be expected, with a ring."""

    def zone(before: int, after: int) -> dict[str, Any]:
        change = {"estimate": after / before, "ci_low": 0.5, "ci_high": 0.9}
        return {"before": {"count": before, "days": 365}, "after": {"count": after, "days": 365}, "change": change}

    return {
        "design": "compared",
        "indicator": "skadegörelse",
        "treated": ["Torget"],
        "area": "Västra",
        "compared": [{"key": "area-1", "name": "Östra"}],
        "ring_m": 200,
        "measures": [{"title": "Lampor"}],
        "counts": {"treated": zone(100, 60), "ring": zone(50, 45), "compared": zone(200, 220)},
        "results": {
            "change": {"estimate": 0.55, "ci_low": 0.4, "ci_high": 0.75},
            "observed_after": 60,
            "expected_after": 110,
            "ring": {"estimate": 0.82, "ci_low": 0.55, "ci_high": 1.2},
        },
        "headline": {"verdict": "decreased", "rules": [], "reasons": [], "needs": []},
        **values,
    }


@pytest.mark.parametrize(
    ("ring", "count", "begins"),
    [
        ({"estimate": 0.82, "ci_low": 0.55, "ci_high": 1.2}, 50, "Inget tyder på det."),
        ({"estimate": 1.6, "ci_low": 1.2, "ci_high": 2.1}, 50, "Kanske."),
        ({"estimate": 1.6, "ci_low": 1.2, "ci_high": 2.1}, 9, "Går inte att säga"),
        (None, 50, "Går inte att säga"),
    ],
)
def test_whether_the_problem_moved_is_told_from_the_ring(ring, count, begins):
    told = figures()
    told["results"]["ring"] = ring
    told["counts"]["ring"]["before"]["count"] = count
    assert Telling(told, CIRCLE).moved().startswith(begins)


def test_without_a_ring_it_says_that_none_was_counted_and_others_read_nothing_of_small_counts():
    told = figures()
    del told["counts"]["ring"]
    assert "ingen ring" in Telling(told, CIRCLE).moved()
    small = figures()
    assert Telling(small, OUTSIDE).moved()
    small["counts"]["ring"]["after"]["count"] = 4
    assert Telling(small, CIRCLE).moved()
    assert Telling(small, OUTSIDE).moved() == ""
    # What changed at the place rests on no count of the ring.
    assert "45 procent färre" in Telling(small, OUTSIDE).change_words()
    small["counts"]["compared"]["after"]["count"] = 4
    assert Telling(small, OUTSIDE).change_words() == ""


@pytest.mark.parametrize("is_planned", [True, False])
def test_a_cost_that_was_only_planned_says_so(is_planned):
    words = Telling(figures(cost={"sek": 100_000, "is_planned": is_planned}), CIRCLE).cost_sentence()
    assert "2 000 kronor" in words.replace("\xa0", " ")
    assert ("planerad" in words) is is_planned


def test_what_was_warned_of_when_it_was_planned_is_said_when_it_is_read():
    told = figures(warnings=[{"code": "peak", "count": 100, "expected": 70.0, "by_itself": 0.3}])
    (circle,) = [one for one in Telling(told, CIRCLE).cautions() if "av sig självt" in one]
    (others,) = [one for one in Telling(told, OUTSIDE).cautions() if "av sig självt" in one]
    assert "70" in circle
    assert not any(digit in others for digit in "0123456789")
    assert not any("av sig självt" in one for one in Telling(figures(), CIRCLE).cautions())


def test_that_nobody_kept_track_of_who_reported_is_a_caution_and_known_shares_stand_under_the_picture():
    rule = {"code": "same_reporting", "holds": True, "points": None, "numbers": {"before": 0.96, "after": 0.9}}
    known = figures(headline={"verdict": "decreased", "rules": [rule], "reasons": [], "needs": []})
    assert "96" in Telling(known, CIRCLE).reporting()
    assert not any("lika många rapporterade" in one for one in Telling(known, CIRCLE).cautions())
    assert any("lika många rapporterade" in one for one in Telling(figures(), CIRCLE).cautions())


def test_where_nothing_can_be_told_and_counts_are_enough_it_says_that_more_would_not_help():
    told = figures(headline={"verdict": "not_assessable", "rules": [], "reasons": ["ratio"], "needs": []})
    assert [one for one in Telling(told, CIRCLE).needed() if "skulle inte räcka" in one]


def _month(month: str, first: str, days: int, part: str, treated: int | None, level: float | None) -> dict[str, Any]:
    expected = level if part == "after" else None
    return {
        "month": month, "first": first, "days": days, "part": part, "treated": treated, "level": level,
        "expected": expected, "is_missing": treated is None, "covered": None,
    }  # fmt: skip


def test_the_picture_adds_up_a_split_month_and_leaves_half_a_month_empty():
    months = [
        _month("2024-01-01", "2024-01-16", 16, "before", 3, 2.0),
        _month("2024-02-01", "2024-02-01", 15, "before", 4, 3.0),
        _month("2024-02-01", "2024-02-16", 14, "between", 5, 4.0),
        _month("2024-03-01", "2024-03-01", 31, "after", 6, 8.0),
        _month("2024-04-01", "2024-04-01", 10, "after", 1, 2.0),
    ]
    days = {"before": ["2024-01-16", "2024-02-15"], "after": ["2024-03-01", "2024-04-10"]}
    drawn = charts.picture({"months": months, "days": days}, [])
    assert drawn is not None
    happened, expected, compared = drawn["data"]
    assert happened["y"] == [None, 9, 6, None]
    # What was to be expected goes on from where the comparison ends.
    assert expected["y"] == [None, 7, 8, None]
    assert compared["y"] == [None, 7, None, None]
    assert [one["text"] for one in drawn["layout"]["annotations"]] == ["<b>Före</b>", "<b>Efter</b>"]
