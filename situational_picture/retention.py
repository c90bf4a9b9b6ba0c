"""What this room keeps for a time: pictures that nobody published. Published ones are preserved."""

from __future__ import annotations

import datetime as dt

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from partners import retention
from partners.log import midnight
from partners.models import Collaboration
from situational_picture.models import Picture


def _due_drafts(collaboration: Collaboration, before: dt.date) -> QuerySet[Picture]:
    """Drafts that nobody has had computed since then: those of the running periods are made anew every night."""
    return Picture.objects.filter(collaboration=collaboration, version=0, computed_at__lt=midnight(before)).exclude(
        status=Picture.Status.PUBLISHED
    )


def _delete_drafts(collaboration: Collaboration, ids: list[int]) -> None:
    Picture.objects.filter(pk__in=ids, version=0).delete()


def register_kinds() -> None:
    """Tell `partners.retention` of this room's kinds."""
    retention.register(
        retention.Kind(
            code="picture_drafts",
            label=_("Drafts of situational pictures"),
            what_happens=_("The draft is deleted. Published pictures stay as they were."),
            default_days=365,
            least_days=30,
            most_days=1826,
            due=_due_drafts,
            dated_by="computed_at",
            purge=_delete_drafts,
        )
    )
