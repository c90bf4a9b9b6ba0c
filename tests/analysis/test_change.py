import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import stats

from analysis.change import adjust_for_many, compare_counts, trend_test

PUBLISHED = Path(__file__).parents[1] / "data" / "published" / "counts_and_trends"
counts = st.integers(0, 300)
days = st.integers(1, 400)


@pytest.fixture(scope="module")
def published():
    return json.loads((PUBLISHED / "counts_expected.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("case", "before", "after", "days_before", "days_after"),
    [
        ("poisson_test_doc_2", 21, 11, 3011, 800),
        ("two_rates_58_vs_31_per_12_months", 31, 58, 12, 12),
        ("two_counts_12_vs_5", 5, 12, 1, 1),
    ],
)
def test_published_poisson_tests(published, case, before, after, days_before, days_after):
    change = compare_counts(before, after, days_before=days_before, days_after=days_after)
    assert change.p_value == pytest.approx(published[case]["p"], rel=1e-9)
    assert [change.ratio_lower, change.ratio_upper] == pytest.approx(published[case]["ci"], rel=1e-9)
    assert change.ratio == pytest.approx(published[case]["estimate"], rel=1e-9)


@given(before=counts, after=counts, days_before=days, days_after=days)
def test_agrees_with_one_exact_test_at_a_time(before, after, days_before, days_after):
    change = compare_counts(before, after, days_before=days_before, days_after=days_after)
    if before + after == 0:
        assert change.p_value == 1
        return
    test = stats.binomtest(after, before + after, days_after / (days_before + days_after))
    assert change.p_value == pytest.approx(test.pvalue, rel=1e-6, abs=1e-12)
    interval = test.proportion_ci(0.95, method="exact")
    assert change.ratio_lower == pytest.approx(interval.low / (1 - interval.low) * days_before / days_after)
    if before:
        assert change.ratio_upper == pytest.approx(interval.high / (1 - interval.high) * days_before / days_after)


@given(before=counts, after=counts, days_before=days, days_after=days)
def test_turning_time_round_turns_the_ratio_round(before, after, days_before, days_after):
    assume(before and after)
    there = compare_counts(before, after, days_before=days_before, days_after=days_after)
    back = compare_counts(after, before, days_before=days_after, days_after=days_before)
    assert there.ratio == pytest.approx(1 / back.ratio)
    assert there.ratio_lower == pytest.approx(1 / back.ratio_upper)
    assert there.ratio_upper == pytest.approx(1 / back.ratio_lower)
    assert there.p_value == pytest.approx(back.p_value, abs=1e-9)
    assert there.z == pytest.approx(-back.z * np.sqrt(days_after / days_before), abs=1e-9)
    assert there.ratio_lower <= there.ratio <= there.ratio_upper


@given(st.lists(st.tuples(counts, counts), min_size=1, max_size=8), days, days)
def test_many_at_once_is_one_at_a_time(pairs, days_before, days_after):
    before, after = np.array(pairs, dtype=float).T
    together = compare_counts(before, after, days_before=days_before, days_after=days_after)
    for place, (then, now) in enumerate(pairs):
        alone = compare_counts(then, now, days_before=days_before, days_after=days_after)
        for name, value in vars(alone).items():
            np.testing.assert_allclose(getattr(together, name)[place], value, err_msg=name)


@given(before=counts, after=counts, days_before=days, days_after=days)
def test_nothing_is_ever_infinite(before, after, days_before, days_after):
    change = compare_counts(before, after, days_before=days_before, days_after=days_after)
    assert not np.isinf(list(vars(change).values())).any()
    assert np.isnan(change.ratio) == (before == 0)
    assert np.isnan(change.ratio_upper) == (before == 0)
    assert np.isnan(change.ratio_lower) == (before == after == 0)
    assert 0 <= change.p_value <= 1


@pytest.mark.parametrize(("before", "after", "z"), [(16, 25, 2), (25, 64, 6), (25, 16, -2), (9, 9, 0)])
def test_poisson_z(before, after, z):
    assert compare_counts(before, after, days_before=28, days_after=28).z == pytest.approx(z)


def test_the_difference_is_measured_over_the_days_after():
    change = compare_counts(30, 50, days_before=30, days_after=45)
    assert (change.expected, change.difference) == (45, 5)
    assert change.ratio == pytest.approx(50 / 45)


def test_a_missing_count_gives_no_answer_and_a_wrong_one_is_refused():
    change = compare_counts([np.nan, 4, 4], [4, np.nan, 4], days_before=7, days_after=7)
    for values in vars(change).values():
        assert np.isnan(values).tolist() == [True, True, False]
    with pytest.raises(ValueError, match="zero"):
        compare_counts(-1, 3, days_before=7, days_after=7)
    with pytest.raises(ValueError, match="days"):
        compare_counts(1, 3, days_before=0, days_after=7)


def test_the_interval_holds_the_true_ratio_as_often_as_promised():
    rng = np.random.default_rng(1)
    before, after = rng.poisson(20, 5000), rng.poisson(30, 5000)
    change = compare_counts(before, after, days_before=10, days_after=10)
    assert 0.95 <= ((change.ratio_lower <= 1.5) & (change.ratio_upper >= 1.5)).mean() <= 0.985
    level = compare_counts(before, rng.poisson(20, 5000), days_before=10, days_after=10)
    assert 0.02 <= (level.p_value < 0.05).mean() <= 0.05


@given(st.lists(st.floats(0, 1), max_size=12))
def test_adjusting_agrees_with_the_textbook(p_values):
    adjusted = adjust_for_many([*p_values, np.nan])
    assert np.isnan(adjusted[-1])
    for place, p_value in enumerate(p_values):
        at_least = [
            other * len(p_values) / (1 + sum(p < other for p in p_values) + sum(p == other for p in p_values) - 1)
            for other in p_values
            if other >= p_value
        ]
        assert adjusted[place] == pytest.approx(min([1.0, *at_least]))


def test_published_trend_of_the_nile(published):
    expected = published["mann_kendall_nile"]
    nile = pd.read_csv(PUBLISHED / "nile.csv")["flow"]
    trend = trend_test(nile)
    assert trend.s == expected["S"]
    assert trend.variance == pytest.approx(expected["var"])
    assert trend.z == pytest.approx(expected["z"])
    assert trend.p_value == pytest.approx(expected["p"])
    assert trend.slope == pytest.approx(expected["sen_slope"])
    assert trend.tau == pytest.approx(expected["kendall_tau"])


@given(st.lists(st.one_of(st.integers(0, 9), st.none()), max_size=15))
def test_trend_agrees_with_counting_pairs(values):
    trend = trend_test(np.array(values, dtype=float))
    there = [(when, value) for when, value in enumerate(values) if value is not None]
    pairs = [(one, other) for place, one in enumerate(there) for other in there[place + 1 :]]
    assert trend.s == sum((b > a) - (b < a) for (_, a), (_, b) in pairs)
    assert trend.values == len(there)
    if pairs:
        assert trend.slope == pytest.approx(np.median([(b - a) / (j - i) for (i, a), (j, b) in pairs]))
    back = trend_test(np.array(values[::-1], dtype=float))
    assert (back.s, back.p_value) == (-trend.s, pytest.approx(trend.p_value))
    assert 0 <= trend.p_value <= 1
