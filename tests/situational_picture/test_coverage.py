"""How complete the figures are: under every trend, when units come and go, and for those that are the same."""

from __future__ import annotations

import copy
import datetime as dt

import pandas as pd
import pytest
import time_machine
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone

from analysis.periods import containing, parse, periods_back
from documents import model
from incidents.models import Incident
from situational_picture import (
    actions,
    building,
    charts,
    documents,
    presenters,
    protecting,
)
from situational_picture.coverage import presenters as coverage_presenters
from situational_picture.coverage import queries as coverage_queries
from situational_picture.coverage.figures import STATES, UnitStates
from situational_picture.models import Picture
from tests import factories as make
from tests.documents import reading
from tests.situational_picture.test_figures import CATEGORIES, NO_ROWS, daily, figures, whole_source

# The Tuesday after week 47: its deadline was yesterday.
NOW = dt.datetime(2026, 11, 24, 9, tzinfo=dt.timezone(dt.timedelta(hours=1)))
TODAY = NOW.date()
WEEKS = periods_back(parse("2026-W47"), 20)


def states(rows):
    """Units' states from words: one letter a week, oldest first, ending with week 47."""
    letters = {"r": "reported", "n": "nothing", "m": "missing", "w": "waiting", ".": None}
    length = len(next(iter(rows.values())))
    frame = pd.DataFrame.from_dict(
        {pk: [letters[one] for one in text] for pk, text in rows.items()}, orient="index", dtype=object
    )
    return UnitStates(every="week", periods=WEEKS[-length:], states=frame, names={pk: f"Enhet {pk}" for pk in rows})


def compute(units, rows=(), period="2026-W47", today=TODAY):
    return figures.compute(
        period=parse(period),
        today=today,
        source=whole_source("2025-01-06", last_day=today),
        daily=daily(list(rows) or [(1, dt.date(2025, 1, 6), False, 1)]),
        categories=CATEGORIES,
        rows=NO_ROWS,
        rows_before=NO_ROWS,
        place_names={},
        subareas=[],
        not_drawn={"outside": 0, "none": 0},
        units=units,
    )


def observed(result, code):
    return dict(zip(result["trend"]["periods"], result["trend"]["observed"], strict=True))[code]


# --- Missing is not zero


def test_a_week_that_is_missing_for_all_units_is_not_a_zero():
    result = compute(states({1: "rrrmr", 2: "rrrmr"}))
    assert observed(result, "2026-W46") is None
    assert observed(result, "2026-W47") == 0


def test_a_week_where_every_unit_had_nothing_to_report_is_a_true_zero():
    assert observed(compute(states({1: "rrrnr", 2: "rrrnr"})), "2026-W46") == 0


def test_a_week_where_only_some_are_missing_keeps_its_count():
    assert observed(compute(states({1: "rrrmr", 2: "rrrnr"})), "2026-W46") == 0


def test_what_somebody_else_reported_is_counted_although_every_unit_is_missing():
    result = compute(states({1: "rrrmr"}), [(1, dt.date(2025, 1, 6), False, 1), (1, dt.date(2026, 11, 11), False, 2)])
    assert observed(result, "2026-W46") == 2


def test_the_picture_of_a_silent_week_says_that_nobody_has_reported():
    result = compute(states({1: "rrrrm"}))
    assert result["total"]["count"] is None
    assert result["total"]["judgement"] == "too_few_to_say"
    assert "ingen har rapporterat" in presenters.heading(result, "Väster")


def test_a_silent_week_does_not_lower_what_is_to_be_expected():
    rows = [(1, day.date(), False, 10) for day in pd.date_range("2025-01-06", "2026-11-01", freq="W-MON")]
    rows += [(1, dt.date(2026, 11, 16), False, 10)]
    silent = compute(states({1: "mmr"}), rows)["total"]
    zero = compute(states({1: "nnr"}), rows)["total"]
    assert silent["lower"] > zero["lower"]


# --- Counting answers


def test_the_strip_counts_each_answer_once_in_each_period():
    found = compute(states({1: "rnmrw", 2: "rrmr.", 3: "..rrm"}))["coverage"]
    last = {state: found[state][-5:] for state in STATES}
    assert last == {
        "reported": [2, 1, 1, 3, 0],
        "nothing": [0, 1, 0, 0, 0],
        "missing": [0, 0, 2, 0, 1],
        "waiting": [0, 0, 0, 0, 1],
    }
    assert found["is_once"]


def test_a_month_holds_the_answers_of_the_weeks_that_end_in_it():
    found = compute(states({1: "r" * 12, 2: "rrrrrrrrrmnr"}), period="2026-10")["coverage"]
    # Weeks 40–43 end in October; week 44 ends on 1 November.
    assert (found["reported"][-1], found["missing"][-1]) == (8, 0)
    assert not found["is_once"]
    november = compute(states({1: "r" * 12, 2: "rrrrrrrrrmnr"}), period="2026-11")["coverage"]
    assert [november[state][-1] for state in STATES] == [6, 1, 1, 0]


