"""What this room keeps for a time: drafts, weekly pictures, and who was sent what. Other pictures are preserved."""

from __future__ import annotations

import datetime as dt

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from areas.holding import kept_by
from common.days import midnight
from partners import retention
from partners.models import Collaboration, LegalHold
from situational_picture.models import Delivery, IndicatorValue, Picture


def _due_drafts(collaboration: Collaboration, before: dt.date) -> QuerySet[Picture]:
    """Drafts that nobody has had computed since then: those of the running periods are made anew every night."""
    return Picture.objects.filter(collaboration=collaboration, version=0, computed_at__lt=midnight(before)).exclude(
        status=Picture.Status.PUBLISHED
    )


def _delete_drafts(collaboration: Collaboration, ids: list[int]) -> None:
    Picture.objects.filter(pk__in=ids, version=0).delete()


def _due_weekly(collaboration: Collaboration, before: dt.date) -> QuerySet[Picture]:
    return Picture.objects.filter(
        collaboration=collaboration,
        status=Picture.Status.PUBLISHED,
        period_kind=Picture.PeriodKind.WEEK,
        period_end__lt=before,
        published_at__lt=midnight(before),
    )


def _delete_weekly(collaboration: Collaboration, ids: list[int]) -> None:
    Picture.objects.filter(pk__in=ids, period_kind=Picture.PeriodKind.WEEK).delete()


def _due_deliveries(collaboration: Collaboration, before: dt.date) -> QuerySet[Delivery]:
    return Delivery.objects.filter(picture__collaboration=collaboration, picture__published_at__lt=midnight(before))


def _delete_deliveries(collaboration: Collaboration, ids: list[int]) -> None:
    Delivery.objects.filter(pk__in=ids).delete()


def _due_notes(collaboration: Collaboration, before: dt.date) -> QuerySet[IndicatorValue]:
    return IndicatorValue.objects.filter(
        collaboration=collaboration, period_to__lt=before, entered_at__lt=midnight(before)
    ).exclude(note="")


def _blank_notes(collaboration: Collaboration, ids: list[int]) -> None:
    IndicatorValue.objects.filter(pk__in=ids).update(note="")


def _notes_held_by(hold: LegalHold) -> Q:
    days = {"first": "period_to__gte", "last": "period_from__lte"}
    of_area = kept_by(hold, area="indicator__area_id", **days)
    return of_area | kept_by(hold, area="indicator__place__area_id", **days)


def _held(hold: LegalHold, of: str = "") -> Q:
    """The pictures a hold keeps: an area's, or those of periods in which some of its days lie."""
    return kept_by(hold, area=f"{of}area_id", first=f"{of}period_end__gt", last=f"{of}period_start__lte")


KINDS = [
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
        held_by=_held,
    ),
    retention.Kind(
        code="picture_deliveries",
        label=_("Who was sent a picture, and when it was opened"),
        what_happens=_("It is deleted. The log still says how many the picture was sent to."),
        default_days=365,
        least_days=30,
        most_days=1826,
        due=_due_deliveries,
        dated_by="picture__published_at",
        purge=_delete_deliveries,
        held_by=lambda hold: _held(hold, "picture__"),
    ),
    retention.Kind(
        code="indicator_notes",
        label=_("Notes beside the values of indicators"),
        what_happens=_("The note is deleted. The value, its period and where it comes from stay."),
        default_days=1826,
        least_days=365,
        due=_due_notes,
        dated_by="period_to",
        purge=_blank_notes,
        held_by=_notes_held_by,
    ),
    retention.Kind(
        code="weekly_pictures",
        label=_("Published weekly pictures"),
        what_happens=_("The picture is deleted. Pictures of months, tertials and periods of one's own are preserved."),
        default_days=1826,
        least_days=365,
        law=_("The archive authority decides; five years are proposed, or that all are preserved."),
        due=_due_weekly,
        dated_by="period_end",
        purge=_delete_weekly,
        held_by=_held,
    ),
]


def register_kinds() -> None:
    """Tell `partners.retention` of this room's kinds."""
    for kind in KINDS:
        retention.register(kind)
