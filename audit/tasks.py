from celery import shared_task
from django.utils import timezone

from audit.actions import seal_days_before


@shared_task
def seal_days() -> int:
    """Seal each ended day of the log once. Safe to run twice, or twice at once: the day is unique."""
    return seal_days_before(timezone.localdate())
