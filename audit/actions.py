"""Write to the log, seal it, and check the seals."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Callable
from typing import Any

from django.db import connection, models, transaction
from django.utils import timezone

from audit.models import DaySeal, Event, KeptFrom


def record(
    action: str,
    *,
    by: Any = None,
    subject: models.Model | None = None,
    collaboration_id: int | None = None,
    **details: Any,
) -> Event:
    """Write one line in the log: who did what with what. Details are numbers and codes, never people's words."""
    if collaboration_id is None and subject is not None:
        collaboration_id = getattr(subject, "collaboration_id", None)
    membership = by.membership_for_log(collaboration_id) if by is not None and by.is_authenticated else None
    return Event.objects.create(
        action=action,
        collaboration_id=collaboration_id,
        actor_id=by.pk if by is not None else None,
        actor_label=by.label_for_log() if by is not None and by.is_authenticated else "",
        organisation_id=membership.organisation_id if membership else None,
        organisation_label=membership.organisation.name if membership else "",
        role=membership.role if membership else "",
        subject_type=subject._meta.label_lower if subject is not None else "",
        subject_id=str(subject.pk) if subject is not None else "",
        subject_label=str(subject)[:200] if subject is not None else "",
        details=details,
    )


# What a seal covers, named one by one: a column that a later version adds must not break the seals made before it.
SEALED = (
    "id", "at", "collaboration_id", "actor_id", "actor_label", "organisation_id", "organisation_label", "role",
    "action", "subject_type", "subject_id", "subject_label", "details",
)  # fmt: skip


def _hash_of_day(day: dt.date, previous_hash: str) -> tuple[int, str]:
    zone = timezone.get_default_timezone()
    start = dt.datetime.combine(day, dt.time.min, tzinfo=zone)
    end = dt.datetime.combine(day + dt.timedelta(days=1), dt.time.min, tzinfo=zone)
    digest, count = hashlib.sha256(previous_hash.encode()), 0
    rows = Event.objects.filter(at__gte=start, at__lt=end).order_by("id").values(*SEALED)
    for row in rows.iterator():
        digest.update(json.dumps(row, sort_keys=True, default=str).encode())
        count += 1
    return count, digest.hexdigest()


def _first_day_still_being_written() -> dt.date | None:
    """The day on which the oldest open transaction that has written something began; None when there is none.

    A long import writes its line in the log before midnight and commits after it. Sealed in between, an honest day
    would look broken. PostgreSQL's own housekeeping writes too, but never in the log.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT min(xact_start) FROM pg_stat_activity WHERE datname = current_database()"
            " AND backend_type = 'client backend' AND backend_xid IS NOT NULL AND pid <> pg_backend_pid()"
        )
        (began,) = cursor.fetchone()
    return timezone.localdate(began) if began else None


@transaction.atomic
def seal_days_before(today: dt.date) -> int:
    """Seal every day that has ended and has no seal yet; return how many were sealed. Safe to run twice at once.

    A day on which something is still being written waits for the next night.
    """
    still_written = _first_day_still_being_written()
    if still_written is not None:
        today = min(today, still_written)
    latest = DaySeal.objects.select_for_update().order_by("-day").first()
    first = Event.objects.order_by("id").first()
    if latest is None and first is None:
        return 0
    day = latest.day + dt.timedelta(days=1) if latest else timezone.localdate(first.at)  # type: ignore[union-attr]
    previous_hash = latest.hash if latest else ""
    sealed = 0
    while day < today:
        events, digest = _hash_of_day(day, previous_hash)
        _, is_ours = DaySeal.objects.get_or_create(
            day=day, defaults={"events": events, "previous_hash": previous_hash, "hash": digest}
        )
        if not is_ours:
            break
        previous_hash, day, sealed = digest, day + dt.timedelta(days=1), sealed + 1
    return sealed


def broken_seals() -> list[dt.date]:
    """The days whose rows no longer agree with their seal, oldest first.

    Of days that are purged only the seals are left: they must still hang together.
    """
    broken, previous_hash = [], ""
    known = _kept_from()
    for seal in DaySeal.objects.order_by("day"):
        is_purged = known is not None and seal.day < known.day and seal.day.isoformat() not in known.held
        is_as_sealed = is_purged or _hash_of_day(seal.day, previous_hash) == (seal.events, seal.hash)
        if seal.previous_hash != previous_hash or not is_as_sealed:
            broken.append(seal.day)
        previous_hash = seal.hash
    return broken


def _kept_from() -> KeptFrom | None:
    return KeptFrom.objects.order_by("-day", "-pk").first()


def keep_from(day: dt.date, *, is_held: Callable[[dt.date], bool] = lambda day: False) -> None:
    """Say that the days before this one are purged but for those held, before the first of their lines goes."""
    known = _kept_from()
    first = known.day if known else DaySeal.objects.order_by("day").values_list("day", flat=True).first() or day
    until = max(day, first)
    # What was purged before somebody held it stays purged.
    whole = [dt.date.fromisoformat(text) for text in known.held] if known else []
    whole += [first + dt.timedelta(days=number) for number in range((until - first).days)]
    held = [one.isoformat() for one in whole if is_held(one)]
    if known is None or (until, held) != (known.day, known.held):
        KeptFrom.objects.create(day=until, held=held)


def purge_events(ids: list[int], before: dt.date) -> None:
    """Take lines out of the log whose time is over: the only way the database lets a line go.

    It lets none go that is younger than two years, whoever asks; inside a transaction.
    """
    moment = dt.datetime.combine(before, dt.time.min, tzinfo=timezone.get_default_timezone())
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('audit.purge_before', %s, true)", [moment.isoformat()])
        cursor.execute("DELETE FROM audit_event WHERE id = ANY(%s) AND at < %s", [ids, moment])
        cursor.execute("SELECT set_config('audit.purge_before', '', true)")
