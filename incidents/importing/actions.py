"""Everything that can be done with an import: load a file at once, or step by step with a look before it is stored."""

from __future__ import annotations

import datetime as dt
import json
import uuid
from contextlib import closing
from pathlib import Path
from typing import Any

import pandas as pd
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, connection, transaction
from django.db.models import ProtectedError, RestrictedError
from django.utils import timezone, translation
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from audit.actions import record
from common.errors import NotPossible
from incidents import changes, tasks
from incidents.holds import is_held
from incidents.importing import storing, watching
from incidents.importing.generic import WrongMapping, check_headings, check_mapping, guess_columns
from incidents.importing.permissions import check_may_import, check_may_undo
from incidents.importing.personal_data import name_to_keep, points_at_somebody
from incidents.importing.pipeline import Outcome, Progress, nobody_watches, run_pipeline
from incidents.importing.profiles import PROFILES, Profile
from incidents.importing.reading import Table, UnreadableFile, first_values, open_table, too_large
from incidents.importing.watching import Watched
from incidents.models import ImportBatch, ImportMapping, Incident
from incidents.queries import allowed_words
from partners import retention
from partners.models import Collaboration, Organisation, User

_COUNTS = ["rows", "stored", "refused", "unchanged", "texts_removed", "without_place", "outside_areas"]


def profile_named(name: str) -> Profile:
    """The profile, or a sentence that lists those there are."""
    try:
        return PROFILES[name]
    except KeyError:
        raise NotPossible(
            _("There is no profile “%(name)s”. Choose one of: %(names)s.")
            % {"name": name, "names": ", ".join(sorted(PROFILES))}
        ) from None


def organisation_for(profile: Profile, collaboration: Collaboration, name: str = "", *, make: bool) -> Organisation:
    """Whose the rows become: the one named, else the source's own, which is made when it is missing (if `make`)."""
    wanted = name or profile.organisation_name
    if not wanted:
        raise NotPossible(_("Say which organisation the rows belong to."))
    known = Organisation.objects.filter(collaboration=collaboration)
    organisation = known.filter(name=wanted).first()
    if organisation is not None:
        return organisation
    if name and name != profile.organisation_name:
        raise NotPossible(
            _("There is no organisation “%(name)s” here. Choose one of: %(names)s.")
            % {"name": name, "names": ", ".join(known.values_list("name", flat=True)) or "–"}
        )
    organisation = Organisation(collaboration=collaboration, name=wanted, kind=Organisation.Kind.OPEN_DATA)
    if make:
        organisation, _made = Organisation.objects.get_or_create(
            collaboration=collaboration, name=wanted, defaults={"kind": Organisation.Kind.OPEN_DATA}
        )
    return organisation


def mapping_for(profile: Profile, organisation: Organisation, name_or_file: str) -> dict[str, Any]:
    """A saved mapping by its name, or one in a JSON file: `{"columns": {…}, "options": {…}}`."""
    if not name_or_file or not profile.needs_mapping:
        return {}
    if organisation.pk:
        saved = ImportMapping.objects.filter(organisation=organisation, name=name_or_file).first()
        if saved is not None:
            return {"columns": saved.columns, "options": saved.options}
    try:
        mapping = json.loads(Path(name_or_file).read_text(encoding="utf-8"))
    except OSError:
        names = ", ".join(ImportMapping.objects.filter(organisation=organisation).values_list("name", flat=True))
        raise NotPossible(
            _("There is no mapping or file “%(name)s”. Saved mappings: %(names)s.")
            % {"name": name_or_file, "names": names or "–"}
        ) from None
    except (UnicodeDecodeError, json.JSONDecodeError):
        mapping = None
    if not isinstance(mapping, dict) or not isinstance(mapping.get("columns"), dict):
        raise NotPossible(_("The mapping file must be JSON with the columns under “columns”."))
    return mapping


