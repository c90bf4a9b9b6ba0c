"""Where the files of inspections' photos lie, and how rows let go of them."""

from __future__ import annotations

import datetime as dt

from django.db.models import QuerySet

from areas.models import InspectionPhoto, InspectionPhotoQuerySet, PhotoMark
from privacy import picture_files
from privacy.picture_files import Folder

FOLDER = Folder("inspections")


def remove_photos(photos: InspectionPhotoQuerySet, removal: InspectionPhoto.Removal) -> int:
    """Let go of the files once this is saved; that there were photos, and what was marked in them, stays."""
    rows = list(photos.kept().select_for_update(of=("self",)))
    picture_files.delete_once_saved([str(row.file) for row in rows])
    return InspectionPhoto.objects.filter(pk__in=[row.pk for row in rows]).update(file="", sha256="", removal=removal)


def delete_photos(photos: QuerySet[InspectionPhoto]) -> None:
    """Delete rows and files, of what is thrown away as a whole."""
    rows = list(photos.all())
    picture_files.delete_once_saved([str(row.file) for row in rows])
    PhotoMark.objects.filter(photo__in=rows).delete()
    InspectionPhoto.objects.filter(pk__in=[row.pk for row in rows]).delete()


def sweep(now: dt.datetime) -> int:
    """Delete the files no photo names; return how many. Safe to run twice, twice at once, and to kill."""
    return FOLDER.sweep(InspectionPhoto.objects, now)
