"""Predictions and what the reports showed, in words: numbers in the circle, the verdict alone outside it."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cause_analysis.models import CauseAnalysis, Prediction, Verdict
from cause_analysis.predictions.words import Names, asked_in_words, names_of, what_in_words
from situational_picture.period_names import days_name
from ui.numbers import number_words

TAGS = {
    Verdict.SUPPORTED: ("success", "check"),
    Verdict.CONTRADICTED: ("danger", "close"),
    Verdict.NOT_SUPPORTED: ("neutral", "equal"),
    Verdict.TOO_FEW: ("neutral", "question"),
}


def rows(predictions: list[Prediction], analysis: CauseAnalysis, *, with_numbers: bool) -> list[dict[str, Any]]:
    """Each prediction with what is asked, what the reports showed, and what could not be asked of them."""
    names = names_of(predictions)
    return [_row(one, analysis, names, with_numbers=with_numbers) for one in predictions]


def _row(one: Prediction, analysis: CauseAnalysis, names: Names, *, with_numbers: bool) -> dict[str, Any]:
    verdict = Verdict(one.verdict) if one.verdict else None
    tone, symbol = TAGS[verdict] if verdict else ("neutral", "clock")
    is_told = with_numbers and bool(one.result)
    return {
        "pk": one.pk,
        "text": one.text,
        "asked": asked_in_words(one, names),
        "organisation": one.organisation.name,
        "verdict": capfirst(verdict.label if verdict else _("waits to be tested")),
        "tone": tone,
        "symbol": symbol,
        "result": result_in_words(one, names) if is_told else "",
        "conclusion": conclusion(one),
        "comparison": comparison_in_words(one),
        "left_out": left_out_in_words(one) if is_told else "",
        "days": _days(one),
        "tested": date_format(localtime(one.tested_at), "j F Y H:i") if one.tested_at else "",
        "earlier": _earlier(one),
        "is_waiting": one.tested < one.wanted and not analysis.is_adopted,
        "remove_url": reverse("prediction_remove", args=[analysis.collaboration.slug, analysis.problem.number, one.pk]),
    }


def tally_in_words(stated: int, shown: int, supported: int) -> str:
    """How many have been tested of the cause, those taken away too: of many, some are supported by chance."""
    if stated < 2:
        return ""
    words = {"stated": number_words(stated), "supported": number_words(supported)}
    said = ngettext(
        "%(stated)s predictions have been tested of this cause; %(supported)s is supported.",
        "%(stated)s predictions have been tested of this cause; %(supported)s are supported.",
        supported,
    )
    taken = (
        ngettext("%(count)s of them was taken away.", "%(count)s of them were taken away.", stated - shown)
        % {"count": number_words(stated - shown)}
        if stated > shown
        else ""
    )
    chance = _("Of twenty without any connection, one is supported by chance.")
    return " ".join(part for part in (said % words, taken, chance) if part)


def _earlier(one: Prediction) -> str:
    """What earlier tests said, where the answer has changed: “Earlier: supported (3 November 2026).”"""
    before = list(one.tests.all())[:-1]
    if not before:
        return ""
    said = [
        f"{Verdict(test.result['verdict']).label} ({date_format(localtime(test.at), 'j F Y')})" for test in before[-3:]
    ]
    return _("Earlier: %(verdicts)s.") % {"verdicts": ", ".join(said)}


# --- What the reports showed ------------------------------------------------------------------------------------------


def result_in_words(one: Prediction, names: Names | None = None) -> str:
    """“71 of 142 events happened … Without a connection 32 were to be expected (22–43 in nine cases of ten).”"""
    result = one.result
    names = names or names_of([one])
    words = {
        "observed": number_words(result["observed"]),
        "of": number_words(result["of"]),
        "what": what_in_words(one, names),
    }
    if result["expected"] is None:
        return ngettext("%(of)s event could be tested.", "%(of)s events could be tested.", result["of"]) % words
    happened = ngettext(
        "%(observed)s of %(of)s events happened %(what)s.",
        "%(observed)s of %(of)s events happened %(what)s.",
        result["observed"],
    )
    expected = _(
        "Without a connection %(expected)s were to be expected (%(lower)s–%(upper)s in nine cases of ten)."
    ) % {
        "expected": number_words(round(result["expected"])),
        "lower": number_words(result["lower"]),
        "upper": number_words(result["upper"]),
    }
    return f"{happened % words} {expected}"


def conclusion(one: Prediction) -> str:
    """What that means for the cause, in a sentence."""
    if not one.verdict:
        return ""
    return {
        Verdict.SUPPORTED: _("The reports show what the cause foretells."),
        Verdict.CONTRADICTED: _("The reports show the opposite of what the cause foretells."),
        Verdict.NOT_SUPPORTED: _("The reports show neither this nor the opposite: the difference can be chance."),
        Verdict.TOO_FEW: _("There is too little in the reports to say."),
    }[Verdict(one.verdict)]


def comparison_in_words(one: Prediction) -> str:
    """What the expected number comes from."""
    if not one.result:
        return ""
    return {
        "others": _("Held against the other events of the area over the same days."),
        "time": _("Held against the hours or days themselves, as if events came evenly."),
        "places": _("Held against the places that are not like that."),
        "shuffled": _("Held against the same events with their days exchanged."),
        "before": _("Held against what came as many days before."),
    }[one.result["comparison"]]


def left_out_in_words(one: Prediction) -> str:
    """Which events took no part, and why."""
    why = {
        "point": _("%(count)s without an exact point"),
        "time": _("%(count)s without a known enough time"),
        "place": _("%(count)s without a place"),
        "feature": _("%(count)s at places where nobody has looked for the feature"),
        "dates": _("%(count)s in years without any dates of the schools"),
        "same_day": _("%(count)s as a second one at its place on the same day"),
        "same_category": _("%(count)s that are of the other category themselves"),
    }
    left = one.result.get("left_out", {})
    if not left:
        return ""
    parts = [why[name] % {"count": number_words(count)} for name, count in left.items()]
    return _("Left out: %(parts)s.") % {"parts": ", ".join(parts)}


def _days(one: Prediction) -> str:
    if not one.result or not one.result["first"]:
        return ""
    return days_name(dt.date.fromisoformat(one.result["first"]), dt.date.fromisoformat(one.result["last"]))


def school_rows(dates: Any) -> list[dict[str, Any]]:
    """Terms and holidays as they are listed."""
    return [
        {"dates": one, "kind": one.get_kind_display(), "days": days_name(one.first_on, one.last_on)} for one in dates
    ]
