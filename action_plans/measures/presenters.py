"""Measures as pages, slots, plans and the API show them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from action_plans.commitments.lines import Shown, parts_shown
from action_plans.commitments.presenters import late_words
from action_plans.evaluating.words import counted_words
from action_plans.goals import telling
from action_plans.goals.presenters import url_of as goal_url
from action_plans.library.queries import card_named
from action_plans.looks import state_tag, verdict_tag
from action_plans.measures.techniques import TECHNIQUES
from action_plans.models import (
    Commitment,
    CommitmentState,
    EvaluationPlan,
    FollowUpNote,
    Measure,
    MeasureMove,
    MeasureState,
)
from action_plans.rules import (
    ANSWERED_YES,
    GAPS,
    IN_FORCE,
    MEASURE_ASKS_WHY,
    MEASURE_NEXT,
    NOT_LEADING,
    Gap,
    is_measure_overdue,
)
from cause_analysis.causes.presenters import page_url as analysis_url
from cause_analysis.models import Cause, Problem
from situational_picture.period_names import days_name
from ui.numbers import number_words

_S = MeasureState
# No colours here: a part stands for an organisation, and organisations get none.
PART_SYMBOLS = {
    CommitmentState.DRAFT: "ring",
    CommitmentState.ASKED: "question",
    CommitmentState.ACCEPTED: "check",
    CommitmentState.COUNTER_OFFERED: "arrow-left",
    CommitmentState.DECLINED: "close",
    CommitmentState.KEPT: "diamond",
    CommitmentState.NOT_KEPT: "minus",
}


def url_of(measure: Measure) -> str:
    """The measure's page."""
    return reverse("measure_detail", args=[measure.collaboration.slug, measure.pk])


def tag_of(measure: Measure) -> dict[str, str]:
    """Where the measure stands, as a tag."""
    return state_tag(measure.state)


def late_tag() -> dict[str, str]:
    """That its day has passed."""
    return {"text": pgettext("a measure", "late"), "tone": "warning", "symbol": "clock"}


def day(value: dt.date | None) -> str:
    """A day in words, or nothing."""
    return date_format(value, "j F Y") if value else ""


def days_of(measure: Measure) -> str:
    """When it is done: from which day, by which, and how often."""
    start, due = day(measure.start_on), day(measure.due_on)
    if measure.start_on and measure.due_on:
        said = days_name(measure.start_on, measure.due_on)
    elif due:
        said = _("by %(day)s") % {"day": due}
    elif start:
        said = _("from %(day)s") % {"day": start}
    else:
        said = ""
    if measure.recurrence:
        said = f"{said}, {measure.get_recurrence_display()}" if said else capfirst(measure.get_recurrence_display())
    return said


# --- One row: of the list, of a plan, on other pages ------------------------------------------------------------------


def rows_of(user: Any, measures: Iterable[Measure], *, today: dt.date) -> list[dict[str, Any]]:
    """The rows of several measures that come from `queries.with_row`: two questions more, however many there are."""
    listed = list(measures)
    shown = parts_shown(user, [part for measure in listed for part in measure.parts.all()])
    return [row_of(measure, today=today, shown=shown) for measure in listed]


def row_of(measure: Measure, *, today: dt.date, shown: Mapping[int, Shown]) -> dict[str, Any]:
    """One measure as a row tells it: cause, measure, goals, when, who, follow-up. Asks nothing of the database.

    It comes from `queries.with_row`; `shown` is what the reader may see of its parts (`commitments/lines.py`).
    """
    parts = [part_row(part, shown[part.pk]) for part in measure.parts.all()]
    notes = list(measure.follow_up_notes.all())
    lead = lead_of(measure)
    for row in parts:
        row["is_lead"] = row["part"] is lead
    led_by = next((row for row in parts if row["is_lead"]), None)
    return {
        "measure": measure,
        "number": measure.number,
        "title": measure.title,
        "url": url_of(measure),
        "tag": tag_of(measure),
        "is_late": is_measure_overdue(measure, today),
        "late_tag": late_tag(),
        "problem": measure.problem,
        "causes": [link.cause.text for link in measure.measure_causes.all()],
        "goals": [link.goal.text for link in measure.measure_goals.all()],
        "days": days_of(measure),
        "due_on": measure.due_on,
        "lead": led_by,
        "others": [row for row in parts if not row["is_lead"]],
        "holes": holes(measure, led_by, parts),
        "follow_up_on": measure.follow_up_on,
        "follow_up": note_row(notes[0]) if notes else None,
        "cost_sek": measure.cost_sek,
        "hours": measure.hours,
    }


