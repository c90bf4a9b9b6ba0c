import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from analysis.change import count_interval
from analysis.evaluation import detectable_reduction, weighted_displacement_difference

counts = st.integers(0, 2000)
powers = st.sampled_from([0.5, 0.6, 0.7, 0.8, 0.9, 0.95])
ALWAYS = 2.0


def needed(*counts, **how):
    """The share, and more than everything where nothing is enough."""
    share = detectable_reduction(*counts, **how)
    return ALWAYS if share is None else share


@pytest.mark.parametrize(("before", "percent"), [(10, None), (20, 79), (40, 58), (80, 42), (150, 31), (300, 23)])
def test_the_table_of_what_the_weighted_displacement_difference_can_show(before, percent):
    share = detectable_reduction(before, before)
    assert share == (None if percent is None else percent / 100)


def test_the_sentence_of_a_goal_with_forty_events():
    assert detectable_reduction(40, 40, power=0.5) == 0.58
    assert detectable_reduction(40, 40, power=0.8) == 0.79


def test_beyond_an_even_chance_it_is_told_finer_and_is_never_less():
    assert detectable_reduction(300, 300, power=0.8) == 0.311
    # Among very many events the whole percent of an even chance is more than eight times in ten need.
    assert detectable_reduction(10**6, 10**6, power=0.8) == detectable_reduction(10**6, 10**6) == 0.01


@given(treated=st.integers(1, 2000), control=counts)
def test_half_of_the_times_is_the_first_whole_percent_beyond_the_limit(treated, control):
    """By hand, one percent after the other."""
    enough = None
    for percent in range(1, 101):
        fewer = treated * (percent / 100)
        if fewer - stats.norm.ppf(0.975) * math.sqrt(2 * treated + 2 * control - fewer) >= 0:
            enough = percent / 100
            break
    assert detectable_reduction(treated, control) == enough


@given(treated=counts, control=counts, power=powers)
def test_more_events_never_need_a_larger_reduction(treated, control, power):
    assert needed(treated + 50, control, power=power) <= needed(treated, control, power=power)
    assert needed(treated, control + 50, power=power) >= needed(treated, control, power=power)


@given(treated=counts, control=counts)
def test_being_surer_never_needs_a_smaller_reduction(treated, control):
    shares = [needed(treated, control, power=power) for power in (0.2, 0.5, 0.8, 0.95)]
    assert shares == sorted(shares)
    shares = [needed(treated, control, confidence=confidence) for confidence in (0.8, 0.9, 0.95, 0.99)]
    assert shares == sorted(shares)


@given(treated=counts, control=counts, power=powers)
def test_it_is_a_share_in_whole_percents_or_beyond_an_even_chance_in_tenths_or_nothing(treated, control, power):
    share = detectable_reduction(treated, control, power=power)
    parts = 1000 if power > 0.5 else 100
    assert share is None or (0 < share <= 1 and round(share * parts) / parts == share)


def test_without_events_nothing_can_be_shown():
    assert detectable_reduction(0, 0) is None
    assert detectable_reduction(0, 100) is None


@pytest.mark.parametrize(
    ("counts", "how"),
    [((-1, 3), {}), ((3, -1), {}), ((math.nan, 3), {}), ((math.inf, 3), {}), ((3, math.inf), {}), ((1e308, 1e308), {}),
     ((10**400, 3), {}), ((3, 3), {"power": 0}), ((3, 3), {"power": 1}), ((3, 3), {"power": math.nan}),
     ((3, 3), {"confidence": 1}), ((3, 3), {"confidence": 0}), ((3, 3), {"confidence": math.nextafter(1, 0)})],
)  # fmt: skip
def test_what_is_no_count_and_no_share_is_refused(counts, how):
    with pytest.raises(ValueError, match=r"between 0 and 1|less than zero|reckoned with"):
        detectable_reduction(*counts, **how)


def test_counts_of_every_size_and_sort_of_number_are_counted_alike():
    assert detectable_reduction(1e300, 1e300) == 0.01
    assert detectable_reduction(5e-324, 5e-324) is None
    for sort in (int, float, np.int8, np.uint8, np.int64, np.float32):
        assert detectable_reduction(sort(100), sort(100)) == 0.38


def shown(treated, control, share, rng, runs=100_000):
    """How often a reduction by the share is shown, counted over made-up comparisons."""
    before, after = rng.poisson(treated, runs), rng.poisson(treated * (1 - share), runs)
    there, later = rng.poisson(control, runs), rng.poisson(control, runs)
    difference = (before - after) - (there - later)
    return (difference > 1.959964 * np.sqrt(before + after + there + later)).mean()


@pytest.mark.slow
@pytest.mark.parametrize("power", [0.5, 0.8, 0.9])
@pytest.mark.parametrize(("treated", "control"), [(40, 40), (80, 80), (150, 150), (300, 300), (100, 30), (60, 90)])
def test_made_up_comparisons_are_shown_as_often_as_it_says(treated, control, power):
    rng = np.random.default_rng(7)
    share = detectable_reduction(treated, control, power=power)
    # Three standard errors of 100,000 runs.
    error = 3 * math.sqrt(power * (1 - power) / 100_000)
    often = shown(treated, control, share, rng)
    assert often >= power - error
    if power > 0.5:
        assert often < power + error + 0.004
    # A whole percent less would be shown less often: it is the smallest.
    assert shown(treated, control, share - 0.01, rng) < power + error + 0.005


@pytest.mark.slow
@pytest.mark.parametrize(("treated", "control"), [(30, 30), (40, 40), (60, 90), (80, 80), (150, 150), (300, 300)])
def test_the_difference_shows_a_reduction_of_that_size_as_often_as_it_says(treated, control):
    """The test itself, comparison by comparison, and neither much less nor much more often than eight times in ten.

    Of 1,000 runs two seeds in a hundred would leave these limits by chance alone; of 10,000 none does.
    """
    left = 1 - detectable_reduction(treated, control, power=0.8)
    made = np.random.default_rng(7).poisson((treated, treated * left, control, control), (10_000, 4))
    assert 0.77 <= np.mean([abs(weighted_displacement_difference(*row).z) > 1.96 for row in made]) <= 0.83


# --- The interval of a count ------------------------------------------------------------------------------------------


@given(count=st.integers(0, 500), confidence=st.sampled_from([0.8, 0.95, 0.99]))
def test_a_counts_interval_leaves_as_much_outside_on_either_side(count, confidence):
    lower, upper = count_interval(count, confidence=confidence)
    outside = (1 - confidence) / 2
    assert stats.poisson.cdf(count, upper) == pytest.approx(outside)
    if count:
        assert stats.poisson.sf(count - 1, lower) == pytest.approx(outside)
    else:
        assert lower == 0
    assert lower <= count < upper


def test_published_intervals():
    """Garwood's limits for 0, 1, 10 and 40 events."""
    lower, upper = count_interval([0, 1, 10, 40, np.nan])
    assert lower[:4] == pytest.approx([0, 0.0253, 4.7954, 28.5766], abs=1e-4)
    assert upper[:4] == pytest.approx([3.6889, 5.5716, 18.3904, 54.4686], abs=1e-4)
    assert np.isnan([lower[4], upper[4]]).all()
    with pytest.raises(ValueError, match="less than zero"):
        count_interval(-1)
