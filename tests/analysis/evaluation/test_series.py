"""The series: against the published case and statsmodels, by the laws they must obey, and on made-up events."""

import json
import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize

from analysis.evaluation import difference_in_differences, interrupted_time_series, synthetic_comparison
from analysis.evaluation.regression import fit_log_linear, neighbours_variance

PUBLISHED = Path(__file__).parents[2] / "data" / "published" / "interrupted_time_series"
SICILY = pd.read_csv(PUBLISHED / "sicily_smoking_ban.csv")
EXPECTED = json.loads((PUBLISHED / "sicily_expected.json").read_text(encoding="utf-8"))
SEASON = {"season_period": 12, "harmonics": 2}

counts = st.lists(st.integers(0, 60), min_size=6, max_size=40)
families = st.sampled_from(["poisson", "quasipoisson", "negativebinomial"])
# What a least squares fit again and again reaches.
close = {"rel": 1e-6, "abs": 1e-9}


def sicily(**how):
    return interrupted_time_series(SICILY["aces"], intervention_index=36, exposure=SICILY["stdpop"], **how)


def numbers(effect):
    return effect.estimate, effect.se, effect.z, effect.ci_low, effect.ci_high, effect.p_value


def same(one, other):
    for ours, theirs in zip(numbers(one), numbers(other), strict=True):
        if ours is None or theirs is None:
            assert ours is theirs
        else:
            assert ours == pytest.approx(theirs, **close)


# --- The published case -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("model", "how"),
    [("model1_poisson", {"family": "poisson"}), ("model2_quasipoisson", {}), ("model3_quasi_harmonic", SEASON),
     ("model4_slope_change", {**SEASON, "slope_change": True}),
     ("negative_binomial_harmonic", {**SEASON, "family": "negativebinomial"})],
)  # fmt: skip
def test_the_smoking_ban_in_sicily(model, how):
    result = sicily(**how)
    for effect, name in ((result, "smokban"), (result.trend, "time"), (result.slope, "smokban:I(time - 36)")):
        if effect is None:
            continue
        told = EXPECTED[model][name]
        assert effect.estimate == pytest.approx(told["rr"], rel=1e-8)
        # R stops a step before the last: its errors differ from those of the final fit in the seventh digit.
        assert effect.se == pytest.approx(told["se"], rel=2e-6)
        assert (effect.ci_low, effect.ci_high) == pytest.approx((told["lo"], told["hi"]), rel=2e-7)
        assert effect.p_value == pytest.approx(told["p"], rel=1e-4)
    assert result.observations == 59


def test_what_was_printed_of_sicily():
    published = EXPECTED["published"]
    for how, name in (({"family": "poisson"}, "unadjusted_poisson_step"), (SEASON, "quasipoisson_season_adjusted")):
        result, told = sicily(**how), published[name]
        # The lower limit of the first was printed 0.864 and is 0.8647 in the authors' own code.
        assert result.estimate == pytest.approx(told["rr"], abs=0.0005)
        assert (result.ci_low, result.ci_high) == pytest.approx((told["lo"], told["hi"]), abs=0.0008)


def test_what_sicily_would_have_had_without_the_ban():
    season = sicily(**SEASON)
    assert season.observed_after == EXPECTED["counterfactual_model3"]["observed_post"]
    assert season.expected_after == pytest.approx(EXPECTED["counterfactual_model3"]["expected_without"], rel=1e-9)
    assert season.dispersion == pytest.approx(EXPECTED["model3_dispersion"], rel=1e-5)
    assert season.trend.estimate**12 == pytest.approx(EXPECTED["model3_trend_per_year"], rel=1e-8)
    assert sicily().dispersion == pytest.approx(EXPECTED["model2_dispersion"], rel=1e-5)
    assert sicily().durbin_watson == pytest.approx(EXPECTED["durbin_watson_deviance_resid_model2"], rel=1e-8)
    scatter = sicily(**SEASON, family="negativebinomial").theta
    assert scatter == pytest.approx(EXPECTED["negative_binomial_harmonic"]["theta"], rel=1e-8)


