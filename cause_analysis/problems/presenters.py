"""Problems as pages, slots and the API show them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cause_analysis.models import PartnerView, Problem, ProblemMove, State
from cause_analysis.problems import counting, queries
from cause_analysis.problems.definition import HELP, QUESTIONS
from cause_analysis.problems.protecting import years_of
from cause_analysis.rules import BY_HAND, NEXT, asks_why
from incidents.selections import Selection, in_words
from situational_picture.period_names import days_name
from situational_picture.presenters import category_name, clock_table
from situational_picture.protecting import PROTECTED, cell
from ui import charts
from ui.days import month_in_short
from ui.numbers import number_words

STATE_TONES = {
    State.IDENTIFIED: ("neutral", "ring"),
    State.DESCRIBED: ("info", "dot"),
    State.PRIORITISED: ("accent", "arrow-up"),
    State.DORMANT: ("neutral", "dash"),
    State.ANALYSED: ("info", "half"),
    State.GOALS_SET: ("info", "half"),
    State.MEASURES_DECIDED: ("info", "half"),
    State.UNDER_WAY: ("accent", "arrow-right"),
    State.FOLLOWED_UP: ("info", "half"),
    State.CLOSED: ("success", "check"),
    State.AFTER_WATCH: ("warning", "clock"),
}
# The way a problem goes when nothing turns it back; the others are side tracks.
THE_WAY = (
    State.IDENTIFIED, State.DESCRIBED, State.PRIORITISED, State.ANALYSED, State.GOALS_SET, State.MEASURES_DECIDED,
    State.UNDER_WAY, State.FOLLOWED_UP, State.CLOSED, State.AFTER_WATCH,
)  # fmt: skip
ROWS_SHOWN = 8


def url_of(problem: Problem) -> str:
    """The problem's page."""
    return reverse("problem", args=[problem.collaboration.slug, problem.number])


def tag_of(problem: Problem) -> dict[str, str]:
    """Where the problem stands, as a tag."""
    tone, symbol = STATE_TONES[State(problem.state)]
    return {"text": problem.get_state_display(), "tone": tone, "symbol": symbol}


# --- The list ---------------------------------------------------------------------------------------------------------


