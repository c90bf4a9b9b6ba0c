"""Reports change through actions: each locks, checks, changes, remembers and tells."""

import dataclasses
import datetime as dt
import threading
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils import timezone

from analysis.hexagons import cells_of
from areas.relocating import hold_boundaries
from audit.models import Event
from common.errors import NotAllowed, NotPossible
from incidents import actions, changes, rules
from incidents.models import Incident, Status
from incidents.rules import Report
from partners.models import Organisation
from tests import factories as make
from tests.at_once import at_once


def local(*parts):
    """A moment on the clocks here."""
    return dt.datetime(*parts, tzinfo=ZoneInfo("Europe/Stockholm"))


def report_of(world, **changes):
    """A report that is fine as it stands: a broken window at the square."""
    fine = Report(
        category=world.vandalism,
        occurred_from=timezone.now() - dt.timedelta(hours=2),
        lon=16.12,
        lat=58.585,
        description="Två rutor krossade.",
    )
    return dataclasses.replace(fine, **changes)


def submit(world, who="reporter", *, organisation=None, client_uuid=None, **changes):
    return actions.submit_incident(
        by=world.people[who],
        organisation=organisation or world.housing,
        report=report_of(world, **changes),
        client_uuid=client_uuid,
    )


@pytest.fixture
def announced(monkeypatch):
    """What was announced to the rooms above: collaboration and areas."""
    heard = []
    monkeypatch.setattr(changes, "listeners", [lambda collaboration, areas: heard.append((collaboration, areas))])
    return heard


def logged(subject):
    return list(
        Event.objects.filter(subject_type="incidents.incident", subject_id=str(subject.pk))
        .order_by("id")
        .values_list("action", flat=True)
    )


# --- Sending in -------------------------------------------------------------------------------------------------------


def test_a_report_is_stored_with_what_follows_from_it(world, announced):
    when = local(2026, 3, 1, 0, 30)
    incident, is_new = submit(world, occurred_from=when)
    incident.refresh_from_db()
    assert is_new
    assert incident.status == Status.SUBMITTED
    assert incident.occurred_on == dt.date(2026, 3, 1)
    assert incident.time_precision == Incident.TimePrecision.EXACT
    assert incident.area == world.west
    assert incident.location == Incident.Location.PLACED
    assert incident.cell == int(cells_of([16.12], [58.585], 11)[0])
    assert incident.severity == world.vandalism.severity
    assert incident.place_type == Incident.PlaceType.PUBLIC
    assert incident.sharing == world.housing.sharing
    assert incident.reporter == world.people["reporter"]
    assert logged(incident) == ["incident_submitted"]
    assert announced == [(world.here.pk, {world.west.pk})]


def test_a_report_takes_how_its_organisation_shares(world):
    world.housing.sharing = Organisation.Sharing.COUNTS
    world.housing.save()
    assert submit(world).incident.sharing == Organisation.Sharing.COUNTS


def test_a_coordinators_own_report_waits_like_everybodys(world):
    incident = submit(world, "coordinator", organisation=world.municipality).incident
    assert incident.status == Status.SUBMITTED
    assert actions.approve_incident(incident=incident, by=world.people["coordinator"]).status == Status.APPROVED


@pytest.mark.parametrize("who", ["council", "coach", "data_protection", "administrator"])
def test_those_who_do_not_report_are_refused(world, who):
    organisation = world.people[who].active_memberships[0].organisation
    with pytest.raises(NotAllowed, match=organisation.name):
        submit(world, who, organisation=organisation)
    assert submit(world).is_new


def test_nobody_reports_in_anothers_name(world):
    with pytest.raises(NotAllowed):
        submit(world, "reporter", organisation=world.other_housing)
    assert submit(world, "other_housing", organisation=world.other_housing).is_new


