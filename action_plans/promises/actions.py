"""Every change of a citizen promise and of the dialogues it rests on. Each locks the promise first."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from action_plans.checks import check_row
from action_plans.models import (
    Dialogue,
    Measure,
    Promise,
    PromiseDialogue,
    PromiseFollowUp,
    PromiseItem,
    PromiseItemMeasure,
    PromiseSignatory,
    PromiseState,
    Publication,
)
from action_plans.models.promises import LONGEST_ITEM, LONGEST_PUBLIC
from action_plans.permissions import check_may_plan_in
from action_plans.promises.content import mark_of, write_content
from action_plans.promises.permissions import check_may_publish, check_may_work_on_promise
from action_plans.promises.residents import check_no_homes
from action_plans.promises.rules import (
    ENDED,
    FOLLOWED,
    check_nothing_lacks,
    check_promise_move,
    check_written,
    lacks_to_decide,
    lacks_to_publish,
)
from action_plans.rules import check_days
from areas.models import Area
from audit.actions import record
from cause_analysis.causes.permissions import check_may_decide_for
from cause_analysis.texts import check_texts
from cause_analysis.versions import check_version
from common.errors import NotPossible
from partners.models import Collaboration, Group, Organisation

# What each form writes, and how long its free texts may be.
PROMISE_TEXTS = {
    "title_sv": 120,
    "title_en": 120,
    "problem_sv": LONGEST_PUBLIC,
    "problem_en": LONGEST_PUBLIC,
    "registry_number": 40,
}
PROMISE_WRITTEN = {*PROMISE_TEXTS, "first_day", "last_day", "problem", "shows_count", "follow_up_on"}
ITEM_TEXTS = {"text_sv": LONGEST_ITEM, "text_en": LONGEST_ITEM, "amount_sv": 120, "amount_en": 120}
ITEM_WRITTEN = {*ITEM_TEXTS, "organisation", "due_on"}
DONE_TEXTS = {"done_sv": LONGEST_ITEM, "done_en": LONGEST_ITEM}
FOLLOW_UP_TEXTS = {"text_sv": LONGEST_PUBLIC, "text_en": LONGEST_PUBLIC}
DIALOGUE_TEXTS = {"target_group": 120, "themes": LONGEST_ITEM, "protocol": 2000}
DIALOGUE_WRITTEN = {*DIALOGUE_TEXTS, "kind", "held_on", "place", "walk", "participants"}


def locked(promise: Promise) -> Promise:
    """The promise as it is now, and nobody else's until the transaction ends."""
    rows = Promise.objects.select_for_update(of=("self",), no_key=True)
    return rows.select_related("area", "collaboration", "problem").get(pk=promise.pk)


def _write(
    by: Any, row: Any, values: Mapping[str, Any], texts: Mapping[str, int], written: set[str], is_confirmed: bool
) -> None:
    """Put values in a row once its free texts have passed the guard; nothing is saved."""
    if unknown := set(values) - written:
        raise ValueError(f"{sorted(unknown)} are not written by this action")
    said = {name: str(values[name]).replace("\r\n", "\n").strip() for name in texts if name in values}
    for name, text in said.items():
        if text != getattr(row, name):
            check_texts(by, row.collaboration_id, {name: text}, is_confirmed=is_confirmed, longest=texts[name])
    for name, value in {**values, **said}.items():
        setattr(row, name, value)


# --- Dialogues --------------------------------------------------------------------------------------------------------


@transaction.atomic
def add_dialogue(
    *, by: Any, area: Area, client_uuid: uuid.UUID | None = None, is_confirmed: bool = False, **values: Any
) -> Dialogue:
    """Note that people were asked. The same form sent twice makes one row."""
    check_may_plan_in(by, area)
    Collaboration.objects.select_for_update(no_key=True).get(pk=area.collaboration_id)
    if client_uuid is not None:
        known = Dialogue.objects.filter(area=area, client_uuid=client_uuid).first()
        if known is not None:
            return known
    dialogue = Dialogue(
        collaboration_id=area.collaboration_id, area=area, created_by=by, client_uuid=client_uuid or uuid.uuid4()
    )
    _write_dialogue(by, dialogue, values, is_confirmed)
    dialogue.save()
    record("dialogue_added", by=by, subject=dialogue)
    return dialogue


