"""Every change of inspections and walks: begun, filled in, finished, corrected, thrown away."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import NamedTuple

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from areas.inspections import rules
from areas.inspections.checklists import Item, current_version, item_named, items_of
from areas.inspections.permissions import (
    check_may_correct,
    check_may_fill_in,
    check_may_inspect,
    check_may_keep_walk,
    check_may_lead_walk,
    inspecting_memberships,
    leading_memberships,
)
from areas.inspections.photo_files import delete_photos
from areas.inspections.rules import Answers
from areas.models import (
    Area,
    ChecklistKind,
    ChecklistVersion,
    InspectionCorrection,
    InspectionItem,
    ItemState,
    Place,
    PlaceFeature,
    SafetyInspection,
    SafetyWalk,
)
from areas.place_files.actions import observe_feature
from areas.queries import allowed_words
from audit.actions import record
from common.errors import NotPossible
from partners.models import Organisation, User
from partners.rules import keeps_no_persons

# What an item's state says of the feature it speaks of. What was not looked at says nothing.
FEATURE_STATES = {
    ItemState.OK: PlaceFeature.State.GOOD,
    ItemState.DEFECT: PlaceFeature.State.DEFECT,
    ItemState.URGENT: PlaceFeature.State.URGENT,
}


class Arrival(NamedTuple):
    """An inspection that was sent in, and whether it was stored now or had been stored before."""

    inspection: SafetyInspection
    is_new: bool


def begin_inspection(
    *, place: Place, version: ChecklistVersion, answers: Answers, client_uuid: uuid.UUID, by: User
) -> Arrival:
    """Store an inspection, finished or to go on with. What comes again under its number is the same inspection.

    An answer may be lost on its way: then the device does not know that it is stored, and sends it again, perhaps with
    more filled in.
    """
    check_may_inspect(by, place)
    known = _sent_before(place, version, client_uuid, by)
    if known is None:
        try:
            with transaction.atomic():
                return Arrival(_begin(place, version, answers, client_uuid, by), is_new=True)
        except IntegrityError:
            # The same number at the same moment, from another tab or a request that was sent again.
            known = _sent_before(place, version, client_uuid, by)
            if known is None:
                raise
    return Arrival(fill_in(inspection=known, answers=answers, seen=0, by=by), is_new=False)


def _begin(
    place: Place, version: ChecklistVersion, answers: Answers, client_uuid: uuid.UUID, by: User
) -> SafetyInspection:
    organisation = inspecting_memberships(by, place)[0].organisation
    if not place.is_active:
        raise NotPossible({"place": [_("The place is no longer in use. Choose another.")]})
    if version.collaboration_id != place.collaboration_id or version.checklist.kind != ChecklistKind.INSPECTION:
        raise NotPossible(_("The checklist is another one. Open the page again."))
    items = items_of(version)
    _check(answers, items, organisation)
    inspection = SafetyInspection.objects.create(
        collaboration_id=place.collaboration_id,
        place=place,
        organisation=organisation,
        checklist_version=version,
        inspected_on=answers.inspected_on,
        participants=answers.participants,
        client_uuid=client_uuid,
        announced_photos=sorted(answers.photos),
        created_by=by,
    )
    _add_items(inspection, items, answers)
    record("inspection_begun", by=by, subject=inspection, place=place.pk)
    if answers.is_finished:
        _finish(inspection, items, by, PlaceFeature.Source.INSPECTION)
    return inspection


def _sent_before(place: Place, version: ChecklistVersion, client_uuid: uuid.UUID, by: User) -> SafetyInspection | None:
    rows = SafetyInspection.objects.filter(collaboration_id=place.collaboration_id, client_uuid=client_uuid)
    known = rows.first()
    if known is None:
        return None
    if (known.created_by_id, known.place_id, known.checklist_version_id) != (by.pk, place.pk, version.pk):
        raise NotPossible(_("Another inspection has already been sent under this number."), code="number_taken")
    return known


def _check(answers: Answers, items: Sequence[Item], organisation: Organisation) -> None:
    rules.check_answers(
        answers,
        items,
        today=timezone.localdate(),
        allowed=allowed_words(organisation.collaboration_id),
        keeps_no_persons=keeps_no_persons(organisation),
    )


def _add_items(inspection: SafetyInspection, items: Sequence[Item], answers: Answers | None = None) -> None:
    InspectionItem.objects.bulk_create(
        InspectionItem(
            collaboration_id=inspection.collaboration_id,
            inspection=inspection,
            key=item.key,
            state=answers.state_of(item.key) if answers else ItemState.NOT_LOOKED_AT,
            note=answers.notes.get(item.key, "") if answers else "",
        )
        for item in items
    )


@transaction.atomic
def fill_in(*, inspection: SafetyInspection, answers: Answers, seen: int, by: User) -> SafetyInspection:
    """Save what has been filled in so far, and finish if that is asked for. What is stored already is stored once.

    `seen` is the `row_version` of the page. If somebody has saved since, nothing is written over.
    """
    inspection = _held(inspection)
    check_may_fill_in(by, inspection)
    items = items_of(inspection.checklist_version)
    stored = {item.key: item for item in inspection.items.all()}
    is_same = _is_stored(inspection, stored, answers)
    if is_same and (inspection.finished_at is not None or not answers.is_finished):
        return inspection
    rules.check_not_finished(inspection)
    if inspection.row_version != seen and not is_same:
        raise NotPossible(
            _(
                "Somebody else has saved here since you opened the page. Nothing of yours is lost: what differs is "
                "shown beside it. Look through it and save again."
            ),
            code="conflict",
        )
    _check(answers, items, inspection.organisation)
    for key, item in stored.items():
        state, note = answers.state_of(key), answers.notes.get(key, "")
        if (item.state, item.note) != (state, note):
            item.state, item.note = state, note
            item.save(update_fields=["state", "note"])
    inspection.inspected_on, inspection.participants = answers.inspected_on, answers.participants
    if inspection.walk is not None:
        # A stop has the day and the people of its walk.
        inspection.inspected_on, inspection.participants = inspection.walk.walked_on, inspection.walk.participants
        inspection.safety = answers.safety
        inspection.felt_safe, inspection.felt_unsafe = answers.felt_safe, answers.felt_unsafe
    inspection.announced_photos = sorted({*inspection.announced_photos, *answers.photos})
    inspection.row_version += 1
    inspection.save()
    record("inspection_filled_in", by=by, subject=inspection, place=inspection.place_id)
    if answers.is_finished and inspection.walk_id is None:
        _finish(inspection, items, by, PlaceFeature.Source.INSPECTION)
    return inspection


def _held(inspection: SafetyInspection) -> SafetyInspection:
    rows = SafetyInspection.objects.select_for_update(of=("self",))
    return rows.select_related("place", "organisation", "walk", "checklist_version__checklist").get(pk=inspection.pk)


def _is_stored(inspection: SafetyInspection, stored: dict[str, InspectionItem], answers: Answers) -> bool:
    """Whether everything said is what stands there already, as when an answer was lost on its way."""
    around = (inspection.inspected_on, inspection.participants) == (answers.inspected_on, answers.participants)
    felt = (inspection.safety, inspection.felt_safe, inspection.felt_unsafe) == (
        answers.safety, answers.felt_safe, answers.felt_unsafe,
    )  # fmt: skip
    items = all(
        (item.state, item.note) == (answers.state_of(key), answers.notes.get(key, "")) for key, item in stored.items()
    )
    is_announced = set(answers.photos) <= set(inspection.announced_photos)
    return items and is_announced and (felt if inspection.walk_id is not None else around)


def _finish(inspection: SafetyInspection, items: Sequence[Item], by: User, source: PlaceFeature.Source) -> None:
    """Freeze it, and tell the place's file what was seen of its features. The notes stay here, for the circle."""
    inspection.finished_at = timezone.now()
    inspection.save(update_fields=["finished_at"])
    states = dict(inspection.items.values_list("key", "state"))
    for item in items:
        state = FEATURE_STATES.get(ItemState(states[item.key]))
        if item.feature and state is not None:
            observe_feature(
                place=inspection.place,
                kind=item.feature,
                detail=item.part,
                state=state,
                note="",
                observed_on=inspection.inspected_on,
                source=source,
                organisation=inspection.organisation,
                by=by,
                # The list's own words, looked at when it was written.
                is_text_confirmed=True,
            )
    counts = [list(states.values()).count(state) for state in (ItemState.DEFECT, ItemState.URGENT)]
    record(
        "inspection_finished", by=by, subject=inspection, place=inspection.place_id, defects=counts[0], urgent=counts[1]
    )


