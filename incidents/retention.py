"""What reports and imports keep for a time, and what is left of them afterwards: numbers by place and month."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import connection, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from common.days import midnight
from incidents import queries
from incidents.changes import announce
from incidents.coverage.deadlines import rhythm_of
from incidents.holds import held_by
from incidents.models import ImportBatch, ImportRefusal, Incident, Photo, ReportingRhythm, Status
from incidents.photos.actions import delete_photos, remove_photos
from incidents.rules import RejectReason
from partners import retention
from partners.log import prefixed
from partners.models import Collaboration, LegalHold, Organisation
from privacy import guard

# So many files can be chosen from when one is held.
MOST_FILES = 200
# Everything that has been sent in. What was never approved is not counted, before or after.
SENT_IN = (Status.SUBMITTED, Status.APPROVED, Status.RETURNED, Status.REJECTED, Status.MERGED)


# --- Drafts -----------------------------------------------------------------------------------------------------------


def _due_drafts(collaboration: Collaboration, before: dt.date) -> QuerySet[Incident]:
    return Incident.objects.filter(collaboration=collaboration, status=Status.DRAFT, created_at__lt=midnight(before))


def _delete_drafts(collaboration: Collaboration, ids: list[int]) -> None:
    drafts = Incident.objects.filter(pk__in=ids, status=Status.DRAFT)
    delete_photos(Photo.objects.filter(incident__in=drafts))
    drafts.delete()


# --- Texts ------------------------------------------------------------------------------------------------------------


def _due_texts(collaboration: Collaboration, before: dt.date) -> QuerySet[Incident]:
    """Counted from the day it happened, and at the earliest from the day it came in."""
    return Incident.objects.filter(
        Q(status=Status.RETURNED) & ~Q(review_reason="") | ~Q(description=""),
        collaboration=collaboration,
        status__in=SENT_IN,
        occurred_on__lt=before,
        created_at__lt=midnight(before),
    )


def _blank_texts(collaboration: Collaboration, ids: list[int]) -> None:
    rows = Incident.objects.filter(pk__in=ids)
    # Why a report was rejected is a code; why it was returned is somebody's words.
    rows.filter(status=Status.RETURNED).update(review_reason="")
    rows.update(description="", text_purged_at=timezone.now())


# --- Photos -----------------------------------------------------------------------------------------------------------


def _due_photos(collaboration: Collaboration, before: dt.date) -> QuerySet[Photo]:
    """By the texts' rule and the same two days: a photo says at least as much as a text."""
    return Photo.objects.kept().filter(
        collaboration=collaboration, incident__occurred_on__lt=before, incident__created_at__lt=midnight(before)
    )


def _delete_photo_files(collaboration: Collaboration, ids: list[int]) -> None:
    remove_photos(Photo.objects.filter(pk__in=ids), Photo.Removal.TIME, by=None)


def _photos_held_by(hold: LegalHold) -> Q:
    return Q(incident__in=Incident.objects.filter(held_by(hold), collaboration=hold.collaboration_id))


# --- What points at a person ------------------------------------------------------------------------------------------


def _due_persons(collaboration: Collaboration, before: dt.date) -> QuerySet[Incident]:
    """Reports rejected because they point at a person, and returned ones whose text still does."""
    old = Incident.objects.filter(collaboration=collaboration, reviewed_at__lt=midnight(before))
    words = queries.allowed_words(collaboration.pk)
    returned = old.filter(status=Status.RETURNED).exclude(description="").values_list("pk", "description")
    found = [pk for pk, text in returned.iterator(chunk_size=500) if guard.find_personal_data(text, allowed=words)]
    return old.filter(Q(status=Status.REJECTED, review_reason=RejectReason.PERSONAL_DATA) | Q(pk__in=found))


def _remove_persons(collaboration: Collaboration, ids: list[int]) -> None:
    rows = Incident.objects.filter(pk__in=ids)
    returned = rows.filter(status=Status.RETURNED)
    remove_photos(Photo.objects.filter(incident__in=returned), Photo.Removal.TIME, by=None)
    returned.update(description="", is_text_removed=True)
    purge_to_statistics(collaboration, list(rows.filter(status=Status.REJECTED).values_list("pk", flat=True)))


# --- Points, times and everything else that is not a number -----------------------------------------------------------


