import csv
import json
import math
from dataclasses import asdict
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats import proportion, rates

from analysis.evaluation import (
    Spread,
    compare_shares,
    poisson_rate_ratio,
    relative_effect,
    share_interval,
    total_net_effect,
    weighted_displacement_difference,
    weighted_displacement_quotient,
)

PUBLISHED = Path(__file__).parents[2] / "data" / "published"
counts = st.integers(0, 2000)
some = st.integers(1, 2000)
confidences = st.sampled_from([0.8, 0.9, 0.95, 0.99])
weights = st.floats(0.1, 50)
six = st.tuples(*[counts] * 6)


def cases(folder, name):
    """The published cases by name, each with its numbers."""
    with (PUBLISHED / folder / name).open(encoding="utf-8", newline="") as file:
        return {row.pop("case"): {k: float(v) for k, v in row.items()} for row in csv.DictReader(file)}


def expected(folder, name):
    return json.loads((PUBLISHED / folder / name).read_text(encoding="utf-8"))


def close(number):
    return pytest.approx(number, rel=1e-9, abs=1e-9)


# --- The weighted displacement difference -----------------------------------------------------------------------------

WDD = cases("displacement", "wdd_cases.csv")


def wdd(case):
    names = {"dispcontrol": "ring_control", "disp": "ring"}
    how = {"confidence": 1 - case["alpha"]}
    for column, number in case.items():
        for published, ours in names.items():
            if published in column.split("_"):
                column = column.replace(published, ours)
                break
        if column != "alpha":
            how[column] = number
    return weighted_displacement_difference(**how)


@pytest.mark.parametrize("name", WDD)
def test_published_displacement_differences(name):
    result, told = wdd(WDD[name]), expected("displacement", "wdd_expected.json")[name]
    ours = {
        "Est_Local": result.local, "SE_Local": result.local_se, "Est_Displace": result.displacement,
        "SE_Displace": result.displacement_se, "Est_Total": result.estimate, "SE_Total": result.se, "Z": result.z,
        "LowCI": result.ci_low, "HighCI": result.ci_high,
    }  # fmt: skip
    assert {key: ours[key] for key in told["computed"]} == pytest.approx(told["computed"], rel=1e-12)
    for key, number in told["published"].items():
        # Each to the decimals it was printed with.
        decimals = len(repr(number).partition(".")[2]) if isinstance(number, float) else 0
        assert ours[key] == pytest.approx(number, abs=0.51 * 10**-decimals), key


@pytest.mark.parametrize(
    ("numbers", "told"),
    [
        ((100, 80, 100, 90), (-10.00, 19.24, -0.52, -47.70, 27.70)),
        ((100, 60, 200, 180, 50, 40, 80, 78), (-28.00, 28.07, -1.00, -83.02, 27.02)),
    ],
)
def test_displacement_differences_worked_out_elsewhere(numbers, told):
    result = weighted_displacement_difference(*numbers)
    assert [result.estimate, result.se, result.z, result.ci_low, result.ci_high] == pytest.approx(told, abs=0.005)
    assert result.p_value == pytest.approx(2 * stats.norm.sf(abs(result.z)))


@given(numbers=st.tuples(*[counts] * 8), times=st.tuples(*[weights] * 2), areas=st.tuples(*[weights] * 4))
def test_a_displacement_difference_agrees_with_adding_up_in_whole_fractions(numbers, times, areas):
    treated, control, ring, ring_control = areas
    result = weighted_displacement_difference(
        *numbers, time_before=times[0], time_after=times[1], area_treated=treated, area_control=control,
        area_ring=ring, area_ring_control=ring_control,
    )  # fmt: skip
    estimate = variance = Fraction(0)
    for place, (area, sign) in enumerate(zip(areas, (1, -1, 1, -1), strict=True)):
        for period, (time, direction) in enumerate(zip(times, (-1, 1), strict=True)):
            weight = 1 / (Fraction(time) * Fraction(area))
            estimate += sign * direction * numbers[2 * place + period] * weight
            variance += numbers[2 * place + period] * weight**2
    largest = float(max(variance, abs(estimate), 1))
    assert result.estimate == pytest.approx(float(estimate), rel=1e-9, abs=1e-9 * largest)
    assert result.local + result.displacement == result.estimate
    assert math.hypot(result.local_se, result.displacement_se) == close(result.se or 0)
    if variance:
        assert result.se == pytest.approx(math.sqrt(variance))
        assert result.z == pytest.approx(result.estimate / result.se)


