"""A place's figures as words and rows: the finding first, and what cannot be said said too."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.utils.dates import MONTHS
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from situational_picture.period_names import days_name
from situational_picture.places_over_years.figures import FEWEST_ANSWERS
from situational_picture.presenters import SYMBOLS, TONES, judgement_words
from situational_picture.protecting import PROTECTED, cell
from ui.days import weekday_names
from ui.numbers import number_words

REASONS = {
    "too_short": gettext_lazy("Fewer than three earlier years with data, so nothing is expected yet."),
    "no_recent": gettext_lazy("The year before is not whole in the source, so nothing is expected."),
    "short_history": gettext_lazy("Fewer than three earlier years with data, so nothing is expected yet."),
    "protected": gettext_lazy("Numbers this small are protected outside the area's circle."),
}


def _told(figures: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The year the finding is about: the running one where it can be judged, else the last whole one."""
    years = figures["years"]
    if not years:
        return None
    last: Mapping[str, Any] = years[-1]
    is_young = last["is_partial"] and (last["compared"] is None or last["lower"] is None)
    return years[-2] if is_young and len(years) > 1 and years[-2]["count"] is not None else last


def _is_part(row: Mapping[str, Any]) -> bool:
    """Whether the year is told of in its months that are over, as it is judged."""
    return bool(row["is_partial"] and row["compared"] is not None)


def _part_of_year(row: Mapping[str, Any]) -> str:
    """“2026 to the end of October”; a whole year by its number alone."""
    if not _is_part(row):
        return year_name(row) if row["is_partial"] else str(row["year"])
    return _("%(year)s to the end of %(month)s") % {"year": row["year"], "month": MONTHS[row["months_over"]].lower()}


def heading(figures: Mapping[str, Any], place: str) -> str:
    """The finding about the place, as a title."""
    row, words = _told(figures), {"place": place}
    if figures["total"] == 0:
        return _("%(place)s: nothing is reported here") % words
    if row is None or row["count"] is None:
        return _("What happens at %(place)s, and what is it like?") % words
    words["year"] = str(row["year"])
    if row["count"] == PROTECTED:
        return _("%(place)s: few events in %(year)s") % words
    return {
        "more": _("%(place)s: more events in %(year)s than its earlier years gave reason to expect"),
        "fewer": _("%(place)s: fewer events in %(year)s than its earlier years gave reason to expect"),
        "as_expected": _("%(place)s: as many events in %(year)s as in earlier years"),
        "too_few_to_say": _("What happens at %(place)s, and what is it like?"),
    }[row["judgement"]] % words


def lead(figures: Mapping[str, Any]) -> str:
    """The count, what was to be expected and when it is busiest, in a sentence or two."""
    row = _told(figures)
    if figures["total"] == 0:
        return _("No approved report is placed here. That is not the same as nothing having happened.")
    if row is None or row["count"] is None:
        return ""
    if row["count"] == PROTECTED:
        return _("Numbers this small are protected and shown only to the partners who work in the area.")
    count = row["compared"] if _is_part(row) else row["count"]
    words = {"count": number_words(count), "when": _part_of_year(row)}
    text = ngettext("%(count)s event, %(when)s.", "%(count)s events, %(when)s.", count)
    if row["lower"] is not None:
        words |= {"lower": number_words(row["lower"]), "upper": number_words(row["upper"])}
        text = ngettext(
            "%(count)s event, %(when)s; between %(lower)s and %(upper)s were to be expected.",
            "%(count)s events, %(when)s; between %(lower)s and %(upper)s were to be expected.",
            count,
        )
    return " ".join(filter(None, [text % words, busiest_words(figures)]))