def _due_points(collaboration: Collaboration, before: dt.date) -> QuerySet[Incident]:
    """Open data stay as they are: whoever wants them finds them where they were published."""
    return Incident.objects.filter(collaboration=collaboration, status__in=SENT_IN, occurred_on__lt=before).exclude(
        organisation__kind=Organisation.Kind.OPEN_DATA
    )


# Who has reported is asked by the week, which the rows no longer know: what counts in `incidents.coverage.answers`. A
# fortnight may be answered in its first week for the second.
_KEEP_WEEKS = """
INSERT INTO incidents_reportedweek (collaboration_id, organisation_id, unit_id, area_id, week_start)
SELECT DISTINCT collaboration_id, organisation_id, unit_id, CASE WHEN unit_id IS NULL THEN area_id END,
       date_trunc('week', occurred_on::timestamp)::date
FROM incidents_incident
WHERE id = ANY(%(ids)s) AND status NOT IN ('draft', 'purged') AND time_precision <> 'month'
      -- A remainder is negative before the day that the periods are counted from.
      AND (created_at AT TIME ZONE %(zone)s)::date
          >= occurred_on - ((occurred_on - %(anchor)s) %% %(days)s + %(days)s) %% %(days)s
ON CONFLICT DO NOTHING
"""

_TO_STATISTICS = """
UPDATE incidents_incident SET
    is_counted = (status = 'approved'),
    status = 'purged',
    occurred_from = date_trunc('month', occurred_on::timestamp) AT TIME ZONE %(zone)s,
    occurred_to = NULL,
    occurred_on = date_trunc('month', occurred_on::timestamp)::date,
    time_precision = 'month',
    lon = NULL, lat = NULL, cell = NULL,
    precision = CASE WHEN place_id IS NULL THEN 'area' ELSE 'place' END,
    reporter_id = NULL, reviewed_by_id = NULL,
    description = '', review_reason = '', certainty = '', persons = '', unsafety = NULL,
    client_uuid = NULL, client_body_hash = '',
    created_at = date_trunc('month', created_at, %(zone)s), submitted_at = NULL, reviewed_at = NULL,
    text_purged_at = coalesce(text_purged_at, now()),
    -- A number is nobody's companion: what counted for it can be returned again, and nothing waits for that row.
    merged_into_id = NULL, merged_was = ''
WHERE id = ANY(%(ids)s) AND status <> 'purged'
RETURNING area_id
"""


def purge_to_statistics(collaboration: Collaboration, ids: list[int]) -> None:
    """Leave of these reports what the figures count: what kind of thing, in which area and place, in which month.

    The row stays under its number and its source's key, so that an old file that comes again changes nothing.
    """
    if not ids:
        return
    delete_photos(Photo.objects.filter(incident_id__in=ids))
    with connection.cursor() as cursor:
        named: dict[str, Any] = {"ids": ids, "zone": timezone.get_default_timezone_name()}
        rhythm = rhythm_of(collaboration)
        days = 14 if rhythm.every == ReportingRhythm.Every.FORTNIGHT else 7
        cursor.execute(_KEEP_WEEKS, {**named, "anchor": rhythm.fortnights_from, "days": days})
        cursor.execute(_TO_STATISTICS, named)
        areas = {area_id for (area_id,) in cursor.fetchall()}
    announce(collaboration.pk, areas)


# --- Files ------------------------------------------------------------------------------------------------------------


def _due_files(collaboration: Collaboration, before: dt.date) -> QuerySet[ImportBatch]:
    refused = Exists(ImportRefusal.objects.filter(batch=OuterRef("pk")))
    return ImportBatch.objects.filter(
        refused | ~Q(preview=[]) | ~Q(file="") | ~Q(mapping={}),
        collaboration=collaboration,
        finished_at__lt=midnight(before),
    )


def _empty_batches(collaboration: Collaboration, ids: list[int]) -> None:
    ImportRefusal.objects.filter(batch_id__in=ids).delete()
    for batch in ImportBatch.objects.filter(pk__in=ids):
        if batch.file:
            storage, name = batch.file.storage, batch.file.name
            transaction.on_commit(lambda storage=storage, name=name: storage.delete(name), robust=True)  # type: ignore[misc]
    # The headings and the sheets' names are the file's own words. What was saved under a name stays with that name.
    ImportBatch.objects.filter(pk__in=ids).update(preview=[], file="", mapping={})