@given(numbers=st.tuples(*[counts] * 8), times=st.tuples(*[weights] * 2), confidence=confidences)
def test_turning_time_round_turns_the_difference_round(numbers, times, confidence):
    there = weighted_displacement_difference(*numbers, time_before=times[0], time_after=times[1], confidence=confidence)
    turned = [numbers[at ^ 1] for at in range(8)]
    back = weighted_displacement_difference(*turned, time_before=times[1], time_after=times[0], confidence=confidence)
    assume(there.se)
    assert [back.estimate, back.z] == close([-there.estimate, -there.z])
    assert [back.ci_low, back.ci_high] == close([-there.ci_high, -there.ci_low])
    assert [back.se, back.p_value] == close([there.se, there.p_value])


@given(numbers=st.tuples(*[counts] * 8))
def test_swapping_treated_and_control_turns_the_difference_round(numbers):
    a, b, c, d, *ring = numbers
    there = weighted_displacement_difference(*numbers)
    other = weighted_displacement_difference(c, d, a, b, *ring[2:], *ring[:2])
    assert [other.estimate, other.local, other.displacement] == [-there.estimate, -there.local, -there.displacement]
    assert [other.se, other.p_value] == [there.se, there.p_value]


@given(numbers=st.tuples(*[counts] * 8), times=st.integers(2, 9))
def test_longer_periods_give_fewer_events_per_day_and_the_same_verdict(numbers, times):
    one = weighted_displacement_difference(*numbers)
    more = weighted_displacement_difference(*numbers, time_before=times, time_after=times)
    assume(one.se)
    assert [more.estimate, more.se] == close([one.estimate / times, one.se / times])
    assert [more.z, more.p_value] == close([one.z, one.p_value])
    # As many times more events of everything are a square root surer.
    assert weighted_displacement_difference(*(n * times for n in numbers)).z == close(one.z * math.sqrt(times))


def test_without_any_event_a_difference_is_nothing_to_judge():
    result = weighted_displacement_difference(0, 0, 0, 0)
    assert result.estimate == 0
    assert {result.se, result.z, result.ci_low, result.ci_high, result.p_value} == {None}


# --- Displacement: the quotient and the total net effect --------------------------------------------------------------

WDQ = cases("displacement", "wdq_cases.csv")


@pytest.mark.parametrize("name", WDQ)
def test_published_displacement_quotients(name):
    told = expected("displacement", "wdq_expected.json")["cases"][name]
    counted = [
        WDQ[name][f"{place}_{when}"] for place in ("response", "control", "buffer") for when in ("before", "after")
    ]
    quotient, net = weighted_displacement_quotient(*counted), total_net_effect(*counted)
    assert [quotient.success, quotient.displacement] == close(
        [told["success_measure"], told["buffer_displacement_measure"]]
    )
    assert -quotient.success == close(told["NE"])
    assert [net.gross, net.estimate] == close([told["GE"], told["TNE"]])
    # The source: not to be computed where there is no success.
    assert quotient.estimate == (close(told["WDQ"]) if told["success_measure"] < 0 else None)


