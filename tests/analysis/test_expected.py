import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import optimize, stats

from analysis.expected import expected_band, expected_range, judge, surprise

PUBLISHED = Path(__file__).parents[1] / "data" / "published" / "outbreak"
WEEKS_IN_YEAR = 365.25 / 7

counts = st.lists(st.one_of(st.integers(0, 60), st.none()), min_size=1, max_size=90).map(
    lambda values: pd.Series(values, dtype=float)
)


def simulated(rng, *, series, periods, season_length, mean, dispersion=1.0, season=0.3, trend=0.08):
    """Counts with a yearly rhythm and a slow trend; `dispersion` is variance over mean. One series a column."""
    year = WEEKS_IN_YEAR if season_length == 52 else season_length
    when = np.arange(periods)[:, None]
    top = rng.uniform(0, 2 * np.pi, series)
    means = mean * np.exp(season * np.cos(2 * np.pi * when / year + top) + trend * (when - periods / 2) / year)
    if dispersion == 1:
        return pd.DataFrame(rng.poisson(means).astype(float))
    return pd.DataFrame(rng.negative_binomial(means / (dispersion - 1), 1 / dispersion).astype(float))


def share_inside(frame, season_length, confidence=0.95):
    answer = expected_range(frame.iloc[:-1], season_length=season_length, confidence=confidence)
    return frame.iloc[-1].between(answer["lower"], answer["upper"]).mean()


# The range holds what it says


@pytest.mark.parametrize("dispersion", [1, 1.8])
@pytest.mark.parametrize(
    ("season_length", "periods", "at_most"),
    [(52, 261, 0.98), (12, 61, 0.98), (3, 22, 0.99)],  # fifteen tertials say little, so their range is wider
)
def test_a_new_count_lies_in_the_range_as_often_as_promised(season_length, periods, at_most, dispersion):
    rng = np.random.default_rng(20261122)
    frame = simulated(rng, series=2000, periods=periods, season_length=season_length, mean=20, dispersion=dispersion)
    assert 0.93 <= share_inside(frame, season_length) <= at_most


@pytest.mark.slow
@pytest.mark.parametrize("dispersion", [1, 1.5, 2.5])
@pytest.mark.parametrize("mean", [8, 25, 80])
@pytest.mark.parametrize(
    ("season_length", "periods"), [(52, 27), (52, 79), (52, 157), (52, 521), (12, 25), (12, 61), (12, 121), (3, 31)]
)
def test_a_new_count_lies_in_the_range_as_often_as_promised_in_many_settings(season_length, periods, mean, dispersion):
    rng = np.random.default_rng(periods * mean)
    frame = simulated(rng, series=4000, periods=periods, season_length=season_length, mean=mean, dispersion=dispersion)
    assert 0.93 <= share_inside(frame, season_length) <= 0.99
    assert share_inside(frame, season_length, confidence=0.8) >= 0.78


def test_rare_events_are_never_promised_too_narrowly():
    rng = np.random.default_rng(4)
    for mean in (0.05, 0.5, 2):
        frame = simulated(rng, series=1500, periods=209, season_length=52, mean=mean)
        assert share_inside(frame, 52) >= 0.96


@pytest.mark.parametrize(("mean", "found_at_least"), [(10, 0.65), (20, 0.9), (40, 0.99)])
def test_a_doubling_is_found(mean, found_at_least):
    rng = np.random.default_rng(5)
    frame = simulated(rng, series=500, periods=261, season_length=52, mean=mean)
    answer = expected_range(frame.iloc[:-1], season_length=52)
    doubled = rng.poisson(2 * answer["expected"])
    assert (doubled > answer["upper"]).mean() >= found_at_least
    assert ((surprise(doubled, answer["expected"], answer["variance"]) < 0.05) == (doubled > answer["upper"])).all()


@pytest.mark.parametrize("outbreak", [slice(204, 210), slice(248, 254), slice(60, 86)])
def test_a_past_outbreak_does_not_hide_a_new_one(outbreak):
    rng = np.random.default_rng(6)
    frame = simulated(rng, series=400, periods=260, season_length=52, mean=10, trend=0)
    calm = expected_range(frame, season_length=52)
    frame.iloc[outbreak] *= 5
    after = expected_range(frame, season_length=52)
    assert after["upper"].mean() / calm["upper"].mean() == pytest.approx(1, abs=0.1)


def test_what_returns_every_year_is_expected():
    when = np.arange(52 * 6 + 6)
    at_new_year = when % WEEKS_IN_YEAR < 1.01
    rng = np.random.default_rng(7)
    fireworks = pd.DataFrame(rng.poisson(np.where(at_new_year, 20, 0.3)[:, None], (len(when), 300)).astype(float))
    new_year = np.flatnonzero(at_new_year)[-1]
    in_summer = new_year - 26
    assert share_inside(fireworks.iloc[: new_year + 1], 52) > 0.9
    summer = expected_range(fireworks.iloc[:in_summer], season_length=52)
    assert (summer["upper"] < 5).all()


