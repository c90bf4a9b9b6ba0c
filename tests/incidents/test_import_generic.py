"""Any table with a row for each incident: what is recognised, what is refused and with which words."""

from __future__ import annotations

import datetime as dt
import json
from io import StringIO
from zoneinfo import ZoneInfo

import openpyxl
import pyproj
import pytest
from django.core.management import call_command
from django.utils import timezone, translation
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from analysis.hexagons import cells_of
from common.errors import NotPossible
from incidents import rules
from incidents.importing.actions import import_file
from incidents.importing.generic import guess_columns
from incidents.importing.profiles import PROFILES
from incidents.importing.reading import UnreadableFile
from incidents.models import Category, ImportMapping, ImportRefusal, Incident, Status
from tests import factories as make

GENERIC = PROFILES["generic"]
STOCKHOLM = ZoneInfo("Europe/Stockholm")
HEADER = "Datum;Tid;Kategori;X;Y;Plats;Beskrivning"


@pytest.fixture(autouse=True)
def in_english(settings):
    # Nobody signs in here, so the cast's passwords need not be slow.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    with translation.override("en"):
        yield


def csv_file(tmp_path, *rows, header=HEADER, encoding="utf-8"):
    path = tmp_path / "fil.csv"
    path.write_bytes("\r\n".join([header, *rows, ""]).encode(encoding))
    return path


def load(path, world, **options):
    options.setdefault("organisation_name", "Bostadsbolaget")
    return import_file(path, profile=GENERIC, collaboration=world.here, **options)


def mapped(world, columns, **options):
    return make.ImportMappingFactory(organisation=world.housing, name="min", columns=columns, options=options)


def imported():
    return Incident.objects.filter(import_batch__isnull=False).order_by("pk")


def sentences():
    return {(r.line, r.column): r.sentence for r in ImportRefusal.objects.all()}


def test_a_row_becomes_an_incident_of_the_organisation(world, tmp_path):
    batch, outcome = load(csv_file(tmp_path, "2026-11-03;22:15;SKA;16,12;58,585;;Krossad ruta vid entrén."), world)
    assert (outcome.rows, outcome.stored) == (1, 1)
    incident = imported().get()
    assert incident.occurred_from == dt.datetime(2026, 11, 3, 22, 15, tzinfo=STOCKHOLM)
    assert (incident.occurred_to, incident.time_precision) == (None, Incident.TimePrecision.EXACT)
    assert incident.occurred_on == dt.date(2026, 11, 3)
    assert incident.category == world.vandalism
    assert (incident.area, incident.location) == (world.west, Incident.Location.PLACED)
    assert (incident.lon, incident.lat, incident.precision) == (16.12, 58.585, Incident.Precision.EXACT)
    assert incident.description == "Krossad ruta vid entrén."
    assert (incident.status, incident.organisation, incident.import_batch) == (Status.APPROVED, world.housing, batch)
    assert incident.reviewed_at is not None


