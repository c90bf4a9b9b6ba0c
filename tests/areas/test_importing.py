"""Importing areas: what is new, what changed, what it lies in, what moved."""

from __future__ import annotations

import datetime as dt
import json
import threading
from importlib import import_module
from io import StringIO

import pytest
import shapely
from django.apps import apps
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.utils.translation import override

from areas.actions import import_areas, read_file_for
from areas.importing import free_slug
from areas.locating import area_of, locate
from areas.models import Area, AreaKind, Boundary, MembershipMove
from audit.models import Event
from common.errors import NotAllowed, NotPossible
from incidents.models import Incident
from partners.models import Collaboration
from partners.roles import Role
from tests import factories as make
from tests.areas.files import DISTRICTS, POLICE, WARDS, feature, write_geojson

TODAY = dt.date(2026, 11, 22)
WEST = shapely.box(16.10, 58.57, 16.14, 58.60)
EAST = shapely.box(16.14, 58.57, 16.18, 58.60)
WIDER_WEST = shapely.box(16.10, 58.57, 16.16, 58.60)
NARROWER_EAST = shapely.box(16.16, 58.57, 16.18, 58.60)

pytestmark = pytest.mark.django_db


@pytest.fixture
def here():
    return make.CollaborationFactory(slug="ekstad", name="Ekstad")


@pytest.fixture
def read(tmp_path, here):
    def run(*rows, today=TODAY, by=None, crs=None, **options):
        path = write_geojson(tmp_path / "omraden.geojson", rows, crs=crs)
        file = read_file_for(Collaboration.objects.get(pk=here.pk), path)
        options.setdefault("source", "prov")
        return import_areas(collaboration=here, file=file, by=by, today=today, **options)

    return run


def two_areas(read, **options):
    return read(feature(WEST, namn="Väster"), feature(EAST, namn="Öster"), **options)


def boundaries(name):
    rows = Boundary.objects.filter(area__name=name).order_by("pk")
    return [(row.valid_from, row.valid_to) for row in rows]


def incident(here, lon, area):
    organisation = here.organisations.first() or make.OrganisationFactory(collaboration=here)
    category = here.categories.first() or make.CategoryFactory(collaboration=here)
    return make.IncidentFactory(organisation=organisation, category=category, area=area, lon=lon, lat=58.585)


# New, changed, unchanged


def test_a_new_area_holds_from_always_and_gets_points(here, read):
    report = two_areas(read)
    assert report.created == ["Väster", "Öster"]
    assert boundaries("Väster") == [(dt.date(2000, 1, 1), None)]
    assert area_of(here, 16.12, 58.585).name == "Väster"
    assert set(Area.objects.values_list("slug", "kind")) == {("vaster", "est_area"), ("oster", "est_area")}


def test_again_changes_nothing(here, read):
    two_areas(read)
    here.refresh_from_db()
    version, events = here.boundaries_version, Event.objects.count()
    report = two_areas(read)
    here.refresh_from_db()
    assert report.unchanged == ["Väster", "Öster"]
    assert not report.changes_anything
    assert (here.boundaries_version, Event.objects.count()) == (version, events)
    assert Boundary.objects.count() == 2


def test_the_same_corners_begun_elsewhere_are_unchanged(here, read):
    two_areas(read)
    turned = shapely.Polygon([(16.14, 58.60), (16.10, 58.60), (16.10, 58.57), (16.14, 58.57)])
    assert read(feature(turned, namn="Väster")).unchanged == ["Väster"]


def test_a_changed_boundary_closes_the_old_one(here, read):
    two_areas(read)
    report = read(feature(WIDER_WEST, namn="väster"), source="ny karta", is_approximate=True)
    assert report.recut == ["väster"]
    assert boundaries("väster") == [(dt.date(2000, 1, 1), TODAY), (TODAY, None)]
    newest = Boundary.objects.get(area__name="väster", valid_to=None)
    assert (newest.source, newest.is_approximate) == ("ny karta", True)


