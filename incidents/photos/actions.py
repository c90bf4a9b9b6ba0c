"""Every change of a photo: sent in, approved, blacked out, removed."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import NamedTuple

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from audit.actions import record
from common.errors import NotPossible
from incidents.holds import is_held
from incidents.models import Category, Incident, Photo, PhotoQuerySet, Status
from incidents.photos import files
from incidents.photos.permissions import check_may_add_photo, check_may_remove, check_may_review_photos
from incidents.rules import PHOTO_NEXT
from partners import retention
from partners.models import User
from privacy import images

MOST_PHOTOS = 3
# A photo follows its report, however far that has come meanwhile: a phone may be in a cellar for two days.
TAKES_PHOTOS = {Status.DRAFT, Status.SUBMITTED, Status.RETURNED, Status.APPROVED, Status.MERGED}


class Arrival(NamedTuple):
    """A photo that was sent in, and whether it was stored now or had been stored before."""

    photo: Photo
    is_new: bool


def check_category(category: Category) -> None:
    """Photos are off unless the category allows them."""
    if not category.takes_photos:
        raise NotPossible(
            _("“%(what)s” takes no photos. Send the report without them.") % {"what": category}, code="no_photos_here"
        )


def check_number(number: int) -> None:
    """At most three with a report."""
    if number > MOST_PHOTOS:
        raise NotPossible(
            _("A report has room for %(number)s photos. Choose the ones that show most.") % {"number": MOST_PHOTOS},
            code="too_many_photos",
        )


def add_photo(
    *, incident: Incident, by: User, data: bytes, client_uuid: uuid.UUID, made: images.Made | None = None
) -> Arrival:
    """Store a photo with its report, to be looked at. The same one under the same number is stored once.

    Not one transaction: the picture is made before the report is held, and its file is written before its row.
    """
    check_may_add_photo(by, incident)
    if len(data) > settings.PHOTO_MAX_BYTES:
        raise images.too_large()
    body_hash = salted_hmac("incidents.photo_body", data, algorithm="sha256").hexdigest()
    known = _sent_before(incident, client_uuid, body_hash)
    if known is not None:
        return Arrival(known, is_new=False)
    _check_takes_photos(incident)
    made = made or images.made_anew(data)
    name = files.store(made.data)
    try:
        with transaction.atomic():
            arrival = _add_row(incident, by, made, name, client_uuid, body_hash)
    except BaseException:
        files.delete(name)
        raise
    if not arrival.is_new:
        files.delete(name)
    return arrival


def _add_row(
    incident: Incident, by: User, made: images.Made, name: str, client_uuid: uuid.UUID, body_hash: str
) -> Arrival:
    # Whoever sends another photo of the same report waits here, so that there are never more than three.
    incident = _with_category(incident.pk)
    check_may_add_photo(by, incident)
    known = _sent_before(incident, client_uuid, body_hash)
    if known is not None:
        return Arrival(known, is_new=False)
    _check_takes_photos(incident)
    check_number(incident.photos.kept().count() + 1)
    photo = Photo.objects.create(
        collaboration_id=incident.collaboration_id,
        incident=incident,
        file=name,
        width=made.width,
        height=made.height,
        size_bytes=len(made.data),
        sha256=made.sha256,
        client_uuid=client_uuid,
        client_body_hash=body_hash,
    )
    record("photo_added", subject=incident, by=by, photo=photo.pk)
    return Arrival(photo, is_new=True)


def _check_takes_photos(incident: Incident) -> None:
    if incident.status not in TAKES_PHOTOS or incident.import_batch_id is not None:
        raise NotPossible(
            _("%(ref)s takes no more photos: it is %(now)s.")
            % {"ref": incident.ref, "now": Status(incident.status).label},
            code="report_closed",
        )
    check_category(incident.category)


def _sent_before(incident: Incident, client_uuid: uuid.UUID, body_hash: str) -> Photo | None:
    known = Photo.objects.filter(incident=incident, client_uuid=client_uuid).first()
    if known is not None and known.client_body_hash != body_hash:
        raise NotPossible(
            _("Another photo has already been sent under this number. Choose it again."), code="uuid_taken"
        )
    return known


@transaction.atomic
def approve_photo(*, photo: Photo, by: User, as_seen: str = "") -> Photo:
    """Let those who may read the report's text see the photo. With `as_seen` only if it is still that picture."""
    photo = _locked(photo)
    check_may_review_photos(by, photo.collaboration_id)
    _check_move(photo, Photo.Status.APPROVED)
    if as_seen and as_seen != photo.sha256:
        raise NotPossible(
            _("The photo has been changed since you opened the page. Look at it as it is now before you approve it."),
            code="changed",
        )
    photo.status, photo.reviewed_at, photo.reviewed_by = Photo.Status.APPROVED, timezone.now(), by
    photo.save(update_fields=["status", "reviewed_at", "reviewed_by"])
    record("photo_approved", subject=photo.incident, by=by, photo=photo.pk)
    return photo