@pytest.mark.parametrize(
    ("text", "clock", "begins", "ends", "precision"),
    [
        ("2026-11-03 22:15", "", (2026, 11, 3, 22, 15), None, "exact"),
        ("2026-11-03T22:15:30", "", (2026, 11, 3, 22, 15, 30), None, "exact"),
        ("2026-11-03T21:15:00Z", "", (2026, 11, 3, 22, 15), None, "exact"),
        ("2026-07-03T22:15:00+02:00", "", (2026, 7, 3, 22, 15), None, "exact"),
        ("3/11 2026", "", (2026, 11, 3), (2026, 11, 4), "day"),
        ("3/11 2026 kl. 22.15", "", (2026, 11, 3, 22, 15), None, "exact"),
        ("3.11.2026", "22:15", (2026, 11, 3, 22, 15), None, "exact"),
        ("03-11-2026", "2215", (2026, 11, 3, 22, 15), None, "exact"),
        ("20261103", "", (2026, 11, 3), (2026, 11, 4), "day"),
        ("20261103T2215", "", (2026, 11, 3, 22, 15), None, "exact"),
        ("3 november 2026", "", (2026, 11, 3), (2026, 11, 4), "day"),
        ("3 nov. 2026 22:15", "", (2026, 11, 3, 22, 15), None, "exact"),
        ("tisdag den 3 november 2026", "", (2026, 11, 3), (2026, 11, 4), "day"),
        ("den 3 november 2026 kl 22.15", "", (2026, 11, 3, 22, 15), None, "exact"),
        ("3/11-26", "", (2026, 11, 3), (2026, 11, 4), "day"),
        ("3/11 26", "22.15", (2026, 11, 3, 22, 15), None, "exact"),
        ("261103", "", (2026, 11, 3), (2026, 11, 4), "day"),
        ("2026-11-03", "kl 22", (2026, 11, 3, 22), None, "exact"),
        ("2026-11-03", "7", (2026, 11, 3, 7), None, "exact"),
        ("2026-11-03", "okänt", (2026, 11, 3), (2026, 11, 4), "day"),
        ("2026-11-03", "-", (2026, 11, 3), (2026, 11, 4), "day"),
        ("46329", "", (2026, 11, 3), (2026, 11, 4), "day"),
        ("46329,927083333", "", (2026, 11, 3, 22, 15), None, "exact"),
        ("46329", "0.927083333", (2026, 11, 3, 22, 15), None, "exact"),
        ("2026-11-03", "24:00", (2026, 11, 4), None, "exact"),
        ("2026-11-03 10:15 PM", "", (2026, 11, 3, 22, 15), None, "exact"),
        # The hour that comes twice: the first of the two.
        ("2025-10-26 02:30", "", (2025, 10, 26, 2, 30), None, "exact"),
    ],
)
def test_dates_as_people_write_them(world, tmp_path, text, clock, begins, ends, precision):
    load(csv_file(tmp_path, f"{text};{clock};SKA;;;;"), world)
    incident = imported().get()
    # In UTC, since Python finds a time within a repeated hour equal to none of another zone.
    assert incident.occurred_from == dt.datetime(*begins, tzinfo=STOCKHOLM).astimezone(dt.UTC)
    assert incident.occurred_to == (ends and dt.datetime(*ends, tzinfo=STOCKHOLM))
    assert incident.time_precision == precision
    assert incident.occurred_on == dt.date(*begins[:3])


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", rules.NO_DATE),
        ("i tisdags", rules.UNREADABLE_DATE),
        ("2026-02-30", rules.UNREADABLE_DATE),
        ("2026-11-03 25:00", rules.UNREADABLE_DATE),
        ("2026", rules.UNREADABLE_DATE),
        ("99999999", rules.UNREADABLE_DATE),
        # Which of the two numbers is the year?
        ("03.11.26", rules.UNREADABLE_DATE),
        ("26-11-03", rules.UNREADABLE_DATE),
        ("261303", rules.UNREADABLE_DATE),
        # The hour that never comes.
        ("2026-03-29 02:30", rules.UNREADABLE_DATE),
        ("1989-12-31", rules.TOO_EARLY),
        ("2126-01-01", rules.IN_THE_FUTURE),
    ],
)
def test_a_date_that_cannot_be_is_refused_in_the_forms_words(world, tmp_path, text, sentence):
    _batch, outcome = load(csv_file(tmp_path, f"{text};;SKA;;;;", "2026-11-03;;SKA;;;;"), world)
    assert (outcome.stored, outcome.refused) == (1, 1)
    assert sentences()[2, "Datum"] == sentence.say()
    assert {line for line, _column in sentences()} == {2}


@pytest.mark.parametrize("clock", ["25:00", "natt", "21-22", "99"])
def test_a_time_of_day_that_cannot_be_read_is_refused_in_its_own_column(world, tmp_path, clock):
    _batch, outcome = load(csv_file(tmp_path, f"2026-11-03;{clock};SKA;;;;"), world)
    assert outcome.refused == 1
    ((place, sentence),) = sentences().items()
    assert place == (2, "Tid")
    assert "Write it as 21:30" in sentence


def test_a_file_without_headings_is_refused_before_its_first_row_is_lost(world, tmp_path):
    path = csv_file(tmp_path, "2026-11-04;;SKA;;;;", header="2026-11-03 21:30;SKA;16,12;58,58;;;")
    with pytest.raises(UnreadableFile, match="“2026-11-03 21:30”, where headings should stand"):
        load(path, world)