def test_from_a_chosen_day(here, read):
    two_areas(read)
    day = dt.date(2024, 5, 1)
    read(feature(shapely.box(16.08, 58.57, 16.14, 58.60), namn="Väster"), valid_from=day)
    assert boundaries("Väster") == [(dt.date(2000, 1, 1), day), (day, None)]
    assert locate(here, [16.09], [58.585], on=day - dt.timedelta(days=1)).area_id.tolist() == [0]
    assert locate(here, [16.09], [58.585], on=day).is_placed.tolist() == [True]


def test_a_boundary_of_tomorrow_moves_nothing_today(here, read):
    two_areas(read)
    make.PlaceFactory(collaboration=here, lon=16.15, area=Area.objects.get(name="Öster"))
    report = read(feature(WIDER_WEST, namn="Väster"), valid_from=dt.date(2099, 1, 1))
    assert (report.recut, report.moved) == (["Väster"], [])
    assert area_of(here, 16.15, 58.585).name == "Öster"


def test_re_cut_twice_on_one_day_keeps_both_rows_and_the_last_holds(here, read):
    two_areas(read)
    read(feature(WIDER_WEST, namn="Väster"))
    read(feature(NARROWER_EAST, namn="Öster"), feature(WEST, namn="Väster"))
    assert boundaries("Väster") == [(dt.date(2000, 1, 1), TODAY), (TODAY, TODAY), (TODAY, None)]
    assert area_of(here, 16.15, 58.585) is None


def test_before_a_boundary_that_is_already_there_is_refused_in_words(here, read):
    two_areas(read)
    read(feature(WIDER_WEST, namn="Väster"), valid_from=dt.date(2024, 5, 1))
    report = read(feature(WEST, namn="Väster"), valid_from=dt.date(2024, 4, 1))
    assert not report.changes_anything
    assert "2024-05-01" in report.refusals[0].sentence


def test_name_and_population_follow_the_file_and_the_address_stays(here, read):
    read(feature(WEST, namn="Väster", kod="V1", population=100))
    read(feature(WEST, namn="Nya Väster", kod="V1", population=120.0))
    area = Area.objects.get()
    assert (area.name, area.slug, area.code, area.population) == ("Nya Väster", "vaster", "V1", 120)


def test_several_shapes_with_one_name_are_one_area(here, read):
    report = read(feature(WEST, namn="Stan"), feature(EAST, namn="Stan"))
    assert report.created == ["Stan"]
    assert "Stan" in " ".join(report.notes)
    assert area_of(here, 16.12, 58.585) == area_of(here, 16.16, 58.585)
    again = read(feature(WEST, namn="Stan"), feature(EAST, namn="Stan"))
    assert again.unchanged == ["Stan"]


def test_equal_names_with_codes_of_their_own_are_areas_of_their_own(here, read):
    rows = [feature(WEST, namn="Park", kod="E05000001"), feature(EAST, namn="Park", kod="E05000002")]
    assert read(*rows).created == ["Park", "Park"]
    assert set(Area.objects.values_list("slug", flat=True)) == {"park", "park-e05000002"}
    assert read(*rows).unchanged == ["Park", "Park"]
    # Without a code nobody knows which of them is meant.
    unclear = read(feature(WEST, namn="Park"), kind=AreaKind.WARD)
    assert ([no.name for no in unclear.refusals], unclear.changes_anything) == (["Park"], False)


def test_a_code_on_several_areas_of_a_file_names_none_of_them(here, tmp_path):
    rows = [feature(WEST, namn="Väster", kod="V1"), feature(EAST, namn="Öster", kod="V1")]
    file = read_file_for(here, write_geojson(tmp_path / "omraden.geojson", rows), code_property="kod")
    report = import_areas(collaboration=here, file=file, source="Prov", today=TODAY, by=None)
    assert [no.name for no in report.refusals] == ["Väster", "Öster"]
    assert "V1" in report.refusals[0].sentence
    assert not Area.objects.exists()


