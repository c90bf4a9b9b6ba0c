"""How complete the figures are, in words: under every trend, in its table twin, and for the units that are the same."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from analysis.periods import parse
from situational_picture.coverage.figures import MISSING, NOTHING, REPORTED, STATES, WAITING
from situational_picture.period_names import period_short_name
from ui.numbers import number_words

JUDGEMENTS = {
    "more": gettext_lazy("more than before"),
    "fewer": gettext_lazy("fewer than before"),
    "no_change": gettext_lazy("no clear change"),
    "too_few_to_say": gettext_lazy("too few to say"),
}

PARTS = {
    NOTHING: gettext_lazy("%(count)s nothing"),
    MISSING: gettext_lazy("%(count)s missing"),
    WAITING: gettext_lazy("%(count)s awaited"),
}


def _of(figures: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """What is stored; None where nobody is expected to report, and in pictures from before it was stored."""
    return figures.get("coverage") or None


def _short_name(code: str) -> str:
    return period_short_name(parse(code))


def answers(coverage: Mapping[str, Any], place: int) -> dict[str, int]:
    """How many answers of each kind there are in one of the trend's periods, how many count, and of how many."""
    counts = {state: coverage[state][place] for state in STATES}
    return {**counts, "covered": counts[REPORTED] + counts[NOTHING], "all": sum(counts.values())}


def answer_words(coverage: Mapping[str, Any], place: int) -> str:
    """One period's coverage in words: “11 of 13 (2 nothing, 2 missing)”; a dash where nobody was expected."""
    return _in_words(get_language(), *(coverage[state][place] for state in STATES))


# Most of a page's two hundred periods have been answered alike.
@lru_cache(maxsize=1024)
def _in_words(language: str | None, *numbers: int) -> str:
    counts = dict(zip(STATES, numbers, strict=True))
    if not any(numbers):
        return "–"
    parts = [str(words) % {"count": counts[state]} for state, words in PARTS.items() if counts[state]]
    covered = counts[REPORTED] + counts[NOTHING]
    shown = _("%(covered)s of %(all)s") % {"covered": covered, "all": sum(numbers)}
    return f"{shown} ({', '.join(parts)})" if parts else shown


def counted_answers(figures: Mapping[str, Any]) -> list[dict[str, int] | None]:
    """For each of the trend's periods how many answers of each kind there are; None where nobody was expected."""
    coverage, periods = _of(figures), figures["trend"]["periods"]
    if coverage is None:
        return [None] * len(periods)
    counts = [{state: coverage[state][place] for state in STATES} for place in range(len(periods))]
    return [one if any(one.values()) else None for one in counts]


def file_columns() -> list[str]:
    """What a file's columns of answers are called, in the order of the states."""
    return [_("answers: reported"), _("answers: nothing to report"), _("answers: missing"), _("answers: awaited")]


def file_cells(answered: Mapping[str, int] | None) -> list[int | str]:
    """A period's answers as cells of a file; empty ones where nobody was expected, which is not zero."""
    return [""] * len(STATES) if answered is None else [answered[state] for state in STATES]


# What the strip under a time axis is made of, from its bottom to its top.
STRIP = {
    REPORTED: gettext_lazy("Reported"),
    NOTHING: gettext_lazy("Nothing to report"),
    MISSING: gettext_lazy("Not reported"),
}


def shares(coverage: Mapping[str, Any], place: int) -> dict[str, float | None]:
    """Which part of those expected in a period has answered how; None for each where nobody was expected."""
    counts = answers(coverage, place)
    return {state: counts[state] / counts["all"] if counts["all"] else None for state in STRIP}


def strip_words(figures: Mapping[str, Any]) -> list[str]:
    """What the strip shows, for whoever cannot see it: how complete the last period is, and the least complete one."""
    coverage = _of(figures)
    if coverage is None:
        return []
    codes = figures["trend"]["periods"]
    found = [(answers(coverage, place), place) for place in range(len(codes))]
    followed = [(counts, place) for counts, place in found if counts["all"]]
    if not followed:
        return []
    over = [(counts, place) for counts, place in followed if not counts[WAITING]] or followed
    last = over[-1][1]
    _counts, least = min(over, key=lambda one: (one[0]["covered"] / one[0]["all"], -one[1]))
    sentences = [
        _("A strip under the time axis shows how many had answered: in %(period)s %(answers)s.")
        % {"period": _short_name(codes[last]), "answers": answer_words(coverage, last)}
    ]
    if least != last:
        sentences.append(
            _("Fewest in %(period)s: %(answers)s.")
            % {"period": _short_name(codes[least]), "answers": answer_words(coverage, least)}
        )
    return sentences


