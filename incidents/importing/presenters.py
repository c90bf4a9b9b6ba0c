"""An import in words and numbers, as its pages show it."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from areas.models import Area, Place
from incidents.importing.profiles import PROFILES
from incidents.importing.storing import lands_approved
from incidents.models import ImportBatch, Incident
from incidents.models import Status as IncidentStatus

Status = ImportBatch.Status
TONES = {
    Status.DONE: "success",
    Status.FAILED: "danger",
    Status.CHECKED: "info",
    Status.UPLOADED: "info",
    Status.UNDONE: "neutral",
}


def number(value: int) -> str:
    """A whole number with its thousands apart."""
    return str(number_format(value, force_grouping=True))


def profile_label(batch: ImportBatch) -> str:
    """What kind of file it was."""
    return str(PROFILES[batch.profile].label) if batch.profile in PROFILES else batch.profile


def list_row(batch: ImportBatch) -> dict[str, Any]:
    """One line of the list."""
    is_counted = batch.status in {Status.DONE, Status.UNDONE}
    return {
        "batch": batch,
        "status": {"text": batch.get_status_display(), "tone": TONES.get(Status(batch.status), "neutral")},
        "profile": profile_label(batch),
        "by": str(batch.started_by) if batch.started_by else _("from the command line"),
        # On a phone, where the row is a sentence, what is not counted or none is left out.
        "counts": [
            {"label": label, "number": number(rows) if is_counted else "–", "says_nothing": not (is_counted and rows)}
            for label, rows in (
                (_("Stored"), batch.stored),
                (_("Refused"), batch.refused),
                (_("Unchanged"), batch.unchanged),
            )
        ],
        # What waits for whoever sent the file.
        "next_step": {Status.UPLOADED: _("Choose the columns"), Status.CHECKED: _("Look and store")}.get(
            Status(batch.status), ""
        ),
        "can_be_undone": batch.status == Status.DONE and batch.stored > 0,
    }


def heading(batch: ImportBatch) -> str:
    """The page's finding."""
    if batch.status == Status.UPLOADED:
        return _("What do the columns mean?")
    if batch.status == Status.CHECKING:
        return _("The file is being checked")
    if batch.status == Status.CHECKED:
        if not batch.stored:
            return _("Nothing new would be stored")
        return ngettext(
            "%(count)s new incident would be stored", "%(count)s new incidents would be stored", batch.stored
        ) % {"count": number(batch.stored)}
    if batch.status in {Status.QUEUED, Status.RUNNING}:
        return _("The incidents are being stored")
    if batch.status == Status.FAILED:
        return _("The import stopped, and nothing was stored")
    if batch.status == Status.UNDONE:
        return _("The import has been undone")
    if not batch.stored:
        return _("Nothing new was stored")
    return ngettext("%(count)s new incident was stored", "%(count)s new incidents were stored", batch.stored) % {
        "count": number(batch.stored)
    }


def progress_text(batch: ImportBatch) -> str:
    """What is going on while the reader waits."""
    if batch.status == Status.CHECKING:
        return _("Every row is being checked. Nothing is stored.")
    if batch.status == Status.QUEUED:
        return _("The import waits for its turn.")
    if batch.status == Status.RUNNING:
        return _("Rows are being checked and stored. Either all good rows are stored, or none.")
    return _("It is done.")


def facts(batch: ImportBatch) -> list[tuple[str, str]]:
    """What the import is, as label and value."""
    rows = [
        (_("File"), batch.file_name),
        (_("Kind of file"), profile_label(batch)),
        (_("Organisation"), batch.organisation.name),
        (_("Sent by"), str(batch.started_by) if batch.started_by else _("from the command line")),
        (_("Sent"), f"{timezone.localtime(batch.created_at):%Y-%m-%d %H:%M}"),
    ]
    if left_out := columns_left_out(batch):
        rows.append((_("Columns not used"), ", ".join(left_out)))
    if batch.finished_at:
        rows.append((_("Ended"), f"{timezone.localtime(batch.finished_at):%Y-%m-%d %H:%M}"))
    return rows