def list_rows(problems: Iterable[Problem], shown: Mapping[int, Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The rows of the list; `shown` are each problem's numbers as this reader may see them."""
    return [
        {
            "problem": problem,
            "url": url_of(problem),
            "tag": tag_of(problem),
            "total": cell(shown[problem.pk]["total"]),
            "days": days_in_words(queries.selection_of(problem)),
        }
        for problem in problems
    ]


def days_in_words(selection: Selection) -> str:
    """The days the problem counts."""
    if selection.since is None or selection.until is None:
        return ""
    return days_name(selection.since, selection.until)


# --- The numbers ------------------------------------------------------------------------------------------------------


def lead(figures: Mapping[str, Any], selection: Selection) -> str:
    """The problem in one sentence: how many events in how long, and what to expect from as many days before."""
    if figures["total"] == PROTECTED:
        return _("So few events that their number is protected.")
    days = days_in_words(selection)
    said = ngettext("%(total)s event, %(days)s.", "%(total)s events, %(days)s.", figures["total"]) % {
        "total": number_words(figures["total"]),
        "days": days,
    }
    before = figures["before"]
    if not before:
        return said
    return (
        said
        + " "
        + _("As many days before had %(count)s: by chance alone %(lower)s–%(upper)s now.")
        % {
            "count": number_words(before["count"]),
            "lower": number_words(before["lower"]),
            "upper": number_words(before["upper"]),
        }
    )


def compared(figures: Mapping[str, Any]) -> dict[str, Any] | None:
    """Whether it is more than as many days before would make one expect: a word with its tone, or None."""
    before, total = figures["before"], figures["total"]
    if not before or total == PROTECTED:
        return None
    if max(total, before["upper"]) < 5:
        return {"text": _("too few to say"), "tone": "neutral", "symbol": "question"}
    if total > before["upper"]:
        return {"text": _("more than before"), "tone": "warning", "symbol": "arrow-up"}
    if total < before["lower"]:
        return {"text": _("fewer than before"), "tone": "success", "symbol": "arrow-down"}
    return {"text": _("no clear change"), "tone": "neutral", "symbol": "equal"}


def before_words(figures: Mapping[str, Any]) -> str:
    """Why there is nothing to compare with, where there is not."""
    missing = figures["before_missing"]
    if missing == counting.NOT_COVERED and figures.get("source_first_day"):
        first = dt.date.fromisoformat(figures["source_first_day"])
        return _("Not compared with the days before: the sources begin %(day)s, or lack days of them.") % {
            "day": date_format(first, "j F Y")
        }
    if missing == counting.NOT_COVERED:
        return _("Not compared with the days before: the sources lack them.")
    return _("Earlier counts are told in the circle of the area.") if missing == PROTECTED else ""


def tables(figures: Mapping[str, Any]) -> dict[str, Any]:
    """Categories, places, years or months and the week, as rows for tables."""
    elsewhere = _("Elsewhere in the area")
    places = [
        {"name": row["name"] or elsewhere, "place": row["place"], "count": cell(row["count"])}
        for row in figures["places"]
    ]
    return {
        "categories": [{"name": category_name(row), "count": cell(row["count"])} for row in figures["categories"]],
        "places": places[:ROWS_SHOWN],
        "places_left": max(0, len(places) - ROWS_SHOWN),
        "years": [[row["year"], cell(row["count"])] for row in figures.get("years") or years_of(figures["months"])],
        "months": [
            [month_in_short(dt.date.fromisoformat(f"{month}-01")), cell(count)] for month, count in figures["months"]
        ],
        "clock": clock_table(figures),
    }


def month_chart(figures: Mapping[str, Any]) -> dict[str, Any] | None:
    """Events month by month; None where the months are protected or too few to draw."""
    months = figures["months"]
    if len(months) < 3 or any(count == PROTECTED for _month, count in months):
        return None
    bars = charts.bars(
        [f"{month}-01" for month, _count in months], [count for _month, count in months], name=_("Events")
    )
    return charts.figure_json([bars], {"xaxis": {"type": "date"}, "yaxis": {"title": {"text": _("events")}}})


def unknown_words(figures: Mapping[str, Any]) -> list[str]:
    """How many of the events no point, no hour or no day can be said of."""
    sentences = {
        "no_hour": _("%(number)s have no known time of day and are left out of the week's table."),
        "no_day": _("%(number)s are known to the month alone."),
        "block": _("%(number)s are known to the block alone, since they happened in or at somebody's home."),
        "area": _("%(number)s are known to the area alone."),
        "nowhere": _("%(number)s have no place on the map."),
    }
    found = []
    for name, sentence in sentences.items():
        count = figures["unknown"][name]
        if count == PROTECTED:
            found.append(sentence % {"number": _("A number that is protected")})
        elif count:
            found.append(sentence % {"number": number_words(count)})
    return found


def today_words(problem: Problem, selection: Selection, *, today: dt.date) -> list[str]:
    """What the selection counts now, beside what was frozen. For the circle: differences are small numbers."""
    frozen = problem.figures["total"]
    now = counting.count_now(problem.collaboration, selection)
    if now == frozen:
        said = [_("Counted anew the same days still have %(now)s events.") % {"now": number_words(now)}]
    else:
        difference = f"{'+' if now > frozen else '−'}{number_words(abs(now - frozen))}"
        said = [
            _("Counted anew the same days have %(now)s events (%(difference)s since the problem was made).")
            % {"now": number_words(now), "difference": difference}
        ]
    if selection.until is not None and selection.until < today:
        first = selection.until + dt.timedelta(days=1)
        later = counting.count_now(problem.collaboration, selection.moved_to(first, today))
        said.append(
            ngettext("Since then, %(days)s: %(later)s event.", "Since then, %(days)s: %(later)s events.", later)
            % {"days": days_name(first, today), "later": number_words(later)}
        )
    return said


def selection_rows(problem: Problem, selection: Selection) -> list[dict[str, str]]:
    """What the problem counts, in words."""
    return in_words(selection, problem.collaboration_id)


def readable_words(user: Any, problem: Problem, selection: Selection, *, total: Any) -> dict[str, str] | None:
    """How many of the problem's events this reader may read one by one, and where; None for who reads no reports."""
    rows = queries.readable(user, problem)
    if rows is None:
        return None
    number = rows.order_by().count()
    listed = reverse("incident_list", args=[problem.collaboration.slug])
    query = Selection(**{**vars(selection), "status": "approved"}).query
    text = _("You may read %(number)s of %(total)s one by one") % {
        "number": number_words(number),
        "total": number_words(total) if total != PROTECTED else _("them"),
    }
    return {"text": text, "url": f"{listed}?{query}" if number else ""}


# --- The definition ---------------------------------------------------------------------------------------------------


def answers(problem: Problem) -> list[dict[str, Any]]:
    """Each question with its answer, and whether it has one."""
    return [
        {
            "field": name,
            "question": question,
            "help": HELP[name],
            "answer": getattr(problem, name),
            "is_answered": bool(getattr(problem, name).strip()),
        }
        for name, question in QUESTIONS.items()
    ]


def view_rows(views: Iterable[PartnerView], own: set[int]) -> list[dict[str, Any]]:
    """What each partner sees, in its own words."""
    return [
        {"view": view, "organisation": view.organisation.name, "is_own": view.organisation_id in own} for view in views
    ]


# --- Its life ---------------------------------------------------------------------------------------------------------


def way_of(problem: Problem) -> list[dict[str, str]]:
    """The way of a problem, step by step: what is done, where it stands, and what is left."""
    at = State(problem.state)
    place = THE_WAY.index(at) if at in THE_WAY else THE_WAY.index(State.DESCRIBED)
    return [
        {
            "name": capfirst(str(state.label)),
            "state": "done" if number < place else "current" if number == place else "open",
        }
        for number, state in enumerate(THE_WAY)
    ]


def history(moves: Iterable[ProblemMove]) -> list[dict[str, Any]]:
    """Each step in words, latest first."""
    return [
        {
            "at": move.at,
            "text": _("From “%(from)s” to “%(to)s”")
            % {"from": move.get_from_state_display(), "to": move.get_to_state_display()},
            "by": str(move.by) if move.by else _("somebody whose account is gone"),
            "reason": move.reason,
        }
        for move in moves
    ]


def steps_by_hand(problem: Problem, *, works: bool, leads: bool) -> list[dict[str, Any]]:
    """The steps this person can take from the page, each with whether it asks why."""
    at = State(problem.state)
    words = {
        (State.IDENTIFIED, State.DESCRIBED): _("The problem is described"),
        (State.DORMANT, State.DESCRIBED): _("Take it up again"),
        (State.AFTER_WATCH, State.DESCRIBED): _("It has come back: take it up again"),
    }
    found = []
    for to in sorted(NEXT[at] & BY_HAND):
        is_allowed = works if (at, to) == (State.IDENTIFIED, State.DESCRIBED) else leads
        if is_allowed:
            text = words.get((at, to), _("Lay it to rest"))
            found.append({"to": str(to), "text": text, "asks_why": asks_why(at, to)})
    return found


def next_words(problem: Problem) -> str:
    """What the next step waits for."""
    return {
        State.IDENTIFIED: _("Answer the questions of the definition. Then the problem is described."),
        State.DESCRIBED: _("A group decides whether this problem comes first."),
        State.PRIORITISED: _("Find out why it happens: the cause analysis."),
        State.DORMANT: _("The problem rests. It can be taken up again."),
        State.ANALYSED: _("Set goals for what is to change."),
        State.GOALS_SET: _("Decide measures against the causes you have chosen."),
        State.MEASURES_DECIDED: _("Carry the measures out."),
        State.UNDER_WAY: _("Follow up how the measures go."),
        State.FOLLOWED_UP: _("Evaluate, and close the problem or go on."),
        State.CLOSED: _("Watch the place for a while, in case it comes back."),
        State.AFTER_WATCH: _("The place is watched. If the problem comes back, take it up again."),
    }[State(problem.state)]
