"""Numbers of a series: entered, refused, corrected; and what of them is told to whom."""

from __future__ import annotations

import datetime as dt

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from analysis.change import count_interval
from analysis.evaluation import share_interval
from common.errors import NotAllowed, NotPossible
from incidents.models import Status
from partners import retention
from situational_picture.indicators import actions, queries, telling
from situational_picture.indicators.presenters import finding_of, period_words, table_of, value_words
from situational_picture.indicators.rules import plain_figures, share_figures
from situational_picture.models import Indicator, IndicatorValue
from tests import factories as make

YEAR = (dt.date(2025, 1, 1), dt.date(2025, 12, 31))


@pytest.fixture
def series(world):
    return make.IndicatorFactory(collaboration=world.here, area=world.west)


@pytest.fixture
def coordinator(world):
    return world.people["coordinator"]


def test_a_share_is_stored_with_its_interval_and_stands_once_however_often_it_is_sent(series, coordinator):
    figures = share_figures(*YEAR, n=200, successes=68, design_effect=1.5)
    first = actions.enter_value(by=coordinator, indicator=series, figures=figures)
    again = actions.enter_value(by=coordinator, indicator=series, figures=figures)
    assert first == again
    assert (first.value, first.n, first.successes) == (0.34, 200, 68)
    assert (first.ci_low, first.ci_high) == pytest.approx(share_interval(68, 200, design_effect=1.5))
    assert [point.value for point in queries.values_of(series)] == [0.34]


def test_another_number_of_the_same_period_is_refused_unless_it_corrects(series, coordinator):
    first = actions.enter_value(by=coordinator, indicator=series, figures=share_figures(*YEAR, n=200, successes=68))
    other = share_figures(*YEAR, n=210, successes=90)
    with pytest.raises(actions.AlreadyThere):
        actions.enter_value(by=coordinator, indicator=series, figures=other)
    second = actions.enter_value(by=coordinator, indicator=series, figures=other, is_correction=True)
    assert [point.row for point in queries.values_of(series)] == [second]
    assert queries.corrected_of(series) == [first]


def test_a_stored_number_never_changes(series):
    row = make.IndicatorValueFactory(indicator=series)
    for change in ({"value": 0.6}, {"n": 3}, {"period_to": dt.date(2026, 1, 1)}):
        with pytest.raises(IntegrityError), transaction.atomic():
            IndicatorValue.objects.filter(pk=row.pk).update(**change)
    with pytest.raises(IntegrityError), transaction.atomic():
        make.IndicatorValueFactory(indicator=series)
    IndicatorValue.objects.filter(pk=row.pk).update(withdrawn_at=timezone.now())
    make.IndicatorValueFactory(indicator=series, value=0.6)


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"n": None, "successes": 3}, "n"),
        ({"n": 0, "successes": 0}, "n"),
        ({"n": 10, "successes": 11}, "successes"),
        ({"n": 10}, "successes"),
        ({"n": 10, "percent": 101.0}, "percent"),
        ({"n": 10, "successes": 5, "percent": 80.0}, "percent"),
        ({"n": 10, "successes": 5, "design_effect": 0.0}, "design_effect"),
    ],
)
def test_what_is_no_share_is_refused_at_its_field(said, field):
    with pytest.raises(NotPossible) as refusal:
        share_figures(*YEAR, **said)
    assert list(refusal.value.message_dict) == [field]


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"value": None}, "value"),
        ({"value": float("inf")}, "value"),
        ({"value": 3.0, "ci_low": 1.0}, "ci_high"),
        ({"value": 3.0, "ci_low": 4.0, "ci_high": 5.0}, "ci_low"),
        ({"value": 3.0, "n": 0}, "n"),
    ],
)
def test_what_is_no_number_is_refused_at_its_field(said, field):
    with pytest.raises(NotPossible) as refusal:
        plain_figures(*YEAR, **said)
    assert list(refusal.value.message_dict) == [field]


@pytest.mark.parametrize(
    ("first", "last", "field"),
    [
        (dt.date(2025, 2, 1), dt.date(2025, 1, 1), "period_to"),
        (dt.date(1900, 1, 1), dt.date(1900, 1, 2), "period_from"),
        (dt.date(2990, 1, 1), dt.date(2990, 1, 2), "period_from"),
        (dt.date(1980, 1, 1), dt.date(2020, 1, 2), "period_to"),
    ],
)
def test_a_period_that_cannot_be_is_refused(series, coordinator, first, last, field):
    with pytest.raises(NotPossible) as refusal:
        actions.enter_value(by=coordinator, indicator=series, figures=plain_figures(first, last, value=1.0))
    assert list(refusal.value.message_dict) == [field]