@transaction.atomic
def drop_inspection(*, inspection: SafetyInspection, by: User) -> None:
    """Throw away one that was begun by mistake, with its photos. A finished one stays, and so does a walk's stop."""
    inspection = _held(inspection)
    check_may_fill_in(by, inspection)
    rules.check_not_finished(inspection)
    if inspection.walk_id is not None:
        raise NotPossible(_("A stop belongs to its walk. Leave it empty if you did not go there."))
    record("inspection_dropped", by=by, subject=inspection, place=inspection.place_id)
    delete_photos(inspection.photos.all())
    inspection.delete()


@transaction.atomic
def correct_inspection(*, inspection: SafetyInspection, text: str, by: User, key: str = "") -> InspectionCorrection:
    """Write something beside a finished inspection, about one of its items or about all of it."""
    inspection = _held(inspection)
    check_may_correct(by, inspection)
    rules.check_finished(inspection)
    text = text.strip()
    if not text:
        raise NotPossible({"text": [_("Write what is to be corrected.")]})
    organisation = inspecting_memberships(by, inspection.place)[0].organisation
    faults = rules.text_faults(
        text,
        allowed=allowed_words(inspection.collaboration_id),
        is_confirmed=False,
        keeps_no_persons=keeps_no_persons(organisation),
    )
    if faults:
        raise NotPossible({"text": faults})
    if key and item_named(items_of(inspection.checklist_version), key) is None:
        raise NotPossible({"key": [_("The checklist has no such item.")]})
    correction = InspectionCorrection.objects.create(
        collaboration_id=inspection.collaboration_id,
        inspection=inspection,
        item=inspection.items.get(key=key) if key else None,
        text=text,
        organisation=organisation,
        created_by=by,
    )
    record("inspection_corrected", by=by, subject=inspection, place=inspection.place_id)
    return correction