def test_a_week_in_a_longer_period_has_that_periods_answer():
    month = UnitStates(
        every="month",
        periods=[parse("2026-10"), parse("2026-11")],
        states=pd.DataFrame({0: ["reported"], 1: ["missing"]}, index=[1], dtype=object),
        names={1: "Enhet"},
    )
    found = compute(month)["coverage"]
    answer = dict(zip(compute(month)["trend"]["periods"], found["reported"], strict=True))
    assert (answer["2026-W43"], answer["2026-W46"]) == (1, 0)


def test_nothing_is_said_of_coverage_where_nobody_is_expected():
    result = compute(UnitStates())
    assert result["coverage"] is None
    assert coverage_presenters.card(result) == coverage_presenters.change_sentences(result) == []
    assert coverage_presenters.panel(result) is None


# --- Who came and who left


def test_a_unit_that_joined_and_stayed_is_told_with_its_first_week():
    found = compute(states({1: "r" * 13, 2: "........rrnrr"}))
    assert found["coverage"]["changes"] == [{"period": "2026-W43", "joined": 1, "left": 0}]
    assert coverage_presenters.change_sentences(found) == ["En enhet till rapporterar sedan vecka 43."]


def test_units_that_stopped_are_told():
    found = compute(states({1: "r" * 13, 2: "rrrrrrrrrr...", 3: "rrrrrrrrrrmmm"}))
    assert found["coverage"]["changes"] == [{"period": "2026-W45", "joined": 0, "left": 2}]


@pytest.mark.parametrize("own", ["rrrrrrrrrrrrm", "rrrrrmrrrnrrr", "mrrrrrrrrrrrr", "rmmmmmmmmmmmm", "mmmmmmmmmmmmr"])
def test_one_week_missed_or_answered_is_no_change_of_who_reports(own):
    assert compute(states({1: "r" * 13, 2: own}))["coverage"]["changes"] == []


def test_only_whole_answered_periods_in_a_row_are_compared():
    found = compute(states({1: "rrrrrrrrrrrrrrw"}))["coverage"]
    assert found["compared"] == [period.code for period in WEEKS[-14:-1]]


# --- The constant panel


def by_unit(rows):
    frame = pd.DataFrame(rows, columns=["unit", "day", "by_month", "count"])
    return frame.assign(day=pd.to_datetime(frame["day"]), by_month=frame["by_month"].astype(bool))


def test_the_panel_holds_only_the_units_that_answered_every_time():
    units = states({1: "r" * 13, 2: "rrrrrrnrrrrrr", 3: "rrrrrrmrrrrrr"})
    rows = [(pk, week.start, False, 5 * pk) for week in WEEKS for pk in (1, 2, 3, 0)]
    units = UnitStates(units.every, units.periods, units.states, units.names, by_unit(rows))
    panel = compute(units)["coverage"]["panel"]
    assert panel["units"] == ["Enhet 1", "Enhet 2"]
    assert panel["observed"] == [15] * 13
    assert panel["all"] == [30] * 13


# --- Whole requests: the test of the issue


@pytest.fixture
def doubled(world):
    """A unit reports ten events a week for fourteen weeks; a second one joined in week 43 with ten of its own."""
    cache.clear()
    Incident.objects.all().delete()
    first = make.ReportingUnitFactory(unit=world.unit, areas=[world.west])
    second = make.ReportingUnitFactory(
        unit=make.UnitFactory(organisation=world.other_housing, name="Torget"),
        areas=[world.west],
        valid_from=dt.date(2026, 10, 19),
    )
    weeks = periods_back(parse("2026-W47"), 14)
    for reporting, since in ((first, weeks[0]), (second, parse("2026-W43"))):
        rows = []
        for week in weeks:
            if week.start < since.start:
                continue
            for number in range(10):
                moment = dt.datetime.combine(week.start + dt.timedelta(days=number % 7), dt.time(12), tzinfo=dt.UTC)
                rows.append(
                    make.IncidentFactory.build(
                        collaboration=world.here, organisation=reporting.unit.organisation, unit=reporting.unit,
                        area=world.west, category=world.vandalism, at=moment,
                    )
                )  # fmt: skip
        Incident.objects.bulk_create(rows)
    with time_machine.travel(NOW, tick=False):
        building.rebuild_area(world.west, today=TODAY)
        yield world