def _write_dialogue(by: Any, dialogue: Dialogue, values: Mapping[str, Any], is_confirmed: bool) -> None:
    before = {name: getattr(dialogue, name) for name in DIALOGUE_TEXTS}
    _write(by, dialogue, values, DIALOGUE_TEXTS, DIALOGUE_WRITTEN, is_confirmed)
    said = {name: getattr(dialogue, name) for name in DIALOGUE_TEXTS}
    written = {name: text for name, text in said.items() if text != before[name]}
    check_no_homes(written, is_confirmed=is_confirmed)
    check_days(held_on=dialogue.held_on)
    if dialogue.held_on and dialogue.held_on > timezone.localdate():
        raise NotPossible({"held_on": _("The day lies ahead. Write it down once it has been held.")})
    for name in ("place", "walk"):
        thing = getattr(dialogue, name)
        if thing is not None and thing.collaboration_id != dialogue.collaboration_id:
            raise NotPossible({name: _("The place belongs to another collaboration.")})
    check_row(dialogue, without=["collaboration", "area", "place", "walk", "created_by"])


@transaction.atomic
def change_dialogue(
    *, by: Any, dialogue: Dialogue, row_version: int, is_confirmed: bool = False, **values: Any
) -> Dialogue:
    """Write in a dialogue, unless somebody else has since `row_version`."""
    dialogue = Dialogue.objects.select_for_update(of=("self",), no_key=True).select_related("area").get(pk=dialogue.pk)
    check_may_plan_in(by, dialogue.area)
    check_version(dialogue, row_version)
    _write_dialogue(by, dialogue, values, is_confirmed)
    dialogue.row_version += 1
    dialogue.save()
    record("dialogue_changed", by=by, subject=dialogue, fields=sorted(values))
    return dialogue


# --- The promise ------------------------------------------------------------------------------------------------------


@transaction.atomic
def make_promise(
    *,
    by: Any,
    area: Area,
    client_uuid: uuid.UUID | None = None,
    dialogues: Sequence[Dialogue] = (),
    is_confirmed: bool = False,
    **values: Any,
) -> Promise:
    """A draft of a promise to those who live in an area. The same form sent twice makes one."""
    check_may_plan_in(by, area)
    # One at a time, so that no two promises get the same number.
    collaboration = Collaboration.objects.select_for_update(no_key=True).get(pk=area.collaboration_id)
    if client_uuid is not None:
        known = Promise.objects.filter(collaboration=collaboration, client_uuid=client_uuid, area=area).first()
        if known is not None:
            return known
    last = Promise.objects.filter(collaboration=collaboration).aggregate(last=Max("number"))["last"]
    promise = Promise(
        collaboration=collaboration,
        area=area,
        number=(last or 0) + 1,
        created_by=by,
        client_uuid=client_uuid or uuid.uuid4(),
    )
    _write_promise(by, promise, values, is_confirmed)
    promise.save()
    _rest_on(promise, dialogues)
    record("promise_made", by=by, subject=promise)
    return promise


def _write_promise(by: Any, promise: Promise, values: Mapping[str, Any], is_confirmed: bool) -> None:
    _write(by, promise, values, PROMISE_TEXTS, PROMISE_WRITTEN, is_confirmed)
    if not promise.title_sv:
        raise NotPossible({"title_sv": _("Say in a few words what is promised.")})
    if promise.problem is not None and promise.problem.area_id != promise.area_id:
        raise NotPossible({"problem": _("The problem is in another area than the promise.")})
    check_days(first_day=promise.first_day, last_day=promise.last_day, follow_up_on=promise.follow_up_on)
    check_row(promise, without=["collaboration", "area", "problem", "decided_by_group", "created_by"])


def _rest_on(promise: Promise, dialogues: Sequence[Dialogue]) -> None:
    if any(one.area_id != promise.area_id for one in dialogues):
        raise NotPossible({"dialogues": _("Choose dialogues of the same area.")})
    known = set(promise.promise_dialogues.values_list("dialogue_id", flat=True))
    wanted = [one.pk for one in dialogues]
    promise.promise_dialogues.exclude(dialogue__in=wanted).delete()
    PromiseDialogue.objects.bulk_create(
        PromiseDialogue(collaboration_id=promise.collaboration_id, promise=promise, dialogue_id=pk)
        for pk in dict.fromkeys(wanted)
        if pk not in known
    )


@transaction.atomic
def change_promise(
    *,
    by: Any,
    promise: Promise,
    row_version: int,
    dialogues: Sequence[Dialogue] | None = None,
    is_confirmed: bool = False,
    **values: Any,
) -> Promise:
    """Write in a draft, unless somebody else has since `row_version`. What residents read does not change with it."""
    promise = locked(promise)
    check_may_work_on_promise(by, promise)
    check_written(promise)
    check_version(promise, row_version)
    _write_promise(by, promise, values, is_confirmed)
    promise.row_version += 1
    promise.save()
    if dialogues is not None:
        _rest_on(promise, dialogues)
    record("promise_changed", by=by, subject=promise, fields=sorted(values))
    return promise


