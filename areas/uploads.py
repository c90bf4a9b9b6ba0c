"""A file of areas waits here between the page that shows what would happen and the click that does it."""

from __future__ import annotations

import re
import time
import uuid
from contextlib import suppress
from pathlib import Path

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile

KEEP_SECONDS = 24 * 3600


def _folder() -> Path:
    return Path(settings.MEDIA_ROOT) / "area-imports"


def keep(upload: UploadedFile) -> str:
    """Store the file and return the token by which its owner's session finds it again."""
    forget_old()
    folder = _folder()
    folder.mkdir(parents=True, exist_ok=True)
    token = uuid.uuid4().hex
    with (folder / token).open("wb") as file:
        for chunk in upload.chunks():
            file.write(chunk)
    return token


def path_of(token: str) -> Path | None:
    """The stored file, or None when there is none (any more)."""
    if not re.fullmatch(r"[0-9a-f]{32}", token):
        return None
    path = _folder() / token
    return path if path.is_file() else None


def forget(token: str) -> None:
    """Delete the file once it has been used."""
    path = path_of(token)
    if path is not None:
        path.unlink(missing_ok=True)


def forget_old() -> int:
    """Delete files nobody confirmed within a day; return how many."""
    count = 0
    for path in _folder().glob("*"):
        # Somebody else may be deleting the same files.
        with suppress(FileNotFoundError):
            if path.stat().st_mtime < time.time() - KEEP_SECONDS:
                path.unlink()
                count += 1
    return count
