"""Every change of what is told on the way. Each locks the measure: two at once come one after the other."""

from __future__ import annotations

import datetime as dt
import json
import uuid
from collections.abc import Mapping
from typing import Any, NamedTuple

from django.db import transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from action_plans.checks import check_row
from action_plans.models import Commitment, Measure
from action_plans.permissions import check_may_work_on_plan
from audit.actions import record
from cause_analysis.texts import check_texts
from common.errors import NotPossible
from followup.models import Course, DoseDone, DoseKind, DosePlan, Obstacle, ObstacleCode, ProgressNote
from followup.models.progress import LONGEST_NEWS
from followup.progress.permissions import check_may_tell, check_may_tell_for
from followup.progress.rules import check_can_plan_doses, check_can_resolve, check_can_tell, check_hinders
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
    doses: Mapping[int, int] | None = None,
    obstacle: ObstacleCode | None = None,
    since: dt.date | None = None,
    client_uuid: uuid.UUID | None = None,
    is_confirmed: bool = False,
) -> Told:
    """Tell how a measure or a part of it goes. The same form sent again, under its own number, is the same note.

    `doses` is how many were done since last time, by the planned dose; `obstacle` what hinders, `since` a day.
    """
    measure = locked(measure)
    check_may_tell_for(by, organisation, measure, part)
    today = timezone.localdate()
    on = on or today
    text = text.replace("\r\n", "\n").strip()
    number = client_uuid or uuid.uuid4()
    done = {pk: amount for pk, amount in sorted((doses or {}).items()) if amount}
    said = [
        measure.pk, organisation.pk, str(course), str(on), part.pk if part else None, text, cost_sek, hours,
        list(done.items()), obstacle and str(obstacle), since and str(since),
    ]  # fmt: skip
    body_hash = salted_hmac("followup.progress_note", json.dumps(said), algorithm="sha256").hexdigest()
    known = ProgressNote.objects.filter(collaboration=measure.collaboration_id, client_uuid=number).first()
    if known is not None:
        if known.written_by_id != by.pk or known.client_body_hash != body_hash:
            raise NotPossible(
                _("This has already been told, in other words. Open the page again to tell more."), code="number_taken"
            )
        return Told(known, is_new=False)
    check_can_tell(measure, part, on, today)
    check_hinders(course, obstacle, text, since, on)
    planned = {one.pk: one for one in DosePlan.objects.filter(measure=measure, pk__in=done)}
    if set(done) - set(planned):
        raise NotPossible(_("Somebody has taken away what you counted. Open the page again."))
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
    for pk, amount in done.items():
        row = DoseDone(collaboration_id=note.collaboration_id, note=note, dose=planned[pk], amount=amount)
        check_row(row, without=["note", "dose", "collaboration"])
        row.save()
    if obstacle is not None:
        hinders = Obstacle(
            collaboration_id=note.collaboration_id, measure=measure, note=note, code=obstacle, since=since or on
        )
        check_row(hinders, without=["note", "measure", "collaboration"])
        hinders.save()
    record(
        "progress_told", by=by, subject=measure, course=str(course), note=note.pk, obstacle=obstacle and str(obstacle)
    )
    return Told(note, is_new=True)


@transaction.atomic
def plan_doses(
    *,
    by: Any,
    measure: Measure,
    changed: Mapping[tuple[DoseKind, str], int | None],
    is_confirmed: bool = False,
) -> Measure:
    """Write how much of what a measure is to give; None takes it away. What is not named stays as it is."""
    measure = locked(measure)
    check_may_work_on_plan(by, measure.plan)
    check_can_plan_doses(measure)
    known = {(one.kind, one.word): one for one in measure.doses.all()}
    for kind, word in changed:
        if word and (kind, word) not in known:
            check_texts(by, measure.collaboration_id, {"word": word}, is_confirmed=is_confirmed, longest=40)
    for (kind, word), planned in changed.items():
        dose = known.get((kind, word))
        if planned is None:
            if dose is not None and dose.done.exists():
                raise NotPossible(
                    _("%(what)s: some are done already, so the plan for them stays. Change the number instead.")
                    % {"what": capfirst(dose.name)}
                )
            if dose is not None:
                dose.delete()
            continue
        dose = dose or DosePlan(collaboration_id=measure.collaboration_id, measure=measure, kind=kind, word=word)
        dose.planned, dose.changed_by = planned, by
        check_row(dose, without=["measure", "collaboration", "changed_by"])
        dose.save()
    if changed:
        said = {str(kind): planned for (kind, _word), planned in changed.items()}
        record("doses_planned", by=by, subject=measure, planned=said)
    return measure


@transaction.atomic
def resolve_obstacle(*, by: Any, obstacle: Obstacle, on: dt.date | None = None) -> Obstacle:
    """Say that something no longer hinders. Said twice it is said once."""
    locked(obstacle.measure)
    obstacle = (
        Obstacle.objects.select_for_update(of=("self",))
        .select_related("measure__plan__area", "note__part")
        .get(pk=obstacle.pk)
    )
    check_may_tell(by, obstacle.measure, obstacle.note.part)
    if obstacle.resolved_at is not None:
        return obstacle
    today = timezone.localdate()
    on = on or today
    check_can_resolve(obstacle, on, today)
    obstacle.resolved_on, obstacle.resolved_at, obstacle.resolved_by = on, timezone.now(), by
    check_row(obstacle, without=["note", "measure", "collaboration", "resolved_by"])
    obstacle.save(update_fields=["resolved_on", "resolved_at", "resolved_by"])
    record("obstacle_resolved", by=by, subject=obstacle.measure, code=obstacle.code, obstacle=obstacle.pk)
    return obstacle
