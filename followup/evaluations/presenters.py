"""Evaluations as pages, slots and the API show them.

The numbers are whole for the circle of the plan's area. Others read the headline and why in words, counts as “at least
40” and changes in steps of five percent: two whole counts, or one and the problem's own, differ by what may be small.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from action_plans.goals.telling import viewer_of
from action_plans.looks import state_tag
from action_plans.measures.presenters import url_of as measure_url
from action_plans.models import EvaluationPlan
from areas.models import Place
from cause_analysis.models import Problem, State
from cause_analysis.permissions import may_lead
from followup.evaluations import charts, numbers, queries
from followup.models import Evaluation, Headline, Lesson, Outcome, PlaceboRun, ProblemWatch, Standing
from followup.progress.presenters import bars
from followup.progress.queries import doses_of, spent_on
from situational_picture.period_names import days_name
from situational_picture.selecting import CIRCLE

HEADLINE_TONES = {
    Headline.DECREASED: ("success", "arrow-down"),
    Headline.UNCHANGED: ("neutral", "minus"),
    Headline.INCREASED: ("danger", "arrow-up"),
    Headline.NOT_ASSESSABLE: ("neutral", "question"),
}
OUTCOME_TONES = {
    Outcome.WORKED: ("success", "check"),
    Outcome.PARTLY: ("warning", "half"),
    Outcome.DID_NOT: ("danger", "close"),
    Outcome.UNCLEAR: ("neutral", "question"),
    Outcome.NEVER: ("neutral", "ring"),
}
STANDING_TONES = {
    Standing.HOLDS: ("success", "check"),
    Standing.UNCERTAIN: ("neutral", "question"),
    Standing.TURNS: ("warning", "triangle"),
}


def _tag(value: Any, tones: Mapping[Any, tuple[str, str]]) -> dict[str, str]:
    tone, symbol = tones[value]
    return {"text": capfirst(str(value.label)), "tone": tone, "symbol": symbol}


def headline_tag(headline: str) -> dict[str, str]:
    """What the numbers say: word, colour and symbol."""
    return _tag(Headline(headline), HEADLINE_TONES)


def outcome_tag(outcome: str) -> dict[str, str]:
    """What the group makes of it."""
    return _tag(Outcome(outcome), OUTCOME_TONES)


def standing_tag(standing: str) -> dict[str, str]:
    """Whether an adopted evaluation still holds."""
    return _tag(Standing(standing), STANDING_TONES)


def url_of(evaluation: Evaluation) -> str:
    """The evaluation's page."""
    return reverse("evaluation", args=[evaluation.collaboration.slug, evaluation.number])


def name_of(evaluation: Evaluation) -> str:
    """Its number and what it is about."""
    return f"{evaluation} {subject_of(evaluation)}"


def subject_of(evaluation: Evaluation) -> str:
    """The measure it is about, or how many there are together."""
    if evaluation.content:
        # What an adopted one is called stays.
        return titles_in_words([measure["title"] for measure in evaluation.content["measures"]])
    return titles_in_words([measure.title for measure in queries.measures_of(evaluation)])


def titles_in_words(titles: Sequence[str]) -> str:
    """One title, or the first and how many more there are."""
    if len(titles) == 1:
        return titles[0]
    first = titles[0] if titles else ""
    more = len(titles) - 1
    return ngettext("%(first)s and %(number)s more measure", "%(first)s and %(number)s more measures", more) % {
        "first": first,
        "number": more,
    }


# --- The list ---------------------------------------------------------------------------------------------------------


def counts_of(rows: QuerySet[Evaluation]) -> dict[str, int]:
    """How many there are, how many wait to be adopted, and how many say what."""
    said = {value: Count("pk", filter=Q(headline=value)) for value in Headline.values}
    return rows.order_by().aggregate(all=Count("pk"), waiting=Count("pk", filter=Q(adopted_at=None)), **said)


def rows_of(evaluations: Iterable[Evaluation]) -> list[dict[str, Any]]:
    """Evaluations in a list."""
    return [row_of(evaluation) for evaluation in evaluations]


def row_of(evaluation: Evaluation) -> dict[str, Any]:
    """One evaluation: what it is about, what the numbers say, what the group made of it, whether it still holds."""
    checks = list(evaluation.checks.all())
    return {
        "evaluation": evaluation,
        "url": url_of(evaluation),
        "title": subject_of(evaluation),
        "area": evaluation.plan.area.name,
        "headline": headline_tag(evaluation.headline),
        "outcome": outcome_tag(evaluation.outcome) if evaluation.outcome and evaluation.adopted_at else None,
        "standing": standing_tag(checks[-1].standing) if checks else None,
        "is_open": evaluation.adopted_at is None,
        "due_on": evaluation.due_on,
    }


def coming_rows(plans: Iterable[EvaluationPlan]) -> list[dict[str, Any]]:
    """What is planned and not due yet."""
    return [
        {
            "title": plan.measure.title,
            "url": measure_url(plan.measure) + "#evaluation",
            "area": plan.measure.plan.area.name,
            "indicator": plan.indicator,
            "due_on": plan.after_to + dt.timedelta(days=1),
        }
        for plan in plans
    ]