@transaction.atomic
def add_signatory(
    *, by: Any, promise: Promise, function: str, organisation: Organisation, is_confirmed: bool = False
) -> PromiseSignatory:
    """Write which function of an organisation stands behind the promise."""
    promise = locked(promise)
    check_may_work_on_promise(by, promise)
    check_written(promise)
    function = " ".join(function.split())
    if not function:
        raise NotPossible({"function": _("Write a function, not a name.")})
    check_texts(by, promise.collaboration_id, {"function": function}, is_confirmed=is_confirmed, longest=80)
    _check_partner(promise, organisation)
    signatory = PromiseSignatory(
        collaboration_id=promise.collaboration_id, promise=promise, function=function, organisation=organisation
    )
    known = promise.signatories.filter(function=function, organisation=organisation).first()
    if known is not None:
        return known
    signatory.save()
    record("promise_signatory_added", by=by, subject=promise)
    return signatory


@transaction.atomic
def remove_signatory(*, by: Any, promise: Promise, signatory: PromiseSignatory) -> None:
    """Take a function away from those who stand behind a draft."""
    promise = locked(promise)
    check_may_work_on_promise(by, promise)
    check_written(promise)
    if promise.signatories.filter(pk=signatory.pk).delete()[0]:
        record("promise_signatory_removed", by=by, subject=promise)


def _check_partner(promise: Promise, organisation: Organisation) -> None:
    if organisation.collaboration_id != promise.collaboration_id:
        raise NotPossible({"organisation": _("The organisation belongs to another collaboration.")})


# --- Its undertakings -------------------------------------------------------------------------------------------------


@transaction.atomic
def add_item(
    *, by: Any, promise: Promise, client_uuid: uuid.UUID | None = None, is_confirmed: bool = False, **values: Any
) -> PromiseItem:
    """Write an undertaking in a draft. The same form sent twice makes one."""
    promise = locked(promise)
    check_may_work_on_promise(by, promise)
    check_written(promise)
    if client_uuid is not None and (known := promise.items.filter(client_uuid=client_uuid).first()):
        return known
    item = PromiseItem(
        collaboration_id=promise.collaboration_id, promise=promise, client_uuid=client_uuid or uuid.uuid4()
    )
    _write_item(by, promise, item, values, is_confirmed)
    record("promise_item_added", by=by, subject=promise)
    return item


def _write_item(by: Any, promise: Promise, item: PromiseItem, values: Mapping[str, Any], is_confirmed: bool) -> None:
    _write(by, item, values, ITEM_TEXTS, ITEM_WRITTEN, is_confirmed)
    if not item.text_sv:
        raise NotPossible({"text_sv": _("Say what is done.")})
    _check_partner(promise, item.organisation)
    check_days(due_on=item.due_on)
    check_row(item, without=["collaboration", "promise", "organisation"])
    item.save()


def _item_of(promise: Promise, item: PromiseItem) -> PromiseItem:
    # The promise is locked: nobody else writes in its undertakings.
    return PromiseItem.objects.select_related("organisation").get(pk=item.pk, promise=promise)


@transaction.atomic
def change_item(
    *, by: Any, item: PromiseItem, row_version: int, is_confirmed: bool = False, **values: Any
) -> PromiseItem:
    """Write in an undertaking of a draft, unless somebody else has since `row_version`."""
    promise = locked(item.promise)
    check_may_work_on_promise(by, promise)
    check_written(promise)
    item = _item_of(promise, item)
    check_version(item, row_version)
    item.row_version += 1
    _write_item(by, promise, item, values, is_confirmed)
    record("promise_item_changed", by=by, subject=promise, fields=sorted(values))
    return item


@transaction.atomic
def remove_item(*, by: Any, item: PromiseItem) -> None:
    """Take an undertaking away from a draft. What was published of it stands in its version."""
    promise = locked(item.promise)
    check_may_work_on_promise(by, promise)
    check_written(promise)
    if promise.items.filter(pk=item.pk).delete()[0]:
        record("promise_item_removed", by=by, subject=promise)


