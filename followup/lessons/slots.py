"""What evaluations have to say on the pages of rooms below."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from action_plans.library.presenters import MethodHere
from action_plans.models import Commitment, EvaluationPlan, Measure
from action_plans.permissions import READ_PLANS, may_work_on_plan
from areas.models import Place
from cause_analysis.models import Problem
from followup.evaluations import presenters
from followup.evaluations.queries import with_row
from followup.evaluations.rules import may_begin
from followup.lessons import queries
from followup.models import Evaluation, Headline, Outcome, ProblemWatch
from incidents.models import Incident

# More lines than this tell a reporter nothing more.
MOST_ROWS = 3


# --- The measures library ---------------------------------------------------------------------------------------------


def experience_with_methods(user: Any, methods: Sequence[MethodHere]) -> dict[str, list[dict[str, Any]]]:
    """“With us: tried 4 times, 2 worked”: the collaboration's own evaluations of each method, and what was learnt."""
    found: dict[str, list[dict[str, Any]]] = {}
    for collaboration in {method.collaboration for method in methods}:
        asked = [method.pk for method in methods if method.collaboration == collaboration]
        for method, own in queries.experience_of(user, collaboration, asked).items():
            found[method] = [
                {
                    "template": "followup/lessons/_experience.html",
                    "words": experience_words(own),
                    "evaluations": [presenters.row_of(one) for one in own.evaluations],
                    "lessons": [one.text for one in own.lessons],
                    "title": experience_words(own)[0],
                }
            ]
    return found


def experience_words(own: queries.Experience) -> list[str]:
    """What they say, in sentences: of the method alone, as a part of several, and never carried out."""
    sentences = []
    if own.tried:
        told = ", ".join(
            f"{own.alone[outcome]} {Outcome(outcome).label}" for outcome in Outcome.values if own.alone.get(outcome)
        )
        sentences.append(
            ngettext(
                "Evaluated %(number)s time with us: %(told)s.",
                "Evaluated %(number)s times with us: %(told)s.",
                own.tried,
            )
            % {"number": own.tried, "told": told}
        )
    for headline in Headline.values:
        if number := own.together.get(headline):
            word = _("unclear") if headline == Headline.NOT_ASSESSABLE else Headline(headline).label
            sentences.append(
                ngettext(
                    "Part of several measures together %(number)s time: %(word)s.",
                    "Part of several measures together %(number)s times: %(word)s.",
                    number,
                )
                % {"number": number, "word": word}
            )
    if own.never:
        sentences.append(
            ngettext(
                "%(number)s time it was decided and never carried out, which says nothing of the method.",
                "%(number)s times it was decided and never carried out, which says nothing of the method.",
                own.never,
            )
            % {"number": own.never}
        )
    return sentences


# --- Measures, commitments, problems and places -----------------------------------------------------------------------


def _line(evaluation: Evaluation) -> dict[str, Any]:
    row = presenters.row_of(evaluation)
    return {**row, "name": presenters.name_of(evaluation)}


def evaluation_of_measures(user: Any, measures: Sequence[Measure]) -> dict[int, list[dict[str, Any]]]:
    """What each measure's evaluation said; the way to begin one where none was planned."""
    there = queries.by_measure(user, [measure.pk for measure in measures])
    plans = {plan.measure_id: plan for plan in EvaluationPlan.objects.filter(measure__in=measures)}
    found: dict[int, list[dict[str, Any]]] = {}
    for measure in measures:
        evaluation = there.get(measure.pk)
        begins = (
            evaluation is None
            and may_begin(measure, plans.get(measure.pk), today=timezone.localdate())
            and may_work_on_plan(user, measure.plan)
        )
        if evaluation is None and not begins:
            continue
        found[measure.pk] = [
            {
                "template": "followup/lessons/_measure.html",
                "line": _line(evaluation) if evaluation else None,
                "lead": presenters.told_to(evaluation, user).sentences() if evaluation else "",
                "begin_url": reverse("measure_evaluate", args=[measure.plan.collaboration.slug, measure.pk])
                if begins
                else "",
            }
        ]
    return found


def evaluation_of_commitments(user: Any, commitments: Sequence[Commitment]) -> dict[int, list[dict[str, Any]]]:
    """What came of the measure that a commitment is a part of."""
    measures = {one.pk: one.measure_id for one in commitments if one.measure_id is not None}
    there = queries.by_measure(user, measures.values(), adopted=True)
    return {
        pk: [
            {
                "title": _("The measure has been evaluated"),
                "url": presenters.url_of(there[measure]),
                "tag": capfirst(Headline(there[measure].headline).label),
                "tone": presenters.HEADLINE_TONES[Headline(there[measure].headline)][0],
                "text": presenters.subject_of(there[measure]),
            }
        ]
        for pk, measure in measures.items()
        if measure in there
    }