# --- The page ---------------------------------------------------------------------------------------------------------


def told_to(evaluation: Evaluation, user: Any) -> numbers.Telling:
    """Its numbers as this reader may see them."""
    return numbers.Telling(evaluation.figures, viewer_of(user, evaluation.plan))


def page_of(evaluation: Evaluation, user: Any) -> dict[str, Any]:
    """Everything that the page shows, as this reader may see it."""
    figures = evaluation.figures
    viewer = viewer_of(user, evaluation.plan)
    in_circle = viewer == CIRCLE
    told = numbers.Telling(figures, viewer)
    measures = queries.measures_of(evaluation)
    return {
        "name": str(evaluation),
        "heading": told.heading(evaluation.headline, subject_of(evaluation)),
        "lead": told.sentences(),
        "moved": told.moved(),
        "done": capfirst(evaluation.get_done_as_planned_display()),
        "decision_rule": _said_beforehand(evaluation),
        "reporting": told.reporting(),
        "tag": headline_tag(evaluation.headline),
        "is_counted": told.is_counted,
        "in_circle": in_circle,
        "is_hidden": told.is_hidden,
        "chart": charts.picture(figures, marks_of(figures)) if in_circle and told.is_counted else None,
        "bars": charts.before_and_after(told.count_rows()) if not in_circle and told.is_counted else None,
        "months": told.month_rows() if in_circle else [],
        "counts": told.count_rows(),
        "results": told.result_rows(),
        "rules": told.rule_rows(),
        "plan_changes": _plan_changes(evaluation),
        "surveys": told.survey_rows(),
        "cautions": told.cautions(),
        "needed": told.needed(),
        "days": told.days(),
        "is_compared": bool(figures.get("compared")),
        "has_ring": bool(figures.get("ring_m")),
        "is_process": told.is_process,
        "done_rows": done_rows(evaluation) if told.is_process else [],
        "measures": [{"title": one.title, "url": measure_url(one), "tag": state_tag(one.state)} for one in measures],
        "is_joint": len(measures) > 1,
        "judgement": judgement_rows(evaluation),
        "outcome": outcome_tag(evaluation.outcome) if evaluation.outcome else None,
        "lessons": lesson_rows(evaluation.lessons.all()),
        # The latest first: that is what is asked.
        "checks": check_rows(evaluation, viewer)[::-1],
        "cost": told.cost_sentence(),
    }


def _said_beforehand(evaluation: Evaluation) -> str:
    """What would change the decision, as it was said when the measure was decided."""
    kept = (evaluation.content or {}).get("planned") or {}
    plan = evaluation.evaluation_plan
    return kept.get("decision_rule") or (plan.decision_rule if plan is not None else "")


def _plan_changes(evaluation: Evaluation) -> list[dict[str, Any]]:
    """When and why the evaluation plan was changed after it was fixed, in order; of an adopted one as it was kept."""
    kept = (evaluation.content or {}).get("planned")
    if kept:
        return [{"day": dt.datetime.fromisoformat(one["at"]), "reason": one["reason"]} for one in kept["changes"]]
    plan = evaluation.evaluation_plan
    changes = plan.changes.order_by("at", "pk") if plan is not None else []
    return [{"day": change.at, "reason": change.reason} for change in changes]


