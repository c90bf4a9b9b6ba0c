"""data.police.uk files: every row with month and type is stored, once, whichever format it comes in."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import os
import subprocess
import sys
import time
from io import StringIO
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.models import Count

from areas.models import AreaKind
from incidents import changes
from incidents.importing.actions import import_file
from incidents.importing.keys import six_decimals
from incidents.importing.police_uk import CRIME_TYPES, KEY_COLUMNS
from incidents.importing.profiles import PROFILES
from incidents.importing.reading import UnreadableFile
from incidents.models import Category, ImportBatch, ImportRefusal, Incident, Status
from partners.models import Collaboration, Organisation
from tests import factories as make
from tests.incidents.lancashire import DISTRICTS, EXPECTED, PARQUET, unpacked_month

POLICE_UK = PROFILES["police_uk"]
BASE = {
    "Month": "2022-07",
    "Reported by": "Lancashire Constabulary",
    "Falls within": "Lancashire Constabulary",
    "Longitude": -3.03,
    "Latitude": 53.815,
    "Location": "On or near Church Street",
    "LSOA code": "E01012678",
    "LSOA name": "Blackpool 010A",
    "Crime type": "Anti-social behaviour",
    "Last outcome category": None,
}


def frame_of(*rows):
    return pd.DataFrame([{**BASE, **row} for row in rows], columns=KEY_COLUMNS)


def as_parquet(frame, path):
    frame.to_parquet(path, index=False)
    return path


def as_csv(frame, path):
    """As the site writes it: Crime ID first, Context last."""
    frame = frame.copy()
    frame.insert(0, "Crime ID", [f"{n % 2:064x}" for n in range(len(frame))])
    frame["Context"] = ""
    frame.to_csv(path, index=False)
    return path


def load(path, collaboration, **options):
    return import_file(path, profile=POLICE_UK, collaboration=collaboration, **options)[1]


@pytest.fixture
def blackpool(db):
    collaboration = make.CollaborationFactory(slug="blackpool", name="Blackpool")
    ward = make.AreaFactory(collaboration=collaboration, kind=AreaKind.WARD, name="Talbot")
    make.BoundaryFactory(area=ward, west=-3.05, south=53.80, east=-3.00, north=53.83)
    return collaboration


def test_a_parquet_saved_with_its_index_is_read_as_its_columns(blackpool, tmp_path):
    frame = frame_of({}, {"Location": "On or near Promenade"})
    frame.set_index("Month").to_parquet(tmp_path / "indexed.parquet")
    assert load(tmp_path / "indexed.parquet", blackpool).stored == 2


def test_a_row_becomes_an_approved_incident_of_its_month(blackpool, tmp_path):
    load(as_parquet(frame_of({}), tmp_path / "a.parquet"), blackpool)
    incident = Incident.objects.get()
    stockholm = ZoneInfo("Europe/Stockholm")
    assert incident.occurred_from == dt.datetime(2022, 7, 1, tzinfo=stockholm)
    assert incident.occurred_to == dt.datetime(2022, 8, 1, tzinfo=stockholm)
    assert incident.occurred_on == dt.date(2022, 7, 1)
    assert incident.time_precision == Incident.TimePrecision.MONTH
    assert (incident.status, incident.source_kind) == (Status.APPROVED, Incident.SourceKind.SYSTEM)
    assert (incident.location, incident.area.name) == (Incident.Location.PLACED, "Talbot")
    assert incident.precision == Incident.Precision.BLOCK
    assert (incident.lon, incident.lat) == (-3.03, 53.815)
    assert incident.category.code == "UK-ASB"
    assert incident.organisation.name == "data.police.uk"
    assert incident.organisation.kind == Organisation.Kind.OPEN_DATA
    assert incident.import_batch.stored == 1
    assert incident.description == ""
    incident.full_clean(exclude=["reviewed_by", "reporter", "unit"])


def test_every_type_has_its_category_under_one_group(blackpool, tmp_path):
    load(as_parquet(frame_of(*[{"Crime type": t.name} for t in CRIME_TYPES]), tmp_path / "a.parquet"), blackpool)
    group = Category.objects.get(collaboration=blackpool, code="UK")
    assert group.children.count() == len(CRIME_TYPES) == 14
    assert Incident.objects.values("category").distinct().count() == 14
    assert set(group.children.values_list("kind", flat=True)) == {Category.Kind.EVENT}
    assert Category.objects.get(code="UK-BUR").common_code == "INB"


def test_a_category_somebody_has_changed_is_left_alone(blackpool, tmp_path):
    path = as_parquet(frame_of({}), tmp_path / "a.parquet")
    load(path, blackpool)
    Category.objects.filter(code="UK-ASB").update(name_sv="Ordning", severity=4)
    load(as_parquet(frame_of({"Month": "2022-08"}), tmp_path / "b.parquet"), blackpool)
    assert Category.objects.get(code="UK-ASB").name_sv == "Ordning"
    assert Incident.objects.get(occurred_on="2022-08-01").severity == 4


def test_a_type_nobody_has_heard_of_gets_a_category_of_its_own(blackpool, tmp_path):
    rows = frame_of({"Crime type": "Fly tipping"}, {"Crime type": "Fly tipping", "Month": "2022-08"})
    outcome = load(as_parquet(rows, tmp_path / "a.parquet"), blackpool)
    assert (outcome.stored, outcome.refused) == (2, 0)
    category = Category.objects.get(name_en="Fly tipping")
    assert (category.code, category.common_code, category.parent.code) == ("UK-FLYTIPPI", "", "UK")
    again = load(as_parquet(rows, tmp_path / "a.parquet"), blackpool)
    assert (again.unchanged, Category.objects.filter(name_en="Fly tipping").count()) == (2, 1)


def test_a_file_of_nothing_but_unknown_types_is_refused_whole(blackpool, tmp_path):
    rows = frame_of(*[{"Crime type": f"Type {n}"} for n in range(30)])
    with pytest.raises(UnreadableFile):
        load(as_parquet(rows, tmp_path / "a.parquet"), blackpool)
    assert not Incident.objects.exists()
    assert not ImportBatch.objects.exists()


def test_rows_without_and_outside_are_stored_and_counted_and_never_placed(blackpool, tmp_path):
    rows = frame_of({}, {"Longitude": None, "Latitude": None}, {"Longitude": 0.159337, "Latitude": 51.490728})
    outcome = load(as_parquet(rows, tmp_path / "a.parquet"), blackpool)
    assert (outcome.stored, outcome.without_place, outcome.outside_areas) == (3, 1, 1)
    none = Incident.objects.get(location=Incident.Location.NONE)
    assert (none.lon, none.lat, none.cell, none.area, none.precision) == (None, None, None, None, "area")
    outside = Incident.objects.get(location=Incident.Location.OUTSIDE)
    assert outside.area is None
    assert outside.cell is not None


@pytest.mark.parametrize(
    "bad",
    [
        {"Month": ""},
        {"Month": "July 2022"},
        {"Month": "2022-13"},
        {"Month": "1899-01"},
        {"Month": "2999-01"},
        {"Crime type": ""},
        {"Crime type": "x" * 81},
        {"Crime type": "Bad\x00type"},
        {"Longitude": "west"},
        {"Longitude": ""},
        {"Latitude": "153.8"},
        {"Latitude": "inf"},
    ],
)
def test_an_unreadable_row_is_refused_with_its_line_and_the_others_load(blackpool, tmp_path, bad):
    path = as_csv(frame_of({}, bad, {}).astype(object), tmp_path / "a.csv")
    outcome = load(path, blackpool)
    assert (outcome.rows, outcome.stored, outcome.refused) == (3, 2, 1)
    assert {r.line for r in ImportRefusal.objects.all()} == {3}
    assert all(r.sentence for r in ImportRefusal.objects.all())


def test_equal_rows_stay_separate_and_a_second_run_changes_nothing(blackpool, tmp_path):
    path = as_parquet(frame_of({}, {}, {"Month": "2022-08"}, {}), tmp_path / "a.parquet")
    first = load(path, blackpool)
    before = list(Incident.objects.order_by("pk").values())
    second = load(path, blackpool)
    assert (first.stored, first.unchanged) == (4, 0)
    assert (second.stored, second.unchanged) == (0, 4)
    assert list(Incident.objects.order_by("pk").values()) == before
    assert len({key.split("#")[0] for key in Incident.objects.values_list("source_key", flat=True)}) == 2


def test_equal_rows_are_numbered_over_the_whole_file_however_it_is_read(blackpool, tmp_path, monkeypatch):
    path = as_parquet(frame_of(*[{}] * 7), tmp_path / "a.parquet")
    monkeypatch.setattr("incidents.importing.reading.ROWS_IN_CHUNK", 2)
    assert load(path, blackpool).stored == 7
    numbers = sorted(int(key.split("#")[1]) for key in Incident.objects.values_list("source_key", flat=True))
    assert numbers == [1, 2, 3, 4, 5, 6, 7]


def test_one_more_equal_row_is_one_more_incident(blackpool, tmp_path):
    load(as_parquet(frame_of({}, {}), tmp_path / "a.parquet"), blackpool)
    outcome = load(as_parquet(frame_of({}, {}, {}), tmp_path / "b.parquet"), blackpool)
    assert (outcome.stored, outcome.unchanged) == (1, 2)


def test_both_formats_of_the_same_rows_meet(blackpool, tmp_path):
    rows = frame_of(
        {},
        {},
        {"Longitude": None, "Latitude": None, "LSOA code": None, "LSOA name": None},
        {"Longitude": -3.1, "Latitude": 53.8, "Last outcome category": "Under investigation"},
        {"Longitude": -0.0000001, "Latitude": 53.1234564},
    )
    assert load(as_csv(rows, tmp_path / "a.csv"), blackpool).stored == 5
    outcome = load(as_parquet(rows.sample(frac=1, random_state=1), tmp_path / "a.parquet"), blackpool)
    assert (outcome.stored, outcome.unchanged) == (0, 5)


def test_a_cell_is_not_mistaken_for_its_neighbour(blackpool, tmp_path):
    rows = frame_of({"Location": "ab", "LSOA code": "c"}, {"Location": "a", "LSOA code": "bc"})
    load(as_parquet(rows, tmp_path / "a.parquet"), blackpool)
    assert len({key.split("#")[0] for key in Incident.objects.values_list("source_key", flat=True)}) == 2


def test_six_decimals_agree_with_writing_each_number():
    rng = np.random.default_rng(7)
    numbers = pd.Series([*rng.uniform(-180, 180, 500), 0.0, -0.0, -1e-9, np.nan, 0.0000005])
    by_hand = ["" if n != n else f"{n:.6f}".replace("-0.000000", "0.000000") for n in numbers]
    assert six_decimals(numbers).tolist() == by_hand


def test_the_same_file_belongs_to_each_collaboration_apart(blackpool, tmp_path):
    path = as_parquet(frame_of({}), tmp_path / "a.parquet")
    load(path, blackpool)
    assert load(path, make.CollaborationFactory()).stored == 1


def test_a_dry_run_says_what_would_be_and_leaves_no_trace(blackpool, tmp_path):
    path = as_parquet(
        frame_of({}, {"Month": "?"}, {"Longitude": None, "Latitude": None}, {"Crime type": "New"}),
        tmp_path / "a.parquet",
    )
    outcome = load(path, blackpool, dry_run=True)
    assert (outcome.rows, outcome.stored, outcome.refused, outcome.unchanged) == (4, 3, 1, 0)
    assert outcome.without_place == 1
    assert [row["category"] for row in outcome.preview] == ["Anti-social behaviour", "Anti-social behaviour", "New"]
    for model in (Incident, ImportBatch, ImportRefusal, Organisation, Category):
        assert not model.objects.exists(), model
    load(path, blackpool)
    again = load(path, blackpool, dry_run=True)
    assert (again.stored, again.refused, again.unchanged) == (0, 1, 3)


def test_the_areas_whose_figures_change_are_announced_once(blackpool, tmp_path, monkeypatch):
    heard = []
    monkeypatch.setattr(changes, "listeners", [lambda collaboration, areas: heard.append((collaboration, areas))])
    path = as_parquet(frame_of({}, {"Longitude": None, "Latitude": None}), tmp_path / "a.parquet")
    load(path, blackpool)
    assert heard == [(blackpool.pk, {blackpool.areas.get().pk, None})]
    load(path, blackpool)
    assert len(heard) == 1


def test_a_file_without_the_ten_columns_is_told_what_it_lacks(blackpool, tmp_path):
    path = as_parquet(frame_of({}).drop(columns=["LSOA name", "Month"]), tmp_path / "a.parquet")
    with pytest.raises(UnreadableFile, match="Month, LSOA name"):
        load(path, blackpool)


def run_command(path, slug, *arguments):
    out = StringIO()
    call_command(
        "import_incidents", str(path), "--profile", "police_uk", "--collaboration", slug, *arguments, stdout=out
    )
    return out.getvalue().splitlines()


def test_the_command_ends_with_one_line_of_json(blackpool, tmp_path):
    path = as_csv(frame_of({}, {"Month": "?"}, {}).astype(object), tmp_path / "a.csv")
    for arguments, expected in [
        (("--dry-run",), {"rows": 3, "stored": 2, "refused": 1, "unchanged": 0}),
        ((), {"rows": 3, "stored": 2, "refused": 1, "unchanged": 0}),
        ((), {"rows": 3, "stored": 0, "refused": 1, "unchanged": 2}),
    ]:
        lines = run_command(path, "blackpool", "--json", *arguments)
        answer = json.loads(lines[-1])
        assert answer.pop("seconds") >= 0
        assert answer == expected
        assert not any(line.startswith("{") for line in lines[:-1])
    assert Incident.objects.count() == 2


def test_the_command_stores_for_the_organisation_named(blackpool, tmp_path):
    make.OrganisationFactory(collaboration=blackpool, name="Polisen", sharing=Organisation.Sharing.COUNTS)
    run_command(as_parquet(frame_of({}), tmp_path / "a.parquet"), "blackpool", "--organisation", "Polisen")
    incident = Incident.objects.get()
    assert (incident.organisation.name, incident.sharing) == ("Polisen", Organisation.Sharing.COUNTS)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("nofile.csv", "--collaboration", "blackpool"), "nofile.csv"),
        ((str(EXPECTED), "--collaboration", "blackpool"), "JSON"),
        ((str(PARQUET), "--collaboration", "nowhere"), "blackpool"),
        ((str(PARQUET), "--collaboration", "blackpool", "--organisation", "Ingen"), "Ingen"),
    ],
)
def test_the_command_says_in_words_what_is_wrong(blackpool, arguments, message):
    with pytest.raises(CommandError, match=message):
        call_command("import_incidents", *arguments, "--profile", "police_uk")


# The whole real files


def test_the_raw_month_file_loads_and_meets_itself_in_the_other_format(db, tmp_path):
    collaboration = make.CollaborationFactory(slug="tom")
    month = unpacked_month(tmp_path)
    outcome = load(month, collaboration)
    assert (outcome.rows, outcome.stored, outcome.refused) == (16_874, 16_874, 0)
    assert outcome.without_place == 645
    frame = pd.read_parquet(PARQUET)
    other_format = as_parquet(frame[frame["Month"] == "2022-07"], tmp_path / "month.parquet")
    again = load(other_format, collaboration)
    assert (again.stored, again.unchanged) == (0, 16_874)


@pytest.mark.slow
def test_the_whole_parquet_file_agrees_with_the_expected_counts(db, tmp_path):
    expected = json.loads(EXPECTED.read_text())
    call_command("create_collaboration", "lancashire", "--name", "Lancashire", stdout=StringIO())
    call_command("import_areas", str(DISTRICTS), "--collaboration", "lancashire", stdout=StringIO())
    collaboration = Collaboration.objects.get(slug="lancashire")
    outcome = load(PARQUET, collaboration)
    assert (outcome.rows, outcome.stored, outcome.refused) == (564_082, expected["rows"], 0)
    assert outcome.without_place == expected["rows_without_coordinates"]
    rows = Incident.objects.filter(collaboration=collaboration).order_by()
    by_type = dict(rows.values_list("category__name_en").annotate(n=Count("pk")))
    assert by_type == expected["count_by_type"]
    by_month = {f"{day:%Y-%m}": n for day, n in rows.values_list("occurred_on").annotate(n=Count("pk"))}
    assert by_month == expected["count_by_month"]
    for name, months in expected["month_x_type_sample"].items():
        found = rows.filter(category__name_en=name).values_list("occurred_on").annotate(n=Count("pk"))
        assert {f"{day:%Y-%m}": n for day, n in found} == months
    again = load(PARQUET, collaboration)
    assert (again.stored, again.refused, again.unchanged) == (0, 0, 564_082)
    month = load(unpacked_month(tmp_path), collaboration)
    assert (month.stored, month.unchanged) == (0, 16_874)
    assert rows.count() == 564_082


@pytest.mark.slow
def test_the_whole_file_passes_through_a_worker_of_500_megabytes(transactional_db):
    make.CollaborationFactory(slug="lancashire")
    database = connection.settings_dict
    address = f"postgresql://{database['USER']}:{database['PASSWORD']}@/{database['NAME']}?host={database['HOST']}"
    command = [sys.executable, "manage.py", "import_incidents", str(PARQUET), "--profile", "police_uk"]
    process = subprocess.Popen(
        [*command, "--collaboration", "lancashire", "--dry-run", "--json"],
        cwd=settings.BASE_DIR,
        env={**os.environ, "DATABASE_URL": address},
        stdout=subprocess.PIPE,
    )
    # Asked of the process itself: what the system tells of an ended child includes the parent it was split from.
    peak_kb = 0
    while process.poll() is None:
        with contextlib.suppress(FileNotFoundError, StopIteration):
            lines = Path(f"/proc/{process.pid}/status").read_text().splitlines()
            peak_kb = int(next(line for line in lines if line.startswith("VmHWM")).split()[1])
        time.sleep(0.05)
    answer = json.loads(process.stdout.read().splitlines()[-1])
    process.stdout.close()
    assert process.returncode == 0
    assert answer["stored"] == 564_082
    assert 100 * 1024 < peak_kb < 500 * 1024
