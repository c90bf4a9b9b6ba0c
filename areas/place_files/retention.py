"""How long place files keep what was written beside an observation, and of those who no longer answer for a place."""

from __future__ import annotations

import datetime as dt

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from areas.holding import kept_by
from areas.models import PlaceFeature, PlaceManager
from common.days import midnight
from partners import retention
from partners.models import Collaboration, LegalHold

# Stands where somebody outside the partnership was named: a manager who is nobody's is somebody else's.
GONE = "[…]"


def _due_notes(collaboration: Collaboration, before: dt.date) -> QuerySet[PlaceFeature]:
    return PlaceFeature.objects.filter(
        collaboration=collaboration, observed_on__lt=before, created_at__lt=midnight(before)
    ).exclude(note="")


def _blank_notes(collaboration: Collaboration, ids: list[int]) -> None:
    PlaceFeature.objects.filter(pk__in=ids).update(note="")


def _notes_held_by(hold: LegalHold) -> Q:
    return kept_by(hold, area="place__area_id", first="observed_on__gte", last="observed_on__lte")


def _due_tasks(collaboration: Collaboration, before: dt.date) -> QuerySet[PlaceManager]:
    """Of those who still answer for a place everything is kept."""
    return PlaceManager.objects.filter(
        ~Q(task="") | ~Q(outside_party__in=["", GONE]), collaboration=collaboration, valid_to__lt=before
    )


def _blank_tasks(collaboration: Collaboration, ids: list[int]) -> None:
    rows = PlaceManager.objects.filter(pk__in=ids)
    rows.filter(party=PlaceManager.Party.OUTSIDE).update(outside_party=GONE)
    rows.update(task="")


def _tasks_held_by(hold: LegalHold) -> Q:
    return kept_by(hold, area="place__area_id", first="valid_to__gt", last="valid_from__lte")


KINDS = [
    retention.Kind(
        code="place_notes",
        label=_("Notes about places"),
        what_happens=_("The note is deleted. What was seen, in what state and when stays."),
        default_days=1095,
        least_days=365,
        law=_("The archive authority decides; three years are proposed, as for notes of inspections."),
        due=_due_notes,
        dated_by="observed_on",
        purge=_blank_notes,
        held_by=_notes_held_by,
    ),
    retention.Kind(
        code="place_tasks",
        label=_("What those did who no longer answer for a place"),
        what_happens=_("What they did and who they were outside the partnership is deleted. That somebody did stays."),
        default_days=1095,
        least_days=365,
        law=_("They follow the rule for notes about places."),
        due=_due_tasks,
        dated_by="valid_to",
        purge=_blank_tasks,
        held_by=_tasks_held_by,
        follows="place_notes",
    ),
]


def register_kinds() -> None:
    """Tell `partners.retention` of these kinds."""
    for kind in KINDS:
        retention.register(kind)
