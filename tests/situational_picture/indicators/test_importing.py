"""Files of indicator values: Brå's workbook by its described layout, tables, hostile files, dry run, undo.

The workbook is written here: no file of Brå's own has been read.
"""

from __future__ import annotations

import datetime as dt
import zipfile
from unittest import mock

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl import Workbook

from analysis.change import count_interval
from analysis.evaluation import compare_shares
from common.errors import NotAllowed, NotPossible
from incidents.importing.reading import UnreadableFile
from situational_picture.indicators import actions, queries
from situational_picture.indicators.comparing import compared
from situational_picture.indicators.importing import workbook as workbook_module
from situational_picture.indicators.importing.storing import import_file, undo_import
from situational_picture.indicators.importing.workbook import read_workbook
from situational_picture.indicators.rules import plain_figures, share_figures
from situational_picture.models import Indicator, IndicatorBatch, IndicatorValue
from tests import factories as make
from tests.situational_picture.indicators.workbooks import bra_workbook, with_part

DAY = dt.date(2026, 3, 1)
HEADINGS = "Indikator;Slag;Källa;Nivå;Var;Period;Antal ja;Andel;n;Designeffekt;Värde;Bättre;Anmärkning"
GOOD = [
    "Trygga på kvällen;enkät;Kommunens enkät;område;Väster;2024;;34,0;200;1,5;;högre;",
    "Trygga på kvällen;enkät;Kommunens enkät;område;Väster;2025;90;;200;1,5;;högre;Ny fråga",
    "Trygga på kvällen;enkät;Kommunens enkät;plats;Västers centrum;2025;40;;120;;;högre;",
    "Klottersanering;kostnad;Tekniska kontoret;kommun;Ekstad;2025-03;;;;;12 500,50;lägre;",
    "Invandring;statistik;SCB;riket;Riket;2025 kv 3;;;;;..;;",
]
# Each with a word of the sentence it is refused with.
BAD = [
    ("Trygga;gissning;Enkäten;område;Väster;2024;;34;200;;;;", "gissning"),
    ("Trygga;enkät;Enkäten;område;Nordpolen;2024;;34;200;;;;", "Nordpolen"),
    ("Trygga;enkät;Enkäten;område;Väster;i fjol;;34;200;;;;", "i fjol"),
    ("Trygga;enkät;Enkäten;område;Väster;2024;;34;;;;;", "hur många som svarade"),
    ("Trygga;enkät;Enkäten;område;Väster;2024;201;;200;;;;", "Fler har svarat"),
    ("Trygga;enkät;Enkäten;område;Väster;2024;;34;=1+1;;;;", "formel"),
    ("Trygga;enkät;Enkäten;område;;2024;;34;200;;;;", "vilket område"),
    ("Trygga;enkät;;område;Väster;2024;;34;200;;;;", "källa"),
    ("Trygga;enkät;Enkäten;område;Väster;2190;;34;200;;;;", "inte börjat"),
    ("Sven 811218-9876;enkät;Enkäten;område;Väster;2024;;34;200;;;;", "person"),
    ("Klotter;kostnad;Kommunen;kommun;Ekstad;2024;;;;;tolv;;", "tolv"),
]


@pytest.fixture
def load(world, tmp_path):
    """Take in a file as the coordinator; rows of a table, or a workbook that is there."""

    def take(rows_or_path, *, dry_run=False, who="coordinator", layout=None):
        path = rows_or_path
        if isinstance(rows_or_path, list):
            path = tmp_path / "tabell.csv"
            path.write_text("\n".join([HEADINGS, *rows_or_path]) + "\n", encoding="utf-8")
        is_table = isinstance(rows_or_path, list)
        return import_file(
            by=world.people[who], collaboration=world.here, path=path, file_name=path.name, dated_on=DAY,
            dry_run=dry_run, layout=layout or ("table" if is_table else "workbook"),
        )  # fmt: skip

    return take


def series_called(name, **which):
    return Indicator.objects.get(name=name, **which)


def points(indicator):
    return {(p.first.year, p.last.year): p for p in queries.values_of(indicator)}


# --- Brå's workbook, ej prövad på Brås fil ----------------------------------------------------------------------------


