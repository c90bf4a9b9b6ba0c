"""Packs as rows and pages."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy

from councils.models import FileKind, Pack

# The file leads to its address by its ending.
FILE_WORDS = {
    FileKind.PDF: gettext_lazy("Open as PDF"),
    FileKind.SLIDES: gettext_lazy("Download as PowerPoint"),
    FileKind.WORD: gettext_lazy("Download as Word"),
    FileKind.EXCEL: gettext_lazy("Download as Excel"),
}


def url_of(pack: Pack) -> str:
    return reverse("pack", args=[pack.collaboration.slug, pack.number])


def file_links(pack: Pack) -> list[dict[str, Any]]:
    """The files of a pack, in the order they are offered."""
    slug = pack.collaboration.slug
    rows = {row.kind: row for row in pack.files.all()}
    return [
        {
            "kind": kind,
            "text": words,
            "url": reverse("pack_file", args=[slug, pack.number, kind.value]),
            "row": rows[kind],
        }
        for kind, words in FILE_WORDS.items()
        if kind in rows
    ]


def pack_row(pack: Pack) -> dict[str, Any]:
    """A row of the list, and of a meeting's page."""
    return {
        "pack": pack,
        "url": url_of(pack),
        "about": pack.get_about_display(),
        "meeting": pack.meeting,
        "files": file_links(pack),
    }
