"""What is done for the follow-up by the clock. Data, so as often as needed."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from followup.evaluations.keeping import keep_all
from followup.lessons.closing import look_after_all
from followup.progress import photo_files


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
