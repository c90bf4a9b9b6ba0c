"""The headline's rule table: which word the counts give, and why."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analysis.evaluation import Verdict, assess, detectable_reduction


def months(treated, compared, *, earlier=0, ring=None, days=30, **more):
    """As many months before as after; the first `earlier` of them lie before both."""
    number = len(treated) - earlier
    part = ["earlier"] * earlier + ["before"] * (number // 2) + ["after"] * (number // 2)
    columns = {f"area-{place}": np.array(one, dtype=float) for place, one in enumerate(compared)}
    ring = np.zeros(len(treated)) if ring is None else np.array(ring, dtype=float)
    return pd.DataFrame(
        {"days": float(days), "part": part, "treated": np.array(treated, dtype=float), "ring": ring, **columns, **more}
    )


def codes(found, *, holds):
    return {rule.code for rule in found.rules if rule.holds is holds}


STEADY = [10] * 24
HALVED = [10] * 12 + [4] * 12


def test_a_place_that_halves_beside_a_steady_one_has_decreased():
    found = assess(months(HALVED, [STEADY]))
    assert found.verdict == Verdict.DECREASED
    assert {"relative", "difference", "weighted"} <= codes(found, holds=True)
    assert found.expected_after == pytest.approx(120)
    assert found.observed_after == 48


def test_turned_round_it_has_increased():
    found = assess(months([4] * 12 + [10] * 12, [STEADY]))
    assert found.verdict == Verdict.INCREASED


def test_what_the_comparison_does_too_is_no_effect():
    assert assess(months(HALVED, [HALVED])).verdict == Verdict.UNCHANGED


def test_without_a_decrease_that_could_be_shown_nothing_is_said():
    few = [1, 0] * 6 + [0] * 12
    assert detectable_reduction(6, 6) is None
    found = assess(months(few, [few]))
    assert found.detectable_half is None
    assert found.verdict == Verdict.NOT_ASSESSABLE
    assert "detectable" in codes(found, holds=False)


def test_what_moves_to_the_ring_takes_the_decrease_away():
    moved = [10] * 12 + [17] * 12
    assert assess(months(HALVED, [STEADY], ring=STEADY), has_ring=True).verdict == Verdict.DECREASED
    found = assess(months(HALVED, [STEADY], ring=moved), has_ring=True)
    assert found.verdict != Verdict.DECREASED
    assert {"ring", "weighted"} <= codes(found, holds=False)


def test_a_change_in_who_reports_is_told_instead_of_a_decrease():
    frame = months(HALVED, [STEADY])
    assert assess(frame, coverage_before=0.95, coverage_after=0.9).verdict == Verdict.DECREASED
    found = assess(frame, coverage_before=0.95, coverage_after=0.6)
    assert found.verdict == Verdict.NOT_ASSESSABLE
    assert codes(found, holds=False) == {"reported"}


def test_a_comparison_that_a_measure_touched_tells_nothing():
    found = assess(months(HALVED, [STEADY]), comparison_is_touched=True)
    assert found.verdict == Verdict.NOT_ASSESSABLE
    assert codes(found, holds=False) == {"untouched"}


def test_two_that_parted_before_the_measure_are_not_compared():
    parting = [20] * 12 + [10] * 12 + [5] * 12
    found = assess(months(parting, [[10] * 36], earlier=12))
    assert found.verdict == Verdict.NOT_ASSESSABLE
    assert "parallel" in codes(found, holds=False)


def test_too_uncertain_is_not_unchanged():
    rng = np.random.default_rng(1)
    bursts = rng.permutation([0] * 16 + [12, 15, 10, 14, 9, 13, 16, 11])
    found = assess(months(bursts, [rng.permutation(bursts)]))
    assert found.verdict == Verdict.NOT_ASSESSABLE
    assert "rules_out" in codes(found, holds=False)


def test_months_that_a_source_lacks_are_left_out_and_never_zero():
    frame = months(HALVED, [STEADY])
    frame.loc[frame.index[12:15], ["treated", "ring", "area-0"]] = np.nan
    found = assess(frame)
    assert found.verdict == Verdict.DECREASED
    assert found.observed_after == 36
    assert np.isnan(found.expected[12])


def test_alone_it_needs_two_years_before():
    rng = np.random.default_rng(2)
    past, after = rng.poisson(20, 24), rng.poisson(6, 12)
    whole = pd.DataFrame(
        {
            "days": 30.0,
            "part": ["earlier"] * 12 + ["before"] * 12 + ["after"] * 12,
            "treated": np.concatenate([past, after]).astype(float),
            "ring": 0.0,
        }
    )
    found = assess(whole)
    assert found.verdict == Verdict.DECREASED
    assert {"alone", "step", "average"} <= codes(found, holds=True)
    short = assess(whole.iloc[12:].reset_index(drop=True))
    assert short.verdict == Verdict.NOT_ASSESSABLE
    assert "alone" in codes(short, holds=False)


def test_a_comparison_ten_times_as_large_is_brought_to_the_same_level():
    large = assess(months([10] * 12 + [5] * 12, [[100] * 12 + [90] * 12]))
    assert large.verdict == Verdict.DECREASED
    assert large.weighted is not None
    # Ninety of a hundred are nine of ten: 60 where 108 were to be expected.
    assert large.weighted.estimate == pytest.approx(-48)


def test_several_that_drift_apart_widen_the_interval():
    drifting = [[10] * 12 + [18] * 12, [10] * 12 + [5] * 12, [10] * 12 + [7] * 12]
    steady = assess(months(HALVED, [STEADY, STEADY, STEADY]))
    apart = assess(months(HALVED, drifting))
    assert apart.dispersion > 2 * steady.dispersion
    assert apart.change.ci_high - apart.change.ci_low > steady.change.ci_high - steady.change.ci_low


def test_a_frame_without_months_after_is_refused():
    frame = months(HALVED, [STEADY])
    with pytest.raises(ValueError, match="before and after"):
        assess(frame[frame["part"] == "before"])