def test_after_a_lasting_fall_the_expectation_follows_within_months():
    rng = np.random.default_rng(8)
    frame = simulated(rng, series=400, periods=261, season_length=52, mean=20, season=0, trend=0)
    for weeks, inside in ((26, 0.93), (52, 0.93)):
        fallen = frame.copy()
        fallen.iloc[-weeks:] = rng.poisson(10, (weeks, 400))
        assert share_inside(fallen, 52) >= inside


def test_the_season_is_in_the_expectation():
    when = np.arange(52 * 5)
    summer_high = pd.DataFrame({"youth": np.round(30 + 15 * np.cos(2 * np.pi * when / WEEKS_IN_YEAR))})
    at_top, at_bottom = (
        expected_range(summer_high.iloc[:weeks], season_length=52).loc["youth", "expected"]
        for weeks in (52 * 4, 52 * 4 + 26)
    )
    assert at_top == pytest.approx(45, abs=2)
    assert at_bottom == pytest.approx(15, abs=2)


# The arithmetic


def test_agrees_with_maximising_the_same_likelihood_by_brute_force():
    """Counts that scatter less than chance leave no dispersion and no outliers: plain Poisson with priors remains."""
    months = np.arange(40)
    series = np.round(20 + 5 * np.sin(2 * np.pi * months / 12) + 0.1 * months)
    back = 40 - months

    def design(age):
        turn = 2 * np.pi * age / 12
        waves = [np.cos(turn), np.sin(turn), np.cos(2 * turn), np.sin(2 * turn)]
        return np.array([1, -age / 12, *waves, age <= 3, age > 0 and age % 12 == 0], dtype=float)

    past = np.array([design(age) for age in back])
    prior_sd = np.array([10, 0.2, 0.3, 0.3, 0.15, 0.15, 0.2, 0.15])
    centre = np.zeros(8)
    centre[0] = np.log((series.sum() + 0.5) / 40)

    def loss(beta):
        mean = np.exp(past @ beta)
        return -stats.poisson.logpmf(series, mean).sum() + 0.5 * (((beta - centre) / prior_sd) ** 2).sum()

    best = optimize.minimize(loss, centre, method="BFGS", options={"gtol": 1e-6}).x
    asked = design(0)
    asked[7] = 1
    answer = expected_range(pd.DataFrame({"a": series}), season_length=12)
    assert answer.loc["a", "expected"] == pytest.approx(np.exp(asked @ best), rel=1e-4)


def test_published_salmonella():
    """Beside R surveillance: the bounds of farringtonFlexible (nbPlugin, one-sided 5 %) and the weeks it warns of."""
    cases = pd.read_csv(PUBLISHED / "salmonella_newport_germany_weekly.csv", index_col="t")["count"]
    published = json.loads((PUBLISHED / "salmonella_expected.json").read_text(encoding="utf-8"))
    flexible = published["farrington_flexible_noufaily_nbPlugin"]
    first, last = published["range_t"]
    band = expected_band(cases.loc[:last], season_length=52, first_shown=first, confidence=0.9)
    assert band["observed"].tolist() == flexible["observed"]
    bounds = np.array(flexible["upperbound"], dtype=float)
    given_there = ~np.isnan(bounds)
    difference = band["upper"].to_numpy()[given_there] - bounds[given_there]
    assert np.abs(difference).max() <= 2
    assert (np.abs(difference) <= 1).mean() > 0.95
    assert (difference == 0).mean() > 0.6
    warned = set(np.flatnonzero(flexible["alarm"]))
    ours = set(np.flatnonzero(band["observed"] > band["upper"]))
    assert warned <= ours
    assert len(ours - warned) <= 1


@given(counts, st.sampled_from([52, 12, 3]))
def test_no_period_knows_what_came_after_it(series, season_length):
    band = expected_band(series, season_length=season_length)
    half = len(series) // 2
    pd.testing.assert_frame_equal(
        expected_band(series.iloc[: half + 1], season_length=season_length), band.iloc[: half + 1], rtol=1e-9
    )
    alone = expected_range(series.iloc[:half].to_frame(), season_length=season_length)
    pd.testing.assert_frame_equal(
        band.iloc[[half]].drop(columns="observed").reset_index(drop=True), alone.reset_index(drop=True), rtol=1e-9
    )


