"""Where the files of proof photos lie, and how rows let go of them."""

from __future__ import annotations

import datetime as dt

from followup.models import ProofPhoto, ProofPhotoQuerySet
from privacy import picture_files
from privacy.picture_files import Folder

FOLDER = Folder("proof")


def remove_photos(photos: ProofPhotoQuerySet, removal: ProofPhoto.Removal) -> int:
    """Let go of the files once this is saved; that there were photos stays."""
    rows = list(photos.kept().select_for_update(of=("self",)))
    picture_files.delete_once_saved([str(row.file) for row in rows])
    return ProofPhoto.objects.filter(pk__in=[row.pk for row in rows]).update(file="", sha256="", removal=removal)


def sweep(now: dt.datetime) -> int:
    """Delete the files no photo names; return how many. Safe to run twice, twice at once, and to kill."""
    return FOLDER.sweep(ProofPhoto.objects, now)