def test_the_database_holds_a_code_once_among_areas_of_a_kind_in_use(here):
    area = make.AreaFactory(collaboration=here, name="Väster", code="V1", kind=AreaKind.EST_AREA)
    make.AreaFactory(collaboration=here, name="Hela", code="V1", kind=AreaKind.DISTRICT)
    make.AreaFactory(name="Annanstads", code="V1", kind=AreaKind.EST_AREA)
    again = Area(collaboration=here, name="Öster", slug="oster", code="V1", kind=AreaKind.EST_AREA)
    with override("en"), pytest.raises(ValidationError, match="already an area of this kind with this code"):
        again.full_clean()
    with pytest.raises(IntegrityError), transaction.atomic():
        again.save()
    Area.objects.filter(pk=area.pk).update(valid_to=TODAY)
    again.save()
    for number in range(2):
        make.AreaFactory(collaboration=here, name=f"Utan kod {number}", kind=AreaKind.EST_AREA)


def test_codes_that_were_shared_before_are_left_with_the_oldest(here):
    migration = import_module("areas.migrations.0004_a_code_names_one_area")
    with connection.cursor() as cursor:
        cursor.execute("DROP INDEX area_code_once")
    first, second, closed, other = (
        make.AreaFactory(collaboration=here, name=name, code=code, kind=AreaKind.EST_AREA, valid_to=valid_to)
        for name, code, valid_to in [("A", "V1", None), ("B", "V1", None), ("C", "V1", TODAY), ("D", "V2", None)]
    )
    migration.leave_the_code_with_the_oldest(apps, None)
    codes = dict(Area.objects.values_list("pk", "code"))
    assert [codes[area.pk] for area in (first, second, closed, other)] == ["V1", "", "V1", "V2"]


def test_slugs_never_meet_our_own_addresses():
    assert free_slug("Import", "", set()) == "import-2"
    assert free_slug("Import", "7", set()) == "import-7"
    assert free_slug("北", "", set()) == "area"
    assert len(free_slug("Å" * 100, "k" * 40, {"a" * 50})) <= 60


# Kinds, parents, what is counted by


def test_the_first_kind_becomes_the_one_incidents_are_counted_by(here):
    out = StringIO()
    call_command("import_areas", DISTRICTS, "--collaboration=ekstad", "--json", stdout=out)
    here.refresh_from_db()
    assert here.reporting_kind == AreaKind.DISTRICT
    result = json.loads(out.getvalue().splitlines()[-1])
    assert {key: result[key] for key in ("kind", "areas", "created", "refused")} == {
        "kind": "district", "areas": 14, "created": 14, "refused": 0,
    }  # fmt: skip

    call_command("import_areas", WARDS, "--collaboration=ekstad", "--json", stdout=out)
    here.refresh_from_db()
    assert here.reporting_kind == AreaKind.DISTRICT
    assert Area.objects.filter(kind=AreaKind.WARD).count() == 271
    claremont = Area.objects.get(name="Claremont", kind=AreaKind.WARD)
    assert (claremont.code, claremont.parent.name) == ("E05001647", "Blackpool")
    assert Area.objects.filter(kind=AreaKind.WARD, parent__name="Blackpool").count() == 21
    assert area_of(here, -3.045, 53.822).name == "Blackpool"

    call_command("import_areas", WARDS, "--collaboration=ekstad", "--report-by", stdout=out)
    assert area_of(here, -3.045, 53.822).kind == AreaKind.WARD


def test_a_municipality_or_statistical_areas_alone_do_not_decide_what_is_counted(here, read):
    read(feature(WEST, namn="Ekstad", kommun_kod="0581"), kind=AreaKind.MUNICIPALITY)
    read(feature(WEST, desokod="0581C1020"))
    here.refresh_from_db()
    assert here.reporting_kind == AreaKind.EST_AREA
    assert Area.objects.get(name="0581C1020").kind == AreaKind.STATISTICAL
    assert area_of(here, 16.12, 58.585).kind == AreaKind.MUNICIPALITY