def test_only_those_who_compile_enter_numbers_and_nobody_enters_what_is_counted(world, series, coordinator):
    figures = share_figures(*YEAR, n=200, successes=68)
    with pytest.raises(NotAllowed):
        actions.enter_value(by=world.people["security_lead"], indicator=series, figures=figures)
    counted = make.IndicatorFactory(collaboration=world.here, area=world.west, kind=Indicator.Kind.INCIDENTS)
    with pytest.raises(NotPossible):
        actions.enter_value(by=coordinator, indicator=counted, figures=figures)
    actions.enter_value(by=coordinator, indicator=series, figures=figures)


def test_what_an_indicator_measures_stays_once_it_has_values(world, series, coordinator):
    said = {"by": coordinator, "indicator": series}
    actions.change_indicator(**said, row_version=0, name="Trygga på dagen", area=world.east)
    make.IndicatorValueFactory(indicator=series)
    actions.change_indicator(**said, row_version=1, name="Trygga på kvällen")
    with pytest.raises(NotPossible):
        actions.change_indicator(**said, row_version=2, area=world.west)
    with pytest.raises(NotPossible):
        actions.change_indicator(**said, row_version=0, name="En tredje")
    series.refresh_from_db()
    assert (series.name, series.area) == ("Trygga på kvällen", world.east)


# --- Counted from the reports -----------------------------------------------------------------------------------------


@pytest.fixture
def counted(world):
    with time_machine.travel(dt.datetime(2026, 11, 10, 12, tzinfo=dt.UTC), tick=False):
        for month, number in ((8, 13), (9, 3), (10, 21)):
            for _ in range(number):
                make.IncidentFactory(
                    organisation=world.housing, area=world.west, category=world.vandalism, status=Status.APPROVED,
                    at=dt.datetime(2026, month, 5, 12, tzinfo=dt.UTC),
                )  # fmt: skip
    return make.IndicatorFactory(
        collaboration=world.here, area=world.west, kind=Indicator.Kind.INCIDENTS, selection="category=SKA", source="x"
    )


def test_reports_are_counted_by_whole_month_with_exact_intervals(counted):
    points = {p.first: p for p in queries.values_of(counted, today=dt.date(2026, 11, 10))}
    months = [dt.date(2026, 8, 1), dt.date(2026, 9, 1), dt.date(2026, 10, 1)]
    assert [points[month].value for month in months] == [13, 3, 21]
    assert (points[months[1]].lower, points[months[1]].upper) == pytest.approx(count_interval(3))
    assert dt.date(2026, 11, 1) not in points


def test_outside_the_circle_counts_are_told_in_tens_or_not_at_all(world, counted):
    points = queries.values_of(counted, today=dt.date(2026, 11, 10))
    viewer = telling.viewer_of(world.people["council"], counted)
    told = {one.point.first.month: one for one in telling.told_points(counted, points, viewer)}
    assert [(told[m].status, told[m].at_least, told[m].value, told[m].upper) for m in (8, 9, 10)] == [
        ("protected", 10, None, None),
        ("protected", 0, None, None),
        ("protected", 20, None, None),
    ]
    inside = telling.told_points(counted, points, telling.viewer_of(world.people["security_lead"], counted))
    assert [one.value for one in inside if one.point.first.month in (8, 9, 10)] == [13, 3, 21]


def test_a_share_of_a_handful_is_protected_outside_the_circle(world, series):
    make.IndicatorValueFactory(indicator=series, value=0.02, successes=3, n=150, ci_low=0.0, ci_high=0.06)
    make.IndicatorValueFactory(
        indicator=series, value=0.98, successes=147, n=150, period_from=dt.date(2024, 1, 1),
        period_to=dt.date(2024, 12, 31),
    )  # fmt: skip
    points = queries.values_of(series)
    for who, statuses in (("other_housing", ["protected"] * 2), ("security_lead", ["shown"] * 2)):
        told = telling.told_points(series, points, telling.viewer_of(world.people[who], series))
        assert [one.status for one in told] == statuses


# --- Pages ------------------------------------------------------------------------------------------------------------


