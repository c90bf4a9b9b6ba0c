"""Every change of an inspection's photos: sent in, taken back, and a spot marked in one."""

from __future__ import annotations

import uuid
from typing import NamedTuple

from django.conf import settings
from django.db import transaction
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from areas.inspections import rules
from areas.inspections.permissions import check_may_correct, check_may_fill_in, inspecting_memberships
from areas.inspections.photo_files import FOLDER, remove_photos
from areas.models import InspectionItem, InspectionPhoto, PhotoMark, SafetyInspection
from areas.queries import allowed_words
from audit.actions import record
from common.errors import NotPossible
from partners.models import User
from partners.rules import keeps_no_persons
from privacy import images, picture_files


class PhotoArrival(NamedTuple):
    """A photo that was sent in, and whether it was stored now or had been stored before."""

    photo: InspectionPhoto
    is_new: bool


def add_photo(
    *,
    inspection: SafetyInspection,
    key: str,
    by: User,
    data: bytes,
    client_uuid: uuid.UUID,
    made: images.Made | None = None,
) -> PhotoArrival:
    """Store a photo of an item, or of the place where `key` is empty. The same one under the same number once.

    Once the inspection is finished only the photos that were announced with it are taken in. Not one transaction: the
    picture is made before the inspection is held, and its file is written before its row.
    """
    check_may_fill_in(by, inspection)
    if len(data) > settings.PHOTO_MAX_BYTES:
        raise images.too_large()
    body_hash = salted_hmac("areas.inspection_photo", data, algorithm="sha256").hexdigest()
    known = _sent_before(inspection, client_uuid, body_hash)
    if known is not None:
        return PhotoArrival(known, is_new=False)
    made = made or images.made_anew(data)
    name = FOLDER.store(made.data)
    try:
        with transaction.atomic():
            arrival = _add_row(inspection, key, by, made, name, client_uuid, body_hash)
    except BaseException:
        picture_files.delete(name)
        raise
    if not arrival.is_new:
        picture_files.delete(name)
    return arrival


def _add_row(
    inspection: SafetyInspection,
    key: str,
    by: User,
    made: images.Made,
    name: str,
    client_uuid: uuid.UUID,
    body_hash: str,
) -> PhotoArrival:
    # Whoever sends another photo waits here, so that there are never more than there is room for.
    inspection = SafetyInspection.objects.select_for_update(of=("self",)).select_related("place").get(pk=inspection.pk)
    known = _sent_before(inspection, client_uuid, body_hash)
    if known is not None:
        return PhotoArrival(known, is_new=False)
    if inspection.finished_at is not None and str(client_uuid) not in inspection.announced_photos:
        raise NotPossible(_("The inspection is finished and takes no more photos."), code="finished")
    item = InspectionItem.objects.filter(inspection=inspection, key=key).first() if key else None
    if key and item is None:
        raise NotPossible(_("The checklist has no such item."), code="no_such_item")
    kept = inspection.photos.kept()
    if kept.count() >= rules.MOST_PHOTOS or kept.filter(item=item).count() >= rules.MOST_PHOTOS_OF_ITEM:
        raise NotPossible(
            _("An item has room for %(number)s photos. Keep the ones that show most.")
            % {"number": rules.MOST_PHOTOS_OF_ITEM},
            code="too_many_photos",
        )
    photo = InspectionPhoto.objects.create(
        collaboration_id=inspection.collaboration_id,
        inspection=inspection,
        item=item,
        file=name,
        width=made.width,
        height=made.height,
        size_bytes=len(made.data),
        sha256=made.sha256,
        client_uuid=client_uuid,
        client_body_hash=body_hash,
    )
    record("inspection_photo_added", by=by, subject=inspection, photo=photo.pk)
    return PhotoArrival(photo, is_new=True)


def _sent_before(inspection: SafetyInspection, client_uuid: uuid.UUID, body_hash: str) -> InspectionPhoto | None:
    known = inspection.photos.filter(client_uuid=client_uuid).first()
    if known is not None and known.client_body_hash != body_hash:
        raise NotPossible(_("Another photo has already been sent under this number."), code="number_taken")
    return known


@transaction.atomic
def take_back_photo(*, photo: InspectionPhoto, by: User) -> None:
    """Delete a photo's file. Also of a finished inspection: what should not be seen must be possible to take away."""
    check_may_fill_in(by, photo.inspection)
    if remove_photos(InspectionPhoto.objects.filter(pk=photo.pk), InspectionPhoto.Removal.TAKEN_BACK):
        record("inspection_photo_removed", by=by, subject=photo.inspection, photo=photo.pk)


@transaction.atomic
def mark_spot(*, photo: InspectionPhoto, x: float, y: float, text: str, by: User) -> PhotoMark:
    """Point at a spot in a photo with a few words. It stands beside the photo, which never changes."""
    photo = InspectionPhoto.objects.select_for_update(of=("self",)).select_related("inspection__place").get(pk=photo.pk)
    check_may_correct(by, photo.inspection)
    rules.check_mark(x, y)
    text = " ".join(text.split())
    if not text:
        raise NotPossible({"text": [_("Write what is to be seen there.")]})
    if not photo.file:
        raise NotPossible(_("The photo has been removed."))
    organisation = inspecting_memberships(by, photo.inspection.place)[0].organisation
    faults = rules.text_faults(
        text,
        allowed=allowed_words(photo.collaboration_id),
        is_confirmed=False,
        keeps_no_persons=keeps_no_persons(organisation),
    )
    if faults:
        raise NotPossible({"text": faults})
    mark = PhotoMark(
        collaboration_id=photo.collaboration_id, photo=photo, x=x, y=y, text=text, organisation=organisation
    )
    mark.full_clean()
    mark.save()
    record("inspection_photo_marked", by=by, subject=photo.inspection, photo=photo.pk, mark=mark.pk)
    return mark


@transaction.atomic
def remove_mark(*, mark: PhotoMark, by: User) -> None:
    """Take a mark away while the inspection is being filled in; afterwards it stands."""
    inspection = mark.photo.inspection
    check_may_fill_in(by, inspection)
    rules.check_not_finished(inspection)
    record("inspection_mark_removed", by=by, subject=inspection, photo=mark.photo_id, mark=mark.pk)
    mark.delete()
