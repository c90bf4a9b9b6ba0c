"""The four files of a pack: made once, when it is frozen, and kept as they were made."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping

from django.utils.translation import gettext as _
from django.utils.translation import override

from common.errors import NotPossible
from councils.models import FileKind, Pack, PackFile
from documents import excel, model, pdf, plain, slides, word
from partners.looks import look_of
from privacy.picture_files import Folder, delete, read

__all__ = ["delete", "made", "made_anew", "read_whole", "sha256_of", "store", "sweep"]

FOLDER = "packs"


def made(document: model.Document, look: model.Look | None) -> dict[str, bytes]:
    """The document in every format, in the language it is written in."""
    with override(document.language):
        return {
            FileKind.PDF.value: pdf.write(document, look=look),
            FileKind.SLIDES.value: slides.write(document, look=look),
            FileKind.WORD.value: word.write(document, look=look),
            FileKind.EXCEL.value: excel.write(document, look=look),
        }


def made_anew(pack: Pack) -> dict[str, bytes]:
    """The files made once more from what was frozen, in the look of that day."""
    return made(plain.from_data(pack.content), look_of(pack.collaboration_id, pack.made_at))


def sha256_of(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def store(files: Mapping[str, bytes]) -> dict[str, str]:
    """Write each file, or none, and say where it lies. Files without a row are swept up at night."""
    names: dict[str, str] = {}
    try:
        for kind, data in files.items():
            names[kind] = Folder(FOLDER, kind).store(data)
    except BaseException:
        for name in names.values():
            delete(name)
        raise
    return names


def read_whole(row: PackFile) -> bytes:
    """The bytes as they were frozen, or nothing at all: what no longer matches its hash is not handed out."""
    try:
        data = read(row.file)
    except FileNotFoundError:
        data = b""
    if sha256_of(data) != row.sha256:
        raise NotPossible(
            _("The file is not what it was when it was frozen, and is not handed out. Ask your administrator.")
        )
    return data


def sweep(now: dt.datetime) -> int:
    """Delete the files no pack names; return how many. Safe to run twice, twice at once, and to kill."""
    return Folder(FOLDER).sweep(PackFile.objects, now)