def test_two_places_and_two_periods_are_the_relative_effect():
    """The published Kansas City counts: the interaction is −log of the relative effect, with the same error."""
    path = PUBLISHED.parent / "relative_effect" / "res_expected.json"
    told = json.loads(path.read_text(encoding="utf-8"))["_did_poisson_equivalence"]
    result = difference_in_differences(
        [169, 86, 184, 192], treated=[True, True, False, False], after=[False, True, False, True], family="poisson"
    )
    assert math.log(result.estimate) == pytest.approx(told["coef"], rel=1e-9)
    assert result.se == pytest.approx(told["se"], rel=1e-6)
    assert result.estimate == pytest.approx(told["irr"], rel=1e-9)


# --- statsmodels ------------------------------------------------------------------------------------------------------


def random_design(rng, rows):
    design = np.column_stack([np.ones(rows), rng.random(rows) < 0.4, rng.normal(size=rows), np.arange(rows) / rows])
    exposure = rng.uniform(0.5, 3, rows)
    mean = exposure * np.exp(design @ [3, -0.4, 0.3, 0.2])
    return design, exposure, rng.negative_binomial(8, 8 / (8 + mean)).astype(float)


@pytest.mark.parametrize("seed", range(8))
def test_the_fit_is_that_of_statsmodels(seed):
    design, exposure, drawn = random_design(np.random.default_rng(seed), 80)
    for family, scale in (("poisson", None), ("quasipoisson", "X2")):
        theirs = sm.GLM(drawn, design, family=sm.families.Poisson(), exposure=exposure).fit(scale=scale, tol=1e-12)
        ours = fit_log_linear(design, drawn, exposure=exposure, family=family)
        terms = [ours.term(column) for column in range(design.shape[1])]
        assert [term.value for term in terms] == pytest.approx(theirs.params, rel=1e-7, abs=1e-9)
        assert [term.se for term in terms] == pytest.approx(theirs.bse, rel=1e-6)
    ours = fit_log_linear(design, drawn, exposure=exposure, family="negativebinomial")
    assert ours.dispersion == 1
    family = sm.families.NegativeBinomial(alpha=1 / ours.theta)
    theirs = sm.GLM(drawn, design, family=family, exposure=exposure).fit(tol=1e-12)
    assert [ours.term(column).value for column in range(4)] == pytest.approx(theirs.params, rel=1e-7, abs=1e-9)
    assert [ours.term(column).se for column in range(4)] == pytest.approx(theirs.bse, rel=1e-6)
    start = [*(ours.term(column).value + 0.02 for column in range(4)), 1.1 / ours.theta]
    likeliest = sm.NegativeBinomial(drawn, design, exposure=exposure).fit(
        disp=False, method="newton", start_params=start
    )
    assert 1 / ours.theta == pytest.approx(likeliest.params[-1], rel=1e-5)


@pytest.mark.parametrize("lags", [0, 1, 3, 6])
def test_without_its_correction_the_robust_error_is_newey_and_wests(lags):
    rng = np.random.default_rng(lags)
    design, exposure, drawn = random_design(rng, 60)
    theirs = sm.GLM(drawn, design, family=sm.families.Poisson(), exposure=exposure).fit(
        cov_type="HAC", cov_kwds={"maxlags": lags, "use_correction": False}, tol=1e-12
    )
    mean = theirs.fittedvalues
    bread = np.linalg.inv(design.T @ (mean[:, None] * design))
    apart = np.abs(np.subtract.outer(np.arange(60), np.arange(60)))
    kernel = np.clip(1 - apart / (lags + 1), 0, None)
    for column in range(4):
        variance = neighbours_variance(design @ bread[column], drawn - mean, kernel)
        assert math.sqrt(variance) == pytest.approx(theirs.bse[column], rel=1e-6)


# --- Laws -------------------------------------------------------------------------------------------------------------


@st.composite
def interrupted(draw):
    series = draw(counts)
    return series, draw(st.integers(1, len(series) - 1))


