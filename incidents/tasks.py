"""What Celery runs: thin, ids only. All of it is about data, so it may run twice, at once, or be cut off."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone


@shared_task
def check_import(batch_id: int) -> None:
    """See what a file would do. Safe to run twice, twice at once, and to kill."""
    from incidents.importing.actions import carry_out_check

    carry_out_check(batch_id)


@shared_task
def run_import(batch_id: int) -> None:
    """Store a confirmed import. Safe to run twice, twice at once, and to kill."""
    from incidents.importing.actions import carry_out_import

    carry_out_import(batch_id)


@shared_task
def pick_up_forgotten_imports() -> int:
    """Each minute: send again what a killed worker left behind, and delete files nobody needs any more."""
    from incidents.importing.actions import clear_away, pick_up_forgotten
    from incidents.reviewing.actions import pick_up_forgotten_approvals

    now = timezone.now()
    clear_away(now)
    return len(pick_up_forgotten(now)) + len(pick_up_forgotten_approvals(now))


@shared_task
def approve_rows_of_import(batch_id: int) -> None:
    """Approve the rows of an import that somebody asked to approve. Safe to run twice, twice at once, and to kill."""
    from incidents.reviewing.actions import carry_out_approval

    carry_out_approval(batch_id)