@pytest.mark.parametrize("today", [TODAY, dt.date(2027, 1, 1), dt.date(2026, 9, 1), dt.date(2026, 5, 3)])
def test_a_rebuild_reads_once_what_each_unit_has_reported_and_finds_the_same(doubled, monkeypatch, today):
    def stored():
        return {one.period.code: one.figures for one in Picture.objects.filter(area=doubled.west, version=0)}

    read, asked = coverage_queries.daily_counts_by_unit, []
    monkeypatch.setattr(coverage_queries, "daily_counts_by_unit", lambda *given: asked.append(given) or read(*given))
    with time_machine.travel(dt.datetime.combine(today, dt.time(9)), tick=False):
        building.rebuild_area(doubled.west, today=today)
        together = stored()
        assert len(asked) == 1
        # Each picture by itself asks for what it needs alone.
        for period in building.standard_periods(building.AreaData(doubled.west, today).source, today):
            building.build_picture(building.AreaData(doubled.west, today), period)
    assert len(asked) == 1 + len(building.KINDS) * 2
    assert stored() == together


def page(client, world, who="coordinator", **query):
    client.force_login(world.people[who])
    return client.get(reverse("picture", args=["ekstad", "vaster"]), {"period": "2026-W47", **query})


def test_where_events_double_only_because_a_unit_joined_the_page_says_so(client, doubled):
    answer = page(client, doubled)
    trend = answer.context["figures"]["trend"]
    assert trend["observed"][-6:] == [10, 20, 20, 20, 20, 20]
    assert answer.context["units_changed"] == ["En enhet till rapporterar sedan vecka 43."]
    assert "En enhet till rapporterar sedan vecka 43." in answer.content.decode()
    assert "panel=constant" in answer.content.decode()


def test_and_the_constant_panel_shows_no_change(client, doubled):
    answer = page(client, doubled, panel="constant")
    assert answer.context["is_panel"]
    panel = answer.context["figures"]["coverage"]["panel"]
    assert panel["units"] == ["Bostadsbolaget: Distrikt Väst"]
    assert panel["observed"] == [10] * 13
    assert (panel["change"]["judgement"], panel["change"]["expected"]) == ("no_change", 10.0)
    assert "ingen tydlig förändring" in answer.content.decode()


def test_what_is_published_keeps_its_coverage(client, doubled):
    draft = Picture.objects.get(area=doubled.west, period_kind="week", period_start=dt.date(2026, 11, 16))
    published = actions.publish_picture(by=doubled.people["coordinator"], picture=draft)
    before = copy.deepcopy(published.figures["coverage"])
    make.ReportingUnitFactory(unit=make.UnitFactory(organisation=doubled.housing, name="Ny"))
    building.rebuild_area(doubled.west, today=TODAY)
    published.refresh_from_db()
    draft.refresh_from_db()
    assert published.figures["coverage"] == before
    assert draft.figures["coverage"] != before


def test_outside_the_circle_nobody_reads_the_panel_or_which_units_there_are(client, doubled):
    draft = Picture.objects.get(area=doubled.west, period_kind="week", period_start=dt.date(2026, 11, 16))
    actions.publish_picture(by=doubled.people["coordinator"], picture=draft)
    for query in ({}, {"panel": "constant"}):
        answer = page(client, doubled, "council", **query)
        assert answer.context["figures"]["coverage"]["panel"] is None
        assert not answer.context["is_panel"]
        assert "Distrikt Väst" not in answer.content.decode()
        assert answer.context["figures"]["coverage"]["reported"][-1] == 2


def test_pictures_stored_before_coverage_are_still_shown(client, doubled):
    draft = Picture.objects.get(area=doubled.west, period_kind="week", period_start=dt.date(2026, 11, 16))
    for key in ("coverage", None):
        older = {name: value for name, value in draft.figures.items() if name != key}
        older["coverage"] = None
        if key:
            del older["coverage"]
        Picture.objects.filter(pk=draft.pk).update(figures=older)
        assert page(client, doubled).status_code == 200
        assert page(client, doubled, panel="constant").status_code == 200
        hidden = protecting.protected_figures({**older, "schema": 1}, largest=4, viewer=protecting.COUNTS)
        assert not hidden.get("coverage")


def test_the_page_asks_the_database_no_more_for_its_coverage(client, doubled, django_assert_max_num_queries):
    page(client, doubled)
    with django_assert_max_num_queries(40) as plain:
        page(client, doubled)
    with django_assert_max_num_queries(len(plain.captured_queries)):
        page(client, doubled, panel="constant")


def test_the_strip_stands_under_the_trend_and_says_in_its_table_the_same(doubled):
    draft = Picture.objects.get(area=doubled.west, period_kind="week", period_start=dt.date(2026, 11, 16))
    for figure in (charts.trend(draft.figures), charts.spark(draft.figures)):
        bars = [trace for trace in figure["data"] if trace["type"] == "bar"]
        assert [trace["y"][-1] for trace in bars] == [1, 0, 0]
        assert {trace["yaxis"] for trace in bars} == {"y2"}
        assert figure["layout"]["xaxis"]["anchor"] == "y2"
    table = presenters.trend_table(draft.figures)
    assert len(table["columns"]) == 4
    assert table["rows"][0][3] == "2 av 2"


