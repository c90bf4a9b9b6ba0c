"""Plans as pages, slots and the API show them. What was frozen and what is worked on have the same shape."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from action_plans.looks import STATE_TONES, state_tag, verdict_tag
from action_plans.models import Agreement, Goal, Measure, MeasureState, Plan, PlanVersion
from action_plans.plans.content import Content, answer_words
from action_plans.rules import DECIDED_ONCE, MEASURE_ASKS_WHY, MEASURE_NEXT, below_the_line
from situational_picture.protecting import PROTECTED, cell
from ui.numbers import number_words
from ui.templatetags.ui import url_or_nothing

NAMED = 30
ANSWER_TONES = {
    "draft": ("neutral", "ring"),
    "asked": ("warning", "clock"),
    "offered": ("warning", "question"),
    "declined": ("danger", "close"),
    "accepted": ("success", "check"),
}
OPERATION_SYMBOLS = {Measure.Operation.ONE_OFF: "diamond", Measure.Operation.ORDINARY: "equal"}


# --- Addresses --------------------------------------------------------------------------------------------------------


def url_of(plan: Plan) -> str:
    """The plan's page."""
    return reverse("plan", args=[plan.collaboration.slug, plan.number])


def version_url(version: PlanVersion) -> str:
    """The page of a decided version."""
    return reverse("plan_version", args=[version.plan.collaboration.slug, version.plan.number, version.number])


def measure_url(plan: Plan, measure: Mapping[str, Any]) -> str:
    """The page of one of the plan's measures; what was frozen knows none."""
    return url_or_nothing("measure_detail", plan.collaboration.slug, measure["pk"]) if "pk" in measure else ""


def contents_of(agreement: Agreement) -> list[dict[str, Any]]:
    """What an agreement is to describe (Brå), and whether this one does."""
    return [
        {"text": _("The problems in focus"), "is_there": agreement.focus_problems.exists()},
        {"text": _("Their probable causes"), "is_there": bool(agreement.probable_causes)},
        {"text": _("Goals that are limited and can be measured"), "is_there": bool(agreement.goals_agreed)},
        {"text": _("How the work is documented"), "is_there": bool(agreement.documented_how)},
        {"text": _("How it is followed up"), "is_there": bool(agreement.followed_up_how)},
        {"text": _("For how long it holds"), "is_there": True},
    ]


# --- Words ------------------------------------------------------------------------------------------------------------


def day_words(day: str | dt.date | None) -> str:
    """A day as people read it; the content keeps it as ISO text."""
    if not day:
        return ""
    return date_format(dt.date.fromisoformat(day) if isinstance(day, str) else day, "j b Y")


def days_words(first: str | None, last: str | None) -> str:
    """From a day to a day, either of which may be missing."""
    if first and last:
        return f"{day_words(first)} – {day_words(last)}"
    if last:
        return _("by %(day)s") % {"day": day_words(last)}
    return _("from %(day)s") % {"day": day_words(first)} if first else ""


def word_of(choice: Mapping[str, str] | None) -> str:
    """The word of a choice, as it was called when it was written."""
    return str(choice["word"]) if choice else ""


def number_of(value: Any) -> str:
    """A number, the word for a protected one, or nothing."""
    if value is None:
        return ""
    if value == PROTECTED:
        return pgettext("a number", "protected")
    return number_words(int(value) if float(value).is_integer() else value)


def when_words(measure: Mapping[str, Any]) -> str:
    """The column When: its days, and how often where it comes back."""
    words = days_words(measure["start_on"], measure["due_on"])
    return ", ".join(filter(None, [words, word_of(measure["recurrence"])]))


def who_words(part: Mapping[str, Any]) -> str:
    """An organisation and the function that answers for it there."""
    return ", ".join(filter(None, [part["organisation"], part["function"]]))


