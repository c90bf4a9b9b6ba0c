"""What is done for the follow-up by the clock. Data, so as often as needed."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from followup.progress import photo_files


@shared_task
def sweep_proof_photos() -> int:
    """At night: delete files that no proof photo names. Safe to run twice, twice at once, and to kill."""
    return photo_files.sweep(timezone.now())
