"""What has been told of measures, out of the database."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from action_plans.models import Commitment, Measure
from followup.models import ProgressNote
from followup.progress.rules import NO_NEWS_OF


def notes_of(user: Any, measures: Sequence[Measure]) -> dict[int, list[ProgressNote]]:
    """The notes the user reads of each measure, the latest first: one question for all of them."""
    found: dict[int, list[ProgressNote]] = {measure.pk: [] for measure in measures}
    rows = ProgressNote.objects.visible_to(user).filter(measure__in=list(found))
    for note in rows.select_related("organisation", "part__asked_of").order_by("-on", "-pk"):
        found[note.measure_id].append(note)
    return found


def parts_to_tell_of(user: Any, measure: Measure) -> Any:
    """The parts of a measure of which there can be news, that the user reads."""
    rows = Commitment.objects.visible_to(user).filter(measure=measure).exclude(state__in=NO_NEWS_OF)
    return rows.select_related("asked_of").order_by("-is_lead", "number")