@transaction.atomic
def import_file(
    path: Path,
    *,
    profile: Profile,
    collaboration: Collaboration,
    organisation_name: str = "",
    mapping: str = "",
    by: Any = None,
    dry_run: bool = False,
    progress: Progress = nobody_watches,
) -> tuple[ImportBatch, Outcome]:
    """Load a file from disk at once. All of it is stored or nothing; a dry run changes nothing."""
    organisation = organisation_for(profile, collaboration, organisation_name, make=not dry_run)
    batch = ImportBatch(
        collaboration=collaboration,
        organisation=organisation,
        started_by=by,
        profile=profile.name,
        mapping=mapping_for(profile, organisation, mapping),
        file_name=name_to_keep(path.name, collaboration.pk),
        status=ImportBatch.Status.RUNNING,
    )
    if dry_run:
        outcome = run_pipeline(path, profile=profile, batch=batch, dry_run=True, progress=progress)
        return batch, outcome
    batch.save()
    outcome = store_file(batch, path, profile=profile, by=by, progress=progress)
    return batch, outcome


def store_file(
    batch: ImportBatch, path: Path, *, profile: Profile, by: Any, progress: Progress = nobody_watches
) -> Outcome:
    """Store the file's rows and what became of them. The caller holds the transaction and the batch's row."""
    outcome = run_pipeline(
        path,
        profile=profile,
        batch=batch,
        dry_run=False,
        progress=progress,
        keep_refusals=lambda refusals: storing.store_refusals(batch, refusals),
    )
    for name in _COUNTS:
        setattr(batch, name, getattr(outcome, name))
    batch.status, batch.finished_at, batch.progress_percent = ImportBatch.Status.DONE, timezone.now(), 100
    batch.preview = []
    batch.save()
    record("import_finished", by=by, subject=batch, profile=profile.name, **{n: getattr(outcome, n) for n in _COUNTS})
    storing.refresh_statistics(batch.stored)
    changes.announce(batch.collaboration_id, outcome.area_ids)
    return outcome


# An import from a page, step by step. Each step locks the batch, so that two clicks, or two workers, do it once.

MAX_ATTEMPTS = 5
ROWS_FOR_EXAMPLES = 20
ABANDONED_AFTER = dt.timedelta(hours=24)
FORGOTTEN_AFTER = dt.timedelta(minutes=1)

_S = ImportBatch.Status
NEXT: dict[ImportBatch.Status, set[ImportBatch.Status]] = {
    _S.UPLOADED: {_S.CHECKING, _S.FAILED},
    _S.CHECKING: {_S.CHECKED, _S.UPLOADED, _S.FAILED},
    _S.CHECKED: {_S.QUEUED, _S.CHECKING, _S.UPLOADED, _S.FAILED},
    _S.QUEUED: {_S.RUNNING, _S.FAILED},
    _S.RUNNING: {_S.DONE, _S.FAILED},
    _S.DONE: {_S.UNDONE},
    _S.FAILED: set(),
    _S.UNDONE: set(),
}
WAITS_FOR_SOMEBODY = [_S.UPLOADED, _S.CHECKED]
AT_WORK = [_S.CHECKING, _S.QUEUED, _S.RUNNING]
ENDED = [_S.DONE, _S.FAILED, _S.UNDONE]


def check_move(batch: ImportBatch, wanted: ImportBatch.Status) -> None:
    """Refuse a step that an import's life does not have, and say what can be done instead."""
    now = _S(batch.status)
    if wanted in NEXT[now]:
        return
    raise NotPossible(
        {
            _S.UPLOADED: _("First say what the columns mean."),
            _S.CHECKING: _("The file is still being checked. Wait until that is done."),
            _S.CHECKED: _("Nothing has been stored yet, so there is nothing to undo."),
            _S.QUEUED: _("The import has begun. Wait until it is done; then it can be undone."),
            _S.RUNNING: _("The import has begun. Wait until it is done; then it can be undone."),
            _S.DONE: _("The import is done already."),
            _S.FAILED: _("The import stopped, and nothing was stored. Send the file again."),
            _S.UNDONE: _("The import has been undone already. Send the file again if its rows should be stored."),
        }[now],
        code="impossible_move",
    )


def _locked(batch: ImportBatch) -> ImportBatch:
    return (
        ImportBatch.objects.select_for_update(of=("self",))
        .select_related("organisation", "collaboration")
        .get(pk=batch.pk)
    )


