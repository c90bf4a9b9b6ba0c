import numpy as np
import pandas as pd
import pytest

from analysis.changed import Finding, place_comparisons, what_has_changed
from analysis.expected import expected_range, surprise
from analysis.places import rank_places


def compared(**subjects):
    return pd.DataFrame.from_dict(
        subjects, orient="index", columns=["observed", "expected", "lower", "upper", "p_value"], dtype=float
    )


def test_the_most_events_come_first():
    categories = compared(damage=(60, 30, 20, 41, 1e-5), fire=(14, 4, 1, 8, 1e-5), theft=(50, 48, 35, 63, 0.8))
    places = compared(square=(10, 40, 28, 53, 1e-6))
    findings = what_has_changed({"category": categories, "place": places})
    assert [(finding.kind, finding.subject, finding.direction) for finding in findings] == [
        ("category", "damage", "more"),
        ("place", "square", "fewer"),
        ("category", "fire", "more"),
    ]
    assert findings[2] == Finding("category", "fire", "more", 14, 4, 1, 8, pytest.approx(4 / 3 * 1e-5))
    assert len(what_has_changed({"category": categories, "place": places}, at_most=2)) == 2


def test_nothing_stands_out_is_an_answer():
    assert what_has_changed({}) == []
    assert what_has_changed({"category": compared()}) == []
    assert what_has_changed({"category": compared(theft=(50, 48, 35, 63, 0.8))}) == []
    # outside its own range, but one of forty
    many = {f"category {number}": (50, 48, 35, 63, 0.8) for number in range(39)}
    assert what_has_changed({"category": compared(odd=(65, 48, 35, 63, 0.02), **many)}) == []
    assert what_has_changed({"category": compared(odd=(65, 48, 35, 63, 0.02))}) != []


def test_too_small_and_missing_are_neither_found_nor_compared():
    small = {f"small {number}": (0, 0.1, 0, 1, 1.0) for number in range(100)}
    frame = compared(found=(20, 9, 3, 16, 0.01), tiny=(4, 0.1, 0, 1, 1e-9), gone=(np.nan, 9, 3, 16, np.nan), **small)
    assert [finding.subject for finding in what_has_changed({"category": frame})] == ["found"]


def test_equal_changes_keep_their_order():
    categories = compared(b=(60, 30, 20, 41, 1e-5), a=(60, 30, 20, 41, 1e-6))
    assert [finding.subject for finding in what_has_changed({"category": categories})] == ["b", "a"]


def week(rng, planted=False):
    """Five years of 20 categories and 60 places, of which one doubles in the last week."""
    mean = rng.gamma(3, 8, 20)
    history = pd.DataFrame(rng.poisson(mean, (260, 20)).astype(float))
    last = rng.poisson(mean).astype(float)
    place_mean = rng.gamma(2, 8, 60)
    places = pd.DataFrame({"place": range(60), "before": rng.poisson(place_mean), "after": rng.poisson(place_mean)})
    if planted:
        last[3] = rng.poisson(2 * mean[3] + 20)
    ranges = expected_range(history, season_length=52)
    ranges["observed"] = last
    ranges["p_value"] = surprise(last, ranges["expected"], ranges["variance"])
    ranking = rank_places(places, days_before=7, days_after=7)
    return {"category": ranges, "place": place_comparisons(ranking)}


def test_in_quiet_weeks_something_is_found_one_week_in_twenty_at_most():
    rng = np.random.default_rng(1)
    runs = 200
    assert sum(bool(what_has_changed(week(rng))) for _ in range(runs)) / runs <= 0.06


def test_a_planted_change_is_found_and_leads():
    rng = np.random.default_rng(2)
    runs = [what_has_changed(week(rng, planted=True)) for _ in range(60)]
    led = [run and (run[0].kind, run[0].subject, run[0].direction) == ("category", 3, "more") for run in runs]
    assert np.mean([bool(first) for first in led]) >= 0.9