def test_the_polices_list_becomes_est_areas_inside_the_municipality(here, read):
    whole = shapely.box(15.6, 58.4, 16.9, 58.9)
    read(feature(whole, kommun="Norrköping", kommun_kod="0581"))
    call_command("import_areas", POLICE, "--collaboration=ekstad", stdout=StringIO())
    areas = Area.objects.filter(kind=AreaKind.EST_AREA)
    assert {(area.name, area.parent.name) for area in areas} == {
        (name, "Norrköping") for name in ("Klockaretorpet", "Hageby", "Navestad")
    }
    assert area_of(here, 16.1401, 58.5825).name == "Klockaretorpet"


def test_a_larger_area_read_later_becomes_the_parent(here, read):
    two_areas(read)
    read(feature(shapely.box(16.0, 58.5, 16.2, 58.7), namn="Kommunen"), kind=AreaKind.MUNICIPALITY)
    assert set(Area.objects.filter(kind="est_area").values_list("parent__name", flat=True)) == {"Kommunen"}


def test_a_chosen_parent_stays(here, read):
    other = make.AreaFactory(collaboration=here, kind=AreaKind.DISTRICT, name="Norr")
    read(feature(shapely.box(16.0, 58.5, 16.2, 58.7), namn="Kommunen"), kind=AreaKind.MUNICIPALITY)
    two_areas(read, parent=other)
    assert set(Area.objects.filter(kind="est_area").values_list("parent__name", flat=True)) == {"Norr"}
    stranger = make.AreaFactory(kind=AreaKind.DISTRICT)
    with pytest.raises(NotPossible):
        two_areas(read, parent=stranger)


def test_of_a_national_file_only_the_own_municipalitys_areas_are_read(here, read):
    read(feature(shapely.box(16.0, 58.5, 16.2, 58.7), namn="Kommunen"), kind=AreaKind.MUNICIPALITY)
    report = read(feature(WEST, namn="Väster"), feature(shapely.box(13.0, 55.6, 13.01, 55.61), namn="Söder"))
    assert report.created == ["Väster"]
    assert [(no.number, no.name) for no in report.refusals] == [(2, "Söder")]
    assert "Kommunen" in report.refusals[0].sentence


# What moves


def test_a_re_cut_moves_incidents_and_places_and_says_what_moved(here, read):
    two_areas(read)
    west, east = Area.objects.get(name="Väster"), Area.objects.get(name="Öster")
    stays = incident(here, 16.12, west)
    moves = [incident(here, 16.15, east) for _ in range(3)]
    nowhere = make.IncidentFactory(
        organisation=stays.organisation, category=stays.category, area=None, lon=None, lat=None
    )
    place = make.PlaceFactory(collaboration=here, lon=16.15, area=east)

    report = read(feature(WIDER_WEST, namn="Väster"), feature(NARROWER_EAST, namn="Öster"))
    assert (report.incidents_moved, report.places_moved) == (3, 1)
    assert len(report.moved) == 2
    assert "3" in report.moved[0]
    assert "Öster" in report.moved[0]
    assert "Väster" in report.moved[0]
    place.refresh_from_db()
    assert place.area == west
    assert set(Incident.objects.filter(pk__in=[i.pk for i in moves]).values_list("area", flat=True)) == {west.pk}
    nowhere.refresh_from_db()
    assert nowhere.location == Incident.Location.NONE

    move = MembershipMove.objects.get(from_area=east, to_area=west)
    assert (move.incidents, move.places, move.reason, move.about) == (3, 1, "boundary", "prov")
    assert Event.objects.filter(action="membership_moved", collaboration_id=here.pk).count() == 1