@transaction.atomic
def tie_measure(
    *, by: Any, item: PromiseItem, measure: Measure, done_sv: str = "", done_en: str = "", is_confirmed: bool = False
) -> PromiseItemMeasure:
    """Say which measure carries an undertaking, and in words for residents what has been done. Residents read them
    once they are published; no other word of the measure ever goes out."""
    promise = locked(item.promise)
    check_may_work_on_promise(by, promise)
    item = _item_of(promise, item)
    if measure.plan.area_id != promise.area_id or measure.removed_at is not None:
        raise NotPossible({"measure": _("Choose a measure of the same area.")})
    link = PromiseItemMeasure.objects.filter(item=item, measure=measure).first()
    if link is not None:
        raise NotPossible({"measure": _("The measure already carries this undertaking.")})
    link = PromiseItemMeasure(collaboration_id=promise.collaboration_id, item=item, measure=measure)
    _write_done(by, link, {"done_sv": done_sv, "done_en": done_en}, is_confirmed)
    record("promise_measure_tied", by=by, subject=promise, measure=measure.pk)
    return link


def _write_done(by: Any, link: PromiseItemMeasure, values: Mapping[str, Any], is_confirmed: bool) -> None:
    _write(by, link, values, DONE_TEXTS, set(DONE_TEXTS), is_confirmed)
    if bool(link.done_sv) != bool(link.done_en):
        empty = "done_en" if link.done_sv else "done_sv"
        raise NotPossible({empty: _("Write it in both languages, or leave both empty.")})
    link.save()


@transaction.atomic
def write_done(
    *, by: Any, link: PromiseItemMeasure, row_version: int, is_confirmed: bool = False, done_sv: str, done_en: str
) -> PromiseItemMeasure:
    """Write anew what has been done, unless somebody else has since `row_version`. Published by the next version."""
    promise = locked(link.item.promise)
    check_may_work_on_promise(by, promise)
    link = PromiseItemMeasure.objects.select_related("item").get(pk=link.pk, item__promise=promise)
    check_version(link, row_version)
    link.row_version += 1
    _write_done(by, link, {"done_sv": done_sv, "done_en": done_en}, is_confirmed)
    record("promise_done_written", by=by, subject=promise, measure=link.measure_id)
    return link


@transaction.atomic
def untie_measure(*, by: Any, link: PromiseItemMeasure) -> None:
    """Say that a measure no longer carries an undertaking."""
    promise = locked(link.item.promise)
    check_may_work_on_promise(by, promise)
    if PromiseItemMeasure.objects.filter(pk=link.pk, item__promise=promise).delete()[0]:
        record("promise_measure_untied", by=by, subject=promise, measure=link.measure_id)


# --- Its life ---------------------------------------------------------------------------------------------------------


def _move(promise: Promise, to: PromiseState, *fields: str) -> None:
    check_promise_move(promise, to)
    promise.state = to
    promise.save(update_fields=["state", *fields])


@transaction.atomic
def decide_promise(*, by: Any, promise: Promise, group: Group, decided_on: dt.date) -> Promise:
    """Write down that a group has decided the promise. What it lacks is said all at once."""
    promise = locked(promise)
    check_may_work_on_promise(by, promise)
    if group.collaboration_id != promise.collaboration_id or not group.is_active:
        raise NotPossible({"group": _("Choose a group that meets here.")})
    check_may_decide_for(by, group)
    check_promise_move(promise, PromiseState.DECIDED)
    check_days(decided_on=decided_on)
    if decided_on > timezone.localdate():
        raise NotPossible({"decided_on": _("The day lies ahead. Write it down once it has been decided.")})
    check_nothing_lacks(lacks_to_decide(promise, list(promise.items.all())))
    promise.decided_on, promise.decided_by_group = decided_on, group
    _move(promise, PromiseState.DECIDED, "decided_on", "decided_by_group")
    record("promise_decided", by=by, subject=promise, group=group.pk)
    return promise


@transaction.atomic
def reopen_promise(*, by: Any, promise: Promise) -> Promise:
    """Make it a draft again. Residents go on reading what is published until the next version."""
    promise = locked(promise)
    check_may_work_on_promise(by, promise)
    _move(promise, PromiseState.DRAFT)
    record("promise_reopened", by=by, subject=promise)
    return promise