def test_the_workbook_is_read_by_its_described_layout(load, tmp_path):
    report = load(bra_workbook(tmp_path / "bra.xlsx"))
    assert report.refusals == []
    count = points(series_called("Skadegörelse", unit="antal", level="municipality"))
    rate = points(series_called("Skadegörelse", unit="per 100 000 invånare", level="municipality"))
    low, high = count_interval(1240)
    at = (2024, 2024)
    assert (count[at].value, count[at].n) == (1240, 1240)
    assert (count[at].lower, count[at].upper) == pytest.approx((low, high))
    assert rate[at].value == 860.5
    assert (rate[at].lower, rate[at].upper) == pytest.approx((low * 860.5 / 1240, high * 860.5 / 1240))
    assert series_called("Skadegörelse", unit="antal", level="county").region == "Östergötlands län"
    # The wide form, with a suppressed number and a zero.
    robberies = points(series_called("Personrån unga", unit="antal", level="municipality"))
    assert (robberies[at].value, robberies[at].is_suppressed) == (None, True)
    assert (robberies[2025, 2025].value, robberies[2025, 2025].is_suppressed) == (0, False)
    assert points(series_called("Personrån unga", unit="antal", level="country"))[2025, 2025].value == 2950
    # The survey: two-year periods, a percent written either way, and no interval without n.
    unsafe = points(series_called("Otrygghet oro: Otrygghet utomhus", level="municipality"))
    assert (unsafe[2017, 2018].value, unsafe[2017, 2018].lower) == (24.5, None)
    assert unsafe[2019, 2020].is_suppressed
    burglary = points(series_called("Otrygghet oro: Oro för bostadsinbrott", level="country"))
    assert burglary[2017, 2018].value == pytest.approx(28.1)
    assert {one.source for one in Indicator.objects.filter(unit="procent")} == {"Brå, NTU"}


def test_the_same_workbook_again_changes_nothing_and_a_corrected_one_stands_beside(load, tmp_path):
    path = bra_workbook(tmp_path / "bra.xlsx")
    first = load(path)
    again = load(path)
    assert (again.changes_anything, again.unchanged) == (False, len(first.new))
    assert IndicatorBatch.objects.count() == 1
    from openpyxl import load_workbook

    book = load_workbook(path)
    book["2 Skadegörelse"].cell(3, 3).value = 1300
    book.save(path)
    later = load(path)
    # The count, and the interval of the rate that rests on it.
    assert (len(later.new), len(later.corrected), later.made) == (0, 2, [])
    count = series_called("Skadegörelse", unit="antal", level="municipality")
    assert points(count)[2024, 2024].value == 1300
    assert [row.value for row in queries.corrected_of(count)] == [1240]
    with pytest.raises(NotPossible):
        undo_import(by=first.batch.created_by, batch=first.batch)
    undo_import(by=later.batch.created_by, batch=later.batch)
    assert points(count)[2024, 2024].value == 1240
    undo_import(by=first.batch.created_by, batch=first.batch)
    assert not IndicatorValue.objects.exists()
    assert not Indicator.objects.exists()


def test_a_sheet_of_another_layout_is_left_out_by_name_and_a_formula_by_its_row(tmp_path):
    book = Workbook()
    book.active.title = "Diagram"
    book.active.append(["x"])
    book.active.append(["Kommun", "2024"])
    sheet = book.create_sheet("12 Stöld")
    sheet.append(["Stöld"])
    sheet.append(["Region", "År", "Antal"])
    sheet.append(["Ekstad", 2024, "=SUM(A1:A2)"])
    sheet.append(["Ekstad", 2025, 12])
    sheet.append(["Riket", 2025, 12.5])
    sheet.append(["Källa: Brå", None, None])
    book.save(tmp_path / "bra.xlsx")
    found = read_workbook(tmp_path / "bra.xlsx")
    assert [value.figures.value for value in found.values] == [12]
    assert ["Diagram" in note for note in found.notes] == [True]
    told = [("rad 3" in one.where, "formel" in one.sentence) for one in found.refusals]
    assert told == [(True, True), (False, False)]


# --- Hostile files ----------------------------------------------------------------------------------------------------


def _bomb(path):
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet99.xml", b"0" * 60_000_000)


