"""An import from the browser: file, columns, what would happen, storing, report, undo."""

from __future__ import annotations

import datetime as dt
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from audit.models import Event
from incidents import changes, tasks
from incidents.importing import actions, watching
from incidents.models import ImportBatch, ImportMapping, ImportRefusal, Incident
from tests import factories as make
from tests.incidents.test_import_police_uk import as_csv, frame_of

Status = ImportBatch.Status
ROWS = "Datum;Kategori;X;Y;Text\n2026-11-03;SKA;16,12;58,585;Ruta\n2026-11-04;OKÄND;;;\n;SKA;;;\n"


@pytest.fixture(autouse=True)
def quick(settings, tmp_path):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.MEDIA_ROOT = str(tmp_path / "uploads")
    settings.LANGUAGE_CODE = "en"


@pytest.fixture
def sent(monkeypatch):
    """The tasks that were sent, instead of a worker."""
    sent: list[tuple[str, int]] = []
    for task in (tasks.check_import, tasks.run_import):
        monkeypatch.setattr(task, "delay_on_commit", lambda pk, name=task.name: sent.append((name.split(".")[-1], pk)))
    return sent


@pytest.fixture
def lead(client, world, sent):
    client.force_login(world.people["security_lead"])
    return client


def url(name, *arguments):
    return reverse(name, args=["ekstad", *arguments])


def upload(client, world, content=ROWS, *, name="ärenden.csv", profile="generic", organisation="own", **data):
    organisation = world.housing.pk if organisation == "own" else organisation
    body = content if isinstance(content, bytes) else content.encode()
    file = SimpleUploadedFile(name, body)
    return client.post(
        url("import_new"), {"file": file, "profile": profile, "organisation": organisation or "", **data}
    )


def answer(client, batch, action, **data):
    return client.post(url("import_detail", batch.pk), {"action": action, **data})


COLUMNS = {
    "column_occurred_from": "Datum",
    "column_category": "Kategori",
    "column_lon": "X",
    "column_lat": "Y",
    "column_description": "Text",
}


def checked(client, world, **options):
    """A batch that has been sent, mapped and checked."""
    assert upload(client, world, **options).status_code == 302
    batch = ImportBatch.objects.latest("pk")
    assert answer(client, batch, "columns", **COLUMNS).status_code == 302
    tasks.check_import(batch.pk)
    batch.refresh_from_db()
    assert batch.status == Status.CHECKED, batch.problem
    return batch


def test_from_file_to_incidents_and_back(lead, world, sent, django_capture_on_commit_callbacks):
    before = Incident.objects.count()
    upload(lead, world)
    batch = ImportBatch.objects.get()
    assert (batch.status, batch.organisation, batch.file_name) == (Status.UPLOADED, world.housing, "ärenden.csv")
    assert sent == []
    assert "Choose the columns" in lead.get(url("import_list")).content.decode()
    page = lead.get(url("import_detail", batch.pk))
    assert page.context["columns_form"]["column_occurred_from"].value() == "Datum"
    assert ("Text", "Text (as Ruta)") in page.context["columns_form"].fields["column_description"].choices
    assert page.context["columns_form"]["column_lon"].value() == "X"

    answer(lead, batch, "columns", **COLUMNS)
    assert sent == [("check_import", batch.pk)]
    tasks.check_import(batch.pk)
    batch.refresh_from_db()
    assert (batch.status, batch.rows, batch.stored, batch.refused) == (Status.CHECKED, 3, 1, 2)
    assert Incident.objects.count() == before
    page = lead.get(url("import_detail", batch.pk))
    assert [row[:4] for row in page.context["preview"]] == [[2, "2026-11-03", "Vandalism", "Väster"]]
    assert {(k["column"], k["rows"]) for k in page.context["kinds"]} == {("Datum", 1), ("Kategori", 1)}

    answer(lead, batch, "confirm")
    assert sent[-1] == ("run_import", batch.pk)
    file = Path(batch.file.path)
    assert file.exists()
    with django_capture_on_commit_callbacks(execute=True):
        tasks.run_import(batch.pk)
    batch.refresh_from_db()
    assert (batch.status, batch.stored, batch.refused, batch.preview) == (Status.DONE, 1, 2, [])
    assert Incident.objects.count() == before + 1
    assert not file.exists()
    assert not batch.file
    assert ImportRefusal.objects.filter(batch=batch).count() == 2
    assert Event.objects.filter(action="import_finished", actor_id=world.people["security_lead"].pk).exists()

    page = lead.get(url("import_undo", batch.pk))
    assert page.status_code == 200
    assert Incident.objects.count() == before + 1
    heard = []
    changes.listeners.append(lambda collaboration, areas: heard.append(areas))
    try:
        lead.post(url("import_undo", batch.pk))
    finally:
        changes.listeners.pop()
    batch.refresh_from_db()
    assert (batch.status, Incident.objects.count()) == (Status.UNDONE, before)
    assert heard == [{world.west.pk}]
    assert Event.objects.get(action="import_undone").details["rows"] == 1
    page = lead.get(url("import_detail", batch.pk))
    assert page.context["counts"][1]["label"] == "Taken back"
    # A second press finds nothing to take back, and says so.
    page = lead.post(url("import_undo", batch.pk), follow=True)
    assert "has been undone already" in page.content.decode()
    assert Event.objects.filter(action="import_undone").count() == 1


