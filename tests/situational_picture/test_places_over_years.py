"""A place across all years: counts by hand, what was to be expected, when in the week, and who may see how much."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from incidents.models import Incident, Status
from incidents.retention import purge_to_statistics
from situational_picture.figures import Source
from situational_picture.places_over_years import charts, presenters, protecting, queries
from situational_picture.places_over_years.figures import (
    FEWEST_ANSWERS,
    FEWEST_TO_DESCRIBE,
    clock_window,
    compute,
    months_over,
)
from situational_picture.places_over_years.sections import figures_of_places, findings, sections
from situational_picture.protecting import PROTECTED
from tests import factories as make

TODAY = dt.date(2026, 11, 22)


def local(*when):
    """A moment as the clock on the wall shows it."""
    return dt.datetime(*when, tzinfo=timezone.get_default_timezone())


def source(**known):
    known = {
        "months_only": False, "first_day": dt.date(2018, 1, 1), "last_day": TODAY, "missing_months": frozenset(),
        **known,
    }  # fmt: skip
    return Source(**known)


def days(rows):
    """Daily counts from (day, count), with severity and answers when they are given."""
    columns = ["day", "count", "severity", "answers", "unsafety", "unsafety_squared", "by_month"]
    filled = [(*row, *(2, 0, 0, 0, False)[len(row) - 2 :]) for row in rows]
    frame = pd.DataFrame(filled, columns=columns)
    return frame.assign(day=pd.to_datetime(frame["day"]), by_month=frame["by_month"].astype(bool), place=1)


def moments(rows):
    """Moments in one and the same week from (from, to, count)."""
    frame = pd.DataFrame(rows, columns=["occurred_from", "occurred_to", "count"])
    return frame.assign(
        place=1, occurred_from=pd.to_datetime(frame["occurred_from"]), occurred_to=pd.to_datetime(frame["occurred_to"])
    )


NONE = moments([])


def figures(daily, when=NONE, of=None, **known):
    of = of or source()
    known.setdefault("window", clock_window(of, TODAY, whole_years=False))
    return compute(daily, when, source=of, today=TODAY, **known)


def by_year(found):
    return {row["year"]: row for row in found["years"]}


# Years


def test_the_years_are_those_counted_by_hand():
    rng = np.random.default_rng(1)
    drawn = [dt.date(2018, 1, 1) + dt.timedelta(days=int(n)) for n in rng.integers(0, 3247, 900)]
    severities = rng.integers(1, 5, 900)
    daily = days([(day, 1, int(severity)) for day, severity in zip(drawn, severities, strict=True)])
    found = by_year(figures(daily))
    assert sorted(found) == list(range(2018, 2027))
    for year, row in found.items():
        own = [severity for day, severity in zip(drawn, severities, strict=True) if day.year == year]
        assert row["count"] == len(own)
        assert row["serious"] == sum(severity >= 3 for severity in own)
        assert row["weight"] == sum(own)
    assert figures(daily)["total"] == 900


def test_a_running_year_is_judged_by_its_whole_months_against_the_same_months():
    # Twelve in every earlier year, all in December; in the running year none has come yet, nor should have.
    daily = days([(dt.date(year, 12, 10), 12) for year in range(2018, 2026)] + [(dt.date(2026, 11, 3), 2)])
    row = by_year(figures(daily))[2026]
    assert row["is_partial"]
    assert (row["count"], row["compared"], row["months_over"]) == (2, 0, 10)
    assert row["upper"] < 5
    assert row["judgement"] == "too_few_to_say"


def test_more_than_the_earlier_years_gave_reason_to_expect():
    steady = [(dt.date(year, month, 5), 4) for year in range(2018, 2026) for month in range(1, 13)]
    running = [(dt.date(2026, month, 5), 12) for month in range(1, 11)]
    row = by_year(figures(days(steady + running)))[2026]
    assert (row["compared"], row["judgement"]) == (120, "more")
    assert row["lower"] <= 40 <= row["upper"]
    calm = by_year(figures(days([*steady, (dt.date(2026, 1, 5), 4)])))[2026]
    assert calm["judgement"] == "fewer"
    assert by_year(figures(days(steady)))[2025]["judgement"] == "as_expected"


def test_no_range_without_three_earlier_years():
    daily = days([(dt.date(year, month, 5), 4) for year in range(2018, 2026) for month in range(1, 13)])
    found = by_year(figures(daily))
    assert [year for year, row in found.items() if row["lower"] is None] == [2018, 2019, 2020]
    assert found[2020]["reason"] == "too_short"
    young = figures(days([(dt.date(2025, 5, 5), 3)]), of=source(first_day=dt.date(2025, 3, 1)))
    assert young["years"][0]["missing_months"] == 2
    assert {row["judgement"] for row in young["years"]} == {"too_few_to_say"}


def test_a_year_that_lacks_a_month_is_shown_and_neither_judged_nor_used():
    every = [(dt.date(year, month, 5), 4) for year in range(2018, 2026) for month in range(1, 13)]
    whole = by_year(figures(days(every)))
    lacking = [row for row in every if (row[0].year, row[0].month) != (2021, 7)]
    found = by_year(figures(days(lacking), of=source(missing_months=frozenset({dt.date(2021, 7, 1)}))))
    assert (found[2021]["count"], found[2021]["missing_months"]) == (44, 1)
    assert found[2021]["compared"] is None
    assert found[2025]["expected"] == pytest.approx(whole[2025]["expected"], abs=1)


def test_a_year_of_which_nothing_is_delivered_is_missing_and_not_zero():
    missing = frozenset(dt.date(2022, month, 1) for month in range(1, 13))
    found = by_year(figures(days([(dt.date(2021, 5, 5), 9)]), of=source(missing_months=missing)))
    assert found[2022]["count"] is None
    assert found[2023]["count"] == 0


def test_data_that_ended_long_ago_end_there():
    of = source(last_day=dt.date(2023, 8, 31), months_only=True)
    assert months_over(of, TODAY) == (2023, 8)
    found = by_year(figures(days([(dt.date(2023, 8, 1), 5)]), of=of))
    assert max(found) == 2023
    assert (found[2023]["is_partial"], found[2023]["compared"]) == (True, 5)
    assert months_over(source(last_day=dt.date(2023, 12, 31)), TODAY) == (2023, 12)
    assert months_over(source(), dt.date(2026, 1, 1)) == (2026, 0)


def test_in_january_the_finding_is_about_the_year_before():
    steady = days([(dt.date(year, month, 5), 4) for year in range(2018, 2026) for month in range(1, 13)])
    of = source(last_day=dt.date(2026, 1, 20))
    found = compute(steady, NONE, source=of, today=dt.date(2026, 1, 20), window=(dt.date(2023, 1, 1), TODAY))
    assert presenters.heading(found, "Torget") == "Torget: lika många händelser 2025 som tidigare år"


def test_chance_alone_makes_a_year_stand_out_as_seldom_as_is_said():
    """Of 400 places where nothing has changed, the judged years outside their range are about one in twenty."""
    rng = np.random.default_rng(20)
    outside = judged = 0
    for _place in range(400):
        rate = rng.uniform(0.5, 8)
        counts = rng.poisson(rate, (8, 12))
        daily = days([(dt.date(2018 + year, month + 1, 5), int(counts[year, month])) for year in range(8)
                      for month in range(12)])  # fmt: skip
        row = figures(daily, of=source(last_day=dt.date(2025, 12, 31)))["years"][-1]
        judged += row["lower"] is not None
        outside += not row["lower"] <= row["compared"] <= row["upper"]
    assert judged == 400
    assert outside <= 33, "the 99 % limit of a true 5 %"


# When in the week, how unsafe, how often


def test_the_clock_spreads_uncertain_times_and_counts_each_event_once():
    when = moments([("2024-01-05 22:00", "2024-01-06 06:00", 8), ("2024-01-01 08:10", "2024-01-01 08:10", 3)])
    clock = figures(days([(TODAY, 11)]), when)["clock"]
    grid = np.array(clock["grid"])
    assert grid.sum() == pytest.approx(11)
    assert grid[0, 8] == 3
    assert [grid[4, 22], grid[4, 23], *grid[5, :6]] == [1.0] * 8
    assert clock["busiest"] is None, "eleven events are too few to name a part of the week"


def test_the_busiest_part_of_the_week_is_named_with_numbers():
    when = moments([("2024-01-05 20:00", "2024-01-05 20:00", FEWEST_TO_DESCRIBE), ("2024-01-02 09:00", None, 4)])
    found = figures(days([(TODAY, 24)]), when)
    assert presenters.busiest_words(found) == "Mest händer det fredag 18–24: 20 av 24 händelser med känd tid."


def test_a_source_that_knows_only_months_gives_no_hours_and_no_weeks():
    daily = days([(dt.date(2026, 5, 1), 30, 2, 0, 0, 0, True)])
    found = figures(daily, moments([("2024-01-05 20:00", None, 30)]), of=source(months_only=True))
    assert found["clock"] is None
    assert found["recurrence"] is None
    assert by_year(found)[2026]["count"] == 30
    assert any("månad" in note for note in presenters.notes(found))


def test_unsafety_has_a_mean_from_ten_answers_on():
    few = [(TODAY, 1, 2, 1, 5, 25)] * (FEWEST_ANSWERS - 1)
    assert figures(days(few))["unsafety"]["mean"] is None
    card = next(card for card in presenters.cards(figures(days(few))) if card["status"] == "missing")
    assert "9 svar" in card["note"]
    ten = [(TODAY, 1, 2, 1, value, value**2) for value in (1, 2, 3, 4, 5, 3, 3, 3, 3, 3)]
    found = figures(days(ten))["unsafety"]
    values = np.array([1, 2, 3, 4, 5, 3, 3, 3, 3, 3])
    half = 1.96 * values.std(ddof=1) / np.sqrt(10)
    assert (found["mean"], found["answers"]) == (3.0, 10)
    assert (found["lower"], found["upper"]) == (round(3 - half, 1), round(3 + half, 1))


def test_how_often_it_comes_back():
    # The last whole week before 22 November 2026, a Sunday, ends on the 15th.
    end = dt.date(2026, 11, 16)
    weeks = [3, 10, 11, 40]
    found = figures(days([(end - dt.timedelta(weeks=week), 2) for week in weeks]))["recurrence"]
    assert (found["weeks"], found["of"], found["events"]) == (4, 52, 8)
    assert found["longest_calm_days"] == 29 * 7 - 1
    nothing = figures(days([(dt.date(2019, 1, 1), 5)]))["recurrence"]
    assert (nothing["weeks"], nothing["longest_calm_days"]) == (0, 364)
    assert figures(days([]), of=source(first_day=dt.date(2026, 2, 1)))["recurrence"] is None
    assert figures(days([]), of=source(exact_from=dt.date(2026, 3, 1)))["recurrence"] is None


def test_a_place_where_nothing_is_reported_says_so():
    empty = figures(days([]))
    assert presenters.heading(empty, "Torget") == "Torget: inget är rapporterat här"
    assert "inte samma sak" in presenters.lead(empty)
    assert presenters.cards(empty) == []
    assert charts.years(empty) is None
    without_data = figures(days([]), of=source(first_day=None, last_day=None))
    assert without_data["years"] == []
    assert without_data["window"] is None


# Who sees how much


def whole(counts, **known):
    daily = days([(dt.date(year, 6, 5), count, 3) for year, count in counts.items() if count])
    of = source()
    window = clock_window(of, TODAY, whole_years=True)
    return compute(daily, moments([("2024-01-05 20:00", None, 60)]), source=of, today=TODAY, window=window, **known)


def test_outside_the_circle_there_are_whole_years_and_small_counts_are_protected():
    counts = {2018: 30, 2019: 2, 2020: 41, 2021: 0, 2022: 33, 2023: 20, 2024: 20, 2025: 20, 2026: 9}
    shown = protecting.protected_figures(whole(counts), largest=4)
    found = by_year(shown)
    assert 2026 not in found
    assert found[2019]["count"] == PROTECTED
    assert found[2021]["count"] == 0
    assert found[2020]["count"] == 41
    assert {row["serious"] for row in shown["years"]} == {None}
    assert {row["weight"] for row in shown["years"]} == {None}
    assert {row["lower"] for row in shown["years"]} == {None}, "a range is made from the protected year too"
    assert shown["recurrence"] is None
    assert shown["total"] is None
    # The clock's years are all told, so their sum may be.
    assert shown["clock"]["hours"] == 6
    assert presenters.busiest_words(shown) == "Mest händer det fredag 18–24."
    protecting_names = [row[0] for row in presenters.year_table(shown)["rows"]]
    assert protecting_names == [str(year) for year in range(2025, 2017, -1)]


def test_no_clock_where_its_sum_would_give_a_protected_year_away():
    shown = protecting.protected_figures(whole({2023: 20, 2024: 3, 2025: 20}), largest=4)
    assert by_year(shown)[2024]["count"] == PROTECTED
    assert shown["clock"] is None
    assert shown["unsafety"]["mean"] is None


@pytest.fixture
def busy(world):
    """The square with six events in each of the last four whole years, and two in this."""
    this_year = timezone.localdate().year
    for year in range(this_year - 4, this_year):
        for month in (2, 4, 5, 7, 9, 11):
            moment = local(year, month, 6, 20)
            make.IncidentFactory(
                organisation=world.housing, area=world.west, category=world.vandalism, at=moment, place=world.square
            )
    return world


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("who", "sees"),
    [
        ("coordinator", "all"), ("police", "all"), ("security_lead", "all"),
        ("council", "protected"), ("reporter", "protected"), ("other_housing", "protected"),
        ("coach", None), ("data_protection", None), ("administrator", None), ("stranger", None),
    ],
)  # fmt: skip
def test_who_sees_what_of_a_place(busy, who, sees):
    found = figures_of_places(busy.people[who], [busy.square]).get(busy.square.pk)
    assert (None if found is None else "protected" if found["is_protected"] else "all") == sees
    told = findings(busy.people[who], [busy.square]), sections(busy.people[who], [busy.square])
    assert all(bool(one) == (sees is not None) for one in told)


@pytest.mark.django_db
def test_only_approved_events_are_counted_and_purged_ones_are_kept_as_numbers(busy):
    make.IncidentFactory(
        organisation=busy.housing, area=busy.west, category=busy.vandalism, place=busy.square, status=Status.SUBMITTED
    )
    person = busy.people["coordinator"]
    before = figures_of_places(person, [busy.square])[busy.square.pk]
    counted = Incident.objects.counted().filter(place=busy.square)
    assert before["total"] == counted.count()
    old = counted.filter(occurred_on__year=timezone.localdate().year - 4)
    purge_to_statistics(busy.here, list(old.values_list("pk", flat=True)))
    del busy.square._figures_over_years
    after = figures_of_places(person, [busy.square])[busy.square.pk]
    counts = [[row["count"] for row in one["years"]] for one in (before, after)]
    assert counts[0] == counts[1]
    assert [row["serious"] for row in before["years"]] == [row["serious"] for row in after["years"]]


@pytest.mark.django_db
def test_another_place_of_the_same_area_has_its_own_figures(busy):
    other = make.PlaceFactory(collaboration=busy.here, area=busy.west, name="Gårdshuset")
    found = figures_of_places(busy.people["coordinator"], [busy.square, other])
    assert found[other.pk]["total"] == 0
    assert found[busy.square.pk]["total"] == Incident.objects.counted().filter(place=busy.square).count()


@pytest.mark.django_db
def test_the_page_opens_with_the_finding_and_the_sections_in_their_order(client, busy):
    client.force_login(busy.people["coordinator"])
    page = client.get(reverse("place_detail", args=["ekstad", busy.square.pk])).content.decode()
    heads = ['id="years"', 'id="clock"', "rapporterats här", 'id="features"', 'id="managers"']
    assert [page.index(head) for head in heads] == sorted(page.index(head) for head in heads)
    assert "Västers centrum" in page[page.index("<h1") : page.index("</h1>")]
    client.force_login(busy.people["coach"])
    plain = client.get(reverse("place_detail", args=["ekstad", busy.square.pk])).content.decode()
    assert 'id="years"' not in plain
    assert 'id="features"' not in plain


def fill(world, number):
    """A place with many reports over five years, written as an import writes them."""
    rng = np.random.default_rng(7)
    pattern = world.by_reporter
    values = {field.attname: getattr(pattern, field.attname) for field in Incident._meta.concrete_fields}
    began = local(timezone.localdate().year - 4, 1, 1)
    rows = []
    for minute, length in zip(rng.integers(0, 1_900_000, number), rng.integers(0, 600, number), strict=True):
        at = began + dt.timedelta(minutes=int(minute))
        rows.append(
            Incident(
                **{
                    **values, "id": None, "client_uuid": None, "source_key": "", "occurred_from": at,
                    "occurred_to": at + dt.timedelta(minutes=int(length)),
                    "occurred_on": timezone.localtime(at).date(), "unsafety": int(minute) % 6 or None,
                }
            )
        )  # fmt: skip
    Incident.objects.bulk_create(rows, batch_size=5000)


@pytest.mark.django_db
def test_many_reports_and_many_places_ask_as_often_as_few(world):
    user = world.people["coordinator"]
    assert user.active_memberships

    def asked(places):
        with CaptureQueriesContext(connection) as caught:
            figures_of_places(user, places)
        return len(caught)

    few = asked([world.square])
    fill(world, 2000)
    places = [world.square, *make.PlaceFactory.create_batch(5, collaboration=world.here, area=world.west)]
    del world.square._figures_over_years
    assert asked(places) == few <= 5


@pytest.mark.django_db
def test_what_leaves_the_database_does_not_grow_with_the_reports_of_a_day(world):
    fill(world, 3000)
    events = queries.event_category_ids([world.here.pk])
    daily = queries.daily([world.square], events)
    assert daily["count"].sum() == Incident.objects.counted().filter(place=world.square).count()
    assert len(daily) <= 5 * 366 * 4
    last = timezone.localdate()
    counted = queries.moments([world.square], events, last.replace(year=last.year - 3, day=1), last)
    inside = Incident.objects.counted().filter(
        place=world.square, occurred_on__gte=last.replace(year=last.year - 3, day=1), occurred_on__lt=last
    )
    assert counted["count"].sum() == inside.count()
    # By hand: the weekday and hour of each, as the clock on the wall had it.
    local = [timezone.localtime(moment) for moment in inside.values_list("occurred_from", flat=True)]
    by_hand = pd.Series([(moment.weekday(), moment.hour) for moment in local]).value_counts()
    found = counted.groupby([counted["occurred_from"].dt.day_of_week, counted["occurred_from"].dt.hour])["count"].sum()
    assert dict(found) == dict(by_hand)


@pytest.mark.django_db
def test_an_hour_is_the_one_on_the_wall_in_summer_and_winter(world):
    category = world.vandalism
    for moment in (local(2026, 1, 9, 20, 30), local(2026, 7, 10, 20, 30)):
        make.IncidentFactory(
            organisation=world.housing, area=world.west, category=category, place=world.garage,
            at=moment,
        )  # fmt: skip
    events = queries.event_category_ids([world.here.pk])
    found = queries.moments([world.garage], events, dt.date(2026, 1, 1), dt.date(2026, 8, 1))
    assert [(row.weekday(), row.hour) for row in found["occurred_from"]] == [(4, 20)]
    assert found["count"].tolist() == [2]


@pytest.mark.django_db
def test_a_new_years_night_the_page_still_opens(client, busy):
    client.force_login(busy.people["coordinator"])
    for moment in ("2027-01-01T00:10:00+01:00", "2028-02-29T12:00:00+01:00"):
        with time_machine.travel(dt.datetime.fromisoformat(moment), tick=False):
            client.force_login(busy.people["coordinator"])
            assert client.get(reverse("place_detail", args=["ekstad", busy.square.pk])).status_code == 200
