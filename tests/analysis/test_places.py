import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.change import compare_counts
from analysis.places import range_if_unchanged, rank_places

pairs = st.lists(st.tuples(st.integers(0, 80), st.integers(0, 80)), min_size=1, max_size=12)


def frame_of(pairs):
    before, after = np.array(pairs, dtype=float).reshape(-1, 2).T
    return pd.DataFrame(
        {"place": [f"place {number}" for number in range(len(pairs))], "before": before, "after": after}
    )


def ranked(pairs, **settings):
    return rank_places(frame_of(pairs), days_before=28, days_after=28, **settings)


def test_most_first_and_equals_in_the_order_given():
    ranking = ranked([(10, 12), (10, 30), (10, 12), (10, 2)])
    assert ranking["place"].tolist() == ["place 1", "place 0", "place 2", "place 3"]
    assert ranking["rank"].tolist() == [1, 2, 2, pd.NA]


def test_too_few_are_listed_but_neither_ranked_nor_judged():
    ranking = ranked([(0, 4), (3, 6), (0, 0), (np.nan, 9), (40, np.nan)]).set_index("place")
    assert ranking["rank"].isna().to_dict() == {
        "place 3": False,
        "place 1": False,
        "place 0": True,
        "place 2": True,
        "place 4": True,
    }
    assert ranking["verdict"].eq("too_few_to_say").all()
    assert ranking["p_adjusted"].isna().all()


def test_a_clear_rise_and_a_clear_fall_are_told_from_chance():
    ranking = ranked([(10, 40), (40, 10), (20, 26), (20, 17)]).set_index("place")
    assert ranking["verdict"].to_dict() == {
        "place 0": "more",
        "place 1": "fewer",
        "place 2": "no_clear_change",
        "place 3": "no_clear_change",
    }
    assert ranking.loc["place 0", "ratio"] == pytest.approx(4)
    assert ranking.loc["place 0", "after"] > ranking.loc["place 0", "upper"]


def test_how_sure_the_order_is():
    ranking = ranked([(0, 100), (0, 15), (0, 12), (0, 5)])
    assert ranking[["rank", "rank_from", "rank_to"]].to_numpy().tolist() == [[1, 1, 1], [2, 2, 3], [3, 2, 4], [4, 3, 4]]


@given(pairs)
def test_every_place_is_there_once_with_its_own_numbers(pairs):
    ranking = ranked(pairs).set_index("place")
    assert sorted(ranking.index) == sorted(frame_of(pairs)["place"])
    assert ranking["after"].is_monotonic_decreasing
    for number, (before, after) in enumerate(pairs):
        row = ranking.loc[f"place {number}"]
        change = compare_counts(before, after, days_before=28, days_after=28)
        assert (row["before"], row["after"]) == (before, after)
        assert row["p_value"] == pytest.approx(change.p_value)
        if after >= 5:
            assert row["rank"] == 1 + sum(other > after for _, other in pairs)
            assert row["rank_from"] <= row["rank"] <= row["rank_to"]
        else:
            assert row["rank"] is pd.NA


@given(pairs, st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_no_number(pairs, random):
    frame = frame_of(pairs)
    shuffled = frame.sample(frac=1, random_state=random.randrange(2**32))
    one = rank_places(frame, days_before=28, days_after=56).set_index("place")
    other = rank_places(shuffled, days_before=28, days_after=56).set_index("place")
    pd.testing.assert_frame_equal(other.loc[one.index], one)


def test_where_nothing_changed_hardly_ever_anything_is_called_changed():
    rng = np.random.default_rng(1)
    runs = 200
    alarms = 0
    for _ in range(runs):
        mean = rng.gamma(2, 10, 60)
        ranking = ranked(np.column_stack([rng.poisson(mean), rng.poisson(mean)]))
        alarms += ranking["verdict"].isin(["more", "fewer"]).any()
    assert alarms / runs <= 0.06


def test_a_planted_rise_is_found():
    rng = np.random.default_rng(2)
    found = 0
    for _ in range(100):
        mean = rng.gamma(2, 10, 60)
        after = rng.poisson(mean)
        after[7], mean[7] = rng.poisson(75), 25
        ranking = ranked(np.column_stack([rng.poisson(mean), after])).set_index("place")
        found += ranking.loc["place 7", "verdict"] == "more"
    assert found >= 90


def test_the_range_if_unchanged_holds_what_it_says():
    rng = np.random.default_rng(3)
    for days_after in (28, 84):
        before, after = rng.poisson(12, 5000).astype(float), rng.poisson(12 * days_after / 28, 5000)
        lower, upper = range_if_unchanged(before, days_before=28, days_after=days_after)
        assert 0.94 <= ((lower <= after) & (after <= upper)).mean() <= 0.98
    assert np.isnan(range_if_unchanged(np.array([np.nan]), days_before=7, days_after=7)).all()


def test_no_places_at_all():
    assert ranked([]).empty
