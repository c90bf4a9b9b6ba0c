"""What became of it: told to whoever reported, and at the place.

A reporter reads decided plans, and so which measures are done about the problem a report is part of and how far they
have come; never what other organisations wrote on the way.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from action_plans.measures.presenters import url_of
from action_plans.models import Measure, MeasureMove, MeasureState, PlanVersion
from action_plans.plans.presenters import version_url
from action_plans.rules import DECIDED_ONCE
from areas.models import Place
from cause_analysis.models import Problem
from cause_analysis.problems.queries import problems_with
from followup.models import ProgressNote
from followup.progress import presenters, queries
from incidents.models import Incident

NOTES_AT_PLACE = 5


def done_about_reports(user: Any, incidents: Sequence[Incident]) -> dict[int, list[dict[str, Any]]]:
    """What is done about each report: the decided measures about the problems it is part of, and how far they are."""
    collaborations = {incident.collaboration_id for incident in incidents}
    decided = Measure.objects.kept().filter(collaboration__in=collaborations, state__in=DECIDED_ONCE)
    versions = _decided_versions(user, collaborations)
    measures: dict[int, list[Measure]] = {}
    readable = set(Measure.objects.visible_to(user).filter(pk__in=decided).values_list("pk", flat=True))
    for measure in decided.exclude(problem=None).select_related("collaboration").order_by("position", "number"):
        if measure.pk in readable or measure.number in versions.get(measure.plan_id, _NONE).titles:
            measures.setdefault(measure.problem_id or 0, []).append(measure)
    if not measures:
        return {}
    found = problems_with(user, incidents, problems_of=Problem.objects.filter(pk__in=measures))
    shown = {one.pk: one for problems in found.values() for problem in problems for one in measures[problem.pk]}
    moves = MeasureMove.objects.filter(measure__in=shown, to_state=MeasureState.CARRIED_OUT)
    carried_out = dict(moves.order_by("at").values_list("measure", "at"))
    rows: dict[int, list[dict[str, Any]]] = {}
    for pk, problems in found.items():
        for measure in {one.pk: one for problem in problems for one in measures[problem.pk]}.values():
            decided_in = versions.get(measure.plan_id, _NONE)
            is_read = measure.pk in readable
            # What it is called since it was decided is for those who read the plan itself.
            title = measure.title if is_read else decided_in.titles[measure.number]
            rows.setdefault(pk, []).append(
                {
                    "title": _("What is done about it: %(title)s") % {"title": title},
                    "url": url_of(measure) if is_read else decided_in.url,
                    "text": _how_far(measure, carried_out.get(measure.pk)),
                }
            )
    return rows


class _Decided(NamedTuple):
    """A decided version the user reads: its address, and what its measures are called there, by number."""

    url: str
    titles: dict[int, str]


_NONE = _Decided("", {})


def _decided_versions(user: Any, collaborations: set[int]) -> dict[int, _Decided]:
    """The newest decided version the user reads of each plan."""
    rows = PlanVersion.objects.visible_to(user).filter(collaboration__in=collaborations)
    newest = rows.order_by("plan_id", "-number").distinct("plan_id").select_related("plan__collaboration")
    return {
        version.plan_id: _Decided(
            version_url(version), {measure["number"]: measure["title"] for measure in version.content["measures"]}
        )
        for version in newest
    }


def _how_far(measure: Measure, carried_out_at: Any) -> str:
    if carried_out_at is not None and measure.state != MeasureState.ONGOING:
        return _("carried out %(day)s") % {"day": date_format(carried_out_at.astimezone(), "j F Y")}
    return str(measure.get_state_display())


def told_at_places(user: Any, places: Sequence[Place]) -> dict[int, list[dict[str, Any]]]:
    """What has been told of the measures at each place, the latest first."""
    ids = [place.pk for place in places]
    rows = ProgressNote.objects.visible_to(user).filter(
        measure__measure_places__place__in=ids, measure__in=Measure.objects.visible_to(user)
    )
    at = list(rows.order_by("-on", "-pk").values_list("pk", "measure__measure_places__place"))
    per_place: dict[int, list[int]] = {}
    for pk, place_id in at:
        if place_id in ids and len(per_place.setdefault(place_id, [])) < NOTES_AT_PLACE:
            per_place[place_id].append(pk)
    notes = queries.told(user, {pk for several in per_place.values() for pk in several})
    return {
        place_id: [
            {
                "template": "followup/progress/_at_place.html",
                "rows": [
                    {**presenters.note_row(user, notes[pk]), "title": notes[pk].measure.title,
                     "url": url_of(notes[pk].measure)}
                    for pk in several
                ],
            }
        ]
        for place_id, several in per_place.items()
    }  # fmt: skip