def test_the_page_says_source_level_period_n_and_interval(client, world, series, django_assert_max_num_queries):
    make.IndicatorValueFactory(indicator=series, value=0.34, successes=68, n=200, ci_low=0.28, ci_high=0.41)
    client.force_login(world.people["council"])
    page = client.get(reverse("indicator", args=["ekstad", series.number])).content.decode()
    for words in ("Kommunens enkät", "Väster", "2025", "34 %", "28–41", "200"):
        assert words in page, words
    client.get(reverse("indicator_list", args=["ekstad"]))
    for number in range(5):
        other = make.IndicatorFactory(collaboration=world.here, area=world.east, name=f"Serie {number}")
        make.IndicatorValueFactory(indicator=other)
    # What is counted has its latest number too: six vandalisms of the latest whole month, and not the two before.
    today = timezone.localdate()
    latest = (today.replace(day=1) - dt.timedelta(days=1)).replace(day=10)
    for month, number in ((latest, 6), (latest - dt.timedelta(days=60), 2)):
        for _ in range(number):
            make.IncidentFactory(
                organisation=world.housing, area=world.west, category=world.vandalism, status=Status.APPROVED,
                at=dt.datetime.combine(month, dt.time(11), dt.UTC),
            )  # fmt: skip
    for number in range(3):
        make.IndicatorFactory(
            collaboration=world.here, area=world.west, kind="incidents", selection="category=SKA", source="",
            name=f"Skador {number}",
        )  # fmt: skip
    make.IndicatorFactory(
        collaboration=world.here, area=None, place=world.square, level="place", kind="place_count", source="Räknat"
    )
    make.PlaceCountFactory(place=world.square, people=40, minutes=15)
    client.force_login(world.people["security_lead"])
    with django_assert_max_num_queries(32):
        answer = client.get(reverse("indicator_list", args=["ekstad"]))
    page = answer.content.decode()
    assert page.count("Kommunens enkät") == 6
    latest_of = {row["name"]: row["latest"]["text"] for row in answer.context["rows"]}
    assert [latest_of[f"Skador {number}, Väster"] for number in range(3)] == ["6"] * 3
    assert {row["latest"]["text"] for row in answer.context["rows"] if row["source"] == "Räknat"} == {"160"}


def test_the_file_says_what_the_page_says_and_no_formula(client, world, series):
    Indicator.objects.filter(pk=series.pk).update(name="=1+1")
    make.IndicatorValueFactory(indicator=series, value=0.02, successes=3, n=150)
    address = reverse("indicator_export", args=["ekstad", series.number])
    for who, value in (("other_housing", ";;protected"), ("security_lead", ";0.02;shown")):
        client.force_login(world.people[who])
        file = client.post(address, {"purpose": "meeting", "words": ""}).content.decode()
        assert "'=1+1" in file
        assert value in file, who


def test_entering_goes_through_the_page_with_its_refusals(client, world, series):
    client.force_login(world.people["coordinator"])
    address = reverse("indicator_value_new", args=["ekstad", series.number])
    said = {
        "period_from": "2025-01-01",
        "period_to": "2025-12-31",
        "successes": "68",
        "n": "200",
        "design_effect": "1,5",
    }
    assert client.post(address, {**said, "n": ""}).status_code == 422
    assert client.post(address, {**said, "note": "Sven Svensson 811218-9876"}).status_code == 422
    assert client.post(address, said).status_code == 302
    answer = client.post(address, {**said, "successes": "80"})
    assert answer.status_code == 422
    assert "34 %" in answer.content.decode()
    assert client.post(address, {**said, "successes": "80", "is_correction": "on"}).status_code == 302
    assert IndicatorValue.objects.standing().get().successes == 80
    row = IndicatorValue.objects.standing().get()
    client.post(reverse("indicator_value_withdraw", args=["ekstad", series.number, row.pk]))
    assert not IndicatorValue.objects.standing().exists()


def test_an_indicator_is_made_on_the_page_once(client, world):
    client.force_login(world.people["coordinator"])
    said = {
        "name": "Anmälningar om skadegörelse", "kind": "incidents", "category": ["SKA"], "level": "area",
        "area": world.west.pk, "better": "lower", "row_version": "0",
    }  # fmt: skip
    address = reverse("indicator_new", args=["ekstad"])
    assert client.post(address, {**said, "area": ""}).status_code == 422
    assert client.post(address, {**said, "kind": "survey"}).status_code == 422
    assert client.post(address, {**said, "kind": "place_count", "source": "x"}).status_code == 422
    for _ in range(2):
        assert client.post(address, said).status_code == 302
    made = Indicator.objects.get()
    assert (made.selection, made.number, made.area) == ("category=SKA", 1, world.west)
    assert client.get(reverse("indicator", args=["ekstad", made.number])).status_code == 200


@pytest.mark.parametrize(
    ("first", "last", "words"),
    [
        (dt.date(2025, 1, 1), dt.date(2025, 12, 31), "2025"),
        (dt.date(2017, 1, 1), dt.date(2018, 12, 31), "2017–2018"),
        (dt.date(2026, 2, 1), dt.date(2026, 2, 28), "februari 2026"),
        (dt.date(2026, 4, 1), dt.date(2026, 6, 30), "kvartal 2 2026"),
        (dt.date(2026, 4, 2), dt.date(2026, 6, 30), "2 april–30 juni 2026"),
    ],
)
def test_periods_are_named_as_people_name_them(first, last, words):
    assert period_words(first, last) == words


