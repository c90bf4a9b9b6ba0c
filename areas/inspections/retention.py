"""How long inspections keep what was written and photographed. What was found of each item stays with the place."""

from __future__ import annotations

import datetime as dt

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from areas.holding import kept_by
from areas.inspections.photo_files import delete_photos, remove_photos
from areas.models import InspectionCorrection, InspectionItem, InspectionPhoto, PhotoMark, SafetyInspection, SafetyWalk
from common.days import midnight
from partners import retention
from partners.models import Collaboration, LegalHold


def held_by(hold: LegalHold) -> Q:
    """The inspections a hold keeps: those of an area, those of some days, or both."""
    return kept_by(hold, area="place__area_id", first="inspected_on__gte", last="inspected_on__lte")


def _photos_held_by(hold: LegalHold) -> Q:
    kept = SafetyInspection.objects.filter(held_by(hold), collaboration=hold.collaboration_id)
    return Q(inspection__in=kept)


def _due_drafts(collaboration: Collaboration, before: dt.date) -> QuerySet[SafetyInspection]:
    return SafetyInspection.objects.filter(
        collaboration=collaboration, finished_at__isnull=True, walk__isnull=True, created_at__lt=midnight(before)
    )


def _delete_drafts(collaboration: Collaboration, ids: list[int]) -> None:
    rows = SafetyInspection.objects.filter(pk__in=ids, finished_at__isnull=True, walk__isnull=True)
    delete_photos(InspectionPhoto.objects.filter(inspection__in=rows))
    rows.delete()


def _due_texts(collaboration: Collaboration, before: dt.date) -> QuerySet[SafetyInspection]:
    return SafetyInspection.objects.finished().filter(
        collaboration=collaboration, inspected_on__lt=before, texts_purged_at__isnull=True
    )


def _blank_texts(collaboration: Collaboration, ids: list[int]) -> None:
    rows = SafetyInspection.objects.filter(pk__in=ids)
    InspectionItem.objects.filter(inspection__in=rows).exclude(note="").update(note="")
    InspectionCorrection.objects.filter(inspection__in=rows).update(text="")
    PhotoMark.objects.filter(photo__inspection__in=rows).update(text="")
    SafetyWalk.objects.filter(stops__in=rows).update(participants="")
    rows.update(participants="", felt_safe="", felt_unsafe="", texts_purged_at=timezone.now())


def _due_photos(collaboration: Collaboration, before: dt.date) -> QuerySet[InspectionPhoto]:
    return InspectionPhoto.objects.kept().filter(
        collaboration=collaboration,
        inspection__finished_at__isnull=False,
        inspection__inspected_on__lt=before,
        created_at__lt=midnight(before),
    )


def _delete_photo_files(collaboration: Collaboration, ids: list[int]) -> None:
    remove_photos(InspectionPhoto.objects.filter(pk__in=ids), InspectionPhoto.Removal.TIME)


KINDS = [
    retention.Kind(
        code="inspection_drafts",
        label=_("Inspections that were never finished"),
        what_happens=_("The inspection is deleted, with its photos."),
        default_days=90,
        most_days=365,
        due=_due_drafts,
        dated_by="created_at",
        purge=_delete_drafts,
        held_by=held_by,
    ),
    retention.Kind(
        code="inspection_texts",
        label=_("Notes of inspections and walks"),
        what_happens=_("Notes, corrections and who took part are deleted. What was in order and what was not stays."),
        default_days=1095,
        least_days=365,
        law=_("The archive authority decides; three years are proposed, so that a defect can be followed."),
        due=_due_texts,
        dated_by="inspected_on",
        purge=_blank_texts,
        held_by=held_by,
    ),
    retention.Kind(
        code="inspection_photos",
        label=_("Photos of inspections and walks"),
        what_happens=_("The photo is deleted, as the notes are. That there was one stays."),
        default_days=1095,
        least_days=365,
        law=_("They follow the rule for notes of inspections."),
        due=_due_photos,
        dated_by="inspection__inspected_on",
        purge=_delete_photo_files,
        held_by=_photos_held_by,
        follows="inspection_texts",
    ),
]


def register_kinds() -> None:
    """Tell `partners.retention` of these kinds."""
    for kind in KINDS:
        retention.register(kind)
