"""The figures from frames alone: no database, no clock."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from analysis.periods import containing, free, parse
from situational_picture import figures

TODAY = dt.date(2026, 11, 22)
CATEGORIES = pd.DataFrame(
    {
        "code": ["SKA", "NAR", "OTR"],
        "name_sv": ["Skadegörelse", "Droghandel", "Otrygg plats"],
        "name_en": ["Vandalism", "Drug dealing", ""],
        "kind": ["event", "event", "condition"],
        "is_sensitive": [False, True, False],
    },
    index=[1, 2, 3],
)
NO_ROWS = pd.DataFrame(
    {
        "occurred_from": pd.Series(dtype="datetime64[ns]"),
        "occurred_to": pd.Series(dtype="datetime64[ns]"),
        "by_month": pd.Series(dtype=bool),
        "cell": pd.Series(dtype="int64"),
        "place": pd.Series(dtype="int64"),
        "category": pd.Series(dtype="int64"),
    }
)


def daily(rows):
    frame = pd.DataFrame(rows, columns=["category", "day", "by_month", "count"])
    return frame.assign(day=pd.to_datetime(frame["day"]), by_month=frame["by_month"].astype(bool))


def whole_source(first="2020-01-01", **changes):
    known = {"months_only": False, "first_day": dt.date.fromisoformat(first), "last_day": TODAY}
    return figures.Source(**{**known, "missing_months": frozenset(), **changes})


def compute(period, rows, source=None, detail=NO_ROWS):
    return figures.compute(
        period=period,
        today=TODAY,
        source=source or whole_source(),
        daily=daily(rows),
        categories=CATEGORIES,
        rows=detail,
        rows_before=NO_ROWS,
        place_names={},
        subareas=[],
        not_drawn={"outside": 0, "none": 0},
    )


def test_only_events_make_the_counts_and_the_others_are_told_beside():
    result = compute(
        parse("2026-W46"), [(1, "2026-11-10", False, 4), (2, "2026-11-11", False, 2), (3, "2026-11-10", False, 9)]
    )
    assert result["total"]["count"] == 6
    assert {row["code"]: row["count"] for row in result["categories"]} == {"SKA": 4, "NAR": 2}
    assert [(row["code"], row["kind"], row["count"]) for row in result["others"]] == [("OTR", "condition", 9)]


def running(today):
    """Ten every Monday and a hundred every Sunday for years, and three so far today; the running week on `today`."""
    mondays = pd.date_range("2024-01-01", "2026-11-16", freq="W-MON")
    rows = [(1, day.date(), False, 10) for day in mondays if day.date() < today]
    rows += [(1, (day + pd.Timedelta(days=6)).date(), False, 100) for day in mondays[:-1]]
    rows += [(1, today, False, 3)]
    return figures.compute(
        period=containing(today, "week"),
        today=today,
        source=whole_source("2024-01-01", last_day=today),
        daily=daily(rows),
        categories=CATEGORIES,
        rows=NO_ROWS,
        rows_before=NO_ROWS,
        place_names={},
        subareas=[],
        not_drawn={},
    )


def test_a_running_week_is_compared_with_the_same_days_of_earlier_weeks():
    total = running(dt.date(2026, 11, 17))["total"]
    assert (total["count"], total["compared"]) == (13, 10)
    assert total["judgement"] == "as_expected"
    assert total["upper"] < 40


def test_a_period_that_begins_today_is_counted_and_not_yet_compared():
    total = running(dt.date(2026, 11, 16))["total"]
    assert (total["count"], total["reason"], total["judgement"]) == (3, "just_begun", "too_few_to_say")


def test_a_period_is_compared_in_the_days_its_source_reached():
    source = figures.Source(True, dt.date(2019, 1, 1), dt.date(2022, 10, 31), frozenset())
    rows = [(1, dt.date(year, month, 1), True, 20) for year in range(2019, 2023) for month in range(1, 13)]
    rows = [row for row in rows if row[1] <= dt.date(2022, 10, 1)]
    total = compute(parse("2022-T3"), rows, source)["total"]
    assert total["compared"] == 40
    assert total["judgement"] == "as_expected"


def test_a_month_the_source_lacks_is_missing_and_never_zero():
    source = figures.Source(
        months_only=True,
        first_day=dt.date(2020, 1, 1),
        last_day=dt.date(2020, 12, 31),
        missing_months=frozenset({dt.date(2020, 6, 1)}),
    )
    rows = [(1, dt.date(2020, month, 1), True, 20) for month in range(1, 13) if month != 6]
    result = compute(parse("2020-12"), rows, source)
    observed = dict(zip(result["trend"]["periods"], result["trend"]["observed"], strict=True))
    assert observed["2020-06"] is None
    assert observed["2020-07"] == 20
    lacking = compute(parse("2020-06"), rows, source)
    assert lacking["total"]["count"] is None
    assert lacking["source"]["lacks_period"]


def test_a_source_that_knows_only_months_gives_no_weeks_and_no_hours():
    source = figures.Source(True, dt.date(2020, 1, 1), dt.date(2020, 12, 31), frozenset())
    detail = pd.DataFrame(
        {
            "occurred_from": pd.to_datetime(["2020-12-01"]),
            "occurred_to": pd.to_datetime(["2021-01-01"]),
            "by_month": [True],
            "cell": [0],
            "place": [0],
            "category": [1],
        }
    )
    result = compute(parse("2020-W50"), [(1, "2020-12-01", True, 20)], source, detail)
    assert result["total"]["count"] is None
    assert result["clock"] is None
    assert result["trend"]["kind"] == "month"


def test_unknown_time_is_counted_and_not_smeared():
    detail = pd.DataFrame(
        {
            "occurred_from": pd.to_datetime(["2026-11-13 22:00", "2026-11-10 12:00", "2026-11-01 00:00"]),
            "occurred_to": pd.to_datetime(["2026-11-14 06:00", None, "2026-11-08 00:00"]),
            "by_month": False,
            "cell": 0,
            "place": 0,
            "category": 1,
        }
    )
    clock = compute(parse("2026-W46"), [(1, "2026-11-13", False, 3)], detail=detail)["clock"]
    assert clock["events"] == 2
    assert clock["unknown"] == 1
    assert np.array(clock["grid"]).sum() == pytest.approx(2)
    assert clock["grid"][4][22] == 0.125


def test_nothing_at_all_is_a_picture_too():
    result = compute(parse("2026-W46"), [], figures.Source(False, None, None, frozenset()))
    assert result["total"]["count"] is None
    assert result["categories"] == []
    assert result["changes"] == []


def test_a_free_period_stands_beside_the_days_before_it():
    result = compute(
        free(dt.date(2026, 11, 1), dt.date(2026, 11, 10)), [(1, "2026-11-03", False, 7), (1, "2026-10-25", False, 5)]
    )
    assert result["total"]["count"] == 7
    assert result["total"]["previous"] == 5
    assert result["total"]["reason"] == "no_range"


@pytest.mark.parametrize(
    ("months", "today", "expected"),
    [
        # Reported last month: the data run until today, and a quiet fortnight is quiet, not missing.
        ([("", "2026-10-01", False, "2026-10-30")], TODAY, TODAY),
        # A file that ended long ago ends there, at the end of its last month.
        ([("police_uk", "2022-10-01", True, "2022-10-01")], TODAY, dt.date(2022, 10, 31)),
    ],
)
def test_until_when_the_sources_reach(months, today, expected):
    frame = pd.DataFrame(months, columns=["source", "month", "by_month", "last"])
    frame = frame.assign(month=pd.to_datetime(frame["month"]), last=pd.to_datetime(frame["last"]), is_purged=False)
    assert figures.source_of(frame, today).last_day == expected


def test_a_month_that_one_of_two_sources_lacks_is_told_but_not_missing():
    frame = pd.DataFrame(
        [
            (s, m, False, m)
            for s, m in [
                ("a", "2026-08-01"),
                ("a", "2026-10-01"),
                ("", "2026-08-01"),
                ("", "2026-09-01"),
                ("", "2026-10-01"),
            ]
        ],
        columns=["source", "month", "by_month", "last"],
    )
    frame = frame.assign(month=pd.to_datetime(frame["month"]), last=pd.to_datetime(frame["last"]), is_purged=False)
    source = figures.source_of(frame, TODAY)
    assert source.missing_months == frozenset()
    assert source.partly_missing == (("a", dt.date(2026, 9, 1)),)