def start_import(
    *,
    by: User,
    profile: Profile,
    organisation: Organisation,
    upload: UploadedFile,
    mapping: ImportMapping | None = None,
) -> ImportBatch:
    """Take in a file from a page and begin checking it, or ask first what its columns mean."""
    check_may_import(by, organisation)
    if (upload.size or 0) > settings.IMPORT_MAX_BYTES:
        raise NotPossible(too_large(upload.size or 0))
    batch = ImportBatch(
        collaboration=organisation.collaboration,
        organisation=organisation,
        started_by=by,
        profile=profile.name,
        file_name=name_to_keep(upload.name or "", organisation.collaboration_id),
        language=get_language() or settings.LANGUAGE_CODE,
    )
    batch.file.save(uuid.uuid4().hex, upload, save=False)
    try:
        with transaction.atomic():
            return _begin(batch, profile, mapping)
    except BaseException:
        # Whatever went wrong, nobody else knows of the file.
        batch.file.storage.delete(str(batch.file.name))
        raise


def _begin(batch: ImportBatch, profile: Profile, mapping: ImportMapping | None) -> ImportBatch:
    with closing(open_table(Path(batch.file.path), kinds=profile.kinds, rows_in_chunk=ROWS_FOR_EXAMPLES)) as table:
        columns = table.columns
        if profile.needs_mapping:
            batch.preview = {"examples": _examples(table, batch.collaboration_id)}
        batch.mapping = {"notes": table.notes} if table.notes else {}
    if profile.needs_mapping:
        check_headings(columns)
        batch.mapping |= {"columns": guess_columns(columns), "options": {}, "headings": columns}
        if mapping is not None:
            # What the file no longer has is guessed anew, and the page says which column was missed.
            known = {name: column for name, column in mapping.columns.items() if column in columns}
            missing = mapping.columns.keys() - known.keys()
            free = set(columns) - set(known.values())
            guessed = {n: c for n, c in batch.mapping["columns"].items() if n in missing and c in free}
            batch.problem = _misfit(mapping, columns)
            batch.mapping |= {"columns": guessed | known, "options": mapping.options, "name": mapping.name}
    is_known = not profile.needs_mapping or (mapping is not None and not batch.problem)
    batch.status = _S.CHECKING if is_known else _S.UPLOADED
    batch.save()
    record("import_started", by=batch.started_by, subject=batch, profile=profile.name)
    if batch.status == _S.CHECKING:
        tasks.check_import.delay_on_commit(batch.pk)  # type: ignore[attr-defined]
    return batch


def _examples(table: Table, collaboration_id: int) -> dict[str, str]:
    """What stands in each column, so that columns can be told apart; nothing that seems to point at a person."""
    examples = pd.Series(first_values(table), dtype="str").str.slice(0, 40)
    is_personal = points_at_somebody(examples, allowed=allowed_words(collaboration_id))
    return {str(heading): value for heading, value in examples[~is_personal.to_numpy()].items()}


def _misfit(mapping: ImportMapping, columns: list[str]) -> str:
    """Why a saved mapping cannot be used for a file with these columns; empty where it can."""
    try:
        check_mapping({"columns": mapping.columns, "options": mapping.options}, columns)
    except UnreadableFile as no:
        return " ".join(no.messages)
    return ""


@transaction.atomic
def choose_columns(
    *, batch: ImportBatch, by: User, columns: dict[str, str], options: dict[str, Any], save_as: str = ""
) -> ImportBatch:
    """Say what the columns mean, keep that under a name if one is given, and check the file anew."""
    batch = _locked(batch)
    check_may_import(by, batch.organisation)
    check_move(batch, _S.CHECKING)
    check_mapping({"columns": columns, "options": options}, batch.mapping.get("headings", []))
    batch.mapping = {**batch.mapping, "columns": columns, "options": options}
    if save_as:
        ImportMapping.objects.update_or_create(
            organisation=batch.organisation,
            name=save_as,
            defaults={"collaboration": batch.collaboration, "columns": columns, "options": options},
        )
        batch.mapping["name"] = save_as
        record("import_mapping_saved", by=by, subject=batch, columns=len(columns))
    batch.status, batch.problem, batch.attempts = _S.CHECKING, "", 0
    batch.save()
    watching.forget(batch.pk)
    tasks.check_import.delay_on_commit(batch.pk)  # type: ignore[attr-defined]
    return batch


@transaction.atomic
def choose_words(*, batch: ImportBatch, by: User, words: dict[str, str]) -> ImportBatch:
    """Say which categories the file's own words mean, and check it anew. A saved mapping learns them too."""
    batch = _locked(batch)
    check_may_import(by, batch.organisation)
    options = dict(batch.mapping.get("options", {}))
    options["categories"] = {**options.get("categories", {}), **words}
    return choose_columns(
        batch=batch, by=by, columns=batch.mapping["columns"], options=options, save_as=batch.mapping.get("name", "")
    )


