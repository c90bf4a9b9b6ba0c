"""Everything a plan agrees to as plain JSON: what a version freezes, and what papers and pages are made from.

Names and words are those of the day it is written, so that nothing that is renamed or taken away later changes it.
Days are ISO strings and money whole kronor. Where a measure stands and what was seen when it was followed up are no
part of it (ADR 16): `now_of` tells those, for the plan as it is worked on. The shape, schema 1:

    schema      1
    plan        code, title, area, collaboration, first_day, last_day, purpose, registry_number,
                hours_available, money_available
    agreement   None, or title, first_day, last_day, registry_number, documented_how, followed_up_how,
                parties [organisation, function, signed_on], problems in the plan's area [code, title]
    problems    [code ("P-3"), title]
    causes      [number, key, text, problem (code)]: numbered through the plan; the key follows a cause from version
                to version of its analysis
    goals       [number, kind, text, direction, measured, indicator, unit, source, problem (code or ""),
                baseline {value, lower, upper, from, to, is_counted}, target, target_on, organisation, function]
    measures    in the agreed order: [number, title, description, mechanism, indicator, baseline {value, from, to},
                technique, method, level, operation, start_on, due_on, follow_up_on, recurrence, cost_sek, hours,
                funding, problem, defect, causes [numbers], goals [numbers], places [id, name, lat, lon],
                parts [number, is_lead, organisation, function, asked_by, text, due_on, answer], evaluation]
    left_out    measures [numbers], goals [numbers]: drafts and proposals nobody has decided

An evaluation is None, or indicator, ring_m, before_from, before_to, after_from, after_to, decision_rule, places,
areas [names], and where they are said `counted` (which reports, in words) and `compared_places` [names].

A word of a choice is {code, word}, and None where nothing is chosen. A part's answer is "accepted", "asked", "offered",
"declined" or "draft" with its word; whether a promise was kept afterwards is told elsewhere. Counted baselines are
whole here: `protecting.py` tells them as the reader may see them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any

from django.conf import settings
from django.db.models import Field, Prefetch
from django.utils import timezone, translation
from django.utils.translation import pgettext

from action_plans.evaluating.words import evaluation_content
from action_plans.measures.techniques import TECHNIQUES
from action_plans.models import (
    Agreement,
    AgreementParty,
    AgreementProblem,
    Commitment,
    CommitmentState,
    EvaluationPlan,
    FollowUpNote,
    Goal,
    Measure,
    MeasureCause,
    MeasureGoal,
    MeasurePlace,
    MeasureState,
    Plan,
    Verdict,
)
from action_plans.rules import DECIDED_ONCE, is_measure_overdue
from cause_analysis.models import Cause, Problem

SCHEMA = 1
Content = dict[str, Any]

# What somebody has answered; that it was kept or not came later.
_ANSWERS = {
    CommitmentState.DRAFT: "draft",
    CommitmentState.ASKED: "asked",
    CommitmentState.COUNTER_OFFERED: "offered",
    CommitmentState.DECLINED: "declined",
    CommitmentState.ACCEPTED: "accepted",
    CommitmentState.KEPT: "accepted",
    CommitmentState.NOT_KEPT: "accepted",
}


def answer_words() -> dict[str, str]:
    """What each answer is called, in the active language."""
    return {
        "draft": pgettext("part of a measure", "not asked yet"),
        "asked": pgettext("part of a measure", "asked, no answer yet"),
        "offered": pgettext("part of a measure", "has offered something else"),
        "declined": pgettext("part of a measure", "declined"),
        "accepted": pgettext("part of a measure", "accepted"),
    }


def content_of(plan: Plan) -> Content:
    """What deciding the plan now would freeze: goals agreed on and measures decided, in a bounded number of queries."""
    return _content(plan, everything=False)


def working_content(plan: Plan) -> Content:
    """The same shape with drafts and proposals too; measures have `state` and `pk` beside, goals `is_agreed`."""
    return _content(plan, everything=True)


def _content(plan: Plan, *, everything: bool) -> Content:
    # A version is read by people of several languages; it is written in the one of the installation.
    with translation.override(settings.LANGUAGE_CODE):
        plan = Plan.objects.select_related("area", "collaboration").get(pk=plan.pk)
        goals = list(
            Goal.objects.kept()
            .filter(plan=plan)
            .select_related("problem", "organisation", "owner__user")
            .defer("problem__figures")
            .order_by("number")
        )
        rows = Measure.objects.kept().filter(plan=plan).select_related("problem").defer("problem__figures")
        measures = list(rows.order_by("position", "number"))
        kept_goals = [goal for goal in goals if everything or goal.agreed_at is not None]
        kept = [measure for measure in measures if everything or measure.state in DECIDED_ONCE]
        written = _Writer(plan, kept, kept_goals, everything=everything)
        left_out = {
            "measures": sorted(m.number for m in measures if m.state in {MeasureState.DRAFT, MeasureState.PROPOSED}),
            "goals": sorted(goal.number for goal in goals if goal.agreed_at is None),
        }
        return {
            "schema": SCHEMA,
            "plan": _plan(plan),
            "agreement": _agreement(plan),
            "problems": written.problems(),
            "causes": written.causes,
            "goals": [written.goal(goal) for goal in kept_goals],
            "measures": [written.measure(measure) for measure in kept],
            "left_out": left_out,
        }


def _day(day: dt.date | None) -> str | None:
    return day.isoformat() if day else None


def _word(row: Any, name: str) -> dict[str, str] | None:
    code = getattr(row, name)
    return {"code": str(code), "word": str(_choices(row._meta.get_field(name)).get(code, code))} if code else None


@cache
def _choices(field: Field[Any, Any]) -> dict[str, Any]:
    """A field's choices with their words: Django makes this table anew each time a word is asked for."""
    return dict(field.flatchoices)


