import math

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from statsmodels.genmod.families import Poisson

from analysis.evaluation import estimated_dispersion, relative_effect

tables = st.integers(2, 4).flatmap(
    lambda columns: st.lists(st.tuples(*[st.integers(0, 60)] * columns), min_size=2, max_size=12)
)


def months(treated, control):
    return pd.DataFrame({"treated": treated, "control": control})


def made_up(rng, means, dispersion):
    """Counts around the means that vary so many times more than Poisson counts do."""
    if dispersion == 1:
        return rng.poisson(means)
    return rng.negative_binomial(np.asarray(means) / (dispersion - 1), 1 / dispersion)


@pytest.mark.parametrize("seed", range(5))
def test_it_is_the_chi_square_of_a_regression_with_months_and_columns_over_its_degrees_of_freedom(seed):
    rng = np.random.default_rng(seed)
    after = np.arange(20) >= 12
    counts = months(made_up(rng, np.full(20, 25.0), 4), made_up(rng, np.linspace(20, 60, 20), 4))
    long = counts.assign(month=range(20), after=after.astype(int)).melt(["month", "after"], var_name="place")
    long["treated"] = (long["place"] == "treated").astype(int)
    fitted = smf.glm("value ~ C(month) + treated + treated:after", long, family=Poisson()).fit()
    plain = fitted.pearson_chi2 / fitted.df_resid
    for confidence in (0.8, 0.95, 0.99):
        upper = (1 + confidence) / 2
        reach = stats.t.ppf(upper, fitted.df_resid) / stats.norm.ppf(upper)
        found = estimated_dispersion(counts, after=after, confidence=confidence)
        assert found == pytest.approx(plain * reach**2)


def test_what_months_share_and_what_the_measure_changed_are_no_variation():
    season = np.tile([10, 40, 90, 20], 6)
    after = np.arange(24) >= 12
    counts = months(np.where(after, season // 2, season), 3 * season)
    assert estimated_dispersion(counts, after=after) == 1
    # Without saying when the measure came, its effect is taken for variation.
    assert estimated_dispersion(counts, after=np.zeros(24, dtype=bool)) > 2


@given(rows=tables, cut=st.integers(0, 12), times=st.integers(2, 9))
def test_it_keeps_its_laws(rows, cut, times):
    counts, after = pd.DataFrame(rows), np.arange(len(rows)) >= cut
    one = estimated_dispersion(counts, after=after)
    assert 1 <= one < math.inf
    # Neither time's direction, nor the order of months and columns, nor months without events mean anything.
    assert estimated_dispersion(counts[::-1], after=~after[::-1]) == pytest.approx(one)
    assert estimated_dispersion(counts[counts.columns[::-1]], after=after) == pytest.approx(one)
    empty = pd.concat([counts, counts.iloc[:1] * 0])
    assert estimated_dispersion(empty, after=np.append(after, True)) == pytest.approx(one)
    if one > 1:
        assert estimated_dispersion(counts * times, after=after) == pytest.approx(one * times)


def test_of_nothing_there_is_no_variation():
    assert estimated_dispersion(months([], []), after=np.array([], dtype=bool)) == 1
    assert estimated_dispersion(months([0] * 6, [0] * 6), after=np.arange(6) > 2) == 1
    assert estimated_dispersion(months([5, 9], [70, 3]), after=np.array([False, True])) == 1


def test_what_cannot_be_judged_is_refused():
    counts, after = months([3, 4, 5, 6], [4, 4, 4, 4]), np.array([False, False, True, True])
    estimated_dispersion(counts, after=after)
    for bad in (-1, 0.5, math.nan, math.inf):
        with pytest.raises(ValueError, match="whole number"):
            estimated_dispersion(months([3, 4, 5, bad], [4, 4, 4, 4]), after=after)
    with pytest.raises(ValueError, match="beside a control"):
        estimated_dispersion(counts[["treated"]], after=after)
    for bad in (after[:3], [0, 0, 1, 1], [0.0, 0.0, 1.0, math.nan], True):
        with pytest.raises(ValueError, match="with true or false"):
            estimated_dispersion(counts, after=bad)
    for bad in (0, 1, 95, math.nan):
        with pytest.raises(ValueError, match="between 0 and 1"):
            estimated_dispersion(counts, after=after, confidence=bad)


# --- Simulations ------------------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("dispersion", [1.5, 3, 6])
def test_it_finds_the_dispersion_that_was_put_in(dispersion):
    rng = np.random.default_rng(21)
    season = 30 + 10 * np.sin(np.arange(48) * math.pi / 6)
    after = np.arange(48) >= 24
    found = [
        estimated_dispersion(
            months(made_up(rng, np.where(after, 0.7, 1) * season, dispersion), made_up(rng, 2 * season, dispersion)),
            after=after,
        )
        for _run in range(1_000)
    ]
    # It is raised by 5 % for its 46 degrees of freedom, and falls a little short where the counts vary much.
    assert np.mean(found) == pytest.approx(dispersion, rel=0.06)


@pytest.mark.slow
@pytest.mark.parametrize("dispersion", [1, 1.5, 3, 6])
@pytest.mark.parametrize(("treated", "control", "length"), [(20, 20, 24), (20, 60, 24), (40, 40, 12)])
def test_intervals_with_it_cover_the_truth_where_counts_vary_more(dispersion, treated, control, length):
    rng = np.random.default_rng(22)
    after = np.arange(2 * length) >= length
    season = 1 + 0.3 * np.sin(np.arange(2 * length) * math.pi / 6)
    means = np.column_stack([np.where(after, 0.7, 1) * treated * season, control * season])
    covered = plainly = 0
    for _run in range(2_000):
        counts = pd.DataFrame(made_up(rng, means, dispersion))
        before, later = counts[~after].sum(), counts[after].sum()
        found = estimated_dispersion(counts, after=after)
        result = relative_effect(before[0], later[0], before[1], later[1], dispersion=found)
        plain = relative_effect(before[0], later[0], before[1], later[1])
        covered += result.ci_low <= 1 / 0.7 <= result.ci_high
        plainly += plain.ci_low <= 1 / 0.7 <= plain.ci_high
    assert 0.93 <= covered / 2_000 <= 0.97
    assert (plainly / 2_000 >= 0.93) == (dispersion == 1)
