"""How long things are kept: which kinds there are, what is due, and taking it away in small batches that leave a proof.

A room registers what it can purge in its `AppConfig.ready()`. Everything that is held back by a hold is left alone.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import logging
import math
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import connection, models, transaction
from django.db.models import Count, Max, Min, Q
from django.utils import timezone
from django.utils.translation import ngettext

from audit.actions import record
from partners.models import Collaboration, LegalHold, Purge, RetentionRule, User

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

logger = logging.getLogger(__name__)

BATCH_SIZE = 500
# The scope of a hold that is about nothing but days: it holds everything of these days.
DAYS = "days"
# Any number of our own: whoever purges or holds in a collaboration takes turns.
_LOCK = 20_166_401


@dataclass(frozen=True, kw_only=True)
class Kind:
    """One kind of thing that is kept for a time, and how it is found and taken away."""

    code: str
    label: _StrPromise | str
    # What is left once the time is over, in a sentence.
    what_happens: _StrPromise | str
    default_days: int
    # The bounds that a law or the archive authority's decision gives, and the sentence that says which.
    least_days: int = 1
    most_days: int = 36_500
    law: _StrPromise | str = ""
    # The rows older than a day, in no order, and the field that says how old they are.
    due: Callable[[Collaboration, dt.date], models.QuerySet]
    dated_by: str
    # Take away these rows, which are locked; called inside a transaction.
    purge: Callable[[Collaboration, list[int]], None]
    # The rows a hold keeps, as a condition on `due`; without it a hold does not concern the kind.
    held_by: Callable[[LegalHold], Q] | None = None
    # Where less than a whole month must not go, the cut is moved back to one.
    by_month: bool = False
    # The kind whose rule it follows: it has none of its own, so that what belongs together goes together.
    follows: str = ""
    # Told inside the transaction before the first row goes: the day before which everything is taken away.
    begin: Callable[[Collaboration, dt.date], None] | None = None


@dataclass(frozen=True, kw_only=True)
class Scope:
    """What a hold can be about: its name, and what finds the thing in what somebody writes or chooses."""

    code: str
    label: _StrPromise | str
    # The id and label of the thing; None when there is no such thing in the collaboration.
    find: Callable[[Collaboration, str], tuple[str, str] | None]
    # What there is to choose from, as (id, label); None where it is written.
    choices: Callable[[Collaboration], list[tuple[str, str]]] | None = None


_kinds: dict[str, Kind] = {}
_scopes: dict[str, Scope] = {}


def register(kind: Kind) -> None:
    """Add a kind of thing that is kept for a time."""
    _kinds[kind.code] = kind


def register_scope(scope: Scope) -> None:
    """Add something that a hold can be about."""
    _scopes[scope.code] = scope


def kinds() -> list[Kind]:
    """Every kind, those that go soonest first."""
    return sorted(_kinds.values(), key=lambda kind: (kind.default_days, kind.code))


def kind_named(code: str) -> Kind | None:
    """The kind with this code."""
    return _kinds.get(code)


def scopes() -> list[Scope]:
    """Everything a hold can be about."""
    return list(_scopes.values())


# --- What is due ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Due:
    """What a run would do with one kind today."""

    kind: Kind
    days: int
    before: dt.date
    number: int
    held: int
    first_day: dt.date | None
    last_day: dt.date | None


def days_for(collaboration: Collaboration, kind: Kind) -> int:
    """How many days the collaboration keeps the kind: its own rule, or what we propose."""
    rule = RetentionRule.objects.filter(collaboration=collaboration, kind=kind.follows or kind.code).first()
    return rule.days if rule else kind.default_days


def in_words(days: int) -> str:
    """How long something is kept, in years where they are whole ones."""
    years = round(days / 365.25)
    if years and days in (365 * years, int(365.25 * years), math.ceil(365.25 * years)):
        return ngettext("%(count)d year", "%(count)d years", years) % {"count": years}
    return ngettext("%(count)d day", "%(count)d days", days) % {"count": days}


def before_for(collaboration: Collaboration, kind: Kind, today: dt.date) -> dt.date:
    """The day before which things of the kind are taken away."""
    return cut(kind, today, days_for(collaboration, kind))


def cut(kind: Kind, today: dt.date, days: int) -> dt.date:
    """The first day that is kept."""
    before = today - dt.timedelta(days=days)
    return before.replace(day=1) if kind.by_month else before


def look(collaboration: Collaboration, today: dt.date) -> list[Due]:
    """What the night's run would do, kind by kind. Nothing is changed."""
    found = []
    for kind in kinds():
        days = days_for(collaboration, kind)
        before = cut(kind, today, days)
        rows, held = _rows(collaboration, kind, before, today)
        told = rows.order_by().aggregate(number=Count("pk"), first=Min(kind.dated_by), last=Max(kind.dated_by))
        number_held = held.order_by().count() if held is not None else 0
        first, last = _day(told["first"]), _day(told["last"])
        found.append(Due(kind, days, before, told["number"], number_held, first, last))
    return found