@given(series=interrupted(), family=families, lags=st.sampled_from([None, 0, 2]), slope=st.booleans())
@settings(max_examples=60)
def test_whatever_the_counts_the_answer_is_honest_or_no(series, family, lags, slope):
    drawn, began = series
    try:
        result = interrupted_time_series(
            drawn, intervention_index=began, family=family, hac_lags=lags, slope_change=slope
        )
    except ValueError as refused:
        if "too few" in str(refused):
            return
        raise
    assert 0 <= result.ci_low <= result.ci_high <= math.inf
    if result.estimate is not None:
        assert result.ci_low <= result.estimate <= result.ci_high
    if result.se is None:
        assert (result.ci_low, result.ci_high, result.p_value) == (0, math.inf, None)
    else:
        assert 0 < result.se < math.inf
        assert 0 <= result.p_value <= 1
    if result.theta is None:
        # What the model says of all is what there was, as long as there is a level for it.
        assert sum(result.fitted) == pytest.approx(sum(drawn), rel=1e-5, abs=1e-5)
    else:
        apart = [(count - mean) / (1 + mean / result.theta) for count, mean in zip(drawn, result.fitted, strict=True)]
        assert sum(apart) == pytest.approx(0, abs=1e-4 * sum(drawn))


@given(series=interrupted(), family=families, factor=st.sampled_from([1e-6, 0.5, 3, 1e6]))
@settings(max_examples=30)
def test_what_it_is_counted_over_matters_only_by_how_it_changes(series, family, factor):
    drawn, began = [value + 1 for value in series[0]], series[1]
    how = {"intervention_index": began, "family": family}
    same(interrupted_time_series(drawn, **how), interrupted_time_series(drawn, **how, exposure=factor))


@given(series=st.lists(st.integers(1, 60), min_size=8, max_size=30), family=families)
@settings(max_examples=30)
def test_months_that_were_not_counted_change_nothing_at_the_ends(series, family):
    how = {"family": family, "hac_lags": 1}
    plain = interrupted_time_series(series, intervention_index=4, **how)
    longer = interrupted_time_series([math.nan, math.nan, *series, math.nan], intervention_index=6, **how)
    same(plain, longer)
    assert longer.observations == len(series)


def test_a_month_in_the_middle_that_was_not_counted_is_no_zero():
    series = [20, 21, 19, 22, 20, 21, 18, 20, 21, 19.0]
    whole = interrupted_time_series(series, intervention_index=5)
    series[2] = math.nan
    gap = interrupted_time_series(series, intervention_index=5)
    assert gap.estimate == pytest.approx(whole.estimate, rel=0.05)
    assert gap.fitted[2] == pytest.approx(20, abs=2)
    assert gap.observations == 9


rows = st.lists(
    st.tuples(st.integers(0, 80), st.booleans(), st.booleans(), st.integers(0, 24)), min_size=4, max_size=30
).filter(lambda rows: {(row[1], row[2]) for row in rows} == {(a, b) for a in (True, False) for b in (True, False)})


def did(rows, **how):
    drawn, treated, after, _ = zip(*rows, strict=True)
    return difference_in_differences(drawn, treated=treated, after=after, **how)


@given(rows=rows, family=families, seed=st.integers(0, 9))
@settings(max_examples=40)
def test_the_order_of_rows_does_not_matter_and_changing_places_turns_it_round(rows, family, seed):
    result = did(rows, family=family)
    shuffled = [rows[i] for i in np.random.default_rng(seed).permutation(len(rows))]
    same(result, did(shuffled, family=family))
    turned = did([(count, not treated, after, time) for count, treated, after, time in rows], family=family)
    if result.se is None:
        assert (turned.se, turned.ci_low, turned.ci_high) == (None, 0, math.inf)
    else:
        assert turned.estimate == pytest.approx(1 / result.estimate, rel=1e-6)
        assert turned.ci_low == pytest.approx(1 / result.ci_high, rel=1e-6)
        assert turned.se == pytest.approx(result.se, rel=1e-6)