def marks_of(figures: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What the picture marks: when the measure started and was over; of several, the first and the last."""
    started = sorted(row["started_on"] for row in figures.get("measures", []) if row["started_on"])
    over = sorted(row["over_on"] for row in figures.get("measures", []) if row["over_on"])
    if len(figures.get("measures", [])) == 1:
        return [*((day, _("measure starts")) for day in started), *((day, _("measure is over")) for day in over)]
    found = [(started[0], _("first measure starts"))] if started else []
    if len(set(started)) > 1:
        found.append((started[-1], _("last measure starts")))
    return found


def judgement_rows(evaluation: Evaluation) -> list[dict[str, str]]:
    """What the group has said so far, question by question."""
    rows = [
        (_("Was it done as planned?"), capfirst(evaluation.get_done_as_planned_display())),
        (_("Did it work the way it was supposed to?"), capfirst(evaluation.get_mechanism_shown_display())),
        (_("What else happened in the area?"), evaluation.what_else),
        (_("What came of it that was not intended?"), evaluation.side_effects),
        (_("Why do you say so?"), evaluation.reason),
        (_("What is done now?"), capfirst(evaluation.get_what_next_display())),
    ]
    return [{"label": label, "text": text} for label, text in rows if text]


def done_rows(evaluation: Evaluation) -> list[dict[str, Any]]:
    """What was done of each measure against what was planned, for whoever judges: its state, its dose, its cost."""
    measures = queries.measures_of(evaluation)
    doses, spent = doses_of(measures), spent_on(measures)
    return [
        {
            "title": one.title,
            "url": measure_url(one),
            "tag": state_tag(one.state),
            "bars": bars(one, doses[one.pk], spent.get(one.pk, (0, 0))),
        }
        for one in measures
    ]


def lesson_rows(lessons: Iterable[Lesson]) -> list[dict[str, Any]]:
    """What was learnt, and of what."""
    return [
        {
            "pk": lesson.pk,
            "text": lesson.text,
            "about": lesson.place.name if lesson.place else capfirst(str(lesson.get_about_display())),
        }
        for lesson in lessons
    ]


def check_rows(evaluation: Evaluation, viewer: str) -> list[dict[str, Any]]:
    """Each time it was computed again."""
    return [
        {
            "until": check.until,
            "standing": standing_tag(check.standing),
            "headline": headline_tag(check.headline),
            "words": numbers.Telling(check.figures, viewer).change_words(),
        }
        for check in evaluation.checks.all()
    ]


def places_of(evaluation: Evaluation) -> QuerySet[Place]:
    """The places a lesson can be about: those where its measures are carried out, and those that were treated."""
    measures = [measure.pk for measure in queries.measures_of(evaluation)]
    where = Q(measure_places__measure__in=measures)
    if evaluation.evaluation_plan_id:
        treated = evaluation.evaluation_plan.treated_places.values("place_id")  # type: ignore[union-attr]
        where |= Q(pk__in=treated)
    return Place.objects.filter(where, collaboration=evaluation.collaboration_id).distinct().order_by("name")


# --- What becomes of the problem --------------------------------------------------------------------------------------


def problems_of(evaluation: Evaluation, user: Any) -> list[dict[str, Any]]:
    """The problems its measures are about, where each stands, and what whoever leads can do with it now."""
    found: dict[int, dict[str, Any]] = {}
    readable = set(
        Problem.objects.visible_to(user)
        .filter(measures__evaluated_in__evaluation=evaluation)
        .values_list("pk", flat=True)
    )
    watches = {watch.problem_id: watch for watch in ProblemWatch.objects.filter(problem__in=readable).order_by("pk")}
    for measure in queries.measures_of(evaluation):
        problem = measure.problem
        if problem is None or problem.pk in found or problem.pk not in readable:
            continue
        step = problem_step(problem, evaluation) if may_lead(user, problem) else None
        base = reverse("evaluation_problem", args=[evaluation.collaboration.slug, evaluation.number, problem.number])
        found[problem.pk] = {
            "title": problem.title,
            "url": reverse("problem", args=[evaluation.collaboration.slug, problem.number]),
            "state": capfirst(str(problem.get_state_display())),
            "watch": watch_words(watches.get(problem.pk)),
            "ways": [
                {"text": step["submits"][what], "url": f"{base}?what={what}", "is_first": number == 0}
                for number, what in enumerate(step["ways"])
            ]
            if step
            else [],
        }
    return list(found.values())


def problem_step(problem: Problem, evaluation: Evaluation) -> dict[str, Any] | None:
    """What can be done with the problem now that its measures have been evaluated; None where nothing can."""
    if evaluation.adopted_at is None:
        return None
    ways = {
        State.UNDER_WAY: ["close"],
        State.FOLLOWED_UP: ["close", "go_on"],
        State.CLOSED: ["watch"],
    }.get(State(problem.state))
    if ways is None:
        return None
    return {
        "ways": ways,
        "headings": {
            "close": _("Close the problem"),
            "go_on": _("Go on working on the problem"),
            "watch": _("Watch the place afterwards"),
        },
        "leads": {
            "close": problem.title,
            "go_on": problem.title,
            "watch": _(
                "The problem is taken up again by itself when a month has as many events as you say. "
                "The number suggested is one that a month reaches by chance once in a hundred."
            ),
        },
        "submits": {"close": _("Close the problem"), "go_on": _("Go on with it"), "watch": _("Watch it")},
        "said": {
            "close": _("The problem is closed."),
            "go_on": _("The problem is under way again."),
            "watch": _("The problem is watched."),
        },
    }


def watch_words(watch: ProblemWatch | None) -> str:
    """How the watch stands."""
    if watch is None:
        return ""
    values = {"day": days_name(watch.last_day, watch.last_day), "level": watch.level}
    if watch.reached_on is not None:
        return _("It has come back: the level of %(level)s events in a month was reached.") % values
    if watch.ended_at is not None:
        return _("It was watched until %(day)s and did not come back.") % values
    return (
        ngettext(
            "Watched until %(day)s. %(level)s event in a month takes it up again.",
            "Watched until %(day)s. %(level)s events in a month take it up again.",
            watch.level,
        )
        % values
    )


def tried_of(run: PlaceboRun) -> dict[str, Any]:
    """How often the headline said what, where nothing was done."""
    name = "name_sv" if get_language() == "sv" else "name_en"
    rows = [{**row, "name": row[name]} for row in run.figures["categories"] if row["drawn"]]
    return {
        "tried": rows,
        "drawn": sum(row["drawn"] for row in rows),
        "neither": sum(row["neither"] for row in rows),
        "found": sum(row["decreased"] + row["increased"] for row in rows),
    }