@pytest.mark.parametrize("layout", ["workbook", "table"])
@pytest.mark.parametrize(
    ("harm", "word"),
    [
        (lambda path: with_part(path, "xl/vbaProject.bin", b"program"), "program"),
        (lambda path: with_part(path, "xl/embeddings/oleObject1.bin", b"x"), "program"),
        (_bomb, "packas upp"),
        (lambda path: path.write_bytes(path.read_bytes()[:2000]), "skadad"),
        (lambda path: path.write_bytes(b""), "tom"),
        (lambda path: path.write_bytes(b"MZ\x00\x01"), "program"),
    ],
)
def test_a_hostile_file_is_refused_in_words_and_stores_nothing(load, tmp_path, layout, harm, word):
    path = bra_workbook(tmp_path / "bra.xlsx")
    harm(path)
    with pytest.raises(UnreadableFile) as refusal:
        load(path, layout=layout)
    assert word in " ".join(refusal.value.messages)
    assert not Indicator.objects.exists()
    if layout == "workbook":
        assert load(bra_workbook(tmp_path / "god.xlsx")).changes_anything


@pytest.mark.parametrize("limit", ["MOST_SHEETS", "MOST_ROWS", "MOST_COLUMNS", "MOST_CELLS"])
def test_a_workbook_that_is_larger_than_any_is_refused(tmp_path, limit):
    path = bra_workbook(tmp_path / "bra.xlsx")
    assert read_workbook(path).values
    with mock.patch.object(workbook_module, limit, 3), pytest.raises(UnreadableFile):
        read_workbook(path)


# --- Tables -----------------------------------------------------------------------------------------------------------


def test_a_table_is_shown_first_then_stored_row_by_row(world, load):
    rows = [*GOOD, *(row for row, _word in BAD)]
    tried = load(rows, dry_run=True)
    assert not Indicator.objects.exists()
    done = load(rows)
    assert tried.sentences() == done.sentences()
    assert (len(done.new), len(done.refusals)) == (len(GOOD), len(BAD))
    for (where, sentence), (_row, word) in zip(sorted(done.refusals, key=_line), BAD, strict=True):
        assert word in sentence, where
    safe = points(series_called("Trygga på kvällen", level="area"))
    assert (safe[2024, 2024].value, safe[2024, 2024].successes, safe[2024, 2024].n) == (0.34, 68, 200)
    assert safe[2025, 2025].design_effect == 1.5
    assert series_called("Trygga på kvällen", level="place").place == world.square
    (cost,) = queries.values_of(series_called("Klottersanering"))
    assert (cost.value, cost.first, cost.last) == (12500.5, dt.date(2025, 3, 1), dt.date(2025, 3, 31))
    assert queries.values_of(series_called("Invandring"))[0].is_suppressed


def _line(refusal):
    return int(refusal[0].split()[-1])


def test_a_series_made_by_hand_is_gone_on_with_and_never_made_twice(world, load):
    by_hand = make.IndicatorFactory(
        collaboration=world.here, area=world.west, name="Trygga på  kvällen", source="Kommunens enkät", unit=""
    )
    assert by_hand.import_key == ""
    batch = load(GOOD[:2]).batch
    assert Indicator.objects.get() == by_hand
    assert sorted(points(by_hand)) == [(2024, 2024), (2025, 2025)]
    undo_import(by=world.people["coordinator"], batch=batch)
    assert Indicator.objects.get() == by_hand
    assert points(by_hand) == {}
    # Another source is another series.
    assert [one.source for one in load([GOOD[0].replace("Kommunens", "Polisens")]).made] == ["Polisens enkät"]


def test_a_refusal_says_which_words_there_are_in_one_language(load):
    (refusal,) = load([BAD[0][0]], dry_run=True).refusals
    assert "enkät, kostnad, statistik." in refusal[1]


def test_the_same_period_twice_in_a_file_is_refused_the_second_time(load):
    report = load([GOOD[1], GOOD[1]])
    assert (len(report.new), len(report.refusals)) == (1, 1)
    assert "rad 2" in report.refusals[0][1]


def test_a_file_without_the_columns_is_refused_whole(load, tmp_path):
    path = tmp_path / "fel.csv"
    path.write_text("Indikator;Slag\nTrygga;enkät\n", encoding="utf-8")
    with pytest.raises(UnreadableFile, match="källa"):
        load(path, layout="table")


def test_an_import_is_for_those_who_compile_and_undone_by_them(world, load):
    with pytest.raises(NotAllowed):
        load(GOOD, who="security_lead")
    batch = load(GOOD).batch
    with pytest.raises(NotAllowed):
        undo_import(by=world.people["security_lead"], batch=batch)
    undo_import(by=world.people["coordinator"], batch=batch)


