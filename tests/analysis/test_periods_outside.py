"""Whether a year left its range more often than chance: counted by hand, and against drawn years."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.periods_outside import SHARE_OUTSIDE, periods_needed, periods_outside

LOW, HIGH = 10, 30


@given(st.lists(st.one_of(st.none(), st.integers(0, 60)), min_size=1, max_size=60))
def test_counts_are_those_of_counting_by_hand(observed):
    result = periods_outside(observed, [LOW] * len(observed), [HIGH] * len(observed))
    assert result.above == sum(value is not None and value > HIGH for value in observed)
    assert result.below == sum(value is not None and value < LOW for value in observed)
    assert result.known == sum(value is not None for value in observed)


@given(st.lists(st.integers(0, 60), min_size=9, max_size=60))
def test_turning_the_scale_round_turns_the_verdict_round(observed):
    there = periods_outside(observed, [LOW] * len(observed), [HIGH] * len(observed))
    back = periods_outside([-value for value in observed], [-HIGH] * len(observed), [-LOW] * len(observed))
    assert back.verdict == {"more": "fewer", "fewer": "more"}.get(there.verdict, there.verdict)


@pytest.mark.parametrize(("known", "needed"), [(3, 2), (12, 3), (52, 6)])
def test_page_about_the_method_says_how_many_are_needed(known, needed):
    assert periods_needed(known) == needed


@pytest.mark.parametrize("known", [3, 12, 52])
def test_chance_alone_says_something_in_less_than_one_of_two_hundred(known):
    drawn = np.random.default_rng(20261124).binomial(known, SHARE_OUTSIDE, size=40_000)
    assert (drawn >= periods_needed(known)).mean() < 0.005
    assert (drawn >= periods_needed(known) - 1).mean() > 0.005


def test_what_is_not_known_is_neither_inside_nor_outside():
    half = [None] * 6 + [60] * 6
    assert periods_outside(half, [LOW] * 12, [HIGH] * 12).verdict == "too_few_to_say"
    assert periods_outside([60] * 12, [None] * 12, [HIGH] * 12).verdict == "too_few_to_say"
    assert periods_outside([], [], []).verdict == "too_few_to_say"
    assert periods_outside([60] * 12, [LOW] * 12, [HIGH] * 12).verdict == "more"