def _plan(plan: Plan) -> dict[str, Any]:
    return {
        "code": str(plan),
        "title": plan.title,
        "area": plan.area.name,
        "collaboration": plan.collaboration.name,
        "first_day": _day(plan.first_day),
        "last_day": _day(plan.last_day),
        "purpose": plan.purpose,
        "registry_number": plan.registry_number,
        "hours_available": plan.hours_available,
        "money_available": plan.money_available,
    }


def _agreement(plan: Plan) -> dict[str, Any] | None:
    agreement = Agreement.objects.filter(pk=plan.agreement_id).first() if plan.agreement_id else None
    if agreement is None:
        return None
    parties = AgreementParty.objects.filter(agreement=agreement).select_related("organisation")
    # Its problems in other areas are read by others than the plan is.
    problems = AgreementProblem.objects.filter(agreement=agreement, problem__area=plan.area_id)
    return {
        "title": agreement.title,
        "first_day": _day(agreement.first_day),
        "last_day": _day(agreement.last_day),
        "registry_number": agreement.registry_number,
        "documented_how": agreement.documented_how,
        "followed_up_how": agreement.followed_up_how,
        "parties": [
            {"organisation": one.organisation.name, "function": one.function, "signed_on": _day(one.signed_on)}
            for one in parties.order_by("organisation__name", "function", "pk")
        ],
        "problems": [
            {"code": str(one.problem), "title": one.problem.title}
            for one in problems.select_related("problem").order_by("problem__number")
        ],
    }