def column_name(coverage: Mapping[str, Any]) -> str:
    """What the table twin calls its column."""
    return _("Units that reported") if coverage["is_once"] else _("Reports that came in")


def card(figures: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The picture's own period as a large number: how many have answered, and how many are missing."""
    coverage = _of(figures)
    if coverage is None or figures["trend"]["periods"][-1] != figures["period"]:
        return []
    counts = answers(coverage, -1)
    if not counts["all"]:
        return []
    tone, symbol, judgement = "success", "check", _("Everybody has reported")
    if counts[MISSING]:
        tone, symbol = "warning", "triangle"
        judgement = ngettext("%(count)s is missing", "%(count)s are missing", counts[MISSING]) % {
            "count": counts[MISSING]
        }
    elif counts[WAITING]:
        tone, symbol, judgement = "neutral", "clock", _("%(count)s still awaited") % {"count": counts[WAITING]}
    return [
        {
            "label": _("Units that reported") if coverage["is_once"] else _("Reports that came in"),
            "value": _("%(covered)s of %(all)s") % {"covered": counts["covered"], "all": counts["all"]},
            "status": "shown",
            "judgement": judgement,
            "tone": tone,
            "symbol": symbol,
            "note": ngettext("%(count)s had nothing to report", "%(count)s had nothing to report", counts[NOTHING])
            % {"count": counts[NOTHING]}
            if counts[NOTHING]
            else "",
            "definition": _(
                "A unit has answered when a report of the period is in, or when it has said that there was nothing. "
                "Silence is missing, never calm."
            ),
        }
    ]


def change_sentences(figures: Mapping[str, Any]) -> list[str]:
    """Where the set of units that report has changed among the compared periods."""
    coverage = _of(figures)
    sentences = []
    for change in coverage["changes"] if coverage else []:
        period = _short_name(change["period"])
        if change["joined"]:
            text = ngettext(
                "One more unit reports since %(period)s.", "%(count)s more units report since %(period)s.",
                change["joined"],
            )  # fmt: skip
            sentences.append(text % {"count": change["joined"], "period": period})
        if change["left"]:
            text = ngettext(
                "One unit fewer reports since %(period)s.", "%(count)s units fewer report since %(period)s.",
                change["left"],
            )  # fmt: skip
            sentences.append(text % {"count": change["left"], "period": period})
    return sentences


def panel(figures: Mapping[str, Any], *, shows_names: bool = False) -> dict[str, Any] | None:
    """The constant panel: the same units in all compared periods, beside everybody.

    Which units they are tells who has reported and who has not: that is for those who review and compile.
    """
    coverage = _of(figures)
    stored = coverage["panel"] if coverage else None
    if coverage is None or stored is None:
        return None
    compared = coverage["compared"]
    span = {"first": _short_name(compared[0]), "last": _short_name(compared[-1])}
    rows = [
        [_short_name(code), own if stored["units"] else None, everybody]
        for code, own, everybody in zip(compared, stored["observed"], stored["all"], strict=True)
    ]
    return {
        "is_empty": not stored["units"],
        "names": stored["units"] if shows_names else [],
        "lead": ngettext(
            "%(count)s unit of %(all)s has answered for every period from %(first)s to %(last)s.",
            "%(count)s units of %(all)s have answered for every period from %(first)s to %(last)s.",
            len(stored["units"]),
        )
        % {"count": len(stored["units"]), "all": stored["of"], **span},
        "sentences": [
            sentence
            for sentence in (
                _change_words(_("The same units"), stored["change"], compared[-1]),
                _change_words(_("All"), stored["change_of_all"], compared[-1]),
            )
            if sentence
        ],
        "table": {
            "columns": [
                _("Period"),
                {"label": _("Events, the same units"), "number": True},
                {"label": _("Events, all"), "number": True},
            ],
            "rows": rows[::-1],
        },
    }


def _change_words(who: str, change: Mapping[str, Any] | None, code: str) -> str:
    if change is None:
        return ""
    text = ngettext(
        "%(who)s: %(count)s event in %(period)s; the periods before give reason to expect %(expected)s. "
        "That is %(judgement)s.",
        "%(who)s: %(count)s events in %(period)s; the periods before give reason to expect %(expected)s. "
        "That is %(judgement)s.",
        change["count"],
    )
    return text % {
        "who": who,
        "count": number_words(change["count"]),
        "period": _short_name(code),
        "expected": number_words(change["expected"]),
        "judgement": JUDGEMENTS[change["judgement"]],
    }
