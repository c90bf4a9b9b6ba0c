"""The files of photos: written before their row, deleted after it, and looked for at night where something was cut off.

A row never stands without its file: the file is there before the row is, and goes once the transaction that lets go of
it has been committed. What a killed process leaves behind is a file without a row, and the night takes that away.
"""

from __future__ import annotations

import datetime as dt
import logging
import uuid
from collections.abc import Iterable

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction

from incidents.models import Photo

logger = logging.getLogger(__name__)

FOLDER = "photos"
# A file this young may belong to a transaction that has not ended.
LEFT_ALONE_FOR = dt.timedelta(hours=6)


def store(data: bytes) -> str:
    """Write a file under a name nobody can guess, and say where it lies."""
    return default_storage.save(f"{FOLDER}/{uuid.uuid4().hex}.jpg", ContentFile(data))


def read(photo: Photo) -> bytes:
    """The bytes of a photo that still has its file."""
    with default_storage.open(str(photo.file)) as stored:
        return bytes(stored.read())


def delete(name: str) -> None:
    """Delete a file that no row names."""
    default_storage.delete(name)


def delete_once_saved(names: Iterable[str]) -> None:
    """Delete these files when the transaction that let go of them has been committed."""
    for name in [name for name in names if name]:
        transaction.on_commit(lambda name=name: default_storage.delete(name), robust=True)  # type: ignore[misc]


def sweep(now: dt.datetime) -> int:
    """Delete the files no row names; return how many. Says in the log which rows have no file, and never touches them.

    Safe to run twice, twice at once, and to kill.
    """
    if not default_storage.exists(FOLDER):
        return 0
    _folders, found = default_storage.listdir(FOLDER)
    lying = {f"{FOLDER}/{name}" for name in found}
    named = set(Photo.objects.exclude(file="").values_list("file", flat=True))
    swept = 0
    for name in sorted(lying - named):
        try:
            if default_storage.get_modified_time(name) > now - LEFT_ALONE_FOR:
                continue
        except FileNotFoundError:
            continue
        default_storage.delete(name)
        swept += 1
    missing = Photo.objects.filter(file__in=named - lying).values_list("pk", flat=True)
    for pk in [pk for pk in missing if not _lies(pk)]:
        logger.error("photo %s has lost its file", pk)
    return swept


def _lies(pk: int) -> bool:
    """Looked at again: a photo may have come or gone while the folder was read."""
    name = Photo.objects.filter(pk=pk).values_list("file", flat=True).first()
    return not name or default_storage.exists(name)