class _Writer:
    """What goals and measures have in common, looked up once for all of them."""

    def __init__(self, plan: Plan, measures: Sequence[Measure], goals: Sequence[Goal], *, everything: bool) -> None:
        self.everything = everything
        self.measures, self.goals = measures, goals
        rows = {measure.pk: measure for measure in measures}
        links = _links(rows)
        roots = roots_of(link.cause for link in links)
        self.causes = _numbered([(roots[link.cause_id], link.cause) for link in links])
        number_of = {row["key"]: row["number"] for row in self.causes}
        self.causes_of = _grouped((link.measure_id, number_of[roots[link.cause_id]]) for link in links)
        self._problems_of_causes = {str(link.cause.analysis.problem): link.cause.analysis.problem for link in links}
        shown = {goal.pk: goal.number for goal in goals}
        goal_links = MeasureGoal.objects.filter(measure__in=rows, goal__in=shown).values_list("measure_id", "goal_id")
        self.goals_of = _grouped((measure_id, shown[goal_id]) for measure_id, goal_id in goal_links)
        # Of places and parts there are hundreds: no more of them is fetched than what is told.
        at = MeasurePlace.objects.filter(measure__in=rows).order_by("place__name", "pk")
        names = ("measure_id", "place_id", "place__name", "place__lat", "place__lon")
        self.places_of = _grouped(
            (measure_id, {"id": pk, "name": name, "lat": lat, "lon": lon})
            for measure_id, pk, name, lat, lon in at.values_list(*names)
        )
        words = answer_words()
        parts = Commitment.objects.filter(measure__in=rows).exclude(state=CommitmentState.WITHDRAWN)
        self.parts_of = _grouped(
            (part["measure_id"], _part(part, words)) for part in parts.order_by("-is_lead", "number").values(*_OF_PART)
        )
        self.evaluations = evaluation_content(EvaluationPlan.objects.filter(measure__in=rows))

    def problems(self) -> list[dict[str, str]]:
        rows: list[Measure | Goal] = [*self.measures, *self.goals]
        named = {str(row.problem): row.problem for row in rows if row.problem is not None}
        named |= self._problems_of_causes
        return [
            {"code": code, "title": problem.title}
            for code, problem in sorted(named.items(), key=lambda pair: pair[1].number)
        ]

    def goal(self, goal: Goal) -> dict[str, Any]:
        written = {
            "number": goal.number,
            "kind": _word(goal, "kind"),
            "text": goal.text,
            "direction": _word(goal, "direction"),
            "measured": _word(goal, "measured"),
            "indicator": goal.indicator,
            "unit": goal.unit,
            "source": goal.source,
            "problem": str(goal.problem) if goal.problem else "",
            "baseline": {
                "value": goal.baseline,
                "lower": goal.baseline_lower,
                "upper": goal.baseline_upper,
                "from": _day(goal.baseline_from),
                "to": _day(goal.baseline_to),
                "is_counted": goal.measured == Goal.Measured.REPORTS,
            },
            "target": goal.target,
            "target_on": _day(goal.target_on),
            "organisation": goal.organisation.name if goal.organisation else "",
            "function": goal.owner.user.function if goal.owner else "",
        }
        if self.everything:
            written["is_agreed"] = goal.agreed_at is not None
        return written

    def measure(self, measure: Measure) -> dict[str, Any]:
        technique = TECHNIQUES.get(measure.technique)
        written = {
            "number": measure.number,
            "title": measure.title,
            "description": measure.description,
            "mechanism": measure.mechanism,
            "indicator": measure.indicator,
            "baseline": {
                "value": measure.baseline,
                "from": _day(measure.baseline_from),
                "to": _day(measure.baseline_to),
            },
            "technique": {"code": technique.code, "word": str(technique.name)} if technique else None,
            "method": measure.method,
            "level": _word(measure, "level"),
            "operation": _word(measure, "operation"),
            "start_on": _day(measure.start_on),
            "due_on": _day(measure.due_on),
            "follow_up_on": _day(measure.follow_up_on),
            "recurrence": _word(measure, "recurrence"),
            "cost_sek": measure.cost_sek,
            "hours": measure.hours,
            "funding": measure.funding,
            "problem": str(measure.problem) if measure.problem else "",
            "defect": measure.defect_id,
            "causes": sorted(set(self.causes_of.get(measure.pk, []))),
            "goals": sorted(self.goals_of.get(measure.pk, [])),
            "places": self.places_of.get(measure.pk, []),
            "parts": self.parts_of.get(measure.pk, []),
            "evaluation": self.evaluations.get(measure.pk),
        }
        if self.everything:
            written |= {"state": measure.state, "pk": measure.pk}
        return written