def goal_words(goal: Mapping[str, Any]) -> str:
    """A goal in one line: the words, where it starts, where it is to be and when."""
    baseline, target = goal["baseline"], goal["target"]
    parts = []
    if baseline.get("at_least"):
        parts.append(_("from at least %(value)s") % {"value": number_of(baseline["at_least"])})
    elif baseline["value"] is not None:
        parts.append(_("from %(value)s") % {"value": number_of(baseline["value"])})
    if target is not None:
        parts.append(_("to %(value)s") % {"value": number_of(target)})
    if goal["target_on"]:
        parts.append(_("by %(day)s") % {"day": day_words(goal["target_on"])})
    return " ".join(parts)


def goal_in_short(goal: Mapping[str, Any]) -> str:
    """A goal as a cell of the table says it: what is to be seen, how much of it, and when. Its whole words stand once,
    among the goals and in the files."""
    what = goal["indicator"] or goal["text"]
    parts = []
    if (target := number_of(goal["target"])) and goal["direction"]:
        words = (
            _("at most %(value)s") if goal["direction"]["code"] == Goal.Direction.REDUCE else _("at least %(value)s")
        )
        parts.append(words % {"value": target})
    if goal["target_on"]:
        parts.append(_("by %(day)s") % {"day": day_words(goal["target_on"])})
    return f"{what}: {' '.join(parts)}" if parts else what


# --- The table in Brå's columns ---------------------------------------------------------------------------------------


def cause_rows(content: Content) -> list[dict[str, Any]]:
    """The causes with their numbers, under the problems they belong to."""
    titles = {one["code"]: one["title"] for one in content["problems"]}
    return [{**cause, "problem_title": titles.get(cause["problem"], "")} for cause in content["causes"]]


def goal_rows(content: Content) -> list[dict[str, Any]]:
    """The goals with what they start from and lead to."""
    return [
        {
            **goal,
            "kind_word": capfirst(word_of(goal["kind"])),
            "words": goal_words(goal),
            "baseline_cell": cell(goal["baseline"]["value"]),
            "baseline_days": days_words(goal["baseline"]["from"], goal["baseline"]["to"]),
            "target_words": _("by %(day)s") % {"day": day_words(goal["target_on"])} if goal["target_on"] else "",
            "owner": ", ".join(filter(None, [goal["organisation"], goal["function"]])),
            "is_open": not goal.get("is_agreed", True),
        }
        for goal in content["goals"]
    ]


def table_rows(
    content: Content, now: Mapping[int, Mapping[str, Any]] | None = None, plan: Plan | None = None
) -> list[dict[str, Any]]:
    """One row a measure in Brå's columns. With `now` the follow-up as it stands; without, what was agreed alone."""
    causes = {cause["number"]: cause for cause in content["causes"]}
    goals = {goal["number"]: goal for goal in content["goals"]}
    return [
        {
            "number": measure["number"],
            "title": measure["title"],
            "mechanism": measure["mechanism"],
            "url": measure_url(plan, measure) if plan else "",
            "causes": [causes[number] for number in measure["causes"]],
            "goals": [{"number": number, "text": goal_in_short(goals[number])} for number in measure["goals"]],
            "indicator": measure["indicator"],
            "when": when_words(measure),
            "operation": _operation(measure["operation"]),
            "who": [_who(part) for part in measure["parts"]],
            "has_lead": any(part["is_lead"] for part in measure["parts"]),
            "follow_up": day_words(measure["follow_up_on"]),
            "now": _now(now[measure["number"]]) if now and measure["number"] in now else None,
        }
        for measure in content["measures"]
    ]


def _operation(choice: Mapping[str, str] | None) -> dict[str, str] | None:
    if choice is None:
        return None
    return {"text": capfirst(choice["word"]), "symbol": OPERATION_SYMBOLS.get(choice["code"], "dot")}  # type: ignore[call-overload]


def _who(part: Mapping[str, Any]) -> dict[str, Any]:
    answer = part["answer"]["code"]
    tone, symbol = ANSWER_TONES[answer]
    return {
        "text": who_words(part),
        "is_lead": part["is_lead"],
        "is_hole": answer != "accepted",
        "what": part["text"],
        "answer": {"text": answer_words()[answer], "tone": tone, "symbol": symbol},
    }