@pytest.mark.parametrize(
    ("changes", "field", "code"),
    [
        ({"occurred_from": timezone.localtime() + dt.timedelta(days=1)}, "occurred_from", "in_the_future"),
        ({"lat": None}, "lon", "half_a_point"),
        ({"lon": 2.0}, "lon", "outside_the_extent"),
        ({"description": "Ring 070-123 45 67"}, "description", "personal_data_strong"),
        ({"description": "Han heter Anna Svensson"}, "description", "persons_never_kept"),
        ({"description": "=1+1"}, "description", "looks_like_a_formula"),
        ({"cost_sek": -1}, "cost_sek", "cost_out_of_range"),
        ({"unsafety": 6}, "unsafety", "unsafety_out_of_range"),
        ({"category": None}, "category", "no_category"),
    ],
)
def test_a_report_that_breaks_a_rule_is_not_stored(world, changes, field, code):
    before = Incident.objects.count()
    with pytest.raises(ValidationError) as refusal:
        submit(world, **changes)
    assert [error.code for error in refusal.value.error_dict[field]] == [code]
    assert Incident.objects.count() == before
    assert submit(world).is_new


def test_what_another_collaboration_owns_is_not_known_here(world):
    far_place = make.PlaceFactory(collaboration=world.elsewhere)
    for change, code in [
        ({"category": world.foreign_category}, "unknown_category"),
        ({"place": far_place}, "unknown_place"),
    ]:
        with pytest.raises(ValidationError) as refusal:
            submit(world, **change)
        assert code in {error.code for errors in refusal.value.error_dict.values() for error in errors}


def test_an_authoritys_weak_hit_is_confirmed_and_the_log_holds_the_rule_only(world):
    police = {"who": "police", "organisation": world.police_authority}
    text = "En person som heter Anna Svensson sprang"
    with pytest.raises(ValidationError) as refusal:
        submit(world, description=text, **police)
    assert [error.code for error in refusal.value.error_dict["description"]] == ["personal_data_weak"]
    incident = submit(world, description=text, is_text_confirmed=True, **police).incident
    event = Event.objects.get(action="incident_submitted", subject_id=str(incident.pk))
    assert event.details["confirmed"]
    assert "Svensson" not in str(event.details)
    with pytest.raises(ValidationError):
        submit(world, description="Ring 070-123 45 67", is_text_confirmed=True, **police)


WEAK_ON_A_PERSON = [
    "En person som heter Anna Svensson sprang",
    "Killen är känd av polisen",
    "Han är son till vaktmästaren",
    "Mannen är psykiskt sjuk och skriker på nätterna",
    "snap: garagekungen",
    "Pojken är född 2009-04-01",
]


@pytest.mark.parametrize("text", WEAK_ON_A_PERSON)
@pytest.mark.parametrize("kind", ["housing", "guard", "shop", "association"])
def test_a_private_body_never_stores_a_person_however_often_it_is_confirmed(world, kind, text):
    Organisation.objects.filter(pk=world.housing.pk).update(kind=kind)
    world.housing.refresh_from_db()
    before = Incident.objects.count()
    with pytest.raises(ValidationError) as refusal:
        submit(world, description=text, is_text_confirmed=True)
    assert [error.code for error in refusal.value.error_dict["description"]] == ["persons_never_kept"]
    returned = make.IncidentFactory(
        organisation=world.housing, reporter=world.people["reporter"], status=Status.RETURNED, category=world.vandalism
    )
    with pytest.raises(ValidationError):
        actions.change_incident(
            incident=returned,
            by=world.people["reporter"],
            report=report_of(world, description=text, is_text_confirmed=True),
        )
    assert Incident.objects.count() == before + 1
    assert not Incident.objects.filter(description=text).exists()


def test_a_fault_in_a_flat_can_be_reported_by_a_housing_company_once_it_is_confirmed(world):
    text = "Vattenskada i lgh 1203 efter inbrottet"
    with pytest.raises(ValidationError) as refusal:
        submit(world, description=text)
    assert [error.code for error in refusal.value.error_dict["description"]] == ["personal_data_weak"]
    assert submit(world, description=text, is_text_confirmed=True).incident.description == text


# --- Where it was -----------------------------------------------------------------------------------------------------


def test_a_home_is_kept_by_block_and_nowhere_more_exactly(world):
    exact = (16.12345, 58.58765)
    incident = submit(world, lon=exact[0], lat=exact[1], place_type=Incident.PlaceType.PRIVATE).incident
    incident.refresh_from_db()
    assert (incident.lon, incident.lat) == pytest.approx(rules.coarsen(*exact))
    assert (incident.lon, incident.lat) != pytest.approx(exact, abs=1e-5)
    assert incident.precision == Incident.Precision.BLOCK
    public = submit(world, lon=exact[0], lat=exact[1], place_type=Incident.PlaceType.PUBLIC).incident
    assert (public.lon, public.lat, public.precision) == (*exact, Incident.Precision.EXACT)


