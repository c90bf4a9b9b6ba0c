"""What progress has to say on the pages of rooms below."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from action_plans.commitments.lines import rules_of
from action_plans.models import Commitment, Measure, Plan
from action_plans.permissions import may_work_on_plan
from action_plans.rules import DECIDED_ONCE, STILL_WRITTEN
from followup.progress import presenters, queries
from followup.progress.permissions import may_tell
from followup.progress.rules import NO_NEWS_OF


def told_of_measures(user: Any, measures: Sequence[Measure]) -> dict[int, list[dict[str, Any]]]:
    """The notes in each measure's line of time."""
    notes = queries.notes_of(user, measures)
    return {pk: [presenters.note_row(user, note) for note in rows] for pk, rows in notes.items() if rows}


def way_to_tell(user: Any, measures: Sequence[Measure]) -> dict[int, list[dict[str, Any]]]:
    """The way from a decided measure to telling how it goes, for those who do."""
    return {
        measure.pk: [{"title": _("Tell how it goes"), "url": presenters.tell_url(measure)}]
        for measure in measures
        if measure.state in DECIDED_ONCE and may_tell(user, measure)
    }


def silence_of_measures(user: Any, measures: Sequence[Measure]) -> dict[int, list[dict[str, Any]]]:
    """That nobody has told anything of a measure for long, and what comes of it."""
    found: dict[int, list[dict[str, Any]]] = {}
    today = timezone.localdate()
    for days, pks in _by_days(measures).items():
        rows = Measure.objects.visible_to(user).filter(pk__in=pks)
        for silent in queries.silent_among(rows, today, days=days):
            words = {"template": "followup/progress/_silent.html", "text": presenters.silent_words(silent, today)}
            found[silent.pk] = [words]
    return found


def silence_in_plans(user: Any, plans: Sequence[Plan]) -> dict[int, list[dict[str, Any]]]:
    """The measures of each plan of which nobody has told anything for long."""
    found: dict[int, list[dict[str, Any]]] = {}
    today = timezone.localdate()
    for days, pks in _by_days(plans).items():
        rows = Measure.objects.visible_to(user).kept().filter(plan__in=pks).select_related("collaboration")
        for silent in queries.silent_among(rows, today, days=days):
            found.setdefault(silent.plan_id, []).append(presenters.silent_row(silent, today))
    return {
        pk: [
            {
                "template": "followup/progress/_silent_in_plan.html",
                "title": ngettext(
                    "%(number)s measure has been silent for long", "%(number)s measures have been silent for long",
                    len(rows),
                ) % {"number": len(rows)},
                "rows": rows,
            }
        ]
        for pk, rows in found.items()
    }  # fmt: skip


def _by_days(things: Sequence[Any]) -> dict[int, list[int]]:
    """Ids of measures or plans by how many days of silence their collaboration has decided on."""
    days = {pk: rules_of(pk).silent_after_days for pk in {thing.collaboration_id for thing in things}}
    found: dict[int, list[int]] = {}
    for thing in things:
        found.setdefault(days[thing.collaboration_id], []).append(thing.pk)
    return found


def obstacles_of_measures(user: Any, measures: Sequence[Measure]) -> dict[int, list[dict[str, Any]]]:
    """What stands in the way of each measure."""
    today = timezone.localdate()
    found: dict[int, list[dict[str, Any]]] = {}
    for pk, obstacles in queries.open_obstacles(user, measures).items():
        if obstacles:
            rows = [
                presenters.obstacle_row(one, may_resolve=may_tell(user, one.measure, one.note.part), today=today)
                for one in obstacles
            ]
            found[pk] = [{"template": "followup/progress/_obstacles.html", "rows": rows}]
    return found


def so_far(user: Any, measures: Sequence[Measure]) -> dict[int, list[dict[str, Any]]]:
    """How much of what was planned each measure has given, and what it has taken."""
    found: dict[int, list[dict[str, Any]]] = {}
    doses, spent = queries.doses_of(measures), queries.spent_on(measures)
    for measure in measures:
        rows = presenters.bars(measure, doses[measure.pk], spent.get(measure.pk, (0, 0)))
        plans = may_work_on_plan(user, measure.plan) and measure.state in STILL_WRITTEN
        if plans or (rows and measure.state in DECIDED_ONCE):
            found[measure.pk] = [
                {
                    "template": "followup/progress/_so_far.html",
                    "rows": rows,
                    "plan_url": presenters.dose_url(measure) if plans else "",
                    "has_doses": bool(doses[measure.pk]),
                }
            ]
    return found


def way_to_tell_of_part(user: Any, parts: Sequence[Commitment]) -> dict[int, list[dict[str, Any]]]:
    """The way from a part to telling how it goes."""
    return {
        part.pk: [
            {
                "template": "followup/progress/_way.html",
                "title": _("Tell how it goes"),
                "url": presenters.part_url(part),
            }
        ]
        for part in parts
        if part.measure is not None
        and part.state not in NO_NEWS_OF
        and part.measure.state in DECIDED_ONCE
        and may_tell(user, part.measure, part)
    }