@given(rows=rows)
@settings(max_examples=40)
def test_without_trend_and_season_only_the_four_sums_decide(rows):
    """The mean counts of the four groups, by hand."""
    result = did(rows, family="poisson")
    sums, variance = {}, 0.0
    for group in ((True, True), (True, False), (False, True), (False, False)):
        of = [row[0] for row in rows if (row[1], row[2]) == group]
        sums[group] = sum(of) / len(of)
        variance += 1 / sum(of) if sum(of) else math.inf
    if all(sums.values()):
        ratio = sums[True, True] * sums[False, False] / sums[True, False] / sums[False, True]
        assert result.estimate == pytest.approx(ratio, rel=1e-7)
        assert result.se == pytest.approx(math.sqrt(variance), rel=1e-6)
    else:
        assert (result.se, result.ci_low, result.ci_high) == (None, 0, math.inf)
        assert result.estimate in (None, 0, math.inf)


def test_a_season_and_a_trend_that_are_common_change_no_difference():
    months = np.tile(np.arange(30), 2)
    treated = np.repeat([True, False], 30)
    after = months >= 12
    level = np.where(treated, 40, 90) * np.exp(0.4 * np.sin(2 * np.pi * months / 12) + 0.02 * months)
    expected = np.where(treated & after, 0.7, 1) * level
    how = {"treated": treated, "after": after, "time": months, "season_period": 12, "trend": True}
    result = difference_in_differences(expected, **how)
    assert result.estimate == pytest.approx(0.7, rel=1e-6)
    assert result.trend.estimate == pytest.approx(math.exp(0.02), rel=1e-6)
    assert result.fitted == pytest.approx(expected, rel=1e-5)
    assert result.expected_after == pytest.approx(expected[treated & after].sum() / 0.7, rel=1e-6)


# --- Little, odd and nothing ------------------------------------------------------------------------------------------


def test_where_nothing_happened_before_or_after_nothing_bounds_the_ratio():
    some, none = [5, 4, 6, 5, 7, 4], [0] * 6
    for drawn, estimate in ((some + none, 0), (none + some, math.inf), (none + none, None)):
        for family in ("poisson", "quasipoisson", "negativebinomial"):
            for lags in (None, 2):
                result = interrupted_time_series(drawn, intervention_index=6, family=family, hac_lags=lags)
                assert numbers(result) == (estimate, None, None, 0, math.inf, None)
    # The months before go on as they were; what would have been after is told by them alone.
    result = interrupted_time_series(some + none, intervention_index=6)
    alone = np.polyfit(range(6), some, 1)
    assert result.expected_after == pytest.approx(np.polyval(alone, range(6, 12)).sum(), rel=0.05)
    assert result.fitted[6:] == (0,) * 6


def test_a_group_without_events_beside_a_season_is_found_too():
    """Summers without events, and none after: the season is infinite, and the step is still told."""
    drawn = ([6, 7, 5, 0] * 6) + ([3, 2, 4, 0] * 3)
    result = interrupted_time_series(drawn, intervention_index=24, season_period=4)
    assert result.estimate == pytest.approx(0.5, rel=0.2)
    assert 0 < result.se < 1
    assert result.fitted[3::4] == pytest.approx([0] * 9)


def test_constant_counts_are_not_known_better_than_chance_allows():
    result = interrupted_time_series([5] * 24, intervention_index=12)
    assert result.estimate == pytest.approx(1)
    assert result.ci_low < 0.8 < 1.25 < result.ci_high
    robust = interrupted_time_series([5] * 24, intervention_index=12, hac_lags=3)
    assert robust.ci_low < 0.8 < 1.25 < robust.ci_high


def test_with_nothing_left_to_judge_the_scatter_by_the_interval_is_not_bounded():
    how = {"treated": [1, 1, 0, 0], "after": [0, 1, 0, 1]}
    result = difference_in_differences([169, 86, 184, 192], **how)
    assert result.estimate == pytest.approx(0.4877, abs=1e-4)
    assert (result.dispersion, result.se, result.ci_low, result.ci_high) == (None, None, 0, math.inf)