def busiest_words(figures: Mapping[str, Any]) -> str:
    """In which part of the week most happens; empty where there are too few events to say, or no hours."""
    clock = figures["clock"]
    if clock is None or not clock.get("busiest"):
        return ""
    busiest = clock["busiest"]
    words = {
        "weekday": weekday_names()[busiest["weekday"]].lower(),
        "hours": f"{busiest['from_hour']:02d}–{busiest['to_hour']:02d}",
    }
    if busiest["events"] is None:
        return _("Busiest is %(weekday)s %(hours)s.") % words
    words |= {"part": number_words(round(busiest["events"])), "all": number_words(clock["events"])}
    return _("Busiest is %(weekday)s %(hours)s, with %(part)s of %(all)s events with a known time.") % words


def cards(figures: Mapping[str, Any]) -> list[dict[str, Any]]:
    """A few large numbers: the year, how serious, how unsafe, how often."""
    row = _told(figures)
    if row is None or figures["total"] == 0:
        return []
    shown = cell(row["compared"] if _is_part(row) else row["count"])
    found = [
        {
            "label": _("Events, %(when)s") % {"when": _part_of_year(row)},
            "value": shown["value"],
            "status": shown["status"],
            "judgement": judgement_words(row["judgement"]) if shown["status"] == "shown" else "",
            "tone": TONES[row["judgement"]],
            "symbol": SYMBOLS[row["judgement"]],
            "note": _range_words(row) or reason_words(row),
            "definition": _(
                "Approved reports of events at the place. The expected range comes from the place's own earlier years: "
                "95 of 100 years without anything unusual fall inside it."
            ),
        }
    ]
    if row["serious"] is not None:
        found.append(_serious_card(row))
    if figures["unsafety"]["mean"] is not None or not figures["is_protected"]:
        found.append(_unsafety_card(figures))
    if figures["recurrence"]:
        found.append(_recurrence_card(figures["recurrence"]))
    return [{"decimals": None, **card} for card in found]


def _range_words(row: Mapping[str, Any]) -> str:
    if row["lower"] is None:
        return ""
    return _("Expected %(range)s") % {"range": f"{number_words(row['lower'])}–{number_words(row['upper'])}"}


def reason_words(row: Mapping[str, Any]) -> str:
    """Why a year has no expected range."""
    return str(REASONS.get(row["reason"], ""))


def _serious_card(row: Mapping[str, Any]) -> dict[str, Any]:
    judgement, is_part = row["serious_judgement"], _is_part(row)
    weight = row["weight_compared"] if is_part else row["weight"]
    return {
        "label": _("Of them serious"),
        "value": row["serious_compared"] if is_part else row["serious"],
        "status": "shown",
        "judgement": judgement_words(judgement),
        "tone": TONES[judgement],
        "symbol": SYMBOLS[judgement],
        "note": _("Harm, weighted by severity: %(weight)s") % {"weight": number_words(weight)},
        "definition": _(
            "Events of severity 3 or 4 of 4. The weighted harm adds the severities of the year's events: an event of "
            "severity 4 counts as four of severity 1. It is a way to see what a count hides, no measure of damage."
        ),
    }


def _unsafety_card(figures: Mapping[str, Any]) -> dict[str, Any]:
    found = figures["unsafety"]
    definition = _(
        "The mean of the answers to how unsafe the event made people feel, from 1 (not at all) to 5 (very). "
        "It is shown from %(fewest)s answers on."
    ) % {"fewest": FEWEST_ANSWERS}
    card = {"label": _("Felt unsafety, 1–5"), "value": found["mean"], "decimals": 1, "definition": definition}
    if found["mean"] is None:
        text = ngettext("%(count)s answer", "%(count)s answers", found["answers"]) % {"count": found["answers"]}
        return {
            **card, "status": "missing", "judgement": judgement_words("too_few_to_say"), "tone": "neutral",
            "symbol": "question", "note": f"{text}, {window_words(figures)}",
        }  # fmt: skip
    note = window_words(figures)
    if found["lower"] is not None:
        note = _("95 %% between %(lower)s and %(upper)s, %(answers)s answers, %(days)s") % {
            "lower": number_format(found["lower"], 1), "upper": number_format(found["upper"], 1),
            "answers": number_words(found["answers"]), "days": window_words(figures),
        }  # fmt: skip
    return {**card, "status": "shown", "judgement": "", "tone": "neutral", "symbol": None, "note": note}