# --- Files: the same answers as under the chart


def test_the_file_of_figures_says_for_each_period_who_had_answered(doubled):
    draft = Picture.objects.get(area=doubled.west, period_kind="week", period_start=dt.date(2026, 11, 16))
    head, *lines = presenters.export_rows(draft.figures)
    answers = {line[1]: line[5:] for line in lines if line[0] == "trend"}
    assert head[5:] == ["svar: rapporterat", "svar: inget att rapportera", "svar: saknas", "svar: väntas"]
    assert answers["2026-W47"] == [2, 0, 0, 0]
    assert answers["2026-W42"] == [1, 0, 0, 0]
    # The first week of the trend is one before anybody had reported.
    assert next(iter(answers.values())) == [0, 0, 1, 0]
    assert {len(line) for line in [head, *lines]} == {9}


def test_a_period_in_which_units_are_missing_says_so_in_the_file():
    figures = compute(states({1: "rrrmr", 2: "rrrnw"}))
    lines = {line[1]: line[5:] for line in presenters.export_rows(figures) if line[0] == "trend"}
    assert (lines["2026-W46"], lines["2026-W47"]) == ([0, 1, 1, 0], [1, 0, 0, 1])
    # Before anybody was expected there is nothing to say, which is not zero.
    assert lines["2026-W42"] == ["", "", "", ""]


def test_the_api_gives_the_answers_of_every_period(client, doubled):
    draft = Picture.objects.get(area=doubled.west, period_kind="week", period_start=dt.date(2026, 11, 16))
    for who, pk in (
        ("coordinator", draft.pk),
        ("council", actions.publish_picture(by=doubled.people["coordinator"], picture=draft).pk),
    ):
        client.force_login(doubled.people[who])
        trend = client.get(reverse("api-picture", args=[pk])).json()["trend"]
        assert trend[-1]["coverage"] == {"reported": 2, "nothing": 0, "missing": 0, "waiting": 0}
        assert trend[0]["coverage"] == {"reported": 0, "nothing": 0, "missing": 1, "waiting": 0}
    Picture.objects.filter(pk=draft.pk).update(figures={**draft.figures, "coverage": None})
    client.force_login(doubled.people["coordinator"])
    trend = client.get(reverse("api-picture", args=[draft.pk])).json()["trend"]
    assert {period["coverage"] for period in trend} == {None}


def test_the_pdf_draws_the_strip_and_says_it_in_words(client, doubled):
    draft = Picture.objects.get(area=doubled.west, period_kind="week", period_start=dt.date(2026, 11, 16))
    document = documents.picture_document(draft, {**draft.figures, "is_protected": False}, address="")
    (chart,) = [block for block in document.blocks if isinstance(block, model.LineChart)]
    assert [shares.look for shares in chart.strip] == ["full", "light", "hatched"]
    assert [shares.values[-1] for shares in chart.strip] == [1, 0, 0]
    assert chart.strip[2].values[0] == 1
    assert "i vecka 47 2 av 2" in chart.alt
    client.force_login(doubled.people["coordinator"])
    file = client.get(reverse("picture_pdf", args=["ekstad", "vaster"]), {"period": "2026-W47"}).content
    assert any("i vecka 47 2 av 2" in words for words in reading.alternatives(file))
    assert "/Figure" in reading.tags(file)


def test_the_words_of_the_strip_name_the_least_complete_period():
    figures = compute(states({1: "rrrmr", 2: "rrrnr", 3: "rrrmr"}))
    assert coverage_presenters.strip_words(figures) == [
        "En remsa under tidsaxeln visar hur många som hade svarat: i vecka 47 3 av 3.",
        "Minst i vecka 46: 1 av 3 (1 inget, 2 saknas).",
    ]
    assert coverage_presenters.strip_words(compute(UnitStates())) == []


def test_a_rebuild_asks_as_often_however_many_units_there_are(doubled, django_assert_max_num_queries):
    data = building.AreaData(doubled.west, TODAY)
    with django_assert_max_num_queries(40) as few:
        data.units.for_period(containing(TODAY, "week").previous(), data.source)
    for _ in range(6):
        make.ReportingUnitFactory(unit=make.UnitFactory(organisation=doubled.housing))
    data = building.AreaData(doubled.west, TODAY)
    with django_assert_max_num_queries(len(few.captured_queries)):
        data.units.for_period(containing(TODAY, "week").previous(), data.source)


def test_the_clock_of_a_rebuild_is_now_or_the_end_of_an_earlier_day():
    assert building._end_of(timezone.localdate()) <= timezone.now()
    assert building._end_of(dt.date(2020, 1, 1)).date() == dt.date(2020, 1, 1)
