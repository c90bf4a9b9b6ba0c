import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from analysis.evaluation import likenesses, recent_peak

MONTHS = pd.period_range("2023-01", periods=24, freq="M")
BEFORE = pd.Series([False] * 12 + [True] * 12, index=MONTHS)


def series(*values):
    return pd.Series(np.resize(np.array(values), 24), index=MONTHS)


def likeness_of(treated, other, mix=(1, 1), other_mix=(1, 1), **more):
    (one,) = likenesses(
        treated,
        pd.DataFrame({"other": other}),
        in_before=BEFORE,
        treated_mix=pd.Series(mix),
        other_mixes=pd.DataFrame({"other": pd.Series(other_mix)}),
        **more,
    )
    return one


def test_the_same_is_wholly_alike():
    one = likeness_of(series(3, 4, 5), series(3, 4, 5))
    assert (one.level, one.trend, one.mix, one.likeness) == (1, 1, 1, 1)
    assert one.count == 48
    assert not one.trend_differs


def test_each_part_is_counted_by_hand():
    treated = pd.Series([2] * 12 + [4] * 12, index=MONTHS)
    other = pd.Series([6] * 12 + [6] * 12, index=MONTHS)
    one = likeness_of(treated, other, mix=(30, 10, 10), other_mix=(20, 20, 40))
    assert one.level == pytest.approx(72 / 48)
    # The treated one doubled, the other did not: (72.5/72.5) / (48.5/24.5).
    assert one.trend == pytest.approx(24.5 / 48.5)
    assert one.trend_differs
    # Shares 0.6, 0.2, 0.2 and 0.25, 0.25, 0.5: in common 0.25 + 0.2 + 0.2.
    assert one.mix == pytest.approx(0.65)
    level = 1 - np.log(1.5) / np.log(4)
    trend = 1 - np.log(48.5 / 24.5) / np.log(2)
    assert one.likeness == pytest.approx((level + trend + 0.65) / 3)


@pytest.mark.parametrize(("times", "score"), [(4, 0), (0.25, 0), (8, 0), (2, 0.5), (0.5, 0.5)])
def test_the_level_counts_the_same_upwards_and_downwards_and_never_below_nothing(times, score):
    treated = series(16)
    one = likeness_of(treated, treated * times)
    assert one.likeness == pytest.approx((score + _trend_score(one.trend) + 1) / 3)


def _trend_score(trend):
    return max(0, 1 - abs(np.log(trend)) / np.log(2))


def test_too_few_are_not_judged_and_come_last():
    treated = series(4)
    found = likenesses(
        treated,
        pd.DataFrame({"few": series(0), "far": treated * 9, "near": treated + 1}),
        in_before=BEFORE,
        treated_mix=pd.Series({"a": 3}),
        other_mixes=pd.DataFrame({key: pd.Series({"a": 3}) for key in ("few", "far", "near")}),
    )
    assert [one.key for one in found] == ["near", "far", "few"]
    assert [one.is_too_few for one in found] == [False, False, True]
    assert all(one.is_too_few for one in [likeness_of(series(0), treated)])


def test_kinds_that_only_one_of_them_has_are_nothing_in_common():
    assert likeness_of(series(5), series(5), mix=(1, 0), other_mix=(0, 1)).mix == 0
    assert likeness_of(series(5), series(5), mix=(0, 0), other_mix=(0, 1)).mix == 0


@given(
    st.lists(st.integers(1, 60), min_size=24, max_size=24),
    st.lists(st.integers(1, 60), min_size=24, max_size=24),
    st.lists(st.integers(0, 9), min_size=3, max_size=3),
    st.lists(st.integers(0, 9), min_size=3, max_size=3),
)
def test_likeness_goes_both_ways_and_lies_between_nothing_and_one(own, theirs, mix, other_mix):
    one, other = pd.Series(own, index=MONTHS), pd.Series(theirs, index=MONTHS)
    there, back = likeness_of(one, other, mix, other_mix), likeness_of(other, one, other_mix, mix)
    assert 0 <= there.likeness <= 1
    assert there.likeness == pytest.approx(back.likeness)
    assert there.trend == pytest.approx(1 / back.trend)
    assert there.trend_differs == back.trend_differs


def test_trends_that_are_the_same_are_told_apart_one_time_in_twenty():
    rng = np.random.default_rng(20)
    own, theirs = rng.poisson(4, (2, 24, 2000))
    differ = [
        likeness_of(pd.Series(own[:, i], index=MONTHS), pd.Series(theirs[:, i], index=MONTHS)).trend_differs
        for i in range(400)
    ]
    assert 0.02 < np.mean(differ) < 0.085


def test_series_of_other_months_are_refused():
    with pytest.raises(ValueError, match="months"):
        likenesses(
            series(1), pd.DataFrame({"a": [1, 2]}), in_before=BEFORE, treated_mix=pd.Series([1]),
            other_mixes=pd.DataFrame({"a": [1]}),
        )  # fmt: skip


# --- Chosen at its worst ----------------------------------------------------------------------------------------------


def test_a_year_far_above_the_two_before_is_a_peak():
    peak = recent_peak(60, 365, 70, 730)
    assert peak.expected == 35
    assert peak.is_peak
    assert peak.by_itself == pytest.approx(25 / 60)
    # Jeffreys' prior for the rate, then one more year: a gamma mixture of Poisson counts.
    assert peak.upper == stats.nbinom(70.5, 730 / 1095).ppf(0.95)


def test_a_usual_year_is_none_and_nothing_would_fall_by_itself():
    usual = recent_peak(36, 365, 70, 730)
    assert not usual.is_peak
    low = recent_peak(20, 365, 70, 730)
    assert (low.is_peak, low.by_itself) == (False, 0)
    assert recent_peak(0, 365, 0, 365).by_itself == 0


def test_without_as_long_a_history_nobody_can_say():
    assert recent_peak(60, 365, 10, 300) is None
    assert recent_peak(60, 365, 10, 365) is not None
    for wrong in ((-1, 365, 1, 365), (1, 0, 1, 365), (1, 365, -1, 365)):
        with pytest.raises(ValueError, match="Counts"):
            recent_peak(*wrong)


@pytest.mark.parametrize("rate", [4, 20, 100])
def test_an_unchanged_place_is_called_a_peak_at_most_one_time_in_twenty(rate):
    rng = np.random.default_rng(7)
    draws = rng.poisson([rate, 2 * rate], (3000, 2))
    called = np.mean([recent_peak(int(now), 365, int(then), 730).is_peak for now, then in draws])
    assert 0.015 < called < 0.06