def _recurrence_card(found: Mapping[str, Any]) -> dict[str, Any]:
    calm = found["longest_calm_days"]
    text = ngettext("Longest calm: %(count)s day", "Longest calm: %(count)s days", calm) % {"count": number_words(calm)}
    return {
        "label": _("Weeks with events"),
        "value": found["weeks"],
        "status": "shown",
        "judgement": _("of the last 52 weeks"),
        "tone": "neutral",
        "symbol": "clock",
        "note": text,
        "definition": _("How often something comes back: in how many whole weeks something happened, of the last year.")
        + (" " + _("Events known only by month are left out.") if found["leaves_out_months"] else ""),
    }


def window_words(figures: Mapping[str, Any]) -> str:
    """Which days the clock and the unsafety are read from."""
    start, end = (dt.date.fromisoformat(figures["window"][side]) for side in ("start", "end"))
    return days_name(start, end - dt.timedelta(days=1))


def year_table(figures: Mapping[str, Any]) -> dict[str, Any]:
    """Year by year as columns and rows of a table, the latest first."""
    columns: list[Any] = [
        _("Year"), {"label": _("Events"), "number": True}, {"label": _("Expected"), "number": True}, _("Judgement"),
    ]  # fmt: skip
    is_whole = not figures["is_protected"]
    if is_whole:
        columns += [{"label": _("Serious"), "number": True}, {"label": _("Weighted harm"), "number": True}]
    rows = []
    for row in reversed(figures["years"]):
        rows.append(
            [
                year_name(row),
                cell(row["count"]),
                "–" if row["lower"] is None else f"{number_words(row['lower'])}–{number_words(row['upper'])}",
                _judgement_cell(row),
                *([cell(row["serious"]), cell(row["weight"])] if is_whole else []),
            ]
        )
    return {"columns": columns, "rows": rows}


def _judgement_cell(row: Mapping[str, Any]) -> Any:
    if row["lower"] is None:
        return "–"
    words = judgement_words(row["judgement"])
    if row["judgement"] == "too_few_to_say":
        return words
    return {"text": words, "tone": TONES[row["judgement"]], "symbol": SYMBOLS[row["judgement"]]}


def year_name(row: Mapping[str, Any]) -> str:
    """A year with what is missing of it."""
    if row["is_partial"]:
        return _("%(year)s so far") % {"year": row["year"]}
    if row["missing_months"] and row["count"] is not None:
        text = ngettext(
            "%(year)s (%(count)s month missing)", "%(year)s (%(count)s months missing)", row["missing_months"]
        )
        return text % {"year": row["year"], "count": row["missing_months"]}
    return str(row["year"])


def notes(figures: Mapping[str, Any]) -> list[str]:
    """What to keep in mind beside the years, in sentences."""
    sentences = []
    partial = next((row for row in figures["years"] if row["is_partial"]), None)
    if partial is not None and partial["compared"] is not None and partial["lower"] is not None:
        sentences.append(
            _("%(year)s is judged by its months that are over (%(count)s events), against the same months before.")
            % {"year": partial["year"], "count": number_words(partial["compared"])}
        )
    if any(row["reason"] in ("too_short", "short_history") for row in figures["years"]):
        sentences.append(_("A year is judged when three years with data come before it."))
    if figures["months_only"]:
        sentences.append(_("The source only knows the month, so there are no hours and no weeks here."))
    if figures["exact_from"]:
        sentences.append(_("Before %(day)s only the counts of whole months are kept.") % {"day": figures["exact_from"]})
    if figures["is_protected"]:
        sentences.append(_("You see whole years. Numbers that are too small are protected outside the area's circle."))
    sentences.append(_("More reports may also mean that more people report."))
    return sentences