@transaction.atomic
def ask_again(*, batch: ImportBatch, by: User) -> ImportBatch:
    """Go back from what would happen to what the columns mean."""
    batch = _locked(batch)
    check_may_import(by, batch.organisation)
    check_move(batch, _S.UPLOADED)
    if not PROFILES[batch.profile].needs_mapping:
        raise NotPossible(_("The columns of this kind of file are known already."))
    batch.status = _S.UPLOADED
    batch.save()
    return batch


@transaction.atomic
def confirm_import(*, batch: ImportBatch, by: User) -> ImportBatch:
    """Store what was shown. It is done by a worker, and the page follows it."""
    batch = _locked(batch)
    check_may_import(by, batch.organisation)
    check_move(batch, _S.QUEUED)
    batch.status, batch.attempts = _S.QUEUED, 0
    batch.save()
    watching.forget(batch.pk)
    record("import_confirmed", by=by, subject=batch)
    tasks.run_import.delay_on_commit(batch.pk)  # type: ignore[attr-defined]
    return batch


@transaction.atomic
def discard_import(*, batch: ImportBatch, by: User) -> None:
    """Throw away a file that was never stored, and everything said about it."""
    batch = _locked(batch)
    check_may_import(by, batch.organisation)
    if batch.status not in {_S.UPLOADED, _S.CHECKING, _S.CHECKED}:
        raise NotPossible(_("The import has begun. Wait until it is done; then it can be undone."))
    record("import_discarded", by=by, subject=batch)
    _forget_file(batch)
    batch.delete()


@transaction.atomic
def undo_import(*, batch: ImportBatch, by: User) -> int:
    """Take back every incident the import stored; return how many. Rows that were there before it stay."""
    batch = _locked(batch)
    check_may_undo(by, batch)
    check_move(batch, _S.UNDONE)
    rows = Incident.objects.filter(import_batch=batch)
    retention.take_turns(batch.collaboration_id)
    if rows.filter(is_held(batch.collaboration_id)).exists():
        raise NotPossible(
            _("Some of its incidents are held back from being deleted. The hold has to be lifted or to end first.")
        )
    # A report that came another way and is counted together with one of these would be left without its event.
    if Incident.objects.filter(merged_into__import_batch=batch).exclude(import_batch=batch).exists():
        raise NotPossible(_("Other reports are counted together with incidents of this import. Take them apart first."))
    area_ids = set(rows.order_by().values_list("area_id", flat=True).distinct())
    try:
        with transaction.atomic():
            removed, _by_model = rows.delete()
            # Somebody may have counted a report together with one of these since we looked: said now, not at the end.
            with connection.cursor() as cursor:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    except (ProtectedError, RestrictedError, IntegrityError):
        raise NotPossible(
            _("Some of the incidents are used elsewhere, so the import can no longer be undone.")
        ) from None
    batch.status = _S.UNDONE
    batch.save()
    record("import_undone", by=by, subject=batch, rows=removed)
    storing.refresh_statistics(removed)
    changes.announce(batch.collaboration_id, area_ids)
    return removed


# What the workers do


def carry_out_check(batch_id: int) -> None:
    """See what the file would do, and keep that for its page. Safe to run twice, twice at once, and to kill."""
    batch = _claimed(batch_id, [_S.CHECKING], _S.CHECKING)
    if batch is None:
        return
    with transaction.atomic(), translation.override(batch.language):
        locked = _held(batch_id, _S.CHECKING)
        if locked is None:
            return
        locked.refusals.all().delete()
        try:
            with transaction.atomic():
                outcome = run_pipeline(
                    Path(locked.file.path),
                    profile=PROFILES[locked.profile],
                    batch=locked,
                    dry_run=True,
                    progress=Watched(batch_id),
                    keep_refusals=lambda refusals: storing.store_refusals(locked, refusals),
                )
        except WrongMapping as no:
            locked.status, locked.problem = _S.UPLOADED, " ".join(no.messages)
        except NotPossible as no:
            _fail(locked, " ".join(no.messages))
        else:
            for name in _COUNTS:
                setattr(locked, name, getattr(outcome, name))
            rows = json.loads(json.dumps(outcome.preview, default=str))
            examples = locked.preview.get("examples", {}) if isinstance(locked.preview, dict) else {}
            locked.preview = {"rows": rows, "words": outcome.unknown_words, "examples": examples}
            locked.status, locked.problem = _S.CHECKED, ""
        locked.save()
    watching.forget(batch_id)


