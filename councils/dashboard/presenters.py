"""The council's facts in words: five answers, a row for each area, and the promises; for the page and the paper."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext, pgettext_lazy

from analysis.periods import parse
from areas.models import PoliceListStatus
from councils.dashboard.facts import (
    AreaFacts,
    Assessment,
    CouncilFacts,
    DecisionAsked,
    OrganisationPromises,
    PoliceList,
    Safety,
    Trend,
)
from followup.models import Outcome
from situational_picture.models import Picture
from situational_picture.period_names import period_short_name
from situational_picture.presenting import STATE_TONES
from situational_picture.protecting import PROTECTED
from ui.days import day_in_short, month_in_short
from ui.numbers import number_words

QUESTIONS = {
    "deviates": gettext_lazy("Where does the situation deviate, and is it real?"),
    "why": gettext_lazy("Which problems have we chosen, and do we know why they exist?"),
    "promises": gettext_lazy("Who promised what, and is it kept?"),
    "worked": gettext_lazy("What has worked?"),
    "decide": gettext_lazy("What must we decide today?"),
}
VERDICTS = {
    "more": (gettext_lazy("More than expected"), "danger", "arrow-up"),
    "fewer": (gettext_lazy("Fewer than expected"), "success", "arrow-down"),
    "both": (gettext_lazy("Swings more than expected"), "warning", "triangle"),
    "as_expected": (gettext_lazy("As expected"), "neutral", "equal"),
    "too_few_to_say": (gettext_lazy("Too few to say"), "neutral", "question"),
}
STEP_WORDS = {
    "mapped": gettext_lazy("mapped %(number)s"),
    "analysed": gettext_lazy("analysed %(number)s"),
    "measures": gettext_lazy("with measures %(number)s"),
    "followed_up": gettext_lazy("followed up %(number)s"),
}
_BADNESS = {Picture.State.STABLE: 0, Picture.State.WORRYING: 1, Picture.State.SERIOUS: 2}
_SMALL_NUMBERS = (
    pgettext_lazy("number", "Two"), pgettext_lazy("number", "Three"), pgettext_lazy("number", "Four"),
    pgettext_lazy("number", "Five"), pgettext_lazy("number", "Six"), pgettext_lazy("number", "Seven"),
    pgettext_lazy("number", "Eight"), pgettext_lazy("number", "Nine"), pgettext_lazy("number", "Ten"),
    pgettext_lazy("number", "Eleven"), pgettext_lazy("number", "Twelve"),
)  # fmt: skip
# A sentence names at most so many.
FEW = 2
SPARK_WIDTH, SPARK_HEIGHT = 132, 32


@dataclass(frozen=True)
class Part:
    """A piece of a sentence; with a number it opens the list of exactly so many rows."""

    text: str
    url: str = ""
    number: int | None = None


@dataclass(frozen=True)
class Answer:
    """One question with its number in words, and what the number means."""

    key: str
    question: str
    number: str
    # What the number counts: so many rows stand in its list.
    count: int | None
    url: str
    parts: tuple[Part, ...]

    @property
    def sentence(self) -> str:
        """The parts as plain text, for files."""
        return " ".join(part.text for part in self.parts)


def list_url(slug: str, which: str, **asked: Any) -> str:
    """Where the rows behind a number stand."""
    page = reverse("council_list", args=[slug, which])
    words = urlencode({name: value for name, value in asked.items() if value})
    return f"{page}?{words}" if words else page


def heading(facts: CouncilFacts) -> str:
    """The finding as a title: how much waits for the council today."""
    number = len(facts.decisions)
    if not facts.areas:
        return _("No area to follow yet")
    if not number:
        return _("Nothing waits for your decision today")
    if number == 1:
        return _("One thing needs your decision today")
    words = str(_SMALL_NUMBERS[number - 2]) if number <= 12 else number_words(number)
    return _("%(number)s things need your decision today") % {"number": words}


def lead(facts: CouncilFacts) -> str:
    """From which day what stands here is."""
    ledger = _("The ledger as others saw it %(day)s; your own organisation's line as of now.") % {
        "day": date_format(facts.ledger_on, "j F")
    }
    if facts.frozen_on is None:
        return _("No picture has been published yet. %(ledger)s") % {"ledger": ledger}
    frozen = _("From published pictures, the latest %(day)s.") % {"day": date_format(facts.frozen_on, "j F Y")}
    return f"{frozen} {ledger}"


# --- The five answers -------------------------------------------------------------------------------------------------


def answers(facts: CouncilFacts) -> list[Answer]:
    """The five, in their order."""
    return [_deviates(facts), _why(facts), _promises(facts), _worked(facts), _decide(facts)]


def of_words(part: int, whole: int) -> str:
    """“7 of 9”: never a percent on so few."""
    return _("%(part)s of %(whole)s") % {"part": number_words(part), "whole": number_words(whole)}


def _answer(key: str, number: str, count: int | None, url: str, *parts: Part) -> Answer:
    return Answer(key, str(QUESTIONS[key]), number, count, url, parts)


def _deviates(facts: CouncilFacts) -> Answer:
    url = list_url(facts.slug, "deviations")
    if not facts.areas:
        return _answer("deviates", "–", None, "", Part(_("There are no areas here yet.")))
    deviating, silent = facts.deviating, len(facts.areas) - len(facts.judged)
    parts = []
    for area in deviating[:FEW]:
        assert area.trend is not None
        parts.append(Part(f"{area.name}: {deviation_words(area.trend)}.", area.url))
    if (more := len(deviating) - FEW) > 0:
        parts.append(Part(ngettext("And %(number)s more.", "And %(number)s more.", more) % {"number": more}, url))
    if not deviating:
        parts.append(Part(_("No area has left its expected range more often than chance gives.")))
    if silent:
        told = ngettext(
            "Of %(number)s too little is known to say.", "Of %(number)s too little is known to say.", silent
        )
        parts.append(Part(told % {"number": number_words(silent)}, list_url(facts.slug, "unknown"), silent))
    return _answer("deviates", of_words(len(deviating), len(facts.areas)), len(deviating), url, *parts)


def deviation_words(trend: Trend) -> str:
    """What deviates, how often, and whether the reporters could be why."""
    words = {"more": _("more than expected in %(times)s"), "fewer": _("fewer than expected in %(times)s")}
    number = trend.above if trend.verdict == "more" else trend.below
    if trend.verdict == "both":
        words["both"], number = _("both above and below what was expected in %(times)s"), trend.above + trend.below
    said = words[trend.verdict] % {"times": times_words(trend, number)}
    return f"{said}; {certainty_words(trend)}"


def certainty_words(trend: Trend) -> str:
    """Whether it is real, as far as who reports can say."""
    if trend.verdict == "more" and trend.joined:
        return _("new units have begun to report, so it may be more eyes")
    if trend.verdict == "fewer" and trend.left:
        return _("units have stopped reporting, so it may be fewer eyes")
    return _("those who report are the same")


def times_words(trend: Trend, number: int) -> str:
    """“4 of 12 months”."""
    units = {
        "month": _("%(part)s of %(whole)s months"),
        "week": _("%(part)s of %(whole)s weeks"),
        "tertial": _("%(part)s of %(whole)s tertials"),
    }
    return units[trend.kind] % {"part": number_words(number), "whole": number_words(trend.known)}


def _why(facts: CouncilFacts) -> Answer:
    chosen, understood = facts.chosen, facts.understood
    if not chosen:
        return _answer("why", "0", 0, list_url(facts.slug, "chosen"), Part(_("No problem has been chosen.")))
    url = list_url(facts.slug, "understood")
    parts = [Part(_("chosen problems have causes that a group has adopted."))]
    if missing := len(chosen) - len(understood):
        told = ngettext("%(number)s has none.", "%(number)s have none.", missing) % {"number": number_words(missing)}
        parts.append(Part(told, list_url(facts.slug, "not-understood"), missing))
    return _answer("why", of_words(len(understood), len(chosen)), len(understood), url, *parts)


def _promises(facts: CouncilFacts) -> Answer:
    told = facts.promises
    if not told.due:
        parts = [Part(_("No promise has fallen due during the last year."))]
        if told.open:
            words = ngettext("%(number)s is open.", "%(number)s are open.", told.open)
            parts.append(Part(words % {"number": number_words(told.open)}, list_url(facts.slug, "open"), told.open))
        return _answer("promises", "0", 0, list_url(facts.slug, "due"), *parts)
    parts = [Part(_("promises that have fallen due are kept."))]
    for number, words, which in (
        (told.not_kept, ngettext("%(number)s broken", "%(number)s broken", told.not_kept), "broken"),
        (told.late, ngettext("%(number)s late", "%(number)s late", told.late), "late"),
    ):
        if number:
            parts.append(Part(f"{words % {'number': number_words(number)}}.", list_url(facts.slug, which), number))
    return _answer("promises", of_words(told.kept, told.due), told.kept, list_url(facts.slug, "kept"), *parts)


def _worked(facts: CouncilFacts) -> Answer:
    url = list_url(facts.slug, "worked")
    parts: list[Part] = []
    if not facts.evaluations:
        parts.append(Part(_("No evaluation has been adopted yet.")))
    else:
        parts.append(Part(_("adopted evaluations say that it worked.")))
        others = [one for one in facts.evaluations if not one.has_worked]
        counts: dict[str, int] = {}
        for one in others:
            words = _("no longer holds") if one.has_turned else str(Outcome(one.outcome).label)
            counts[words] = counts.get(words, 0) + 1
        if counts:
            told = ", ".join(f"{words} {number_words(number)}" for words, number in counts.items())
            parts.append(Part(f"{capfirst(told)}.", list_url(facts.slug, "not-worked"), len(others)))
    if facts.not_evaluated:
        words = ngettext(
            "%(number)s measure carried out is not evaluated.", "%(number)s measures carried out are not evaluated.",
            facts.not_evaluated,
        )  # fmt: skip
        told = words % {"number": number_words(facts.not_evaluated)}
        parts.append(Part(told, list_url(facts.slug, "not-evaluated"), facts.not_evaluated))
    number = of_words(len(facts.worked), len(facts.evaluations)) if facts.evaluations else "0"
    return _answer("worked", number, len(facts.worked), url, *parts)


def _decide(facts: CouncilFacts) -> Answer:
    url = list_url(facts.slug, "decisions")
    asked = facts.decisions
    if not asked:
        return _answer("decide", "0", 0, url, Part(_("Nothing has been put to the council.")))
    parts = []
    if late := [one for one in asked if one.days_late]:
        days = max(one.days_late for one in late)
        words = ngettext(
            "%(number)s should have been answered, %(days)s days ago.",
            "%(number)s should have been answered, the oldest %(days)s days ago.",
            len(late),
        )
        parts.append(
            Part(
                words % {"number": number_words(len(late)), "days": days},
                list_url(facts.slug, "late-decisions"),
                len(late),
            )
        )
    parts += [Part(_closed(one.thing.title), str(one.thing.url)) for one in asked[:FEW]]
    if len(asked) > FEW:
        more = len(asked) - FEW
        parts.append(Part(ngettext("And %(number)s more.", "And %(number)s more.", more) % {"number": more}, url))
    return _answer("decide", number_words(len(asked)), len(asked), url, *parts)


def _closed(title: str) -> str:
    """A title as a sentence among others: a question keeps its own mark."""
    return title if title.endswith((".", "?", "!", "…")) else f"{title}."


# --- A row for each area ----------------------------------------------------------------------------------------------


def area_rows(facts: CouncilFacts) -> list[dict[str, Any]]:
    """Each area with all that the page says of it; what is not there says so in words."""
    organisations = {one.name: one.pk for one in facts.organisations}
    return [_area_row(facts.slug, area, organisations) for area in facts.areas]


def _area_row(slug: str, area: AreaFacts, organisations: Mapping[str, int]) -> dict[str, Any]:
    def to(which: str, **asked: Any) -> str:
        return list_url(slug, which, area=area.slug, **asked)

    whole, in_time = len(area.measures), len(area.measures) - area.measures_late
    return {
        "name": area.name,
        "url": area.url,
        "slug": area.slug,
        "state": state_view(area.assessment),
        "trend": trend_view(area.trend),
        "police": police_words(area.police_list),
        "problems": Part(problems_words(area), to("problems") if area.problems else "", len(area.problems)),
        "cause": Part(of_words(area.measures_with_cause, whole), to("with-cause"), area.measures_with_cause)
        if whole
        else None,
        "plan": Part(_("%(part)s in time") % {"part": of_words(in_time, whole)}, to("measures"), whole)
        if whole
        else None,
        "late": Part(
            ngettext("%(number)s late", "%(number)s late", area.measures_late)
            % {"number": number_words(area.measures_late)},
            to("late-measures"),
            area.measures_late,
        )
        if area.measures_late
        else None,
        "requests": [
            {"name": name, "number": number, "url": to("open", organisation=organisations.get(name))}
            for name, number in area.open_requests
        ],
        "safety": safety_view(area.safety),
        "coverage": coverage_words(area),
        "deadlines": [
            {"day": day_in_short(one.day), "text": one.text, "url": one.url, "is_over": one.is_over}
            for one in area.deadlines[:FEW]
        ],
        "decisions": Part(number_words(len(area.decisions)), to("decisions"), len(area.decisions))
        if area.decisions
        else None,
    }


def state_view(assessment: Assessment | None) -> dict[str, Any] | None:
    """What people say, whether it is worse than last time, and why."""
    if assessment is None:
        return None
    state = Picture.State(assessment.state)
    return {
        "word": capfirst(str(state.label)),
        "tone": STATE_TONES[state],
        "change": _change_words(assessment),
        "motive": assessment.motive,
        "period": period_short_name(parse(assessment.period)),
        "url": assessment.url,
    }


def _change_words(assessment: Assessment) -> str:
    if not assessment.before:
        return ""
    change = _BADNESS[Picture.State(assessment.state)] - _BADNESS[Picture.State(assessment.before)]
    if not change:
        return pgettext("state", "unchanged")
    return pgettext("state", "worse") if change > 0 else pgettext("state", "better")


def trend_view(trend: Trend | None) -> dict[str, Any] | None:
    """The year in words, and as a line with the range behind it: both from the same values."""
    if trend is None:
        return None
    text, tone, symbol = VERDICTS[trend.verdict]
    return {
        "text": str(text),
        "tone": tone,
        "symbol": symbol,
        "note": trend_words(trend),
        "spark": spark(trend),
        "label": _("%(first)s to %(last)s: %(words)s")
        % {
            "first": period_words(trend.periods[0]),
            "last": period_words(trend.periods[-1]),
            "words": f"{str(text).lower()}, {trend_words(trend)}",
        }
        if trend.periods
        else str(text),
        "url": trend.url,
    }


def trend_words(trend: Trend) -> str:
    """How many periods lay outside, or how few are known."""
    if trend.verdict == "too_few_to_say":
        return _("%(times)s known") % {"times": _known_words(trend)}
    told = []
    if trend.above:
        told.append(_("%(times)s above") % {"times": times_words(trend, trend.above)})
    if trend.below:
        told.append(_("%(times)s below") % {"times": times_words(trend, trend.below)})
    if not told:
        return _("all %(number)s known within") % {"number": trend.known}
    words = ", ".join(told)
    return words if trend.is_deviating else _("%(words)s, as chance gives") % {"words": words}


def _known_words(trend: Trend) -> str:
    units = {
        "month": _("%(part)s of %(whole)s months"),
        "week": _("%(part)s of %(whole)s weeks"),
        "tertial": _("%(part)s of %(whole)s tertials"),
    }
    return units[trend.kind] % {"part": trend.known, "whole": len(trend.periods)}


def period_words(code: str) -> str:
    """“nov 2026”, “week 47”."""
    period = parse(code)
    return month_in_short(period.start) if period.kind == "month" else period_short_name(period)


def spark(trend: Trend) -> dict[str, Any]:
    """The line and the band as points of a drawing. What is missing or protected breaks the line; it is never zero."""
    numbers = [value for value in (*trend.observed, *trend.upper) if value is not None and value != PROTECTED]
    top = max([float(value) for value in numbers] or [1.0]) or 1.0
    step = SPARK_WIDTH / max(1, len(trend.observed) - 1)

    def point(place: int, value: float) -> str:
        y = 2 + (SPARK_HEIGHT - 4) * (1 - value / top)
        return f"{place * step:.1f},{y:.1f}"

    ranges = [
        (place, low, high)
        for place, (low, high) in enumerate(zip(trend.lower, trend.upper, strict=True))
        if low is not None and high is not None
    ]
    lines: list[list[str]] = [[]]
    outside = []
    for place, value in enumerate(trend.observed):
        if value is None or isinstance(value, str):
            lines.append([])
            continue
        lines[-1].append(point(place, value))
        low, high = trend.lower[place], trend.upper[place]
        if low is not None and high is not None and not low <= value <= high:
            x, y = point(place, value).split(",")
            outside.append({"x": x, "y": y})
    return {
        "width": SPARK_WIDTH,
        "height": SPARK_HEIGHT,
        "band": " ".join(
            [point(place, high) for place, _low, high in ranges]
            + [point(place, low) for place, low, _high in reversed(ranges)]
        ),
        "lines": [" ".join(line) for line in lines if len(line) > 1],
        "alone": [dict(zip(("x", "y"), line[0].split(","), strict=True)) for line in lines if len(line) == 1],
        "outside": outside,
    }


def police_words(status: PoliceList | None) -> list[str]:
    """What the newest list says and where it is heading; what nobody has checked says so."""
    if status is None:
        return [_("Not noted")]
    first = status.category or _("Not on the list")
    words = [_("%(status)s (list of %(year)s)") % {"status": first, "year": status.year}]
    if status.trend:
        words.append(_("trend: %(trend)s") % {"trend": PoliceListStatus.Trend(status.trend).label})
    elif status.category:
        words.append(_("trend not told"))
    if not status.is_verified:
        words.append(_("not checked against the police's report"))
    return words


def problems_words(area: AreaFacts) -> str:
    """How many problems are open, and how far they have come."""
    if not area.problems:
        return _("No open problem")
    steps: dict[str, int] = {}
    for one in area.problems:
        steps[one.step] = steps.get(one.step, 0) + 1
    told = [str(words) % {"number": number_words(steps[step])} for step, words in STEP_WORDS.items() if step in steps]
    return capfirst(", ".join(told))


def safety_view(safety: Safety | None) -> dict[str, str] | None:
    """The survey's number with its interval, what was asked and of how many."""
    if safety is None:
        return None
    value = f"{safety.value} ({safety.interval})" if safety.interval else safety.value
    note = ", ".join(filter(None, [safety.name, safety.period, safety.answers]))
    return {"value": value, "note": note, "url": safety.url}