def test_examples_of_a_column_never_point_at_anybody_and_go_with_the_import(lead, world):
    rows = "Datum;Kategori;Anmälare;Text\n2026-11-03;SKA;Anna Andersson 070-123 45 67;\n2026-11-03;SKA;;Ruta\n"
    upload(lead, world, rows)
    batch = ImportBatch.objects.get()
    assert batch.preview == {"examples": {"Datum": "2026-11-03", "Kategori": "SKA", "Text": "Ruta"}}
    answer(lead, batch, "columns", column_occurred_from="Datum", column_category="Kategori")
    tasks.check_import(batch.pk)
    answer(lead, batch, "back")
    page = lead.get(url("import_detail", batch.pk))
    choices = page.context["columns_form"].fields["column_description"].choices
    assert ("Text", "Text (as Ruta)") in choices
    assert ("Anmälare", "Anmälare") in choices
    answer(lead, batch, "columns", column_occurred_from="Datum", column_category="Kategori")
    tasks.check_import(batch.pk)
    answer(lead, batch, "confirm")
    tasks.run_import(batch.pk)
    batch.refresh_from_db()
    assert (batch.status, batch.preview) == (Status.DONE, [])


def test_a_known_file_is_checked_at_once(client, world, sent, tmp_path):
    client.force_login(world.people["coordinator"])
    path = as_csv(frame_of({}, {}), tmp_path / "a.csv")
    response = upload(client, world, path.read_bytes(), profile="police_uk", organisation="")
    assert response.status_code == 302
    batch = ImportBatch.objects.get()
    assert (batch.organisation.name, batch.status) == ("data.police.uk", Status.CHECKING)
    assert sent == [("check_import", batch.pk)]


def test_the_same_file_again_would_store_nothing(lead, world):
    batch = checked(lead, world)
    answer(lead, batch, "confirm")
    tasks.run_import(batch.pk)
    again = checked(lead, world)
    assert (again.stored, again.unchanged) == (0, 1)
    page = lead.get(url("import_detail", again.pk)).content.decode()
    assert "Nothing new would be stored" in page
    assert 'value="confirm"' not in page


def test_a_choice_of_columns_is_saved_and_used_next_time(lead, world, sent):
    upload(lead, world)
    batch = ImportBatch.objects.get()
    answer(lead, batch, "columns", **COLUMNS, save_as="Veckofilen", coordinates="4326")
    mapping = ImportMapping.objects.get()
    assert (mapping.name, mapping.organisation, mapping.options) == (
        "Veckofilen", world.housing, {"coordinates": "4326"},
    )  # fmt: skip
    upload(lead, world, mapping=mapping.pk)
    later = ImportBatch.objects.latest("pk")
    assert later.status == Status.CHECKING
    assert later.mapping["columns"] == mapping.columns
    # Headings have changed: the columns are asked for again instead of a refusal.
    upload(lead, world, ROWS.replace("Kategori", "Typ"), mapping=mapping.pk)
    renamed = ImportBatch.objects.latest("pk")
    assert renamed.status == Status.UPLOADED
    assert "“Kategori”" in renamed.problem
    assert renamed.mapping["columns"] == mapping.columns | {"category": "Typ"}
    assert "“Kategori”" in lead.get(url("import_detail", renamed.pk)).content.decode()


