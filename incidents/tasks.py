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
def remind_of_deadlines() -> int:
    """Every ten minutes: remind who has not reported, and let pictures know. Messages: each is claimed first."""
    from incidents.coverage.actions import remind_of_deadlines as remind

    return remind(timezone.now())


@shared_task(acks_late=False, reject_on_worker_lost=False)
def send_report_reminder(reminder_id: int) -> int:
    """Send one reminder that has been claimed, if the unit is still silent. At most once: a killed worker's is lost."""
    from incidents import emails
    from incidents.coverage import answers, deadlines, news
    from incidents.models import ReportReminder
    from partners import notifications

    reminder = (
        ReportReminder.objects.select_related("reporting_unit__unit__organisation", "reporting_unit__collaboration")
        .filter(pk=reminder_id)
        .first()
    )
    if reminder is None:
        return 0
    unit, now = reminder.reporting_unit, timezone.now()
    period = deadlines.period_of(deadlines.rhythm_of(unit.collaboration_id), reminder.period_start)
    found = answers.coverage(unit.collaboration_id, first_day=period.start, now=now, units=[unit])
    if not found.missing(0):
        return 0
    people = answers.people_to_remind([unit], timezone.localdate(now))[unit.pk]
    reached = notifications.written_to_now(people, news.TOPIC, now)
    others = [person for person in people if person.pk not in reached]
    news.tell_reminded(unit, others, key=f"{reminder.pk}")
    return emails.send_report_reminder(unit, period, [person for person in people if person.pk in reached])


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


@shared_task
def sweep_photo_files() -> int:
    """At night: delete files that no photo names. Safe to run twice, twice at once, and to kill."""
    from incidents.photos.files import sweep

    return sweep(timezone.now())
