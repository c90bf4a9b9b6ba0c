"""The invented past: the same for everybody, in the promised shape, and pointing at nobody."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest
import shapely

from est_platform.demonstration import cast, generator, loading, shapes, texts
from incidents.categories import DEFAULT_TREE
from incidents.models import Incident
from privacy.guard import scan_column

LEAVES = {leaf.code: leaf for branch in DEFAULT_TREE for leaf in branch.leaves}


def local(moments: pd.Series) -> pd.Series:
    return moments.dt.tz_convert(generator.ZONE)


@pytest.mark.parametrize("until", [dt.date(2026, 3, 1), dt.date(2016, 12, 31), dt.date(2016, 1, 1)])
def test_an_earlier_day_is_the_beginning_of_a_later_one(areas, past, until):
    earlier = generator.generate(areas, seed=loading.SEED, until=until)
    assert 0 < len(earlier) < len(past)
    pd.testing.assert_frame_equal(earlier, past.head(len(earlier)))


def test_another_seed_gives_another_past(areas):
    until = dt.date(2016, 2, 15)
    one, other = (generator.generate(areas, seed=seed, until=until) for seed in (1, 2))
    assert not one["occurred_from"].isin(other["occurred_from"]).all()


def test_there_are_about_sixty_thousand_over_the_years(past):
    assert 54_000 <= len(past) <= 66_000
    assert past["key"].is_unique
    by_year = past.groupby(past["occurred_on"].dt.year).size()
    assert list(by_year.index) == list(range(2016, 2027))
    assert by_year.min() > 3_000


def test_nothing_is_known_before_it_happened(past):
    is_event = past["category"].map(lambda code: LEAVES[code].kind == "event")
    known = past[is_event]
    assert (known["known_at"] >= known["occurred_from"]).all()
    intervals = known[known["time_precision"] == "interval"]
    assert (intervals["known_at"] >= intervals["occurred_to"]).all()
    assert (past["occurred_to"].dropna() > past.loc[past["occurred_to"].notna(), "occurred_from"]).all()
    assert past["known_at"].is_monotonic_increasing


def test_every_value_is_one_the_platform_knows(past):
    assert set(past["category"]) == set(LEAVES)
    for column, choices in {
        "time_precision": Incident.TimePrecision,
        "precision": Incident.Precision,
        "place_type": Incident.PlaceType,
        "source_kind": Incident.SourceKind,
        "certainty": Incident.Certainty,
        "persons": Incident.Persons,
    }.items():
        assert set(past[column]) <= {*choices.values, ""}, column
    assert past["unsafety"].dropna().between(1, 5).all()
    assert past["cost_sek"].dropna().ge(0).all()
    assert {"exact", "interval", "day"} == set(past["time_precision"])
    assert {"exact", "place", "block", "area"} == set(past["precision"])


def test_no_description_points_at_anybody(past):
    in_stories = {text for story in shapes.STORIES for text in story.words}
    every = pd.Series(sorted(in_stories.union(*(texts.sentences(code) for code in texts.WHAT))))
    assert scan_column(every).empty
    assert scan_column(pd.Series([*texts.REVIEW_REASONS, *texts.SECOND_REPORTS.values()])).empty
    written = past.loc[past["description"] != "", "description"]
    assert 0.2 < len(written) / len(past) < 0.4
    assert set(written) <= set(every)


def test_the_centre_falls_after_the_measures_and_other_places_do_not(areas, past):
    centre = next(s.id for a in areas for s in a.places if s.name == shapes.FALLING_PLACE)
    codes = past["category"].isin(shapes.EVENT_CODES_IN_A_FALL)
    day = past["occurred_on"]
    before, after = day < "2018-04-01", day >= "2020-01-01"
    years_before, years_after = 2.25, (pd.Timestamp("2026-11-22") - pd.Timestamp("2020-01-01")).days / 365.25

    def change(rows: pd.Series) -> float:
        return ((rows & after).sum() / years_after) / ((rows & before).sum() / years_before)

    here = codes & (past["place"] == centre)
    assert (here & before).sum() > 100
    assert change(here) < 0.25
    assert change(here & (past["category"] == "NAR")) < 0.25
    assert change(codes & (past["area"] == "navestad")) > 0.8


def test_stories_lie_on_top_of_everything_else_at_their_places(areas, past, monkeypatch):
    told = [story.begins for story in shapes.STORIES]
    monkeypatch.setattr(shapes, "STORIES", ())
    without = generator.generate(areas, seed=loading.SEED, until=past["occurred_on"].max().date())
    both = past.merge(without, how="left", indicator=True)
    assert len(past) - len(without) == (both["_merge"] == "left_only").sum() > 80
    extra = both[both["_merge"] == "left_only"]
    assert extra["occurred_on"].min() >= pd.Timestamp(min(told))
    names = {spot.id: spot.name for area in areas for spot in area.places}
    # Of the square before it was worked on: enough to be evaluated, halved by 2019, and gone with the rest.
    square = extra[extra["occurred_on"] < "2021-01-01"]
    by_year = square.groupby(square["occurred_on"].dt.year).size()
    assert by_year[2017] > 80
    assert 0.3 < by_year[2019] / by_year[2017] < 0.6
    assert set(square["place"].map(names).dropna()) == {shapes.FALLING_PLACE}
    assert set(square["category"]) == {"NAR", "HOT"}
    extra = extra[extra["occurred_on"] >= "2026-01-01"]
    fires = extra[extra["category"] == "BRA"]
    assert set(fires["place"].map(names).dropna()) == {"P-huset Norra"}
    assert local(fires["occurred_from"]).dt.hour.isin([22, 23, 0, 1, 2, 3, 4]).mean() > 0.7
    evenings = extra[extra["category"] != "BRA"]
    assert {"Klockaretorpets centrum", "Centrumtorget"} <= set(evenings["place"].map(names).dropna())
    assert local(evenings["occurred_from"]).dt.hour.between(20, 23).mean() > 0.5


def test_hageby_rises_until_2023(past):
    by_year = past[past["area"] == "hageby"].groupby(past["occurred_on"].dt.year).size()
    assert by_year[2022] > 1.5 * by_year[2019]
    assert by_year[2025] < by_year[2022]


@pytest.mark.parametrize(
    ("code", "hours", "at_least"),
    [
        ("NAR", range(13, 24), 0.85),
        ("NED", range(7, 18), 0.8),
        ("BRA", range(17, 25), 0.6),
        ("BUS", range(17, 24), 0.6),
    ],
)
def test_each_kind_has_its_hours(past, code, hours, at_least):
    exact = past[(past["category"] == code) & (past["time_precision"] == "exact")]
    assert local(exact["occurred_from"]).dt.hour.isin(list(hours)).mean() > at_least


def test_weekends_easter_and_new_year_stand_out(past):
    weekday = past.groupby(["category", past["occurred_on"].dt.day_of_week]).size().unstack()
    assert weekday.loc["BUS", [4, 5]].sum() > 1.5 * weekday.loc["BUS", [1, 2]].sum()
    assert weekday.loc["NED", [0, 1]].sum() > 1.5 * weekday.loc["NED", [5, 6]].sum()
    fireworks = past[past["category"] == "FYR"]
    turn = (fireworks["occurred_on"].dt.day_of_year == 1) | (fireworks["occurred_on"].dt.strftime("%m-%d") == "12-31")
    assert turn.mean() > 0.1


def test_what_is_found_on_monday_happened_since_friday(past):
    broken = past[past["category"].isin(["SKA", "KLO", "INB"]) & (past["time_precision"] == "interval")]
    begins, ends = local(broken["occurred_from"]), local(broken["occurred_to"])
    over_weekend = (begins.dt.day_of_week == 4) & (ends.dt.day_of_week == 0) & (ends.dt.hour < 9)
    assert over_weekend.mean() > 0.2
    assert ((broken["occurred_to"] - broken["occurred_from"]) >= pd.Timedelta(hours=168)).any()


def test_break_ins_come_near_each_other_in_time_and_place(past):
    rows = past[(past["category"] == "INB") & (past["precision"] != "block") & past["lon"].notna()]
    x = rows["lon"].to_numpy() * 111_320 * np.cos(np.radians(58.58))
    y = rows["lat"].to_numpy() * 111_320
    first, second = shapely.STRtree(shapely.points(x, y)).query(shapely.points(x, y), predicate="dwithin", distance=200)
    first, second = first[first < second], second[first < second]
    days = rows["occurred_on"].to_numpy().astype("datetime64[D]").astype(int)
    near = (np.abs(days[first] - days[second]) <= 14).sum()
    shuffled = np.random.default_rng(1).permutation(days)
    by_chance = (np.abs(shuffled[first] - shuffled[second]) <= 14).sum()
    assert near > 1.5 * by_chance + 50


def test_partners_join_and_fall_silent(past):
    first = past.groupby("unit")["occurred_on"].min()
    for unit, partner in generator.UNITS:
        begins = pd.Timestamp(cast.reports_from(unit, partner))
        assert begins <= first[unit] < begins + pd.Timedelta(days=120), unit
    # The field team writes every week but some.
    weeks = past[past["unit"] == "Fältgruppen"]["occurred_on"].dt.to_period("W").nunique()
    every = past["occurred_on"].dt.to_period("W").nunique()
    assert 0.9 * every < weeks < every
    by_month = past[past["unit"].isin(shapes.SCHOOL_UNITS)].groupby(past["occurred_on"].dt.month).size()
    assert by_month.get(7, 0) == 0 < by_month[9]


def test_where_nobody_reports_by_night_some_of_it_is_told_in_the_morning(past):
    guard = past[past["unit"].isin(["Rond kväll", cast.NIGHT_ROUND])]
    by_night = ~local(guard["occurred_from"]).dt.hour.between(6, 21)
    begins = pd.Timestamp(cast.NIGHT_ROUND_FROM)
    same_season = guard["occurred_on"].dt.day_of_year.between(begins.day_of_year, begins.day_of_year + 75)
    a_year = guard[same_season & by_night].groupby(guard["occurred_on"].dt.year).size()
    assert a_year[2026] > 1.25 * a_year.loc[2022:2025].mean()
    assert set(guard[by_night & (guard["occurred_on"] >= begins)]["unit"]) == {cast.NIGHT_ROUND}


def test_a_silent_week_is_one_in_which_the_unit_told_of_nothing(past):
    silent = generator.silent_weeks(loading.SEED, dt.date(2024, 1, 1), dt.date(2026, 11, 15))
    assert {monday.weekday() for _unit, monday in silent} == {0}
    assert not {unit for unit, _monday in silent} & set(shapes.SYSTEM_OF_UNIT)
    monday = past["occurred_on"] - pd.to_timedelta(past["occurred_on"].dt.day_of_week, unit="D")
    reported = set(zip(past["unit"], monday.dt.date, strict=True))
    # What happened over a weekend is counted on the day it began, which may lie in the week before it was found.
    assert len(silent & reported) < 0.3 * len(silent)
    units_that_write = len(generator.UNITS) - len(shapes.SYSTEM_OF_UNIT)
    assert 0.03 < len(silent) / (150 * units_that_write) < 0.07


def test_most_points_lie_in_their_area_and_some_outside_or_nowhere(areas, past):
    for area in areas:
        own = past[(past["area"] == area.slug) & past["lon"].notna()]
        inside = shapely.contains_xy(area.polygon, own["lon"].to_numpy(), own["lat"].to_numpy())
        assert inside.mean() > 0.97, area.slug
    outside = past[(past["area"] == generator.OUTSIDE) & past["lon"].notna()]
    every = shapely.union_all([area.polygon for area in areas])
    assert 300 < len(outside) < 2000
    assert not shapely.contains_xy(every, outside["lon"].to_numpy(), outside["lat"].to_numpy()).any()
    assert 0.005 < past["lon"].isna().mean() < 0.04


def test_units_in_the_shapes_are_units_of_the_cast():
    units = {unit for unit, _ in generator.UNITS}
    named = {generator._unit_of(label, area) for s in shapes.SHAPES for label in s.partners for area in cast.EVERY_AREA}
    assert named | {cast.NIGHT_ROUND} == units
    assert {shape.code for shape in shapes.SHAPES} == set(LEAVES)
    assert sum(shape.share for shape in shapes.SHAPES) == pytest.approx(1.079)
