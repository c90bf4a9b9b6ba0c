"""How unusual a count is: against sums by hand, and against the laws it must obey."""

from math import comb

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from analysis.unusual import chance_of_as_many

counts = st.integers(min_value=0, max_value=60)
periods = st.integers(min_value=1, max_value=30)


def by_hand(count, before, periods_before):
    """The binomial tail, term by term."""
    every, share = count + before, 1 / (1 + periods_before)
    return sum(comb(every, n) * share**n * (1 - share) ** (every - n) for n in range(count, every + 1))


@given(count=counts, before=counts, periods_before=periods)
def test_it_agrees_with_summing_by_hand(count, before, periods_before):
    found = chance_of_as_many(count, before, periods_before=periods_before)
    assert found == pytest.approx(by_hand(count, before, periods_before), rel=1e-9)


@pytest.mark.parametrize(
    ("count", "before", "chance"), [(1, 0, 0.077), (3, 0, 0.00046), (3, 12, 0.10), (3, 36, 0.59), (0, 5, 1.0)]
)
def test_the_table_of_the_methods_page(count, before, chance):
    assert chance_of_as_many(count, before, periods_before=12) == pytest.approx(chance, rel=0.05)


@given(count=st.integers(min_value=1, max_value=12), mean=st.floats(min_value=0.5, max_value=6))
def test_where_the_mean_is_well_known_it_is_the_tail_of_a_poisson_count(count, mean):
    periods_before = 1_000_000
    before = round(mean * periods_before)
    found = chance_of_as_many(count, before, periods_before=periods_before)
    assert found == pytest.approx(stats.poisson.sf(count - 1, before / periods_before), rel=1e-3)


@given(count=counts, before=counts, periods_before=periods)
def test_more_now_is_never_less_unusual_and_more_before_never_more(count, before, periods_before):
    here = chance_of_as_many(count, before, periods_before=periods_before)
    assert chance_of_as_many(count + 1, before, periods_before=periods_before) <= here + 1e-12
    assert chance_of_as_many(count, before + 1, periods_before=periods_before) >= here - 1e-12


def test_many_at_once_are_each_as_one_alone():
    many = chance_of_as_many([1, 3, 3], [0, 0, 12], periods_before=12)
    alone = [chance_of_as_many(a, b, periods_before=12) for a, b in ((1, 0), (3, 0), (3, 12))]
    assert np.allclose(many, alone)


@pytest.mark.parametrize(("count", "before", "periods_before"), [(-1, 0, 12), (1, -1, 12), (1, 1, 0)])
def test_what_cannot_be_counted_is_refused(count, before, periods_before):
    with pytest.raises(ValueError, match=r"must be|less than zero"):
        chance_of_as_many(count, before, periods_before=periods_before)
