"""What is done for the follow-up by the clock. Data, so as often as needed."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from followup.evaluations import placebos
from followup.evaluations.keeping import keep_all
from followup.lessons.closing import look_after_all
from followup.progress import photo_files
from partners.models import Collaboration, User


@shared_task
def sweep_proof_photos() -> int:
    """At night: delete files that no proof photo names. Safe to run twice, twice at once, and to kill."""
    return photo_files.sweep(timezone.now())


@shared_task
def keep_evaluations() -> int:
    """At night: begin the evaluations whose day has come, keep the open ones up to date, compute adopted ones again,
    and look after the watched problems. Safe to run twice, twice at once, and to kill."""
    today = timezone.localdate()
    return keep_all(today=today) + look_after_all(today=today)


@shared_task
def try_headline(collaboration_id: int, user_id: int | None = None) -> None:
    """Try the headline on measures nobody took. Somebody has asked for it, or a month has begun. Safe to run twice."""
    collaboration = Collaboration.objects.get(pk=collaboration_id)
    user = User.objects.filter(pk=user_id).first() if user_id is not None else None
    placebos.try_headline(collaboration, by=user, today=timezone.localdate())


@shared_task
def try_headline_everywhere() -> None:
    """On the first night of a month: try the headline in every collaboration. Safe to run twice."""
    for pk in Collaboration.objects.order_by("pk").values_list("pk", flat=True):
        try_headline.delay(pk)
