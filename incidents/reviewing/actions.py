"""Deciding on many reports at once: each row by its own action, a whole import by one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from audit.actions import record
from common.errors import NotAllowed, NotPossible
from incidents import tasks
from incidents.actions import approve_incident
from incidents.changes import announce
from incidents.importing.storing import refresh_statistics
from incidents.models import ImportBatch, Incident, IncidentQuerySet, Status
from incidents.permissions import check_may_review_in
from partners.models import User

# An import with more rows than this is approved by a worker; nobody waits for it at the screen.
AT_ONCE_UP_TO = 500
FORGOTTEN_AFTER = dt.timedelta(minutes=1)


@dataclass
class Marked:
    """What became of the marked reports: those approved, and why each of the others was not."""

    approved: list[Incident] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)


def approve_marked(*, marked: Sequence[tuple[Incident, str]], by: User) -> Marked:
    """Approve reports one by one, each as it was seen. One that cannot be approved does not hold the others up."""
    result = Marked()
    for incident, as_seen in marked:
        try:
            result.approved.append(approve_incident(incident=incident, by=by, as_seen=as_seen))
        except NotPossible as no:
            own = Incident.objects.filter(pk=incident.pk, status=Status.APPROVED, reviewed_by=by)
            if getattr(no, "code", None) == "already_decided" and own.exists():
                # Pressed twice, or sent again by the browser: it is done.
                result.approved.append(incident)
            else:
                result.refused.append(" ".join(no.messages))
        except NotAllowed as no:
            result.refused.append(str(no))
    return result


@transaction.atomic
def approve_import(*, batch: ImportBatch, by: User) -> int | None:
    """Approve what waits of an import, but for rows whose text was removed. None: a worker does it, there are many."""
    batch = ImportBatch.objects.select_for_update(of=("self",)).get(pk=batch.pk)
    check_may_review_in(by, batch.collaboration_id)
    waiting = _waiting_of(batch).order_by()[: AT_ONCE_UP_TO + 1].count()
    if not waiting:
        raise NotPossible(_("Nothing of this import waits any more."), code="nothing_waits")
    if waiting <= AT_ONCE_UP_TO:
        return _approve_rows(batch, by, timezone.now())
    if batch.approval_asked_at is None:
        batch.approval_asked_at, batch.approval_asked_by = timezone.now(), by
        batch.save(update_fields=["approval_asked_at", "approval_asked_by"])
        tasks.approve_rows_of_import.delay_on_commit(batch.pk)  # type: ignore[attr-defined]
    return None


@transaction.atomic
def carry_out_approval(batch_id: int) -> int:
    """Approve the rows somebody asked to approve. Safe to run twice, twice at once, and to kill: all rows or none."""
    batch = (
        ImportBatch.objects.select_for_update(skip_locked=True, of=("self",))
        .filter(pk=batch_id, approval_asked_at__isnull=False)
        .first()
    )
    if batch is None:
        return 0
    by, asked_at = batch.approval_asked_by, batch.approval_asked_at
    batch.approval_asked_at = batch.approval_asked_by = None
    batch.save(update_fields=["approval_asked_at", "approval_asked_by"])
    # What has come back since, or has been decided by hand, stays as it is.
    return _approve_rows(batch, by, asked_at)


def pick_up_forgotten_approvals(now: dt.datetime) -> list[int]:
    """Send again what a killed worker or a lost message left behind; return the imports."""
    left = ImportBatch.objects.filter(approval_asked_at__lt=now - FORGOTTEN_AFTER)
    ids = list(left.order_by("pk").values_list("pk", flat=True))
    for pk in ids:
        tasks.approve_rows_of_import.delay(pk)
    return ids


def _waiting_of(batch: ImportBatch) -> IncidentQuerySet:
    return Incident.objects.filter(import_batch=batch, status=Status.SUBMITTED, is_text_removed=False)


def _approve_rows(batch: ImportBatch, by: User | None, asked_at: dt.datetime | None) -> int:
    rows = _waiting_of(batch).filter(submitted_at__lte=asked_at or timezone.now())
    area_ids = set(rows.order_by().values_list("area_id", flat=True).distinct())
    number = rows.update(status=Status.APPROVED, review_reason="", reviewed_at=asked_at, reviewed_by=by)
    if number:
        record("import_approved", subject=batch, by=by, rows=number)
        refresh_statistics(number)
        announce(batch.collaboration_id, area_ids)
    return number
