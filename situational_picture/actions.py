"""Every change in the room: ask for a rebuild, carry it out, publish."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F
from django.db.models.functions import Greatest
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _

from analysis.periods import Period
from areas.models import Area
from audit.actions import record
from common.errors import NotPossible
from incidents.queries import allowed_words, filter_for
from situational_picture import building, queries, tasks
from situational_picture.models import Delivery, Picture, Rebuild
from situational_picture.permissions import check_may_approve, check_may_request_pictures, check_may_write_pictures
from situational_picture.rules import (
    check_has_text,
    check_is_as_seen,
    check_is_computed,
    check_is_new,
    check_may_be_written,
    check_move,
    check_text_is_reviewed,
    check_texts,
)
from situational_picture.writing import Written


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


@transaction.atomic
def write_picture(
    *, by: Any, picture: Picture, written: Written, text_version: int, is_confirmed: bool = False
) -> Picture:
    """Keep what somebody has written in a draft, unless another has written since `text_version`."""
    picture = _locked(picture)
    check_may_write_pictures(by, picture.collaboration_id)
    check_may_be_written(picture, text_version)
    check_texts(written, allowed=allowed_words(picture.collaboration_id), is_confirmed=is_confirmed)
    _check_selections(by, picture, written)
    fields = written.fields()
    if all(getattr(picture, name) == value for name, value in fields.items()):
        return picture
    is_first = not picture.has_text
    for name, value in fields.items():
        setattr(picture, name, value)
    picture.text_version += 1
    picture.written_at, picture.written_by = timezone.now(), by
    picture.save(update_fields=[*fields, "text_version", "written_at", "written_by"])
    # It is saved again and again while somebody writes: the log tells who began and, when it is sent, who ended.
    if is_first:
        record("picture_written", by=by, subject=picture)
    return picture


def _check_selections(by: Any, picture: Picture, written: Written) -> None:
    """A selection is one the list of reports understands: nothing else is kept, neither words nor what is elsewhere's.

    One that stands there already is left alone, since a place or a category may have been closed since.
    """
    kept = {section.selection_query for section in Written.of(picture).sections.values()}
    faults = {
        f"selection_address_{key}": [
            _("The list of reports does not understand this address. Choose the filters there and copy it again.")
        ]
        for key, section in written.sections.items()
        if section.selection_query
        and section.selection_query not in kept
        and not filter_for(by, picture.collaboration, QueryDict(section.selection_query)).is_valid()
    }
    if faults:
        raise NotPossible(faults)


@transaction.atomic
def send_for_review(*, by: Any, picture: Picture) -> Picture:
    """Lock the text and let somebody else read it."""
    picture = _locked(picture)
    check_may_write_pictures(by, picture.collaboration_id)
    check_move(picture, Picture.Status.REVIEW)
    check_has_text(picture)
    check_is_computed(picture)
    picture.status = Picture.Status.REVIEW
    picture.sent_for_review_at, picture.sent_for_review_by = timezone.now(), by
    picture.save(update_fields=["status", "sent_for_review_at", "sent_for_review_by"])
    record("picture_sent_for_review", by=by, subject=picture, text_version=picture.text_version)
    return picture


@transaction.atomic
def take_back(*, by: Any, picture: Picture) -> Picture:
    """Open the text again: the author goes on writing, or the reviewer wants something changed."""
    picture = _locked(picture)
    check_may_write_pictures(by, picture.collaboration_id)
    check_move(picture, Picture.Status.DRAFT)
    _open_again(picture)
    record("picture_taken_back", by=by, subject=picture)
    return picture


def note_opened(*, by: Any, picture: Picture) -> None:
    """Note that somebody the picture was sent to has opened it; the first time is kept."""
    Delivery.objects.filter(picture=picture, person=by, opened_at=None).update(opened_at=timezone.now())


def _open_again(picture: Picture) -> None:
    picture.status = Picture.Status.DRAFT
    picture.sent_for_review_at = picture.sent_for_review_by = None
    picture.save(update_fields=["status", "sent_for_review_at", "sent_for_review_by"])


def _locked(picture: Picture) -> Picture:
    rows = Picture.objects.select_for_update(of=("self",)).select_related("area", "collaboration")
    return rows.get(pk=picture.pk)


def publish_picture(*, by: Any, picture: Picture, is_sent_out: bool = True) -> Picture:
    """Freeze the draft's figures and text as the next version, and tell the area's groups and the reporters.

    The draft lives on; what is published never changes. What may be seen outside the circle is worked out first, since
    it takes longer than anybody should hold a lock.
    """
    check_may_approve(by, picture)
    check_move(picture, Picture.Status.PUBLISHED)
    check_is_computed(picture)
    check_text_is_reviewed(picture)
    data = building.AreaData(picture.area, timezone.localdate())
    return _freeze(by, picture, data.protection_for(picture.period, picture.figures or {}), is_sent_out)


@transaction.atomic
def _freeze(by: Any, seen: Picture, protection: dict[str, Any], is_sent_out: bool) -> Picture:
    picture = _locked(seen)
    check_is_as_seen(picture, seen, queries.fingerprint(picture.area, picture.period))
    check_may_approve(by, picture)
    check_text_is_reviewed(picture)
    versions = Picture.objects.filter(area=picture.area, version__gt=0).for_period(picture.period).defer("figures")
    latest = versions.order_by("-version").first()
    check_is_new(picture, latest)
    published = Picture.objects.create(
        collaboration_id=picture.collaboration_id,
        area=picture.area,
        frozen_area_name=picture.area.name,
        period_kind=picture.period_kind,
        period_start=picture.period_start,
        period_end=picture.period_end,
        status=Picture.Status.PUBLISHED,
        version=latest.version + 1 if latest else 1,
        figures={**(picture.figures or {}), "protection": protection},
        definitions=queries.definitions(picture),
        data_fingerprint=picture.data_fingerprint,
        code_version=picture.code_version,
        computed_at=picture.computed_at,
        text_version=picture.text_version,
        written_at=picture.written_at,
        written_by_id=picture.written_by_id,
        sent_for_review_at=picture.sent_for_review_at,
        sent_for_review_by_id=picture.sent_for_review_by_id,
        published_at=timezone.now(),
        published_by=by,
        is_sent_out=is_sent_out,
        **Written.of(picture).fields(),
    )
    is_own = picture.sent_for_review_by_id == by.pk
    if picture.status == Picture.Status.REVIEW:
        _open_again(picture)
    # Where there is nobody else, the author approves; the log says so.
    record("picture_published", by=by, subject=published, version=published.version, approved_own_text=is_own)
    if is_sent_out:
        transaction.on_commit(partial(tasks.send_out_picture.delay, published.pk))
    return published
