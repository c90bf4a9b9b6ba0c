"""What has been told of measures, out of the database."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import Max, Model, OuterRef, Prefetch, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Greatest

from action_plans.commitments.lines import rules_of
from action_plans.models import Commitment, CommitmentMove, FollowUpNote, Measure, MeasureMove, MeasureState
from action_plans.rules import IN_FORCE
from common.days import midnight
from followup.models import DosePlan, Obstacle, ProgressNote, ProofPhoto
from followup.progress.rules import NO_NEWS_OF
from partners.models import Collaboration


def notes_of(user: Any, measures: Sequence[Measure]) -> dict[int, list[ProgressNote]]:
    """The notes the user reads of each measure, the latest first: one question for all of them."""
    found: dict[int, list[ProgressNote]] = {measure.pk: [] for measure in measures}
    rows = _with_row(user, ProgressNote.objects.visible_to(user).filter(measure__in=list(found)))
    for note in rows.order_by("-on", "-pk"):
        found[note.measure_id].append(note)
    return found


def told(user: Any, ids: Iterable[int]) -> dict[int, ProgressNote]:
    """Notes by their ids, with everything a line of time tells."""
    return {note.pk: note for note in _with_row(user, ProgressNote.objects.visible_to(user).filter(pk__in=list(ids)))}


def _with_row(user: Any, rows: Any) -> Any:
    photos = Prefetch("photos", ProofPhoto.objects.visible_to(user).kept(), to_attr="photos_shown")
    rows = rows.select_related("organisation", "part__asked_of", "obstacle", "measure__collaboration")
    return rows.prefetch_related("doses__dose", photos)


def doses_of(measures: Sequence[Measure]) -> dict[int, list[DosePlan]]:
    """What each measure is to give, with how many are `done`: one question for all of them."""
    found: dict[int, list[DosePlan]] = {measure.pk: [] for measure in measures}
    rows: Any = DosePlan.objects.filter(measure__in=list(found)).annotate(number_done=Sum("done__amount", default=0))
    for dose in rows.order_by("pk"):
        found[dose.measure_id].append(dose)
    return found


def spent_on(measures: Sequence[Measure]) -> dict[int, tuple[int, int]]:
    """Hours and kronor so far of each measure, as told in its notes."""
    rows = ProgressNote.objects.filter(measure__in=[measure.pk for measure in measures]).order_by().values("measure")
    sums = rows.annotate(hours_spent=Sum("hours", default=0), cost_spent=Sum("cost_sek", default=0))
    return {row["measure"]: (row["hours_spent"], row["cost_spent"]) for row in sums}


def open_obstacles(user: Any, measures: Sequence[Measure]) -> dict[int, list[Obstacle]]:
    """What still hinders each measure, as far as the user reads it, the longest-standing first."""
    found: dict[int, list[Obstacle]] = {measure.pk: [] for measure in measures}
    rows = Obstacle.objects.visible_to(user).open().filter(measure__in=list(found))
    rows = rows.select_related("note__organisation", "note__part__asked_of", "measure__plan__area")
    for obstacle in rows.select_related("measure__collaboration").order_by("since", "pk"):
        found[obstacle.measure_id].append(obstacle)
    return found


def parts_to_tell_of(user: Any, measure: Measure) -> Any:
    """The parts of a measure of which there can be news, that the user reads."""
    rows = Commitment.objects.visible_to(user).filter(measure=measure).exclude(state__in=NO_NEWS_OF)
    return rows.select_related("asked_of").order_by("-is_lead", "number")


# --- Silence ----------------------------------------------------------------------------------------------------------

# What is news of a measure: which rows, how they hang on it, and when.
NEWS: list[tuple[type[Model], str, str]] = [
    (ProgressNote, "measure", "written_at"),
    (FollowUpNote, "measure", "written_at"),
    (MeasureMove, "measure", "at"),
    (CommitmentMove, "commitment__measure", "at"),
    (Obstacle, "measure", "resolved_at"),
]


def with_last_news(rows: QuerySet[Measure]) -> QuerySet[Any]:
    """Measures with when somebody last told something of them, or did something with them or a part of them."""
    latest = [
        Subquery(
            model._default_manager.filter(**{path: OuterRef("pk")})
            .order_by()
            .values(path)
            .annotate(latest=Max(moment))
            .values("latest")
        )
        for model, path, moment in NEWS
    ]
    # The greatest of those there are: PostgreSQL lets go of what is missing.
    return rows.annotate(last_news_at=Greatest("created_at", *latest))


def silent_among(rows: QuerySet[Measure], today: dt.date, *, days: int) -> QuerySet[Measure]:
    """Those in force of which nobody has told anything for so many days, the longest silent first.

    Of a measure that is decided and has not begun nothing is expected before its first day.
    """
    since = today - dt.timedelta(days=days)
    has_begun = ~Q(state=MeasureState.DECIDED) | Q(start_on=None) | Q(start_on__lte=since)
    found = with_last_news(rows.filter(has_begun, state__in=IN_FORCE))
    return found.filter(last_news_at__lt=midnight(since + dt.timedelta(days=1))).order_by("last_news_at", "pk")


def silent_measures(collaboration: Collaboration, today: dt.date) -> QuerySet[Measure]:
    """The measures of a collaboration that a meeting takes up for want of news, with `last_news_at`.

    Not narrowed to a reader: filter by `Measure.objects.visible_to(user)` before it is shown.
    """
    rows = Measure.objects.kept().filter(collaboration=collaboration)
    return silent_among(rows, today, days=rules_of(collaboration).silent_after_days)