def test_a_sheet_that_is_not_read_and_a_column_that_is_not_used_are_named(lead, world):
    book = openpyxl.Workbook()
    book.active.append(["Datum", "Kategori", "Adress"])
    book.active.append(["2026-11-03", "SKA", "Storgatan 1"])
    book.create_sheet("Oktober").append(["Datum", "Kategori"])
    content = BytesIO()
    book.save(content)
    upload(lead, world, content.getvalue(), name="två blad.xlsx")
    batch = ImportBatch.objects.get()
    answer(lead, batch, "columns", column_occurred_from="Datum", column_category="Kategori")
    tasks.check_import(batch.pk)
    page = lead.get(url("import_detail", batch.pk))
    assert ("Columns not used", "Adress") in page.context["facts"]
    assert "“Oktober”" in page.content.decode()


def test_the_files_own_words_are_given_a_meaning(lead, world, sent):
    batch = checked(lead, world)
    assert batch.preview["words"] == ["okänd"]
    answer(lead, batch, "words", word_0="NAR")
    batch.refresh_from_db()
    assert batch.status == Status.CHECKING
    tasks.check_import(batch.pk)
    batch.refresh_from_db()
    assert (batch.stored, batch.refused) == (2, 1)


def test_columns_that_cannot_work_are_refused_with_what_was_chosen_kept(lead, world):
    upload(lead, world)
    batch = ImportBatch.objects.get()
    page = answer(lead, batch, "columns", column_category="Kategori", column_lon="X")
    assert page.status_code == 422
    assert page.context["columns_form"]["column_lon"].value() == "X"
    assert "Choose the column" in str(page.context["columns_form"].errors["column_occurred_from"])
    page = answer(lead, batch, "columns", column_occurred_from="Datum", column_category="Kategori", column_lon="X")
    assert page.status_code == 422
    assert "both coordinates" in str(page.context["columns_form"].non_field_errors())
    page = answer(lead, batch, "columns", column_occurred_from="Datum")
    assert "Choose the column" in str(page.context["columns_form"].errors["column_category"])
    batch.refresh_from_db()
    assert batch.status == Status.UPLOADED


def test_what_happened_may_be_the_same_for_the_whole_file(lead, world):
    upload(lead, world)
    batch = ImportBatch.objects.get()
    answer(lead, batch, "columns", column_occurred_from="Datum", default_category="SKA")
    tasks.check_import(batch.pk)
    batch.refresh_from_db()
    assert (batch.status, batch.stored) == (Status.CHECKED, 2)


def test_an_unclear_coordinate_system_asks_again_and_keeps_the_file(client, world, sent, db):
    nowhere = make.MembershipFactory(role="coordinator", organisation=make.OrganisationFactory())
    client.force_login(nowhere.user)
    batch = make.ImportBatchFactory(organisation=nowhere.organisation, status=Status.CHECKING)
    make.CategoryFactory(collaboration=batch.collaboration, code="SKA")
    batch.mapping = {"columns": {"occurred_from": "a", "category": "b", "lon": "c", "lat": "d"}}
    batch.file.save("x", SimpleUploadedFile("x", b"a,b,c,d\n2026-11-03,SKA,135000,6496000\n"))
    tasks.check_import(batch.pk)
    batch.refresh_from_db()
    assert batch.status == Status.UPLOADED
    assert "oordinat" in batch.problem  # Koordinatsystemet, in the language of whoever sent it
    assert default_storage.exists(batch.file.name)


def test_back_and_discard(lead, world):
    batch = checked(lead, world)
    answer(lead, batch, "back")
    batch.refresh_from_db()
    assert batch.status == Status.UPLOADED
    answer(lead, batch, "discard")
    assert not ImportBatch.objects.exists()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"%PDF-1.7 ...", "document or a picture"),
        (b"Datum;Kategori\n", None),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_in_words_and_not_kept(lead, world, content, words, settings):
    response = upload(lead, world, content)
    if words is None:
        assert response.status_code == 302
        return
    assert response.status_code == 422
    assert words in str(response.context["form"].errors)
    assert not ImportBatch.objects.exists()
    assert not list(Path(settings.MEDIA_ROOT).glob("imports/*"))