@pytest.mark.parametrize(
    ("numbers", "reading"),
    [
        ((207, 110, 308, 318, 178, 157), Spread.DIFFUSION),
        ((100, 90, 100, 100, 50, 30), Spread.DIFFUSION_BEYOND),
        ((100, 90, 100, 100, 50, 40), Spread.DIFFUSION),  # just 1
        ((100, 90, 100, 100, 50, 50), Spread.NEITHER),
        ((100, 50, 100, 100, 80, 90), Spread.DISPLACEMENT),
        ((100, 90, 100, 100, 50, 60), Spread.DISPLACEMENT_BEYOND),  # just −1
        ((100, 80, 100, 100, 80, 120), Spread.DISPLACEMENT_BEYOND),
        ((100, 120, 100, 100, 80, 80), Spread.NO_EFFECT),
        ((100, 100, 100, 100, 80, 60), Spread.NO_EFFECT),
        ((100, 50, 0, 100, 80, 80), Spread.NOT_COMPUTED),
        ((100, 50, 100, 0, 80, 80), Spread.NOT_COMPUTED),
    ],
)
def test_what_a_displacement_quotient_says(numbers, reading):
    result = weighted_displacement_quotient(*numbers)
    assert result.reading == reading
    assert (result.estimate is None) == (reading in {Spread.NO_EFFECT, Spread.NOT_COMPUTED})
    assert {result.se, result.z, result.ci_low, result.ci_high, result.p_value} == {None}


def test_displacement_worked_out_elsewhere():
    numbers = 100, 60, 200, 180, 50, 40
    quotient, net = weighted_displacement_quotient(*numbers), total_net_effect(*numbers)
    assert -quotient.success == pytest.approx(0.1667, abs=5e-5)
    assert quotient.estimate == pytest.approx(0.1667, abs=5e-5)
    assert quotient.reading == Spread.DIFFUSION
    assert [net.gross, net.estimate, net.local, net.ring] == pytest.approx([40, 35, 30, 5])


@given(numbers=six, times=st.integers(2, 9))
def test_the_size_of_the_control_means_nothing_to_displacement(numbers, times):
    larger = [n * times if place in (2, 3) else n for place, n in enumerate(numbers)]
    one, other = weighted_displacement_quotient(*numbers), weighted_displacement_quotient(*larger)
    assert (one.estimate, one.reading) == (other.estimate, other.reading)
    net = total_net_effect(*numbers).estimate
    assert total_net_effect(*larger).estimate == (None if net is None else close(net))


@given(numbers=six, times=st.integers(2, 9))
def test_more_of_everything_is_as_much_more_effect(numbers, times):
    more = [n * times for n in numbers]
    assert weighted_displacement_quotient(*numbers).estimate == weighted_displacement_quotient(*more).estimate
    one, other = total_net_effect(*numbers), total_net_effect(*more)
    if one.se is None:
        assert other.se is None
        return
    assert [other.estimate, other.se] == close([one.estimate * times, one.se * math.sqrt(times)])


@given(numbers=six)
def test_the_quotient_is_the_rings_part_of_the_net_effect_over_the_treated_areas(numbers):
    quotient, net = weighted_displacement_quotient(*numbers), total_net_effect(*numbers)
    if quotient.estimate is not None:
        assert quotient.estimate == pytest.approx(net.ring / net.local, rel=1e-6, abs=1e-6)


@given(numbers=st.tuples(*[some] * 6), confidence=confidences)
def test_the_error_of_a_net_effect_follows_from_those_of_the_counts(numbers, confidence):
    """By hand: how much the estimate moves with each count, times the variance of that count."""
    result = total_net_effect(*numbers, confidence=confidence)
    rb, ra, cb, ca, db, da = numbers
    slopes = [(ca / cb, rb), (-1, ra), (-(rb + db) * ca / cb**2, cb), ((rb + db) / cb, ca), (ca / cb, db), (-1, da)]
    se = math.sqrt(sum(slope**2 * count for slope, count in slopes))
    assert result.se == pytest.approx(se)
    assert result.ci_high - result.ci_low == pytest.approx(2 * stats.norm.ppf((1 + confidence) / 2) * se)
    assert result.local + result.ring == close(result.estimate)


def test_a_net_effect_needs_a_control_with_events():
    nothing = total_net_effect(100, 50, 0, 10, 80, 80)
    assert (nothing.estimate, nothing.se, nothing.local, nothing.ring, nothing.gross) == (None, None, None, None, 50)
    fallen = total_net_effect(100, 50, 10, 0, 80, 80)
    assert (fallen.estimate, fallen.se, fallen.z, fallen.ci_low, fallen.p_value) == (-130, None, None, None, None)


