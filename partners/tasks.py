"""Letters to people, and taking away what is too old: outside the request, with ids only."""

import logging

from celery import shared_task
from django.utils import timezone

from partners import emails
from partners.models import Collaboration, Membership, User

logger = logging.getLogger(__name__)


@shared_task
def send_invitation(membership_id: int, site: str) -> None:
    """Write to somebody who has been given a role. A killed worker may send it twice, which does no harm."""
    membership = (
        Membership.objects.select_related("user", "organisation", "collaboration").filter(pk=membership_id).first()
    )
    if membership is not None and membership.user.is_active:
        emails.send_invitation(membership, site)


@shared_task
def send_work_letters() -> int:
    """Every ten minutes: tell people of what waits for them, when their collaboration's hour has come.

    At most once each. Safe to run twice, twice at once, and to kill: see `partners.work_letters.send_letters`.
    """
    from partners import work_letters

    sent = 0
    for collaboration in Collaboration.objects.order_by("pk"):
        try:
            sent += work_letters.send_letters(collaboration, timezone.now())
        except Exception:
            # One collaboration's letters must not keep the others' from leaving.
            logger.exception("sending the letters of collaboration %s stopped", collaboration.pk)
    return sent


@shared_task
def send_news_at_once() -> int:
    """Every minute: write to those who want to be told at once. At most once each; safe to run twice, and to kill."""
    from partners.notifications.sending import send_at_once

    return send_at_once(timezone.now())


@shared_task
def sweep_logotypes() -> int:
    """At night: delete files that no look names. Safe to run twice, twice at once, and to kill."""
    from partners import looks

    return looks.sweep(timezone.now())


@shared_task
def purge_what_is_due() -> int:
    """Every night: take away what is too old in every collaboration. Safe to run twice, twice at once, and to kill."""
    ids = list(Collaboration.objects.order_by("pk").values_list("pk", flat=True))
    for collaboration_id in ids:
        try:
            purge_collaboration(collaboration_id)
        except Exception:
            # One that cannot be purged must not keep the others from it; its run shows as cut off.
            logger.exception("purging collaboration %s stopped", collaboration_id)
    return len(ids)


@shared_task
def purge_collaboration(collaboration_id: int, by_id: int | None = None) -> None:
    """Take away what is too old in one collaboration; `by_id` ordered it. Safe to run twice, twice at once, to kill."""
    from partners import retention

    by = User.objects.get(pk=by_id) if by_id is not None else None
    retention.purge_collaboration(Collaboration.objects.get(pk=collaboration_id), today=timezone.localdate(), by=by)