@pytest.mark.parametrize(
    ("drawn", "how", "why"),
    [([3, 4, 5], {"intervention_index": 0}, "before the measure"), ([3, 4, 5], {"intervention_index": 3}, "before"),
     ([3, 4], {"intervention_index": 1}, "too few"), ([], {"intervention_index": 1}, "row of numbers"),
     ([3, 4, -1, 3, 4], {"intervention_index": 2}, "zero and up"),
     ([3, 4, math.inf, 3, 4], {"intervention_index": 2}, "zero and up"),
     ([math.nan] * 6, {"intervention_index": 3}, "too few"),
     ([3, 4, 5, 3, math.nan, math.nan], {"intervention_index": 4}, "too few"),
     ([3, 4, 5, 6, 3, 4], {"intervention_index": 3, "exposure": [1, 1, 0, 1, 1, 1]}, "above zero"),
     ([3, 4, 5, 6, 3, 4], {"intervention_index": 3, "exposure": [1, 1, math.nan, 1, 1, 1]}, "above zero"),
     ([3, 4, 5, 6, 3, 4], {"intervention_index": 3, "family": "normal"}, "family"),
     ([3, 4, 5, 6, 3, 4], {"intervention_index": 3, "harmonics": 1}, "season"),
     ([3, 4, 5, 6, 3, 4], {"intervention_index": 3, "season_period": 4, "harmonics": 3}, "waves"),
     ([3, 4, 5, 6, 3, 4], {"intervention_index": 3, "season_period": 12}, "too few"),
     ([3, 4, 5, 6, 3, 4], {"intervention_index": 3, "hac_lags": -1}, "lags"),
     ([3, 4, 5, 6, 3, 4], {"intervention_index": 3, "hac_lags": 1.5}, "whole"),
     ([3, 4, 5, 6, 3, 4], {"intervention_index": 3, "confidence": 1}, "between 0 and 1"),
     ([3, 4, 5, 6, 3, 4], {"intervention_index": 3, "confidence": math.nan}, "between 0 and 1")],
)  # fmt: skip
def test_what_is_no_series_is_refused(drawn, how, why):
    with pytest.raises(ValueError, match=why):
        interrupted_time_series(drawn, **how)


@pytest.mark.parametrize(
    ("how", "why"),
    [({"treated": [1, 1, 1, 1]}, "too few"), ({"treated": [1, 1, 0]}, "Each count"),
     ({"treated": [2, 1, 0, 0]}, "or not"), ({"trend": True}, "needs the time"),
     ({"season_period": 12}, "needs the time"),
     ({"time": [0, 1, 0, math.nan], "trend": True}, "its time"),
     ({"time": [0, 0.5, 0, 1], "season_period": 2}, "whole")],
)  # fmt: skip
def test_what_is_no_comparison_is_refused(how, why):
    with pytest.raises(ValueError, match=why):
        difference_in_differences([9, 5, 8, 7], **{"treated": [1, 1, 0, 0], "after": [0, 1, 0, 1], **how})


def test_a_trend_that_says_what_the_periods_say_is_not_told_but_the_difference_is():
    how = {"treated": [1, 1, 0, 0], "after": [0, 1, 0, 1], "family": "poisson"}
    result = difference_in_differences([9, 5, 8, 7], **how, time=[0, 1, 0, 1], trend=True)
    assert result.trend.estimate is None
    assert numbers(result) == pytest.approx(numbers(difference_in_differences([9, 5, 8, 7], **how)))


# --- The mixture ------------------------------------------------------------------------------------------------------


def areas(rng, number=19, periods=36):
    """Areas that follow two common movements, each to its own degree."""
    moves = np.cumsum(rng.normal(size=(periods, 2)), axis=0)
    return 200 + moves @ rng.uniform(0, 3, (2, number)) + rng.normal(size=(periods, number))


def test_a_mixture_of_two_is_found_again():
    donors = pd.DataFrame(areas(np.random.default_rng(1), 5), columns=list("abcde"))
    treated = 0.3 * donors["a"] + 0.7 * donors["d"]
    treated[24:] *= 0.6
    result = synthetic_comparison(treated, donors, intervention_index=24)
    assert result.weights == pytest.approx({"a": 0.3, "b": 0, "c": 0, "d": 0.7, "e": 0}, abs=1e-6)
    assert result.estimate == pytest.approx(0.6)
    assert (result.rank, result.areas, result.p_value, result.se) == (1, 6, None, None)
    assert result.error_before == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize("seed", range(5))
