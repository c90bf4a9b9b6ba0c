"""The life cycle, the limits and the sentences."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from analysis.hexagons import cells_of
from common.errors import NotPossible
from incidents import rules
from incidents.models import Category, Incident, Status

NOW = dt.datetime(2026, 11, 3, 12, 0, tzinfo=ZoneInfo("Europe/Stockholm"))
EVENT, FORECAST = Category.Kind.EVENT, Category.Kind.FORECAST
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)


def test_every_status_has_its_next_steps():
    assert set(rules.NEXT) == set(Status)


@pytest.mark.parametrize("now", Status)
@pytest.mark.parametrize("wanted", Status)
def test_a_step_is_taken_or_refused_as_the_table_says(now, wanted):
    incident = Incident(status=now)
    if wanted in rules.NEXT[now]:
        rules.check_move(incident, wanted)
    else:
        with pytest.raises(NotPossible) as refusal:
            rules.check_move(incident, wanted)
        assert refusal.value.code == "impossible_move"


def test_everything_but_a_purged_report_can_end_as_statistics():
    reaches_purged = {Status.PURGED}
    for _step in Status:
        reaches_purged |= {status for status, steps in rules.NEXT.items() if steps & reaches_purged}
    assert reaches_purged == set(Status)


@pytest.mark.parametrize(
    ("begins", "ends", "kind", "codes"),
    [
        (None, None, EVENT, ["no_date"]),
        (NOW - HOUR, None, EVENT, []),
        (NOW + dt.timedelta(minutes=9), None, EVENT, []),
        (NOW + HOUR, None, EVENT, ["in_the_future"]),
        (NOW + HOUR, None, Category.Kind.CONDITION, ["in_the_future"]),
        (NOW + 30 * DAY, None, FORECAST, []),
        (NOW + 367 * DAY, None, FORECAST, ["too_far_ahead"]),
        (NOW - HOUR, NOW - 2 * HOUR, EVENT, ["end_before_beginning"]),
        (NOW - 2 * DAY, NOW - DAY, EVENT, []),
        (NOW - 367 * DAY, NOW, EVENT, ["interval_too_long"]),
        (NOW - 366 * DAY, NOW, EVENT, []),
        (NOW - HOUR, NOW + HOUR, EVENT, ["end_in_the_future"]),
        (NOW - HOUR, NOW + HOUR, Category.Kind.CONDITION, []),
        (dt.datetime(1989, 12, 31, 12, tzinfo=dt.UTC), None, EVENT, ["too_early"]),
        (dt.datetime(1989, 12, 31, 23, 30, tzinfo=dt.UTC), None, EVENT, []),
    ],
)
def test_times(begins, ends, kind, codes):
    assert [fault.code for fault in rules.time_faults(begins, ends, kind=kind, now=NOW)] == codes


@pytest.mark.parametrize(
    ("lon", "lat", "extent", "codes"),
    [
        (None, None, None, []),
        (16.1, None, None, ["half_a_point"]),
        (None, 58.6, None, ["half_a_point"]),
        (16.1, 58.6, None, []),
        (181.0, 58.6, None, ["coordinates_out_of_range"]),
        (16.1, 90.5, None, ["coordinates_out_of_range"]),
        (float("nan"), 58.6, None, ["coordinates_out_of_range"]),
        (float("inf"), 58.6, None, ["coordinates_out_of_range"]),
        (16.1, 58.6, (16.0, 58.5, 16.3, 58.7), []),
        (16.0, 58.5, (16.0, 58.5, 16.3, 58.7), []),
        (12.0, 58.6, (16.0, 58.5, 16.3, 58.7), ["outside_the_extent"]),
    ],
)
def test_points(lon, lat, extent, codes):
    assert [fault.code for fault in rules.point_faults(lon, lat, extent=extent)] == codes


@pytest.mark.parametrize(
    ("day", "codes"),
    [
        (dt.date(2026, 1, 31), ["category_not_in_use"]),
        (dt.date(2026, 2, 1), []),
        (dt.date(2026, 2, 27), []),
        (dt.date(2026, 2, 28), ["category_not_in_use"]),
    ],
)
def test_a_category_is_used_from_its_first_day_until_the_day_it_closed(day, codes):
    category = Category(valid_from=dt.date(2026, 2, 1), valid_to=dt.date(2026, 2, 28))
    assert [fault.code for fault in rules.category_faults(category, day)] == codes


def test_a_group_of_categories_is_not_reported():
    assert rules.category_faults(Category(), dt.date(2026, 1, 1), has_children=True) == [rules.CATEGORY_IS_A_GROUP]


@pytest.mark.parametrize("text", ["=1+1", "  =HYPERLINK(1)", "@SUM(A1)", "+cmd|' /C calc'!A0", "-2+3(A1)"])
def test_formulas_are_recognised(text):
    assert rules.looks_like_formula(text)


@pytest.mark.parametrize("text", ["- krossad ruta (två)", "-5 grader ute", "Ruta = krossad", "10 personer", ""])
def test_ordinary_texts_are_no_formulas(text):
    assert not rules.looks_like_formula(text)


def test_strong_hits_are_refused_even_when_confirmed_and_weak_ones_are_asked_about():
    strong, weak, clean = "Ring 070-123 45 67", "En person som heter Anna Svensson sprang", "Två rutor krossade"
    for is_confirmed in (False, True):
        assert rules.text_faults(strong, is_confirmed=is_confirmed).faults == [rules.PERSONAL_DATA_STRONG]
        assert rules.text_faults(clean, is_confirmed=is_confirmed).faults == []
    assert rules.text_faults(weak).faults == [rules.PERSONAL_DATA_WEAK]
    assert rules.text_faults(weak, is_confirmed=True).faults == []


def test_a_text_may_be_a_thousand_characters_long():
    assert rules.text_faults("a" * 1000).faults == []
    assert rules.text_faults("a" * 1001).faults == [rules.TEXT_TOO_LONG]


def test_every_sentence_says_something_in_both_languages():
    for language in ("sv", "en"):
        with translation.override(language):
            assert all(len(sentence.say()) > 10 for sentence in rules.SENTENCES.values())


@given(lon=st.floats(-180, 180), lat=st.floats(-85, 85))
def test_a_coarsened_point_says_only_which_block(lon, lat):
    there = rules.coarsen(lon, lat)
    assert cells_of([lon], [lat], rules.BLOCK_RESOLUTION) == cells_of([there[0]], [there[1]], rules.BLOCK_RESOLUTION)
    assert rules.coarsen(*there) == pytest.approx(there, abs=1e-6)


def test_homes_are_kept_at_block_and_public_places_are_not():
    assert rules.is_kept_at_block(rules.place_type_for(Category(common_code="OVR")))
    assert not rules.is_kept_at_block(rules.place_type_for(Category(common_code="SKA")))