@pytest.mark.parametrize("cell", ["070-174 06 05", "Ring 19811218-9876", "kim@example.org"])
def test_a_first_row_that_points_at_a_person_is_refused_and_not_repeated(world, tmp_path, cell):
    with pytest.raises(UnreadableFile, match="Heading number 3 points at a person") as refusal:
        load(csv_file(tmp_path, "2026-11-04;SKA;x", header=f"Datum;Kategori;{cell}"), world)
    assert cell not in str(refusal.value)


@pytest.mark.parametrize(
    ("begins", "ends", "stored", "precision"),
    [
        ("2026-11-03 22:15", "2026-11-04 06:00", (2026, 11, 4, 6), "interval"),
        ("2026-11-03", "2026-11-05", (2026, 11, 6), "interval"),
        ("2026-11-03", "2026-11-03", (2026, 11, 4), "day"),
        ("2026-11-03 22:15", "2026-11-03 22:15", None, "exact"),
        ("2026-11-03 22:15", "2026-11-03", (2026, 11, 4), "interval"),
        ("2026-11-03", "2026-11-03 12:00", (2026, 11, 3, 12), "interval"),
    ],
)
def test_from_and_to(world, tmp_path, begins, ends, stored, precision):
    load(csv_file(tmp_path, f"{begins};{ends};SKA", header="Från;Till;Kategori"), world)
    incident = imported().get()
    assert incident.occurred_to == (stored and dt.datetime(*stored, tzinfo=STOCKHOLM))
    assert incident.time_precision == precision


@pytest.mark.parametrize(
    ("begins", "ends", "sentence"),
    [
        ("2026-11-03 22:15", "2026-11-03 21:00", rules.END_BEFORE_BEGINNING),
        ("2026-11-03", "2026-11-02", rules.END_BEFORE_BEGINNING),
        ("2024-11-03", "2026-11-02", rules.INTERVAL_TOO_LONG),
        ("2026-11-03", "någon gång", rules.UNREADABLE_END),
    ],
)
def test_an_end_that_cannot_be_is_refused(world, tmp_path, begins, ends, sentence):
    load(csv_file(tmp_path, f"{begins};{ends};SKA", header="Från;Till;Kategori"), world)
    assert sentences() == {(2, "Till"): sentence.say()}


def test_a_forecast_may_lie_ahead(world, tmp_path):
    make.CategoryFactory(collaboration=world.here, code="EVE", kind=Category.Kind.FORECAST)
    soon = timezone.localdate() + dt.timedelta(days=30)
    late = timezone.localdate() + dt.timedelta(days=400)
    load(csv_file(tmp_path, f"{soon};;EVE;;;;", f"{soon};;SKA;;;;", f"{late};;EVE;;;;"), world)
    assert imported().get().category.code == "EVE"
    assert sentences() == {(3, "Datum"): rules.IN_THE_FUTURE.say(), (4, "Datum"): rules.TOO_FAR_AHEAD.say()}


def test_month_first_is_recognised_from_the_days_that_only_fit_so(world, tmp_path):
    load(csv_file(tmp_path, "7/25/2026;;SKA;;;;", "7/4/2026;;SKA;;;;"), world)
    assert [i.occurred_on for i in imported()] == [dt.date(2026, 7, 25), dt.date(2026, 7, 4)]


def test_categories_by_code_name_and_the_mappings_own_words(world, tmp_path):
    mapped(
        world,
        {"occurred_from": "Datum", "category": "Typ"},
        categories={"Klotter på fasad": "SKA", "Påhittad": "FINNS_EJ"},
        default_category="NAR",
    )
    words = ["ska", "Skadegörelse", "VANDALISM", " klotter PÅ fasad ", "", "Öppen droghandel", "Påhittad"]
    path = csv_file(tmp_path, *[f"2026-11-03;{word}" for word in words], header="Datum;Typ")
    load(path, world, mapping="min")
    assert [i.category.code for i in imported()] == ["SKA"] * 4 + ["NAR"] * 2
    assert sentences() == {(8, "Typ"): rules.UNKNOWN_CATEGORY.say()}