def test_no_other_mixture_lies_nearer(seed):
    rng = np.random.default_rng(seed)
    everyone = areas(rng, 8)
    treated, donors = everyone[:, 0], everyone[:, 1:]
    result = synthetic_comparison(treated, donors, intervention_index=20)
    weights = np.array(list(result.weights.values()))
    assert weights.sum() == pytest.approx(1)
    assert (weights >= 0).all()

    def apart(weights):
        return ((treated[:20] - donors[:20] @ weights) ** 2).mean()

    found = optimize.minimize(
        apart, np.full(7, 1 / 7), bounds=[(0, 1)] * 7, constraints={"type": "eq", "fun": lambda w: w.sum() - 1},
        method="SLSQP", options={"ftol": 1e-14, "maxiter": 500},
    )  # fmt: skip
    assert result.error_before**2 == pytest.approx(apart(weights))
    assert apart(weights) <= found.fun * (1 + 1e-6)


def test_nineteen_donors_are_needed_for_a_probability():
    everyone = areas(np.random.default_rng(4), 20)
    everyone[24:, 0] *= 0.5
    result = synthetic_comparison(everyone[:, 0], everyone[:, 1:], intervention_index=24)
    assert (result.rank, result.areas, result.p_value) == (1, 20, 0.05)
    fewer = synthetic_comparison(everyone[:, 0], everyone[:, 1:19], intervention_index=24)
    assert (fewer.rank, fewer.areas, fewer.p_value) == (1, 19, None)


@given(seed=st.integers(0, 1000), turn=st.integers(1, 5))
@settings(max_examples=20)
def test_the_order_of_donors_and_the_unit_do_not_matter(seed, turn):
    everyone = areas(np.random.default_rng(seed), 7)
    names = list("abcdef")
    donors = pd.DataFrame(everyone[:, 1:], columns=names)
    plain = synthetic_comparison(everyone[:, 0], donors, intervention_index=18)
    turned = synthetic_comparison(1000 * everyone[:, 0], 1000 * donors[np.roll(names, turn)], intervention_index=18)
    assert turned.weights == pytest.approx(plain.weights, abs=1e-6)
    assert turned.placebo_ratios == pytest.approx(plain.placebo_ratios, rel=1e-5)
    assert (turned.rank, turned.estimate) == (plain.rank, pytest.approx(plain.estimate))
    # A frame, a mapping, a table and one series after the other are the same donors.
    for told in ({name: donors[name] for name in names}, donors.to_numpy(), donors.to_numpy().T):
        again = synthetic_comparison(everyone[:, 0], told, intervention_index=18)
        assert (again.ratio, list(again.weights.values())) == (plain.ratio, list(plain.weights.values()))


def test_areas_that_are_all_alike_move_as_much_as_each_other():
    result = synthetic_comparison([5.0] * 6, {"a": [5.0] * 6, "b": [5.0] * 6}, intervention_index=3)
    assert (result.estimate, result.ratio, result.rank) == (1, 0, 3)
    nothing = synthetic_comparison([0.0] * 6, {"a": [0.0] * 6, "b": [0.0] * 6}, intervention_index=3)
    assert (nothing.estimate, nothing.ratio) == (None, 0)


def test_a_month_the_treated_area_lacks_is_left_out():
    everyone = areas(np.random.default_rng(6), 6)
    without = np.delete(everyone, 10, axis=0)
    everyone[10] = math.nan
    gap = synthetic_comparison(everyone[:, 0], everyone[:, 1:], intervention_index=18)
    plain = synthetic_comparison(without[:, 0], without[:, 1:], intervention_index=17)
    assert gap.weights == pytest.approx(plain.weights)
    assert gap.ratio == pytest.approx(plain.ratio)


