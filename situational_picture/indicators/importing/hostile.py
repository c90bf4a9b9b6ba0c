"""Files that are more than a table are refused before anything reads them."""

from __future__ import annotations

import zipfile
from pathlib import Path

from django.utils.translation import gettext as _

from incidents.importing.reading import UnreadableFile

# Programs, other files and links to them that a workbook can carry.
_CARRIED = ("vbaproject.bin", "vbadata.xml", "xl/macrosheets/", "xl/embeddings/", "xl/activex/", "xl/externallinks/")


def check_no_macros(path: Path) -> None:
    """A workbook with programs or other files in it is refused. What is no workbook is judged by whoever opens it."""
    if not zipfile.is_zipfile(path):
        return
    try:
        with zipfile.ZipFile(path) as archive:
            names = [name.casefold() for name in archive.namelist()]
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return
    if any(part in name for name in names for part in _CARRIED):
        raise UnreadableFile(
            _("The workbook carries programs, other files or links to them. Save it as .xlsx with values alone.")
        )