def test_groups_closed_and_ambiguous_categories_are_refused(world, tmp_path):
    make.CategoryFactory(collaboration=world.here, code="ORD", name_sv="Ordning")
    make.CategoryFactory(collaboration=world.here, code="BUS", parent=Category.objects.get(code="ORD"))
    make.CategoryFactory(collaboration=world.here, code="OLD", valid_to=dt.date(2026, 1, 1))
    for code in ("A1", "A2"):
        make.CategoryFactory(collaboration=world.here, code=code, name_sv="Samma")
    rows = ["2026-11-03;ORD", "2026-11-03;OLD", "2025-11-03;OLD", "2026-11-03;Samma", "2026-11-03;", "2026-11-03;BUS"]
    load(csv_file(tmp_path, *rows, header="Datum;Kategori"), world)
    assert [i.category.code for i in imported()] == ["OLD", "BUS"]
    found = sentences()
    assert found.pop((5, "Kategori")).startswith("Several categories")
    assert found == {
        (2, "Kategori"): rules.CATEGORY_IS_A_GROUP.say(),
        (3, "Kategori"): rules.CATEGORY_NOT_IN_USE.say(),
        (6, "Kategori"): rules.NO_CATEGORY.say(),
    }


TRUE_POINTS = [(16.12, 58.585), (16.16, 58.59), (16.13, 58.575)]


@pytest.mark.parametrize("epsg", [4326, 3006, 3010, 3009, 3021])
@pytest.mark.parametrize("is_swapped", [False, True])
@pytest.mark.parametrize("comma", [".", ","])
def test_coordinate_systems_are_recognised_from_the_numbers(world, tmp_path, epsg, is_swapped, comma):
    to_file = pyproj.Transformer.from_crs(4326, epsg, always_xy=True)
    rows = []
    for lon, lat in TRUE_POINTS:
        east, north = to_file.transform(lon, lat)
        x, y = (north, east) if is_swapped else (east, north)
        rows.append(f"2026-11-03;;SKA;{x:.7f};{y:.7f};;".replace(".", comma))
    load(csv_file(tmp_path, *rows), world)
    assert [(i.lon, i.lat) for i in imported()] == [pytest.approx(p, abs=2e-6) for p in TRUE_POINTS]


def test_a_declared_system_is_believed(world, tmp_path):
    mapped(
        world,
        {"occurred_from": "Datum", "category": "Kategori", "lon": "X", "lat": "Y"},
        coordinates="3006",
        axis="as_said",
    )
    load(
        csv_file(tmp_path, "2026-11-03;;SKA;16,12;58,585;;", "2026-11-03;;SKA;565 116,2;6494312;;"),
        world,
        mapping="min",
    )
    assert imported().get().lon == pytest.approx(16.12, abs=0.01)
    assert list(sentences()) == [(2, "X")]


def test_a_local_zone_without_an_extent_has_to_be_declared(db, tmp_path):
    nowhere = make.CollaborationFactory()
    make.OrganisationFactory(collaboration=nowhere, name="Bostadsbolaget")
    make.CategoryFactory(collaboration=nowhere, code="SKA")
    path = csv_file(tmp_path, "2026-11-03;;SKA;135000;6496000;;")
    with pytest.raises(UnreadableFile, match="coordinate system"):
        import_file(path, profile=GENERIC, collaboration=nowhere, organisation_name="Bostadsbolaget")


@pytest.mark.parametrize(
    ("x", "y", "column", "sentence"),
    [
        ("sexton", "58.585", "X", rules.UNREADABLE_COORDINATE),
        ("16.12", "58°35'", "Y", rules.UNREADABLE_COORDINATE),
        ("16.12", "", "X", rules.HALF_A_POINT),
        ("16.12", "158.585", "X", rules.COORDINATES_OUT_OF_RANGE),
        ("12.05", "57.05", "X", rules.OUTSIDE_THE_EXTENT),
        ("1e1", "58.585", "X", rules.UNREADABLE_COORDINATE),
    ],
)
def test_a_point_that_cannot_be_is_refused(world, tmp_path, x, y, column, sentence):
    good = "2026-11-03;;SKA;16.12;58.585;;"
    _batch, outcome = load(csv_file(tmp_path, good, good, f"2026-11-03;;SKA;{x};{y};;"), world)
    assert outcome.stored == 2
    assert sentences() == {(4, column): sentence.say()}


def test_inside_the_extent_but_in_no_area_is_stored_as_outside(world, tmp_path):
    _batch, outcome = load(csv_file(tmp_path, "2026-11-03;;SKA;16.25;58.65;;"), world)
    assert (outcome.stored, outcome.outside_areas) == (1, 1)
    assert imported().get().location == Incident.Location.OUTSIDE


