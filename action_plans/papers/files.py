"""Where Word templates lie: as photos do, written before their row and deleted after it."""

from __future__ import annotations

import datetime as dt

from action_plans.models import WordTemplate
from partners.models import Collaboration
from privacy.picture_files import Folder, delete, delete_once_saved, read

__all__ = ["delete", "delete_once_saved", "store", "sweep", "template_of"]

FOLDER = Folder("word-templates", "docx")
store = FOLDER.store


def template_of(collaboration: Collaboration) -> bytes | None:
    """The collaboration's Word template, where it has one."""
    row = WordTemplate.objects.filter(collaboration=collaboration).first()
    return read(str(row.file)) if row else None


def sweep(now: dt.datetime) -> int:
    """Delete the files no template names; return how many. Safe to run twice, twice at once, and to kill."""
    return FOLDER.sweep(WordTemplate.objects, now)