def outcomes_of_commitments(user: Any, commitments: Sequence[Commitment]) -> dict[int, list[dict[str, Any]]]:
    """In a list of commitments: what came of the measure of each, in few words."""
    measures = {one.pk: one.measure_id for one in commitments if one.measure_id is not None}
    said = queries.said_of_measures(user, measures.values()) if measures else {}
    return {pk: [_outcome_row(said[measure])] for pk, measure in measures.items() if measure in said}


def _outcome_row(said: Mapping[str, Any]) -> dict[str, str]:
    outcome, headline = Outcome(said["evaluation__outcome"]), Headline(said["evaluation__headline"])
    if said["together"] == 1 or outcome == Outcome.NEVER:
        text = _("The measure: %(outcome)s") % {"outcome": outcome.label}
    else:
        # Of several at once nobody can say which of them did it.
        word = _("unclear") if headline == Headline.NOT_ASSESSABLE else headline.label
        text = _("Several measures together: %(word)s") % {"word": word}
    url = reverse("evaluation", args=[said["evaluation__collaboration__slug"], said["evaluation__number"]])
    return {"text": text, "url": url}


def evaluations_of_problems(user: Any, problems: Sequence[Problem]) -> dict[int, list[dict[str, Any]]]:
    """What the evaluations of each problem's measures said, and whether it is watched."""
    measures: dict[int, int] = {}
    for pk, problem in Measure.objects.visible_to(user).filter(problem__in=problems).values_list("pk", "problem_id"):
        measures[pk] = problem or 0
    there = queries.by_measure(user, measures)
    watches = {row.problem_id: row for row in ProblemWatch.objects.filter(problem__in=problems).order_by("pk")}
    found: dict[int, list[dict[str, Any]]] = {}
    for problem in problems:
        of_it = {one.pk: one for measure, one in there.items() if measures[measure] == problem.pk}
        watch = presenters.watch_words(watches.get(problem.pk))
        if of_it or watch:
            lines = [_line(one) for one in sorted(of_it.values(), key=lambda one: -one.number)]
            found[problem.pk] = [
                {"template": "followup/lessons/_evaluations.html", "lines": lines, "watch": watch, "lessons": []}
            ]
    return found


def evaluations_at_places(user: Any, places: Sequence[Place]) -> dict[int, list[dict[str, Any]]]:
    """What has been tried at each place and what came of it, and what was learnt about the place."""
    ids = [place.pk for place in places]
    there, lessons = queries.at_places(user, ids), queries.lessons_at(user, ids)
    return {
        pk: [
            {
                "template": "followup/lessons/_evaluations.html",
                "lines": [_line(one) for one in there[pk]],
                "lessons": [one.text for one in lessons[pk]],
                "watch": "",
            }
        ]
        for pk in ids
        if there[pk] or lessons[pk]
    }


# --- Whoever reported -------------------------------------------------------------------------------------------------


def evaluations_in_receipts(user: Any, incidents: Sequence[Incident]) -> dict[int, list[dict[str, Any]]]:
    """For whoever has reported: that something was done at the place, and whether it helped."""
    asked = Incident.objects.visible_to(user).filter(pk__in=[one.pk for one in incidents], place__isnull=False)
    places = dict(asked.values_list("pk", "place_id"))
    if not places:
        return {}
    rows = (
        queries.told_to_reporters(user)
        .filter(evaluation_plan__treated_places__place__in=set(places.values()))
        .order_by("-adopted_at", "-pk")
        .values_list("pk", "evaluation_plan__treated_places__place_id")
    )
    by_place: dict[int, list[int]] = {}
    for pk, place in rows:
        by_place.setdefault(place, []).append(pk)
    wanted = {pk for several in by_place.values() for pk in several[:MOST_ROWS]}
    evaluations = {one.pk: one for one in with_row(Evaluation.objects.filter(pk__in=wanted))}
    reads = {one.pk: user.has_role(one.collaboration_id, READ_PLANS) for one in evaluations.values()}
    return {
        incident: [_receipt(evaluations[pk], reads[pk]) for pk in by_place[place][:MOST_ROWS]]
        for incident, place in places.items()
        if place in by_place
    }


def _receipt(evaluation: Evaluation, reads: bool) -> dict[str, Any]:
    what = {
        "measure": presenters.subject_of(evaluation),
        "day": date_format(evaluation.adopted_at, "j F Y") if evaluation.adopted_at else "",
    }
    sentence = {
        Headline.DECREASED: _("Something was done here: %(measure)s. Evaluated %(day)s: it has decreased."),
        Headline.INCREASED: _("Something was done here: %(measure)s. Evaluated %(day)s: it has increased."),
        Headline.UNCHANGED: _("Something was done here: %(measure)s. Evaluated %(day)s: nothing has changed."),
        Headline.NOT_ASSESSABLE: _(
            "Something was done here: %(measure)s. Evaluated %(day)s: the numbers cannot tell whether it helped."
        ),
    }[Headline(evaluation.headline)]
    row = {"title": sentence % what}
    return {**row, "url": presenters.url_of(evaluation)} if reads else row
