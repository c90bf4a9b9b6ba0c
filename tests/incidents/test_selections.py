"""A selection asks the database and one report the same, is written in one spelling, and is read by the list."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from django.db import transaction
from django.http import QueryDict
from django.urls import reverse
from django.utils import translation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from incidents.models import Incident, Status
from incidents.queries import filter_for
from incidents.selections import NAMES, SEVERAL, NotASelection, Selection, Trees, canonical, in_words
from tests import factories as make
from tests.incidents.test_views import url

STOCKHOLM = ZoneInfo("Europe/Stockholm")
# Days around both changes of the clock, and some in the middle of things.
DAYS = [dt.date(2026, 3, 28), dt.date(2026, 3, 29), dt.date(2026, 10, 24), dt.date(2026, 10, 25), dt.date(2026, 6, 5)]

moments = st.builds(
    lambda day, hour, minute, fold: dt.datetime.combine(day, dt.time(hour, minute, fold=fold), tzinfo=STOCKHOLM),
    st.sampled_from(DAYS),
    st.integers(0, 23),
    st.sampled_from([0, 1, 30, 59]),
    st.integers(0, 1),
)
reports = st.lists(
    st.tuples(
        moments,
        st.sampled_from([None, 0, 1, 29, 60, 61, 180, 1439, 1440, 1441, 4000]),
        st.sampled_from(Incident.TimePrecision.values),
        st.sampled_from(["vandalism", "drugs", "below"]),
        st.sampled_from([None, "square", "garage"]),
        st.sampled_from([None, "west", "east"]),
        st.sampled_from([Status.APPROVED, Status.SUBMITTED]),
    ),
    min_size=1,
    max_size=12,
)


def _some(values, most=3):
    return st.lists(st.sampled_from(values), max_size=most, unique=True).map(tuple)


questions = st.fixed_dictionaries(
    {
        "area": st.sampled_from(["", "vaster", "oster", "ekstads-kommun"]),
        "category": _some(["SKA", "NAR", "ORD", "FINNS-INTE"]),
        "place": _some(["square", "garage"]),
        "status": st.sampled_from(["", "approved"]),
        "since": st.sampled_from([None, dt.date(2026, 3, 29), dt.date(2026, 10, 25)]),
        "until": st.sampled_from([None, dt.date(2026, 6, 5), dt.date(2026, 10, 24)]),
        "weekday": _some(list(range(1, 8)), most=7),
        "hour_from": st.one_of(st.none(), st.integers(0, 23)),
        "hour_to": st.one_of(st.none(), st.integers(1, 24)),
    }
)


@pytest.fixture
def kinds(world):
    group = make.CategoryFactory(collaboration=world.here, code="ORD", name_sv="Ordning")
    below = make.CategoryFactory(collaboration=world.here, code="ORD1", parent=group)
    return {"vandalism": world.vandalism, "drugs": world.drugs, "below": below}


def make_report(world, kinds, row):
    begins, minutes, precision, kind, place, area, status = row
    at = begins.astimezone(dt.UTC)
    return make.IncidentFactory(
        organisation=world.housing,
        category=kinds[kind],
        area=getattr(world, area) if area else None,
        place=getattr(world, place) if place else None,
        at=at,
        occurred_to=None if minutes is None else at + dt.timedelta(minutes=minutes),
        occurred_on=begins.date(),
        time_precision=precision,
        status=status,
    )


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=reports, asked=questions)
def test_the_database_and_one_report_say_the_same(world, kinds, rows, asked):
    with transaction.atomic():
        made = [make_report(world, kinds, row) for row in rows]
        places = tuple(getattr(world, name).pk for name in asked["place"])
        selection = Selection(**{**asked, "place": places})
        selected = selection.within([world.here.pk])
        found = set(
            selected.rows(Incident.objects.filter(pk__in=[one.pk for one in made])).values_list("pk", flat=True)
        )
        fresh = Incident.objects.filter(pk__in=[one.pk for one in made])
        assert found == {one.pk for one in fresh if selected.matches(one)}
        assert selection.within([world.here.pk], trees=Trees.of([world.here.pk])) == selected
        transaction.set_rollback(True)


@given(
    asked=st.builds(
        Selection,
        area=st.sampled_from(["", "vaster", "åäö"]),
        category=_some(["SKA", "NAR", "A&B=C"]),
        place=_some([1, 22, 3]),
        organisation=st.sampled_from([None, 7]),
        status=st.sampled_from(["", "approved"]),
        since=st.sampled_from([None, dt.date(2026, 3, 29)]),
        weekday=_some([1, 5, 7]),
        hour_from=st.sampled_from([None, 0, 22]),
        hour_to=st.sampled_from([None, 6, 24]),
    )
)
def test_what_is_written_is_read_back_and_has_one_spelling(asked):
    assert Selection.parse(asked.query) == asked
    assert canonical(asked.query) == asked.query
    backwards = "&".join(reversed(asked.query.split("&")))
    assert canonical(backwards) == asked.query
    assert Selection.parse(backwards) == asked
    assert bool(asked) == (asked.query != "")


@pytest.mark.parametrize(
    "query",
    [
        "since=igår",
        "weekday=8",
        "weekday=0",
        "hour_from=24",
        "hour_to=0",
        "place=abc",
        "place=-1",
        "place=٣",
        "mine=true",
    ],
)
def test_what_no_list_understands_is_no_selection(query):
    with pytest.raises(NotASelection):
        Selection.parse(query)


@pytest.mark.parametrize(
    ("hours", "begins", "lasts_min", "is_there"),
    [
        ((18, 2), (17, 59), None, False),
        ((18, 2), (18, 0), None, True),
        ((18, 2), (1, 59), None, True),
        ((18, 2), (2, 0), None, False),
        # Only known to lie between two moments: both are asked about.
        ((18, 2), (18, 0), 480, True),
        ((18, 2), (18, 0), 481, False),
        ((18, 2), (20, 0), 60, True),
        ((18, None), (23, 30), 30, True),
        ((18, None), (23, 30), 31, False),
        ((None, 6), (0, 0), None, True),
        ((8, 8), (3, 0), None, True),
    ],
)
def test_hours_go_from_one_up_to_another_also_over_midnight(world, hours, begins, lasts_min, is_there):
    at = dt.datetime(2026, 6, 5, *begins, tzinfo=STOCKHOLM)
    report = make.IncidentFactory(
        organisation=world.housing,
        at=at,
        time_precision="exact" if lasts_min is None else "interval",
        occurred_to=None if lasts_min is None else at + dt.timedelta(minutes=lasts_min),
    )
    selected = Selection(hour_from=hours[0], hour_to=hours[1]).within([world.here.pk])
    assert selected.rows(Incident.objects.filter(pk=report.pk)).exists() is is_there
    assert selected.matches(report) is is_there


def test_the_names_are_the_lists_own(world):
    asked = filter_for(world.people["coordinator"], world.here, QueryDict(""))
    assert set(asked.filters) - {"mine", "batch"} == set(NAMES)
    assert set(NAMES) >= SEVERAL


class TestTheList:
    def ids(self, client, query):
        return {row["incident"].pk for row in client.get(url("incident_list") + query).context["rows"]}

    def test_several_categories_and_places_mean_any_of_them(self, client, world):
        client.force_login(world.people["coordinator"])
        both = self.ids(client, "?category=SKA&category=NAR")
        assert both == self.ids(client, "?category=SKA") | self.ids(client, "?category=NAR")
        assert world.sensitive.pk in both
        places = self.ids(client, f"?place={world.square.pk}&place={world.garage.pk}")
        assert places == {world.by_reporter.pk, world.by_other_housing.pk}

    def test_map_file_and_api_ask_the_same(self, client, world):
        client.force_login(world.people["coordinator"])
        query = "?category=SKA&category=NAR&weekday=1&weekday=2&weekday=3&weekday=4&hour_from=0&hour_to=24"
        listed = self.ids(client, query)
        drawn = client.get(url("incident_map") + query).json()["features"]
        assert {feature["id"] for feature in drawn} <= listed
        api = client.get(f"/api/v1/incidents/{query}").json()["results"]
        assert {row["id"] for row in api} == listed

    def test_chips_say_it_in_words_and_let_go_of_one_at_a_time(self, client, world):
        client.force_login(world.people["coordinator"])
        page = client.get(url("incident_list") + "?category=SKA&category=NAR&weekday=5&hour_from=18&hour_to=2")
        chosen = {row["text"]: row["query"] for row in page.context["chosen"]}
        assert set(chosen) == {"Skadegörelse", "Öppen droghandel", "Fredag", "mellan 18–02"}
        assert parse(chosen["Skadegörelse"]).category == ("NAR",)
        assert parse(chosen["mellan 18–02"]).hour_from is None
        assert parse(chosen["mellan 18–02"]).hour_to is None
        assert parse(chosen["Fredag"]).weekday == ()

    def test_the_file_is_logged_with_what_was_asked(self, client, world):
        from audit.models import Event

        client.force_login(world.people["coordinator"])
        query = "?category=SKA&category=NAR&since=2020-01-01"
        client.post(url("incident_export") + query, {"purpose": "meeting", "words": ""})
        filters = Event.objects.get(action="incidents_exported").details["filters"]
        assert filters == {"category": "SKA,NAR", "since": "2020-01-01"}

    @pytest.mark.parametrize(
        "query", ["?weekday=8", "?hour_from=24", "?place=1&place=abc", "?category=SKA&category=%00"]
    )
    def test_what_is_not_understood_never_widens(self, client, world, query):
        client.force_login(world.people["coordinator"])
        page = client.get(url("incident_list") + query)
        assert page.status_code == 200
        assert page.context["count"] == 0
        assert client.get(url("incident_map") + query).status_code == 400
        assert client.get(f"/api/v1/incidents/{query}").status_code in (400, 404)

    def test_an_empty_one_is_none_on_the_page_and_a_mistake_in_the_api(self, client, world):
        client.force_login(world.people["coordinator"])
        assert self.ids(client, "?category=&weekday=&hour_from=") == self.ids(client, "")
        assert client.get("/api/v1/incidents/?category=SKA&category=").status_code == 400


def test_in_words(world):
    asked = Selection(
        area="vaster", category=("SKA", "NAR"), place=(world.square.pk,), since=dt.date(2026, 1, 1),
        until=dt.date(2026, 11, 1), weekday=(5, 6), hour_from=18, hour_to=2,
    )  # fmt: skip
    with translation.override("sv"):
        words = {row["label"]: row["text"] for row in in_words(asked, world.here.pk)}
    assert words == {
        "Område": "Väster",
        "Kategorier": "Skadegörelse, Öppen droghandel",
        "Plats": "Västers centrum",
        "Dagar": "2026-01-01 – 2026-11-01",
        "Veckodagar": "Fredag, lördag",
        "Tid på dygnet": "mellan 18–02",
    }


def parse(query):
    return Selection.parse(canonical(query))


def test_the_address_of_a_row_of_a_picture_is_a_selection(world):
    from situational_picture.writing import selection_query

    address = (
        f"http://x{reverse('incident_list', args=['ekstad'])}?category=NAR&cursor=a1&category=SKA&mine=true&view=map"
    )
    assert selection_query(address) == "category=NAR&category=SKA"
