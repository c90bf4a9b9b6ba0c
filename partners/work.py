"""What waits for somebody, from all rooms: `my_work.items` is the slot, and the collaboration what it is asked about.

A row says what waits (`title`), where it is done (`url`), perhaps about what (`text`), who waits for it (`asked_by`),
and one day: until when (`due_on`), or since when it has waited (`since`). Besides:

* `answers`: what settles it in one press, each `{"label", "url"}` with a POST address of the room's own, perhaps with
  `fields` (a row's version …). Whoever answers comes back here with the sentence the room says.
* `mail_title`: the same as `title` in words that may leave the platform, in a letter or a calendar: no place, no text
  of anybody's, no organisation. Without it such a letter says only that something waits.
* `key`: what the row is, in words no other row of the collaboration has and that stay the same when its day or its
  language changes. Without it the address stands for the row.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from partners.models import Collaboration
from ui import slots

# How much of a row's hash its address holds: enough that no two rows of somebody's share one.
_ID_LENGTH = 16


class When(StrEnum):
    """The groups of the page, the most urgent first."""

    LATE = "late"
    THIS_WEEK = "this_week"
    LATER = "later"
    NO_DAY = "no_day"


def tasks_of(user: Any, collaboration: Collaboration, *, today: dt.date) -> list[dict[str, Any]]:
    """Everything that waits for the user here, the most urgent first: what is late, then by its day, then the oldest.

    Computed as that user and in the language that is set: page, letter and calendar show the same rows.
    """
    rows = slots.fill("my_work.items", user, [collaboration])[collaboration.pk]
    known: set[str] = set()
    tasks = []
    for row in sorted(rows, key=lambda row: _urgency(row, today)):
        task = _shown(row, today)
        task["id"] = _id_of(row, known)
        tasks.append(task)
    return tasks


def grouped(tasks: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The tasks under their headings; a heading without tasks is not there."""
    found: dict[When, list[Mapping[str, Any]]] = {when: [] for when in When}
    for task in tasks:
        found[task["when"]].append(task)
    return [{"when": when, "title": _heading(when), "tasks": rows} for when, rows in found.items() if rows]


def task_with(tasks: Iterable[dict[str, Any]], task_id: str) -> dict[str, Any] | None:
    """The task with this id; None when it does not wait for the user any more, or never did."""
    return next((task for task in tasks if task["id"] == task_id), None)


def neutral_title(task: Mapping[str, Any]) -> str:
    """What may be said of a task outside the platform."""
    return str(task["mail_title"] or _("Something that waits for you"))


def _heading(when: When) -> str:
    return {
        When.LATE: pgettext("tasks", "Late"),
        When.THIS_WEEK: pgettext("tasks", "This week"),
        When.LATER: pgettext("tasks", "Later"),
        When.NO_DAY: pgettext("tasks", "Without a day"),
    }[when]


def _when(row: Mapping[str, Any], today: dt.date) -> When:
    due_on: dt.date | None = row.get("due_on")
    if due_on is None:
        return When.NO_DAY
    if due_on < today:
        return When.LATE
    sunday = today + dt.timedelta(days=6 - today.weekday())
    return When.THIS_WEEK if due_on <= sunday else When.LATER


def _urgency(row: Mapping[str, Any], today: dt.date) -> tuple[int, dt.date]:
    day: dt.date | None = row.get("due_on") or row.get("since")
    return list(When).index(_when(row, today)), day or dt.date.max


def _id_of(row: Mapping[str, Any], known: set[str]) -> str:
    """A short name for the row that says nothing about it; two that cannot be told apart are numbered."""
    words = str(row.get("key") or row["url"])
    number = 1
    while True:
        numbered = words if number == 1 else f"{words} {number}"
        task_id = hashlib.sha256(numbered.encode()).hexdigest()[:_ID_LENGTH]
        if task_id not in known:
            known.add(task_id)
            return task_id
        number += 1


def _shown(row: Mapping[str, Any], today: dt.date) -> dict[str, Any]:
    day = ""
    if due_on := row.get("due_on"):
        day = pgettext("a task", "by %(day)s") % {"day": date_format(due_on, "j F Y")}
    elif since := row.get("since"):
        day = _("since %(day)s") % {"day": date_format(since, "j F Y")}
    when = _when(row, today)
    late = {"tag": pgettext("a task", "late"), "tone": "warning"} if when is When.LATE else {}
    return {
        "title": row["title"],
        "url": row["url"],
        "text": row.get("text", ""),
        "asked_by": row.get("asked_by", ""),
        "answers": list(row.get("answers", ())),
        "mail_title": row.get("mail_title", ""),
        "due_on": row.get("due_on"),
        "when": when,
        "day": day,
        **late,
    }
