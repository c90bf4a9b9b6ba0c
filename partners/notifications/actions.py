"""Mark what is new as read."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction
from django.utils import timezone

from partners.models import Collaboration, Notification
from partners.notifications.queries import news_of


@transaction.atomic
def mark_read(*, by: Any, notification: Notification) -> bool:
    """Mark one row as read; whether it was new."""
    rows = Notification.objects.visible_to(by).filter(pk=notification.pk, read_at=None)
    return bool(rows.update(read_at=timezone.now()))


@transaction.atomic
def mark_all_read(*, by: Any, collaboration: Collaboration, until: dt.datetime) -> int:
    """Mark everything that had happened when the page was opened as read; what has come since stays new."""
    rows = news_of(by, collaboration).filter(read_at=None, happened_at__lte=until)
    return int(rows.update(read_at=timezone.now()))