def carry_out_import(batch_id: int) -> None:
    """Store a confirmed import, all of it or nothing. Safe to run twice, twice at once, and to kill."""
    batch = _claimed(batch_id, [_S.QUEUED, _S.RUNNING], _S.RUNNING)
    if batch is None:
        return
    with transaction.atomic(), translation.override(batch.language):
        locked = _held(batch_id, _S.RUNNING)
        if locked is None:
            return
        locked.refusals.all().delete()
        try:
            with transaction.atomic():
                store_file(
                    locked,
                    Path(locked.file.path),
                    profile=PROFILES[locked.profile],
                    by=locked.started_by,
                    progress=Watched(batch_id),
                )
        except NotPossible as no:
            _fail(locked, " ".join(no.messages))
        _forget_file(locked)
    watching.forget(batch_id)


def _claimed(batch_id: int, waiting: list[ImportBatch.Status], working: ImportBatch.Status) -> ImportBatch | None:
    """The batch, marked as being worked at; None when it is done, or in another worker's hands."""
    with transaction.atomic():
        batch = ImportBatch.objects.select_for_update(skip_locked=True).filter(pk=batch_id, status__in=waiting).first()
        if batch is None:
            return None
        if batch.attempts >= MAX_ATTEMPTS or not batch.file:
            with translation.override(batch.language):
                _fail(batch, _("The import was interrupted several times and has been stopped. Nothing was stored."))
            return None
        batch.status, batch.attempts = working, batch.attempts + 1
        batch.save()
        return batch


def _held(batch_id: int, working: ImportBatch.Status) -> ImportBatch | None:
    """The batch with its row locked for as long as the work takes: the lock dies with the worker."""
    return (
        ImportBatch.objects.select_for_update(skip_locked=True, of=("self",))
        .select_related("organisation", "collaboration", "started_by")
        .filter(pk=batch_id, status=working)
        .first()
    )


def _fail(batch: ImportBatch, problem: str) -> None:
    batch.status, batch.problem, batch.finished_at = _S.FAILED, problem, timezone.now()
    batch.preview = []
    batch.save()
    record("import_failed", by=batch.started_by, subject=batch)
    _forget_file(batch)


def _forget_file(batch: ImportBatch) -> None:
    """Delete the uploaded file once the transaction holds. Should that fail, `clear_away` finds it."""
    if batch.file:
        storage, name, pk = batch.file.storage, str(batch.file.name), batch.pk

        def delete() -> None:
            storage.delete(name)
            ImportBatch.objects.filter(pk=pk, file=name).update(file="")

        transaction.on_commit(delete)


def pick_up_forgotten(now: dt.datetime) -> list[int]:
    """Send again what a killed worker or a lost message left behind; return the batches. Working ones are locked."""
    with transaction.atomic():
        forgotten = list(
            ImportBatch.objects.select_for_update(skip_locked=True).filter(
                status__in=AT_WORK, touched_at__lt=now - FORGOTTEN_AFTER
            )
        )
        ids = [batch.pk for batch in forgotten]
        ImportBatch.objects.filter(pk__in=ids).update(touched_at=now)
        for batch in forgotten:
            task = tasks.check_import if batch.status == _S.CHECKING else tasks.run_import
            task.delay_on_commit(batch.pk)  # type: ignore[attr-defined]
    return ids


def clear_away(now: dt.datetime) -> int:
    """Delete the files of imports that have ended or that nobody confirmed within a day; return how many."""
    count = 0
    with transaction.atomic():
        left = ImportBatch.objects.select_for_update(skip_locked=True).exclude(file="")
        for batch in left.filter(status__in=ENDED):
            _forget_file(batch)
            count += 1
        for batch in left.filter(status__in=WAITS_FOR_SOMEBODY, touched_at__lt=now - ABANDONED_AFTER):
            with translation.override(batch.language):
                _fail(batch, _("Nobody confirmed the import within a day, so the file was deleted."))
            count += 1
    return count
