"""Every change in the room: ask for a rebuild, carry it out, publish."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F
from django.db.models.functions import Greatest
from django.utils import timezone
from django.utils.translation import gettext as _

from analysis.periods import Period
from areas.models import Area
from audit.actions import record
from common.errors import NotPossible
from situational_picture import building, queries, tasks
from situational_picture.models import Picture, Rebuild
from situational_picture.permissions import check_may_publish_pictures, check_may_request_pictures
from situational_picture.rules import check_is_as_seen, check_is_computed, check_is_new, check_move


def _with_ancestors(collaboration_id: int, area_ids: Iterable[int | None]) -> set[int]:
    """The areas and all they are part of. A change without an area concerns the top of the tree."""
    parents = dict(Area.objects.filter(collaboration_id=collaboration_id).values_list("pk", "parent_id"))
    found: set[int] = set()
    for area_id in area_ids:
        if area_id is None:
            found |= {pk for pk, parent in parents.items() if parent is None}
        while area_id is not None and area_id in parents and area_id not in found:
            found.add(area_id)
            area_id = parents[area_id]
    return found


@transaction.atomic
def want_rebuild(collaboration_id: int, area_ids: Iterable[int | None], *, delay_s: float | None = None) -> None:
    """Note that these areas' pictures (and those of the areas they belong to) are behind, and have them rebuilt.

    Many changes in a row become one rebuild: only the first one that makes an area wait sends a task.
    """
    now = timezone.now()
    delay = settings.REBUILD_DELAY_S if delay_s is None else delay_s
    # In one order, so that two changes at once cannot lock each other out.
    for area_id in sorted(_with_ancestors(collaboration_id, area_ids)):
        row, is_new = Rebuild.objects.select_for_update().get_or_create(
            area_id=area_id, defaults={"collaboration_id": collaboration_id, "wanted_at": now}
        )
        was_waiting = not is_new and row.is_waiting
        if not is_new:
            Rebuild.objects.filter(pk=row.pk).update(wanted=F("wanted") + 1, wanted_at=now)
        if not was_waiting:
            transaction.on_commit(partial(tasks.rebuild_area.apply_async, (area_id,), countdown=delay))


def carry_out_rebuild(area_id: int) -> int:
    """Rebuild the area until nothing waits; return how many rounds it took. Data, not messages: safe to repeat.

    An advisory lock lets one worker at a time at an area; PostgreSQL drops it when the worker dies. Whoever finds it
    taken leaves: the one who has it looks again after letting go, so no change is left behind.
    """
    rounds = 0
    while Rebuild.objects.filter(area_id=area_id, built__lt=F("wanted")).exists():
        if not _try_lock(area_id):
            return rounds
        try:
            state = Rebuild.objects.select_related("area__collaboration").get(area_id=area_id)
            if state.is_waiting:
                building.rebuild_area(state.area, today=timezone.localdate(), on_step=partial(_note_step, area_id))
                Rebuild.objects.filter(area_id=area_id).update(
                    built=Greatest(F("built"), state.wanted), step=0, steps=0
                )
                rounds += 1
        finally:
            _unlock(area_id)
    return rounds


def _note_step(area_id: int, step: int, steps: int) -> None:
    Rebuild.objects.filter(area_id=area_id).update(step=step, steps=steps)


# Any number of our own: it keeps these locks apart from other uses of advisory locks in the same database.
_LOCK_SPACE = 20_261


def _try_lock(area_id: int) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [_LOCK_SPACE, area_id])
        return bool(cursor.fetchone()[0])


def _unlock(area_id: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [_LOCK_SPACE, area_id])


@transaction.atomic
def request_picture(*, by: Any, area: Area, period: Period) -> Picture:
    """Have a picture computed for any period; it appears as soon as a worker has made it."""
    check_may_request_pictures(by, area)
    if period.start > timezone.localdate():
        raise NotPossible(_("The period lies in the future. Choose one that has begun."))
    if period.days > 5 * 366:
        raise NotPossible(_("The period is longer than five years. Choose a shorter one."))
    picture, _is_new = Picture.objects.get_or_create(
        area=area,
        period_kind=period.kind,
        period_start=period.start,
        period_end=period.end,
        version=0,
        defaults={"collaboration_id": area.collaboration_id},
    )
    record("picture_requested", by=by, subject=picture)
    transaction.on_commit(partial(tasks.compute_picture.delay, picture.pk))
    return picture


def publish_picture(*, by: Any, picture: Picture) -> Picture:
    """Freeze the draft's figures as the next version. The draft lives on; what is published never changes.

    What may be seen outside the circle is worked out first, since it takes longer than anybody should hold a lock.
    """
    check_may_publish_pictures(by, picture.collaboration_id)
    check_move(picture, Picture.Status.PUBLISHED)
    check_is_computed(picture)
    data = building.AreaData(picture.area, timezone.localdate())
    return _freeze(by, picture, data.protection_for(picture.period, picture.figures or {}))


@transaction.atomic
def _freeze(by: Any, seen: Picture, protection: dict[str, Any]) -> Picture:
    picture = Picture.objects.select_for_update(of=("self",)).select_related("area").get(pk=seen.pk)
    check_is_as_seen(picture, seen, queries.fingerprint(picture.area, picture.period))
    versions = Picture.objects.filter(area=picture.area, version__gt=0).for_period(picture.period).defer("figures")
    latest = versions.order_by("-version").first()
    check_is_new(picture, latest)
    published = Picture.objects.create(
        collaboration_id=picture.collaboration_id,
        area=picture.area,
        period_kind=picture.period_kind,
        period_start=picture.period_start,
        period_end=picture.period_end,
        status=Picture.Status.PUBLISHED,
        version=latest.version + 1 if latest else 1,
        figures={**(picture.figures or {}), "protection": protection},
        data_fingerprint=picture.data_fingerprint,
        code_version=picture.code_version,
        computed_at=picture.computed_at,
        published_at=timezone.now(),
        published_by=by,
    )
    record("picture_published", by=by, subject=published, version=published.version)
    return published