def test_a_named_place_stands_in_for_a_point(world, tmp_path):
    make.PlaceFactory(collaboration=world.here, name="Torget", other_names="Stora torget, Salutorget")
    for name in ("Norra parken", "Södra parken"):
        make.PlaceFactory(collaboration=world.here, name=name, other_names="Parken")
    names = ["västers CENTRUM", "Salutorget", "Ingenstans", "Parken"]
    load(csv_file(tmp_path, *[f"2026-11-03;;SKA;;;{name};" for name in names]), world)
    first, second = imported()
    assert (first.place, first.lon, first.precision) == (world.square, world.square.lon, Incident.Precision.PLACE)
    assert first.area == world.west
    assert second.place.name == "Torget"
    found = sentences()
    assert found[4, "Plats"] == rules.UNKNOWN_PLACE.say()
    assert found[5, "Plats"].startswith("Several places")


def test_a_row_whose_place_is_not_known_may_be_stored_without_one(world, tmp_path):
    path = csv_file(tmp_path, "2026-11-03;;SKA;;;Okänd gård;", "2026-11-03;;SKA;;;Västers centrum;")
    mapped(world, guess_columns(HEADER.split(";")), unknown_places="keep")
    _batch, outcome = load(path, world, mapping="min")
    assert (outcome.stored, outcome.refused, outcome.without_place) == (2, 0, 1)
    unknown, known = imported()
    assert (unknown.location, unknown.place, known.place.name) == ("none", None, "Västers centrum")


def test_a_home_keeps_only_its_block(world, tmp_path):
    burglary = make.CategoryFactory(collaboration=world.here, code="INB", common_code="INB")
    load(csv_file(tmp_path, "2026-11-03;;INB;16.12;58.585;;"), world)
    incident = imported().get()
    assert incident.category == burglary
    assert incident.place_type == Incident.PlaceType.PRIVATE
    assert incident.precision == Incident.Precision.BLOCK
    assert (incident.lon, incident.lat) == pytest.approx(rules.coarsen(16.12, 58.585))
    assert (incident.lon, incident.lat) != (16.12, 58.585)
    assert incident.cell == int(cells_of([incident.lon], [incident.lat], 11)[0])


def test_a_text_that_points_at_somebody_is_left_out_and_the_row_stored(world, tmp_path):
    _batch, outcome = load(
        csv_file(
            tmp_path,
            "2026-11-03;;SKA;;;;Såg 850709-9805 vid porten",
            "2026-11-03;;SKA;;;;Krossad ruta",
            "2026-11-03;;SKA;;;;Ring Anna Andersson",
        ),
        world,
    )
    assert (outcome.stored, outcome.texts_removed) == (3, 2)
    assert [(i.description, i.is_text_removed) for i in imported()] == [
        ("", True),
        ("Krossad ruta", False),
        ("", True),
    ]


def test_texts_and_cells_that_a_spreadsheet_would_run_are_refused(world, tmp_path):
    rows = [
        '2026-11-03;;SKA;;;;"=HYPERLINK(""http://x"")"',
        "=NOW();;SKA;;;;",
        "2026-11-03;;=A1;;;;",
        "2026-11-03;;SKA;;;;" + "a" * 1001,
        "2026-11-03;;SKA;;;;- krossad ruta",
    ]
    _batch, outcome = load(csv_file(tmp_path, *rows), world)
    assert (outcome.stored, outcome.refused) == (1, 4)
    found = {(line, column): sentence for (line, column), sentence in sentences().items()}
    assert found[2, "Beskrivning"] == rules.LOOKS_LIKE_A_FORMULA.say()
    assert found[5, "Beskrivning"] == rules.TEXT_TOO_LONG.say()
    # Once each, and not also as a date or a category that cannot be read.
    assert "formula" in ImportRefusal.objects.get(line=3).sentence
    assert "formula" in ImportRefusal.objects.get(line=4).sentence