def columns_left_out(batch: ImportBatch) -> list[str]:
    """The file's headings that nothing was chosen for."""
    chosen = set(batch.mapping.get("columns", {}).values())
    return [heading for heading in batch.mapping.get("headings", []) if heading not in chosen]


def _landing(batch: ImportBatch) -> str:
    """What becomes of the rows that are stored: whether they count at once or wait."""
    if batch.status == Status.DONE:
        return _(
            "New incidents. Approved ones are counted; those that wait are not, until a coordinator approves them."
        )
    if not lands_approved(batch):
        return _("New incidents. They are counted when a coordinator has approved them.")
    if batch.texts_removed:
        return _("New incidents, approved at once, except those whose text was removed: they wait for a coordinator.")
    return _("New incidents, approved at once.")


def waiting_of(batch: ImportBatch) -> int:
    """How many rows of the import wait for a coordinator."""
    return Incident.objects.filter(import_batch=batch, status=IncidentStatus.SUBMITTED).count()


def counts(batch: ImportBatch, *, waiting: int = 0) -> list[dict[str, Any]]:
    """The numbers, each with what it means. rows = stored + refused + unchanged."""
    stored = {
        "label": _("Would be stored") if batch.status == Status.CHECKED else _("Stored"),
        "value": batch.stored,
        "meaning": _landing(batch),
    }
    waits = {
        "label": _("Waiting for review"),
        "value": waiting,
        "meaning": _("Of those stored: counted when a coordinator has approved them."),
    }
    if batch.status == Status.UNDONE:
        stored |= {
            "label": _("Taken back"),
            "meaning": _("They were stored, and were removed when the import was undone."),
        }
    return [
        {
            "label": _("Rows in the file"),
            "value": batch.rows,
            "meaning": _("Rows with something in them, without the headings."),
        },
        stored,
        {
            "label": _("Refused"),
            "value": batch.refused,
            "meaning": _("Rows that break a rule. They are listed with what to do; the others are not held up."),
        },
        {
            "label": _("Unchanged"),
            "value": batch.unchanged,
            "meaning": _("Rows that were stored before, from this file or another. They are left as they are."),
        },
        {
            "label": _("Without a place"),
            "value": batch.without_place,
            "meaning": _("Of those stored: counted, but never drawn on a map."),
        },
        {
            "label": _("Outside the areas"),
            "value": batch.outside_areas,
            "meaning": _("Of those stored: counted, but in none of the areas you follow."),
        },
        {
            "label": _("Texts removed"),
            "value": batch.texts_removed,
            "meaning": _("Of those stored: the text seemed to point at a person, so only the rest was stored."),
        },
        *([waits] if waiting else []),
    ]


def preview_rows(batch: ImportBatch) -> list[list[Any]]:
    """The first rows as they will be stored: line, when, what, where, text."""
    rows = batch.preview.get("rows", []) if isinstance(batch.preview, dict) else []
    areas = Area.objects.in_bulk([row["area_id"] for row in rows if row["area_id"]])
    places = Place.objects.in_bulk([row["place_id"] for row in rows if row["place_id"]])
    shown = []
    for row in rows:
        area, place = areas.get(row["area_id"]), places.get(row["place_id"])
        location = Incident.Location(row["location"]).label
        where = ", ".join(str(name) for name in (place, area) if name) or str(location)
        text = _("(text removed)") if row["is_text_removed"] else row["description"]
        shown.append([row["line"], _when(row), row["category"], where, text])
    return shown


def _when(row: dict[str, Any]) -> str:
    begins = timezone.localtime(parse_datetime(row["occurred_from"]))
    if row["time_precision"] == Incident.TimePrecision.MONTH:
        return f"{begins:%Y-%m}"
    if row["time_precision"] == Incident.TimePrecision.DAY:
        return f"{begins:%Y-%m-%d}"
    if not row["occurred_to"]:
        return f"{begins:%Y-%m-%d %H:%M}"
    return f"{begins:%Y-%m-%d %H:%M} – {timezone.localtime(parse_datetime(row['occurred_to'])):%Y-%m-%d %H:%M}"