def _now(row: Mapping[str, Any]) -> dict[str, Any]:
    tag = state_tag(row["state"])
    return {
        "state": {**tag, "text": capfirst(tag["text"])},
        "is_overdue": row["is_overdue"],
        "carried_out": verdict_tag(row["carried_out"]) if row["carried_out"] else None,
        "good_result": verdict_tag(row["good_result"]) if row["good_result"] else None,
        "followed_up_on": day_words(row["followed_up_on"]),
        "seen": row["seen"],
    }


# --- What is agreed, what is not, what is late ------------------------------------------------------------------------


def standing_of(
    plan: Plan,
    content: Content,
    now: Mapping[int, Mapping[str, Any]],
    last: PlanVersion | None,
    changes: int,
    gone: Mapping[int, Sequence[str]],
) -> dict[str, Any]:
    """The page's first answer, as sentences and short lists. `gone` is what each decided measure has lost since."""
    live = [row for row in content["measures"] if row["state"] != MeasureState.ABORTED]
    agreed = [row for row in live if row["state"] in DECIDED_ONCE]
    waiting = [row for row in live if row["state"] not in DECIDED_ONCE]
    late = [row for row in agreed if now[row["number"]]["is_overdue"]]
    holes = [(row, part) for row in live for part in row["parts"] if part["answer"]["code"] != "accepted"]
    open_goals = [goal for goal in content["goals"] if not goal["is_agreed"]]
    return {
        "agreed": {
            "count": len(agreed),
            "words": ngettext("%(number)s measure is decided", "%(number)s measures are decided", len(agreed))
            % {"number": len(agreed)},
            "goals": ngettext("%(number)s goal is agreed on", "%(number)s goals are agreed on", _goals(content))
            % {"number": _goals(content)},
            "short": ", ".join(
                (
                    ngettext("%(number)s measure", "%(number)s measures", len(agreed)) % {"number": len(agreed)},
                    ngettext("%(number)s goal", "%(number)s goals", _goals(content)) % {"number": _goals(content)},
                )
            ),
            "version": version_words(last),
            "version_url": version_url(last) if last else "",
            "changes": changes,
        },
        "open": {
            "rows": _open_rows(plan, waiting, holes, len(open_goals), gone_rows(plan, content, gone)),
            "count": len(waiting) + len(holes) + len(open_goals) + len(gone),
        },
        "late": _late_rows(plan, late),
    }


def _open_rows(
    plan: Plan,
    waiting: Sequence[Mapping[str, Any]],
    holes: Sequence[tuple[Mapping[str, Any], Mapping[str, Any]]],
    goals: int,
    gone: Sequence[dict[str, str]],
) -> list[dict[str, Any]]:
    """What is not agreed: how many of each in words, and which. What was declined comes first among the parts."""
    holes = sorted(holes, key=lambda hole: hole[1]["answer"]["code"] != "declined")
    declined = sum(part["answer"]["code"] == "declined" for _row, part in holes)
    parts = ngettext("%(number)s part is not accepted", "%(number)s parts are not accepted", len(holes))
    if 0 < declined < len(holes):
        parts = ngettext(
            "%(number)s parts are not accepted, %(declined)s is declined",
            "%(number)s parts are not accepted, %(declined)s are declined",
            declined,
        )
    rows: list[dict[str, Any]] = [
        {
            "words": ngettext("%(number)s measure is not decided", "%(number)s measures are not decided", len(waiting))
            % {"number": len(waiting)},
            "named": _named(plan, waiting),
        },
        {
            "words": parts % {"number": len(holes), "declined": declined},
            "named": _first(holes, lambda hole: _hole_row(plan, *hole)),
        },
        {
            "words": ngettext(
                "%(number)s measure has lost something it was decided on",
                "%(number)s measures have lost something they were decided on",
                len(gone),
            )
            % {"number": len(gone)},
            "named": _first(gone, dict),
        },
    ]
    rows = [row for row in rows if row["named"]["count"]]
    if goals:
        words = ngettext("%(number)s goal is not agreed on", "%(number)s goals are not agreed on", goals)
        rows.append({"words": words % {"number": goals}, "named": {"count": 0}})
    return rows