def test_details_by_code_and_label_in_both_languages(world, tmp_path):
    header = "Datum;Kategori;Säkerhet;Otrygghet;Antal personer;Allvar;Kostnad"
    rows = [
        "2026-11-03;SKA;certain;5;3-5;4;12 500",
        "2026-11-03;SKA;Certain;;3–5;;0",
        "2026-11-03;SKA;kanske;6;många;9;gratis",
        "2026-11-03;SKA;;2,5;;;-1",
    ]
    _batch, outcome = load(csv_file(tmp_path, *rows, header=header), world)
    first, second = imported()
    assert (first.certainty, first.unsafety, first.persons, first.severity, first.cost_sek) == (
        "certain", 5, "3-5", 4, 12_500,
    )  # fmt: skip
    assert (second.certainty, second.unsafety, second.persons, second.severity, second.cost_sek) == (
        "certain", None, "3-5", world.vandalism.severity, 0,
    )  # fmt: skip
    assert outcome.refused == 2
    found = sentences()
    assert found[4, "Otrygghet"] == rules.UNSAFETY_OUT_OF_RANGE.say()
    assert found[4, "Allvar"] == rules.SEVERITY_OUT_OF_RANGE.say()
    assert found[4, "Kostnad"] == rules.UNREADABLE_NUMBER.say()
    assert found[5, "Otrygghet"] == rules.UNSAFETY_OUT_OF_RANGE.say()
    assert found[5, "Kostnad"] == rules.COST_OUT_OF_RANGE.say()
    assert {(4, "Säkerhet"), (4, "Antal personer")} <= set(found)


def test_the_sources_own_number_is_the_key_and_only_its_hash_is_kept(world, tmp_path):
    header = "Ärendenummer;Datum;Kategori"
    rows = ["5000-K12345-26;2026-11-03;SKA", "2;2026-11-03;SKA", "2;2026-11-04;SKA", ";2026-11-03;SKA"]
    _batch, outcome = load(csv_file(tmp_path, *rows, header=header), world)
    assert (outcome.rows, outcome.stored, outcome.refused) == (4, 2, 2)
    assert sentences()[4, "Ärendenummer"].count("3") == 1
    assert not imported().filter(source_key__contains="K12345").exists()
    # The same numbers with other words are the same cases.
    _batch, again = load(csv_file(tmp_path, "2;2026-11-05;NAR", "3;2026-11-05;NAR", header=header), world)
    assert (again.stored, again.unchanged) == (1, 1)
    # Another organisation's numbers are its own.
    _batch, other = load(csv_file(tmp_path, "2;2026-11-05;NAR", header=header), world, organisation_name="Hemvärden")
    assert other.stored == 1


def test_equal_rows_stay_separate_and_a_second_run_changes_nothing(world, tmp_path):
    path = csv_file(tmp_path, *["2026-11-03 22:15;;SKA;16,12;58,585;;Klotter"] * 3, "2026-11-03;;NAR;;;;")
    assert load(path, world)[1].stored == 4
    before = list(imported().values())
    _batch, again = load(path, world)
    assert (again.stored, again.unchanged) == (0, 4)
    assert list(imported().values()) == before


def workbook(tmp_path, *rows, name="fil.xlsx"):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    book.save(tmp_path / name)
    return tmp_path / name


def test_an_excel_file_meets_the_same_rows_as_csv(world, tmp_path):
    header = ["Datum", "Tid", "Kategori", "X", "Y", "Plats", "Beskrivning"]
    book = workbook(
        tmp_path,
        header,
        [dt.datetime(2026, 11, 3, 22, 15), None, "SKA", 16.12, 58.585, None, "Klotter"],  # noqa: DTZ001
        [dt.date(2026, 11, 3), dt.time(8, 30), "Skadegörelse", None, None, "Västers centrum", None],
        [46329, None, "SKA", None, None, None, None],
        ["=TODAY()", None, "SKA", None, None, None, None],
    )
    _batch, outcome = load(book, world)
    assert (outcome.rows, outcome.stored, outcome.refused) == (4, 3, 1)
    assert "formula" in ImportRefusal.objects.first().sentence
    rows = [
        "2026-11-03 22:15;;SKA;16,12;58,585;;Klotter",
        "2026-11-03;8:30;SKA;;;Västers centrum;",
        "3/11 2026;;SKA;;;;",
    ]
    _batch, again = load(csv_file(tmp_path, *rows), world)
    assert (again.stored, again.unchanged) == (0, 3)


