"""What Celery runs: thin, ids only. It may run twice, at once, or be cut off."""

from __future__ import annotations

import logging

from celery import shared_task
from django.utils import timezone

logger = logging.getLogger(__name__)


@shared_task
def remind_of_late_questions() -> int:
    """Every hour of the working day: tell deputies of questions that are late. Messages: each is claimed first."""
    from councils.escalations.reminding import remind
    from partners.models import Collaboration

    sent = 0
    for collaboration in Collaboration.objects.order_by("pk"):
        try:
            sent += remind(collaboration, today=timezone.localdate())
        except Exception:
            # One that cannot be reminded must not keep the others from it.
            logger.exception("reminding of late questions in collaboration %s stopped", collaboration.pk)
    return sent


@shared_task
def sweep_pack_files() -> int:
    """Delete the files no pack names. Safe to run twice, twice at once, and to kill."""
    from councils.packs import files

    return files.sweep(timezone.now())


@shared_task
def invite_to_meetings() -> int:
    """Every ten minutes: invite those who sit in a group to its meetings. Messages: each is claimed first."""
    from councils.meetings.inviting import invite
    from partners.models import Collaboration

    sent = 0
    for collaboration in Collaboration.objects.order_by("pk"):
        try:
            sent += invite(collaboration, now=timezone.now())
        except Exception:
            # One that cannot be invited must not keep the others from it.
            logger.exception("inviting to meetings in collaboration %s stopped", collaboration.pk)
    return sent


@shared_task
def keep_meetings_going() -> int:
    """Every night: plan the next meeting of each series, and tell of late assignments. As often as needed."""
    from councils.meetings.inviting import plan_ahead, remind_of_assignments
    from partners.models import Collaboration

    done, today = 0, timezone.localdate()
    for collaboration in Collaboration.objects.order_by("pk"):
        try:
            done += plan_ahead(collaboration, today=today)
            done += remind_of_assignments(collaboration, today=today)
        except Exception:
            logger.exception("planning meetings in collaboration %s stopped", collaboration.pk)
    return done
