"""Every change in a place file. Nothing is written over: what no longer holds stays and is told of."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from areas.models import Place, PlaceFeature, PlaceManager
from areas.place_files import rules
from areas.place_files.permissions import check_may_keep_place_file, check_may_speak_for, writes_strictly
from areas.queries import allowed_words
from audit.actions import record
from common.errors import NotPossible
from partners.models import Organisation, User
from partners.rules import keeps_no_persons


@transaction.atomic
def observe_feature(
    *,
    place: Place,
    kind: str,
    state: str,
    note: str,
    observed_on: dt.date,
    source: str,
    organisation: Organisation,
    by: User | None,
    detail: str = "",
    is_text_confirmed: bool = False,
) -> PlaceFeature:
    """Write down what was seen of a place on a day; it holds until somebody sees it again.

    `detail` is which part of the place, and what it is where the kind is “something else”. What comes out of an
    inspection or a walk is written by whoever may make one, which its own action has asked; `by` is None when the
    demonstration is loaded. `is_text_confirmed` says that somebody has read the texts again: they mean no person.
    """
    if by is not None and source == PlaceFeature.Source.ENTERED:
        check_may_speak_for(by, place, organisation)
    if organisation.collaboration_id != place.collaboration_id:
        raise NotPossible(_("The organisation belongs to another collaboration."))
    note, detail = " ".join(note.split()), " ".join(detail.split())
    rules.check_day(observed_on, today=timezone.localdate(), field="observed_on")
    rules.check_texts(
        {"note": note, "detail": detail},
        allowed=allowed_words(place.collaboration_id),
        is_confirmed=is_text_confirmed,
        is_strict=keeps_no_persons(organisation),
    )
    feature = PlaceFeature(
        collaboration_id=place.collaboration_id, place=place, kind=kind, detail=detail, state=state, note=note,
        observed_on=observed_on, source=source, organisation=organisation,
    )  # fmt: skip
    feature.full_clean()
    feature.save()
    # The words stand in the row: the log says what kind of thing was seen, and where.
    record("place_feature_observed", by=by, subject=place, kind=kind, state=state, source=source, feature=feature.pk)
    return feature


@transaction.atomic
def take_back_feature(*, feature: PlaceFeature, by: User) -> PlaceFeature:
    """Say that an observation was a mistake: what was seen before it holds again, and the row is told as taken back."""
    feature = PlaceFeature.objects.select_for_update(of=("self",)).select_related("place").get(pk=feature.pk)
    check_may_keep_place_file(by, feature.place)
    if feature.taken_back_at is not None:
        raise NotPossible(_("Somebody has taken it back already."))
    feature.taken_back_at = timezone.now()
    feature.save(update_fields=["taken_back_at"])
    record("place_feature_taken_back", by=by, subject=feature.place, kind=feature.kind, feature=feature.pk)
    return feature


@transaction.atomic
def add_place_manager(
    *,
    place: Place,
    party: str,
    weekdays: Collection[int],
    from_hour: int,
    to_hour: int,
    valid_from: dt.date,
    by: User | None,
    organisation: Organisation | None = None,
    outside_party: str = "",
    task: str = "",
    is_text_confirmed: bool = False,
) -> PlaceManager:
    """Write down who answers for a place on some weekdays between two hours, or that nobody does."""
    if by is not None:
        check_may_keep_place_file(by, place)
    if organisation is not None and organisation.collaboration_id != place.collaboration_id:
        raise NotPossible(_("The organisation belongs to another collaboration."))
    outside_party, task = " ".join(outside_party.split()), " ".join(task.split())
    rules.check_hours(from_hour, to_hour)
    rules.check_texts(
        {"outside_party": outside_party, "task": task},
        allowed=allowed_words(place.collaboration_id),
        is_confirmed=is_text_confirmed,
        is_strict=by is not None and writes_strictly(by, place),
    )
    manager = PlaceManager(
        collaboration_id=place.collaboration_id, place=place, party=party, organisation=organisation,
        outside_party=outside_party, task=task, weekdays=sorted(set(weekdays)), from_hour=from_hour, to_hour=to_hour,
        valid_from=valid_from,
    )  # fmt: skip
    manager.full_clean()
    manager.save()
    record("place_manager_added", by=by, subject=place, party=party, manager=manager.pk)
    return manager


@transaction.atomic
def end_place_manager(*, manager: PlaceManager, day: dt.date, by: User) -> PlaceManager:
    """Say from which day a row no longer holds; its own first day says that it never did."""
    manager = PlaceManager.objects.select_for_update(of=("self",)).select_related("place").get(pk=manager.pk)
    check_may_keep_place_file(by, manager.place)
    if manager.valid_to is not None:
        raise NotPossible(_("Somebody has ended it already."))
    if day < manager.valid_from:
        raise NotPossible(
            {"day": [_("It held from %(day)s. Choose that day or a later one.") % {"day": manager.valid_from}]}
        )
    manager.valid_to = day
    manager.save(update_fields=["valid_to"])
    record("place_manager_ended", by=by, subject=manager.place, party=manager.party, manager=manager.pk)
    return manager