def _grouped(pairs: Iterable[tuple[int, Any]]) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = {}
    for key, value in pairs:
        found.setdefault(key, []).append(value)
    return found


def _links(rows: Mapping[int, Measure]) -> list[MeasureCause]:
    links = MeasureCause.objects.filter(measure__in=rows, cause__removed_at=None)
    # Many measures name one cause, and all causes are of a few analyses: each of them is fetched once.
    problems = Prefetch("cause__analysis__problem", Problem.objects.defer("figures"))
    return list(links.prefetch_related("cause", problems).order_by("measure__position", "measure__number", "pk"))


def roots_of(causes: Iterable[Cause]) -> dict[int, int]:
    """Each cause's first version: what it has in common with its copies in later analyses."""
    root = {}
    up: dict[int, set[int]] = {}
    for cause in causes:
        root[cause.pk] = cause.pk
        if cause.copied_from_id:
            up.setdefault(cause.copied_from_id, set()).add(cause.pk)
    # As many questions as there are versions below.
    while up:
        further: dict[int, set[int]] = {}
        for pk, parent in Cause.objects.filter(pk__in=list(up)).values_list("pk", "copied_from"):
            for below in up[pk]:
                root[below] = pk
                if parent:
                    further.setdefault(parent, set()).add(below)
        up = further
    return root


def _numbered(named: list[tuple[int, Cause]]) -> list[dict[str, Any]]:
    """The causes of the plan by problem and age, each once, in its latest words that a measure names."""
    latest: dict[int, Cause] = {}
    for key, cause in named:
        if key not in latest or cause.pk > latest[key].pk:
            latest[key] = cause
    ordered = sorted(latest.items(), key=lambda pair: (pair[1].analysis.problem.number, pair[0]))
    return [
        {"number": number, "key": key, "text": cause.text, "problem": str(cause.analysis.problem)}
        for number, (key, cause) in enumerate(ordered, start=1)
    ]


_OF_PART = (
    "measure_id", "number", "is_lead", "state", "text", "due_on", "asked_of__name", "asked_by__name",
    "responsible__user__function",
)  # fmt: skip


def _part(part: Mapping[str, Any], words: Mapping[str, str]) -> dict[str, Any]:
    answer = _ANSWERS[CommitmentState(part["state"])]
    return {
        "number": part["number"],
        # Who has declined to lead does not.
        "is_lead": part["is_lead"] and part["state"] != CommitmentState.DECLINED,
        "organisation": part["asked_of__name"],
        "function": part["responsible__user__function"] or "",
        "asked_by": part["asked_by__name"],
        "text": part["text"],
        "due_on": _day(part["due_on"]),
        "answer": {"code": answer, "word": words[answer]},
    }


# --- How it goes: no part of what was agreed --------------------------------------------------------------------------


def now_of(plan: Plan, *, today: dt.date | None = None) -> dict[int, dict[str, Any]]:
    """Where each measure of the plan stands today, by its number: state, whether it is late, the last follow-up."""
    today = today or timezone.localdate()
    measures = Measure.objects.kept().filter(plan=plan).only("number", "state", "due_on").in_bulk()
    latest: dict[int, FollowUpNote] = {}
    states, verdicts = dict(MeasureState.choices), dict(Verdict.choices)
    for one in FollowUpNote.objects.filter(measure__in=measures).order_by("measure", "on", "pk"):
        latest[one.measure_id] = one
    found = {}
    for measure in measures.values():
        note = latest.get(measure.pk)
        found[measure.number] = {
            "state": measure.state,
            "state_word": str(states[measure.state]),
            "is_overdue": is_measure_overdue(measure, today),
            "carried_out": note.carried_out if note else "",
            "carried_out_word": str(verdicts[note.carried_out]) if note else "",
            "good_result": note.good_result if note else "",
            "good_result_word": str(verdicts[note.good_result]) if note else "",
            "followed_up_on": note.on if note else None,
            "seen": note.text if note else "",
        }
    return found