def _late_rows(plan: Plan, late: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """What is late, the longest first, which is named also where the others are folded."""
    named = _named(plan, sorted(late, key=lambda row: row["due_on"]))
    words = ngettext(
        "%(number)s measure is not carried out by its day",
        "%(number)s measures are not carried out by their day",
        len(late),
    )
    return {
        "count": len(late),
        "words": words % {"number": len(late)},
        "named": named,
        "longest": named["rows"][0] if len(late) > 1 else None,
    }


def gone_rows(plan: Plan, content: Content, gone: Mapping[int, Sequence[str]]) -> list[dict[str, str]]:
    """The decided measures that have lost something they were decided on, each with what it lacks now."""
    return [
        {
            "text": f"{row['number']}. {row['title']}",
            "url": measure_url(plan, row),
            "meta": " ".join(gone[row["number"]]),
        }
        for row in content["measures"]
        if row["number"] in gone
    ]


def _goals(content: Content) -> int:
    return sum(goal["is_agreed"] for goal in content["goals"])


def _hole_row(plan: Plan, row: Mapping[str, Any], part: Mapping[str, Any]) -> dict[str, Any]:
    words = {"who": part["organisation"], "number": row["number"], "answer": answer_words()[part["answer"]["code"]]}
    return {
        "text": _("%(who)s in measure %(number)s: %(answer)s") % words,
        "url": measure_url(plan, row),
    }


def _named(plan: Plan, rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    return _first(
        rows,
        lambda row: {
            "text": f"{row['number']}. {row['title']}",
            "url": measure_url(plan, row),
            "meta": day_words(row["due_on"]),
        },
    )


def _first(rows: Sequence[Any], shown: Callable[[Any], dict[str, Any]]) -> dict[str, Any]:
    """The first few as they are shown, and how many there are."""
    return {"rows": [shown(row) for row in rows[:NAMED]], "more": max(0, len(rows) - NAMED), "count": len(rows)}


def version_words(version: PlanVersion | None) -> str:
    """Which version is in force, who decided it and when."""
    if version is None:
        return _("The plan has not been decided yet.")
    return _("Version %(number)s was decided by %(group)s on %(day)s.") % {
        "number": version.number,
        "group": version.decided_by_group.name,
        "day": date_format(version.decided_on, "j F Y"),
    }


# --- The board --------------------------------------------------------------------------------------------------------


def step_words(at: MeasureState, to: MeasureState) -> str:
    """A step as a button says it."""
    words = {
        MeasureState.PROPOSED: _("Propose"),
        MeasureState.DRAFT: _("Make it a draft again"),
        MeasureState.ONGOING: _("Go on") if at == MeasureState.PAUSED else pgettext("step of a measure", "Start"),
        MeasureState.CARRIED_OUT: _("It is carried out"),
    }
    return words[to]


# Steps that a press is enough for; the others ask why, or which group has decided.
BY_A_PRESS = {MeasureState.PROPOSED, MeasureState.DRAFT, MeasureState.ONGOING, MeasureState.CARRIED_OUT}


def board(
    plan: Plan,
    content: Content,
    now: Mapping[int, Mapping[str, Any]],
    *,
    works: bool,
    runs: set[int] | None,
) -> list[dict[str, Any]]:
    """The measures by where they stand, each with the steps the user can press."""
    columns = []
    for state in MeasureState:
        tone, symbol = STATE_TONES[state]
        rows = [row for row in content["measures"] if row["state"] == state]
        if not rows and state in {MeasureState.PAUSED, MeasureState.EVALUATED, MeasureState.ABORTED}:
            continue
        cards = [
            {
                "number": row["number"],
                "title": row["title"],
                "url": measure_url(plan, row),
                "due": day_words(row["due_on"]),
                "is_overdue": now[row["number"]]["is_overdue"],
                "who": next((part["organisation"] for part in row["parts"] if part["is_lead"]), ""),
                "steps": [
                    {"to": to.value, "text": step_words(state, to)}
                    for to in sorted(MEASURE_NEXT[state] & BY_A_PRESS - MEASURE_ASKS_WHY)
                    if _may_press(state, row["number"], works=works, runs=runs)
                ],
            }
            for row in rows
        ]
        columns.append(
            {"state": state.value, "name": capfirst(state.label), "tone": tone, "symbol": symbol, "cards": cards}
        )
    return columns


def _may_press(state: MeasureState, number: int, *, works: bool, runs: set[int] | None) -> bool:
    if state in {MeasureState.DRAFT, MeasureState.PROPOSED}:
        return works
    return runs is None or number in runs


# --- The timeline -----------------------------------------------------------------------------------------------------

WIDTH, ROW, HEAD = 960, 46, 34


def timeline(content: Content, now: Mapping[int, Mapping[str, Any]], today: dt.date) -> dict[str, Any] | None:
    """A bar a measure over the months of the plan, and the same as rows. None where no measure has a day."""
    rows = [
        row
        for row in content["measures"]
        if row["state"] != MeasureState.ABORTED and (row["due_on"] or row["start_on"])
    ]
    if not rows:
        return None
    days = [dt.date.fromisoformat(row[name]) for row in rows for name in ("start_on", "due_on") if row[name]]
    first = min([dt.date.fromisoformat(content["plan"]["first_day"]), *days]).replace(day=1)
    last = max([dt.date.fromisoformat(content["plan"]["last_day"]), *days])
    span = max((last - first).days + 1, 1)

    def at(day: dt.date) -> float:
        return WIDTH * (day - first).days / span

    bars = []
    for place, row in enumerate(rows):
        due = dt.date.fromisoformat(row["due_on"] or row["start_on"])
        start = dt.date.fromisoformat(row["start_on"] or row["due_on"])
        standing = now[row["number"]]
        left, width = at(start), max(at(due + dt.timedelta(days=1)) - at(start), 4)
        # Its name stands above the bar, and ends with it where there is more room to the left.
        is_left = left <= WIDTH / 2
        words = [_shortened(f"{row['number']}. {row['title']}"), *_late(standing)]
        bars.append(
            {
                "number": row["number"],
                "title": ", ".join(words),
                "x": _drawn(left),
                "width": _drawn(width),
                "y": HEAD + place * ROW,
                "words_x": _drawn(left if is_left else min(left + width, WIDTH)),
                "words_anchor": "start" if is_left else "end",
                "kind": row["state"],
                "is_late": standing["is_overdue"],
                "state": capfirst(standing["state_word"]),
            }
        )
    return {
        "bars": bars,
        "months": _months(first, last, at),
        "today": _drawn(at(today)) if first <= today <= last else None,
        "width": WIDTH,
        "height": HEAD + len(rows) * ROW + 4,
        "rows": [_time_row(row, now[row["number"]]) for row in rows],
        "columns": [_("Measure"), _("Starts"), _("Done by"), pgettext("a measure", "Stands")],
    }


def _drawn(length: float) -> str:
    # A drawing has decimal points in every language.
    return f"{length:.1f}"


def _late(standing: Mapping[str, Any]) -> list[str]:
    return [pgettext("a measure", "late")] if standing["is_overdue"] else []


def _time_row(row: Mapping[str, Any], now: Mapping[str, Any]) -> list[Any]:
    state = capfirst(now["state_word"])
    if now["is_overdue"]:
        state = _("%(state)s, late") % {"state": state}
    return [f"{row['number']}. {row['title']}", day_words(row["start_on"]), day_words(row["due_on"]), state]


def _shortened(text: str, longest: int = 60) -> str:
    return text if len(text) <= longest else f"{text[: longest - 1].rstrip()}…"


def _months(first: dt.date, last: dt.date, at: Any) -> list[dict[str, Any]]:
    months: list[dt.date] = []
    month = first
    while month <= last:
        months.append(month)
        month = (month + dt.timedelta(days=32)).replace(day=1)
    # No more names than fit beside each other.
    step = next(step for step in (1, 2, 3, 6, 12, 24, 60, 120, 1200) if len(months) / step <= 14 or step == 1200)
    return [{"x": _drawn(at(one)), "name": date_format(one, "b Y")} for one in months[::step]]


# --- Places, organisations, order -------------------------------------------------------------------------------------


def place_rows(plan: Plan, content: Content) -> list[dict[str, Any]]:
    """The places of the plan with what is done at each, by name."""
    found: dict[int, dict[str, Any]] = {}
    for measure in content["measures"]:
        if measure.get("state") == MeasureState.ABORTED:
            continue
        for place in measure["places"]:
            row = found.setdefault(place["id"], {**place, "measures": []})
            row["measures"].append(
                {"text": f"{measure['number']}. {measure['title']}", "url": measure_url(plan, measure)}
            )
    return sorted(found.values(), key=lambda row: row["name"])


def features(rows: Iterable[Mapping[str, Any]], url: str) -> list[dict[str, Any]]:
    """The places as points of a map."""
    return [
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [row["lon"], row["lat"]]},
            "properties": {
                "name": row["name"],
                "text": "; ".join(measure["text"] for measure in row["measures"]),
                "url": f"{url}#place-{row['id']}",
            },
        }
        for row in rows
    ]


