from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.periods import (
    SEASON_LENGTH,
    Period,
    PeriodKind,
    containing,
    free,
    parse,
    periods_back,
    periods_between,
    weeks_in_year,
)

days = st.dates(min_value=date(1900, 1, 1), max_value=date(2200, 12, 31))
named_kinds = st.sampled_from([PeriodKind.WEEK, PeriodKind.MONTH, PeriodKind.TERTIAL])
named = st.builds(containing, days, named_kinds)
free_periods = st.builds(lambda first, length: free(first, first + timedelta(days=length)), days, st.integers(0, 800))
periods = st.one_of(named, free_periods)


@pytest.mark.parametrize(
    ("code", "start", "end"),
    [
        ("2026-W47", date(2026, 11, 16), date(2026, 11, 23)),
        ("2026-W01", date(2025, 12, 29), date(2026, 1, 5)),
        ("2026-W53", date(2026, 12, 28), date(2027, 1, 4)),
        ("2020-W53", date(2020, 12, 28), date(2021, 1, 4)),
        ("2026-11", date(2026, 11, 1), date(2026, 12, 1)),
        ("2026-12", date(2026, 12, 1), date(2027, 1, 1)),
        ("2024-02", date(2024, 2, 1), date(2024, 3, 1)),
        ("2026-T1", date(2026, 1, 1), date(2026, 5, 1)),
        ("2026-T3", date(2026, 9, 1), date(2027, 1, 1)),
        ("2026-01-05--2026-02-01", date(2026, 1, 5), date(2026, 2, 2)),
        ("2026-01-05--2026-01-05", date(2026, 1, 5), date(2026, 1, 6)),
    ],
)
def test_codes_name_their_days(code, start, end):
    period = parse(code)
    assert (period.start, period.end) == (start, end)
    assert period.code == str(period) == code


@pytest.mark.parametrize(
    "code",
    [
        "",
        "2026",
        "2025-W53",  # 2025 has 52 weeks
        "2026-W00",
        "2026-W1",
        "2026-00",
        "2026-13",
        "2026-T0",
        "2026-T4",
        "2026-02-01--2026-01-05",
        "2026-02-30--2026-03-01",
        "2026-01-05",
        " 2026-W47",
        "2026-W47\n",
        "٢٠٢٦-W47",
        "0001-W01",
        "0001-01",
        "9999-W52",
        "9999-12",
        "9999-T3",
        "0001-01-01--0001-01-02",
        "9999-12-30--9999-12-31",
    ],
)
def test_other_codes_are_refused(code):
    with pytest.raises(ValueError, match=r".+"):
        parse(code)


@pytest.mark.parametrize("code", ["1900-W01", "2999-W52", "1900-01", "2999-T3", "1900-01-01--2999-12-31"])
def test_every_period_that_has_a_code_has_neighbours(code):
    period = parse(code)
    assert period.previous().end == period.start
    assert period.next().start == period.end


@pytest.mark.parametrize(
    ("day", "week"),
    [
        (date(2026, 12, 31), "2026-W53"),
        (date(2027, 1, 3), "2026-W53"),
        (date(2027, 1, 4), "2027-W01"),
        (date(2025, 12, 28), "2025-W52"),
        (date(2025, 12, 29), "2026-W01"),
        (date(2021, 1, 1), "2020-W53"),
    ],
)
def test_days_around_new_year_belong_to_the_iso_week(day, week):
    assert containing(day, "week").code == week


@pytest.mark.parametrize(
    ("code", "earlier"),
    [
        ("2026-W47", "2025-W47"),
        ("2026-W53", "2025-W52"),
        ("2027-W52", "2026-W52"),
        ("2026-11", "2025-11"),
        ("2024-02", "2023-02"),
        ("2026-T2", "2025-T2"),
        ("2026-01-05--2026-02-01", "2025-01-05--2025-02-01"),
        ("2024-02-29--2024-02-29", "2023-02-28--2023-02-28"),
        ("2024-01-01--2024-12-31", "2023-01-01--2023-12-31"),
        ("2024-02-28--2024-02-28", "2023-02-28--2023-02-28"),
    ],
)
def test_the_same_period_last_year(code, earlier):
    assert parse(code).same_last_year().code == earlier


@pytest.mark.parametrize(
    ("code", "before"),
    [
        ("2027-W01", "2026-W53"),
        ("2026-W01", "2025-W52"),
        ("2026-01", "2025-12"),
        ("2026-T1", "2025-T3"),
        ("2026-01-05--2026-02-01", "2025-12-08--2026-01-04"),
    ],
)
def test_the_period_before(code, before):
    assert parse(code).previous().code == before


def test_periods_back_ends_with_the_period_itself():
    codes = [period.code for period in periods_back(parse("2027-W02"), 4)]
    assert codes == ["2026-W52", "2026-W53", "2027-W01", "2027-W02"]
    assert periods_back(parse("2027-W02"), 0) == []


def test_periods_between_holds_every_day():
    assert [period.code for period in periods_between(date(2025, 12, 31), date(2026, 9, 1), "tertial")] == [
        "2025-T3",
        "2026-T1",
        "2026-T2",
        "2026-T3",
    ]
    assert [period.code for period in periods_between(date(2026, 11, 16), date(2026, 11, 22), "week")] == ["2026-W47"]


@pytest.mark.parametrize(
    ("kind", "start", "end"),
    [
        ("week", date(2026, 11, 17), date(2026, 11, 24)),
        ("week", date(2026, 11, 16), date(2026, 11, 22)),
        ("month", date(2026, 11, 1), date(2026, 11, 30)),
        ("tertial", date(2026, 2, 1), date(2026, 6, 1)),
        ("free", date(2026, 2, 1), date(2026, 2, 1)),
        ("quarter", date(2026, 1, 1), date(2026, 4, 1)),
    ],
)
def test_a_period_that_is_none_cannot_be_made(kind, start, end):
    with pytest.raises(ValueError, match=r".+"):
        Period(kind, start, end)


def test_no_single_free_period_holds_a_day():
    with pytest.raises(ValueError, match="free"):
        containing(date(2026, 1, 1), "free")


@pytest.mark.parametrize(("year", "weeks"), [(2015, 53), (2020, 53), (2025, 52), (2026, 53), (2027, 52)])
def test_weeks_in_year(year, weeks):
    assert weeks_in_year(year) == weeks


@given(periods)
def test_a_code_can_be_read_back(period):
    assert parse(period.code) == period


@given(days, named_kinds)
def test_every_day_is_in_exactly_one_period_of_a_kind(day, kind):
    period = containing(day, kind)
    assert day in period
    assert day not in period.previous()
    assert day not in period.next()
    assert {containing(period.start, kind), containing(period.last_day, kind)} == {period}


@given(periods)
def test_before_and_after_touch_and_turn_back(period):
    assert period.previous().end == period.start
    assert period.next().start == period.end
    if period.kind in (PeriodKind.WEEK, PeriodKind.FREE):
        assert period.previous().days == period.days
    assert period.previous().next() == period == period.next().previous()


@given(periods)
def test_last_year_lies_a_year_back(period):
    earlier = period.same_last_year()
    assert earlier.kind == period.kind
    assert 358 <= (period.start - earlier.start).days <= 371
    assert abs(earlier.days - period.days) <= (1 if period.days < 360 else 3)


@given(named)
def test_numbers_stay_within_the_year(period):
    longest = {PeriodKind.WEEK: 53}.get(period.kind, SEASON_LENGTH[period.kind])
    assert 1 <= period.number <= longest
