"""What Celery runs: thin, ids only. It is about data, so it may run twice, at once, or be cut off."""

from __future__ import annotations

import datetime as dt

from celery import shared_task
from django.utils import timezone


@shared_task
def ask_again(prediction_id: int, anyway: bool = False) -> str:
    """Test a prediction whose reports have changed. Safe to run twice, twice at once, and to kill."""
    from cause_analysis.predictions.actions import carry_out_test

    return carry_out_test(prediction_id, anyway=anyway)


@shared_task
def pick_up_forgotten_tests() -> int:
    """Every ten minutes: send again what a killed worker or a lost message left behind."""
    from cause_analysis.models import Prediction

    ten_minutes_ago = timezone.now() - dt.timedelta(minutes=10)
    waiting = list(Prediction.objects.waiting().filter(wanted_at__lt=ten_minutes_ago).values_list("pk", flat=True))
    for prediction_id in waiting:
        ask_again.delay(prediction_id)
    return len(waiting)


@shared_task
def test_all_predictions() -> int:
    """Every night: each prediction once, since days go by and places change without a report that tells of it."""
    from cause_analysis.predictions.actions import want_all_tests

    return want_all_tests()
