"""The place file: nothing is written over, the latest observation holds, and the hours nobody answers for stand out."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from areas.models import PlaceFeature, PlaceManager
from areas.place_files import presenters, queries
from areas.place_files.actions import add_place_manager, end_place_manager, observe_feature, take_back_feature
from areas.place_files.forms import PlaceFeatureForm
from areas.place_files.permissions import may_keep_place_file, organisations_that_saw
from areas.place_files.sections import features_of_places, managers_of_places
from areas.place_files.week import count, grouped, week_of
from audit.models import Event
from common.errors import NotAllowed, NotPossible
from partners.models import ApiToken
from tests import factories as make
from tests.world import PEOPLE

pytestmark = pytest.mark.django_db
_K, _S = PlaceFeature.Kind, PlaceFeature.State


def see(world, who="coordinator", **known):
    """Somebody of the cast writes what was seen of the square."""
    known = {
        "place": world.square, "kind": _K.LIGHT, "state": _S.DEFECT, "note": "Två lampor är släckta.",
        "observed_on": timezone.localdate(), "source": PlaceFeature.Source.ENTERED, "organisation": world.municipality,
        **known,
    }  # fmt: skip
    return observe_feature(by=world.people[who] if who else None, **known)


def answer(world, who="coordinator", **known):
    known = {
        "place": world.square, "party": PlaceManager.Party.ORGANISATION, "organisation": world.housing,
        "weekdays": range(5), "from_hour": 7, "to_hour": 16, "valid_from": timezone.localdate(), **known,
    }  # fmt: skip
    return add_place_manager(by=world.people[who], **known)


def days_ago(number):
    return timezone.localdate() - dt.timedelta(days=number)


def address(world, name, *args):
    return reverse(name, args=[world.here.slug, world.square.pk, *args])


# What was seen


def test_the_latest_observation_holds_and_the_earlier_ones_stay(world):
    late = see(world, observed_on=days_ago(2), state=_S.GOOD)
    early = see(world, observed_on=days_ago(400))
    other = see(world, observed_on=days_ago(900), detail="norra entrén")
    reader = world.people["coordinator"]
    assert queries.features_of(reader, [world.square])[world.square.pk] == [other, late]
    light = queries.histories(queries.observations_of(reader, world.square))[1]
    assert (light.latest, light.earlier) == (late, [early])


def test_what_held_on_a_day_is_what_had_been_seen_by_then(world):
    early = see(world, observed_on=days_ago(400))
    late = see(world, observed_on=days_ago(2), state=_S.GOOD)
    assert list(PlaceFeature.objects.holding(on=days_ago(3))) == [early]
    assert list(PlaceFeature.objects.holding(on=days_ago(2))) == [late]
    assert not PlaceFeature.objects.holding(on=days_ago(401)).exists()


def test_of_two_from_the_same_day_the_one_written_last_holds(world):
    see(world)
    last = see(world, state=_S.GOOD)
    assert list(PlaceFeature.objects.holding()) == [last]


def test_a_mistake_is_taken_back_and_still_told_of(client, world):
    before = see(world, observed_on=days_ago(30), state=_S.GOOD)
    mistake = see(world)
    take_back_feature(feature=mistake, by=world.people["coordinator"])
    assert list(PlaceFeature.objects.holding()) == [before]
    with pytest.raises(NotPossible):
        take_back_feature(feature=mistake, by=world.people["coordinator"])
    client.force_login(world.people["coordinator"])
    page = client.get(address(world, "place_history"))
    assert [one["feature"] for one in page.context["taken_back"]] == [mistake]
    assert [one["feature"] for one in page.context["features"]] == [before]


def test_urgent_comes_first_and_the_finding_counts(world):
    see(world, kind=_K.SEATING, state=_S.NEUTRAL)
    see(world, kind=_K.WIFI, state=_S.GOOD)
    see(world)
    urgent = see(world, kind=_K.LOCKS, state=_S.URGENT)
    rows = queries.features_of(world.people["police"], [world.square])[world.square.pk]
    assert rows[0] == urgent
    assert [row.state for row in rows] == ["urgent", "defect", "good", "neutral"]
    assert presenters.features_finding(rows) == "1 sak är akut, och 1 till är en brist."
    assert presenters.features_finding(rows[1:]) == "1 sak är en brist, inget är akut."
    assert presenters.features_finding(rows[2:]) == "Inget är antecknat som brist."
    assert presenters.features_finding([]) == ""


@pytest.mark.parametrize("day", [timezone.localdate() + dt.timedelta(days=1), dt.date(1066, 10, 14)])
def test_what_was_seen_was_seen_by_today_and_not_in_another_age(world, day):
    with pytest.raises(NotPossible) as no:
        see(world, observed_on=day)
    assert set(no.value.error_dict) == {"observed_on"}
    assert not PlaceFeature.objects.exists()


def test_something_else_says_what_it_is(world):
    with pytest.raises(ValidationError):
        see(world, kind=_K.OTHER)
    assert see(world, kind=_K.OTHER, detail="en gammal container").name == "en gammal container"
    with pytest.raises(IntegrityError), transaction.atomic():
        PlaceFeature.objects.update(detail="")


@pytest.mark.parametrize("field", ["note", "detail"])
def test_no_text_points_at_a_person(world, field):
    with pytest.raises(NotPossible) as no:
        see(world, **{field: "Ring 070-123 45 67"}, is_text_confirmed=True)
    assert set(no.value.error_dict) == {field}
    with pytest.raises(NotPossible):
        see(world, **{field: "Anna Andersson ser hit"})
    assert see(world, **{field: "Anna Andersson ser hit"}, is_text_confirmed=True).pk
    # The names of places are no persons.
    assert see(world, **{field: "Västers centrum"}).pk


def test_a_private_body_cannot_write_what_may_point_at_a_person_confirmed_or_not(world):
    with pytest.raises(NotPossible):
        see(world, "security_lead", organisation=world.housing, note="Anna Andersson", is_text_confirmed=True)
    with pytest.raises(NotPossible):
        answer(world, "security_lead", task="Anna Andersson rondar", is_text_confirmed=True)
    assert answer(world, "coordinator", task="Anna Andersson rondar", is_text_confirmed=True).pk


def test_the_log_says_what_kind_was_seen_where_and_never_the_words(world):
    see(world, note="Lampan är krossad.", detail="norra entrén")
    event = Event.objects.get(action="place_feature_observed")
    assert event.subject_label == "Västers centrum"
    assert event.details["kind"] == "light"
    assert "krossad" not in str(event.details)
    assert "norra" not in str(event.details)


# Who


WRITES = {"coordinator", "security_lead", "police"}


def test_who_writes_about_a_place(world):
    assert {who for who in PEOPLE if may_keep_place_file(world.people[who], world.square)} == WRITES


def test_who_owns_or_manages_a_place_writes_about_it_wherever_it_lies(world):
    assert not may_keep_place_file(world.people["security_lead"], world.garage)
    for part in ("owner", "manager"):
        setattr(world.garage, part, world.housing)
        assert may_keep_place_file(world.people["security_lead"], world.garage)
        setattr(world.garage, part, None)
    world.square.owner = world.other_housing
    assert may_keep_place_file(world.people["other_housing"], world.square)
    # A reporter sees the own house, but does not judge places in its name.
    assert not may_keep_place_file(world.people["reporter"], world.square)


def test_nobody_but_a_coordinator_writes_in_anothers_name(world):
    assert organisations_that_saw(world.people["police"], world.square) == [world.police_authority]
    assert world.other_housing in organisations_that_saw(world.people["coordinator"], world.square)
    with pytest.raises(NotAllowed):
        see(world, "police", organisation=world.housing)
    assert see(world, "police", organisation=world.police_authority).pk
    with pytest.raises(NotAllowed):
        see(world, "other_housing", organisation=world.other_housing)
    with pytest.raises(NotPossible):
        see(world, None, organisation=world.foreign)


def test_who_reads_what_a_place_is_like(world):
    row = see(world)
    answer(world)
    readers = {"reporter", "security_lead", "police", "other_housing", "coordinator", "council"}
    for who in PEOPLE:
        person = world.people[who]
        assert PlaceFeature.objects.visible_to(person).filter(pk=row.pk).exists() == (who in readers), who
        told = {**features_of_places(person, [world.square]), **managers_of_places(person, [world.square])}
        assert bool(told.get(world.square.pk)) == (who in readers), who


def test_many_places_ask_as_often_as_one(world, django_assert_max_num_queries):
    places = [world.square, *make.PlaceFactory.create_batch(5, collaboration=world.here, area=world.west)]
    see(world)
    user = world.people["coordinator"]
    assert user.active_memberships
    with django_assert_max_num_queries(2):
        assert set(features_of_places(user, places)) == {place.pk for place in places}
        assert set(managers_of_places(user, places)) == {place.pk for place in places}


# Who answers, hour by hour


def test_hours_past_midnight_belong_to_the_day_on_which_they_begin(world):
    row = make.PlaceManagerFactory(place=world.square, weekdays=[4, 6], from_hour=22, to_hour=2)
    week = week_of([row])
    nobody = {(day, hour) for day in range(7) for hour in range(24) if week[day][hour].is_nobody}
    assert nobody == {(4, 22), (4, 23), (5, 0), (5, 1), (6, 22), (6, 23), (0, 0), (0, 1)}
    assert count(week) == {"answered": 0, "nobody": 8, "unknown": 160}


def test_where_somebody_answers_nobody_is_overruled_and_two_share(world):
    rows = [
        answer(world, weekdays=range(7), from_hour=0, to_hour=24),
        answer(world, party="outside", organisation=None, outside_party="Livsbutiken", weekdays=[0], from_hour=8,
               to_hour=20),
        answer(world, party="nobody", organisation=None, weekdays=range(7), from_hour=0, to_hour=24),
    ]  # fmt: skip
    week = week_of(rows)
    assert week[0][9].parties == ("Bostadsbolaget", "Livsbutiken")
    assert count(week) == {"answered": 168, "nobody": 0, "unknown": 0}
    monday, others = grouped(week)
    assert (monday.first, monday.last, len(monday.stretches)) == (0, 0, 3)
    assert (others.first, others.last, len(others.stretches)) == (1, 6, 1)


def test_hours_nobody_answers_for_are_said_in_words(client, world):
    answer(world, from_hour=7, to_hour=16)
    answer(world, party="nobody", organisation=None, weekdays=[4, 5], from_hour=22, to_hour=6)
    week = presenters.week(
        queries.managers_of(world.people["police"], [world.square], timezone.localdate())[world.square.pk]
    )
    assert week["finding"] == (
        "Ingen svarar för platsen under 16 av veckans 168 timmar och för 107 timmar är det inte känt."
    )
    assert [group["days"] for group in week["groups"]] == ["Måndag–torsdag", "Fredag", "Lördag", "Söndag"]
    friday = week["groups"][1]["stretches"]
    assert [(one["hours"], one["kind"]) for one in friday] == [
        ("00–07", "unknown"), ("07–16", "answered"), ("16–22", "unknown"), ("22–24", "nobody"),
    ]  # fmt: skip
    client.force_login(world.people["police"])
    page = client.get(address(world, "place_detail")).content.decode()
    assert "ingen svarar för platsen" in page
    assert "ingen har sagt vem" in page


def test_every_hour_of_the_week_is_in_exactly_one_stretch(world):
    answer(world, weekdays=[0, 2, 5], from_hour=21, to_hour=5)
    groups = grouped(week_of(PlaceManager.objects.all()))
    hours = sum(
        (stretch.until - stretch.start) * (group.last - group.first + 1)
        for group in groups
        for stretch in group.stretches
    )
    assert hours == 168


def test_a_row_ends_on_a_day_and_its_own_first_day_says_that_it_never_held(world):
    today = timezone.localdate()
    row, wrong = answer(world, valid_from=days_ago(30)), answer(world, valid_from=days_ago(30))
    by = world.people["coordinator"]
    with pytest.raises(NotPossible):
        end_place_manager(manager=row, day=days_ago(31), by=by)
    end_place_manager(manager=row, day=today, by=by)
    end_place_manager(manager=wrong, day=days_ago(30), by=by)
    assert not PlaceManager.objects.in_force(today).exists()
    assert list(PlaceManager.objects.in_force(days_ago(1))) == [row]
    with pytest.raises(NotPossible):
        end_place_manager(manager=row, day=today, by=by)


@pytest.mark.parametrize(
    "wrong",
    [
        {"party": "organisation", "organisation": None},
        {"party": "outside", "organisation": None, "outside_party": ""},
        {"weekdays": []},
        {"weekdays": [7]},
        {"from_hour": 8, "to_hour": 8},
        {"from_hour": 24, "to_hour": 8},
        {"outside_party": "Anna Andersson", "party": "outside", "organisation": None},
        {"task": "Ring 070-123 45 67", "is_text_confirmed": True},
    ],
)
def test_a_row_that_says_nothing_is_refused(world, wrong):
    with pytest.raises(ValidationError):
        answer(world, **wrong)
    assert not PlaceManager.objects.exists()
    assert answer(world).pk


# Pages


def test_the_form_asks_to_read_a_doubtful_text_again(client, world):
    client.force_login(world.people["police"])
    url = address(world, "place_feature_new")
    body = {
        "kind": "light", "detail": "", "state": "defect", "note": "Anna Andersson såg det.",
        "observed_on": timezone.localdate().isoformat(), "organisation": world.police_authority.pk,
    }  # fmt: skip
    page = client.post(url, body)
    assert page.status_code == 422
    assert "note" in page.context["form"].errors
    assert "is_text_confirmed" in page.content.decode()
    assert "Anna Andersson såg det." in page.content.decode(), "what was typed stays"
    sure = client.post(url, {**body, "note": "Ring 070-123 45 67"})
    assert "is_text_confirmed" not in sure.content.decode()
    assert client.post(url, {**body, "is_text_confirmed": "on", "again": "1"}).url == url
    assert PlaceFeature.objects.get().organisation == world.police_authority


def test_the_form_begins_with_what_is_looked_at_again(client, world):
    client.force_login(world.people["coordinator"])
    form = client.get(address(world, "place_feature_new") + "?kind=locks&detail=norra+entrén").context["form"]
    assert (form["kind"].value(), form["detail"].value()) == ("locks", "norra entrén")
    assert form["organisation"].value() == world.municipality.pk
    assert client.get(address(world, "place_feature_new") + "?kind=%00&detail=%00").status_code == 200


def test_every_kind_and_state_has_words(world):
    form = PlaceFeatureForm(place=world.square, organisations=[world.housing])
    assert len(form.fields["kind"].choices) == len(_K.values) + 1
    assert {value for value, _words in form.fields["state"].choices} == set(_S.values)
    assert set(presenters.STATES) == set(_S)


def test_another_places_rows_are_not_there(client, world):
    mine = see(world, place=world.garage, organisation=world.other_housing)
    row = answer(world, place=world.garage)
    client.force_login(world.people["coordinator"])
    assert client.post(address(world, "place_feature_take_back", mine.pk)).status_code == 404
    assert client.get(address(world, "place_manager_end", row.pk)).status_code == 404


def test_an_empty_place_says_what_to_do(client, world):
    client.force_login(world.people["coordinator"])
    page = client.get(address(world, "place_detail")).content.decode()
    assert "Ingen har skrivit ner hur platsen är" in page
    assert "Ingen har skrivit ner vem som svarar för platsen" in page
    assert address(world, "place_feature_new") in page
    client.force_login(world.people["council"])
    assert address(world, "place_feature_new") not in client.get(address(world, "place_detail")).content.decode()


# The API


@pytest.fixture
def ask(client, world):
    def asked(who, method="get", path="place-features", **known):
        key = ApiToken.new_key()
        membership = world.people[who].memberships.get()
        service = make.MembershipFactory(
            user=make.UserFactory(is_service=True), organisation=membership.organisation, role=membership.role
        )
        for scope in membership.area_scopes.all():
            make.AreaScopeFactory(membership=service, area=scope.area)
        make.ApiTokenFactory(membership=service, hash=ApiToken.hash_of(key))
        return getattr(client, method)(
            f"/api/v1/{path}/", headers={"Authorization": f"Bearer {key}"}, **known
        )  # fmt: skip

    return asked


def test_the_api_gives_what_holds_and_the_history_when_it_is_asked_for(ask, world):
    see(world, observed_on=days_ago(40))
    see(world, observed_on=days_ago(4), state=_S.GOOD)
    make.PlaceFeatureFactory(place=make.PlaceFactory(collaboration=world.elsewhere))
    (row,) = ask("police").json()["results"]
    assert (row["kind"], row["state"], row["organisation"]) == ("light", "good", "Kommunen")
    # A defect that was mended since is no defect.
    assert ask("police", data={"state": "defect"}).json()["results"] == []
    assert len(ask("police", data={"history": "true", "place": world.square.pk}).json()["results"]) == 2
    assert ask("police", data={"sate": "defect"}).status_code == 400
    assert ask("coach").json()["results"] == []


def test_the_api_writes_by_the_same_action(ask, world):
    body = {"place": world.square.pk, "kind": "locks", "state": "urgent", "observed_on": days_ago(1).isoformat()}

    def send(who, **changes):
        return ask(who, "post", data={**body, **changes}, content_type="application/json")

    made = send("police", note="Låset är uppbrutet.")
    assert made.status_code == 201
    assert made.json()["organisation"] == "Polisen"
    assert PlaceFeature.objects.get().note == "Låset är uppbrutet."
    assert send("police", note="Ring 070-123 45 67").status_code == 409
    assert send("police", kind="other").status_code == 409
    assert send("police", organisation=world.housing.pk).status_code == 403
    assert send("reporter").status_code == 403
    assert send("stranger").status_code == 404
    assert send("police", place=str(world.square.pk)).status_code == 400
    assert send("coordinator", organisation=world.other_housing.pk).status_code == 201
    assert PlaceFeature.objects.count() == 2


def test_the_api_tells_who_answers_today(ask, world):
    answer(world, valid_from=days_ago(3))
    answer(world, party="nobody", organisation=None, valid_from=days_ago(3), weekdays=[6])
    end_place_manager(
        manager=answer(world, valid_from=days_ago(9)), day=days_ago(8), by=world.people["coordinator"]
    )  # fmt: skip
    rows = ask("police", path="place-managers").json()["results"]
    assert {(row["party"], row["name"]) for row in rows} == {("organisation", "Bostadsbolaget"), ("nobody", None)}