def test_the_kind_of_place_follows_the_category_until_somebody_says_more(world):
    home = make.CategoryFactory(collaboration=world.here, common_code="OVR")
    assert submit(world, category=home).incident.precision == Incident.Precision.BLOCK
    outdoors = submit(world, category=home, place_type=Incident.PlaceType.PUBLIC).incident
    assert outdoors.precision == Incident.Precision.EXACT


def test_a_named_place_lends_its_point(world):
    incident = submit(world, lon=None, lat=None, place=world.garage).incident
    assert (incident.lon, incident.area, incident.precision) == (16.16, world.east, Incident.Precision.PLACE)


def test_without_point_and_place_it_lies_nowhere_and_outside_the_areas_it_says_so(world):
    nowhere = submit(world, lon=None, lat=None).incident
    assert (nowhere.location, nowhere.area, nowhere.cell) == (Incident.Location.NONE, None, None)
    outside = submit(world, lon=16.25, lat=58.65).incident
    assert (outside.location, outside.area) == (Incident.Location.OUTSIDE, None)


def test_a_day_without_a_time_runs_from_midnight_to_midnight(world):
    evening = local(2026, 3, 28, 21)
    incident = submit(world, occurred_from=evening, is_day_only=True).incident
    assert incident.time_precision == Incident.TimePrecision.DAY
    assert incident.occurred_from == local(2026, 3, 28)
    assert incident.occurred_to == local(2026, 3, 29)
    over_a_weekend = submit(
        world, occurred_from=evening, occurred_to=evening + dt.timedelta(days=1), is_day_only=True
    ).incident
    assert over_a_weekend.time_precision == Incident.TimePrecision.INTERVAL
    over_a_weekend.refresh_from_db()
    # The clocks went forward that night.
    assert over_a_weekend.occurred_to - over_a_weekend.occurred_from == dt.timedelta(hours=47)


# --- The same number again --------------------------------------------------------------------------------------------


def test_the_same_report_again_is_the_same_report(world, announced):
    number, when = uuid.uuid4(), timezone.now() - dt.timedelta(hours=1)
    first = submit(world, client_uuid=number, occurred_from=when)
    again = submit(world, client_uuid=number, occurred_from=when)
    assert (first.is_new, again.is_new) == (True, False)
    assert first.incident == again.incident
    assert logged(first.incident) == ["incident_submitted"]
    assert len(announced) == 1


def test_another_report_under_the_same_number_is_a_conflict(world):
    number, when = uuid.uuid4(), timezone.now() - dt.timedelta(hours=1)
    submit(world, client_uuid=number, occurred_from=when)
    with pytest.raises(NotPossible) as refusal:
        submit(world, client_uuid=number, occurred_from=when, description="Något annat.")
    assert refusal.value.code == "uuid_taken"
    with pytest.raises(NotPossible):
        submit(world, "security_lead", client_uuid=number, occurred_from=when)


def test_a_replay_is_known_also_when_the_report_has_moved_on(world):
    number, when = uuid.uuid4(), timezone.now() - dt.timedelta(hours=1)
    incident = submit(world, client_uuid=number, occurred_from=when).incident
    actions.return_incident(incident=incident, by=world.people["coordinator"], reason="Vilken port?")
    actions.change_incident(
        incident=incident, by=world.people["reporter"], report=report_of(world, description="Port B.")
    )
    assert submit(world, client_uuid=number, occurred_from=when).incident == incident


def test_the_same_number_may_be_used_in_another_collaboration(world):
    number = uuid.uuid4()
    submit(world, client_uuid=number)
    there = submit(
        world,
        "stranger",
        organisation=world.foreign,
        client_uuid=number,
        category=world.foreign_category,
        lon=12.05,
        lat=57.05,
    )
    assert there.is_new


def in_parallel(times, work):
    """Run the same work in several threads, each with a connection and a transaction of its own."""

    def one(number):
        try:
            return work(number)
        except (NotPossible, NotAllowed) as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(one, range(times)))


