"""How sure a share is: against statsmodels, and the laws every interval obeys."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.proportion import proportion_confint

from analysis.shares import share_interval


@given(n=st.integers(1, 5000), data=st.data())
def test_without_a_design_it_is_wilsons_interval(n, data):
    successes = data.draw(st.integers(0, n))
    theirs = proportion_confint(successes, n, method="wilson")
    assert share_interval(successes, n) == pytest.approx(theirs, abs=1e-9)


@given(n=st.integers(2, 5000), effect=st.floats(1, 10), data=st.data())
def test_a_design_effect_is_a_smaller_sample(n, effect, data):
    successes = data.draw(st.integers(0, n))
    low, high = share_interval(successes, n, design_effect=effect)
    assert (low, high) == pytest.approx(proportion_confint(successes / effect, n / effect, method="wilson"), abs=1e-9)
    assert 0 <= low <= successes / n <= high <= 1
    plain = share_interval(successes, n)
    assert high - low >= plain[1] - plain[0] - 1e-12


@given(n=st.integers(1, 2000), data=st.data())
def test_who_did_not_say_so_is_the_same_interval_turned_round(n, data):
    successes = data.draw(st.integers(0, n))
    low, high = share_interval(successes, n)
    assert share_interval(n - successes, n) == pytest.approx((1 - high, 1 - low), abs=1e-12)


@pytest.mark.parametrize(
    ("successes", "n", "options"),
    [
        (1, 0, {}), (3, 2, {}), (-1, 2, {}), (1, 2, {"design_effect": 0}), (1, 2, {"confidence": 1}),
        (1, float("inf"), {}), (1, 2, {"design_effect": float("nan")}),
    ],
)  # fmt: skip
def test_what_is_no_share_is_refused(successes, n, options):
    with pytest.raises(ValueError, match=r"\w"):
        share_interval(successes, n, **options)