def test_headings_without_rows_stop_at_the_check_and_the_file_goes(
    lead, world, settings, django_capture_on_commit_callbacks
):
    upload(lead, world, "Datum;Kategori\n")
    batch = ImportBatch.objects.get()
    answer(lead, batch, "columns", column_occurred_from="Datum", column_category="Kategori")
    with django_capture_on_commit_callbacks(execute=True):
        tasks.check_import(batch.pk)
    batch.refresh_from_db()
    assert batch.status == Status.FAILED
    assert "headings but no rows" in batch.problem
    assert not list(Path(settings.MEDIA_ROOT).glob("imports/*"))
    assert "headings but no rows" in lead.get(url("import_detail", batch.pk)).content.decode()


def test_a_file_above_the_limit_is_refused_before_it_is_read(lead, world, settings):
    settings.IMPORT_MAX_BYTES = 20
    response = upload(lead, world)
    assert response.status_code == 422
    assert "limit" in str(response.context["form"].errors["file"])


def test_the_sentences_are_in_the_language_of_whoever_sent_the_file(lead, world):
    upload(lead, world)
    batch = ImportBatch.objects.get()
    assert batch.language == "en"


# Who may


@pytest.mark.parametrize(
    ("who", "listed", "new", "detail", "undo"),
    [
        ("security_lead", 200, 200, 200, 200),
        ("coordinator", 200, 200, 200, 200),
        ("police", 200, 200, 404, 404),
        ("other_housing", 200, 200, 404, 404),
        ("reporter", 403, 403, 404, 404),
        ("council", 403, 403, 404, 404),
        ("coach", 403, 403, 404, 404),
        ("data_protection", 403, 403, 404, 404),
        ("administrator", 403, 403, 404, 404),
        ("stranger", 404, 404, 404, 404),
    ],
)
def test_who_sees_an_organisations_imports(client, world, who, listed, new, detail, undo):
    batch = make.ImportBatchFactory(organisation=world.housing, status=Status.DONE, stored=1)
    client.force_login(world.people[who])
    assert client.get(url("import_list")).status_code == listed
    assert client.get(url("import_new")).status_code == new
    assert client.get(url("import_detail", batch.pk)).status_code == detail
    assert client.get(url("import_report", batch.pk)).status_code == detail
    assert client.get(url("import_undo", batch.pk)).status_code == undo


def test_nobody_imports_for_another_organisation(client, world, sent):
    client.force_login(world.people["other_housing"])
    response = upload(client, world)
    assert response.status_code == 422
    assert "organisation" in response.context["form"].errors
    response = upload(client, world, profile="police_uk", organisation="")
    assert response.status_code == 422
    assert not ImportBatch.objects.exists()


def test_an_analyst_sees_every_import_but_undoes_only_the_own_organisations(client, world):
    analyst = make.MembershipFactory(role="analyst", organisation=world.municipality).user
    batch = make.ImportBatchFactory(organisation=world.housing, status=Status.DONE, stored=1)
    client.force_login(analyst)
    assert client.get(url("import_detail", batch.pk)).status_code == 200
    assert client.post(url("import_undo", batch.pk)).status_code == 403
    assert answer(client, batch, "discard").status_code == 403
    batch.refresh_from_db()
    assert batch.status == Status.DONE


def test_the_report_is_a_file_no_spreadsheet_runs(lead, world):
    batch = make.ImportBatchFactory(organisation=world.housing, status=Status.DONE, refused=2)
    make.ImportRefusalFactory(batch=batch, line=7, column="=cmd()", sentence="Säg när.")
    make.ImportRefusalFactory(batch=batch, line=3, column="Datum", sentence="Säg när.")
    response = lead.get(url("import_report", batch.pk))
    body = b"".join(response.streaming_content).decode()
    assert body.splitlines()[1:] == ["3;Datum;Säg när.", "7;'=cmd();Säg när."]
    assert body.startswith("\ufeff")


