"""What waits for somebody, from all rooms: `my_work.items` is the slot, and the collaboration what it is asked about.

A row says what waits (`title`), where it is done (`url`), perhaps about what (`text`), and one day: until when
(`due_on`), or since when it has waited (`since`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from partners.models import Collaboration
from ui import slots


def tasks_of(user: Any, collaboration: Collaboration, *, today: dt.date) -> list[dict[str, Any]]:
    """Everything that waits for the user here, the most urgent first: what is late, then by its day."""
    rows = slots.fill("my_work.items", user, [collaboration])[collaboration.pk]
    return [_shown(row, today) for row in sorted(rows, key=lambda row: _urgency(row, today))]


def _is_late(row: Mapping[str, Any], today: dt.date) -> bool:
    due_on: dt.date | None = row.get("due_on")
    return due_on is not None and due_on < today


def _urgency(row: Mapping[str, Any], today: dt.date) -> tuple[bool, dt.date]:
    day: dt.date | None = row.get("due_on") or row.get("since")
    return not _is_late(row, today), day or dt.date.max


def _shown(row: Mapping[str, Any], today: dt.date) -> dict[str, Any]:
    day = ""
    if due_on := row.get("due_on"):
        day = pgettext("a task", "by %(day)s") % {"day": date_format(due_on, "j F Y")}
    elif since := row.get("since"):
        day = _("since %(day)s") % {"day": date_format(since, "j F Y")}
    late = {"tag": pgettext("a task", "late"), "tone": "warning"} if _is_late(row, today) else {}
    return {
        "title": row["title"],
        "url": row["url"],
        "text": row.get("text", ""),
        "day": day,
        **late,
    }
