"""The demonstration's news, put on the days of what they tell, and read when they are old."""

from __future__ import annotations

import datetime as dt

from django.db.models import F
from django.utils import timezone

from action_plans.models import Commitment, CommitmentMove, MeasureMove
from partners.models import Collaboration, Notification

# Whoever signs in finds what is this new unread.
UNREAD = dt.timedelta(days=10)


def put_news_on_its_days(here: Collaboration) -> None:
    """What steps of commitments and measures told happened with the step; nobody gets a letter of what is old."""
    news = Notification.objects.filter(collaboration=here)
    steps = {
        "commitments": CommitmentMove.objects.filter(collaboration=here).values_list("commitment", "to_state", "at"),
        "measures": MeasureMove.objects.filter(collaboration=here).values_list("measure", "to_state", "at"),
    }
    for topic, rows in steps.items():
        for pk, state, at in rows:
            news.filter(topic=topic, subject_id=pk, what=state).update(happened_at=at)
    for one in Commitment.objects.filter(collaboration=here, confirmed_at__isnull=False):
        assert one.confirmed_at is not None
        news.filter(topic="commitments", subject_id=one.pk, what="confirmed").update(happened_at=one.confirmed_at)
    old = news.filter(happened_at__lt=timezone.now() - UNREAD)
    old.update(read_at=F("happened_at") + dt.timedelta(hours=20), mail_claimed_at=F("happened_at"))
