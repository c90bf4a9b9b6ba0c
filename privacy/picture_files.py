"""The files of pictures: written before their row, deleted after it, and swept up at night where something was cut off.

A row never stands without its file: the file is there before the row is, and goes once the transaction that lets go of
it has been committed. What a killed process leaves behind is a file without a row, and the night takes that away.
"""

from __future__ import annotations

import datetime as dt
import logging
import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import models, transaction
from django.http import HttpResponse

logger = logging.getLogger(__name__)

# A file this young may belong to a transaction that has not ended.
LEFT_ALONE_FOR = dt.timedelta(hours=6)
# What a picture's own answer may do: nothing but be a picture.
ALONE = "default-src 'none'; sandbox"


@dataclass(frozen=True)
class Folder:
    """Where one kind of picture lies. Its rows have the name of their file in `file`, empty once that is gone."""

    name: str
    ending: str = "jpg"

    def store(self, data: bytes) -> str:
        """Write a file under a name nobody can guess, and say where it lies."""
        return default_storage.save(f"{self.name}/{uuid.uuid4().hex}.{self.ending}", ContentFile(data))

    def sweep(self, rows: models.Manager, now: dt.datetime) -> int:
        """Delete the files no row names; return how many. Says in the log which rows have no file, and leaves them.

        Safe to run twice, twice at once, and to kill.
        """
        if not default_storage.exists(self.name):
            return 0
        _folders, found = default_storage.listdir(self.name)
        lying = {f"{self.name}/{name}" for name in found}
        named = set(rows.exclude(file="").values_list("file", flat=True))
        swept = 0
        for name in sorted(lying - named):
            try:
                if default_storage.get_modified_time(name) > now - LEFT_ALONE_FOR:
                    continue
            except FileNotFoundError:
                continue
            default_storage.delete(name)
            swept += 1
        missing = rows.filter(file__in=named - lying).values_list("pk", flat=True)
        for pk in [pk for pk in missing if not _lies(rows, pk)]:
            logger.error("%s %s has lost its file", rows.model._meta.verbose_name, pk)
        return swept


def read(name: str) -> bytes:
    """The bytes of a file that is still there."""
    with default_storage.open(name) as stored:
        return bytes(stored.read())


def answer_with(data: bytes, *, name: str) -> HttpResponse:
    """The picture itself as an answer: never kept by anybody on the way, and never anything but a picture."""
    response = HttpResponse(data, content_type="image/jpeg")
    response["Cache-Control"] = "private, no-store"
    response["Content-Disposition"] = f'inline; filename="{name}.jpg"'
    response["Content-Security-Policy"] = ALONE
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    response["X-Content-Type-Options"] = "nosniff"
    return response


def delete(name: str) -> None:
    """Delete a file that no row names."""
    default_storage.delete(name)


def delete_once_saved(names: Iterable[str]) -> None:
    """Delete these files when the transaction that let go of them has been committed."""
    for name in [name for name in names if name]:
        transaction.on_commit(lambda name=name: default_storage.delete(name), robust=True)  # type: ignore[misc]


def _lies(rows: models.Manager, pk: int) -> bool:
    """Looked at again: a picture may have come or gone while the folder was read."""
    name = rows.filter(pk=pk).values_list("file", flat=True).first()
    return not name or default_storage.exists(name)