# --- The relative effect ----------------------------------------------------------------------------------------------

RES = cases("relative_effect", "res_cases.csv")


def counted(case):
    return [RES[case][f"{place}_{when}"] for place in ("experimental", "control") for when in ("before", "after")]


@pytest.mark.parametrize("name", RES)
def test_published_relative_effects(name):
    result, told = relative_effect(*counted(name)), expected("relative_effect", "res_expected.json")[name]
    computed = told["computed"]
    assert result.estimate == close(computed["RES"])
    assert [result.se, result.z, result.ci_low, result.ci_high] == close(
        [computed[key] for key in ("SE", "z", "ci_low", "ci_high")]
    )
    assert result.p_value == pytest.approx(computed["p_two_sided"])
    assert [result.treated_change, result.control_change, result.net_change, result.prevented] == close(
        [computed["pct_change_experimental"] / 100, computed["pct_change_control"] / 100,
         computed["net_pct_change"] / 100, computed["prevented_crimes"]]
    )  # fmt: skip
    if "OR" in told["published"]:
        assert result.estimate == pytest.approx(told["published"]["OR"], abs=0.005)
    else:
        assert 100 * result.treated_change == pytest.approx(told["published"]["pct_change_experimental"], abs=0.5)


@pytest.mark.parametrize("name", RES)
def test_published_relative_effects_of_counts_that_vary_more(name):
    computed = expected("relative_effect", "res_expected.json")[name]["computed"]
    more = computed["overdispersed_V_0008N_plus_1_2"]
    for dispersion, told in ((2.0, computed["overdispersed_factor_twice"]), (more["V"], more)):
        result = relative_effect(*counted(name), dispersion=dispersion)
        assert result.estimate == close(computed["RES"])
        assert [result.se, result.z, result.ci_low, result.ci_high] == close(
            [told[key] for key in ("SE", "z", "ci_low", "ci_high")]
        )


def test_published_relative_effects_taken_together():
    """Weighted by their precision, as in the review they are from."""
    told = expected("relative_effect", "res_expected.json")["_pooled_fixed_doncaster_burnley"]
    both = [relative_effect(*counted(name)) for name in ("doncaster_cctv", "burnley_cctv")]
    logs, weight = [math.log(one.estimate) for one in both], [one.se**-2 for one in both]
    log, se = np.average(logs, weights=weight), sum(weight) ** -0.5
    assert [math.exp(log), log / se] == close([told["RES"], told["z"]])
    assert sum(w * (one - log) ** 2 for w, one in zip(weight, logs, strict=True)) == close(told["Q"])