def test_progress_is_told_to_htmx_and_readable_without_it(lead, world):
    batch = make.ImportBatchFactory(organisation=world.housing, status=Status.RUNNING)
    watching.Watched(batch.pk)(40)
    page = lead.get(url("import_detail", batch.pk)).content.decode()
    assert 'value="40"' in page
    assert "<noscript>" in page
    fragment = lead.get(url("import_detail", batch.pk), headers={"HX-Request": "true"})
    assert "<html" not in fragment.content.decode()
    assert "hx-get" in fragment.content.decode()
    assert "HX-Refresh" not in fragment
    ImportBatch.objects.update(status=Status.DONE)
    assert lead.get(url("import_detail", batch.pk), headers={"HX-Request": "true"})["HX-Refresh"] == "true"


def test_the_list_shows_the_own_organisations_batches(lead, world):
    make.ImportBatchFactory(organisation=world.housing, file_name="vår.csv", status=Status.DONE, stored=3)
    make.ImportBatchFactory(organisation=world.other_housing, file_name="deras.csv")
    page = lead.get(url("import_list")).content.decode()
    assert "vår.csv" in page
    assert "deras.csv" not in page


# The workers


def test_every_status_has_a_next_step():
    assert set(actions.NEXT) == set(Status)


def test_a_second_run_of_the_task_does_nothing(lead, world):
    batch = checked(lead, world)
    answer(lead, batch, "confirm")
    tasks.run_import(batch.pk)
    stored = Incident.objects.filter(import_batch=batch).count()
    tasks.run_import(batch.pk)
    tasks.check_import(batch.pk)
    assert Incident.objects.filter(import_batch=batch).count() == stored == 1
    assert Event.objects.filter(action="import_finished").count() == 1


def test_forgotten_work_is_sent_again_and_what_has_ended_is_not(lead, world, sent):
    now = timezone.localtime()
    old = now - dt.timedelta(minutes=5)
    batches = {status: make.ImportBatchFactory(organisation=world.housing, status=status) for status in Status.values}
    fresh = make.ImportBatchFactory(organisation=world.housing, status=Status.RUNNING)
    ImportBatch.objects.exclude(pk=fresh.pk).update(touched_at=old)
    actions.pick_up_forgotten(now)
    assert sorted(sent) == sorted(
        [
            ("check_import", batches["checking"].pk),
            ("run_import", batches["queued"].pk),
            ("run_import", batches["running"].pk),
        ]
    )
    sent.clear()
    actions.pick_up_forgotten(now)
    assert sent == []


def test_an_import_that_keeps_being_interrupted_is_stopped(lead, world, settings, django_capture_on_commit_callbacks):
    batch = checked(lead, world)
    answer(lead, batch, "confirm")
    ImportBatch.objects.update(attempts=actions.MAX_ATTEMPTS)
    with django_capture_on_commit_callbacks(execute=True):
        tasks.run_import(batch.pk)
    batch.refresh_from_db()
    assert batch.status == Status.FAILED
    assert batch.problem
    assert not list(Path(settings.MEDIA_ROOT).glob("imports/*"))


def test_what_nobody_confirms_within_a_day_is_cleared_away(lead, world, settings, django_capture_on_commit_callbacks):
    batch = checked(lead, world)
    now = timezone.localtime()
    assert actions.clear_away(now + dt.timedelta(hours=23)) == 0
    with django_capture_on_commit_callbacks(execute=True):
        assert actions.clear_away(now + dt.timedelta(hours=25)) == 1
    batch.refresh_from_db()
    assert (batch.status, batch.preview, bool(batch.file)) == (Status.FAILED, [], False)
    assert not list(Path(settings.MEDIA_ROOT).glob("imports/*"))


def test_a_file_left_by_a_worker_that_died_last_of_all_is_found(lead, world, django_capture_on_commit_callbacks):
    batch = checked(lead, world)
    ImportBatch.objects.update(status=Status.DONE)
    with django_capture_on_commit_callbacks(execute=True):
        assert actions.clear_away(timezone.now()) == 1
    assert not default_storage.exists(batch.file.name)