def coverage_words(area: AreaFacts) -> dict[str, str] | None:
    """How many have reported, and when."""
    told = area.coverage
    if told is None:
        return None
    return {
        "value": of_words(told.answered, told.expected),
        "note": period_words(told.period),
        # Who has answered stands below the trend of the picture it is told from.
        "url": f"{area.trend.url}#trend" if area.trend is not None else "",
    }


# --- Below the areas --------------------------------------------------------------------------------------------------


def organisation_rows(facts: CouncilFacts) -> list[dict[str, Any]]:
    """Each organisation's promises, in the order of names: never ranked, and no colour."""
    return [_organisation_row(facts.slug, one) for one in facts.organisations]


def _organisation_row(slug: str, one: OrganisationPromises) -> dict[str, Any]:
    told = one.promises

    def cell(label: str, which: str, number: int) -> dict[str, Any]:
        url = list_url(slug, which, organisation=one.pk) if number else ""
        return {"label": label, "number": number, "url": url}

    return {
        "name": one.name,
        "is_own": one.is_own,
        "cells": [cell(label, which, getattr(told, name)) for name, (label, which) in organisation_columns().items()],
    }


def organisation_columns() -> dict[str, tuple[str, str]]:
    """What stands of each organisation: the figure, its heading and its list."""
    return {
        "open": (pgettext("promises", "Open"), "open"),
        "kept": (pgettext("promises", "Kept"), "kept"),
        "late": (pgettext("promises", "Late"), "late"),
        "not_kept": (pgettext("promises", "Broken"), "broken"),
        "declined": (pgettext("promises", "Declined"), "declined"),
    }


