"""What Celery runs: thin, ids only. All of it is about data, so it may run twice, at once, or be cut off."""

from __future__ import annotations

import datetime as dt

from celery import shared_task
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone

# How often the beat looks for pictures that are still to be sent.
EVERY_MINUTES = 10


@shared_task
def rebuild_area(area_id: int) -> int:
    """Bring an area's pictures up to date. Safe to run twice, twice at once, and to kill."""
    from situational_picture.actions import carry_out_rebuild

    return carry_out_rebuild(area_id)


@shared_task
def compute_picture(picture_id: int, only_if_missing: bool = False) -> None:
    """Compute one draft that somebody asked for. Safe to repeat: it is written whole under its key."""
    from situational_picture import building
    from situational_picture.models import Picture

    picture = Picture.objects.select_related("area__collaboration").filter(pk=picture_id, version=0).first()
    if picture is not None and not (only_if_missing and picture.figures is not None):
        building.build_picture(building.AreaData(picture.area, timezone.localdate()), picture.period)


@shared_task
def rebuild_all_pictures() -> int:
    """Every night: all areas once, so that new periods begin and forgotten changes are taken in."""
    from areas.models import Area
    from situational_picture.actions import want_rebuild

    today = timezone.localdate()
    areas = Area.objects.active(today).values_list("collaboration_id", "pk")
    for collaboration_id, area_id in areas:
        want_rebuild(collaboration_id, [area_id], delay_s=0)
    return len(areas)


@shared_task
def pick_up_forgotten_rebuilds() -> int:
    """Each minute: send again what a killed worker or a lost message left behind.

    Rebuilds that have waited for over a minute, and every picture asked for that has no figures yet. Where no worker
    runs for hours the same messages pile up, so each does nothing when an earlier one has done its work.
    """
    from situational_picture.models import Picture, Rebuild

    minute_ago = timezone.now() - dt.timedelta(minutes=1)
    waiting = Rebuild.objects.filter(built__lt=F("wanted"), wanted_at__lt=minute_ago).values_list("area_id", flat=True)
    for area_id in waiting:
        rebuild_area.delay(area_id)
    for picture_id in Picture.objects.filter(figures__isnull=True, version=0).values_list("pk", flat=True):
        compute_picture.delay(picture_id, only_if_missing=True)
    return len(waiting)


@shared_task
def send_out_picture(picture_id: int) -> int:
    """Tell those who should know of a published picture, each at most once. Safe to run twice, or twice at once."""
    from situational_picture.distribution import send_out
    from situational_picture.models import Picture

    pictures = Picture.objects.filter(pk=picture_id, status=Picture.Status.PUBLISHED, is_sent_out=True)
    picture = pictures.select_related("area", "collaboration").first()
    return send_out(picture) if picture is not None else 0


@shared_task
def send_out_forgotten_pictures() -> int:
    """Every ten minutes: go on where a killed worker, a lost message or a silent mail server left off.

    After a day, once an hour and only with pictures that have letters waiting or were never begun with; after a week
    the letter is no news any more. Whoever has been claimed is not told again.
    """
    from situational_picture.models import Delivery, Picture

    now = timezone.now()
    pictures = Picture.objects.filter(status=Picture.Status.PUBLISHED, is_sent_out=True)
    wanted = Q(published_at__gte=now - dt.timedelta(days=1))
    if now.minute < EVERY_MINUTES:
        begun = Delivery.objects.filter(picture=OuterRef("pk"))
        wanted |= Q(published_at__gte=now - dt.timedelta(days=7)) & (Exists(begun.waiting()) | ~Exists(begun))
    picture_ids = list(pictures.filter(wanted).values_list("pk", flat=True))
    for picture_id in picture_ids:
        send_out_picture.delay(picture_id)
    return len(picture_ids)