def test_out_of_and_into_the_areas(here, read):
    two_areas(read)
    west = Area.objects.get(name="Väster")
    left_out = incident(here, 16.105, west)
    taken_in = make.IncidentFactory(
        organisation=left_out.organisation, category=left_out.category, area=None, lon=16.095, lat=58.605
    )
    assert taken_in.location == Incident.Location.OUTSIDE
    read(feature(shapely.box(16.11, 58.57, 16.14, 58.60), namn="Väster"))
    left_out.refresh_from_db()
    assert (left_out.area, left_out.location) == (None, Incident.Location.OUTSIDE)
    read(feature(shapely.box(16.09, 58.57, 16.14, 58.61), namn="Väster"))
    taken_in.refresh_from_db()
    left_out.refresh_from_db()
    assert (taken_in.area, taken_in.location) == (west, Incident.Location.PLACED)
    assert left_out.area == west


def test_another_collaborations_rows_stay(here, read):
    elsewhere = make.CollaborationFactory()
    theirs = incident(elsewhere, 16.15, make.AreaFactory(collaboration=elsewhere))
    two_areas(read)
    area = theirs.area
    theirs.refresh_from_db()
    assert theirs.area == area


def test_rooms_above_are_told_which_areas_changed(here, read, monkeypatch):
    two_areas(read)
    west, east = Area.objects.get(name="Väster"), Area.objects.get(name="Öster")
    incident(here, 16.15, east)
    told = []
    from incidents import changes

    monkeypatch.setattr(changes, "listeners", [lambda collaboration_id, areas: told.append((collaboration_id, areas))])
    read(feature(WIDER_WEST, namn="Väster"), feature(NARROWER_EAST, namn="Öster"))
    assert told == [(here.pk, {west.pk, east.pk})]


def test_a_trial_run_says_the_same_and_saves_nothing(here, read):
    two_areas(read)
    east = Area.objects.get(name="Öster")
    row = incident(here, 16.15, east)
    change = [
        feature(WIDER_WEST, namn="Väster"),
        feature(NARROWER_EAST, namn="Öster"),
        feature(shapely.box(16.2, 58.57, 16.21, 58.58), namn="Ny"),
    ]
    trial = read(*change, dry_run=True)
    assert Boundary.objects.count() == 2
    assert Area.objects.count() == 2
    assert not MembershipMove.objects.exists()
    row.refresh_from_db()
    assert row.area == east
    real = read(*change)
    assert trial.as_dict() == real.as_dict()
    assert trial.sentences() == real.sentences()


# Who, and what the database holds


def test_only_those_who_may_change_areas(here, read):
    organisation = make.OrganisationFactory(collaboration=here)
    may = make.MembershipFactory(organisation=organisation, role=Role.COORDINATOR).user
    may_not = make.MembershipFactory(organisation=organisation, role=Role.ANALYST).user
    with pytest.raises(NotAllowed):
        two_areas(read, by=may_not)
    assert two_areas(read, by=may).created


def test_the_database_refuses_boundaries_that_overlap_in_time(here):
    area = make.AreaFactory(collaboration=here)
    day = dt.date(2024, 1, 1)
    make.BoundaryFactory(area=area, valid_from=day, valid_to=dt.date(2025, 1, 1))
    make.BoundaryFactory(area=area, valid_from=dt.date(2025, 1, 1))
    for dates in (
        {"valid_from": dt.date(2024, 6, 1)},
        {"valid_from": dt.date(2020, 1, 1), "valid_to": dt.date(2024, 1, 2)},
    ):
        with pytest.raises(IntegrityError, match="boundary_no_overlap"), transaction.atomic():
            make.BoundaryFactory(area=area, **dates)
    make.BoundaryFactory(area=area, valid_from=dt.date(2020, 1, 1), valid_to=day)


# The command


def test_the_command_needs_no_more_than_file_and_collaboration(here):
    out = StringIO()
    call_command("import_areas", POLICE, "--collaboration=ekstad", stdout=out)
    assert "Klockaretorpet" in out.getvalue()
    assert Boundary.objects.filter(source="police_areas_3006.geojson").count() == 3


