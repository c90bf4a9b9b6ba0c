"""Everything that can be done with an import: load a file at once, or step by step with a look before it is stored."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from audit.actions import record
from common.errors import NotPossible
from incidents import changes
from incidents.importing import storing
from incidents.importing.pipeline import Outcome, Progress, _nobody_watches, run_pipeline
from incidents.importing.profiles import PROFILES, Profile
from incidents.models import ImportBatch, ImportMapping
from partners.models import Collaboration, Organisation

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
    progress: Progress = _nobody_watches,
) -> tuple[ImportBatch, Outcome]:
    """Load a file from disk at once. All of it is stored or nothing; a dry run changes nothing."""
    organisation = organisation_for(profile, collaboration, organisation_name, make=not dry_run)
    batch = ImportBatch(
        collaboration=collaboration,
        organisation=organisation,
        started_by=by,
        profile=profile.name,
        mapping=mapping_for(profile, organisation, mapping),
        file_name=path.name[:200],
        status=ImportBatch.Status.RUNNING,
    )
    if dry_run:
        outcome = run_pipeline(path, profile=profile, batch=batch, dry_run=True, progress=progress)
        return batch, outcome
    batch.save()
    outcome = store_file(batch, path, profile=profile, by=by, progress=progress)
    return batch, outcome


def store_file(
    batch: ImportBatch, path: Path, *, profile: Profile, by: Any, progress: Progress = _nobody_watches
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
    batch.save()
    record("import_finished", by=by, subject=batch, profile=profile.name, **{n: getattr(outcome, n) for n in _COUNTS})
    changes.announce(batch.collaboration_id, outcome.area_ids)
    return outcome


def language_now() -> str:
    """The language sentences are written in for whoever asks."""
    return get_language() or "sv"
