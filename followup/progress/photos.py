"""Every change of a proof photo: sent in with a note, and taken back."""

from __future__ import annotations

import uuid
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from audit.actions import record
from common.errors import NotPossible
from followup.models import ProgressNote, ProofPhoto
from followup.progress.permissions import check_may_prove, check_may_take_back
from followup.progress.photo_files import FOLDER, remove_photos
from privacy import images, picture_files

MOST_PHOTOS = 3


def check_number(number: int) -> None:
    """At most three with a note."""
    if number > MOST_PHOTOS:
        raise NotPossible(
            _("There is room for %(number)s photos each time. Choose the ones that show most.")
            % {"number": MOST_PHOTOS},
            code="too_many_photos",
        )


def add_proof(*, note: ProgressNote, by: Any, data: bytes, made: images.Made | None = None) -> ProofPhoto:
    """Store a photo with its note. The same file sent again with the same note is the same photo.

    Not one transaction: the picture is made before the note is held, and its file is written before its row.
    """
    check_may_prove(by, note)
    if len(data) > settings.PHOTO_MAX_BYTES:
        raise images.too_large()
    number = uuid.uuid5(uuid.NAMESPACE_OID, f"proof:{note.pk}:{sha256(data).hexdigest()}")
    known = note.photos.filter(client_uuid=number).first()
    if known is not None:
        return known
    made = made or images.made_anew(data)
    name = FOLDER.store(made.data)
    try:
        with transaction.atomic():
            photo, is_new = _add_row(note, by, made, name, number)
    except BaseException:
        picture_files.delete(name)
        raise
    if not is_new:
        picture_files.delete(name)
    return photo


def _add_row(note: ProgressNote, by: Any, made: images.Made, name: str, number: uuid.UUID) -> tuple[ProofPhoto, bool]:
    # Whoever sends another photo of the same note waits here, so that there are never more than three.
    note = ProgressNote.objects.select_for_update(of=("self",)).select_related("measure").get(pk=note.pk)
    known = note.photos.filter(client_uuid=number).first()
    if known is not None:
        return known, False
    check_number(note.photos.kept().count() + 1)
    photo = ProofPhoto.objects.create(
        collaboration_id=note.collaboration_id, note=note, file=name, width=made.width, height=made.height,
        size_bytes=len(made.data), sha256=made.sha256, client_uuid=number,
    )  # fmt: skip
    record("proof_photo_added", by=by, subject=note.measure, photo=photo.pk)
    return photo, True


@transaction.atomic
def take_back_proof(*, photo: ProofPhoto, by: Any) -> None:
    """Delete a photo's file: what should not be seen must be possible to take away at any time."""
    check_may_take_back(by, photo)
    if remove_photos(ProofPhoto.objects.filter(pk=photo.pk), ProofPhoto.Removal.TAKEN_BACK):
        record("proof_photo_removed", by=by, subject=photo.note.measure, photo=photo.pk)