@pytest.mark.parametrize(
    ("first", "last", "following"),
    [
        (dt.date(2025, 1, 1), dt.date(2025, 12, 31), (dt.date(2026, 1, 1), dt.date(2026, 12, 31))),
        (dt.date(2025, 10, 1), dt.date(2025, 12, 31), (dt.date(2026, 1, 1), dt.date(2026, 3, 31))),
        (dt.date(2024, 2, 1), dt.date(2024, 2, 29), (dt.date(2024, 3, 1), dt.date(2024, 3, 31))),
        (dt.date(2025, 3, 10), dt.date(2025, 3, 14), (dt.date(2025, 3, 15), None)),
    ],
)
def test_the_form_begins_with_the_period_that_comes_next(client, world, series, first, last, following):
    make.IndicatorValueFactory(indicator=series, period_from=first, period_to=last)
    client.force_login(world.people["coordinator"])
    form = client.get(reverse("indicator_value_new", args=["ekstad", series.number])).context["form"]
    assert (form["period_from"].value(), form["period_to"].value()) == following
    assert form["design_effect"].value() == 1


def test_the_finding_is_a_sentence_with_whole_numbers(world, series):
    cost = make.IndicatorFactory(collaboration=world.here, area=world.west, kind="cost", unit="kronor")
    make.IndicatorValueFactory(
        indicator=cost, value=31_200, n=None, successes=None, period_from=dt.date(2025, 10, 1),
        period_to=dt.date(2025, 10, 31),
    )  # fmt: skip
    assert _finding(cost).replace("\xa0", " ") == "Oktober 2025: 31 200 kr."
    table = table_of(cost, telling.told_points(cost, queries.values_of(cost), telling.CIRCLE))
    assert len(table["columns"]) == len(table["rows"][0]) == 3
    counted = make.IndicatorFactory(collaboration=world.here, area=world.west, kind="incidents", source="")
    point = queries.Point(dt.date(2025, 10, 1), dt.date(2025, 10, 31), 9, n=9, lower=4.12, upper=17.08)
    told = telling.told_points(counted, [point], telling.CIRCLE)
    assert finding_of(counted, told) == "Oktober 2025: 9 (4–17) händelser i månaden."


def _finding(indicator):
    return finding_of(indicator, telling.told_points(indicator, queries.values_of(indicator), telling.CIRCLE))


def test_numbers_are_rounded_and_not_cut_off(world, series):
    make.IndicatorValueFactory(indicator=series, value=0.349, successes=70, n=200, ci_low=0.2851, ci_high=0.4172)
    (told,) = telling.told_points(series, queries.values_of(series), telling.CIRCLE)
    assert value_words(series, told) == "35 % (29–42 %)"


def test_the_api_tells_what_the_page_tells(client, world, series):
    make.IndicatorValueFactory(indicator=series, value=0.02, successes=3, n=150, ci_low=0.007, ci_high=0.057)
    make.IndicatorFactory(collaboration=world.elsewhere, area=world.far)
    make.PlaceCountFactory(place=world.square)
    for who, status, value in (("council", "protected", None), ("security_lead", "shown", 0.02)):
        client.force_login(world.people[who])
        listed = client.get(reverse("api-indicator-list"), {"collaboration": "ekstad"}).json()["results"]
        assert [one["id"] for one in listed] == [series.pk]
        (row,) = client.get(reverse("api-indicator", args=[series.pk])).json()["values"]
        assert (row["status"], row["value"], row["n"]) == (status, value, 150)
        (count,) = client.get(reverse("api-place-count-list"), {"place": world.square.pk}).json()["results"]
        assert (count["people"], "counted_by" in count) == (120, False)
    client.force_login(world.people["coach"])
    assert client.get(reverse("api-indicator-list")).json()["results"] == []
    assert client.get(reverse("api-place-count-list")).json()["results"] == []
    assert client.get(reverse("api-indicator", args=[series.pk])).status_code == 404


def test_notes_go_when_their_time_is_over_and_the_numbers_stay(world, series):
    kind = retention.kind_named("indicator_notes")
    row = make.IndicatorValueFactory(indicator=series, note="Ny fråga", value=0.34, successes=68, n=200)
    assert not kind.due(world.here, dt.date(2025, 6, 1)).exists()
    later = timezone.localdate() + dt.timedelta(days=400)
    assert [one.pk for one in kind.due(world.here, later)] == [row.pk]
    hold = make.LegalHoldFactory(collaboration=world.here, scope="area", subject_id=str(world.west.pk))
    assert kind.due(world.here, later).filter(kind.held_by(hold)).exists()
    hold.subject_id = str(world.east.pk)
    assert not kind.due(world.here, later).filter(kind.held_by(hold)).exists()
    kind.purge(world.here, [row.pk])
    row.refresh_from_db()
    assert (row.note, row.value) == ("", 0.34)