def decision_rows(decisions: Sequence[DecisionAsked]) -> list[dict[str, Any]]:
    """What the council is asked, and by when."""
    return [
        {
            "thing": one.thing,
            "note": ". ".join(filter(None, [one.thing.note, one.recommended])),
            "asked_by": one.asked_by,
            "answer_by": date_format(one.answer_by, "j F") if one.answer_by else "",
            "days_late": one.days_late,
        }
        for one in decisions
    ]


def override_words(facts: CouncilFacts) -> str:
    """How often a measure was decided although something was missing."""
    if not facts.decided:
        return _("No measure was decided during the last year.")
    number = len(facts.overrides)
    if not number:
        return ngettext(
            "The one measure decided during the last year lacked nothing.",
            "None of the %(number)s measures decided during the last year lacked anything.",
            facts.decided,
        ) % {"number": number_words(facts.decided)}
    return _("%(part)s measures decided during the last year lacked something, and were decided with a reason.") % {
        "part": of_words(number, facts.decided)
    }


def day(value: dt.date | None) -> str:
    """A day in a list."""
    return date_format(value, "j F Y") if value else ""


def month_table(facts: CouncilFacts) -> list[dict[str, Any]]:
    """The numbers behind the areas' lines, period by period: count, and what was expected."""
    rows = []
    for area in facts.areas:
        if area.trend is None:
            continue
        trend = area.trend
        cells = [
            {
                "period": period_words(code),
                "count": {"value": None, "status": "protected"}
                if value == PROTECTED
                else {"value": value, "status": "missing" if value is None else "shown"},
                "range": f"{number_words(low)}–{number_words(high)}" if low is not None and high is not None else "–",
            }
            for code, value, low, high in zip(trend.periods, trend.observed, trend.lower, trend.upper, strict=True)
        ]
        rows.append({"name": area.name, "cells": cells, "words": trend_words(trend)})
    return rows