@given(counts, st.sampled_from([52, 12, 3]))
def test_a_range_is_whole_and_in_order(series, season_length):
    band = expected_band(series, season_length=season_length)
    assert band.index.equals(series.index)
    pd.testing.assert_series_equal(band["observed"], series, check_names=False)
    ranged = band["reason"].isin(["", "short_history"])
    assert band.loc[~ranged, ["expected", "lower", "upper", "variance"]].isna().all(axis=None)
    shown = band[ranged]
    assert np.isfinite(shown[["expected", "lower", "upper", "variance"]]).all(axis=None)
    assert (shown["lower"] >= 0).all()
    assert (shown["lower"] <= np.ceil(shown["expected"])).all()
    assert (shown["upper"] >= np.floor(shown["expected"])).all()
    assert (shown["variance"] >= shown["expected"]).all()
    assert (shown[["lower", "upper"]] % 1 == 0).all(axis=None)


def test_every_series_is_judged_by_itself():
    rng = np.random.default_rng(9)
    frame = simulated(rng, series=5, periods=150, season_length=52, mean=6)
    together = expected_range(frame, season_length=52)
    for name in frame:
        pd.testing.assert_frame_equal(expected_range(frame[[name]], season_length=52), together.loc[[name]])


# Missing is not zero, and little is not much


def test_a_missing_period_is_not_a_zero():
    rng = np.random.default_rng(10)
    whole = simulated(rng, series=50, periods=130, season_length=52, mean=20, season=0, trend=0)
    gaps = rng.random(whole.shape) < 0.3
    gone, zero = whole.mask(gaps), whole.mask(gaps, 0)
    kept = expected_range(gone, season_length=52)
    assert kept["expected"].mean() == pytest.approx(20, rel=0.05)
    assert expected_range(zero, season_length=52)["expected"].mean() < 16
    assert (kept["reference_periods"] == (~gaps).sum(axis=0)).all()


def test_reasons():
    rng = np.random.default_rng(11)
    years = pd.Series(rng.poisson(9, 120).astype(float))
    stopped = years.copy()
    stopped.iloc[-60:] = np.nan
    frame = pd.DataFrame(
        {
            "whole": years,
            "started_lately": years.where(years.index >= 90),
            "just_started": years.where(years.index >= 115),
            "never": np.nan,
            "stopped": stopped,
        }
    )
    answer = expected_range(frame, season_length=52)
    assert answer["reason"].to_dict() == {
        "whole": "",
        "started_lately": "short_history",
        "just_started": "too_short",
        "never": "too_short",
        "stopped": "no_recent",
    }
    assert answer["upper"].notna().to_dict() == {
        "whole": True,
        "started_lately": True,
        "just_started": False,
        "never": False,
        "stopped": False,
    }
    assert expected_range(frame.iloc[:0], season_length=52)["reason"].eq("too_short").all()
    assert expected_range(pd.DataFrame(index=range(5)), season_length=52).empty


def test_where_nothing_ever_happened_nothing_is_expected():
    answer = expected_range(pd.DataFrame({"a": np.zeros(200), "b": np.r_[np.zeros(199), 1]}), season_length=52)
    assert (answer["upper"] <= 1).all()
    assert (answer["lower"] == 0).all()
    assert (answer["expected"] < 0.1).all()


def test_periods_may_be_named_by_a_period_index():
    index = pd.period_range("2019-01", periods=48, freq="M")
    series = pd.Series(np.tile([4.0, 6.0, 8.0, 6.0], 12), index=index)
    band = expected_band(series, season_length=12, first_shown=pd.Period("2022-01", "M"))
    assert band.index.equals(index[36:])
    assert band["reason"].eq("").all()
    with pytest.raises(ValueError, match="More than one"):
        expected_band(pd.Series([1.0, 2.0], index=["a", "a"]), season_length=12, first_shown="a")


@pytest.mark.parametrize(
    ("observed", "lower", "upper", "verdict"),
    [
        (10, 3, 9, "more"),
        (9, 3, 9, "as_expected"),
        (3, 3, 9, "as_expected"),
        (2, 3, 9, "fewer"),
        (0, 0, 4, "too_few_to_say"),
        (4, 0, 1, "too_few_to_say"),
        (5, 0, 1, "more"),
        (np.nan, 3, 9, "too_few_to_say"),
        (10, np.nan, np.nan, "too_few_to_say"),
    ],
)
def test_judgements(observed, lower, upper, verdict):
    assert judge(observed, lower, upper) == verdict


def test_surprise_agrees_with_adding_up_probabilities():
    expected, variance = 12.0, 20.0
    size = expected**2 / (variance - expected)
    probabilities = stats.nbinom.pmf(np.arange(400), size, size / (size + expected))
    for observed in (0, 5, 12, 20, 31):
        tail = min(probabilities[: observed + 1].sum(), probabilities[observed:].sum())
        assert surprise(observed, expected, variance) == pytest.approx(min(1, 2 * tail))
    assert np.isnan(surprise([np.nan, 3.0], [2.0, np.nan], [3.0, np.nan])).all()