@transaction.atomic
def publish_promise(*, by: Any, promise: Promise, seen: str) -> Publication:
    """Show the promise to everybody as `seen` in the preview. Published twice, or without news, it is one version."""
    promise = locked(promise)
    check_may_publish(by, promise)
    check_nothing_lacks(lacks_to_publish(promise, list(promise.items.all())))
    # Before its state, which the page tells, moves on.
    before = promise.publications.order_by("-number").first()
    to = _published_state(promise)
    if to != promise.state:
        check_promise_move(promise, to)
        promise.state = to
    content = write_content(promise)
    if before is not None and before.unpublished_at is None and before.content == content:
        return before
    if mark_of(content) != seen:
        raise NotPossible(
            _("Something has been changed since you read it. Read it again before you publish."), code="conflict"
        )
    if promise.public_number is None:
        Collaboration.objects.select_for_update(no_key=True).get(pk=promise.collaboration_id)
        last = Promise.objects.filter(area=promise.area_id).aggregate(last=Max("public_number"))["last"]
        promise.public_number = (last or 0) + 1
    promise.save(update_fields=["state", "public_number"])
    publication = Publication.objects.create(
        collaboration_id=promise.collaboration_id,
        promise=promise,
        number=(before.number if before else 0) + 1,
        content=content,
        published_at=timezone.now(),
        published_by=by,
    )
    record("promise_published", by=by, subject=promise, version=publication.number)
    return publication


def _published_state(promise: Promise) -> PromiseState:
    """How far it has come once it is published now."""
    if promise.state != PromiseState.DECIDED:
        return PromiseState(promise.state)
    return PromiseState.FOLLOWED_UP if promise.follow_ups.exists() else PromiseState.PUBLISHED


def preview(promise: Promise) -> dict[str, Any]:
    """The content as it would be published now. Nothing is saved."""
    stood = promise.state
    promise.state = _published_state(promise)
    content = write_content(promise)
    promise.state = stood
    return content


@transaction.atomic
def unpublish_promise(*, by: Any, promise: Promise) -> Promise:
    """Take the promise away from residents at once, with all its versions. They never come back; a new one may."""
    promise = locked(promise)
    check_may_publish(by, promise)
    taken = promise.publications.open().update(unpublished_at=timezone.now(), unpublished_by=by)
    if not taken:
        return promise
    if promise.state == PromiseState.PUBLISHED:
        _move(promise, PromiseState.DECIDED)
    record("promise_unpublished", by=by, subject=promise)
    return promise


@transaction.atomic
def follow_up_promise(
    *,
    by: Any,
    promise: Promise,
    next_on: dt.date | None = None,
    client_uuid: uuid.UUID | None = None,
    is_confirmed: bool = False,
    **values: Any,
) -> PromiseFollowUp:
    """Say how it goes, and when it is followed up next. Residents read it once it is published."""
    promise = locked(promise)
    check_may_work_on_promise(by, promise)
    if client_uuid is not None and (known := promise.follow_ups.filter(client_uuid=client_uuid).first()):
        return known
    if promise.state not in FOLLOWED:
        raise NotPossible(_("A promise is followed up once it is published."))
    note = PromiseFollowUp(
        collaboration_id=promise.collaboration_id,
        promise=promise,
        written_by=by,
        client_uuid=client_uuid or uuid.uuid4(),
    )
    written = {*FOLLOW_UP_TEXTS, "on", "carried_out", "good_result"}
    _write(by, note, values, FOLLOW_UP_TEXTS, written, is_confirmed)
    check_days(on=note.on, next_on=next_on)
    if note.on and note.on > timezone.localdate():
        raise NotPossible({"on": _("The day lies ahead. Write what has been seen up to today.")})
    if next_on is not None and note.on and next_on <= note.on:
        raise NotPossible({"next_on": _("The next follow-up comes after this one.")})
    check_row(note, without=["collaboration", "promise", "written_by"])
    note.save()
    promise.follow_up_on = next_on
    if promise.state == PromiseState.PUBLISHED:
        _move(promise, PromiseState.FOLLOWED_UP, "follow_up_on")
    else:
        promise.save(update_fields=["follow_up_on"])
    record("promise_followed_up", by=by, subject=promise, carried_out=note.carried_out, good_result=note.good_result)
    return note


@transaction.atomic
def end_promise(*, by: Any, promise: Promise, result: PromiseState) -> Promise:
    """Say how it went in the end: kept, partly kept or not kept. Residents read it once it is published."""
    promise = locked(promise)
    check_may_work_on_promise(by, promise)
    if result not in ENDED:
        raise NotPossible(_("Say whether the promise was kept, partly kept or not kept."))
    if promise.state == result:
        return promise
    promise.follow_up_on = None
    _move(promise, result, "follow_up_on")
    record("promise_ended", by=by, subject=promise, result=str(result))
    return promise
