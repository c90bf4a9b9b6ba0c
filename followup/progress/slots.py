"""What progress has to say on the pages of rooms below."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from action_plans.models import Measure
from action_plans.rules import DECIDED_ONCE
from followup.progress import presenters, queries
from followup.progress.permissions import may_tell


def told_of_measures(user: Any, measures: Sequence[Measure]) -> dict[int, list[dict[str, Any]]]:
    """The notes in each measure's line of time."""
    notes = queries.notes_of(user, measures)
    return {pk: [presenters.note_row(note) for note in rows] for pk, rows in notes.items() if rows}


def way_to_tell(user: Any, measures: Sequence[Measure]) -> dict[int, list[dict[str, Any]]]:
    """The way from a decided measure to telling how it goes, for those who do."""
    return {
        measure.pk: [{"title": _("Tell how it goes"), "url": presenters.tell_url(measure)}]
        for measure in measures
        if measure.state in DECIDED_ONCE and may_tell(user, measure)
    }
