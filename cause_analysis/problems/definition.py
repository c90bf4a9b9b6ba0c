"""What a problem's definition asks, whether its selection is one problem, and what the numbers suggest as answers.

Suggestions are sentences somebody can take over. A definition is read outside the circle too, so they only say what may
be told there (`protecting.protected`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from cause_analysis.models import Problem
from cause_analysis.models.problems import LONGEST_TEXT
from cause_analysis.rules import FEWEST_EVENTS, MOST_CATEGORIES, MOST_PLACES, Size, how_many_hold, size_of
from situational_picture.presenters import category_name
from situational_picture.protecting import PROTECTED
from ui.days import weekday_names
from ui.numbers import number_words

# Each answer of the problem's own, by its field, in the order in which a group goes through them.
QUESTIONS = {
    "behaviour": gettext_lazy("By what behaviour?"),
    "harmed": gettext_lazy("Who is harmed?"),
    "where_it_happens": gettext_lazy("Where?"),
    "when_it_happens": gettext_lazy("When?"),
    "since_when": gettext_lazy("Since when?"),
    "how_often": gettext_lazy("How often?"),
    "already_done": gettext_lazy("What is already done?"),
    "unknowns": gettext_lazy("What do we not know?"),
}
HELP = {
    "behaviour": gettext_lazy("What is done, in what way. Alike events that come back, not everything at once."),
    "harmed": gettext_lazy("Residents, visitors, staff, a shop: groups and functions, never a person."),
    "where_it_happens": gettext_lazy("Which places, and where in them."),
    "when_it_happens": gettext_lazy("Which days and hours, which season, during or after what."),
    "since_when": gettext_lazy("When it began, or since when somebody has looked."),
    "how_often": gettext_lazy("How many, in how long, and whether it is more than before."),
    "already_done": gettext_lazy("What each partner does today, and what was tried before."),
    "unknowns": gettext_lazy("Say it plainly: what is not known now becomes somebody's task later."),
}
# What is written, and how long it may be.
WRITTEN = {"title": 120, **dict.fromkeys(QUESTIONS, LONGEST_TEXT)}
# A part of the week stands out when it holds this many times its share of the hours.
STANDS_OUT = 1.5
NAMED = 3


@dataclass(frozen=True)
class Answer:
    """One answer of a problem as a row of its own: its text, and how often it has been written."""

    name: str
    text: str
    row_version: int

    @classmethod
    def of(cls, problem: Problem, name: str) -> Answer:
        return cls(name, getattr(problem, name), problem.answer_versions.get(name, 0))


def definition_as_it_stands(problem: Problem) -> dict[str, Any]:
    """The whole definition, to be kept with what rests on it: it may be written anew afterwards."""
    places = problem.problem_places.order_by("place__name").values_list("place__name", flat=True)
    views = problem.partner_views.select_related("organisation").order_by("organisation__name")
    return {
        "title": problem.title,
        "answers": {name: getattr(problem, name) for name in QUESTIONS},
        "views": [{"organisation": view.organisation.name, "text": view.text} for view in views],
        "places": list(places),
        "selection": problem.selection,
    }


@dataclass(frozen=True)
class Judgement:
    """Whether the selection is one problem: the sentence with its numbers, and what to narrow to."""

    size: Size
    sentence: str
    narrower: tuple[tuple[str, dict[str, Any]], ...] = ()


def judge_size(figures: Mapping[str, Any]) -> Judgement:
    """Too broad, too small or neither, with the numbers. For the circle: they are whole."""
    total = figures["total"]
    categories = [row["count"] for row in figures["categories"]]
    named = [row for row in figures["places"] if row["place"] is not None]
    places = [row["count"] for row in named]
    size = size_of(total, categories=categories, places=places)
    if size == Size.TOO_SMALL:
        sentence = ngettext(
            "Too small: %(total)s event. With fewer than %(fewest)s there is no pattern to find a cause in. Take a"
            " longer period, or more places or categories.",
            "Too small: %(total)s events. With fewer than %(fewest)s there is no pattern to find a cause in. Take a"
            " longer period, or more places or categories.",
            total,
        )
        return Judgement(size, sentence % {"total": number_words(total), "fewest": FEWEST_EVENTS})
    if size == Size.FITS:
        return Judgement(size, "")
    kinds, spots = how_many_hold(categories), how_many_hold(places)
    said, narrower = [], []
    if kinds > MOST_CATEGORIES:
        said.append(
            _("it takes %(number)s categories to hold four fifths of the events (at most %(most)s)")
            % {"number": kinds, "most": MOST_CATEGORIES}
        )
        narrower += [
            (f"{category_name(row)} ({number_words(row['count'])})", {"category": (row["code"],)})
            for row in figures["categories"][:NAMED]
        ]
    if spots > MOST_PLACES:
        said.append(
            _("it takes %(number)s places to hold four fifths of what happens at named places (at most %(most)s)")
            % {"number": spots, "most": MOST_PLACES}
        )
        narrower += [
            (f"{row['name']} ({number_words(row['count'])})", {"place": (row["place"],)}) for row in named[:NAMED]
        ]
    sentence = _("Too broad: %(why)s. So many hardly have one cause together.") % {"why": _(" and ").join(said)}
    return Judgement(size, sentence, tuple(narrower))


def suggestions(figures: Mapping[str, Any], *, since: dt.date | None, until: dt.date | None) -> dict[str, list[str]]:
    """Sentences for each question that the numbers can say something about. `figures` are the protected ones."""
    found: dict[str, list[str]] = {}
    for name, suggest in _SUGGEST.items():
        sentences = [sentence for sentence in suggest(figures, since, until) if sentence]
        if sentences:
            found[name] = sentences
    return found


def _told(rows: list[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    return [row for row in rows if row["count"] not in (None, PROTECTED, 0)]


def _of_total(figures: Mapping[str, Any]) -> str:
    return number_words(figures["total"])


Figures = Mapping[str, Any]
Day = dt.date | None


def _behaviour(figures: Figures, since: Day, until: Day) -> list[str]:
    rows = _told(figures["categories"])
    if figures["total"] == PROTECTED or not rows:
        return []
    named = ", ".join(f"{category_name(row)} ({number_words(row['count'])})" for row in rows[:NAMED])
    return [_("Of %(total)s reported events: %(named)s.") % {"total": _of_total(figures), "named": named}]


def _where(figures: Figures, since: Day, until: Day) -> list[str]:
    rows = [row for row in _told(figures["places"]) if row["place"] is not None]
    if figures["total"] == PROTECTED or not rows:
        return []
    named = ", ".join(
        _("%(count)s at %(place)s") % {"count": number_words(row["count"]), "place": row["name"]}
        for row in rows[:NAMED]
    )
    return [_("Of %(total)s events: %(named)s.") % {"total": _of_total(figures), "named": named}]


def _when(figures: Figures, since: Day, until: Day) -> list[str]:
    clock = figures["clock"]
    if clock is None or clock["events"] in (None, PROTECTED) or clock["events"] < FEWEST_EVENTS:
        return [_("Too few events have a known time to say when in the week they happen.")]
    days, width = weekday_names(), clock["hours"]
    parts = [
        (value, days[day], part * width)
        for day, row in enumerate(clock["grid"])
        for part, value in enumerate(row)
        if value != PROTECTED
    ]
    even = clock["events"] / (7 * 24 / width)
    high = sorted((part for part in parts if part[0] >= STANDS_OUT * even and part[0] >= 5), reverse=True)[:NAMED]
    if not high:
        return [_("Spread over the week: no part of it stands out.")]
    named = ", ".join(
        _("%(day)s %(from)s–%(to)s (%(count)s)")
        % {"day": day.lower(), "from": f"{hour:02}", "to": f"{hour + width:02}", "count": number_words(value)}
        for value, day, hour in high
    )
    return [
        _("Most often %(named)s, of %(events)s with a known time.")
        % {"named": named, "events": number_words(clock["events"])}
    ]


def _since_when(figures: Figures, since: Day, until: Day) -> list[str]:
    months = figures["months"]
    if not months:
        return []
    first = date_format(dt.date.fromisoformat(f"{months[0][0]}-01"), "F Y")
    return [_("The first reported event of the selection is from %(month)s.") % {"month": first}]


def _how_often(figures: Figures, since: Day, until: Day) -> list[str]:
    if figures["total"] == PROTECTED or since is None or until is None:
        return []
    weeks = ((until - since).days + 1) / 7
    sentence = _("%(total)s events in %(days)s days, about %(number)s a week.") % {
        "total": _of_total(figures),
        "days": number_words((until - since).days + 1),
        "number": number_words(round(figures["total"] / weeks, 1)),
    }
    return [sentence]


def _unknowns(figures: Figures, since: Day, until: Day) -> list[str]:
    unknown, total = figures["unknown"], figures["total"]
    if total == PROTECTED:
        return []
    words = {
        "no_hour": _("the time of day of %(number)s of %(total)s events"),
        "nowhere": _("where %(number)s of %(total)s events happened"),
        "area": _("more than the area of %(number)s of %(total)s events"),
        "block": _("more than the block of %(number)s of %(total)s events"),
    }
    named = [
        sentence % {"number": number_words(unknown[name]), "total": number_words(total)}
        for name, sentence in words.items()
        if unknown[name] not in (0, PROTECTED)
    ]
    return [_("We do not know %(named)s.") % {"named": ", ".join(named)}] if named else []


_SUGGEST: Mapping[str, Callable[[Figures, Day, Day], list[str]]] = {
    "behaviour": _behaviour,
    "where_it_happens": _where,
    "when_it_happens": _when,
    "since_when": _since_when,
    "how_often": _how_often,
    "unknowns": _unknowns,
}
