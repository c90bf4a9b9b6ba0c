"""Who has read which report: one line of the log for each page that shows reports' texts, however many stand on it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from audit.actions import record
from incidents.models import Incident, IncidentQuerySet, Photo
from incidents.permissions import fields_visible_to, is_of_another_organisation
from partners.models import Collaboration


def note_reading(user: Any, incident: Incident, *, where: str, **details: Any) -> None:
    """Log that one report was read: another organisation's always, the own one's when its text is shown.

    Somebody who reads what they wrote themselves leaves no line.
    """
    if is_of_another_organisation(user, incident) or _shows_text(user, incident):
        record("incident_read", by=user, subject=incident, where=where, **details)


def note_reading_of_page(user: Any, incidents: Iterable[Incident], *, where: str, **details: Any) -> None:
    """Log a page with many reports as one line that holds their numbers: those whose text it shows."""
    shown = [incident for incident in incidents if _shows_text(user, incident)]
    if shown:
        record(
            "incidents_read",
            by=user,
            collaboration_id=shown[0].collaboration_id,
            where=where,
            of=Incident._meta.label_lower,
            ids=[incident.pk for incident in shown],
            **details,
        )


def note_photo(user: Any, photo: Photo) -> None:
    """Log that a photo was looked at. The reporter who looks at their own leaves no line."""
    if photo.incident.reporter_id is None or photo.incident.reporter_id != user.pk:
        record("photo_read", by=user, subject=photo.incident, photo=photo.pk)


# A file of at most this many reports is logged with their numbers, a larger one with its filter alone.
LISTED_AT_MOST = 500


def note_export(user: Any, collaboration: Collaboration, rows: IncidentQuerySet, **details: Any) -> None:
    """Log that reports were taken out as a file: how many, by which filter, and which ones where they are not many."""
    ids = list(rows.order_by().values_list("pk", flat=True)[: LISTED_AT_MOST + 1])
    listed: dict[str, Any] = {"of": Incident._meta.label_lower, "ids": ids} if len(ids) <= LISTED_AT_MOST else {}
    number = len(ids) if listed else rows.order_by().count()
    record("incidents_exported", by=user, collaboration_id=collaboration.pk, rows=number, **details, **listed)


def _shows_text(user: Any, incident: Incident) -> bool:
    is_own = incident.reporter_id is not None and incident.reporter_id == user.pk
    return bool(incident.description) and not is_own and "description" in fields_visible_to(user, incident)
