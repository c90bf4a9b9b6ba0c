"""What Celery runs: thin, ids only. It is about data, so it may run twice, at once, or be cut off."""

from __future__ import annotations

import logging

from celery import shared_task
from django.utils import timezone

logger = logging.getLogger(__name__)


@shared_task
def remind_of_commitments() -> int:
    """Every hour of the working day: remind of what is near its day or late. Messages: each is claimed first."""
    from action_plans.commitments.reminding import remind
    from partners.models import Collaboration

    sent = 0
    for collaboration in Collaboration.objects.order_by("pk"):
        try:
            sent += remind(collaboration, today=timezone.localdate())
        except Exception:
            # One that cannot be reminded must not keep the others from it.
            logger.exception("reminding in collaboration %s stopped", collaboration.pk)
    return sent


@shared_task
def sweep_word_templates() -> int:
    """At night: delete files that no Word template names. Safe to run twice, twice at once, and to kill."""
    from action_plans.papers.files import sweep

    return sweep(timezone.now())