@transaction.atomic
def cover_photo(*, photo: Photo, by: User, boxes: Sequence[images.Box]) -> Photo:
    """Black out parts of a photo for good. What it showed before is deleted; whether to approve it is asked anew."""
    held = _is_held(photo.incident)
    photo = _locked(photo)
    check_may_review_photos(by, photo.collaboration_id)
    if photo.status == Photo.Status.REMOVED:
        _check_move(photo, Photo.Status.WAITING)
    _check_is_free(held)
    made = images.covered(files.read(photo), boxes)
    before = str(photo.file)
    name = files.store(made.data)
    try:
        photo.file, photo.sha256, photo.size_bytes, photo.is_covered = name, made.sha256, len(made.data), True
        photo.save(update_fields=["file", "sha256", "size_bytes", "is_covered"])
        record("photo_covered", subject=photo.incident, by=by, photo=photo.pk, parts=len(boxes))
    except BaseException:
        files.delete(name)
        raise
    files.delete_once_saved([before])
    return photo


@transaction.atomic
def remove_photo(*, photo: Photo, by: User) -> Photo:
    """Delete a photo's file. That there was one, and who removed it, stays."""
    held = _is_held(photo.incident)
    photo = _locked(photo)
    check_may_remove(by, photo)
    _check_move(photo, Photo.Status.REMOVED)
    _check_is_free(held)
    is_own = photo.incident.reporter_id == by.pk
    why = Photo.Removal.REPORTER if is_own else Photo.Removal.REVIEW
    remove_photos(Photo.objects.filter(pk=photo.pk), why, by=by)
    record("photo_removed", subject=photo.incident, by=by, photo=photo.pk, why=why.value)
    photo.refresh_from_db()
    return photo


def remove_photos_of(incident: Incident, why: Photo.Removal, *, by: User) -> int:
    """Delete the photos of a report that is rejected, or whose category takes none; inside whoever has it locked.

    Those of a report that is held back from being purged stay, and can be removed when the hold has ended.
    """
    if not incident.photos.kept().exists() or _is_held(incident):
        return 0
    number = remove_photos(incident.photos.all(), why, by=by)
    if number:
        record("photo_removed", subject=incident, by=by, photos=number, why=why.value)
    return number


def remove_photos(photos: PhotoQuerySet, why: Photo.Removal, *, by: User | None) -> int:
    """Let go of these photos' files; they are deleted once the transaction has been committed."""
    rows = list(photos.kept().select_for_update(of=("self",)).order_by("pk").values_list("pk", "file"))
    now = timezone.now()
    number = Photo.objects.filter(pk__in=[pk for pk, _file in rows]).update(
        status=Photo.Status.REMOVED, removal=why, file="", sha256="", reviewed_at=now, reviewed_by=by
    )
    files.delete_once_saved(name for _pk, name in rows)
    return number


def delete_photos(photos: PhotoQuerySet) -> int:
    """Delete photos altogether, rows and files: their report is deleted, or purged to statistics."""
    rows = list(photos.select_for_update(of=("self",)).order_by("pk").values_list("pk", "file"))
    number, _by_model = Photo.objects.filter(pk__in=[pk for pk, _file in rows]).delete()
    files.delete_once_saved(name for _pk, name in rows)
    return number


def _check_move(photo: Photo, wanted: Photo.Status) -> None:
    now = Photo.Status(photo.status)
    if wanted not in PHOTO_NEXT[now]:
        raise NotPossible(_("Somebody else was quicker: the photo is %(now)s.") % {"now": now.label}, code="decided")


def _is_held(incident: Incident) -> bool:
    """Whether somebody holds the report back from being purged; whoever places a hold now waits for us, or we for them.

    Asked before the photo is locked, in the order in which a purge goes about it.
    """
    retention.take_turns(incident.collaboration_id)
    return Incident.objects.filter(is_held(incident.collaboration_id), pk=incident.pk).exists()


def _check_is_free(held: bool) -> None:
    if held:
        raise NotPossible(
            _("The report is held back from being purged, so its photos stay as they are until the hold has ended."),
            code="held",
        )


def _with_category(pk: int) -> Incident:
    return Incident.objects.select_for_update(of=("self",)).select_related("category").get(pk=pk)


def _locked(photo: Photo) -> Photo:
    return Photo.objects.select_for_update(of=("self",)).select_related("incident").get(pk=photo.pk)
