"""Where the files of reports' photos lie. How they come and go is the same for all: `privacy.picture_files`."""

from __future__ import annotations

import datetime as dt

from incidents.models import Photo
from privacy import picture_files
from privacy.picture_files import LEFT_ALONE_FOR, Folder, delete, delete_once_saved

__all__ = ["LEFT_ALONE_FOR", "delete", "delete_once_saved", "read", "store", "sweep"]

FOLDER = Folder("photos")
store = FOLDER.store


def read(photo: Photo) -> bytes:
    """The bytes of a photo that still has its file."""
    return picture_files.read(str(photo.file))


def sweep(now: dt.datetime) -> int:
    """Delete the files no photo names; return how many. Safe to run twice, twice at once, and to kill."""
    return FOLDER.sweep(Photo.objects, now)