@pytest.mark.django_db(transaction=True)
def test_six_approvals_at_once_approve_once(transactional_db):
    from tests.world import World

    world = World()
    answers = in_parallel(
        6, lambda _n: actions.approve_incident(incident=world.waiting, by=world.people["coordinator"])
    )
    assert sum(isinstance(answer, Incident) for answer in answers) == 1
    assert sum(isinstance(answer, NotPossible) for answer in answers) == 5
    assert logged(world.waiting) == ["incident_approved"]


@pytest.mark.django_db(transaction=True)
def test_six_submissions_under_one_number_at_once_store_one_report(transactional_db):
    from tests.world import World

    world, number, when = World(), uuid.uuid4(), timezone.now() - dt.timedelta(hours=1)
    answers = in_parallel(6, lambda _n: submit(world, client_uuid=number, occurred_from=when))
    assert Incident.objects.filter(client_uuid=number).count() == 1
    assert sorted(answer.is_new for answer in answers) == [False] * 5 + [True]
    assert len({answer.incident.pk for answer in answers}) == 1


def test_a_corrected_report_from_a_home_keeps_its_area_though_its_block_lies_in_another(world):
    # The block of this point has its middle on the other side of the boundary at 16.14.
    lon = 16.1399
    lat = next(lat / 1000 for lat in range(58571, 58599) if rules.coarsen(lon, lat / 1000)[0] > 16.1401)
    home = Incident.PlaceType.PRIVATE
    incident = submit(world, lon=lon, lat=lat, place_type=home).incident
    actions.return_incident(incident=incident, by=world.people["coordinator"], reason="Vilken port?")
    incident.refresh_from_db()
    back = report_of(world, lon=incident.lon, lat=incident.lat, place_type=home, description="Port B.")
    changed = actions.change_incident(incident=incident, by=world.people["reporter"], report=back)
    changed.refresh_from_db()
    assert (changed.area, changed.precision) == (world.west, Incident.Precision.BLOCK)
    # A new point is a new place.
    actions.return_incident(incident=changed, by=world.people["coordinator"], reason="Vilken port?")
    moved = dataclasses.replace(back, lon=16.16, lat=58.585)
    assert actions.change_incident(incident=changed, by=world.people["reporter"], report=moved).area == world.east


@pytest.mark.django_db(transaction=True)
def test_correcting_a_report_and_re_cutting_boundaries_do_not_lock_each_other_out(transactional_db):
    from tests.world import World

    world = World()
    incident = submit(world).incident
    actions.return_incident(incident=incident, by=world.people["coordinator"], reason="Vilken port?")
    report, holds = report_of(world), threading.Event()

    def re_cut():
        with transaction.atomic():
            hold_boundaries(world.here)
            holds.set()
            # Long enough for the correction to get as far as it can.
            time.sleep(0.7)
            Incident.objects.filter(pk=incident.pk).update(area=world.east)

    def correct():
        holds.wait(timeout=20)
        return actions.change_incident(incident=incident, by=world.people["reporter"], report=report)

    assert at_once(re_cut, correct) == [None, incident]
    incident.refresh_from_db()
    assert (incident.status, incident.area) == (Status.SUBMITTED, world.west)


# --- Review -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["reporter", "security_lead", "police", "administrator", "stranger"])
def test_only_a_coordinator_reviews(world, who):
    for act in (
        lambda by: actions.approve_incident(incident=world.waiting, by=by),
        lambda by: actions.return_incident(incident=world.waiting, by=by, reason="Vilken port?"),
        lambda by: actions.reject_incident(incident=world.waiting, by=by, reason="duplicate"),
    ):
        with pytest.raises(NotAllowed):
            act(world.people[who])
    assert actions.approve_incident(incident=world.waiting, by=world.people["coordinator"]).status == Status.APPROVED


def test_an_approval_is_recorded_and_announced(world, announced):
    incident = actions.approve_incident(incident=world.waiting, by=world.people["coordinator"])
    assert incident.reviewed_by == world.people["coordinator"]
    assert incident.reviewed_at is not None
    assert logged(incident) == ["incident_approved"]
    assert announced == [(world.here.pk, {world.west.pk})]