def test_a_relative_effect_is_the_interaction_of_a_poisson_regression():
    told = expected("relative_effect", "res_expected.json")["_did_poisson_equivalence"]
    result = relative_effect(*counted("kansas_city_gun"))
    assert [-math.log(result.estimate), result.se] == pytest.approx([told["coef"], told["se"]], abs=1e-6)
    # Two months each, so that the regression has something left over.
    treated, later = np.repeat([[1, 1, 0, 0], [0, 1, 0, 1]], 2, axis=1)
    design = np.column_stack([np.ones(8), treated, later, treated * later])
    months = np.concatenate([[n // 2, n - n // 2] for n in counted("kansas_city_gun")])
    fitted = sm.GLM(months, design, family=sm.families.Poisson()).fit()
    assert [-math.log(result.estimate), result.se] == pytest.approx([fitted.params[3], fitted.bse[3]], abs=1e-6)
    assert result.p_value == pytest.approx(fitted.pvalues[3], rel=1e-4)


@given(numbers=st.tuples(*[some] * 4), confidence=confidences)
def test_a_relative_effect_agrees_with_the_odds_ratio_of_a_table(numbers, confidence):
    result, table = relative_effect(*numbers, confidence=confidence), sm.stats.Table2x2(np.reshape(numbers, (2, 2)))
    assert [result.estimate, result.se] == close([table.oddsratio, table.log_oddsratio_se])
    assert (result.ci_low, result.ci_high) == close(table.oddsratio_confint(1 - confidence))
    assert result.p_value == close(table.log_oddsratio_pvalue())


@given(numbers=st.tuples(*[some] * 4), times=st.integers(2, 9), dispersion=st.floats(1, 20))
def test_a_relative_effect_turns_with_time_and_place_and_not_with_size(numbers, times, dispersion):
    a, b, c, d = numbers
    there = relative_effect(a, b, c, d, dispersion=dispersion)
    for turned in (
        relative_effect(b, a, d, c, dispersion=dispersion),
        relative_effect(c, d, a, b, dispersion=dispersion),
    ):
        assert turned.estimate == close(1 / there.estimate)
        assert [turned.ci_low, turned.ci_high] == pytest.approx([1 / there.ci_high, 1 / there.ci_low])
        assert [turned.se, turned.p_value] == close([there.se, there.p_value])
    larger = relative_effect(a, b, c * times, d * times)
    assert [larger.estimate, larger.net_change] == close([there.estimate, there.net_change])
    assert there.net_change == close(1 / there.estimate - 1)
    assert there.se == close(math.sqrt(dispersion) * relative_effect(a, b, c, d).se)
    assert relative_effect(*(n * times for n in numbers)).z == close(relative_effect(a, b, c, d).z * math.sqrt(times))


@pytest.mark.parametrize(
    ("numbers", "estimate"),
    [((10, 0, 10, 10), math.inf), ((10, 10, 0, 10), math.inf), ((0, 10, 10, 10), 0), ((10, 10, 10, 0), 0),
     ((0, 0, 10, 10), None), ((10, 0, 10, 0), None), ((0, 0, 0, 0), None)],
)  # fmt: skip
def test_a_relative_effect_with_a_zero_could_be_anything(numbers, estimate):
    result = relative_effect(*numbers)
    assert result.estimate == estimate
    assert (result.se, result.z, result.p_value, result.ci_low, result.ci_high) == (None, None, None, 0, math.inf)
    treated, later, control, control_later = numbers
    assert result.treated_change == (later / treated - 1 if treated else None)
    assert result.prevented == (treated * control_later / control - later if control else None)


# --- Two rates --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("case", "numbers"),
    [("poisson_test_doc_2", (11, 800, 21, 3011)), ("two_rates_58_vs_31_per_12_months", (58, 12, 31, 12)),
     ("two_counts_12_vs_5", (12, 1, 5, 1))],
)  # fmt: skip
def test_published_rate_ratios(case, numbers):
    result, told = poisson_rate_ratio(*numbers), expected("counts_and_trends", "counts_expected.json")[case]
    assert [result.estimate, result.p_value] == pytest.approx([told["estimate"], told["p"]], rel=1e-9)
    assert [result.ci_low, result.ci_high] == pytest.approx(told["ci"], rel=1e-9)
    assert (result.se, result.z) == (None, None)


@given(one=st.integers(0, 300), other=st.integers(0, 300), days=st.tuples(some, some), confidence=confidences)
def test_a_rate_ratio_is_a_binomial_share_turned(one, other, days, confidence):
    result = poisson_rate_ratio(one, days[0], other, days[1], confidence=confidence)
    assert [result.rate_1, result.rate_2] == close([one / days[0], other / days[1]])
    if one + other == 0:
        assert (result.estimate, result.ci_low, result.ci_high, result.p_value) == (None, 0, math.inf, 1)
        return
    share = days[0] / sum(days)
    test = stats.binomtest(one, one + other, share)
    low, high = test.proportion_ci(confidence, method="exact")
    odds = days[1] / days[0]
    assert result.p_value == pytest.approx(test.pvalue, rel=1e-6, abs=1e-12)
    if other:
        told = rates.test_poisson_2indep(one, days[0], other, days[1], method="exact-cond")
        assert result.p_value == pytest.approx(told.pvalue, rel=1e-6, abs=1e-12)
    assert result.ci_low == pytest.approx(low / (1 - low) * odds)
    assert result.ci_high == (pytest.approx(high / (1 - high) * odds) if other else math.inf)
    assert result.estimate == (pytest.approx(one / other * odds) if other else math.inf)


@given(one=some, other=some, days=st.tuples(some, some), times=st.integers(2, 9))
def test_swapping_the_rates_turns_their_ratio_round(one, other, days, times):
    there, back = poisson_rate_ratio(one, days[0], other, days[1]), poisson_rate_ratio(other, days[1], one, days[0])
    assert [back.estimate, back.ci_low, back.ci_high] == pytest.approx(
        [1 / there.estimate, 1 / there.ci_high, 1 / there.ci_low]
    )
    assert back.p_value == pytest.approx(there.p_value, rel=1e-6, abs=1e-9)
    # Hours instead of days, on both sides.
    assert poisson_rate_ratio(one, days[0] * times, other, days[1] * times).estimate == close(there.estimate)


# --- Two shares -------------------------------------------------------------------------------------------------------


@st.composite
def answers(draw):
    n = draw(st.integers(1, 500))
    return draw(st.integers(0, n)), n


@given(one=answers(), other=answers(), confidence=confidences)
def test_shares_agree_with_statsmodels(one, other, confidence):
    result = compare_shares(*one, *other, confidence=confidence)
    told = proportion.confint_proportions_2indep(*one, *other, method="newcomb", compare="diff", alpha=1 - confidence)
    assert (result.ci_low, result.ci_high) == pytest.approx(told, abs=1e-9)
    told = proportion.proportion_confint(*one, alpha=1 - confidence, method="wilson")
    assert share_interval(*one, confidence=confidence) == pytest.approx(told, abs=1e-9)
    both = (one[0] + other[0]) / (one[1] + other[1])
    if 0 < both < 1:
        z, p_value = proportion.proportions_ztest([one[0], other[0]], [one[1], other[1]])
        assert [result.z, result.p_value] == close([z, p_value])
        assert result.se == pytest.approx(abs(result.estimate / z)) if z else True
    else:
        assert (result.estimate, result.se, result.z, result.p_value) == (0, 0, None, 1)


@given(one=answers(), other=answers(), effect=st.floats(0.5, 10), confidence=confidences)
def test_a_design_effect_counts_as_so_many_fewer_answers(one, other, effect, confidence):
    there = compare_shares(*one, *other, design_effect=effect, confidence=confidence)
    fewer = compare_shares(*(n / effect for n in (*one, *other)), confidence=confidence)
    for name, number in asdict(there).items():
        assert getattr(fewer, name) == (None if number is None else pytest.approx(number, rel=1e-6, abs=1e-6)), name
    back = compare_shares(*other, *one, design_effect=effect, confidence=confidence)
    assert [back.estimate, back.ci_low, back.ci_high] == close([-there.estimate, -there.ci_high, -there.ci_low])
    opposite = compare_shares(one[1] - one[0], one[1], other[1] - other[0], other[1], design_effect=effect,
                              confidence=confidence)  # fmt: skip
    assert [opposite.ci_low, opposite.ci_high] == close([-there.ci_high, -there.ci_low])
    # It never reaches beyond all or nothing, nor shuts out what was found.
    assert -1 <= there.ci_low <= there.estimate <= there.ci_high <= 1


@pytest.mark.parametrize(
    ("numbers", "low", "high"),
    [
        # Newcombe 1998, table II, method 10.
        ((56, 70, 48, 80), 0.0524, 0.3339),
        ((9, 10, 3, 10), 0.1705, 0.8090),
        ((6, 7, 2, 7), 0.0582, 0.8062),
        ((5, 56, 0, 29), -0.0381, 0.1926),
        ((0, 10, 0, 20), -0.1611, 0.2775),
        ((0, 10, 0, 10), -0.2775, 0.2775),
        ((10, 10, 0, 20), 0.6791, 1.0000),
        ((10, 10, 0, 10), 0.6075, 1.0000),
    ],
)
def test_published_intervals_of_two_shares(numbers, low, high):
    result = compare_shares(*numbers)
    assert (result.ci_low, result.ci_high) == pytest.approx((low, high), abs=5e-5)


# --- What is refused --------------------------------------------------------------------------------------------------

BAD = [-1, math.nan, math.inf, 0.5, 1e300, 10**400]
METHODS = [
    (weighted_displacement_difference, 8), (weighted_displacement_quotient, 6), (total_net_effect, 6),
    (relative_effect, 4),
]  # fmt: skip


@pytest.mark.parametrize(("method", "many"), METHODS)
@pytest.mark.parametrize("bad", BAD)
def test_what_is_no_count_is_refused_wherever_it_stands(method, many, bad):
    method(*[20] * many)
    for place in range(many):
        with pytest.raises(ValueError, match="A count is"):
            method(*[20] * place, bad, *[20] * (many - place - 1))


@pytest.mark.parametrize("bad", BAD)
def test_what_is_no_count_has_no_rate(bad):
    for numbers in ((bad, 1, 20, 1), (20, 1, bad, 1)):
        with pytest.raises(ValueError, match="A count is"):
            poisson_rate_ratio(*numbers)


@pytest.mark.parametrize("bad", [0, -1, math.nan, math.inf])
def test_what_is_no_size_is_refused(bad):
    for name in ("time_before", "time_after", "area_treated", "area_control", "area_ring", "area_ring_control"):
        with pytest.raises(ValueError, match="above zero"):
            weighted_displacement_difference(20, 10, 20, 20, **{name: bad})
    for numbers in ((20, bad, 20, 1), (20, 1, 20, bad), (20, bad, 20, bad)):
        with pytest.raises(ValueError, match="above zero"):
            poisson_rate_ratio(*numbers)
        with pytest.raises(ValueError, match="of a number above zero"):
            compare_shares(*numbers)
    with pytest.raises(ValueError, match="above zero"):
        relative_effect(20, 20, 20, 20, dispersion=bad)
    with pytest.raises(ValueError, match="above zero"):
        compare_shares(20, 40, 20, 40, design_effect=bad)


@pytest.mark.parametrize("bad", [-1, 41, math.nan, math.inf])
def test_nobody_answers_more_often_than_they_were_asked(bad):
    for numbers in ((bad, 40, 20, 40), (20, 40, bad, 40)):
        with pytest.raises(ValueError, match="neither below none nor above all"):
            compare_shares(*numbers)
    with pytest.raises(ValueError, match="neither below none nor above all"):
        share_interval(bad, 40)


@pytest.mark.parametrize("bad", [0, 1, -0.5, 95, math.nan, math.nextafter(1, 0)])
def test_confidence_is_a_share(bad):
    for method, numbers in (
        (weighted_displacement_difference, [20] * 4), (total_net_effect, [20] * 6), (relative_effect, [20] * 4),
        (poisson_rate_ratio, [20] * 4), (compare_shares, [20, 40, 20, 40]), (share_interval, [20, 40]),
    ):  # fmt: skip
        method(*numbers, confidence=0.95)
        with pytest.raises(ValueError, match="between 0 and 1"):
            method(*numbers, confidence=bad)


@pytest.mark.parametrize("sort", [int, float, np.uint8, np.int64, np.float32])
def test_counts_of_every_sort_of_number_are_counted_alike(sort):
    told = weighted_displacement_difference(200, 100, 200, 190).estimate
    assert weighted_displacement_difference(*(sort(n) for n in (200, 100, 200, 190))).estimate == told
    assert relative_effect(*(sort(n) for n in (200, 100, 200, 190))).estimate == close(1.9)
    assert poisson_rate_ratio(sort(200), sort(2), sort(100), sort(2)).estimate == close(2)
    assert compare_shares(sort(50), sort(200), sort(0), sort(200)).estimate == close(0.25)


# --- Simulations: the intervals cover the truth as often as they say --------------------------------------------------

RUNS = 4_000


def covered(results, truth):
    return np.mean([result.ci_low <= truth <= result.ci_high for result in results])


@pytest.mark.slow
@pytest.mark.parametrize(
    ("means", "how"),
    [
        ((20, 20, 20, 20), {}),
        ((100, 60, 90, 95), {}),
        ((300, 100, 30, 25), {}),
        ((100, 60, 200, 180, 50, 40, 80, 78), {}),
        ((60, 20, 80, 25), {"time_before": 3, "time_after": 1}),
        ((60, 40, 240, 250), {"area_treated": 2, "area_control": 7.5}),
        (
            (60, 20, 240, 90, 30, 20, 100, 35),
            {"time_before": 36, "time_after": 12, "area_treated": 0.4, "area_control": 1.9, "area_ring": 0.7,
             "area_ring_control": 1.1},
        ),
    ],
)  # fmt: skip
def test_intervals_of_the_displacement_difference_cover_the_truth(means, how):
    rng = np.random.default_rng(11)
    made = rng.poisson(means, (RUNS, len(means)))
    sizes = [how.get(f"area_{name}", 1) for name in ("treated", "control", "ring", "ring_control")]
    times = how.get("time_before", 1), how.get("time_after", 1)
    truth = sum(
        sign * (means[2 * at + 1] / times[1] - means[2 * at] / times[0]) / sizes[at]
        for at, sign in enumerate((1, -1, 1, -1)[: len(means) // 2])
    )
    share = covered([weighted_displacement_difference(*row, **how) for row in made], truth)
    assert 0.93 <= share <= 0.97


@pytest.mark.slow
@pytest.mark.parametrize("means", [(20, 20, 20, 20, 20, 20), (100, 60, 200, 180, 50, 40), (60, 30, 40, 20, 30, 40)])
def test_intervals_of_the_net_effect_cover_the_truth(means):
    made = np.random.default_rng(12).poisson(means, (RUNS, 6))
    truth = (means[0] + means[4]) * means[3] / means[2] - means[1] - means[5]
    assert 0.93 <= covered([total_net_effect(*row) for row in made], truth) <= 0.97


@pytest.mark.slow
@pytest.mark.parametrize("means", [(20, 20, 20, 20), (100, 60, 90, 95), (40, 20, 300, 280), (1000, 700, 50, 40)])
def test_intervals_of_the_relative_effect_cover_the_truth(means):
    made = np.random.default_rng(13).poisson(means, (RUNS, 4))
    truth = means[0] * means[3] / (means[1] * means[2])
    assert 0.93 <= covered([relative_effect(*row) for row in made], truth) <= 0.97


@pytest.mark.slow
@pytest.mark.parametrize("means", [(20, 20), (30, 90), (200, 150), (6, 3), (2, 40)])
def test_exact_intervals_of_two_rates_cover_the_truth_at_least_as_often(means):
    made = np.random.default_rng(14).poisson(means, (RUNS // 4, 2))
    results = [poisson_rate_ratio(one, 12, other, 30) for one, other in made]
    assert covered(results, means[0] / 12 / (means[1] / 30)) >= 0.94


@pytest.mark.slow
@pytest.mark.parametrize(
    ("shares", "n", "cluster", "alike"),
    [((0.2, 0.3), (100, 100), 1, 0), ((0.5, 0.5), (50, 400), 1, 0), ((0.93, 0.9), (400, 300), 1, 0),
     ((0.3, 0.2), (300, 400), 10, 0.1), ((0.4, 0.5), (200, 1000), 20, 0.05)],
)  # fmt: skip
def test_intervals_of_two_shares_cover_the_truth_with_answers_in_clusters(shares, n, cluster, alike):
    """Neighbours answer alike: each cluster has a share of its own, drawn around the true one."""
    rng = np.random.default_rng(15)

    def successes(share, n):
        if not alike:
            return rng.binomial(n, share, RUNS)
        spread = 1 / alike - 1
        own = rng.beta(share * spread, (1 - share) * spread, (RUNS, n // cluster))
        return rng.binomial(cluster, own).sum(axis=1)

    one, other = (successes(share, size) for share, size in zip(shares, n, strict=True))
    effect = 1 + (cluster - 1) * alike
    results = [
        compare_shares(first, n[0], second, n[1], design_effect=effect)
        for first, second in zip(one, other, strict=True)
    ]
    assert 0.93 <= covered(results, shares[0] - shares[1]) <= 0.97