def test_undoing_leaves_what_others_have_entered(world, load):
    batch = load(GOOD).batch
    cost = series_called("Klottersanering")
    figures = plain_figures(dt.date(2025, 4, 1), dt.date(2025, 4, 30), value=100.0)
    actions.enter_value(by=world.people["coordinator"], indicator=cost, figures=figures)
    undo_import(by=world.people["coordinator"], batch=batch)
    assert [one.name for one in Indicator.objects.all()] == ["Klottersanering"]
    assert [p.value for p in queries.values_of(cost)] == [100]


def test_the_pages_lead_from_the_file_to_what_is_stored(client, world, settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path)
    client.force_login(world.people["coordinator"])
    address = reverse("indicator_import", args=["ekstad"])
    file = bra_workbook(tmp_path / "bra.xlsx").read_bytes()
    said = {"layout": "workbook", "dated_on": "2026-03-01"}
    refused = client.post(address, {**said, "file": SimpleUploadedFile("bra.xlsx", b"inget")})
    assert refused.status_code == 422
    page = client.post(address, {**said, "file": SimpleUploadedFile("bra.xlsx", file)})
    assert "ej prövad på Brås fil" in page.content.decode()
    token = page.context["form"].initial["token"]
    assert not Indicator.objects.exists()
    assert client.post(address, {**said, "token": "0" * 32}).status_code == 302
    assert not Indicator.objects.exists()
    assert client.post(address, {**said, "token": token}).status_code == 302
    assert Indicator.objects.exists()
    assert "bra.xlsx" in client.get(address).content.decode()
    client.post(reverse("indicator_batch_undo", args=["ekstad", IndicatorBatch.objects.get().pk]))
    assert not Indicator.objects.exists()


# --- Two shares -------------------------------------------------------------------------------------------------------


def test_two_shares_are_compared_by_the_interval_of_their_difference(world, client):
    west = make.IndicatorFactory(collaboration=world.here, area=world.west)
    by = world.people["coordinator"]
    rows = [
        actions.enter_value(
            by=by, indicator=west,
            figures=share_figures(
                dt.date(year, 1, 1), dt.date(year, 12, 31), n=200, successes=number, design_effect=1.5
            ),
        )
        for year, number in ((2023, 68), (2024, 76), (2025, 120))
    ]  # fmt: skip
    first, second, third = queries.values_of(west)
    little = compared(second, first, better=west.better)
    much = compared(third, second, better=west.better)
    theirs = compare_shares(120, 200, 76, 200, design_effect=1.5)
    assert (much.difference.ci_low, much.difference.ci_high) == pytest.approx((theirs.ci_low, theirs.ci_high))
    assert (little.headline, little.judgement, little.direction) == ("Ingen skillnad kan visas", "", "none")
    assert (much.headline, much.judgement) == ("Andelen är större", "Det är bättre.")
    client.force_login(world.people["council"])
    page = client.get(reverse("indicator", args=["ekstad", west.number])).content.decode()
    assert "Andelen är större" in page
    address = reverse("indicator_compare", args=["ekstad"])
    page = client.get(address, {"one": rows[1].pk, "other": rows[0].pk}).content.decode()
    assert "Ingen skillnad kan visas" in page
    assert "95 %-intervall" in page
    assert client.get(address, {"one": rows[1].pk, "other": 0}).status_code == 422
    # Before anybody has chosen it answers for the latest two.
    assert "Andelen är större" in client.get(address).content.decode()
    client.force_login(world.people["stranger"])
    assert client.get(address).status_code == 404


def test_a_protected_share_is_not_compared_outside_the_circle(world, client):
    west = make.IndicatorFactory(collaboration=world.here, area=world.west)
    few = make.IndicatorValueFactory(indicator=west, value=0.03, successes=3, n=100)
    many = make.IndicatorValueFactory(indicator=west, period_from=dt.date(2024, 1, 1), period_to=dt.date(2024, 12, 31))
    address = reverse("indicator_compare", args=["ekstad"])
    for who, word in (("council", "skyddad"), ("security_lead", "Andelen är mindre")):
        client.force_login(world.people[who])
        assert word in client.get(address, {"one": few.pk, "other": many.pk}).content.decode()
