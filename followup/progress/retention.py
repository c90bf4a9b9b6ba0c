"""How long what was told on the way is kept. How it went, what was done and what hindered stays with the measure."""

from __future__ import annotations

import datetime as dt

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from action_plans.retention import GONE
from areas.holding import kept_by
from common.days import midnight
from followup.models import ProgressNote, ProofPhoto
from followup.progress.photo_files import remove_photos
from partners import retention
from partners.models import Collaboration, LegalHold


def _held_by(hold: LegalHold) -> Q:
    if hold.scope == "problem":
        return Q(measure__problem=int(hold.subject_id))
    return kept_by(hold, area="measure__plan__area_id", first="on__gte", last="on__lte")


def _photos_held_by(hold: LegalHold) -> Q:
    return Q(note__in=ProgressNote.objects.filter(_held_by(hold), collaboration=hold.collaboration_id))


def _due_texts(collaboration: Collaboration, before: dt.date) -> QuerySet[ProgressNote]:
    """Those of plans that have ended; of one that goes on everything is read."""
    rows = ProgressNote.objects.filter(
        collaboration=collaboration, measure__plan__last_day__lt=before, written_at__lt=midnight(before)
    )
    return rows.exclude(text__in=["", GONE])


def _blank_texts(collaboration: Collaboration, ids: list[int]) -> None:
    ProgressNote.objects.filter(pk__in=ids).update(text=GONE)


def _due_photos(collaboration: Collaboration, before: dt.date) -> QuerySet[ProofPhoto]:
    return ProofPhoto.objects.kept().filter(
        collaboration=collaboration, note__on__lt=before, created_at__lt=midnight(before)
    )


def _delete_photo_files(collaboration: Collaboration, ids: list[int]) -> None:
    remove_photos(ProofPhoto.objects.filter(pk__in=ids), ProofPhoto.Removal.TIME)


KINDS = [
    retention.Kind(
        code="progress_texts",
        label=_("What was told of measures on the way"),
        what_happens=_("“[…]” stands in its place. How it went, how much was done and what hindered stays."),
        default_days=1826,
        least_days=365,
        law=_("They follow the rule for plans."),
        due=_due_texts,
        dated_by="written_at",
        purge=_blank_texts,
        held_by=_held_by,
        follows="plan_texts",
    ),
    retention.Kind(
        code="proof_photos",
        label=_("Photos of what has been carried out"),
        what_happens=_("The photo is deleted. That there was one stays."),
        default_days=1095,
        least_days=365,
        law=_("The archive authority decides; three years are proposed, as for photos of inspections."),
        due=_due_photos,
        dated_by="note__on",
        purge=_delete_photo_files,
        held_by=_photos_held_by,
    ),
]


def register_kinds() -> None:
    """Tell `partners.retention` of these kinds."""
    for kind in KINDS:
        retention.register(kind)
