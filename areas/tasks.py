"""What is done for areas by the clock. Data, so as often as needed."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from areas import actions, uploads
from areas.inspections import photo_files


@shared_task
def relocate_when_boundaries_change() -> None:
    """Every night: boundaries imported ahead of their day come into force. Safe to run twice, or twice at once."""
    actions.relocate_when_boundaries_change(timezone.localdate())


@shared_task
def sweep_inspection_photos() -> int:
    """At night: delete files that no photo of an inspection names. Safe to run twice, twice at once, and to kill."""
    return photo_files.sweep(timezone.now())


@shared_task
def forget_old_uploads() -> None:
    """Every hour: files of areas that somebody looked at and never confirmed are deleted. Safe to run twice at once."""
    uploads.forget_old()