@pytest.mark.parametrize(
    ("treated", "donors", "began", "why"),
    [([1, 2, 3, 4], {"a": [1, 2, 3, 4]}, 2, "two donors"),
     ([1, 2, 3, 4], [[1, 2], [2, 3], [3, 4]], 2, "a row for each"),
     ([1, 2, 3, 4], [[1, 2]] * 4, 1, "two observations"), ([1, 2, 3, 4], [[1, 2]] * 4, 4, "one after"),
     ([1, 2, 3, 4], [[1, 2], [1, math.nan], [1, 2], [1, 2]], 2, "counted whenever"),
     ([1, 2, 3, -4], [[1, 2]] * 4, 2, "zero and up"), ([1, 2, 3, 4], [[1, -2]] * 4, 2, "zero and up")],
)  # fmt: skip
def test_what_is_no_mixture_is_refused(treated, donors, began, why):
    with pytest.raises(ValueError, match=why):
        synthetic_comparison(treated, donors, intervention_index=began)


# --- Made-up series ---------------------------------------------------------------------------------------------------

RUNS, RATIO = 1000, 0.75


def drawn(rng, mean, family):
    if family == "poisson":
        return rng.poisson(mean)
    size = mean / 1.5 if family == "quasipoisson" else np.full(len(mean), 12.0)
    return rng.negative_binomial(size, size / (size + mean))


@pytest.mark.slow
@pytest.mark.parametrize("family", ["poisson", "quasipoisson", "negativebinomial"])
@pytest.mark.parametrize(
    ("months", "began", "how"),
    [(24, 12, {}), (36, 24, {"season_period": 12, "harmonics": 1}), (48, 36, {"hac_lags": 3})],
)
def test_an_interrupted_series_interval_holds_the_truth(months, began, how, family):
    rng, when = np.random.default_rng(11), np.arange(months)
    mean = 40 * np.exp(0.005 * when) * np.where(when >= began, RATIO, 1)
    if "harmonics" in how:
        mean = mean * np.exp(0.2 * np.sin(2 * np.pi * when / 12))
    held = 0
    for _ in range(RUNS):
        result = interrupted_time_series(drawn(rng, mean, family), intervention_index=began, family=family, **how)
        held += result.ci_low <= RATIO <= result.ci_high
    assert 930 <= held <= 970


@pytest.mark.slow
@pytest.mark.parametrize("family", ["poisson", "quasipoisson", "negativebinomial"])
@pytest.mark.parametrize(("months", "season"), [(12, None), (24, 12)])
def test_a_difference_in_differences_interval_holds_the_truth(months, season, family):
    rng, when = np.random.default_rng(12), np.tile(np.arange(months), 2)
    treated, after = np.repeat([True, False], months), when >= months // 2
    mean = np.where(treated, 40, 60) * np.where(after, 1.1, 1) * np.where(treated & after, RATIO, 1)
    if season:
        mean = mean * np.exp(0.2 * np.sin(2 * np.pi * when / 12) + 0.005 * when)
    how = {"treated": treated, "after": after, "time": when, "season_period": season, "trend": bool(season)}
    held = 0
    for _ in range(RUNS):
        result = difference_in_differences(drawn(rng, mean, family), family=family, **how)
        held += result.ci_low <= RATIO <= result.ci_high
    assert 930 <= held <= 970


@pytest.mark.slow
@pytest.mark.parametrize("alike", [0.3, 0.5])
def test_where_months_follow_each_other_the_robust_interval_holds_far_more_often(alike):
    rng, months = np.random.default_rng(13), 48
    when = np.arange(months)
    held = {None: 0, 4: 0}
    for _ in range(500):
        own = rng.normal(size=months)
        for month in range(1, months):
            own[month] = alike * own[month - 1] + math.sqrt(1 - alike**2) * own[month]
        series = rng.poisson(60 * np.exp(0.2 * own - 0.02) * np.where(when >= 24, RATIO, 1))
        for lags in held:
            result = interrupted_time_series(series, intervention_index=24, hac_lags=lags)
            held[lags] += result.ci_low <= RATIO <= result.ci_high
    assert held[4] >= 450
    assert held[4] > held[None] + 20