def files_held_by(hold: LegalHold) -> Q:
    """The files a hold keeps: the one it is about, the one a report came by, or those that were read in some days."""
    if hold.scope == "import":
        return Q(pk=int(hold.subject_id))
    if hold.scope == "report":
        return Q(pk__in=Incident.objects.filter(pk=int(hold.subject_id)).values("import_batch"))
    if hold.scope != retention.DAYS:
        return Q(pk__in=[])
    kept = Q(pk__isnull=False)
    if hold.first_day:
        kept &= Q(finished_at__gte=midnight(hold.first_day))
    if hold.last_day and hold.last_day < dt.date.max:
        kept &= Q(finished_at__lt=midnight(hold.last_day + dt.timedelta(days=1)))
    return kept


def _files(collaboration: Collaboration) -> list[tuple[str, str]]:
    """The imports whose file or refused rows are still here, the latest first."""
    rows = _due_files(collaboration, timezone.localdate() + dt.timedelta(days=1)).select_related("organisation")
    return [
        (
            str(batch.pk),
            f"{batch.file_name}, {batch.organisation.name}, {timezone.localtime(batch.created_at):%Y-%m-%d}",
        )
        for batch in rows.order_by("-created_at", "-pk")[:MOST_FILES]
    ]


KINDS = [
    retention.Kind(
        code="persons",
        label=_("Reports that point at a person"),
        what_happens=_("Of a rejected report only the number is left; a returned one loses its text."),
        default_days=7,
        most_days=7,
        law=_("GDPR article 10: as soon as can be, within seven days."),
        due=_due_persons,
        dated_by="reviewed_at",
        purge=_remove_persons,
        held_by=held_by,
    ),
    retention.Kind(
        code="drafts",
        label=_("Drafts of reports"),
        what_happens=_("The draft is deleted."),
        default_days=30,
        most_days=90,
        due=_due_drafts,
        dated_by="created_at",
        purge=_delete_drafts,
        held_by=held_by,
    ),
    retention.Kind(
        code="import_files",
        label=_("Uploaded files, and rows that imports refused"),
        what_happens=_("The file, its headings and the list of refused rows are deleted. How many they were stays."),
        default_days=30,
        most_days=365,
        due=_due_files,
        dated_by="finished_at",
        purge=_empty_batches,
        held_by=files_held_by,
    ),
    retention.Kind(
        code="texts",
        label=_("Texts of reports"),
        what_happens=_("The text is deleted. What happened, where and when stays."),
        default_days=365,
        least_days=30,
        most_days=730,
        law=_("The archive authority decides; between six and twelve months are proposed."),
        due=_due_texts,
        dated_by="occurred_on",
        purge=_blank_texts,
        held_by=held_by,
    ),
    retention.Kind(
        code="photos",
        label=_("Photos of reports"),
        what_happens=_("The photo is deleted, as the report's text is. That there was one stays."),
        default_days=365,
        least_days=30,
        most_days=730,
        law=_("They follow the rule for texts of reports."),
        due=_due_photos,
        dated_by="incident__occurred_on",
        purge=_delete_photo_files,
        held_by=_photos_held_by,
        follows="texts",
    ),
    retention.Kind(
        code="points",
        label=_("Reports with point and time"),
        what_happens=_("Only statistics are left: what, in which area and place, in which month. All counts stay."),
        default_days=1095,
        least_days=365,
        law=_("The archive authority decides; two to three years are proposed."),
        due=_due_points,
        dated_by="occurred_on",
        purge=purge_to_statistics,
        held_by=held_by,
        by_month=True,
    ),
]


def _find_report(collaboration: Collaboration, text: str) -> tuple[str, str] | None:
    pk = prefixed("H")(text)
    found = pk and Incident.objects.filter(collaboration=collaboration, pk=int(pk)).exclude(status=Status.PURGED)
    return (pk, f"H-{pk}") if pk and found and found.exists() else None


def _find_file(collaboration: Collaboration, text: str) -> tuple[str, str] | None:
    label = dict(_files(collaboration)).get(text)
    return (text, label[:200]) if label else None


def register_kinds() -> None:
    """Tell `partners.retention` of this room's kinds."""
    for kind in KINDS:
        retention.register(kind)
    retention.register_scope(retention.Scope(code="report", label=_("one report"), find=_find_report))
    retention.register_scope(
        retention.Scope(code="import", label=_("an uploaded file"), find=_find_file, choices=_files)
    )
