"""Freeze a pack: the one change there is. Nothing ever changes it afterwards."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import override

from action_plans.models import PlanVersion
from audit.actions import record
from councils.models import Meeting, Pack, PackAbout, PackFile
from councils.models.meetings import LONGEST_TITLE
from councils.packs import documents, files
from councils.packs.permissions import check_may_freeze
from councils.packs.rules import check_takes_packs
from documents import model, plain
from partners.looks import look_of
from partners.models import Collaboration


def freeze_council_pack(
    *, by: Any, collaboration: Collaboration, meeting: Meeting | None = None, form_id: uuid.UUID | None = None
) -> Pack:
    """Freeze what the council's page says today, for a meeting or on its own."""
    check_may_freeze(by, collaboration)
    known = _known(collaboration, form_id)
    if known is not None:
        return known
    if meeting is not None:
        check_takes_packs(meeting)
    now = timezone.now()
    with override(settings.LANGUAGE_CODE):
        document = documents.council_document(collaboration, meeting=meeting, now=now)
    return _freeze(by, collaboration, document, about=PackAbout.COUNCIL, now=now, form_id=form_id, meeting=meeting)


def freeze_plan_pack(*, by: Any, version: PlanVersion, address: str, form_id: uuid.UUID | None = None) -> Pack:
    """Freeze a decided version of a plan, as the council reads it. `address` is where its page is."""
    collaboration = version.plan.collaboration
    check_may_freeze(by, collaboration)
    known = _known(collaboration, form_id)
    if known is not None:
        return known
    now = timezone.now()
    with override(settings.LANGUAGE_CODE):
        document = documents.plan_document(version, address=address, now=now)
    return _freeze(by, collaboration, document, about=PackAbout.PLAN, now=now, form_id=form_id, plan_version=version)


def _known(collaboration: Collaboration, form_id: uuid.UUID | None) -> Pack | None:
    return Pack.objects.filter(collaboration=collaboration, form_id=form_id).first() if form_id else None


def _freeze(
    by: Any,
    collaboration: Collaboration,
    document: model.Document,
    *,
    about: str,
    now: dt.datetime,
    form_id: uuid.UUID | None,
    **of: Any,
) -> Pack:
    """Make the files and write them down. Not one transaction: that takes its time, and files come before rows."""
    content = plain.as_data(document)
    made = files.made(document, look_of(collaboration, now))
    names = files.store(made)
    is_ours = False
    try:
        with transaction.atomic():
            # One at a time: numbers follow each other, and the same press sent twice freezes once.
            collaboration = Collaboration.objects.select_for_update(no_key=True).get(pk=collaboration.pk)
            check_may_freeze(by, collaboration)
            pack = _known(collaboration, form_id)
            if pack is None:
                last = Pack.objects.filter(collaboration=collaboration).aggregate(last=Max("number"))["last"]
                pack = Pack.objects.create(
                    collaboration=collaboration,
                    number=(last or 0) + 1,
                    about=about,
                    title=document.title[:LONGEST_TITLE],
                    content=content,
                    sha256=plain.digest(content),
                    form_id=form_id,
                    made_at=now,
                    made_by=by,
                    made_by_function=str(by),
                    **of,
                )
                for kind, data in made.items():
                    PackFile.objects.create(
                        collaboration=collaboration,
                        pack=pack,
                        kind=kind,
                        file=names[kind],
                        sha256=files.sha256_of(data),
                        size_bytes=len(data),
                    )
                record("pack_frozen", by=by, subject=pack, number=pack.number)
                is_ours = True
        return pack
    finally:
        if not is_ours:
            for name in names.values():
                files.delete(name)
