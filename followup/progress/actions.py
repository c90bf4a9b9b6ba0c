"""Every change of what is told on the way. Each locks the measure: two at once come one after the other."""

from __future__ import annotations

import datetime as dt
import json
import uuid
from typing import Any, NamedTuple

from django.db import transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from action_plans.checks import check_row
from action_plans.models import Commitment, Measure
from audit.actions import record
from cause_analysis.texts import check_texts
from common.errors import NotPossible
from followup.models import Course, ProgressNote
from followup.models.progress import LONGEST_NEWS
from followup.progress.permissions import check_may_tell_for
from followup.progress.rules import check_can_tell
from partners.models import Organisation


class Told(NamedTuple):
    """A note, and whether it was written now or had been before."""

    note: ProgressNote
    is_new: bool


def locked(measure: Measure) -> Measure:
    """The measure as it is now, held until this is saved."""
    rows = Measure.objects.kept().select_for_update(of=("self",), no_key=True).select_related("plan__area")
    found: Measure = rows.get(pk=measure.pk)
    return found


@transaction.atomic
def tell(
    *,
    by: Any,
    measure: Measure,
    organisation: Organisation,
    course: Course,
    on: dt.date | None = None,
    part: Commitment | None = None,
    text: str = "",
    cost_sek: int | None = None,
    hours: int | None = None,
    client_uuid: uuid.UUID | None = None,
    is_confirmed: bool = False,
) -> Told:
    """Tell how a measure or a part of it goes. The same form sent again, under its own number, is the same note."""
    measure = locked(measure)
    check_may_tell_for(by, organisation, measure, part)
    today = timezone.localdate()
    on = on or today
    text = text.replace("\r\n", "\n").strip()
    number = client_uuid or uuid.uuid4()
    said = [measure.pk, organisation.pk, str(course), str(on), part.pk if part else None, text, cost_sek, hours]
    body_hash = salted_hmac("followup.progress_note", json.dumps(said), algorithm="sha256").hexdigest()
    known = ProgressNote.objects.filter(collaboration=measure.collaboration_id, client_uuid=number).first()
    if known is not None:
        if known.written_by_id != by.pk or known.client_body_hash != body_hash:
            raise NotPossible(
                _("This has already been told, in other words. Open the page again to tell more."), code="number_taken"
            )
        return Told(known, is_new=False)
    check_can_tell(measure, part, on, today)
    check_texts(by, measure.collaboration_id, {"text": text}, is_confirmed=is_confirmed, longest=LONGEST_NEWS)
    note = ProgressNote(
        collaboration_id=measure.collaboration_id,
        measure=measure,
        part=part,
        on=on,
        course=course,
        text=text,
        cost_sek=cost_sek,
        hours=hours,
        organisation=organisation,
        client_uuid=number,
        client_body_hash=body_hash,
        written_by=by,
    )
    check_row(note, without=["measure", "part", "organisation", "collaboration", "written_by"])
    note.save()
    record("progress_told", by=by, subject=measure, course=str(course), note=note.pk)
    return Told(note, is_new=True)