def organisation_parts(plan: Plan, content: Content, now: Mapping[int, Mapping[str, Any]]) -> list[dict[str, Any]]:
    """What each organisation is to do, by name. No sums are compared: it is a list to work from."""
    found = [
        {
            "organisation": part["organisation"],
            "measure": f"{measure['number']}. {measure['title']}",
            "url": measure_url(plan, measure),
            "what": part["text"],
            "function": part["function"],
            "is_lead": part["is_lead"],
            "due": day_words(part["due_on"]),
            "answer": _who(part)["answer"],
        }
        for measure in content["measures"]
        if measure["state"] != MeasureState.ABORTED
        for part in measure["parts"]
    ]
    return sorted(found, key=lambda row: row["organisation"])


def by_organisation(parts: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """The parts under the names of their organisations."""
    return [
        {"name": name, "parts": list(rows)} for name, rows in itertools.groupby(parts, lambda row: row["organisation"])
    ]


def only_measures(content: Content, numbers: set[int]) -> Content:
    """The same content with these measures alone."""
    return {**content, "measures": [row for row in content["measures"] if row["number"] in numbers]}


def ordered(plan: Plan, content: Content) -> dict[str, Any]:
    """The measures in their agreed order, with where hours or money run out and what stands below."""
    live = [row for row in content["measures"] if row["state"] not in {MeasureState.ABORTED}]
    hours_there, money_there = content["plan"]["hours_available"], content["plan"]["money_available"]
    below = below_the_line(live, hours=hours_there, money=money_there)
    rows = [
        {
            "number": row["number"],
            "title": row["title"],
            "url": measure_url(plan, row),
            "hours": row["hours"],
            "cost": number_of(row["cost_sek"]),
            "line_before": place == len(live) - len(below),
            "is_below": row["number"] in below,
            "up": f"{row['number']}:{live[place - 1]['number']}" if place else "",
            "down": f"{live[place + 1]['number']}:{row['number']}" if place + 1 < len(live) else "",
        }
        for place, row in enumerate(live)
    ]
    return {
        "rows": rows,
        "below": [row for row in rows if row["is_below"]],
        "hours": number_words(sum(row["hours"] or 0 for row in live)),
        "money": number_words(sum(row["cost_sek"] or 0 for row in live)),
        "hours_there": number_of(hours_there),
        "money_there": number_of(money_there),
        "unsaid": sum(row["hours"] is None and row["cost_sek"] is None for row in live),
    }