def test_a_returned_report_says_why_and_comes_back(world):
    coordinator, reporter = world.people["coordinator"], world.people["reporter"]
    incident = actions.return_incident(incident=world.waiting, by=coordinator, reason=" Vilken port? ")
    assert (incident.status, incident.review_reason) == (Status.RETURNED, "Vilken port?")
    incident = actions.change_incident(
        incident=incident, by=reporter, report=report_of(world, description="Port B.", lon=16.16)
    )
    assert (incident.status, incident.description, incident.review_reason) == (Status.SUBMITTED, "Port B.", "")
    assert incident.area == world.east
    event = Event.objects.filter(action="incident_changed").get()
    assert {"description", "area_id", "lon"} <= set(event.details["fields"])
    assert "Port" not in str(event.details)


def test_moving_a_report_tells_both_areas(world, announced):
    incident = actions.return_incident(incident=world.waiting, by=world.people["coordinator"], reason="Vilken port?")
    announced.clear()
    actions.change_incident(incident=incident, by=world.people["reporter"], report=report_of(world, lon=16.16))
    assert announced == [(world.here.pk, {world.west.pk, world.east.pk})]


@pytest.mark.parametrize(
    ("reason", "code"),
    [("  ", "no_reason"), ("a" * 301, "reason_too_long"), ("Ring 070-123 45 67", "personal_data_strong")],
)
def test_a_return_needs_a_reason_without_persons(world, reason, code):
    with pytest.raises(NotPossible) as refusal:
        actions.return_incident(incident=world.waiting, by=world.people["coordinator"], reason=reason)
    assert refusal.value.code == code
    world.waiting.refresh_from_db()
    assert world.waiting.status == Status.SUBMITTED


def test_a_reason_that_may_point_at_a_person_is_refused_where_a_private_body_would_keep_it(world):
    reason = "Skriv inte att Johan Svensson var där."
    with pytest.raises(NotPossible) as refusal:
        actions.return_incident(incident=world.waiting, by=world.people["coordinator"], reason=reason)
    assert refusal.value.code == rules.PERSONS_NEVER_KEPT.code
    own = make.IncidentFactory(organisation=world.municipality, area=world.west, status=Status.SUBMITTED)
    returned = actions.return_incident(incident=own, by=world.people["coordinator"], reason=reason)
    assert returned.review_reason == reason


def test_a_report_rejected_for_personal_data_loses_its_text_at_once(world):
    coordinator = world.people["coordinator"]
    world.waiting.description = "Något om en person."
    world.waiting.save()
    actions.reject_incident(incident=world.waiting, by=coordinator, reason="personal_data")
    world.waiting.refresh_from_db()
    assert (world.waiting.description, world.waiting.is_text_removed) == ("", True)
    other = submit(world).incident
    kept = actions.reject_incident(incident=other, by=coordinator, reason="duplicate")
    assert kept.description == "Två rutor krossade."
    with pytest.raises(NotPossible):
        actions.reject_incident(incident=submit(world).incident, by=coordinator, reason="för att")


# --- Changing ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("who", "may"),
    [("reporter", True), ("security_lead", True), ("coordinator", False), ("police", False), ("other_housing", False)],
)
def test_who_may_change_a_returned_report(world, who, may):
    incident = actions.return_incident(incident=world.waiting, by=world.people["coordinator"], reason="Vilken port?")
    work = {"incident": incident, "by": world.people[who], "report": report_of(world)}
    if may:
        assert actions.change_incident(**work).status == Status.SUBMITTED
    else:
        with pytest.raises(NotAllowed):
            actions.change_incident(**work)


def test_a_draft_is_its_reporters_alone(world):
    work = {"incident": world.draft, "report": report_of(world)}
    with pytest.raises(NotAllowed):
        actions.change_incident(by=world.people["security_lead"], **work)
    assert actions.change_incident(by=world.people["reporter"], **work).status == Status.SUBMITTED


@pytest.mark.parametrize("name", ["waiting", "by_reporter"])
def test_what_has_been_sent_in_is_not_changed(world, name):
    with pytest.raises(NotPossible) as refusal:
        actions.change_incident(incident=getattr(world, name), by=world.people["reporter"], report=report_of(world))
    assert refusal.value.code == "not_editable"
