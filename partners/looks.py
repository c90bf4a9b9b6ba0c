"""What a collaboration's documents look like: chosen by its coordinators, and kept by what was frozen meanwhile.

Whoever makes a file asks `look_of`, with the moment at which its content was frozen where it was. A file of a decided
plan made next year looks as it did the day it was decided.
"""

from __future__ import annotations

import datetime as dt
import logging
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from audit.actions import record
from common.errors import NotPossible
from documents import model
from partners.models import Collaboration, Look
from partners.permissions import check_may_keep_look
from partners.rules import check_accent, logotype_refused
from privacy import images
from privacy.picture_files import Folder, delete, read
from privacy.validators import names_no_person

logger = logging.getLogger(__name__)

FOLDER = Folder("logotypes")
store = FOLDER.store


def notice_words(collaboration: Collaboration) -> str:
    """What every page of a file made of a demonstration's data has to say."""
    return {
        Collaboration.Notice.INVENTED: _("Example data: nothing here has happened."),
        Collaboration.Notice.OPEN_DATA: _(
            "Real open data (data.police.uk); organisations, measures and assessments are invented."
        ),
    }.get(Collaboration.Notice(collaboration.notice), "")


def row_of(collaboration: Collaboration | int, frozen_at: dt.datetime | None = None) -> Look | None:
    """The look in force, or the one that was when something was frozen."""
    rows = Look.objects.filter(collaboration=collaboration)
    return (rows.at(frozen_at) if frozen_at else rows.in_force()).first()


def look_of(collaboration: Collaboration | int, frozen_at: dt.datetime | None = None) -> model.Look | None:
    """The same for a writer of documents; None where documents look as ours."""
    row = row_of(collaboration, frozen_at)
    return as_written(row) if row else None


def as_written(row: Look) -> model.Look:
    return model.Look(accent=row.accent, header=row.header, logo=logo_of(row))


def logo_of(row: Look) -> bytes:
    """The logotype; nothing where it has none, and where its file is lost: a document is made all the same."""
    if not row.file:
        return b""
    try:
        return read(str(row.file))
    except FileNotFoundError:
        logger.exception("look %s has lost its logotype", row.pk)
        return b""


def keep_look(
    *, by: Any, collaboration: Collaboration, accent: str, header: str, logo: bytes | None, keeps_logo: bool
) -> Look:
    """Choose what documents look like from now on. A logotype is made anew; `keeps_logo` keeps the one there is.

    Not one transaction: a picture takes its time, and its file is written before its row.
    """
    check_may_keep_look(by, collaboration)
    accent, header = accent.strip().lower(), " ".join(header.split())
    check_accent(accent)
    names_no_person(header)
    name = store(_made_anew(logo)) if logo is not None else ""
    try:
        with transaction.atomic():
            return _write(by, collaboration, accent, header, name, keeps_logo=keeps_logo)
    except BaseException:
        if name:
            delete(name)
        raise


def _made_anew(logo: bytes) -> bytes:
    try:
        return images.made_anew(logo).data
    except NotPossible as no:
        raise logotype_refused() from no


def _write(by: Any, collaboration: Collaboration, accent: str, header: str, name: str, *, keeps_logo: bool) -> Look:
    # One at a time, so that whoever comes second replaces what the first chose.
    collaboration = Collaboration.objects.select_for_update(no_key=True).get(pk=collaboration.pk)
    check_may_keep_look(by, collaboration)
    now = timezone.now()
    before = row_of(collaboration)
    if before is not None:
        if keeps_logo and not name:
            name = str(before.file)
        if (before.accent, before.header, str(before.file)) == (accent, header, name):
            return before
        _end(before, now)
    elif not (accent or header or name):
        raise NotPossible(_("Choose a colour, a line or a logotype."))
    look = Look.objects.create(
        collaboration=collaboration, accent=accent, header=header, file=name, made_at=now, made_by=by
    )
    record("look_kept", by=by, subject=look)
    return look


@transaction.atomic
def remove_look(*, by: Any, collaboration: Collaboration) -> None:
    """Documents look as ours from now on; those that are frozen keep what they looked like."""
    collaboration = Collaboration.objects.select_for_update(no_key=True).get(pk=collaboration.pk)
    check_may_keep_look(by, collaboration)
    look = row_of(collaboration)
    if look is None:
        raise NotPossible(_("Nothing has been chosen. Somebody else may have removed it."))
    _end(look, timezone.now())
    record("look_removed", by=by, subject=look)


def _end(look: Look, now: dt.datetime) -> None:
    look.replaced_at = now
    look.save(update_fields=["replaced_at"])


def sweep(now: dt.datetime) -> int:
    """Delete the files no look names; return how many. Safe to run twice, twice at once, and to kill."""
    return FOLDER.sweep(Look.objects, now)