# --- Walks ------------------------------------------------------------------------------------------------------------


def begin_walk(
    *,
    area: Area,
    walked_on: dt.date,
    participants: str,
    places: Sequence[Place],
    client_uuid: uuid.UUID,
    by: User,
) -> SafetyWalk:
    """Plan a walk: its stops in order, each ready to be filled in. The same one under the same number is made once."""
    check_may_lead_walk(by, area)
    try:
        with transaction.atomic():
            return _begin_walk(area, walked_on, " ".join(participants.split()), places, client_uuid, by)
    except IntegrityError:
        return SafetyWalk.objects.get(collaboration_id=area.collaboration_id, client_uuid=client_uuid, created_by=by)


def _begin_walk(
    area: Area, walked_on: dt.date, participants: str, places: Sequence[Place], client_uuid: uuid.UUID, by: User
) -> SafetyWalk:
    known = SafetyWalk.objects.filter(collaboration_id=area.collaboration_id, client_uuid=client_uuid).first()
    if known is not None:
        if known.created_by_id != by.pk:
            raise NotPossible(_("Another walk has already been sent under this number."), code="number_taken")
        return known
    if not places:
        raise NotPossible({"places": [_("Choose at least one place to walk to.")]})
    if len(places) > rules.MOST_STOPS:
        raise NotPossible({"places": [_("A walk has at most %(number)s stops.") % {"number": rules.MOST_STOPS}]})
    if any(place.collaboration_id != area.collaboration_id for place in places):
        raise NotPossible({"places": [_("A place belongs to another collaboration.")]})
    organisation = leading_memberships(by, area)[0].organisation
    _check(Answers(inspected_on=walked_on, participants=participants), (), organisation)
    version = current_version(area.collaboration, ChecklistKind.WALK)
    walk = SafetyWalk.objects.create(
        collaboration_id=area.collaboration_id,
        area=area,
        organisation=organisation,
        checklist_version=version,
        walked_on=walked_on,
        participants=participants,
        client_uuid=client_uuid,
        created_by=by,
    )
    for number, place in enumerate(dict.fromkeys(places), start=1):
        stop = SafetyInspection.objects.create(
            collaboration_id=area.collaboration_id,
            place=place,
            organisation=organisation,
            checklist_version=version,
            inspected_on=walked_on,
            participants=participants,
            walk=walk,
            stop_number=number,
            client_uuid=uuid.uuid5(client_uuid, f"stop:{place.pk}"),
            created_by=by,
        )
        _add_items(stop, items_of(version))
    record("walk_begun", by=by, subject=walk, stops=len(places))
    return walk


@transaction.atomic
def finish_walk(*, walk: SafetyWalk, by: User) -> SafetyWalk:
    """Freeze a walk and all its stops. A stop where nothing was looked at says so."""
    walk = SafetyWalk.objects.select_for_update(of=("self",)).select_related("area").get(pk=walk.pk)
    check_may_keep_walk(by, walk)
    if walk.finished_at is not None:
        return walk
    stops = list(
        walk.stops.select_for_update(of=("self",)).select_related("place", "organisation", "checklist_version")
    )
    seen = InspectionItem.objects.filter(inspection__in=stops, state__in=rules.SEEN)
    if not seen.exists() and all(stop.safety is None for stop in stops):
        raise NotPossible(_("Nothing has been filled in yet. Fill in at least one stop, then finish the walk."))
    for stop in stops:
        _finish(stop, items_of(stop.checklist_version), by, PlaceFeature.Source.WALK)
    walk.finished_at = timezone.now()
    walk.save(update_fields=["finished_at"])
    record("walk_finished", by=by, subject=walk, stops=len(stops))
    return walk