def test_a_workbook_that_counts_its_days_from_1904_gives_the_same_days(world, tmp_path):
    book = openpyxl.Workbook()
    book.epoch = CALENDAR_MAC_1904
    book.active.append(["Datum", "Tid", "Kategori"])
    book.active.append([dt.datetime(2026, 11, 3, 22, 15), None, "SKA"])  # noqa: DTZ001
    book.active.append([46329 - 1462, None, "SKA"])
    book.active.append([46329 - 1462 + 0.5, None, "SKA"])
    book.save(tmp_path / "mac.xlsx")
    _batch, outcome = load(tmp_path / "mac.xlsx", world)
    assert (outcome.stored, outcome.refused) == (3, 0)
    begins = [timezone.localtime(i.occurred_from).strftime("%Y-%m-%d %H:%M") for i in imported()]
    assert begins == ["2026-11-03 22:15", "2026-11-03 00:00", "2026-11-03 12:00"]


@pytest.mark.parametrize(
    ("headings", "guessed"),
    [
        (["Datum", "Tid", "Kategori"], {"occurred_from": "Datum", "time_from": "Tid", "category": "Kategori"}),
        (["X (SWEREF 99 TM)", "Y (SWEREF 99 TM)"], {"lon": "X (SWEREF 99 TM)", "lat": "Y (SWEREF 99 TM)"}),
        (["Från", "Till", "HÄNDELSETYP"], {"occurred_from": "Från", "occurred_to": "Till", "category": "HÄNDELSETYP"}),
        (["Ärende-ID", "Longitud", "Latitud"], {"source_id": "Ärende-ID", "lon": "Longitud", "lat": "Latitud"}),
        (["occurred_from", "cost_sek"], {"occurred_from": "occurred_from", "cost_sek": "cost_sek"}),
        # One column means one thing, and two that might both be meant are left to whoever knows.
        (["Datum", "Datum för anmälan"], {"occurred_from": "Datum"}),
        (["X ett", "X två"], {}),
        (["Något", "Annat"], {}),
    ],
)
def test_columns_are_guessed_from_their_headings(headings, guessed):
    assert guess_columns(headings) == guessed


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le"])
@pytest.mark.parametrize("delimiter", [";", ",", "\t", "|"])
def test_encoding_and_delimiter_are_recognised(world, tmp_path, encoding, delimiter):
    header = HEADER.replace(";", delimiter)
    row = "2026-11-03;22:15;Skadegörelse;16.12;58.585;Västers centrum;Åverkan på dörr".replace(";", delimiter)
    load(csv_file(tmp_path, row, header=header, encoding=encoding), world)
    assert imported().get().description == "Åverkan på dörr"


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ({"occurred_from": "Datum"}, "What happened"),
        ({"category": "Kategori"}, "When it happened"),
        ({"occurred_from": "Datum", "category": "Saknas"}, "“Saknas”"),
        ({"occurred_from": "Datum", "category": "Kategori", "lon": "X"}, "both coordinates"),
        ({"occurred_from": "Datum", "category": "Kategori", "colour": "X"}, "colour"),
    ],
)
def test_a_mapping_that_cannot_work_is_refused_before_any_row(world, tmp_path, columns, words):
    mapped(world, columns)
    with pytest.raises(UnreadableFile, match=words):
        load(csv_file(tmp_path, "2026-11-03;;SKA;;;;"), world, mapping="min")


def test_a_mapping_by_name_or_file_through_the_command(world, tmp_path):
    path = csv_file(tmp_path, "SKA;2026-11-03", header="B;A")
    by_file = tmp_path / "mapping.json"
    by_file.write_text(json.dumps({"columns": {"occurred_from": "A", "category": "B"}}))
    common = ["import_incidents", str(path), "--profile", "generic", "--collaboration", "ekstad"]
    common += ["--organisation", "Bostadsbolaget", "--json"]
    out = StringIO()
    call_command(*common, "--mapping", str(by_file), stdout=out)
    assert json.loads(out.getvalue().splitlines()[-1])["stored"] == 1
    mapped(world, {"occurred_from": "A", "category": "B"})
    assert ImportMapping.objects.count() == 1
    out = StringIO()
    call_command(*common, "--mapping", "min", stdout=out)
    assert json.loads(out.getvalue().splitlines()[-1])["unchanged"] == 1
    with pytest.raises(NotPossible, match="min"):
        load(path, world, mapping="okänd")