def _rows(
    collaboration: Collaboration, kind: Kind, before: dt.date, today: dt.date
) -> tuple[models.QuerySet, models.QuerySet | None]:
    """What is due and goes, and what is due and held (None where no hold concerns the kind)."""
    due = kind.due(collaboration, before)
    if kind.held_by is None:
        return due, None
    holds = list(LegalHold.objects.in_force(today).filter(collaboration=collaboration))
    if not holds:
        return due, None
    is_held = Q()
    for hold in holds:
        is_held |= kind.held_by(hold)
    # By number, so that a condition on an empty field can never count as neither held nor free.
    return due.exclude(pk__in=due.filter(is_held).values("pk")), due.filter(is_held)


def _day(value: dt.date | dt.datetime | None) -> dt.date | None:
    return timezone.localdate(value) if isinstance(value, dt.datetime) else value


# --- The run ----------------------------------------------------------------------------------------------------------


def purge_collaboration(collaboration: Collaboration, *, today: dt.date, by: User | None = None) -> uuid.UUID:
    """Take away everything that is due in a collaboration, kind by kind and batch by batch; return the run's number.

    Every batch is a transaction of its own, with its proof in it: a run that is cut off leaves what it did and its
    proofs, and the next one goes on. Two at once take turns at each batch, and the second finds nothing left of it.
    """
    run, total, digests, kept = uuid.uuid4(), 0, "", 0
    failure: Exception | None = None
    for kind in kinds():
        try:
            number, held, digest = _purge_kind(collaboration, kind, run, today, by)
        except Exception as error:
            # What one kind cannot do must not keep the others: the run goes on, and is told as cut off.
            logger.exception("purging %s in collaboration %s stopped", kind.code, collaboration.pk)
            failure = error
            continue
        total, kept, digests = total + number, kept + held, digests + digest
    if failure is not None:
        raise failure
    Purge.objects.create(
        collaboration=collaboration, run=run, number=total, held=kept, before=today, hash=_hash(digests), **_ordered(by)
    )
    return run


def _purge_kind(
    collaboration: Collaboration, kind: Kind, run: uuid.UUID, today: dt.date, by: User | None
) -> tuple[int, int, str]:
    before = before_for(collaboration, kind, today)
    last_pk, total, digest = 0, 0, ""
    while True:
        with transaction.atomic():
            take_turns(collaboration.pk)
            # First: what another collaboration holds meanwhile is then kept of a day called purged, and no day that is
            # called whole loses a line.
            if kind.begin is not None and _rows(collaboration, kind, before, today)[0].exists():
                kind.begin(collaboration, before)
            rows, held = _rows(collaboration, kind, before, today)
            found = list(
                rows.filter(pk__gt=last_pk)
                .order_by("pk")
                .select_for_update(skip_locked=True, of=("self",))
                .values_list("pk", kind.dated_by)[:BATCH_SIZE]
            )
            if not found:
                break
            ids = [pk for pk, _date in found]
            days = [day for day in (_day(date) for _pk, date in found) if day is not None]
            kind.purge(collaboration, ids)
            digest = _hash(digest + "".join(f"{kind.code}:{pk}\n" for pk in ids))
            Purge.objects.create(
                collaboration=collaboration,
                run=run,
                kind=kind.code,
                number=len(ids),
                held=held.order_by().count() if held is not None and not total else 0,
                days=(today - before).days,
                before=before,
                first_day=min(days, default=None),
                last_day=max(days, default=None),
                hash=digest,
                **_ordered(by),
            )
            last_pk, total = ids[-1], total + len(ids)
    number_held = held.order_by().count() if held is not None else 0
    if total:
        record(
            "purged",
            by=by,
            subject=collaboration,
            kind=kind.code,
            number=total,
            before=before.isoformat(),
            run=str(run),
            hash=digest,
        )
    return total, number_held, digest


def take_turns(collaboration_id: int) -> None:
    """Wait for whoever purges or holds in the collaboration right now; held until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_LOCK, collaboration_id])


def _ordered(by: User | None) -> dict[str, Any]:
    return {"ordered_by_id": by.pk if by else None, "ordered_by": by.label_for_log() if by else ""}


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def hash_of(kind: str, batches: Sequence[Sequence[int]]) -> str:
    """The proof of a run's kind, worked out anew from the numbers of its batches: what an archivist checks it with."""
    digest = ""
    for ids in batches:
        digest = _hash(digest + "".join(f"{kind}:{pk}\n" for pk in ids))
    return digest