def lead_of(measure: Measure) -> Commitment | None:
    """The part of whoever leads it or is asked to; who has declined to lead does not."""
    return next((part for part in measure.parts.all() if part.is_lead and part.state not in NOT_LEADING), None)


def part_row(part: Commitment, shown: Shown) -> dict[str, Any]:
    """Who does what, and whether it is promised; where it is late, in the words of the ledger."""
    state, late = shown.state, shown.late
    text = late_words(late) if late is not None else CommitmentState(state).label
    symbol = "clock" if late is not None else PART_SYMBOLS[CommitmentState(state)]
    return {
        "part": part,
        "organisation": part.asked_of.name,
        "asked_by": part.asked_by.name,
        "text": part.text,
        "is_lead": part.is_lead,
        "state": state,
        "is_filled": state in ANSWERED_YES,
        "tag": {"text": text, "tone": "neutral", "symbol": symbol},
        "answer": part.answer if state in {CommitmentState.DECLINED, CommitmentState.COUNTER_OFFERED} else "",
        "due_on": part.due_on,
        "who": part.responsible.user.function if part.responsible else "",
        # Whoever accepts names the person in the answer: before that nobody is missing.
        "waits_for_person": state == CommitmentState.ACCEPTED,
        "url": commitment_url(part),
    }


def commitment_url(part: Commitment) -> str:
    """The page on which the part is answered."""
    try:
        return reverse("commitment_detail", args=[part.collaboration.slug, part.number])
    except NoReverseMatch:
        return ""


def holes(measure: Measure, lead: Mapping[str, Any] | None, parts: Sequence[Mapping[str, Any]]) -> str:
    """How much of it nobody has promised yet; nothing of what is over."""
    if measure.state in {MeasureState.CARRIED_OUT, MeasureState.EVALUATED, MeasureState.ABORTED}:
        return ""
    if lead is None:
        return _("nobody leads it")
    empty = sum(not row["is_filled"] for row in parts)
    if not empty:
        return ""
    return ngettext("%(number)s part is not promised", "%(number)s parts are not promised", empty) % {"number": empty}


def note_row(note: FollowUpNote) -> dict[str, Any]:
    """A follow-up: was it carried out, is the result good."""
    return {
        "note": note,
        "on": note.on,
        "carried_out": verdict_tag(note.carried_out),
        "good_result": verdict_tag(note.good_result),
    }


