"""How much a count scatters: against sums by hand, against events made in bursts, and against the laws it must obey."""

from math import comb

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from analysis.clustered import count_range, differing, differing_each, scatter_of_counts, scatter_of_mix

shares = st.floats(min_value=0.02, max_value=0.98)


@given(of=st.integers(1, 60), share=shares, data=st.data())
def test_without_extra_variance_it_is_the_binomial_added_up_by_hand(of, share, data):
    count = data.draw(st.integers(0, of))
    found = count_range(count, of=of, share=share, variance=0)
    chances = [comb(of, n) * share**n * (1 - share) ** (of - n) for n in range(of + 1)]
    assert found.at_least == pytest.approx(sum(chances[count:]), abs=1e-9)
    assert found.at_most == pytest.approx(sum(chances[: count + 1]), abs=1e-9)
    assert sum(chances[: found.lower]) < 0.025 + 1e-9
    assert sum(chances[found.upper + 1 :]) < 0.025 + 1e-9


@given(of=st.integers(2, 300), share=shares, times=st.floats(1.01, 20), data=st.data())
def test_it_has_the_mean_and_variance_asked_for_and_agrees_with_scipy(of, share, times, data):
    count = data.draw(st.integers(0, of))
    least = of * share * (1 - share)
    variance = min(times, 1 + 0.9 * (of - 1)) * least
    within = (variance / least - 1) / (of - 1)
    twin = stats.betabinom(of, share * (1 / within - 1), (1 - share) * (1 / within - 1))
    assert twin.mean() == pytest.approx(of * share)
    assert twin.var() == pytest.approx(variance)
    found = count_range(count, of=of, share=share, variance=variance)
    assert found.at_least == pytest.approx(twin.sf(count - 1), abs=1e-8)
    assert found.at_most == pytest.approx(twin.cdf(count), abs=1e-8)


@given(of=st.integers(5, 200), share=shares, less=st.floats(1, 4), more=st.floats(1, 4))
def test_more_variance_never_gives_a_narrower_range(of, share, less, more):
    least = of * share * (1 - share)
    narrow, wide = sorted([less, more])
    inner = count_range(0, of=of, share=share, variance=narrow * least)
    outer = count_range(0, of=of, share=share, variance=wide * least)
    assert outer.upper - outer.lower >= inner.upper - inner.lower - 1


@pytest.mark.parametrize(("count", "of", "share"), [(-1, 5, 0.5), (6, 5, 0.5), (1, 5, 0.0), (1, 5, 1.0)])
def test_what_cannot_be_a_count_is_refused(count, of, share):
    with pytest.raises(ValueError, match="between 0 and"):
        count_range(count, of=of, share=share, variance=1)


def test_events_that_come_one_by_one_mix_as_chance_has_it_and_fives_five_times_as_unevenly():
    rng = np.random.default_rng(1)
    alone, in_fives, effect = [], [], []
    for _ in range(100):
        inside, week = rng.random(600) < 0.3, rng.integers(0, 60, 600)
        alone.append(scatter_of_mix(rng.random(600) < 0.4, inside, week))
        effect.append(scatter_of_mix(rng.random(600) < np.where(inside, 0.7, 0.3), inside, week))
        burst = np.repeat(np.arange(120), 5)
        in_fives.append(
            scatter_of_mix((rng.random(120) < 0.4)[burst], (rng.random(120) < 0.3)[burst], np.arange(120)[burst])
        )
    assert np.mean(alone) == pytest.approx(1.1, abs=0.1)
    # What the window does is no scatter.
    assert np.mean(effect) == pytest.approx(1.1, abs=0.1)
    assert np.mean(in_fives) == pytest.approx(5, rel=0.1)


def test_counts_over_time_scatter_as_much_as_they_are_made_to():
    rng = np.random.default_rng(2)
    time = np.tile([20.0, 148.0], 100)
    inside = np.tile([True, False], 100)
    alone = [scatter_of_counts(rng.poisson(time / 20), time, inside) for _ in range(100)]
    threes = [scatter_of_counts(3 * rng.poisson(time / 20), time, inside) for _ in range(100)]
    assert np.mean(alone) == pytest.approx(1.1, abs=0.1)
    assert np.mean(threes) == pytest.approx(3, rel=0.1)


@given(rows=st.lists(st.tuples(st.booleans(), st.booleans(), st.integers(0, 5)), min_size=1, max_size=40))
def test_scatter_is_never_below_one_and_neither_names_nor_sides_matter(rows):
    is_chosen, inside, block = (np.array(column) for column in zip(*rows, strict=True))
    found = scatter_of_mix(is_chosen, inside, block)
    assert found >= 1
    assert scatter_of_mix(is_chosen, ~inside, 9 - block) == pytest.approx(found)
    assert scatter_of_mix(~is_chosen, inside, block) == pytest.approx(found)


def test_a_burst_that_makes_most_of_the_events_is_not_taken_for_what_is_usual():
    """Thirty of fifty in one night, all inside, beside four hundred others."""
    rng = np.random.default_rng(3)
    is_chosen = np.arange(450) < 50
    inside = np.r_[np.ones(30, bool), np.tile([True, False, False, False, False], 4), rng.random(400) < 0.2]
    block = np.r_[np.zeros(30, int), np.arange(1, 21), rng.integers(0, 100, 400)]
    assert scatter_of_mix(is_chosen, inside, block) > 10


def test_how_much_places_differ_is_found_again():
    rng = np.random.default_rng(2)
    for within in (0.0, 0.05, 0.2):
        totals = rng.integers(5, 60, 400)
        shares = np.full(400, 0.3) if within == 0 else rng.beta(0.3 * (1 / within - 1), 0.7 * (1 / within - 1), 400)
        assert differing(rng.binomial(totals, shares), totals) == pytest.approx(within, abs=0.03)


@given(st.lists(st.tuples(st.integers(0, 20), st.integers(0, 20)), min_size=1, max_size=12))
def test_it_is_the_same_for_what_is_inside_and_outside_and_for_one_kind_or_many(pairs):
    inside, outside = np.array(pairs, dtype=float).T
    totals = inside + outside
    found = differing(inside, totals)
    assert 0 <= found < 1
    assert differing(outside, totals) == pytest.approx(found, abs=1e-9)
    assert differing_each(np.column_stack([inside, outside]), totals) == pytest.approx([found, found], abs=1e-9)