def test_the_commands_trial_run_and_options(here):
    out = StringIO()
    options = [
        "--collaboration=ekstad",
        "--kind=district",
        "--valid-from=2021-01-01",
        "--source=Polisen",
        "--approximate",
    ]
    call_command("import_areas", POLICE, *options, "--dry-run", "--json", stdout=out)
    assert not Area.objects.exists()
    assert json.loads(out.getvalue().splitlines()[-1])["created"] == 3
    parent = make.AreaFactory(collaboration=here, kind=AreaKind.MUNICIPALITY, name="Kommunen")
    call_command("import_areas", POLICE, *options, "--parent=kommunen", stdout=out)
    area = Area.objects.get(name="Hageby")
    assert (area.kind, area.valid_from, area.parent) == ("district", dt.date(2021, 1, 1), parent)
    assert area.boundaries.get().is_approximate


@pytest.mark.parametrize(
    "arguments",
    [
        ["finns_inte.geojson", "--collaboration=ekstad"],
        [str(POLICE), "--collaboration=finns_inte"],
        [str(POLICE), "--collaboration=ekstad", "--parent=finns_inte"],
        [str(POLICE), "--collaboration=ekstad", "--name-property=finns_inte"],
        [str(POLICE), "--collaboration=ekstad", "--crs=finns_inte"],
        [__file__, "--collaboration=ekstad"],
    ],
)
def test_the_command_says_what_is_wrong(here, arguments):
    with pytest.raises(CommandError, match=r"[.]$"):
        call_command("import_areas", *arguments)


# At once


@pytest.mark.django_db(transaction=True)
def test_two_imports_at_once_take_turns(tmp_path):
    here = make.CollaborationFactory(slug="ekstad")
    files = [
        read_file_for(here, write_geojson(tmp_path / f"{n}.geojson", [feature(polygon, namn="Väster")]))
        for n, polygon in enumerate([WEST, WIDER_WEST])
    ]
    start = threading.Barrier(2)
    problems: list[Exception] = []

    def run(file):
        try:
            start.wait()
            import_areas(collaboration=here, file=file, by=None, today=TODAY, source="prov")
        except Exception as problem:
            problems.append(problem)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(file,)) for file in files]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []
    assert Area.objects.count() == 1
    assert boundaries("Väster") == [(dt.date(2000, 1, 1), TODAY), (TODAY, None)]
    here.refresh_from_db()
    assert here.boundaries_version == 2


@pytest.mark.django_db(transaction=True)
def test_a_re_cut_waits_for_whoever_is_storing_what_they_located(tmp_path):
    """Located with the old boundary, stored after the new one: without the lock it would keep the wrong area."""
    here = make.CollaborationFactory(slug="ekstad")
    first = write_geojson(tmp_path / "a.geojson", [feature(WEST, namn="Väster"), feature(EAST, namn="Öster")])
    second = write_geojson(
        tmp_path / "b.geojson", [feature(WIDER_WEST, namn="Väster"), feature(NARROWER_EAST, namn="Öster")]
    )
    import_areas(collaboration=here, file=read_file_for(here, first), by=None, today=TODAY, source="prov")
    organisation = make.OrganisationFactory(collaboration=here)
    category = make.CategoryFactory(collaboration=here)
    is_located, is_asked = threading.Event(), threading.Event()
    file = read_file_for(here, second)

    def recut():
        is_located.wait()
        is_asked.set()
        import_areas(collaboration=here, file=file, by=None, today=TODAY, source="prov")
        connection.close()

    thread = threading.Thread(target=recut)
    thread.start()
    with transaction.atomic():
        area = area_of(here, 16.15, 58.585)
        assert area.name == "Öster"
        is_located.set()
        is_asked.wait()
        thread.join(timeout=0.5)
        assert thread.is_alive()
        row = make.IncidentFactory(organisation=organisation, category=category, area=area, lon=16.15, lat=58.585)
    thread.join()
    row.refresh_from_db()
    assert row.area.name == "Väster"