def line_of_time(notes: Iterable[FollowUpNote], told: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Everything said of a measure on its way and on its day, the latest first; `told` comes from rooms above.

    A follow-up answers whether it was carried out and helped; what is told on the way is news (`measure.timeline`).
    """
    seen = [{**note_row(note), "template": "action_plans/measures/_follow_up.html"} for note in notes]
    return sorted([*seen, *told], key=lambda row: row["on"], reverse=True)


# --- The page ---------------------------------------------------------------------------------------------------------


def lead_words(measure: Measure, gaps: Sequence[Gap], decided: MeasureMove | None, today: dt.date) -> str:
    """The answer first: where the measure stands and what it waits for, in a sentence or two."""
    state = MeasureState(measure.state)
    if state in {_S.DRAFT, _S.PROPOSED}:
        start = _("A draft, not proposed yet.") if state == _S.DRAFT else _("Proposed to the partners, not decided.")
        if not gaps:
            nothing = _("Nothing is missing for a decision.")
            return f"{start} {nothing}"
        number = len(gaps)
        missing = ngettext(
            "%(number)s thing is missing before it can be decided.",
            "%(number)s things are missing before it can be decided.",
            number,
        ) % {"number": number}
        return f"{start} {missing}"
    words = [_decided_words(decided)] if decided is not None else []
    if is_measure_overdue(measure, today):
        words.append(_("It was to be done by %(day)s and is not.") % {"day": day(measure.due_on)})
    elif state == _S.DECIDED and measure.start_on:
        words.append(_("It starts %(day)s.") % {"day": day(measure.start_on)})
    elif state in IN_FORCE and measure.due_on:
        words.append(_("It is to be done by %(day)s.") % {"day": day(measure.due_on)})
    elif state == _S.CARRIED_OUT and measure.follow_up_on:
        words.append(_("It is carried out. It is followed up on %(day)s.") % {"day": day(measure.follow_up_on)})
    elif state == _S.CARRIED_OUT:
        words.append(_("It is carried out."))
    elif state == _S.ABORTED:
        words.append(_("It was aborted."))
    return " ".join(words)


def _decided_words(move: MeasureMove) -> str:
    return _("Decided %(day)s by %(group)s.") % {
        "day": date_format(move.at.astimezone(), "j F Y"),
        "group": move.group.name if move.group else "–",
    }


def gap_rows(measure: Measure, gaps: Iterable[Gap], lead: Commitment | None) -> list[dict[str, str]]:
    """What is missing, each with the address of the field in which it is mended."""
    return [{"code": gap.code, "text": gap.sentence, "url": _field_url(measure, gap, lead)} for gap in gaps]


def _field_url(measure: Measure, gap: Gap, lead: Commitment | None) -> str:
    args: list[Any] = [measure.collaboration.slug, measure.pk]
    if gap.field == "causes":
        return reverse("measure_choose", args=[*args, "causes" if measure.problem_id else "problem"])
    if gap.field == "evaluation_plan":
        return reverse("measure_evaluation", args=args)
    if gap.field == "lead":
        return (commitment_url(lead) if lead is not None else "") or f"{url_of(measure)}#parts"
    return f"{reverse('measure_change', args=args)}#id_{gap.field}"


def gap_sentences(codes: Iterable[str]) -> list[str]:
    """Gaps that were let pass, in words; a code nobody knows any more stands as it is."""
    return [str(GAPS[code][1]) if code in GAPS else code for code in codes]


STEP_WORDS = {
    (_S.DRAFT, _S.PROPOSED): lambda: _("Propose it to the partners"),
    (_S.PROPOSED, _S.DRAFT): lambda: _("Make it a draft again"),
    (_S.DECIDED, _S.ONGOING): lambda: _("It has started"),
    (_S.ONGOING, _S.PAUSED): lambda: _("Let it rest"),
    (_S.ONGOING, _S.CARRIED_OUT): lambda: _("It is carried out"),
    (_S.PAUSED, _S.ONGOING): lambda: _("Go on with it"),
}


def steps(measure: Measure, *, works: bool, runs: bool) -> list[dict[str, Any]]:
    """The steps this reader can take with the measure now; deciding has a form of its own."""
    at = MeasureState(measure.state)
    found = []
    for to in sorted(MEASURE_NEXT[at] - {_S.DECIDED, _S.EVALUATED}, key=list(MeasureState).index):
        is_of_plan = at in {_S.DRAFT, _S.PROPOSED}
        if not (works if is_of_plan else runs):
            continue
        text = STEP_WORDS[(at, to)]() if (at, to) in STEP_WORDS else _("Abort it for good")
        found.append(
            {
                "to": to,
                "text": text,
                "asks_why": to in MEASURE_ASKS_WHY,
                "is_first": to in {_S.PROPOSED, _S.ONGOING, _S.CARRIED_OUT},
            }
        )
    return sorted(found, key=lambda step: not step["is_first"])


def facts(measure: Measure) -> list[dict[str, str]]:
    """When, how often, at which level and for how much; what nobody has said is left out."""
    technique = TECHNIQUES.get(measure.technique)
    card = card_named(measure.collaboration_id, measure.method)
    rows = [
        (_("When"), days_of(measure)),
        (_("Followed up on"), day(measure.follow_up_on)),
        (_("Method"), card.title if card is not None else ""),
        (_("Technique"), f"{capfirst(str(technique.name))} ({technique.code}, {technique.group})" if technique else ""),
        (_("Level"), capfirst(measure.get_level_display())),
        (_("Kind of work"), capfirst(measure.get_operation_display())),
        (_("Working hours"), number_words(measure.hours) if measure.hours is not None else ""),
        (_("Cost"), "" if measure.cost_sek is None else _("%(sum)s kronor") % {"sum": number_words(measure.cost_sek)}),
        (_("Paid by"), measure.funding),
    ]  # fmt: skip
    urls = {_("Method"): reverse("method", args=[measure.collaboration.slug, card.key])} if card is not None else {}
    return [{"label": label, "text": text, "url": urls.get(label, "")} for label, text in rows if text]


def goal_rows(user: Any, measure: Measure) -> list[dict[str, str]]:
    """The goals it serves, each as this reader may read it: the circle reads the counted baseline whole."""
    viewer = telling.viewer_of(user, measure.plan)
    goals = (link.goal for link in measure.measure_goals.all())
    return [
        {"text": telling.sentence_for(goal, viewer), "url": goal_url(goal), "indicator": goal.indicator}
        for goal in goals
    ]


def indicator_words(measure: Measure, goals: Iterable[Mapping[str, str]]) -> str:
    """By what it is seen whether it works: its own indicator, or where it has none those of its goals."""
    return measure.indicator or ", ".join(dict.fromkeys(row["indicator"] for row in goals if row["indicator"]))


def baseline_words(measure: Measure) -> str:
    """The indicator's value before, with the days it is from."""
    if measure.baseline is None:
        return ""
    value = number_words(measure.baseline)
    if measure.baseline_from is None or measure.baseline_to is None:
        return value
    return f"{value}, {days_name(measure.baseline_from, measure.baseline_to)}"


def history(moves: Iterable[MeasureMove]) -> list[dict[str, Any]]:
    """What has happened with the measure, the latest first, with what was let pass at deciding."""
    return [
        {
            "at": move.at,
            "tag": state_tag(move.to_state),
            "by": str(move.by) if move.by else "",
            "group": move.group.name if move.group else "",
            "reason": move.reason,
            "overridden": gap_sentences(move.overridden),
        }
        for move in moves
    ]


def cause_rows(causes: Iterable[Cause], standing: set[int], readable: bool) -> list[dict[str, Any]]:
    """The causes it is to affect, and whether each still stands."""
    return [
        {
            "text": cause.text,
            "stands": cause.pk in standing,
            "url": analysis_url(cause.analysis, version=cause.analysis.version, cause=cause.pk) if readable else "",
        }
        for cause in causes
    ]


def problem_url(problem: Problem, slug: str) -> str:
    """The page of the problem it is about."""
    return reverse("problem", args=[slug, problem.number])


def evaluation_facts(plan: EvaluationPlan) -> list[dict[str, str]]:
    """How it will be known whether it worked."""
    treated = ", ".join(link.place.name for link in plan.treated_places.all())
    compared = ", ".join(
        [
            *(link.area.name for link in plan.comparison_areas.all()),
            *(link.place.name for link in plan.comparison_places.all()),
        ]
    )
    ring = _("%(metres)s metres around") % {"metres": number_words(plan.ring_m)} if plan.ring_m else ""
    rows = [
        (_("What is compared"), plan.indicator),
        (_("Reports that are counted"), counted_words([plan])[plan.pk]),
        (pgettext("the measure", "Before"), days_name(plan.before_from, plan.before_to)),
        (pgettext("the measure", "After"), days_name(plan.after_from, plan.after_to)),
        (_("Treated places"), treated),
        (_("Compared with"), compared),
        (_("Looked at for what moves or spreads"), ring),
        (_("What would change the decision"), plan.decision_rule),
    ]
    return [{"label": label, "text": text} for label, text in rows if text]


def fixed_words(plan: EvaluationPlan, decided: MeasureMove | None) -> str:
    """Since when it is fixed, and where it was not written beforehand, that it was not."""
    return fixed_on_words(plan.fixed_at, decided.at if decided else None)


def fixed_on_words(fixed_at: dt.datetime | None, decided_at: dt.datetime | None) -> str:
    """The same of the two moments."""
    if fixed_at is None:
        return ""
    at = date_format(fixed_at.astimezone(), "j F Y")
    if decided_at is not None and (fixed_at - decided_at) > dt.timedelta(minutes=5):
        return _("Written after the decision, and fixed on %(day)s.") % {"day": at}
    return _("Fixed on %(day)s, when the measure was decided.") % {"day": at}


def change_rows(plan: EvaluationPlan) -> list[dict[str, Any]]:
    """What was changed after the plan was fixed, the latest first: when, why, and what it said before."""
    return [
        {"at": change.at, "reason": change.reason, "rows": said_rows(change.before)}
        for change in sorted(plan.changes.all(), key=lambda one: one.at, reverse=True)
    ]


def said_rows(before: Mapping[str, Any]) -> list[dict[str, str]]:
    """What an evaluation plan says, or once said, from its content."""
    if not before:
        return []
    days = {name: dt.date.fromisoformat(before[name]) for name in before if name.endswith(("_from", "_to"))}
    rows = [
        (_("What is compared"), before["indicator"]),
        (_("Reports that are counted"), before.get("counted", "")),
        (_("Before"), days_name(days["before_from"], days["before_to"])),
        (_("After"), days_name(days["after_from"], days["after_to"])),
        (_("Treated places"), ", ".join(before["places"])),
        (_("Compared with"), ", ".join([*before["areas"], *before.get("compared_places", [])])),
        (
            _("Looked at for what moves or spreads"),
            _("%(metres)s metres around") % {"metres": number_words(before["ring_m"])} if before["ring_m"] else "",
        ),
        (_("What would change the decision"), before["decision_rule"]),
    ]
    return [{"label": label, "text": text} for label, text in rows if text]


def override_rows(moves: Iterable[MeasureMove], slug: str) -> list[dict[str, Any]]:
    """Decisions taken although something was missing, with the reason."""
    return [
        {
            "title": move.measure.title,
            "url": reverse("measure_detail", args=[slug, move.measure_id]),
            "on": move.at,
            "group": move.group.name if move.group else "",
            "reason": move.reason,
            "passed": gap_sentences(move.overridden),
        }
        for move in moves
    ]
